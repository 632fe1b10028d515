"""From what was measured to decisions, alerts and messages: everybody, in one pass, without touching any store."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from expectations.vocabulary.digest import canonical_json
from expectations.vocabulary.grade import Grade, Status
from expectations.vocabulary.moment import end_of_day
from features.catalogue.schema import Catalogue
from features.table import FeatureTable
from models.grade.engine import judge
from models.grade.facts import EndedFact
from models.grade.judgement import Judgement
from models.grade.reasons import Reason, reasons_for
from models.grade.record import Explanation, Provenance, SealedRecord, decision_record
from models.grade.subject import OfficialFact, PreviousGrade, Subject
from models.people.acts import Act
from models.people.notices import notices_given
from models.people.overrides import OverrideCase
from models.people.standing import NOBODY, PeopleOnDay
from models.policy.inforce import Policy
from models.scorer import explain
from models.scorer.protocol import Scorer
from models.scorer.reasons import Explanation as Scored
from models.scorer.reasons import ModelReason
from pipelines.storage.decisions import Judged, alert_records
from pipelines.storage.outbox import NewMessage
from reports.alerts.alert import Alert, AlertStep, Hit
from reports.alerts.episodes import AlertDay
from reports.alerts.season import ExcusedHit
from reports.messages.kinds import MessageKind
from reports.supervision.actions import suggest


@dataclass(frozen=True)
class Measured:
    """What was known as of (D, K).

    Attributes
    ----------
    digests:
        Of each row of the feature table, in its order.
    facts:
        Official facts per enterprise, in force or not.
    hits:
        Patterns over their threshold.
    excused:
        Those among them that the season explains; they raise no alert and stay on record.
    steps:
        What officers did with alerts.
    late:
        Connected feeds that are overdue.
    unmeasured:
        Patterns whose feeds have not all arrived: their silence closes no alert.
    """

    features: FeatureTable
    digests: list[str]
    facts: Mapping[str, tuple[OfficialFact, ...]]
    hits: tuple[Hit, ...]
    excused: tuple[ExcusedHit, ...]
    steps: tuple[AlertStep, ...]
    late: frozenset[str]
    unmeasured: frozenset[str]


@dataclass(frozen=True)
class Circumstances:
    """What is the same for every enterprise of a day.

    Attributes
    ----------
    missing_weight:
        Share of the model's weight that rests on connected feeds that are overdue.
    feeds_missing, feeds_late:
        Tables the zone has not connected; connected ones that are overdue.
    source:
        CloudEvents source of the messages.
    known_at:
        K, the moment the messages tell of.
    """

    policy: Policy
    catalogue: Catalogue
    scorer: Scorer
    model_version: str
    snapshot_digest: str
    code_version: str
    missing_weight: float
    feeds_missing: tuple[str, ...]
    feeds_late: tuple[str, ...]
    source: str
    known_at: datetime


@dataclass(frozen=True)
class Memory:
    """What earlier runs and people left.

    Attributes
    ----------
    previous, superseded:
        The grades published before, and the decisions this run takes the place of, by enterprise.
    people:
        What people did that bears on the day.
    ended:
        Official facts that the grade before rested on and that have ended since, by enterprise.
    vectors:
        The feature vectors of the run before, by enterprise; None before the first.
    """

    previous: Mapping[str, PreviousGrade]
    superseded: Mapping[str, str]
    people: PeopleOnDay = NOBODY
    ended: Mapping[str, Sequence[EndedFact]] = field(default_factory=dict)
    vectors: pd.DataFrame | None = None


def weight_of_late_feeds(scorer: Scorer, catalogue: Catalogue, connected: Iterable[str], late: Iterable[str]) -> float:
    """The share (0 to 1) of the connected feeds' importance in the model that rests on feeds that are overdue.

    A feature weighs with its importance. One whose feed the zone does not have weighs nothing: its absence was known
    when the zone was set up, and is named in every decision.
    """
    feeds, overdue = frozenset(connected), frozenset(late)
    total = missing = 0.0
    for feature in catalogue.features:
        weight = scorer.importances.get(feature.name, 0.0)
        if feature.is_known_with(feeds):
            total += weight
            missing += weight if overdue.intersection(feature.sources) else 0.0
    return missing / total if total else 0.0


def judge_everyone(measured: Measured, alert_day: AlertDay, memory: Memory, given: Circumstances) -> Judged:
    """Decide about every enterprise of the feature table, in its order."""
    features = measured.features
    peers = features.profile["roles"].fillna("").tolist()
    scored = explain(given.scorer, features.frame, given.catalogue, peer_groups=peers, previous=memory.vectors)
    alerts, profile = _by_enterprise(alert_day.alerts), _profile(measured.features)
    dimensions = _with_none(scored.dimensions)
    judging = _Judging(measured, alerts, memory, scored, given, profile, dimensions, _excused(measured))
    with _no_search_for_cycles():
        decisions = [judging.decide(row, uscc) for row, uscc in enumerate(measured.features.frame.index.tolist())]
    notices = notices_given((one.record for one in decisions), given.known_at)
    messages = [
        *_grade_messages(decisions, given),
        *_alert_messages(alert_day, given),
        *_notice_messages(notices, given),
        *_ended_override_messages(memory.people.ended, given),
    ]
    return Judged(decisions, alert_records(alert_day), messages, notices)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Records are trees: a fifth of the time would go into looking for cycles among millions of them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_Suggested = tuple[list[dict[str, Any]], str]
"""Actions as plain JSON values, and their canonical JSON."""


@dataclass(frozen=True)
class _Judging:
    measured: Measured
    alerts: Mapping[str, Sequence[Alert]]
    memory: Memory
    scored: Scored
    given: Circumstances
    profile: Sequence[Mapping[str, Any]]
    dimensions: Sequence[Mapping[str, Any]]
    excused: Mapping[str, Sequence[Mapping[str, Any]]]
    _standing: dict[tuple[Grade | None, Status], _Suggested] = field(default_factory=dict)

    def decide(self, row: int, uscc: str) -> SealedRecord:
        """The decision record of one enterprise."""
        given = self.given
        alerts = self.alerts.get(uscc, ())
        subject = self._subject(row, uscc, alerts)
        judgement = judge(subject, given.policy)
        provenance = Provenance(
            model_version=given.model_version,
            model_digest=given.scorer.digest,
            features_digest=self.measured.digests[row],
            snapshot_digest=given.snapshot_digest,
            code_version=given.code_version,
            supersedes=self.memory.superseded.get(uscc),
        )
        said = self._explanation(row, uscc, judgement, alerts)
        return decision_record(subject, judgement, given.policy, provenance, said)

    def _subject(self, row: int, uscc: str, alerts: Sequence[Alert]) -> Subject:
        known, people = self.profile[row], self.memory.people
        aside = people.set_aside.get(uscc, ())
        return Subject(
            uscc=uscc,
            name=known["name"],
            business_date=self.given.policy.business_date,
            known_at=self.given.known_at,
            p=float(self.scored.probabilities[row]),
            p0=self.given.scorer.base_rate,
            established_on=known["established_on"],
            registration_status=known["registration_status"],
            has_trade_history=bool(known["has_trade_history"]),
            facts=self.measured.facts.get(uscc, ()),
            alerts=tuple(alert.standing() for alert in alerts if alert.alert_id not in aside),
            previous=self.memory.previous.get(uscc),
            missing_weight=self.given.missing_weight,
            feeds_missing=self.given.feeds_missing,
            feeds_late=self.given.feeds_late,
            override=people.overrides.get(uscc),
            disputed=people.disputed.get(uscc, frozenset()),
            notice=people.notices.get(uscc),
        )

    def _explanation(self, row: int, uscc: str, judgement: Judgement, alerts: Sequence[Alert]) -> Explanation:
        policy = self.given.policy
        from_model = [_reason(reason, policy) for reason in self.scored.reasons[row]]
        actions, text = self._suggested(judgement, alerts)
        return Explanation(
            reasons=reasons_for(judgement, from_model, policy),
            dimensions=self.dimensions[row],
            actions=actions,
            excused=self.excused.get(uscc, ()),
            ended=[one.to_json() for one in self.memory.ended.get(uscc, ())],
            actions_text=text,
        )

    def _suggested(self, judgement: Judgement, alerts: Sequence[Alert]) -> _Suggested:
        """What is suggested, with its text. Without alerts it follows from grade and status alone."""
        key = judgement.grade, judgement.status
        if not alerts and key in self._standing:
            return self._standing[key]
        actions = [action.to_json() for action in suggest(*key, alerts, self.given.policy)]
        found = actions, canonical_json(actions)
        if not alerts:
            self._standing[key] = found
        return found


def _reason(reason: ModelReason, policy: Policy) -> Reason:
    shown = policy.reasons[reason.dimension].shown_to_enterprise
    return Reason(reason.code, reason.zh, reason.en, reason.value, shown)


def _profile(features: FeatureTable) -> list[dict[str, Any]]:
    """What is registered of each enterprise, with None where the register says nothing."""
    return _with_none(features.profile[["name", "established_on", "registration_status", "has_trade_history"]])


def _with_none(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame's rows as plain values, with None where one is missing."""
    plain = frame.astype(object)
    rows: list[dict[str, Any]] = plain.where(plain.notna(), None).to_dict("records")  # type: ignore[assignment]
    return rows


