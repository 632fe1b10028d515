"""What a watcher asks of the model that grades.

Do its inputs and scores still look as they did, did what it said come true, do officers agree with it, and do
inspections that were targeted find more than those drawn at random.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from features.asof import define_known
from features.engine import literal
from features.facts.outcomes import adverse_events
from models.training.settings import TrainingSettings
from models.validation.calibration import HosmerLemeshow, RateTest, hosmer_lemeshow, rate_test
from models.validation.overrides import Overrides, overrides_among
from models.validation.reference import MARGIN, Reference
from models.validation.stability import Shift
from models.validation.watching import HitRates, WatchBounds, hit_rates
from pipelines.steps.alarms import Runbook
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.knowing import looking_at, versions_of
from pipelines.storage import decisions
from pipelines.storage.vectors import StoredVectors, load_vectors


@dataclass(frozen=True, slots=True)
class Matured:
    """Decisions whose whole horizon has passed, against what came of them."""

    business_date: date
    whole: RateTest
    spread: HosmerLemeshow


@dataclass(frozen=True)
class ModelWatch:
    """The state of the model on a day.

    Attributes
    ----------
    inputs:
        Stability index per feature of the model against its training, largest first.
    matured:
        None while no decision is old enough.
    """

    version: str
    inputs: tuple[tuple[str, Shift], ...]
    score: Shift | None
    matured: Matured | None
    overrides: Overrides
    inspections: HitRates
    bounds: WatchBounds

    @property
    def drifted(self) -> tuple[str, ...]:
        """Features that moved further than custom and luck allow."""
        return tuple(name for name, moved in self.inputs if self.bounds.counts(moved))

    @property
    def has_drifted(self) -> bool:
        """Whether the model looks at another world than it learnt from."""
        too_many = len(self.drifted) > self.bounds.drifted_features * max(len(self.inputs), 1)
        return too_many or (self.score is not None and self.bounds.counts(self.score))

    @property
    def is_miscalibrated(self) -> bool:
        """Whether what it said did not come true, beyond luck."""
        found = self.matured
        return found is not None and min(found.whole.p_value, found.spread.p_value) < self.bounds.significance

    @property
    def alarms(self) -> tuple[str, ...]:
        """What an operator must act on, in words."""
        said = []
        if self.score is not None and self.bounds.counts(self.score):
            index = self.score.index
            said.append(
                Runbook.SCORES_MOVED.alarm(
                    f"Scores moved: stability index {index:.2f} against the training. Train again."
                )
            )
        if len(self.drifted) > self.bounds.drifted_features * max(len(self.inputs), 1):
            named = ", ".join(self.drifted[:5])
            says = f"{len(self.drifted)} of {len(self.inputs)} features moved, first {named}."
            said.append(Runbook.FEATURES_MOVED.alarm(f"{says} Ask the senders."))
        if self.is_miscalibrated and self.matured is not None:
            whole = self.matured.whole
            says = (
                f"Of the decisions of {self.matured.business_date}, {whole.expected:.1f} events were expected and "
                f"{whole.events} came. Validate the model: xinji validate {self.version}"
            )
            said.append(Runbook.MISCALIBRATED.alarm(says))
        if (self.overrides.share or 0.0) > self.bounds.override_share:
            share = f"{self.overrides.share:.1%}"
            said.append(Runbook.OVERRIDES_MANY.alarm(f"Officers override {share} of the grades. Ask them why."))
        return tuple(said)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        matured = self.matured
        return {
            "version": self.version,
            "inputs": [{"feature": name, **asdict(moved)} for name, moved in self.inputs[:15]],
            "features": len(self.inputs),
            "drifted": list(self.drifted),
            "score": asdict(self.score) if self.score else None,
            "matured": {**asdict(matured), "business_date": matured.business_date.isoformat()} if matured else None,
            "overrides": {**asdict(self.overrides), "share": self.overrides.share},
            "inspections": asdict(self.inspections),
            "has_drifted": self.has_drifted,
        }


def watch_model(home: Home, business_date: date, reference: Reference, bounds: WatchBounds) -> ModelWatch:
    """Look at the model that grades, after the run for a business date."""
    champion = home.champion()
    with home.database.reading() as connection:
        run = decisions.run_for(connection, business_date)
        overrides = overrides_among(decisions.decisions_of(connection, business_date))
    moved: dict[str, Shift] = {}
    if run is not None:
        frame = load_vectors(home.feature_vectors, StoredVectors(run.feature_path, run.feature_digest))
        moved = reference.drift(champion.scorer, frame, len(frame), bounds.level)
    score = moved.pop(MARGIN, None)
    matured, inspections = _seen(home, business_date, bounds)
    return ModelWatch(
        version=champion.version,
        inputs=tuple(sorted(moved.items(), key=lambda item: (-item[1].index, item[0]))),
        score=score,
        matured=matured,
        overrides=overrides,
        inspections=inspections,
        bounds=bounds,
    )


def _seen(home: Home, business_date: date, bounds: WatchBounds) -> tuple[Matured | None, HitRates]:
    """What outcomes and inspections say, as known at the cutoff of the business date."""
    day, lake = Day.of(business_date), home.pin()
    with home.engine() as engine:
        define_known(engine, versions_of(home, lake, day), looking_at(home, lake, day))
        first = business_date - timedelta(days=bounds.inspection_days)
        rows = engine.rows(
            f"""
            select reason = 'random' as is_random, count(*), count(*) filter (where result <> 'no_difference')
            from known_inspection where event_day > {literal(first)} group by is_random"""
        )
        counts = {bool(is_random): (int(str(count)), int(str(hits))) for is_random, count, hits in rows}
        rates = hit_rates(counts.get(True, (0, 0)), counts.get(False, (0, 0)), bounds.level)
        return _matured(home, business_date, adverse_events(engine), bounds), rates


def _matured(home: Home, business_date: date, events: pd.DataFrame, bounds: WatchBounds) -> Matured | None:
    """The latest day whose horizon, and the reporting after it, have passed."""
    settings = TrainingSettings()
    latest = business_date - timedelta(days=settings.horizon_days + settings.reporting_delay_days)
    with home.database.reading() as connection:
        told = decisions.latest_run_date(connection, until=latest)
        records = list(decisions.decisions_of(connection, told)) if told else []
    said = {record["uscc"]: record["p"] for record in records if record["p"] is not None and record["grade"]}
    if told is None or not said:
        return None
    days = events["event_date"].dt.date
    within = ~events["voided"] & (days > told) & (days <= told + timedelta(days=settings.horizon_days))
    hit = set(events.loc[within, "uscc"])
    outcome = np.array([float(uscc in hit) for uscc in said])
    expected = np.array(list(said.values()))
    return Matured(told, rate_test(outcome, expected, bounds.level), hosmer_lemeshow(outcome, expected))
