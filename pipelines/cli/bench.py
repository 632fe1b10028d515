"""The benchmarks: figures against a floor measured in the same run, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import FAILED, answer, say, table, working

if TYPE_CHECKING:
    from pipelines.benchmarks import Report

benchmarks = typer.Typer(
    help="Benchmarks: each prints its figures against a floor of the same run.", no_args_is_help=True
)


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.add_typer(benchmarks, name="bench")


@benchmarks.command("judging")
def judging(
    enterprises: Annotated[int, typer.Option(min=100, help="Enterprises of the made-up day.")] = 100_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same day.")] = 20261031,
) -> None:
    """Judge everybody and commit the run, against a digest and one insert of the same bytes."""
    from pipelines.benchmarks.judging import judging as measure

    with working(f"Judging {enterprises:,} enterprises"):
        report = measure(enterprises, seed)
    publish(report)


@benchmarks.command("ingest")
def ingest(
    rows: Annotated[
        int, typer.Option(min=1000, help="Rows of the made-up file; one in a hundred is broken.")
    ] = 5_000_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 20261031,
) -> None:
    """Take a file in with every check, quarantine and gate, against DuckDB reading it into Parquet with types."""
    from pipelines.benchmarks.ingest import ingest as measure

    with working(f"Taking in {rows:,} rows"):
        report = measure(rows, seed)
    publish(report)


@benchmarks.command("patterns")
def patterns(
    enterprises: Annotated[int, typer.Option(min=60, help="Enterprises in the simulated zone.")] = 300,
    days: Annotated[int, typer.Option(min=365, help="Days of trade.")] = 400,
    looks: Annotated[int, typer.Option(min=1, help="How many days to look at, ten days apart.")] = 19,
    seed: Annotated[int, typer.Option(help="The same seed gives the same zone.")] = 20261031,
) -> None:
    """Find what is planted in the simulated zone: recall and precision per pattern, and what honest traders cost."""
    from pipelines.benchmarks.patterns import Looking, table_of
    from pipelines.benchmarks.patterns import patterns as measure

    with working(f"Looking for patterns among {enterprises:,} enterprises"):
        report = measure(Looking(enterprises, days, seed, looks))
    publish(report)
    columns = ("rule", "planted", "found", "recall", "alerts", "right", "precision", "on honest")
    table("patterns against the planted truth", columns, table_of(report.details))


@benchmarks.command("score")
def score(
    rows: Annotated[int, typer.Option(min=1000, help="Enterprises to score.")] = 1_000_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same enterprises.")] = 20261031,
) -> None:
    """Score a feature frame by the stored model, against LightGBM's own predict on a ready matrix."""
    from pipelines.benchmarks.scoring import scoring

    with working(f"Scoring {rows:,} enterprises"):
        report = scoring(rows, seed)
    publish(report)


@benchmarks.command("reasons")
def reasons(
    rows: Annotated[int, typer.Option(min=1000, help="Enterprises to explain.")] = 20_000,
    lightgbm_rows: Annotated[int, typer.Option(min=50, help="How many of them LightGBM explains.")] = 1_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same enterprises.")] = 20261031,
) -> None:
    """Exact contributions per row, against LightGBM's own pred_contrib on one thread."""
    from pipelines.benchmarks.scoring import reasons as measure

    with working(f"Explaining {rows:,} enterprises"):
        report = measure(rows, lightgbm_rows, seed)
    publish(report)