def _excused(measured: Measured) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """What the season excused, by enterprise."""
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for one in measured.excused:
        grouped.setdefault(one.hit.uscc, []).append(one.to_json())
    return grouped


def _by_enterprise(alerts: Iterable[Alert]) -> Mapping[str, Sequence[Alert]]:
    grouped: dict[str, list[Alert]] = {}
    for alert in alerts:
        grouped.setdefault(alert.uscc, []).append(alert)
    return grouped


def _grade_messages(decisions: Iterable[SealedRecord], given: Circumstances) -> Iterator[NewMessage]:
    """One message per enterprise whose grade is new or other than before, with what is suggested."""
    for sealed in decisions:
        decision = sealed.record
        if decision["grade"] is None or decision["grade"] == decision["previous_grade"]:
            continue
        content = {name: decision[name] for name in _SENT}
        yield NewMessage(MessageKind.GRADE.value, decision["uscc"], given.source, given.known_at, content)


def _notice_messages(notices: Iterable[Act], given: Circumstances) -> Iterator[NewMessage]:
    """What an enterprise is told before a downgrade, and until when it may reply."""
    for notice in notices:
        content = {"uscc": notice.uscc, **notice.content}
        yield NewMessage(MessageKind.NOTICE_GIVEN.value, notice.uscc, given.source, given.known_at, content)


def _ended_override_messages(ended: Iterable[OverrideCase], given: Circumstances) -> Iterator[NewMessage]:
    """One message per override that ended, the same from every run that tells of it, so that it goes out once."""
    for case in ended:
        content = {"uscc": case.uscc, "override": case.id, "grade": case.grade, "last_day": case.last_day}
        moment = end_of_day(case.last_day)
        yield NewMessage(MessageKind.OVERRIDE_ENDED.value, case.uscc, given.source, moment, content)


_SENT = (
    "decision_id",
    "uscc",
    "date",
    "grade",
    "previous_grade",
    "status",
    "score",
    "caps",
    "reasons",
    "actions",
)
"""What the risk-control system gets of a decision."""


def _alert_messages(day: AlertDay, given: Circumstances) -> Iterator[NewMessage]:
    today = given.policy.business_date
    for alert in day.alerts:
        if alert.opened_on == today:
            yield NewMessage(MessageKind.ALERT_OPENED.value, alert.uscc, given.source, given.known_at, alert.to_json())
    for alert in day.closed:
        yield NewMessage(MessageKind.ALERT_CLOSED.value, alert.uscc, given.source, given.known_at, alert.to_json())
