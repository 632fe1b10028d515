"""The house's own state as it is shown."""

from __future__ import annotations

from datetime import date, datetime

from reports.api.schemas.shown import Shown


class Health(Shown):
    """A sign of life."""

    status: str


class ModelInForce(Shown):
    """What graded on the latest day."""

    date: date
    version: str
    digest: str


class RuleInForce(Shown):
    """A rule of policy that holds on a day."""

    id: str
    folder: str
    zh: str
    en: str
    legal_basis: list[str]
    since: date


class PolicyInForce(Shown):
    """What is in force on a day. ``digest`` is the one that decisions of that day name."""

    date: date
    digest: str
    rules: list[RuleInForce]


class FileStatus(Shown):
    """What became of the rows of a file: ``received`` is the sum of the other three."""

    table_name: str
    name: str
    received: int
    accepted: int
    quarantined: int
    duplicates: int
    orphans: int
    verdict: str


class BatchStatus(Shown):
    """A delivery."""

    sequence: int
    source: str | None
    batch_id: str | None
    received_at: datetime
    state: str
    verdict: str
    files: list[FileStatus]


class Batches(Shown):
    """A page of deliveries, the latest first."""

    batches: list[BatchStatus]
    next: str | None
