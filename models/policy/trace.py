"""The trace every decision carries: all rules in order, and the words for what each asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from models.policy.inforce import Condition
from models.policy.schema import Closed
from models.policy.values import (
    AgeBranch,
    AlertBranch,
    Branch,
    CapValue,
    FloorValue,
    HysteresisValue,
    NoticeValue,
    PointsValue,
    StatusValue,
)

OVERRIDE = "override"
"""The id under which an override stands in the trace."""


NOTICE = "notice"
"""The id under which a downgrade that waits for its notice stands in the trace."""


def rule_code(identifier: str) -> str:
    """The id a rule bears in decisions: ``K01`` is ``K1``."""
    return identifier[0] + str(int(identifier[1:])) if identifier[1:].isdigit() else identifier


def branches_of(values: Mapping[str, Closed]) -> Iterator[tuple[str, Branch]]:
    """Every branch of every cap in force, with the cap's code, in order."""
    for name, value in sorted(values.items()):
        if isinstance(value, CapValue):
            for branch in value.branches:
                yield rule_code(name.split("/")[1]), branch


def quiet_trace(values: Mapping[str, Closed]) -> tuple[dict[str, Any], ...]:
    """The trace of an enterprise on which nothing fires: caps, floor, points, statuses, hysteresis, override."""
    caps: dict[str, list[str]] = {}
    for cap, branch in branches_of(values):
        caps.setdefault(cap, []).append(_asked_by(branch))
    entries: list[tuple[str, Any]] = [(cap, " | ".join(lines)) for cap, lines in caps.items()]
    for kind in (FloorValue, PointsValue, StatusValue, HysteresisValue):
        for name, value in sorted(values.items()):
            if isinstance(value, kind):
                entries.append((rule_code(name.split("/")[1]), _asked(value)))
    entries += [
        (NOTICE, f"{value.working_days} working days") for value in values.values() if isinstance(value, NoticeValue)
    ]
    entries.append((OVERRIDE, None))
    return tuple({"id": code, "fired": False, "value": None, "threshold": threshold} for code, threshold in entries)


def _asked(value: Closed) -> Any:
    match value:
        case FloorValue():
            return value.score
        case PointsValue():
            return f"{Condition.of(value.where)}: +{value.points}"
        case StatusValue():
            return value.missing_weight_above
        case HysteresisValue():
            return f"{value.grades_per_month} grade a month"
    return None


def _asked_by(branch: Branch) -> str:
    """What a branch asks for, in few words: every decision carries them."""
    asked = branch.name
    if isinstance(branch, AlertBranch):
        asked += f", {branch.days} days"
    elif isinstance(branch, AgeBranch):
        asked += f", {branch.months} months"
    return f"{asked}: {branch.max_grade or 'no grade'}"
