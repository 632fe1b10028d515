"""An honest challenger passes; each poisoned one is refused by the gate that names what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.catalogue.schema import Catalogue
from models.policy.book import PolicyBook
from models.scorer.calibration import Calibration
from models.scorer.points import BinnedPoints, PointsScorer
from models.scorer.protocol import FloatArray, Scorer, probability_of
from models.scorer.trees import TreeScorer
from models.training.panel import Labelled
from models.training.settings import TrainingSettings
from models.training.train import fit_challenger, place_scorecard
from models.validation.gates import GateResult, gates
from models.validation.leakage import strongest_alone
from models.validation.limits import gate_limits
from models.validation.overrides import Overrides
from models.validation.pack import Rival, Setting, Validated, pack_digest, validation_pack
from models.validation.page import pack_page
from models.validation.reference import Reference
from models.validation.replay import Replay, labelled_digest, replayed
from models.validation.sample import Sample
from models.validation.wording import gate_words
from tests.worlds.labelled_rows import TRAINED_TO, World, small_catalogue

SETTINGS = TrainingSettings(threads=1)
DAY = date(2026, 10, 31)
LIMITS = gate_limits(DAY)
CARD = PointsScorer({"late_filing_share_365d": BinnedPoints((0.2,), (0.0, 0.6))}, base_margin=-2.0, base_rate=0.1)


class Around:
    """A scorer with another margin for some rows; everything else as the one inside."""

    def __init__(self, inside: Scorer, more: Any) -> None:
        self.inside, self.more = inside, more

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inside, name)

    def margins(self, frame: pd.DataFrame) -> FloatArray:
        moved: FloatArray = self.inside.margins(frame) + self.more(frame)
        return moved

    def probabilities(self, frame: pd.DataFrame) -> FloatArray:
        return probability_of(self.margins(frame))


class Bench:
    """One world, its honest challenger and the way to a pack."""

    def __init__(self) -> None:
        self.world = World()
        self.catalogue = small_catalogue()
        self.learnt, self.unseen = self.world.learnt, self.world.unseen
        self.champion = place_scorecard(CARD, self.learnt)
        self.honest = self.fit(self.learnt)

    def fit(self, rows: Labelled, catalogue: Catalogue | None = None) -> TreeScorer:
        return fit_challenger(rows, catalogue or self.catalogue, SETTINGS, self.champion)

    def replay(self, scorer: Scorer) -> Replay:
        return replayed(scorer, labelled_digest(self.learnt), self.learnt, self.catalogue, SETTINGS, CARD)

    def pack(self, scorer: Any, unseen: Labelled | None = None, **more: Any) -> Mapping[str, Any]:
        rows = unseen or self.unseen
        learnt: Labelled = more.pop("learnt", self.learnt)
        same = Replay("rows", "rows", "model", "model", True)
        validated = Validated(
            version="2",
            scorer=scorer,
            rows=rows,
            labels_known_on=more.pop("labels_known_on", TRAINED_TO),
            reference=Reference.of(scorer, learnt.features, len(set(learnt.enterprises))),
            replay=more.pop("replay", same),
            panel_digest="p",
        )
        setting = Setting(
            catalogue=more.pop("catalogue", self.catalogue),
            policy=PolicyBook.load().in_force(DAY),
            limits=LIMITS,
            connected=frozenset({"tax_filing", "order", "inventory", "declaration", "return", "enterprise"}),
            overrides=Overrides(100, 2, 1, 1),
        )
        return validation_pack(validated, (Rival("scorecard 1", "1", "champion", self.champion),), setting)

    def judged(self, scorer: Any, **more: Any) -> GateResult:
        return gates(self.pack(scorer, **more), LIMITS)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


def names(result: GateResult) -> set[str]:
    return {check.name for check in result.refusals}


def test_an_honest_challenger_that_beats_the_scorecard_passes_every_gate(bench: Bench) -> None:
    result = bench.judged(bench.honest, replay=bench.replay(bench.honest))
    assert result.passed, [check.en for check in result.refusals]
    assert {check.name.split()[0] for check in result.checks} == {
        "events",
        "leak",
        "discrimination",
        "accuracy",
        "calibration",
        "order",
        "stability",
        "subgroup",
        "monotone",
        "replay",
    }


def test_labels_from_after_the_boundary_are_refused_as_a_leak(bench: Bench) -> None:
    poisoned = bench.fit(bench.unseen)
    assert "leak" in names(bench.judged(poisoned, labels_known_on=DAY))


def test_labels_from_the_future_under_a_false_date_are_found_by_training_again(bench: Bench) -> None:
    poisoned = bench.fit(bench.unseen)
    result = bench.judged(poisoned, replay=bench.replay(poisoned))
    assert names(result) == {"replay"}
    assert "another model" in result.refusals[0].en


def test_a_feature_that_knows_the_future_is_too_good_to_be_true(bench: Bench) -> None:
    def leaking(rows: Labelled) -> Labelled:
        noise = np.random.default_rng(1).normal(scale=0.1, size=len(rows.outcome))
        return replace(rows, features=rows.features.assign(late_filings_365d=rows.outcome + noise))

    catalogue = small_catalogue("late_filings_365d")
    poisoned = bench.fit(leaking(bench.learnt), catalogue)
    result = bench.judged(poisoned, unseen=leaking(bench.unseen), learnt=leaking(bench.learnt), catalogue=catalogue)
    assert "leak" in names(result)
    assert "too good to be true" in next(check.en for check in result.refusals if check.name == "leak")


def test_a_feature_that_half_knows_the_future_is_named_though_the_whole_stays_below_suspicion(bench: Bench) -> None:
    def leaking(rows: Labelled) -> Labelled:
        noise = np.random.default_rng(1).normal(scale=0.45, size=len(rows.outcome))
        values = np.where(np.arange(len(noise)) % 50 == 0, np.nan, rows.outcome + noise)
        return replace(rows, features=rows.features.assign(late_filings_365d=values))

    catalogue = small_catalogue("late_filings_365d")
    poisoned = bench.fit(leaking(bench.learnt), catalogue)
    pack = bench.pack(poisoned, unseen=leaking(bench.unseen), learnt=leaking(bench.learnt), catalogue=catalogue)
    assert pack["discrimination"]["auc"]["low"] < LIMITS.implausible_auc
    (refusal,) = (check for check in gates(pack, LIMITS).refusals if check.name == "leak")
    assert "late_filings_365d alone has AUC" in refusal.en
    assert bench.pack(bench.honest)["alone"][0]["auc"]["value"] < 0.8


def test_a_feature_alone_is_as_good_as_its_better_direction_and_side_for_empty_values(bench: Bench) -> None:
    # Six rows, two with events: empty in the one, largest in the other. With empty above all the pairs are 8 of 8.
    values = pd.DataFrame({"told": [1.0, 2.0, 3.0, 4.0, 9.0, np.nan], "reversed": [6.0, 5.0, 4.0, 3.0, 2.0, 1.0]})
    rows = Sample.of(bench.unseen, bench.champion, PolicyBook.load().in_force(DAY)).where(np.arange(6))
    sample = replace(rows, outcome=np.array([0.0, 0, 0, 0, 1, 1]), weight=np.ones(6))
    found = {
        one.feature: one.auc.value for one in strongest_alone(sample, values, ("told", "reversed"), LIMITS.resampling)
    }
    assert found == {"told": 1.0, "reversed": 1.0}


def test_a_reversed_feature_is_refused_by_its_direction(bench: Bench) -> None:
    frame = bench.learnt.features
    backwards = replace(bench.learnt, features=frame.assign(unpaid_tax_ratio_365d=1 - frame["unpaid_tax_ratio_365d"]))
    turned = Catalogue(
        features=tuple(
            feature.model_copy(update={"direction": "down"}) if feature.name == "unpaid_tax_ratio_365d" else feature
            for feature in bench.catalogue.features
        )
    )
    result = bench.judged(bench.fit(backwards, turned))
    assert "monotone" in names(result)
    assert "unpaid_tax_ratio_365d" in next(check.en for check in result.refusals if check.name == "monotone")


@pytest.mark.parametrize("calibration", [Calibration(1.0, 1.2), Calibration(1.0, -1.2), Calibration(3.0, 2.5)])
def test_broken_calibration_is_refused_though_the_order_is_the_same(bench: Bench, calibration: Calibration) -> None:
    broken = replace(bench.honest, calibration=calibration)
    assert "calibration" in names(bench.judged(broken))


def test_a_harmed_subgroup_is_refused_by_name_though_the_whole_is_in_order(bench: Bench) -> None:
    def against_the_young(frame: pd.DataFrame) -> FloatArray:
        return np.where(frame["enterprise_age_days"] < 365, 2.5, -0.15)

    result = bench.judged(Around(bench.honest, against_the_young))
    assert "subgroup new" in names(result)
    assert not {name for name in names(result) if name.startswith("subgroup") and name != "subgroup new"}


def test_a_challenger_without_signal_does_not_replace_the_scorecard(bench: Bench) -> None:
    shuffled = np.random.default_rng(4).permutation(bench.learnt.outcome)
    noise = bench.fit(replace(bench.learnt, outcome=shuffled))
    random = Around(noise, lambda frame: np.random.default_rng(0).normal(size=len(frame)))
    assert "discrimination" in names(bench.judged(random))


def test_a_shifted_population_is_told_from_luck(bench: Bench) -> None:
    frame = bench.unseen.features
    shifted = replace(bench.unseen, features=frame.assign(late_filing_share_365d=frame["late_filing_share_365d"] + 0.3))
    assert "stability" in names(bench.judged(bench.honest, unseen=shifted))


def test_a_pack_is_plain_json_and_the_same_twice(bench: Bench) -> None:
    first, second = bench.pack(bench.honest), bench.pack(bench.honest)
    assert pack_digest(first) == pack_digest(second)
    written = json.loads(json.dumps(first, allow_nan=False))
    assert gates(written, LIMITS) == gates(first, LIMITS)


def test_the_page_needs_nothing_but_itself_and_speaks_both_languages(bench: Bench) -> None:
    pack = bench.pack(bench.honest)
    page = pack_page(pack, gates(pack, LIMITS))
    assert page == pack_page(pack, gates(pack, LIMITS))
    assert "<script" not in page
    assert 'src="' not in page
    assert "<link" not in page
    assert page.count("<svg") == 6
    for heading in ("区分能力", "Discrimination", "可重现性", "Replay", "新设企业", "sole traders", "样本比例"):
        assert heading in page


def test_the_page_of_a_pack_that_was_read_back_is_the_same(bench: Bench) -> None:
    pack = bench.pack(bench.honest)
    read_back = json.loads(json.dumps(pack, sort_keys=True))
    assert pack_page(read_back, gates(read_back, LIMITS)) == pack_page(pack, gates(pack, LIMITS))


def test_every_gate_and_kind_has_a_name_in_both_languages(bench: Bench) -> None:
    for check in bench.judged(bench.honest).checks:
        zh, en = gate_words(check.name)
        assert not zh.isascii()
        assert en.isascii()


def test_a_feed_that_falls_silent_empties_only_its_own_features(bench: Bench) -> None:
    losses = {loss["table"]: loss for loss in bench.pack(bench.honest)["feeds"]}
    assert losses["tax_filing"]["features"] == 2
    assert losses["tax_filing"]["mean_move"] > 0
    assert "inventory" not in losses, "declarations alone still tell exports"
