"""An outbox in a home of its own, a receiver on loopback, and a clock the test moves."""

from __future__ import annotations

import base64
import importlib.util
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipelines.delivery import DeliveryReport, Endpoint, channel_to, deliver
from pipelines.storage.database import Database
from pipelines.storage.migrations import bring_up_to_date
from pipelines.storage.outbox import DatabaseOutbox, NewMessage, add, messages

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes ...").decode()
NAME = "receiver.test"
ONE, TWO = "91652702MADEM0011Q", "91652701MADEM0011A"


def _receiver_module() -> ModuleType:
    """Tests are no package, so the receiver beside this file is loaded by its path."""
    name = "xinji_test_receiver"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("receiver.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture
def receiver() -> Iterator[Any]:
    """A receiver that behaves until told otherwise."""
    made = _receiver_module().Receiver(SECRET)
    yield made
    made.close()


class Zone:
    """A home with an outbox, and the relay's clock: it runs with real time, from wherever the test has moved it."""

    def __init__(self, database: Database, receiver: Any) -> None:
        self.database = database
        self.outbox = DatabaseOutbox(database)
        self.ahead = timedelta(0)
        self.endpoint = Endpoint(receiver.url, (SECRET,), allow_private=True, timeout_seconds=0.3)

    def clock(self) -> datetime:
        """The present as the relay sees it."""
        return datetime.now(UTC) + self.ahead

    def say(self, *numbers: int, uscc: str = ONE) -> None:
        """Put numbered messages about an enterprise into the outbox."""
        moment = datetime(2026, 4, 1, tzinfo=UTC)
        new = [NewMessage("cn.xinji.alert.opened.v1", uscc, "/zones/test", moment, {"n": n}) for n in numbers]
        with self.database.transaction() as connection:
            add(connection, new)

    def deliver(self, endpoint: Endpoint | None = None) -> DeliveryReport:
        """One pass of the relay."""
        chosen = endpoint or self.endpoint
        with channel_to(chosen) as channel:
            return deliver(self.outbox, chosen, channel, self.clock)

    def states(self) -> list[str]:
        """The state of every message, in order."""
        with self.database.reading() as connection:
            return [one.state for one in messages(connection)]

    def errors(self) -> list[str | None]:
        """The last error of every message, in order."""
        with self.database.reading() as connection:
            return [one.last_error for one in messages(connection)]

    def make_due(self) -> None:
        """Let every waiting message be due now, without moving the clock that signatures are checked against."""
        with self.database.transaction() as connection:
            connection.exec_driver_sql("UPDATE outbox_message SET next_attempt_at = NULL WHERE state = 'pending'")


@pytest.fixture
def zone(tmp_path: Path, receiver: Any) -> Iterator[Zone]:
    """An empty home that delivers to the receiver."""
    database = Database(f"sqlite:///{tmp_path / 'ledger.db'}")
    bring_up_to_date(database)
    yield Zone(database, receiver)
    database.close()


@pytest.fixture
def leads(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let the receiver's name lead to one list of addresses after another; gives who asked for it."""
    look_up = socket.getaddrinfo
    asked: list[str] = []
    answers: list[list[str]] = []

    def answer(host: Any, port: Any, *rest: Any, **more: Any) -> list[Any]:
        if host not in (NAME, NAME.encode()):
            return look_up(host, port, *rest, **more)
        asked.append(NAME)
        return [entry for address in answers.pop(0) for entry in look_up(address, port, *rest, **more)]

    def lead(*told: list[str]) -> list[str]:
        answers.extend(told)
        return asked

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return lead
