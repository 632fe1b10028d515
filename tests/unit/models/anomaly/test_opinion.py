"""The second opinion finds what was planted and no rule describes, and says in what."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.catalogue import load_catalogue
from models.anomaly import Anomaly, second_opinion

CATALOGUE = load_catalogue()
SIZE = 300
ODD = "E042"


def a_zone(seed: int) -> pd.DataFrame:
    """Three hundred exporters whose features hang together: size, diligence and haste lie behind them all."""
    random = np.random.default_rng(seed)
    size, diligence, haste = random.normal(size=(3, SIZE, 1))
    names = list(CATALOGUE.names)
    weights = random.normal(size=(3, len(names)))
    latent = size * weights[0] + diligence * weights[1] + haste * weights[2] + random.normal(size=(SIZE, len(names)))
    columns = {}
    for place, feature in enumerate(CATALOGUE.features):
        wave = latent[:, place]
        columns[feature.name] = 1 / (1 + np.exp(-wave - 1)) if feature.unit == "share" else np.exp(2 + 0.7 * wave)
    frame = pd.DataFrame(columns, index=pd.Index([f"E{number:03d}" for number in range(SIZE)], name="uscc"))
    frame["import_value_365d"] = 0.0
    return frame.mask(pd.DataFrame(random.random(frame.shape) < 0.1, index=frame.index, columns=frame.columns))


def rank_of(found: list[Anomaly], uscc: str) -> Anomaly:
    return next(one for one in found if one.uscc == uscc)


class TestAmongPeers:
    # Slow parcels, many supplier changes and quick settlement: no rule speaks of them, least of all together.
    PLANTED = ("delivery_hours_90d", "dispatch_hours_90d", "dispatch_hours_30d", "timely_delivery_share_90d")

    @pytest.fixture(scope="class")
    @classmethod
    def found(cls) -> list[Anomaly]:
        zone = a_zone(1)
        zone.loc[ODD, list(cls.PLANTED)] = [3000.0, 1500.0, 1800.0, 0.0]
        return second_opinion(zone, [], CATALOGUE, explained=3)

    def test_the_planted_one_is_among_the_three_most_unusual_of_three_hundred(self, found: list[Anomaly]) -> None:
        assert rank_of(found, ODD).rank <= 3

    def test_its_planted_features_are_named_in_both_languages(self, found: list[Anomaly]) -> None:
        odd = rank_of(found, ODD)
        assert odd.view == "fulfilment"
        named = {one.feature.rsplit("_", 1)[0] for one in odd.oddities[:3]}
        assert named <= {"delivery_hours", "dispatch_hours", "timely_delivery_share"} and len(named) >= 2
        hours = next(one for one in odd.oddities if one.feature == "delivery_hours_90d")
        assert hours.value == 3000 and hours.usual is not None and hours.usual < 100
        assert "3,000" in hours.en and "3,000" in hours.zh and not hours.zh.isascii()

    def test_everybody_is_ranked_once_and_only_the_first_are_explained(self, found: list[Anomaly]) -> None:
        assert [one.rank for one in found] == list(range(1, SIZE + 1))
        assert len({one.uscc for one in found}) == SIZE
        assert all(one.oddities for one in found[:3]) and not any(one.oddities for one in found[3:])

    def test_without_a_past_scores_among_peers_fall_with_the_rank(self, found: list[Anomaly]) -> None:
        scores = [one.among_peers for one in found]
        assert scores == sorted(scores, reverse=True)
        assert all(one.against_past is None and not one.is_change for one in found)


class TestAgainstThePast:
    def test_who_is_ordinary_among_peers_but_unlike_itself_is_found(self) -> None:
        random = np.random.default_rng(9)
        # A month is nearly like the month before.
        past = [a_zone(1) * np.exp(random.normal(0, 0.02, size=(SIZE, len(CATALOGUE.names)))) for _ in range(4)]
        zone = a_zone(1)
        small, large = zone["order_value_365d"].nsmallest(40).index[-1], zone["order_value_365d"].nlargest(40).index[-1]
        trade = [
            "orders_90d",
            "order_value_90d",
            "orders_30d",
            "order_value_365d",
            "orders_365d",
            "distinct_buyers_90d",
        ]
        zone.loc[small, trade] = zone.loc[large, trade].fillna(zone[trade].median())
        found = second_opinion(zone, past, CATALOGUE, explained=3)
        odd = rank_of(found, str(small))
        assert odd.rank <= 3
        assert odd.is_change
        assert {one.feature.rsplit("_", 1)[0] for one in odd.oddities} & {"orders", "order_value", "distinct_buyers"}
        assert all("its own past" in one.en for one in odd.oddities)

    def test_two_earlier_values_are_no_past(self) -> None:
        found = second_opinion(a_zone(1), [a_zone(2), a_zone(3)], CATALOGUE, explained=0)
        assert all(one.against_past is None for one in found)


class TestFairness:
    def test_missing_values_make_nobody_unusual(self) -> None:
        zone = a_zone(4)
        zone.loc[ODD] = np.nan
        zone.loc[ODD, ["documents_365d", "export_value_365d", "import_value_365d"]] = [5.0, 5.0, 0.0]
        found = second_opinion(zone, [], CATALOGUE, explained=0)
        assert rank_of(found, ODD).rank > SIZE / 2

    def test_official_facts_say_nothing_here(self) -> None:
        zone = a_zone(5)
        before = second_opinion(zone, [], CATALOGUE, explained=5)
        zone.loc[ODD, ["serious_penalties_in_force", "court_listings_in_force", "serious_findings_365d"]] = 99.0
        assert second_opinion(zone, [], CATALOGUE, explained=5) == before

    def test_being_large_alone_is_not_odd(self) -> None:
        zone = a_zone(6)
        money = [feature.name for feature in CATALOGUE.features if feature.unit in ("cny", "usd")]
        zone.loc[ODD, money] = zone[money].quantile(0.97)
        assert rank_of(second_opinion(zone, [], CATALOGUE, explained=0), ODD).rank > 30

    def test_fewer_than_twenty_are_not_compared(self) -> None:
        assert second_opinion(a_zone(7).head(19), [], CATALOGUE, explained=5) == []
        assert len(second_opinion(a_zone(7).head(20), [], CATALOGUE, explained=5)) == 20


def test_the_same_table_gives_the_same_opinion_whatever_the_order_of_rows() -> None:
    zone = a_zone(8)
    assert second_opinion(zone, [], CATALOGUE, explained=2) == second_opinion(
        zone.iloc[::-1], [], CATALOGUE, explained=2
    )
