"""Anchors that are signed: a ledger rewritten together with its memory is found out."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Connection, select, text, update

from expectations.errors import UsageError
from expectations.vocabulary.digest import canonical_json
from pipelines.storage.database import Database
from pipelines.storage.ledger import AnchorSigner, NewEntry, anchor, append, genesis, trusted_keys, verify
from pipelines.storage.ledger.chain import body_digest, link
from pipelines.storage.ledger.tables import ledger_entry, ledger_head

SIGNER, STRANGER = AnchorSigner(b"\1" * 32), AnchorSigner(b"\2" * 32)
TRUSTED = trusted_keys(SIGNER.public_key)
e = ledger_entry.c


def fill(connection: Connection, signer: AnchorSigner | None = SIGNER) -> None:
    for first in (1, 11):
        append(connection, "decisions", [NewEntry.of("decision", f"e{n}", {"n": n}) for n in range(first, first + 10)])
        anchor(connection, f"run {first}", signer)


def disarm(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER ledger_entry_no_{verb}"))
    else:
        connection.execute(text("DROP TRIGGER ledger_entry_append_only ON ledger_entry"))


def rechain(connection: Connection, stream: str) -> dict[int, str]:
    """Make every hash of a stream right again, its head included."""
    previous, hashes = genesis(stream), {}
    for row in connection.execute(select(ledger_entry).where(e.stream == stream).order_by(e.position)).all():
        new = link(previous, stream, row.position, f"{row.kind}\n{row.subject}", body_digest(row.body))
        place = (e.stream == stream) & (e.position == row.position)
        connection.execute(update(ledger_entry).where(place).values(previous_hash=previous, entry_hash=new))
        previous = hashes[row.position] = new
    head = update(ledger_head).where(ledger_head.c.stream == stream)
    connection.execute(head.values(position=max(hashes), entry_hash=previous))
    return hashes


def rewrite_with_the_anchors(connection: Connection, signer: AnchorSigner | None, *, keep_signature: bool) -> None:
    """Change a decision, then everything that would give it away, as far as one can without the key."""
    disarm(connection)
    place = (e.stream == "decisions") & (e.position == 7)
    connection.execute(update(ledger_entry).where(place).values(body='{"n":700}'))
    hashes = rechain(connection, "decisions")
    for row in connection.execute(select(ledger_entry).where(e.stream == "anchors")).all():
        body = json.loads(row.body)
        signature = body.pop("signature", None)
        body["heads"]["decisions"]["hash"] = hashes[body["heads"]["decisions"]["position"]]
        body = signer.signed(body) if signer else body
        body = {**body, "signature": signature} if keep_signature else body
        place = (e.stream == "anchors") & (e.position == row.position)
        connection.execute(update(ledger_entry).where(place).values(body=canonical_json(body)))
    rechain(connection, "anchors")


def test_signed_anchors_are_counted_and_hold(database: Database) -> None:
    with database.transaction() as connection:
        fill(connection)
        report = verify(connection, trusted=TRUSTED)
        assert report.holds
        assert report.anchors_signed == 2
        assert verify(connection).anchors_signed == 0  # nobody to trust


def test_a_ledger_rewritten_with_its_unsigned_anchors_looks_whole(database: Database) -> None:
    with database.transaction() as connection:
        fill(connection, signer=None)
        rewrite_with_the_anchors(connection, None, keep_signature=False)
        assert verify(connection).holds  # the limit that signatures are there for


@pytest.mark.parametrize(("signer", "keep"), [(None, True), (STRANGER, False)])
def test_a_ledger_rewritten_with_its_signed_anchors_is_found(
    database: Database, signer: AnchorSigner | None, keep: bool
) -> None:
    with database.transaction() as connection:
        fill(connection)
        rewrite_with_the_anchors(connection, signer, keep_signature=keep)
        found = [str(fault) for fault in verify(connection, trusted=TRUSTED).faults]
    assert found == ["anchors: entry 1 forged", "anchors: entry 2 forged"]


def test_an_anchor_without_a_signature_after_one_that_had_it_is_named(database: Database) -> None:
    with database.transaction() as connection:
        anchor(connection, "before there was a key")
        fill(connection)
        assert verify(connection, trusted=TRUSTED).holds
        anchor(connection, "by somebody else")
        assert [str(one) for one in verify(connection, trusted=TRUSTED).faults] == ["anchors: entry 4 unsigned"]


def test_an_anchor_kept_outside_shows_that_the_ledger_was_cut_back_or_begun_again(database: Database) -> None:
    with database.transaction() as connection:
        fill(connection)
        kept = anchor(connection, "kept", SIGNER)
        assert verify(connection, trusted=TRUSTED, kept=[kept]).holds
        connection.rollback()
    with database.transaction() as connection:
        append(connection, "decisions", [NewEntry.of("decision", "e1", {"n": 1})])
        anchor(connection, "run 1", SIGNER)
        assert verify(connection, trusted=TRUSTED).holds
        found = verify(connection, trusted=TRUSTED, kept=[kept]).faults
    assert [str(fault) for fault in found] == ["decisions: entries 2 to 20 truncated"]


def test_a_retired_key_stays_trusted_as_long_as_it_is_named(database: Database) -> None:
    with database.transaction() as connection:
        fill(connection, STRANGER)
        anchor(connection, "new key", SIGNER)
        assert not verify(connection, trusted=TRUSTED).holds
        assert verify(connection, trusted=trusted_keys(f"{SIGNER.public_key} {STRANGER.public_key}")).holds


@pytest.mark.parametrize("text", ["", "zz" * 32, "01" * 31])
def test_what_is_no_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(UsageError, match="64 hexadecimal") as refused:
        AnchorSigner.of(text)
    assert not text or text not in str(refused.value)