@benchmarks.command("model")
def model(
    data: Annotated[list[str] | None, typer.Option(help="A data set by its folder's name; all when left out.")] = None,
) -> None:
    """The estimator and its baselines on public data (folder: XINJI_PUBLIC_DATA), untuned, on the same rows."""
    from expectations.errors import UsageError
    from pipelines.benchmarks.models import models
    from pipelines.benchmarks.public_data import NAMES

    folder = wiring().settings.public_data
    if folder is None:
        raise UsageError("No folder of public data is named.", "Set XINJI_PUBLIC_DATA; see the README of benchmarks.")
    if unknown := sorted(set(data or ()) - set(NAMES)):
        raise UsageError(f"There is no data set '{unknown[0]}'.", f"Known are: {', '.join(NAMES)}.")
    with working("Estimator and baselines on public data"):
        report = models(folder, data or list(NAMES))
    publish(report)
    for name, found in report.details["data"].items():
        show_models(f"{name}: {found['protocol']}", found["models"])
        if "models_on_unseen_rows" in found:
            show_models(f"{name}: the {found['unseen_rows']} rows no table knows", found["models_on_unseen_rows"])
    if report.details["skipped"]:
        say(f"Skipped, not in {folder}: {', '.join(report.details['skipped'])}")


@benchmarks.command("zone")
def zone(
    truth: Annotated[Path, typer.Option(help="Folder of the planted truth of the simulated zone.")],
    known_on: Annotated[str, typer.Option(help="Last day whose knowledge is used.")],
) -> None:
    """The models of a simulated zone out of time, beside the zone's own true probability: the ceiling."""
    from expectations.vocabulary.moment import parse_date
    from pipelines.benchmarks.zone import against_truth

    with working("Training beside the truth"):
        report = against_truth(wiring().path, truth, parse_date(known_on))
    publish(report)
    show_models(f"Out of time, from {report.details['boundary']}", report.details["models"])


def show_models(title: str, found: Mapping[str, Mapping[str, float | None]]) -> None:
    """Show the figures of several models side by side."""
    names = list(dict.fromkeys(name for one in found.values() for name in one))
    rows = [(name, *(_plain(one.get(name)) for one in found.values())) for name in names]
    table(title, ("figure", *found), rows)


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


@benchmarks.command("day")
def day(
    rows: Annotated[int, typer.Option(help="Retail import lists a day, each with its order, payment and waybill.")] = (
        200_000
    ),
    enterprises: Annotated[int, typer.Option(help="Enterprises that trade.")] = 2_000,
    history: Annotated[int, typer.Option(help="Days of the same volume run before.")] = 1,
    track_events: Annotated[int, typer.Option(min=0, max=8, help="Scans of every parcel on its way.")] = 0,
) -> None:
    """A day from accepted files to decisions in the ledger, against joining its files on the order number once."""
    from pipelines.benchmarks.day import day as measured_day
    from pipelines.benchmarks.parcels import Volume

    publish(measured_day(Volume(rows, enterprises, track_events=track_events), history))


@benchmarks.command("screening")
def screening(
    per_second: Annotated[float, typer.Option(min=1, help="Documents a second, whatever comes back.")] = 200,
    seconds: Annotated[float, typer.Option(min=1, help="How long a try lasts.")] = 10,
    tries: Annotated[int, typer.Option(min=1, help="The best of so many counts.")] = 4,
    enterprises: Annotated[int, typer.Option(help="Enterprises of the home.")] = 2_000,
    rows: Annotated[int, typer.Option(help="Lists that the home knows of the day.")] = 20_000,
) -> None:
    """Screen documents over loopback at a fixed rate, against a server in a process of its own; its percentiles."""
    from pipelines.benchmarks.served import Load
    from pipelines.benchmarks.served import screening as measure

    with working(f"Screening {per_second:g} documents a second"):
        report = measure(Load(enterprises, rows, per_second, seconds, tries))
    publish(report)
    show_answers({f"try {number}": one for number, one in enumerate(report.details["tries"], start=1)})


@benchmarks.command("api")
def api(
    seconds: Annotated[float, typer.Option(min=1, help="How long a try lasts.")] = 5,
    tries: Annotated[int, typer.Option(min=1, help="The best of so many counts, of either.")] = 3,
    enterprises: Annotated[int, typer.Option(help="Enterprises of the home.")] = 2_000,
    rows: Annotated[int, typer.Option(help="Lists that the home knows of the day.")] = 20_000,
) -> None:
    """Ask for grades over loopback, key checked and look recorded, against an empty endpoint in the same run."""
    from pipelines.benchmarks.served import Load, grade_query

    with working("Asking for grades, and for nothing"):
        report = grade_query(Load(enterprises, rows, 100, seconds, tries))
    publish(report)
    show_answers(
        {f"{name} {n}": one for name, each in report.details["tries"].items() for n, one in enumerate(each, 1)}
    )


