"""What a bulletin says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale

from expectations.vocabulary.language import Language
from reports.statistics.bulletin import UNSAID, Amounts, Bulletin, CutRow, Progress
from reports.statistics.goods import section_word

Said = Mapping[Language, str]

TITLE: Said = {"zh": "跨境电子商务统计公报", "en": "Cross-border e-commerce statistics"}
CUT_TITLES: Mapping[str, Said] = {
    "direction": {"zh": "按进出口", "en": "By direction"},
    "mode": {"zh": "按监管方式", "en": "By supervision mode"},
    "country": {"zh": "按国家（地区）", "en": "By country or region"},
    "section": {"zh": "按商品类别", "en": "By goods"},
    "port": {"zh": "按口岸", "en": "By port"},
    "entity_type": {"zh": "按主体类型", "en": "By type of entity"},
    "grade": {"zh": "按信用等级", "en": "By credit grade"},
    "month": {"zh": "按月份", "en": "By month"},
}
COLUMNS: Mapping[str, Said] = {
    "value": {"zh": "类别", "en": "cell"},
    "enterprises": {"zh": "企业数", "en": "enterprises"},
    "documents": {"zh": "单证数", "en": "documents"},
    "gross": {"zh": "交易额（元）", "en": "gross, CNY"},
    "returned": {"zh": "完成退货（元）", "en": "returned, CNY"},
    "net": {"zh": "净额（元）", "en": "net, CNY"},
    "before": {"zh": "上年同期（元）", "en": "year before, CNY"},
    "growth": {"zh": "同比", "en": "change"},
}
_MODES: Mapping[str, Said] = {
    "9610": {"zh": "9610 电子商务", "en": "9610 e-commerce, parcel by parcel"},
    "1210": {"zh": "1210 保税电商", "en": "1210 e-commerce from bonded stock"},
    "1239": {"zh": "1239 保税电商A", "en": "1239 bonded e-commerce A"},
    "9710": {"zh": "9710 跨境电商B2B直接出口", "en": "9710 business to business, direct"},
    "9810": {"zh": "9810 跨境电商出口海外仓", "en": "9810 to an overseas warehouse"},
}
_WORDS: Mapping[str, Said] = {
    "import": {"zh": "进口", "en": "import"},
    "export": {"zh": "出口", "en": "export"},
    "company": {"zh": "公司", "en": "company"},
    "sole_trader": {"zh": "个体工商户", "en": "sole trader"},
    "cooperative": {"zh": "合作社", "en": "cooperative"},
}
_UNSAID: Said = {"zh": "未注明", "en": "not said"}
PROGRESS_WORDS: Mapping[str, Said] = {
    "turnover": {"zh": "近十二个月交易额（元）", "en": "turnover of twelve months, CNY"},
    "average_growth": {"zh": "年均增长", "en": "average yearly growth"},
    "active_entities": {"zh": "活跃主体（家）", "en": "active entities"},
    "vehicles": {"zh": "当年整车出口（辆）", "en": "vehicles exported this year"},
    "people_trained": {"zh": "当年培训（人次）", "en": "people trained this year"},
}
_WHY: Mapping[str, Said] = {
    "year_incomplete": {"zh": "数据不足十二个月", "en": "less than twelve months of data"},
    "base_year_itself": {"zh": "本期即为基期", "en": "this is the base year"},
    "base_unknown": {"zh": "无基期数据", "en": "no data of the base year"},
    "no_source": {"zh": "无数据来源", "en": "no source reports it"},
    "too_few": {"zh": "企业过少，不予公布", "en": "too few enterprises to be shown"},
}
TARGETS: Said = {"zh": "目标完成情况", "en": "Against the targets"}
TURNOVER: Said = {"zh": "交易额", "en": "Turnover"}
TOTAL: Said = {"zh": "合计", "en": "Total"}
TO_DATE: Said = {"zh": "本年累计", "en": "Year to date"}
HIDDEN: Said = {"zh": "—", "en": "—"}


def headline(bulletin: Bulletin, language: Language) -> str:
    """Zone, title and period in one line."""
    separator = " " if language == "zh" else ": "
    return f"{bulletin.zone[language]}{separator}{TITLE[language]} {bulletin.period.label}"


def cell_word(cut: str, value: str, language: Language) -> str:
    """A cell's name as a person reads it."""
    if value == UNSAID:
        return _UNSAID[language]
    if cut == "country":
        name = Locale.parse("zh_Hans" if language == "zh" else "en").territories.get(value)
        return f"{value} {name}" if name else value
    if cut == "section":
        return f"{value} {section_word(value, language)}"
    if cut == "mode":
        return _MODES[value][language]
    if cut == "month":
        return f"{int(value)}月" if language == "zh" else value
    return _WORDS[value][language] if value in _WORDS else value


