"""A decision made again from what was stored, compared to the byte."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from expectations.errors import NotFoundError, XinjiError
from expectations.vocabulary.digest import canonical_json
from features.table import vector_digests
from models.grade.record import rejudge
from pipelines.steps.home import Home
from pipelines.storage import decisions
from pipelines.storage.policies import kept_policy
from pipelines.storage.vectors import StoredVectors, load_vector


@dataclass(frozen=True, slots=True)
class ReplayCheck:
    """One thing that was made again, and whether it came out the same."""

    name: str
    holds: bool
    says: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision made again."""

    decision_id: str
    checks: tuple[ReplayCheck, ...]

    @property
    def holds(self) -> bool:
        """Whether everything came out the same."""
        return all(check.holds for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        checks = [{"name": one.name, "holds": one.holds, "says": one.says} for one in self.checks]
        return {"decision_id": self.decision_id, "holds": self.holds, "checks": checks}


def replay(home: Home, decision_id: str) -> Replay:
    """Make a decision again: vector, probability, grade.

    Raises
    ------
    NotFoundError
        When the ledger holds no such decision.
    """
    with home.database.reading() as connection:
        record = decisions.decision(connection, decision_id)
        if record is None:
            raise NotFoundError(f"The ledger holds no decision {decision_id}.", "Take the id from 'xinji grade'.")
        day, known_at = date.fromisoformat(record["date"]), datetime.fromisoformat(record["known_at"])
        run = decisions.run_for(connection, day, known_at)
    if run is None:
        raise NotFoundError(f"The run of decision {decision_id} is not on record.", "Check the ledger: xinji verify")
    stored = StoredVectors(run.feature_path, run.feature_digest)
    return Replay(decision_id, (*_from_vector(home, record, stored), _from_policy(home, record)))


def _from_vector(home: Home, record: dict[str, Any], stored: StoredVectors) -> tuple[ReplayCheck, ...]:
    try:
        vector, _ = load_vector(home.feature_vectors, stored, record["uscc"])
        digest = vector_digests(vector)[0]
        scorer = home.model_of(record["model"]["version"]).scorer
    except XinjiError as error:
        return (ReplayCheck("features", False, str(error)),)
    p = float(scorer.probabilities(vector)[0])
    return (
        ReplayCheck("features", digest == record["features_digest"], f"vector {digest[:16]}"),
        ReplayCheck("model", scorer.digest == record["model"]["digest"], f"model {scorer.digest[:16]}"),
        ReplayCheck("probability", p == record["p"], f"p {p!r}"),
    )


def _from_policy(home: Home, record: dict[str, Any]) -> ReplayCheck:
    day = date.fromisoformat(record["date"])
    policy = home.policies.in_force(day)
    if policy.digest != record["policy_digest"]:
        policy = kept_policy(home.kept_policies, record["policy_digest"], day) or policy
    try:
        remade = rejudge(record, policy)
    except XinjiError as error:
        return ReplayCheck("decision", False, str(error))
    same = canonical_json(remade) == canonical_json(record)
    return ReplayCheck("decision", same, f"decision {remade['decision_id'][:16]}, grade {remade['grade']}")
