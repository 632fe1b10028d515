"""How well the patterns find what is planted in the simulated zone, and how many alerts the honest majority costs.

The zone is simulated, taken in as any delivery is, and looked at on evenly spaced days. Hits become episodes by the
rule that the daily run uses. The truth is read only to judge them. A good result is no evidence of quality on life: the
same minds wrote the patterns and what looks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from features.asof import define_known
from features.days import build_history
from pipelines.benchmarks.measuring import BenchmarkError, Report, measured
from pipelines.settings import Settings
from pipelines.simulation import ZoneSettings, simulate
from pipelines.steps.daily import pattern_hits
from pipelines.steps.day import Day
from pipelines.steps.ingest.batch import take_in
from pipelines.steps.knowing import looking_at, versions_of
from pipelines.wiring import Wiring
from reports.alerts.alert import Alert, Hit
from reports.alerts.episodes import alerts_on

GOAL = "under 3 alerts per 100 honest enterprises and month"
AFTERMATH_DAYS = 90
"""A pattern that stopped is still seen while the windows hold it: an alert so long after its end is no false one."""

SEEN_DAYS = 30
"""A planted episode can be missed only where at least so many of its days lie before the last day looked at."""


@dataclass(frozen=True)
class Looking:
    """What zone to look at, and when: ``looks`` days, ``every_days`` apart, the last being the zone's last day."""

    enterprises: int = 300
    days: int = 400
    seed: int = 20261031
    looks: int = 19
    every_days: int = 10


class Planted(NamedTuple):
    """An episode of the truth."""

    rule: str
    uscc: str
    first_day: date
    last_day: date


class Raised(NamedTuple):
    """An alert that was opened on one of the days looked at."""

    rule: str
    uscc: str
    opened_on: date


def patterns(looking: Looking) -> Report:
    """Simulate, take in, look, and set what was found beside what was planted."""
    with TemporaryDirectory(prefix="xinji-bench-") as folder:
        home = Path(folder)
        landed, _ = measured("simulate and take in", settle, home, looking)
        looked, found = measured("look for patterns", look, home, looking)
        planted = read_truth(home / "landing" / "truth" / "episodes.parquet")
    raised, open_a_day = found
    quality = judge(planted, raised, looking)
    quality["open_alerts_per_100_enterprises_and_day"] = round(100 * open_a_day / looking.enterprises, 2)
    details = {**vars(looking), **quality}
    return Report("patterns", (landed, looked), "", quality["alerts_per_100_honest_and_month"], GOAL, details)


def settle(path: Path, looking: Looking) -> None:
    """A home with the simulated zone taken in."""
    settings = ZoneSettings(enterprises=looking.enterprises, days=looking.days, seed=looking.seed)
    landing = path / "landing"
    simulate(landing, settings)
    wiring = Wiring(Settings(home=path / "home", threads=2))
    wiring.settle_in()
    noon = datetime(settings.end_date.year, settings.end_date.month, settings.end_date.day, 12, tzinfo=UTC)
    take_in(wiring.intake(None), landing, noon + timedelta(days=2))


def look(path: Path, looking: Looking) -> tuple[list[Raised], float]:
    """Alerts by the day they were opened, and how many are open on a day looked at."""
    home = Wiring(Settings(home=path / "home", threads=2)).home
    lake = home.pin()
    last = ZoneSettings(enterprises=looking.enterprises, days=looking.days, seed=looking.seed).end_date
    carried: tuple[Alert, ...] = ()
    raised: list[Raised] = []
    opened = 0
    for back in range(looking.looks - 1, -1, -1):
        day = Day.of(last - timedelta(days=back * looking.every_days))
        policy = home.policies.in_force(day.business_date)
        with home.engine() as engine:
            define_known(engine, versions_of(home, lake, day), looking_at(home, lake, day))
            build_history(engine, day.business_date)
            hits, _ = pattern_hits(engine, policy, day.business_date)
        alerts = alerts_on(_dated(hits), carried, (), policy)
        carried = alerts.carried
        opened += len(alerts.alerts)
        raised += [
            Raised(alert.rule, alert.uscc, alert.opened_on)
            for alert in alerts.alerts
            if alert.opened_on == day.business_date
        ]
    return raised, opened / looking.looks


def _dated(hits: tuple[Hit, ...]) -> list[Hit]:
    """Hits without the evidence, which no figure here needs."""
    return [replace(hit, evidence=()) for hit in hits]


def read_truth(path: Path) -> list[Planted]:
    """The planted episodes."""
    rows = pq.read_table(path).to_pylist()
    return [Planted(row["typology"], row["uscc"], row["first_day"], row["last_day"]) for row in rows]


def judge(planted: list[Planted], raised: list[Raised], looking: Looking) -> dict[str, Any]:
    """Recall and precision per typology, and what the honest majority costs.

    An episode is found when its rule raised an alert about its enterprise between its first day and ``AFTERMATH_DAYS``
    after its last; an alert is right when it found one. R11b counts as R11. An enterprise is honest when nothing is
    planted in it at any time. What the first look opens had gathered over the windows before it; a month is counted
    for it, which is less than most windows are long.
    """
    if not planted:
        raise BenchmarkError("Nothing was planted in this zone.", "Ask for a typology_intensity above 0.")
    last = ZoneSettings(enterprises=looking.enterprises, days=looking.days, seed=looking.seed).end_date
    first = last - timedelta(days=(looking.looks - 1) * looking.every_days)
    bearers = {episode.uscc for episode in planted}
    rules: dict[str, dict[str, Any]] = {}
    for rule in sorted({episode.rule for episode in planted} | {_counted(alert.rule) for alert in raised}):
        due = [
            one
            for one in planted
            if one.rule == rule and one.last_day >= first and (last - one.first_day).days >= SEEN_DAYS
        ]
        alerts = [one for one in raised if _counted(one.rule) == rule]
        found = [one for one in due if any(_explains(one, alert) for alert in alerts)]
        right = [alert for alert in alerts if any(_explains(one, alert) for one in planted if one.rule == rule)]
        rules[rule] = {
            "planted": len(due),
            "found": len(found),
            "recall": _share(len(found), len(due)),
            "alerts": len(alerts),
            "right": len(right),
            "precision": _share(len(right), len(alerts)),
            "on_honest": sum(alert.uscc not in bearers for alert in alerts),
        }
    honest = looking.enterprises - len(bearers)
    months = ((last - first).days + 30) / 30
    on_honest = sum(figures["on_honest"] for figures in rules.values())
    return {
        "rules": rules,
        "honest_enterprises": honest,
        "alerts_on_honest": on_honest,
        "new_alerts_per_100_enterprises_and_day": round(100 * len(raised) / looking.enterprises / (30 * months), 3),
        "alerts_per_100_honest_and_month": round(100 * on_honest / honest / months, 3),
    }


def _counted(rule: str) -> str:
    return "R11" if rule == "R11b" else rule


def _explains(episode: Planted, alert: Raised) -> bool:
    ends = episode.last_day + timedelta(days=AFTERMATH_DAYS)
    return episode.uscc == alert.uscc and episode.first_day <= alert.opened_on <= ends


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def table_of(quality: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Rows for people: rule, planted, found, recall, alerts, right, precision, on honest enterprises."""
    return [
        (rule, *("-" if value is None else f"{value}" for value in figures.values()))
        for rule, figures in quality["rules"].items()
    ]
