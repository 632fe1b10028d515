"""International code lists that many contracts share, as text files of codes beside this module."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

CodeListName = Literal["currency", "country"]

_FOLDER = Path(__file__).parent / "code_lists"


@cache
def code_list(name: CodeListName) -> tuple[str, ...]:
    """All codes of a list, sorted. In the file a line that starts with ``#`` is a remark."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(sorted(code for line in lines if not line.startswith("#") for code in line.split()))
