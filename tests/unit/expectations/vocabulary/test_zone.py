from __future__ import annotations

from pathlib import Path

import pytest

from expectations.errors import UsageError
from expectations.vocabulary.zone import FeedTerms, load_zone

MINIMAL = """
name: {en: Place, zh: 地方}
offices: {customs: {en: Customs, zh: 海关}}
because: {en: only these, zh: 仅此}
feeds:
  payment: {cadence_days: 1, late_after_days: 2}
  order: {cadence_days: 1, late_after_days: 3}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "zone.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_zone_names_its_connected_feeds_and_their_terms(tmp_path: Path) -> None:
    zone = load_zone(written(tmp_path, MINIMAL))
    assert zone.connected == ("order", "payment")
    assert zone.feeds["order"] == FeedTerms(cadence_days=1, late_after_days=3)


def test_tables_without_a_feed_are_missing(tmp_path: Path) -> None:
    zone = load_zone(written(tmp_path, MINIMAL))
    assert zone.missing(["tax_filing", "order", "forex"]) == ("forex", "tax_filing")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("name:", "nmae:"), "nmae"),
        (("customs:", "custom:"), "custom"),
        (("cadence_days: 1", "cadence_days: 0"), "cadence_days"),
        (("because:", 'division_code: "65"\nbecause:'), "division_code"),
        (("{en: Place, zh: 地方}", "{en: ["), "not YAML"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        load_zone(written(tmp_path, MINIMAL.replace(*change)))


def test_a_feed_of_an_unknown_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="payment"):
        load_zone(written(tmp_path, MINIMAL), known_tables={"order"})


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_zone(tmp_path / "none.yml")
