"""The AsyncAPI 3.0 document of what is put out, made from the same classes that tests hold every message against."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from reports.messages.kinds import MESSAGES, Event, MessageKind, Told

CHANNEL = "events"
_REFERENCES = "#/components/schemas/{model}"


def asyncapi(version: str) -> dict[str, Any]:
    """The document. ``version`` is that of the API."""
    classes: list[type[Told]] = [Event, *dict.fromkeys(MESSAGES.values())]
    names, shared = models_json_schema(
        [(one, "validation") for one in classes], ref_template=_REFERENCES, by_alias=True
    )
    schemas = shared["$defs"]
    messages = {kind.value: _message(kind, names[MESSAGES[kind], "validation"]["$ref"]) for kind in MESSAGES}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Xinji 信级",
            "version": version,
            "description": (
                "What a zone tells the risk-control system: over HTTP (signed, Standard Webhooks), NATS JetStream or "
                "an exchange directory, always the same events. Events of one subject come in order; one that comes "
                "twice has the same id."
            ),
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            CHANNEL: {
                "address": None,
                "description": "Where the receiver's address leads; on NATS the subject prefix, then the enterprise.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{CHANNEL}"},
                "summary": "Told until acknowledged; a 4xx that is no matter of time makes a dead letter.",
            }
        },
        "components": {"messages": messages, "schemas": schemas},
    }


def _message(kind: MessageKind, content: str) -> dict[str, Any]:
    """A message: the event with its type and content told exactly."""
    exact = {"properties": {"type": {"const": kind.value}, "data": {"$ref": content}}}
    return {
        "name": kind.value,
        "contentType": "application/cloudevents+json",
        "summary": (MESSAGES[kind].__doc__ or "").strip(),
        "payload": {"allOf": [{"$ref": _REFERENCES.format(model=Event.__name__)}, exact]},
    }
