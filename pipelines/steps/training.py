"""From the lake to a trained challenger: the panel as of each month end, the outcomes as known on the last day."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd

from expectations.errors import ConflictError
from features.asof import define_known
from features.facts.outcomes import adverse_events, inspections
from features.table import FeatureTable, features_as_of
from models.registry import Evidence
from models.registry.serving import serving_of
from models.scorer.protocol import Scorer
from models.training.panel import Panel, Sources, build_panel, month_ends
from models.training.settings import TrainingSettings
from models.training.train import TrainingResult
from models.validation.reference import Reference
from models.validation.replay import labelled_digest
from pipelines.steps.day import Day
from pipelines.steps.home import Home, PinnedLake
from pipelines.steps.knowing import looking_at, versions_of
from pipelines.steps.promotion import install_first
from pipelines.steps.registry import ModelCard, ModelRegistry
from pipelines.steps.retention import is_whole

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
    """Features of every enterprise at every month end, and the adverse events as known on a day.

    Month ends that look back at rows removed since are left out: they would be measured as something else.
    """
    history = history_of(home, lake, known_on)
    with home.database.reading() as connection:
        dates = [
            day
            for day in month_ends(history.first_day, history.last_day)
            if day > history.first_day and is_whole(connection, day)
        ]
    sources = Sources(
        features_as_of=lambda day: features_of(home, lake, Day.of(day)),
        events_as_of=lambda day: _events(home, lake, Day.of(day)),
        inspections_as_of=lambda day: _inspections(home, lake, Day.of(day)),
    )
    return build_panel(dates, sources, history.last_day)


def features_of(home: Home, lake: PinnedLake, day: Day) -> FeatureTable:
    """The feature table of a day, from a pinned lake."""
    with home.engine() as engine:
        return features_as_of(engine, versions_of(home, lake, day), home.catalogue, looking_at(home, lake, day))


def _events(home: Home, lake: PinnedLake, day: Day) -> pd.DataFrame:
    with home.engine() as engine:
        define_known(engine, versions_of(home, lake, day), looking_at(home, lake, day))
        return adverse_events(engine)


def _inspections(home: Home, lake: PinnedLake, day: Day) -> pd.DataFrame:
    with home.engine() as engine:
        define_known(engine, versions_of(home, lake, day), looking_at(home, lake, day))
        return inspections(engine)


@dataclass(frozen=True)
class Trained:
    """What a training left in the registry.

    Attributes
    ----------
    scorecard_version, challenger_version:
        Their numbers in the registry; the challenger's is None when there was too little to fit one.
    is_first:
        Whether nobody graded here before, so that the scorecard now does.
    """

    result: TrainingResult
    scorecard_version: str
    challenger_version: str | None
    is_first: bool

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "scorecard_version": self.scorecard_version,
            "challenger_version": self.challenger_version,
            "is_first": self.is_first,
            "metrics": {name: metrics.as_dict() for name, metrics in self.result.metrics.items()},
            "facts": dict(self.result.facts),
        }


def register_training(
    home: Home, registry: ModelRegistry, panel: Panel, result: TrainingResult, settings: TrainingSettings
) -> Trained:
    """Register both models. The challenger runs in shadow from now on; only a promotion lets it grade.

    A zone without a champion begins with the expert scorecard: a person wrote it, and it needs no events.
    """
    has_champion = any(version.is_champion for version in registry.versions())
    example = panel.features.head(5)
    logged = _Logged(home, panel, result, settings)
    scorecard = registry.register(result.scorecard, example, logged.evidence("scorecard", result.scorecard))
    challenger = None
    if result.challenger is not None:
        challenger = registry.register(result.challenger, example, logged.evidence("lightgbm", result.challenger))
        registry.set_challenger(challenger)
    if not has_champion:
        install_first(home.database, registry, scorecard, panel.known_on, home.signer)
    return Trained(result, scorecard, challenger, is_first=not has_champion)


@dataclass(frozen=True)
class _Logged:
    """What is logged with the models of one training."""

    home: Home
    panel: Panel
    result: TrainingResult
    settings: TrainingSettings

    def evidence(self, name: str, scorer: Scorer) -> Evidence:
        """Metrics, parameters, plots and card of one model."""
        learnt, result = self.result.split.train, self.result
        card = ModelCard(
            boundary=result.split.boundary,
            labels_known_on=learnt.known_on,
            trained_on=self.panel.known_on,
            settings=self.settings,
            rows_digest=labelled_digest(learnt),
            reference=Reference.of(scorer, learnt.features, len(set(learnt.enterprises))),
            facts=result.facts,
        )
        return Evidence(
            metrics=result.metrics[name].as_dict(),
            params={
                **asdict(self.settings),
                "boundary": result.split.boundary,
                "rows": len(self.panel.features),
                "rows_digest": card.rows_digest,
                "catalogue_digest": self.home.catalogue.digest,
                "code_version": self.home.code_version,
            },
            plots=result.plots,
            card=card.to_json(),
            dataset_digest=self.panel.digest,
            serving=serving_of(
                scorer, self.home.catalogue, self.home.policies.in_force(self.panel.known_on), learnt.features
            ),
        )
