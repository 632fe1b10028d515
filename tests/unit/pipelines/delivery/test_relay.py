"""Sent = acknowledged, none twice in effect, order kept, whatever the receiver does."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from expectations.errors import UsageError
from pipelines.delivery import DeliveryReport
from pipelines.storage.outbox import messages

REPOSITORY = Path(__file__).resolve().parents[4]
TWO = "91652701MADEM0011A"


def test_everything_is_delivered_once_in_order_per_enterprise(zone: Any, receiver: Any) -> None:
    zone.say(1, 2, 3)
    zone.say(11, 12, uscc=TWO)
    assert zone.deliver() == DeliveryReport(sent=5, acknowledged=5)
    assert [n for n in receiver.numbers if n < 10] == [1, 2, 3]
    assert [n for n in receiver.numbers if n > 10] == [11, 12]
    assert zone.deliver() == DeliveryReport()


def test_what_arrives_is_a_signed_cloud_event_with_its_id_as_idempotency_key(zone: Any, receiver: Any) -> None:
    zone.say(1)
    zone.deliver()
    headers = receiver.headers[0]
    event = from_http(HTTPMessage(headers, json.dumps(receiver.effects[0]).encode()), JSONFormat(), CloudEvent)
    assert headers["content-type"].startswith("application/cloudevents+json")
    assert event.get_id() == headers["webhook-id"] == headers["idempotency-key"]
    assert event.get_type() == "cn.xinji.alert.opened.v1"


@pytest.mark.parametrize("trouble", [500, 503, 429, "drop", "lose", "slow"])
def test_trouble_is_tried_again_and_takes_effect_once(zone: Any, receiver: Any, trouble: Any) -> None:
    zone.say(1, 2)
    receiver.misbehave(trouble)
    first = zone.deliver()
    assert (first.failed, first.acknowledged, first.waiting) == (1, 0, 2)
    assert zone.deliver().sent == 0, "the wait has not passed, and the second message may not overtake the first"
    zone.make_due()
    assert zone.deliver().acknowledged == 2
    assert receiver.numbers == [1, 2]
    assert zone.states() == ["acknowledged", "acknowledged"]


def test_a_receiver_that_answers_twice_acknowledges_one_message_only(zone: Any, receiver: Any) -> None:
    zone.say(1, 2)
    receiver.misbehave("twice", "lose")
    assert zone.deliver().acknowledged == 1
    assert zone.states() == ["acknowledged", "pending"]


def test_a_refused_message_is_dead_and_holds_only_its_own_enterprise(zone: Any, receiver: Any) -> None:
    zone.say(1, 2)
    zone.say(11, uscc=TWO)
    receiver.misbehave(422)
    report = zone.deliver()
    assert (report.dead, report.acknowledged, report.waiting) == (1, 1, 1)
    assert receiver.numbers == [11]
    assert zone.states() == ["dead", "pending", "acknowledged"]
    assert zone.errors()[0] == "HTTP 422 Because"


@pytest.mark.parametrize("answer", [401, 403, 404, 410, "redirect"])
def test_a_wrong_endpoint_stops_the_relay_and_blames_no_message(zone: Any, receiver: Any, answer: Any) -> None:
    zone.say(1)
    zone.say(11, uscc=TWO)
    receiver.misbehave(answer)
    report = zone.deliver()
    assert (report.sent, report.dead, report.waiting) == (1, 0, 2)
    assert "address or key is wrong" in report.stopped_because
    assert receiver.effects == []
    assert zone.deliver().acknowledged == 2


def test_after_its_last_attempt_a_message_is_dead(zone: Any, receiver: Any) -> None:
    zone.say(1)
    receiver.always = 500
    stubborn = replace(zone.endpoint, most_attempts=3)
    dead = []
    for _ in range(3):
        dead.append(zone.deliver(stubborn).dead)
        zone.make_due()
    assert dead == [0, 0, 1]
    assert zone.states() == ["dead"]


def test_a_receiver_that_is_down_is_not_asked_for_every_message(zone: Any, receiver: Any) -> None:
    for number in range(30):
        zone.say(number, uscc=f"enterprise-{number:02d}")
    receiver.always = 503
    report = zone.deliver(replace(zone.endpoint, give_up_after=4))
    assert (report.sent, report.failed, report.waiting) == (4, 4, 30)
    assert "not answering" in report.stopped_because
    receiver.always = None
    zone.make_due()
    assert zone.deliver().acknowledged == 30


def test_the_receiver_s_own_wish_to_wait_is_kept(zone: Any, receiver: Any) -> None:
    zone.say(1)
    receiver.misbehave("busy")
    before = zone.clock()
    zone.deliver()
    with zone.database.reading() as connection:
        wait = messages(connection)[0].next_attempt_at - before
    assert timedelta(hours=2) <= wait < timedelta(hours=2, minutes=1)


def test_a_signature_made_with_another_key_is_refused_by_the_receiver(zone: Any, receiver: Any) -> None:
    zone.say(1)
    report = zone.deliver(replace(zone.endpoint, secrets=("whsec_" + "QQ" * 20,)))
    assert receiver.refused == ["No matching signature found"]
    assert receiver.effects == []
    assert "401" in report.stopped_because


def test_with_two_keys_a_receiver_that_knows_either_accepts(zone: Any, receiver: Any) -> None:
    zone.say(1)
    both = replace(zone.endpoint, secrets=("whsec_" + "QQ" * 20, *zone.endpoint.secrets))
    assert zone.deliver(both).acknowledged == 1


def test_keys_are_changed_without_a_gap(zone: Any, receiver: Any) -> None:
    old, new = zone.endpoint.secrets[0], "whsec_" + "QQ" * 20
    steps = [((old,), old), ((old, new), old), ((old, new), new), ((new,), new)]
    for number, (ours, theirs) in enumerate(steps, start=1):
        receiver.secret = theirs
        zone.say(number)
        assert zone.deliver(replace(zone.endpoint, secrets=ours)).acknowledged == 1
    assert receiver.numbers == [1, 2, 3, 4]
    zone.say(5)
    assert "401" in zone.deliver(replace(zone.endpoint, secrets=(old,))).stopped_because


def test_a_message_signed_long_ago_is_refused(zone: Any, receiver: Any) -> None:
    zone.say(1)
    zone.ahead = timedelta(minutes=-10)
    zone.deliver()
    assert receiver.refused == ["Message timestamp too old"]


RELAY = """
import sys, time
from datetime import UTC, datetime
from pipelines.delivery import Endpoint, channel_to, deliver
from pipelines.storage.database import Database
from pipelines.storage.outbox import DatabaseOutbox
url, endpoint, secret = sys.argv[1:]
class Slowly(DatabaseOutbox):
    def mark_acknowledged(self, *settled):
        time.sleep(0.1)
        super().mark_acknowledged(*settled)
