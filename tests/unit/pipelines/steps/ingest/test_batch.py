"""Taking batches in: accounting, versions, duplicates, withholding, withdrawal."""

from __future__ import annotations

import gzip
import hashlib
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
import pytest

from expectations.errors import ConflictError
from pipelines.storage import batches
from tests.worlds.ingest_home import MOMENT, USCC, Home, Judged, csv_of, payment


def counts(numbers: dict[str, Any]) -> tuple[int, int, int, int]:
    return tuple(numbers[name] for name in ("received", "accepted", "quarantined", "duplicates"))


def test_good_broken_and_repeated_rows_are_each_counted_once(home: Home) -> None:
    rows = [payment(1), payment(2, currency="XXQ"), payment(3), payment(3), payment(4, platform_uscc="1")]
    assert counts(home.payments(*rows)) == (5, 2, 2, 1)
    assert [key for key, _ in home.versions()] == ["X1", "X3"]


def test_the_same_batch_again_changes_nothing(home: Home) -> None:
    home.payments(payment(1), payment(2, amount="x"))
    before = home.tree(), home.dump()
    report = home.deliver({"payment.csv": csv_of([payment(1), payment(2, amount="x")])}, MOMENT + timedelta(days=1))
    assert report.batches[0].as_json()["already_taken"] is True
    assert counts(report.tables()["payment"]) == (2, 0, 0, 2)
    assert (home.tree(), home.dump()) == before


def test_rows_sent_again_in_another_batch_are_duplicates(home: Home) -> None:
    home.payments(payment(1), payment(2))
    assert counts(home.payments(payment(2), payment(1), payment(3))) == (3, 1, 0, 2)


def test_equal_content_received_later_is_no_new_version(home: Home) -> None:
    home.payments(payment(1))
    assert counts(home.payments(payment(1, received_at="2026-03-05T00:00:00"))) == (1, 0, 0, 1)


def test_a_corrected_row_is_a_new_version_and_so_is_a_correction_back(home: Home) -> None:
    home.payments(payment(1))
    home.payments(payment(1, amount="20.00", received_at="2026-03-03T00:00:00"))
    home.payments(payment(1, amount="10.00", received_at="2026-03-04T00:00:00"))
    assert home.versions("amount, ingest_sequence") == [
        (Decimal("10.00"), 1),
        (Decimal("20.00"), 2),
        (Decimal("10.00"), 3),
    ]


def test_a_correction_that_moves_the_event_day_still_lies_between(home: Home) -> None:
    home.payments(payment(1))
    home.payments(payment(1, paid_at="2026-02-01T10:00:00", received_at="2026-03-03T00:00:00"))
    assert counts(home.payments(payment(1, received_at="2026-03-04T00:00:00"))) == (1, 1, 0, 0)


def test_a_late_row_is_compared_with_the_version_before_it_and_not_with_the_newest(home: Home) -> None:
    home.payments(payment(1, received_at="2026-03-02T00:00:00"))
    home.payments(payment(1, amount="20.00", received_at="2026-03-06T00:00:00"))
    assert counts(home.payments(payment(1, amount="20.00", received_at="2026-03-04T00:00:00"))) == (1, 1, 0, 0)
    assert counts(home.payments(payment(1, amount="10.00", received_at="2026-03-03T00:00:00"))) == (1, 0, 0, 1)


def test_versions_of_a_key_within_one_file_are_kept_in_order(home: Home) -> None:
    assert counts(home.payments(payment(1), payment(1, amount="20.00"), payment(1), payment(1))) == (4, 3, 0, 1)
    assert home.versions("amount, source_row") == [(Decimal(10), 1), (Decimal(20), 2), (Decimal(10), 3)]


