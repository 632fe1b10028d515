"""The same outbox over a real NATS server: each message once in the stream, in order, and its place is the receipt."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from expectations.errors import UsageError
from pipelines.storage.outbox import messages
from tests.worlds.certificate import certificate_for

REPOSITORY = Path(__file__).resolve().parents[4]
SERVER = shutil.which("nats-server")

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(SERVER is None, reason="no NATS server (Debian package nats-server)"),
]
nats = pytest.importorskip("nats", reason="no client of NATS (pip install 'xinji[nats]')")


class Broker:
    """A NATS server of its own, which can be killed and comes back with what it had."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"nats://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [str(SERVER), "-js", "-sd", str(self.folder), "-a", "127.0.0.1", "-p", str(self.port), *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError("the NATS server did not start")

    def kill(self) -> None:
        """End at once, as a machine that goes dark."""
        self.process.kill()
        self.process.wait()

    def ask(self, question: Callable[[Any], Awaitable[Any]], certified: str = "") -> Any:
        """Ask the stream something, as another client."""

        async def asked() -> Any:
            tls = {"tls": ssl.create_default_context(), "tls_hostname": certified} if certified else {}
            client = await nats.connect(self.url, **tls)
            try:
                return await question(client.jetstream())
            finally:
                await client.close()

        return asyncio.run(asked())

    def make_stream(self, certified: str = "", **more: Any) -> None:
        """The stream that takes every enterprise's events."""
        self.ask(lambda js: js.add_stream(name="XINJI", subjects=["xinji.events.*"], **more), certified)

    def taken(self) -> list[Any]:
        """Every message in the stream, in its order."""

        async def all_of(js: Any) -> list[Any]:
            state = (await js.stream_info("XINJI")).state
            return [await js.get_msg("XINJI", seq) for seq in range(state.first_seq, state.last_seq + 1)]

        return list(self.ask(all_of))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path / "nats")
    yield made
    made.kill()


@pytest.fixture
def over(zone: Any, broker: Broker) -> Any:
    """The zone, with its way out over the broker."""
    zone.endpoint = replace(zone.endpoint, url=broker.url, timeout_seconds=2)
    return zone


def numbers(taken: list[Any]) -> list[int]:
    return [json.loads(one.data)["data"]["n"] for one in taken]


def test_everything_is_in_the_stream_once_in_order_and_its_place_is_the_receipt(over: Any, broker: Broker) -> None:
    broker.make_stream()
    over.say(1, 2, 3)
    over.say(11, 12, uscc="91652701MADEM0011A")
    assert over.deliver().acknowledged == 5
    taken = broker.taken()
    assert [n for n in numbers(taken) if n < 10] == [1, 2, 3]
    assert [n for n in numbers(taken) if n > 10] == [11, 12]
    with over.database.reading() as connection:
        sent = {one.receipt: one for one in messages(connection)}
    for one in taken:
        message = sent[f"XINJI {one.seq}"]
        assert one.data.decode() == message.body
        assert one.headers["Nats-Msg-Id"] == message.message_id
        assert one.subject == f"xinji.events.{message.uscc}"
        Webhook(over.endpoint.secrets[0]).verify(one.data.decode(), one.headers)


def test_a_broker_that_is_restarted_in_the_middle_has_each_message_once(over: Any, broker: Broker) -> None:
    broker.make_stream()
    over.say(*range(1, 7))
    settle = over.outbox.mark_acknowledged

    def restart_after_third(*settled: Any) -> None:
        settle(*settled)
        if over.states().count("acknowledged") == 3:
            broker.kill()

    over.outbox.mark_acknowledged = restart_after_third
    down = over.deliver()
    assert (down.acknowledged, down.failed, down.waiting) == (3, 1, 3)
    assert over.errors()[3]
    broker.start()
    over.make_due()
    assert over.deliver().acknowledged == 3
    assert numbers(broker.taken()) == [1, 2, 3, 4, 5, 6]


def test_a_connection_that_is_cut_within_a_pass_is_made_anew(over: Any, broker: Broker) -> None:
    broker.make_stream()
    over.say(1, 2, 3)
    settle = over.outbox.mark_acknowledged

    def restart_after_first(*settled: Any) -> None:
        settle(*settled)
        if over.states().count("acknowledged") == 1:
            broker.kill()
            broker.start()
            over.ahead += timedelta(minutes=1)

    over.outbox.mark_acknowledged = restart_after_first
    over.deliver()
    over.make_due()
    over.deliver()
    assert over.states() == ["acknowledged"] * 3
    assert numbers(broker.taken()) == [1, 2, 3]


