"""People and facts over days: overrides, findings, objections, repairs, each seen by every outlet the same day."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from expectations.errors import UsageError
from expectations.vocabulary.digest import canonical_json
from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import ZONE, end_of_day
from expectations.vocabulary.role import Role
from models.people.objections import Complaint
from models.people.overrides import Wish
from models.people.sharing import ZONE as ZONE_WIDE
from models.people.sharing import Share, Subscription
from pipelines.settings import Settings
from pipelines.steps import regrading
from pipelines.steps.certifying import CertificateOffice
from pipelines.steps.daily import run_day
from pipelines.steps.day import Day
from pipelines.steps.findings import Doing, Finding, assign_alert, close_alert, record_finding
from pipelines.steps.home import Home
from pipelines.steps.ingest.batch import take_in
from pipelines.steps.listing import risk_list
from pipelines.steps.people import Desk
from pipelines.steps.publishing import write_reports
from pipelines.steps.regrading import finish_corrections, uphold
from pipelines.steps.replaying import replay
from pipelines.steps.sharing import SharingOffice
from pipelines.storage import accounts, decisions, ledger, outbox
from pipelines.storage.grouped import GroupedLedger
from pipelines.storage.reads import DatabaseReads
from pipelines.storage.vectors import StoredVectors, load_vector
from pipelines.wiring import Wiring
from reports.api.ports import Read
from reports.certificate.keys import CertificateKey, TrustedKeys
from reports.certificate.verify import Verdict, check
from reports.messages.kinds import MessageKind
from tests.worlds.day_home import LAST_DAY, TAKEN_AT, home_at
from tests.worlds.promised import kinds_as_promised

ONE, TWO = timedelta(days=1), timedelta(days=2)
FIRST, NEXT = LAST_DAY - TWO, LAST_DAY - ONE
WHO = {"officer-1": Role.OFFICER, "officer-2": Role.OFFICER, "auditor-1": Role.AUDITOR}


def noon_after(day: Any) -> datetime:
    """Noon of the day after a business date, when its run is done."""
    return datetime.combine(day + ONE, datetime.min.time(), tzinfo=ZONE) + timedelta(hours=12)


@pytest.fixture(scope="session")
def begun(taken: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one day behind it, and officers. Copy it, never write to it."""
    home = home_at(made := Path(shutil.copytree(taken, tmp_path_factory.mktemp("begun") / "home")))
    with home.database.transaction() as connection:
        for name, role in WHO.items():
            accounts.open_account(connection, name, role, TAKEN_AT)
    run_day(home, Day.of(FIRST))
    home.database.close()
    return made


@pytest.fixture
def path(begun: Path, tmp_path: Path) -> Path:
    """A copy of that home."""
    return Path(shutil.copytree(begun, tmp_path / "home"))


def desk(home: Home, day: Any) -> Desk:
    return Desk(home.database, home.policies, noon_after(day))


def records_of(home: Home, day: Any) -> dict[str, dict[str, Any]]:
    with home.database.reading() as connection:
        return {one["uscc"]: one for one in decisions.decisions_of(connection, day)}


def feed(path: Path, table: str, row: dict[str, Any], at: datetime) -> None:
    """Take one row of a table in."""
    wiring = Wiring(Settings(home=path, threads=2))
    file = path / "inbox" / f"{table}.jsonl"
    file.write_text(canonical_json(row) + "\n", encoding="utf-8")
    take_in(wiring.intake(None), file, at)
    wiring.database.close()


def everything_replays(home: Home, *days: Any) -> bool:
    return all(replay(home, one["decision_id"]).holds for day in days for one in records_of(home, day).values())


def test_an_override_decides_from_the_next_run_on_and_gives_the_computed_grade_back_at_its_end(path: Path) -> None:
    home = home_at(path)
    first = records_of(home, FIRST)
    uscc = next(one["uscc"] for one in first.values() if one["grade"] == "B" and not one["caps"])
    wish = Wish(uscc, Grade.C, NEXT, NEXT, "site visit: the warehouse is empty")
    with pytest.raises(UsageError, match="may not do this"):
        desk(home, FIRST).request_override(wish, "auditor-1")
    case = desk(home, FIRST).request_override(wish, "officer-1")
    assert case.counts
    run_day(home, Day.of(NEXT))
    shown = records_of(home, NEXT)[uscc]
    assert shown["grade"] == "C"
    assert shown["override"]["account"] == "officer-1"
    assert shown["override"]["instead_of"] == records_of(home, NEXT)[uscc]["grade_rules"] == "B"
    run_day(home, Day.of(LAST_DAY))
    after = records_of(home, LAST_DAY)[uscc]
    assert (after["previous_grade"], after["grade"], after["override"]) == ("C", "B", None)
    with home.database.reading() as connection:
        sent = outbox.messages(connection)
        told = [one for one in sent if one.uscc == uscc and one.kind == MessageKind.OVERRIDE_ENDED]
        assert ledger.verify(connection).holds
    assert len(told) == 1
    assert kinds_as_promised(sent) == {MessageKind.GRADE, MessageKind.ALERT_OPENED, MessageKind.OVERRIDE_ENDED}
    assert everything_replays(home, FIRST, NEXT, LAST_DAY)


