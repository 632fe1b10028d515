"""A search tries settings on held-out enterprises, never makes the choice worse there, and can be made again."""

from __future__ import annotations

from models.scorer.points import BinnedPoints, PointsScorer
from models.training.search import search
from models.training.settings import TrainingSettings
from tests.worlds.labelled_rows import World, small_catalogue

CARD = PointsScorer({"late_filing_share_365d": BinnedPoints((0.2,), (0.0, 0.6))}, base_margin=-2.0, base_rate=0.1)
GIVEN = TrainingSettings(threads=1)


def test_the_given_settings_are_tried_first_and_the_best_tried_are_taken_the_same_twice() -> None:
    rows, catalogue = World(size=250).learnt, small_catalogue()
    first = search(rows, catalogue, CARD, GIVEN, trials=3)
    assert first == search(rows, catalogue, CARD, GIVEN, trials=3)
    assert len(first.trials) == 3
    tried = first.trials[0]
    assert (tried["monotone_method"], tried["folds"], tried["prior"]) == ("basic", 5, True)
    best = min(first.trials, key=lambda one: one["log_loss"])
    chosen = first.settings
    assert (chosen.monotone_method, chosen.folds, chosen.prior) == (
        best["monotone_method"],
        best["folds"],
        best["prior"],
    )


def test_rows_too_poor_to_fit_leave_the_settings_as_they_were() -> None:
    quiet = World(size=40).learnt
    found = search(quiet.__class__(**{**vars(quiet), "outcome": quiet.outcome * 0}), small_catalogue(), CARD, GIVEN, 1)
    assert found.settings == GIVEN
    assert found.trials[0]["log_loss"] is None
