"""The gates: whether a version's evidence lets it grade, each with its name and its figures in both languages.

They read the pack as it was logged, so that what was judged is what anybody can read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from models.validation.limits import GateLimits
from models.validation.wording import KINDS

Pack = Mapping[str, Any]
"""A validation pack as plain JSON values; see ``models.validation.pack``."""


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One condition, whether it held, and the figures in both languages."""

    name: str
    passed: bool
    zh: str
    en: str

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"name": self.name, "passed": self.passed, "zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class GateResult:
    """All conditions; the gate is passed when every one held."""

    checks: tuple[GateCheck, ...]

    @property
    def passed(self) -> bool:
        """Whether the version may grade."""
        return all(check.passed for check in self.checks)

    @property
    def refusals(self) -> tuple[GateCheck, ...]:
        """The conditions that did not hold."""
        return tuple(check for check in self.checks if not check.passed)


def gates(pack: Pack, limits: GateLimits) -> GateResult:
    """Judge a pack against the limits in force."""
    checks = [_events(pack, limits), *_leak(pack, limits), *_discrimination(pack, limits)]
    checks += [*_calibration(pack, limits), _order(pack, limits), _stability(pack, limits)]
    checks += [*_subgroups(pack, limits), _monotone(pack, limits), _replay(pack)]
    return GateResult(tuple(checks))


def _events(pack: Pack, limits: GateLimits) -> GateCheck:
    rows, events = pack["rows"], pack["events"]
    return GateCheck(
        "events",
        min(events, rows - events) >= limits.fewest_events,
        f"跨期样本{rows}行，不良事件{events}起，两类均至少需要{limits.fewest_events}",
        f"out of time {rows} rows, {events} with an event; each kind needs {limits.fewest_events}",
    )


def _leak(pack: Pack, limits: GateLimits) -> Iterator[GateCheck]:
    """Labels known later than the first validated day, a whole or a single feature too good to be true: none may be."""
    learnt, first = pack["labels_known_on"], pack["from"]
    yield GateCheck(
        "leak",
        learnt < first,
        f"训练标签截至{learnt}，须早于检验样本首日{first}",
        f"labels of the training known up to {learnt} must end before the first validated day {first}",
    )
    auc = pack["discrimination"]["auc"]
    low = auc["low"]
    yield GateCheck(
        "leak",
        low is None or low <= limits.implausible_auc,
        f"AUC{_number(auc['value'])}（区间下限{_number(low)}）高于{limits.implausible_auc}即不可信，须先排查未来信息泄露",
        f"AUC {_number(auc['value'])} (from {_number(low)}): wholly above {limits.implausible_auc} is too good to be "
        "true, look for the future in the features",
    )
    for alone in pack["alone"][:1]:
        name, own = alone["feature"], alone["auc"]
        yield GateCheck(
            "leak",
            own["low"] is None or own["low"] <= limits.implausible_alone,
            f"单个特征{name}的AUC{_number(own['value'])}（区间下限{_number(own['low'])}）高于{limits.implausible_alone}"
            "即不可信，须先排查该特征是否含有未来信息",
            f"{name} alone has AUC {_number(own['value'])} (from {_number(own['low'])}): wholly above "
            f"{limits.implausible_alone} is too good to be true, look for the future in it",
        )


def _discrimination(pack: Pack, limits: GateLimits) -> Iterator[GateCheck]:
    champion = _champion(pack)
    if champion is None:
        return
    gap = champion["difference"]
    high = gap["high"]
    yield GateCheck(
        "discrimination",
        high is not None and high >= 0,
        f"与现任（版本{champion['version']}）AUC之差{_number(gap['value'])}，区间上限{_number(high)}，不得整体低于零",
        f"AUC less that of the champion (version {champion['version']}) {_number(gap['value'])}, at most "
        f"{_number(high)}: must not lie wholly below zero",
    )
    if champion["kind"] not in limits.must_beat:
        return
    share = gap["share_better"]
    yield GateCheck(
        "discrimination",
        share >= limits.share_of_draws_better,
        f"按企业重抽样，AUC高于现任的比例{share:.0%}，至少须{limits.share_of_draws_better:.0%}",
        f"AUC above the champion's in {share:.0%} of draws of enterprises, {limits.share_of_draws_better:.0%} needed",
    )
    for name, label in (("brier", "Brier"), ("log_loss", "log loss")):
        mine, theirs = pack["accuracy"][name], champion[name]
        yield GateCheck(
            "accuracy",
            mine < theirs,
            f"{label}：挑战者{mine:.4f}，须低于现任{theirs:.4f}",
            f"{label} {mine:.4f} must be below the champion's {theirs:.4f}",
        )


def _champion(pack: Pack) -> Mapping[str, Any] | None:
    """The champion among the rivals; None when the version validated is champion itself."""
    return next((rival for rival in pack["rivals"] if rival["role"] == "champion"), None)