RELAY = """
import sys, time
from datetime import UTC, datetime
from pipelines.delivery import Endpoint, channel_to, deliver
from pipelines.storage.database import Database
from pipelines.storage.outbox import DatabaseOutbox
url, endpoint, secret = sys.argv[1:]
class Never(DatabaseOutbox):
    def mark_acknowledged(self, *settled):
        print("taken", flush=True)
        time.sleep(60)
settings = Endpoint(endpoint, (secret,), allow_private=True)
with channel_to(settings) as channel:
    deliver(Never(Database(url)), settings, channel, lambda: datetime.now(UTC))
"""


@pytest.mark.parametrize("window", [0.1, 120])
def test_what_a_killed_relay_had_published_is_not_in_the_stream_twice(over: Any, broker: Broker, window: float) -> None:
    """Within the duplicate window the stream recognises it; later the relay looks before it publishes."""
    broker.make_stream(duplicate_window=window)
    over.say(1, 2)
    url = over.database.engine.url.render_as_string()
    command = [sys.executable, "-c", RELAY, url, broker.url, over.endpoint.secrets[0]]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as relay:
        assert relay.stdout is not None
        assert relay.stdout.readline() == "taken\n"
        relay.send_signal(signal.SIGKILL)
    time.sleep(0.3)  # past the short window
    assert over.states() == ["sent", "pending"]
    over.ahead = timedelta(hours=1)
    over.deliver()
    assert over.states() == ["acknowledged"] * 2
    assert numbers(broker.taken()) == [1, 2]


def test_without_a_stream_the_relay_stops_and_blames_no_message(over: Any, broker: Broker) -> None:
    over.say(1)
    report = over.deliver()
    assert "no stream takes xinji.events." in report.stopped_because
    assert over.states() == ["pending"]


def test_a_message_that_the_stream_refuses_is_dead(over: Any, broker: Broker) -> None:
    broker.make_stream(max_msg_size=10)
    over.say(1)
    assert over.deliver().dead == 1
    assert "exceeds maximum" in over.errors()[0]


def test_a_wrong_password_stops_the_relay_and_blames_no_message(over: Any, tmp_path: Path) -> None:
    guarded = Broker(tmp_path / "guarded", "--user", "relay", "--pass", "right")
    try:
        over.say(1)
        report = over.deliver(replace(over.endpoint, url=guarded.url.replace("//", "//relay:wrong@")))
        assert "Authorization" in report.stopped_because
        assert "wrong@" not in report.stopped_because
        assert over.states() == ["pending"]
    finally:
        guarded.kill()


@pytest.mark.parametrize(
    ("scheme", "certified", "acknowledged"), [("tls", "receiver.test", 1), ("nats", "other.test", 0)]
)
def test_a_broker_with_a_certificate_of_another_name_is_given_nothing_and_does_not_hold_up_the_pass(  # noqa: PLR0917
    over: Any,
    leads: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    certified: str,
    acknowledged: int,
) -> None:
    certificate = str(certificate_for(certified, tmp_path))
    guarded = Broker(tmp_path / "guarded", "--tls", "--tlscert", certificate, "--tlskey", certificate)
    try:
        monkeypatch.setenv("SSL_CERT_FILE", certificate)
        guarded.make_stream(certified)
        over.say(1)
        leads(["127.0.0.1"])
        report = over.deliver(replace(over.endpoint, url=f"{scheme}://receiver.test:{guarded.port}"))
        assert (report.acknowledged, report.failed) == (acknowledged, 1 - acknowledged)
        assert acknowledged or "not valid for 'receiver.test'" in over.errors()[0]
    finally:
        guarded.kill()


def test_a_broker_that_says_nothing_does_not_hold_up_the_pass(over: Any) -> None:
    over.say(1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        silent = replace(over.endpoint, url=f"nats://127.0.0.1:{mute.getsockname()[1]}", timeout_seconds=0.3)
        assert over.deliver(silent).failed == 1
    assert time.monotonic() - began < 5


def test_a_password_in_the_address_is_never_shown(over: Any) -> None:
    wrong = replace(over.endpoint, url="nats://relay:hunter2@:4222")
    with pytest.raises(UsageError) as told:
        over.deliver(wrong)
    assert "hunter2" not in str(told.value)
