"""What a random share of inspections costs and brings: a simulated year in weekly cycles, under four shares.

The enterprises, their hidden conduct with its drift, and what an inspection finds in whom are those of the simulated
zone. The plan is the product's own, and so is the model, taught anew every quarter from what was looked at, without
weights, as the product does by default. What the feeds would show is taken straight from conduct, with noise, in place
of parcels: a year of a zone takes seconds that way, and several can be drawn. It says how the parts work together in
that zone, and nothing about life.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from models.scorer import CreditClassifier
from models.scorer.errors import FittingError
from pipelines.benchmarks.measuring import Figure, Report, measured
from pipelines.simulation import ZoneSettings
from pipelines.simulation.conduct import Kind
from pipelines.simulation.inspections import FINDING, PLANTED_FINDING, VIEW_NOISE
from pipelines.simulation.world import World, create
from reports.inspection.plan import Candidate, Rules, plan_office

Floats = NDArray[np.float64]

GOAL = "hit rate, recovered amount and model quality by random share, with intervals over seeds"
SHARES = (0.0, 0.05, 0.10, 0.20)
WEEKS, WEEKS_BEFORE, WEEKS_A_QUARTER, DAYS_A_WEEK = 52, 26, 13, 7
DOCUMENTS_A_VISIT = 10
FEED_NOISE = 0.08
"""How far what the feeds show of a kind of conduct lies from it, as a standard deviation."""
CNY_A_VISIT = 200_000
"""Value of the documents that a visit to an enterprise of average volume looks at."""
RECOVERED = (0.03, 0.15)
"""Of that value, as in the simulated inspections."""
_BANDS = ("AAA", "AA", "A", "B", "C")
_PLANTED = ("R05", "R06", "R10")
MEASURES = ("hit_rate", "recovered_cny", "auc")


@dataclass(frozen=True)
class Zone:
    """A zone by week: what feeds show (week, enterprise, kind), the chance that a visit finds something, its value."""

    shown: Floats
    finds: Floats
    value_fen: NDArray[np.int64]
    view: Floats

    @classmethod
    def of(cls, world: World) -> Zone:
        """The last weeks of a simulated world."""
        calendar, size = world.calendar, world.population.size
        random = world.settings.stream("study")
        days = calendar.last_day - DAYS_A_WEEK * np.arange(WEEKS + WEEKS_BEFORE)[::-1]
        months = calendar.month_of(days)
        everybody = np.arange(size)
        shown, finds = [], []
        for day, month in zip(days, months, strict=True):
            before = world.conduct.levels[:, :, month - 1].T
            shown.append(np.clip(before + random.normal(0, FEED_NOISE, before.shape), 0, 1))
            now = world.conduct.levels[:, :, month]
            blame = np.maximum(now[Kind.PAPERS], now[Kind.PRICING])
            one = FINDING[0] + (FINDING[1] - FINDING[0]) * blame**2
            is_planted = np.zeros(size, dtype=bool)
            for pattern in _PLANTED:
                is_planted |= world.plan.covers(pattern, everybody, np.full(size, day))
            one = np.where(is_planted, PLANTED_FINDING, one)
            finds.append(1 - (1 - one) ** DOCUMENTS_A_VISIT)
        value = np.round(world.population.volume * CNY_A_VISIT * 100).astype(np.int64)
        view = np.exp(random.normal(0, VIEW_NOISE, size))
        return cls(np.array(shown), np.array(finds), value, view)


@dataclass
class Looks:
    """What was looked at so far, row by row."""

    shown: list[Floats] = field(default_factory=list)
    found: list[bool] = field(default_factory=list)
    enterprise: list[int] = field(default_factory=list)
    week: list[int] = field(default_factory=list)

    def add(self, zone: Zone, week: int, enterprise: int, found: bool) -> None:
        """A visit and whether it found something."""
        self.shown.append(zone.shown[week, enterprise])
        self.found.append(found)
        self.enterprise.append(enterprise)
        self.week.append(week)

    def taught(self, seed: int) -> CreditClassifier | None:
        """The product's model of what was found; None where there is too little to learn from."""
        model = CreditClassifier(monotone=dict.fromkeys(_columns(), 1), seed=seed, folds=3, threads=1)
        try:
            return model.fit(
                _frame(np.array(self.shown)),
                np.array(self.found, dtype=int),
                groups=np.array(self.enterprise).astype(str),
                period=np.array(self.week, dtype=float),
            )
        except FittingError:
            return None


def study(enterprises: int, slots: int, seeds: int) -> Report:
    """A year under each share for each seed, and what differs from no random share at all."""
    figures: list[Figure] = []
    years: list[dict[str, Any]] = []
    for seed in range(1, seeds + 1):
        figure, found = measured(f"seed {seed}", years_of, enterprises, slots, seed)
        figures.append(figure)
        years += found
    table = {f"{share:.0%}": _told(years, share) for share in SHARES}
    details = {"enterprises": enterprises, "slots_a_week": slots, "seeds": seeds, "shares": table, "years": years}
    quality = {name: row["auc"]["mean"] for name, row in table.items()}
    return Report("study", tuple(figures), "", round(quality["10%"] / quality["0%"], 3), GOAL, details)


