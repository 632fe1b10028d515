"""One training: split, fit the challenger, place the scorecard, measure both on the same unseen time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd

from features.catalogue.schema import Catalogue
from models.scorecard.weight_of_evidence import fit_woe_scorecard
from models.scorer.calibration import intercept_only
from models.scorer.classifier import CreditClassifier
from models.scorer.errors import FittingError
from models.scorer.points import PointsScorer
from models.scorer.protocol import FloatArray, Scorer
from models.scorer.sample import sample_of
from models.scorer.trees import TreeScorer
from models.training.metrics import Metrics, measure
from models.training.panel import Labelled, Panel
from models.training.plots import comparison_plots
from models.training.selection import on_random_inspections, sensitivity
from models.training.settings import TrainingSettings
from models.training.split import Split, split_by_time

Parameters = ParamSpec("Parameters")
Fitted = TypeVar("Fitted")


@dataclass(frozen=True)
class TrainingResult:
    """What one training found.

    Attributes
    ----------
    challenger:
        The fitted trees, exactly those that were measured; None when there was too little to fit.
    scorecard:
        The expert scorecard over this zone's own rate.
    baseline:
        A scorecard of weights of evidence fitted on the same rows; measured, never registered. None as above.
    metrics:
        Per model name (``scorecard``, ``woe``, ``lightgbm``), on the same out-of-time rows.
    plots:
        PNG bytes by file name.
    facts:
        Plain JSON values for a log: boundary, rows, events, exclusions, digests.
    """

    challenger: TreeScorer | None
    scorecard: PointsScorer
    baseline: PointsScorer | None
    metrics: Mapping[str, Metrics]
    plots: Mapping[str, bytes]
    split: Split
    facts: Mapping[str, Any]


def train(
    panel: Panel,
    catalogue: Catalogue,
    scorecard: PointsScorer,
    settings: TrainingSettings | None = None,
) -> TrainingResult:
    """Fit a challenger on the time before the boundary and compare it with the scorecard on the time after.

    The challenger is not fitted again on all time afterwards: what is registered is what was measured.

    Raises
    ------
    PanelError
        When no boundary leaves rows on both sides.
    """
    chosen = settings or TrainingSettings()
    split = split_by_time(panel, chosen)
    placed = place_scorecard(scorecard, split.train)
    baseline = _or_none(fit_baseline, split.train, catalogue, chosen)
    challenger = _or_none(fit_challenger, split.train, catalogue, chosen, placed)
    offered: dict[str, Scorer | None] = {"scorecard": placed, "woe": baseline, "lightgbm": challenger}
    models = {name: model for name, model in offered.items() if model is not None}
    test = split.test
    margins = {name: model.margins(test.features) for name, model in models.items()}
    metrics = {name: measure(scores, test.outcome, test.exposure, test.weight) for name, scores in margins.items()}
    return TrainingResult(
        challenger=challenger,
        scorecard=placed,
        baseline=baseline,
        metrics=metrics,
        plots=comparison_plots(margins, test.outcome, test.exposure, (challenger or placed).importances),
        split=split,
        facts={**_facts(panel, split, chosen), "selection": _selection(split, margins, catalogue, chosen)},
    )


def _selection(
    split: Split, margins: Mapping[str, FloatArray], catalogue: Catalogue, settings: TrainingSettings
) -> dict[str, Any] | None:
    """Who was looked at, the models on those inspected at random, and what wrong weights would do to a baseline."""
    looks, tested = split.train.looks, split.test.looks
    if looks is None or tested is None:
        return None
    rows, test = split.train, split.test

    def fitted(weights: FloatArray) -> FloatArray:
        card = fit_baseline(replace(rows, weight=weights), catalogue, settings)
        return card.margins(test.features)

    card = _or_none(sensitivity, fitted, looks, test.outcome, tested, settings.seed)
    return {
        "train_rows_inspected": int(looks.inspected.sum()),
        "train_rows_with_probability": int((~np.isnan(looks.probability)).sum()),
        "most_selection_weight": settings.most_selection_weight,
        "inspected_at_random": on_random_inspections(margins, test.outcome, test.enterprises, tested),
        "if_weights_are_wrong": card,
    }


def fit_challenger(
    rows: Labelled, catalogue: Catalogue, settings: TrainingSettings, prior: PointsScorer | None = None
) -> TreeScorer:
    """Trees over the catalogue's features that have a spread here, monotone where the catalogue says so.

    With a prior the trees start from the expert's points and learn what to correct in them. A few hundred enterprises
    cannot teach a model from nothing what officers already know; they can teach it where officers are wrong.

    Raises
    ------
    FittingError
        When there are too few events, or no feature has two values.
    """
    varying = [name for name in catalogue.names if rows.features[name].nunique() > 1]
    if not varying:
        raise FittingError("No feature has two different values.", "Connect a feed, or give a longer period.")
    used = {*varying, *(prior.feature_names if prior else ())}
    columns = [name for name in catalogue.names if name in used]
    monotone: dict[str | int, int] = {
        feature.name: feature.monotone for feature in catalogue.features if feature.name in used
    }
    model = CreditClassifier(
        monotone=monotone,
        monotone_method=settings.monotone_method,
        folds=settings.folds,
        seed=settings.seed,
        threads=settings.threads,
        catalogue_digest=catalogue.digest,
        prior=prior if settings.prior else None,
    )
    fitted = model.fit(
        rows.features[columns],
        rows.outcome,
        sample_weight=rows.weight,
        groups=rows.enterprises.astype(str),
        exposure=rows.exposure,
        period=_days(rows),
    )
    return fitted.scorer_


def fit_baseline(rows: Labelled, catalogue: Catalogue, settings: TrainingSettings) -> PointsScorer:
    """A scorecard of weights of evidence over the catalogue's features, monotone where the catalogue says so.

    Raises
    ------
    FittingError
        When there are too few events, or no feature tells them from other rows.
    """
    sample = sample_of(
        rows.features[list(catalogue.names)],
        rows.outcome,
        {feature.name: feature.monotone for feature in catalogue.features},
        exposure=rows.exposure,
        weight=rows.weight,
        groups=rows.enterprises.astype(str),
        period=_days(rows),
    )
    return fit_woe_scorecard(sample, settings.seed, catalogue.digest)


def _days(rows: Labelled) -> FloatArray:
    """D of each row as a number."""
    return np.array([day.toordinal() for day in rows.dates], dtype=np.float64)


def _or_none(fit: Callable[Parameters, Fitted], *given: Parameters.args, **named: Parameters.kwargs) -> Fitted | None:
    """What a fit gives; None where there is too little to learn from."""
    try:
        return fit(*given, **named)
    except FittingError:
        return None


def place_scorecard(scorecard: PointsScorer, rows: Labelled) -> PointsScorer:
    """The same points over the zone's own rate: expected events equal observed ones on these rows.

    Without this the comparison would be won by whoever knows the zone's rate, which takes no model. Without any
    event, the documented rate stays.
    """
    if not 0 < rows.events < len(rows.outcome):
        return scorecard
    margins = scorecard.margins(rows.features)
    shift = intercept_only(margins, rows.outcome, np.log(rows.exposure), rows.weight)
    rate = float(rows.weight @ rows.outcome / (rows.weight @ rows.exposure))
    return scorecard.at_base_rate(min(rate, 0.5), base_margin=scorecard.base_margin + shift)


def late_reports(events: pd.DataFrame, settings: TrainingSettings) -> int:
    """Standing events that came later than the reporting delay allows for, so that some label may have missed them.

    Takes a panel's events. A corrected record counts from its correction, so this is an upper bound.
    """
    arrived = events["received_at"].dt.tz_localize(None)
    late = (arrived - events["event_date"]).dt.days > settings.reporting_delay_days
    return int((late & ~events["voided"]).sum())


def _facts(panel: Panel, split: Split, settings: TrainingSettings) -> dict[str, Any]:
    def side(rows: Labelled) -> dict[str, Any]:
        return {
            "rows": len(rows.outcome),
            "enterprises": len(set(rows.enterprises)),
            "events": rows.events,
            "mean_exposure": float(rows.exposure.mean()),
            "from": min(rows.dates).isoformat(),
            "to": max(rows.dates).isoformat(),
            "known_on": rows.known_on.isoformat(),
            "excluded": dict(rows.excluded),
        }

    return {
        "boundary": split.boundary.isoformat(),
        "horizon_days": settings.horizon_days,
        "train": side(split.train),
        "test": side(split.test),
        "excluded": dict(panel.excluded),
        "events_reported_late": late_reports(panel.events, settings),
        "panel_digest": panel.digest,
    }
