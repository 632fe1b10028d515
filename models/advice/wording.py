"""Advice as it is answered: plain JSON values in both languages, without any threshold of the score."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from models.advice.search import Advice, Change, Plan
from models.policy.inforce import Policy


def advice_document(advice: Advice, uscc: str, as_of: date, policy_on: Callable[[date], Policy]) -> dict[str, Any]:
    """The answer to one enterprise's question."""
    zh, en = _says(advice, policy_on(as_of))
    blocked = advice.blocked
    return {
        "uscc": uscc,
        "as_of": as_of.isoformat(),
        "grade": advice.grade,
        "target": advice.target,
        "possible": bool(advice.plans),
        "plans": [_plan(plan) for plan in advice.plans],
        "blocked": {
            "rule": blocked.rule,
            "fact": blocked.fact,
            "until": blocked.until.isoformat() if blocked.until else None,
        }
        if blocked
        else None,
        "says": {"zh": zh, "en": en},
    }


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "grade": plan.grade,
        "shows_on": plan.shows_on.isoformat(),
        "effort": plan.effort,
        "levers": [_lever(change) for change in plan.changes],
    }


def _lever(change: Change) -> dict[str, Any]:
    value = change.lever.value
    return {
        "id": change.lever.id,
        "zh": value.says.zh,
        "en": value.says.en,
        "shows_on": change.shows_on.isoformat(),
        "changes": [{"measure": name, "from": old, "to": new} for name, (old, new) in sorted(change.moves.items())],
        "facts": [f"{fact.table} {fact.key}" for fact in change.ended],
        "legal_basis": [citation.model_dump() for citation in change.lever.legal_basis],
    }


def _says(advice: Advice, policy: Policy) -> tuple[str, str]:
    if advice.grade is None:
        return "该企业目前没有等级，无法给出建议。", "The enterprise has no grade, so there is nothing to advise."
    if advice.target is None:
        return "已是最高等级。", "It has the best grade already."
    held_zh, held_en = _held(advice, policy)
    if advice.plans:
        first = advice.plans[0]
        zh = f"最少的改进可在{first.shows_on}使等级升至{first.grade}；以上推算以其他情况不变为前提，并非承诺。"
        en = (
            f"The smallest changes would lift it to {first.grade} on {first.shows_on}, if all else stays as it is; "
            "this is no promise."
        )
        return held_zh + zh, held_en + en
    if advice.blocked is not None:
        return held_zh.rstrip(), held_en.rstrip()
    zh = f"在允许的改进措施内，没有组合能升至{advice.target}；请保持良好记录。"
    return zh, f"No combination of the levers that may be advised lifts it to {advice.target}; keep a clean record."


def _held(advice: Advice, policy: Policy) -> tuple[str, str]:
    blocked = advice.blocked
    if blocked is None:
        return "", ""
    words = policy.rule_reasons[blocked.rule, blocked.branch].words
    if blocked.until is None:
        return (
            f"{words.zh}（{blocked.fact}）：在该事实结束之前不可能升至{advice.target}。",
            f"{words.en} ({blocked.fact}): {advice.target} is impossible until this fact ends. ",
        )
    return (
        f"{words.zh}（{blocked.fact}）：{blocked.until}之前不可能升至{advice.target}。",
        f"{words.en} ({blocked.fact}): {advice.target} is impossible before {blocked.until}. ",
    )
