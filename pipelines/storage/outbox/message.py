"""A message to the risk-control system: a CloudEvents 1.0 event whose id is made from its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from expectations.vocabulary.digest import canonical_json, canonical_members, sha256_text


@dataclass(frozen=True)
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

    @cached_property
    def data_text(self) -> str:
        """The content as canonical JSON."""
        return canonical_json(self.data)

    @cached_property
    def message_id(self) -> str:
        """The sha256 of the content: also the receiver's idempotency key."""
        start = canonical_json([self.kind, self.uscc, self.source, self.happened_at])[:-1]
        return sha256_text(f"{start},{self.data_text}]")

    def event(self, sequence: int) -> str:
        """The CloudEvent as canonical JSON. ``sequence`` lets the receiver see order and gaps.

        Written directly: the library's own writer, which a test holds this against, takes the content apart and
        together four times.
        """
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
        return canonical_members(attributes, {"data": self.data_text})
