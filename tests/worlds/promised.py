"""What was really put out, held against what the AsyncAPI document promises."""

from __future__ import annotations

import json
from collections.abc import Iterable

from jsonschema_rs import validator_for

from pipelines.storage.outbox import Message
from reports.messages.document import asyncapi

DOCUMENT = asyncapi("test")


def kinds_as_promised(messages: Iterable[Message]) -> set[str]:
    """The types among some messages, each of which was found to be as the document says."""
    validators = {
        name: validator_for({**one["payload"], "components": DOCUMENT["components"]})
        for name, one in DOCUMENT["components"]["messages"].items()
    }
    found = set()
    for message in messages:
        validators[message.kind].validate(json.loads(message.body))
        found.add(message.kind)
    return found
