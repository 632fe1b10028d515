"""The benchmarks of scores and reasons do what they say: the same numbers both ways, at any size."""

from __future__ import annotations

from pipelines.benchmarks.scoring import explain_both_ways, score_both_ways


def test_the_stored_model_scores_to_the_bit_what_lightgbm_predicts() -> None:
    laps, (theirs, ours) = score_both_ways(500, seed=1, size=(7, 20))
    assert theirs == ours
    assert set(laps) == {"lightgbm predict", "score"}


def test_both_ways_of_explaining_agree() -> None:
    laps, apart, scale = explain_both_ways((7, 20), 300, 100, seed=1)
    assert apart <= 1e-9 * scale
    assert set(laps) == {"lightgbm pred_contrib", "contributions"}
