"""Where messages go, and how patient the relay is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from expectations.errors import UsageError
from pipelines.delivery.addresses import checked_address
from pipelines.delivery.signing import is_secret

WEB, BROKER, DIRECTORY = ("http", "https"), ("nats", "tls"), ("file",)
"""Schemes of an address, by the way out that they mean."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The receiver's address and keys, with the relay's patience.

    Attributes
    ----------
    url:
        Where events go: ``https://...`` are posted, ``nats://`` or ``tls://`` published to NATS JetStream,
        ``file:///...`` laid into an exchange directory.
    secrets:
        Standard Webhooks secrets (``whsec_...``). With two, each message carries both signatures, so that the
        receiver can change keys without a gap.
    allow_private:
        Whether private and loopback addresses may be used.
    subject:
        Of a broker: what subjects begin with; the enterprise's code follows.
    timeout_seconds:
        For the whole of one answer to begin, and for each of its pieces.
    most_attempts:
        A message that failed this often is dead. With the delays below that is about two days.
    first_delay, longest_delay:
        Wait after the first failure; it doubles up to the longest.
    give_up_after:
        So many failures in a row mean that the receiver is down: the pass ends, the rest waits for the next.
    receipt_within:
        Of an exchange directory: what has no receipt after so long is laid down again.
    """

    url: str
    secrets: tuple[str, ...]
    allow_private: bool = False
    subject: str = "xinji.events"
    timeout_seconds: float = 10.0
    most_attempts: int = 20
    first_delay: timedelta = timedelta(seconds=30)
    longest_delay: timedelta = timedelta(hours=4)
    give_up_after: int = 5
    receipt_within: timedelta = timedelta(days=1)

    @property
    def parts(self) -> SplitResult:
        """The address, taken apart."""
        return urlsplit(self.url)

    @property
    def shown(self) -> str:
        """The address without a password that it may hold."""
        return self.parts._replace(netloc=self.parts.netloc.rpartition("@")[2]).geturl()

    def check(self) -> None:
        """Refuse an endpoint that could only lose messages or leak them. A name is looked up when it is connected to.

        Raises
        ------
        UsageError
            When the address is of no known kind, is written as a number that may not be used, or there is no secret.
        """
        parts = self.parts
        if not _leads_somewhere(parts):
            raise UsageError(
                f"'{self.shown}' is no address that messages can go to.",
                "Set XINJI_RISK_CONTROL_URL to https://..., nats://..., tls://... or file:///FOLDER.",
            )
        if not self.secrets or not all(map(is_secret, self.secrets)):
            raise UsageError(
                "There is no secret to sign messages with, or it is none of the scheme.",
                "Set XINJI_RISK_CONTROL_SECRET to whsec_ and 24 to 64 bytes in Base64: "
                'echo "whsec_$(openssl rand -base64 32)"',
            )
        if parts.hostname and _is_number_or_local(parts.hostname):
            checked_address(parts.hostname, parts.port or 0, self.allow_private)

    def delay_after(self, message_id: str, attempts: int) -> timedelta:
        """How long to wait after so many failed attempts.

        Doubling, and between half and the whole of that, so that many messages do not come back at one instant. The
        share follows from the message and the attempt, not from chance: the same history gives the same times.
        """
        whole = min(self.first_delay * (1 << min(attempts - 1, 30)), self.longest_delay)
        share = int.from_bytes(sha256(f"{message_id}.{attempts}".encode()).digest()[:4], "big") / 2**32
        return whole * (0.5 + share / 2)


def _leads_somewhere(parts: SplitResult) -> bool:
    if parts.scheme in DIRECTORY:
        return True
    try:
        port = parts.port
    except ValueError:  # no number
        return False
    return parts.scheme in (*WEB, *BROKER) and bool(parts.hostname) and port != 0


def _is_number_or_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
