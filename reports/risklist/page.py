"""The list as one self-contained page: no scripts, no fetches, readable on a phone and on paper."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports.risklist.columns import COLUMNS, SEVERITY_WORDS, STATUS_WORDS, Language, department_word, heading
from reports.risklist.rows import RiskList
from reports.risklist.words import headline, notes, summary

_DETAILS = ("types", "measured", "caps", "reasons", "evidence", "measures", "basis")


def render_page(risk_list: RiskList, language: Language) -> bytes:
    """The list as HTML bytes. Everything from outside is escaped."""
    environment = Environment(
        loader=PackageLoader("reports.risklist"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("risklist.html")
    details = [column for column in COLUMNS if column.key in _DETAILS]
    text = template.render(
        language=language,
        headline=headline(risk_list, language),
        summary=summary(risk_list, language),
        notes=notes(risk_list, language),
        rows=risk_list.rows,
        details=[(heading(column, language), column.fill) for column in details],
        columns={column.key: column.fill for column in COLUMNS},
        severity_words=SEVERITY_WORDS,
        status_words=STATUS_WORDS,
        department_word=department_word,
        words={
            "none": {"zh": "今日没有需要列入清单的企业。", "en": "No enterprise needs to be listed today."}[language],
            "due": {"zh": "办理期限", "en": "Due"}[language],
            "score": {"zh": "分数", "en": "Score"}[language],
            "exposed": {"zh": "涉及金额（元）", "en": "Exposed (CNY)"}[language],
            "department": {"zh": "部门", "en": "Department"}[language],
            "notes": {"zh": "说明", "en": "Notes"}[language],
        },
    )
    return text.encode("utf-8")
