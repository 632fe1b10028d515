"""What is shown: an enterprise's own view, the authorities' full one, and nothing that is not written down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

OWN, OTHER = "91652702MADEM0011Q", "91652701MADEM0011A"
GRADE = f"/v1/enterprises/{OWN}/grade"


def test_an_enterprise_sees_its_grade_in_plain_words(get: Any) -> None:
    assert get(GRADE, "enterprise").json() == {
        "decision_id": "d" * 64,
        "uscc": OWN,
        "date": "2026-03-31",
        "status": "normal",
        "grade": "B",
        "previous_grade": "A",
        "score": 699,
        "dimensions": {"compliance": 40.0, "tax": 90.0, "settlement": None},
        "reasons": [{"code": "TAX_B", "zh": "纳税信用", "en": "Tax credit"}],
        "feeds_missing": ["court"],
    }


@pytest.mark.parametrize(
    "secret", ["R02", "刷单", "0.43", "0.2", "77.125", "alert-7", "INSPECT", "K10", "informant", "0.0123"]
)
def test_an_enterprise_sees_no_threshold_suspicion_evidence_or_suggested_check(get: Any, secret: str) -> None:
    assert secret not in get(GRADE, "enterprise").text


def test_an_authority_sees_the_whole_decision_but_not_its_raw_inputs(get: Any) -> None:
    shown = get(GRADE, "officer").json()
    assert shown["rules"] == [{"id": "R02", "fired": True, "value": 0.43, "threshold": 0.2}]
    assert shown["caps"] == [{"id": "K10", "max_grade": "AA", "fact": "0123456789abcdef"}]
    assert shown["reasons"][1] == {"code": "R02", "zh": "刷单嫌疑", "en": "Brushing suspected", "value": 0.43}
    assert shown["model"] == {"version": "3", "digest": "e" * 64}
    assert "never to be shown" not in json.dumps(shown)


def test_a_grade_can_be_asked_as_of_a_day(get: Any) -> None:
    assert get(f"{GRADE}?as_of=2026-03-31", "officer").status_code == 200
    assert get(f"{GRADE}?as_of=2026-03-30", "officer").status_code == 404


@pytest.mark.parametrize("role", ["enterprise", "officer", "bank", "nobody"])
@pytest.mark.parametrize("code", [OWN, OTHER, "91652702MADEM0012Q", "no-code"])
def test_the_short_way_to_a_grade_answers_as_the_framework_s_own(get: Any, role: str, code: str) -> None:
    short, usual = (get(f"/v1/enterprises/{code}/grade{rest}", role) for rest in ("", "?unknown=1"))
    assert (short.status_code, short.json()) == (usual.status_code, usual.json())
    assert short.headers == usual.headers


def test_the_document_names_the_header_of_the_purpose_wherever_a_key_is_asked_for(get: Any) -> None:
    paths = get("/openapi.json", "nobody").json()["paths"]
    behind = [operation for one in paths.values() for operation in one.values() if "security" in operation]
    assert len(behind) > 20
    for operation in behind:
        assert [one["in"] for one in operation["parameters"]].count("header") == 1


def test_a_history_is_oldest_first(get: Any) -> None:
    shown = get(f"/v1/enterprises/{OWN}/history", "enterprise").json()
    assert shown["uscc"] == OWN
    assert [(day["date"], day["grade"]) for day in shown["history"]] == [("2026-03-30", "A"), ("2026-03-31", "B")]


def test_a_day_s_grades_come_in_pages_that_meet(get: Any) -> None:
    first = get("/v1/grades?date=2026-03-31&limit=1", "regulator").json()
    second = get(f"/v1/grades?date=2026-03-31&limit=1&after={first['next']}", "regulator").json()
    whole = get("/v1/grades?date=2026-03-31", "regulator").json()
    assert [first["grades"][0]["uscc"], second["grades"][0]["uscc"]] == [OTHER, OWN]
    assert whole["grades"] == first["grades"] + second["grades"]
    assert whole["next"] is None
    assert get(f"/v1/grades?date=2026-03-31&limit=1&after={second['next']}", "regulator").json()["grades"] == []


def test_a_day_s_alerts_are_shown_as_the_design_names_them(get: Any) -> None:
    (alert,) = get("/v1/alerts?date=2026-03-31", "regulator").json()["alerts"]
    assert alert["window"] == {"from": "2026-03-02", "to": "2026-03-31"}
    assert set(alert) == {
        "alert_id", "rule", "uscc", "severity", "window", "value", "threshold", "n", "evidence", "opened_on", "state",
    }  # fmt: skip


def test_who_holds_the_current_bytes_is_told_so_and_the_read_is_still_on_record(get: Any, api: Any) -> None:
    tag = get(GRADE, "officer").headers["etag"]
    again = get(GRADE, "officer", if_none_match=f'"x", W/{tag}')
    assert (again.status_code, again.content) == (304, b"")
    assert len(api.log.reads) == 2
    assert get(GRADE, "enterprise", if_none_match=tag).status_code == 200, "another view has another tag"


def test_answers_stay_out_of_shared_caches(get: Any) -> None:
    assert get(GRADE, "officer").headers["cache-control"] == "private, no-cache"


def test_health_needs_no_key_and_readiness_follows_the_database(get: Any, api: Any) -> None:
    assert get("/health").json() == {"status": "ok"}
    assert get("/ready").json() == {"status": "ready"}
    api.queries.is_down = True
    assert get("/health").status_code == 200
    assert get("/ready").status_code == 503


def test_the_figures_are_those_of_the_house_in_the_form_that_prometheus_reads(get: Any) -> None:
    families = {one.name: one for one in text_string_to_metric_families(get("/metrics", "system").text)}
    figures = {
        (sample.name, *sample.labels.values()): sample.value for one in families.values() for sample in one.samples
    }
    assert figures == {
        ("xinji_latest_run_date_seconds",): 1774915200.0,
        ("xinji_enterprises", "B"): 2,
        ("xinji_enterprises", "-"): 1,
        ("xinji_outbox_messages", "pending"): 3,
        ("xinji_outbox_messages", "dead"): 1,
        ("xinji_dead_letters", "assigned"): 0,
        ("xinji_dead_letters", "nobody"): 1,
        ("xinji_outbox_oldest_seconds",): 1774915200.0,
        ("xinji_feed_late", "tax_filing"): 1,
        ("xinji_quarantined_rows",): 7,
    }
