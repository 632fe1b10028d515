"""A promotion takes evidence, gates and two people; the ledger comes first, and one step takes it back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import ConflictError, NotFoundError, UsageError
from expectations.vocabulary.role import Role
from models.scorer.points import BinnedPoints, PointsScorer
from models.validation.limits import gate_limits
from models.validation.pack import FORMAT
from pipelines.steps.promotion import Act, approve, champion_of, install_first, propose, roll_back
from pipelines.storage import accounts, ledger
from pipelines.storage.database import Database
from pipelines.storage.migrations import bring_up_to_date
from tests.worlds.memory_registry import MemoryRegistry

MOMENT = datetime(2026, 11, 1, 2, tzinfo=UTC)
SCIENTIST, OFFICER = Act("scientist-1", "better by far", MOMENT), Act("officer-1", "", MOMENT)


def card(points: float) -> PointsScorer:
    return PointsScorer({"late": BinnedPoints((0.1,), (0.0, points))}, base_margin=-3.0, base_rate=0.05)


def pack_of(digest: str, **more: Any) -> dict[str, Any]:
    """Evidence that passes every gate, unless it says otherwise."""
    rate = {"rows": 400, "events": 40, "expected": 40.0, "low": 0.07, "high": 0.13, "p_value": 0.9}
    champion = {
        "role": "champion",
        "version": "1",
        "kind": "scorecard",
        "brier": 0.08,
        "log_loss": 0.3,
        "difference": {"value": 0.05, "low": 0.01, "high": 0.09, "share_better": 0.98},
    }
    plain = {
        "format": FORMAT,
        "digest": digest,
        "rows": 800,
        "events": 80,
        "labels_known_on": "2026-05-30",
        "from": "2026-05-31",
        "discrimination": {"auc": {"value": 0.8, "low": 0.75, "high": 0.85}},
        "alone": [{"feature": "late", "auc": {"value": 0.7, "low": 0.65, "high": 0.75}}],
        "accuracy": {"brier": 0.07, "log_loss": 0.27},
        "calibration": {
            "expected_to_observed": 1.0,
            "hosmer_lemeshow": {"p_value": 0.5},
            "per_grade": [{"grade": "A", "test": rate}],
            "order": [{"better": "A", "worse": "B", "rate_better": 0.05, "rate_worse": 0.2, "p_value": 0.99}],
        },
        "stability": {"margin": {"index": 0.05, "bound": 0.1}},
        "subgroups": [{"name": "new", "enterprises": 60, "expected_to_observed": 1.1, "rate": rate}],
        "directions": [{"feature": "late", "against": 0.0}],
        "rivals": [champion],
        "replay": {
            "recorded_rows": "r",
            "found_rows": "r",
            "recorded_model": "m",
            "found_model": "m",
            "one_by_one": True,
            "holds": True,
        },
    }
    return {**plain, **more}


class Office:
    """A database with accounts, and a registry in which version 1 grades and 2 waits."""

    def __init__(self, folder: Path) -> None:
        self.database = Database(f"sqlite:///{folder / 'ledger.db'}")
        bring_up_to_date(self.database)
        self.registry = MemoryRegistry()
        for points in (0.4, 0.5, 0.6):
            self.registry.register(card(points), None)  # type: ignore[arg-type]
        install_first(self.database, self.registry, "1", date(2026, 10, 31))
        with self.database.transaction() as connection:
            for name, role in (
                ("scientist-1", Role.DATA_SCIENTIST),
                ("officer-1", Role.OFFICER),
                ("officer-2", Role.OFFICER),
                ("firm-bank", Role.BANK),
            ):
                accounts.open_account(connection, name, role, MOMENT)
        self.log("2")

    def log(self, version: str, **more: Any) -> None:
        pack = pack_of(**{"digest": self.registry.scorers[version].digest, **more})
        self.registry.attach(version, {"pack.json": json.dumps(pack)}, "validation")

    def said(self, kind: str) -> list[dict[str, Any]]:
        with self.database.reading() as connection:
            return [json.loads(entry.body) for entry in ledger.entries(connection, "judgements", kind)]

    @property
    def champion(self) -> str | None:
        with self.database.reading() as connection:
            on_ledger = champion_of(connection)
        assert on_ledger == self.registry.aliases["champion"]
        return on_ledger


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path)
    yield made
    with made.database.reading() as connection:
        assert ledger.verify(connection).holds
    made.database.close()


def test_two_people_promote_and_the_ledger_names_both_and_the_evidence(office: Office) -> None:
    proposed = propose(office.database, office.registry, "2", SCIENTIST)
    assert (proposed.state, office.champion) == ("proposed", "1")
    promoted = approve(office.database, office.registry, "2", OFFICER)
    assert (promoted.state, office.champion) == ("promoted", "2")
    (entry,) = office.said("promotion")
    assert (entry["proposed_by"], entry["account"]) == ("scientist-1", "officer-1")
    assert (entry["version"], entry["previous"], entry["reason"]) == ("2", "1", "better by far")
    assert entry["evidence_digest"] == promoted.evidence_digest == proposed.evidence_digest


def test_evidence_in_another_form_is_made_again_before_anybody_stands_by_it(office: Office) -> None:
    office.log("2", format=FORMAT - 1)
    with pytest.raises(ConflictError, match="made by another version of Xinji"):
        propose(office.database, office.registry, "2", SCIENTIST)


def test_a_gate_refuses_by_name_and_nothing_is_proposed(office: Office) -> None:
    office.log("2", directions=[{"feature": "late", "against": 0.3}])
    refused = propose(office.database, office.registry, "2", SCIENTIST)
    assert refused.state == "refused"
    assert refused.to_json()["refused_by"] == ["monotone"]
    with pytest.raises(ConflictError, match="Nobody has proposed"):
        approve(office.database, office.registry, "2", OFFICER)
    assert office.champion == "1"


def test_nobody_approves_alone(office: Office) -> None:
    both = Act("officer-1", "quick", MOMENT)
    with pytest.raises(UsageError, match="role officer may not propose"):
        propose(office.database, office.registry, "2", both)
    propose(office.database, office.registry, "2", SCIENTIST)
    with pytest.raises(UsageError, match="role data_scientist may not approve"):
        approve(office.database, office.registry, "2", SCIENTIST)
    assert office.champion == "1"


def test_the_same_account_never_approves_what_it_proposed_whatever_its_role(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = gate_limits(date(2026, 11, 1))
    everybody = limits.model_copy(update={"proposes": tuple(Role), "approves": tuple(Role)})
    monkeypatch.setattr("pipelines.steps.promotion.gate_limits", lambda day: everybody)
    propose(office.database, office.registry, "2", SCIENTIST)
    with pytest.raises(UsageError, match="four eyes"):
        approve(office.database, office.registry, "2", SCIENTIST)
    assert office.champion == "1"


@pytest.mark.parametrize("account", ["firm-bank", "nobody-7"])
def test_accounts_that_are_closed_unknown_or_of_another_role_may_not(office: Office, account: str) -> None:
    with pytest.raises((UsageError, NotFoundError)):
        propose(office.database, office.registry, "2", Act(account, "please", MOMENT))


def test_a_version_validated_again_must_be_proposed_again(office: Office) -> None:
    propose(office.database, office.registry, "2", SCIENTIST)
    office.log("2", rows=801)
    with pytest.raises(ConflictError, match="validated again"):
        approve(office.database, office.registry, "2", OFFICER)


def test_evidence_against_an_earlier_champion_does_not_count(office: Office) -> None:
    propose(office.database, office.registry, "2", SCIENTIST)
    approve(office.database, office.registry, "2", OFFICER)
    office.log("3")
    with pytest.raises(ConflictError, match="compares it with champion 1; version 2 grades now"):
        propose(office.database, office.registry, "3", SCIENTIST)


def test_evidence_of_another_model_does_not_count(office: Office) -> None:
    office.log("2", digest="0" * 64)
    with pytest.raises(ConflictError, match="Validate it again"):
        propose(office.database, office.registry, "2", SCIENTIST)


def test_without_a_pack_there_is_nothing_to_propose(office: Office) -> None:
    with pytest.raises(NotFoundError, match="xinji validate 3"):
        propose(office.database, office.registry, "3", SCIENTIST)


def test_one_step_takes_a_promotion_back_and_the_first_model_stays(office: Office) -> None:
    propose(office.database, office.registry, "2", SCIENTIST)
    approve(office.database, office.registry, "2", OFFICER)
    undo = Act("officer-2", "grades fell without a fact", MOMENT)
    assert roll_back(office.database, office.registry, undo) == ("2", "1")
    assert office.champion == "1"
    (entry,) = office.said("rollback")
    assert (entry["version"], entry["previous"], entry["account"]) == ("1", "2", "officer-2")
    with pytest.raises(ConflictError, match="no promotion to take back"):
        roll_back(office.database, office.registry, undo)


def test_a_rollback_given_again_after_a_kill_takes_back_no_second_promotion(office: Office) -> None:
    propose(office.database, office.registry, "2", SCIENTIST)
    approve(office.database, office.registry, "2", OFFICER)
    undo = Act("officer-2", "grades fell without a fact", MOMENT)
    roll_back(office.database, office.registry, undo)
    office.registry.set_champion("2")  # as a kill between ledger and alias leaves it
    assert roll_back(office.database, office.registry, undo) == ("2", "1")
    assert office.champion == "1"
    assert len(office.said("rollback")) == 1


def test_an_alias_left_behind_by_a_kill_follows_the_ledger_when_approved_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    propose(office.database, office.registry, "2", SCIENTIST)

    def killed(version: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(office.registry, "set_champion", killed)
        with pytest.raises(KeyboardInterrupt):
            approve(office.database, office.registry, "2", OFFICER)
    assert office.registry.aliases["champion"] == "1"
    assert approve(office.database, office.registry, "2", OFFICER).state == "promoted"
    assert office.champion == "2"
    assert len(office.said("promotion")) == 1
