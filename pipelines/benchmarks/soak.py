"""The soak: two years of a simulated zone run week by week, then decisions drawn at random made again to the byte.

After a third the policy changes (published with four eyes), after two thirds the model, and all along facts are
repaired. The model changes by being named, not through the gates, which would rightly refuse what so small a zone can
teach. The draw is made over all decisions, so that most of it was decided by another policy or model than now.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from expectations.errors import XinjiError
from expectations.vocabulary.moment import ZONE
from expectations.vocabulary.role import Role
from models.policy.change import read_change
from pipelines.benchmarks.measuring import BenchmarkError
from pipelines.settings import Settings
from pipelines.simulation import ZoneSettings, simulate
from pipelines.steps.daily import run_day
from pipelines.steps.day import Day
from pipelines.steps.ingest.batch import take_in
from pipelines.steps.people import Desk
from pipelines.steps.replaying import replay
from pipelines.steps.training import assemble_panel, register_training
from pipelines.storage import accounts, decisions, ledger
from pipelines.wiring import Wiring

CHANGE = Path(__file__).parent / "soak_change.yml"
_FIRST_RUN_AFTER = 60  # days of trade before the first run, so that windows are not empty
_OFFICERS = ("soak-officer-1", "soak-officer-2")


@dataclass(frozen=True)
class Soak:
    """What came of it.

    Attributes
    ----------
    decisions:
        All that were made, under how many policies and models, and how many of them say that a repaired fact ended.
    replayed, differing:
        How many were made again, and which came out otherwise.
    """

    enterprises: int
    days: int
    runs: int
    decisions: int
    policies: int
    models: int
    repairs: int
    replayed: int
    differing: tuple[str, ...]
    chain_holds: bool
    seconds: dict[str, float]

    @property
    def holds(self) -> bool:
        """Whether every decision came out the same, and the soak was one."""
        return not self.differing and self.chain_holds and self.policies > 1 and self.models > 1 and self.repairs > 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "differing": list(self.differing), "holds": self.holds}


def soak(path: Path, zone: ZoneSettings, every_days: int, replays: int) -> Soak:
    """Build the zone in a new home, run it, and make decisions again.

    Parameters
    ----------
    path:
        Folder of the home; must not exist.
    zone, every_days:
        What is simulated, and how many days lie between two runs.
    replays:
        How many decisions are drawn, by the zone's own seed; all where there are fewer.
    """
    seconds: dict[str, float] = {}
    with _lap(seconds, "built"):
        _settle(path, zone)
    days = list(_run_days(zone, every_days))
    third = len(days) // 3
    with _lap(seconds, "run"):
        _run(path, days[:third])
        _publish(path, days[third - 1])
        _run(path, days[third : 2 * third])
    with _lap(seconds, "trained"):
        _name_another_model(path, days[2 * third - 1])
    with _lap(seconds, "run"):
        _run(path, days[2 * third :])
    with _lap(seconds, "replayed"):
        return _replayed(Wiring(Settings(home=path)), (zone, len(days), replays), seconds)


@contextmanager
def _lap(seconds: dict[str, float], name: str) -> Iterator[None]:
    """Add the seconds of a block to those of its name."""
    began = time.perf_counter()
    yield
    seconds[name] = round(seconds.get(name, 0.0) + time.perf_counter() - began, 1)


def _settle(path: Path, zone: ZoneSettings) -> None:
    """A home that has taken the whole zone in; what a run sees of it is bounded by its own cutoff."""
    home = Wiring(Settings(home=path))
    home.settle_in()
    landing = path / "inbox" / "zone"
    simulate(landing, zone)
    take_in(home.intake(None), landing, _morning_after(zone.end_date))
    with home.database.transaction() as connection:
        for officer in _OFFICERS:
            accounts.open_account(connection, officer, Role.OFFICER, _morning_after(zone.start_date))
    scorecard = home.registry.register(home.expert_scorecard(zone.end_date), home.features(zone.end_date).frame.head(5))
    home.registry.set_champion(scorecard)
    home.database.close()


def _run_days(zone: ZoneSettings, every_days: int) -> Iterator[date]:
    day = zone.start_date + timedelta(days=_FIRST_RUN_AFTER)
    while day <= zone.end_date:
        yield day
        day += timedelta(days=every_days)


def _run(path: Path, days: Iterable[date]) -> None:
    """Run some days as one process does, with the policy as the home has it by now."""
    wiring = Wiring(Settings(home=path))
    for day in days:
        run_day(wiring.home, Day.of(day))
    wiring.database.close()


def _name_another_model(path: Path, known_on: date) -> None:
    """Train on what was known on a day, and let what came of it grade."""
    from models.training.settings import TrainingSettings  # noqa: PLC0415 (training costs imports that a replay spares)
    from models.training.train import train  # noqa: PLC0415

    wiring = Wiring(Settings(home=path))
    panel = assemble_panel(wiring.home, wiring.lake.pin(), known_on)
    settings = TrainingSettings()
    result = train(panel, wiring.home.catalogue, wiring.expert_scorecard(known_on), settings)
    trained = register_training(wiring.home, wiring.registry, panel, result, settings)
    wiring.registry.set_champion(trained.challenger_version or trained.scorecard_version)
    wiring.database.close()


def _publish(path: Path, day: date) -> None:
    """Publish the change of policy, from the second day after on, by two officers."""
    wiring = Wiring(Settings(home=path))
    desk = Desk(wiring.database, wiring.policies, _morning_after(day))
    proposed = desk.propose_policy(read_change(CHANGE), day + timedelta(days=2), _OFFICERS[0], "soak")
    desk.approve_policy(proposed.id, _OFFICERS[1], "soak")
    wiring.database.close()


def _replayed(wiring: Wiring, given: tuple[ZoneSettings, int, int], seconds: dict[str, float]) -> Soak:
    zone, runs, replays = given
    policies: Counter[str] = Counter()
    models: Counter[str] = Counter()
    repairs, ids = 0, []
    with wiring.database.reading() as connection:
        holds = ledger.verify(connection).holds
        for day in _run_days_of(connection, zone):
            for record in decisions.decisions_of(connection, day):
                ids.append(record["decision_id"])
                policies[record["policy_digest"]] += 1
                models[record["model"]["digest"]] += 1
                repairs += any(one["why"] == "repaired_on" for one in record.get("ended", ()))
    if not ids:
        raise BenchmarkError("The soak made no decision.")
    drawn = random.Random(zone.seed).sample(ids, min(replays, len(ids)))  # noqa: S311 (a draw, no secret)
    differing = tuple(one for one in drawn if not _comes_out_the_same(wiring, one))
    return Soak(
        enterprises=zone.enterprises,
        days=zone.days,
        runs=runs,
        decisions=len(ids),
        policies=len(policies),
        models=len(models),
        repairs=repairs,
        replayed=len(drawn),
        differing=differing,
        chain_holds=holds,
        seconds=seconds,
    )


def _run_days_of(connection: Any, zone: ZoneSettings) -> Iterator[date]:
    found: list[date] = []
    latest = decisions.latest_run_date(connection, zone.end_date)
    while latest is not None:
        found.append(latest)
        latest = decisions.latest_run_date(connection, latest - timedelta(days=1))
    return reversed(found)


def _comes_out_the_same(wiring: Wiring, decision_id: str) -> bool:
    try:
        return replay(wiring.home, decision_id).holds
    except XinjiError:
        return False


def _morning_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), tzinfo=ZONE) + timedelta(hours=7)
