"""Amounts in the sentences of a reason."""

from __future__ import annotations

import pytest

from features.catalogue import load_catalogue
from models.scorer.wording import amount_text


@pytest.mark.parametrize(
    ("unit", "value", "english"),
    [
        ("ratio", -0.001, "0.00"),
        ("ratio", -0.006, "-0.01"),
        ("count", -0.0, "0"),
        ("share", -0.0001, "0.0%"),
        ("share", 0.125, "12.5%"),
        ("cny", 12345.6, "12,346 CNY"),
        ("ratio", None, "no value"),
    ],
)
def test_what_rounds_to_nothing_has_no_sign(unit: str, value: float | None, english: str) -> None:
    feature = next(one for one in load_catalogue().features if one.unit == unit)
    assert amount_text(feature, value)[1] == english
