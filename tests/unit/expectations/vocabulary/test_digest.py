"""Equal values have equal bytes, and different values have not."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.vocabulary.digest import (
    canonical_json,
    canonical_members,
    sha256_file,
    sha256_many,
    sha256_of,
    sha256_text,
)
from expectations.vocabulary.moment import ZONE

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(values)
def test_the_canonical_text_means_the_value_and_nothing_else(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_in_which_a_record_was_built_leaves_no_trace(record: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(record.items()))) == canonical_json(record)


@given(st.dictionaries(st.text(), values), st.sets(st.text()))
def test_an_object_put_together_from_texts_is_the_same_to_the_byte(record: dict[str, object], told: set[str]) -> None:
    rest = {name: value for name, value in record.items() if name not in told}
    texts = {name: canonical_json(value) for name, value in record.items() if name in told}
    assert canonical_members(rest, texts) == canonical_json(record)


def test_the_form_is_fixed_to_the_byte() -> None:
    record = {"名": "双河", "b": Decimal("1.50"), "a": [date(2026, 3, 31), datetime(2026, 3, 31, tzinfo=ZONE)]}
    assert canonical_json(record) == ('{"a":["2026-03-31","2026-03-31T00:00:00+08:00"],"b":"1.50","名":"双河"}')


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_json_does_not_have_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json({"p": value})


@pytest.mark.parametrize("value", [datetime(2026, 3, 31), {1, 2}, b"x", object()])  # noqa: DTZ001
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json([value])


def test_digests_are_plain_sha256() -> None:
    assert sha256_text("双河") == hashlib.sha256("双河".encode()).hexdigest()
    assert sha256_of({"a": 1}) == sha256_text('{"a":1}')
    assert sha256_of(datetime(2026, 3, 31, tzinfo=UTC)) != sha256_of(datetime(2026, 3, 31, tzinfo=ZONE))


def test_a_file_s_digest_is_that_of_its_bytes_however_long(tmp_path: Path) -> None:
    content = bytes(range(256)) * 8192 + b"tail"
    (tmp_path / "file").write_bytes(content)
    assert sha256_file(tmp_path / "file") == hashlib.sha256(content).hexdigest()


@given(st.lists(st.text(alphabet="0123456789abcdef", min_size=4, max_size=4)))
def test_a_collection_s_digest_does_not_depend_on_its_order_but_on_every_member(digests: list[str]) -> None:
    assert sha256_many(reversed(digests)) == sha256_many(digests)
    assert sha256_many([*digests, "ffff0"]) != sha256_many(digests)
