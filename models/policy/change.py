"""A change of policy that an official writes: new values or new rules from a day on, with citation and cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError

from models.policy.book import FOLDERS, PolicyBook
from models.policy.documents import PolicyError, read_yaml
from models.policy.schema import Citation, Closed, RuleFile, Words


class Change(Closed):
    """What a file of a change says.

    Attributes
    ----------
    legal_basis:
        Why the rules may be changed so; it joins the citations of every changed rule.
    values:
        ``folder/id`` of a rule there is, and what holds for it from the change's first day on.
    rules:
        ``folder/id`` of a new rule, and its whole file. Its values begin with the change.
    cases:
        Policy cases that show the change, as in ``tests/policy/cases``.
    """

    title: Words
    legal_basis: tuple[Citation, ...] = Field(min_length=1)
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)
    cases: tuple[dict[str, Any], ...] = ()

    def begun_on(self, day: date) -> Self:
        """The change as if its new rules began on a day, so that they can be tried on days before they do."""
        return self.model_copy(update={"rules": {name: _begun_on(rule, day) for name, rule in self.rules.items()}})


def _begun_on(rule: Mapping[str, Any], day: date) -> dict[str, Any]:
    values = rule.get("values")
    if not isinstance(values, dict) or not values:
        return dict(rule)  # no rule at all: its schema says so
    first = min(values, key=str)
    begun = {day: values[first]} | {start: value for start, value in values.items() if start != first}
    return {**rule, "valid_from": day, "values": begun}


def read_change(path: Path) -> Change:
    """The change that a file describes.

    Raises
    ------
    PolicyError
        When it is not one, or changes nothing.
    """
    return change_of(read_yaml(path), str(path))


def change_of(content: Any, where: str) -> Change:
    """The change that plain values describe; ``where`` names them in an error.

    Raises
    ------
    PolicyError
        When they are none, or change nothing.
    """
    try:
        change = Change.model_validate(content)
    except ValidationError as error:
        raise _broken(where, error) from error
    if not change.values and not change.rules:
        raise PolicyError(
            f"{where} changes nothing.",
            "Write values: of a rule there is, or rules: that are new.",
            zh="变更内容为空。请写明已有规则的取值（values:）或新增规则（rules:）。",
        )
    return change


def with_change(book: PolicyBook, change: Change, effective: date) -> PolicyBook:
    """The book as it is with a change from a day on. Nothing before that day differs.

    Raises
    ------
    PolicyError
        When a changed rule does not exist, a new one does, or a value breaks its schema or comes before a later one.
    """
    rules = dict(book.rules)
    for name, value in change.values.items():
        rules[name] = _with_value(rules, name, value, change, effective)
    for name, content in change.rules.items():
        if name in rules:
            raise PolicyError(
                f"{name} is there already.",
                "Change its values: instead.",
                zh=f"规则 {name} 已经存在。请改写其取值（values:）。",
            )
        folder, _, identifier = name.partition("/")
        if folder not in FOLDERS or content.get("id") != identifier:
            raise PolicyError(
                f"{name} is no place for a rule.",
                f"Use <folder>/<id> with one of: {', '.join(FOLDERS)}.",
                zh=f"{name} 不是规则的有效位置。",
            )
        rule = _validated(name, content)
        if rule.valid_from < effective or min(rule.values) < effective:
            raise PolicyError(
                f"{name} would begin before {effective}.",
                "Let it begin with the change, not earlier.",
                zh=f"{name} 的生效日早于 {effective}。新规则应与变更同日生效。",
            )
        rules[name] = rule
    return PolicyBook(book.root, dict(sorted(rules.items())))


def _with_value(
    rules: Mapping[str, RuleFile[Closed]], name: str, value: Mapping[str, Any], change: Change, effective: date
) -> RuleFile[Closed]:
    rule = rules.get(name)
    if rule is None:
        raise PolicyError(
            f"There is no rule {name}.",
            "Name a rule there is, or write the new one under rules:.",
            zh=f"没有规则 {name}。请填写已有规则，或将新规则写入 rules:。",
        )
    if effective <= max(rule.values):
        raise PolicyError(
            f"{name} has a value from {max(rule.values)} on, which is not before {effective}.",
            "Choose a later day; a value that was in force is never edited.",
            zh=f"{name} 自 {max(rule.values)} 起已有取值，不早于 {effective}。已生效的取值不得修改，请另选更晚的日期。",
        )
    content = rule.model_dump(mode="json")
    content["values"][effective.isoformat()] = value
    content["legal_basis"] += [citation.model_dump(mode="json") for citation in change.legal_basis]
    return _validated(name, content)


def _validated(name: str, content: Mapping[str, Any]) -> RuleFile[Closed]:
    try:
        return FOLDERS[name.partition("/")[0]].model_validate(content)
    except ValidationError as error:
        raise _broken(name, error) from error


def _broken(where: str, error: ValidationError) -> PolicyError:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "the change"
    return PolicyError(
        f"{where}: {place}: {first['msg']}.",
        "See the policy files for the keys a rule has.",
        zh=f"变更内容 {place} 处有误：{first['msg']}。请对照政策文件的写法更正。",
    )
