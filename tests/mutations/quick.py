"""A first look at a mistake without a test session: random worlds against plain Python, and the cases of patterns.

They are the suite's own test of all features and its own cases, run in a fork of a process that has all imported.
Most mistakes are found here within seconds.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Collection
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import features.engine
from models.policy.book import PolicyBook
from tests.mutations import unshrunk  # noqa: F401  # before the tests, which take its settings up
from tests.policy.pattern_cases import pattern_cases
from tests.policy.test_patterns_apart import (
    first_of_each_rule,
    test_a_twin_is_found_beside_the_first_and_neither_is_held_to_the_other_s_documents,
)
from tests.unit.features.test_table import TestAgainstPlainPython

FOUND = "difference: "
"""What an answer begins with that an assertion gave. Any other failure may have a cause apart from the mistake."""

LONGEST_SECONDS = 600
"""A mistake that multiplies rows without end is found out by the time it takes."""


@dataclass(frozen=True)
class _Folder:
    """Stands where a package's files are looked for, with one text in place of another."""

    folder: Path
    changed: Path
    sql: str

    def __truediv__(self, name: str) -> _Folder:
        return _Folder(self.folder / name, self.changed, self.sql)

    def read_text(self, encoding: str) -> str:
        return self.sql if self.folder == self.changed else self.folder.read_text(encoding=encoding)


def first_difference(step: Path, sql: str, rules: Collection[str], *, in_features: bool) -> str | None:
    """What differs with another text of a step; None when nothing does.

    Parameters
    ----------
    step, sql:
        The step, and the text that stands in for its own.
    rules:
        Patterns whose cases are looked at.
    in_features:
        Whether features hang on the step.
    """
    here, there = multiprocessing.Pipe(duplex=False)
    arguments = (there, step.resolve(), sql, frozenset(rules), in_features)
    process = multiprocessing.get_context("fork").Process(target=_look, args=arguments)
    process.start()
    there.close()
    told = here.recv() if here.poll(LONGEST_SECONDS) else "no end"
    process.kill()
    process.join()
    return told


def _look(there: Connection, step: Path, sql: str, rules: Collection[str], in_features: bool) -> None:
    def found(package: str) -> Any:
        return _Folder(Path(features.engine.__file__).parents[1] / package.replace(".", "/"), step, sql)

    vars(features.engine)["files"] = found
    try:
        looked_at = "test_every_feature_equals_what_a_person_would_work_out"
        if in_features:
            TestAgainstPlainPython().test_every_feature_equals_what_a_person_would_work_out()
        looked_at = "a twin of a case"
        there.send(_in_cases(rules))
    except AssertionError:
        there.send(f"{FOUND}{looked_at}")
    except Exception as error:
        there.send(f"{type(error).__name__}: {error}")


def _in_cases(rules: Collection[str]) -> str | None:
    book = PolicyBook.load()
    for filed in pattern_cases():
        if filed.case.rule in rules:
            _, differences = filed.run(book)
            if differences:
                return f"{FOUND}{filed.file}: {filed.case.case}"
    for filed in first_of_each_rule():
        if filed.case.rule in rules:
            test_a_twin_is_found_beside_the_first_and_neither_is_held_to_the_other_s_documents(filed)
    return None
