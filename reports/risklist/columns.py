"""The columns every form of the list shares: one definition for spreadsheet, page and plain table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from expectations.vocabulary.grade import Severity
from reports.risklist.rows import RiskRow, Trigger

Language = Literal["zh", "en"]

SEVERITY_WORDS = {
    Severity.HIGH: {"zh": "高", "en": "high"},
    Severity.MEDIUM: {"zh": "中", "en": "medium"},
    Severity.LOW: {"zh": "低", "en": "low"},
}
STATUS_WORDS = {
    "normal": {"zh": "正常", "en": "normal"},
    "provisional": {"zh": "暂定", "en": "provisional"},
    "insufficient_data": {"zh": "证据不足", "en": "insufficient data"},
    "stale": {"zh": "数据迟到", "en": "data late"},
    "inactive": {"zh": "已停业", "en": "inactive"},
}
DEPARTMENT_WORDS = {
    "customs": {"zh": "海关", "en": "Customs"},
    "tax": {"zh": "税务", "en": "Tax"},
    "safe": {"zh": "外汇", "en": "Foreign exchange"},
    "market_regulation": {"zh": "市场监管", "en": "Market regulation"},
    "commerce": {"zh": "商务", "en": "Commerce"},
    "operator": {"zh": "平台运营", "en": "Operator"},
    "court": {"zh": "法院", "en": "Court"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading in both languages, its width in characters, and how a row fills it."""

    key: str
    zh: str
    en: str
    width: int
    fill: Callable[[RiskRow, Language], str]
    is_number: bool = False


def _number(value: float) -> str:
    return f"{value:.4f}".rstrip("0").rstrip(".")


def _against(trigger: Trigger) -> str:
    return f"{trigger.rule}: {_number(trigger.value)} / {_number(trigger.threshold)}"


def _change(row: RiskRow, language: Language) -> str:
    if row.previous_grade is None:
        return {"zh": "首次", "en": "first"}[language]
    return "=" if row.previous_grade == row.grade else f"{row.previous_grade} → {row.grade or '-'}"


def _lines(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)


def _evidence(row: RiskRow, _language: Language) -> str:
    return _lines([f"{trigger.rule}: " + ", ".join(trigger.evidence[:5]) for trigger in row.triggers])


def _measured(row: RiskRow, _language: Language) -> str:
    return _lines([_against(trigger) for trigger in row.triggers])


def department_word(department: str, language: Language) -> str:
    """A department's name as a person reads it."""
    return DEPARTMENT_WORDS.get(department, {}).get(language, department)


COLUMNS: tuple[Column, ...] = (
    Column("rank", "序号", "Rank", 6, lambda row, _: str(row.rank), is_number=True),
    Column("severity", "风险", "Risk", 8, lambda row, language: SEVERITY_WORDS[row.severity][language]),
    Column("uscc", "统一社会信用代码", "USCC", 21, lambda row, _: row.uscc),
    Column("name", "企业名称", "Name", 28, lambda row, _: row.name),
    Column("grade", "等级", "Grade", 7, lambda row, _: row.grade or "-"),
    Column("change", "变化", "Change", 10, _change),
    Column("score", "分数", "Score", 7, lambda row, _: "" if row.score is None else str(row.score), is_number=True),
    Column("status", "状态", "Status", 11, lambda row, language: STATUS_WORDS[row.status][language]),
    Column(
        "types",
        "风险类型",
        "Risk types",
        26,
        lambda row, language: _lines(
            [f"{trigger.rule} {trigger.zh if language == 'zh' else trigger.en}" for trigger in row.triggers]
        ),
    ),
    Column("measured", "实测 / 阈值", "Value / threshold", 20, _measured),
    Column("caps", "等级上限", "Caps", 9, lambda row, _: " ".join(row.caps)),
    Column(
        "reasons",
        "主要原因",
        "Main reasons",
        44,
        lambda row, language: _lines(list(row.reasons_zh if language == "zh" else row.reasons_en)),
    ),
    Column("evidence", "证据编号", "Evidence", 30, _evidence),
    Column("exposed", "涉及金额（元）", "Exposed (CNY)", 15, lambda row, _: row.exposed_cny, is_number=True),
    Column(
        "measures",
        "建议措施",
        "Suggested measures",
        44,
        lambda row, language: _lines([each.zh if language == "zh" else each.en for each in row.measures]),
    ),
    Column(
        "basis",
        "法律依据",
        "Legal basis",
        34,
        lambda row, _: _lines(list(dict.fromkeys(measure.legal_basis for measure in row.measures))),
    ),
    Column(
        "departments",
        "部门",
        "Department",
        14,
        lambda row, language: _lines([department_word(each, language) for each in row.departments]),
    ),
    Column("due", "办理期限", "Due", 12, lambda row, _: row.due_on),
    Column("finding", "上次反馈", "Last feedback", 14, lambda row, _: row.last_finding),
    Column("decision", "决定编号", "Decision", 18, lambda row, _: row.decision_id[:16]),
)


def heading(column: Column, language: Language) -> str:
    """The column's heading in one language."""
    return column.zh if language == "zh" else column.en
