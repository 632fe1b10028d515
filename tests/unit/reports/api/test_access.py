"""Every role on every address, every enterprise on every other's: who may not is refused, and both are on record."""

from __future__ import annotations

from typing import Any

import pytest

from expectations.vocabulary.role import Role

OWN, OTHER, NOBODY = "91652702MADEM0011Q", "91652701MADEM0011A", "91659007MADEM0011K"
ADDRESSES = {
    "own grade": f"/v1/enterprises/{OWN}/grade",
    "other grade": f"/v1/enterprises/{OTHER}/grade",
    "own history": f"/v1/enterprises/{OWN}/history",
    "other history": f"/v1/enterprises/{OTHER}/history",
    "grades": "/v1/grades?date=2026-03-31",
    "alerts": "/v1/alerts?date=2026-03-31",
}
EVERYTHING = set(ADDRESSES)
MAY = {
    Role.REGULATOR: EVERYTHING,
    Role.OFFICER: EVERYTHING,
    Role.AUDITOR: EVERYTHING,
    Role.ENTERPRISE: {"own grade", "own history"},
    Role.DATA_SCIENTIST: set(),
    Role.OPERATOR: set(),
    Role.BANK: set(),
    Role.SYSTEM: set(),
}


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("role", list(Role))
def test_a_role_sees_what_its_duty_covers_and_nothing_else(get: Any, api: Any, role: Role, name: str) -> None:
    answer = get(ADDRESSES[name], role)
    expected = 200 if name in MAY[role] else 403
    assert answer.status_code == expected, answer.text
    (read,) = api.log.reads
    assert (read.account, read.role, read.status) == (f"{role}-1", role, expected)


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
    get(ADDRESSES["own grade"], "officer", x_purpose="%E6%A0%B8%E6%9F%A5%202026-17")
    (read,) = api.log.reads
    assert (read.what, read.about, read.purpose, read.at) == ("grade", OWN, "核查 2026-17", api.now)
    assert (read.account, read.key_id, read.status) == ("officer-1", "k-officer", 200)


def test_an_authority_must_say_why(get: Any, api: Any) -> None:
    answer = get(ADDRESSES["own grade"], "regulator", x_purpose="  ")
    assert answer.status_code == 400
    assert "X-Purpose" in answer.json()["title"]
    assert api.queries.looked_up == []
    assert get(ADDRESSES["own grade"], "enterprise", x_purpose="").status_code == 200


def test_a_purpose_is_cut_to_what_a_line_holds(get: Any, api: Any) -> None:
    get(ADDRESSES["own grade"], "officer", x_purpose="x" * 5000)
    assert len(api.log.reads[0].purpose) == 200


@pytest.mark.parametrize("name", ADDRESSES)
def test_what_cannot_be_put_on_record_is_not_shown(get: Any, api: Any, name: str) -> None:
    api.log.is_full = True
    answer = get(ADDRESSES[name], "regulator")
    assert answer.status_code == 503
    assert "grade" not in answer.json()
    assert "space" not in answer.text


def test_a_name_nobody_has_is_on_record_as_not_found(get: Any, api: Any) -> None:
    assert get(f"/v1/enterprises/{NOBODY}/grade", "regulator").status_code == 404
    assert get(f"/v1/enterprises/{NOBODY}/history", "regulator").status_code == 404
    assert get("/v1/grades?date=2026-01-01", "regulator").status_code == 404
    assert [read.status for read in api.log.reads] == [404, 404, 404]
