"""From the lake to a trained challenger: the panel as of each month end, the outcomes as known on the last day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import pandas as pd

from expectations.errors import ConflictError
from features.asof import define_known
from features.facts.outcomes import adverse_events
from features.table import FeatureTable, features_as_of
from models.registry import Evidence, Version
from models.scorer.protocol import Scorer
from models.training.panel import Panel, Sources, build_panel, month_ends
from models.training.train import TrainingResult
from pipelines.steps.daily import Day, looking_at, versions_of
from pipelines.steps.home import Home, PinnedLake

TRADE = ("inventory", "declaration", "order")
"""Whose event days say from when to when a zone's history reaches."""


@dataclass(frozen=True)
class History:
    """The span of trade that is known, both days inclusive."""

    first_day: date
    last_day: date


def history_of(home: Home, lake: PinnedLake, known_on: date) -> History:
    """The first and last event day of trade as known on a day.

    Raises
    ------
    ConflictError
        When the lake holds no trade.
    """
    day = Day.of(known_on)
    with home.engine() as engine:
        define_known(engine, versions_of(home, lake, day), looking_at(home, lake, day))
        names = ", ".join(f"'{table}'" for table in TRADE)
        ((first, last),) = engine.rows(
            f"""
            select min(first_day), max(least(last_day, business_date))
            from feed, as_of
            -- least() passes over nulls: a feed that never spoke would speak until today.
            where table_name in ({names}) and last_day is not null"""
        )
    if not isinstance(first, date) or not isinstance(last, date):
        raise ConflictError("The lake holds no trade to learn from.", "Take batches in first: xinji ingest PATH")
    return History(first, last)


def assemble_panel(home: Home, lake: PinnedLake, known_on: date) -> Panel:
    """Features of every enterprise at every month end, and the adverse events as known on a day."""
    history = history_of(home, lake, known_on)
    dates = [day for day in month_ends(history.first_day, history.last_day) if day > history.first_day]
    sources = Sources(
        features_as_of=lambda day: _features(home, lake, Day.of(day)),
        events_as_of=lambda day: _events(home, lake, Day.of(day)),
    )
    return build_panel(dates, sources, history.last_day)


def _features(home: Home, lake: PinnedLake, day: Day) -> FeatureTable:
    with home.engine() as engine:
        return features_as_of(engine, versions_of(home, lake, day), home.catalogue, looking_at(home, lake, day))


def _events(home: Home, lake: PinnedLake, day: Day) -> pd.DataFrame:
    with home.engine() as engine:
        define_known(engine, versions_of(home, lake, day), looking_at(home, lake, day))
        return adverse_events(engine)


class ModelRegistry(Protocol):
    """What training asks of the registry."""

    def register(self, scorer: Scorer, example: pd.DataFrame, evidence: Evidence | None = None) -> str:
        """Store a model as the next version."""
        ...

    def set_champion(self, version: str) -> None:
        """Let a version grade from now on."""
        ...

    def versions(self) -> Sequence[Version]:
        """Every version, newest first."""
        ...


@dataclass(frozen=True)
class Trained:
    """What a training left in the registry.

    Attributes
    ----------
    scorecard_version, challenger_version:
        Their numbers in the registry; the challenger's is None when there was too little to fit one.
    promoted:
        Whether the challenger is now champion.
    """

    result: TrainingResult
    scorecard_version: str
    challenger_version: str | None
    promoted: bool

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "scorecard_version": self.scorecard_version,
            "challenger_version": self.challenger_version,
            "promoted": self.promoted,
            "gate": [
                {"name": check.name, "passed": check.passed, "zh": check.zh, "en": check.en}
                for check in self.result.gate.checks
            ],
            "metrics": {name: metrics.as_dict() for name, metrics in self.result.metrics.items()},
            "facts": dict(self.result.facts),
        }


def register_training(registry: ModelRegistry, panel: Panel, result: TrainingResult) -> Trained:
    """Register both models and let the gate decide who grades.

    The scorecard is the first champion. The challenger takes its place only when the gate, on time neither has seen,
    says that it is better; a champion that a gate let in before is not replaced here, that is a promotion.
    """
    has_champion = any(version.is_champion for version in registry.versions())
    example = panel.features.head(5)
    scorecard = registry.register(result.scorecard, example, _evidence(panel, result, "scorecard"))
    if not has_champion:
        registry.set_champion(scorecard)
    challenger = None
    if result.challenger is not None:
        challenger = registry.register(result.challenger, example, _evidence(panel, result, "lightgbm"))
    promoted = challenger is not None and result.gate.passed and not has_champion
    if promoted and challenger is not None:
        registry.set_champion(challenger)
    return Trained(result, scorecard, challenger, promoted)


def _evidence(panel: Panel, result: TrainingResult, name: str) -> Evidence:
    return Evidence(
        metrics=result.metrics[name].as_dict(),
        params={"boundary": result.split.boundary, "rows": len(panel.features)},
        plots=result.plots,
        card={"facts": dict(result.facts), "gate": [check.en for check in result.gate.checks]},
        dataset_digest=panel.digest,
        tags={"gate": "passed" if result.gate.passed else "refused"},
    )
