"""Questions about what was decided. Where a day was decided again, the latest knowledge wins.

``known_at`` asks what was published by then: what was decided with later knowledge is not seen. Records come back
from the ledger as they were written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, literal_column, select, true

from expectations.vocabulary.grade import Grade
from models.grade.subject import PreviousGrade
from pipelines.storage.database import Database
from pipelines.storage.decisions.record import REGRADE, Run
from pipelines.storage.decisions.tables import alert_table, decision_table, enterprise_table, run_table
from pipelines.storage.ledger.tables import ledger_entry

_d = decision_table.c


@dataclass(frozen=True, slots=True)
class GradePoint:
    """One day of an enterprise's history."""

    decision_id: str
    business_date: date
    known_at: datetime
    grade: str | None
    score: int | None
    status: str
    supersedes: str | None


def run_for(connection: Connection, business_date: date, known_at: datetime | None = None) -> Run | None:
    """The run of exactly this (D, K); without K the one about everybody with the latest knowledge. None without any."""
    columns = [run_table.c[name] for name in Run.__slots__]
    query = select(*columns).where(run_table.c.business_date == business_date)
    query = query.where(_about_everybody() if known_at is None else run_table.c.known_at == known_at)
    row = connection.execute(query.order_by(run_table.c.known_at.desc()).limit(1)).one_or_none()
    return Run(*row) if row else None


def run_before(connection: Connection, business_date: date, known_at: datetime | None = None) -> Run | None:
    """The last run about everybody for a day before D; None before the first."""
    columns = [run_table.c[name] for name in Run.__slots__]
    earlier = run_table.c.business_date < business_date
    query = select(*columns).where(earlier, _by(run_table.c.known_at, known_at), _about_everybody())
    row = connection.execute(
        query.order_by(run_table.c.business_date.desc(), run_table.c.known_at.desc()).limit(1)
    ).one_or_none()
    return Run(*row) if row else None


def latest_run_date(connection: Connection, until: date | None = None) -> date | None:
    """The latest business date decided about, not after a day where one is given; None when there is none."""
    latest = select(func.max(run_table.c.business_date))
    if until is not None:
        latest = latest.where(run_table.c.business_date <= until)
    return connection.execute(latest).scalar()


def decision(connection: Connection, decision_id: str) -> dict[str, Any] | None:
    """One decision record by its id."""
    return next(_records(connection, select(_d.position).where(_d.decision_id == decision_id)), None)


def latest_decision(
    connection: Connection,
    uscc: str,
    as_of: date | None = None,
    known_at: datetime | None = None,
    until_position: int | None = None,
) -> dict[str, Any] | None:
    """The decision record that holds for an enterprise, now or as of a business date; None when there is none.

    ``until_position``: that held when the ledger had grown so far.
    """
    query = select(_d.position).where(_d.uscc == uscc, _by(_d.known_at, known_at))
    if until_position is not None:
        query = query.where(_d.position <= until_position)
    if as_of is not None:
        query = query.where(_d.business_date <= as_of)
    newest = query.order_by(_d.business_date.desc(), _d.known_at.desc()).limit(1)
    return next(_records(connection, newest), None)


_LATEST_PLACE = (
    select(_d.position)
    .where(_d.uscc == bindparam("uscc"))
    .order_by(_d.business_date.desc(), _d.known_at.desc())
    .limit(1)
)
_BODY_AT = select(ledger_entry.c.body).where(
    ledger_entry.c.stream == literal_column("'decisions'"), ledger_entry.c.position == bindparam("position")
)
_REMEMBERED = 4096


