"""Writing the ledger and reading it back."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from expectations.errors import UsageError
from pipelines.storage.database import Database
from pipelines.storage.ledger import NewEntry, anchor, append, entries, genesis, head, verify
from pipelines.storage.ledger.tables import ledger_entry


def some(count: int, start: int = 1) -> list[NewEntry]:
    return [NewEntry.of("decision", f"enterprise-{n % 3}", {"n": n, "名": "信级"}) for n in range(start, start + count)]


def test_entries_come_back_in_order_as_they_were_written(database: Database) -> None:
    with database.transaction() as connection:
        assert append(connection, "decisions", some(3)) == range(1, 4)
        assert append(connection, "decisions", some(2, start=4)) == range(4, 6)
    with database.reading() as connection:
        found = list(entries(connection, "decisions"))
    assert [json.loads(entry.body)["n"] for entry in found] == [1, 2, 3, 4, 5]
    assert [entry.position for entry in found] == [1, 2, 3, 4, 5]


def test_the_published_form_of_the_chain_is_what_is_written(database: Database) -> None:
    with database.transaction() as connection:
        append(connection, "reads", [NewEntry("read", "x", "{}"), NewEntry("read", "y", '{"信":1}')])
        first, second = entries(connection, "reads")
    start = hashlib.sha256(b"xinji ledger\nreads").hexdigest()
    body = hashlib.sha256(b"{}").hexdigest()
    assert first.previous_hash == start == genesis("reads")
    assert first.entry_hash == hashlib.sha256(f"{start}\nreads\n1\nread\nx\n{body}".encode()).hexdigest()
    body = hashlib.sha256('{"信":1}'.encode()).hexdigest()
    assert second.previous_hash == first.entry_hash
    assert second.entry_hash == hashlib.sha256(f"{first.entry_hash}\nreads\n2\nread\ny\n{body}".encode()).hexdigest()


def test_the_same_entries_give_the_same_hashes_whatever_the_batches(database: Database) -> None:
    with database.transaction() as connection:
        append(connection, "decisions", some(7))
        whole = head(connection, "decisions")
        connection.rollback()
    for start in range(1, 8):
        with database.transaction() as connection:
            append(connection, "decisions", some(1, start))
    with database.reading() as connection:
        assert head(connection, "decisions") == whole


def test_streams_are_chains_of_their_own(database: Database) -> None:
    with database.transaction() as connection:
        append(connection, "decisions", some(2))
        assert append(connection, "judgements", some(1)) == range(1, 2)
        assert head(connection, "screenings") == (0, genesis("screenings"))
        hashes = {next(entries(connection, stream)).entry_hash for stream in ("decisions", "judgements")}
    assert len(hashes) == 2


def test_reading_can_ask_for_a_kind_a_subject_and_what_came_after(database: Database) -> None:
    with database.transaction() as connection:
        append(connection, "decisions", [*some(4), NewEntry.of("alert", "enterprise-1", {"n": 5})])
        about = list(entries(connection, "decisions", subject="enterprise-1"))
        alerts = list(entries(connection, "decisions", kind="alert", subject="enterprise-1"))
        later = list(entries(connection, "decisions", after=3))
    assert [entry.position for entry in about] == [1, 4, 5]
    assert [entry.position for entry in alerts] == [5]
    assert [entry.position for entry in later] == [4, 5]


def test_appending_nothing_moves_nothing(database: Database) -> None:
    with database.transaction() as connection:
        append(connection, "decisions", some(1))
        before = head(connection, "decisions")
        assert len(append(connection, "decisions", [])) == 0
        assert head(connection, "decisions") == before


def test_a_transaction_that_fails_leaves_no_entry_and_no_gap(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as connection:
        append(connection, "decisions", some(3))
        raise RuntimeError("the disk is full")
    with database.transaction() as connection:
        assert append(connection, "decisions", some(1)) == range(1, 2)
        assert verify(connection).holds


def test_a_line_break_in_a_subject_is_refused(database: Database) -> None:
    with pytest.raises(UsageError, match="line break"), database.transaction() as connection:
        append(connection, "decisions", [NewEntry("decision", "a\nb", "{}")])


def test_an_unknown_stream_is_refused(database: Database) -> None:
    with pytest.raises(UsageError, match="no stream 'gossip'"), database.transaction() as connection:
        append(connection, "gossip", some(1))  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [update(ledger_entry).values(body="{}"), delete(ledger_entry)])
def test_the_database_itself_refuses_to_change_an_entry(database: Database, change: object) -> None:
    with database.transaction() as connection:
        append(connection, "decisions", some(1))
    with pytest.raises(DatabaseError, match="append-only"), database.transaction() as connection:
        connection.execute(change)  # type: ignore[call-overload]


def test_two_writers_cannot_fork_the_chain(database: Database) -> None:
    def write(number: int) -> None:
        with database.transaction() as connection:
            append(connection, "judgements", some(2, number))

    with database.transaction() as connection:
        append(connection, "judgements", some(1))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(10, 30)))
    with database.reading() as connection:
        assert verify(connection).counts["judgements"] == 41
        assert verify(connection).holds


def test_an_anchor_remembers_where_every_stream_stands(database: Database) -> None:
    with database.transaction() as connection:
        append(connection, "decisions", some(3))
        expected = head(connection, "decisions")
        remembered = anchor(connection, "run 2026-03-31")
        (made,) = entries(connection, "anchors")
    heads = json.loads(made.body)["heads"]
    assert remembered == {"heads": heads}
    assert made.position == 1
    assert made.subject == "run 2026-03-31"
    assert heads["decisions"] == {"position": expected[0], "hash": expected[1]}
    assert heads["reads"] == {"position": 0, "hash": genesis("reads")}
    assert "anchors" not in heads


def test_a_reader_sees_the_ledger_as_it_was_when_it_began(database: Database) -> None:
    with database.transaction() as connection:
        append(connection, "decisions", some(1))
    with database.reading() as reader:
        assert len(reader.execute(select(ledger_entry)).all()) == 1
        with database.transaction() as connection:
            append(connection, "decisions", some(1))
        if database.is_sqlite:
            assert verify(reader).counts["decisions"] == 1
        assert verify(reader).holds
