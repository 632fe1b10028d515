"""The training flow: panel, models, gate, registry."""

from __future__ import annotations

from datetime import date

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from models.scorer.points import PointsScorer
from models.training.panel import Panel
from models.training.train import TrainingResult, train
from pipelines.steps import training as steps
from pipelines.steps.home import Home
from pipelines.steps.training import Trained
from pipelines.wiring import Wiring

_HOUR = 3600


@task(cache_policy=NO_CACHE, retries=1, retry_delay_seconds=30, timeout_seconds=6 * _HOUR)
def assemble(home: Home, known_on: date) -> Panel:
    """Compute the features of every month end, and the outcomes as known on a day."""
    return steps.assemble_panel(home, home.pin(), known_on)


@task(cache_policy=NO_CACHE, timeout_seconds=6 * _HOUR)
def fit(home: Home, panel: Panel, scorecard: PointsScorer) -> TrainingResult:
    """Fit the challenger and compare it with the scorecard out of time."""
    return train(panel, home.catalogue, scorecard)


@task(cache_policy=NO_CACHE, retries=2, retry_delay_seconds=30, timeout_seconds=_HOUR)
def register(wiring: Wiring, panel: Panel, result: TrainingResult) -> Trained:
    """Register both models; the gate decides who grades."""
    trained = steps.register_training(wiring.registry, panel, result)
    create_table_artifact(
        key="training",
        table=[{"condition": check.name, "holds": check.passed, "says": check.en} for check in result.gate.checks],
        description="The gate between the expert scorecard and the challenger",
    )
    return trained


@flow(name="training", validate_parameters=False, persist_result=False)
def training(wiring: Wiring, known_on: date) -> Trained:
    """Train on everything known on a day, and register what came of it."""
    panel = assemble(wiring.home, known_on)
    result = fit(wiring.home, panel, wiring.expert_scorecard(known_on))
    return register(wiring, panel, result)
