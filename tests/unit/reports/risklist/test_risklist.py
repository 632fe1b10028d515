"""The daily list in every form: order, contents, and text that must stay text."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest

from reports.risklist.page import render_page
from reports.risklist.plain import render_csv
from reports.risklist.rows import RiskList, rank_rows
from reports.risklist.workbook import render_workbook


def decision(uscc: str, grade: str | None, **more: Any) -> dict[str, Any]:
    """One decision with nothing remarkable about it."""
    plain = {
        "decision_id": f"decision-of-{uscc}",
        "uscc": uscc,
        "name": f"企业 {uscc}",
        "status": "normal",
        "grade": grade,
        "previous_grade": grade,
        "score": 650,
        "reasons": [{"code": "R", "zh": "理由", "en": "reason", "value": 1}],
        "caps": [],
        "actions": [],
    }
    return {**plain, **more}


def alert(uscc: str, severity: str, amount_fen: int = 0, **more: Any) -> dict[str, Any]:
    """One open alert."""
    plain = {
        "alert_id": f"alert-of-{uscc}",
        "rule": "R01",
        "zh": "三单不符",
        "en": "three-document mismatch",
        "uscc": uscc,
        "severity": severity,
        "value": 0.05,
        "threshold": 0.01,
        "n": 200,
        "evidence": ["65902026I000000001"],
        "opened_on": "2026-10-30",
        "state": "open",
        "amount_fen": amount_fen,
    }
    return {**plain, **more}


def listed(decisions: list[dict[str, Any]], alerts: list[dict[str, Any]]) -> RiskList:
    """The list of these decisions and alerts."""
    return RiskList(
        business_date="2026-10-31",
        known_at="2026-11-01T06:00:00+08:00",
        zone_zh="试验区",
        zone_en="Pilot zone",
        graded=len(decisions),
        grade_counts={"B": len(decisions)},
        feeds_missing=(),
        model="1",
        policy_digest="0" * 64,
        rows=rank_rows(decisions, alerts),
    )


def test_high_comes_before_medium_and_then_the_larger_amount_and_then_the_code() -> None:
    decisions = [decision(uscc, "B") for uscc in ("E1", "E2", "E3", "E4")]
    alerts = [alert("E1", "medium", 900), alert("E2", "high", 100), alert("E3", "high", 200), alert("E4", "high", 100)]
    assert [row.uscc for row in rank_rows(decisions, alerts)] == ["E3", "E2", "E4", "E1"]


def test_an_enterprise_in_good_order_is_not_listed() -> None:
    assert rank_rows([decision("E1", "AAA")], []) == ()


@pytest.mark.parametrize(("grade", "severity"), [("D", "high"), ("C", "medium")])
def test_a_low_grade_is_listed_without_an_alert(grade: str, severity: str) -> None:
    (row,) = rank_rows([decision("E1", grade)], [])
    assert row.severity == severity


def test_a_fall_is_listed_as_low_and_a_rise_is_not_listed() -> None:
    fallen, risen = decision("E1", "B", previous_grade="A"), decision("E2", "A", previous_grade="B")
    (row,) = rank_rows([fallen, risen], [])
    assert (row.uscc, row.severity) == ("E1", "low")


def test_an_inactive_enterprise_without_a_grade_is_listed_only_for_an_alert() -> None:
    inactive = decision("E1", None, status="inactive", previous_grade="B", score=None)
    assert rank_rows([inactive], []) == ()
    assert len(rank_rows([inactive], [alert("E1", "high")])) == 1


def test_the_exposed_amount_is_the_exact_sum_of_the_open_alerts() -> None:
    (row,) = rank_rows([decision("E1", "B")], [alert("E1", "high", 1005), alert("E1", "medium", 7)])
    assert row.exposed_cny == "10.12"


@pytest.mark.parametrize(
    "hostile", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "<script>alert(1)</script>"]
)
def test_free_text_stays_text_in_every_form(hostile: str) -> None:
    risk_list = listed([decision("E1", "D", name=hostile)], [])
    book = openpyxl.load_workbook(BytesIO(render_workbook(risk_list, "zh")))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert any(cell.value == hostile for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells)
    rows = list(csv.reader(StringIO(render_csv(risk_list, "zh").decode("utf-8-sig"))))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row if len(cell) > 1)
    assert "<script>alert" not in render_page(risk_list, "zh").decode()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_form_has_the_same_bytes_twice(language: Any) -> None:
    risk_list = listed([decision("E1", "D")], [alert("E1", "high")])
    for render in (render_workbook, render_csv, render_page):
        assert render(risk_list, language) == render(risk_list, language)


def test_the_workbook_has_a_sheet_for_each_department_and_one_of_notes() -> None:
    actions = [
        {"zh": "加强查验", "en": "inspect", "department": "customs", "legal_basis": "法", "due_on": "2026-11-02"}
    ]
    risk_list = listed([decision("E1", "D", actions=actions), decision("E2", "C")], [])
    book = openpyxl.load_workbook(BytesIO(render_workbook(risk_list, "zh")))
    assert book.sheetnames == ["企业信用风险日清单", "海关", "说明"]
    assert book["企业信用风险日清单"].freeze_panes == "E4"
    assert book["海关"].max_row == 4
    assert "2026-11-02" in [cell.value for cell in book["海关"][4]]


def test_the_page_says_so_when_nobody_is_listed() -> None:
    assert "No enterprise needs to be listed" in render_page(listed([decision("E1", "A")], []), "en").decode()
