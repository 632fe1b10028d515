"""What comes in: simulated zones, batches of files, and rows that wait in quarantine."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import FAILED, WITHHELD, answer, now, say, table, working
from pipelines.cli.session import acting

if TYPE_CHECKING:
    from pipelines.sources.adapter import Translation
    from pipelines.steps.ingest.report import IngestReport
    from pipelines.storage.batches import Batch
    from pipelines.wiring import Wiring

Reason = Annotated[str, typer.Option(help="Why, for the record.")]
_PLACES_SHOWN = 3

Sequence = Annotated[int, typer.Argument(help="The batch's number, as 'batch list' shows it.")]


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("simulate")(simulate)
    application.command("ingest")(ingest)
    batch = typer.Typer(help="Batches with their verdicts.", no_args_is_help=True)
    batch.command("list")(list_batches)
    batch.command("release")(release_batch)
    batch.command("withdraw")(withdraw_batch)
    application.add_typer(batch, name="batch")
    quarantine = typer.Typer(help="Rows that break their contract: see, take out, correct, send in again.")
    quarantine.command("list")(list_quarantine)
    quarantine.command("export")(export_quarantine)
    quarantine.command("resubmit")(resubmit_quarantine)
    application.add_typer(quarantine, name="quarantine")


def simulate(
    out: Annotated[Path, typer.Option(help="Folder to write the landing files into.")],
    enterprises: Annotated[int, typer.Option(help="Enterprises in the zone.")] = 300,
    days: Annotated[int, typer.Option(help="Days of trade.")] = 400,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 20261031,
    end: Annotated[str, typer.Option(help="Last day of trade.")] = "2026-10-31",
    orders_per_day: Annotated[int | None, typer.Option(help="Retail orders on an ordinary day.")] = None,
    file_format: Annotated[str, typer.Option("--format", help="parquet, csv, csv.gz or jsonl.")] = "parquet",
) -> None:
    """Write the landing files of a simulated zone, with the planted truth beside them. A generator, not evidence."""
    from expectations.vocabulary.moment import parse_date
    from pipelines.simulation import ZoneSettings
    from pipelines.simulation import simulate as write_zone

    settings = ZoneSettings(
        enterprises=enterprises,
        days=days,
        seed=seed,
        end_date=parse_date(end),
        orders_per_day=orders_per_day,
        file_format=file_format,  # type: ignore[arg-type]  # checked by the settings
    )
    with working(f"Simulating {enterprises} enterprises over {days} days"):
        report = write_zone(out, settings)
    rows = sum(report.rows.values())
    answer(
        {
            "out": str(out),
            "truth": str(report.truth),
            "rows": report.rows,
            "orders": report.orders,
            "broken": report.broken,
            "duplicates": report.duplicates,
        },
        f"Wrote {rows:,} rows in {len(report.batches)} batches to {out}; the truth lies in {report.truth}.",
        f"Take it in: xinji ingest {out}",
    )


def ingest(
    path: Annotated[Path, typer.Argument(help="A file <table>.csv[.gz]/.jsonl/.parquet, a folder, or a batch.")],
    source: Annotated[
        str | None, typer.Option("--from", help="Adapter of a foreign format, such as korea_customs.")
    ] = None,
    received_at: Annotated[
        str | None, typer.Option("--received-at", help="Knowledge time of rows that carry none; now when left out.")
    ] = None,
) -> int:
    """Take files in: every row is accepted, a duplicate, or in quarantine with its reason."""
    from expectations.vocabulary.moment import parse_moment

    moment = parse_moment(received_at) if received_at else now()
    home = wiring()
    if source:
        report, translation = take_foreign(home, path, moment, source)
        answer({**report.as_json(), "translation": translation_json(translation)})
        show_translation(translation)
    else:
        report = take_landed(home, path, moment)
        answer(report.as_json())
    show_ingest(report)
    if report.refused_something:
        return FAILED
    return WITHHELD if report.withheld_something else 0


def take_landed(home: Wiring, path: Path, moment: datetime) -> IngestReport:
    """Take in files of the dictionary's own tables."""
    home.settle_in()
    from pipelines.flows.ingest import ingest as flow  # Prefect wants the home to be there when it is imported

    with working(f"Taking in {path}"):
        return flow(home, path, moment)


