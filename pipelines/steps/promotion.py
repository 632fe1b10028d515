"""Who grades: proposed by one person on evidence that passes the gates, approved by a second, taken back in one step.

The ledger is the record and comes first; the registry's alias follows it. A kill in between leaves an alias behind the
ledger: approving again moves it, and monitoring says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from expectations.errors import ConflictError, NotFoundError, UsageError
from expectations.vocabulary.moment import zoned
from expectations.vocabulary.role import Role
from models.validation.gates import GateResult, gates
from models.validation.limits import GateLimits, gate_limits
from models.validation.pack import pack_digest
from pipelines.steps.registry import ModelRegistry
from pipelines.steps.validation import stored_pack
from pipelines.storage.accounts import find_account
from pipelines.storage.database import Database
from pipelines.storage.ledger import AnchorSigner, NewEntry, anchor, append, entries

PROPOSED, PROMOTED, ROLLED_BACK, INSTALLED = "promotion_proposed", "promotion", "rollback", "installation"
KINDS = frozenset({PROPOSED, PROMOTED, ROLLED_BACK, INSTALLED})


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody asks for, and when."""

    account: str
    reason: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Promotion:
    """Where a version stands after a step.

    Attributes
    ----------
    state:
        ``refused`` by a gate, ``proposed`` and waiting for a second account, or ``promoted``.
    previous:
        The champion before; None where there was none.
    """

    version: str
    state: str
    result: GateResult
    evidence_digest: str
    previous: str | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "version": self.version,
            "state": self.state,
            "previous": self.previous,
            "evidence_digest": self.evidence_digest,
            "gates": [check.to_json() for check in self.result.checks],
            "refused_by": [check.name for check in self.result.refusals],
        }


def install_first(
    database: Database, registry: ModelRegistry, version: str, known_on: date, signer: AnchorSigner | None = None
) -> None:
    """Let a zone's first model grade; the ledger says that no gate was asked."""
    found = registry.load(version)
    body = {"version": version, "previous": None, "model_digest": found.digest, "known_on": known_on.isoformat()}
    with database.transaction() as connection:
        append(connection, "judgements", [NewEntry.of(INSTALLED, version, body)])
        anchor(connection, f"installation {version}", signer)
    registry.set_champion(version)


def propose(database: Database, registry: ModelRegistry, version: str, act: Act) -> Promotion:
    """Put a validated version before the gates; where they pass, it waits for a second account.

    Raises
    ------
    UsageError
        When the account may not propose.
    ConflictError
        When the version grades already, or its evidence was made against another champion.
    """
    limits, evidence = gate_limits(zoned(act.moment).date()), _evidence(registry, version)
    with database.transaction() as connection:
        _allowed(connection, act.account, limits.proposes, "propose a promotion")
        judged = _judged(evidence, limits, champion_of(connection))
        if judged.result.passed:
            body = {**_body(judged, act), "gates": [check.to_json() for check in judged.result.checks]}
            append(connection, "judgements", [NewEntry.of(PROPOSED, version, body)])
    return judged


def approve(
    database: Database, registry: ModelRegistry, version: str, act: Act, signer: AnchorSigner | None = None
) -> Promotion:
    """The second pair of eyes: judge the same evidence again, write the promotion, move the alias.

    Raises
    ------
    UsageError
        When the account may not approve, or is the one that proposed.
    ConflictError
        When nothing waits, or the evidence is not the one proposed.
    """
    limits, evidence = gate_limits(zoned(act.moment).date()), _evidence(registry, version)
    with database.transaction() as connection:
        _allowed(connection, act.account, limits.approves, "approve a promotion")
        champion = champion_of(connection)
        if champion == version and _followed(registry, version):
            return Promotion(version, "promoted", gates(evidence.pack, limits), pack_digest(evidence.pack), None)
        proposal = _open_proposal(connection, version)
        if proposal["account"] == act.account:
            raise UsageError(
                f"{act.account} proposed version {version} and cannot approve it as well.",
                "A second account must: four eyes.",
                zh=f"版本 {version} 由 {act.account} 提请，须由另一账号批准。",
            )
        judged = _judged(evidence, limits, champion)
        if judged.evidence_digest != proposal["evidence_digest"]:
            raise ConflictError(
                f"Version {version} was validated again since {proposal['account']} proposed it.",
                f"Propose it anew: xinji promote {version} --reason ...",
                zh=f"版本 {version} 在提请之后又重新验证过。请重新提请。",
            )
        if not judged.result.passed:
            return judged
        body = {**_body(judged, act), "proposed_by": proposal["account"], "reason": proposal["reason"]}
        append(connection, "judgements", [NewEntry.of(PROMOTED, version, body)])
        anchor(connection, f"promotion {version}", signer)
    registry.set_champion(version)
    return Promotion(version, "promoted", judged.result, judged.evidence_digest, judged.previous)


