"""The policies a home has graded under, by digest: a decision is judged again by its own, whatever holds now."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from expectations.vocabulary.digest import canonical_json
from models.policy.book import PolicyBook
from models.policy.inforce import Policy
from pipelines.storage.lake import write_whole


def keep_policy(folder: Path, book: PolicyBook, policy: Policy) -> None:
    """Lay a book down under the digest of what was in force on a day. One that lies there already is left."""
    path = folder / f"{policy.digest}.json"
    if not path.exists():
        write_whole(path, canonical_json(book.to_json()).encode("utf-8"))


def kept_policy(folder: Path, digest: str, business_date: date) -> Policy | None:
    """The policy of a day with this digest; None where the home has none, or what it has gives another digest."""
    path = folder / f"{digest}.json"
    if not path.exists():
        return None
    policy = PolicyBook.restored(json.loads(path.read_text(encoding="utf-8"))).in_force(business_date)
    return policy if policy.digest == digest else None
