"""Cases of the patterns R01-R20: rows in, hits out, under the packaged policy. Read from ``patterns/*.yaml``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from expectations.vocabulary.grade import Severity
from expectations.vocabulary.moment import ZONE
from features.typologies import Hit, find_hits
from models.policy.book import PolicyBook
from models.policy.documents import read_yaml
from models.policy.parameters import typology_parameters
from tests.worlds.builder import World
from tests.worlds.trade import CARRIER, OTHER_SELLER, PLATFORM, SELLER, THIRD_SELLER, declare, receive, sell

FOLDER = Path(__file__).with_name("patterns")
BUSINESS_DATE = date(2026, 9, 30)
WHO = {
    "seller": SELLER,
    "other": OTHER_SELLER,
    "third": THIRD_SELLER,
    "fourth": "91650100MA7TETA13J",
    "platform": PLATFORM,
    "carrier": CARRIER,
}


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Told(_Closed):
    """One kind of row, once or several times.

    Exactly one of ``sale``, ``declare``, ``receive`` (the number that documents end on; repeats count on from 0) and
    ``row`` (a table of the dictionary, told by ``fields``) says what it is. ``value`` and ``paid`` are yuan, ``usd``
    dollars. ``buyer: each`` gives every repeat a buyer of its own. In fields, ``#`` stands for the number of the
    repeat (alone: counted from 1), moments and dates move on by ``every_days``, and enterprises go by their name in
    ``WHO``.
    """

    sale: str | None = None
    declare: str | None = None
    receive: str | None = None
    row: str | None = None
    at: str = ""
    times: int = 1
    every_days: int = 0
    by: str = "seller"
    value: Decimal = Decimal(500)
    paid: Decimal | None = None
    usd: Decimal = Decimal(0)
    buyer: str = "buyer"
    hs: str | None = None
    without: tuple[str, ...] = ()
    listed: dict[str, Any] = Field(default_factory=dict)
    ordered: dict[str, Any] = Field(default_factory=dict)
    paying: dict[str, Any] = Field(default_factory=dict)
    fields: dict[str, Any] = Field(default_factory=dict)

    def tell(self, world: World) -> None:
        """Add the rows to a world."""
        for index in range(self.times):
            if self.row:
                self._tell_row(world, self.row, index)
            else:
                suffix = str(index) if self.times > 1 else ""
                self._tell_one(world, index, suffix, _moment(self.at) + timedelta(days=index * self.every_days))

    def _tell_row(self, world: World, table: str, index: int) -> None:
        contract = world.contracts[table]
        fields = self._filled(self.fields, index)
        if "uscc" in contract.field_names:
            fields["uscc"] = WHO[self.by]
        if contract.event_time not in fields:
            fields.setdefault("received_at", _moment("2026-01-01 12:00"))
        world.add(table, **fields)

    def _tell_one(self, world: World, index: int, suffix: str, moment: datetime) -> None:
        if self.sale:
            sell(
                world,
                self.sale + suffix,
                moment,
                seller=WHO[self.by],
                value=str(self.value),
                paid=None if self.paid is None else str(self.paid),
                without=self.without,
                buyer=f"buyer{suffix}" if self.buyer == "each" else self.buyer,
                listed=self._filled(self.listed, index),
                ordered=self._filled(self.ordered, index),
                paying=self._filled(self.paying, index),
            )
            if self.hs:
                self._line(world, f"i{self.sale}{suffix}", moment)
        elif self.declare:
            fields = {"uscc": WHO[self.by], **self._filled(self.fields, index)}
            declare(world, self.declare + suffix, moment, str(self.usd), **fields)
        elif self.receive:
            fields = {"uscc": WHO[self.by], **self._filled(self.fields, index)}
            receive(world, self.receive + suffix, moment, str(self.usd), **fields)
        else:
            raise ValueError("A row of a case says neither sale, declare, receive nor row.")

    def _filled(self, fields: dict[str, Any], index: int) -> dict[str, Any]:
        moved = timedelta(days=index * self.every_days)
        return {name: _filled(name, value, index, moved) for name, value in fields.items()}

    def _line(self, world: World, list_number: str, moment: datetime) -> None:
        world.add(
            "inventory_line", invt_no=list_number, line_no=1, hs_code=self.hs, goods_name="goods", quantity=1,
            unit="007", price=self.value, line_total=self.value, received_at=moment + timedelta(hours=9),
        )  # fmt: skip


class Expected(_Closed):
    """A hit; what a case leaves out may be anything. ``exposed`` is in yuan."""

    about: str
    severity: Severity | None = None
    value: float | None = None
    threshold: float | None = None
    n: int | None = None
    evidence: tuple[str, ...] | None = None
    exposed: Decimal | None = None

    def differences(self, hit: Hit) -> Iterator[str]:
        """What the hit has otherwise."""
        found = {
            "about": hit.uscc,
            "severity": hit.severity,
            "value": hit.value,
            "threshold": hit.threshold,
            "n": hit.n,
            "evidence": hit.evidence,
            "exposed": Decimal(hit.amount_fen) / 100,
        }
        for name, value in found.items():
            wanted = WHO[self.about] if name == "about" else getattr(self, name)
            if wanted is not None and wanted != value:
                yield f"{name} is {value}, not {wanted}"


class PatternCase(_Closed):
    """One sentence with its example. ``numbers`` replaces some of the policy's, ``day`` is the business date."""

    case: str
    scenario: int | None = None
    rule: str
    day: date = BUSINESS_DATE
    numbers: dict[str, int | float] = Field(default_factory=dict)
    given: tuple[Told, ...]
    hits: tuple[Expected, ...]


@dataclass(frozen=True)
class FiledCase:
    """A case and the file it stands in."""

    file: str
    case: PatternCase

    def run(self, book: PolicyBook) -> tuple[list[Hit], list[str]]:
        """The hits found, and where they are not the expected ones."""
        world = World()
        for told in self.case.given:
            told.tell(world)
        rule = self.case.rule
        numbers = typology_parameters(book.in_force(self.case.day))[rule]
        found = find_hits(world.known(self.case.day), {rule: {**numbers, **self.case.numbers}}, self.case.day)
        if len(found) != len(self.case.hits):
            return found, [f"{len(found)} hits, not {len(self.case.hits)}: {found}"]
        pairs = zip(self.case.hits, found, strict=True)
        return found, [difference for wanted, hit in pairs for difference in wanted.differences(hit)]


def pattern_cases() -> list[FiledCase]:
    """Every case of the folder, in the order of files and of lines."""
    reader = TypeAdapter(tuple[PatternCase, ...])
    return [
        FiledCase(file.stem, case)
        for file in sorted(FOLDER.glob("*.yaml"))
        for case in reader.validate_python(read_yaml(file))
    ]


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def _filled(name: str, value: Any, index: int, moved: timedelta) -> Any:
    if isinstance(value, date):
        return value + moved
    if not isinstance(value, str):
        return value
    if value == "#":
        return index + 1
    if name.endswith("_uscc"):
        return WHO[value]
    if len(value) == len("2026-01-01 12:00") and value[4] == "-" and value[13] == ":":
        return _moment(value) + moved
    return value.replace("#", str(index))
