"""The place a home serves: its offices, language, calendar, and the feeds that are connected to it.

A feed that is not named is not connected: weights, gaps and statuses leave it out, and every decision names it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from expectations.errors import UsageError

Department = Literal["customs", "tax", "safe", "market_regulation", "commerce", "court", "operator"]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ZoneName(_Closed):
    """A name in both languages."""

    en: str
    zh: str


class Office(_Closed):
    """The office that acts for a department in this zone.

    Attributes
    ----------
    code:
        Its number in the department's own list, where it has one.
    """

    code: str | None = None
    en: str
    zh: str


class FeedTerms(_Closed):
    """How often a connected table is expected, and how many days of silence are still no news."""

    cadence_days: int = Field(ge=1)
    late_after_days: int = Field(ge=0)


class Zone(_Closed):
    """One zone, as its ``zone.yml`` says.

    Attributes
    ----------
    division_code:
        Administrative division (GB/T 2260, six digits); None for a place outside China.
    language:
        The language a page opens in; every text exists in both.
    calendar:
        Whose working days count for deadlines.
    feeds:
        Connected tables with their terms.
    because:
        Why just these feeds are connected, shown where a gap is explained.
    """

    name: ZoneName
    division_code: str | None = Field(default=None, pattern=r"^\d{6}$")
    language: Literal["zh", "en"] = "zh"
    calendar: Literal["china", "every_day"] = "china"
    offices: dict[Department, Office]
    feeds: dict[str, FeedTerms]
    because: ZoneName

    @property
    def connected(self) -> tuple[str, ...]:
        """The connected tables, in alphabetical order."""
        return tuple(sorted(self.feeds))

    def missing(self, tables: Collection[str]) -> tuple[str, ...]:
        """Those of some tables that this zone lacks, in alphabetical order."""
        return tuple(sorted(set(tables) - set(self.feeds)))


def load_zone(path: Path, known_tables: Collection[str] | None = None) -> Zone:
    """Read a zone file.

    Parameters
    ----------
    path:
        The ``zone.yml``.
    known_tables:
        Every table there is a contract for. Given them, a feed that names none of these is refused.

    Raises
    ------
    UsageError
        The file is missing, is not YAML, has a key or value the schema does not know, or names an unknown table.
    """
    try:
        zone = Zone.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(f"The zone file {path} cannot be read.", "Give the path of a zone.yml.") from error
    except yaml.YAMLError as error:
        raise UsageError(
            f"{path} is not YAML: {error}", "Compare it with pipelines/sources/zones/default.yml."
        ) from error
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise UsageError(f"{path} does not describe a zone: {places}.", "Correct these entries.") from error
    if known_tables is not None and (unknown := sorted(set(zone.feeds) - set(known_tables))):
        raise UsageError(
            f"{path} connects tables that do not exist: {', '.join(unknown)}.",
            "Use the names of expectations/contracts/tables.",
        )
    return zone
