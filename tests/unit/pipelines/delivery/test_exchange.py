"""Files for a pick-up directory: whole or not there, signed, answered by receipts, whatever is killed in between."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from expectations.errors import UsageError

REPOSITORY = Path(__file__).resolve().parents[4]
TWO = "91652701MADEM0011A"


class PickUp:
    """The receiver's own machine: takes what has a manifest, acts once on each event, answers by a file."""

    def __init__(self, root: Path, secret: str) -> None:
        self.root = root
        self.secret = secret
        self.events: dict[str, dict[str, Any]] = {}
        self.files = 0

    def take(self) -> list[dict[str, Any]]:
        """Take every whole package away, in order of names; gives the events that were new."""
        new = []
        for path in sorted(self.root.glob("outgoing/*.manifest.json")):
            envelope = json.loads(path.read_text())
            name, at, signature = (envelope["headers"][f"webhook-{part}"] for part in ("id", "timestamp", "signature"))
            written = datetime.fromtimestamp(int(at), UTC)
            assert signature == Webhook(self.secret).sign(name, written, envelope["manifest"])
            manifest = json.loads(envelope["manifest"])
            data = path.with_name(manifest["file"])
            content = data.read_bytes()
            assert sha256(content).hexdigest() == manifest["sha256"]
            assert (len(content), len(content.splitlines())) == (manifest["bytes"], manifest["events"])
            new += [event for line in content.splitlines() if (event := json.loads(line))["id"] not in self.events]
            self.events |= {event["id"]: event for event in new}
            path.unlink()
            data.unlink()
        return new

    def answer(self, *lines: dict[str, Any]) -> Path:
        """Lay down a file of receipts."""
        self.files += 1
        path = self.root / "receipts" / f"{self.files:04}.jsonl"
        path.with_suffix(".part").write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path.with_suffix(".part").rename(path)

    @property
    def numbers(self) -> list[int]:
        """The events' own numbers, in order of effect."""
        return [event["data"]["n"] for event in self.events.values()]


def acknowledged(event: dict[str, Any]) -> dict[str, Any]:
    return {"id": event["id"], "status": "acknowledged"}


@pytest.fixture
def pick_up(zone: Any, tmp_path: Path) -> PickUp:
    """The other side of a directory that the zone delivers to."""
    root = tmp_path / "交换 directory"
    root.mkdir()
    zone.endpoint = replace(zone.endpoint, url=root.as_uri())
    return PickUp(root, zone.endpoint.secrets[0])


def test_events_go_out_whole_and_signed_and_the_next_of_an_enterprise_waits_for_the_receipt(
    zone: Any, pick_up: PickUp
) -> None:
    zone.say(1, 2)
    zone.say(11, uscc=TWO)
    assert (zone.deliver().sent, zone.deliver().sent) == (2, 0)
    first = pick_up.take()
    assert [event["data"]["n"] for event in first] == [1, 11]
    pick_up.answer(*map(acknowledged, first))
    report = zone.deliver()
    assert (report.acknowledged, report.sent) == (2, 1)
    pick_up.answer(*map(acknowledged, pick_up.take()))
    assert zone.deliver().waiting == 0
    assert zone.states() == ["acknowledged"] * 3
    assert pick_up.numbers == [1, 11, 2]
    assert [path.name for path in sorted(pick_up.root.glob("receipts/taken/*"))] == ["0001.jsonl", "0002.jsonl"]


def test_a_refusal_makes_a_dead_letter_with_the_receiver_s_reason(zone: Any, pick_up: PickUp) -> None:
    zone.say(1, 2)
    zone.deliver()
    (event,) = pick_up.take()
    pick_up.answer({"id": event["id"], "status": "refused", "reason": "no such enterprise"})
    assert zone.deliver().dead == 1
    assert (zone.states(), zone.errors()[0]) == (["dead", "pending"], "no such enterprise")


def test_without_a_receipt_a_message_is_laid_down_again_and_recognised(zone: Any, pick_up: PickUp) -> None:
    zone.say(1)
    zone.deliver()
    lost = pick_up.take()
    zone.ahead = timedelta(hours=23)
    assert zone.deliver().sent == 0
    zone.ahead = timedelta(hours=25)
    assert zone.deliver().sent == 1
    assert pick_up.take() == []
    pick_up.answer(*map(acknowledged, lost))
    assert zone.deliver().acknowledged == 1


