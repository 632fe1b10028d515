"""Where messages go, and how patient the relay is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address

import httpx

from expectations.errors import UsageError


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The receiver's address and keys, with the relay's patience.

    Attributes
    ----------
    url:
        Where events are posted.
    secrets:
        Standard Webhooks secrets (``whsec_...``). With two, each message carries both signatures, so that the
        receiver can change keys without a gap.
    allow_private:
        Whether an address that is written as a private or loopback number may be used.
    timeout_seconds:
        For the whole of one answer to begin, and for each of its pieces.
    most_attempts:
        A message that failed this often is dead. With the delays below that is about two days.
    first_delay, longest_delay:
        Wait after the first failure; it doubles up to the longest.
    give_up_after:
        So many failures in a row mean that the receiver is down: the pass ends, the rest waits for the next.
    """

    url: str
    secrets: tuple[str, ...]
    allow_private: bool = False
    timeout_seconds: float = 10.0
    most_attempts: int = 20
    first_delay: timedelta = timedelta(seconds=30)
    longest_delay: timedelta = timedelta(hours=4)
    give_up_after: int = 5

    def check(self) -> None:
        """Refuse an endpoint that could only lose messages or leak them."""
        url = httpx.URL(self.url)
        if url.scheme not in ("http", "https") or not url.host:
            raise UsageError(f"'{self.url}' is not a web address.", "Set XINJI_RISK_CONTROL_URL to http(s)://...")
        if not self.secrets or not all(self.secrets):
            raise UsageError("There is no secret to sign messages with.", "Set XINJI_RISK_CONTROL_SECRET (whsec_...).")
        if not self.allow_private and _is_private(url.host):
            raise UsageError(
                f"'{url.host}' is a private address.", "Set XINJI_RISK_CONTROL_ALLOW_PRIVATE=true if it is meant."
            )

    def delay_after(self, message_id: str, attempts: int) -> timedelta:
        """How long to wait after so many failed attempts.

        Doubling, and between half and the whole of that, so that many messages do not come back at one instant. The
        share follows from the message and the attempt, not from chance: the same history gives the same times.
        """
        whole = min(self.first_delay * (1 << min(attempts - 1, 30)), self.longest_delay)
        share = int.from_bytes(sha256(f"{message_id}.{attempts}".encode()).digest()[:4], "big") / 2**32
        return whole * (0.5 + share / 2)


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False
