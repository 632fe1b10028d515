"""How many inspections an office can do on a day, as the file says that the office hands in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from expectations.errors import UsageError

_EXAMPLE = "offices: {customs: {slots: 12}}, random_share: 0.05"


class Office(BaseModel):
    """One office's slots."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slots: int = Field(ge=0, le=100_000)


class Capacity(BaseModel):
    """Slots per office. ``random_share`` of each office's slots, and at least one, are drawn from everybody by lot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    random_share: float = Field(gt=0, le=1)
    offices: dict[Annotated[str, Field(min_length=1, max_length=20)], Office] = Field(min_length=1)


def read_capacity(path: Path) -> Capacity:
    """The capacity a YAML file states.

    Raises
    ------
    UsageError
        When the file cannot be read, with the key that is wrong.
    """
    try:
        return Capacity.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{path} cannot be read: {error}.", f"Write YAML such as {_EXAMPLE}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise UsageError(f"{path}: {place}: {first['msg']}.", f"Write YAML such as {_EXAMPLE}.") from error
