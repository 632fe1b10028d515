"""The bulletin's figures against its targets, and its documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import openpyxl
import pandas as pd
import pytest

from expectations.errors import UsageError
from expectations.vocabulary.digest import canonical_json
from expectations.vocabulary.language import LANGUAGES
from reports.statistics.bulletin import Bulletin, Progress, Quality, Trade, make_bulletin
from reports.statistics.document import render_document
from reports.statistics.goods import section_of
from reports.statistics.period import Period
from reports.statistics.record import bulletin_of_json, bulletin_to_json
from reports.statistics.terms import BulletinTerms, bulletin_terms
from reports.statistics.words import cell_word, notes, tables
from reports.statistics.workbook import render_workbook

Q3 = Period.parse("2026-Q3")
TERMS = bulletin_terms(Q3.last)


def trade(*told: tuple[str, str, str, int], first_month: date = date(2024, 1, 1)) -> Trade:
    """Cells of (enterprise, month, mode, yuan)."""
    cells = pd.DataFrame(
        [(uscc, date.fromisoformat(f"{month}-01"), mode, "export", "KZ", "9482", "85", 1, yuan * 100, 0, 0)
         for uscc, month, mode, yuan in told],
        columns=["uscc", "month", "mode", "direction", "country", "port", "chapter", "documents", "gross_fen",
                 "returns", "returned_fen"],
    )  # fmt: skip
    vehicles = pd.DataFrame([("a", 2026, 60), ("b", 2026, 45), ("a", 2025, 9)], columns=["uscc", "year", "vehicles"])
    return Trade(
        cells, {"a": "company"}, {"a": "AA"}, vehicles, first_month, (2, 500), Quality(0.9, None, None, 10),
        {"zh": "试验区", "en": "The zone"}, "2026-10-02T06:00:00+08:00",
    )  # fmt: skip


def everybody(month: str, mode: str, yuan: int) -> list[tuple[str, str, str, int]]:
    return [(uscc, month, mode, yuan) for uscc in "abc"]


def made(*told: tuple[str, str, str, int], first_month: date = date(2024, 1, 1)) -> Bulletin:
    return make_bulletin(trade(*told, first_month=first_month), Q3, TERMS)


def progress(bulletin: Bulletin, figure: str) -> Progress:
    return next(one for one in bulletin.progress if one.id == figure)


@pytest.mark.parametrize(
    ("text", "first", "last", "before"),
    [
        ("2026", "2026-01-01", "2026-12-31", "2025"),
        ("2026-H2", "2026-07-01", "2026-12-31", "2025-H2"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2025-Q1"),
        ("2024-02", "2024-02-01", "2024-02-29", "2023-02"),
    ],
)
def test_a_period_is_whole_months_and_knows_the_year_before(text: str, first: str, last: str, before: str) -> None:
    period = Period.parse(text)
    assert (period.first, period.last) == (date.fromisoformat(first), date.fromisoformat(last))
    assert period.year_before == Period.parse(before)


@pytest.mark.parametrize("text", ["2026-13", "2026-Q5", "26-Q1", "2026-00", ""])
def test_what_is_no_period_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(UsageError, match="no period"):
        Period.parse(text)


def test_the_twelve_months_end_with_the_period() -> None:
    assert (Q3.twelve_months.first, Q3.twelve_months.last) == (date(2025, 10, 1), date(2026, 9, 30))
    assert Period.parse("2026").twelve_months.first == date(2026, 1, 1)


def test_growth_is_against_the_same_months_of_the_year_before() -> None:
    bulletin = made(
        *everybody("2026-08", "9610", 120), *everybody("2025-08", "9610", 100), *everybody("2025-06", "9610", 9)
    )
    assert bulletin.total.growth == pytest.approx(0.2)
    assert bulletin.year_to_date.growth == pytest.approx(120 / 109 - 1)


def test_a_year_that_was_not_received_whole_is_no_year_of_small_trade() -> None:
    bulletin = made(*everybody("2026-08", "9610", 120), *everybody("2025-08", "9610", 1), first_month=date(2025, 8, 1))
    assert bulletin.total.before is None
    assert bulletin.total.growth is None
    assert progress(bulletin, "average_growth").why == "base_unknown"


def test_average_growth_is_compound_since_the_base_year() -> None:
    bulletin = made(*everybody("2026-08", "9610", 144), *everybody("2024-08", "9610", 100))
    assert progress(bulletin, "average_growth").value == pytest.approx(0.2)


def test_an_entity_is_active_by_its_months_or_by_its_value() -> None:
    months = [("a", f"2026-{month:02d}", "9610", 1) for month in range(4, 10)]
    five = [("b", f"2026-{month:02d}", "9610", 1) for month in range(5, 10)]
    bulletin = made(*months, *five, ("c", "2025-10", "9710", 1_000_000), ("d", "2025-09", "9710", 2_000_000))
    assert progress(bulletin, "active_entities").value == 2


def test_vehicles_are_those_of_the_calendar_year() -> None:
    assert progress(made(*everybody("2026-08", "9610", 1)), "vehicles").value == 105


def test_a_cell_of_one_enterprise_is_told_neither_in_figures_nor_in_documents() -> None:
    bulletin = made(*everybody("2026-08", "9610", 700), ("a", "2026-08", "9810", 31337))
    (row,) = [row for row in bulletin.cuts["mode"] if row.value == "9810"]
    assert (row.enterprises, row.now, row.growth) == (None, None, None)
    for language in ("zh", "en"):
        book = openpyxl.load_workbook(BytesIO(render_workbook(bulletin, language)))
        told = {cell.value for sheet in book for line in sheet.iter_rows() for cell in line}
        assert 31337 not in told


def test_turnover_of_two_enterprises_is_shown_nowhere_not_even_against_the_target() -> None:
    bulletin = made(("a", "2026-08", "9610", 5), ("b", "2026-08", "9610", 5))
    assert bulletin.total.now is None
    assert bulletin.year_to_date.now is None
    assert progress(bulletin, "turnover").why == "too_few"


def test_both_documents_are_the_same_bytes_for_the_same_bulletin() -> None:
    for render in (render_workbook, render_document):
        assert render(made(*everybody("2026-08", "9610", 1)), "zh") == render(
            made(*everybody("2026-08", "9610", 1)), "zh"
        )


def test_a_bulletin_that_was_kept_tells_the_same_in_the_same_order() -> None:
    bulletin = made(*everybody("2026-08", "9610", 700), ("a", "2026-08", "9810", 31337))
    kept = bulletin_of_json(canonical_json(bulletin_to_json(bulletin)).encode())
    for language in LANGUAGES:
        assert tables(kept, language) == tables(bulletin, language)
    assert render_document(kept, "zh") == render_document(bulletin, "zh")


def test_every_cut_says_every_cell_in_both_languages() -> None:
    assert cell_word("country", "KZ", "zh") == "KZ 哈萨克斯坦"
    assert cell_word("section", "16", "en").startswith("16 Machinery")
    assert cell_word("entity_type", "", "zh") == "未注明"
    assert "另有 2 笔退货" in notes(made(*everybody("2026-08", "9610", 1)), "zh")[-1]


def test_a_period_that_has_not_ended_is_marked_preliminary() -> None:
    early = replace(trade(*everybody("2026-08", "9610", 1)), known_at="2026-09-15T06:00:00+08:00")
    bulletin = make_bulletin(early, Q3, TERMS)
    assert "preliminary" in notes(bulletin, "en")[0]


def test_sections_follow_the_tariff() -> None:
    assert [section_of(chapter) for chapter in ("01", "05", "06", "15", "63", "64", "97", "77", "98", "")] == [
        "01", "01", "02", "03", "11", "12", "21", "", "", "",
    ]  # fmt: skip


def test_the_terms_are_policy_with_a_citation() -> None:
    assert isinstance(TERMS, BulletinTerms)
    assert (TERMS.least_enterprises, TERMS.active_months) == (3, 6)
