"""The words of a pack that are names in the record: gates, and kinds of enterprises, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, tuple[str, str]] = {
    "new": ("新设企业", "new"),
    "small": ("小微企业", "small"),
    "sole_trader": ("个体工商户", "sole traders"),
    "retail_import": ("零售进口", "retail import"),
    "export": ("出口", "export"),
    "import": ("进口", "import"),
}
"""By the name of a subgroup."""

_GATES: Mapping[str, tuple[str, str]] = {
    "events": ("事件数", "events"),
    "leak": ("信息泄露", "leak"),
    "discrimination": ("区分能力", "discrimination"),
    "accuracy": ("准确度", "accuracy"),
    "calibration": ("校准", "calibration"),
    "order": ("等级次序", "order"),
    "stability": ("稳定性", "stability"),
    "monotone": ("单调性", "monotone"),
    "replay": ("可重现性", "replay"),
}


def gate_words(name: str) -> tuple[str, str]:
    """A gate's name for people; that of a subgroup is ``subgroup <kind>``."""
    kind = name.removeprefix("subgroup ")
    if kind != name:
        zh, en = KINDS[kind]
        return f"子群体：{zh}", f"subgroup: {en}"
    return _GATES[name]
