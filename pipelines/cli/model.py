"""The model's life: training, the list of versions, validation, promotion and its taking back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import WITHHELD, answer, now, say, table, working
from pipelines.cli.session import acting

if TYPE_CHECKING:
    from models.validation.gates import GateResult
    from pipelines.steps.monitoring import Watch
    from pipelines.steps.promotion import Promotion
    from pipelines.steps.training import Trained
    from pipelines.steps.validation import Validation
    from pipelines.wiring import Wiring

KnownOn = Annotated[
    str | None, typer.Option("--known-on", "--known-at", help="Last day whose knowledge is used; today when left out.")
]


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("train")(train)
    application.command("models")(models)
    application.command("validate")(validate)
    application.command("promote")(promote)
    application.command("rollback")(rollback)
    application.command("monitor")(monitor)
    application.command("extract")(extract)


def train(
    known_on: KnownOn = None,
    trials: Annotated[int, typer.Option("--search", min=0, help="Settings to try first, with Optuna.")] = 0,
) -> None:
    """Train a challenger and validate it on time it has not seen. It runs in shadow; only a promotion lets it grade."""
    home = wiring()
    home.settle_in()
    trained, validation = training_of(home, _day(known_on), trials)
    answer({**trained.to_json(), "validation": validation.to_json() if validation else None})
    show_training(trained, validation)


def training_of(home: Wiring, day: date, trials: int = 0) -> tuple[Trained, Validation | None]:
    """Run the training flow."""
    from pipelines.flows.training import training

    with working("Training: features at every month end, then the models"):
        return training(home, day, trials)


def show_training(trained: Trained, validation: Validation | None) -> None:
    """Show the models side by side, and what the gates said."""
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
    show_selection(trained.result.facts["selection"])
    if trained.is_first:
        say(f"Nobody graded here before: the expert scorecard does now, as version {trained.scorecard_version}.")
    if validation is None:
        say("There were too few events to fit a challenger.")
    else:
        show_gates(validation.version, validation.result)


def show_selection(found: Mapping[str, Any] | None) -> None:
    """Show the models where nobody chose whom to look at, and what wrong weights would teach a baseline."""
    if found is None:
        say("The zone has no feed of inspections: nothing says how labels were chosen.")
        return
    chance = found["inspected_at_random"]
    models = chance["models"]
    looked = f"Of these, {chance['rows']} rows inspected at random, {chance['events']} events"
    if models:
        rows = [(key, *(_figure(models[name][key]) for name in models)) for key in ("auc", "low", "high")]
        table(looked, ("AUC, 95% interval", *models), rows)
    else:
        say(f"{looked}: too few to say more.")
    wrong = found["if_weights_are_wrong"]
    if wrong:
        shown = {
            "largest_weight": ".1f",
            "effective_rows": ".0f",
            "auc": ".3f",
            "auc_inspected_at_random": ".3f",
            "mean_margin_moved_by": "+.2f",
        }
        table(
            "A fitted scorecard, were rows weighted by the chance of a look and that chance wrong",
            ("weights", "most", "rows", "AUC", "at random", "margin"),
            [
                (one["assumption"], *("" if one[key] is None else f"{one[key]:{form}}" for key, form in shown.items()))
                for one in wrong
            ],
        )


def show_gates(version: str, result: GateResult) -> None:
    """Show every gate of a version."""
    table(
        f"Gates of version {version}",
        ("gate", "holds", "figures"),
        [(check.name, "yes" if check.passed else "no", check.en) for check in result.checks],
    )
    refused = ", ".join(dict.fromkeys(check.name for check in result.refusals))
    say(f"Version {version} is refused by: {refused}." if refused else f"Version {version} passes every gate.")


def validate(
    version: Annotated[str, typer.Argument(help="Number of the version, as 'xinji models' shows it.")],
    known_on: KnownOn = None,
    out: Annotated[Path | None, typer.Option(help="Write the page here as well.")] = None,
) -> int:
    """Make the validation pack of a version, as page and JSON beside it in the registry. Exit 3: a gate refuses it."""
    home = wiring()  # before Prefect is imported, so that it keeps its log to itself
    from pipelines.flows.training import validation_flow

    with working(f"Validating version {version}"):
        found = validation_flow(home, version, _day(known_on))
    page = out or home.path / "reports" / "models" / f"validation-{version}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(found.page, encoding="utf-8")
    answer({**found.to_json(), "page": str(page)})
    show_gates(version, found.result)
    say(f"The pack: {page}")
    return 0 if found.result.passed else WITHHELD


def promote(
    version: Annotated[str, typer.Argument(help="Number of the version, as 'xinji models' shows it.")],
    reason: Annotated[str, typer.Option(help="Why, for the record; needed to propose.")] = "",
    approve: Annotated[bool, typer.Option("--approve", help="Be the second pair of eyes.")] = False,
) -> int:
    """Propose a validated version for grading, or approve what another account proposed. Exit 3: a gate refuses it."""
    from expectations.errors import UsageError
    from pipelines.steps import promotion

    if not approve and not reason.strip():
        raise UsageError("A promotion needs a reason.", 'Give --reason "...", or --approve what another has proposed.')
    home = wiring()
    act = promotion.Act(acting(), reason, now())
    found = (
        promotion.approve(home.database, home.registry, version, act, home.signer)
        if approve
        else promotion.propose(home.database, home.registry, version, act)
    )
    answer(found.to_json())
    show_promotion(found)
    return WITHHELD if found.state == "refused" else 0


def show_promotion(found: Promotion) -> None:
    """Say where a version stands now."""
    if found.state == "refused":
        show_gates(found.version, found.result)
    elif found.state == "proposed":
        say(
            f"Version {found.version} passes every gate and waits for a second account, signed in:",
            f"  xinji promote {found.version} --approve",
        )
    else:
        say(f"Version {found.version} grades from now on; before it, version {found.previous} did.")


def rollback(
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
) -> None:
    """Take the latest promotion back at once."""
    from pipelines.steps import promotion

    home = wiring()
    left, back = promotion.roll_back(home.database, home.registry, promotion.Act(acting(), reason, now()), home.signer)
    answer({"version": back, "previous": left}, f"Version {back} grades again; version {left} does no longer.")


def monitor(
    on: Annotated[
        str | None, typer.Option("--date", help="Business date YYYY-MM-DD; the latest run when left out.")
    ] = None,
) -> int:
    """Look at ledger, feeds, outbox, grades and model after a day's run. Exit 3: there is something to act on."""
    from expectations.vocabulary.moment import parse_date
    from pipelines.storage import decisions

    home = wiring()  # before Prefect is imported, so that it keeps its log to itself
    from pipelines.flows.monitoring import monitoring

    with home.database.reading() as connection:
        latest = decisions.latest_run_date(connection)
    with working("Looking at the home"):
        watch = monitoring(home, parse_date(on) if on else latest or _day(None))
    answer(watch.to_json())
    show_watch(watch)
    return WITHHELD if watch.alarms else 0


