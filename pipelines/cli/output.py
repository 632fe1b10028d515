"""What the command line says: one JSON document for machines, plain words for people, errors with a remedy."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from expectations.errors import UsageError, XinjiError
from expectations.vocabulary.digest import canonical_json

DONE, FAILED, WRONG_USAGE, WITHHELD = 0, 1, 2, 3
"""Exit codes: done; the run failed; wrong usage; done, but a gate withheld something."""

_mode = {"json": False}


def speak_json(enabled: bool) -> None:
    """Choose between one JSON document and plain words for this invocation."""
    _mode["json"] = enabled


def speaks_json() -> bool:
    """Whether the caller asked for JSON."""
    return _mode["json"]


def now() -> datetime:
    """Read the clock: the one place where it is read. Everything below gets moments as arguments."""
    return datetime.now(tz=UTC)


def answer(document: Any, *lines: str) -> None:
    """Print the command's one document as JSON where asked for, else the lines."""
    if speaks_json():
        sys.stdout.write(canonical_json(document) + "\n")
    else:
        say(*lines)


def say(*lines: str) -> None:
    """Print lines for people; silent under ``--json``."""
    if speaks_json() or not lines:
        return
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(line)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table for people; silent under ``--json``."""
    if speaks_json():
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    grid = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for place, column in enumerate(columns):
        # What a row is about stays whole; the rest gives way where the screen is narrow.
        grid.add_column(column, no_wrap=place == 0, overflow="fold")
    for row in rows:
        grid.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    Console(highlight=False).print(grid)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Say on stderr what is going on while it lasts."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        if not speaks_json():
            console.print(f"{what} ...")
        yield
        return
    with console.status(f"{what} ..."):
        yield


def fail(error: XinjiError) -> int:
    """Say what was wrong and what to do; return the exit code."""
    if speaks_json():
        sys.stdout.write(canonical_json({"error": {"problem": error.problem, "remedy": error.remedy}}) + "\n")
    else:
        sys.stderr.write(f"{error.problem}\n")
        if error.remedy:
            sys.stderr.write(f"-> {error.remedy}\n")
    return WRONG_USAGE if isinstance(error, UsageError) else FAILED