@benchmarks.command("pages")
def pages(
    enterprises: Annotated[int, typer.Option(min=60, help="Enterprises in the simulated zone.")] = 5_000,
    days: Annotated[int, typer.Option(min=60, help="Days of trade.")] = 60,
    orders: Annotated[int, typer.Option(min=1, help="Retail orders a day.")] = 1_500,
    again: Annotated[int, typer.Option(min=1, help="How often each page is asked for after the first time.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same zone.")] = 20261031,
) -> None:
    """Ask for every page of a simulated zone over loopback: its weight, its first answer and the ones after it.

    The zone is kept in the home, under benchmarks/, and used again.
    """
    from pipelines.benchmarks.pages import pages as measure
    from pipelines.simulation import ZoneSettings

    zone = ZoneSettings(enterprises=enterprises, days=days, seed=seed, orders_per_day=orders)
    path = wiring().path / "benchmarks" / f"pages-{enterprises}-{days}-{orders}-{seed}"
    with working(f"Asking for every page of {enterprises:,} enterprises"):
        report = measure(path, zone, again)
    publish(report)
    names = ("page", "kB", "first_ms", "whole_ms", "then_ms")
    table("first answers, milliseconds", names, [tuple(one[name] for name in names) for one in report.details["pages"]])


@benchmarks.command("study")
def study(
    enterprises: Annotated[int, typer.Option(min=60, help="Enterprises in the simulated zone.")] = 300,
    slots: Annotated[int, typer.Option(min=2, help="Inspections a week.")] = 24,
    seeds: Annotated[int, typer.Option(min=2, help="Zones drawn; intervals are over these.")] = 6,
) -> None:
    """A simulated year of weekly plans with a random share of 0, 5, 10 and 20 %: hits, recovered amount, model."""
    from pipelines.benchmarks.study import MEASURES
    from pipelines.benchmarks.study import study as run_study

    with working(f"A year of {enterprises} enterprises under four shares, {seeds} times"):
        report = run_study(enterprises, slots, seeds)
    publish(report)
    places = {"hit_rate": ".4f", "recovered_cny": ",.0f", "auc": ".4f"}
    rows = [
        (
            share,
            *(f"{row[name]['mean']:{places[name]}} ± {row[name]['half_width']:{places[name]}}" for name in MEASURES),
        )
        for share, row in report.details["shares"].items()
    ]
    table("A year by random share, mean and 95 % interval over seeds", ("share", *MEASURES), rows)
    differences = [
        (
            share,
            *(
                f"{row[name]['difference']:+{places[name]}} ± {row[name]['difference_half_width']:{places[name]}}"
                for name in MEASURES
            ),
        )
        for share, row in report.details["shares"].items()
        if share != "0%"
    ]
    table("Against no random share, seed by seed", ("share", *MEASURES), differences)


def show_answers(tries: Mapping[str, Mapping[str, float]]) -> None:
    """Show rates and percentiles, a row per try."""
    names = ("answers", "per_second", "p50", "p90", "p99", "p99.9", "slowest")
    table(
        "answers, milliseconds",
        ("try", *names),
        [(name, *(one[each] for each in names)) for name, one in tries.items()],
    )


@benchmarks.command("pandas")
def pandas(
    rows: Annotated[int, typer.Option(help="Retail import lists a day, each leaving five rows.")] = 40_000,
    enterprises: Annotated[int, typer.Option(help="Enterprises that trade.")] = 2_000,
    history: Annotated[int, typer.Option(help="Days before the day.")] = 365,
) -> None:
    """Features of a day, from scratch and from the day before, against the same features by vectorised pandas."""
    from pipelines.benchmarks.against_pandas import against_pandas
    from pipelines.benchmarks.parcels import Volume

    with working(f"{rows:,} lists a day over {history} days"):
        report = against_pandas(Volume(rows, enterprises), history)
    publish(report)


