"""Whatever is done to the ledger behind its back is found, named and located."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from pipelines.storage.database import Database
from pipelines.storage.ledger import NewEntry, anchor, append, genesis, verify
from pipelines.storage.ledger.chain import body_digest, link
from pipelines.storage.ledger.tables import ledger_entry, ledger_head

e = ledger_entry.c
COUNT = 40


def fill(connection: Connection) -> None:
    """Forty decisions with an anchor after the twentieth and the thirtieth."""
    for first, last in ((1, 20), (21, 30), (31, COUNT)):
        append(connection, "decisions", [NewEntry.of("decision", f"e{n}", {"n": n}) for n in range(first, last + 1)])
        if last < COUNT:
            anchor(connection, f"run {last}")


def disarm(connection: Connection) -> None:
    """Take the triggers off, as somebody with the file in hand would."""
    if connection.dialect.name == "sqlite":
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER ledger_entry_no_{verb}"))
    else:
        connection.execute(text("DROP TRIGGER ledger_entry_append_only ON ledger_entry"))


def at(position: int) -> object:
    return (e.stream == "decisions") & (e.position == position)


def move(connection: Connection, old: int, new: int) -> None:
    connection.execute(update(ledger_entry).where(at(old)).values(position=new))  # type: ignore[arg-type]


def shift_from(connection: Connection, first: int, by: int) -> None:
    """Renumber everything from a position on."""
    after = (e.stream == "decisions") & (e.position >= first)
    connection.execute(update(ledger_entry).where(after).values(position=-(e.position + by)))
    connection.execute(update(ledger_entry).where(e.position < 0).values(position=-e.position))


def set_head(connection: Connection, position: int, entry_hash: str) -> None:
    change = update(ledger_head).where(ledger_head.c.stream == "decisions")
    connection.execute(change.values(position=position, entry_hash=entry_hash))


def rechain_from(connection: Connection, first: int) -> None:
    """Make every hash right again from a position on, the head included: a careful forger without the anchors."""
    rows = connection.execute(select(ledger_entry).where(e.stream == "decisions").order_by(e.position)).all()
    previous = genesis("decisions")
    for row in rows:
        new = link(previous, row.stream, row.position, f"{row.kind}\n{row.subject}", body_digest(row.body))
        if row.position >= first:
            change = update(ledger_entry).where(at(row.position))  # type: ignore[arg-type]
            connection.execute(change.values(previous_hash=previous, entry_hash=new))
        previous = new
    set_head(connection, rows[-1].position, previous)


def alter_body(connection: Connection) -> None:
    connection.execute(update(ledger_entry).where(at(7)).values(body='{"n":700}'))  # type: ignore[arg-type]


def alter_subject(connection: Connection) -> None:
    connection.execute(update(ledger_entry).where(at(COUNT)).values(subject="e0"))  # type: ignore[arg-type]


def alter_first(connection: Connection) -> None:
    connection.execute(update(ledger_entry).where(at(1)).values(kind="alert"))  # type: ignore[arg-type]


def alter_with_its_own_hash(connection: Connection) -> None:
    row = connection.execute(select(ledger_entry).where(at(7))).one()  # type: ignore[arg-type]
    new = link(row.previous_hash, "decisions", 7, "decision\ne7", body_digest("{}"))
    connection.execute(update(ledger_entry).where(at(7)).values(body="{}", entry_hash=new))  # type: ignore[arg-type]


def alter_first_with_its_own_hash(connection: Connection) -> None:
    new = link(genesis("decisions"), "decisions", 1, "decision\ne1", body_digest("{}"))
    connection.execute(update(ledger_entry).where(at(1)).values(body="{}", entry_hash=new))  # type: ignore[arg-type]


def alter_last_with_its_own_hash(connection: Connection) -> None:
    row = connection.execute(select(ledger_entry).where(at(COUNT))).one()  # type: ignore[arg-type]
    new = link(row.previous_hash, "decisions", COUNT, f"decision\ne{COUNT}", body_digest("{}"))
    connection.execute(update(ledger_entry).where(at(COUNT)).values(body="{}", entry_hash=new))  # type: ignore[arg-type]


def alter_three_neighbours(connection: Connection) -> None:
    change = update(ledger_entry).where(e.stream == "decisions", e.position.between(7, 9))
    connection.execute(change.values(body="{}"))


def remove(connection: Connection) -> None:
    connection.execute(delete(ledger_entry).where(at(7)))  # type: ignore[arg-type]


def remove_first(connection: Connection) -> None:
    connection.execute(delete(ledger_entry).where(at(1)))  # type: ignore[arg-type]


def remove_and_close_the_gap(connection: Connection) -> None:
    connection.execute(delete(ledger_entry).where(e.stream == "decisions", e.position.between(7, 11)))
    shift_from(connection, 12, -5)


def remove_close_the_gap_and_move_the_head(connection: Connection) -> None:
    remove_and_close_the_gap(connection)
    set_head(connection, COUNT - 5, connection.execute(select(e.entry_hash).where(at(COUNT - 5))).scalar_one())  # type: ignore[arg-type]


def truncate(connection: Connection) -> None:
    connection.execute(delete(ledger_entry).where(e.stream == "decisions", e.position > 35))


def truncate_and_move_the_head(connection: Connection) -> None:
    connection.execute(delete(ledger_entry).where(e.stream == "decisions", e.position > 25))
    set_head(connection, 25, connection.execute(select(e.entry_hash).where(at(25))).scalar_one())  # type: ignore[arg-type]


def empty_and_forget(connection: Connection) -> None:
    connection.execute(delete(ledger_entry).where(e.stream == "decisions"))
    connection.execute(delete(ledger_head).where(ledger_head.c.stream == "decisions"))


def swap_neighbours(connection: Connection) -> None:
    move(connection, 7, -1)
    move(connection, 8, 7)
    move(connection, -1, 8)


def swap_far_apart(connection: Connection) -> None:
    move(connection, 7, -1)
    move(connection, 22, 7)
    move(connection, -1, 22)


def put_in(connection: Connection, position: int, previous_hash: str) -> None:
    entry_hash = link(previous_hash, "decisions", position, "decision\nforged", body_digest("{}"))
    row = ("decisions", position, "decision", "forged", "{}", previous_hash, entry_hash)
    connection.execute(insert(ledger_entry).values(row))


def insert_well_made(connection: Connection) -> None:
    shift_from(connection, 7, 1)
    put_in(connection, 7, connection.execute(select(e.entry_hash).where(at(6))).scalar_one())  # type: ignore[arg-type]


def insert_clumsily(connection: Connection) -> None:
    shift_from(connection, 7, 1)
    connection.execute(insert(ledger_entry).values(("decisions", 7, "decision", "x", "{}", "0" * 64, "0" * 64)))


def insert_a_copy(connection: Connection) -> None:
    shift_from(connection, 20, 1)
    copied = connection.execute(select(ledger_entry).where(at(7))).one()  # type: ignore[arg-type]
    connection.execute(insert(ledger_entry).values((copied[0], 20, *copied[2:])))


def append_past_the_head(connection: Connection) -> None:
    put_in(connection, COUNT + 1, connection.execute(select(e.entry_hash).where(at(COUNT))).scalar_one())  # type: ignore[arg-type]


def rewrite_everything_after(connection: Connection) -> None:
    alter_body(connection)
    rechain_from(connection, 7)


def rewrite_between_anchors(connection: Connection) -> None:
    connection.execute(update(ledger_entry).where(at(24)).values(body="{}"))  # type: ignore[arg-type]
    rechain_from(connection, 24)


CASES: list[tuple[Callable[[Connection], None], list[str]]] = [
    (alter_body, ["entry 7 altered"]),
    (alter_subject, ["entry 40 altered"]),
    (alter_first, ["entry 1 altered"]),
    (alter_with_its_own_hash, ["entry 7 altered"]),
    (alter_first_with_its_own_hash, ["entry 1 altered"]),
    (alter_last_with_its_own_hash, ["entries 31 to 40 rewritten"]),
    (alter_three_neighbours, ["entries 7 to 9 altered"]),
    (remove, ["entry 7 removed"]),
    (remove_first, ["entry 1 removed"]),
    (remove_and_close_the_gap, ["entries 7 to 11 removed"]),
    (remove_close_the_gap_and_move_the_head, ["entries 7 to 11 removed"]),
    (truncate, ["entries 36 to 40 truncated"]),
    (truncate_and_move_the_head, ["entries 26 to 30 truncated"]),
    (empty_and_forget, ["entries 1 to 30 truncated"]),
    (swap_neighbours, ["entries 7 to 8 reordered"]),
    (swap_far_apart, ["entries 7 to 22 reordered", "entries 7 to 22 reordered"]),
    (insert_well_made, ["entry 7 inserted"]),
    (insert_clumsily, ["entry 7 inserted"]),
    (insert_a_copy, ["entry 20 inserted"]),
    (append_past_the_head, ["entry 41 inserted"]),
    (rewrite_everything_after, ["entries 1 to 20 rewritten"]),
    (rewrite_between_anchors, ["entries 21 to 30 rewritten"]),
]


@pytest.mark.parametrize(("tamper", "found"), CASES, ids=[case[0].__name__ for case in CASES])
def test_tampering_is_found_and_located(
    database: Database, tamper: Callable[[Connection], None], found: list[str]
) -> None:
    with database.transaction() as connection:
        fill(connection)
        assert verify(connection).holds
        disarm(connection)
        tamper(connection)
        report = verify(connection)
    assert [str(fault) for fault in report.faults] == [f"decisions: {what}" for what in found]


def test_two_changes_in_one_stream_are_both_named(database: Database) -> None:
    with database.transaction() as connection:
        fill(connection)
        disarm(connection)
        connection.execute(delete(ledger_entry).where(at(30)))  # type: ignore[arg-type]
        alter_body(connection)
        assert [str(fault) for fault in verify(connection).faults] == [
            "decisions: entry 7 altered",
            "decisions: entry 30 removed",
        ]


def test_a_changed_anchor_is_found_in_its_own_stream(database: Database) -> None:
    with database.transaction() as connection:
        fill(connection)
        disarm(connection)
        connection.execute(update(ledger_entry).where(e.stream == "anchors", e.position == 1).values(body="no json"))
        assert [str(fault) for fault in verify(connection).faults] == ["anchors: entry 1 altered"]


def test_one_stream_can_be_checked_alone(database: Database) -> None:
    with database.transaction() as connection:
        fill(connection)
        append(connection, "reads", [NewEntry("read", "x", "{}")])
        disarm(connection)
        alter_body(connection)
        assert verify(connection, "reads").holds
        assert verify(connection, "reads").counts == {"reads": 1}
        assert not verify(connection, "decisions").holds