def _calibration(pack: Pack, limits: GateLimits) -> Iterator[GateCheck]:
    found = pack["calibration"]
    low, high = limits.expected_to_observed
    ratio = found["expected_to_observed"]
    yield GateCheck(
        "calibration",
        ratio is not None and low <= ratio <= high,
        f"预期与实际事件之比{_number(ratio)}，须在{low}至{high}之间",
        f"expected over observed events {_number(ratio)} must lie within {low} and {high}",
    )
    test = found["hosmer_lemeshow"]
    yield GateCheck(
        "calibration",
        test["p_value"] >= limits.significance,
        f"Hosmer-Lemeshow检验p值{test['p_value']:.4f}，不得低于{limits.significance}",
        f"Hosmer-Lemeshow p {test['p_value']:.4f} must not be below {limits.significance}",
    )
    grades = found["per_grade"]
    worst = min(grades, key=lambda one: one["test"]["p_value"], default=None)
    p_value = min(1.0, worst["test"]["p_value"] * len(grades)) if worst else 1.0
    at = f"{worst['grade']}: {worst['test']['expected']:.1f} / {worst['test']['events']}" if worst else "-"
    yield GateCheck(
        "calibration",
        p_value >= limits.significance,
        f"各等级Jeffreys检验最小p值{p_value:.4f}（{at}，预期/实际），不得低于{limits.significance}",
        f"Jeffreys per grade, smallest p {p_value:.4f} ({at}, expected / seen) must not be below {limits.significance}",
    )


def _order(pack: Pack, limits: GateLimits) -> GateCheck:
    pairs = pack["calibration"]["order"]
    worst = min(pairs, key=lambda one: one["p_value"], default=None)
    p_value = min(1.0, worst["p_value"] * len(pairs)) if worst else 1.0
    at = f"{worst['better']} {worst['rate_better']:.1%}, {worst['worse']} {worst['rate_worse']:.1%}" if worst else "-"
    return GateCheck(
        "order",
        p_value >= limits.significance,
        f"相邻等级不良率倒挂的最小p值{p_value:.4f}（{at}），不得低于{limits.significance}",
        f"neighbouring grades in the wrong order, smallest p {p_value:.4f} ({at}) must not be below "
        f"{limits.significance}",
    )


def _stability(pack: Pack, limits: GateLimits) -> GateCheck:
    found = pack["stability"]["margin"]
    passed = found["index"] <= max(limits.stability_index, found["bound"])
    return GateCheck(
        "stability",
        passed,
        f"得分稳定性指数{found['index']:.3f}，不得同时高于{limits.stability_index}与随机界限{found['bound']:.3f}",
        f"stability index of the score {found['index']:.3f} must not exceed both {limits.stability_index} and what "
        f"luck explains, {found['bound']:.3f}",
    )


def _subgroups(pack: Pack, limits: GateLimits) -> Iterator[GateCheck]:
    low, high = limits.expected_to_observed
    groups = pack["subgroups"]
    for group in groups:
        ratio, p_value = group["expected_to_observed"], min(1.0, group["rate"]["p_value"] * len(groups))
        zh, en = KINDS[group["name"]]
        yield GateCheck(
            f"subgroup {group['name']}",
            low <= ratio <= high or p_value >= limits.significance,
            f"{zh}：{group['enterprises']}家，预期与实际之比{ratio:.2f}（p值{p_value:.4f}），不得显著偏离{low}至{high}",
            f"{en}: {group['enterprises']} enterprises, expected over observed {ratio:.2f} "
            f"(p {p_value:.4f}) must not lie significantly outside {low} to {high}",
        )


def _monotone(pack: Pack, limits: GateLimits) -> GateCheck:
    worst = max(pack["directions"], key=lambda one: one["against"], default=None)
    against = worst["against"] if worst else 0.0
    name = worst["feature"] if worst and against else "-"
    return GateCheck(
        "monotone",
        against <= limits.monotone_tolerance,
        f"{len(pack['directions'])}个有方向的特征，最大反向变动{against:.2g}（{name}）",
        f"{len(pack['directions'])} features with a direction, largest move against one {against:.2g} ({name})",
    )


def _replay(pack: Pack) -> GateCheck:
    found = pack["replay"]
    if found["recorded_rows"] != found["found_rows"]:
        zh, en = "训练样本已无法原样重建，请重新训练", "the rows of the training cannot be made again; train again"
    elif found["recorded_model"] != found["found_model"]:
        zh, en = (
            "以登记的样本重新训练得到的不是登记的模型",
            "training on the recorded rows gives another model than registered",
        )
    elif not found["one_by_one"]:
        zh, en = "逐行评分与批量评分不一致", "rows scored alone differ from rows scored together"
    else:
        zh, en = (
            f"重新训练得到同一模型{found['found_model'][:12]}",
            f"trained again to the same {found['found_model'][:12]}",
        )
    return GateCheck("replay", found["holds"], zh, en)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
