"""The queue of messages: ids from content, order per enterprise, nothing lost between two steps."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from expectations.vocabulary.digest import canonical_json, sha256_of
from expectations.vocabulary.moment import ZONE
from pipelines.storage.database import Database
from pipelines.storage.outbox import DatabaseOutbox, NewMessage, add, counts, give_up, messages, resend

ONE, TWO = "91652702MADEM0011Q", "91652701MADEM0011A"
NOW = datetime(2026, 4, 1, 6, 0, tzinfo=ZONE)
MINUTE = timedelta(minutes=1)


def message(number: int, uscc: str = ONE) -> NewMessage:
    return NewMessage("cn.xinji.alert.opened.v1", uscc, "/zones/test", NOW, {"n": number, "名": "预警"})


@pytest.fixture
def outbox(database: Database) -> DatabaseOutbox:
    """Messages 1 and 3 of one enterprise, 2 of another."""
    with database.transaction() as connection:
        assert add(connection, [message(1), message(2, TWO), message(3)]) == 3
    return DatabaseOutbox(database)


def numbers(found: list[Any]) -> list[int]:
    return [json.loads(one.body)["data"]["n"] for one in found]


def test_a_message_is_a_cloud_event_that_the_library_reads(outbox: DatabaseOutbox) -> None:
    first = outbox.due(NOW, 10)[0]
    event = JSONFormat().read(CloudEvent, first.body)
    assert event.get_id() == first.message_id == message(1).message_id
    assert event.get_type() == "cn.xinji.alert.opened.v1"
    assert event.get_subject() == ONE
    assert event.get_time() == NOW
    assert event.get_data() == {"n": 1, "名": "预警"}
    assert event.get_extension("sequence") == "000000000001"


def test_a_message_is_written_as_the_library_would_write_it() -> None:
    one = message(7)
    attributes = {
        "specversion": "1.0",
        "id": one.message_id,
        "type": one.kind,
        "source": one.source,
        "subject": one.uscc,
        "time": one.happened_at,
        "datacontenttype": "application/json",
        "sequence": f"{3:012d}",
    }
    written = json.loads(JSONFormat().write(CloudEvent(attributes, {"n": 7, "名": "预警"})))
    assert one.event(3) == canonical_json(written)
    assert one.message_id == sha256_of([one.kind, one.uscc, one.source, one.happened_at, one.data])


def test_the_same_content_is_the_same_message(database: Database, outbox: DatabaseOutbox) -> None:
    with database.transaction() as connection:
        assert add(connection, [message(1), message(4), message(4)]) == 1
    assert outbox.counts()["pending"] == 4
    assert message(1).message_id != message(1, TWO).message_id


def test_an_enterprise_s_later_message_waits_for_the_earlier_one(outbox: DatabaseOutbox) -> None:
    assert numbers(outbox.due(NOW, 10)) == [1, 2]
    first, second = outbox.due(NOW, 10)
    outbox.mark_acknowledged(second.message_id, NOW, "HTTP 204")
    assert numbers(outbox.due(NOW, 10)) == [1]
    outbox.mark_acknowledged(first.message_id, NOW, "HTTP 204")
    assert numbers(outbox.due(NOW, 10)) == [3]


def test_sequence_goes_on_over_transactions(database: Database, outbox: DatabaseOutbox) -> None:
    with database.transaction() as connection:
        add(connection, [message(4)])
        assert [one.sequence for one in messages(connection, uscc=ONE)] == [1, 2, 3]


def test_the_limit_takes_the_oldest(outbox: DatabaseOutbox) -> None:
    assert numbers(outbox.due(NOW, 1)) == [1]


def test_a_message_being_sent_is_left_to_its_relay_until_the_time_is_up(outbox: DatabaseOutbox) -> None:
    first = outbox.due(NOW, 1)[0]
    outbox.mark_sent([first.message_id], NOW + MINUTE)
    assert numbers(outbox.due(NOW, 10)) == [2]
    again = outbox.due(NOW + MINUTE, 10)[0]
    assert (again.message_id, again.attempts, again.state) == (first.message_id, 1, "sent")


def test_a_failed_message_waits_and_holds_the_ones_behind_it(outbox: DatabaseOutbox) -> None:
    first = outbox.due(NOW, 1)[0]
    outbox.mark_sent([first.message_id], NOW + MINUTE)
    outbox.mark_failed(first.message_id, NOW + 5 * MINUTE, "500")
    assert numbers(outbox.due(NOW + 4 * MINUTE, 10)) == [2]
    assert outbox.due(NOW + 5 * MINUTE, 10)[0].last_error == "500"


def test_an_unsent_message_loses_no_attempt(outbox: DatabaseOutbox) -> None:
    first = outbox.due(NOW, 1)[0]
    outbox.mark_sent([first.message_id], NOW + MINUTE)
    outbox.mark_unsent(first.message_id, None)
    again = outbox.due(NOW, 1)[0]
    assert (again.message_id, again.attempts, again.state) == (first.message_id, 0, "pending")


def test_a_dead_message_holds_its_enterprise_until_it_is_sent_again(database: Database, outbox: DatabaseOutbox) -> None:
    first = outbox.due(NOW, 1)[0]
    outbox.mark_dead(first.message_id, NOW, "422")
    assert numbers(outbox.due(NOW, 10)) == [2]
    with database.transaction() as connection:
        resend(connection, first.message_id)
    assert numbers(outbox.due(NOW, 10)) == [1, 2]


def test_what_is_behind_a_message_that_was_given_up_goes_out_and_it_never_does(
    database: Database, outbox: DatabaseOutbox
) -> None:
    first = outbox.due(NOW, 1)[0]
    outbox.mark_dead(first.message_id, NOW, "422")
    with database.transaction() as connection:
        give_up(connection, first.message_id, NOW)
    assert numbers(outbox.due(NOW, 10)) == [2, 3]
    outbox.mark_failed(first.message_id, NOW, "a slower relay")
    assert outbox.counts()["given_up"] == 1


def test_an_acknowledgement_is_final(database: Database, outbox: DatabaseOutbox) -> None:
    first = outbox.due(NOW, 1)[0]
    outbox.mark_acknowledged(first.message_id, NOW, "HTTP 204")
    outbox.mark_failed(first.message_id, NOW, "a slower relay saw a timeout")
    outbox.mark_dead(first.message_id, NOW, "the same")
    with database.reading() as connection:
        assert counts(connection) == {"pending": 2, "sent": 0, "acknowledged": 1, "dead": 0, "given_up": 0}
        told = messages(connection, state="acknowledged")[0]
        assert (told.last_error, told.settled_at, told.receipt) == (None, NOW, "HTTP 204")