def roll_back(
    database: Database, registry: ModelRegistry, act: Act, signer: AnchorSigner | None = None
) -> tuple[str, str]:
    """Take the latest promotion back, at once; returns the version that graded and the one that grades now.

    Raises
    ------
    UsageError
        When the account may not approve promotions.
    ConflictError
        When there is no promotion left to take back.
    """
    limits = gate_limits(zoned(act.moment).date())
    digests = {version.version: version.digest for version in registry.versions()}
    with database.transaction() as connection:
        _allowed(connection, act.account, limits.approves, "take a promotion back")
        stack = _champions(connection)
        if stack and (behind := _followed(registry, stack[-1])):
            return behind, stack[-1]
        if len(stack) < 2:
            raise ConflictError(
                "There is no promotion to take back.", "See the versions: xinji models", zh="没有可撤回的晋级。"
            )
        left, back = stack[-1], stack[-2]
        body = {
            "version": back,
            "previous": left,
            "account": act.account,
            "reason": act.reason,
            "at": zoned(act.moment).isoformat(),
            "model_digest": digests[back],
        }
        append(connection, "judgements", [NewEntry.of(ROLLED_BACK, back, body)])
        anchor(connection, f"rollback {back}", signer)
    registry.set_champion(back)
    return left, back


def champion_of(connection: Connection) -> str | None:
    """The version that grades by the ledger; None before the first."""
    stack = _champions(connection)
    return stack[-1] if stack else None


def _champions(connection: Connection) -> list[str]:
    """Champions one upon the other: a promotion adds one, a rollback takes one away."""
    stack: list[str] = []
    for entry in entries(connection, "judgements"):
        if entry.kind == ROLLED_BACK:
            stack.pop()
        elif entry.kind in (PROMOTED, INSTALLED):
            stack.append(json.loads(entry.body)["version"])
    return stack


def _followed(registry: ModelRegistry, champion: str) -> str | None:
    """Let an alias that a kill left behind follow the ledger; the version it pointed at, or None when it was right."""
    pointed = registry.champion().version
    if pointed == champion:
        return None
    registry.set_champion(champion)
    return pointed


@dataclass(frozen=True)
class _Evidence:
    """A version's logged pack and the digest of the model as loaded now; fetched before the database locks."""

    version: str
    pack: Mapping[str, Any]
    model_digest: str


def _evidence(registry: ModelRegistry, version: str) -> _Evidence:
    return _Evidence(version, stored_pack(registry, version), registry.load(version).digest)


def _judged(evidence: _Evidence, limits: GateLimits, champion: str | None) -> Promotion:
    """A version's logged evidence before the gates.

    Raises
    ------
    ConflictError
        When the version is champion, or its evidence does not speak of this champion and this model.
    """
    version, pack = evidence.version, evidence.pack
    if champion == version:
        raise ConflictError(f"Version {version} grades already.", "See: xinji models", zh=f"版本 {version} 已在使用。")
    against = next((rival["version"] for rival in pack["rivals"] if rival["role"] == "champion"), None)
    if against != champion or evidence.model_digest != pack["digest"]:
        raise ConflictError(
            f"The evidence of version {version} compares it with champion {against}; version {champion} grades now.",
            f"Validate it again: xinji validate {version}",
            zh=f"版本 {version} 的验证报告以版本 {against} 为对照，而现用版本为 {champion}。请重新验证。",
        )
    result = gates(pack, limits)
    return Promotion(version, "proposed" if result.passed else "refused", result, pack_digest(pack), champion)


def _body(judged: Promotion, act: Act) -> dict[str, Any]:
    return {
        "version": judged.version,
        "previous": judged.previous,
        "evidence_digest": judged.evidence_digest,
        "account": act.account,
        "reason": act.reason,
        "at": zoned(act.moment).isoformat(),
    }


def _open_proposal(connection: Connection, version: str) -> Mapping[str, Any]:
    """The latest proposal of a version that nothing has followed.

    Raises
    ------
    ConflictError
        When there is none.
    """
    proposal: Mapping[str, Any] | None = None
    for entry in entries(connection, "judgements", subject=version):
        proposal = json.loads(entry.body) if entry.kind == PROPOSED else None
    if proposal is None:
        raise ConflictError(
            f"Nobody has proposed version {version}.",
            f"First: xinji promote {version} --reason ...",
            zh=f"版本 {version} 尚未提请晋级。请先提请。",
        )
    return proposal


def _allowed(connection: Connection, account: str, roles: tuple[Role, ...], what: str) -> None:
    """Raises unless an open account of one of the roles acts."""
    found = find_account(connection, account)
    if found is None:
        raise NotFoundError(
            f"There is no open account '{account}'.",
            "Open it: xinji account open ID --role ROLE",
            zh=f"没有名为“{account}”的有效账号。请联系运营方开立。",
        )
    if found.role not in roles:
        allowed = ", ".join(roles)
        raise UsageError(
            f"An account of role {found.role} may not {what}.",
            f"An account of these roles may: {allowed}.",
            zh="账号的角色无权办理此事项。",
        )
