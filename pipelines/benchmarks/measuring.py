"""Measuring one piece of work in a process of its own, and the report that sets it against its floor."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from expectations.errors import XinjiError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class BenchmarkError(XinjiError):
    """A piece of work could not be measured: it failed, or its answer differs from the floor's."""


@dataclass(frozen=True)
class Figure:
    """What one piece of work took.

    Attributes
    ----------
    seconds, cpu_seconds:
        On the wall; and of user and system time, over all threads.
    peak_mib:
        Largest resident size of the process that did it, the interpreter and its imports included.
    """

    name: str
    seconds: float
    cpu_seconds: float
    peak_mib: float


@dataclass(frozen=True)
class Report:
    """One benchmark: the figures, which of them is the floor, and the ratio that the goal is about.

    Attributes
    ----------
    floor:
        Name of the figure that the others are set against; empty where there is none.
    ratio:
        The measured ratio.
    goal:
        What was asked for, in words.
    details:
        Everything else that a reader needs to judge the figures: sizes, seeds, tables of quality.
    """

    benchmark: str
    figures: tuple[Figure, ...]
    floor: str
    ratio: float
    goal: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return asdict(self)


def measured(
    name: str, work: Callable[Parameters, Result], *arguments: Parameters.args, **named: Parameters.kwargs
) -> tuple[Figure, Result]:
    """Do a piece of work in a fresh process; gives what it took and what it returned.

    Parameters
    ----------
    name:
        Of the figure.
    work:
        A function at the top level of a module, so that the other process can find it.
    arguments, named:
        Passed on. They and the result must pickle; large results belong into files.

    Raises
    ------
    BenchmarkError
        When the work fails.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_carry_out, args=(there, work, arguments, named))
    process.start()
    there.close()
    try:
        outcome = here.recv()
    except EOFError as error:
        process.join()
        raise BenchmarkError(
            f"{name}: the process ended with code {process.exitcode}.", "Look for a lack of memory."
        ) from error
    process.join()
    if isinstance(outcome, str):
        raise BenchmarkError(f"{name}: {outcome}")
    seconds, cpu_seconds, peak_mib, result = outcome
    return Figure(name, seconds, cpu_seconds, peak_mib), result


def _carry_out(
    there: Connection, work: Callable[..., object], arguments: tuple[object, ...], named: Mapping[str, object]
) -> None:
    # DuckDB takes a process without a main file for a person at a prompt, and draws progress bars into its output.
    sys.modules["__main__"].__file__ = __file__
    began, used = time.perf_counter(), time.process_time()
    try:
        result = work(*arguments, **named)
    except Exception as error:
        there.send(f"{type(error).__name__}: {error}")
        raise
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - used
    there.send((seconds, cpu_seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, result))
