"""The way out that an address means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from pipelines.delivery.broker import Broker
from pipelines.delivery.endpoint import BROKER, DIRECTORY, Endpoint
from pipelines.delivery.exchange import ExchangeDirectory
from pipelines.delivery.ports import Channel
from pipelines.delivery.webhook import Webhook


@contextmanager
def channel_to(endpoint: Endpoint) -> Iterator[Channel]:
    """The way out to an endpoint, open until the block ends.

    Raises
    ------
    UsageError
        As ``Endpoint.check``, or where what the way out needs is not there.
    """
    endpoint.check()
    if endpoint.parts.scheme in DIRECTORY:
        yield ExchangeDirectory.of(endpoint)
    elif endpoint.parts.scheme in BROKER:
        with Broker(endpoint) as broker:
            yield broker
    else:
        with httpx.Client(follow_redirects=False) as client:
            yield Webhook(endpoint, client)
