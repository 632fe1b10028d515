"""What must hold for every enterprise, tried on random ones. Single rules have their cases in tests/policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.vocabulary.grade import Grade, Severity, Status
from models.grade.caps import lowest_cap
from models.grade.engine import judge
from models.grade.facts import facts_in_force, lifts_floor
from models.grade.subject import AlertStanding, OfficialFact, PreviousGrade, Subject
from models.policy.book import PolicyBook

DAY = date(2026, 6, 30)
POLICY = PolicyBook.load().in_force(DAY)
DAYS = st.dates(min_value=date(2022, 1, 1), max_value=date(2026, 8, 1))


@st.composite
def _facts(draw: st.DrawFn) -> OfficialFact:
    day = draw(DAYS).isoformat()
    table = draw(
        st.sampled_from(["penalty", "court_listing", "abnormal_listing", "regulator_rating", "quality_sample"])
    )
    fields: Mapping[str, str] = {
        "penalty": {"severity": draw(st.sampled_from(["minor", "general", "serious"])), "decided_on": day},
        "court_listing": {"subject": draw(st.sampled_from(["enterprise", "legal_rep"])), "published_on": day},
        "abnormal_listing": {"reason": draw(st.sampled_from(["unreachable", "no_disclosure"])), "listed_on": day},
        "regulator_rating": {
            "authority": draw(st.sampled_from(["tax", "safe"])),
            "rating": draw(st.sampled_from("ABCD")),
            "valid_from": day,
        },
        "quality_sample": {
            "verdict": "fail",
            "level": draw(st.sampled_from(["general", "serious"])),
            "sampled_on": day,
        },
    }[table]
    return OfficialFact(table, f"{table} {day}", fields)


@st.composite
def _alerts(draw: st.DrawFn) -> AlertStanding:
    finding = draw(st.sampled_from([None, "confirmed", "explained"]))
    opened_on = DAY - timedelta(days=draw(st.integers(0, 60)))
    return AlertStanding(
        "a", "R05", draw(st.sampled_from(Severity)), opened_on, finding, opened_on if finding else None
    )


SUBJECTS = st.builds(
    Subject,
    uscc=st.just("91659007MA7TETA132"),
    business_date=st.just(DAY),
    known_at=st.just(datetime(2026, 7, 1, tzinfo=UTC)),
    p=st.floats(0, 1),
    p0=st.just(0.02),
    established_on=st.none() | DAYS,
    registration_status=st.sampled_from([None, "operating"]),
    has_trade_history=st.booleans(),
    facts=st.lists(_facts(), max_size=3).map(tuple),
    alerts=st.lists(_alerts(), max_size=2).map(tuple),
    previous=st.none() | st.builds(PreviousGrade, st.just(date(2026, 6, 29)), st.sampled_from(Grade), st.booleans()),
    missing_weight=st.sampled_from([0.0, 0.3, 0.5]),
    feeds_late=st.sampled_from([(), ("forex",)]),
)
_many = settings(max_examples=300, deadline=None)


@given(subject=SUBJECTS)
@_many
def test_the_score_lies_in_the_band_of_the_grade_by_rules(subject: Subject) -> None:
    judgement = judge(subject, POLICY)
    assert judgement.score is not None
    assert POLICY.scale.grade_of(judgement.score) is judgement.grade_rules


@given(subject=SUBJECTS)
@_many
def test_nobody_is_graded_d_without_an_official_fact(subject: Subject) -> None:
    judgement = judge(subject, POLICY)
    in_force = facts_in_force(subject.facts, POLICY)
    if not any(lifts_floor(fact, POLICY) for fact in in_force):
        assert Grade.D not in (judgement.grade_model, judgement.grade_rules)
        assert judgement.score is not None
        assert judgement.score >= 400


@given(subject=SUBJECTS)
@_many
def test_nobody_stands_above_a_cap_that_an_official_fact_sets(subject: Subject) -> None:
    judgement = judge(subject, POLICY)
    cap = lowest_cap(hit for hit in judgement.caps if hit.official)
    assert cap is None or judgement.grade is None or not judgement.grade.is_better_than(cap)


@given(subject=SUBJECTS)
@_many
def test_nobody_rises_more_than_one_grade(subject: Subject) -> None:
    judgement = judge(subject, POLICY)
    if subject.previous is not None and judgement.grade is not None:
        risen = subject.previous.grade.rank - judgement.grade.rank
        assert risen <= (0 if subject.previous.risen_this_month else 1)


@given(subject=SUBJECTS)
@_many
def test_without_facts_and_findings_a_late_feed_takes_nobody_down(subject: Subject) -> None:
    late = replace(subject, feeds_late=("forex",), facts=(), alerts=(), has_trade_history=True)
    judgement = judge(late, POLICY)
    assert judgement.status in (Status.STALE, Status.INSUFFICIENT_DATA)
    assert not judgement.notice
    if late.previous is not None and judgement.grade is not None:
        assert not late.previous.grade.is_better_than(judgement.grade)


@given(subject=SUBJECTS)
@_many
def test_another_fact_never_helps(subject: Subject) -> None:
    fact = OfficialFact("penalty", "one more", {"severity": "serious", "decided_on": "2026-06-01"})
    worse, before = judge(replace(subject, facts=(*subject.facts, fact)), POLICY), judge(subject, POLICY)
    assert worse.grade is not None
    assert before.grade is not None
    assert not worse.grade.is_better_than(before.grade)