def test_rows_without_a_receipt_time_take_that_of_the_ingest_or_of_the_manifest(home: Home) -> None:
    home.payments(payment(1, received_at=""))
    home.payments(payment(2, received_at=""), manifest={"received_at": "2026-03-01T20:00:00"})
    assert dict(home.versions("pay_txn_id, received_at")) == {
        "X1": MOMENT,
        "X2": datetime.fromisoformat("2026-03-01T20:00:00+08:00"),
    }


def test_lines_whose_day_is_the_day_of_receipt_are_duplicates_on_another_day_too(home: Home) -> None:
    names = "platform_uscc,order_no,line_no,goods_name,quantity,unit,price,line_total,received_at"
    line = f"{names}\n{USCC},O1,1,tea,1,kg,2,2,"
    for day, expected in (("01", (1, 1, 0, 0)), ("09", (1, 0, 0, 1))):
        report = home.deliver({"order_line.csv": f"{line}2026-03-{day}T00:00:00\n".encode()})
        assert counts(report.tables()["order_line"]) == expected


def test_several_files_of_one_table_are_told_apart_and_numbered_through(home: Home) -> None:
    files = {
        "payment.csv": csv_of([payment(1), payment(2)]),
        "payment.csv.gz": gzip.compress(csv_of([payment(2), payment(3), payment(1, amount="9")])),
    }
    assert counts(home.deliver(files).tables()["payment"]) == (5, 4, 0, 1)
    assert home.versions("pay_txn_id, source_row") == [("X1", 1), ("X2", 2), ("X3", 4), ("X1", 5)]


def test_a_withheld_file_is_not_read_until_it_is_released(home: Home) -> None:
    report = home.deliver({"payment.csv": csv_of([payment(1), payment(2, amount="x"), payment(3, amount="x")])})
    assert report.withheld_something
    assert report.tables()["payment"]["verdict"] == "withhold"
    assert home.versions() == []
    with home.database.transaction() as connection:
        assert batches.release(connection, 1, "officer.li", "checked by telephone", MOMENT)
        assert not batches.release(connection, 1, "officer.li", "checked by telephone", MOMENT)
        assert [event["reason"] for event in batches.events(connection, 1)] == ["checked by telephone"]
    assert [key for key, _ in home.versions()] == ["X1"]


def test_a_better_batch_after_a_withheld_one_is_accepted_whole(home: Home) -> None:
    home.payments(payment(1), payment(2, amount="x"), payment(3, amount="x"))
    assert counts(home.payments(payment(1), payment(2), payment(3))) == (3, 3, 0, 0)


def test_only_a_withheld_batch_can_be_released(home: Home) -> None:
    home.payments(payment(1))
    with pytest.raises(ConflictError, match="usable, not withheld"), home.database.transaction() as connection:
        batches.release(connection, 1, "officer.li", "why not", MOMENT)


def test_a_broken_file_does_not_silence_the_others_of_its_batch(home: Home) -> None:
    report = home.deliver({"payment.csv": csv_of([payment(1)]), "order.csv": b"a,b\n1,2\n3,4\n"})
    tables = report.tables()
    assert counts(tables["order"]) == (2, 0, 2, 0)
    assert tables["order"]["verdict"] == "withhold"
    assert [key for key, _ in home.versions()] == ["X1"]
    assert any(path.startswith("quarantine/files/") and path.endswith(".csv") for path in home.tree())


def test_a_withdrawn_batch_is_known_only_before_its_withdrawal(home: Home) -> None:
    home.payments(payment(1), manifest={"batch_id": "B7"})
    withdrawn_at = "2026-03-09T00:00:00+08:00"
    how = {"batch_id": "B7", "operation": "withdraw", "received_at": withdrawn_at}
    assert home.deliver({}, manifest=how).batches[0].outcome == "withdrawn"
    assert home.deliver({}, manifest=how).batches[0].outcome == "already_taken"
    moment = datetime.fromisoformat(withdrawn_at)
    assert home.versions() == home.versions(known_at=moment) == []
    assert len(home.versions(known_at=moment - timedelta(seconds=1))) == 1


