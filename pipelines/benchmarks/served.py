"""The API under load: screenings at a fixed rate, and grade queries against an empty endpoint of the same framework."""

from __future__ import annotations

import json
import multiprocessing
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

import duckdb

from expectations.contracts.catalog import load_contract
from expectations.vocabulary.moment import ZONE
from expectations.vocabulary.role import Role
from features.engine import literal
from pipelines.benchmarks.day import D, graded_by_card, prepare
from pipelines.benchmarks.load import Answers, as_fast_as_possible, at_a_rate, request
from pipelines.benchmarks.measuring import BenchmarkError, Figure, Report, measured
from pipelines.benchmarks.parcels import Volume
from pipelines.settings import Settings
from pipelines.steps.daily import run_day
from pipelines.steps.day import Day
from pipelines.steps.screening import prepare_reference
from pipelines.storage import accounts
from pipelines.wiring import Wiring
from reports.api.app import Application

SCREENING_GOAL = "p99 under 50 ms at 200 screenings a second"
GRADE_GOAL = "at least 0.5 x the rate of an empty endpoint of the same framework"
MOMENT = datetime.combine(D + timedelta(days=1), time(9), tzinfo=ZONE)
"""When everything is asked."""
_HISTORY_DAYS = 1
_NEVER_LIMITED = 1e9
_SHARES = {"p50": 0.50, "p90": 0.90, "p99": 0.99, "p99.9": 0.999, "slowest": 1.0}


@dataclass(frozen=True)
class Load:
    """How much is asked, of how large a home, and how often the same is tried."""

    enterprises: int
    rows: int
    per_second: float
    seconds: float
    tries: int


@dataclass(frozen=True)
class Made:
    """A home that decided, with a key, whom it decided about, and documents that nobody has screened."""

    key: str
    codes: Sequence[str]
    documents: Sequence[dict[str, Any]]


def screening(load: Load) -> Report:
    """Screen documents at a fixed rate, several times; the best try counts, since others use the machine as well."""
    with TemporaryDirectory(prefix="xinji-bench-") as folder:
        made = measured("prepare", make_home, Path(folder), load)[1]
        figures, tries = [], []
        with serving(serve_home, folder) as (port, usage):
            _warm(port, [_posted(made.key, one) for one in made.documents[-50:]])
            for number in range(load.tries):
                share = int(load.per_second * load.seconds)
                papers = made.documents[number * share : (number + 1) * share]
                before = usage()
                answers = at_a_rate(port, [_posted(made.key, one) for one in papers], load.per_second)
                tries.append(_told(answers, 201))
                figures.append(Figure(f"try {number + 1}", answers.lasted, usage() - before, 0.0))
    best = min(tries, key=lambda one: float(one["p99"]))
    details = {"per_second": load.per_second, "enterprises": load.enterprises, "tries": tries, "best": best}
    return Report("screening", tuple(figures), "", round(float(best["p99"]) / 50, 3), SCREENING_GOAL, details)


def grade_query(load: Load) -> Report:
    """Ask for grades, key checked and look recorded, and an empty endpoint in turn; the best of each counts."""
    with TemporaryDirectory(prefix="xinji-bench-") as folder:
        made = measured("prepare", make_home, Path(folder), load)[1]
        asked = [_grade_of(made.key, code) for code in made.codes]
        nothing = [request("GET", "/", {})]
        figures: list[Figure] = []
        told: dict[str, list[dict[str, Any]]] = {"empty": [], "grade": []}
        for number in range(load.tries):
            for name, serve, requests in (("empty", serve_nothing, nothing), ("grade", serve_home, asked)):
                with serving(serve, folder) as (port, usage):
                    as_fast_as_possible(port, requests, load.seconds)  # everybody is asked about once before
                    before = usage()
                    answers = as_fast_as_possible(port, requests, load.seconds)
                    told[name].append(_told(answers, 200))
                    figures.append(Figure(f"{name} {number + 1}", answers.lasted, usage() - before, 0.0))
    best = {name: max(tries, key=lambda one: float(one["per_second"])) for name, tries in told.items()}
    ratio = round(best["grade"]["per_second"] / best["empty"]["per_second"], 3)
    details = {"enterprises": load.enterprises, "tries": told, "best": best}
    return Report("api", tuple(figures), "", ratio, GRADE_GOAL, details)


