"""Every step on both engines, number by number, Spark being a real master with two workers.

One world, dense enough that nearly every table has rows: records by chance, and the rows of every pattern's case.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from shutil import which
from typing import Any, NamedTuple, Self

import pandas as pd
import pyarrow.parquet as pq
import pytest

from expectations.contracts.catalog import all_contracts
from expectations.vocabulary.moment import knowledge_cutoff
from features.asof import AsOf, Versions, define_known, define_known_tables
from features.catalogue import load_catalogue
from features.days import CHAIN, CONTEXT, EVER, ROLLUPS, WINDOWED, build_history
from features.engine import DuckdbEngine, Engine, StepError
from features.facts import adverse_events, official_facts
from features.facts.outcomes import inspections
from features.reconciliation import source_reconciliation
from features.table import AS_OF_DAY, OVER_WINDOWS, FeatureTable, feature_table
from features.typologies import find_hits, rising_peer_shares
from models.policy.book import PolicyBook
from models.policy.parameters import typology_parameters
from pipelines.benchmarks.parcels import FEEDS as FEEDS_OF_PARCELS
from pipelines.benchmarks.parcels import Volume, place_day, place_register, settle_home
from tests.policy.pattern_cases import BUSINESS_DATE, pattern_cases
from tests.worlds.builder import World, versions_table
from tests.worlds.chance import Chance
from tests.worlds.spark_cluster import SETTINGS, WORKERS, spark_cluster

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark"), pytest.mark.timeout(900)]

FEEDS = frozenset(all_contracts())
NEVER_TOLD = frozenset({"known_enterprise_alias", "known_regulator_rating", "known_alert_feedback"})
"""Tables of which this world has no rows: no step reads them."""

OF_ONE_CASE = ("uscc", "_no", "_token", "_id", "vin")
"""How the fields end by which a record is found. Each case has its own, so that none corrects another's rows."""

POLICY = typology_parameters(PolicyBook.load().in_force(BUSINESS_DATE))
CASES = [filed.case for filed in pattern_cases() if filed.case.hits and filed.case.day == BUSINESS_DATE]


class Cluster(NamedTuple):
    """A session on a running cluster, and the folder where its processes work."""

    session: Any
    folder: Path


class Both(NamedTuple):
    """The same world on both engines."""

    duckdb: DuckdbEngine
    spark: Engine


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed: make spark")
    if which("java") is None:
        pytest.skip("Java is not installed")
    from features.spark import spark_session

    folder = tmp_path_factory.mktemp("cluster")
    with spark_cluster(Path(pyspark.__file__).parent / "bin" / "spark-class", folder) as address:
        session = spark_session(address, SETTINGS)
        yield Cluster(session, folder)
        session.stop()


class Stories(World):
    """A world in which many cases stand side by side."""

    story = ""

    def add(self, table: str, *, received_at: datetime | None = None, **fields: Any) -> Self:
        """Store one version of a record of the story that is being told."""
        apart = {
            name: f"{value}{self.story}" if isinstance(value, str) and name.endswith(OF_ONE_CASE) else value
            for name, value in fields.items()
        }
        return super().add(table, received_at=received_at, **apart)


@pytest.fixture(scope="module")
def world() -> World:
    told = Stories()
    Chance(1, BUSINESS_DATE, told).tell(20)
    for number, case in enumerate(CASES):
        told.story = f"~{number}"
        for one in case.given:
            one.tell(told)
    return told


@pytest.fixture(scope="module")
def known(cluster: Cluster, world: World) -> Both:
    """Both engines with what is known, read on Spark from Parquet files as the lake has them."""
    from features.spark import SparkEngine

    spark = SparkEngine(cluster.session, cluster.folder / "scratch")
    for table, rows in world.rows.items():
        if rows:
            path = cluster.folder / f"{table}.parquet"
            pq.write_table(versions_table(world.contracts[table], rows), path)
            spark.create_view_of_files(f"versions_{table}", [path])
    both = Both(world.engine(), spark)
    for engine in both:
        as_of = AsOf(BUSINESS_DATE, knowledge_cutoff(BUSINESS_DATE), FEEDS)
        define_known(engine, Versions(world.contracts, world.versions_sql), as_of)
    return both


@pytest.fixture(scope="module")
def history(known: Both) -> Both:
    """Both engines with chain, rollups and window sums."""
    for engine in known:
        build_history(engine, BUSINESS_DATE)
    return known


@pytest.fixture(scope="module")
def features(history: Both) -> tuple[FeatureTable, FeatureTable]:
    catalogue, known_at = load_catalogue(), knowledge_cutoff(BUSINESS_DATE)
    duckdb, spark = (feature_table(engine, catalogue, BUSINESS_DATE, known_at, FEEDS) for engine in history)
    return duckdb, spark


def compared(both: Both, name: str) -> None:
    """Every row and every cell of a table, and that it has rows."""
    assert both.duckdb.columns(name) == both.spark.columns(name)
    wanted, found = (sorted(engine.rows(f"select * from {name}"), key=_place) for engine in both)
    assert wanted or name in NEVER_TOLD, f"{name} has no row in this world, and nothing is compared"
    assert len(wanted) == len(found)
    for row, other in zip(wanted, found, strict=True):
        assert all(map(is_same, row, other)), f"{name}:\n{row}\n{other}"


