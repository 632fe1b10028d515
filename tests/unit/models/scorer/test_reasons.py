from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.catalogue.schema import Catalogue
from models.scorer import explain
from models.scorer.points import BinnedPoints, PointsScorer
from models.scorer.trees import TreeScorer


@pytest.fixture
def card() -> PointsScorer:
    bins = {
        "overdue_30d": BinnedPoints((1.0,), (0.0, 0.4)),
        "overdue_365d": BinnedPoints((1.0,), (0.0, 0.6)),
        "receipts_ratio": BinnedPoints((0.7,), (0.9, -0.3)),
        "noise": BinnedPoints((0.0,), (0.0, 0.01)),
    }
    return PointsScorer(bins, base_margin=-3.0, base_rate=0.05)


def rows(**columns: list[float]) -> pd.DataFrame:
    names = ("overdue_30d", "overdue_365d", "receipts_ratio", "noise")
    count = len(next(iter(columns.values())))
    return pd.DataFrame({name: columns.get(name, [np.nan] * count) for name in names})


def test_windows_of_one_measurement_are_one_reason(card: PointsScorer, catalogue: Catalogue) -> None:
    (reasons,) = explain(card, rows(overdue_30d=[3], overdue_365d=[9]), catalogue).reasons
    assert [reason.code for reason in reasons] == ["M-overdue"]
    assert reasons[0].feature == "overdue_365d"
    assert reasons[0].value == 9
    assert reasons[0].contribution == pytest.approx(1.0)


def test_the_strongest_reason_comes_first_in_both_languages(card: PointsScorer, catalogue: Catalogue) -> None:
    frame = rows(overdue_365d=[9], receipts_ratio=[0.5], noise=[1.0])
    (reasons,) = explain(card, frame, catalogue).reasons
    assert [reason.feature for reason in reasons] == ["receipts_ratio", "overdue_365d"]
    assert reasons[1].en == "English of overdue_365d: 9 days (peers' median 9 days); raises the risk"
    assert reasons[1].zh == "overdue_365d的中文：9天（同类中位数9天），推高风险"


def test_who_has_nothing_against_him_hears_what_speaks_for_him(card: PointsScorer, catalogue: Catalogue) -> None:
    (reasons,) = explain(card, rows(receipts_ratio=[1.0]), catalogue).reasons
    assert [reason.contribution for reason in reasons] == [-0.3]
    assert reasons[0].en.endswith("lowers the risk")


def test_no_more_than_four_reasons_are_given(fitted: TreeScorer, catalogue: Catalogue, frame: pd.DataFrame) -> None:
    explained = explain(fitted, frame, catalogue)
    assert max(map(len, explained.reasons)) <= 4
    assert max(map(len, explain(fitted, frame, catalogue, limit=1).reasons)) == 1


def test_an_empty_value_is_called_no_value(fitted: TreeScorer, catalogue: Catalogue, frame: pd.DataFrame) -> None:
    explained = explain(fitted, frame.assign(receipts_ratio=np.nan), catalogue)
    said = [reason for reasons in explained.reasons for reason in reasons if reason.feature == "receipts_ratio"]
    assert said
    assert all("no value" in reason.en and "无数据" in reason.zh and reason.value is None for reason in said)


def test_a_median_comes_from_the_peers_when_there_are_five(card: PointsScorer, catalogue: Catalogue) -> None:
    frame = rows(overdue_365d=[9, 9, 9, 9, 9, 2, 2, 2])
    groups = ["exporter"] * 5 + ["importer"] * 3
    reasons = explain(card, frame, catalogue, peer_groups=groups).reasons
    assert [one[0].peer_median for one in reasons] == [9, 9, 9, 9, 9, 9, 9, 9]
    six = rows(overdue_365d=[9, 9, 9, 9, 9, 2, 2, 2, 2, 2])
    by_group = explain(card, six, catalogue, peer_groups=["exporter"] * 5 + ["importer"] * 5).reasons
    assert [one[0].peer_median for one in by_group] == [9] * 5 + [2] * 5


def test_a_value_stands_beside_the_enterprises_own_past(card: PointsScorer, catalogue: Catalogue) -> None:
    frame = rows(overdue_365d=[9, 9], receipts_ratio=[0.5, 0.5]).set_axis(["E1", "E2"])
    previous = pd.DataFrame({"overdue_365d": [2.0]}, index=["E1"])
    first, second = explain(card, frame, catalogue, previous=previous).reasons
    assert [(reason.feature, reason.previous) for reason in first] == [("receipts_ratio", None), ("overdue_365d", 2.0)]
    assert first[1].zh == "overdue_365d的中文：9天（同类中位数9天，此前2天），推高风险"
    assert first[1].en == "English of overdue_365d: 9 days (peers' median 9 days, before 2 days); raises the risk"
    assert {reason.previous for reason in second} == {None}


def test_equal_reasons_come_in_the_catalogues_order(catalogue: Catalogue) -> None:
    bins = {name: BinnedPoints((1.0,), (0.0, 0.5)) for name in ("noise", "receipts_ratio", "overdue_365d")}
    card = PointsScorer(bins, base_margin=-3.0, base_rate=0.05)
    (reasons,) = explain(card, rows(noise=[2], receipts_ratio=[2], overdue_365d=[2]), catalogue, limit=2).reasons
    assert [reason.feature for reason in reasons] == ["noise", "receipts_ratio"]


def test_reasons_can_be_asked_for_row_by_row(fitted: TreeScorer, catalogue: Catalogue, frame: pd.DataFrame) -> None:
    reasons = explain(fitted, frame, catalogue).reasons
    assert len(reasons) == len(frame)
    assert list(reasons)[3:6] == reasons[3:6] == [reasons[3], reasons[4], reasons[5]]


def test_dimensions_follow_the_contributions(card: PointsScorer, catalogue: Catalogue) -> None:
    bins = {"overdue_365d": BinnedPoints((1.0, 5.0), (-np.log(2), 0.0, np.log(2)))}
    doubling = PointsScorer(bins, base_margin=-3.0, base_rate=0.05)
    scores = explain(doubling, rows(overdue_365d=[0, 3, 9, np.nan]), catalogue).dimensions
    assert scores["tax"].tolist()[:3] == [66.7, 50.0, 33.3]
    assert np.isnan(scores["tax"].iloc[3])
    assert scores["settlement"].isna().all()
    assert scores.shape == (4, 7)


def test_reasons_hold_the_models_own_numbers(fitted: TreeScorer, catalogue: Catalogue, frame: pd.DataFrame) -> None:
    explained = explain(fitted, frame, catalogue)
    assert np.array_equal(explained.margins, fitted.margins(frame))
    assert np.array_equal(explained.probabilities, fitted.probabilities(frame))
    for row, reasons in enumerate(explained.reasons[:50]):
        for reason in reasons:
            family = [
                position
                for position, name in enumerate(fitted.feature_names)
                if name.removesuffix("_30d").removesuffix("_365d") == reason.code.removeprefix("M-")
            ]
            assert reason.contribution == pytest.approx(explained.contributions[row, family].sum())
