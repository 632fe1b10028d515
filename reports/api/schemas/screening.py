"""A document before clearance as it is handed in, and what is said of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, model_validator

from expectations.vocabulary.grade import Grade
from models.screening.terms import Lane
from reports.api.ports import Record
from reports.api.schemas.shown import Shown

_Text = Annotated[str, Field(max_length=2000)]
Row = Annotated[
    dict[Annotated[str, Field(max_length=80)], StrictBool | StrictInt | StrictFloat | _Text | None],
    Field(max_length=60, description="Fields by their names in the data dictionary; a number may be a text."),
]


class NewScreening(BaseModel):
    """One inventory or declaration with its lines, and what is at hand of order, payments and waybill.

    Tables and fields are named as in the data dictionary. What is not handed in is not looked at.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inventory: Row | None = None
    inventory_line: list[Row] = Field(default=[], max_length=99)
    declaration: Row | None = None
    declaration_line: list[Row] = Field(default=[], max_length=200)
    order: Row | None = None
    payment: list[Row] = Field(default=[], max_length=20)
    waybill: Row | None = None

    @model_validator(mode="after")
    def _is_one_document(self) -> Self:
        if (self.inventory is None) == (self.declaration is None):
            raise ValueError("Hand in one inventory or one declaration.")
        if (self.inventory_line and self.inventory is None) or (self.declaration_line and self.declaration is None):
            raise ValueError("Lines go with their own kind of document.")
        return self

    def texts(self) -> dict[str, list[dict[str, str | None]]]:
        """What was handed in, as rows of texts by table; tables of which there is nothing are left out."""
        found = {}
        for table in type(self).model_fields:
            told = getattr(self, table)
            rows = told if isinstance(told, list) else [] if told is None else [told]
            if rows:
                found[table] = [{name: _text(value) for name, value in row.items()} for row in rows]
        return found


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)


class ScreeningReason(Shown):
    """Why a lane is suggested.

    ``id`` names the check; ``value`` stands against ``threshold`` where there is one; ``lines`` are numbers of lines.
    """

    id: str
    lane: Lane
    zh: str
    en: str
    asks_zh: str
    asks_en: str
    department: str
    legal_basis: list[str]
    value: Any = None
    threshold: Any = None
    lines: list[int]


class StandingReason(Shown):
    """A reason behind the grade."""

    code: str
    zh: str
    en: str


class Standing(Shown):
    """How the enterprise stood at the moment; all empty where no decision is on record."""

    decision_id: str | None
    date: date | None
    grade: Grade | None
    status: str | None
    score: int | None
    p: float | None
    dimensions: dict[str, float | None] | None
    reasons: list[StandingReason]


class Screening(Shown):
    """What is suggested for a document. Xinji recommends and never orders.

    ``not_looked_at`` names the checks that had nothing to look at; that is held against nobody.
    """

    screening_id: str
    at: datetime
    table: str
    number: str
    uscc: str
    lane: Lane
    reasons: list[ScreeningReason]
    not_looked_at: list[str]
    enterprise: Standing
    policy_digest: str

    @classmethod
    def of(cls, record: Record) -> Self:
        """From the record."""
        return cls.model_validate({**record, "enterprise": record["standing"]})
