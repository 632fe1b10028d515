"""A zone's policy as it stands: what is in force, changes that were tried on history, proposed, and approved."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.digest import canonical_json, sha256_of
from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import zoned
from models.people.acts import EVERYBODY
from models.people.publications import Publication, publications, with_published
from models.policy.book import PolicyBook
from models.policy.change import Change, change_of
from models.policy.documents import plain_values
from pipelines.steps.home import Home
from pipelines.steps.people import MAY_JUDGE, Desk, actor
from pipelines.steps.what_if import WhatIf, what_if
from pipelines.storage.acts import acts_known
from pipelines.storage.database import Database
from pipelines.storage.lake import write_whole
from reports.pages.changes import PolicyChange, RuleInForce, Trial

LONGEST_TRIAL = 31
"""Days that one trial on a page judges again: somebody waits for it."""

_ID_LENGTH = 12


@cache
def packaged_book() -> PolicyBook:
    """The policy that the product brings."""
    return PolicyBook.load()


def published_book(database: Database) -> PolicyBook:
    """The packaged policy with what this home has published until now."""
    with database.reading() as connection:
        return with_published(packaged_book(), acts_known(connection, uscc=EVERYBODY))


def with_policy_in_force(home: Home) -> Home:
    """A home with what is published now, for a service that has run since before it was."""
    return replace(home, policies=published_book(home.database))


def try_change(home: Home, change: Change, first: date, last: date) -> tuple[str, WhatIf]:
    """What a change would have done from first to last, kept under an id by which the pages show it."""
    found = what_if(home, change, first, last)
    told = {"change": change.model_dump(mode="json"), "what_if": found.to_json()}
    identity = sha256_of(told)[:_ID_LENGTH]
    write_whole(trials_of(home) / f"{identity}.json", canonical_json({"id": identity, **told}).encode("utf-8"))
    return identity, found


def trials_of(home: Home) -> Path:
    """Where trials lie."""
    return home.reports / "what-if"


@dataclass(frozen=True)
class Policies:
    """What the pages show of policy, and the steps of a change on them."""

    home: Home

    def in_force(self, at: datetime) -> list[RuleInForce]:
        """Every rule in force today, by folder."""
        today, book = zoned(at).date(), published_book(self.home.database)
        return [
            RuleInForce(
                name=name,
                title={"zh": rule.title.zh, "en": rule.title.en},
                legal_basis=tuple(f"{one.document} {one.article}" for one in rule.legal_basis),
                since=max(day for day in rule.values if day <= today),
            )
            for name, rule in book.rules.items()
            if rule.value_on(today)
        ]

    def digest(self, at: datetime) -> str:
        """Digest of the policy in force today."""
        return published_book(self.home.database).in_force(zoned(at).date()).digest

    def changes(self) -> list[PolicyChange]:
        """Every change that was proposed here, latest first."""
        with self.home.database.reading() as connection:
            found = list(publications(acts_known(connection, uscc=EVERYBODY)).values())
        tried = {sha256_of(trial.content): trial.id for trial in self.trials()}
        return [_shown(one, tried.get(sha256_of(one.change.model_dump(mode="json")))) for one in reversed(found)]

    def trials(self) -> list[Trial]:
        """Every trial that was kept, by its last day, latest first."""
        found = [_trial(path) for path in trials_of(self.home).glob("*.json")]
        return sorted(found, key=lambda one: (one.last, one.first, one.id), reverse=True)

    def trial(self, trial: str) -> Trial | None:
        """One trial."""
        path = trials_of(self.home) / f"{trial}.json"
        return _trial(path) if path.exists() else None

    def try_out(self, text: str, first: date, last: date, account: str) -> str:
        """Try a change that is written as its file would be; gives the id of the trial."""
        with self.home.database.reading() as connection:
            actor(connection, account, MAY_JUDGE)
        if not 0 <= (last - first).days < LONGEST_TRIAL:
            raise UsageError(
                f"{first} to {last} is not between 1 and {LONGEST_TRIAL} days.",
                "Try longer ranges by xinji policy.",
                zh=f"{first} 至 {last} 不在 1 至 {LONGEST_TRIAL} 天之内。更长的区间请用命令行试算。",
            )
        change = change_of(plain_values(text, "The change"), "The change")
        return try_change(with_policy_in_force(self.home), change, first, last)[0]

    def propose(self, trial: str, effective: date, reason: str, account: str, at: datetime) -> str:
        """Propose a change that was tried, from a day on; gives the id of the change."""
        found = self.trial(trial)
        if found is None:
            raise NotFoundError(f"There is no trial {trial}.", "See what was tried.", zh=f"没有编号为 {trial} 的试算。")
        desk = Desk(self.home.database, published_book(self.home.database), at)
        return desk.propose_policy(change_of(found.content, f"trial {trial}"), effective, account, reason).id

    def approve(self, change: str, reason: str, account: str, at: datetime) -> None:
        """Approve a change that another account proposed."""
        Desk(self.home.database, published_book(self.home.database), at).approve_policy(change, account, reason)


def _shown(one: Publication, trial: str | None) -> PolicyChange:
    return PolicyChange(
        id=one.id,
        title={"zh": one.change.title.zh, "en": one.change.title.en},
        rules=tuple(sorted([*one.change.values, *one.change.rules])),
        effective=one.effective,
        reason=one.reason,
        proposed_by=one.proposed_by,
        proposed_at=one.proposed_at,
        approved_by=one.approved_by,
        trial=trial,
    )


def _trial(path: Path) -> Trial:
    told = json.loads(path.read_text(encoding="utf-8"))
    change, found = told["change"], told["what_if"]
    return Trial(
        id=told["id"],
        title=change["title"],
        content=change,
        rules=tuple(sorted([*change["values"], *change["rules"]])),
        legal_basis=tuple(f"{one['document']} {one['article']}" for one in change["legal_basis"]),
        first=date.fromisoformat(found["first"]),
        last=date.fromisoformat(found["last"]),
        decisions=found["decisions"],
        decisions_changed=found["decisions_changed"],
        matrix=square(found["matrix"]),
        movers=found["movers"],
        inspections=found["inspections"],
        hits=found["hits"],
        episodes=found["episodes"],
        bounds=found["bounds"],
    )


def square(cells: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """Enterprises by grade and by grade under the change, with every grade on both sides."""
    grades = [*map(str, Grade), "-"]
    found = {before: dict.fromkeys(grades, 0) for before in grades}
    for before, after, number in cells:
        found[before][after] = number
    return found
