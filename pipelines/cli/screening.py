"""Single documents before clearance: what they are held against, and a screening made again."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import FAILED, answer, say, table, working


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    screening = typer.Typer(help="Screening of single documents (POST /v1/screenings).", no_args_is_help=True)
    screening.command("prepare")(prepare)
    screening.command("replay")(replay)
    application.add_typer(screening, name="screening")


def prepare(on: Annotated[str, typer.Option("--date", help="Business date that was run.")]) -> None:
    """Hold documents against what the run for a day knew; each daily flow ends on this by itself."""
    from expectations.vocabulary.moment import parse_date
    from pipelines.steps.screening import prepare_reference

    with working(f"Preparing what documents are held against, as of {on}"):
        digest = prepare_reference(wiring().home, parse_date(on))
    answer({"date": on, "reference": digest}, f"Documents are held against what was known of {on} from now on.")


def replay(screening: Annotated[str, typer.Argument(help="The screening's id, as its answer named it.")]) -> int:
    """Make a screening again from its own figures and compare the bytes."""
    from pipelines.steps.screening import replay_screening

    record, checks = replay_screening(wiring().home, screening)
    holds = all(check.holds for check in checks)
    answer({"screening": record, "holds": holds})
    rows = [
        (one["lane"], one["id"], one["zh"], one["en"], one["value"], one["threshold"], "; ".join(one["legal_basis"]))
        for one in record["reasons"]
    ]
    table(
        f"{record['table']} {record['number']} of {record['uscc']}, {record['at']}",
        ("lane", "check", "原因", "reason", "value", "limit", "legal basis"),
        rows,
    )
    say(f"Not looked at: {', '.join(record['not_looked_at']) or 'nothing'}.")
    say("Made again, it is the same to the byte." if holds else "Made again, it is NOT the same.")
    return 0 if holds else FAILED