def show_watch(watch: Watch) -> None:
    """Say what an operator should know, alarms first."""
    say(*(f"! {alarm}" for alarm in watch.alarms))
    if not watch.alarms:
        say("Nothing to act on.")
    model = watch.model
    if model is None:
        return
    rates = {"random": model.inspections.random, "targeted": model.inspections.targeted}
    found = ", ".join(f"{name} {one.events} of {one.rows}" for name, one in rates.items() if one)
    matured = model.matured
    rows = [
        ("score drift", f"{model.score.index:.3f} (luck explains {model.score.bound:.3f})" if model.score else "-"),
        ("inputs that moved", f"{len(model.drifted)} of {len(model.inputs)}: {', '.join(model.drifted[:4]) or 'none'}"),
        (
            "matured labels",
            f"{matured.business_date}: {matured.whole.expected:.1f} expected, {matured.whole.events} came"
            if matured
            else "no decision is old enough",
        ),
        ("overrides", f"{model.overrides.overridden} of {model.overrides.decisions}"),
        ("inspections that found something", found or "none"),
    ]
    table(f"Version {model.version} on {watch.date}", ("what", "figures"), rows)


def extract(
    out: Annotated[Path, typer.Option(help="FILE.parquet to write.")],
    known_on: KnownOn = None,
) -> None:
    """Write a training extract: features and outcomes per enterprise and month end, without names, codes or tokens."""
    from models.training.settings import TrainingSettings
    from pipelines.steps.extract import training_extract

    home = wiring()
    with working("Computing features at every month end"):
        panel = home.panel(_day(known_on))
    found = training_extract(panel, TrainingSettings())
    out.parent.mkdir(parents=True, exist_ok=True)
    found.to_parquet(out, index=False)
    told = {"file": str(out), "rows": len(found), "events": int(found["outcome"].sum()), "panel_digest": panel.digest}
    answer(told, f"Wrote {len(found)} rows with {told['events']} events to {out}.")


def _day(known_on: str | None) -> date:
    from expectations.vocabulary.moment import parse_date, zoned

    return parse_date(known_on) if known_on else zoned(now()).date()


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
                    "challenger": one.is_challenger,
                    "registered_at": one.registered_at.isoformat(),
                    "metrics": dict(one.metrics),
                }
                for one in found
            ]
        }
    )
    table(
        "Models",
        ("version", "kind", "role", "AUC out of time", "registered", "digest"),
        [
            (
                one.version,
                one.kind,
                "champion" if one.is_champion else "challenger" if one.is_challenger else "",
                _figure(one.metrics.get("auc", "")),
                one.registered_at.isoformat(timespec="seconds"),
                one.digest[:12],
            )
            for one in found
        ],
    )
