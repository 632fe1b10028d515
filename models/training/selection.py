"""Who was looked at: an outcome of an inspection exists only where somebody inspected.

A row whose window holds inspections was looked at with the probability that at least one of them was drawn. Weighting
such rows by its inverse (Horvitz and Thompson, Journal of the American Statistical Association 47, 1952) undoes the
choice of targets as far as the recorded probabilities are true; trimming bounds what one row can weigh, at the price of
some bias. Rows that nobody looked at keep weight 1: their penalties, listings and downgrades are on record anyway.
Those inspected at random need no weight, and are measured on their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from models.scorer.protocol import FloatArray

INSPECTION_COLUMNS = ("uscc", "event_date", "received_at", "at_random", "selection_probability")
_DRAWS = 200
_COVERAGE = (2.5, 97.5)
_FEWEST_EVENTS = 5


@dataclass(frozen=True)
class Looks:
    """What was looked at in the windows of n rows.

    Attributes
    ----------
    probability:
        That at least one inspection of the window was drawn, shape (n,); NaN where nobody looked, or where no
        probability is recorded.
    inspected, at_random:
        Whether anybody looked, and whether a random draw did, shape (n,).
    """

    probability: FloatArray
    inspected: npt.NDArray[np.bool_]
    at_random: npt.NDArray[np.bool_]

    def where(self, kept: npt.NDArray[np.bool_]) -> Looks:
        """Some of the rows."""
        return Looks(self.probability[kept], self.inspected[kept], self.at_random[kept])


def looks_of(
    enterprises: npt.NDArray[np.object_],
    dates: npt.NDArray[np.object_],
    days: Mapping[date, int],
    inspections: pd.DataFrame,
) -> Looks:
    """Inspections in each row's window (D, D + observed days]."""
    escaped = np.full(len(dates), np.nan)
    inspected, at_random = np.zeros(len(dates), bool), np.zeros(len(dates), bool)
    for day, observed in days.items():
        first, last = pd.Timestamp(day), pd.Timestamp(day + timedelta(days=observed))
        within = inspections[(inspections["event_date"] > first) & (inspections["event_date"] <= last)]
        chance = within["selection_probability"].clip(1e-6, 1.0)
        found = pd.DataFrame(
            {
                "uscc": within["uscc"],
                "at_random": within["at_random"],
                "escaped": np.log1p(-chance.clip(upper=1 - 1e-9)),
            }
        )
        by_enterprise = found.groupby("uscc")
        rows = np.flatnonzero(dates == day)
        at_random[rows] = by_enterprise["at_random"].max().reindex(enterprises[rows]).eq(True).to_numpy()
        inspected[rows] = pd.Series(enterprises[rows]).isin(set(found["uscc"])).to_numpy()
        escaped[rows] = by_enterprise["escaped"].sum(min_count=1).reindex(enterprises[rows]).to_numpy(dtype=np.float64)
    return Looks(-np.expm1(escaped), inspected, at_random)


def selection_weights(looks: Looks, most: float) -> FloatArray:
    """Inverse probability of having been looked at, at most ``most`` and at least its inverse, shape (n,).

    Scaled so that the rows that were looked at together weigh as many as they are; 1 for all others.
    """
    known = ~np.isnan(looks.probability)
    weights = np.ones(len(known))
    if known.any():
        inverse = 1.0 / looks.probability[known]
        relative = np.clip(inverse / np.median(inverse), 1.0 / most, most)
        weights[known] = relative / relative.mean()
    return weights


def on_random_inspections(
    margins: Mapping[str, FloatArray], outcome: FloatArray, enterprises: npt.NDArray[np.object_], looks: Looks
) -> dict[str, Any]:
    """AUC of each model on rows inspected at random, with the interval of draws of whole enterprises."""
    rows = np.flatnonzero(looks.at_random)
    found: dict[str, Any] = {"rows": len(rows), "events": int(outcome[rows].sum())}
    if min(found["events"], len(rows) - found["events"]) < _FEWEST_EVENTS:
        return {**found, "models": {}}
    draws = list(_draws(enterprises[rows].astype(str)))
    models = {}
    for name, scores in margins.items():
        aucs = [value for drawn in draws if (value := _auc(outcome[rows[drawn]], scores[rows[drawn]])) is not None]
        low, high = np.percentile(aucs, _COVERAGE)
        models[name] = {"auc": _auc(outcome[rows], scores[rows]), "low": float(low), "high": float(high)}
    return {**found, "models": models}


def assumptions(looks: Looks, seed: int) -> dict[str, FloatArray]:
    """Weights under what may be wrong with them: by name, shape (n,)."""
    known = np.flatnonzero(~np.isnan(looks.probability))
    shuffled = looks.probability.copy()
    shuffled[known] = np.random.default_rng(seed).permutation(looks.probability[known])
    sharper = Looks(looks.probability**2, looks.inspected, looks.at_random)
    blunter = Looks(np.sqrt(looks.probability), looks.inspected, looks.at_random)
    return {
        "no weights": np.ones(len(looks.probability)),
        "as recorded, trimmed at 2": selection_weights(looks, 2.0),
        "as recorded, trimmed at 5": selection_weights(looks, 5.0),
        "as recorded, trimmed at 20": selection_weights(looks, 20.0),
        "targeting was twice as sharp as recorded": selection_weights(sharper, 5.0),
        "targeting was half as sharp as recorded": selection_weights(blunter, 5.0),
        "probabilities of other enterprises": selection_weights(Looks(shuffled, looks.inspected, looks.at_random), 5.0),
    }


def sensitivity(
    fitted: Callable[[FloatArray], FloatArray], looks: Looks, outcome: FloatArray, tested: Looks, seed: int
) -> list[dict[str, Any]]:
    """What a model learns when the weights are wrong.

    Parameters
    ----------
    fitted:
        From weights of the training rows to margins of the test rows.
    looks, tested:
        Of the training and of the test rows.
    outcome:
        Of the test rows, shape (n,).
    seed:
        Decides which enterprises exchange their probabilities.
    """
    plain: FloatArray | None = None
    table = []
    for name, weights in assumptions(looks, seed).items():
        margins = fitted(weights)
        plain = margins if plain is None else plain
        table.append(
            {
                "assumption": name,
                "largest_weight": float(weights.max(initial=1.0)),
                "effective_rows": float(weights.sum() ** 2 / (weights**2).sum()),
                "auc": _auc(outcome, margins),
                "auc_inspected_at_random": _auc(outcome[tested.at_random], margins[tested.at_random]),
                "mean_margin_moved_by": float((margins - plain).mean()),
                "rank_correlation_with_no_weights": float(
                    np.corrcoef(pd.Series(plain).rank(), pd.Series(margins).rank())[0, 1]
                ),
            }
        )
    return table


def _auc(outcome: FloatArray, margins: FloatArray) -> float | None:
    return float(roc_auc_score(outcome, margins)) if 0 < outcome.sum() < len(outcome) else None


def _draws(owners: npt.NDArray[np.str_]) -> Iterator[npt.NDArray[np.int64]]:
    """Rows of enterprises drawn again and again; an enterprise's months are nearly copies of each other."""
    _, owner = np.unique(owners, return_inverse=True)
    rows_of = [np.flatnonzero(owner == one) for one in range(int(owner.max()) + 1)]
    random = np.random.default_rng(0)
    for _ in range(_DRAWS):
        yield np.concatenate([rows_of[one] for one in random.integers(0, len(rows_of), len(rows_of))])
