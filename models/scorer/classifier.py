"""The estimator a data scientist meets: scikit-learn's interface over the platform's own fitting.

>>> model = CreditClassifier(monotone={"overdue_days": 1})  # doctest: +SKIP
>>> model.fit(frame, outcome, groups=frame_of_enterprises).predict_proba(frame)[:, 1]  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from models.scorer.errors import FittingError
from models.scorer.fitting import Settings, fit_trees
from models.scorer.levels import levels_of, numbered
from models.scorer.points import PointsScorer
from models.scorer.protocol import FloatArray, Levels
from models.scorer.sample import Sample
from models.scorer.trees import TreeScorer


class CreditClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Calibrated, monotone, deterministic boosted trees with exact contributions.

    Parameters
    ----------
    monotone:
        Feature name (or position) to 1 (risk rises with it) or -1 (falls); others are free.
    monotone_method:
        ``basic`` or ``intermediate``.
    seed:
        Decides folds, bagging and columns. Same seed and rows: same trees, on any number of threads.
    folds:
        Folds for choosing size and length, and for calibration.
    threads:
        Changes the speed and nothing else; 0 chooses by the size of the data.
    catalogue_digest:
        Digest of the feature catalogue the columns follow; kept with the model.
    prior:
        Expert points that the trees start from and correct, for zones too small to teach everything; its features must
        be columns of X. None starts from the base rate.

    Attributes
    ----------
    scorer_:
        The frozen model; what is saved and registered.
    """

    def __init__(  # noqa: PLR0913 - scikit-learn wants every setting as an argument
        self,
        *,
        monotone: Mapping[str | int, int] | None = None,
        monotone_method: str = "basic",
        seed: int = 0,
        folds: int = 5,
        threads: int = 0,
        catalogue_digest: str = "",
        prior: PointsScorer | None = None,
    ) -> None:
        self.monotone = monotone
        self.monotone_method = monotone_method
        self.seed = seed
        self.folds = folds
        self.threads = threads
        self.catalogue_digest = catalogue_digest
        self.prior = prior

    scorer_: TreeScorer
    classes_: npt.NDArray[Any]
    n_features_in_: int

    def fit(  # noqa: PLR0913, PLR0917 - scikit-learn's order of X, y and sample_weight, then what rows may carry
        self,
        X: Any,  # noqa: N803 - scikit-learn's name
        y: Any,
        sample_weight: Any = None,
        groups: Any = None,
        exposure: Any = None,
        period: Any = None,
    ) -> Self:
        """Learn from labelled rows.

        Parameters
        ----------
        X:
            Frame of numbers and words, or array of numbers, shape (n, k); empty values allowed. Columns that do not
            hold numbers are categorical.
        y:
            Two classes; the larger one in sorting order is the adverse event.
        sample_weight:
            Positive weights, shape (n,); rows of weight 0 are left out.
        groups:
            Rows of one group (an enterprise) stay in one fold.
        exposure:
            Share of the horizon that was observed, in (0, 1].
        period:
            When each row was, as numbers or dates. Given, size and length of the model are chosen by how well rows of a
            later period are predicted from earlier ones.

        Raises
        ------
        FittingError
            When there are not two classes, or too few rows of one.
        """
        levels = levels_of(X) if isinstance(X, pd.DataFrame) else {}
        table = numbered(X, levels) if levels else X
        matrix, labels = validate_data(self, table, y, ensure_all_finite="allow-nan", dtype=np.float64)
        check_classification_targets(labels)
        weight = _positive(sample_weight, len(labels), "sample_weight", zero_allowed=True)
        share = _positive(exposure, len(labels), "exposure", zero_allowed=False)
        if (share > 1).any():
            raise FittingError("An exposure is above 1.", "It is the share of the horizon that was observed.")
        kept = weight > 0
        self.classes_ = _two_classes(labels, kept)
        names = self._names()
        sample = Sample(
            matrix=np.ascontiguousarray(matrix[kept]),
            outcome=(labels[kept] == self.classes_[1]).astype(np.float64),
            exposure=share[kept],
            weight=weight[kept],
            groups=None if groups is None else np.asarray(groups)[kept],
            period=None if period is None else _order_of(period)[kept],
            names=names,
            monotone=self._constraints(names, levels),
            levels=levels,
            prior=self.prior,
        )
        settings = Settings(self.seed, self.folds, self.monotone_method, self.threads)
        self.scorer_ = fit_trees(sample, settings, self.catalogue_digest)
        return self

    def predict_proba(self, X: Any) -> FloatArray:  # noqa: N803
        """Calibrated probabilities of both classes, shape (n, 2)."""
        adverse = self.scorer_.probabilities(self._frame(X)) if self._is_ready() else np.empty(0)
        return np.column_stack([1.0 - adverse, adverse])

    def decision_function(self, X: Any) -> FloatArray:  # noqa: N803
        """Calibrated log-odds of the adverse event, shape (n,)."""
        self._is_ready()
        return self.scorer_.margins(self._frame(X))

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: N803
        """The more probable class, shape (n,)."""
        self._is_ready()
        classes: npt.NDArray[Any] = self.classes_[(self.scorer_.margins(self._frame(X)) > 0).astype(int)]
        return classes

    def margin_contributions(self, X: Any) -> FloatArray:  # noqa: N803
        """Exact contributions to the log-odds, shape (n, k + 1), the base last."""
        self._is_ready()
        return self.scorer_.margin_contributions(self._frame(X))

    def _is_ready(self) -> bool:
        check_is_fitted(self, "scorer_")
        return True

    def _names(self) -> tuple[str, ...]:
        if hasattr(self, "feature_names_in_"):
            return tuple(self.feature_names_in_)
        return tuple(f"x{position}" for position in range(self.n_features_in_))

    def _constraints(self, names: tuple[str, ...], levels: Levels) -> tuple[int, ...]:
        wanted = dict(self.monotone or {})
        unknown = [key for key in wanted if key not in names and key not in range(len(names))]
        if unknown:
            raise FittingError(f"A monotone constraint names {unknown[0]!r}, which is not a feature.", "Correct it.")
        constraints = tuple(wanted.get(name, wanted.get(position, 0)) for position, name in enumerate(names))
        words = [name for name, sign in zip(names, constraints, strict=True) if sign and name in levels]
        if words:
            raise FittingError(f"A monotone constraint names '{words[0]}', whose values have no order.", "Free it.")
        return constraints

    def _frame(self, X: Any) -> pd.DataFrame:  # noqa: N803
        """What the scorer reads, after scikit-learn's checks of names, shape and values."""
        words = self.scorer_.levels if isinstance(X, pd.DataFrame) else {}
        table = numbered(X, words) if words else X
        matrix = validate_data(self, table, reset=False, ensure_all_finite="allow-nan", dtype=np.float64)
        return X if words else pd.DataFrame(matrix, columns=list(self.scorer_.feature_names))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.classifier_tags.multi_class = False
        return tags


