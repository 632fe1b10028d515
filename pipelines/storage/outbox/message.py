"""A message to the risk-control system: a CloudEvents 1.0 event whose id is made from its content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from expectations.vocabulary.digest import canonical_json, sha256_of


@dataclass(frozen=True, slots=True)
class NewMessage:
    """Something to tell about one enterprise.

    Attributes
    ----------
    kind:
        CloudEvents type, such as ``cn.xinji.alert.opened.v1``.
    source:
        CloudEvents source: which zone speaks, such as ``/zones/shuanghe``.
    happened_at:
        When it became true; the run's knowledge cutoff.
    data:
        The content. It names the decision or alert it follows from, which keeps ids of different days apart.
    """

    kind: str
    uscc: str
    source: str
    happened_at: datetime
    data: Mapping[str, Any]

    @property
    def message_id(self) -> str:
        """The sha256 of the content: also the receiver's idempotency key."""
        return sha256_of([self.kind, self.uscc, self.source, self.happened_at, self.data])

    def event(self, sequence: int) -> str:
        """The CloudEvent as canonical JSON. ``sequence`` lets the receiver see order and gaps."""
        attributes = {
            "specversion": "1.0",
            "id": self.message_id,
            "type": self.kind,
            "source": self.source,
            "subject": self.uscc,
            "time": self.happened_at,
            "datacontenttype": "application/json",
            "sequence": f"{sequence:012d}",
        }
        data = json.loads(canonical_json(self.data))
        return canonical_json(json.loads(JSONFormat().write(CloudEvent(attributes, data))))