def test_a_message_for_which_no_receipt_ever_comes_is_dead_and_a_late_receipt_still_counts(
    zone: Any, pick_up: PickUp
) -> None:
    zone.say(1)
    for day in range(3):
        zone.ahead = timedelta(days=2 * day)
        zone.deliver(replace(zone.endpoint, most_attempts=3))
    assert (zone.states(), zone.errors()) == (["dead"], ["no receipt came"])
    (event,) = pick_up.take()
    pick_up.answer(acknowledged(event))
    zone.deliver()
    assert zone.states() == ["acknowledged"]


def test_a_refusal_of_an_earlier_sending_does_not_hurt_the_next(zone: Any, pick_up: PickUp) -> None:
    zone.say(1)
    zone.deliver()
    (event,) = pick_up.take()
    pick_up.answer({"id": event["id"], "status": "refused", "reason": "down for repair"})
    with zone.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE outbox_message SET state = 'pending', next_attempt_at = NULL")  # sent again
    report = zone.deliver()
    assert (report.dead, report.sent) == (0, 1)


def test_receipts_that_cannot_be_read_are_named_and_left_until_they_can(zone: Any, pick_up: PickUp) -> None:
    zone.say(1)
    zone.deliver()
    (event,) = pick_up.take()
    half = pick_up.root / "receipts" / "half.jsonl"
    half.write_text(json.dumps(acknowledged(event)) + '\n{"id": "abc", "sta')
    report = zone.deliver()
    assert (report.unreadable, report.acknowledged, zone.states()) == (("half.jsonl",), 0, ["sent"])
    half.write_text(json.dumps(acknowledged(event)) + "\n")
    report = zone.deliver()
    assert (report.unreadable, report.acknowledged) == ((), 1)


def test_a_receipt_for_what_was_never_sent_changes_nothing(zone: Any, pick_up: PickUp) -> None:
    zone.say(1)
    zone.deliver()
    pick_up.answer({"id": "never", "status": "acknowledged"}, {"id": "never", "status": "refused"})
    report = zone.deliver()
    assert (report.acknowledged, report.dead, zone.states()) == (0, 0, ["sent"])


def test_a_share_that_is_not_mounted_is_not_made_up(zone: Any, tmp_path: Path) -> None:
    zone.say(1)
    with pytest.raises(UsageError, match="no exchange directory"):
        zone.deliver(replace(zone.endpoint, url=(tmp_path / "away").as_uri()))
    assert not (tmp_path / "away").exists()
    assert zone.states() == ["pending"]


RELAY = """
import os, sys, time
from datetime import UTC, datetime
from pipelines.delivery import Endpoint, channel_to, deliver
from pipelines.storage.database import Database
from pipelines.storage.outbox import DatabaseOutbox
url, endpoint, secret, step = sys.argv[1:]
steps, flush = iter(range(100)), os.fsync
def slowly(descriptor):
    if next(steps) == int(step):
        print("here", flush=True)
        time.sleep(60)
    flush(descriptor)
os.fsync = slowly
settings = Endpoint(endpoint, (secret,))
with channel_to(settings) as channel:
    deliver(DatabaseOutbox(Database(url)), settings, channel, lambda: datetime.now(UTC))
"""


@pytest.mark.parametrize(
    ("step", "shown"),
    [(0, []), (1, [".jsonl"]), (2, [".jsonl"]), (3, [".jsonl", ".json"])],
    ids=["in the data", "behind the data", "in the manifest", "behind it"],
)
def test_a_relay_killed_while_it_writes_shows_no_half_file_and_loses_nothing(
    zone: Any, pick_up: PickUp, step: int, shown: list[str]
) -> None:
    zone.say(1, 2)
    zone.say(11, uscc=TWO)
    url = zone.database.engine.url.render_as_string()
    command = [sys.executable, "-c", RELAY, url, zone.endpoint.url, pick_up.secret, str(step)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as relay:
        assert relay.stdout is not None
        assert relay.stdout.readline() == "here\n"
        relay.send_signal(signal.SIGKILL)
    seen = list(pick_up.root.glob("outgoing/[!.]*"))
    assert sorted(path.suffix for path in seen) == sorted(shown), "what is being written cannot be seen"
    assert all(path.read_bytes().endswith((b"}", b"}\n")) for path in seen), "what can be seen is whole"
    deadline = time.monotonic() + 10
    while set(zone.states()) != {"acknowledged"} and time.monotonic() < deadline:
        if new := pick_up.take():
            pick_up.answer(*map(acknowledged, new))
        zone.ahead += timedelta(hours=25)
        zone.deliver()
    assert zone.states() == ["acknowledged"] * 3
    assert sorted(pick_up.numbers) == [1, 2, 11]
    assert pick_up.numbers.index(1) < pick_up.numbers.index(2)
    assert list(pick_up.root.glob("outgoing/.*")) == [], "what a kill left behind is cleared away"
