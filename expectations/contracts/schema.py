"""The shape of a contract: what a table at the door must be, as data.

A contract is one YAML file per table. An unknown key in it is an error, so nothing written there is silently unused.
"""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FieldType = Literal[
    "string", "integer", "boolean", "date", "timestamp", "decimal(18,2)", "decimal(18,5)", "decimal(18,8)"
]
LinkName = Literal["order", "waybill", "inventory", "declaration", "trace"]

SYSTEM_COLUMNS = ("received_at", "event_day", "key_hash", "ingest_sequence", "source_row")


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Closed):
    """One text in both languages."""

    en: str
    zh: str


class FieldContract(_Closed):
    """One field of a table.

    Attributes
    ----------
    codes:
        The closed list of values. Anything else is quarantined, never taken as "other".
    several:
        The value may hold several codes or tokens, separated by ``|``.
    pattern:
        Regular expression that the whole value must match.
    check:
        A named check: ``uscc`` (outer check rejects, inner warns), ``currency`` (ISO 4217), ``country`` (ISO 3166
        alpha-2), ``vin`` (check digit warns), ``token`` (what has the form of a resident number or a mobile phone
        number is not a token, and rejects).
    minimum, maximum:
        Inclusive bounds of a number.
    """

    name: str
    type: FieldType
    meaning: str = ""
    key: bool = False
    required: bool = False
    codes: tuple[str, ...] | None = None
    several: bool = False
    pattern: str | None = None
    max_length: int | None = None
    check: Literal["uscc", "currency", "country", "vin", "token"] | None = None
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.key and not self.required:
            raise ValueError(f"{self.name}: a key field is always required.")
        if self.pattern:
            re.compile(self.pattern)
        return self


class RowRule(_Closed):
    """A condition between fields of one row.

    Attributes
    ----------
    sql:
        A boolean expression over the table's typed fields, in DuckDB SQL, and over ``received_on``, the day of
        ``received_at`` at +08:00. Null counts as kept: a rule that needs a field to be there says so.
    on_breach:
        ``reject`` quarantines the row, ``warn`` accepts it and counts it.
    """

    id: str
    sql: str
    says: Words
    on_breach: Literal["reject", "warn"] = "reject"


class Gate(_Closed):
    """A bound on a whole batch of the table, with the reason for its number.

    Attributes
    ----------
    measure:
        ``row_count``; ``filled`` (share of rows with a value in ``field``); ``unique`` (share of rows whose key
        occurs once among rows received at the same moment); ``fresh_days`` (days from the batch's latest event to
        the moment it was sent); ``median`` of ``field``; ``share`` of rows whose ``field`` is ``value``;
        ``quarantined`` (share of received rows that broke the contract).
    withhold_below, withhold_above:
        Outside these the batch is withheld from use.
    warn_below, warn_above:
        Outside these it is used, and the operator told.
    """

    measure: Literal["row_count", "filled", "unique", "fresh_days", "median", "share", "quarantined"]
    field: str | None = None
    value: str | None = None
    withhold_below: float | None = None
    withhold_above: float | None = None
    warn_below: float | None = None
    warn_above: float | None = None
    because: str


class Cadence(_Closed):
    """How often the table is expected, and how long silence is still no news."""

    days: int
    late_after_days: int
    because: str


class Contract(_Closed):
    """What one table must be.

    Attributes
    ----------
    event_time:
        The field that says when it happened; its Asia/Shanghai day is the row's event day. A month stands for its
        first day. Where the field is empty, the row is dated by its receipt.
    links:
        Fields that name a document elsewhere; hashed at ingest under ``<link>_hash``.
    refers_to:
        Fields that name an enterprise or a document of another table, in the order of the first fields of that
        table's key; a row that finds none is an orphan, counted and kept.
    """

    table: str
    title: Words
    sent_by: tuple[str, ...]
    event_time: str
    cadence: Cadence
    fields: tuple[FieldContract, ...]
    links: dict[LinkName, tuple[str, ...]] = Field(default_factory=dict)
    refers_to: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    rules: tuple[RowRule, ...] = ()
    gates: tuple[Gate, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """The fields that identify a record; its versions share them."""
        return tuple(field.name for field in self.fields if field.key)

    @property
    def field_names(self) -> tuple[str, ...]:
        """Every field, in the order of the dictionary."""
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> FieldContract:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)

    @property
    def is_dated_by_receipt(self) -> bool:
        """Whether rows have no time of their own: lines, which take the day of the document they belong to.

        Their event day is the day they came in, so it must not be held against a business date.
        """
        return self.event_time == "received_at"

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        names = set(self.field_names)
        used = {self.event_time, *(part for parts in self.links.values() for part in parts)}
        used |= {part for parts in self.refers_to.values() for part in parts}
        used |= {gate.field for gate in self.gates if gate.field}
        if unknown := sorted(used - names):
            raise ValueError(f"{self.table}: names fields it does not have: {', '.join(unknown)}.")
        if not self.key:
            raise ValueError(f"{self.table}: has no key.")
        return self
