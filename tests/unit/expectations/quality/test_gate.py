from __future__ import annotations

import shutil
import socket
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from expectations.contracts.schema import Cadence, Contract, FieldContract, Gate, Words
from expectations.quality.data_docs import DataDocs
from expectations.quality.gate import judge
from expectations.quality.session import error_in
from expectations.quality.suite import BatchFacts, expectation_for, tiers
from expectations.quality.verdict import GateError, Verdict
from expectations.vocabulary.moment import ZONE

RECEIVED_AT = datetime(2026, 3, 10, 8, tzinfo=ZONE)
ROWS = """
    select 'S' || (n % 2) as seller, cast(if(n < 20, n // 4, n) as varchar) as number,
        case when n % 4 = 0 then null else 'T' || n end as token,
        case when n % 11 <> 0 then cast(n * 1.25 as decimal(18,2)) end as amount,
        case n % 3 when 0 then 'a :b' when 1 then 'it''s' end as kind,
        date '2026-03-01' + cast(n % 5 as integer) as event_day,
        timestamptz '2026-03-10 08:00:00+08' + to_hours(cast(n % 2 as integer)) as received_at
    from range({rows}) t(n)
"""


def contract(*gates: Gate) -> Contract:
    texts = [FieldContract(name=name, type="string") for name in ("token", "kind")]
    keys = [FieldContract(name=name, type="string", key=True, required=True) for name in ("seller", "number")]
    return Contract(
        table="sale",
        title=Words(en="sale", zh="销售"),
        sent_by=("platform",),
        event_time="sold_at",
        cadence=Cadence(days=1, late_after_days=2, because="daily"),
        fields=(
            *keys,
            *texts,
            FieldContract(name="amount", type="decimal(18,2)"),
            FieldContract(name="sold_at", type="timestamp"),
        ),
        gates=gates,
    )


def gate(measure: Any, **bounds: Any) -> Gate:
    return Gate(measure=measure, because="the reason why", **bounds)


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    return written(tmp_path, 100)


def written(directory: Path, rows: int) -> Path:
    path = directory / f"batch{rows}.parquet"
    duckdb.execute(f"copy ({ROWS.format(rows=rows)}) to '{path}' (format parquet)")
    return path


def judged(batch: Path, *gates: Gate, received: int = 110, quarantined: int = 10) -> Verdict:
    return judge(contract(*gates), batch, received, quarantined, RECEIVED_AT)


SQL_OF_MEASURE = {
    "row_count": "count(*)",
    "filled": "count(token) / count(*)",
    "unique": "count(*) filter (where repeats = 1) / count(*)",
    "fresh_days": "date '2026-03-10' - max(event_day)",
    "median": "median(cast(amount as double))",
    "share": "count(*) filter (where kind = 'a :b') / count(*)",
}
GATE_OF_MEASURE: dict[str, dict[str, Any]] = {
    "row_count": {"withhold_below": 1e6},
    "filled": {"field": "token", "withhold_below": 0.99},
    "unique": {"withhold_below": 1.0},
    "fresh_days": {"withhold_above": 0},
    "median": {"field": "amount", "withhold_below": 1e6},
    "share": {"field": "kind", "value": "a :b", "withhold_above": 0.01},
}


@pytest.mark.parametrize("measure", SQL_OF_MEASURE)
@pytest.mark.parametrize("rows", [100, 37])
def test_what_is_measured_equals_what_sql_counts(tmp_path: Path, measure: str, rows: int) -> None:
    path = written(tmp_path, rows)
    verdict = judged(path, gate(measure, **GATE_OF_MEASURE[measure]))
    counted = duckdb.execute(
        f"select {SQL_OF_MEASURE[measure]} "
        f"from (select *, count(*) over (partition by seller, number, received_at) as repeats from '{path}')"
    ).fetchone()
    assert counted is not None
    assert verdict.findings[0].observed == pytest.approx(float(counted[0]))


def test_the_share_of_quarantined_rows_counts_against_what_was_received(batch: Path) -> None:
    verdict = judged(batch, gate("quarantined", warn_above=0.02, withhold_above=0.5), received=200, quarantined=10)
    assert (verdict.verdict, verdict.findings[0].observed) == ("warn", 0.05)
    assert judged(batch, gate("quarantined", warn_above=0.05), received=200, quarantined=10).verdict == "pass"


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"withhold_below": 100}, "pass"),
        ({"withhold_below": 101}, "withhold"),
        ({"withhold_above": 100}, "pass"),
        ({"withhold_above": 99}, "withhold"),
        ({"warn_below": 101, "withhold_below": 50}, "warn"),
        ({"warn_above": 99, "withhold_above": 200}, "warn"),
        ({"warn_below": 150, "withhold_below": 120}, "withhold"),
    ],
)
def test_bounds_are_inclusive_and_the_worst_one_decides(batch: Path, bounds: dict[str, float], expected: str) -> None:
    verdict = judged(batch, gate("row_count", **bounds))
    assert verdict.verdict == expected
    assert len(verdict.findings) == (expected != "pass")


