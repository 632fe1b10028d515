"""Policy that decides no grade and is read by whom it concerns: gates, bounds of monitoring, levers of advice."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TypeVar, cast

from pydantic import ValidationError

from models.policy.documents import PolicyError, read_yaml
from models.policy.schema import Closed, RuleFile

Value = TypeVar("Value", bound=Closed)


def read_apart(path: Path, kind: type[Value]) -> RuleFile[Value]:
    """One rule file whose values are of a kind.

    Raises
    ------
    PolicyError
        Naming the file and the key, when it breaks its schema or bears another name than its rule.
    """
    shape = cast(type[RuleFile[Value]], RuleFile.__class_getitem__(kind))
    try:
        rule = shape.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise PolicyError(
            f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}.", "Correct the file."
        ) from error
    if rule.id != path.stem:
        raise PolicyError(f"{path}: id is '{rule.id}'.", "Give the file the name of its rule.")
    return rule


def apart_in_force(path: Path, kind: type[Value], day: date) -> Value:
    """What a rule file says on a day.

    Raises
    ------
    PolicyError
        As ``read_apart``, or when nothing is in force.
    """
    value = read_apart(path, kind).value_on(day)
    if value is None:
        raise PolicyError(f"{path}: nothing is in force on {day}.", "Add an entry that begins earlier.")
    return value
