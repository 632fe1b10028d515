"""Which caps hold an enterprise down. All that fire are kept; the lowest wins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import add_months
from models.grade.judgement import CapHit
from models.grade.subject import OfficialFact, Subject
from models.policy.inforce import PlainCap, Policy


def caps_on(subject: Subject, facts: tuple[OfficialFact, ...], policy: Policy) -> tuple[CapHit, ...]:
    """Every cap that fires, in the order of the rules. ``facts`` are those in force."""
    hits = list(_registration_hits(subject, policy))
    if facts:
        hits += _fact_hits(facts, policy)
        hits += _joint_hits(facts, policy)
    if subject.alerts:
        hits += _alert_hits(subject, policy)
    if subject.established_on is not None:
        hits += _age_hits(subject, policy)
    if len(hits) > 1:
        hits.sort(key=lambda hit: (policy.trace_index[hit.id], hit.branch, hit.fact))
    return tuple(hits)


def _plain_hit(line: PlainCap, fact: str, *, official: bool) -> CapHit:
    return CapHit(line.cap, line.branch, line.max_grade, fact, line.mandatory, official)


def _registration_hits(subject: Subject, policy: Policy) -> Iterator[CapHit]:
    for line in policy.registration_caps:
        if subject.registration_status in line.statuses:
            yield _plain_hit(line, f"registration {subject.registration_status}", official=True)


def _fact_hits(facts: Iterable[OfficialFact], policy: Policy) -> Iterator[CapHit]:
    for fact in facts:
        for line in policy.fact_caps.get(fact.table, ()):
            if line.condition.holds(fact.fields):
                yield CapHit(line.cap, line.branch, line.max_grade, fact.key, line.mandatory, True)


def _joint_hits(facts: Iterable[OfficialFact], policy: Policy) -> Iterator[CapHit]:
    bottoms: dict[str, str] = {}
    for fact in facts:
        if fact.table == "regulator_rating":
            authority = fact.fields.get("authority") or ""
            scheme = fact.fields.get("scheme") or ""
            if scheme not in policy.bottom_classes:
                scheme = policy.current_schemes.get(authority, "")
            if policy.bottom_classes.get(scheme) == (authority, fact.fields.get("rating")):
                bottoms[authority] = fact.key
    for line in policy.joint_caps:
        if len(bottoms) >= line.limit:
            yield _plain_hit(line, ", ".join(bottoms[name] for name in sorted(bottoms)), official=True)


def _alert_hits(subject: Subject, policy: Policy) -> Iterator[CapHit]:
    today = subject.business_date
    for alert in subject.alerts:
        if alert.closed_on is not None and alert.closed_on <= today:
            continue
        since = alert.finding_on if alert.finding and alert.finding_on else alert.opened_on
        age = (today - since).days
        for cap in policy.alert_caps:
            rule = cap.rule
            if alert.severity is rule.severity and alert.finding == rule.finding and 0 <= age <= rule.days:
                yield CapHit(cap.cap, rule.name, rule.max_grade, alert.alert_id, rule.mandatory, False)


def _age_hits(subject: Subject, policy: Policy) -> Iterator[CapHit]:
    established = subject.established_on
    if established is None:
        return
    today = subject.business_date
    days = (today - established).days
    for line in policy.age_caps:
        # Most enterprises are far older than the limit: spare them the calendar arithmetic.
        if days <= line.limit * 31 and today < add_months(established, line.limit):
            yield _plain_hit(line, f"established {established.isoformat()}", official=False)


def lowest_cap(hits: Iterable[CapHit]) -> Grade | None:
    """The lowest grade that some caps leave; None where none fired."""
    grades = [hit.max_grade for hit in hits if hit.max_grade is not None]
    return max(grades, key=lambda grade: grade.rank) if grades else None
