"""The seasonal guard: a rise that peers share in a declared promotion is no anomaly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.policy.inforce import Policy
from models.policy.values import Promotion, TypologyValue
from reports.alerts.alert import Hit


@dataclass(frozen=True, slots=True)
class ExcusedHit:
    """A hit that the season explains. It raises no alert, and stays on record with the reason.

    Attributes
    ----------
    guard:
        The rule that excused it.
    peer_share, least_share:
        Share of peers (0 to 1) that rose as well, and the share from which that excuses.
    """

    hit: Hit
    guard: str
    promotion: Promotion
    peer_share: float
    least_share: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, for the decision record."""
        return {
            "rule": self.hit.rule,
            "window_from": self.hit.window_from.isoformat(),
            "window_to": self.hit.window_to.isoformat(),
            "value": self.hit.value,
            "threshold": self.hit.threshold,
            "n": self.hit.n,
            "evidence": list(self.hit.evidence),
            "guard": self.guard,
            "promotion": {"zh": self.promotion.name.zh, "en": self.promotion.name.en},
            "peer_share": self.peer_share,
            "least_share": self.least_share,
        }


def in_promotion(day: date, policy: Policy) -> bool:
    """Whether a day lies in a declared promotion."""
    return any(_promotion_on(day, rule) for rule in policy.typologies.values())


def seasonal_guard(
    hits: Iterable[Hit], peer_shares: Mapping[str, float], policy: Policy
) -> tuple[tuple[Hit, ...], tuple[ExcusedHit, ...]]:
    """The hits that stay, and those the season explains.

    A guarded rule's hit goes when its window ends within a declared promotion and enough of the enterprise's peers
    rose as well. ``peer_shares`` gives that share (0 to 1) per enterprise; one without peers is not excused.
    """
    kept: list[Hit] = []
    excused: list[ExcusedHit] = []
    for hit in hits:
        found = _excused(hit, peer_shares.get(hit.uscc, 0.0), policy)
        if found is None:
            kept.append(hit)
        else:
            excused.append(found)
    return tuple(kept), tuple(excused)


def _excused(hit: Hit, share: float, policy: Policy) -> ExcusedHit | None:
    for name, guard in policy.typologies.items():
        if hit.rule not in guard.guards:
            continue
        least = float(guard.parameters["peer_share"])
        promotion = _promotion_on(hit.window_to, guard)
        if promotion is not None and share >= least:
            return ExcusedHit(hit, name, promotion, share, least)
    return None


def _promotion_on(day: date, rule: TypologyValue) -> Promotion | None:
    return next((promotion for promotion in rule.promotions if promotion.covers(day)), None)
