"""The book of policy: every rule with its whole past, and what was in force on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from models.policy.compilation import compiled
from models.policy.documents import PolicyError, read_yaml
from models.policy.inforce import Policy
from models.policy.schema import Closed, RuleFile
from models.policy.values import (
    ActionsValue,
    AlertLifeValue,
    CapValue,
    FactPeriodValue,
    FloorValue,
    HysteresisValue,
    NoticeValue,
    ObjectionValue,
    OverrideValue,
    PointsValue,
    ReasonValue,
    ScaleValue,
    SchemeValue,
    StatusValue,
    TypologyValue,
)

PACKAGED = Path(__file__).parent
"""The policy that comes with the product."""

FOLDERS: dict[str, type[RuleFile[Any]]] = {
    "scale": RuleFile[ScaleValue],
    "floors": RuleFile[FloorValue],
    "hysteresis": RuleFile[HysteresisValue],
    "facts": RuleFile[FactPeriodValue],
    "ratings": RuleFile[SchemeValue],
    "caps": RuleFile[CapValue],
    "points": RuleFile[PointsValue],
    "statuses": RuleFile[StatusValue],
    "typologies": RuleFile[TypologyValue],
    "actions": RuleFile[ActionsValue],
    "alerts": RuleFile[AlertLifeValue],
    "overrides": RuleFile[OverrideValue],
    "notices": RuleFile[NoticeValue],
    "objections": RuleFile[ObjectionValue],
    "reasons": RuleFile[ReasonValue],
}
"""What each folder of policy holds."""

READ_ELSEWHERE = frozenset(
    {"scorecard", "promotion", "monitoring", "levers", "advice", "statistics", "certificate", "retention"}
    | {"support", "support_bars", "screening", "sharing"}
)
"""Folders that decide no grade: the scorecard (a model), and what everybody else goes by."""


@dataclass(frozen=True)
class PolicyBook:
    """Every policy file under one folder, read and checked against its schema.

    Attributes
    ----------
    rules:
        Rule files by ``folder/id``, in order.
    """

    root: Path
    rules: dict[str, RuleFile[Closed]]
    _days: dict[date, Policy] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def load(cls, root: Path = PACKAGED) -> PolicyBook:
        """Read every file.

        Raises
        ------
        PolicyError
            Naming the file, the key and what to do, when a file breaks its schema.
        """
        return cls(root, {f"{path.parent.name}/{path.stem}": read_rule(path) for path in policy_files(root)})

    def in_force(self, business_date: date) -> Policy:
        """The policy of a business date. Entries that begin later do not touch it.

        Raises
        ------
        PolicyError
            When something a grade cannot do without is not in force on that day.
        """
        if business_date not in self._days:
            values = {name: value for name, rule in self.rules.items() if (value := rule.value_on(business_date))}
            schemes = {name: rule for name, rule in self.rules.items() if name.startswith("ratings/")}
            self._days[business_date] = compiled(business_date, values, schemes)
        return self._days[business_date]

    def to_json(self) -> dict[str, Any]:
        """Every rule as plain JSON values; ``restored`` is the way back."""
        return {name: rule.model_dump(mode="json") for name, rule in self.rules.items()}

    @classmethod
    def restored(cls, content: Mapping[str, Any]) -> PolicyBook:
        """The book that ``to_json`` wrote."""
        rules = {name: FOLDERS[name.partition("/")[0]].model_validate(rule) for name, rule in content.items()}
        return cls(PACKAGED, rules)

    def folder(self, name: str) -> dict[str, RuleFile[Closed]]:
        """The rule files of one folder, by id."""
        return {key.split("/")[1]: rule for key, rule in self.rules.items() if key.startswith(f"{name}/")}


def policy_files(root: Path) -> Iterator[Path]:
    """The policy files under a root, in order.

    Raises
    ------
    PolicyError
        When the root has no policy in it, or a file lies where nothing would read it.
    """
    found = sorted(root.glob("**/*.y*ml"))
    if not found:
        raise PolicyError(f"{root} holds no policy files.", "Name a folder that contains caps/, scale/ and so on.")
    for path in found:
        folder = path.relative_to(root).parts[0]
        if folder in READ_ELSEWHERE:
            continue
        if path.parent.parent != root or folder not in FOLDERS or path.suffix != ".yaml":
            raise PolicyError(
                f"{path} would be read by nothing.", f"Put it as .yaml into one of: {', '.join(FOLDERS)}."
            )
        yield path


def read_rule(path: Path) -> RuleFile[Closed]:
    """One policy file.

    Raises
    ------
    PolicyError
        Naming the file and the key.
    """
    content = read_yaml(path)
    try:
        rule = FOLDERS[path.parent.name].model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise PolicyError(
            f"{path}: {place}: {first['msg']}.",
            "See the files beside it for the keys a rule has; a key that nothing reads is an error.",
        ) from error
    if rule.id != path.stem:
        raise PolicyError(f"{path}: id is '{rule.id}'.", "Give the file the name of its rule.")
    return rule
