"""What two sources tell of each other, day by day: a fact about the sources, not about an enterprise."""

from __future__ import annotations

from datetime import date

import pandas as pd

from features.engine import Engine, read_step


def source_reconciliation(engine: Engine, business_date: date) -> pd.DataFrame:
    """One row per pair of connected sources and day, in that order.

    Parameters
    ----------
    engine:
        One on which ``define_known`` and ``build_history`` ran for D.
    business_date:
        D, the last day told.

    Returns
    -------
    Columns ``left_table``, ``right_table``, ``event_day`` (datetime64); counts of the left source's documents that
    have their counterpart (``compared``: ``agreeing`` or ``differing``) or have none (``missing_right``), and of the
    right source's documents without one on the left (``missing_left``). The two are empty while the feed that would
    have to tell has not reached the day: then nothing is missing, it is not known yet.
    """
    return engine.frame(read_step("features.windows", "source_reconciliation"), {"business_date": business_date})
