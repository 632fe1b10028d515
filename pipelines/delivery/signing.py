"""Signatures by the Standard Webhooks scheme, over whatever leaves: an event, or the manifest of a package."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

_SHORTEST = 24
"""Bytes of a key, by the scheme."""


def is_secret(text: str) -> bool:
    """Whether a text is a secret of the scheme: ``whsec_`` and a key in Base64."""
    try:
        return text.startswith("whsec_") and len(b64decode(text.removeprefix("whsec_"), validate=True)) >= _SHORTEST
    except ValueError:
        return False


def signed(secrets: Sequence[str], name: str, text: str, at: datetime) -> dict[str, str]:
    """The three headers that say who sent a text and when, with a signature by each key that is live.

    With two keys each text bears both signatures, so that a receiver that knows either accepts it and can change keys
    without a gap.

    Parameters
    ----------
    secrets:
        Standard Webhooks secrets (``whsec_...``).
    name, text, at:
        The id that is signed along, of a message or of a package; what is signed; when.
    """
    moment = at.astimezone(UTC)  # the library reads the clock time of what it is given as UTC
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(name, moment, text) for secret in secrets),
    }
