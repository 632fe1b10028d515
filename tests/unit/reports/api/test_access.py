"""Every role on every address, every enterprise on every other's: who may not is refused, and both are on record."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from typing import Any

import pytest

from expectations.vocabulary.role import Role

OWN, OTHER, NOBODY = "91652702MADEM0011Q", "91652701MADEM0011A", "91659007MADEM0011K"
ALERT = "0123456789abcdef"
SCREENED = "a" * 64
OBJECTED, ATTACHED = "0b1e0b1e0b1e", "b" * 64
CONSENT, SUBSCRIPTION = "c0c0c0c0c0c0", "5c5c5c5c5c5c"
PLACES = {
    "{uscc}": OWN, "{alert_id}": ALERT, "{screening_id}": SCREENED, "{consent_id}": CONSENT,
    "{subscription_id}": SUBSCRIPTION, "{objection}": OBJECTED, "{sha256}": ATTACHED,
}  # fmt: skip
AUTHORITIES = {Role.REGULATOR, Role.OFFICER, Role.AUDITOR}
JUDGES = {Role.REGULATOR, Role.OFFICER}
SUBSCRIBERS = JUDGES | {Role.SYSTEM}
EVERY_OFFICE = AUTHORITIES | {Role.DATA_SCIENTIST, Role.OPERATOR}
WHO_MAY = {
    f"GET /v1/enterprises/{OWN}/grade": AUTHORITIES | {Role.ENTERPRISE},
    f"GET /v1/enterprises/{OTHER}/grade": AUTHORITIES,
    f"GET /v1/enterprises/{OWN}/reasons": AUTHORITIES | {Role.ENTERPRISE},
    f"GET /v1/enterprises/{OTHER}/reasons": AUTHORITIES,
    f"GET /v1/enterprises/{OWN}/history": AUTHORITIES | {Role.ENTERPRISE},
    f"GET /v1/enterprises/{OTHER}/history": AUTHORITIES,
    f"GET /v1/enterprises/{OWN}/looks": {Role.AUDITOR, Role.ENTERPRISE},
    f"GET /v1/enterprises/{OTHER}/looks": {Role.AUDITOR},
    f"GET /v1/enterprises/{OWN}/alerts": AUTHORITIES,
    f"GET /v1/enterprises/{OWN}/actions": AUTHORITIES,
    f"GET /v1/enterprises/{OWN}/objections": AUTHORITIES | {Role.ENTERPRISE},
    f"GET /v1/enterprises/{OTHER}/objections": AUTHORITIES,
    f"POST /v1/enterprises/{OWN}/objections": JUDGES | {Role.ENTERPRISE},
    f"POST /v1/enterprises/{OTHER}/objections": JUDGES,
    f"POST /v1/enterprises/{OWN}/objections/{OBJECTED}/attachments": JUDGES | {Role.ENTERPRISE},
    f"POST /v1/enterprises/{OTHER}/objections/{OBJECTED}/attachments": JUDGES,
    f"GET /v1/enterprises/{OWN}/objections/{OBJECTED}/attachments/{ATTACHED}": JUDGES,
    f"GET /v1/enterprises/{OTHER}/objections/{OBJECTED}/attachments/{ATTACHED}": JUDGES,
    f"GET /v1/enterprises/{OWN}/consents": {Role.AUDITOR, Role.ENTERPRISE},
    f"GET /v1/enterprises/{OTHER}/consents": {Role.AUDITOR},
    f"POST /v1/enterprises/{OWN}/consents": {Role.ENTERPRISE},
    f"POST /v1/enterprises/{OTHER}/consents": set(),
    f"POST /v1/enterprises/{OWN}/consents/{CONSENT}/withdrawal": {Role.ENTERPRISE},
    f"POST /v1/enterprises/{OTHER}/consents/{CONSENT}/withdrawal": set(),
    f"GET /v1/enterprises/{OWN}/trade-finance": {Role.BANK},
    f"GET /v1/enterprises/{OTHER}/trade-finance": set(),
    "GET /v1/subscriptions": SUBSCRIBERS,
    f"GET /v1/subscriptions/{SUBSCRIPTION}/grades": SUBSCRIBERS,
    f"GET /v1/subscriptions/{SUBSCRIPTION}/changes?since=0": SUBSCRIBERS,
    f"POST /v1/alerts/{ALERT}/feedback": JUDGES,
    "POST /v1/screenings": JUDGES | {Role.SYSTEM},
    f"GET /v1/screenings/{SCREENED}": JUDGES | {Role.SYSTEM},
    "GET /v1/grades?date=2026-03-31": AUTHORITIES,
    "GET /v1/alerts?date=2026-03-31": AUTHORITIES,
    "GET /v1/actions?date=2026-03-31": AUTHORITIES,
    "GET /v1/risk-list?date=2026-03-31": AUTHORITIES,
    "GET /v1/plan?date=2026-03-31": AUTHORITIES,
    "GET /v1/models/in-force": EVERY_OFFICE,
    "GET /v1/policy/in-force?date=2026-03-31": EVERY_OFFICE,
    "GET /v1/batches": {Role.OPERATOR, Role.AUDITOR},
    "GET /metrics": {Role.OPERATOR, Role.SYSTEM},
}
"""Every address with a key to it, and the roles it opens to."""
BODIES: dict[str, Any] = {
    "attachments": b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n",
    "objections": {"target": "grade", "reason": "wrong"},
    "feedback": {"finding": "explained", "reason": "seen"},
    "screenings": {"inventory": {"uscc": OWN}},
    "consents": {"receiver": "bank-1", "purpose": "a loan", "last_day": "2026-06-30"},
    "withdrawal": {"reason": "paid back"},
}
ADDRESSES = {name: name.removeprefix("GET ") for name in WHO_MAY if name.startswith("GET ")}


def ask(get: Any, post: Any, name: str, key: Any) -> Any:
    """The request of that name."""
    method, path = name.split(" ")
    return get(path, key) if method == "GET" else post(path, BODIES[path.rsplit("/", 1)[1]], key)


def test_every_address_that_asks_for_a_key_is_in_the_table(api: Any) -> None:
    asked = {
        f"{method.upper()} {reduce(lambda at, name: at.replace(name, PLACES[name]), PLACES, path)}"
        for path, methods in api.app.openapi()["paths"].items()
        for method, operation in methods.items()
        if operation.get("security")
    }
    assert asked == {name.partition("?")[0] for name in WHO_MAY if OTHER not in name}


@pytest.mark.parametrize("name", WHO_MAY)
@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_its_duty_covers_and_nothing_else(get: Any, post: Any, api: Any, role: Role, name: str) -> None:
    answer = ask(get, post, name, role)
    done = 201 if name.startswith("POST") else 200
    expected = done if role in WHO_MAY[name] else 403
    assert answer.status_code == expected, answer.text
    if name == "GET /metrics" and expected == 200:
        assert api.log.reads == [], "it names nobody and is asked every few seconds"
    else:
        (read,) = api.log.reads
        assert (read.account, read.role, read.status) == (f"{role}-1", role, expected)
    assert "never to be shown" not in answer.text


@pytest.mark.parametrize("address", ADDRESSES.values())
@pytest.mark.parametrize("key", [None, "", "wrong", "xinji_0000000000000000_" + "A" * 43, "late"])
def test_no_key_a_wrong_one_or_an_expired_one_opens_nothing(get: Any, api: Any, key: Any, address: str) -> None:
    answer = get(address, key)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert api.queries.looked_up == []
    assert api.log.reads == [], "strangers cannot fill the ledger"


def test_an_enterprise_learns_nothing_about_another_not_even_whether_it_exists(get: Any, api: Any) -> None:
    existing, unknown = (get(f"/v1/enterprises/{uscc}/grade", "enterprise") for uscc in (OTHER, NOBODY))
    assert existing.status_code == unknown.status_code == 403
    assert existing.content == unknown.content
    assert api.queries.looked_up == [], "nothing was looked up, so no difference in time either"


def test_the_record_says_who_looked_at_whom_why_and_when(get: Any, api: Any) -> None:
    get(f"/v1/enterprises/{OWN}/grade", "officer", x_purpose="%E6%A0%B8%E6%9F%A5%202026-17")
    (read,) = api.log.reads
    assert (read.what, read.about, read.purpose, read.at) == ("grade", OWN, "核查 2026-17", api.now)
    assert (read.account, read.key_id, read.status) == ("officer-1", "k-officer", 200)


def test_an_authority_must_say_why(get: Any, api: Any) -> None:
    answer = get(f"/v1/enterprises/{OWN}/grade", "regulator", x_purpose="  ")
    assert answer.status_code == 400
    assert "X-Purpose" in answer.json()["title"]
    assert api.queries.looked_up == []
    assert get(f"/v1/enterprises/{OWN}/grade", "enterprise", x_purpose="").status_code == 200


def test_a_purpose_is_cut_to_what_a_line_holds(get: Any, api: Any) -> None:
    get(f"/v1/enterprises/{OWN}/grade", "officer", x_purpose="x" * 5000)
    assert len(api.log.reads[0].purpose) == 200


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_cannot_be_put_on_record_is_not_shown(get: Any, api: Any, name: str) -> None:
    api.log.is_full = True
    answer = get(ADDRESSES[name], "auditor")
    assert answer.status_code == 503
    assert "grade" not in answer.json()
    assert "space" not in answer.text


def test_a_name_nobody_has_is_on_record_as_not_found(get: Any, api: Any) -> None:
    assert get(f"/v1/enterprises/{NOBODY}/grade", "regulator").status_code == 404
    assert get(f"/v1/enterprises/{NOBODY}/history", "regulator").status_code == 404
    assert get("/v1/grades?date=2026-01-01", "regulator").status_code == 404
    assert [read.status for read in api.log.reads] == [404, 404, 404]


@pytest.mark.parametrize(("account", "alerts", "tasks"), [("customs", 1, 2), ("tax", 0, 0), ("regulator", 1, 2)])
def test_a_department_sees_what_asks_something_of_it(get: Any, account: str, alerts: int, tasks: int) -> None:
    assert len(get("/v1/alerts?date=2026-03-31", account).json()["alerts"]) == alerts
    assert len(get(f"/v1/enterprises/{OWN}/alerts", account).json()["alerts"]) == alerts
    assert len(get("/v1/actions?date=2026-03-31", account).json()["actions"]) == tasks
    rows = get("/v1/risk-list?date=2026-03-31", account).json()["rows"]
    assert len(rows) == (2 if account == "regulator" else 1)
    offices = get("/v1/plan?date=2026-03-31", account).json()["offices"]
    assert set(offices) == ({"customs", "tax"} if account == "regulator" else {account})


def test_a_department_says_nothing_about_an_alert_of_another(post: Any, api: Any) -> None:
    assert post(f"/v1/alerts/{ALERT}/feedback", BODIES["feedback"], "tax").status_code == 403
    assert post(f"/v1/alerts/{ALERT}/feedback", BODIES["feedback"], "customs").status_code == 201


def test_an_act_that_could_not_be_done_is_on_record_as_refused(post: Any, api: Any) -> None:
    answer = post(f"/v1/enterprises/{OWN}/objections", {"target": "nothing", "reason": "x"}, "enterprise")
    assert (answer.status_code, [read.status for read in api.log.reads]) == (404, [404])
    assert "no record" in answer.json()["detail"]


def test_a_field_that_nobody_reads_is_refused(post: Any) -> None:
    answer = post(f"/v1/enterprises/{OWN}/objections", {**BODIES["objections"], "grade": "AAA"}, "enterprise")
    assert answer.status_code == 422


def test_who_asks_too_often_waits_and_nobody_else_does(get: Any, api: Any) -> None:
    api.__post_init__()
    for _ in range(200):
        assert get("/v1/models/in-force", "operator").status_code == 200
    refused = get("/v1/models/in-force", "operator")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert get("/v1/models/in-force", "auditor").status_code == 200
    api.now += timedelta(seconds=1)
    assert get("/v1/models/in-force", "operator").status_code == 200


def test_pages_follow_one_another_to_the_end(get: Any) -> None:
    first = get("/v1/batches?limit=1", "operator").json()
    second = get(f"/v1/batches?limit=1&after={first['next']}", "operator").json()
    assert [one["sequence"] for one in first["batches"] + second["batches"]] == [2, 1]
    assert second["next"] is None


def test_a_document_at_fault_is_refused_with_every_field_and_on_record(post: Any, api: Any) -> None:
    answer = post("/v1/screenings", {"inventory": {"uscc": "x"}}, "system")
    assert answer.status_code == 422
    assert [(one["table"], one["field"], one["code"]) for one in answer.json()["faults"]] == [
        ("inventory", "uscc", "required:uscc"), ("inventory", "x", "unknown:x"),
    ]  # fmt: skip
    assert all(one["zh"] and one["en"] for one in answer.json()["faults"])
    assert [(read.what, read.about, read.status) for read in api.log.reads] == [("screening", "document", 422)]


def test_papers_that_were_screened_before_are_answered_as_found(post: Any) -> None:
    assert post("/v1/screenings", {"inventory": {"uscc": OWN, "again": True}}, "system").status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"inventory": {}, "declaration": {}}, {"declaration": {}, "inventory_line": [{}]}]
)
def test_what_is_not_one_document_is_not_screened(post: Any, body: Any) -> None:
    assert post("/v1/screenings", body, "system").status_code == 422


def test_a_key_opens_what_it_was_issued_for_and_nothing_else_of_its_role(get: Any, api: Any) -> None:
    assert get(f"/v1/enterprises/{OWN}/grade", "scoped").status_code == 200
    assert get(f"/v1/enterprises/{OWN}/reasons", "scoped").status_code == 403
    assert [(read.key_id, read.status) for read in api.log.reads] == [("k-scoped", 200), ("k-scoped", 403)]


def test_what_a_certificate_is_checked_with_is_in_the_document_and_asks_for_no_key(get: Any, api: Any) -> None:
    documented = api.app.openapi()["paths"]
    assert {"/v1/certificates/keys", "/v1/certificates/status"} <= set(documented)
    assert get("/v1/certificates/keys").json()["keys"][0] == {"kty": "OKP", "kid": "k1", "crv": "Ed25519", "x": "AA"}
    assert get("/v1/certificates/status").headers["content-type"].startswith("application/statuslist+jwt")
    assert api.log.reads == []