def is_same(wanted: object, found: object) -> bool:
    """Whole numbers, words, days and moments to the last bit; doubles within 1e-12 of each other."""
    if isinstance(wanted, float) and isinstance(found, float):
        return math.isclose(wanted, found, rel_tol=1e-12) or (math.isnan(wanted) and math.isnan(found))
    # A double that is a whole number on the other engine is no agreement.
    return wanted == found and isinstance(wanted, float) == isinstance(found, float)


def _place(row: tuple[object, ...]) -> tuple[tuple[bool, str], ...]:
    """Doubles are rounded and come last: the engines may differ in their last bits, and order must not hang on it."""
    exact = [(cell is None, f"{cell}") for cell in row if not isinstance(cell, float)]
    return (*exact, *((False, f"{cell:.6g}") for cell in row if isinstance(cell, float)))


@pytest.mark.parametrize("table", sorted(FEEDS))
def test_what_is_known_is_the_same(known: Both, table: str) -> None:
    compared(known, f"known_{table}")


def test_each_worker_runs_an_executor(known: Both, cluster: Cluster) -> None:
    assert known.spark.rows("select count(*) as rows from seen")[0] > (0,)
    assert len(list(cluster.folder.glob("worker-*/app-*/*"))) == WORKERS
    assert all(list(folder.glob("app-*/*")) for folder in cluster.folder.glob("worker-*"))


@pytest.mark.parametrize("table", ["feed", "as_of", "arrival"])
def test_what_is_said_of_feeds_is_the_same(known: Both, table: str) -> None:
    compared(known, table)


@pytest.mark.parametrize("step", [*EVER, *CONTEXT, *CHAIN])
def test_a_step_of_the_chain_is_the_same(history: Both, step: str) -> None:
    compared(history, step)


@pytest.mark.parametrize("rollup", [*ROLLUPS, *(f"window_{name}" for name in WINDOWED)])
def test_a_rollup_is_the_same(history: Both, rollup: str) -> None:
    compared(history, rollup)


@pytest.mark.parametrize("step", ["population", "related_party", "lateness", *OVER_WINDOWS, *AS_OF_DAY])
def test_a_window_step_is_the_same(history: Both, features: tuple[FeatureTable, FeatureTable], step: str) -> None:
    compared(history, step if step in ("population", "related_party", "lateness") else f"feature_{step}")


def test_the_feature_table_is_the_same(features: tuple[FeatureTable, FeatureTable]) -> None:
    wanted, found = features
    assert list(found.frame.columns) == list(wanted.frame.columns)
    assert list(found.frame.index) == list(wanted.frame.index)
    for name in wanted.frame.columns:
        pairs = zip(wanted.frame[name].tolist(), found.frame[name].tolist(), strict=True)
        assert all(is_same(one, other) for one, other in pairs), name
    assert wanted.frame.notna().any().sum() > 100
    assert found.profile.equals(wanted.profile)


def test_what_sources_tell_of_each_other_is_the_same(history: Both) -> None:
    wanted, found = (source_reconciliation(engine, BUSINESS_DATE) for engine in history)
    assert len(wanted) > 0
    assert wanted.astype(object).where(wanted.notna(), None).to_numpy().tolist() == (
        found.astype(object).where(found.notna(), None).to_numpy().tolist()
    )


@pytest.mark.parametrize("told", [adverse_events, inspections], ids=lambda told: told.__name__)
def test_an_outcome_is_the_same(known: Both, told: Callable[[Engine], pd.DataFrame]) -> None:
    wanted, found = (told(engine) for engine in known)
    assert len(wanted) > 0
    pd.testing.assert_frame_equal(wanted, found, rtol=1e-12, atol=0, check_dtype=False)


def test_official_facts_are_the_same(known: Both) -> None:
    wanted, found = (official_facts(engine) for engine in known)
    assert wanted
    assert found == wanted


@pytest.mark.parametrize("rule", sorted(set(POLICY) - {"R21"}))
def test_a_pattern_is_the_same(history: Both, rule: str) -> None:
    numbers = {**POLICY[rule]}
    for case in CASES:
        numbers |= case.numbers if case.rule == rule else {}
    wanted, found = (find_hits(engine, {rule: numbers}, BUSINESS_DATE) for engine in history)
    assert wanted, f"{rule} finds nothing in this world, and nothing is compared"
    assert found == wanted


def test_the_season_is_the_same(history: Both) -> None:
    numbers = {**POLICY["R21"], "peers_min": 1}
    wanted, found = (rising_peer_shares(engine, numbers, BUSINESS_DATE) for engine in history)
    assert wanted
    assert found == wanted


