"""Where a step shows, and which tests look there: those of every step that reads it, directly or through others."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

UNIT = "tests/unit/features"
MEASURES = tuple(
    f"{UNIT}/{name}.py"
    for name in ("test_measures", "test_prices_and_receipts", "test_reconciliation", "test_table", "test_chain")
)
OUTCOMES = (f"{UNIT}/facts", "tests/unit/models/training")
PARTIES, STATE = f"{UNIT}/parties", f"{UNIT}/state"

READ_BY_OTHERS = ("chain", "rollups", "parties")
_OTHER_NAMES = {"shared_token": ("related_party",)}


@dataclass(frozen=True)
class Reach:
    """Where a step shows: the packages and patterns that it and its readers belong to."""

    step: Path
    packages: frozenset[str]
    rules: tuple[str, ...]

    @classmethod
    def of(cls, step: Path, steps: Mapping[Path, str]) -> Reach:
        """The reach of a step among all steps by path."""
        concerned = [step, *_readers(step, steps)]
        rules = sorted({path.stem for path in concerned if path.parent.name == "typologies"})
        return cls(step, frozenset(path.parent.name for path in concerned), tuple(rules))

    def tests(self, root: Path) -> list[str]:
        """Arguments for pytest, what is quick first; the tests of patterns under a root are those that name a rule."""
        chosen = [PARTIES] if "parties" in self.packages else []
        if "windows" in self.packages:
            chosen += MEASURES
        chosen += [str(path.relative_to(root)) for path in _naming(self.rules, root / UNIT / "typologies")]
        if "facts" in self.packages:
            chosen += OUTCOMES
        if self.step.parent.name in ("chain", "rollups"):
            chosen += [STATE]
        return chosen


def _readers(step: Path, steps: Mapping[Path, str]) -> list[Path]:
    found: list[Path] = []
    waiting = [step]
    while waiting:
        read = waiting.pop()
        if read.parent.name not in READ_BY_OTHERS:
            continue
        names = _names(read.stem)
        for path, text in steps.items():
            if path != step and path not in found and names.search(text):
                found.append(path)
                waiting.append(path)
    return found


def _names(stem: str) -> re.Pattern[str]:
    """A step as another text names it: a rollup also by its window sums, the tokens by the parties made of them."""
    names = (stem, stem.replace("rollup_", "window_", 1), *_OTHER_NAMES.get(stem, ()))
    return re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")


def _naming(rules: Sequence[str], folder: Path) -> list[Path]:
    named = re.compile(rf"\b({'|'.join(rules)})\b")
    return [path for path in sorted(folder.glob("test_*.py")) if rules and named.search(path.read_text("utf-8"))]
