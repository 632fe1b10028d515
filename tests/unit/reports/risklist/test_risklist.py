"""The daily list in every form: order, contents, and text that must stay text."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest

from models.policy.book import PolicyBook
from reports.risklist.department import departments_of, rows_of
from reports.risklist.document import manifest, manifest_faults, render_json
from reports.risklist.measured import against, wordings
from reports.risklist.page import render_page
from reports.risklist.plain import render_csv
from reports.risklist.ranking import rank_rows
from reports.risklist.rows import RiskList, Stale
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
        cut_on="2026-11-01",
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
    assert book.sheetnames == ["今日先办", "企业信用风险日清单", "海关", "证据", "移出", "说明"]
    assert book["企业信用风险日清单"].freeze_panes == "D4"
    assert book["海关"].max_row == 4
    assert "2026-11-02" in [cell.value for cell in book["海关"][4]]


def test_the_page_says_so_when_nobody_is_listed() -> None:
    assert "No enterprise needs to be listed" in render_page(listed([decision("E1", "A")], []), "en").decode()


def task(department: str, due_on: str | None, zh: str = "核查") -> dict[str, Any]:
    """A suggestion to a department; one with a day is a task."""
    return {"zh": zh, "en": "check", "department": department, "legal_basis": "法", "due_on": due_on}


def test_a_department_gets_its_own_tasks_only_and_the_earliest_day_first() -> None:
    decisions = [
        decision("E1", "B", actions=[task("customs", "2026-11-03"), task("tax", "2026-11-02")]),
        decision("E2", "B", actions=[task("customs", "2026-10-30"), task("customs", None, "常态")]),
        decision("E3", "D", actions=[task("tax", None)]),
    ]
    risk_list = listed(decisions, [alert("E1", "high", 900), alert("E2", "high", 100)])
    assert departments_of(risk_list) == ("customs", "tax")
    customs = rows_of(risk_list, "customs")
    assert [(row.uscc, row.due_on) for row in customs] == [("E2", "2026-10-30"), ("E1", "2026-11-03")]
    assert [[measure.zh for measure in row.measures] for row in customs] == [["核查"], ["核查"]]
    assert [row.uscc for row in rows_of(risk_list, "tax")] == ["E1", "E3"]


def test_a_department_is_told_the_amount_and_the_finding_of_its_own_alerts_alone_in_every_form() -> None:
    actions = [task("customs", "2026-11-02"), task("tax", "2026-11-02")]
    alerts = [
        alert("E1", "high", 100_00, departments=["customs"], finding="confirmed"),
        alert("E1", "high", 23_00, rule="R09", zh="收汇", en="receipts", departments=["tax"]),
        alert("E1", "high", 7_00, rule="R05", zh="限值", en="limit", departments=["customs", "tax"]),
    ]
    risk_list = listed([decision("E1", "B", actions=actions)], alerts)
    assert risk_list.rows[0].exposed_cny == "130.00"
    told = {name: rows_of(risk_list, name)[0] for name in ("customs", "tax")}
    assert {name: (row.exposed_cny, row.last_finding) for name, row in told.items()} == {
        "customs": ("107.00", "confirmed"),
        "tax": ("30.00", ""),
    }
    assert [one.rule for one in told["tax"].triggers] == ["R05", "R09"]
    book = openpyxl.load_workbook(BytesIO(render_workbook(risk_list, "en")))
    sheets = (book[name] for name in ("Daily enterprise risk list", "Customs", "Tax"))
    columns = ({cell.value: cell.column for cell in sheet[3]} | {"sheet": sheet} for sheet in sheets)
    assert [one["sheet"].cell(4, one["Exposed (CNY)"]).value for one in columns] == [130, 107, 30]


def test_what_is_due_today_or_of_high_risk_stands_first_by_its_day_and_nobody_is_left_out_of_the_list() -> None:
    decisions = [
        decision("E1", "B", actions=[task("customs", "2026-11-10")]),
        decision("E2", "B", actions=[task("tax", "2026-11-01")]),
        decision("E3", "B", actions=[task("tax", "2026-10-30")]),
        decision("E4", "B", actions=[task("tax", "2026-11-09")]),
        decision("E5", "D", actions=[task("tax", None)]),
    ]
    severities = {"E1": "high", "E2": "low", "E3": "low", "E4": "medium"}
    risk_list = listed(decisions, [alert(uscc, severity) for uscc, severity in severities.items()])
    book = openpyxl.load_workbook(BytesIO(render_workbook(risk_list, "en")))
    assert book.sheetnames[0] == "First today"
    first, everything = ([row[3].value for row in book.worksheets[n].iter_rows(min_row=4)] for n in (0, 1))
    assert first == ["E3", "E2", "E1"]
    assert sorted(everything) == ["E1", "E2", "E3", "E4", "E5"]
    page = render_page(risk_list, "zh").decode()
    assert page.index("今日先办") < page.index('href="#E3"') < page.index('href="#E2"') < page.index('href="#E1"')
    assert 'href="#E4"' not in page
    assert 'id="E4"' in page


def test_what_two_alerts_ask_for_alike_is_asked_once_by_the_earlier_day() -> None:
    actions = [task("tax", "2026-10-30"), task("tax", "2026-11-05")]
    (row,) = rank_rows([decision("E1", "B", actions=actions)], [alert("E1", "high")])
    assert [measure.due_on for measure in row.asked] == ["2026-10-30"]


def test_a_row_past_its_day_says_so_in_every_form() -> None:
    risk_list = listed([decision("E1", "B", actions=[task("customs", "2026-10-30")])], [alert("E1", "high")])
    assert risk_list.overdue == 1
    assert "2026-10-30 OVERDUE" in render_csv(risk_list, "en").decode("utf-8-sig")
    assert "2026-10-30 OVERDUE" in render_page(risk_list, "en").decode()
    sheet = openpyxl.load_workbook(BytesIO(render_workbook(risk_list, "zh"))).worksheets[0]
    assert "2026-10-30 逾期" in [cell.value for cell in sheet[4]]


def test_a_row_without_an_alert_says_what_its_grade_rests_on() -> None:
    text = render_csv(listed([decision("E1", "D")], []), "en").decode("utf-8-sig")
    assert "reason" in next(csv.DictReader(StringIO(text)))["Risk types: value (limit)"]


@pytest.mark.parametrize(
    ("rule", "value", "threshold", "zh", "en"),
    [
        (
            "R01",
            0.0512,
            0.01,
            "三单不符的清单占比 5.1 %（界限 1 %）",
            "lists whose documents disagree: 5.1 % (limit 1 %)",
        ),
        ("R04", 26000.01, 26000, "个人年度累计 ¥26,000.01（界限 ¥26,000.00）", None),
        ("R04", 12, 10, None, "buyers or phones tied together: 12 (limit 10)"),
        ("R11", 0.004, 0.7, "收汇与出口之比 0.004（界限 0.7）", None),
        ("R99", 0.5, 0.25, "0.5 / 0.25", "0.5 / 0.25"),
    ],
)
def test_a_number_reads_as_what_it_counts(
    rule: str, value: float, threshold: float, zh: str | None, en: str | None
) -> None:
    assert zh is None or against(rule, value, threshold, "zh") == zh
    assert en is None or against(rule, value, threshold, "en") == en


def test_every_pattern_of_the_policy_has_words_for_its_number() -> None:
    patterns = {name for name in PolicyBook.load().folder("typologies") if name != "R21"}
    assert patterns == set(wordings())


def test_a_stale_list_says_so_first_in_every_form() -> None:
    fresh = listed([decision("E1", "D")], [])
    stale = replace(fresh, stale=Stale("2026-11-01", "failed", "disk full at /var"))
    sheet = openpyxl.load_workbook(BytesIO(render_workbook(stale, "zh"))).worksheets[0]
    assert "过期清单" in str(sheet["A2"].value)
    assert "STALE: there is no list for 2026-11-01" in render_page(stale, "en").decode()
    assert next(csv.DictReader(StringIO(render_csv(stale, "en").decode("utf-8-sig"))))["List state"] == (
        "stale, for 2026-11-01"
    )
    assert json.loads(render_json(stale))["is_stale"] is True
    assert "disk full" not in render_page(stale, "en").decode()
    assert "STALE" not in render_page(fresh, "en").decode()


def test_a_manifest_notices_a_file_changed_added_or_missing() -> None:
    files = {"a": b"1", "b": b"2"}
    text = json.dumps(manifest(listed([], []), files))
    assert manifest_faults(text, files) == []
    assert manifest_faults(text, {"a": b"x", "c": b"3"}) == [
        "a is not what the manifest says",
        "b is missing",
        "c is not in the manifest",
    ]
