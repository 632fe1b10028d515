"""A small home is served and asked: every document is screened, every grade answered, and percentiles are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.benchmarks.load import Answers
from pipelines.benchmarks.measuring import BenchmarkError
from pipelines.benchmarks.served import MOMENT, Load, _told, make_home
from pipelines.steps.screening import read_papers


def test_the_documents_of_the_benchmark_are_sound_new_and_as_many_as_are_asked_for(tmp_path: Path) -> None:
    made = make_home(tmp_path, Load(enterprises=20, rows=200, per_second=10, seconds=1, tries=20))
    assert len(made.documents) == 300
    assert len({one["inventory"]["invt_no"] for one in made.documents}) == 300
    for papers in made.documents[::50]:
        given = {name: told if isinstance(told, list) else [told] for name, told in papers.items()}
        assert len(read_papers(given, MOMENT).lines) == 1


def test_an_answer_that_was_not_wanted_is_no_figure() -> None:
    with pytest.raises(BenchmarkError, match="422"):
        _told(Answers([0.1, 0.2], {200: 1, 422: 1}), 200)  # type: ignore[arg-type]


def test_the_slowest_answers_are_told_apart_from_the_usual_ones() -> None:
    found = _told(Answers([0.001] * 98 + [0.5, 0.9], {200: 100}, 2.0), 200)  # type: ignore[arg-type]
    assert (found["p50"], found["p99"], found["slowest"], found["per_second"]) == (1.0, 900.0, 900.0, 50.0)
