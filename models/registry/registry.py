"""Register, look up, promote and load models."""

from __future__ import annotations

import json
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import pandas as pd

from expectations.errors import IntegrityError, NotFoundError
from expectations.vocabulary.digest import canonical_json
from expectations.vocabulary.moment import ZONE
from models.registry.mlflow_access import quiet_mlflow, served_signature
from models.registry.provenance import DEPENDED_ON, provenance_tags
from models.scorer.files import MODEL_FILE
from models.scorer.protocol import Scorer
from models.scorer.storage import load_scorer

CHAMPION = "champion"
CHALLENGER = "challenger"
EXPERIMENT = "credit"
_SERVED = Path(__file__).with_name("served_model.py")
_STORED = "scorer"
"""Name of the folder of our own files, in the store and to the served model."""
_SERVING = "serving.json"
"""Name of what the served model needs beside the scorer: the scale, the texts of the reasons."""
_LONGEST_DIGEST = 36
_LONGEST_PARAMETER = 500


@dataclass(frozen=True)
class Evidence:
    """What is logged beside a model.

    Attributes
    ----------
    metrics:
        Figures by name.
    params:
        Settings by name; values are logged as text.
    plots:
        Files by name.
    card:
        What a reader should know of the model, as plain JSON values.
    dataset_digest:
        Hexadecimal digest of the panel; empty where there was none.
    tags:
        Further words on the version.
    serving:
        What ``models.registry.serving`` needs to give score, grade and reasons; without it a served model gives p and
        margin alone.
    """

    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    plots: Mapping[str, bytes] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)
    dataset_digest: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    serving: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Registered:
    """A loaded model with its place in the registry."""

    scorer: Scorer
    version: str
    digest: str


@dataclass(frozen=True)
class Version:
    """One line of the list of versions.

    Attributes
    ----------
    registered_at:
        In the zone's official time.
    """

    version: str
    kind: str
    digest: str
    is_champion: bool
    is_challenger: bool
    registered_at: datetime
    metrics: Mapping[str, float]
    tags: Mapping[str, str]


