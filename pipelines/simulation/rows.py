"""Rows of one table of the data dictionary, ready but for when the platform learns of them."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from pipelines.simulation.columns import Integers


@dataclass(frozen=True)
class Rows:
    """What one source has to say in one table.

    Attributes
    ----------
    columns:
        Every field that has a value, except ``annulled_at`` and ``received_at``.
    known:
        When the sender itself knew the row, in microseconds: nothing arrives before.
    annulled:
        When the sender withdrew the row, ``NEVER`` where it stands; None when none was withdrawn.
    soft:
        The field that a correction changes: one that no other row depends on.
    """

    table: str
    source: str
    columns: pa.Table
    known: Integers
    annulled: Integers | None = None
    soft: str | None = None
