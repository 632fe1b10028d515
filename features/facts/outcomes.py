"""Adverse events: the outcomes that a probability is learned from."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from features.engine import Engine, read_step

NO_ALERTS: Mapping[str, str] = {}


def adverse_events(engine: Engine, alert_enterprises: Mapping[str, str] = NO_ALERTS) -> pd.DataFrame:
    """Adverse events known at (D, K), in the order of enterprise, day, kind and key.

    Parameters
    ----------
    engine:
        One on which ``define_known`` ran for the (D, K) up to which outcomes are to be seen.
    alert_enterprises:
        The enterprise of each alert id, from the ledger: an officer's finding names the alert only. Findings on
        alerts that are not in it are left out.

    Returns
    -------
    Columns ``uscc``, ``event_date`` (datetime64), ``kind`` (penalty | inspection | downgrade | court_listing | alert),
    ``key``, ``received_at`` (of the version known), ``voided``: repaired, revoked or withdrawn, so no label.
    """
    events = engine.frame(read_step("features.facts", "outcomes"))
    confirmed = engine.frame(read_step("features.facts", "confirmed_alerts"))
    confirmed.insert(0, "uscc", confirmed["key"].map(lambda key: alert_enterprises.get(str(key))))
    confirmed = confirmed[confirmed["uscc"].notna()]
    frames = [frame for frame in (events, confirmed) if len(frame)]
    together = pd.concat(frames, ignore_index=True) if frames else events
    together["voided"] = together["voided"].astype(bool)
    return together.sort_values(["uscc", "event_date", "kind", "key"], kind="stable", ignore_index=True)


def inspections(engine: Engine) -> pd.DataFrame:
    """Inspections known at (D, K), whatever they found, in the order of enterprise, day and id.

    Returns
    -------
    Columns ``uscc``, ``event_date`` (datetime64), ``received_at``, ``at_random``, ``selection_probability`` (NaN where
    none is recorded).
    """
    return engine.frame(read_step("features.facts", "inspections"))
