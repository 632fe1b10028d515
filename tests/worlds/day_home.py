"""A home that decides about a day without a registry in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from models.scorecard.reading import expert_scorecard
from pipelines.settings import Settings
from pipelines.steps.home import Champion, Home, nobody
from pipelines.wiring import Wiring

BEFORE, LAST_DAY = date(2026, 10, 30), date(2026, 10, 31)
TAKEN_AT = datetime(2026, 11, 1, tzinfo=UTC)


def home_at(path: Path) -> Home:
    """The home at a path, graded by the expert scorecard without a registry in between."""
    home = Wiring(Settings(home=path, threads=2)).home
    scorer = expert_scorecard(home.catalogue, LAST_DAY)
    return replace(
        home,
        champion=lambda: Champion(scorer, "expert"),
        model_of=lambda version: Champion(scorer, version),
        challenger=nobody,
    )
