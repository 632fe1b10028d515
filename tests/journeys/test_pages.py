"""What people open: an enterprise reads and objects, an office finds, a certificate dies, and nobody sees another."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from expectations.vocabulary.grade import Grade
from expectations.vocabulary.role import Role
from features.engine import StepError
from models.people.overrides import Wish
from pipelines.steps import daily
from pipelines.steps.day import Day
from pipelines.steps.lookup import Documents
from pipelines.steps.people import Desk
from pipelines.steps.statistics import bulletin_of, write_bulletin
from pipelines.storage import accounts, decisions, ledger
from pipelines.storage.certificates import certificates
from pipelines.storage.duties import assign_duty
from pipelines.storage.reads import reads_about
from reports.certificate.keys import TrustedKeys
from reports.certificate.verify import Verdict, check
from reports.pages.ports import BeingLookedUpError
from reports.statistics.period import Period
from tests.worlds.day_home import LAST_DAY, home_at
from tests.worlds.served_home import NOW, PASSWORD, House, send, sign_in

PAGES = {
    "grade": "/me",
    "radar": "/me/radar.svg",
    "history": "/me/history.svg",
    "raise": "/me/raise",
    "support": "/me/support",
    "objections": "/me/objections",
    "visits": "/me/visits",
    "certificates": "/me/certificate",
    "sharing": "/me/sharing",
    "list": "/console",
    "enterprise": "/console/enterprises/{other}",
    "orders": "/console/enterprises/{other}/orders",
    "orders.svg": "/console/enterprises/{other}/orders.svg",
    "parties": "/console/enterprises/{other}/parties",
    "parties.svg": "/console/enterprises/{other}/parties.svg",
    "quality": "/console/quality",
    "quality.svg": "/console/quality.svg",
    "traces": "/console/traces?code=SY0000000000",
    "plan": "/console/plan",
    "migration": "/console/migration",
    "queues": "/console/queues",
    "policy": "/policy",
    "models": "/models",
    "feeds": "/feeds",
    "accounts": "/accounts",
    "dead_letters": "/dead-letters",
    "account": "/accounts/system-1",
    "quarantine": "/feeds/quarantine/payment",
    "statistics": "/statistics",
}
LAKE_PAGES = {"orders", "orders.svg", "parties", "parties.svg", "quality", "quality.svg", "traces"}
HOUSE_PAGES = {"policy", "models", "feeds", "quarantine", "statistics"}
ACCOUNT_PAGES = {"accounts", "account", "dead_letters"}
OFFICE_PAGES = {"list", "plan", "migration", "enterprise", "queues", *LAKE_PAGES, *HOUSE_PAGES}
MAY = {
    Role.ENTERPRISE: set(PAGES) - OFFICE_PAGES - ACCOUNT_PAGES,
    Role.REGULATOR: OFFICE_PAGES,
    Role.OFFICER: OFFICE_PAGES,
    Role.AUDITOR: OFFICE_PAGES,
    Role.DATA_SCIENTIST: {"policy", "models"},
    Role.OPERATOR: HOUSE_PAGES | ACCOUNT_PAGES,
}


PAPER = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_its_own_pages_and_no_others(house: House, browser: TestClient, role: Role) -> None:
    sign_in(browser, role)
    for name, page in PAGES.items():
        answer = browser.get(page.format(other=house.codes[1]), follow_redirects=False)
        may = name in MAY.get(role, set())
        assert answer.status_code == (200 if may else 403), name
        assert house.codes[1] not in answer.text or may, name


def test_without_a_session_every_page_sends_to_the_door(house: House, browser: TestClient) -> None:
    for name, page in PAGES.items():
        answer = browser.get(page.format(other=house.codes[0]), follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), name


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.ENTERPRISE, "/me"),
        (Role.AUDITOR, "/console"),
        (Role.OPERATOR, "/feeds"),
        (Role.DATA_SCIENTIST, "/policy"),
        (Role.BANK, None),
    ],
)
def test_the_start_leads_everybody_to_a_page_of_its_own_if_there_is_one(
    browser: TestClient, role: Role, place: str | None
) -> None:
    sign_in(browser, role)
    answer = browser.get("/", follow_redirects=False)
    assert answer.headers.get("location") == place
    assert answer.status_code == (303 if place else 403)


def test_every_look_of_an_enterprise_at_itself_is_on_record(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.ENTERPRISE)
    pages = (
        "/me",
        "/me/radar.svg",
        "/me/history.svg",
        "/me/visits",
        "/me/objections",
        "/me/certificate",
        "/me/sharing",
    )
    for page in pages:
        before = looks_at(house)
        assert browser.get(page).status_code == 200
        assert len(looks_at(house)) == len(before) + 1, page


def looks_at(house: House) -> list[dict[str, Any]]:
    """Every look at the enterprise of the account that is on record."""
    with house.wiring.database.reading() as connection:
        return reads_about(connection, house.codes[0])


def test_an_operator_enrols_an_enterprise_and_its_key_opens_until_it_is_revoked(
    house: House, browser: TestClient
) -> None:
    sign_in(browser, Role.OPERATOR)
    code = house.codes[1]
    refused = send(browser, "/accounts", "/accounts/enrolment", uscc="91652702MADEM0011", days="30")
    assert 'role="alert"' in refused.text
    told = send(browser, "/accounts", "/accounts/enrolment", uscc=code.lower(), days="30")
    (key,) = re.findall(r"xinji_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", told.text)
    address, headers = f"/v1/enterprises/{code}/grade", {"Authorization": f"Bearer {key}"}
    assert browser.get(address, headers=headers).status_code == 200
    account = f"/accounts/enterprise-{code.lower()}"
    assert key not in browser.get(account).text, "it is shown once"
    replaced = send(browser, account, f"{account}/keys/{key.split('_')[1]}/rotation")
    (successor,) = re.findall(r"xinji_[0-9a-f]{16}_[A-Za-z0-9_-]{43}", replaced.text)
    assert browser.get(address, headers=headers).status_code == 200, "both open meanwhile"
    for one in (key, successor):
        send(browser, account, f"{account}/keys/{one.split('_')[1]}/revocation")
        assert browser.get(address, headers={"Authorization": f"Bearer {one}"}).status_code == 401


def test_an_operator_hands_a_dead_letter_over_and_sends_it_again_with_a_reason_on_record(
    house: House, browser: TestClient
) -> None:
    waiting = house.wiring.outbox
    first = waiting.due(NOW, 1)[0]
    waiting.mark_sent([first.message_id], NOW)
    waiting.mark_dead(first.message_id, NOW, "HTTP 422 <unknown field>")
    sign_in(browser, Role.OPERATOR)
    here = f"/dead-letters/{first.message_id}"
    shown = browser.get("/dead-letters").text
    assert "HTTP 422 &lt;unknown field&gt;" in shown
    assert first.uscc in shown
    assert 'role="alert"' in send(browser, "/dead-letters", f"{here}/owner", to="auditor-1", reason="knows it").text
    handed = send(browser, "/dead-letters", f"{here}/owner", to="operator-1", reason="knows the receiver")
    assert 'role="status"' in handed.text
    assert "<dd>operator-1</dd>" in handed.text
    assert 'role="alert"' in send(browser, "/dead-letters", here, step="resend", reason=" ").text
    again = send(browser, "/dead-letters", here, step="resend", reason="their schema was mended")
    assert first.message_id not in again.text
    assert waiting.due(NOW, 1)[0].message_id == first.message_id
    with house.wiring.database.reading() as connection:
        acts = [json.loads(one.body) for one in ledger.entries(connection, "judgements", subject=first.uscc)]
    assert [one["reason"] for one in acts][-2:] == ["knows the receiver", "their schema was mended"]


def test_a_consent_is_given_and_withdrawn_on_the_page(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.ENTERPRISE)
    last_day = (NOW + timedelta(days=30)).date().isoformat()
    nobody = send(browser, "/me/sharing", "/me/sharing", receiver="officer-1", purpose="a loan", last_day=last_day)
    assert 'role="alert"' in nobody.text
    office = house.wiring.sharing
    given = send(browser, "/me/sharing", "/me/sharing", receiver="bank-1", purpose="a <loan>", last_day=last_day)
    assert "a &lt;loan&gt;" in given.text
    consent = office.consent_to(house.codes[0], "bank-1", NOW)
    assert consent is not None
    assert send(browser, "/me/sharing", f"/me/sharing/{consent.id}/withdrawal", reason="paid back").status_code == 200
    assert office.consent_to(house.codes[0], "bank-1", NOW) is None


def test_a_wrong_password_is_told_in_words_and_opens_nothing(browser: TestClient) -> None:
    answer = browser.post("/sign-in", data={"account": "enterprise-1", "password": "guess"})
    assert answer.status_code == 401
    assert browser.get("/me", follow_redirects=False).status_code == 303


def test_signing_out_ends_the_session_itself_and_not_only_the_cookie(browser: TestClient) -> None:
    sign_in(browser, Role.ENTERPRISE)
    kept = browser.cookies["xinji_session"]
    send(browser, "/me/certificate", "/sign-out")
    browser.cookies.set("xinji_session", kept)
    assert browser.get("/me", follow_redirects=False).status_code == 303


def test_a_form_from_elsewhere_or_without_its_token_does_nothing(browser: TestClient) -> None:
    sign_in(browser, Role.ENTERPRISE)
    objection = {"target": "grade", "reason": "wrong"}
    assert browser.post("/me/objections", data=objection).status_code == 403
    elsewhere = browser.post("/sign-in", data={}, headers={"origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    assert "<td>grade</td>" not in browser.get("/me/objections").text


def test_no_page_runs_a_script_or_fetches_from_elsewhere(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.REGULATOR)
    for page in ("/sign-in", "/console", f"/console/enterprises/{house.codes[0]}", "/nowhere"):
        answer = browser.get(page)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "<script" not in answer.text
        assert len(answer.content) < 300_000


def test_both_languages_stand_on_every_page(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.ENTERPRISE)
    browser.post("/language", data={"language": "en", "back": "/me"})
    assert "Seven dimensions" in browser.get("/me").text
    back = browser.post("/language", data={"language": "zh", "back": "//evil.example"}, follow_redirects=False)
    assert back.headers["location"] == "/"
    assert "七个维度" in browser.get("/me").text


def test_an_enterprise_never_sees_a_threshold_or_a_suggested_check(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.ENTERPRISE)
    with house.wiring.database.reading() as connection:
        record = decisions.latest_decision(connection, house.codes[0])
    assert record is not None
    page = browser.get("/me").text
    for action in record["actions"]:
        assert action["zh"] not in page
    assert "阈值" not in page


def test_an_objection_gets_a_receipt_and_stands_in_the_list(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.ENTERPRISE)
    answer = send(browser, "/me/objections", "/me/objections", target="grade", reason="the inspection was of another")
    receipt = re.search(r"回执编号 ([0-9a-f]{12})", answer.text)
    assert receipt, answer.text
    assert receipt[1] in browser.get("/me/objections").text
    assert "没有" not in answer.text[: answer.text.index(receipt[1])]


def test_an_objection_is_forwarded_and_answered_by_another_account_from_the_queue(
    house: House, browser: TestClient
) -> None:
    sign_in(browser, Role.ENTERPRISE)
    reason = "the list was declared by another"
    answer = send(browser, "/me/objections", "/me/objections", target="grade", reason=reason)
    receipt = re.findall(r"回执编号 ([0-9a-f]{12})", answer.text)[0]
    browser.cookies.clear()
    sign_in(browser, Role.OFFICER)
    assert reason in browser.get("/console/queues").text
    step = f"/console/objections/{receipt}"
    assert send(browser, "/console/queues", step, reason="customs").status_code == 403, "a step that nobody named"
    assert send(browser, "/console/queues", step, step="approve", reason="customs").status_code == 403
    too_early = send(browser, "/console/queues", step, step="upheld", reason="it was")
    assert "尚未转交" in too_early.text
    send(browser, "/console/queues", step, step="forward", reason="customs")
    assert "已存档" in send(browser, "/console/queues", step, step="rejected", reason="the list is its own").text
    assert receipt not in browser.get("/console/queues").text
    browser.cookies.clear()
    sign_in(browser, Role.ENTERPRISE)
    assert "不成立" in browser.get("/me/objections").text


def upload(browser: TestClient, *papers: tuple[str, bytes], reason: str = "see the paper") -> httpx.Response:
    """Object on the page with papers, as a browser sends them."""
    token = re.search(r'name="form_token" value="([0-9a-f]+)"', browser.get("/me/objections").text)
    assert token
    data = {"form_token": token[1], "target": "grade", "reason": reason}
    if not papers:  # a browser sends a file without a name where none was chosen
        fields = [f'form-data; name="{name}"\r\n\r\n{value}' for name, value in data.items()]
        fields.append('form-data; name="files"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n')
        body = "".join(f"--edge\r\nContent-Disposition: {field}\r\n" for field in fields) + "--edge--\r\n"
        headers = {"content-type": "multipart/form-data; boundary=edge"}
        bare: httpx.Response = browser.post("/me/objections", content=body.encode(), headers=headers)
        return bare
    files = [("files", (name, content, "text/html")) for name, content in papers]
    answer: httpx.Response = browser.post("/me/objections", data=data, files=files)
    return answer


def test_papers_of_an_objection_reach_an_officer_as_downloads_and_nobody_else(
    house: House, browser: TestClient
) -> None:
    sign_in(browser, Role.ENTERPRISE)
    answer = upload(browser, ("../证明 <1>.html", PAPER), reason="the paper shows it")
    (receipt,) = re.findall(r"回执编号 ([0-9a-f]{12})", answer.text)
    assert "证明 _1_.html.pdf" in browser.get("/me/objections").text
    page = f"/console/enterprises/{house.codes[0]}/objections/{receipt}/attachments/{sha256(PAPER).hexdigest()}"
    assert browser.get(page).status_code == 403
    for role in (Role.AUDITOR, Role.OPERATOR):
        browser.cookies.clear()
        sign_in(browser, role)
        assert browser.get(page).status_code == 403, role
    browser.cookies.clear()
    sign_in(browser, Role.OFFICER)
    assert page in browser.get("/console/queues").text
    before = len(looks_at(house))
    paper = browser.get(page)
    assert paper.content == PAPER
    assert paper.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E8%AF%81%E6%98%8E")
    assert paper.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert paper.headers["x-content-type-options"] == "nosniff"
    assert [one["what"] for one in looks_at(house)[before:]] == ["objection.attachment"]
    assert "没有该附件" in browser.get(page[:-4] + "0000").text
    with house.wiring.database.reading() as connection:
        assert ledger.verify(connection).holds
        told = [entry.body for entry in ledger.entries(connection, "judgements", kind="objection.attached")]
    assert sha256(PAPER).hexdigest() in told[-1]
    (house.path / "lake" / "attachments" / sha256(PAPER).hexdigest()).write_bytes(b"forged")
    assert b"forged" not in browser.get(page).content
    (house.path / "lake" / "attachments" / sha256(PAPER).hexdigest()).write_bytes(PAPER)


def test_a_paper_that_is_refused_says_why_keeps_what_was_written_and_files_nothing(
    house: House, browser: TestClient
) -> None:
    sign_in(browser, Role.ENTERPRISE)
    before = browser.get("/me/objections").text.count("<tr><td>")
    refused = upload(browser, ("proof.pdf", PAPER), ("virus.pdf", b"MZ\x90\0"), reason="my <long> text")
    assert "“virus.pdf”的内容不是 PDF、PNG 或 JPEG" in refused.text
    assert "my &lt;long&gt; text" in refused.text
    many = [(f"{number}.pdf", PAPER.replace(b"1 0 obj", b"%d 0 obj" % number)) for number in range(4)]
    assert "最多可附 3 个文件" in upload(browser, *many).text
    browser.post("/language", data={"language": "en", "back": "/me"})
    large = upload(browser, ("large.pdf", PAPER + b"\0" * (13 << 20)))
    assert large.status_code == 413
    assert "at most three files" in large.text
    hidden = send(browser, "/me/objections", "/me/objections", target="grade", reason="it was \u202egnorw")
    assert hidden.status_code == 422
    assert "cannot be seen" in hidden.text
    browser.post("/language", data={"language": "zh", "back": "/me"})
    assert browser.get("/me/objections").text.count("<tr><td>") == before
    assert upload(browser, reason="without any").text.count("<tr><td>") == before + 1


def test_papers_are_added_while_an_objection_waits_and_to_no_other_enterprises(
    house: House, browser: TestClient
) -> None:
    with house.wiring.database.transaction() as connection:
        key = accounts.issue_key(connection, "enterprise-1", house.now, house.now + timedelta(days=1))
    headers = {"Authorization": f"Bearer {key}"}
    own, other = (f"/v1/enterprises/{code}/objections" for code in house.codes[:2])
    filed = browser.post(own, json={"target": "grade", "reason": "it is another"}, headers=headers).json()
    more = f"{own}/{filed['id']}/attachments"
    attached = browser.post(f"{more}?name=a.pdf", content=PAPER, headers=headers).json()
    assert [one["name"] for one in attached["attachments"]] == ["a.pdf"]
    assert len(browser.post(more, content=PAPER, headers=headers).json()["attachments"]) == 1, "the same one twice"
    assert browser.post(more, content=b"GIF89a", headers=headers).status_code == 422
    assert browser.post(more, content=PAPER + b"\0" * (5 << 20), headers=headers).status_code == 413
    assert browser.post(f"{other}/{filed['id']}/attachments", content=PAPER, headers=headers).status_code == 403
    assert browser.get(f"{more}/{attached['attachments'][0]['sha256']}", headers=headers).status_code == 403


def test_a_page_that_takes_its_time_says_so_and_comes_by_itself(
    house: House, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def still_looking(*_: object) -> None:
        raise BeingLookedUpError

    monkeypatch.setattr(Documents, "chains", still_looking)
    sign_in(browser, Role.OFFICER)
    before = len(looks_at(house))
    answer = browser.get(f"/console/enterprises/{house.codes[0]}/orders")
    assert (answer.status_code, answer.headers["refresh"]) == (202, "1")
    assert "正在查询" in answer.text
    assert len(looks_at(house)) == before, "nothing was shown yet"


def test_four_eyes_are_two_sessions(house: House, browser: TestClient) -> None:
    home = home_at(house.path)
    first = LAST_DAY + timedelta(days=30)
    desk = Desk(home.database, home.policies, house.now)
    case = desk.request_override(Wish(house.codes[1], Grade.D, first, first + timedelta(days=3), "seen"), "officer-1")
    sign_in(browser, Role.OFFICER)
    own = send(browser, "/purpose", f"/console/overrides/{case.id}", reason="me too")
    assert "须由另一账号复核" in own.text
    browser.cookies.clear()
    sign_in(browser, Role.REGULATOR)
    assert case.id in browser.get("/console/queues").text
    assert "已存档" in send(browser, "/console/queues", f"/console/overrides/{case.id}", reason="agreed").text


def test_a_look_of_an_office_is_told_to_the_enterprise_with_its_reason(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.REGULATOR, "抽查单证 <b>")
    assert browser.get(f"/console/enterprises/{house.codes[0]}").status_code == 200
    browser.cookies.clear()
    sign_in(browser, Role.ENTERPRISE)
    assert "抽查单证 &lt;b&gt;" in browser.get("/me/visits").text


def test_an_office_says_why_before_it_sees_anything(house: House, browser: TestClient) -> None:
    browser.post("/sign-in", data={"account": "regulator-1", "password": PASSWORD})
    for page in ("/console", f"/console/enterprises/{house.codes[0]}"):
        answer = browser.get(page, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/purpose")


def test_a_finding_on_an_alert_goes_on_record(house: House, browser: TestClient) -> None:
    with house.wiring.database.reading() as connection:
        alerts = decisions.open_alerts(connection, LAST_DAY)
    alert = alerts[0]
    sign_in(browser, Role.OFFICER)
    page = f"/console/enterprises/{alert['uscc']}"
    found = {
        "outcome": "explained",
        "reason": "a sale that was announced",
    }
    answer = send(browser, page, f"/console/alerts/{alert['alert_id']}", **found)
    assert "核查结果已存档" in answer.text
    assert "已核查" in answer.text
    listed = browser.get("/console").text
    assert "今日先办" in listed
    others = [one for one in alerts if one["uscc"] == alert["uscc"] and one is not alert]
    assert ("已核查" in listed) == (not others), "an enterprise is checked when each of its alerts is"
    with house.wiring.database.transaction() as connection:
        assign_duty(connection, "regulator-1", "market_regulation", "operator-1", house.now)
    asked = house.wiring.home.policies.in_force(LAST_DAY).actions
    foreign = next(
        one for one in alerts if "market_regulation" not in {each.department for each in asked[one["rule"]].measures}
    )
    browser.cookies.clear()
    sign_in(browser, Role.REGULATOR)
    refused = send(browser, "/purpose", f"/console/alerts/{foreign['alert_id']}", **found)
    assert refused.status_code == 403, "another department's alert"
    with house.wiring.database.transaction() as connection:
        assign_duty(connection, "regulator-1", None, "operator-1", house.now)
    browser.cookies.clear()
    sign_in(browser, Role.AUDITOR)
    assert send(browser, page, f"/console/alerts/{alert['alert_id']}", **found).status_code == 403


def test_a_certificate_is_downloaded_verified_and_dies_with_the_grade(house: House, browser: TestClient) -> None:
    sign_in(browser, Role.ENTERPRISE)
    paper = send(browser, "/me/certificate", "/me/certificate")
    assert paper.headers["content-type"] == "application/pdf"
    wiring = house.wiring
    office = wiring.certificate_office
    assert office is not None
    with wiring.database.reading() as connection:
        token = certificates(connection)[-1].token
    keys = TrustedKeys.of(browser.get("/v1/certificates/keys").json())

    def verdict() -> Verdict:
        return check(token, keys, browser.get("/v1/certificates/status").text, house.now).verdict

    assert verdict() is Verdict.VALID
    uscc, home = house.codes[0], home_at(house.path)
    with wiring.database.reading() as connection:
        record = decisions.latest_decision(connection, uscc)
    assert record is not None
    worse = Grade.C if record["grade"] != "C" else Grade.B
    tomorrow = LAST_DAY + timedelta(days=1)
    desk = Desk(home.database, home.policies, house.now)
    desk.request_override(Wish(uscc, worse, tomorrow, tomorrow + timedelta(days=5), "found on site"), "officer-1")
    case = desk.overrides(uscc)[-1]
    if case.needs_approval:
        desk.approve_override(case.id, "regulator-1", "seen")
    daily.run_day(home, Day.of(tomorrow))
    house.now = NOW + timedelta(days=1)
    assert verdict() is Verdict.REVOKED
    sign_in(browser, Role.ENTERPRISE)
    assert "已失效" in browser.get("/me/certificate").text


def test_the_page_that_checks_certificates_is_open_to_anybody_and_allows_its_own_script_only(
    browser: TestClient,
) -> None:
    answer = browser.get("/verify")
    assert answer.status_code == 200
    assert "script-src 'sha256-" in answer.headers["content-security-policy"]
    assert "unsafe-inline" not in answer.headers["content-security-policy"]


def test_the_bulletin_is_shown_with_its_documents_and_hides_what_tells_an_enterprise_apart(
    house: House, browser: TestClient
) -> None:
    sign_in(browser, Role.REGULATOR)
    assert "尚未生成" in browser.get("/statistics").text
    home = home_at(house.path)
    bulletin = bulletin_of(home, Period.parse("2026-Q3"), house.now)
    write_bulletin(bulletin, home.reports / "statistics" / "2026-Q3")
    page = browser.get("/statistics").text
    assert "2026-Q3" in page
    assert "目标完成情况" in page
    hidden = [row for rows in bulletin.cuts.values() for row in rows if row.now is None]
    assert hidden, "sixty enterprises leave small cells"
    assert browser.get("/statistics/2026-Q3/bulletin.zh.pdf").content.startswith(b"%PDF-")
    for wrong in (
        "/statistics/2026-Q3/bulletin.json",
        "/statistics/2026-Q2/bulletin.zh.pdf",
        "/statistics?period=2025",
    ):
        assert browser.get(wrong).status_code == 404


@pytest.mark.parametrize("failure", [RuntimeError("a secret path"), StepError("a secret path")])
def test_a_page_that_fails_says_so_in_words_and_tells_nothing_of_the_inside(
    house: House, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Documents, "chains", fail)
    with TestClient(house.pages, base_url="http://localhost", raise_server_exceptions=False) as browser:
        sign_in(browser, Role.OFFICER)
        answer = browser.get(f"/console/enterprises/{house.codes[0]}/orders")
        browser.post("/language", data={"language": "en", "back": "/console"})
        english = browser.get(f"/console/enterprises/{house.codes[0]}/orders")
    assert (answer.status_code, english.status_code) == (500, 500)
    assert "系统出现故障" in answer.text
    assert "Something went wrong here" in english.text
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