def test_freshness_counts_whole_days_from_the_day_of_receipt(batch: Path) -> None:
    # The newest row is of 5 March, the batch came on 10 March.
    assert judged(batch, gate("fresh_days", warn_above=5)).verdict == "pass"
    assert judged(batch, gate("fresh_days", warn_above=4.9)).verdict == "warn"
    assert judged(batch, gate("fresh_days", warn_below=5)).verdict == "pass"
    assert judged(batch, gate("fresh_days", warn_below=5.1)).verdict == "warn"


def test_a_finding_says_what_was_seen_what_was_expected_and_why(batch: Path) -> None:
    (finding,) = judged(batch, gate("filled", field="token", withhold_below=0.8)).findings
    assert finding.says_en == (
        "The share of rows that fill in 'token' is 75 %; expected at least 80 %. The file is withheld from use."
    )
    assert finding.says_zh == "字段“token”的填写率为 75 %，至少应为 80 %。本文件暂缓使用。"
    assert (finding.bound, finding.because) == (0.8, "the reason why")


def test_of_two_bounds_the_finding_names_the_broken_one(batch: Path) -> None:
    (finding,) = judged(batch, gate("row_count", warn_below=10, warn_above=50)).findings
    assert (finding.bound, finding.says_en) == (
        50,
        "The number of rows is 100; expected at most 50. The file is used; please check it.",
    )


def test_the_day_of_receipt_is_the_zones_own(batch: Path) -> None:
    table = contract(gate("fresh_days", warn_above=4))
    evening_elsewhere = datetime(2026, 3, 9, 20, tzinfo=UTC)  # four in the morning of 10 March in the zone
    assert judge(table, batch, 100, 0, evening_elsewhere).findings[0].observed == 5
    assert judge(table, batch, 100, 0, datetime(2026, 3, 9, 15, tzinfo=UTC)).verdict == "pass"


def test_findings_keep_the_order_of_the_contract(batch: Path) -> None:
    verdict = judged(
        batch,
        gate("share", field="kind", value="it's", warn_above=0.1),
        gate("filled", field="token", warn_below=0.8),
        gate("row_count", withhold_below=1000),
    )
    assert [finding.measure for finding in verdict.findings] == ["share", "filled", "row_count"]
    assert verdict.verdict == "withhold"


def test_without_accepted_rows_only_the_counts_are_judged(tmp_path: Path) -> None:
    empty = written(tmp_path, 0)
    gates = (gate("filled", field="token", withhold_below=1), gate("unique", withhold_below=1))
    assert judged(empty, *gates, received=0, quarantined=0) == Verdict("pass")
    broken = judged(empty, *gates, gate("quarantined", withhold_above=0.5), received=9, quarantined=9)
    assert [finding.measure for finding in broken.findings] == ["quarantined"]
    assert judged(empty, gate("row_count", withhold_below=1)).verdict == "withhold"


def test_a_field_that_is_empty_everywhere_warns_and_does_not_withhold(tmp_path: Path) -> None:
    path = written(tmp_path, 1)  # its only row has no amount
    (finding,) = judged(path, gate("median", field="amount", withhold_below=1)).findings
    assert (finding.severity, finding.observed) == ("warn", None)


def test_a_measure_that_cannot_be_taken_is_an_error_and_not_a_verdict(batch: Path) -> None:
    with pytest.raises(GateError, match="median"):
        judged(batch, gate("median", field="token", warn_below=1))


def test_an_upper_bound_on_uniqueness_is_refused(batch: Path) -> None:
    with pytest.raises(GateError, match="lower bounds only"):
        judged(batch, gate("unique", warn_above=0.5))


def test_an_error_is_found_in_both_shapes_the_library_gives_it() -> None:
    flat = {"raised_exception": True, "exception_message": "first\nsecond"}
    assert error_in(flat) == "first"
    assert error_in({"metric": {"raised_exception": False}, "other": flat}) == "first"
    assert error_in({"raised_exception": False, "exception_message": None}) is None


