"""What two decided days have to say, told to a receiver that is a process of its own, whatever befalls either side.

In the end what was sent is acknowledged, nothing took effect twice, and within an enterprise the order was kept.
"""

from __future__ import annotations

import base64
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.delivery import DeliveryReport, Endpoint, channel_to, deliver
from pipelines.steps.home import Home
from pipelines.steps.reconciling import read_receipts, reconcile
from pipelines.storage import outbox
from pipelines.storage.outbox import DatabaseOutbox
from tests.worlds.day_home import LAST_DAY, home_at

REPOSITORY = Path(__file__).resolve().parents[2]
SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
EVERY = timedelta(minutes=5)
"""How often the relay passes, as the deployment does."""


@dataclass
class Zone:
    """A decided home, the receiver, and the simulated time of both."""

    home: Home
    journal: Path
    port: int
    receiver: subprocess.Popen[bytes] | None = None
    now: datetime = datetime(2026, 11, 1, 6, tzinfo=UTC)
    reports: list[DeliveryReport] = field(default_factory=list)

    @property
    def endpoint(self) -> Endpoint:
        """Where the receiver listens, whether it is there or not."""
        url = f"http://127.0.0.1:{self.port}/events"
        return Endpoint(url, (SECRET,), allow_private=True, timeout_seconds=0.2, give_up_after=3)

    def start(self, trouble: str = "none") -> None:
        """Start the receiver and wait until it listens."""
        command = [
            sys.executable,
            "-m",
            "tests.worlds.risk_control",
            str(self.port),
            str(self.journal),
            SECRET,
            trouble,
        ]
        self.receiver = subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the receiver did not start")

    def stop(self) -> None:
        """Kill the receiver, if it is there."""
        if self.receiver is not None:
            self.receiver.kill()
            self.receiver.wait()

    def deliver(self) -> DeliveryReport:
        """One pass of the relay; then five minutes go by."""
        with channel_to(self.endpoint) as channel:
            report = deliver(DatabaseOutbox(self.home.database), self.endpoint, channel, lambda: self.now)
        self.now += EVERY
        self.reports.append(report)
        return report

    def until_quiet(self, within: timedelta) -> None:
        """Let the relay pass until nothing waits."""
        end = self.now + within
        while self.deliver().waiting:
            assert self.now < end, f"not through after {within}: {self.reports[-1]}"


@pytest.fixture
def zone(two_days: Path, tmp_path: Path) -> Iterator[Zone]:
    """Two decided days of which nothing is said yet."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = home_at(Path(shutil.copytree(two_days, tmp_path / "home")))
    made = Zone(home, tmp_path / "journal.jsonl", port)
    yield made
    made.stop()
    home.database.close()


def badly(trouble: str) -> Callable[[Zone], None]:
    """The receiver does something wrong with the first events it gets."""

    def befall(zone: Zone) -> None:
        zone.start(trouble)
        zone.deliver()

    return befall


def down_for_an_hour(zone: Zone) -> None:
    for _ in range(12):
        assert zone.deliver().acknowledged == 0
    zone.start()


def receiver_killed(zone: Zone) -> None:
    zone.start("killed")
    assert zone.deliver().failed
    zone.stop()
    zone.start()


RELAY = """
import sys, time
from datetime import UTC, datetime
from pipelines.delivery import Endpoint, channel_to, deliver
from pipelines.storage.database import Database
from pipelines.storage.outbox import DatabaseOutbox
url, endpoint, secret, now = sys.argv[1:]
class Slowly(DatabaseOutbox):
    def mark_acknowledged(self, *settled):
        time.sleep(0.05)
        super().mark_acknowledged(*settled)
settings = Endpoint(endpoint, (secret,), allow_private=True)
with channel_to(settings) as channel:
    deliver(Slowly(Database(url)), settings, channel, lambda: datetime.fromisoformat(now))
"""


def relay_killed(zone: Zone) -> None:
    zone.start()
    url = zone.home.database.engine.url.render_as_string()
    words = (url, zone.endpoint.url, SECRET, zone.now.isoformat())
    relay = subprocess.Popen([sys.executable, "-c", RELAY, *words], cwd=REPOSITORY)
    deadline = time.monotonic() + 30
    while not (zone.journal.exists() and len(zone.journal.read_text().splitlines()) > 3):
        assert time.monotonic() < deadline, "the relay did not come to its fourth event"
        time.sleep(0.01)
    relay.send_signal(signal.SIGKILL)
    relay.wait()


BEFALLS: dict[str, Callable[[Zone], None]] = {
    "the receiver is down for an hour": down_for_an_hour,
    "the receiver is killed in the middle": receiver_killed,
    "the receiver answers too slowly": badly("slow"),
    "the receiver answers twice": badly("twice"),
    "the receiver answers nonsense": badly("garbled"),
    "the receiver acts, and says that it failed": badly("failing"),
    "the receiver acts, and points elsewhere": badly("elsewhere"),
    "the relay is killed in the middle": relay_killed,
}


@pytest.mark.parametrize("befalls", BEFALLS.values(), ids=BEFALLS)
def test_what_was_sent_is_acknowledged_nothing_twice_and_in_order(
    zone: Zone, befalls: Callable[[Zone], None], tmp_path: Path
) -> None:
    befalls(zone)
    zone.until_quiet(within=timedelta(hours=5))
    with zone.home.database.reading() as connection:
        written = outbox.messages(connection)
    assert len(written) > 20
    assert {one.state for one in written} == {outbox.ACKNOWLEDGED}
    acted = [json.loads(line) for line in zone.journal.read_text().splitlines()]
    assert sorted(event["id"] for event in acted) == sorted(one.message_id for one in written)
    order: dict[str, list[str]] = defaultdict(list)
    for event in acted:
        order[event["subject"]].append(event["sequence"])
    assert all(numbers == sorted(numbers) for numbers in order.values())
    receipts = tmp_path / "receipts.jsonl"
    receipts.write_text("".join(json.dumps({"id": event["id"]}) + "\n" for event in acted))
    assert reconcile(zone.home, LAST_DAY, read_receipts(receipts)).holds
