"""Do the cases bite? Twenty lines of policy, each changed a little; nearly every change must make a case fail."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

from models.grade.cases import run_cases
from models.policy.book import PolicyBook

CASES = Path(__file__).parent / "cases"
FIRST = "2000-01-01"
MUTATIONS: tuple[tuple[str, Any], ...] = (
    (f"scale/grades|values|{FIRST}|anchor", 701),
    (f"scale/grades|values|{FIRST}|grades|AA", 801),
    (f"scale/grades|values|{FIRST}|grades|C", 399),
    (f"floors/F01|values|{FIRST}|score", 401),
    (f"points/P01|values|{FIRST}|points", 41),
    (f"caps/K01|values|{FIRST}|branches|1|where|kind", "misdeclaration"),
    (f"caps/K02|values|{FIRST}|branches|0|max_grade", "B"),
    (f"caps/K03|values|{FIRST}|branches|2|max_grade", "A"),
    (f"caps/K04|values|{FIRST}|branches|0|mandatory", False),
    (f"caps/K05|values|{FIRST}|branches|1|max_grade", "AA"),
    (f"caps/K06|values|{FIRST}|branches|1|max_grade", "B"),
    (f"caps/K08|values|{FIRST}|branches|0|mandatory", False),
    (f"caps/K10|values|{FIRST}|branches|0|days", 179),
    (f"caps/K10|values|{FIRST}|branches|1|days", 31),
    (f"caps/K11|values|{FIRST}|branches|0|departments", 3),
    (f"caps/K12|values|{FIRST}|branches|0|months", 13),
    (f"facts/penalty|values|{FIRST}|lasts|months|general", 13),
    (f"facts/penalty|values|{FIRST}|ends_before", ["revoked_on"]),
    (f"statuses/insufficient_data|values|{FIRST}|missing_weight_above", 0.41),
    ("notices/terms|values|2026-11-01|working_days", 6),
)


def _mutated(content: dict[str, Any], place: str, value: Any) -> PolicyBook:
    changed = deepcopy(content)
    *way, last = (int(step) if step.isdigit() else step for step in place.split("|"))
    node: Any = changed
    for step in way:
        node = node[step]
    assert node[last] != value, f"{place} is {value} already: the mutation changes nothing"
    node[last] = value
    return PolicyBook.restored(changed)


def test_at_least_eighteen_of_twenty_changed_lines_make_a_case_fail() -> None:
    content = PolicyBook.load().to_json()
    assert not run_cases(CASES, PolicyBook.restored(content)).failed
    unnoticed = [place for place, value in MUTATIONS if not run_cases(CASES, _mutated(content, place, value)).failed]
    assert len(MUTATIONS) == 20
    assert len(unnoticed) <= 2, unnoticed
