"""The decision as it is written to the ledger, and the way back: a record can be judged again to the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from expectations.errors import IntegrityError
from expectations.vocabulary.digest import canonical_json, canonical_members, sha256_of, sha256_text
from expectations.vocabulary.grade import Grade, Severity
from models.grade.engine import judge
from models.grade.judgement import Judgement
from models.grade.reasons import Reason
from models.grade.subject import AlertStanding, Notice, OfficialFact, Override, PreviousGrade, Subject
from models.policy.inforce import Policy

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a decision was made with, apart from policy.

    Attributes
    ----------
    features_digest:
        sha256 of the enterprise's feature vector, which lies in the lake under that name.
    snapshot_digest:
        The list of lake files the run was pinned to.
    supersedes:
        The decision this one takes the place of.
    """

    model_version: str
    model_digest: str
    features_digest: str
    snapshot_digest: str
    code_version: str
    supersedes: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is said beside the grade: reasons, the seven dimensions (0-100), suggested actions (id, zh, en, ...).

    ``excused`` are patterns over their threshold that raise no alert, each with the reason (rule, guard, ...).
    ``ended`` are official facts that the grade before rested on and this one does not, each with the reason.
    ``actions_text`` is the canonical JSON of the actions where the caller has it: many enterprises share theirs.
    """

    reasons: Sequence[Reason] = ()
    dimensions: Mapping[str, float | None] = field(default_factory=dict)
    actions: Sequence[Mapping[str, Any]] = ()
    excused: Sequence[Mapping[str, Any]] = ()
    ended: Sequence[Mapping[str, Any]] = ()
    actions_text: str | None = None


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A decision record with its ``decision_id``, and ``body``: its canonical JSON, as the ledger takes it."""

    record: Record
    body: str

    @classmethod
    def of(cls, record: Record) -> SealedRecord:
        """A record that has its id already."""
        return cls(record, canonical_json(record))


def decision_record(
    subject: Subject, judgement: Judgement, policy: Policy, provenance: Provenance, explanation: Explanation
) -> SealedRecord:
    """The whole decision as plain JSON values, with its ``decision_id``: the sha256 of everything else in it."""
    rules = _trace_text(judgement, policy)
    actions = explanation.actions_text or canonical_json([dict(action) for action in explanation.actions])
    record = {
        "supersedes": provenance.supersedes,
        "uscc": subject.uscc,
        "name": subject.name,
        "date": subject.business_date.isoformat(),
        "known_at": subject.known_at.isoformat(),
        **_judged(subject, judgement, policy),
        "dimensions": dict(explanation.dimensions),
        "reasons": [_reason(reason) for reason in explanation.reasons],
        "actions": [dict(action) for action in explanation.actions],
        "excused": [dict(one) for one in explanation.excused],
        **_where_any("ended", [dict(one) for one in explanation.ended] or None),
        "feeds_missing": list(subject.feeds_missing),
        "feeds_late": list(subject.feeds_late),
        "model": {"version": provenance.model_version, "digest": provenance.model_digest},
        "inputs": _inputs(subject),
        "features_digest": provenance.features_digest,
        "snapshot_digest": provenance.snapshot_digest,
        "code_version": provenance.code_version,
    }
    return _sealed(record, {"rules": rules, "actions": actions})


def _sealed(record: Record, told: Mapping[str, str]) -> SealedRecord:
    """The record with its id. Each member becomes text once, for the id and for the body alike."""
    before = {name: value for name, value in record.items() if name < _ID and name not in told}
    after = {name: value for name, value in record.items() if name > _ID and name not in told}
    head = canonical_members(before, {name: text for name, text in told.items() if name < _ID})[:-1]
    tail = canonical_members(after, {name: text for name, text in told.items() if name > _ID})[1:]
    record[_ID] = sha256_text(f"{head},{tail}")
    return SealedRecord(record, f'{head},"{_ID}":"{record[_ID]}",{tail}')


_ID = "decision_id"


def _trace_text(judgement: Judgement, policy: Policy) -> str:
    """The canonical JSON of the trace, of which the quiet rules are the same text for everybody."""
    quiet = zip(judgement.rules, policy.quiet_trace, policy.quiet_texts, strict=True)
    return f"[{','.join(text if entry is same else canonical_json(entry) for entry, same, text in quiet)}]"


def decision_id(record: Mapping[str, Any]) -> str:
    """The sha256 of a record's canonical JSON without its own id."""
    return sha256_of({name: value for name, value in record.items() if name != "decision_id"})


def rejudge(record: Mapping[str, Any], policy: Policy) -> Record:
    """The decision made again from the record's own inputs and the policy in force then.

    Reasons, dimensions, actions, what was excused and what ended are taken over: they follow from what is stored
    elsewhere.

    Raises
    ------
    IntegrityError
        When the policy is not the one the decision was made under.
    """
    if policy.digest != record["policy_digest"]:
        raise IntegrityError(
            f"Decision {record.get('decision_id')} was made under policy {record['policy_digest'][:12]}, "
            f"not {policy.digest[:12]}.",
            "Ask for the policy of the decision's date; if it is, an entry in force was edited: restore it.",
        )
    subject = subject_of(record)
    remade = {**record, **_judged(subject, judge(subject, policy), policy)}
    remade["decision_id"] = decision_id(remade)
    return remade


