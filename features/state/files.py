"""The versions of every table as files that never change: what differs between two moments is which of them count."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from features.asof import AsOf


@dataclass(frozen=True, slots=True)
class FileSpan:
    """What a file's rows reach from and to: event days, and the latest ``received_at``; and their ingest sequence."""

    sequence: int
    first_day: date
    last_day: date
    received_until: datetime


class VersionFiles(Protocol):
    """The files that count as of one knowledge cutoff."""

    def spans(self, table: str) -> Mapping[str, FileSpan]:
        """The files of a table, by an identity that stays the same for as long as the file counts."""
        ...

    def sql(self, table: str, files: Collection[str]) -> str:
        """A select over the versions in some files; typed columns and no row when there are none."""
        ...


@dataclass(frozen=True)
class Look:
    """One state of knowledge: the two times, the files that count, and what identifies these."""

    as_of: AsOf
    files: VersionFiles
    snapshot: str

    def spans(self, table: str) -> Mapping[str, FileSpan]:
        """The files of a table that the zone is connected to."""
        return self.files.spans(table) if table in self.as_of.connected else {}
