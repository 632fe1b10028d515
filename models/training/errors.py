"""What can go wrong between the past and a panel."""

from __future__ import annotations

from expectations.errors import XinjiError


class PanelError(XinjiError):
    """A panel cannot be made from what was given."""


class LookAheadError(PanelError):
    """Something would have been used before it was known."""
