"""The form of a lake file: which columns it has and what its hashes are made of, so that an older one can be read.

A file says its form in its metadata; one from before files did is known by its columns. Nothing is rewritten: files are
named by their content, and past snapshots name them. What a file of an older form lacks is made when it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.contracts.identity import system_columns_sql
from expectations.contracts.schema import Contract
from expectations.contracts.typed import literal, quoted, sql_type
from expectations.errors import IntegrityError
from expectations.intake.splitting import stored_columns
from expectations.vocabulary.digest import sha256_of

_KEY = "xinji_form"
_HASHES = "md5-63"
"""How keys and links are hashed (``identity.hash_sql``); another way is another form."""

_KEPT = ("event_day", "source_row")
"""Columns that are the intake's own and are in files of every form."""

OlderForm = tuple[str, ...]
"""The columns of a file of another form than the contract's present one."""


class OlderFormError(IntegrityError):
    """A file of an older form that lacks what cannot be made from the rest of it."""


def form_of(contract: Contract) -> str:
    """The form that a table's files are written in now, as a digest."""
    fields = [[field.name, field.type] for field in contract.fields]
    return sha256_of([_HASHES, fields, list(contract.key), {name: list(of) for name, of in contract.links.items()}])


def copy_options(form: str) -> str:
    """What a COPY that writes a lake file says besides its rows. An empty form is not said."""
    return f", KV_METADATA {{{_KEY}: {literal(form)}}}" if form else ""


def written_form(path: Path) -> str:
    """The form that a file says it has; empty for one from before files did."""
    return _written(path)[0]


def by_form(contract: Contract, paths: Iterable[Path]) -> dict[OlderForm | None, list[int]]:
    """Places of the files of each form, in order. None stands for the contract's present form.

    A file that is gone or broken counts as of the present form: whoever reads it says what is wrong.
    """
    present, columns = form_of(contract), frozenset(stored_columns(contract))
    found: dict[OlderForm | None, list[int]] = {}
    for place, path in enumerate(paths):
        try:
            form, there = _written(path)
        except (FileNotFoundError, pa.ArrowInvalid):
            form, there = present, ()
        is_present = form == present or (not form and columns.issubset(there))
        found.setdefault(None if is_present else there, []).append(place)
    return found


def older_versions_sql(contract: Contract, files: Sequence[tuple[Path, int]], columns: OlderForm) -> str:
    """A select over files of one older form, with the columns of the present one and ``file_index``.

    A field that came later is empty; keys and links are hashed anew over the fields. Each of ``files`` comes with
    the number of its batch.

    Raises
    ------
    OlderFormError
        When a field is lacking that a row cannot do without.
    """
    _must_do(contract, [batch for _, batch in files], set(columns))
    fields = [
        f"CAST({quoted(field.name) if field.name in columns else 'NULL'} AS {sql_type(field.type)}) "
        f"AS {quoted(field.name)}"
        for field in contract.fields
    ]
    made = [f"{sql} AS {quoted(name)}" for name, sql in system_columns_sql(contract).items() if name not in _KEPT]
    names = ", ".join([*map(quoted, contract.field_names), *made, *_KEPT, "file_index"])
    paths = ", ".join(literal(str(path)) for path, _ in files)
    return f"SELECT {names} FROM (SELECT {', '.join([*fields, *_KEPT])}, file_index FROM read_parquet([{paths}]))"


def must_be_present(contract: Contract, paths: Iterable[Path]) -> None:
    """Refuse files of an older form, where they would be read as they are.

    Raises
    ------
    OlderFormError
        When there is one.
    """
    older = sum(len(places) for form, places in by_form(contract, paths).items() if form is not None)
    if older:
        raise OlderFormError(
            f"{older} lake files of {contract.table} are of an older form, which this engine does not read.",
            "Run with DuckDB, which reads them, or take their deliveries in again.",
        )


def _must_do(contract: Contract, batches: Iterable[int], columns: set[str]) -> None:
    lacking = [field.name for field in contract.fields if (field.required or field.key) and field.name not in columns]
    if lacking:
        numbers = ", ".join(map(str, sorted(set(batches))))
        raise OlderFormError(
            f"What batch {numbers} brought of {contract.table} is of an older form and lacks {', '.join(lacking)}.",
            f"Withdraw it and have it sent again with these fields: xinji batch withdraw {numbers} --reason ...",
        )


@lru_cache(maxsize=65536)  # files never change, and each is asked for once per step that reads it
def _written(path: Path) -> tuple[str, OlderForm]:
    read = pq.read_metadata(path)
    told = read.metadata or {}
    return told.get(_KEY.encode(), b"").decode(), tuple(read.schema.to_arrow_schema().names)
