from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from expectations.errors import IntegrityError, NotFoundError
from models.registry import Evidence, Registry
from models.scorer.classifier import CreditClassifier
from models.scorer.points import BinnedPoints, PointsScorer
from models.scorer.trees import TreeScorer

FRAME = pd.DataFrame({"late": [0.0, 0.5, np.nan], "age": [100.0, 2000.0, 50.0], "extra": [1.0, 2.0, 3.0]})
EVIDENCE = Evidence(
    metrics={"scorecard_auc": 0.7},
    params={"horizon_days": 180},
    plots={"roc.png": b"\x89PNG"},
    card={"boundary": "2026-01-31", "note": "首个"},
    dataset_digest="ab" * 32,
    tags={"gate": "passed"},
)


def card() -> PointsScorer:
    return PointsScorer({"late": BinnedPoints((0.1,), (-0.2, 0.5))}, base_margin=-3.0, base_rate=0.05)


def trees() -> TreeScorer:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(120, 2)), columns=["late", "age"])
    outcome = (frame["late"] + random.normal(size=120) > 0.5).astype(int)
    return CreditClassifier(threads=1).fit(frame, outcome).scorer_


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A real MLflow store with two versions: the scorecard, champion, and trees. Slow to make, so made once."""
    root = tmp_path_factory.mktemp("registry")
    made = Registry(f"sqlite:///{root / 'mlflow.db'}", root / "mlflow", root / "cache")
    assert made.versions() == []
    with pytest.raises(NotFoundError, match="No version"):
        made.champion()
    assert made.register(card(), FRAME) == "1"
    made.set_champion("1")
    assert made.register(trees(), FRAME, EVIDENCE) == "2"
    yield made
    assert not Path("mlruns").exists(), "MLflow wrote outside the home"


def fresh(registry: Registry, cache: Path) -> Registry:
    return Registry(registry.tracking_uri, registry.artifact_root, cache)


def test_the_champion_is_the_version_the_alias_points_to(registry: Registry) -> None:
    assert registry.champion().version == "1"
    registry.set_champion("2")
    assert registry.champion().version == "2"
    registry.set_champion("1")
    assert registry.champion().scorer == card()


def test_a_challenger_that_becomes_champion_runs_in_shadow_no_longer(registry: Registry) -> None:
    registry.set_challenger("2")
    registry.set_champion("2")
    assert [one.version for one in registry.versions() if one.is_challenger] == []
    registry.set_champion("1")
    assert registry.challenger() is None, "whoever is taken back is no challenger by that"


def test_a_fetched_model_gives_the_numbers_it_was_registered_with_to_the_bit(
    registry: Registry, tmp_path: Path
) -> None:
    fetched = fresh(registry, tmp_path / "cache").load("2")
    assert fetched.digest == fetched.scorer.digest == trees().digest
    assert np.array_equal(fetched.scorer.probabilities(FRAME), trees().probabilities(FRAME))


def test_the_cache_is_used_and_an_altered_one_is_noticed(registry: Registry, tmp_path: Path) -> None:
    here = fresh(registry, tmp_path / "cache")
    digest = here.load("2").digest
    assert [folder.name for folder in here.cache.iterdir()] == [digest]
    written = (here.cache / digest / "trees.txt").stat().st_mtime_ns
    here.load("2")
    assert (here.cache / digest / "trees.txt").stat().st_mtime_ns == written
    card().save(here.cache / digest)
    with pytest.raises(IntegrityError, match="registered as"):
        here.load("2")


def test_versions_are_listed_newest_first_with_their_evidence(registry: Registry) -> None:
    newest, oldest = registry.versions()
    assert (newest.version, newest.kind, newest.is_champion) == ("2", "lightgbm", False)
    assert (oldest.version, oldest.kind, oldest.is_champion) == ("1", "scorecard", True)
    assert newest.metrics == {"scorecard_auc": 0.7}
    assert newest.tags["gate"] == "passed"
    assert newest.registered_at.utcoffset() is not None


def test_what_does_not_exist_is_named(registry: Registry) -> None:
    with pytest.raises(NotFoundError, match="no version 99"):
        registry.load("99")
    with pytest.raises(NotFoundError, match="no version 99"):
        registry.set_champion("99")


def test_mlflow_itself_can_load_and_score_the_model(registry: Registry) -> None:
    import mlflow

    mlflow.set_tracking_uri(registry.tracking_uri)
    served = mlflow.pyfunc.load_model("models:/xinji-credit/2")
    scored = served.predict(FRAME)
    assert scored["p"].tolist() == trees().probabilities(FRAME).tolist()
    assert served.metadata.signature.inputs.input_names() == ["late", "age"]


def test_parameters_plots_card_and_dataset_are_logged(registry: Registry) -> None:
    import mlflow

    client = mlflow.MlflowClient(registry.tracking_uri)
    run = client.get_run(str(client.get_model_version("xinji-credit", "2").run_id))
    assert run.data.params == {"horizon_days": "180"}
    assert run.inputs is not None
    assert run.inputs.dataset_inputs[0].dataset.digest == ("ab" * 32)[:36]
    assert run.data.tags["mlflow.user"] == "xinji"
    folder = Path(run.info.artifact_uri.removeprefix("file://"))
    assert json.loads((folder / "card.json").read_text(encoding="utf-8"))["note"] == "首个"
    assert (folder / "plots" / "roc.png").read_bytes() == b"\x89PNG"


def test_nothing_of_ours_is_pickled(registry: Registry) -> None:
    stored = [path.suffix for path in registry.artifact_root.rglob("*") if path.is_file()]
    assert ".json" in stored
    assert not {".pkl", ".pickle", ".joblib", ".cloudpickle"} & set(stored)


def test_whoever_only_names_the_registry_does_not_pay_for_mlflow() -> None:
    code = "import sys; import models.registry; sys.exit('mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