def test_rows_of_a_withdrawn_batch_can_be_sent_again(home: Home) -> None:
    home.payments(payment(1), manifest={"batch_id": "B1"})
    home.deliver({}, manifest={"batch_id": "B1", "operation": "withdraw"})
    assert counts(home.payments(payment(1), manifest={"batch_id": "B2"})) == (1, 1, 0, 0)
    assert home.versions("ingest_sequence") == [(2,)]


def test_a_batch_id_with_other_content_is_refused(home: Home) -> None:
    home.payments(payment(1), manifest={})
    report = home.deliver({"payment.csv": csv_of([payment(2)])}, manifest={})
    assert (report.batches[0].outcome, report.refused_something, report.tables()) == ("refused", True, {})
    assert "other content" in report.batches[0].findings[0]["en"]


def test_a_withdrawal_of_an_unknown_batch_is_refused(home: Home) -> None:
    assert home.deliver({}, manifest={"batch_id": "B9", "operation": "withdraw"}).refused_something


@pytest.mark.parametrize(
    ("entry", "code", "numbers"),
    [
        ({"sha256": "0" * 64}, "manifest_sha256", (2, 0, 2, 0)),
        ({"rows": 5}, "manifest_rows", (2, 2, 0, 0)),
        ({"path": "payment.jsonl"}, "file_missing", (0, 0, 0, 0)),
    ],
)
def test_a_file_that_is_not_what_the_manifest_promises_is_withheld(
    home: Home, entry: dict[str, Any], code: str, numbers: tuple[int, ...]
) -> None:
    content = csv_of([payment(1), payment(2)])
    promise = {"table": "payment", "path": "payment.csv", "rows": 2, "sha256": hashlib.sha256(content).hexdigest()}
    report = home.deliver({"payment.csv": content}, manifest={"files": [{**promise, **entry}]})
    assert counts(report.tables()["payment"]) == numbers
    assert report.tables()["payment"]["verdict"] == "withhold"
    assert code in [finding["code"] for finding in report.batches[0].as_json()["files"][0]["findings"]]
    assert home.versions() == []


def test_references_to_nothing_known_are_counted_and_kept(home: Home) -> None:
    assert home.payments(payment(1), payment(2))["orphans"] == 2
    order = (
        "platform_uscc,order_no,direction,uscc,goods_value,freight,discount,tax_total,actual_paid,currency,amount_cny,"
        f"buyer_token,ordered_at\n{USCC},O3,export,{USCC},1,0,0,0,1,CNY,1,{3:064x},2026-03-01T09:00:00\n"
    )
    tables = home.deliver({"payment.csv": csv_of([payment(3), payment(4)]), "order.csv": order.encode()}).tables()
    assert (tables["payment"]["accepted"], tables["payment"]["orphans"]) == (2, 1)
    assert len(home.versions()) == 4


def test_the_gate_judges_a_repeated_delivery_as_it_was_sent(home: Home) -> None:
    home.payments(payment(1), payment(2))
    judged = []

    def gate(contract: Any, accepted: Any, received: int, *_: Any) -> Judged:
        judged.append((pq.read_metadata(accepted).num_rows, received))
        return Judged("pass")

    home.with_gate(gate)
    home.payments(payment(1), payment(2), payment(3, received_at="2026-03-02T00:00:00"))
    assert judged == [(3, 3)]


def test_two_ingests_at_once_tell_duplicates_as_if_one_came_after_the_other(home: Home) -> None:
    first = [True]

    def gate(*_: Any) -> Judged:
        if first:
            first.clear()
            home.payments(payment(1), payment(9))  # another ingest commits while this one is at work
        return Judged("pass")

    home.with_gate(gate)
    assert counts(home.payments(payment(1), payment(2))) == (2, 1, 0, 1)
    assert sorted(home.versions("pay_txn_id, ingest_sequence")) == [("X1", 1), ("X2", 2), ("X9", 1)]