class Registry:
    """The model registry.

    Parameters
    ----------
    tracking_uri:
        MLflow's store: ``sqlite:///...`` or the address of a server.
    artifact_root:
        Folder of the stored files; a server keeps them where it likes, and then this is not used.
    cache:
        Folder of models already fetched, by digest. It can be deleted at any time.
    name:
        Name of the registered model.
    """

    def __init__(self, tracking_uri: str, artifact_root: Path, cache: Path, name: str = "xinji-credit") -> None:
        self.tracking_uri = tracking_uri
        self.artifact_root = artifact_root
        self.cache = cache
        self.name = name

    def register(self, scorer: Scorer, example: pd.DataFrame, evidence: Evidence | None = None) -> str:
        """Store a model as the next version and return its number. It is not yet anybody's champion.

        Parameters
        ----------
        scorer:
            The model.
        example:
            A few rows of its features, for the signature.
        evidence:
            What is logged beside it.
        """
        given = evidence or Evidence()
        tags = {**given.tags, "digest": scorer.digest, "kind": scorer.kind}
        self._experiment()
        told = _run_tags({**tags, **provenance_tags()})
        with self._mlflow.start_run(run_name=f"{scorer.kind}-{scorer.digest[:8]}", tags=told) as run:
            self._log(given, example)
            with tempfile.TemporaryDirectory() as folder:
                stored = Path(folder, _STORED)
                scorer.save(stored)
                Path(folder, _SERVING).write_text(canonical_json(given.serving), encoding="utf-8", newline="\n")
                logged = self._log_model(scorer, Path(folder), example)
            version = self._client.create_model_version(
                self.name, logged.model_uri, run.info.run_id, tags=tags, model_id=logged.model_id
            )
        return str(version.version)

    def set_champion(self, version: str) -> None:
        """Point the alias at a version. Whether that is right is for the gates; the record of it is the ledger's.

        A version that grades runs in shadow no longer.

        Raises
        ------
        NotFoundError
            When there is no such version.
        """
        self._found(version)
        self._client.set_registered_model_alias(self.name, CHAMPION, version)
        if self._aliases().get(CHALLENGER) == version:
            self._client.delete_registered_model_alias(self.name, CHALLENGER)

    def set_challenger(self, version: str) -> None:
        """Let a version run in shadow beside the champion.

        Raises
        ------
        NotFoundError
            When there is no such version.
        """
        self._found(version)
        self._client.set_registered_model_alias(self.name, CHALLENGER, version)

    def challenger(self) -> Registered | None:
        """The model that runs in shadow; None when there is none, or when it has become champion."""
        aliases = self._aliases()
        version = aliases.get(CHALLENGER)
        if version is None or version == aliases.get(CHAMPION):
            return None
        return self.load(version)

    def attach(self, version: str, files: Mapping[str, str], folder: str) -> None:
        """Log texts beside a version, replacing those of the same name.

        Raises
        ------
        NotFoundError
            When there is no such version.
        """
        run = self._found(version).run_id
        with tempfile.TemporaryDirectory() as aside:
            for name, content in files.items():
                Path(aside, name).write_text(content, encoding="utf-8", newline="\n")
            self._client.log_artifacts(run, aside, folder)

    def attached(self, version: str, path: str) -> str:
        """A text logged beside a version, by its path such as ``card.json``.

        Raises
        ------
        NotFoundError
            When there is no such version, or nothing of that name beside it.
        """
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - see mlflow_access

        run = self._found(version).run_id
        with tempfile.TemporaryDirectory() as aside:
            try:
                found = self._client.download_artifacts(run, path, aside)
            except (MlflowException, OSError) as error:
                problem = f"Version {version} has no {path} beside it."
                raise NotFoundError(problem, f"Make it: xinji validate {version}") from error
            return Path(found).read_text(encoding="utf-8")

    def champion(self) -> Registered:
        """The model that grades, by its alias.

        Raises
        ------
        NotFoundError
            When no model is champion yet.
        """
        version = self._aliases().get(CHAMPION)
        if version is None:
            raise NotFoundError(f"No version of {self.name} is champion.", "Run: xinji train")
        return self.load(version)

    def load(self, version: str) -> Registered:
        """One version, champion or not.

        Raises
        ------
        NotFoundError
            When there is no such version.
        IntegrityError
            When the stored files are not the model that was registered.
        """
        return self._fetched(self._found(version))

    def versions(self) -> list[Version]:
        """All versions, newest first; empty before the first registration."""
        client = self._client
        found = client.search_model_versions(f"name = '{self.name}'", max_results=1000)
        if not found:
            return []
        aliases = self._aliases()
        return [
            Version(
                version=str(entry.version),
                kind=entry.tags["kind"],
                digest=entry.tags["digest"],
                is_champion=str(entry.version) == aliases.get(CHAMPION),
                is_challenger=str(entry.version) == aliases.get(CHALLENGER),
                registered_at=datetime.fromtimestamp(entry.creation_timestamp / 1000, UTC).astimezone(ZONE),
                metrics=dict(client.get_run(entry.run_id).data.metrics),
                tags=dict(entry.tags),
            )
            for entry in sorted(found, key=lambda entry: -int(entry.version))
        ]

    @cached_property
    def _mlflow(self) -> Any:
        if self.tracking_uri.startswith("sqlite:///"):
            Path(self.tracking_uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        return quiet_mlflow(self.tracking_uri)

    @cached_property
    def _client(self) -> Any:
        return self._mlflow.MlflowClient(self.tracking_uri)

    def _aliases(self) -> dict[str, str]:
        """Version by alias; empty before the first registration."""
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - see mlflow_access

        try:
            aliases = self._client.get_registered_model(self.name).aliases
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return {}
        return {name: str(version) for name, version in aliases.items()}

    def _experiment(self) -> None:
        """Choose the experiment, made on first use together with the registered model."""
        client, mlflow = self._client, self._mlflow
        if client.get_experiment_by_name(EXPERIMENT) is None:
            remote = self.tracking_uri.startswith(("http://", "https://"))
            client.create_experiment(EXPERIMENT, None if remote else self.artifact_root.absolute().as_uri())
        mlflow.set_experiment(EXPERIMENT)
        if not client.search_registered_models(f"name = '{self.name}'"):
            client.create_registered_model(self.name)

    def _log(self, given: Evidence, example: pd.DataFrame) -> None:
        mlflow = self._mlflow
        mlflow.log_params({name: str(value)[:_LONGEST_PARAMETER] for name, value in given.params.items()})
        mlflow.log_metrics(dict(given.metrics))
        if given.card:
            mlflow.log_text(json.dumps(given.card, ensure_ascii=False, indent=2, sort_keys=True), "card.json")
        with tempfile.TemporaryDirectory() as folder:
            for name, content in given.plots.items():
                Path(folder, name).write_bytes(content)
            mlflow.log_artifacts(folder, "plots")
        if given.dataset_digest:
            digest = given.dataset_digest[:_LONGEST_DIGEST]
            mlflow.log_input(mlflow.data.from_pandas(example, name="panel", digest=digest), context="training")

    def _log_model(self, scorer: Scorer, files: Path, example: pd.DataFrame) -> Any:
        """As code with data: requirements are named, for to have them found out takes a quarter of a minute."""
        rows = example.loc[:, list(scorer.feature_names)].astype("float64").head(5)
        with warnings.catch_warnings():
            # It asks for annotations and an input example to find the signature that it is given here.
            warnings.simplefilter("ignore", UserWarning)
            return self._mlflow.pyfunc.log_model(
                name="model",
                python_model=str(_SERVED),
                artifacts={_STORED: str(files / _STORED), "serving": str(files / _SERVING)},
                signature=served_signature(rows),
                pip_requirements=[f"{package}=={installed(package)}" for package in DEPENDED_ON],
            )

    def _found(self, version: str) -> Any:
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - see mlflow_access

        try:
            return self._client.get_model_version(self.name, version)
        except MlflowException as error:
            raise NotFoundError(f"{self.name} has no version {version}.", "See: xinji models") from error

    def _fetched(self, entry: Any) -> Registered:
        """A version's scorer, from the cache or, once, from the store."""
        digest = entry.tags["digest"]
        folder = self.cache / digest
        if not (folder / MODEL_FILE).exists():
            self._fetch(entry, folder)
        scorer = load_scorer(folder)
        if scorer.digest != digest:
            raise IntegrityError(
                f"Version {entry.version} was registered as {digest[:12]}, but its files are {scorer.digest[:12]}.",
                f"Delete {folder} to fetch it again; if that does not help, promote another version.",
            )
        return Registered(scorer, str(entry.version), digest)

    def _fetch(self, entry: Any, folder: Path) -> None:
        """Fetch aside, then rename, so that a killed run leaves no half model in the cache."""
        self.cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache) as aside:
            fetched = self._mlflow.artifacts.download_artifacts(
                artifact_uri=f"models:/{self.name}/{entry.version}", dst_path=aside
            )
            if not folder.exists():
                Path(fetched, "artifacts", _STORED).rename(folder)


def _run_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """MLflow would name the account of the operating system and the script; people are account ids of ours."""
    return {**tags, "mlflow.user": "xinji", "mlflow.source.name": "xinji"}
