"""The inspection plan of a day: the seed on record first, then the plan, then everybody's probability.

A day has one seed and one plan. Whoever dislikes a lot cannot draw another: the seed is an entry of the ledger before
anything is drawn, and the plan that followed from it is given again to everybody who asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection

from expectations.errors import ConflictError, IntegrityError, NotFoundError
from expectations.vocabulary.digest import canonical_json, sha256_text
from expectations.vocabulary.grade import Grade
from models.policy.inforce import Policy
from pipelines.steps.home import Home
from pipelines.steps.people import MAY_PLAN, actor
from pipelines.storage import decisions
from pipelines.storage.database import Database
from pipelines.storage.lake import write_whole
from pipelines.storage.ledger import NewEntry, append, entries
from reports.inspection.capacity import Capacity
from reports.inspection.plan import Candidate, OfficePlan, Rules, Why, plan_office

_SEED: Final = "plan.seed"
_PLAN: Final = "plan"
_PLACES: Final = 9  # digits that a probability is written with


def commit_seed(database: Database, business_date: date, seed: str, account: str, at: datetime) -> str:
    """Put a day's seed on record, before anything is drawn with it. A day that has one keeps it. Returns the day's.

    Raises
    ------
    UsageError
        When the account may not plan.
    """
    with database.transaction() as connection:
        actor(connection, account, MAY_PLAN)
        kept = _entry(connection, business_date, _SEED)
        if kept is not None:
            return str(kept["seed"])
        body = {"date": business_date.isoformat(), "seed": seed, "account": account, "at": at.isoformat()}
        append(connection, "judgements", [NewEntry.of(_SEED, business_date.isoformat(), body)])
    return seed


def plan_of(database: Database, business_date: date) -> dict[str, Any] | None:
    """The plan on record for a day; None where there is none."""
    with database.reading() as connection:
        return _entry(connection, business_date, _PLAN)


class DatabasePlans:
    """Plans as the API sees them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan_of(self, business_date: date) -> dict[str, Any] | None:
        """As ``plan_of``."""
        return plan_of(self._database, business_date)


def make_plan(home: Home, business_date: date, capacity: Capacity, account: str, at: datetime) -> dict[str, Any]:
    """The plan for the decisions of a day: made and put on record, or the one that is on record already.

    Raises
    ------
    UsageError
        When the account may not plan.
    NotFoundError
        When the day has not been run, or no seed is on record for it.
    ConflictError
        When a plan with other slots is on record.
    """
    given = capacity.model_dump(mode="json")
    with home.database.reading() as connection:
        actor(connection, account, MAY_PLAN)
        known, seed = _entry(connection, business_date, _PLAN), _entry(connection, business_date, _SEED)
        run = decisions.run_for(connection, business_date)
        records = list(decisions.decisions_of(connection, business_date)) if run else []
        alerts = decisions.open_alerts(connection, business_date)
    if known is not None:
        return _as_recorded(known, given, business_date)
    if run is None:
        raise NotFoundError(f"There is no run for {business_date}.", f"Run it: xinji run --date {business_date}")
    if seed is None:
        raise NotFoundError(f"No seed is on record for {business_date}.", "Commit one first: xinji plan --seed-only")
    policy = home.policies.in_force(business_date)
    plans = [
        plan_office(
            office,
            Rules(one.slots, capacity.random_share, _law_shares(policy, office)),
            list(_candidates(records, alerts, policy, office)),
            str(seed["seed"]),
        )
        for office, one in sorted(capacity.offices.items())
    ]
    return _put_on_record(
        home,
        plans,
        {"date": business_date.isoformat(), "capacity": given, "account": account, "at": at.isoformat()},
        seed,
    )