def subject_of(record: Mapping[str, Any]) -> Subject:
    """The subject a record was judged from."""
    inputs = record["inputs"]
    previous, override = inputs["previous"], inputs["override"]
    return Subject(
        uscc=record["uscc"],
        business_date=date.fromisoformat(record["date"]),
        known_at=datetime.fromisoformat(record["known_at"]),
        p=record["p"],
        p0=record["p0"],
        established_on=_day(inputs["established_on"]),
        registration_status=inputs["registration_status"],
        has_trade_history=inputs["has_trade_history"],
        facts=tuple(OfficialFact(fact["table"], fact["key"], fact["fields"]) for fact in inputs["facts"]),
        alerts=tuple(_standing(alert) for alert in inputs["alerts"]),
        previous=_previous(previous) if previous else None,
        missing_weight=inputs["missing_weight"],
        feeds_missing=tuple(record["feeds_missing"]),
        feeds_late=tuple(record["feeds_late"]),
        override=_override(override) if override else None,
        disputed=frozenset(inputs["disputed"]),
        name=record["name"],
        notice=notice_from(inputs["notice"]) if "notice" in inputs else None,
    )


def _judged(subject: Subject, judgement: Judgement, policy: Policy) -> Record:
    """The part of a record that judging alone decides."""
    return {
        "status": judgement.status.value,
        "grade": judgement.grade,
        "previous_grade": subject.previous.grade if subject.previous else None,
        "grade_model": judgement.grade_model,
        "grade_rules": judgement.grade_rules,
        "score": judgement.score,
        "score_raw": judgement.score_raw,
        "p": subject.p,
        "p0": subject.p0,
        "rules": list(judgement.rules),
        "caps": [
            {"id": hit.id, "max_grade": hit.max_grade, "fact": hit.fact, "mandatory": hit.mandatory}
            for hit in judgement.caps
        ],
        "hysteresis": judgement.hysteresis,
        "held": judgement.held,
        "notice": judgement.notice,
        "flags": list(judgement.flags),
        "override": _override_shown(subject, judgement),
        "policy_digest": policy.digest,
        **_where_any("notice_period", judgement.notice_period and _notice_inputs(judgement.notice_period)),
    }


def _where_any(name: str, value: Any) -> Record:
    """A member that stands only in records it is about, so that records from before it existed stay what they were."""
    return {} if value is None else {name: value}


def _override_shown(subject: Subject, judgement: Judgement) -> Record | None:
    if subject.override is None or not judgement.override_applied:
        return None
    return {
        **_override_inputs(subject.override),
        "applied_as": judgement.grade,
        "instead_of": judgement.computed,
    }


def _reason(reason: Reason) -> Record:
    return {
        "code": reason.code,
        "zh": reason.zh,
        "en": reason.en,
        "value": reason.value,
        "shown_to_enterprise": reason.shown_to_enterprise,
    }


def _inputs(subject: Subject) -> Record:
    """What judging reads, so that the record suffices to judge again."""
    previous = subject.previous
    return {
        "established_on": _text(subject.established_on),
        "registration_status": subject.registration_status,
        "has_trade_history": subject.has_trade_history,
        "missing_weight": subject.missing_weight,
        "facts": [{"table": fact.table, "key": fact.key, "fields": dict(fact.fields)} for fact in subject.facts],
        "alerts": [_standing_inputs(alert) for alert in subject.alerts],
        "previous": {
            "published_on": previous.published_on.isoformat(),
            "grade": previous.grade,
            "risen_this_month": previous.risen_this_month,
            **_where_any("computed", previous.computed),
        }
        if previous
        else None,
        "override": _override_inputs(subject.override) if subject.override else None,
        "disputed": sorted(subject.disputed),
        **_where_any("notice", subject.notice and _notice_inputs(subject.notice)),
    }


def _standing_inputs(alert: AlertStanding) -> Record:
    return {
        "alert_id": alert.alert_id,
        "rule": alert.rule,
        "severity": alert.severity.value,
        "opened_on": alert.opened_on.isoformat(),
        "finding": alert.finding,
        "finding_on": _text(alert.finding_on),
        "closed_on": _text(alert.closed_on),
    }


def _standing(inputs: Mapping[str, Any]) -> AlertStanding:
    return AlertStanding(
        alert_id=inputs["alert_id"],
        rule=inputs["rule"],
        severity=Severity(inputs["severity"]),
        opened_on=date.fromisoformat(inputs["opened_on"]),
        finding=inputs["finding"],
        finding_on=_day(inputs["finding_on"]),
        closed_on=_day(inputs["closed_on"]),
    )


def _notice_inputs(notice: Notice) -> Record:
    return {"told_on": notice.told_on.isoformat(), "until": notice.until.isoformat(), "grade": notice.grade}


def notice_from(inputs: Mapping[str, Any]) -> Notice:
    """The notice that a record names."""
    return Notice(date.fromisoformat(inputs["told_on"]), date.fromisoformat(inputs["until"]), Grade(inputs["grade"]))


def _override_inputs(override: Override) -> Record:
    return {
        "id": override.id,
        "approved_by": override.approved_by,
        "grade": override.grade,
        "account": override.account,
        "reason": override.reason,
        "given_on": override.given_on.isoformat(),
        "expires_on": override.expires_on.isoformat(),
    }


def _override(inputs: Mapping[str, Any]) -> Override:
    days = date.fromisoformat(inputs["given_on"]), date.fromisoformat(inputs["expires_on"])
    who = inputs["id"], inputs["approved_by"]
    return Override(Grade(inputs["grade"]), inputs["account"], inputs["reason"], *days, *who)


def _previous(inputs: Mapping[str, Any]) -> PreviousGrade:
    published_on = date.fromisoformat(inputs["published_on"])
    computed = inputs.get("computed")
    return PreviousGrade(
        published_on, Grade(inputs["grade"]), inputs["risen_this_month"], Grade(computed) if computed else None
    )


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
