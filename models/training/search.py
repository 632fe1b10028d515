"""A search for better settings: an optional step before a training, with every trial on record.

Enterprises are held out, not rows, and only from the training's own side of the boundary, so the time after it stays
unseen. The search is seeded; its outcome goes into the model's card, and the training can be made again from that.
Needs the extra ``search``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from expectations.errors import UsageError
from features.catalogue.schema import Catalogue
from models.scorer.errors import FittingError
from models.scorer.points import PointsScorer
from models.training.metrics import measure
from models.training.panel import Labelled
from models.training.settings import TrainingSettings
from models.training.train import fit_challenger, place_scorecard

_HELD_OUT = 3
"""One enterprise of so many is held out."""


@dataclass(frozen=True)
class Searched:
    """What a search found.

    Attributes
    ----------
    settings:
        The best of them, or the ones given where no trial could be fitted.
    trials:
        Plain JSON values per trial: its settings and the log loss on held-out enterprises, None where nothing fitted.
    """

    settings: TrainingSettings
    trials: tuple[dict[str, Any], ...]


def search(
    rows: Labelled, catalogue: Catalogue, scorecard: PointsScorer, settings: TrainingSettings, trials: int
) -> Searched:
    """Try settings on the training's rows; the given ones are always the first trial.

    Raises
    ------
    UsageError
        When Optuna is not installed.
    """
    try:
        import optuna  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError("A search needs Optuna.", "Install the extra: pip install 'xinji[search]'") from error
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    loss = _loss_of(rows, catalogue, scorecard)
    study = optuna.create_study(direction="minimize", sampler=optuna.samplers.TPESampler(seed=settings.seed))
    study.enqueue_trial({"monotone_method": settings.monotone_method, "folds": settings.folds, "prior": settings.prior})
    done: list[dict[str, Any]] = []

    def objective(trial: Any) -> float:
        tried = replace(
            settings,
            monotone_method=trial.suggest_categorical("monotone_method", ["basic", "intermediate"]),
            folds=trial.suggest_int("folds", 3, 8),
            prior=trial.suggest_categorical("prior", [True, False]),
        )
        value = loss(tried)
        done.append({**trial.params, "log_loss": value})
        return float("inf") if value is None else value

    study.optimize(objective, n_trials=trials)
    found = min((one for one in done if one["log_loss"] is not None), key=lambda one: one["log_loss"], default=None)
    if found is None:
        return Searched(settings, tuple(done))
    best = {name: found[name] for name in ("monotone_method", "folds", "prior")}
    return Searched(replace(settings, **best), tuple(done))


def _loss_of(
    rows: Labelled, catalogue: Catalogue, scorecard: PointsScorer
) -> Callable[[TrainingSettings], float | None]:
    """Log loss on held-out enterprises of a model fitted on the others; None where it cannot be fitted."""
    codes = np.unique(rows.enterprises.astype(str))
    held = np.isin(rows.enterprises.astype(str), codes[::_HELD_OUT])
    learnt, unseen = _part(rows, ~held), _part(rows, held)
    placed = place_scorecard(scorecard, learnt)

    def loss(settings: TrainingSettings) -> float | None:
        try:
            model = fit_challenger(learnt, catalogue, settings, placed)
        except FittingError:
            return None
        return measure(model.margins(unseen.features), unseen.outcome, unseen.exposure, unseen.weight).log_loss

    return loss


def _part(rows: Labelled, kept: Any) -> Labelled:
    columns = ("enterprises", "dates", "outcome", "exposure", "weight")
    chosen = {name: getattr(rows, name)[kept] for name in columns}
    return replace(rows, features=rows.features[kept].reset_index(drop=True), **chosen)
