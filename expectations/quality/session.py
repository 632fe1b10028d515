"""Great Expectations on DuckDB: the one place that knows how to reach it.

Importing it costs seconds, so it is imported when the first batch is judged and not before.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import sys
import threading
from functools import cache
from typing import Any

from expectations.quality.verdict import GateError

_ONE_AT_A_TIME = threading.Lock()  # the in-memory connection is shared, and a flow may judge in several threads


def great_expectations() -> Any:
    """The library, ready for DuckDB."""
    library = _without_collection("great_expectations")
    _accept_duckdb()
    return library


def _without_collection(name: str) -> Any:
    """Import a module with garbage left lying.

    Among what an import makes there is hardly any, and to look for it is a fifth of the cost.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return importlib.import_module(name)
    finally:
        if was_enabled:
            gc.enable()


class _DuckDB(str):
    """A dialect name in the shape Great Expectations compares with: a string that has a ``value``."""

    __slots__ = ()

    @property
    def value(self) -> str:
        return str(self)


def _accept_duckdb() -> None:
    """Keep DuckDB's connection open between a query and its fetch.

    Great Expectations has no DuckDB dialect and closes the connection before it fetches, after which every
    expectation errs. The list of dialects that keep theirs is private, which is why the version is pinned and a
    test looks at it.
    """
    engine: Any = importlib.import_module("great_expectations.execution_engine.sqlalchemy_execution_engine")
    if "duckdb" not in engine._PERSISTED_CONNECTION_DIALECTS:
        engine._PERSISTED_CONNECTION_DIALECTS = (*engine._PERSISTED_CONNECTION_DIALECTS, _DuckDB("duckdb"))


def _release_dialect() -> None:
    """Let go of DuckDB before the interpreter ends, else its binding prints a page of leak warnings at exit."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "duckdb_engine":
            vars(module).clear()


def quiet(context: Any) -> Any:
    """The same context without analytics and progress bars, whatever the environment says."""
    types = importlib.import_module("great_expectations.data_context.types.base")
    context.enable_analytics(False)
    context.variables.progress_bars = types.ProgressBarsConfig(globally=False)
    return context


@cache
def _source() -> Any:
    atexit.register(_release_dialect)
    types = importlib.import_module("great_expectations.data_context.types.base")
    in_memory = types.DataContextConfig(store_backend_defaults=types.InMemoryStoreBackendDefaults())
    context = quiet(great_expectations().get_context(mode="ephemeral", project_config=in_memory))
    # Without a temporary table the batch is read straight from the file: nothing is copied.
    return context.data_sources.add_sql(name="lake", connection_string="duckdb:///:memory:", create_temp_table=False)


def validate(name: str, query: str, expectations: list[Any]) -> Any:
    """Run expectations over the rows of a query and return Great Expectations' own result.

    Raises
    ------
    GateError
        An expectation could not be evaluated: that is neither a pass nor a failure.
    """
    with _ONE_AT_A_TIME:
        source = _source()
        suite = great_expectations().ExpectationSuite(name=name, expectations=expectations)
        asset = source.add_query_asset(name=name, query=query)
        try:
            batch = asset.add_batch_definition_whole_table("accepted").get_batch()
            result = batch.validate(suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 5})
        finally:
            source.delete_asset(name)
    for outcome in result.results:
        if message := error_in(outcome.exception_info):
            raise GateError(
                f"{name}: the gate '{outcome.expectation_config.meta.get('measure')}' could not be measured: {message}",
                "Check that the gate's field has the type the measure needs.",
            )
    return result


def error_in(exception_info: Any) -> str | None:
    """The first line of an expectation's error, or None.

    Its shape varies: one flat record, or one record per metric that failed.
    """
    if not exception_info:
        return None
    records = [exception_info] if "raised_exception" in exception_info else list(exception_info.values())
    for record in records:
        if record.get("raised_exception"):
            return str(record.get("exception_message") or "unknown error").splitlines()[0]
    return None