def take_foreign(home: Wiring, path: Path, moment: datetime, source: str) -> tuple[IngestReport, Translation]:
    """Translate a foreign format into landing batches, then take those in.

    A home without a zone file gets the source's own, which names the feeds that the source has.
    """
    from importlib.resources import files

    from pipelines.sources.adapter import adapter_named

    adapter = adapter_named(source)
    home.settle_in(Path(str(files(f"pipelines.sources.{source}") / "zone.yml")))
    landing = home.path / "inbox" / source
    with working(f"Translating {path} from {source}"):
        translation = adapter.translate(path, landing)
    return take_landed(home, landing, moment), translation


def translation_json(translation: Translation) -> dict[str, object]:
    """What was made up and what is missing, as plain JSON values."""
    return {
        "source_rows": translation.source_rows,
        "surrogates": [
            {"table": one.table, "field": one.field, "zh": one.how.zh, "en": one.how.en}
            for one in translation.surrogates
        ],
        "gaps": [{"zh": gap.zh, "en": gap.en} for gap in translation.gaps],
        "notes": [{"zh": note.zh, "en": note.en} for note in translation.notes],
    }


def show_translation(translation: Translation) -> None:
    """Say what was made up and what is missing."""
    say(f"Translated {translation.source_rows:,} source rows.", "Made up and marked, since the source lacks it:")
    say(*(f"  {one.table}.{one.field}: {one.how.en}" for one in translation.surrogates))
    say("What is missing, and what that does to grades:", *(f"  {gap.en}" for gap in translation.gaps))
    say(*(f"Note: {note.en}" for note in translation.notes))


def show_accounting(report: IngestReport) -> None:
    """Show where the rows of each table went."""
    counts = ("received", "accepted", "quarantined", "duplicates", "orphans")
    table(
        "Rows",
        ("table", "received", "accepted", "quarantine", "repeated", "orphans", "verdict"),
        [(name, *(f"{row[count]:,}" for count in counts), row["verdict"]) for name, row in report.tables().items()],
    )


def show_ingest(report: IngestReport) -> None:
    """Show the accounting per table, and what a clerk should look at."""
    show_accounting(report)
    for batch in report.batches:
        if batch.outcome == "already_taken":
            say(f"{batch.path}: taken before; nothing changed.")
        say(*(f"{batch.path}: {finding['en'].removeprefix(f'{batch.path}: ')}" for finding in batch.findings))
    for says, places in _places_by_finding(report).items():
        more = f" and {len(places) - _PLACES_SHOWN} more" if len(places) > _PLACES_SHOWN else ""
        say(says, f"  in {', '.join(places[:_PLACES_SHOWN])}{more}")
    if any(file.quarantined for batch in report.batches for file in batch.files()):
        say("Rows in quarantine, with the reason for each: xinji quarantine export --table TABLE --out FILE.csv")
    for one in report.batches:
        if one.batch is not None and one.batch.state == "withheld":
            say(*_withheld(one.batch))


def _withheld(batch: Batch) -> list[str]:
    """Which files of a batch are not used, and what can be done; the others are in use."""
    refused = [file.name for file in batch.files if file.is_refused]
    waiting = [file.name for file in batch.files if file.verdict == "withhold" and not file.is_refused]
    lines = []
    if refused:
        lines.append(f"Batch {batch.sequence}: no row of {', '.join(refused)} can be used; only a new delivery helps.")
    if waiting:
        lines.append(
            f"Batch {batch.sequence}: {', '.join(waiting)} is kept from use until somebody answers for it: "
            f"xinji batch release {batch.sequence} --reason WHY"
        )
    return lines


def _places_by_finding(report: IngestReport) -> dict[str, list[str]]:
    """Where each remark on a file applies. A feed that lacks a field lacks it every day; that is said once.

    Faults of rows are said by what is wrong, with the files that have them and how many rows of each.
    """
    found: dict[str, list[str]] = {}
    for batch in report.batches:
        name = f"batch {batch.batch.sequence}" if batch.batch else batch.path
        for file in batch.files():
            for finding in file.findings:
                if finding["level"] == "note":
                    continue
                what, where = f"{file.table_name}: {finding['en']}", f"{file.name} ({name})"
                if finding["level"] == "quarantine":
                    rows = f"{finding['rows']} row{'s' if finding['rows'] > 1 else ''}"
                    what, where = f"{file.table_name}, quarantined: {finding['en']}", f"{rows} of {where}"
                found.setdefault(what, []).append(where)
    return found


