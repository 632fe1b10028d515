from __future__ import annotations

from datetime import date, timedelta

import pytest

from expectations.vocabulary.grade import Severity
from models.policy.book import PolicyBook
from reports.alerts.alert import Hit
from reports.alerts.season import in_promotion, seasonal_guard

BOOK = PolicyBook.load()
USCC = "91659007MA7TETA132"


def _hit(day: date, rule: str = "R16") -> Hit:
    return Hit(rule, USCC, day - timedelta(days=6), day, 4000, 1000, 4000, Severity.MEDIUM)


def _kept(day: date, share: float, rule: str = "R16") -> int:
    kept, excused = seasonal_guard([_hit(day, rule)], {USCC: share}, BOOK.in_force(day))
    assert len(kept) + len(excused) == 1
    return len(kept)


@pytest.mark.parametrize(("share", "kept"), [(0.30, 0), (0.29, 1)])
def test_a_burst_in_a_promotion_goes_when_enough_peers_rose(share: float, kept: int) -> None:
    assert _kept(date(2026, 11, 11), share) == kept


@pytest.mark.parametrize(
    ("day", "kept"),
    [
        (date(2026, 5, 31), 1),
        (date(2026, 6, 1), 0),
        (date(2026, 6, 24), 0),
        (date(2026, 6, 25), 1),
        (date(2026, 11, 17), 0),
        (date(2026, 11, 18), 1),
        (date(2026, 11, 27), 0),
        (date(2026, 12, 7), 1),
    ],
)
def test_outside_the_declared_days_peers_excuse_nothing(day: date, kept: int) -> None:
    assert _kept(day, 0.9) == kept
    assert in_promotion(day, BOOK.in_force(day)) == (kept == 0)


def test_only_guarded_rules_are_excused() -> None:
    assert _kept(date(2026, 11, 11), 0.9, rule="R01") == 1


def test_an_enterprise_without_peers_is_not_excused() -> None:
    kept, _ = seasonal_guard([_hit(date(2026, 11, 11))], {}, BOOK.in_force(date(2026, 11, 11)))
    assert len(kept) == 1


def test_what_the_season_excuses_says_by_which_promotion_and_how_many_rose() -> None:
    day = date(2026, 11, 11)
    _, (excused,) = seasonal_guard([_hit(day)], {USCC: 0.45}, BOOK.in_force(day))
    said = excused.to_json()
    assert (said["rule"], said["guard"], said["peer_share"], said["least_share"]) == ("R16", "R21", 0.45, 0.3)
    assert said["promotion"] == {"zh": "双十一", "en": "11.11 sale"}
