"""A model reason in words, from the catalogue's texts and the feature's unit."""

from __future__ import annotations

from features.catalogue.schema import Feature

_UNITS = {
    "count": ("", ""),
    "cny": ("元", " CNY"),
    "usd": ("美元", " USD"),
    "days": ("天", " days"),
    "hours": ("小时", " hours"),
    "kg": ("千克", " kg"),
    "ratio": ("", ""),
    "score": ("", ""),
}


def reason_text(
    feature: Feature, value: float | None, peer_median: float | None, previous: float | None, *, raises: bool
) -> tuple[str, str]:
    """The reason in Chinese and in English. An empty value says that there is no value, not that it is bad."""
    effect_zh, effect_en = ("推高风险", "raises the risk") if raises else ("降低风险", "lowers the risk")
    zh, en = amount_text(feature, value)
    beside = [
        (f"{word_zh}{amount_zh}", f"{word_en} {amount_en}")
        for word_zh, word_en, number in (("同类中位数", "peers' median", peer_median), ("此前", "before", previous))
        if number is not None
        for amount_zh, amount_en in (amount_text(feature, number),)
    ]
    beside_zh = f"（{'，'.join(one for one, _ in beside)}）" if beside else ""
    beside_en = f" ({', '.join(one for _, one in beside)})" if beside else ""
    return f"{feature.zh}：{zh}{beside_zh}，{effect_zh}", f"{feature.en}: {en}{beside_en}; {effect_en}"


def amount_text(feature: Feature, value: float | None) -> tuple[str, str]:
    """A value with its unit, short enough for a sentence."""
    if value is None:
        return "无数据", "no value"
    if feature.unit == "flag":
        return ("是", "yes") if value else ("否", "no")
    if feature.unit == "share":
        return (text := f"{100 * value:z.1f}%"), text
    zh, en = _UNITS[feature.unit]
    text = f"{value:z,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:z,.2f}"
    return text + zh, text + en
