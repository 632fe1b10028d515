"""Sent, received, acted on: agreement is said only where there is some, and what differs is named."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, update

from expectations.errors import UsageError
from models.people.acts import Act, Kind
from pipelines.steps.home import Home
from pipelines.steps.reconciling import read_receipts, reconcile
from pipelines.storage import outbox
from pipelines.storage.acts import record_acts
from pipelines.storage.outbox.queue import outbox_table
from reports.messages.kinds import MessageKind
from tests.worlds.day_home import LAST_DAY, TAKEN_AT, home_at

NEXT_WEEK = date(2026, 11, 6)


@pytest.fixture
def home(two_days: Path, tmp_path: Path) -> Home:
    """A home whose messages are all acknowledged."""
    home = home_at(Path(shutil.copytree(two_days, tmp_path / "home")))
    with home.database.transaction() as connection:
        connection.execute(update(outbox_table).values(state=outbox.ACKNOWLEDGED))
    return home


def sent(home: Home, kind: str | None = None) -> list[str]:
    """The ids of all messages, or of those of a kind."""
    with home.database.reading() as connection:
        return [one.message_id for one in outbox.messages(connection) if kind in (None, one.kind)]


def put(home: Home, message_id: str, state: str) -> None:
    with home.database.transaction() as connection:
        connection.execute(update(outbox_table).where(outbox_table.c.message_id == message_id).values(state=state))


def test_what_was_received_once_and_is_not_due_agrees(home: Home) -> None:
    found = reconcile(home, LAST_DAY, sent(home))
    assert found.holds
    assert found.open_alerts == len(sent(home, MessageKind.ALERT_OPENED)) > 0
    assert sum(found.counts.values()) == len(sent(home))


@pytest.mark.parametrize("state", ["pending", "sent", "dead"])
def test_a_message_that_is_not_through_is_no_agreement(home: Home, state: str) -> None:
    put(home, sent(home)[0], state)
    found = reconcile(home, LAST_DAY)
    assert (found.holds, found.counts[state]) == (False, 1)


def test_a_dead_message_is_named_and_one_given_up_is_accounted_for(home: Home) -> None:
    first = sent(home)[0]
    put(home, first, outbox.DEAD)
    dead = reconcile(home, LAST_DAY)
    assert [(one.message.message_id, one.owner) for one in dead.dead_letters] == [(first, None)]
    put(home, first, outbox.GIVEN_UP)
    let_go = reconcile(home, LAST_DAY, sent(home)[1:])
    assert (let_go.holds, let_go.given_up, let_go.dead_letters) == (True, (first,), ())


def test_a_lost_an_unknown_and_a_repeated_receipt_are_named(home: Home) -> None:
    first, second, *rest = sent(home)
    found = reconcile(home, LAST_DAY, [*rest, second, second, "never-sent"])
    assert (found.lost, found.repeated, found.unknown) == ((first,), (second,), ("never-sent",))
    assert not found.holds
    assert reconcile(home, LAST_DAY, [first, *rest]).lost == (second,)


def test_a_message_that_arrived_and_whose_answer_was_lost_is_not_called_unknown(home: Home) -> None:
    first = sent(home)[0]
    put(home, first, "pending")
    found = reconcile(home, LAST_DAY, sent(home))
    assert (found.unanswered, found.unknown, found.lost) == ((first,), (), ())


def test_an_alert_past_its_day_is_named_until_somebody_acts_or_declines(home: Home) -> None:
    late = reconcile(home, NEXT_WEEK, sent(home))
    assert late.overdue
    assert not late.holds
    with home.database.transaction() as connection:
        bodies = connection.execute(
            select(outbox_table.c.body).where(outbox_table.c.kind == MessageKind.ALERT_OPENED.value)
        ).scalars()
        alerts = [json.loads(body)["data"] for body in bodies]
        record_acts(
            connection,
            [
                Act(Kind.FINDING, one["uscc"], one["alert_id"], "officer-1", TAKEN_AT, "seen", {"finding": finding})
                for one, finding in zip(alerts, ["confirmed"] + ["explained"] * (len(alerts) - 1), strict=True)
            ],
        )
    done = reconcile(home, NEXT_WEEK, sent(home))
    assert (done.acted, done.declined, done.open_alerts, done.holds) == (1, len(alerts) - 1, 0, True)


def test_a_line_that_is_no_receipt_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "receipts.jsonl"
    path.write_text('{"id": "a"}\n\n["b"]\n')
    with pytest.raises(UsageError, match="Line 3"):
        read_receipts(path)
    path.write_text('{"id": "a"}\n{"id": "b", "status": "acknowledged"}\n{"id": "c", "status": "refused"}\n')
    assert read_receipts(path) == ["a", "b"]
