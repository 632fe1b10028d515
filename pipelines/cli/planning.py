"""The inspection plan within an office's slots."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now, say, table
from pipelines.cli.session import acting


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("plan")(plan)


def plan(
    on: Annotated[str, typer.Option("--date", help="Business date whose decisions are planned by.")],
    capacity: Annotated[
        Path | None, typer.Option(help="YAML: offices: {customs: {slots: 12}}, random_share: 0.05")
    ] = None,
    seed_only: Annotated[
        bool, typer.Option("--seed-only", help="Put the seed on record, and draw nothing yet.")
    ] = False,
) -> None:
    """Plan inspections: a random share over all grades, what the law demands, then the largest expected value.

    The seed is on record before anything is drawn; a day has one seed and one plan, given again to whoever asks.
    """
    import secrets

    from expectations.errors import UsageError
    from expectations.vocabulary.moment import parse_date
    from pipelines.steps.planning import commit_seed, make_plan
    from reports.inspection.capacity import read_capacity

    if capacity is None and not seed_only:
        raise UsageError("No capacity is given.", "Give --capacity FILE, or --seed-only.")
    home, day = wiring(), parse_date(on)
    slots = read_capacity(capacity) if capacity else None
    account = acting()
    seed = commit_seed(home.database, day, secrets.token_hex(32), account, now())
    if slots is None:
        answer({"date": on, "seed": seed}, f"The seed of {on} is on record.")
        return
    made = make_plan(home.home, day, slots, account, now())
    answer(made)
    for office, one in made["offices"].items():
        table(
            f"Plan of {office} for the decisions of {on}",
            ("#", "why", "USCC", "name", "grade", "p", "exposed CNY", "expected CNY", "chosen with"),
            [
                (
                    row["order"],
                    row["why"],
                    row["uscc"],
                    row["name"],
                    row["grade"],
                    f"{row['p']:.3f}",
                    f"{row['amount_fen'] / 100:,.2f}",
                    f"{row['expected_fen'] / 100:,.2f}",
                    f"{row['selection_probability']:.4f}",
                )
                for row in one["chosen"]
            ],
        )
        if one["law_short"]:
            say(f"{office}: no slot is left for {one['law_short']} that the law wants looked at.")
    say(f"Everybody's probability, chosen or not: {home.path / made['probabilities']['path']}")
