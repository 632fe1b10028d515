"""Which columns a file has, against which its contract expects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from expectations.contracts.schema import Contract, Words
from expectations.intake.notice import Notice

OWN_MARK = "_"
"""Columns that our own export adds begin with this; they come back with a corrected file and are no fault."""


@dataclass(frozen=True)
class HeaderMatch:
    """How a file's columns fit its contract.

    Attributes
    ----------
    absent:
        Optional fields the file does not have; they are null in every row.
    notices:
        What to tell the sender. One that refuses the file means that no row of it is accepted.
    """

    absent: tuple[str, ...]
    notices: tuple[Notice, ...]


def match_header(columns: Sequence[str], contract: Contract) -> HeaderMatch:
    """Compare a file's columns with the contract's fields.

    A column the contract does not name is left out and reported, at level ``warn``: it is not kept, because a column
    that nobody agreed on may hold personal data the platform has no ground to store, and not grounds to stop the feed,
    because senders add columns all the time. But where a field is absent *and* an unknown column resembles it, the
    column was probably renamed; reading the field as null would then be a silent default (a renamed ``annulled_at``
    would bring annulled records back to life), so the whole file is refused.
    """
    names = [name for name in columns if not name.startswith(OWN_MARK)]
    repeated = sorted(name for name, times in Counter(names).items() if times > 1)
    unknown = {name: _nearest(name, contract.field_names) for name in names if name not in contract.field_names}
    missing = [field.name for field in contract.fields if field.required and field.name not in names]
    absent = tuple(field.name for field in contract.fields if not field.required and field.name not in names)
    renamed = {name: near for name, near in unknown.items() if near in absent}
    notices = [
        *([_missing(missing, unknown)] if missing else []),
        *([_repeated(repeated)] if repeated else []),
        *([_renamed(renamed)] if renamed and not missing else []),
        *([_unknown(unknown)] if unknown else []),
    ]
    return HeaderMatch(absent, tuple(notices))


def _nearest(name: str, candidates: Sequence[str]) -> str | None:
    folded = name.strip().lower().replace(" ", "_").replace("-", "_")
    return next(iter(get_close_matches(folded, candidates, n=1, cutoff=0.75)), None)


def _missing(missing: list[str], unknown: dict[str, str | None]) -> Notice:
    hints = {near: name for name, near in unknown.items() if near in missing}
    en = ", ".join(f"{name} (perhaps renamed to '{hints[name]}')" if name in hints else name for name in missing)
    zh = "、".join(f"{name}(可能被改名为“{hints[name]}”)" if name in hints else name for name in missing)
    return Notice(
        "columns_missing",
        "withhold",
        Words(
            en=f"The header lacks required columns: {en}. Ask the sender to restore them.",
            zh=f"表头缺少必填列:{zh}。请发送方补上。",
        ),
        refuses_file=True,
    )


def _repeated(repeated: list[str]) -> Notice:
    return Notice(
        "columns_repeated",
        "withhold",
        Words(
            en=f"The header has columns more than once: {', '.join(repeated)}. Nobody can say which counts.",
            zh=f"表头有重复的列:{'、'.join(repeated)},无法确定以哪一列为准。",
        ),
        refuses_file=True,
    )


def _renamed(renamed: dict[str, str]) -> Notice:
    en = ", ".join(f"'{name}' looks like {near}" for name, near in renamed.items())
    zh = "、".join(f"“{name}”疑似 {near}" for name, near in renamed.items())
    return Notice(
        "columns_renamed",
        "withhold",
        Words(
            en=f"Columns seem to be renamed: {en}. Ask the sender to use the agreed names.",
            zh=f"列名疑似被更改:{zh}。请发送方使用约定的列名。",
        ),
        refuses_file=True,
    )


def _unknown(unknown: dict[str, str | None]) -> Notice:
    return Notice(
        "columns_unknown",
        "warn",
        Words(
            en=f"Columns the contract does not name were not kept: {', '.join(unknown)}.",
            zh=f"契约中没有的列未被保存:{'、'.join(unknown)}。",
        ),
    )
