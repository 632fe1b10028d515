"""The training flow: panel, models, registry, and the challenger's validation pack. It never promotes."""

from __future__ import annotations

import json
from datetime import date

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from models.scorer.points import PointsScorer
from models.training.panel import Panel
from models.training.search import Searched, search
from models.training.settings import TrainingSettings
from models.training.split import split_by_time
from models.training.train import TrainingResult, train
from pipelines.steps import training as steps
from pipelines.steps import validation
from pipelines.steps.home import Home
from pipelines.steps.training import Trained
from pipelines.steps.validation import Validation
from pipelines.wiring import Wiring

_HOUR = 3600


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=30, timeout_seconds=6 * _HOUR)
def assemble(home: Home, known_on: date) -> Panel:
    """Compute the features of every month end, and the outcomes as known on a day."""
    return steps.assemble_panel(home, home.pin(), known_on)


@task(cache_policy=NO_CACHE, timeout_seconds=12 * _HOUR)
def choose(home: Home, panel: Panel, scorecard: PointsScorer, settings: TrainingSettings, trials: int) -> Searched:
    """Search for settings on the training's side of the boundary; every trial becomes a row of the artifact."""
    found = search(split_by_time(panel, settings).train, home.catalogue, scorecard, settings, trials)
    create_table_artifact(key="search", table=list(found.trials), description="Settings tried, and their log loss")
    return found


@task(cache_policy=NO_CACHE, timeout_seconds=6 * _HOUR)
def fit(home: Home, panel: Panel, scorecard: PointsScorer, settings: TrainingSettings) -> TrainingResult:
    """Fit the challenger and compare it with the scorecard out of time."""
    return train(panel, home.catalogue, scorecard, settings)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=30, timeout_seconds=_HOUR)
def register(wiring: Wiring, panel: Panel, result: TrainingResult, settings: TrainingSettings) -> Trained:
    """Register the models; the challenger runs in shadow from now on."""
    return steps.register_training(wiring.home, wiring.registry, panel, result, settings)


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=30, timeout_seconds=2 * _HOUR)
def validate(wiring: Wiring, version: str, panel: Panel) -> Validation:
    """Make the pack of a version and judge it."""
    found = validation.validate(wiring.home, wiring.registry, version, panel, wiring.expert_scorecard)
    create_table_artifact(
        key="validation",
        table=[{"gate": check.name, "holds": check.passed, "says": check.en} for check in found.result.checks],
        description=f"What the gates say of version {version}",
    )
    return found


@flow(name="training", validate_parameters=False, persist_result=False)
def training(
    wiring: Wiring, known_on: date, trials: int = 0, settings: TrainingSettings | None = None
) -> tuple[Trained, Validation | None]:
    """Train on everything known on a day, register what came of it, and validate the challenger if there is one.

    With ``trials`` the settings are searched for first.
    """
    panel = assemble(wiring.home, known_on)
    # The card of the day the panel ends, so that the training can be made again.
    scorecard = wiring.expert_scorecard(panel.known_on)
    searched = Searched(settings or TrainingSettings(), ())
    if trials:
        searched = choose(wiring.home, panel, scorecard, searched.settings, trials)
    result = fit(wiring.home, panel, scorecard, searched.settings)
    trained = register(wiring, panel, result, searched.settings)
    if trained.challenger_version is None:
        return trained, None
    if searched.trials:
        told = json.dumps(list(searched.trials), indent=1)
        wiring.registry.attach(trained.challenger_version, {"trials.json": told}, "search")
    return trained, validate(wiring, trained.challenger_version, panel)


@flow(name="validation", validate_parameters=False, persist_result=False)
def validation_flow(wiring: Wiring, version: str, known_on: date) -> Validation:
    """Validate a version on everything known on a day."""
    return validate(wiring, version, assemble(wiring.home, known_on))
