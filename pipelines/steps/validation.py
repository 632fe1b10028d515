"""The validation pack of a version: out-of-time rows from the lake, rivals from the registry, evidence back into it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from expectations.errors import ConflictError, NotFoundError
from models.registry import Registered
from models.scorer.errors import FittingError
from models.scorer.points import PointsScorer
from models.scorer.protocol import Scorer
from models.training.panel import Labelled, Panel
from models.training.settings import TrainingSettings
from models.training.train import fit_baseline
from models.validation.gates import GateResult, gates
from models.validation.limits import gate_limits
from models.validation.overrides import Overrides, overrides_among
from models.validation.pack import FORMAT, Rival, Setting, Validated, pack_digest, validation_pack
from models.validation.page import pack_page
from models.validation.replay import replayed
from pipelines.steps.home import Home
from pipelines.steps.registry import ModelCard, ModelRegistry, card_of
from pipelines.storage import decisions

FOLDER = "validation"
"""Where a version's pack lies beside it in the registry."""


@dataclass(frozen=True)
class Validation:
    """A version's pack and what the gates say of it."""

    version: str
    pack: dict[str, Any]
    page: str
    result: GateResult

    def to_json(self) -> dict[str, Any]:
        """What the command answers; the pack itself lies in the registry."""
        return {
            "version": self.version,
            "digest": pack_digest(self.pack),
            "passed": self.result.passed,
            "gates": [check.to_json() for check in self.result.checks],
            "pack": self.pack,
        }


def validate(
    home: Home, registry: ModelRegistry, version: str, panel: Panel, scorecard: Callable[[date], PointsScorer]
) -> Validation:
    """Make a version's pack from a panel, log it beside the version and judge it.

    Rows begin after what the version *and* the champion learnt from, so that neither is measured on its own lessons.

    Raises
    ------
    ConflictError
        When no row of the panel lies after both trainings.
    """
    found, card = registry.load(version), card_of(registry, version)
    champion = _champion(registry)
    begins = max([card.boundary] + ([card_of(registry, champion.version).boundary] if champion else []))
    tested = panel.labelled(panel.known_on, card.settings, [day for day in set(panel.dates) if day >= begins])
    if not len(tested.outcome):
        raise ConflictError(
            f"No outcome known on {panel.known_on} follows version {version}'s training, which ends before {begins}.",
            "Validate when more time has passed, or train again.",
            zh=f"版本 {version} 的训练截止于 {begins}，此后尚无已知结果。请过一段时间再验证。",
        )
    limits, learnt = gate_limits(panel.known_on), _learnt(card, panel)
    prior = scorecard(card.trained_on)
    pack = validation_pack(
        Validated(
            version=version,
            scorer=found.scorer,
            rows=tested,
            labels_known_on=card.labels_known_on,
            reference=card.reference,
            replay=replayed(found.scorer, card.rows_digest, learnt, home.catalogue, card.settings, prior),
            panel_digest=panel.digest,
        ),
        _rivals(registry, version, champion, _baseline(home, learnt, card.settings)),
        Setting(
            catalogue=home.catalogue,
            policy=home.policies.in_force(panel.known_on),
            limits=limits,
            connected=frozenset(home.zone.connected),
            overrides=_overrides(home),
        ),
    )
    result = gates(pack, limits)
    page = pack_page(pack, result)
    written = json.dumps(pack, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    registry.attach(version, {"pack.json": written, "pack.html": page}, FOLDER)
    return Validation(version, pack, page, result)


def stored_pack(registry: ModelRegistry, version: str) -> dict[str, Any]:
    """The pack that was logged beside a version.

    Raises
    ------
    NotFoundError
        When it was never validated.
    ConflictError
        When its pack was made by another version of the code, and lacks what the gates ask now.
    """
    pack: dict[str, Any] = json.loads(registry.attached(version, f"{FOLDER}/pack.json"))
    if pack.get("format") != FORMAT:
        raise ConflictError(
            f"The evidence of version {version} was made by another version of Xinji.",
            f"Validate it again: xinji validate {version}",
            zh=f"版本 {version} 的验证报告由其他版本的程序生成。请重新验证。",
        )
    return pack


def _champion(registry: ModelRegistry) -> Registered | None:
    try:
        return registry.champion()
    except NotFoundError:
        return None


def _learnt(card: ModelCard, panel: Panel) -> Labelled:
    """The rows of a version's training, as they are known now."""
    before = [day for day in set(panel.dates) if day < card.boundary]
    return panel.labelled(card.boundary - timedelta(days=1), card.settings, before)


def _rivals(
    registry: ModelRegistry, version: str, champion: Registered | None, baseline: Scorer | None
) -> tuple[Rival, ...]:
    """The champion, the newest other version of each kind, and a plain fitted scorecard."""
    rivals = []
    if champion is not None and champion.version != version:
        rivals.append(_rival(champion, "champion"))
    taken = {rival.scorer.kind for rival in rivals}
    for one in registry.versions():
        if one.version != version and one.kind not in taken:
            taken.add(registry.load(one.version).scorer.kind)
            rivals.append(_rival(registry.load(one.version), "baseline"))
    if baseline is not None:
        rivals.append(Rival("weights of evidence", "", "baseline", baseline))
    return tuple(rivals)


def _rival(found: Registered, role: Literal["champion", "baseline"]) -> Rival:
    return Rival(f"{found.scorer.kind} {found.version}", found.version, role, found.scorer)


def _baseline(home: Home, rows: Labelled, settings: TrainingSettings) -> Scorer | None:
    try:
        return fit_baseline(rows, home.catalogue, settings)
    except FittingError:
        return None


def _overrides(home: Home) -> Overrides:
    with home.database.reading() as connection:
        latest = decisions.latest_run_date(connection)
        return overrides_among(decisions.decisions_of(connection, latest) if latest else ())
