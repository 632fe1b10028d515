"""The commit of a run, and the questions asked afterwards."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from expectations.errors import UsageError
from expectations.vocabulary.digest import sha256_of
from expectations.vocabulary.grade import Grade, Severity
from expectations.vocabulary.moment import knowledge_cutoff
from models.grade.record import SealedRecord
from models.grade.subject import PreviousGrade
from pipelines.storage.database import Database
from pipelines.storage.decisions import (
    Judged,
    Run,
    alert_records,
    carried_alerts,
    commit_run,
    decision,
    decision_ids_of,
    decisions_of,
    grade_history,
    latest_decision,
    latest_run_date,
    open_alerts,
    published_before,
    rebuild,
    run_before,
    run_for,
)
from pipelines.storage.decisions.tables import PROJECTIONS
from pipelines.storage.ledger import entries, verify
from pipelines.storage.migrations import bring_up_to_date
from pipelines.storage.outbox import NewMessage, messages
from reports.alerts.alert import Alert, State, alert_from_json, alert_id_of
from reports.alerts.episodes import AlertDay

ONE, TWO = "91652702MADEM0011Q", "91652701MADEM0011A"
D = date(2026, 3, 31)
DAY = timedelta(days=1)


def run(day: date = D, known_at: datetime | None = None) -> Run:
    digests = {name: sha256_of([name, day]) for name in ("snapshot_digest", "policy_digest", "feature_digest")}
    return Run(
        business_date=day,
        known_at=known_at or knowledge_cutoff(day),
        model_version="1",
        model_digest=sha256_of("model"),
        feature_path=f"lake/features/{day}.parquet",
        code_version="0.1.0",
        **digests,
    )


def record(uscc: str, grade: str | None, of: Run, previous: str | None = None, **more: Any) -> dict[str, Any]:
    content = {
        "supersedes": None,
        "uscc": uscc,
        "date": of.business_date.isoformat(),
        "known_at": of.known_at.isoformat(),
        "status": "normal" if grade else "inactive",
        "grade": grade,
        "previous_grade": previous,
        "score": 700 if grade else None,
        **more,
    }
    return {**content, "decision_id": sha256_of(content)}


def sealed(uscc: str, grade: str | None, of: Run, previous: str | None = None) -> SealedRecord:
    return SealedRecord.of(record(uscc, grade, of, previous))


def alert(uscc: str = ONE, opened_on: date = D, **more: Any) -> Alert:
    state = State.CLOSED if more.get("closed_on") else State.OPEN
    measured = {"window_from": D, "window_to": D, "value": 0.02, "threshold": 0.01, "n": 200, "evidence": ("k",)}
    fields = {**measured, "amount_fen": 1000, "opened_on": opened_on, "last_hit_on": D, "state": state, **more}
    return Alert(alert_id_of(uscc, "R01", opened_on), "R01", uscc, Severity.MEDIUM, **fields)


def alerts(*opened: Alert, closed: tuple[Alert, ...] = (), still_lasting: tuple[Alert, ...] = ()) -> list[Any]:
    return alert_records(AlertDay(opened, closed, (*opened, *still_lasting)))


def message(of: Run, uscc: str = ONE) -> NewMessage:
    data = {"date": of.business_date}
    return NewMessage("cn.xinji.alert.opened.v1", uscc, "/zones/test", of.known_at, data)


def commit(database: Database, day: date, known_at: datetime | None = None, **grades: Any) -> Run:
    """Commit a day with a grade, or a grade and its predecessor, for each enterprise."""
    made = run(day, known_at)
    pairs = {{"one": ONE, "two": TWO}[name]: grade for name, grade in grades.items()}
    records = [record(uscc, *((g, made) if isinstance(g, str) else (g[0], made, g[1]))) for uscc, g in pairs.items()]
    with database.transaction() as connection:
        assert commit_run(connection, made, Judged(map(SealedRecord.of, records))).is_new
    return made


def test_a_run_is_written_with_its_decisions_alerts_messages_and_an_anchor(database: Database) -> None:
    made = run()
    with database.transaction() as connection:
        done = commit_run(connection, made, Judged([sealed(ONE, "A", made)], alerts(alert()), [message(made)]))
        assert (done.decisions, done.alerts, done.messages) == (1, 1, 1)
        assert [entry.kind for entry in entries(connection, "decisions")] == ["run", "decision", "alert"]
        assert [entry.subject for entry in entries(connection, "anchors")] == [f"run {D} {made.known_at.isoformat()}"]
        assert verify(connection).holds
        assert run_for(connection, D, made.known_at) == made
        assert latest_run_date(connection) == D


def test_a_record_comes_back_as_it_was_written(database: Database) -> None:
    made = run()
    written = record(ONE, "A", made, reasons=[{"code": "X", "zh": "理由", "value": 0.1}])
    with database.transaction() as connection:
        commit_run(connection, made, Judged([SealedRecord.of(written)]))
        assert latest_decision(connection, ONE) == written
        assert decision(connection, written["decision_id"]) == written
        assert decision(connection, "0" * 64) is None


def test_committing_the_same_run_again_writes_nothing(database: Database) -> None:
    made = run()
    with database.transaction() as connection:
        commit_run(connection, made, Judged([sealed(ONE, "A", made)], alerts(alert()), [message(made)]))
    with database.transaction() as connection:
        again = commit_run(connection, made, Judged([sealed(ONE, "B", made)], alerts(alert(TWO)), [message(made, TWO)]))
        assert not again.is_new
        assert verify(connection).counts["decisions"] == 3
        assert verify(connection).counts["anchors"] == 1
        assert len(messages(connection)) == 1
        assert latest_decision(connection, ONE)["grade"] == "A"  # type: ignore[index]


def test_the_same_run_in_two_homes_gives_the_same_bytes(database: Database, tmp_path: Any) -> None:
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    bring_up_to_date(other)
    made = run()
    for home in (database, other):
        with home.transaction() as connection:
            commit_run(connection, made, Judged([sealed(ONE, "A", made)], alerts(alert()), [message(made)]))
    with database.reading() as here, other.reading() as there:
        for stream in ("decisions", "anchors"):
            assert list(entries(here, stream)) == list(entries(there, stream))
        assert messages(here) == messages(there)
    other.close()


def test_a_failing_commit_leaves_nothing_behind(database: Database) -> None:
    made = run()

    def failing() -> Any:
        yield sealed(ONE, "A", made)
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"), database.transaction() as connection:
        commit_run(connection, made, Judged(failing(), alerts(alert()), [message(made)]))
    with database.reading() as connection:
        assert run_for(connection, D) is None
        assert sum(verify(connection).counts.values()) == 0
        assert latest_decision(connection, ONE) is None
        assert messages(connection) == []


def test_a_decision_for_another_day_is_refused(database: Database) -> None:
    with pytest.raises(UsageError, match="is for 2026-03-30"), database.transaction() as connection:
        commit_run(connection, run(D), Judged([sealed(ONE, "A", run(D - DAY))]))


def test_the_decision_as_of_a_day_is_the_last_before_or_on_it(database: Database) -> None:
    commit(database, D, one="A")
    commit(database, D + 2 * DAY, one="B")
    with database.reading() as connection:
        grades = [latest_decision(connection, ONE, D + days * DAY) for days in (-1, 0, 1, 2)]
    assert [found and found["grade"] for found in grades] == [None, "A", "A", "B"]


def test_a_day_decided_again_shows_what_is_known_best_and_keeps_what_was_known_then(database: Database) -> None:
    first = commit(database, D, one="A", two="B")
    later = commit(database, D, first.known_at + DAY, one="C")
    with database.reading() as connection:
        assert [found["grade"] for found in decisions_of(connection, D)] == ["B", "C"]
        assert [found["grade"] for found in decisions_of(connection, D, first.known_at)] == ["B", "A"]
        assert latest_decision(connection, ONE, D)["grade"] == "C"  # type: ignore[index]
        assert [point.grade for point in grade_history(connection, ONE)] == ["C"]
        assert run_for(connection, D) == later
        assert run_for(connection, D, first.known_at) == first
        assert run_for(connection, D, first.known_at + 3 * DAY) is None
        assert run_before(connection, D) is None
        assert run_before(connection, D + DAY) == later
        assert run_before(connection, D + DAY, first.known_at) == first
        assert decision_ids_of(connection, D) == {
            found["uscc"]: found["decision_id"] for found in decisions_of(connection, D)
        }


def test_the_grade_before_a_day_is_the_latest_published_one(database: Database) -> None:
    commit(database, D - 40 * DAY, one="B", two="C")
    commit(database, D - DAY, one=("A", "B"))
    commit(database, D, one=("AA", "A"), two="D")
    with database.reading() as connection:
        found = published_before(connection, D)
        assert found == {
            ONE: PreviousGrade(D - DAY, Grade.A, risen_this_month=True),
            TWO: PreviousGrade(D - 40 * DAY, Grade.C, risen_this_month=False),
        }
        assert published_before(connection, D - 40 * DAY) == {}


def test_a_rise_counts_in_its_own_calendar_month_only(database: Database) -> None:
    commit(database, date(2026, 3, 31), one=("A", "B"))
    with database.reading() as connection:
        assert not published_before(connection, date(2026, 4, 1))[ONE].risen_this_month
    commit(database, date(2026, 4, 1), one=("AA", "A"))
    with database.reading() as connection:
        assert published_before(connection, date(2026, 4, 30))[ONE].risen_this_month


def test_a_day_decided_again_does_not_count_its_own_rise(database: Database) -> None:
    commit(database, D - DAY, one="B")
    commit(database, D, one=("A", "B"))
    with database.reading() as connection:
        assert published_before(connection, D)[ONE] == PreviousGrade(D - DAY, Grade.B)


def test_a_fall_is_no_rise(database: Database) -> None:
    commit(database, D - DAY, one=("C", "A"))
    with database.reading() as connection:
        assert published_before(connection, D)[ONE] == PreviousGrade(D - DAY, Grade.C)


def test_a_rise_taken_back_by_later_knowledge_does_not_count(database: Database) -> None:
    first = commit(database, D - DAY, one=("A", "B"))
    commit(database, D - DAY, first.known_at + 2 * DAY, one=("B", "B"))
    with database.reading() as connection:
        assert published_before(connection, D)[ONE] == PreviousGrade(D - DAY, Grade.B)
        known_then = published_before(connection, D, knowledge_cutoff(D))
        assert known_then[ONE] == PreviousGrade(D - DAY, Grade.A, risen_this_month=True)


def test_days_without_a_grade_are_passed_over(database: Database) -> None:
    commit(database, D - 3 * DAY, one="A")
    commit(database, D - DAY, one=(None, "A"))
    with database.reading() as connection:
        assert published_before(connection, D)[ONE] == PreviousGrade(D - 3 * DAY, Grade.A)


def test_a_day_shows_the_alerts_open_on_it_as_it_knew_them(database: Database) -> None:
    ended = alert(closed_on=D + 31 * DAY)
    days = [(D, alerts(alert())), (D + DAY, alerts(alert(value=0.05))), (D + 31 * DAY, alerts(closed=(ended,)))]
    for day, seen in days:
        with database.transaction() as connection:
            commit_run(connection, run(day), Judged([], seen))
    with database.reading() as connection:
        seen_on = {days: open_alerts(connection, D + timedelta(days)) for days in (-1, 0, 1, 30, 31, 40)}
    assert {days: [one["value"] for one in found] for days, found in seen_on.items()} == {
        -1: [], 0: [0.02], 1: [0.05], 30: [0.05], 31: [], 40: [],
    }  # fmt: skip


def test_an_alert_that_later_knowledge_does_not_see_is_not_open(database: Database) -> None:
    with database.transaction() as connection:
        commit_run(connection, run(), Judged([], alerts(alert())))
        commit_run(connection, run(known_at=knowledge_cutoff(D) + DAY), Judged([], []))
        assert open_alerts(connection, D) == []
        assert len(open_alerts(connection, D, knowledge_cutoff(D))) == 1


def test_the_next_day_is_told_what_the_day_before_carried_on(database: Database) -> None:
    closed, lasting = alert(TWO, closed_on=D), alert("91652702MA7TETA137", closed_on=D)
    with database.transaction() as connection:
        commit_run(connection, run(), Judged([], alerts(alert(), closed=(closed, lasting), still_lasting=(lasting,))))
        assert carried_alerts(connection, D) == []
        known = [alert_from_json(one) for one in carried_alerts(connection, D + 3 * DAY)]
    assert sorted(known, key=lambda one: one.uscc) == sorted([alert(), lasting], key=lambda one: one.uscc)


def test_projections_made_again_from_the_ledger_are_the_same(database: Database) -> None:
    commit(database, D - DAY, one=("A", "B"), two="C")
    made = run(D)
    with database.transaction() as connection:
        commit_run(connection, made, Judged([sealed(ONE, "AA", made, "A")], alerts(alert()), [message(made)]))
    with database.transaction() as connection:
        before = [connection.execute(select(table).order_by(*table.primary_key)).all() for table in PROJECTIONS]
        done = rebuild(connection)
        after = [connection.execute(select(table).order_by(*table.primary_key)).all() for table in PROJECTIONS]
    assert all(before)
    assert after == before
    assert (done.decisions, done.alerts) == (3, 1)
