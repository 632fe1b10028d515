"""What other authorities put on record about each enterprise. Which of it is in force on D is policy, not said here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TypedDict

from expectations.vocabulary.moment import zoned
from features.engine import Engine, literal

KEYS: Mapping[str, tuple[str, ...]] = {
    "penalty": ("decision_no", "authority"),
    "court_listing": ("case_no", "subject"),
    "abnormal_listing": ("reason", "listed_on"),
    "regulator_rating": ("authority", "valid_from"),
    "quality_sample": ("sample_no",),
}
"""Tables of official facts, each with the fields an official would look a record up by."""

_CONDITIONS = {"quality_sample": "where verdict = 'fail' or recall_no is not null"}
_PRIVATE = frozenset({"uscc", "event_day", "key_hash", "ingest_sequence", "source_row"})


class FactRecord(TypedDict):
    """One record of an authority.

    ``table`` is the dictionary's, ``key`` its looked-up fields joined by a slash, ``fields`` the record's own fields
    as text: dates as YYYY-MM-DD, moments in ISO 8601 at +08:00, amounts in decimal notation, None where empty.
    """

    table: str
    key: str
    fields: dict[str, str | None]


def official_facts(engine: Engine) -> dict[str, list[FactRecord]]:
    """Every known fact by enterprise, in the order of the code; a list is in the order of table and key.

    The state of the registration is in the profile of the feature table.
    """
    found: dict[str, list[FactRecord]] = {}
    for table in KEYS:
        for uscc, record in _records(engine, table):
            found.setdefault(uscc, []).append(record)
    for records in found.values():
        records.sort(key=lambda record: (record["table"], record["key"]))
    return dict(sorted(found.items()))


def without_records(table: str, versions: str, set_aside: Mapping[str, Iterable[str]]) -> str:
    """A select over a table's versions without the records that nobody judges by any more.

    ``set_aside`` holds, by enterprise, keys as ``FactRecord`` has them. Where none is of this kind, the select is left.
    """
    pairs = [(uscc, key) for uscc, keys in sorted(set_aside.items()) for key in sorted(keys)]
    if table not in KEYS or not pairs:
        return versions
    key = " || '/' || ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in KEYS[table])
    named = ", ".join(f"({literal(uscc)}, {literal(text)})" for uscc, text in pairs)
    return f"select * from ({versions}) as told where (uscc, {key}) not in ({named})"


def _records(engine: Engine, table: str) -> list[tuple[str, FactRecord]]:
    names = [name for name in engine.columns(f"known_{table}") if name not in _PRIVATE and not name.endswith("_hash")]
    columns = ", ".join(f'"{name}"' for name in names)
    rows = engine.rows(f"select uscc, {columns} from known_{table} {_CONDITIONS.get(table, '')}")
    records = []
    for uscc, *values in rows:
        fields = {name: _text(value) for name, value in zip(names, values, strict=True)}
        key = "/".join(fields[name] or "" for name in KEYS[table])
        records.append((str(uscc), FactRecord(table=table, key=key, fields=fields)))
    return records


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return zoned(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
