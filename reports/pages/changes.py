"""What the pages show of policy and models, and of changes to them; declared where it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

Said = Mapping[str, str]
"""A text by language."""

Moved = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """A rule that holds today, by ``folder/id``."""

    name: str
    title: Said
    legal_basis: tuple[str, ...]
    since: date


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A proposed change. It counts from its first day once a second account has approved it.

    Attributes
    ----------
    trial:
        Id of the trial that tried the very same change; None where there is none.
    """

    id: str
    title: Said
    rules: tuple[str, ...]
    effective: date
    reason: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    trial: str | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What a change would have done on recorded days. It names no enterprise.

    Attributes
    ----------
    content:
        The change itself, as its file says it.
    matrix:
        Enterprises by grade on the last day and by grade under the change; "-" is no grade.
    movers, inspections, hits, episodes, bounds:
        As ``pipelines.steps.what_if.WhatIf``.
    """

    id: str
    title: Said
    content: Mapping[str, Any]
    rules: tuple[str, ...]
    legal_basis: tuple[str, ...]
    first: date
    last: date
    decisions: int
    decisions_changed: int
    matrix: Moved
    movers: Mapping[str, Moved]
    inspections: Mapping[str, Mapping[str, float]]
    hits: Moved
    episodes: Moved
    bounds: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Migration:
    """How grades moved from one day to another. ``matrix`` as in a trial; "-" is also who was not known on a day."""

    before: date
    day: date
    matrix: Moved


class PolicyPort(Protocol):
    """Policy and its changes. Each step raises a ``XinjiError`` with what is wrong about it."""

    def in_force(self, at: datetime) -> Sequence[RuleInForce]:
        """Every rule in force, by folder."""

    def digest(self, at: datetime) -> str:
        """Digest of the policy in force."""

    def changes(self) -> Sequence[PolicyChange]:
        """Every change that was proposed, latest first."""

    def trials(self) -> Sequence[Trial]:
        """Every trial that was kept, latest first."""

    def trial(self, trial: str) -> Trial | None:
        """One trial."""

    def try_out(self, text: str, first: date, last: date, account: str) -> str:
        """Try a change that is written as its file would be; gives the id of the trial."""

    def propose(self, trial: str, effective: date, reason: str, account: str, at: datetime) -> str:
        """Propose a change that was tried; gives the id of the change."""

    def approve(self, change: str, reason: str, account: str, at: datetime) -> None:
        """Approve a change that another account proposed."""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A version of the model.

    Attributes
    ----------
    proposed_by:
        The account whose proposal waits for a second one; None where none does.
    has_pack:
        Whether it was validated.
    """

    version: str
    kind: str
    digest: str
    is_champion: bool
    is_challenger: bool
    registered_at: datetime
    proposed_by: str | None
    has_pack: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of a promotion, whether it held, and its figures."""

    passed: bool
    says: Said


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a version's validation pack says before the gates."""

    version: ModelVersion
    gates: tuple[Gate, ...]

    @property
    def passed(self) -> bool:
        """Whether every gate held."""
        return all(gate.passed for gate in self.gates)


@dataclass(frozen=True, slots=True)
class ModelAct:
    """An entry of the ledger about who grades."""

    what: str
    version: str
    account: str
    reason: str
    at: str


class ModelPort(Protocol):
    """The model's life. Each step raises a ``XinjiError`` with what is wrong about it."""

    def versions(self) -> Sequence[ModelVersion]:
        """Every version, newest first."""

    def acts(self) -> Sequence[ModelAct]:
        """Who was proposed, promoted and taken back, latest first."""

    def evidence(self, version: str, at: datetime) -> Evidence | None:
        """A validated version before the gates; None where it was not validated."""

    def pack(self, version: str) -> str | None:
        """Its validation pack as a page."""

    def propose(self, version: str, reason: str, account: str, at: datetime) -> bool:
        """Put it before the gates; whether it passed and waits for a second account."""

    def approve(self, version: str, reason: str, account: str, at: datetime) -> bool:
        """Approve a promotion that another account proposed; whether the gates still pass."""