class LatestDecisions:
    """The decision that holds for an enterprise now, for those who ask many times a second.

    Which one holds is asked each time; what stands at a place of the ledger never changes and is read once.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._at = lru_cache(maxsize=_REMEMBERED)(self._read)

    def of(self, uscc: str) -> dict[str, Any] | None:
        """As ``latest_decision`` as of now. Not to be changed by whoever gets it."""
        found = self._database.quick(_LATEST_PLACE, uscc=uscc)
        return self._at(found[0][0]) if found else None

    def _read(self, position: int) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self._database.quick(_BODY_AT, position=position)[0][0])
        return record


def decisions_of(
    connection: Connection,
    business_date: date,
    known_at: datetime | None = None,
    after: str = "",
    limit: int | None = None,
) -> Iterator[dict[str, Any]]:
    """All decision records of a day, by USCC, streamed; or a page: at most so many, after a USCC."""
    place = func.row_number().over(partition_by=_d.uscc, order_by=_d.known_at.desc())
    ranked = (
        select(_d.position, _d.uscc, place.label("place"))
        .where(_d.business_date == business_date, _d.uscc > after, _by(_d.known_at, known_at))
        .subquery()
    )
    latest = select(ranked.c.position).where(ranked.c.place == 1).order_by(ranked.c.uscc).limit(limit)
    return _records(connection, latest, by_uscc=True)


def decided_since(connection: Connection, position: int, most: int) -> tuple[int, frozenset[str]]:
    """Who was decided about behind a position of the ledger's stream, and the position looked up to.

    At most so many entries are looked at.
    """
    e = ledger_entry.c
    later = select(e.position, e.kind, e.subject).where(e.stream == "decisions", e.position > position)
    found = connection.execute(later.order_by(e.position).limit(most)).all()
    last = found[-1].position if found else position
    return last, frozenset(row.subject for row in found if row.kind == "decision")


def decided_enterprises(connection: Connection) -> frozenset[str]:
    """Everyone ever decided about."""
    return frozenset(connection.execute(select(enterprise_table.c.uscc)).scalars())


def decisions_about(connection: Connection, uscc: str) -> dict[date, dict[str, Any]]:
    """Every decision record about an enterprise that holds, by business date: the one with the latest knowledge."""
    records = _records(connection, select(_d.position).where(_d.uscc == uscc))
    found = sorted(records, key=lambda one: (one["date"], datetime.fromisoformat(one["known_at"])))
    return {date.fromisoformat(one["date"]): one for one in found}


def latest_alert(connection: Connection, alert_id: str) -> dict[str, Any] | None:
    """An alert as the latest run that knew it saw it."""
    a = alert_table.c
    newest = select(a.position).where(a.alert_id == alert_id).order_by(a.business_date.desc(), a.known_at.desc())
    return next(_records(connection, newest.limit(1)), None)


def latest_alerts(connection: Connection) -> dict[str, dict[str, Any]]:
    """Every alert there ever was, by id, as the latest run that knew it saw it."""
    newest = select(func.max(alert_table.c.position)).group_by(alert_table.c.alert_id)
    return {one["alert_id"]: one for one in _records(connection, newest)}


def decision_ids_of(connection: Connection, business_date: date, known_at: datetime | None = None) -> dict[str, str]:
    """USCC to the id of the decision that holds for that day: what a new run for the day supersedes."""
    query = select(_d.uscc, _d.decision_id).where(_d.business_date == business_date, _by(_d.known_at, known_at))
    return {row.uscc: row.decision_id for row in connection.execute(query.order_by(_d.known_at))}


def grade_history(connection: Connection, uscc: str) -> list[GradePoint]:
    """An enterprise's grades, oldest first, one per day: the decision with the latest knowledge."""
    columns = [_d[name] for name in GradePoint.__slots__]
    rows = connection.execute(select(*columns).where(_d.uscc == uscc).order_by(_d.business_date, _d.known_at))
    return list({row.business_date: GradePoint(*row) for row in rows}.values())


def grades_on(connection: Connection, business_date: date) -> dict[str, str | None]:
    """The grade of everybody on a day, by the decision with the latest knowledge; None without a grade."""
    rows = connection.execute(
        select(_d.uscc, _d.grade).where(_d.business_date == business_date).order_by(_d.known_at, _d.position)
    )
    return {row.uscc: row.grade for row in rows}


def run_dates(connection: Connection) -> list[date]:
    """Every business date decided about, the latest first."""
    days = select(run_table.c.business_date).distinct().order_by(run_table.c.business_date.desc())
    return list(connection.execute(days).scalars())