def _two_classes(labels: npt.NDArray[Any], kept: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """The two classes, smaller first."""
    if not kept.any():
        raise FittingError("Every sample weight is zero.", "Give rows that stand for something.")
    classes = np.unique(labels[kept])
    if len(classes) > 2:
        raise FittingError(
            f"Only binary classification is supported. The outcome has {len(classes)} classes.",
            "Say which of them are adverse.",
        )
    if len(classes) < 2:
        raise FittingError(
            "The rows that count hold 1 class of outcome only.",
            "Choose a period in which some enterprises had an adverse event and some had none.",
        )
    return classes


def _order_of(period: Any) -> FloatArray:
    """Any sortable values as numbers in the same order."""
    codes, _ = pd.factorize(pd.Series(np.asarray(period).ravel()), sort=True)
    return codes.astype(np.float64)


def _positive(values: Any, rows: int, name: str, *, zero_allowed: bool) -> FloatArray:
    """A vector of one number per row; ones when none are given."""
    if values is None:
        return np.ones(rows)
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (rows,):
        raise FittingError(f"{name} has shape {numbers.shape} for {rows} rows.", "Give one number per row.")
    lowest = 0.0 if zero_allowed else np.nextafter(0.0, 1.0)
    if not np.isfinite(numbers).all() or (numbers < lowest).any():
        raise FittingError(f"{name} holds a negative, empty or infinite number.", "Correct or leave out those rows.")
    return numbers
