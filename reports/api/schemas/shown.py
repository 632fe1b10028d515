"""The base of everything that is shown."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Shown(BaseModel):
    """Only the fields it names; a record's others are passed over. Read from mappings and from objects."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)
