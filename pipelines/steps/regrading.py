"""Deciding again about one enterprise on past days, because what was known of it then has turned out wrong.

Nothing past is changed: each day gets a new decision that supersedes the old one, with what is known now and the policy
and model of then. Whoever looked at the old ones is named, so that they can be told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from models.grade.facts import facts_in_force
from models.grade.record import subject_of
from models.people.acts import Act, Kind
from models.people.objections import Objection, ObjectionState, objections_of
from models.policy.book import PolicyBook
from pipelines.steps.daily import DayWork, commit, judge_day, measure, source_of
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.people import Desk
from pipelines.steps.retention import is_whole
from pipelines.storage import decisions, ledger, outbox
from pipelines.storage.acts import acts_known, record_acts
from pipelines.storage.decisions import REGRADE, Judged
from pipelines.storage.grouped import take_in_spooled
from pipelines.storage.outbox import NewMessage
from reports.messages.kinds import MessageKind


@dataclass(frozen=True)
class Regraded:
    """One day decided again: the old decision's id and grade, and the new one's."""

    day: date
    before: str
    grade_before: str | None
    after: str
    grade_after: str | None


@dataclass(frozen=True)
class Regrading:
    """What a correction touched: the days decided again, and the accounts that had looked since the first of them.

    ``left`` are days that stay as they were, since rows they look back at were removed for good.
    """

    uscc: str
    days: tuple[Regraded, ...]
    told: tuple[str, ...]
    left: tuple[date, ...] = ()


def uphold(home: Home, desk: Desk, objection_id: str, account: str, reason: str) -> tuple[Objection, Regrading]:
    """Answer an objection with yes, and decide again about every day that rests on what it names.

    Interrupted and given again, it goes on with the days that are left: those done rest on the record no more. So does
    the next run (``finish_corrections``).
    """
    found = {one.id: one for one in desk.objections()}.get(objection_id)
    if found is None or found.state is not ObjectionState.UPHELD:
        found = desk.answer_objection(objection_id, account, "upheld", reason)
    return found, _correct(home, found, desk.at)


def finish_corrections(home: Home, day: Day) -> list[Regrading]:
    """Go on with every upheld objection of which a day up to this one is left, or of which somebody was not told yet.

    What is known by the day's cutoff counts, so that a run about the past does not see what came later.
    """
    with home.database.reading() as connection:
        found = objections_of(acts_known(connection, day.known_at)).values()
    upheld = [one for one in found if one.state is ObjectionState.UPHELD]
    done = [_correct(home, one, day.known_at, day.business_date) for one in upheld]
    return [one for one in done if one.days or one.told]


def _correct(home: Home, objection: Objection, known_at: datetime, until: date = date.max) -> Regrading:
    """Decide again about each day up to one that rests on what was objected to, in order, and tell who had looked."""
    with home.database.reading() as connection:
        touched = touched_days(connection, home.policies, objection.uscc, objection.target)
        days = [day for day in touched if day <= until and is_whole(connection, day)]
    done = tuple(_again(home, objection.uscc, Day(day, known_at)) for day in sorted(days))
    take_in_spooled(home.database)  # who looked a moment ago is told as well
    told = _tell(home, objection, known_at)
    return Regrading(objection.uscc, done, told, tuple(day for day in touched if day not in days))


def touched_days(connection: Connection, policies: PolicyBook, uscc: str, target: str) -> list[date]:
    """The days whose decision about an enterprise rests on a fact in force or on an alert."""
    found = decisions.decisions_about(connection, uscc)
    return [day for day, record in sorted(found.items()) if _rests_on(record, target, policies)]


def _rests_on(record: Mapping[str, Any], target: str, policies: PolicyBook) -> bool:
    if any(alert["alert_id"] == target for alert in record["inputs"]["alerts"]):
        return True
    if all(fact["key"] != target for fact in record["inputs"]["facts"]):
        return False
    policy = policies.in_force(date.fromisoformat(record["date"]))
    return any(fact.key == target for fact in facts_in_force(subject_of(record).facts, policy))


def _tell(home: Home, objection: Objection, at: datetime) -> tuple[str, ...]:
    """Tell each account that had looked of the days that were decided again and that nobody was told of yet.

    Which days those are is read from the ledger, so that a kill between deciding and telling loses nobody.
    """
    with home.database.transaction() as connection:
        done = tuple(_untold(connection, home.policies, objection))
        if not done:
            return ()
        told = _who_looked(connection, objection.uscc, done[0].day)
        content = {"accounts": list(told), "days": [one.day.isoformat() for one in done]}
        act = Act(Kind.CORRECTION_TOLD, objection.uscc, objection.id, "system", at, "grades were corrected", content)
        record_acts(connection, [act])
        outbox.add(connection, (_correction_message(home, act, account, done) for account in told))
    return told


def _untold(connection: Connection, policies: PolicyBook, objection: Objection) -> Iterator[Regraded]:
    """The days whose decision takes the place of one that rested on what was objected to, but for those told of."""
    told = {
        day
        for act in acts_known(connection, uscc=objection.uscc)
        if act.kind is Kind.CORRECTION_TOLD and act.about == objection.id
        for day in act.content["days"]
    }
    for day, now in sorted(decisions.decisions_about(connection, objection.uscc).items()):
        if day.isoformat() in told or _rests_on(now, objection.target, policies):
            continue
        before = _superseded(connection, now)
        while before is not None and not _rests_on(before, objection.target, policies):
            before = _superseded(connection, before)
        if before is not None:
            yield Regraded(day, before["decision_id"], before["grade"], now["decision_id"], now["grade"])


def _superseded(connection: Connection, record: Mapping[str, Any]) -> dict[str, Any] | None:
    return decisions.decision(connection, record["supersedes"]) if record["supersedes"] else None


def _correction_message(home: Home, told: Act, account: str, done: Iterable[Regraded]) -> NewMessage:
    """What somebody who had looked is told: which decisions no longer hold, and which stand in their place."""
    days = [
        {
            "date": one.day.isoformat(),
            "instead_of": one.before,
            "grade_before": one.grade_before,
            "decision_id": one.after,
            "grade": one.grade_after,
        }
        for one in done
    ]
    content = {"uscc": told.uscc, "account": account, "because": told.about, "days": days}
    return NewMessage(MessageKind.GRADE_CORRECTED.value, told.uscc, source_of(home.zone), told.at, content)


def _again(home: Home, uscc: str, day: Day) -> Regraded:
    with home.database.reading() as connection:
        before = decisions.decisions_about(connection, uscc)[day.business_date]
    lake, champion = home.pin(), home.model_of(before["model"]["version"])
    measured = measure(home, day, lake)
    judged = judge_day(home, day, lake, measured, champion)
    decided = [one for one in judged.decisions if one.record["uscc"] == uscc]
    told = [one for one in judged.messages if one.uscc == uscc and one.kind == MessageKind.GRADE]
    place = list(measured.features.frame.index).index(uscc)
    frame = measured.features.frame.iloc[[place]]
    alone = replace(measured, features=replace(measured.features, frame=frame), digests=[measured.digests[place]])
    commit(home, day, DayWork(lake, champion, alone, Judged(decided, (), told)), REGRADE)
    after = decided[0].record
    return Regraded(day.business_date, before["decision_id"], before["grade"], after["decision_id"], after["grade"])


def _who_looked(connection: Connection, uscc: str, since: date) -> tuple[str, ...]:
    """The accounts that were shown an enterprise's grade on or after a day."""
    reads = (json.loads(entry.body) for entry in ledger.entries(connection, "reads", kind="read", subject=uscc))
    shown = {read["account"] for read in reads if read["status"] < 400 and read["at"][:10] >= since.isoformat()}
    return tuple(sorted(shown))
