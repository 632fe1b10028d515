"""Papers of objections: kept by their content, missed when they are gone, and let go when their period ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from expectations.errors import IntegrityError, NotFoundError
from expectations.intake.attachments import Paper
from expectations.vocabulary.role import Role
from models.people.objections import Complaint, answer, attach, file, forward, objections_of
from models.policy.book import PolicyBook
from pipelines.settings import Settings
from pipelines.steps.retention import check_lake, plan_removal, remove
from pipelines.storage.accounts import open_account
from pipelines.storage.acts import record_acts
from pipelines.storage.lake import Lake
from pipelines.storage.papers import keep_papers, kept_paper
from pipelines.wiring import Wiring

AT = datetime(2026, 10, 5, 9, tzinfo=UTC)
LATER = date(2029, 1, 2)
USCC = "91659007MADEM0002G"
ANSWERED, OPEN, SHARED = (Paper(f"{name}.pdf", "application/pdf", name.encode()) for name in ("one", "two", "three"))


@pytest.fixture
def wiring(tmp_path: Path) -> Wiring:
    """A home with an objection that was answered, one that waits, and a paper that both have."""
    wired = Wiring(Settings(home=tmp_path / "home", threads=1))
    rule = PolicyBook.load().in_force(AT.date()).objections
    with wired.database.transaction() as connection:
        open_account(connection, "operator-1", Role.OPERATOR, AT)
        for target, own in (("a", ANSWERED), ("b", OPEN)):
            acts = [file(Complaint(USCC, target, "wrong"), "firm-1", AT, rule)]
            (objection,) = objections_of(acts).values()
            acts += attach(objection, [own, SHARED], "firm-1", AT)
            if own is ANSWERED:
                acts.append(forward(objection, "officer-1", AT, "customs"))
                (objection,) = objections_of(acts).values()
                acts.append(answer(objection, "rejected", "officer-1", AT + timedelta(days=3), "it stands"))
            record_acts(connection, acts)
    keep_papers(wired.path / "lake", [ANSWERED, OPEN, SHARED])
    return wired


def test_what_was_answered_long_ago_goes_and_what_waits_or_is_shared_stays(wiring: Wiring) -> None:
    lake: Lake = wiring.lake
    assert check_lake(lake).holds
    assert plan_removal(lake, date(2028, 10, 8)).losses == (), "two years from the answer it is still kept"
    plan = plan_removal(lake, LATER)
    assert [(loss.rule, loss.rows, loss.sha256) for loss in plan.losses] == [
        ("objection_papers", "attached", ANSWERED.sha256)
    ]
    at = datetime(2029, 1, 3, tzinfo=UTC)
    assert remove(lake, wiring.home.states, plan, "operator-1", at) == 1
    with pytest.raises(NotFoundError, match="not kept any more"):
        kept_paper(lake.root, ANSWERED.sha256)
    assert kept_paper(lake.root, SHARED.sha256) == b"three"
    checked = check_lake(lake)
    assert checked.holds
    assert [(one["rows"], one["removed"]) for one in checked.removed] == [("attached", 1)]
    assert plan_removal(lake, LATER).losses == ()


def test_a_paper_that_is_lost_or_was_changed_is_found_out(wiring: Wiring) -> None:
    root = wiring.lake.root
    (root / "attachments" / OPEN.sha256).write_bytes(b"another")
    with pytest.raises(IntegrityError, match="not the file its name says"):
        kept_paper(root, OPEN.sha256)
    (root / "attachments" / OPEN.sha256).unlink()
    assert check_lake(wiring.lake).missing == (f"attachments/{OPEN.sha256}",)