def test_an_override_far_from_the_computed_grade_waits_for_a_second_account(path: Path) -> None:
    home = home_at(path)
    uscc = next(one["uscc"] for one in records_of(home, FIRST).values() if one["grade"] == "B" and not one["caps"])
    case = desk(home, FIRST).request_override(Wish(uscc, Grade.AAA, NEXT, LAST_DAY, "known for years"), "officer-1")
    run_day(home, Day.of(NEXT))
    assert records_of(home, NEXT)[uscc]["grade"] == "B"
    desk(home, NEXT).approve_override(case.id, "officer-2", "agreed")
    run_day(home, Day.of(LAST_DAY))
    assert records_of(home, LAST_DAY)[uscc]["grade"] == "AAA"
    assert records_of(home, LAST_DAY)[uscc]["override"]["approved_by"] == "officer-2"


def test_a_confirmed_finding_caps_the_grade_the_next_day_and_is_an_act_in_the_ledger(path: Path) -> None:
    home = home_at(path)
    with home.database.reading() as connection:
        alert = next(one for one in decisions.open_alerts(connection, FIRST) if one["severity"] == "high")
    intake = Wiring(Settings(home=path, threads=2)).intake(None)
    found = Finding(alert["alert_id"], "confirmed", "officer-1", "three buyers never ordered")
    record_finding(intake, found, noon_after(FIRST))
    run_day(home, Day.of(NEXT))
    record = records_of(home, NEXT)[alert["uscc"]]
    assert any(cap["id"] == "K10" and cap["fact"] == alert["alert_id"] and cap["mandatory"] for cap in record["caps"])
    with home.database.reading() as connection:
        (entry,) = ledger.entries(connection, "judgements", kind="finding")
    body = json.loads(entry.body)
    assert (body["about"], body["account"]) == (alert["alert_id"], "officer-1")
    assert everything_replays(home, NEXT)


def test_an_alert_is_assigned_then_checked_and_closed_and_its_cap_ends_with_it(path: Path) -> None:
    home = home_at(path)
    with home.database.reading() as connection:
        alert = next(one for one in decisions.open_alerts(connection, FIRST) if one["severity"] == "high")
    name, about = alert["alert_id"], alert["uscc"]
    told = Doing("officer-1", "buyers to be asked", noon_after(FIRST))
    with pytest.raises(UsageError, match="not checked yet"):
        close_alert(home.database, name, told)
    assign_alert(home.database, name, "officer-2", told)
    run_day(home, Day.of(NEXT))
    with home.database.reading() as connection:
        (assigned,) = (one for one in decisions.open_alerts(connection, NEXT) if one["alert_id"] == name)
    assert (assigned["state"], assigned["assigned_to"]) == ("assigned", "officer-2")
    intake = Wiring(Settings(home=path, threads=2)).intake(None)
    record_finding(intake, Finding(name, "confirmed", "officer-2", "they never ordered"), noon_after(NEXT))
    close_alert(home.database, name, Doing("officer-2", "settled with the seller", noon_after(NEXT)))
    run_day(home, Day.of(LAST_DAY))
    with home.database.reading() as connection:
        assert name not in {one["alert_id"] for one in decisions.open_alerts(connection, LAST_DAY)}
        assert MessageKind.ALERT_CLOSED in kinds_as_promised(outbox.messages(connection))
    assert all(cap["fact"] != name for cap in records_of(home, LAST_DAY)[about]["caps"])
    assert everything_replays(home, NEXT, LAST_DAY)


KEY = "罚字2026-77号/customs"


def penalised(path: Path) -> str:
    """An enterprise that gets a serious penalty before the next run."""
    uscc: str = next(
        one["uscc"] for one in records_of(home_at(path), FIRST).values() if one["grade"] == "B" and not one["caps"]
    )
    row = {
        "decision_no": "罚字2026-77号",
        "uscc": uscc,
        "authority": "customs",
        "kind": "other",
        "severity": "serious",
        "fine_cny": "500000.00",
        "decided_on": NEXT.isoformat(),
        "published_on": NEXT.isoformat(),
        "received_at": f"{NEXT}T10:00:00",
    }
    feed(path, "penalty", row, noon_after(FIRST))
    return uscc


