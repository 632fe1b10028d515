"""Why a grade is another than the day before: data, model, policy, a repair, an officer, or only the calendar.

Each is tried alone, in the order in which they act: today's data under yesterday's model and policy, then with today's
model, then with today's policy. A step that moves the grade is a cause.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from models.grade.engine import judge
from models.grade.record import subject_of
from models.policy.inforce import Policy
from pipelines.steps.home import Home
from pipelines.storage.decisions import Run
from pipelines.storage.policies import kept_policy
from pipelines.storage.vectors import StoredVectors, load_vectors
from reports.risklist.rows import Cause

Record = Mapping[str, Any]
Pair = tuple[Record, Record]
"""An enterprise's decision of the day before and of the day."""

_BY_TIME = "longest_time"


def grade_causes(home: Home, before: Run, now: Run, pairs: Mapping[str, Pair]) -> dict[str, tuple[Cause, ...]]:
    """Why the grades of some enterprises moved between two runs. Every pair has two different grades."""
    day = now.business_date
    old_policy = _policy_of(home, before.policy_digest, day)
    old_p = _under_old_model(home, before, now, sorted(pairs))
    return {uscc: _causes(pair, old_policy, old_p.get(uscc)) for uscc, pair in pairs.items()}


def changed_rules(home: Home, before: Run, now: Run) -> frozenset[str]:
    """The patterns whose numbers policy changed between two runs."""
    if before.policy_digest == now.policy_digest:
        return frozenset()
    old = _policy_of(home, before.policy_digest, now.business_date).typologies
    new = _policy_of(home, now.policy_digest, now.business_date).typologies
    return frozenset(rule for rule in {*old, *new} if old.get(rule) != new.get(rule))


def _policy_of(home: Home, digest: str, day: date) -> Policy:
    in_force = home.policies.in_force(day)
    return in_force if in_force.digest == digest else kept_policy(home.kept_policies, digest, day) or in_force


def _under_old_model(home: Home, before: Run, now: Run, usccs: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Today's p and p0 of enterprises under yesterday's model; empty where the model is the same."""
    if before.model_digest == now.model_digest or not usccs:
        return {}
    scorer = home.model_of(before.model_version).scorer
    vectors = load_vectors(home.feature_vectors, StoredVectors(now.feature_path, now.feature_digest))
    some = vectors.loc[list(usccs)]
    return {uscc: (float(p), scorer.base_rate) for uscc, p in zip(some.index, scorer.probabilities(some), strict=True)}


def _causes(pair: Pair, old_policy: Policy, old_p: tuple[float, float] | None) -> tuple[Cause, ...]:
    before, now = pair
    subject = subject_of(now)
    p, p0 = old_p or (subject.p, subject.p0)
    on_data = judge(replace(subject, p=p, p0=p0), old_policy).grade
    with_model = judge(subject, old_policy).grade
    causes = []
    if on_data != before["grade"]:
        causes.append(_of_data(before, now, old_policy))
    if with_model != on_data:
        causes.append(Cause.MODEL)
    if now["grade"] != with_model:
        causes.append(Cause.POLICY)
    return tuple(causes) or (Cause.DATA,)


def _of_data(before: Record, now: Record, policy: Policy) -> Cause:
    """What kind of news it was."""
    if any(one["why"] != _BY_TIME for one in now.get("ended", ())):
        return Cause.REPAIR
    if before["override"] != now["override"] or _findings(before) != _findings(now):
        return Cause.OFFICER
    today = subject_of(now)
    yesterday = subject_of(before)
    same_news = replace(yesterday, business_date=today.business_date, known_at=today.known_at, previous=today.previous)
    return Cause.TIME if judge(same_news, policy).grade == now["grade"] else Cause.DATA


def _findings(record: Record) -> dict[str, str | None]:
    return {alert["alert_id"]: alert["finding"] for alert in record["inputs"]["alerts"] if alert["finding"]}