def published_before(
    connection: Connection, business_date: date, known_at: datetime | None = None
) -> dict[str, PreviousGrade]:
    """For every enterprise with a grade published before D: that grade, and whether it rose in D's calendar month.

    A day without a grade (inactive) is passed over.
    """
    month = date(business_date.year, business_date.month, 1)
    risen = set(connection.execute(_rises(month, business_date, known_at)).scalars())
    graded = decision_table.alias("graded")
    newest = (
        select(graded.c.decision_id)
        .where(graded.c.uscc == enterprise_table.c.uscc, graded.c.business_date < business_date)
        .where(graded.c.grade.is_not(None), _by(graded.c.known_at, known_at))
        .order_by(graded.c.business_date.desc(), graded.c.known_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    join = enterprise_table.join(decision_table, _d.decision_id == newest)
    rows = connection.execute(select(_d.uscc, _d.business_date, _d.grade).select_from(join))
    return {row.uscc: PreviousGrade(row.business_date, Grade(row.grade), row.uscc in risen) for row in rows}


def open_alerts(connection: Connection, business_date: date, known_at: datetime | None = None) -> list[dict[str, Any]]:
    """The alert episodes open on a day, in order of opening; on a day without a run, of the run before."""
    return [one for one in alerts_seen(connection, business_date, known_at) if one["closed_on"] is None]


def alerts_seen(connection: Connection, business_date: date, known_at: datetime | None = None) -> list[dict[str, Any]]:
    """As ``open_alerts``, with the episodes that ended on the day."""
    return _alerts_of(connection, run_table.c.business_date <= business_date, known_at)


def carried_alerts(connection: Connection, before: date, known_at: datetime | None = None) -> list[dict[str, Any]]:
    """The episodes that a run for a day must know of: those the latest run before it carried on."""
    found = _alerts_of(connection, run_table.c.business_date < before, known_at)
    return [one for one in found if one["is_carried"]]


def _alerts_of(connection: Connection, days: ColumnElement[bool], known_at: datetime | None) -> list[dict[str, Any]]:
    """Every episode that the latest run of some days saw."""
    a, r = alert_table.c, run_table.c
    latest = select(r.business_date, r.known_at).where(days, _by(r.known_at, known_at), _about_everybody())
    run = connection.execute(latest.order_by(r.business_date.desc(), r.known_at.desc()).limit(1)).one_or_none()
    if run is None:
        return []
    positions = select(a.position).where(a.business_date == run.business_date, a.known_at == run.known_at)
    return sorted(_records(connection, positions), key=lambda one: (one["opened_on"], one["rule"], one["uscc"]))


def _about_everybody() -> ColumnElement[bool]:
    return run_table.c.state != REGRADE


def _by(column: ColumnElement[Any], known_at: datetime | None) -> ColumnElement[bool]:
    return true() if known_at is None else column <= known_at


def _rises(first: date, before: date, known_at: datetime | None) -> Select[tuple[str]]:
    """Enterprises with a rise in [first, before) that no later knowledge has taken back."""
    later = decision_table.alias("later")
    taken_back = (
        select(later.c.position)
        .where(later.c.uscc == _d.uscc, later.c.business_date == _d.business_date, later.c.known_at > _d.known_at)
        .where(_by(later.c.known_at, known_at))
        .exists()
    )
    in_month = and_(_d.business_date >= first, _d.business_date < before)
    return select(_d.uscc).where(_d.has_risen, in_month, _by(_d.known_at, known_at), ~taken_back)


def _records(connection: Connection, positions: Select[Any], by_uscc: bool = False) -> Iterator[dict[str, Any]]:
    """Bodies from the ledger at the positions a projection names."""
    query = (
        select(ledger_entry.c.body)
        .where(ledger_entry.c.stream == "decisions", ledger_entry.c.position.in_(positions))
        .order_by(ledger_entry.c.subject if by_uscc else ledger_entry.c.position)
    )
    for body in connection.execute(query, execution_options={"yield_per": 2000}).scalars():
        record: dict[str, Any] = json.loads(body)
        yield record
