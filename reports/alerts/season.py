"""The seasonal guard: a rise that peers share in a declared promotion is no anomaly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from models.policy.inforce import Policy
from reports.alerts.alert import Hit


def in_promotion(day: date, policy: Policy) -> bool:
    """Whether a day lies in a declared promotion."""
    return any(promotion.covers(day) for rule in policy.typologies.values() for promotion in rule.promotions)


def seasonal_guard(
    hits: Iterable[Hit], peer_shares: Mapping[str, float], policy: Policy
) -> tuple[tuple[Hit, ...], tuple[Hit, ...]]:
    """The hits that stay, and those the season explains.

    A guarded rule's hit goes when its window ends within a declared promotion and enough of the enterprise's peers
    rose as well. ``peer_shares`` gives that share (0 to 1) per enterprise; one without peers is not excused.
    """
    kept: list[Hit] = []
    explained: list[Hit] = []
    for hit in hits:
        share = peer_shares.get(hit.uscc, 0.0)
        (explained if _is_seasonal(hit, share, policy) else kept).append(hit)
    return tuple(kept), tuple(explained)


def _is_seasonal(hit: Hit, share: float, policy: Policy) -> bool:
    for guard in policy.typologies.values():
        if hit.rule in guard.guards and share >= guard.parameters["peer_share"]:
            return any(promotion.covers(hit.window_to) for promotion in guard.promotions)
    return False
