"""The house stands as the architecture page draws it, and its checks bite."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ROOMS = ("expectations", "features", "models", "reports", "pipelines")


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for room in ROOMS:
        for path in sorted((REPOSITORY / room).rglob("*.py")):
            yield path.relative_to(REPOSITORY), ast.parse(path.read_text(encoding="utf-8"))


def _calls(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_is_imported_from_this_checkout_and_from_nowhere_else(room: str) -> None:
    spec = importlib.util.find_spec(room)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).resolve().parent == REPOSITORY / room


def test_only_the_command_line_reads_the_clock() -> None:
    clock = re.compile(r"\b(datetime\.now|datetime\.utcnow|date\.today|time\.time|datetime\.today)$")
    readers = {str(path) for path, tree in _sources() if any(clock.search(call) for call in _calls(tree))}
    assert readers <= {"pipelines/cli/output.py"}, readers


def test_only_the_settings_read_the_environment() -> None:
    readers = set()
    for path, tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in {"os.environ", "os.getenv", "os.environb"}:
                readers.add(str(path))
    # The second only writes: MLflow is told to keep quiet through the environment, also for who uses it in a notebook.
    assert readers <= {"pipelines/settings.py", "models/registry/mlflow_access.py"}, readers


def test_no_module_is_named_for_what_it_is_not() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    named = [str(path) for path, _ in _sources() if vague & {*path.parts, path.stem}]
    assert not named, named


def test_every_module_says_what_it_is_for() -> None:
    silent = [str(path) for path, tree in _sources() if not ast.get_docstring(tree)]
    assert not silent, silent


def test_tests_are_no_package_so_that_they_cannot_hide_a_room() -> None:
    assert not list((REPOSITORY / "tests").rglob("__init__.py"))


def _lint_imports(configuration: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--config", str(configuration), "--no-cache"]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def _ini(contracts: list[dict[str, object]]) -> str:
    head = ["[importlinter]", "root_packages =", *(f"    {room}" for room in ROOMS), "include_external_packages = True"]
    for number, contract in enumerate(contracts):
        head.append(f"[importlinter:contract:{number}]")
        for key, value in contract.items():
            lines = "".join(f"\n    {each}" for each in value) if isinstance(value, list) else str(value)
            head.append(f"{key} = {lines}")
    return "\n".join(head)


def test_the_layers_turned_upside_down_are_refused(tmp_path: Path) -> None:
    contracts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layered = [contract for contract in contracts if contract["type"] == "layers"]
    assert layered
    upright, reversed_ = tmp_path / "upright.ini", tmp_path / "reversed.ini"
    upright.write_text(_ini(layered), encoding="utf-8")
    reversed_.write_text(_ini([{**each, "layers": each["layers"][::-1]} for each in layered]), encoding="utf-8")
    assert _lint_imports(upright).returncode == 0
    outcome = _lint_imports(reversed_)
    assert outcome.returncode != 0
    assert f"{len(layered)} broken" in outcome.stdout
