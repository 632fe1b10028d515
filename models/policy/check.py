"""Faults of a policy that its schema cannot see: each is found before an official publishes, not by an enterprise."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any

from expectations.contracts.catalog import load_contract
from expectations.errors import NotFoundError
from expectations.vocabulary.dimension import Dimension
from expectations.vocabulary.grade import Grade
from models.policy.book import PACKAGED, PolicyBook, policy_files, read_rule
from models.policy.documents import PolicyError
from models.policy.schema import Closed, RuleFile, Value
from models.policy.trace import NOTICE, rule_code
from models.policy.values import (
    AlertBranch,
    AlertLifeValue,
    CapValue,
    FactBranch,
    FactPeriodValue,
    PointsValue,
    SchemeValue,
    TypologyValue,
    Where,
)

ONE_IN_FORCE = ("scale", "floors", "hysteresis", "alerts", "overrides", "notices", "objections")
"""Folders of which one rule at most holds on any day."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: which rule, what kind, what to do.

    ``kind`` is ``schema``, ``time``, ``citation``, ``translation``, ``reference``, ``unreachable``, ``contradiction``
    or ``case``.
    """

    rule: str
    kind: str
    problem: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.kind}: {self.problem}"


def schema_findings(root: Path = PACKAGED) -> list[Finding]:
    """Every file that breaks its schema, where loading stops at the first."""
    found = []
    for path in policy_files(root):
        try:
            read_rule(path)
        except PolicyError as error:
            found.append(Finding(f"{path.parent.name}/{path.stem}", "schema", str(error)))
    return found


def policy_check(book: PolicyBook, covered: Container[str] | None = None) -> list[Finding]:
    """Every fault of a book whose files keep their schema, in the order of the rules.

    ``covered`` holds what the policy cases exercise, as ``cases.Coverage`` lists it; None leaves cases out.
    """
    found: list[Finding] = []
    for name, rule in book.rules.items():
        found += rule_findings(name, rule)
        found += _references(name, rule, book)
        found += _unreachable(name, rule)
        if covered is not None:
            found += _cases(name, rule, covered)
    for folder in ONE_IN_FORCE:
        found += _sequence(folder, list(book.folder(folder).values()))
    for authority, schemes in _schemes_by_authority(book).items():
        found += _sequence(f"ratings of {authority}", schemes)
    return [*found, *_completeness(book), *_contradictions(book)]


def rule_findings(name: str, rule: RuleFile[Any]) -> Iterator[Finding]:
    """Faults that any rule may have, whatever it says: in time, in its citation, in its translation."""
    yield from _time(name, rule)
    yield from _citation(name, rule)
    yield from _translation(name, rule.model_dump(mode="json"))


def _time(name: str, rule: RuleFile[Closed]) -> Iterator[Finding]:
    first = min(rule.values)
    if first > rule.valid_from:
        yield Finding(name, "time", f"valid from {rule.valid_from}, but has no value before {first}.")
    for start in rule.values:
        if start < rule.valid_from or (rule.valid_to is not None and start > rule.valid_to):
            yield Finding(name, "time", f"the value of {start} lies outside the rule's validity and is never read.")


def _sequence(what: str, rules: list[RuleFile[Closed]]) -> Iterator[Finding]:
    """Gaps and overlaps between rules of which one follows the other."""
    ordered = sorted(rules, key=lambda rule: rule.valid_from)
    for before, after in pairwise(ordered):
        if before.valid_to is None or before.valid_to >= after.valid_from:
            yield Finding(what, "time", f"{before.id} and {after.id} overlap from {after.valid_from}.")
        elif before.valid_to + timedelta(days=1) < after.valid_from:
            yield Finding(what, "time", f"between {before.id} and {after.id} nothing is in force.")


def _schemes_by_authority(book: PolicyBook) -> Mapping[str, list[RuleFile[Closed]]]:
    schemes: dict[str, list[RuleFile[Closed]]] = {}
    for rule in book.folder("ratings").values():
        value = next(iter(rule.values.values()))
        if isinstance(value, SchemeValue):
            schemes.setdefault(value.of, []).append(rule)
    return schemes


def _citation(name: str, rule: RuleFile[Closed]) -> Iterator[Finding]:
    if not rule.legal_basis:
        yield Finding(name, "citation", "no legal basis: name document, article and where to find it.")


def _translation(name: str, content: Any) -> Iterator[Finding]:
    """Texts whose Chinese has no Chinese in it, or whose English has."""
    if isinstance(content, list):
        for part in content:
            yield from _translation(name, part)
    if not isinstance(content, dict):
        return
    if "zh" in content and "en" in content:
        if not _has_chinese(content["zh"]):
            yield Finding(name, "translation", f"'{content['zh']}' is not Chinese.")
        if _has_chinese(content["en"]):
            yield Finding(name, "translation", f"'{content['en']}' is not English.")
    for part in content.values():
        yield from _translation(name, part)


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _references(name: str, rule: RuleFile[Closed], book: PolicyBook) -> Iterator[Finding]:
    """Names in a rule that nothing answers to, so that it would never fire."""
    for value in rule.values.values():
        for table, where in _conditions(name.split("/")[1], value):
            yield from condition_findings(name, table, where, book)
        if isinstance(value, TypologyValue):
            for guarded in value.guards:
                if f"typologies/{guarded}" not in book.rules:
                    yield Finding(name, "reference", f"guards {guarded}, which does not exist.")


def condition_findings(name: str, table: str, where: Where, book: PolicyBook) -> Iterator[Finding]:
    """What is wrong with a condition on records of a table: no period for them, or names that nothing answers to."""
    if f"facts/{table}" not in book.rules:
        yield Finding(name, "reference", f"facts/{table}.yaml does not exist, so nothing says how long it holds.")
    yield from _unknown_in_contract(name, table, where)


def _conditions(identifier: str, value: Closed) -> Iterator[tuple[str, Where]]:
    if isinstance(value, CapValue):
        for branch in value.branches:
            if isinstance(branch, FactBranch):
                yield branch.table, branch.where
    elif isinstance(value, PointsValue):
        yield value.table, value.where
    elif isinstance(value, FactPeriodValue):
        dates: Where = dict.fromkeys((*value.starts, *value.ends_before, *value.ends_on), "*")
        for where in (dates, *value.counts, *value.lifts_floor):
            yield identifier, where


def _unknown_in_contract(name: str, table: str, where: Where) -> Iterator[Finding]:
    try:
        contract = load_contract(table)
    except NotFoundError:
        yield Finding(name, "reference", f"no table is called '{table}'.")
        return
    for field, wanted in where.items():
        if field not in contract.field_names:
            yield Finding(name, "reference", f"{table} has no field '{field}'.")
            continue
        codes = contract.field(field).codes
        asked = () if wanted == "*" else (wanted,) if isinstance(wanted, str) else wanted
        if codes is not None and (unknown := [code for code in asked if code not in codes]):
            yield Finding(name, "reference", f"{table}.{field} is never {', '.join(unknown)}.")


def _completeness(book: PolicyBook) -> Iterator[Finding]:
    """What every grade, pattern and dimension needs beside its rule."""
    actions, reasons = book.folder("actions"), book.folder("reasons")
    for grade in Grade:
        if grade.value not in actions:
            yield Finding(f"actions/{grade.value}", "reference", "a grade without measures.")
    for identifier, rule in book.folder("typologies").items():
        guards = any(isinstance(value, TypologyValue) and value.guards for value in rule.values.values())
        if not guards and identifier not in actions:
            yield Finding(f"actions/{identifier}", "reference", "a pattern without a suggested check.")
    for dimension in Dimension:
        if dimension.value not in reasons:
            yield Finding(f"reasons/{dimension.value}", "reference", "a dimension without reason texts.")


def _contradictions(book: PolicyBook) -> Iterator[Finding]:
    """A cap on a confirmed alert that would outlast the alert itself, and so end earlier than it says."""
    lives = [life.confirmed_days for life in _values(book, "alerts", AlertLifeValue)]
    for cap in _values(book, "caps", CapValue):
        for branch in cap.branches:
            if isinstance(branch, AlertBranch) and branch.finding and branch.days > min(lives, default=branch.days):
                problem = f"{branch.name} caps for {branch.days} days, but a confirmed alert lives {min(lives)}."
                yield Finding("caps", "contradiction", problem)


def _values(book: PolicyBook, folder: str, kind: type[Value]) -> Iterator[Value]:
    for rule in book.folder(folder).values():
        for value in rule.values.values():
            if isinstance(value, kind):
                yield value


def _cases(name: str, rule: RuleFile[Closed], covered: Container[str]) -> Iterator[Finding]:
    for what in wanted_cases(name, rule):
        if what in covered:
            continue
        code, _, branch = what.partition("/")
        if branch == "quiet":
            yield Finding(name, "case", f"no policy case about {code} leaves it quiet: its border has one side only.")
        else:
            yield Finding(name, "case", f"no policy case makes {what} fire.")


def wanted_cases(name: str, rule: RuleFile[Closed]) -> list[str]:
    """What the cases about a rule must show: each branch firing, and the rule quiet."""
    folder, _, identifier = name.partition("/")
    latest = rule.values[max(rule.values)]
    code = NOTICE if folder == "notices" else rule_code(identifier)
    if isinstance(latest, CapValue):
        return [*(f"{code}/{branch.name}" for branch in latest.branches), f"{code}/quiet"]
    return [code, f"{code}/quiet"] if folder in ("floors", "points", "statuses", "hysteresis", "notices") else []


def _unreachable(name: str, rule: RuleFile[Closed]) -> Iterator[Finding]:
    """Branches of a cap that can never decide, since another one fires whenever they do and goes at least as low."""
    for value in rule.values.values():
        lines = [line for line in value.branches if isinstance(line, FactBranch)] if isinstance(value, CapValue) else []
        for line, other in permutations(lines, 2):
            same = line.table == other.table and line.where == other.where
            lower = other.max_grade.rank > line.max_grade.rank or (same and lines.index(other) < lines.index(line))
            if line.table == other.table and _covers(other.where, line.where) and lower:
                problem = f"{line.name} never decides: {other.name} fires whenever it does and goes at least as low."
                yield Finding(name, "unreachable", problem)


def _covers(wide: Where, narrow: Where) -> bool:
    """Whether every record that meets the narrow condition meets the wide one."""
    return all(field in narrow and _values_of(wanted, narrow[field]) for field, wanted in wide.items())


def _values_of(wide: str | tuple[str, ...], narrow: str | tuple[str, ...]) -> bool:
    if wide == "*":
        return True
    allowed = {wide} if isinstance(wide, str) else set(wide)
    asked = {narrow} if isinstance(narrow, str) else set(narrow)
    return asked <= allowed
