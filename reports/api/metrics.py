"""The state of the house as Prometheus reads it. Nobody is named, so looks at it are not put on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from prometheus_client import CollectorRegistry, Gauge, generate_latest


@dataclass(frozen=True, slots=True)
class Measurements:
    """What is measured.

    Attributes
    ----------
    latest_day:
        Business date of the latest run; None before the first.
    grades, outbox:
        Enterprises by grade on that day (``-`` without one); messages by state.
    late_feeds:
        Connected feeds that were overdue on that day.
    dead_letters:
        Messages that cannot be delivered, by whether somebody answers for them (``assigned``, ``nobody``).
    oldest_unsettled:
        When the oldest message that the receiver has not acknowledged became true; None where there is none.
    quarantined:
        Rows set aside so far, in all deliveries.
    """

    latest_day: date | None
    grades: Mapping[str, int]
    outbox: Mapping[str, int]
    late_feeds: tuple[str, ...]
    dead_letters: Mapping[str, int]
    oldest_unsettled: datetime | None
    quarantined: int


def exposition(measured: Measurements) -> bytes:
    """The measurements in Prometheus' text format, from a registry of their own: the same twice for the same."""
    registry = CollectorRegistry()
    if measured.latest_day is not None:
        midnight = datetime.combine(measured.latest_day, time(), UTC)
        _gauge(registry, "xinji_latest_run_date_seconds", "Business date of the latest run, as Unix time").set(
            midnight.timestamp()
        )
    _by(registry, "xinji_enterprises", "Enterprises by grade in the latest run", "grade", measured.grades)
    _by(registry, "xinji_outbox_messages", "Messages to the risk-control system by state", "state", measured.outbox)
    _by(
        registry,
        "xinji_dead_letters",
        "Messages that cannot be delivered",
        "owner",
        measured.dead_letters,
    )
    if measured.oldest_unsettled is not None:
        _gauge(
            registry, "xinji_outbox_oldest_seconds", "Moment of the oldest message not acknowledged, as Unix time"
        ).set(measured.oldest_unsettled.timestamp())
    late = dict.fromkeys(measured.late_feeds, 1)
    _by(registry, "xinji_feed_late", "Feeds that were overdue in the latest run", "feed", late)
    _gauge(registry, "xinji_quarantined_rows", "Rows set aside in all deliveries").set(measured.quarantined)
    return generate_latest(registry)


def _gauge(registry: CollectorRegistry, name: str, says: str, labels: tuple[str, ...] = ()) -> Gauge:
    return Gauge(name, says, labels, registry=registry)


def _by(registry: CollectorRegistry, name: str, says: str, label: str, values: Mapping[str, int]) -> None:
    gauge = _gauge(registry, name, says, (label,))
    for value, count in sorted(values.items()):
        gauge.labels(value).set(count)
