"""The registry behind a real tracking server, and a registered model asked in every way: the same bits each time."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest

from features.catalogue.schema import Catalogue
from models.policy.book import PolicyBook
from models.registry import Evidence, Registry
from models.registry.serving import serving_of
from models.scorer.classifier import CreditClassifier
from models.scorer.trees import TreeScorer
from tests.worlds.labelled_rows import World, small_catalogue

pytestmark = pytest.mark.timeout(240)
DAY = date(2026, 10, 31)
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def running(folder: Path, *words: str, path: str, **environment: str) -> Iterator[str]:
    """A real process on a loopback port that answers at a path; stopped by its own id."""
    port = free_port()
    beside = str(Path(sys.executable).parent)  # MLflow starts uvicorn by its name
    environment["PATH"] = f"{beside}{os.pathsep}{os.environ['PATH']}"
    command = [f"{beside}/mlflow", *words, "--host", "127.0.0.1", "--port", str(port)]
    with (folder / f"{port}.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **QUIET, **environment}, process_group=0
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(process, address + path, folder / f"{port}.log")
        yield address
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait(5)


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(240):
        assert process.poll() is None, log.read_text()
        try:
            if httpx.get(address, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    pytest.fail(f"It never answered: {log.read_text()}")


class Served:
    """A model registered at a server, the rows it is asked about, and what it says of them here."""

    def __init__(self, folder: Path, address: str) -> None:
        world = World(size=200)
        self.catalogue: Catalogue = small_catalogue()
        self.rows = world.unseen.features.iloc[:30].reset_index(drop=True)
        self.rows.iloc[::4, 1] = np.nan
        learnt = world.learnt
        self.scorer: TreeScorer = CreditClassifier(threads=1).fit(learnt.features, learnt.outcome).scorer_
        self.registry = Registry(address, folder / "unused", folder / "cache")
        policy = PolicyBook.load().in_force(DAY)
        serving = serving_of(self.scorer, self.catalogue, policy, learnt.features)
        evidence = Evidence(params={"horizon_days": 180}, card={"note": "x"}, dataset_digest="ab" * 32, serving=serving)
        self.version = self.registry.register(self.scorer, self.rows, evidence)
        self.address, self.folder = address, folder


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("server")
    store = [
        "--backend-store-uri",
        f"sqlite:///{folder / 'server.db'}",
        "--artifacts-destination",
        str(folder / "kept"),
    ]
    with running(folder, "server", *store, "--workers", "1", path="/health") as address:
        yield Served(folder, address)


def test_a_registry_at_a_tracking_server_keeps_models_aliases_and_texts(served: Served) -> None:
    registry = served.registry
    registry.set_champion(served.version)
    elsewhere = Registry(served.address, served.folder / "none", served.folder / "other-cache")
    fetched = elsewhere.champion()
    assert fetched.digest == served.scorer.digest
    assert np.array_equal(fetched.scorer.margins(served.rows), served.scorer.margins(served.rows))
    registry.attach(served.version, {"pack.json": '{"n": 1}'}, "validation")
    assert elsewhere.attached(served.version, "validation/pack.json") == '{"n": 1}'
    assert elsewhere.attached(served.version, "card.json")
    assert not (served.folder / "unused").exists(), "files lie with the server"


def test_a_run_says_where_its_model_was_made(served: Served) -> None:
    (version,) = served.registry.versions()
    import mlflow

    client = mlflow.MlflowClient(served.address)
    run = client.get_run(str(client.get_model_version("xinji-credit", version.version).run_id))
    assert len(run.data.tags["git_commit"]) == 40
    assert run.data.tags["package.lightgbm"]
    assert run.inputs is not None
    assert run.inputs.dataset_inputs[0].dataset.digest == ("ab" * 32)[:36]


def same(answers: list[dict[str, Any]], expected: Any) -> None:
    """Every figure to the bit, and the words."""
    for answer, (_, row) in zip(answers, expected.iterrows(), strict=True):
        assert (answer["p"], answer["margin"]) == (row["p"], row["margin"])
        assert (answer["score"], answer["grade"], answer["reasons"]) == (row["score"], row["grade"], row["reasons"])


def test_saved_loaded_served_alone_and_together_give_the_same_bits(served: Served) -> None:
    import mlflow

    mlflow.set_tracking_uri(served.address)
    address = f"models:/xinji-credit/{served.version}"
    loaded = mlflow.pyfunc.load_model(address)
    together = loaded.predict(served.rows)
    assert together["p"].tolist() == served.scorer.probabilities(served.rows).tolist()
    assert together["margin"].tolist() == served.scorer.margins(served.rows).tolist()
    assert set(together["grade"]) <= {"AAA", "AA", "A", "B", "C"}
    assert any(together["reasons"])
    alone = [loaded.predict(served.rows.iloc[[place]]).iloc[0].to_dict() for place in range(5)]
    same(alone, together.iloc[:5])
    words = ("models", "serve", "-m", address, "--env-manager", "local", "--workers", "1")
    with running(served.folder, *words, path="/ping", MLFLOW_TRACKING_URI=served.address) as server:
        sent = {"dataframe_split": _plain(served.rows)}
        answer = httpx.post(f"{server}/invocations", json=sent, timeout=60)
        assert answer.status_code == 200, answer.text
        same(answer.json()["predictions"], together)
        one = httpx.post(f"{server}/invocations", json={"dataframe_split": _plain(served.rows.iloc[[3]])}, timeout=60)
        same(one.json()["predictions"], together.iloc[[3]])


def _plain(frame: pd.DataFrame) -> dict[str, Any]:
    """The frame as JSON has it: an empty value is null."""
    values = frame.astype(object).where(frame.notna(), None)
    return {"columns": list(frame.columns), "data": values.to_numpy().tolist()}