class KilledError(BaseException):
    """Stands for a kill: nothing catches it."""


def dying_after(step: Callable[..., Any], times: int) -> Callable[..., Any]:
    """A step that is done so many times, and then the process is gone."""
    left = iter(range(times))

    def dies(*given: Any) -> Any:
        if next(left, None) is None:
            raise KilledError
        return step(*given)

    return dies


def test_an_objection_upheld_decides_every_touched_day_again_and_names_who_had_looked_also_after_kills(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uscc = penalised(path)
    home = home_at(path)
    run_day(home, Day.of(NEXT))
    fallen = records_of(home, NEXT)[uscc]
    assert fallen["grade"] == "C"
    for account, when, status in (("bank-1", noon_after(NEXT), 200), ("nosy-1", noon_after(NEXT), 403)):
        DatabaseReads(GroupedLedger(home.database)).record(
            Read(account, "bank", "k", "grade", uscc, "loan", when, status)
        )
    at_desk = desk(home, NEXT)
    filed = at_desk.file_objection(Complaint(uscc, KEY, "another firm of our name"), "officer-1")
    at_desk.forward_objection(filed.id, "officer-1", "customs")
    run_day(home, Day.of(LAST_DAY))
    disputed = records_of(home, LAST_DAY)[uscc]
    assert "disputed" in disputed["flags"]
    agreed = desk(home, LAST_DAY)
    with monkeypatch.context() as killed:
        killed.setattr(regrading, "_again", dying_after(regrading._again, 1))
        with pytest.raises(KilledError):
            uphold(home, agreed, filed.id, "officer-2", "customs agrees")
    assert records_of(home, NEXT)[uscc]["grade"] == "B"
    assert records_of(home, LAST_DAY)[uscc]["grade"] == "C", "the kill came in the middle"
    with monkeypatch.context() as killed:
        killed.setattr(regrading, "_tell", dying_after(regrading._tell, 0))
        with pytest.raises(KilledError):
            finish_corrections(home, Day(LAST_DAY, agreed.at))
    assert finish_corrections(home, Day(LAST_DAY, agreed.at - ONE)) == [], "a run about the past does not know of it"
    (done,) = finish_corrections(home, Day(LAST_DAY, agreed.at))
    assert records_of(home, LAST_DAY)[uscc]["grade"] == "B"
    assert (done.days, done.told) == ((), ("bank-1",))
    (told,) = corrections(home)
    assert (told["account"], told["because"]) == ("bank-1", filed.id)
    assert [(day["date"], day["instead_of"], day["grade_before"], day["grade"]) for day in told["days"]] == [
        (NEXT.isoformat(), fallen["decision_id"], "C", "B"),
        (LAST_DAY.isoformat(), disputed["decision_id"], "C", "B"),
    ]
    assert finish_corrections(home, Day(LAST_DAY, agreed.at)) == []
    again = records_of(home, NEXT)[uscc]
    assert again["supersedes"] == fallen["decision_id"]
    assert all(fact["key"] != KEY for fact in again["inputs"]["facts"])
    assert len(records_of(home, NEXT)) == 60, "the others keep the decisions they had"
    assert everything_replays(home, NEXT, LAST_DAY)
    assert replay(home, fallen["decision_id"]).holds
    with home.database.reading() as connection:
        assert decisions.open_alerts(connection, NEXT), "a re-grade of one enterprise says nothing of alerts"
        assert ledger.verify(connection).holds
    _, nothing_left = uphold(home, desk(home, LAST_DAY), filed.id, "officer-2", "again")
    assert nothing_left.days == ()
    assert len(corrections(home)) == 1, "who was told is not told twice"


def corrections(home: Home) -> list[dict[str, Any]]:
    """What the outbox tells of corrected grades."""
    with home.database.reading() as connection:
        sent = outbox.messages(connection)
    assert MessageKind.GRADE_CORRECTED in kinds_as_promised(sent)
    return [json.loads(one.body)["data"] for one in sent if one.kind == MessageKind.GRADE_CORRECTED]


def answers_about(path: Path, uscc: str) -> dict[str, Any]:
    """What the API tells an officer and the enterprise itself about its grade."""
    wiring = Wiring(Settings(home=path, threads=2))
    asked_at = noon_after(LAST_DAY)
    with wiring.database.transaction() as connection:
        accounts.open_account(connection, "firm-1", Role.ENTERPRISE, TAKEN_AT, uscc)
        keys = {
            who: accounts.issue_key(connection, account, asked_at, asked_at + ONE)
            for who, account in (("officer", "officer-1"), ("enterprise", "firm-1"))
        }
    with TestClient(wiring.api(lambda: asked_at)) as client:
        return {
            who: client.get(
                f"/v1/enterprises/{uscc}/grade", headers={"Authorization": f"Bearer {key}", "X-Purpose": "audit"}
            ).json()
            for who, key in keys.items()
        }


def penalties_measured(home: Home, day: Any, uscc: str) -> float:
    """The feature that counts serious penalties in force, as the decision of a day was made from it."""
    with home.database.reading() as connection:
        run = decisions.run_for(connection, day)
    assert run is not None
    vector, _ = load_vector(home.feature_vectors, StoredVectors(run.feature_path, run.feature_digest), uscc)
    return float(vector["serious_penalties_in_force"].iloc[0])


def verdict_on(certificate: str, office: CertificateOffice, day: Any) -> Verdict:
    """What anybody is told about a certificate after the run for a day."""
    keys, now = TrustedKeys.of({"keys": [office.key.published()]}), noon_after(day)
    return check(certificate, keys, office.status_list(now), now).verdict


def subscribed(home: Home) -> tuple[SharingOffice, Subscription]:
    """An office that is told every grade of the zone."""
    at, office = noon_after(NEXT), SharingOffice(home)
    with home.database.transaction() as connection:
        for name, role in (("operator-1", Role.OPERATOR), ("exchange-1", Role.SYSTEM)):
            accounts.open_account(connection, name, role, at)
    share = Share("exchange-1", "exchange of credit records", at.date())
    return office, office.subscribe(share, ZONE_WIDE, "operator-1", at)


def test_a_repaired_fact_is_gone_everywhere_the_same_day_and_the_old_decision_still_replays(path: Path) -> None:
    uscc = penalised(path)
    home = home_at(path)
    run_day(home, Day.of(NEXT))
    fallen = records_of(home, NEXT)[uscc]
    office = CertificateOffice(home.database, {"zh": "试验区", "en": "The zone"}, CertificateKey.of("ab" * 32))
    _, certificate = office.issue(uscc, "firm-1", noon_after(NEXT))
    assert verdict_on(certificate, office, NEXT) is Verdict.VALID
    sharing, subscription = subscribed(home)
    place, told = sharing.standing(subscription, "", 1000)
    assert KEY in [cap["fact"] for one in told if one["uscc"] == uscc for cap in one["caps"]]
    repaired = {
        "decision_no": "罚字2026-77号",
        "uscc": uscc,
        "authority": "customs",
        "kind": "other",
        "severity": "serious",
        "fine_cny": "500000.00",
        "decided_on": NEXT.isoformat(),
        "published_on": NEXT.isoformat(),
        "repaired_on": LAST_DAY.isoformat(),
        "received_at": f"{LAST_DAY}T15:00:00",
    }
    feed(path, "penalty", repaired, end_of_day(LAST_DAY))
    run_day(home, Day.of(LAST_DAY))
    record = records_of(home, LAST_DAY)[uscc]
    assert (fallen["grade"], record["previous_grade"], record["grade"]) == ("C", "C", "B")
    assert record["caps"] == []
    assert verdict_on(certificate, office, LAST_DAY) is Verdict.REVOKED
    _, more, changes = sharing.changes(subscription, place)
    assert not more
    assert [one["withdrawn_facts"] for one in changes if one["uscc"] == uscc] == [[KEY]]
    (ended,) = record["ended"]
    assert (ended["key"], ended["why"], ended["on"]) == (KEY, "repaired_on", LAST_DAY.isoformat())
    listed = {row.uscc: row for row in risk_list(home, LAST_DAY).rows}
    assert uscc not in listed or "K8" not in listed[uscc].caps
    assert all("罚字2026-77号" not in canonical_json(reason) for reason in record["reasons"])
    assert (penalties_measured(home, NEXT, uscc), penalties_measured(home, LAST_DAY, uscc)) == (1, 0)
    answers = answers_about(path, uscc)
    assert {who: answer["grade"] for who, answer in answers.items()} == {"officer": "B", "enterprise": "B"}
    assert answers["officer"]["caps"] == []
    assert "罚字2026-77号" not in canonical_json(answers["enterprise"])
    written = write_reports(home, LAST_DAY)
    assert all("罚字2026-77号".encode() not in file.read_bytes() for file in written if file.suffix != ".xlsx")
    assert replay(home, fallen["decision_id"]).holds
    assert everything_replays(home, LAST_DAY)
