"""Letting rows about persons go when their period ends: first a plan that only looks, then the removal it names.

    plan_removal -> (somebody reads it) -> remove -> sweep

Decisions stay: they are replayed from feature vectors, digests and policies, none of which holds a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from expectations.errors import ConflictError, UsageError
from expectations.vocabulary.digest import sha256_of
from expectations.vocabulary.moment import zoned
from expectations.vocabulary.role import Role
from features.days import first_day
from models.policy.retention_terms import RetentionValue, retention_on
from pipelines.steps.home import States
from pipelines.steps.people import actor
from pipelines.storage import batches
from pipelines.storage.lake import Lake
from pipelines.storage.removal import (
    OBJECTION,
    Loss,
    Removal,
    first_whole_day,
    left_over,
    missing,
    papers_held,
    record_removal,
    removals,
    rows_before,
    sweep,
    write_rest,
)
from pipelines.storage.working import working_folder

MAY_REMOVE = (Role.OPERATOR, Role.OFFICER)


@dataclass(frozen=True)
class RemovalPlan:
    """What would go on a day.

    Attributes
    ----------
    terms:
        The rules that something would go under: their months, the digest of their value, the first day still kept.
    divided:
        Names of the files that some rows stay of.
    """

    day: date
    terms: Mapping[str, Mapping[str, Any]]
    losses: tuple[Loss, ...]
    divided: frozenset[str]

    @property
    def digest(self) -> str:
        """Names the plan, so that what is removed is what somebody looked at."""
        return sha256_of(
            {"date": self.day.isoformat(), "terms": self.terms, "files": [asdict(one) for one in self.losses]}
        )

    def to_json(self) -> dict[str, Any]:
        """The plan in figures, per rule and table."""
        return {
            "date": self.day.isoformat(),
            "plan": self.digest,
            "removes": list(_sums(self.losses, self.terms)),
        }


def plan_removal(lake: Lake, day: date) -> RemovalPlan:
    """Look for every row whose period has ended on a day; changes nothing."""
    with lake.database.reading() as connection:
        held = _Held(batches.all_batches(connection), papers_held(connection))
    terms: dict[str, dict[str, Any]] = {}
    losses: list[Loss] = []
    divided: set[str] = set()
    for rule, term in sorted(retention_on(day).items()):
        kept_from = term.first_kept_day(day)
        if kept_from is None:
            continue
        if found := dict(_losses(lake, held, rule, term, kept_from)):
            terms[rule] = {
                "months": term.months,
                "digest": sha256_of(term.model_dump(mode="json")),
                "first_kept": kept_from.isoformat(),
            }
            losses += found
            divided |= {loss.sha256 for loss, is_whole in found.items() if not is_whole}
    return RemovalPlan(day, terms, tuple(losses), frozenset(divided))


def remove(lake: Lake, states: States, plan: RemovalPlan, account: str, at: datetime) -> int:
    """Let the rows of a plan go. Returns how many files left the disk, those of an interrupted removal included.

    Raises
    ------
    UsageError
        When the account may not, or the plan's day is still to come, or lies so near that judging still needs its rows.
    ConflictError
        When the lake changed since it was planned.
    """
    if plan.day > zoned(at).date():
        raise UsageError(f"{plan.day} is still to come.", "Nothing is removed before its period has ended.")
    _must_leave_history(plan)
    with working_folder(lake.root / "working") as work:
        rests = {
            loss.sha256: write_rest(lake, loss.table, loss.sha256, _first_kept(plan, loss), work)
            for loss in plan.losses
            if loss.sha256 in plan.divided
        }
        written = tuple(
            replace(loss, kept_sha256=rests[loss.sha256].sha256) if loss.sha256 in rests else loss
            for loss in plan.losses
        )
        with lake.database.transaction() as connection:
            actor(connection, account, MAY_REMOVE)
            if written:
                terms = {rule: dict(term) for rule, term in plan.terms.items()}
                record_removal(connection, Removal(plan.day, at, account, terms, written), rests)
    states.forget()
    return sweep(lake)


def must_be_whole(connection: Connection, business_date: date) -> None:
    """Refuse a day whose windows reach into rows that were removed.

    Raises
    ------
    ConflictError
        Naming the first day that can still be decided.
    """
    if not is_whole(connection, business_date):
        raise ConflictError(
            f"{business_date} cannot be decided any more: rows that it looks back at were removed.",
            "What was decided of it stays, and is replayed: xinji replay DECISION. See what went: xinji verify",
        )


def is_whole(connection: Connection, business_date: date) -> bool:
    """Whether every row that a day looks back at is still there, as far as removal goes."""
    whole = first_whole_day(connection)
    return whole is None or first_day(business_date) >= whole


@dataclass(frozen=True)
class LakeCheck:
    """What is gone from the lake by right, and what should be there or should not.

    Attributes
    ----------
    removed:
        Per removal, rule and table: files and rows.
    missing:
        Files that count and are not there: lost, not removed.
    left_over:
        Files that were removed on record and still lie there; the next removal takes them.
    """

    removed: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    left_over: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the lake is what its records say."""
        return not self.missing and not self.left_over

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"removed": list(self.removed), "missing": list(self.missing), "left_over": list(self.left_over)}


