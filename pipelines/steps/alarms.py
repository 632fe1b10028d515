"""Alarms: what an operator must act on. Each names its page of the runbook in ``docs/operations.md``."""

from __future__ import annotations

from enum import StrEnum


class Runbook(StrEnum):
    """The pages of the runbook, by their headings."""

    NO_RUN = "no-run"
    LEDGER_BROKEN = "ledger-broken"
    LIST_STALE = "list-stale"
    FEEDS_LATE = "feeds-late"
    DELIVERY_WAITS = "delivery-waits"
    DEAD_LETTERS = "dead-letters"
    GRADES_MOVED = "grades-moved"
    SCORES_MOVED = "scores-moved"
    FEATURES_MOVED = "features-moved"
    MISCALIBRATED = "miscalibrated"
    OVERRIDES_MANY = "overrides-many"
    CHAMPION_DIFFERS = "champion-differs"

    def alarm(self, says: str) -> str:
        """An alarm in words, with the page that says what to do about it."""
        return f"{says} (runbook: {self.value})"
