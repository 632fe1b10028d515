"""The first honest gate: a challenger replaces the champion only by beating it on time it has not seen."""

from __future__ import annotations

from dataclasses import dataclass

from models.training.metrics import Metrics
from models.training.settings import GateSettings


@dataclass(frozen=True)
class GateCheck:
    """One condition, whether it held, and the figures in both languages."""

    name: str
    passed: bool
    zh: str
    en: str


@dataclass(frozen=True)
class GateResult:
    """All conditions; the gate is passed when every one held."""

    checks: tuple[GateCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether the challenger may replace the champion."""
        return all(check.passed for check in self.checks)

    @property
    def refusals(self) -> tuple[GateCheck, ...]:
        """The conditions that did not hold."""
        return tuple(check for check in self.checks if not check.passed)


def gate(
    challenger: Metrics | None, champion: Metrics, share_better: float, settings: GateSettings | None = None
) -> GateResult:
    """Compare two models on the same out-of-time rows.

    Parameters
    ----------
    challenger:
        None when there was too little to fit one: then the gate says so and stays shut.
    champion:
        Figures of the model in use.
    share_better:
        Share of draws of enterprises in which the challenger's AUC is above the champion's.
    settings:
        What else is asked.
    """
    limits = settings or GateSettings()
    if challenger is None:
        refusal = GateCheck("fitted", False, "训练样本不足，未能建立挑战模型", "too little to fit a challenger")
        return GateResult((refusal,))
    return GateResult(
        (
            _enough(challenger, limits),
            _better("auc", "AUC", challenger.auc, champion.auc, higher=True),
            _sure(share_better, limits),
            _better("brier", "Brier", challenger.brier, champion.brier, higher=False),
            _better("log_loss", "log loss", challenger.log_loss, champion.log_loss, higher=False),
            _level(challenger, limits),
        )
    )


def _enough(challenger: Metrics, limits: GateSettings) -> GateCheck:
    rarer = min(challenger.events, challenger.n - challenger.events)
    return GateCheck(
        "events",
        rarer >= limits.fewest_events,
        f"跨期检验样本{challenger.n}行，不良事件{challenger.events}起，两类均至少需要{limits.fewest_events}",
        f"out of time {challenger.n} rows, {challenger.events} with an event; each kind needs {limits.fewest_events}",
    )


def _better(name: str, label: str, mine: float | None, theirs: float | None, *, higher: bool) -> GateCheck:
    if mine is None or theirs is None:
        return GateCheck(name, False, f"{label}无法计算", f"{label} cannot be computed")
    passed = mine > theirs if higher else mine < theirs
    wanted_zh, wanted_en = ("须高于", "must be above") if higher else ("须低于", "must be below")
    return GateCheck(
        name,
        passed,
        f"{label}：挑战者{mine:.4f}，{wanted_zh}现任{theirs:.4f}",
        f"{label} {mine:.4f} {wanted_en} {theirs:.4f}",
    )


def _sure(share_better: float, limits: GateSettings) -> GateCheck:
    return GateCheck(
        "sure",
        share_better >= limits.share_of_draws,
        f"按企业重抽样，AUC占优的比例{share_better:.0%}，至少须{limits.share_of_draws:.0%}",
        f"AUC above in {share_better:.0%} of draws of enterprises; {limits.share_of_draws:.0%} are needed",
    )


def _level(challenger: Metrics, limits: GateSettings) -> GateCheck:
    low, high = limits.expected_to_observed
    ratio = challenger.expected / challenger.events if challenger.events else float("inf")
    return GateCheck(
        "expected_to_observed",
        low <= ratio <= high,
        f"预期与实际事件之比{ratio:.2f}，须在{low}至{high}之间",
        f"expected over observed events {ratio:.2f} must lie within {low} and {high}",
    )