def test_every_expectation_carries_its_reason_and_severity() -> None:
    table = contract(gate("row_count", warn_below=5, withhold_below=1))
    built = [expectation_for(tier, table, BatchFacts(1, 0, date(2026, 3, 10))) for tier in tiers(table, 1)]
    assert [str(one.severity.value) for one in built] == ["critical", "warning"]
    assert all("the reason why" in one.description for one in built)


def test_the_dialect_list_that_lets_duckdb_work_is_still_there(batch: Path) -> None:
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine

    judged(batch, gate("row_count", withhold_below=1))
    assert "duckdb" in engine._PERSISTED_CONNECTION_DIALECTS


def test_without_the_dialect_the_library_errs_and_we_say_so(batch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine

    from expectations.quality import session

    monkeypatch.setattr(engine, "_PERSISTED_CONNECTION_DIALECTS", ())
    monkeypatch.setattr(session, "_accept_duckdb", lambda: None)
    session._source.cache_clear()
    with pytest.raises(GateError):
        judged(batch, gate("row_count", withhold_below=1))
    session._source.cache_clear()


def test_two_batches_of_one_table_do_not_mix(tmp_path: Path) -> None:
    gates = gate("row_count", withhold_below=50)
    assert judged(written(tmp_path, 100), gates).verdict == "pass"
    assert judged(written(tmp_path, 10), gates).verdict == "withhold"


def test_the_same_batch_judged_again_leaves_the_same_result(batch: Path, tmp_path: Path) -> None:
    table = contract(gate("row_count", withhold_below=1000), gate("filled", field="token", warn_below=1))
    kept = []
    for path in (batch, Path(shutil.copy(batch, batch.with_name("elsewhere.parquet")))):
        docs = DataDocs(tmp_path / "docs")
        judge(table, path, 100, 0, RECEIVED_AT, docs)
        docs.build()
        kept.append({one.name: one.read_bytes() for one in (docs.directory / "results").rglob("*.json")})
    assert kept[0] == kept[1] and len(kept[0]) == 1


def test_two_files_received_at_one_moment_have_a_page_each(tmp_path: Path) -> None:
    docs = DataDocs(tmp_path / "docs")
    for rows in (10, 20):
        accepted = written(tmp_path, rows).replace(tmp_path / "it's :one.parquet")
        judge(contract(gate("row_count", warn_below=1)), accepted, 100, 0, RECEIVED_AT, docs)
    assert docs.build().read_text(encoding="utf-8").count("<a href=") == 2


def test_judging_makes_no_site_of_its_own(batch: Path, caplog: pytest.LogCaptureFixture) -> None:
    from expectations.quality import session

    session._source.cache_clear()
    with caplog.at_level("INFO"):
        judged(batch, gate("row_count", warn_below=1))
    assert "temporary directory" not in caplog.text


def test_data_docs_show_every_batch_with_reasons_and_load_nothing_from_elsewhere(batch: Path, tmp_path: Path) -> None:
    docs = DataDocs(tmp_path / "docs")
    judge(contract(gate("row_count", withhold_below=1000)), batch, 100, 0, RECEIVED_AT, docs)
    judge(contract(gate("row_count", warn_below=1)), batch, 100, 0, RECEIVED_AT + timedelta(days=1), docs)
    index = docs.build().read_text(encoding="utf-8")
    pages = list((docs.directory / "site" / "validations").rglob("*.html"))
    assert index.index("2026-03-11 08:00") < index.index("2026-03-10 08:00")
    assert "withhold 暂缓使用" in index and "pass 通过" in index
    assert len(pages) == 2
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "the reason why" in text
        assert "default-src 'self'" in text.split("https://")[0]


def test_the_index_keeps_batches_of_earlier_ingests(batch: Path, tmp_path: Path) -> None:
    table = contract(gate("row_count", warn_below=1))
    for day in (1, 2):
        docs = DataDocs(tmp_path / "docs")
        judge(table, batch, 100, 0, RECEIVED_AT + timedelta(days=day), docs)
        index = docs.build().read_text(encoding="utf-8")
    assert index.count("<a href=") == 2


def test_nothing_leaves_the_machine(batch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: Any) -> None:
        raise AssertionError("a connection was opened")

    from expectations.quality import session

    session._source.cache_clear()
    monkeypatch.delenv("GX_ANALYTICS_ENABLED", raising=False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    docs = DataDocs(tmp_path / "docs")
    assert judge(contract(gate("row_count", warn_below=1)), batch, 100, 0, RECEIVED_AT, docs).verdict == "pass"
    assert docs.build().exists()