def money(fen: int) -> str:
    """Whole yuan with thousands apart."""
    return f"{round(fen / 100):,}"


def percent(share: float | None) -> str:
    """A share in percent with one decimal; a dash where there is none."""
    return "—" if share is None else f"{share:.1%}"


def row_cells(row: CutRow, label: str, language: Language) -> list[str]:
    """One line of a table, in the order of ``COLUMNS``."""
    if row.now is None:
        return [label, *[HIDDEN[language]] * 5, _before(row.before, language), HIDDEN[language]]
    now = row.now
    return [
        label,
        str(row.enterprises),
        f"{now.documents:,}",
        money(now.gross_fen),
        money(now.returned_fen),
        money(now.net_fen),
        _before(row.before, language),
        percent(row.growth),
    ]


def _before(before: Amounts | None, language: Language) -> str:
    return HIDDEN[language] if before is None else money(before.gross_fen)


def progress_value(one: Progress, language: Language) -> tuple[str, str]:
    """A figure and its target as a person reads them."""
    is_share = one.id == "average_growth"
    target = f"{one.target:.0%}" if is_share else f"{one.target:,.0f}"
    if one.value is None:
        return _WHY[one.why][language], target
    return (f"{one.value:.1%}" if is_share else f"{one.value:,.0f}"), target


def notes(bulletin: Bulletin, language: Language) -> list[str]:
    """How the figures are to be read, and what is not in them."""
    terms, (returns, fen), quality = bulletin.terms, bulletin.unplaced_returns, bulletin.quality
    if language == "zh":
        said = [
            f"数据截至 {bulletin.known_at}。" + ("" if bulletin.is_complete else "本期尚未结束，为初步数。"),
            "交易额为放行的9610、1210、1239清单与9710、9810报关单之和，按放行日期计，不含已撤销清单，9610汇总报关单不重复计算；"
            "进口按CIF、出口按FOB，外币按海关当月汇率折算。净额扣除当期完成的退货。",
            "单证的商品类别取其金额最大的一行。",
            f"“—”：企业少于{terms.least_enterprises}家，或为防止由其他数字推算而不公布（统计法）。",
            f"活跃主体：近十二个月中至少{terms.active_months}个月有放行单证，或净额不低于{terms.active_net_cny:,}元；计划未作定义。",
            f"年均增长：以{terms.base_year}年同期为基期的复合增长率。",
            f"三单齐全率 {percent(quality.match_rate)}（{quality.lists:,} 份零售进口清单）；"
            f"预警确认率 {percent(quality.alert_precision)}（{quality.findings:,} 条核查结果）；"
            f"异议成立率 {percent(quality.objections_upheld)}（{quality.answers:,} 件已答复）。",
        ]
        if returns:
            said.append(f"另有 {returns:,} 笔退货（{money(fen)} 元）未注明已计入的单证，未作扣除。")
        return said
    said = [
        f"Known at {bulletin.known_at}." + ("" if bulletin.is_complete else " The period has not ended: preliminary."),
        "Turnover is what was released: 9610, 1210 and 1239 lists and 9710 and 9810 declarations by day of release, "
        "without cancelled lists; 9610 summary declarations are not counted again. Imports CIF, exports FOB, at "
        "the customs rate of the month. Net is less the returns completed in the period.",
        "The goods of a document are those of its largest line.",
        f"'—' stands where fewer than {terms.least_enterprises} enterprises are behind a figure, or where it would "
        "give such a figure away (Statistics Law).",
        f"Active: a released document in at least {terms.active_months} of the last twelve months, or "
        f"{terms.active_net_cny:,} CNY net in them. The plan does not define it.",
        f"Average yearly growth is compound, since the same months of {terms.base_year}.",
        f"Three documents there: {percent(quality.match_rate)} of {quality.lists:,} retail import lists. Alerts "
        f"confirmed: {percent(quality.alert_precision)} of {quality.findings:,} findings. Objections upheld: "
        f"{percent(quality.objections_upheld)} of {quality.answers:,} answered.",
    ]
    if returns:
        said.append(f"{returns:,} more returns ({money(fen)} CNY) name no counted document and are not taken off.")
    return said


def reached(one: Progress) -> float | None:
    """The share of a target that is reached, at most 1; None where the figure cannot be told."""
    return None if one.value is None else min(max(one.value / one.target, 0.0), 1.0)


def tables(bulletin: Bulletin, language: Language) -> list[tuple[str, list[tuple[str, CutRow]]]]:
    """Every table by title: its rows with their labels, turnover first and then cut by cut."""
    totals = [(TOTAL[language], bulletin.total), (TO_DATE[language], bulletin.year_to_date)]
    cuts = [
        (title[language], [(cell_word(cut, row.value, language), row) for row in bulletin.cuts[cut]])
        for cut, title in CUT_TITLES.items()
    ]
    return [(TURNOVER[language], totals), *cuts]
