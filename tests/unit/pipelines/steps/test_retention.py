"""What goes when a period ends: exactly the rows whose period has ended, on record, and never twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from expectations.contracts.catalog import all_contracts
from expectations.errors import ConflictError, UsageError
from expectations.vocabulary.moment import add_months, end_of_day
from expectations.vocabulary.role import Role
from features.days import HISTORY_DAYS
from models.policy.retention_terms import retention_on, retention_rules
from pipelines.steps import retention
from pipelines.steps.retention import check_lake, plan_removal, remove
from pipelines.storage import accounts, ledger
from pipelines.storage.quarantine import Quarantine
from pipelines.storage.states import FolderOfStates
from tests.worlds.ingest_home import MOMENT, Home, csv_of, payment

OLD, NEW = "2026-03-01", "2026-05-20"
ON = add_months(date(2026, 3, 1), 36)  # the last day on which the old rows are kept
AFTER = date(2029, 3, 2)
TOO_EARLY = datetime.fromisoformat("2029-03-01T23:59:59+08:00")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """One file with a payment of March and one of May, and one file of March with a good and a broken row."""
    made = Home(tmp_path)
    with made.database.transaction() as connection:
        accounts.open_account(connection, "operator-1", Role.OPERATOR, MOMENT)
        accounts.open_account(connection, "bank-1", Role.BANK, MOMENT)
    late = datetime.fromisoformat("2026-05-21T06:00:00+08:00")
    made.payments(paid(1, OLD), paid(2, NEW), moment=late)
    made.payments(paid(3, OLD), paid(4, OLD), paid(5, OLD, amount="much"))
    yield made
    made.database.close()


def paid(number: int, day: str, **changes: str) -> dict[str, str]:
    return payment(number, paid_at=f"{day}T10:00:00", received_at=f"{day}T12:00:00", **changes)


def apply(home: Home, day: date, account: str = "operator-1") -> int:
    states = FolderOfStates(home.lake.root / "state")
    return remove(home.lake, states, plan_removal(home.lake, day), account, end_of_day(day))


def ids(home: Home) -> list[str]:
    return [row[0] for row in home.versions()]


def test_rows_are_kept_through_the_last_day_of_their_period_and_gone_the_day_after(home: Home) -> None:
    apply(home, ON)
    assert sorted(ids(home)) == ["X1", "X2", "X3", "X4"]
    apply(home, AFTER)
    assert ids(home) == ["X2"]


def test_a_plan_only_looks(home: Home) -> None:
    before = (home.tree(), home.dump())
    plan = plan_removal(home.lake, AFTER)
    assert sum(loss.removed for loss in plan.losses) == 4
    assert (home.tree(), home.dump()) == before


def test_no_byte_of_a_row_that_went_is_left_in_the_lake(home: Home) -> None:
    apply(home, AFTER)
    kept = b"".join((home.lake.root / name).read_bytes() for name in home.tree())
    assert f"{5:064x}".encode() not in kept
    assert len([name for name in home.tree() if name.startswith(("accepted/", "quarantine/"))]) == 1


def test_quarantined_texts_have_a_period_of_their_own(home: Home) -> None:
    quarantine = Quarantine(home.lake)
    apply(home, date(2026, 9, 2))
    assert [row.cells["amount"] for row in quarantine.waiting_rows("payment")] == ["much"]
    apply(home, date(2026, 9, 3))
    assert list(quarantine.waiting_rows("payment")) == []
    assert sorted(ids(home)) == ["X1", "X2", "X3", "X4"]


def test_a_file_refused_as_a_whole_goes_too(home: Home) -> None:
    home.deliver({"payment.csv": b"no,such,column\n1,2,3\n"})
    assert any(name.startswith("quarantine/files") for name in home.tree())
    apply(home, date(2026, 9, 3))
    assert not any(name.startswith("quarantine/files") for name in home.tree())


def test_the_ledger_and_the_check_of_the_lake_say_what_went_under_which_rule(home: Home) -> None:
    apply(home, AFTER)
    checked = check_lake(home.lake)
    told = {(one["rule"], one["rows"]): (one["removed"], one["first_kept"]) for one in checked.removed}
    assert told == {
        ("trade_rows", "accepted"): (3, "2026-03-02"),
        ("quarantined_rows", "quarantined"): (1, "2028-09-02"),
    }
    assert checked.holds
    with home.database.reading() as connection:
        assert ledger.verify(connection).holds
        assert len(list(ledger.entries(connection, "judgements", kind="rows_removed"))) == 1


def test_again_changes_nothing(home: Home) -> None:
    apply(home, AFTER)
    before = (home.tree(), home.dump())
    assert apply(home, AFTER) == 0
    assert (home.tree(), home.dump()) == before


def test_a_removal_killed_before_files_left_the_disk_is_noticed_and_finished(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_lake: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention, "sweep", killed)
        with pytest.raises(KeyboardInterrupt):
            apply(home, AFTER)
    assert ids(home) == ["X2"]
    assert len(check_lake(home.lake).left_over) == 3
    apply(home, AFTER)
    assert check_lake(home.lake).holds


def test_a_file_that_was_lost_is_not_taken_for_one_that_was_removed(home: Home) -> None:
    apply(home, AFTER)
    (lost,) = (home.lake.root / "accepted" / "payment").iterdir()
    lost.unlink()
    assert check_lake(home.lake).missing == (f"accepted/payment/{lost.name}",)


def test_a_file_that_two_batches_hold_stays_while_one_of_them_does(home: Home) -> None:
    home.deliver({"payment.csv": csv_of([paid(7, NEW)])}, manifest={"batch_id": "B1"})
    names = set(home.tree())
    apply(home, AFTER)
    assert any(name in names for name in home.tree() if name.startswith("accepted/"))


def test_who_may_not_remove_removes_nothing(home: Home) -> None:
    with pytest.raises(UsageError, match="may not do this"):
        apply(home, AFTER, "bank-1")
    assert len(ids(home)) == 4


def test_nothing_is_removed_before_its_day_has_come(home: Home) -> None:
    plan = plan_removal(home.lake, AFTER)
    with pytest.raises(UsageError, match="still to come"):
        remove(home.lake, FolderOfStates(home.lake.root / "state"), plan, "operator-1", TOO_EARLY)


def test_a_batch_that_changed_since_it_was_planned_is_left_alone(home: Home) -> None:
    plan = plan_removal(home.lake, AFTER)
    apply(home, AFTER)
    before = home.dump()
    with pytest.raises(ConflictError, match="Plan once more"):
        remove(home.lake, FolderOfStates(home.lake.root / "state"), plan, "operator-1", end_of_day(AFTER))
    assert home.dump() == before


def test_every_table_with_tokens_has_one_period_and_none_shorter_than_judging_looks_back() -> None:
    terms = retention_on(date(2026, 11, 1))
    for table, contract in all_contracts().items():
        if any(field.check == "token" for field in contract.fields):
            found = [name for name, term in terms.items() if term.rows == "accepted" and term.concerns(table)]
            assert len(found) == 1, f"{table}: {found}"
    for term in terms.values():
        if term.rows == "accepted" and term.months is not None:
            assert term.months * 28 > HISTORY_DAYS


def test_every_period_is_cited_in_both_languages() -> None:
    for name, rule in retention_rules().items():
        assert rule.legal_basis, name
        assert rule.title.zh != rule.title.en
        assert rule.notes
