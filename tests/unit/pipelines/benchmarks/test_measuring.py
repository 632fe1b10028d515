"""Measuring in a process of its own."""

from __future__ import annotations

import os

import pytest

from pipelines.benchmarks.measuring import BenchmarkError, measured


def test_work_is_done_in_another_process_and_its_result_comes_back() -> None:
    figure, pid = measured("who", os.getpid)
    assert pid != os.getpid()
    assert (figure.name, figure.peak_mib > 1) == ("who", True)


def test_work_that_fails_says_why() -> None:
    with pytest.raises(BenchmarkError, match="odd: FileNotFoundError"):
        measured("odd", os.listdir, "/no/such/folder")


def test_a_process_that_dies_is_reported_with_its_exit_code() -> None:
    with pytest.raises(BenchmarkError, match="code 7"):
        measured("gone", os._exit, 7)
