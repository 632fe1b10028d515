from __future__ import annotations

from pathlib import Path

import pytest

from expectations.vocabulary.zone import load_zone

SOURCES = Path(__file__).parents[4] / "pipelines" / "sources"


def test_the_default_zone_connects_all_32_tables() -> None:
    zone = load_zone(SOURCES / "zones" / "default.yml")
    assert len(zone.connected) == 32


@pytest.mark.parametrize(
    ("source", "tables"),
    [
        ("korea_customs", ("declaration", "declaration_line", "inspection")),
        ("online_retail", ("order", "order_line", "return")),
    ],
)
def test_a_public_source_connects_only_what_it_publishes(source: str, tables: tuple[str, ...]) -> None:
    zone = load_zone(SOURCES / source / "zone.yml")
    assert zone.connected == tables
    default = load_zone(SOURCES / "zones" / "default.yml")
    assert not zone.missing(tables) and set(zone.connected) <= set(default.connected)
