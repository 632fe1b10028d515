"""The commands, put together. Each module of this package holds one group of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli import (
    bench,
    certificates,
    day,
    demo,
    door,
    judgements,
    keeping,
    model,
    office,
    outbox,
    people,
    planning,
    query,
    retention,
    screening,
    service,
    session,
    sharing,
    support,
)
from pipelines.cli.home import choose_home

HELP = """Xinji 信级: credit grades and risk watch for the enterprises of a cross-border e-commerce zone.

XINJI_HOME (default ./var) says where everything lies. --json works with every command: one JSON document on standard
output. Exit code 0 done, 1 the run failed, 2 wrong usage, 3 done but a gate withheld something.
"""


def build() -> Any:
    """The command line as a callable group."""
    application = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, rich_markup_mode=None)

    @application.callback()
    def _everywhere(
        home: Annotated[Path | None, typer.Option(help="The home to work in, instead of XINJI_HOME.")] = None,
    ) -> None:
        choose_home(home)

    for group in (
        demo,
        door,
        day,
        query,
        planning,
        model,
        office,
        session,
        people,
        judgements,
        certificates,
        retention,
        keeping,
        sharing,
        support,
        screening,
        service,
        outbox,
        bench,
    ):
        group.add_to(application)
    return typer.main.get_command(application)
