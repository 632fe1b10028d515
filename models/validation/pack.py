"""The validation pack: every statistic of one version, as plain JSON values that the gates read and the page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from expectations.vocabulary.digest import sha256_of
from features.catalogue.schema import Catalogue
from models.policy.inforce import Policy
from models.scorer.protocol import Scorer
from models.training.metrics import measure
from models.training.panel import Labelled
from models.validation.behaviour import directions, feed_losses
from models.validation.calibration import calibration
from models.validation.discrimination import auc_difference, discrimination
from models.validation.leakage import strongest_alone
from models.validation.limits import GateLimits
from models.validation.overrides import Overrides
from models.validation.reference import Reference
from models.validation.replay import Replay, margins_digest
from models.validation.sample import GRADES, Sample
from models.validation.stability import concentration, migration
from models.validation.subgroups import members, subgroups

FORMAT = 2
"""Of the figures in a pack. A pack of another one is no evidence: its gates would look for what it does not tell."""


@dataclass(frozen=True)
class Rival:
    """A model that the validated one is put beside, on the same rows."""

    name: str
    version: str
    role: Literal["champion", "baseline"]
    scorer: Scorer


@dataclass(frozen=True)
class Validated:
    """What is validated, and on what.

    Attributes
    ----------
    version:
        In the registry.
    rows:
        Out-of-time rows with their outcomes.
    labels_known_on:
        The last day whose knowledge the training's labels used.
    reference:
        What the model's inputs and scores looked like in training.
    """

    version: str
    scorer: Scorer
    rows: Labelled
    labels_known_on: date
    reference: Reference
    replay: Replay
    panel_digest: str


@dataclass(frozen=True)
class Setting:
    """What is the same for every version of a day: words, rules, limits, feeds, and what officers overrode."""

    catalogue: Catalogue
    policy: Policy
    limits: GateLimits
    connected: frozenset[str]
    overrides: Overrides


def validation_pack(validated: Validated, rivals: tuple[Rival, ...], setting: Setting) -> dict[str, Any]:
    """Every statistic of one version.

    Empty figures are null. The pack's digest, ``pack_digest``, is what a promotion puts on the ledger.
    """
    rows, scorer = validated.rows, validated.scorer
    limits, policy = setting.limits, setting.policy
    sample = Sample.of(rows, scorer, policy)
    kinds = members(rows, limits.kinds)
    return {
        "format": FORMAT,
        "version": validated.version,
        "kind": scorer.kind,
        "digest": scorer.digest,
        "labels_known_on": validated.labels_known_on.isoformat(),
        "panel_digest": validated.panel_digest,
        **_extent(rows),
        "discrimination": asdict(discrimination(sample, limits.resampling)),
        "alone": [
            asdict(one) for one in strongest_alone(sample, rows.features, scorer.feature_names, limits.resampling)
        ],
        "accuracy": measure(sample.margins, rows.outcome, rows.exposure, rows.weight).as_dict(),
        "calibration": asdict(calibration(sample, limits.level)),
        "stability": _stability(validated, limits),
        "migration": asdict(migration(sample)),
        "concentration": asdict(concentration({str(grade): int((sample.grades == grade).sum()) for grade in GRADES})),
        "overrides": {**asdict(setting.overrides), "share": setting.overrides.share},
        "subgroups": [
            {**asdict(group), "expected_to_observed": group.expected_to_observed}
            for group in subgroups(sample, kinds, limits.resampling)
        ],
        "feeds": [asdict(loss) for loss in feed_losses(scorer, rows, setting.catalogue, policy, setting.connected)],
        "directions": [asdict(one) for one in directions(scorer, rows.features, setting.catalogue)],
        "rivals": [_beside(rival, sample, rows, setting) for rival in rivals],
        "replay": {**asdict(validated.replay), "holds": validated.replay.holds},
        "margins_digest": margins_digest(sample.margins),
        "limits": limits.model_dump(mode="json"),
        "policy_digest": policy.digest,
    }


def pack_digest(pack: Mapping[str, Any]) -> str:
    """Hexadecimal sha256 of the whole pack."""
    return sha256_of(pack)


def _extent(rows: Labelled) -> dict[str, Any]:
    return {
        "rows": len(rows.outcome),
        "events": rows.events,
        "enterprises": len(set(rows.enterprises)),
        "from": min(rows.dates).isoformat(),
        "to": max(rows.dates).isoformat(),
        "known_on": rows.known_on.isoformat(),
        "mean_exposure": float(np.mean(rows.exposure)),
        "excluded": dict(rows.excluded),
    }


def _stability(validated: Validated, limits: GateLimits) -> dict[str, Any]:
    rows = validated.rows
    moved = validated.reference.drift(validated.scorer, rows.features, len(set(rows.enterprises)), limits.level)
    margin = moved.pop("margin")
    largest = sorted(moved.items(), key=lambda item: (-item[1].index, item[0]))[:15]
    return {
        "margin": {**asdict(margin), "is_beyond_luck": margin.is_beyond_luck},
        "features": [{"feature": name, **asdict(one), "is_beyond_luck": one.is_beyond_luck} for name, one in largest],
        "features_beyond_luck": sum(one.is_beyond_luck for one in moved.values()),
        "features_measured": len(moved),
    }


def _beside(rival: Rival, sample: Sample, rows: Labelled, setting: Setting) -> dict[str, Any]:
    theirs = Sample.of(rows, rival.scorer, setting.policy)
    figures = measure(theirs.margins, rows.outcome, rows.exposure, rows.weight)
    grades = np.array([grade.rank for grade in sample.grades]), np.array([grade.rank for grade in theirs.grades])
    return {
        "name": rival.name,
        "version": rival.version,
        "role": rival.role,
        "kind": rival.scorer.kind,
        "digest": rival.scorer.digest,
        "auc": figures.auc,
        "ks": figures.ks,
        "brier": figures.brier,
        "log_loss": figures.log_loss,
        "slope": figures.slope,
        "same_grade": float((grades[0] == grades[1]).mean()),
        "difference": asdict(auc_difference(sample, theirs, setting.limits.resampling)),
    }
