"""A certificate holds as long as its grade, and anybody can tell without asking the zone."""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.errors import UsageError
from expectations.vocabulary.moment import ZONE
from reports.certificate import claims, status
from reports.certificate.claims import Certificate, certify
from reports.certificate.document import render_certificate
from reports.certificate.keys import CertificateKey, TrustedKeys
from reports.certificate.status import StatusList
from reports.certificate.terms import certificate_terms
from reports.certificate.verify import Verdict, check

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=ZONE)
TERMS = certificate_terms(NOW.date())
KEY, OTHER_KEY = CertificateKey.of("11" * 32), CertificateKey.of("22" * 32)
KEYS = TrustedKeys.of({"keys": [KEY.published()]})
ZONE_NAME = {"zh": "试验区", "en": "The zone"}
DECISION = {
    "uscc": "91652702MADEM0011Q", "name": "博乐某贸易有限公司", "grade": "AA", "status": "normal", "date": "2026-11-01",
    "decision_id": "d" * 64, "policy_digest": "p" * 64,
}  # fmt: skip
MADE = certify(DECISION, 9, ZONE_NAME, NOW, TERMS)
TOKEN = KEY.sign(claims.KIND, MADE.claims())


def list_of(*revoked: int, at: datetime = NOW, issued: int = 12) -> str:
    return KEY.sign(status.KIND, StatusList.of(issued, revoked, at, TERMS).claims())


def verdict(token: str = TOKEN, told: str | None = None, at: datetime = NOW, keys: TrustedKeys = KEYS) -> Verdict:
    return check(token, keys, list_of() if told is None else told, at).verdict


def test_a_fresh_certificate_holds_and_says_what_it_certifies() -> None:
    found = check(TOKEN, KEYS, list_of(), NOW)
    assert (found.verdict, found.certificate) == (Verdict.VALID, MADE)
    assert MADE.serial == "2026-000010"


def test_it_is_over_on_the_second_its_time_is_up() -> None:
    until = MADE.expires_at
    assert verdict(told=list_of(at=until - timedelta(hours=1)), at=until - timedelta(seconds=1)) is Verdict.VALID
    assert verdict(told=list_of(at=until - timedelta(hours=1)), at=until) is Verdict.EXPIRED


def test_a_revoked_one_is_revoked_even_when_the_list_is_old_or_its_time_is_up() -> None:
    assert verdict(told=list_of(9)) is Verdict.REVOKED
    assert verdict(told=list_of(9), at=NOW + timedelta(days=40)) is Verdict.REVOKED
    assert verdict(told=list_of(8, 10)) is Verdict.VALID


@pytest.mark.parametrize(
    "told",
    [
        "",
        "no list",
        list_of(at=NOW - timedelta(hours=24)),
        list_of(issued=9),
        OTHER_KEY.sign(status.KIND, StatusList.of(12, (), NOW, TERMS).claims()),
        KEY.sign(claims.KIND, StatusList.of(12, (), NOW, TERMS).claims()),
    ],
    ids=["none", "no list", "a day old", "made before", "signed by another", "signed as something else"],
)
def test_without_a_list_to_go_by_it_is_never_called_valid(told: str) -> None:
    assert verdict(told=told) is Verdict.UNTOLD


def altered(token: str, **changes: Any) -> str:
    head, body, signature = token.split(".")
    said = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4))) | changes
    return f"{head}.{urlsafe_b64encode(json.dumps(said).encode()).rstrip(b'=').decode()}.{signature}"


@pytest.mark.parametrize(
    "token",
    [
        altered(TOKEN, grade="AAA"),
        altered(TOKEN, exp=MADE.claims()["exp"] + 1),
        OTHER_KEY.sign(claims.KIND, MADE.claims()),
        KEY.sign(status.KIND, MADE.claims()),
        KEY.sign(claims.KIND, {"grade": "AAA"}),
        "eyJhbGciOiJub25lIn0." + TOKEN.split(".")[1] + ".",
        "",
        "x" * 3000,
    ],
    ids=["better grade", "longer", "another key", "another kind", "half of it", "no algorithm", "nothing", "noise"],
)
def test_what_was_altered_or_signed_by_somebody_else_is_forged(token: str) -> None:
    assert check(token, KEYS, list_of(), NOW).verdict is Verdict.FORGED
    assert check(token, KEYS, list_of(), NOW).certificate is None


def test_a_retired_key_still_opens_what_it_signed_while_it_is_trusted() -> None:
    old = OTHER_KEY.sign(claims.KIND, MADE.claims())
    both = TrustedKeys.of({"keys": [KEY.published(), OTHER_KEY.published()]})
    assert verdict(old, keys=both) is Verdict.VALID


def test_the_published_key_has_no_private_half() -> None:
    assert set(KEY.published()) == {"kty", "crv", "x", "kid", "alg", "use"}


@pytest.mark.parametrize("text", ["", "11" * 31, "zz" * 32])
def test_a_broken_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        CertificateKey.of(text)
    assert text == "" or text not in str(refused.value)


@pytest.mark.parametrize("published", [{}, {"keys": [{"kty": "OKP"}]}, {"keys": 3}])
def test_a_broken_key_set_is_refused_with_where_to_get_one(published: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="no keys"):
        TrustedKeys.of(published)


@pytest.mark.parametrize("status_word", ["stale", "insufficient_data", "inactive"])
def test_a_grade_that_cannot_be_relied_on_is_not_certified(status_word: str) -> None:
    with pytest.raises(UsageError, match=status_word):
        certify({**DECISION, "status": status_word}, 0, ZONE_NAME, NOW, TERMS)


@given(
    st.integers(0, 300).flatmap(lambda issued: st.tuples(st.just(issued), st.sets(st.integers(0, max(issued - 1, 0)))))
)
def test_a_status_list_comes_back_as_it_was(told: tuple[int, set[int]]) -> None:
    issued, revoked = told[0], told[1] if told[0] else set()
    made = StatusList.of(issued, revoked, NOW, TERMS)
    assert StatusList.of_claims(made.claims()) == made


def test_a_list_that_unpacks_without_end_is_cut_off_and_no_list() -> None:
    bomb = urlsafe_b64encode(zlib.compress(bytes(1 << 26), 9)).decode()
    told = {**StatusList.of(12, (), NOW, TERMS).claims(), "status_list": {"bits": 1, "lst": bomb}}
    assert StatusList.of_claims(told).revoked == frozenset()


def test_the_page_is_the_same_bytes_for_the_same_certificate_and_others_for_another() -> None:
    page = render_certificate(MADE, TOKEN)
    assert page == render_certificate(MADE, TOKEN)
    other: Certificate = replace(MADE, name="另一家公司")
    assert page != render_certificate(other, TOKEN)
    assert page.startswith(b"%PDF-")
