"""scikit-learn's own checks of an estimator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn.utils.estimator_checks import parametrize_with_checks

from models.scorer.classifier import CreditClassifier

DOES_NOT_APPLY = {
    "check_sample_weight_equivalence_on_dense_data": (
        "A weight says how many rows of the population a row stands for, not how often it was seen: folds and bags are "
        "drawn of rows, so a row of weight 2 is not the same as the row twice, which would let it lie on both sides."
    )
}
"""Every check that the estimator is not meant to pass, with the reason."""


@parametrize_with_checks(  # type: ignore[untyped-decorator]  # scikit-learn ships no types
    [CreditClassifier(threads=1, folds=2)],
    expected_failed_checks=lambda estimator: DOES_NOT_APPLY,
)
def test_the_estimator_is_one_by_scikit_learns_own_checks(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)