@benchmarks.command("history")
def history(
    rows: Annotated[int, typer.Option(help="Retail import lists a day, each leaving five rows.")] = 20_000,
    enterprises: Annotated[int, typer.Option(help="Enterprises that trade.")] = 2_000,
    short: Annotated[int, typer.Option(min=1, help="Days of the short history.")] = 30,
    long: Annotated[int, typer.Option(min=2, help="Days of the long history.")] = 365,
    correction: Annotated[int, typer.Option(min=1, help="How many days back the corrected day lies.")] = 200,
) -> None:
    """A daily increment over a long history against a short one, and a correction far back against a rebuild."""
    from pipelines.benchmarks.history import Spans
    from pipelines.benchmarks.history import history as measure
    from pipelines.benchmarks.parcels import Volume

    with working(f"{rows:,} lists a day over {short} and {long} days"):
        report = measure(Volume(rows, enterprises), Spans(short, long, correction))
    publish(report)


@benchmarks.command("soak")
def soak(
    out: Annotated[Path, typer.Option(help="Folder of the soak's own home; must not exist.")],
    enterprises: Annotated[int, typer.Option(min=60, help="Enterprises in the simulated zone.")] = 60,
    days: Annotated[int, typer.Option(min=200, help="Days of trade.")] = 730,
    every: Annotated[int, typer.Option(min=1, help="Days between two runs.")] = 14,
    replays: Annotated[int, typer.Option(min=1, help="Decisions made again, drawn by the seed.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same zone and the same draw.")] = 20261031,
) -> int:
    """Run two years with changes of policy and model and with repairs, then make decisions again to the byte."""
    from expectations.errors import UsageError
    from pipelines.benchmarks.soak import soak as run_soak
    from pipelines.simulation import ZoneSettings

    if out.exists():
        raise UsageError(f"{out} is there already.", "Name a new folder.")
    zone = ZoneSettings(enterprises=enterprises, days=days, seed=seed, orders_per_day=40)
    with working(f"Running {days} days, a run every {every}"):
        found = run_soak(out, zone, every, replays)
    answer(
        found.to_json(),
        f"{found.replayed - len(found.differing)} of {found.replayed} decisions came out the same to the byte, drawn "
        f"from {found.decisions} of {found.runs} runs under {found.policies} policies and {found.models} models; "
        f"{found.repairs} of them tell of a repaired fact. The chain {'holds' if found.chain_holds else 'is broken'}.",
        f"Seconds: {', '.join(f'{name} {took}' for name, took in found.seconds.items())}",
        *found.differing,
    )
    return 0 if found.holds else FAILED


def publish(report: Report) -> None:
    """Show a report, and keep it as ``reports/benchmarks/<name>.json`` in the home."""
    from expectations.vocabulary.digest import canonical_json
    from pipelines.storage.lake import write_whole

    path = wiring().path / "reports" / "benchmarks" / f"{report.benchmark}.json"
    write_whole(path, (canonical_json(report.to_json()) + "\n").encode("utf-8"))
    answer(report.to_json())
    floor = next((figure.cpu_seconds for figure in report.figures if figure.name == report.floor), None)
    table(
        report.benchmark,
        ("figure", "seconds", "CPU s", "peak MiB", "x floor"),
        [
            (
                figure.name,
                f"{figure.seconds:.2f}",
                f"{figure.cpu_seconds:.2f}",
                f"{figure.peak_mib:.0f}",
                f"{figure.cpu_seconds / floor:.2f}" if floor else "",
            )
            for figure in report.figures
        ],
    )
    say(f"Ratio {report.ratio:.2f}. Goal: {report.goal}", f"Written to {path}")
