"""The list as one self-contained page: no scripts, no fetches, readable on a phone and on paper."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from expectations.vocabulary.language import Language
from reports.risklist.columns import (
    COLUMNS,
    SEVERITY_WORDS,
    STATUS_WORDS,
    department_word,
    difference_words,
    heading,
)
from reports.risklist.department import by_day, departments_of, rows_of
from reports.risklist.rows import RiskList
from reports.risklist.words import FIRST_TODAY, headline, notes, stale_banner, summary

_SHOWN = ("difference", "patterns", "asked")
_FOLDED = ("reasons", "evidence", "caps", "decision")
_WORDS = {
    "none": {"zh": "今日没有需要列入清单的企业。", "en": "No enterprise needs to be listed today."},
    "due": {"zh": "办理期限", "en": "Due"},
    "score": {"zh": "分数", "en": "Score"},
    "exposed": {"zh": "涉及金额（元）", "en": "Exposed (CNY)"},
    "finding": {"zh": "上次反馈", "en": "Last feedback"},
    "department": {"zh": "部门", "en": "Department"},
    "asked": {"zh": "待办企业", "en": "Enterprises to check"},
    "overdue": {"zh": "逾期", "en": "Overdue"},
    "more": {"zh": "原因与证据", "en": "Reasons and evidence"},
    "gone": {"zh": "移出清单", "en": "Left the list"},
    "notes": {"zh": "说明", "en": "Notes"},
}


def render_page(risk_list: RiskList, language: Language) -> bytes:
    """The list as HTML bytes. Everything from outside is escaped."""
    environment = Environment(
        loader=PackageLoader("reports.risklist"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    columns = {column.key: column for column in COLUMNS}
    text = environment.get_template("risklist.html").render(
        language=language,
        headline=headline(risk_list, language),
        summary=summary(risk_list, language),
        banner=stale_banner(risk_list, language),
        notes=notes(risk_list, language),
        list=risk_list,
        first_today=by_day(risk_list.first_today),
        first_title=FIRST_TODAY[language],
        offices=[_office(risk_list, department, language) for department in departments_of(risk_list)],
        shown=[(heading(columns[key], language), columns[key].fill) for key in _SHOWN],
        folded=[(heading(columns[key], language), columns[key].fill) for key in _FOLDED],
        columns={key: column.fill for key, column in columns.items()},
        gone=[(one, difference_words(one.difference, language)) for one in risk_list.gone],
        severity_words=SEVERITY_WORDS,
        status_words=STATUS_WORDS,
        words={key: said[language] for key, said in _WORDS.items()},
    )
    return text.encode("utf-8")


def _office(risk_list: RiskList, department: str, language: Language) -> tuple[str, int, int]:
    """A department with how many enterprises wait for it, and how many of them too long."""
    rows = rows_of(risk_list, department)
    return department_word(department, language), len(rows), sum(row.is_overdue(risk_list.cut_on) for row in rows)
