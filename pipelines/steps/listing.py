"""The risk list of a day, with what differs from the list before, made from the ledger alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from expectations.errors import NotFoundError
from expectations.vocabulary.grade import Grade, Severity
from expectations.vocabulary.moment import zoned
from expectations.vocabulary.working_days import working_days_after
from pipelines.steps.causes import changed_rules, grade_causes
from pipelines.steps.home import Home
from pipelines.storage import decisions
from pipelines.storage.decisions import Run
from reports.risklist.differences import Grounds, with_differences
from reports.risklist.ranking import excused_of, rank_rows
from reports.risklist.rows import Gone, RiskList, RiskRow, Stale

Record = Mapping[str, Any]


@dataclass(frozen=True)
class _Day:
    """What the ledger holds of one run."""

    run: Run
    records: list[dict[str, Any]]
    alerts: list[dict[str, Any]]

    def rows(self, home: Home) -> tuple[RiskRow, ...]:
        """The rows of its list, without differences."""
        checked = checked_by(home.policies.in_force(self.run.business_date).actions)
        standing = (
            {**titled(home, one), "departments": sorted(checked.get(one["rule"], ()))}
            for one in self.alerts
            if one["closed_on"] is None
        )
        return rank_rows(self.records, standing)


def checked_by(actions: Mapping[str, Any]) -> Mapping[str, frozenset[str]]:
    """Per pattern the departments that a policy's actions ask to check it."""
    return {name: frozenset(one.department for one in value.measures) for name, value in actions.items()}


def risk_list(home: Home, business_date: date) -> RiskList:
    """The risk list of a day.

    Raises
    ------
    NotFoundError
        When the day has not been run.
    """
    with home.database.reading() as connection:
        run = decisions.run_for(connection, business_date)
        if run is None:
            raise NotFoundError(f"There is no run for {business_date}.", f"Run it: xinji run --date {business_date}")
        day = _read(connection, run)
        earlier = decisions.run_before(connection, business_date)
        before = _read(connection, earlier) if earlier else None
    rows, gone = _compared(home, day, before) if before else (day.rows(home), ())
    counts = Counter(record["grade"] for record in day.records)
    first = day.records[0] if day.records else {"feeds_missing": [], "feeds_late": []}
    return RiskList(
        business_date=business_date.isoformat(),
        known_at=zoned(run.known_at).isoformat(),
        zone_zh=home.zone.name.zh,
        zone_en=home.zone.name.en,
        graded=len(day.records),
        grade_counts={grade: counts[grade] for grade in Grade if counts[grade]},
        feeds_missing=tuple(sorted({*first["feeds_missing"], *first["feeds_late"]})),
        model=run.model_version,
        policy_digest=run.policy_digest,
        rows=rows,
        excused=excused_of(day.records),
        cut_on=(business_date + timedelta(days=1)).isoformat(),
        compared_with=before.run.business_date.isoformat() if before else None,
        gone=gone,
    )


def stale_list(home: Home, wanted: date, why: str, detail: str = "") -> RiskList:
    """The last list before a day that has none, marked with why it goes out instead.

    Raises
    ------
    NotFoundError
        When there is no list before either.
    """
    with home.database.reading() as connection:
        earlier = decisions.run_before(connection, wanted)
    if earlier is None:
        raise NotFoundError(
            f"There is no list for {wanted} nor for any day before.", f"Run it: xinji run --date {wanted}"
        )
    found = risk_list(home, earlier.business_date)
    cut_on = (wanted + timedelta(days=1)).isoformat()
    return replace(found, stale=Stale(wanted.isoformat(), why, detail), cut_on=cut_on)


def _read(connection: Connection, run: Run) -> _Day:
    records = list(decisions.decisions_of(connection, run.business_date))
    return _Day(run, records, decisions.alerts_seen(connection, run.business_date))


def _compared(home: Home, day: _Day, before: _Day) -> tuple[tuple[RiskRow, ...], tuple[Gone, ...]]:
    today, yesterday = day.rows(home), before.rows(home)
    due_days = home.policies.in_force(day.run.business_date).alert_life.due_working_days
    listed = {row.uscc for row in (*today, *yesterday)}
    now, then = _of(day.records, listed), _of(before.records, listed)
    moved = {
        uscc: (then[uscc], now[uscc]) for uscc in now.keys() & then.keys() if now[uscc]["grade"] != then[uscc]["grade"]
    }
    grounds = Grounds(
        grade_causes=grade_causes(home, before.run, day.run, moved),
        closed={one["alert_id"]: one for one in day.alerts if one["closed_on"] is not None},
        changed_rules=changed_rules(home, before.run, day.run),
        grades={uscc: record["grade"] for uscc, record in now.items()},
    )

    def due_of(severity: Severity) -> str:
        return working_days_after(day.run.business_date, due_days[severity]).isoformat()

    return with_differences(today, yesterday, grounds, due_of)


def _of(records: Iterable[dict[str, Any]], listed: set[str]) -> dict[str, dict[str, Any]]:
    return {record["uscc"]: record for record in records if record["uscc"] in listed}


def titled(home: Home, alert: Record) -> dict[str, Any]:
    """An alert with the title of its pattern in both languages."""
    rule = home.policies.rules.get(f"typologies/{alert['rule']}")
    words = {"zh": rule.title.zh, "en": rule.title.en} if rule else {}
    return {**alert, **words}
