"""The sentences around the list, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.vocabulary.grade import Grade, Severity
from expectations.vocabulary.language import Language
from reports.risklist.columns import SEVERITY_WORDS, measure_words, say
from reports.risklist.rows import Excused, RiskList

TITLE = {"zh": "企业信用风险日清单", "en": "Daily enterprise risk list"}

FIRST_TODAY = {"zh": "今日先办", "en": "First today"}

_NOTES = {
    "zh": (
        "先看“今日先办”：今日到期、已逾期或风险高且有任务的企业，按期限排列；其余企业均在清单中。各部门只看本部门工作表。",
        "本清单由系统按规则与模型生成，仅供核查参考；是否采取措施由各部门依法决定。",
        "预警不是结论：只有经办人员确认后，预警才成为事实。",
        "等级由高到低为 AAA、AA、A、B、C、D；没有生效的官方事实，任何企业不会被评为 D。",
        "“界限”为政策文件规定的数值；超过（收汇、进货、售出占比等为低于）界限即列入。",
        "办理期限：风险高 1、中 3、低 10 个工作日（按国务院节假日安排），自预警开始或列入之日起算；"
        "“持续”表示无新任务。",
        "“与昨日清单相比”括号内为原因：数据、模型、政策、信用修复、经办结论、期限（仅因日期经过）。",
        "证据为单证编号，可在来源系统中查到原件；“证据”工作表列出全部编号。清单不含个人信息。",
        "排序：高、中、低，其次按涉及金额由大到小，再按信用分由低到高。",
    ),
    "en": (
        "Begin with 'First today': tasks due today, overdue or of high risk, by day; everybody else is on the list. "
        "A department needs only its own sheet.",
        "The system makes this list from rules and a model, as a hint where to look; each department decides by law.",
        "An alert is not a finding: it becomes a fact only when an officer confirms it.",
        "Grades from best to worst are AAA, AA, A, B, C, D; without an official fact in force nobody is graded D.",
        "'Limit' is the number policy sets; above it (for receipts, input and shares sold: below it) is listed.",
        "Due: 1 working day for high, 3 for medium, 10 for low, by the Chinese calendar, from the day the alert opened "
        "or the row was listed; 'standing' means that nothing new is asked.",
        "'Since yesterday' names the cause: data, model, policy, repair, officer, or time (nothing but the calendar).",
        "Evidence is document numbers, to be looked up in the source system; the sheet 'Evidence' has them all. "
        "The list holds no personal data.",
        "Order: high, medium, low, then the larger exposed amount, then the lower score.",
    ),
}
_STALE = {
    "late": {"zh": "当日运行未按时完成", "en": "the run of the day is late"},
    "failed": {"zh": "当日运行失败", "en": "the run of the day failed"},
}


def headline(risk_list: RiskList, language: Language) -> str:
    """One line that says what this is: zone, title and date."""
    zone = risk_list.zone_zh if language == "zh" else risk_list.zone_en
    return f"{zone} {TITLE[language]} {risk_list.business_date}"


def summary(risk_list: RiskList, language: Language) -> str:
    """One line with the day's figures."""
    counts = risk_list.severity_counts
    by_severity = say(language, "、", ", ").join(
        f"{SEVERITY_WORDS[severity][language]} {counts[severity]}" for severity in Severity
    )
    new = sum(row.difference is not None and row.difference.is_new for row in risk_list.rows)
    grades = "  ".join(f"{grade} {count}" for grade, count in risk_list.grade_counts.items())
    listed, gone, overdue = len(risk_list.rows), len(risk_list.gone), risk_list.overdue
    if language == "zh":
        moved = f"较 {risk_list.compared_with} 新列入 {new}、移出 {gone}；" if risk_list.compared_with else ""
        return f"列入 {listed} 家（{by_severity}）；{moved}逾期 {overdue}。评级 {risk_list.graded} 家：{grades}"
    moved = f"Since {risk_list.compared_with}: {new} new, {gone} gone. " if risk_list.compared_with else ""
    return f"{listed} listed ({by_severity}), {overdue} overdue. {moved}{risk_list.graded} graded: {grades}"


def stale_word(risk_list: RiskList, language: Language) -> str:
    """Whether the list stands in for a later one, in a word."""
    if risk_list.stale is None:
        return say(language, "当日", "current")
    return say(language, f"过期，代 {risk_list.stale.wanted}", f"stale, for {risk_list.stale.wanted}")


def stale_banner(risk_list: RiskList, language: Language) -> str:
    """What a reader must know before anything else of a list that stands in for a later one; empty otherwise.

    What went wrong in the machinery is for operators and is not told here.
    """
    stale = risk_list.stale
    if stale is None:
        return ""
    why, made = _STALE[stale.why][language], risk_list.business_date
    if language == "zh":
        return f"过期清单：{stale.wanted} 的清单未能生成（{why}）。以下为 {made} 的清单，核查前请确认最新情况。"
    return (
        f"STALE: there is no list for {stale.wanted} yet ({why}). This is the list of {made}; "
        "ask for the latest before you act on it."
    )


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
    banner = stale_banner(risk_list, language)
    excused = (_excused(one, language) for one in risk_list.excused)
    return (*([banner] if banner else []), *_NOTES[language], *_standing(risk_list, language), *made, *excused)


def _standing(risk_list: RiskList, language: Language) -> Iterator[str]:
    """What goes with a grade, said once instead of in every row."""
    by_grade = {row.grade: row for row in risk_list.rows if row.grade and row.standing}
    for grade in sorted(by_grade, key=lambda grade: Grade(grade or "D").rank, reverse=True):
        said = say(language, "；", "; ").join(measure_words(each, language) for each in by_grade[grade].standing)
        yield say(language, f"{grade} 级常态措施：{said}。", f"Measures that go with grade {grade}: {said}.")


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
