"""The home an invocation works in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.wiring import Wiring

_chosen: dict[str, Path | None] = {"home": None}


def choose_home(home: Path | None) -> None:
    """Remember the home given on the command line, if any."""
    _chosen["home"] = home


def wiring() -> Wiring:
    """Everything of the chosen home."""
    from pipelines.settings import keep_libraries_quiet
    from pipelines.wiring import wire

    wired = wire(_chosen["home"])
    # What goes wrong is said once, in words, where the command ends; under a server Prefect's own log is wanted.
    keep_libraries_quiet(wired.path, prefect_log="CRITICAL")
    return wired
