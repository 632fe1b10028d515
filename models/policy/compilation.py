"""From the rule files in force to the tables that judging looks things up in: once a day, not once an enterprise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from expectations.vocabulary.digest import sha256_of
from expectations.vocabulary.grade import Grade
from models.policy.documents import PolicyError
from models.policy.inforce import (
    AlertCap,
    Condition,
    FactCap,
    FactPeriod,
    PlainCap,
    Points,
    Policy,
    ReasonText,
    Scale,
)
from models.policy.schema import Closed, RuleFile
from models.policy.trace import NOTICE, branches_of, quiet_trace, rule_code
from models.policy.values import (
    ActionsValue,
    AgeBranch,
    AlertBranch,
    AlertLifeValue,
    Branch,
    CapValue,
    FactBranch,
    FactPeriodValue,
    FloorValue,
    HysteresisValue,
    JointBranch,
    NoticeValue,
    ObjectionValue,
    OverrideValue,
    PointsValue,
    ReasonValue,
    RegistrationBranch,
    ScaleValue,
    SchemeValue,
    StatusValue,
    TypologyValue,
)

Value = TypeVar("Value", bound=Closed)
_REQUIRED_STATUSES = ("insufficient_data", "provisional", "stale")


def compiled(business_date: date, values: Mapping[str, Closed], schemes: Mapping[str, RuleFile[Closed]]) -> Policy:
    """The policy of a day, from what is in force by ``folder/id``.

    Rating schemes come with their whole past, since a rating given under an older one outlives it.

    Raises
    ------
    PolicyError
        When something a grade cannot do without is not in force.
    """
    parts = _Parts(business_date, values)
    floor_id, floor = parts.only("floors", FloorValue)
    statuses = parts.all("statuses", StatusValue)
    if missing := [name for name in _REQUIRED_STATUSES if name not in statuses]:
        raise parts.absent(f"statuses/{missing[0]}")
    branches = tuple(branches_of(values))
    known = {name: rule for name, rule in schemes.items() if rule.valid_from <= business_date}
    trace = quiet_trace(values)
    return Policy(
        business_date=business_date,
        digest=_digest(values, known),
        scale=_scale(parts.only("scale", ScaleValue)[1]),
        floor_id=rule_code(floor_id),
        floor_score=floor.score,
        hysteresis_id=rule_code(parts.only("hysteresis", HysteresisValue)[0]),
        periods={name: _period(value) for name, value in parts.all("facts", FactPeriodValue).items()},
        fact_caps=_fact_caps(branches),
        alert_caps=tuple(AlertCap(cap, line) for cap, line in branches if isinstance(line, AlertBranch)),
        age_caps=tuple(_plain(cap, line, line.months) for cap, line in branches if isinstance(line, AgeBranch)),
        joint_caps=tuple(
            _plain(cap, line, line.departments) for cap, line in branches if isinstance(line, JointBranch)
        ),
        registration_caps=tuple(_plain(cap, line, 0) for cap, line in branches if isinstance(line, RegistrationBranch)),
        points=tuple(_points(parts.all("points", PointsValue))),
        bottom_classes=_bottom_classes(known),
        current_schemes=dict(_current_schemes(parts.all("ratings", SchemeValue))),
        statuses=statuses,
        typologies=parts.all("typologies", TypologyValue),
        actions=parts.all("actions", ActionsValue),
        alert_life=parts.only("alerts", AlertLifeValue)[1],
        overrides=parts.only("overrides", OverrideValue)[1],
        notice=next(iter(parts.all("notices", NoticeValue).values()), None),
        objections=parts.only("objections", ObjectionValue)[1],
        reasons={reason.dimension: reason for reason in parts.all("reasons", ReasonValue).values()},
        rule_reasons=dict(_rule_reasons(values)),
        quiet_trace=trace,
        trace_index={entry["id"]: place for place, entry in enumerate(trace)},
    )


class _Parts:
    """What is in force, by folder, with its type."""

    def __init__(self, business_date: date, values: Mapping[str, Closed]) -> None:
        self.business_date = business_date
        self.values = values

    def all(self, folder: str, kind: type[Value]) -> dict[str, Value]:
        """Every value of a folder by id."""
        chosen = {}
        for name, value in self.values.items():
            if name.startswith(f"{folder}/") and isinstance(value, kind):
                chosen[name.split("/")[1]] = value
        return chosen

    def only(self, folder: str, kind: type[Value]) -> tuple[str, Value]:
        """The one value of a folder that must hold exactly one rule in force."""
        found = self.all(folder, kind)
        if len(found) != 1:
            raise self.absent(folder)
        return next(iter(found.items()))

    def absent(self, what: str) -> PolicyError:
        """The error that says what is missing on the day."""
        return PolicyError(
            f"{what}: not exactly one rule is in force on {self.business_date}.",
            "Grade a date that the policy covers, or date its rules back.",
        )


def _digest(values: Mapping[str, Closed], schemes: Mapping[str, RuleFile[Closed]]) -> str:
    content: dict[str, Any] = {name: value.model_dump(mode="json") for name, value in values.items()}
    for name, rule in schemes.items():
        content[name] = {str(start): value.model_dump(mode="json") for start, value in rule.values.items()}
    return sha256_of(content)


def _scale(value: ScaleValue) -> Scale:
    lows = [value.grades[grade] for grade in Grade]
    tops = [value.top, *(low - 1 for low in lows)]
    bands = tuple(zip(Grade, lows, tops, strict=False))
    return Scale(value.anchor, value.points_to_double, value.top, value.p_margin, bands)


def _period(value: FactPeriodValue) -> FactPeriod:
    counts = tuple(Condition.of(where) for where in value.counts)
    return FactPeriod(value, counts, tuple(Condition.of(where) for where in value.lifts_floor))


def _fact_caps(branches: tuple[tuple[str, Branch], ...]) -> dict[str, tuple[FactCap, ...]]:
    by_table: dict[str, list[FactCap]] = {}
    for cap, line in branches:
        if isinstance(line, FactBranch):
            condition = Condition.of(line.where)
            by_table.setdefault(line.table, []).append(
                FactCap(cap, line.name, condition, line.max_grade, line.mandatory)
            )
    return {table: tuple(lines) for table, lines in by_table.items()}


def _plain(cap: str, line: AgeBranch | JointBranch | RegistrationBranch, limit: int) -> PlainCap:
    statuses = frozenset(line.statuses) if isinstance(line, RegistrationBranch) else frozenset()
    return PlainCap(cap, line.name, limit, statuses, line.max_grade, line.mandatory)


def _points(rules: Mapping[str, PointsValue]) -> Iterator[Points]:
    for identifier, value in sorted(rules.items()):
        yield Points(rule_code(identifier), value.points, value.table, Condition.of(value.where))


def _bottom_classes(schemes: Mapping[str, RuleFile[Closed]]) -> dict[str, tuple[str, str]]:
    bottoms: dict[str, tuple[str, str]] = {}
    for name, rule in schemes.items():
        latest = rule.values[max(rule.values)]
        if isinstance(latest, SchemeValue):
            bottoms[name.split("/")[1]] = (latest.of, latest.bottom)
    return bottoms


def _current_schemes(schemes: Mapping[str, SchemeValue]) -> Iterator[tuple[str, str]]:
    for identifier, value in sorted(schemes.items()):
        yield value.of, identifier


def _rule_reasons(values: Mapping[str, Closed]) -> Iterator[tuple[tuple[str, str], ReasonText]]:
    for name, value in values.items():
        code = rule_code(name.split("/")[1])
        if isinstance(value, CapValue):
            for branch in value.branches:
                yield (code, branch.name), ReasonText(branch.says, value.shown_to_enterprise)
        elif isinstance(value, PointsValue | TypologyValue):
            yield (code, ""), ReasonText(value.says, value.shown_to_enterprise)
        elif isinstance(value, StatusValue):
            yield (code, ""), ReasonText(value.says, True)
        elif isinstance(value, NoticeValue):
            yield (NOTICE, ""), ReasonText(value.says, True)
