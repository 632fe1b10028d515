"""Keeping a home safe: backup while it runs, and restoring one elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import FAILED, answer, now, working


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("backup")(backup)
    application.command("restore")(restore)


def backup(to: Annotated[Path, typer.Option(help="A folder that is not there yet, or empty.")]) -> int:
    """Copy this home as it stands, while it runs. Exit 1: it is made, and something in the home is damaged."""
    from importlib.metadata import version

    from pipelines.steps.backing_up import Source, back_up

    home = wiring()
    source = Source(home.path, home.database, version("xinji"), has_registry=not home.settings.mlflow_uri)
    with working(f"Backing up {home.path}"):
        made = back_up(source, to, now())
    size = sum(one.bytes for one in made.files.values())
    answer(
        {
            "to": str(to),
            "files": len(made.files),
            "bytes": size,
            "entries": dict(made.entries),
            "left_out": made.left_out,
            "damaged": made.damaged,
        },
        f"Backed up {len(made.files)} files, {size / 1e6:,.1f} MB, {sum(made.entries.values())} entries of the ledger.",
        *(f"Damaged in this home: {name}. Restore it from an earlier backup." for name in made.damaged),
        "Not in it:",
        *(f"  {what}" for what in made.left_out),
        f"Restore it elsewhere: xinji --home NEW restore {to}",
    )
    return FAILED if made.damaged else 0


def restore(source: Annotated[Path, typer.Argument(help="The folder of a backup.", metavar="BACKUP")]) -> None:
    """Put a backup in place as a new home (--home NEW, or XINJI_HOME; XINJI_DATABASE_URL for PostgreSQL)."""
    from pipelines.steps import backing_up
    from pipelines.storage.database import Database

    wired = wiring()
    url = wired.settings.database_url
    with working(f"Restoring {source} to {wired.path}"):
        made = backing_up.restore(source, wired.path, Database(url) if url else None)
    answer(
        {"home": str(wired.path), "made_at": made.made_at, "entries": dict(made.entries)},
        f"{wired.path} is the home of {made.home} as it stood at {made.made_at}.",
        "Check it: xinji verify. What the receiver has had since then is sent to it again and recognised by its id.",
    )