settings = Endpoint(endpoint, (secret,), allow_private=True)
with channel_to(settings) as channel:
    deliver(Slowly(Database(url)), settings, channel, lambda: datetime.now(UTC))
"""


def test_a_relay_killed_in_the_middle_loses_nothing_and_repeats_without_effect(zone: Any, receiver: Any) -> None:
    for number in range(12):
        zone.say(number, uscc=f"enterprise-{number % 4}")
    url = zone.database.engine.url.render_as_string()
    relay = subprocess.Popen([sys.executable, "-c", RELAY, url, receiver.url, receiver.secret], cwd=REPOSITORY)
    deadline = time.monotonic() + 60
    while len(receiver.arrivals) < 3 and time.monotonic() < deadline:
        time.sleep(0.005)
    relay.send_signal(signal.SIGKILL)
    relay.wait()
    assert 3 <= len(receiver.arrivals) < 12, "the relay was to die in the middle"
    zone.ahead = timedelta(minutes=4)  # past the dead relay's hold, within the receiver's tolerance
    zone.deliver()
    assert zone.states() == ["acknowledged"] * 12
    assert len(receiver.arrivals) > 12, "the message in flight was sent again"
    assert sorted(receiver.numbers) == list(range(12))
    for enterprise in range(4):
        own = [n for n in receiver.numbers if n % 4 == enterprise]
        assert own == sorted(own)


def test_waits_double_up_to_the_longest_and_are_the_same_each_time(zone: Any) -> None:
    waits = [zone.endpoint.delay_after("a", attempt) for attempt in range(1, 20)]
    assert waits == [zone.endpoint.delay_after("a", attempt) for attempt in range(1, 20)]
    for attempt, wait in enumerate(waits, start=1):
        whole = min(timedelta(seconds=30) * 2 ** (attempt - 1), timedelta(hours=4))
        assert whole / 2 <= wait <= whole
    assert zone.endpoint.delay_after("b", 1) != waits[0]


@pytest.mark.parametrize("url", ["ftp://example.com/x", "no address", "", "http://example.com:abc/", "nats://:4222"])
def test_an_address_that_is_none_is_refused(zone: Any, url: str) -> None:
    with pytest.raises(UsageError, match="no address that messages"):
        zone.deliver(replace(zone.endpoint, url=url))


def test_without_a_secret_nothing_is_sent(zone: Any, receiver: Any) -> None:
    zone.say(1)
    for secrets in (
        (),
        ("",),
        ("whsec_short",),
        ("no prefix " * 4,),
        (*zone.endpoint.secrets, "whsec_not base64 at all!"),
    ):
        with pytest.raises(UsageError, match="no secret"):
            zone.deliver(replace(zone.endpoint, secrets=secrets))
    assert zone.states() == ["pending"]
