"""A change of policy tried on history: each recorded day judged again as it was known, and who would move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from expectations.errors import NotFoundError
from expectations.vocabulary.grade import Grade
from features.asof import define_known
from features.statistics.build import main_modes
from models.grade.what_if import Crossing, History, inspections_suggested
from models.policy.book import PolicyBook
from models.policy.change import Change, with_change
from pipelines.steps.daily import measure
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.knowing import looking_at, versions_of
from pipelines.storage import decisions
from pipelines.storage.policies import kept_policy
from pipelines.storage.vectors import StoredVectors, load_vectors
from reports.alerts.alert import Alert, alert_from_json
from reports.alerts.episodes import alerts_on

_YEAR = 365.25
_TRADE = ("export_value_365d", "import_value_365d")


@dataclass(frozen=True)
class WhatIf:
    """What a change would have done over a range of days.

    Attributes
    ----------
    matrix:
        On the last day, rows of grade, grade under the change, number of enterprises; "-" is no grade.
    crossings:
        Whose grade would differ on the last day.
    movers:
        How many of them would rise and fall, by size of trade (thirds of the zone), direction of trade, supervision
        mode of most of their documents in the year, and age.
    inspections:
        What the grades suggest, before and after: in enterprises inspected at the base rate, and those to be inspected
        at a share of their own.
    hits:
        Per pattern, how often it is over its threshold, before and after; only for patterns that the change touches.
    episodes:
        Likewise, how many alerts it opens: a pattern that stays over its threshold is one alert.
    bounds:
        Of those who would fall: share with a finding at an inspection in the last year, if everybody who was never
        inspected were clean, and if none of them were. Outcomes are known only where somebody looked.
    """

    first: date
    last: date
    days: int
    decisions: int
    decisions_changed: int
    matrix: tuple[tuple[str, str, int], ...]
    crossings: tuple[Crossing, ...]
    movers: Mapping[str, Mapping[str, Mapping[str, int]]]
    inspections: Mapping[str, Mapping[str, float]]
    hits: Mapping[str, Mapping[str, int]]
    episodes: Mapping[str, Mapping[str, int]]
    bounds: Mapping[str, float | None]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def what_if(home: Home, change: Change, first: date, last: date) -> WhatIf:
    """Replay the recorded days from first to last, as if the change had begun on the first.

    Raises
    ------
    NotFoundError
        When no day in the range has been run.
    PolicyError
        When the change does not fit the policy.
    """
    changed = with_change(home.policies, change.begun_on(first), first)
    history, runs = History(), []
    for day in _days(first, last):
        with home.database.reading() as connection:
            run = decisions.run_for(connection, day)
            if run is None:
                continue
            runs.append(run)
            history.add_day(decisions.decisions_of(connection, day), changed.in_force(day))
    if not runs:
        raise NotFoundError(
            f"No day from {first} to {last} has been run.",
            "Name days that have: xinji run --date D",
            zh=f"{first} 至 {last} 没有任何一天作出过评定。请选择已运行的日期。",
        )
    crossings = tuple(history.crossings[uscc] for uscc in sorted(history.crossings))
    vectors = load_vectors(home.feature_vectors, StoredVectors(runs[-1].feature_path, runs[-1].feature_digest))
    policies = kept_policy(home.kept_policies, runs[-1].policy_digest, last) or home.policies.in_force(last)
    counts = Counter[str | None](), Counter[str | None]()
    for (before, after), number in history.matrix.items():
        counts[0][before] += number
        counts[1][after] += number
    hits, episodes = _alerts(home, changed, change, runs)
    return WhatIf(
        first=runs[0].business_date,
        last=runs[-1].business_date,
        days=len(runs),
        decisions=history.decisions,
        decisions_changed=history.days_changed,
        matrix=_rows(history.matrix),
        crossings=crossings,
        movers=_movers(crossings, _groups(vectors, _modes(home, runs[-1]))),
        inspections={
            "before": inspections_suggested(counts[0], policies),
            "after": inspections_suggested(counts[1], changed.in_force(last)),
        },
        hits=hits,
        episodes=episodes,
        bounds=_bounds([one.uscc for one in crossings if not _rises(one)], vectors),
    )


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


def _rows(matrix: Mapping[tuple[str | None, str | None], int]) -> tuple[tuple[str, str, int], ...]:
    order = {grade: place for place, grade in enumerate((*Grade, None))}
    cells = sorted(matrix.items(), key=lambda cell: (order[_grade(cell[0][0])], order[_grade(cell[0][1])]))
    return tuple((str(before or "-"), str(after or "-"), number) for (before, after), number in cells)


def _grade(text: str | None) -> Grade | None:
    return Grade(text) if text else None


def _rises(one: Crossing) -> bool:
    before, after = _grade(one.before), _grade(one.after)
    return after is not None and (before is None or after.is_better_than(before))


def _modes(home: Home, run: decisions.Run) -> Mapping[str, str]:
    """Under which mode everybody traded in the year of a run, as that run knew it."""
    day, lake = Day(run.business_date, run.known_at), home.pin()
    with home.engine() as engine:
        define_known(engine, versions_of(home, lake, day), looking_at(home, lake, day))
        return main_modes(engine, day.business_date - timedelta(days=364), day.business_date)


def _movers(crossings: Iterable[Crossing], groups: pd.DataFrame) -> dict[str, dict[str, dict[str, int]]]:
    counted: dict[str, dict[str, dict[str, int]]] = {name: {} for name in groups.columns}
    for one in crossings:
        if one.uscc in groups.index:
            for name, group in groups.loc[one.uscc].items():
                cell = counted[str(name)].setdefault(str(group), {"rise": 0, "fall": 0})
                cell["rise" if _rises(one) else "fall"] += 1
    return counted


def _groups(vectors: pd.DataFrame, modes: Mapping[str, str]) -> pd.DataFrame:
    """Size, direction and mode of trade, and age of every enterprise, in words."""
    exports, imports = (vectors[name].fillna(0.0) for name in _TRADE)
    trade = exports + imports
    thirds = (trade.rank(pct=True) * 3).clip(upper=2.999).astype(int)
    size = thirds.map({0: "smallest third", 1: "middle third", 2: "largest third"}).where(trade > 0, "no trade")
    direction = pd.Series("none", index=vectors.index)
    direction[exports > 0] = "export"
    direction[imports > 0] = "import"
    direction[(exports > 0) & (imports > 0)] = "both"
    mode = pd.Series([modes.get(str(uscc), "none") for uscc in vectors.index], index=vectors.index)
    years = vectors["enterprise_age_days"] / _YEAR
    age = pd.cut(years, [-1, 1, 3, 1000], labels=["under 1 year", "1 to 3 years", "over 3 years"], right=False)
    return pd.DataFrame({"size": size, "trade": direction, "mode": mode, "age": age.astype(object).fillna("unknown")})


_Volume = dict[str, dict[str, int]]


def _alerts(home: Home, changed: PolicyBook, change: Change, runs: Sequence[decisions.Run]) -> tuple[_Volume, _Volume]:
    """How often each touched pattern is over its threshold, and how many alerts it opens, before and after."""
    names = [name for name in (*change.values, *change.rules) if name.startswith("typologies/")]
    touched = {name.partition("/")[2] for name in names}
    hits, episodes = ({rule: {"before": 0, "after": 0} for rule in sorted(touched)} for _ in range(2))
    for label, policies in (("before", home.policies), ("after", changed)) if touched else ():
        carried = _carried(home, touched, runs[0])
        for run in runs:
            day, policy = Day(run.business_date, run.known_at), policies.in_force(run.business_date)
            found = measure(replace(home, policies=policies), day, home.pin())
            over = [hit for hit in found.hits if hit.rule in touched]
            alerts = alerts_on(over, carried, found.steps, policy, found.unmeasured)
            carried = alerts.carried
            for hit in over:
                hits[hit.rule][label] += 1
            for alert in alerts.alerts:
                episodes[alert.rule][label] += alert.opened_on == run.business_date
    return hits, episodes


def _carried(home: Home, touched: set[str], run: decisions.Run) -> tuple[Alert, ...]:
    """The alerts of touched patterns that the first day has to know of."""
    with home.database.reading() as connection:
        found = decisions.carried_alerts(connection, run.business_date, run.known_at)
    return tuple(alert for one in found if (alert := alert_from_json(one)).rule in touched)


def _bounds(fallen: list[str], vectors: pd.DataFrame) -> dict[str, float | None]:
    known = vectors.loc[[uscc for uscc in fallen if uscc in vectors.index]]
    if known.empty:
        return {"fallers": 0, "lowest": None, "highest": None}
    found = int((known["inspection_findings_365d"].fillna(0) > 0).sum())
    unseen = int((known["inspections_365d"].fillna(0) == 0).sum())
    count = len(known)
    return {"fallers": count, "lowest": round(found / count, 4), "highest": round((found + unseen) / count, 4)}
