"""Feature vectors lie under the digest of their content, and are believed only while they match it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from expectations.errors import IntegrityError, NotFoundError
from pipelines.storage.vectors import StoredVectors, load_vector, load_vectors, store_vectors


def table() -> pd.DataFrame:
    """Two enterprises, one value missing."""
    return pd.DataFrame({"a": [1.5, np.nan], "b": [0.1, 2.0]}, index=pd.Index(["E1", "E2"], name="uscc"))


def test_a_vector_comes_back_to_the_bit_with_its_digest(tmp_path: Path) -> None:
    stored = store_vectors(tmp_path, table(), ["d1", "d2"])
    frame, digest = load_vector(tmp_path, stored, "E2")
    assert digest == "d2"
    pd.testing.assert_frame_equal(frame, table().loc[["E2"]], check_exact=True)


def test_a_whole_table_comes_back_as_it_was(tmp_path: Path) -> None:
    stored = store_vectors(tmp_path, table(), ["d1", "d2"])
    pd.testing.assert_frame_equal(load_vectors(tmp_path, stored), table(), check_exact=True)


def test_the_same_table_is_stored_once(tmp_path: Path) -> None:
    assert store_vectors(tmp_path, table(), ["d1", "d2"]) == store_vectors(tmp_path, table(), ["d1", "d2"])
    assert len(list(tmp_path.iterdir())) == 1


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    stored = store_vectors(tmp_path, table(), ["d1", "d2"])
    path = tmp_path / stored.path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(IntegrityError, match="altered"):
        load_vector(tmp_path, stored, "E1")


def test_a_lost_file_and_an_unknown_enterprise_are_named(tmp_path: Path) -> None:
    stored = store_vectors(tmp_path, table(), ["d1", "d2"])
    with pytest.raises(NotFoundError, match="E9"):
        load_vector(tmp_path, stored, "E9")
    with pytest.raises(IntegrityError, match="gone"):
        load_vector(tmp_path, StoredVectors("missing.parquet", "0"), "E1")
