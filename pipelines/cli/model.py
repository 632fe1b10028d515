"""The model's life: training and the list of versions."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now, say, table, working

if TYPE_CHECKING:
    from pipelines.steps.training import Trained
    from pipelines.wiring import Wiring


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("train")(train)
    application.command("models")(models)


def train(
    known_on: Annotated[
        str | None, typer.Option("--known-on", help="Last day whose knowledge is used; today when left out.")
    ] = None,
) -> None:
    """Train a challenger and put it before the gate, against the expert scorecard, on time neither has seen."""
    from expectations.vocabulary.moment import parse_date, zoned

    home = wiring()
    home.settle_in()
    day = parse_date(known_on) if known_on else zoned(now()).date()
    trained = training_of(home, day)
    answer(trained.to_json())
    show_training(trained)


def training_of(home: Wiring, day: date) -> Trained:
    """Run the training flow."""
    from pipelines.flows.training import training

    with working("Training: features at every month end, then the models"):
        return training(home, day)


def show_training(trained: Trained) -> None:
    """Show the two models side by side, and what the gate said."""
    from dataclasses import asdict

    figures = {name: asdict(metrics) for name, metrics in trained.result.metrics.items()}
    names = list(figures)
    keys = list(next(iter(figures.values())))
    test = trained.result.facts["test"]
    table(
        f"Out of time, from {trained.result.split.boundary}: {test['rows']} rows, {test['events']} events",
        ("figure", *names),
        [(key, *(_figure(figures[name][key]) for name in names)) for key in keys],
    )
    table(
        "Gate: does the challenger beat the expert scorecard?",
        ("condition", "holds", "says"),
        [(check.name, "yes" if check.passed else "no", check.en) for check in trained.result.gate.checks],
    )
    champion = trained.challenger_version if trained.promoted else trained.scorecard_version
    outcome = "The challenger passed the gate and grades from now on" if trained.promoted else "The champion stays"
    say(f"{outcome}: version {champion}.")


def _figure(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def models() -> None:
    """Every registered version, newest first."""
    home = wiring()
    found = home.registry.versions()
    answer(
        {
            "models": [
                {
                    "version": one.version,
                    "kind": one.kind,
                    "digest": one.digest,
                    "champion": one.is_champion,
                    "registered_at": one.registered_at.isoformat(),
                    "metrics": dict(one.metrics),
                    "gate": one.tags.get("gate"),
                }
                for one in found
            ]
        }
    )
    table(
        "Models",
        ("version", "kind", "champion", "AUC out of time", "gate", "registered", "digest"),
        [
            (
                one.version,
                one.kind,
                "yes" if one.is_champion else "",
                _figure(one.metrics.get("auc", "")),
                one.tags.get("gate"),
                one.registered_at.isoformat(timespec="seconds"),
                one.digest[:12],
            )
            for one in found
        ],
    )
