"""A contract's checks for a single row, in microseconds: the same codes that ``checks`` finds for a whole file by SQL.

An engine needs a tenth of a second to plan the checks of a table, whatever it is asked about; who waits at a barrier
with one document has not got that long. A test holds the two against each other, value by value and code by code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from expectations.contracts.catalog import load_contract
from expectations.contracts.codes import code_list
from expectations.contracts.conditions import Term, condition
from expectations.contracts.personal import MOBILE_NUMBER, RESIDENT_NUMBER
from expectations.contracts.schema import Contract, FieldContract, FieldType
from expectations.vocabulary import uscc
from expectations.vocabulary.moment import ZONE, zoned

_WHITE = " \t\n\r\u3000"
_TRUE, _FALSE = frozenset({"true", "1", "yes", "是"}), frozenset({"false", "0", "no", "否"})
_PERSONAL = re.compile(f"{MOBILE_NUMBER}|{RESIDENT_NUMBER}", re.ASCII)
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})|([0-9]{4})([0-9]{2})([0-9]{2})")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}(:[0-9]{2})?)(\.[0-9]+)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_EARLIEST = 1900
_BIGGEST = 2**63
Check = tuple[str, Callable[[Mapping[str, Any], Mapping[str, str | None]], bool | None]]


@dataclass(frozen=True)
class CheckedRow:
    """A row as its contract sees it.

    Attributes
    ----------
    values:
        Every field typed; None where it is empty or its text does not hold the type.
    faults, warnings:
        Codes as ``wording.describe_fault`` reads them.
    """

    values: Mapping[str, Any]
    faults: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class RowChecks:
    """The checks of one table."""

    contract: Contract
    names: frozenset[str] = field(repr=False)
    faults: tuple[Check, ...] = field(repr=False)
    warnings: tuple[Check, ...] = field(repr=False)

    def check(self, delivered: Mapping[str, str | None]) -> CheckedRow:
        """Check one row of texts by field; what is not in it is empty."""
        texts = {one.name: delivered.get(one.name) for one in self.contract.fields}
        values = {one.name: typed(one, texts[one.name]) for one in self.contract.fields}
        known = {**values, "received_on": _day_of(values["received_at"])}
        broken = tuple(code for code, holds in self.faults if holds(known, texts) is False)
        odd = tuple(code for code, holds in self.warnings if holds(known, texts) is False)
        return CheckedRow(values, broken, odd)


@cache
def row_checks(table: str) -> RowChecks:
    """The checks of a table, read once."""
    contract = load_contract(table)
    faults = [check for one in contract.fields for check in _field_checks(one)]
    warnings = [check for one in contract.fields for check in _field_warnings(one)]
    rules = [(rule.on_breach, (f"rule:{rule.id}", _ruled(condition(rule.sql)))) for rule in contract.rules]
    return RowChecks(
        contract,
        frozenset(contract.field_names),
        (*faults, *(check for breach, check in rules if breach == "reject")),
        (*warnings, *(check for breach, check in rules if breach == "warn")),
    )


def typed(one: FieldContract, text: str | None) -> Any:
    """The typed value of a field from its text; None where the text does not hold one."""
    bare = (text or "").strip(_WHITE)
    if not bare:
        return None
    reader = _READERS.get(one.type)
    return reader(bare) if reader else _decimal(bare, int(one.type[-2]))


def _boolean(text: str) -> bool | None:
    return True if text.lower() in _TRUE else False if text.lower() in _FALSE else None


def _integer(text: str) -> int | None:
    number = int(text) if _INTEGER.fullmatch(text) and len(text) <= 20 else _BIGGEST
    return number if -_BIGGEST <= number < _BIGGEST else None


def _decimal(text: str, places: int) -> Decimal | None:
    if len(text) > 60 or not _decimal_form(places).fullmatch(text):
        return None
    number = Decimal(text)
    return number if abs(number) < Decimal(10) ** (18 - places) else None


@cache
def _decimal_form(places: int) -> re.Pattern[str]:
    return re.compile(rf"[+-]?([0-9]+(\.[0-9]{{0,{places}}}0*)?|\.[0-9]{{1,{places}}}0*)")


def _date(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    parts = [int(part) for part in found.groups() if part] if found else [0]
    try:
        return date(*parts) if parts[0] >= _EARLIEST else None
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    found = _MOMENT.fullmatch(text)
    if found is None or int(text[:4]) < _EARLIEST:
        return None
    day, hour, _, fraction, offset, _ = found.groups()
    zone = "+00:00" if offset == "Z" else offset or "+08:00"
    try:
        return datetime.fromisoformat(f"{day}T{hour}{(fraction or '')[:7]}{zone}").astimezone(ZONE)
    except (ValueError, OverflowError):
        return None


_READERS: dict[FieldType, Callable[[str], Any]] = {
    "string": str,
    "boolean": _boolean,
    "integer": _integer,
    "date": _date,
    "timestamp": _moment,
}


def _day_of(moment: datetime | None) -> date | None:
    return None if moment is None else zoned(moment).date()


def _ruled(holds: Term) -> Callable[[Mapping[str, Any], Mapping[str, str | None]], bool | None]:
    return lambda values, _: holds(values)


def _on_value(
    name: str, holds: Callable[[Any], bool]
) -> Callable[[Mapping[str, Any], Mapping[str, str | None]], bool | None]:
    return lambda values, _: None if values[name] is None else holds(values[name])


def _field_checks(one: FieldContract) -> Iterator[Check]:
    name = one.name

    def is_filled(text: str | None) -> bool:
        return bool((text or "").strip(_WHITE))

    if one.required:
        yield f"required:{name}", lambda _, texts: is_filled(texts[name])
    if one.type != "string":
        yield f"type:{name}", lambda values, texts: values[name] is not None or not is_filled(texts[name])
    if one.max_length is not None:
        longest = one.max_length
        yield f"length:{name}", _on_value(name, lambda value: len(value) <= longest)
    if one.codes is not None:
        yield f"code:{name}", _on_value(name, _coded(frozenset(one.codes), one.several))
    if one.pattern is not None:
        form = re.compile(one.pattern, re.ASCII)
        yield f"pattern:{name}", _on_value(name, lambda value: form.fullmatch(value) is not None)
    yield from _named_checks(one)
    yield from _range_check(one)


def _coded(codes: frozenset[str], several: bool) -> Callable[[str], bool]:
    return lambda value: codes.issuperset(value.split("|")) if several else value in codes


def _named_checks(one: FieldContract) -> Iterator[Check]:
    name = one.name
    if one.check == "uscc":
        for fault in ("length", "character", "check character"):
            code = f"{fault.replace(' ', '_')}:{name}"
            yield code, _on_value(name, lambda value, fault=fault: _fault_of(value) != fault)  # type: ignore[misc]
    elif one.check == "token":
        yield f"personal:{name}", _on_value(name, lambda value: _PERSONAL.fullmatch(value) is None)
    elif one.check in {"currency", "country"}:
        known = frozenset(code_list("currency" if one.check == "currency" else "country"))
        yield f"code:{name}", _on_value(name, known.__contains__)


@lru_cache(maxsize=100_000)
def _fault_of(code: str) -> str | None:
    """What is wrong with a code, its inner check last. The same few codes stand on nearly all documents."""
    return uscc.fault(code) or (None if uscc.inner_check_holds(code) else "inner check")


def _range_check(one: FieldContract) -> Iterator[Check]:
    low = None if one.minimum is None else Decimal(f"{one.minimum:f}")
    high = None if one.maximum is None else Decimal(f"{one.maximum:f}")
    if low is None and high is None:
        return
    yield (
        f"range:{one.name}",
        _on_value(one.name, lambda value: (low is None or value >= low) and (high is None or value <= high)),
    )


def _field_warnings(one: FieldContract) -> Iterator[Check]:
    if one.check == "uscc":
        yield (
            f"inner_check:{one.name}",
            _on_value(one.name, lambda value: _fault_of(value) != "inner check"),
        )
