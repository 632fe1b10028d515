"""The daily flow, its feature table, and the proof that what it wrote still holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import FAILED, answer, now, say, table, working

if TYPE_CHECKING:
    from pipelines.steps.daily import DaySummary


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("run")(run)
    application.command("features")(features)
    application.command("replay")(replay)
    application.command("verify")(verify)
    application.command("anchor")(anchor)


def run(
    on: Annotated[str | None, typer.Option("--date", help="Business date YYYY-MM-DD.")] = None,
    known_at: Annotated[
        str | None, typer.Option("--known-at", help="Knowledge cutoff; by default the next day at 06:00 +08:00.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", help="First business date of a range.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last business date of a range.")] = None,
) -> int:
    """Run the daily flow: features, scores, grades, alerts, actions, risk list, outbox.

    The same day a second time changes nothing. A grade that rests on late feeds is marked, and the exit code is 3 when
    the feeds were too few to grade by.
    """
    from expectations.vocabulary.moment import parse_moment

    days = _range(on, first, last)
    home = wiring()
    home.settle_in()
    moment = parse_moment(known_at) if known_at else None
    from pipelines.flows.daily import daily

    summaries = []
    for day in days:
        with working(f"Running {day}"):
            summaries.append(daily(home, day, moment))
    documents = [summary.to_json() for summary in summaries]
    answer(documents[0] if on else {"runs": documents})
    table(
        "Runs", ("date", "new", "grades", "open alerts", "messages", "late feeds", "model"), list(map(_row, summaries))
    )
    say(f"Documents of the day: {home.path / 'reports' / days[-1].isoformat()}")
    return 3 if any("insufficient_data" in summary.statuses for summary in summaries) else 0


def show_runs(summaries: Sequence[DaySummary]) -> None:
    """Show one line per day."""
    columns = ("date", "new", "grades", "open alerts", "messages", "late feeds", "model")
    table("Runs", columns, [_row(summary) for summary in summaries])


def _row(summary: DaySummary) -> tuple[object, ...]:
    grades = "  ".join(f"{grade} {count}" for grade, count in summary.grades.items())
    alerts = "  ".join(f"{rule} {count}" for rule, count in summary.open_alerts.items())
    return (
        summary.date,
        "yes" if summary.is_new else "no",
        grades,
        alerts,
        summary.messages,
        " ".join(summary.feeds_late),
        summary.model,
    )


def _range(on: str | None, first: str | None, last: str | None) -> list[date]:
    from datetime import timedelta

    from expectations.errors import UsageError
    from expectations.vocabulary.moment import parse_date

    if on and not (first or last):
        return [parse_date(on)]
    if on or not (first and last):
        raise UsageError("Say which days to run.", "Give --date D, or --from D1 --to D2.")
    start, end = parse_date(first), parse_date(last)
    if end < start:
        raise UsageError(f"The range ends on {end}, before it begins on {start}.", "Swap --from and --to.")
    return [start + timedelta(days=count) for count in range((end - start).days + 1)]


def features(
    on: Annotated[str, typer.Option("--date", help="Business date YYYY-MM-DD.")],
    out: Annotated[Path, typer.Option(help="FILE.parquet to write.")],
    known_at: Annotated[str | None, typer.Option("--known-at", help="Knowledge cutoff.")] = None,
) -> None:
    """Write the feature table as of a date, one row per enterprise."""
    from expectations.vocabulary.moment import parse_date, parse_moment
    from pipelines.steps.daily import measure
    from pipelines.steps.day import Day

    home = wiring().home
    day = Day.of(parse_date(on), parse_moment(known_at) if known_at else None)
    with working(f"Computing the features of {on}"):
        found = measure(home, day, home.pin()).features
    out.parent.mkdir(parents=True, exist_ok=True)
    found.frame.reset_index().to_parquet(out, index=False)
    rows, columns = found.frame.shape
    answer(
        {"date": on, "file": str(out), "enterprises": rows, "features": columns},
        f"Wrote {columns} features of {rows} enterprises to {out}.",
    )


def replay(decision_id: Annotated[str, typer.Argument(help="The decision's id, as 'grade' prints it.")]) -> int:
    """Make a decision again from what was stored, and compare the bytes."""
    from pipelines.steps.replaying import replay as again

    outcome = again(wiring().home, decision_id)
    lines = [f"{check.name}: {'equal' if check.holds else 'DIFFERS'}  {check.says}" for check in outcome.checks]
    answer(outcome.to_json(), *lines)
    return 0 if outcome.holds else FAILED


def anchor(
    out: Annotated[Path | None, typer.Option(help="FILE.json to keep outside, out of the ledger's reach.")] = None,
) -> None:
    """Remember where every chain stands, signed where a key is configured; every run does so by itself."""
    from expectations.vocabulary.digest import canonical_json
    from pipelines.storage import ledger

    home = wiring()
    with home.database.transaction() as connection:
        body = ledger.anchor(connection, f"by hand {now().isoformat(timespec='seconds')}", home.signer)
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(canonical_json(body) + "\n", encoding="utf-8")
    signed = "Signed" if home.signer else "Not signed: no anchor key is configured"
    answer(body, f"Remembered where {len(body['heads'])} chains stand. {signed}.")


def verify(
    kept: Annotated[list[Path] | None, typer.Option(help="An anchor kept outside, as 'anchor --out' wrote it.")] = None,
) -> int:
    """Check the whole hash chain of the ledger, and the lake's files: what was altered, removed or moved is named."""
    import json

    from pipelines.steps.retention import check_lake
    from pipelines.storage import ledger
    from pipelines.storage.grouped import take_in_spooled

    home = wiring()
    take_in_spooled(home.database)
    anchors = [json.loads(path.read_text(encoding="utf-8")) for path in kept or ()]
    with home.database.reading() as connection:
        report = ledger.verify(connection, trusted=home.trusted_anchor_keys, kept=anchors)
    lake = check_lake(home.lake)
    holds = report.holds and lake.holds
    total = sum(report.counts.values())
    verdict = "holds" if report.holds else f"does NOT hold: {len(report.faults)} faults"
    answer(
        {
            "holds": holds,
            "entries": report.counts,
            "anchors_signed": report.anchors_signed,
            "faults": [str(fault) for fault in report.faults],
            "lake": lake.to_json(),
        },
        f"The ledger {verdict}. {total} entries in {len(report.counts)} streams, "
        f"{report.anchors_signed} of {report.counts['anchors']} anchors with a signature that was checked.",
        *(str(fault) for fault in report.faults),
        *(
            f"Removed by {one['date']} under {one['rule']}: {one['removed']} {one['rows']} rows of {one['table']} "
            f"before {one['first_kept']}."
            for one in lake.removed
        ),
        *(f"The lake lacks {path}: it was lost, not removed. Restore it from a backup." for path in lake.missing),
        *(f"The lake still holds {path}, which was removed: xinji retention apply" for path in lake.left_over),
    )
    return 0 if holds else FAILED
