"""Feeds and quarantine in a browser: a row is seen with its reasons, corrected in a form, and taken in as a file is."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from fastapi.testclient import TestClient

from expectations.vocabulary.role import Role
from pipelines.steps.ingest.batch import take_in
from pipelines.storage import batches
from pipelines.storage.quarantine import Quarantine, QuarantinedRow
from pipelines.storage.reads import reads_about
from tests.worlds.served_home import House, send, sign_in


def waiting(house: House, table: str = "payment") -> list[QuarantinedRow]:
    return list(Quarantine(house.wiring.lake).waiting_rows(table))


def fields_of(page: str) -> dict[str, str]:
    """The fields of the form that corrects a row, as a browser would send them unchanged."""
    return dict(re.findall(r'<input id="field-\w+" name="(\w+)" value="([^"]*)"', page))


def correct(browser: TestClient, row: str, **values: str) -> httpx.Response:
    page = f"/feeds/quarantine/row/{row}"
    return send(browser, page, page, **{**fields_of(browser.get(page).text), **values})


def test_a_row_is_corrected_in_a_form_and_accepted_as_a_version_of_its_own(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.OPERATOR)
    row = next(one for one in waiting(house) if one.faults == ("required:paid_at",))
    before = len(waiting(house))
    page = browser.get(f"/feeds/quarantine/row/{row.id}").text
    assert "“paid_at”必填" in page
    still_broken = correct(browser, str(row.id), paid_at="yesterday")
    assert "仍不符合要求" in still_broken.text
    newer = re.search(r"隔离行 (\d+-0-1)", still_broken.text)
    assert newer
    assert newer[1] != str(row.id)
    assert "已接收" in correct(browser, newer[1], paid_at="2026-06-11 14:10:00+00:00").text
    assert len(waiting(house)) == before - 1
    sequence = int(newer[1].partition("-")[0])
    with house.wiring.database.reading() as connection:
        taken = [batch for batch in batches.all_batches(connection) if batch.sequence >= sequence]
        assert len(reads_about(connection, str(row.id))) >= 2
    assert [(file.received, file.accepted, file.quarantined) for batch in taken for file in batch.files] == [
        (1, 0, 1),
        (1, 1, 0),
    ]
    assert taken[-1].files[0].received_until == house.now, "known from its correction on"
    told = browser.get("/feeds").text
    assert "operator-1" in told
    assert f"/feeds/quarantine/row/{row.id}" in told
    again = send(browser, "/feeds", f"/feeds/quarantine/row/{row.id}", **row_values(row))
    assert "已重新报送" in again.text


def row_values(row: QuarantinedRow) -> dict[str, str]:
    return {name: value or "" for name, value in row.cells.items()}


def test_a_person_s_own_number_is_neither_shown_nor_filled_in(
    house: House, browser: TestClient, tmp_path: Path
) -> None:
    number = "13912345678"
    (tmp_path / "payment.csv").write_text(
        "pay_code,pay_txn_id,platform_uscc,order_no,payer_token,amount,currency,paid_at\n"
        f"PAY1,X-personal,91652701MAXJQXHM4Y,N1,{number},1.00,CNY,2026-10-31 10:00:00\n",
        encoding="utf-8",
    )
    take_in(house.wiring.intake(None), tmp_path / "payment.csv", house.now)
    (row,) = (one for one in waiting(house) if one.cells["pay_txn_id"] == "X-personal")
    sign_in(browser, Role.OPERATOR)
    for page in ("/feeds/quarantine/payment", f"/feeds/quarantine/row/{row.id}"):
        text = browser.get(page).text
        assert "X-personal" in text
        assert number not in text, page
    assert fields_of(browser.get(f"/feeds/quarantine/row/{row.id}").text)["payer_token"] == ""


def test_who_only_audits_sees_a_row_and_cannot_send_it_in(house: House, browser: TestClient) -> None:
    row = waiting(house)[-1]
    sign_in(browser, Role.AUDITOR)
    page = f"/feeds/quarantine/row/{row.id}"
    assert "field-" not in browser.get(page).text
    assert send(browser, "/purpose", page, **row_values(row)).status_code == 403
    assert browser.get("/feeds/quarantine/row/99-0-1").status_code == 404
