"""One business date: what was known, what it says of everybody, and the one transaction that makes it so.

    already_decided -> measure -> judge_day -> shadow_of -> commit

Everything before ``commit`` only reads. A kill at any moment leaves the home as it was or as it will be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd

from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import zoned
from expectations.vocabulary.zone import Zone
from features.asof import late_feeds
from features.engine import Engine
from features.facts.official import FactRecord, official_facts
from features.table import feature_table, vector_digests
from features.typologies import Hit as MeasuredHit
from features.typologies import find_hits, rising_peer_shares, unmeasured_rules
from models.grade.subject import OfficialFact
from models.people.acts import Act, Kind
from models.policy.inforce import Policy
from models.policy.parameters import typology_parameters
from models.scorer.protocol import Scorer
from pipelines.steps.day import Day
from pipelines.steps.home import Champion, Home, PinnedLake
from pipelines.steps.judging import Circumstances, Measured, judge_everyone, weight_of_late_feeds
from pipelines.steps.knowing import know
from pipelines.steps.remembering import remembered
from pipelines.steps.retention import must_be_whole
from pipelines.steps.shadow import Shadow, shadow_entry, shadow_of
from pipelines.storage import decisions
from pipelines.storage.acts import acts_known
from pipelines.storage.grouped import take_in_spooled
from pipelines.storage.ledger import append
from pipelines.storage.policies import keep_policy
from pipelines.storage.vectors import StoredVectors, load_vectors, store_vectors
from reports.alerts.alert import AlertStep, Hit, Step, alert_from_json
from reports.alerts.episodes import alerts_on
from reports.alerts.season import ExcusedHit, seasonal_guard


@dataclass(frozen=True)
class DayWork:
    """What a run has made and not yet committed."""

    lake: PinnedLake
    champion: Champion
    measured: Measured
    judged: decisions.Judged
    shadow: Shadow | None = None


@dataclass(frozen=True)
class DaySummary:
    """What a run did, for people and for ``--json``.

    Attributes
    ----------
    is_new:
        False when this (D, K) had been decided before and nothing changed.
    messages:
        Messages this run put into the outbox.
    """

    date: str
    known_at: str
    is_new: bool
    grades: Mapping[str, int]
    statuses: Mapping[str, int]
    open_alerts: Mapping[str, int]
    messages: int
    feeds_late: tuple[str, ...]
    model: str

    def to_json(self) -> dict[str, Any]:
        """The summary as plain JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def already_decided(home: Home, day: Day) -> bool:
    """Whether this (D, K) is on record. Then nothing is computed again, whatever has arrived since."""
    with home.database.reading() as connection:
        return decisions.run_for(connection, day.business_date, day.known_at) is not None


def measure(home: Home, day: Day, lake: PinnedLake) -> Measured:
    """Compute everything that is known as of (D, K) from the pinned lake.

    Raises
    ------
    ConflictError
        When rows that D looks back at were removed for good.
    """
    policy = home.policies.in_force(day.business_date)
    with home.database.reading() as connection:
        must_be_whole(connection, day.business_date)
        acts = acts_known(connection, day.known_at)
    with home.engine() as engine:
        know(home, day, lake, engine)
        feeds = frozenset(home.zone.connected)
        features = feature_table(engine, home.catalogue, day.business_date, day.known_at, feeds)
        hits, excused = pattern_hits(engine, policy, day.business_date)
        return Measured(
            features=features,
            digests=vector_digests(features.frame),
            facts={uscc: tuple(map(_fact, records)) for uscc, records in official_facts(engine).items()},
            hits=hits,
            excused=excused,
            steps=tuple(_officer_steps(engine, acts)),
            late=late_feeds(engine),
            unmeasured=unmeasured_rules(engine),
        )


def pattern_hits(engine: Engine, policy: Policy, business_date: date) -> tuple[tuple[Hit, ...], tuple[ExcusedHit, ...]]:
    """The patterns over their thresholds on D, and those among them that the season excuses."""
    numbers = typology_parameters(policy)
    found = find_hits(engine, numbers, business_date)
    shares = rising_peer_shares(engine, numbers["R21"], business_date) if "R21" in numbers else {}
    return seasonal_guard(map(_hit, found), shares, policy)


def judge_day(home: Home, day: Day, lake: PinnedLake, measured: Measured, champion: Champion) -> decisions.Judged:
    """Decide about everybody, with what earlier runs left on record."""
    policy = home.policies.in_force(day.business_date)
    with home.database.reading() as connection:
        memory = replace(
            remembered(connection, day.known_at, home.policies, measured),
            vectors=_vectors_before(home, decisions.run_before(connection, day.business_date, day.known_at)),
        )
        before = [alert_from_json(one) for one in decisions.carried_alerts(connection, day.business_date, day.known_at)]
    scorer = champion.scorer
    given = Circumstances(
        policy=policy,
        catalogue=home.catalogue,
        scorer=scorer,
        model_version=champion.version,
        snapshot_digest=lake.digest,
        code_version=home.code_version,
        missing_weight=weight_of_late_feeds(scorer, home.catalogue, home.zone.connected, measured.late),
        feeds_missing=home.zone.missing(home.contracts),
        feeds_late=tuple(sorted(measured.late & graded_by(home, scorer, policy))),
        known_at=zoned(day.known_at),
        source=source_of(home.zone),
    )
    alert_day = alerts_on(measured.hits, before, measured.steps, policy, measured.unmeasured)
    return judge_everyone(measured, alert_day, memory, given)


