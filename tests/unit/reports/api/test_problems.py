"""Every error has one form, in both languages, and tells nothing of the inside."""

from __future__ import annotations

from typing import Any

import pytest

OWN = "91652702MADEM0011Q"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/enterprises/123/grade", 422),
        ("/v1/enterprises/" + "I" * 18 + "/grade", 422),
        (f"/v1/enterprises/{OWN}/grade?as_of=yesterday", 422),
        ("/v1/grades", 422),
        ("/v1/grades?date=2026-02-30", 422),
        ("/v1/grades?date=2026-03-31&limit=0", 422),
        ("/v1/grades?date=2026-03-31&limit=100000", 422),
        ("/v1/nothing", 404),
        ("/docs", 404),
    ],
)
def test_what_cannot_be_read_is_a_problem_in_both_languages(get: Any, path: str, status: int) -> None:
    answer = get(path, "regulator")
    body = answer.json()
    assert answer.status_code == body["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"].startswith("urn:xinji:problem:")
    assert body["title"]
    assert body["title_zh"]


def test_a_fault_inside_is_answered_without_its_words(get: Any, api: Any) -> None:
    api.queries.is_down = True
    answer = get(f"/v1/enterprises/{OWN}/grade", "regulator")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


def test_a_fault_names_the_field_and_does_not_echo_the_value(get: Any) -> None:
    body = get("/v1/grades?date=<script>", "regulator").json()
    assert "date" in body["detail"]
    assert "script" not in body["detail"]


def test_strangers_are_not_told_what_is_wrong_with_their_question(get: Any) -> None:
    assert get("/v1/enterprises/123/grade", "wrong").status_code == 401


def test_the_openapi_document_names_every_problem_and_the_key(get: Any) -> None:
    document = get("/openapi.json").json()
    operations = [(path, one) for path, methods in document["paths"].items() for one in methods.values()]
    for path, operation in operations:
        for code, response in operation["responses"].items():
            if not code.startswith("2"):
                assert list(response["content"]) == ["application/problem+json"], (path, code)
        if path.startswith("/v1/") and not path.startswith("/v1/certificates/"):
            assert operation["security"] == [{"HTTPBearer": []}]
            assert {"401", "403", "404", "429", "503"} <= set(operation["responses"])
    assert "ProblemBody" in document["components"]["schemas"]
    assert "OwnGrade" in document["components"]["schemas"]
