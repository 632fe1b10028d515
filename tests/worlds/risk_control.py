"""The risk-control system as a process of its own: ``python -m tests.worlds.risk_control PORT JOURNAL SECRET TROUBLE``.

It writes each event it acts on to a journal on disk before it answers, and knows from the journal, also after it was
killed, what it has acted on. ``TROUBLE`` is what it does wrong, for the first events it gets.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks.webhooks import Webhook

TROUBLED = 5
"""So many events in a row it treats badly."""
SLOW = 0.3
"""Seconds: longer than the relay of the tests waits."""
_DONE = "HTTP/1.1 204 Done\r\n\r\n"


class Journal:
    """What was acted on, in order, on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        self.known = {json.loads(line)["id"] for line in lines}

    def act(self, body: str) -> None:
        """Act on an event unless that was done before."""
        event = json.loads(body)
        if event["id"] in self.known:
            return
        with self.path.open("a") as stream:
            stream.write(f"{body}\n")
            stream.flush()
            os.fsync(stream.fileno())
        self.known.add(event["id"])


def _die() -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return ""


def _dawdle() -> str:
    time.sleep(SLOW)
    return _DONE


ANSWERS: dict[str, Callable[[], str]] = {
    "none": lambda: _DONE,
    "killed": _die,
    "slow": _dawdle,
    "twice": lambda: _DONE + _DONE,
    "garbled": lambda: "nonsense\r\n\r\n",
    "failing": lambda: "HTTP/1.1 500 Broken\r\ncontent-length: 0\r\n\r\n",
    "elsewhere": lambda: "HTTP/1.1 302 Elsewhere\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n",
}


class RiskControl(ThreadingHTTPServer):
    """Takes events until it is killed."""

    def __init__(self, port: int, journal: Journal, secret: str, trouble: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.journal, self.secret, self.trouble, self.seen = journal, secret, trouble, 0

    def take(self, headers: Message, body: str) -> str:
        """Act on an event that bears a signature of ours, and say so, well or badly."""
        # The signature is checked without regard to its age: the time of these tests is simulated.
        written = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        if Webhook(self.secret).sign(headers["webhook-id"], written, body) not in headers["webhook-signature"].split():
            return "HTTP/1.1 401 Unsigned\r\ncontent-length: 0\r\n\r\n"
        self.journal.act(body)
        self.seen += 1
        is_troubled = self.seen == TROUBLED if self.trouble == "killed" else self.seen <= TROUBLED
        return ANSWERS[self.trouble if is_troubled else "none"]()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: RiskControl

    def do_POST(self) -> None:
        """Read it whole, and answer as told."""
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.close_connection = True
        self.wfile.write(self.server.take(self.headers, body).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output quiet."""


if __name__ == "__main__":
    at, path, key, wrong = sys.argv[1:]
    RiskControl(int(at), Journal(Path(path)), key, wrong).serve_forever(poll_interval=0.05)
