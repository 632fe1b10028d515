"""Do the tests bite? Mistakes drawn at random are put into the SQL steps one by one; a test should fail for each.

    python -m tests.mutations --seed 20261031 --draws 30

Not a test itself, since an hour is soon gone. The tree is copied aside, so that a mistake never stands in the source.
Prints each mistake as caught (and by which test) or as a survivor. What the engine refuses outright is no mistake that
anybody could overlook, and does not count. Ends with 1 when more than a tenth survive.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.mutations.mutants import KINDS, Mutant, mutants

ROOT = Path(__file__).parents[2]
PACKAGES = ("chain", "rollups", "windows", "typologies", "parties", "facts")
COPIED = ("expectations", "features", "models", "pipelines", "reports", "tests", "pyproject.toml")
MEASURES = tuple(
    f"tests/unit/features/{name}"
    for name in ("test_measures.py", "test_chain.py", "test_prices_and_receipts.py", "test_reconciliation.py")
)
TABLE, FACTS, PATTERNS = (
    "tests/unit/features/test_table.py",
    "tests/unit/features/facts",
    "tests/policy/test_patterns.py",
)
TYPOLOGIES, PARTIES, STATE = (f"tests/unit/features/{name}" for name in ("typologies", "parties", "state"))
TESTS_OF = {
    "chain": (*MEASURES, TABLE, FACTS, PATTERNS, TYPOLOGIES, STATE),
    "rollups": (*MEASURES, TABLE, PATTERNS, TYPOLOGIES, STATE),
    "windows": (*MEASURES, TABLE),
    "typologies": (TYPOLOGIES,),
    "parties": (PARTIES, *MEASURES, TABLE, PATTERNS),
    "facts": (FACTS, "tests/unit/models/training", "tests/unit/models/validation"),
}
"""Tests that read a step of each package, the quick ones first; of a pattern its cases come before them."""


def main(arguments: Sequence[str]) -> int:
    """Draw, test, tell; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--kind", choices=sorted(KINDS), action="append", default=[])
    parser.add_argument("--package", choices=PACKAGES, action="append", default=[])
    chosen = parser.parse_args(arguments)
    steps = {
        path.relative_to(ROOT): path.read_text(encoding="utf-8")
        for package in chosen.package or PACKAGES
        for path in sorted((ROOT / "features" / package).glob("*.sql"))
    }
    survivors: list[Mutant] = []
    with TemporaryDirectory(prefix="xinji-mutations-") as name:
        tree = _copied(Path(name))
        left = chosen.draws
        for mutant in mutants(steps, chosen.seed, tuple(chosen.kind)):
            if not left:
                break
            verdict = _tried(tree, mutant, steps[mutant.step])
            if verdict is not None:
                left -= 1
                survivors += [] if verdict else [mutant]
    caught = chosen.draws - left - len(survivors)
    _say(f"{caught} of {chosen.draws - left} caught.", *(f"survived: {mutant}" for mutant in survivors))
    return int(len(survivors) > chosen.draws / 10)


def _copied(target: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        else:
            shutil.copy2(source, target / name)
    return target


def _tried(tree: Path, mutant: Mutant, original: str) -> bool | None:
    """Whether a test fails for it; None when the engine refuses it."""
    began = time.monotonic()
    place = tree / mutant.step
    place.write_text(mutant.sql, encoding="utf-8")
    told = _first_failure(tree, mutant)
    place.write_text(original, encoding="utf-8")
    seconds = time.monotonic() - began
    if told is None:
        _say(f"SURVIVED  {mutant}  ({seconds:.0f} s)")
        return False
    if refusal := re.search(r"StepError: Step .* failed: (Binder|Parser|Catalog) Error.*", told):
        _say(f"refused   {mutant}  ({refusal.group()[:100]})")
        return None
    failed = re.search(r"^(FAILED|ERROR) (\S+::[^ ]+)", told, re.MULTILINE)
    _say(f"caught    {mutant}  (in {seconds:.0f} s by {failed.group(2) if failed else told[-300:]})")
    return True


def _first_failure(tree: Path, mutant: Mutant) -> str | None:
    """What pytest says when a test fails; None when all pass."""
    package = mutant.step.parent.name
    runs = [[PATTERNS, "-k", mutant.step.stem]] if package == "typologies" else []
    for chosen in [*runs, [*TESTS_OF[package]]]:
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "0", "-x", "-p", "tests.mutations.unshrunk", *chosen],
            cwd=tree, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ended.returncode not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            return ended.stdout
    return None


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
