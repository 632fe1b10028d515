"""A real receiver on loopback: verifies signatures, recognises what it has, and misbehaves on request."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


class Receiver:
    """The risk-control system as a test stands in for it.

    ``effects`` are the messages acted on, each once, in the order they took effect; ``arrivals`` counts every
    delivery. ``misbehave`` queues what to do with the next requests: a status code; ``drop`` (takes it, then hangs
    up without an answer); ``lose`` (hangs up before reading); ``slow`` (takes it, answers too late); ``twice``
    (answers two times on the wire); ``redirect``; ``busy`` (429, asks for two hours).
    """

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.effects: list[dict[str, Any]] = []
        self.arrivals: deque[str] = deque()
        self.refused: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.plan: deque[int | str] = deque()
        self.always: int | str | None = None
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                receiver._handle(self)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test's output quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/events"

    def use_tls(self, certificate: Path) -> None:
        """Speak TLS from now on, with a certificate and key from one file."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = self.url.replace("http://", "https://")

    def misbehave(self, *plan: int | str) -> None:
        """Queue what to do with the next requests."""
        self.plan.extend(plan)

    @property
    def numbers(self) -> list[int]:
        """The messages' own numbers, in order of effect."""
        return [event["data"]["n"] for event in self.effects]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handle(self, request: BaseHTTPRequestHandler) -> None:
        with self._lock:
            step = self.plan.popleft() if self.plan else self.always
        request.close_connection = True
        if step == "lose":
            request.connection.shutdown(socket.SHUT_RDWR)
            return
        body = request.rfile.read(int(request.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            Webhook(self.secret).verify(body, headers)
        except WebhookVerificationError as error:
            self.refused.append(str(error))
            request.wfile.write(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n")
            return
        self._take(headers, body, step)
        self._answer(request, step)

    def _take(self, headers: dict[str, str], body: str, step: int | str | None) -> None:
        with self._lock:
            self.headers.append(headers)
            if isinstance(step, int) or step in ("redirect", "busy"):
                return
            known = headers["webhook-id"] in self.arrivals
            self.arrivals.append(headers["webhook-id"])
            if not known:
                self.effects.append(json.loads(body))

    def _answer(self, request: BaseHTTPRequestHandler, step: int | str | None) -> None:
        match step:
            case "drop":
                request.connection.shutdown(socket.SHUT_RDWR)
            case "slow":
                time.sleep(0.6)
            case "twice":
                request.close_connection = False
                request.wfile.write(OK + OK)
            case "redirect":
                request.wfile.write(
                    f"HTTP/1.1 307 Elsewhere\r\nlocation: {self.url}2\r\ncontent-length: 0\r\n\r\n".encode()
                )
            case "busy":
                request.wfile.write(b"HTTP/1.1 429 Busy\r\nretry-after: 7200\r\ncontent-length: 0\r\n\r\n")
            case int():
                request.wfile.write(f"HTTP/1.1 {step} Because\r\ncontent-length: 0\r\n\r\n".encode())
            case _:
                request.wfile.write(OK)
