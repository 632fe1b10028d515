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
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.mutations.mutants import KINDS, Mutant, mutants
from tests.mutations.quick import FOUND, first_difference
from tests.mutations.reading import Reach

ROOT = Path(__file__).parents[2]
PACKAGES = ("chain", "rollups", "windows", "typologies", "parties", "facts")
COPIED = ("expectations", "features", "models", "pipelines", "reports", "tests", "pyproject.toml")


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
        for package in PACKAGES
        for path in sorted((ROOT / "features" / package).glob("*.sql"))
    }
    drawn_from = {path: sql for path, sql in steps.items() if path.parent.name in (chosen.package or PACKAGES)}
    survivors: list[Mutant] = []
    with TemporaryDirectory(prefix="xinji-mutations-") as name:
        tree = _copied(Path(name))
        left = chosen.draws
        for mutant in mutants(drawn_from, chosen.seed, tuple(chosen.kind)):
            if not left:
                break
            verdict = _tried(tree, mutant, steps)
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


def _tried(tree: Path, mutant: Mutant, steps: Mapping[Path, str]) -> bool | None:
    """Whether a test fails for it; None when the engine refuses it."""
    began = time.monotonic()
    reach = Reach.of(mutant.step, steps)
    told = _first_look(mutant.step, mutant.sql, reach)
    if told and not told.startswith(FOUND) and _first_look(mutant.step, steps[mutant.step], reach):
        raise SystemExit(f"Without any mistake the look fails too: {told}")
    told = told or _first_failure(tree, mutant, reach.tests(ROOT), steps[mutant.step])
    seconds = time.monotonic() - began
    if told is None:
        _say(f"SURVIVED  {mutant}  ({seconds:.0f} s)")
        return False
    if refusal := re.search(r"StepError: Step .* failed: (Binder|Parser|Catalog) Error.*", told):
        _say(f"refused   {mutant}  ({refusal.group()[:100]})")
        return None
    _say(f"caught    {mutant}  (in {seconds:.0f} s by {told})")
    return True


def _first_look(step: Path, sql: str, reach: Reach) -> str | None:
    return first_difference(ROOT / step, sql, reach.rules, in_features="windows" in reach.packages)


def _first_failure(tree: Path, mutant: Mutant, tests: Sequence[str], original: str) -> str | None:
    """Which test fails, or what the engine says; None when all pass."""
    if not tests:
        return None
    place = tree / mutant.step
    place.write_text(mutant.sql, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-x", "-p", "tests.mutations.unshrunk", *tests],
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    place.write_text(original, encoding="utf-8")
    if ended.returncode == pytest.ExitCode.OK:
        return None
    told = re.search(r"^(FAILED|ERROR) (\S+::[^ ]+)|StepError: Step .* failed: .*", ended.stdout, re.MULTILINE)
    return told.group() if told else ended.stdout[-300:]


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
