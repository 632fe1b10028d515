"""The model's life as the pages show it: versions, their evidence, and a promotion by two accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from expectations.errors import NotFoundError
from expectations.vocabulary.moment import zoned
from models.registry import Version
from models.validation.gates import gates
from models.validation.limits import gate_limits
from pipelines.steps import promotion
from pipelines.steps.promotion import Act
from pipelines.steps.registry import ModelRegistry
from pipelines.steps.validation import FOLDER, stored_pack
from pipelines.storage.database import Database
from pipelines.storage.ledger import AnchorSigner, entries
from reports.pages.changes import Evidence, Gate, ModelAct, ModelVersion

_PAGE = f"{FOLDER}/pack.html"


@dataclass(frozen=True)
class ModelDesk:
    """``registry`` is opened when it is first asked for: it is slow to load."""

    database: Database
    registry: Callable[[], ModelRegistry]
    signer: AnchorSigner | None

    def versions(self) -> list[ModelVersion]:
        """Every version, newest first."""
        waiting = self._waiting()
        return [self._shown(one, waiting.get(one.version)) for one in self.registry().versions()]

    def acts(self) -> list[ModelAct]:
        """Who was proposed, promoted and taken back, latest first."""
        with self.database.reading() as connection:
            found = [
                (entry.kind, json.loads(entry.body))
                for entry in entries(connection, "judgements")
                if entry.kind in promotion.KINDS
            ]
        return [
            ModelAct(kind, body["version"], body.get("account", ""), body.get("reason", ""), body.get("at", ""))
            for kind, body in reversed(found)
        ]

    def evidence(self, version: str, at: datetime) -> Evidence | None:
        """A validated version before the gates; None where it was not validated."""
        registry = self.registry()
        try:
            pack = stored_pack(registry, version)
        except NotFoundError:
            return None
        found = next((one for one in registry.versions() if one.version == version), None)
        if found is None:
            return None
        checks = gates(pack, gate_limits(zoned(at).date())).checks
        told = tuple(Gate(check.passed, {"zh": check.zh, "en": check.en}) for check in checks)
        return Evidence(self._shown(found, self._waiting().get(version)), told)

    def pack(self, version: str) -> str | None:
        """Its validation pack as a page."""
        try:
            return self.registry().attached(version, _PAGE)
        except NotFoundError:
            return None

    def propose(self, version: str, reason: str, account: str, at: datetime) -> bool:
        """Put it before the gates; whether it passed and waits for a second account."""
        return promotion.propose(self.database, self.registry(), version, Act(account, reason, at)).result.passed

    def approve(self, version: str, reason: str, account: str, at: datetime) -> bool:
        """Approve a promotion that another account proposed; whether the gates still pass."""
        act = Act(account, reason, at)
        return promotion.approve(self.database, self.registry(), version, act, self.signer).result.passed

    def _waiting(self) -> dict[str, str]:
        """Versions whose proposal nothing has followed, with the account that proposed."""
        found: dict[str, str] = {}
        for act in reversed(self.acts()):
            if act.what == promotion.PROPOSED:
                found[act.version] = act.account
            else:
                found.pop(act.version, None)
        return found

    def _shown(self, one: Version, proposed_by: str | None) -> ModelVersion:
        return ModelVersion(
            version=one.version,
            kind=one.kind,
            digest=one.digest,
            is_champion=one.is_champion,
            is_challenger=one.is_challenger,
            registered_at=one.registered_at,
            proposed_by=proposed_by,
            has_pack=self.pack(one.version) is not None,
        )
