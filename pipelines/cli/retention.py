"""Letting rows about persons go when their period ends: plan, read, apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now, table, working
from pipelines.cli.session import acting

if TYPE_CHECKING:
    from pipelines.steps.retention import RemovalPlan

On = Annotated[str, typer.Option("--date", help="The day as of which periods have ended, YYYY-MM-DD.")]


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    retention = typer.Typer(help="Rows about persons go when their period ends; decisions stay replayable.")
    retention.command("plan")(plan)
    retention.command("apply")(apply)
    application.add_typer(retention, name="retention")


def plan(date: On) -> None:
    """Say which rows would go, under which rule. Changes nothing."""
    found = _planned(date)
    sums = found.to_json()["removes"]
    columns = ("rule", "table", "rows", "files", "removed", "first_kept")
    table(f"Would go on {date}", columns, [[one[name] for name in columns] for one in sums])
    then = f"To remove them for good: xinji retention apply --date {date} --plan {found.digest}"
    answer(found.to_json(), then if sums else f"No period has ended by {date}.")


def apply(
    date: On,
    plan: Annotated[str, typer.Option(help="The plan's digest, as 'retention plan' shows it.")],
) -> None:
    """Remove the rows of a plan for good, and put it on record. Given again it finishes what was interrupted."""
    from expectations.errors import ConflictError
    from pipelines.steps.retention import remove

    account, found = acting(), _planned(date)
    if found.losses and found.digest != plan:
        raise ConflictError(f"The plan of {date} is now {found.digest}.", "Look at it again: xinji retention plan")
    home = wiring()
    with working("Removing"):
        files = remove(home.lake, home.home.states, found, account, now())
    answer({**found.to_json(), "files_gone": files}, f"{files} files are gone. On record: xinji verify")


def _planned(day: str) -> RemovalPlan:
    from expectations.vocabulary.moment import parse_date
    from pipelines.steps.retention import plan_removal

    return plan_removal(wiring().lake, parse_date(day))
