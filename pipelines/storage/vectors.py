"""Feature vectors of decisions, in Parquet files named by their content. The ledger keeps their digests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.errors import IntegrityError, NotFoundError

_DIGEST_COLUMN = "vector_digest"


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """Where a run's vectors lie.

    Attributes
    ----------
    path:
        Relative to the folder of vectors.
    digest:
        sha256 of the file's bytes; also its name.
    """

    path: str
    digest: str


def store_vectors(folder: Path, frame: pd.DataFrame, digests: list[str]) -> StoredVectors:
    """Write a feature table (index ``uscc``, float64 columns) with the digest of each row.

    The file is written aside and renamed, so that a kill leaves either nothing or all of it. The same table gives the
    same name, and is then not written again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    columns = {"uscc": frame.index.to_numpy(), _DIGEST_COLUMN: digests} | {
        str(name): frame[name].to_numpy() for name in frame.columns
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink, compression="zstd")
    content = sink.getvalue().to_pybytes()
    digest = hashlib.sha256(content).hexdigest()
    target = folder / f"{digest}.parquet"
    if not target.exists():
        aside = target.with_suffix(".part")
        aside.write_bytes(content)
        aside.rename(target)
    return StoredVectors(target.name, digest)


def load_vectors(folder: Path, stored: StoredVectors) -> pd.DataFrame:
    """The feature table of a run, index ``uscc``.

    Raises
    ------
    IntegrityError
        When the file is gone or is not what its name says.
    """
    table: pd.DataFrame = _checked(folder, stored).to_pandas().set_index("uscc").drop(columns=_DIGEST_COLUMN)
    return table


def load_vector(folder: Path, stored: StoredVectors, uscc: str) -> tuple[pd.DataFrame, str]:
    """The one-row feature table of an enterprise, and the digest stored beside it.

    Raises
    ------
    IntegrityError
        When the file is gone or is not what its name says.
    NotFoundError
        When the enterprise is not in it.
    """
    table = _checked(folder, stored, [("uscc", "=", uscc)]).to_pandas().set_index("uscc")
    if table.empty:
        raise NotFoundError(f"{uscc} is not among the feature vectors {stored.path}.")
    return table.drop(columns=_DIGEST_COLUMN), str(table[_DIGEST_COLUMN].iloc[0])


def _checked(folder: Path, stored: StoredVectors, filters: list[tuple[str, str, str]] | None = None) -> pa.Table:
    """What was stored, if the file still is what its name says."""
    path = folder / stored.path
    if not path.exists():
        raise IntegrityError(f"The feature vectors {stored.path} are gone.", "Restore them from a backup.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != stored.digest:
        raise IntegrityError(f"The feature vectors {stored.path} were altered.", "Restore them from a backup.")
    return pq.read_table(path, filters=filters)
