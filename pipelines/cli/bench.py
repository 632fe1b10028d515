"""The benchmarks: figures against a floor measured in the same run, as a table and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, say, table, working

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