def check_lake(lake: Lake) -> LakeCheck:
    """Hold the lake's files against the batches and against the record of removals."""
    with lake.database.reading() as connection:
        told = tuple(
            {"date": one.day.isoformat(), "account": one.account, **line}
            for one in removals(connection)
            for line in _sums(one.losses, one.terms)
        )
    still = tuple(str(path.relative_to(lake.root)) for path in left_over(lake))
    return LakeCheck(told, tuple(missing(lake)), still)


@dataclass(frozen=True)
class _Held:
    """What a home holds: batches, and papers of objections with the day of the answer they are counted from."""

    batches: list[batches.Batch]
    papers: Mapping[str, date | None]


def _losses(lake: Lake, held: _Held, rule: str, term: RetentionValue, kept_from: date) -> Iterator[tuple[Loss, bool]]:
    """What goes under a term, and whether all of its file does."""
    if term.rows == "attached":
        for sha256, answered_on in held.papers.items():
            if answered_on is not None and answered_on < kept_from:
                yield Loss(rule, term.rows, OBJECTION, 0, 0, sha256, 1), True
        return
    for batch in held.batches:
        for file in batch.files:
            place = (file.table_name, batch.sequence, file.part)
            if not term.concerns(file.table_name):
                continue
            if term.rows == "quarantined":
                if file.quarantine_sha256 and zoned(batch.received_at).date() < kept_from:
                    yield Loss(rule, term.rows, *place, file.quarantine_sha256, file.quarantined), True
            elif file.lake_sha256 and file.first_day and file.last_day and file.first_day < kept_from:
                is_whole, goes = file.last_day < kept_from, file.accepted - file.removed
                if not is_whole:
                    goes = rows_before(lake, file.table_name, file.lake_sha256, kept_from)
                yield Loss(rule, term.rows, *place, file.lake_sha256, goes), is_whole


def _first_kept(plan: RemovalPlan, loss: Loss) -> date:
    return date.fromisoformat(plan.terms[loss.rule]["first_kept"])


def _must_leave_history(plan: RemovalPlan) -> None:
    for rule, term in plan.terms.items():
        accepted = any(loss.rule == rule and loss.rows == "accepted" for loss in plan.losses)
        if accepted and date.fromisoformat(term["first_kept"]) > first_day(plan.day):
            raise UsageError(
                f"Under {rule} rows would go that grades of {plan.day} are still computed from.",
                f"Keep them at least until {first_day(plan.day)} has passed: raise its months.",
            )


def _sums(losses: tuple[Loss, ...], terms: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    files: Counter[tuple[str, str, str]] = Counter()
    rows: Counter[tuple[str, str, str]] = Counter()
    for loss in losses:
        files[loss.rule, loss.rows, loss.table] += 1
        rows[loss.rule, loss.rows, loss.table] += loss.removed
    for key, count in sorted(files.items()):
        rule, kind, table = key
        yield {
            "rule": rule,
            "first_kept": terms[rule]["first_kept"],
            "rows": kind,
            "table": table,
            "files": count,
            "removed": rows[key],
        }
