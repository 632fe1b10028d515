"""A dead letter has an owner; what is done to it is on record with a reason; the order of its enterprise is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.role import Role
from pipelines.steps.account_office import AccountOffice
from pipelines.steps.dead_letters import DeadLetterOffice
from pipelines.storage import ledger
from pipelines.storage.database import Database
from pipelines.storage.migrations import bring_up_to_date
from pipelines.storage.outbox import DatabaseOutbox, NewMessage, add

NOW = datetime(2026, 4, 1, 8, tzinfo=UTC)
ONE, TWO = "91652702MADEM0011Q", "91652701MADEM0011A"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    """Two enterprises with two messages each, and an account of every kind that matters here."""
    found = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(found)
    for name, role in (("operator-1", Role.OPERATOR), ("officer-1", Role.OFFICER), ("auditor-1", Role.AUDITOR)):
        AccountOffice(found, None, NOW).open(name, role)
    with found.transaction() as connection:
        add(connection, [NewMessage("cn.xinji.x.v1", uscc, "/t", NOW, {"n": n}) for uscc in (ONE, TWO) for n in (1, 2)])
    return found


@pytest.fixture
def outbox(database: Database) -> DatabaseOutbox:
    """The first message of the first enterprise is dead."""
    found = DatabaseOutbox(database)
    first = found.due(NOW, 1)[0]
    found.mark_sent([first.message_id], NOW + timedelta(minutes=1))
    found.mark_dead(first.message_id, NOW, "HTTP 422 Unprocessable")
    return found


@pytest.fixture
def office(database: Database) -> DeadLetterOffice:
    return DeadLetterOffice(database, NOW + timedelta(hours=1))


def due(outbox: DatabaseOutbox) -> list[tuple[str, int]]:
    return [(one.uscc, one.sequence) for one in outbox.due(NOW + timedelta(hours=2), 10)]


def recorded(database: Database) -> list[tuple[str, str, str]]:
    """Kind, account and reason of every act about a dead letter."""
    with database.reading() as connection:
        entries = [one for one in ledger.entries(connection, "judgements") if one.kind.startswith("dead_letter.")]
    bodies = [json.loads(one.body) for one in entries]
    return [(one.kind, body["account"], body["reason"]) for one, body in zip(entries, bodies, strict=True)]


@pytest.mark.usefixtures("outbox")
def test_a_dead_letter_says_why_who_and_what_it_holds(office: DeadLetterOffice) -> None:
    (letter,) = office.letters()
    assert (letter.message.uscc, letter.message.last_error, letter.message.settled_at) == (
        ONE,
        "HTTP 422 Unprocessable",
        NOW,
    )
    assert (letter.owner, letter.waiting_behind) == (None, 1)
    office.assign(letter.message.message_id[:8], "officer-1", "operator-1", "knows the receiver")
    assert office.letters()[0].owner == "officer-1"


def test_sent_again_it_goes_before_what_is_behind_it_and_is_whose_it_was_if_it_dies_again(
    office: DeadLetterOffice, outbox: DatabaseOutbox, database: Database
) -> None:
    assert due(outbox) == [(TWO, 1)]
    letter = office.letters()[0].message.message_id
    office.resend(letter, "officer-1", "the receiver was mended")
    assert due(outbox) == [(ONE, 1), (TWO, 1)]
    outbox.mark_dead(letter, NOW, "HTTP 422 again")
    assert office.letters()[0].owner == "officer-1"
    assert recorded(database) == [("dead_letter.resent", "officer-1", "the receiver was mended")]


def test_given_up_it_never_goes_out_and_what_is_behind_it_does(
    office: DeadLetterOffice, outbox: DatabaseOutbox, database: Database
) -> None:
    letter = office.letters()[0].message.message_id
    office.give_up(letter, "operator-1", "told by telephone")
    assert due(outbox) == [(ONE, 2), (TWO, 1)]
    assert office.letters() == []
    assert outbox.counts()["given_up"] == 1
    assert recorded(database) == [("dead_letter.given_up", "operator-1", "told by telephone")]
    with pytest.raises(NotFoundError, match="No dead letter"):
        office.resend(letter, "operator-1", "after all")


@pytest.mark.parametrize(
    ("account", "reason", "says"),
    [("auditor-1", "x", "may not do this"), ("nobody", "x", "no open account"), ("officer-1", " ", "needs a reason")],
)
def test_without_leave_or_a_reason_nothing_changes_and_nothing_is_recorded(  # noqa: PLR0917
    office: DeadLetterOffice, outbox: DatabaseOutbox, database: Database, account: str, reason: str, says: str
) -> None:
    letter = office.letters()[0].message.message_id
    for step in (office.resend, office.give_up):
        with pytest.raises(UsageError, match=says):
            step(letter, account, reason)
    assert (recorded(database), outbox.counts()["dead"]) == ([], 1)


@pytest.mark.usefixtures("outbox")
def test_only_an_account_that_could_see_to_it_can_be_given_a_letter(
    office: DeadLetterOffice, database: Database
) -> None:
    letter = office.letters()[0].message.message_id
    with pytest.raises(UsageError, match="auditor-1"):
        office.assign(letter, "auditor-1", "operator-1", "x")
    assert recorded(database) == []


def test_an_id_that_is_not_enough_is_refused(office: DeadLetterOffice, outbox: DatabaseOutbox) -> None:
    other = outbox.due(NOW, 10)[0]
    outbox.mark_dead(other.message_id, NOW, "HTTP 400")
    with pytest.raises(UsageError, match="2 dead letters begin with"):
        office.resend("", "officer-1", "x")