@pytest.mark.parametrize(
    "expression",
    [
        "5 / 2",
        "cast(5.55 as decimal(18, 2)) / cast(3 as decimal(18, 2))",
        "1 / 0",
        "0 / 0",
        "cast(2.5 as bigint)",
        "cast(cast(9007199254740993 as bigint) as bigint)",
        "cast(round(2.5e0) as bigint)",
        "$tenth * 3",
        "$days - 5",
        "date_diff('day', timestamptz '2026-03-30 23:59:00+08:00', timestamptz '2026-03-31 00:01:00+08:00')",
        "date_diff('second', timestamptz '2026-03-30 23:59:00.9+08:00', timestamptz '2026-03-30 23:59:02.1+08:00')",
        "epoch(timestamptz '2026-03-30 23:59:00.25+08:00')",
        "cast(epoch(timestamptz '2026-03-30 23:59:00.75+08:00') as bigint)",
        "cast(timestamptz '2026-03-30 16:30:00+00:00' as date)",
        "cast(date '2026-01-31' + to_months(1) as date)",
        "cast(date '2024-02-29' + to_months(12) as date)",
        "strftime(date '2026-03-09', '%Y-%m')",
        "greatest(1, null, 3)",
        "least(null, 2)",
        "'a' || null",
        "'a' || 1",
        "max_by(word, place)",
        "max(place) filter (where word = 'b')",
        "count(distinct word) filter (where place > 1)",
        "median(place)",
        "sum(cast(place * 100 as bigint))",
    ],
)
def test_an_expression_means_the_same(cluster: Cluster, expression: str) -> None:
    from features.spark import SparkEngine

    select = f"""
        select {expression} as told
        from (select 'a' as word, 1 as place union all select 'b', 2 union all select null, 3) as given"""
    spark, duckdb = SparkEngine(cluster.session, cluster.folder / "expressions"), World().engine()
    wanted, found = (engine.rows(select, {"tenth": 0.1, "days": BUSINESS_DATE}) for engine in (duckdb, spark))
    assert is_same(wanted[0][0], found[0][0]), (wanted, found)


def test_what_is_known_of_a_lake_is_the_same_though_spark_reads_its_files_itself(
    cluster: Cluster, tmp_path: Path
) -> None:
    from features.spark import SparkEngine, versions_of_files

    wiring, before = settle_home(tmp_path / "home"), BUSINESS_DATE - timedelta(days=1)
    place_register(wiring, Volume(30, 3), before)
    place_day(wiring, Volume(30, 3, buyers=4), before)
    place_day(wiring, Volume(30, 3, buyers=4), BUSINESS_DATE)
    # Received at the same moments: only the order of the batches says that these versions are the later ones.
    place_day(wiring, Volume(20, 3, buyers=5), before)
    lake, contracts = wiring.lake.pin(), {table: all_contracts()[table] for table in (*FEEDS_OF_PARCELS, "return")}
    as_of = AsOf(BUSINESS_DATE, knowledge_cutoff(BUSINESS_DATE), frozenset(contracts))
    spark = SparkEngine(cluster.session, tmp_path / "scratch")
    both = Both(World().engine(), spark)
    define_known_tables(both.duckdb, Versions(contracts, lake.versions_sql), as_of)
    define_known_tables(spark, versions_of_files(spark, contracts, lake.version_paths), as_of)
    for table in FEEDS_OF_PARCELS:
        compared(both, f"known_{table}")
    assert both.spark.rows("select * from known_return") == []
    assert both.spark.rows("select count(*) from known_inventory where buyer_token like '%-4'")[0] > (0,)


def test_empty_values_come_last_in_either_direction_on_both(cluster: Cluster) -> None:
    from features.spark import SparkEngine

    given = "(select 1 as place union all select null union all select 2) as given"
    engines = World().engine(), SparkEngine(cluster.session, cluster.folder / "order")
    for direction, order in (("asc", [(1,), (2,), (None,)]), ("desc", [(2,), (1,), (None,)])):
        for engine in engines:
            assert engine.rows(f"select place from {given} order by place {direction}") == order


def test_a_table_may_be_made_from_the_one_whose_name_it_takes(cluster: Cluster, tmp_path: Path) -> None:
    from features.spark import SparkEngine

    engine = SparkEngine(cluster.session, tmp_path)
    engine.create_table("kept", "select 1 as number")
    engine.create_table("kept", "select number + 1 as number from kept")
    assert engine.rows("select number from kept") == [(2,)]
    engine.drop("kept")
    assert not list(tmp_path.iterdir()), "what is dropped leaves no files"


def test_a_step_that_spark_refuses_is_named(cluster: Cluster, tmp_path: Path) -> None:
    from features.spark import SparkEngine

    engine = SparkEngine(cluster.session, tmp_path)
    with pytest.raises(StepError, match="Step wrong failed on Spark"):
        engine.create_table("wrong", "select no_such_column from no_such_table")
    with pytest.raises(StepError, match="wrong needs days"):
        engine.create_table("wrong", "select $days as days")


def test_a_written_file_keeps_the_order_of_its_select(cluster: Cluster, tmp_path: Path) -> None:
    from features.spark import SparkEngine

    engine = SparkEngine(cluster.session, tmp_path)
    path = tmp_path / "written.parquet"
    assert engine.write("select 1 as n union all select 3 union all select 2 order by n desc", path) == 3
    assert pq.read_table(path).column("n").to_pylist() == [3, 2, 1]