def years_of(enterprises: int, slots: int, seed: int) -> list[dict[str, Any]]:
    """One zone's year under each share, from the same half year before it."""
    zone = Zone.of(create(ZoneSettings(enterprises=enterprises, days=7 * (WEEKS + WEEKS_BEFORE) + 60, seed=seed)))
    return [{"seed": seed, "share": share, **_year(zone, slots, share, seed)} for share in SHARES]


def _year(zone: Zone, slots: int, share: float, seed: int) -> dict[str, float]:
    looks, luck = _half_year_before(zone, slots, seed), np.random.default_rng([seed, 2])
    draws = luck.random(zone.finds.shape)  # whether a visit would find something is the same under every share
    parts = luck.uniform(*RECOVERED, zone.finds.shape)
    model = looks.taught(seed)
    visits, hits, recovered = 0, 0, 0.0
    for week in range(WEEKS_BEFORE, WEEKS_BEFORE + WEEKS):
        if week > WEEKS_BEFORE and (week - WEEKS_BEFORE) % WEEKS_A_QUARTER == 0:
            model = looks.taught(seed) or model
        for enterprise in _chosen(zone.value_fen, _risk(model, zone, week), Rules(slots, share, {}), f"{seed}-{week}"):
            found = bool(draws[week, enterprise] < zone.finds[week, enterprise])
            looks.add(zone, week, enterprise, found)
            visits, hits = visits + 1, hits + found
            recovered += found * parts[week, enterprise] * zone.value_fen[enterprise] / 100
    last = WEEKS_BEFORE + WEEKS - 1
    final = looks.taught(seed) or model
    auc = expected_auc(_risk(final, zone, last), zone.finds[last])
    return {"hit_rate": hits / visits, "recovered_cny": float(recovered), "auc": auc}


def _half_year_before(zone: Zone, slots: int, seed: int) -> Looks:
    """Where every share begins: half of the slots by lot, half where customs' own view of an enterprise points."""
    looks, random = Looks(), np.random.default_rng([seed, 1])
    size = zone.finds.shape[1]
    for week in range(WEEKS_BEFORE):
        lot = random.choice(size, slots // 2, replace=False)
        rest = np.setdiff1d(np.argsort(-zone.view * zone.shown[week].mean(axis=1)), lot, assume_unique=False)
        viewed = rest[np.argsort(-(zone.view * zone.shown[week].mean(axis=1))[rest])][: slots - slots // 2]
        for enterprise in (*lot, *viewed):
            found = bool(random.random() < zone.finds[week, enterprise])
            looks.add(zone, week, int(enterprise), found)
    return looks


def _risk(model: CreditClassifier | None, zone: Zone, week: int) -> Floats:
    if model is None:
        return np.asarray(zone.shown[week].mean(axis=1))
    return np.asarray(model.predict_proba(_frame(zone.shown[week]))[:, 1])


def _chosen(value_fen: NDArray[np.int64], risk: Floats, rules: Rules, lot: str) -> list[int]:
    """Who is visited in a week. Without a random share there is no lot at all, which the product's plan does not do."""
    if rules.random_share == 0:
        return [int(one) for one in np.argsort(-risk * value_fen, kind="stable")[: rules.slots]]
    bands = np.searchsorted(np.quantile(risk, [0.2, 0.4, 0.6, 0.8]), risk)
    candidates = [
        Candidate(f"{number:05d}", "", _BANDS[band], float(p), int(fen))
        for number, (band, p, fen) in enumerate(zip(bands, risk, value_fen, strict=True))
    ]
    return [int(one.uscc) for one, _ in plan_office("customs", rules, candidates, lot).chosen]


def expected_auc(risk: Floats, finds: Floats) -> float:
    """How often somebody in whom something would be found is ranked above somebody in whom nothing would be."""
    pairs = finds[:, None] * (1 - finds)[None, :]
    np.fill_diagonal(pairs, 0)
    order = np.sign(risk[:, None] - risk[None, :])
    return float((pairs * (order + 1) / 2).sum() / pairs.sum())


def _told(years: Sequence[Mapping[str, Any]], share: float) -> dict[str, dict[str, float]]:
    """Means over seeds with half the width of their 95 % interval, and the same of the difference from no share."""
    found = {}
    for name in MEASURES:
        own = np.array([one[name] for one in years if one["share"] == share])
        none = np.array([one[name] for one in years if one["share"] == 0])
        found[name] = {
            "mean": float(own.mean()),
            "half_width": half_width(own),
            "difference": float((own - none).mean()),
            "difference_half_width": half_width(own - none),
        }
    return found


def half_width(values: Floats) -> float:
    """Half the width of the 95 % interval of a mean, by Student's t."""
    if len(values) < 2:
        return float("nan")
    return float(stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values)))


def _columns() -> list[str]:
    return [kind.name.lower() for kind in Kind]


def _frame(shown: Floats) -> pd.DataFrame:
    return pd.DataFrame(shown, columns=_columns())
