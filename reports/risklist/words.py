"""The sentences around the list, in both languages."""

from __future__ import annotations

from reports.risklist.columns import Language
from reports.risklist.rows import Excused, RiskList

TITLE = {"zh": "企业信用风险日清单", "en": "Daily enterprise risk list"}

_NOTES = {
    "zh": (
        "本清单由系统按规则与模型生成，仅供核查参考；是否采取措施由各部门依法决定。",
        "预警不是结论：只有经办人员确认后，预警才成为事实。",
        "等级由高到低为 AAA、AA、A、B、C、D；没有生效的官方事实，任何企业不会被评为 D。",
        "“实测 / 阈值”为该规则当日测得的数值与政策文件规定的界限。",
        "证据为单证编号，可在来源系统中查到原件；清单不含个人信息。",
        "排序：高、中、低，其次按涉及金额由大到小，再按信用分由低到高。",
    ),
    "en": (
        "The system makes this list from rules and a model, as a hint where to look; each department decides by law.",
        "An alert is not a finding: it becomes a fact only when an officer confirms it.",
        "Grades from best to worst are AAA, AA, A, B, C, D; without an official fact in force nobody is graded D.",
        "'Value / threshold' is what the rule measured that day against the limit that policy sets.",
        "Evidence is document numbers, to be looked up in the source system; the list holds no personal data.",
        "Order: high, medium, low, then the larger exposed amount, then the lower score.",
    ),
}


def headline(risk_list: RiskList, language: Language) -> str:
    """One line that says what this is: zone, title and date."""
    zone = risk_list.zone_zh if language == "zh" else risk_list.zone_en
    return f"{zone} {TITLE[language]} {risk_list.business_date}"


def summary(risk_list: RiskList, language: Language) -> str:
    """One line with the day's figures."""
    grades = "  ".join(f"{grade} {count}" for grade, count in risk_list.grade_counts.items())
    if language == "zh":
        return f"评级企业 {risk_list.graded} 家，列入清单 {len(risk_list.rows)} 家。{grades}"
    return f"{risk_list.graded} enterprises graded, {len(risk_list.rows)} listed. {grades}"


def notes(risk_list: RiskList, language: Language) -> tuple[str, ...]:
    """What a reader must know to use the list, and what it was made from."""
    missing = ", ".join(risk_list.feeds_missing)
    if language == "zh":
        made = (
            f"数据截至 {risk_list.known_at}；模型 {risk_list.model}；政策 {risk_list.policy_digest[:16]}。",
            f"未接入或未到达的数据：{missing}。" if missing else "所有已接入的数据均已到达。",
        )
    else:
        made = (
            f"Data known at {risk_list.known_at}; model {risk_list.model}; policy {risk_list.policy_digest[:16]}.",
            f"Feeds not connected or not arrived: {missing}." if missing else "Every connected feed has arrived.",
        )
    return (*_NOTES[language], *made, *(_excused(one, language) for one in risk_list.excused))


def _excused(one: Excused, language: Language) -> str:
    if language == "zh":
        return (
            f"{one.uscc} 达到 {one.rule} 界限但未预警：{one.promotion_zh}期间 {one.peer_share:.0%} 的同类企业"
            f"业务量同样上升（满 {one.least_share:.0%} 即不作为异常）。"
        )
    return (
        f"{one.uscc} reached the limit of {one.rule} and raised no alert: in the {one.promotion_en}, "
        f"{one.peer_share:.0%} of its peers rose as well (from {one.least_share:.0%} a rise is no anomaly)."
    )
