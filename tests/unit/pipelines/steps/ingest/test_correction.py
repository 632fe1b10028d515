"""Quarantined rows go out as a table a clerk can correct, and come back in."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from expectations.errors import ConflictError, NotFoundError, UsageError
from pipelines.steps.ingest.correction import export_waiting, resubmit
from pipelines.storage.quarantine import Quarantine
from tests.worlds.ingest_home import MOMENT, Home, payment

LATER = MOMENT + timedelta(days=1)


def exported(home: Home, path: Path) -> list[dict[str, str]]:
    export_waiting(home.intake, "payment", path, "en")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def saved(rows: list[dict[str, str]], path: Path, encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def states(home: Home) -> list[tuple[int, int, int]]:
    return [(entry.waiting, entry.resubmitted, entry.accepted) for entry in Quarantine(home.lake).files()]


def test_a_row_goes_out_whole_with_its_reasons_and_place(home: Home, tmp_path: Path) -> None:
    home.payments(payment(1), payment(2, currency="XXQ", amount="x"), payment(3))
    (row,) = exported(home, tmp_path / "out.csv")
    assert (row["pay_txn_id"], row["amount"], row["currency"]) == ("X2", "x", "XXQ")
    assert row["_place"] == "payment.csv:2"
    assert row["_quarantine_id"] == "1-0-2"
    assert row["_original"].startswith("P1,X2,")
    assert "amount" in row["_faults"]
    assert "currency" in row["_faults"]
    assert row["received_at"] == ""


def test_a_corrected_row_is_accepted_and_known_from_the_day_of_its_correction(home: Home, tmp_path: Path) -> None:
    home.payments(payment(1), payment(2, currency="XXQ"), payment(3))
    (row,) = exported(home, tmp_path / "out.csv")
    report = resubmit(home.intake, saved([{**row, "currency": "CNY"}], tmp_path / "in.csv"), "officer.li", LATER)
    assert report.tables()["payment"]["accepted"] == 1
    assert home.versions("pay_txn_id, received_at")[-1] == ("X2", LATER)
    assert states(home) == [(0, 0, 1)]
    assert exported(home, tmp_path / "out.csv") == []


def test_a_row_that_is_still_broken_waits_under_its_newer_batch(home: Home, tmp_path: Path) -> None:
    home.payments(payment(1), payment(2, currency="XXQ", amount="x"), payment(3))
    (row,) = exported(home, tmp_path / "out.csv")
    resubmit(home.intake, saved([{**row, "currency": "CNY"}], tmp_path / "in.csv"), "officer.li", LATER)
    assert states(home) == [(0, 1, 0), (1, 0, 0)]
    (again,) = exported(home, tmp_path / "out.csv")
    assert again["_quarantine_id"] == "2-0-1"


def test_a_file_saved_by_a_spreadsheet_in_gb18030_comes_in_too(home: Home, tmp_path: Path) -> None:
    home.payments(payment(1), payment(2, currency="人民币"), payment(3))
    (row,) = exported(home, tmp_path / "out.csv")
    row = {**row, "currency": "CNY", "_original": "人民币改为代码"}
    assert (
        resubmit(home.intake, saved([row], tmp_path / "in.csv", "gb18030"), "a", LATER).tables()["payment"]["accepted"]
        == 1
    )


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd", "-cmd", "'=x", "'quoted", "\tx"])
def test_no_text_becomes_a_formula_and_none_is_changed_by_the_round_trip(home: Home, tmp_path: Path, text: str) -> None:
    home.payments(payment(1), payment(2, device_token=text, currency="XXQ"), payment(3))
    (row,) = exported(home, tmp_path / "out.csv")
    assert row["device_token"][0] not in "=@+-\t"
    resubmit(home.intake, saved([{**row, "currency": "CNY"}], tmp_path / "in.csv"), "a", LATER)
    # What the contract then says about the text is its own affair; what arrives must be what was sent.
    arrived = [value for _, value in home.versions("pay_txn_id, device_token") if value is not None]
    waiting = [cells["device_token"] for cells in (row.cells for row in Quarantine(home.lake).waiting_rows("payment"))]
    assert [*arrived, *waiting] in ([text], [text.strip()])


def test_negative_numbers_stay_numbers(home: Home, tmp_path: Path) -> None:
    home.payments(payment(1), payment(2, amount="-5.00"), payment(3))
    assert exported(home, tmp_path / "out.csv")[0]["amount"] == "-5.00"


def test_the_same_correction_again_changes_nothing(home: Home, tmp_path: Path) -> None:
    home.payments(payment(1), payment(2, currency="XXQ"), payment(3))
    (row,) = exported(home, tmp_path / "out.csv")
    corrected = saved([{**row, "currency": "CNY"}], tmp_path / "in.csv")
    resubmit(home.intake, corrected, "officer.li", LATER)
    before = home.dump(), home.tree()
    report = resubmit(home.intake, corrected, "officer.li", LATER + timedelta(hours=1))
    assert report.batches[0].outcome == "already_taken"
    assert (home.dump(), home.tree()) == before


def test_a_settled_row_cannot_be_sent_again_with_other_values(home: Home, tmp_path: Path) -> None:
    home.payments(payment(1), payment(2, currency="XXQ"), payment(3))
    (row,) = exported(home, tmp_path / "out.csv")
    resubmit(home.intake, saved([{**row, "currency": "CNY"}], tmp_path / "in.csv"), "officer.li", LATER)
    before = home.dump()
    with pytest.raises(ConflictError, match="1-0-2 was sent again before"):
        resubmit(home.intake, saved([{**row, "currency": "USD"}], tmp_path / "in.csv"), "officer.li", LATER)
    assert home.dump() == before


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"_quarantine_id": "1-0-9"}, NotFoundError),
        ({"_quarantine_id": "9-0-2"}, NotFoundError),
        ({"_quarantine_id": "two"}, UsageError),
        ({"_quarantine_id": ""}, UsageError),
    ],
)
def test_a_row_that_is_not_in_quarantine_is_refused_and_nothing_taken(
    home: Home, tmp_path: Path, change: dict[str, str], error: Any
) -> None:
    home.payments(payment(1), payment(2, currency="XXQ"), payment(3))
    (row,) = exported(home, tmp_path / "out.csv")
    before = home.dump()
    with pytest.raises(error):
        resubmit(home.intake, saved([{**row, **change}], tmp_path / "in.csv"), "officer.li", LATER)
    assert home.dump() == before


def test_a_row_named_twice_or_a_file_without_ids_is_refused(home: Home, tmp_path: Path) -> None:
    home.payments(payment(1), payment(2, currency="XXQ"), payment(3))
    (row,) = exported(home, tmp_path / "out.csv")
    with pytest.raises(UsageError, match="twice"):
        resubmit(home.intake, saved([row, row], tmp_path / "in.csv"), "officer.li", LATER)
    with pytest.raises(UsageError, match="no column"):
        resubmit(home.intake, saved([payment(1)], tmp_path / "in.csv"), "officer.li", LATER)


def test_a_malformed_row_goes_out_with_its_original_text(home: Home, tmp_path: Path) -> None:
    home.deliver({"payment.csv": (",".join(payment(1)) + "\n" + ",".join(payment(1).values()) + "\nP1,=X2\n").encode()})
    (row,) = exported(home, tmp_path / "out.csv")
    assert row["_original"] == "P1,=X2"
    assert row["pay_code"] == ""
    corrected = {**row, **payment(2), "received_at": ""}
    assert (
        resubmit(home.intake, saved([corrected], tmp_path / "in.csv"), "a", LATER).tables()["payment"]["accepted"] == 1
    )


def test_a_refused_file_is_listed_whole(home: Home) -> None:
    home.deliver({"payment.csv": b"a,b\n1,2\n3,4\n"}, datetime.fromisoformat("2026-03-01T00:00:00+08:00"))
    (entry,) = Quarantine(home.lake).files("payment")
    assert (entry.as_json()["refused"], entry.waiting) == (True, 2)
    assert list(Quarantine(home.lake).waiting_rows("payment")) == []