def source_of(zone: Zone) -> str:
    """Who speaks in a message: the CloudEvents source."""
    return f"/zones/{zone.division_code or 'unassigned'}"


def _vectors_before(home: Home, run: decisions.Run | None) -> pd.DataFrame | None:
    return load_vectors(home.feature_vectors, StoredVectors(run.feature_path, run.feature_digest)) if run else None


def graded_by(home: Home, scorer: Scorer, policy: Policy) -> frozenset[str]:
    """The tables a grade can rest on: sources of the model's features, official facts and the register."""
    read = {
        table for feature in home.catalogue.features if feature.name in scorer.importances for table in feature.sources
    }
    return frozenset(read) | frozenset(policy.periods) | {"enterprise"}


def commit(home: Home, day: Day, work: DayWork, state: str = "complete") -> bool:
    """Write the run: vectors into the lake, then everything else in one transaction. False when it was there."""
    measured, judged, model = work.measured, work.judged, work.champion
    policy = home.policies.in_force(day.business_date)
    keep_policy(home.kept_policies, home.policies, policy)
    vectors = store_vectors(home.feature_vectors, measured.features.frame, measured.digests)
    shadowed = shadow_entry(home, work.shadow, day.business_date, day.known_at) if work.shadow else None
    run = decisions.Run(
        business_date=day.business_date,
        known_at=day.known_at,
        snapshot_digest=work.lake.digest,
        policy_digest=policy.digest,
        model_version=model.version,
        model_digest=model.scorer.digest,
        feature_path=vectors.path,
        feature_digest=vectors.digest,
        code_version=home.code_version,
        state=state,
    )
    with home.database.transaction() as connection:
        is_new = decisions.commit_run(connection, run, judged, home.signer).is_new
        if is_new and shadowed is not None:
            append(connection, "decisions", [shadowed])
    take_in_spooled(home.database)
    return is_new


def summarise(home: Home, day: Day, *, is_new: bool, messages: int = 0) -> DaySummary:
    """What is on record for (D, K), in figures."""
    grades: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    late: tuple[str, ...] = ()
    with home.database.reading() as connection:
        run = decisions.run_for(connection, day.business_date, day.known_at)
        for record in decisions.decisions_of(connection, day.business_date, day.known_at):
            grades[record["grade"] or "-"] += 1
            statuses[record["status"]] += 1
            late = tuple(record["feeds_late"])
        alerts = Counter(one["rule"] for one in decisions.open_alerts(connection, day.business_date, day.known_at))
    return DaySummary(
        date=day.business_date.isoformat(),
        known_at=zoned(day.known_at).isoformat(),
        is_new=is_new,
        grades={grade: grades[grade] for grade in (*Grade, "-") if grades[grade]},
        statuses=dict(sorted(statuses.items())),
        open_alerts=dict(sorted(alerts.items())),
        messages=messages,
        feeds_late=late,
        model=run.model_version if run else "",
    )


def run_day(home: Home, day: Day) -> DaySummary:
    """The whole of a day, without an orchestrator."""
    if already_decided(home, day):
        return summarise(home, day, is_new=False)
    lake, champion = home.pin(), home.champion()
    measured = measure(home, day, lake)
    judged = judge_day(home, day, lake, measured, champion)
    shadow = shadow_of(home, measured, judged, champion)
    is_new = commit(home, day, DayWork(lake, champion, measured, judged, shadow))
    return summarise(home, day, is_new=is_new, messages=len(judged.messages))


def _hit(found: MeasuredHit) -> Hit:
    return Hit(
        rule=found.rule,
        uscc=found.uscc,
        window_from=found.window_from,
        window_to=found.window_to,
        value=found.value,
        threshold=found.threshold,
        n=found.n,
        severity=found.severity,
        evidence=found.evidence,
        amount_fen=found.amount_fen,
    )


def _fact(record: FactRecord) -> OfficialFact:
    return OfficialFact(record["table"], record["key"], record["fields"])


def _officer_steps(engine: Engine, acts: Iterable[Act]) -> Iterable[AlertStep]:
    """What officers did on alerts by K, in order: findings by their feed, assigning and closing by the ledger."""
    rows = engine.rows("""
        select alert_id, finding, decided_at, officer, event_day
        from known_alert_feedback
        order by decided_at, key_hash""")
    taken: list[tuple[datetime, AlertStep]] = [
        (zoned(moment), AlertStep(str(alert_id), Step(str(finding)), taken_on, str(officer)))  # type: ignore[arg-type]
        for alert_id, finding, moment, officer, taken_on in rows
    ]
    for act in acts:
        if act.kind is Kind.ALERT_ASSIGNED:
            taken.append((zoned(act.at), AlertStep(act.about, Step.ASSIGNED, zoned(act.at).date(), act.content["to"])))
        elif act.kind is Kind.ALERT_CLOSED:
            taken.append((zoned(act.at), AlertStep(act.about, Step.CLOSED, zoned(act.at).date(), act.account)))
    # Of one moment, findings stay before what the ledger says: only what was found is closed.
    return (step for _, step in sorted(taken, key=lambda one: one[0]))
