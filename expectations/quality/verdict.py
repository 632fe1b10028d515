"""What a gate says about a batch, in words a clerk understands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from expectations.contracts.schema import Gate
from expectations.errors import XinjiError

Judgement = Literal["pass", "warn", "withhold"]
Severity = Literal["warn", "withhold"]


class GateError(XinjiError):
    """A gate could not be measured at all, so it neither passed nor failed."""


@dataclass(frozen=True)
class Finding:
    """One gate that a batch did not meet.

    Attributes
    ----------
    observed:
        What was measured, in the gate's unit (rows, share 0-1, days, the field's unit); None when no row had a value.
    bound:
        The bound it broke; None when there was nothing to compare.
    because:
        Why the contract has this bound.
    """

    measure: str
    field: str | None
    observed: float | None
    bound: float | None
    severity: Severity
    says_en: str
    says_zh: str
    because: str


@dataclass(frozen=True)
class Verdict:
    """The worst severity among the findings, and the findings in the order of the contract's gates."""

    verdict: Judgement
    findings: tuple[Finding, ...] = ()


def verdict_of(findings: tuple[Finding, ...]) -> Verdict:
    """The verdict that some findings add up to: the worst one decides."""
    severities = {finding.severity for finding in findings}
    worst: Judgement = "withhold" if "withhold" in severities else "warn" if severities else "pass"
    return Verdict(worst, findings)


_SUBJECT = {
    "row_count": ("the number of rows", "行数"),
    "filled": ("the share of rows that fill in '{field}'", "字段“{field}”的填写率"),
    "unique": ("the share of rows whose key occurs once at a time", "同一时刻主键不重复的行所占比例"),
    "fresh_days": ("the age of the newest row, in days,", "最新一行距接收日的天数"),
    "median": ("the median of '{field}'", "字段“{field}”的中位数"),
    "share": ("the share of rows where '{field}' is '{value}'", "字段“{field}”为“{value}”的行所占比例"),
    "quarantined": ("the share of received rows that break the contract", "不符合约定的行占收到行数的比例"),
}
_SHARES = frozenset({"filled", "unique", "share", "quarantined"})
_OUTCOME = {
    "warn": ("The file is used; please check it.", "本文件照常使用，请核查。"),
    "withhold": ("The file is withheld from use.", "本文件暂缓使用。"),
}


def _number(measure: str, value: float) -> str:
    return f"{value * 100:.4g} %" if measure in _SHARES else f"{value:.12g}"


def describe(gate: Gate, severity: Severity, low: float | None, high: float | None) -> str:
    """A bound as a sentence in both languages, with what follows outside it and why it is there."""
    en, zh = (text.format(field=gate.field, value=gate.value) for text in _SUBJECT[gate.measure])
    limits = [(low, "at least", "至少"), (high, "at most", "最多")]
    en_limits = " and ".join(f"{word} {_number(gate.measure, bound)}" for bound, word, _ in limits if bound is not None)
    zh_limits = "，".join(f"{word} {_number(gate.measure, bound)}" for bound, _, word in limits if bound is not None)
    outside_en, outside_zh = {"warn": ("warned", "提醒"), "withhold": ("withheld", "暂缓使用")}[severity]
    return (
        f"{en[0].upper()}{en[1:]}: {en_limits}, else {outside_en}. {zh}：{zh_limits}，否则{outside_zh}。"
        f"Because: {gate.because.rstrip('.')}."
    )


def finding_of(gate: Gate, severity: Severity, observed: float, low: float | None, high: float | None) -> Finding:
    """The finding for a measured value outside its bounds (at least one of which is given)."""
    too_low = low is not None and observed < low
    bound = low if too_low else high
    if bound is None:
        raise GateError(
            f"The gate '{gate.measure}' failed at {observed}, which lies inside its bounds.",
            "Great Expectations and the contract disagree; report this batch.",
        )
    en, zh = (text.format(field=gate.field, value=gate.value) for text in _SUBJECT[gate.measure])
    seen, limit = _number(gate.measure, observed), _number(gate.measure, bound)
    outcome_en, outcome_zh = _OUTCOME[severity]
    limit_en, limit_zh = ("at least", "至少应为") if too_low else ("at most", "最多应为")
    return Finding(
        measure=gate.measure,
        field=gate.field,
        observed=observed,
        bound=bound,
        severity=severity,
        says_en=f"{en[0].upper()}{en[1:]} is {seen}; expected {limit_en} {limit}. {outcome_en}",
        says_zh=f"{zh}为 {seen}，{limit_zh} {limit}。{outcome_zh}",
        because=gate.because,
    )


def unmeasured(gate: Gate) -> Finding:
    """The finding for a gate whose field is empty in every row: missing is not bad, but the operator is told."""
    en, zh = (text.format(field=gate.field, value=gate.value) for text in _SUBJECT[gate.measure])
    return Finding(
        measure=gate.measure,
        field=gate.field,
        observed=None,
        bound=None,
        severity="warn",
        says_en=f"{en[0].upper()}{en[1:]} cannot be told: no row has a value. {_OUTCOME['warn'][0]}",
        says_zh=f"{zh}无法计算：没有任何一行有值。{_OUTCOME['warn'][1]}",
        because=gate.because,
    )
