from __future__ import annotations

import dataclasses

import pytest

from models.training.gate import gate
from models.training.metrics import Metrics

CHAMPION = Metrics(
    n=1000, events=80, expected=78.0, auc=0.70, ks=0.3, ap=0.2, brier=0.070, log_loss=0.26, slope=0.9, intercept=0.0
)
BETTER = dataclasses.replace(CHAMPION, auc=0.78, brier=0.066, log_loss=0.24)


def test_a_challenger_better_in_rank_and_calibration_passes() -> None:
    result = gate(BETTER, CHAMPION, share_better=0.95)
    assert result.passed
    assert not result.refusals


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"auc": 0.69}, ["auc"]),
        ({"auc": 0.70}, ["auc"]),
        ({"brier": 0.071}, ["brier"]),
        ({"log_loss": 0.27}, ["log_loss"]),
        ({"expected": 170.0}, ["expected_to_observed"]),
        ({"expected": 30.0}, ["expected_to_observed"]),
        ({"events": 19, "expected": 19.0}, ["events"]),
        ({"events": 985, "expected": 985.0}, ["events"]),
        ({"auc": None}, ["auc"]),
        ({"auc": 0.5, "log_loss": 0.9}, ["auc", "log_loss"]),
    ],
)
def test_a_challenger_that_is_worse_anywhere_is_refused_by_name(change: dict[str, float], names: list[str]) -> None:
    result = gate(dataclasses.replace(BETTER, **change), CHAMPION, share_better=0.95)  # type: ignore[arg-type]
    assert not result.passed
    assert [check.name for check in result.refusals] == names
    assert all(check.zh and check.en for check in result.checks)


def test_a_lead_that_vanishes_when_enterprises_are_drawn_again_is_luck() -> None:
    assert [check.name for check in gate(BETTER, CHAMPION, share_better=0.89).refusals] == ["sure"]


def test_without_a_challenger_the_gate_stays_shut_and_says_why() -> None:
    result = gate(None, CHAMPION, share_better=0.0)
    assert not result.passed
    assert result.refusals[0].en == "too little to fit a challenger"