def make_home(path: Path, load: Load) -> Made:
    """A home that decided about a day, with an account to ask by and documents of the next day."""
    files = prepare(path, Volume(load.rows, load.enterprises), _HISTORY_DAYS)
    wiring = Wiring(Settings(home=path))
    home = graded_by_card(wiring.home)
    run_day(home, Day.of(D))
    prepare_reference(home, D)
    with wiring.database.transaction() as connection:
        accounts.open_account(connection, "barrier", Role.OFFICER, MOMENT)
        key = accounts.issue_key(connection, "barrier", MOMENT, MOMENT + timedelta(days=1))
    wanted = int(load.per_second * load.seconds * load.tries) + 100
    documents = _documents(files, wanted)
    return Made(key, sorted({one["inventory"]["uscc"] for one in documents}), documents)


def _documents(files: dict[str, str], wanted: int) -> list[dict[str, Any]]:
    """Lists of the day with line, order and payment under new numbers, so that none was seen before."""
    found: list[dict[str, Any]] = []
    rows = {table: _rows(files[table], table, wanted) for table in ("inventory", "inventory_line", "order", "payment")}
    while len(found) < wanted:
        for head, line, order, payment in zip(*rows.values(), strict=True):
            number = f"{head['invt_no'][:9]}{len(found):09d}"
            papers = {
                "inventory": {**head, "invt_no": number},
                "inventory_line": [{**line, "invt_no": number, "price": line["line_total"]}],
                "order": order,
                "payment": [{**payment, "order_no": order["order_no"]}],
            }
            found.append(papers)
    return found[:wanted]


def _rows(file: str, table: str, wanted: int) -> list[dict[str, str]]:
    left_out = {"received_at", "released_at", "cancelled_at"}
    names = [name for name in load_contract(table).field_names if name not in left_out]
    columns = ", ".join(f'cast("{name}" as varchar)' for name in names)
    order = {"inventory": "order_no", "inventory_line": "invt_no"}.get(table, "ltrim(order_no, 'OX')")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'Asia/Shanghai'")
        select = f"select {columns} from read_parquet({literal(file)}) order by {order} limit {wanted}"
        rows = connection.execute(select).fetchall()
    return [{name: value for name, value in zip(names, row, strict=True) if value is not None} for row in rows]


def _posted(key: str, papers: dict[str, Any]) -> bytes:
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json", "x-purpose": "clearance"}
    return request("POST", "/v1/screenings", headers, json.dumps(papers, ensure_ascii=False).encode())


def _grade_of(key: str, code: str) -> bytes:
    headers = {"authorization": f"Bearer {key}", "x-purpose": "check"}
    return request("GET", f"/v1/enterprises/{code}/grade", headers)


def _told(answers: Answers, wanted: int) -> dict[str, Any]:
    if set(answers.statuses) != {wanted}:
        raise BenchmarkError(f"Not every answer was {wanted}: {dict(answers.statuses)}.")
    times = {name: round(answers.milliseconds(share), 2) for name, share in _SHARES.items()}
    return {"answers": len(answers.seconds), "per_second": round(answers.rate, 1), **times}


def _warm(port: int, requests: Sequence[bytes]) -> None:
    at_a_rate(port, requests, per_second=50, connections=8)


def serve_home(folder: str, port: int) -> None:
    """The API and pages of a home, limits of rate aside."""
    settings = Settings(home=Path(folder), api_requests_per_second=_NEVER_LIMITED, api_burst=int(_NEVER_LIMITED))
    wiring = Wiring(settings)
    application = wiring.api(lambda: MOMENT)
    wiring.warm_up()
    run_server(application, port)


def serve_nothing(_folder: str, port: int) -> None:
    """An empty application with one address that answers an empty document."""
    app = Application()
    app.get("/")(_nothing)
    run_server(app, port)


async def _nothing() -> dict[str, str]:
    return {}


def run_server(app: Any, port: int) -> None:
    """Serve an application on a port of this machine until the process ends."""
    import uvicorn  # noqa: PLC0415 (only in the server's process)

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", access_log=False)


@contextmanager
def serving(serve: Callable[[str, int], None], folder: str) -> Iterator[tuple[int, Callable[[], float]]]:
    """A server in a process of its own: its port, and the CPU seconds it has used so far."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, port), daemon=True)
    process.start()
    try:
        _wait_for(port)
        yield port, lambda: _cpu_seconds(process.pid or 0)
    finally:
        process.terminate()
        process.join(20)


def _wait_for(port: int) -> None:
    deadline = monotonic() + 60
    while monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        sleep(0.1)
    raise BenchmarkError("The server did not come up within a minute.")


def _cpu_seconds(pid: int) -> float:
    """User and system time of a process, from the kernel's own count."""
    told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / 100