def _put_on_record(
    home: Home, plans: list[OfficePlan], head: Mapping[str, Any], seed: Mapping[str, Any]
) -> dict[str, Any]:
    chances = "".join(canonical_json(line) + "\n" for plan in plans for line in _chance_lines(plan))
    digest = sha256_text(chances)
    path = f"lake/plans/{digest}.jsonl"
    write_whole(home.path / path, chances.encode("utf-8"))
    body = {
        **head,
        "seed": seed["seed"],
        "probabilities": {"path": path, "sha256": digest},
        "offices": {plan.office: _office(plan) for plan in plans},
    }
    business_date = date.fromisoformat(str(head["date"]))
    with home.database.transaction() as connection:
        known = _entry(connection, business_date, _PLAN)  # again: somebody else may have planned while we did
        if known is not None:
            return _as_recorded(known, head["capacity"], business_date)
        append(connection, "judgements", [NewEntry.of(_PLAN, business_date.isoformat(), body)])
    return body


def probabilities_of(home: Home, plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everybody's probability under a plan, chosen or not.

    Raises
    ------
    IntegrityError
        When the file is not what the plan says.
    """
    kept = plan["probabilities"]
    path = home.path / kept["path"]
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if sha256_text(text) != kept["sha256"]:
        raise IntegrityError(f"{path} is not what the plan of {plan['date']} says.", "Restore it from a backup.")
    return [json.loads(line) for line in text.splitlines()]


def _as_recorded(known: dict[str, Any], capacity: Mapping[str, Any], business_date: date) -> dict[str, Any]:
    if known["capacity"] != capacity:
        raise ConflictError(
            f"A plan for {business_date} with other slots is on record.", "A day has one plan; give its own capacity."
        )
    return known


def _entry(connection: Connection, business_date: date, kind: str) -> dict[str, Any] | None:
    found = (one for one in entries(connection, "judgements", subject=business_date.isoformat()) if one.kind == kind)
    first = next(found, None)
    return json.loads(first.body) if first else None


def _law_shares(policy: Policy, office: str) -> dict[str, float]:
    """By grade, the least share that the law wants an office to inspect: where the measure names the office."""
    found = {}
    for grade in Grade:
        value = policy.actions.get(grade.value)
        if value is None or value.inspection_share_min is None:
            continue
        if any(one.id == f"{grade}.inspection" and one.department == office for one in value.measures):
            found[grade.value] = value.inspection_share_min
    return found


def _candidates(
    records: Iterable[Mapping[str, Any]], alerts: Iterable[Mapping[str, Any]], policy: Policy, office: str
) -> Iterable[Candidate]:
    """Everybody with a grade. What could be recovered is what lies behind alerts that ask something of the office."""
    exposed: dict[str, int] = {}
    for alert in alerts:
        measures = policy.actions[alert["rule"]].measures if alert["rule"] in policy.actions else ()
        if not alert["finding"] and any(one.department == office for one in measures):
            exposed[alert["uscc"]] = exposed.get(alert["uscc"], 0) + int(alert["amount_fen"] or 0)
    for record in records:
        if record["grade"] is not None:
            yield Candidate(
                record["uscc"], record["name"] or "", record["grade"], record["p"], exposed.get(record["uscc"], 0)
            )


def _office(plan: OfficePlan) -> dict[str, Any]:
    return {
        "law_short": plan.law_short,
        "chosen": [
            {
                "order": order,
                "uscc": one.uscc,
                "name": one.name,
                "grade": one.grade,
                "why": why.value,
                "is_random": why is Why.RANDOM,
                "p": one.p,
                "amount_fen": one.amount_fen,
                "expected_fen": round(one.expected_fen),
                "selection_probability": round(float(plan.chances[one.uscc].overall), _PLACES),
            }
            for order, (one, why) in enumerate(plan.chosen, start=1)
        ],
    }


def _chance_lines(plan: OfficePlan) -> Iterable[dict[str, Any]]:
    for uscc, chance in sorted(plan.chances.items()):
        overall, by_lot = round(float(chance.overall), _PLACES), round(float(chance.by_lot), _PLACES)
        yield {"office": plan.office, "uscc": uscc, "selection_probability": overall, "random_probability": by_lot}
