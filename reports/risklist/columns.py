"""The columns every form of the list shares: one definition for spreadsheet, page and plain table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from expectations.vocabulary.grade import Severity
from expectations.vocabulary.language import Language
from reports.risklist.measured import against
from reports.risklist.rows import Cause, Change, Difference, Measure, RiskList, RiskRow, Trigger

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
CAUSE_WORDS = {
    Cause.DATA: {"zh": "数据", "en": "data"},
    Cause.MODEL: {"zh": "模型", "en": "model"},
    Cause.POLICY: {"zh": "政策", "en": "policy"},
    Cause.REPAIR: {"zh": "信用修复", "en": "repair"},
    Cause.OFFICER: {"zh": "经办结论", "en": "officer"},
    Cause.TIME: {"zh": "期限", "en": "time"},
}
FINDING_WORDS = {
    "confirmed": {"zh": "已确认", "en": "confirmed"},
    "explained": {"zh": "可解释", "en": "explained"},
    "data_error": {"zh": "数据错误", "en": "data error"},
}
_EVIDENCE_SHOWN = 3
_REASONS_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading in both languages, its width in characters, and how a row of a list fills it."""

    key: str
    zh: str
    en: str
    width: int
    fill: Callable[[RiskRow, RiskList, Language], str]
    is_number: bool = False


def say(language: Language, zh: str, en: str) -> str:
    """One of two wordings."""
    return zh if language == "zh" else en


def lines(parts: Iterable[str]) -> str:
    """Parts one under the other, without empty ones."""
    return "\n".join(part for part in parts if part)


def department_word(department: str, language: Language) -> str:
    """A department's name as a person reads it."""
    return DEPARTMENT_WORDS.get(department, {}).get(language, department)


def pattern_words(trigger: Trigger, language: Language) -> str:
    """A pattern with what was measured against its limit."""
    title = trigger.zh if language == "zh" else trigger.en
    return f"{trigger.rule} {title}{say(language, '：', ': ')}" + against(
        trigger.rule, trigger.value, trigger.threshold, language
    )


def why_listed(row: RiskRow, language: Language) -> Iterable[str]:
    """The patterns; of a row that is listed for its grade alone, what the grade rests on."""
    if row.triggers:
        return (pattern_words(trigger, language) for trigger in row.triggers)
    return row.reasons_zh[:_REASONS_SHOWN] if language == "zh" else row.reasons_en[:_REASONS_SHOWN]


def measure_words(measure: Measure, language: Language) -> str:
    """A measure with who is asked and the law it rests on."""
    who, text = department_word(measure.department, language), measure.zh if language == "zh" else measure.en
    return f"{text} [{'; '.join(part for part in (who, measure.legal_basis) if part)}]"


def change_words(change: Change, language: Language) -> str:
    """What differs, and why."""
    causes = "/".join(CAUSE_WORDS[cause][language] for cause in change.causes)
    return f"{change.zh}（{causes}）" if language == "zh" else f"{change.en} ({causes})"


def difference_words(difference: Difference | None, language: Language) -> str:
    """What differs from yesterday, one change under the other."""
    if difference is None:
        return say(language, "首份清单", "first list")
    if not difference.is_any:
        return say(language, "无变化", "unchanged")
    changes = (change_words(change, language) for change in difference.changes)
    return lines((say(language, "新列入", "NEW") if difference.is_new else "", *changes))


def due_words(row: RiskRow, of: RiskList, language: Language) -> str:
    """The day something is due; said when it is past."""
    if not row.due_on:
        return say(language, "持续", "standing")
    return f"{row.due_on} {say(language, '逾期', 'OVERDUE')}" if row.is_overdue(of.cut_on) else row.due_on


def finding_word(finding: str, language: Language) -> str:
    """What a check found, as a person reads it."""
    return FINDING_WORDS.get(finding, {}).get(language, finding)


def _change(row: RiskRow, _of: RiskList, language: Language) -> str:
    if row.previous_grade is None:
        return say(language, "首次", "first")
    return "=" if row.previous_grade == row.grade else f"{row.previous_grade} → {row.grade or '-'}"


def _evidence(row: RiskRow, _of: RiskList, language: Language) -> str:
    return lines(_some_keys(trigger, language) for trigger in row.triggers if trigger.evidence)


def _some_keys(trigger: Trigger, language: Language) -> str:
    more = len(trigger.evidence) - _EVIDENCE_SHOWN
    rest = say(language, f" 等{len(trigger.evidence)}份", f" and {more} more") if more > 0 else ""
    return f"{trigger.rule}: {', '.join(trigger.evidence[:_EVIDENCE_SHOWN])}{rest}"


COLUMNS: tuple[Column, ...] = (
    Column("rank", "序号", "Rank", 5, lambda row, _, __: str(row.rank), is_number=True),
    Column("severity", "风险", "Risk", 8, lambda row, _, language: SEVERITY_WORDS[row.severity][language]),
    Column("name", "企业名称", "Name", 20, lambda row, _, __: row.name),
    Column("uscc", "统一社会信用代码", "USCC", 21, lambda row, _, __: row.uscc),
    Column("grade", "等级", "Grade", 7, lambda row, _, __: row.grade or "-"),
    Column("change", "变化", "Change", 8, _change),
    Column(
        "difference",
        "与昨日清单相比（原因）",
        "Since yesterday (cause)",
        24,
        lambda row, _, language: difference_words(row.difference, language),
    ),
    Column(
        "patterns",
        "风险类型：实测（界限）",
        "Risk types: value (limit)",
        42,
        lambda row, _, language: lines(why_listed(row, language)),
    ),
    Column("exposed", "涉及金额（元）", "Exposed (CNY)", 16, lambda row, _, __: row.exposed_cny, is_number=True),
    Column(
        "asked",
        "建议措施 [部门; 法律依据]",
        "Suggested measures [department; legal basis]",
        46,
        lambda row, _, language: lines(measure_words(each, language) for each in row.asked),
    ),
    Column(
        "departments",
        "部门",
        "Department",
        13,
        lambda row, _, language: lines(department_word(each, language) for each in row.departments),
    ),
    Column("due", "办理期限", "Due", 12, due_words),
    Column(
        "finding", "上次反馈", "Last feedback", 11, lambda row, _, language: finding_word(row.last_finding, language)
    ),
    Column("evidence", "证据编号", "Evidence", 60, _evidence),
    Column(
        "reasons",
        "主要原因",
        "Main reasons",
        60,
        lambda row, _, language: lines(row.reasons_zh if language == "zh" else row.reasons_en),
    ),
    Column("score", "分数", "Score", 7, lambda row, _, __: "" if row.score is None else str(row.score), is_number=True),
    Column("status", "状态", "Status", 11, lambda row, _, language: STATUS_WORDS[row.status][language]),
    Column("caps", "等级上限", "Caps", 9, lambda row, _, __: " ".join(row.caps)),
    Column("decision", "决定编号", "Decision", 18, lambda row, _, __: row.decision_id[:16]),
    Column("list_date", "清单日期", "List of", 11, lambda _, of, __: of.business_date),
)


def heading(column: Column, language: Language) -> str:
    """The column's heading in one language."""
    return say(language, column.zh, column.en)