def list_batches() -> None:
    """Every batch, in the order it was taken, with its verdict and state."""
    from expectations.vocabulary.moment import zoned
    from pipelines.storage import batches

    with wiring().database.reading() as connection:
        found = batches.all_batches(connection)
    documents = [
        {
            "sequence": one.sequence,
            "source": one.source,
            "batch_id": one.batch_id,
            "received_at": one.received_at.isoformat(timespec="seconds"),
            "verdict": one.verdict,
            "state": one.state,
            "received": sum(file.received for file in one.files),
            "accepted": sum(file.accepted for file in one.files),
            "quarantined": sum(file.quarantined for file in one.files),
        }
        for one in found
    ]
    answer({"batches": documents})
    table(
        "Batches",
        ("#", "batch", "received at", "verdict", "state", "rows", "accepted", "quarantine"),
        [
            (
                one["sequence"],
                one["batch_id"] or "(no manifest)",
                zoned(batch.received_at).strftime("%Y-%m-%d %H:%M"),
                *(one[name] for name in ("verdict", "state", "received", "accepted", "quarantined")),
            )
            for batch, one in zip(found, documents, strict=True)
        ],
    )


def release_batch(sequence: Sequence, reason: Reason) -> None:
    """Let a withheld batch be used after all."""
    from pipelines.steps.people import MAY_ANSWER_FOR_ROWS, actor
    from pipelines.storage import batches

    account = acting()
    with wiring().database.transaction() as connection:
        actor(connection, account, MAY_ANSWER_FOR_ROWS)
        changed = batches.release(connection, sequence, account, reason, now())
    answer(
        {"sequence": sequence, "changed": changed}, f"Batch {sequence} is {'now' if changed else 'already'} released."
    )


def withdraw_batch(sequence: Sequence, reason: Reason) -> None:
    """Take a batch's rows back: they are known until now, and not after."""
    from pipelines.steps.people import MAY_ANSWER_FOR_ROWS, actor
    from pipelines.storage import batches

    account = acting()
    with wiring().database.transaction() as connection:
        actor(connection, account, MAY_ANSWER_FOR_ROWS)
        changed = batches.withdraw(connection, sequence, account, reason, now())
    answer(
        {"sequence": sequence, "changed": changed}, f"Batch {sequence} is {'now' if changed else 'already'} withdrawn."
    )


def list_quarantine(of: Annotated[str | None, typer.Option("--table", help="One table only.")] = None) -> None:
    """Every file with rows in quarantine."""
    from pipelines.storage.quarantine import Quarantine

    found = Quarantine(wiring().lake).files(of)
    answer({"quarantine": [one.as_json() for one in found]})
    table(
        "Quarantine",
        ("file", "table", "batch", "waiting", "sent again", "accepted", "whole file"),
        [
            (
                one.file.name,
                one.file.table_name,
                one.batch.sequence,
                one.waiting,
                one.resubmitted,
                one.accepted,
                "refused" if one.file.is_refused else "",
            )
            for one in found
        ],
    )


def export_quarantine(
    of: Annotated[str, typer.Option("--table", help="The table.")],
    out: Annotated[Path, typer.Option(help="FILE.csv to write.")],
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Write the waiting rows of a table to a CSV that a clerk can correct."""
    from pipelines.steps.ingest.correction import export_waiting
    from pipelines.steps.publishing import language_of

    count = export_waiting(wiring().intake(None), of, out, language_of(language))
    answer(
        {"table": of, "file": str(out), "rows": count},
        f"Wrote {count} rows to {out}. Correct them, then: xinji quarantine resubmit {out}",
    )


def resubmit_quarantine(path: Annotated[Path, typer.Argument(help="The corrected CSV.")]) -> None:
    """Take corrected rows in as a batch of their own."""
    from pipelines.steps.ingest.correction import resubmit
    from pipelines.steps.people import MAY_ANSWER_FOR_ROWS, actor

    home, account = wiring(), acting()
    with home.database.reading() as connection:
        actor(connection, account, MAY_ANSWER_FOR_ROWS)
    report = resubmit(home.intake(None), path, account, now())
    answer(report.as_json())
    show_ingest(report)
