"""The catalogue: complete, closed, and what its page says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from expectations.contracts.catalog import all_contracts
from features.catalogue import Feature, load_catalogue
from features.catalogue.loader import GROUPS, CatalogueError, read_group
from features.catalogue.page import catalogue_page
from features.law import legal_numbers

ROOT = Path(__file__).parents[4]


def test_there_are_a_hundred_features_or_more_over_every_dimension() -> None:
    catalogue = load_catalogue()
    assert len(catalogue.names) >= 100
    assert len({feature.dimension for feature in catalogue.features}) == 7


def test_every_source_is_a_table_of_the_dictionary() -> None:
    sources = {source for feature in load_catalogue().features for source in feature.sources}
    assert sources <= set(all_contracts())


def test_no_feature_rests_on_a_grade_given_by_another_authority_or_on_a_finding_on_our_own_alerts() -> None:
    sources = {source for feature in load_catalogue().features for source in feature.sources}
    assert sources.isdisjoint({"regulator_rating", "alert_feedback"})


def test_every_feature_speaks_both_languages_and_says_what_its_absence_means() -> None:
    for feature in load_catalogue().features:
        assert feature.en.isascii() and not feature.zh.isascii() and feature.missing_means, feature.name


def test_every_file_of_the_catalogue_is_read() -> None:
    assert {path.stem for path in (ROOT / "features" / "catalogue").glob("*.yaml")} == set(GROUPS)


def test_the_page_in_the_documentation_is_current() -> None:
    page = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    assert page == catalogue_page(load_catalogue()), "Run python -m features.catalogue."


def test_an_unknown_key_is_refused_with_the_place() -> None:
    entry = {"name": "x", "colour": "red"}
    with pytest.raises(CatalogueError, match=r"tax\.yaml(.|\n)*colour"):
        read_group("tax", yaml.safe_dump({"missing": {}, "features": [entry]}))


class TestSources:
    def feature(self, either: tuple[str, ...]) -> Feature:
        return (
            load_catalogue()
            .features[0]
            .model_copy(update={"sources": ("forex", "inventory", "declaration"), "either": either})
        )

    def test_every_source_is_needed(self) -> None:
        assert not self.feature(()).is_known_with({"forex", "inventory"})
        assert self.feature(()).is_known_with({"forex", "inventory", "declaration", "order"})

    def test_of_alternatives_one_is_enough_and_none_is_not(self) -> None:
        alternatives = ("inventory", "declaration")
        assert self.feature(alternatives).is_known_with({"forex", "inventory"})
        assert not self.feature(alternatives).is_known_with({"forex"})
        assert not self.feature(alternatives).is_known_with({"inventory"})

    def test_an_alternative_must_be_a_source(self) -> None:
        told = load_catalogue().features[0].model_dump() | {"either": ("penalty",)}
        with pytest.raises(ValueError, match="no source"):
            Feature.model_validate(told)


def test_every_number_of_law_names_where_it_is_written() -> None:
    for number in legal_numbers().values():
        assert "（" in number.reference and number.value > 0
