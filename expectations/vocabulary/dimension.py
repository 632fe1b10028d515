"""The seven sides of an enterprise that a grade speaks of."""

from __future__ import annotations

from enum import StrEnum


class Dimension(StrEnum):
    """A dimension of credit. Every feature belongs to exactly one."""

    COMPLIANCE = "compliance"
    TRADE_AUTHENTICITY = "trade_authenticity"
    FULFILMENT = "fulfilment"
    TAX = "tax"
    SETTLEMENT = "settlement"
    RETURNS_QUALITY = "returns_quality"
    STABILITY = "stability"
