"""The page for data scientists does what it says: its blocks are run, one after another."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "data-science.md"


def test_every_block_of_the_page_runs(fresh_home: Callable[[str], Path]) -> None:
    home = fresh_home("var")
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 5
    told: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block.replace('Path("var")', f"Path({str(home)!r})"), str(PAGE), "exec"), told)  # noqa: S102
    assert told["panel"].features.shape[0] > 60
    assert told["table"].frame.shape[0] == 60
    assert told["model"].scorer_.kind == "lightgbm"
