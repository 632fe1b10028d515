"""The pages over a simulated zone: what each weighs, how long its first answer takes, and the ones after it.

The server runs in a process of its own, as ``xinji serve`` does. Every address is asked for once, in turn, and then a
few times more. An address about an enterprise is asked for several enterprises, and the slowest first answer counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter, sleep

import httpx
from pydantic import SecretStr

from expectations.vocabulary.moment import ZONE
from expectations.vocabulary.role import Role
from pipelines.benchmarks.day import graded_by_card
from pipelines.benchmarks.measuring import BenchmarkError, Figure, Report, measured
from pipelines.benchmarks.served import run_server, serving
from pipelines.settings import Settings
from pipelines.simulation import ZoneSettings, simulate
from pipelines.steps.daily import run_day
from pipelines.steps.day import Day
from pipelines.steps.ingest.batch import take_in
from pipelines.storage import accounts, decisions, passwords
from pipelines.storage.lake import Lake
from pipelines.wiring import Wiring

GOAL = "every page's first answer within 200 ms, and 300 kB"
LONGEST_MS, HEAVIEST_KB = 200.0, 300.0
_PASSWORD = "a password for one benchmark"  # noqa: S105 (of accounts that live as long as the made-up home)
_ASKED_ABOUT = 5
"""Enterprises that are asked about, those with most alerts."""
_LOOKED_EVERY = 0.02
_ENTERPRISE, _OFFICER, _OPERATOR = "bench-enterprise", "bench-officer", "bench-operator"


@dataclass(frozen=True)
class Asked:
    """One page: what it is called, who asks for it, and the addresses that are asked for in turn."""

    name: str
    account: str
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Answered:
    """What one page took: kilobytes of the heaviest, and the slowest first answer and the best of those after it.

    Attributes
    ----------
    whole_ms:
        Until the whole page was there, where the first answer said that it is being looked up.
    """

    name: str
    kilobytes: float
    first_ms: float
    whole_ms: float
    then_ms: float


def pages(path: Path, zone: ZoneSettings, again: int) -> Report:
    """Ask for every page of a simulated zone, in a home that is made where it is not there yet."""
    figures: list[Figure] = []
    if not (path / "ledger.db").exists():
        figures.append(measured("make the home", make_home, path, zone)[0])
    asked = measured("choose what to ask for", questions, path, zone.end_date)[1]
    with serving(serve_pages, str(path)) as (port, usage):
        began = perf_counter()
        answered = [_answers_to(port, each, again) for each in asked]
        figures.append(Figure("ask for every page", perf_counter() - began, usage(), 0.0))
    slowest = max(one.first_ms for one in answered)
    told = [
        {
            "page": one.name,
            "kB": one.kilobytes,
            "first_ms": one.first_ms,
            "whole_ms": one.whole_ms,
            "then_ms": one.then_ms,
        }
        for one in answered
    ]
    over = [one.name for one in answered if one.first_ms > LONGEST_MS or one.kilobytes > HEAVIEST_KB]
    details = {"enterprises": zone.enterprises, "days": zone.days, "seed": zone.seed, "pages": told, "over": over}
    return Report("pages", tuple(figures), "", round(slowest / LONGEST_MS, 3), GOAL, details)


def make_home(path: Path, zone: ZoneSettings) -> None:
    """A home that took a simulated zone in and decided about its last two days."""
    wiring = _wiring(path)
    wiring.settle_in()
    landing = path / "inbox" / "zone"
    simulate(landing, zone)
    take_in(wiring.intake(None), landing, _moment(zone.end_date))
    home = graded_by_card(wiring.home)
    for back in (1, 0):
        run_day(home, Day.of(zone.end_date - timedelta(days=back)))
    wiring.database.close()


def questions(path: Path, day: date) -> tuple[Asked, ...]:
    """Every page, with accounts opened to ask for them."""
    wiring = _wiring(path)
    with wiring.database.reading() as connection:
        alerts = decisions.open_alerts(connection, day)
    count = {one["uscc"]: 0 for one in alerts}
    for one in alerts:
        count[one["uscc"]] += 1
    codes = sorted(count, key=lambda uscc: (-count[uscc], uscc))[:_ASKED_ABOUT]
    if not codes:
        raise BenchmarkError("Nobody has an alert in this zone.", "Ask for a larger one.")
    _open_accounts(wiring, codes[0], _moment(day))
    return tuple(_questions(codes, _trace_codes(wiring.lake), day))


def _questions(codes: Sequence[str], traces: Sequence[str], day: date) -> Iterator[Asked]:
    about = {
        "one enterprise with its alerts": "",
        "its orders and declarations": "/orders",
        "their picture": "/orders.svg",
        "its related parties": "/parties",
        "the picture of its parties": "/parties.svg",
    }
    yield Asked("risk list", _OFFICER, ("/console",))
    for name, ending in about.items():
        yield Asked(name, _OFFICER, tuple(f"/console/enterprises/{code}{ending}" for code in codes))
    yield Asked("quality of 90 days", _OFFICER, ("/console/quality",))
    yield Asked("its picture", _OFFICER, ("/console/quality.svg",))
    yield Asked("a traceability code", _OFFICER, tuple(f"/console/traces?code={code}" for code in traces))
    for name in ("plan", "migration", "queues"):
        yield Asked(name, _OFFICER, (f"/console/{name}",))
    yield Asked("grades moved, two days", _OFFICER, (f"/console/migration?before={day - timedelta(days=1)}&day={day}",))
    for name in ("policy", "models", "statistics"):
        yield Asked(name, _OFFICER, (f"/{name}",))
    yield Asked("feeds", _OPERATOR, ("/feeds",))
    yield Asked("rows of a table in quarantine", _OPERATOR, ("/feeds/quarantine/payment",))
    yield Asked("accounts", _OPERATOR, ("/accounts",))
    yield Asked("own grade", _ENTERPRISE, ("/me",))
    for name in ("radar.svg", "history.svg", "raise", "support", "objections", "visits", "certificate", "sharing"):
        yield Asked(f"own {name}", _ENTERPRISE, (f"/me/{name}",))


def _trace_codes(lake: Lake) -> list[str]:
    import duckdb  # noqa: PLC0415 (in the process that chooses, not in the one that measures)

    select = f"select distinct trace_code from ({lake.versions_sql('trace_event', lake.snapshot())}) order by all"
    with duckdb.connect() as connection:
        return [str(code) for (code,) in islice(connection.execute(select).fetchall(), _ASKED_ABOUT)]


def _open_accounts(wiring: Wiring, uscc: str, at: datetime) -> None:
    wanted = {_OFFICER: Role.OFFICER, _OPERATOR: Role.OPERATOR, _ENTERPRISE: Role.ENTERPRISE}
    with wiring.database.transaction() as connection:
        for account, role in wanted.items():
            if accounts.find_account(connection, account) is None:
                accounts.open_account(connection, account, role, at, uscc if role is Role.ENTERPRISE else None)
                passwords.set_password(connection, account, _PASSWORD, at)


def _answers_to(port: int, asked: Asked, again: int) -> Answered:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as browser:
        enter(browser, asked.account)
        return answers(browser, asked, again)


def answers(browser: httpx.Client, asked: Asked, again: int) -> Answered:
    """Ask for each address of a page, and for all of them so many times again, as somebody who is signed in."""
    firsts = [_timed(browser, address) for address in asked.addresses]
    then = min(_timed(browser, address)[0] for _ in range(again) for address in asked.addresses)
    first, whole, weight = (max(each) for each in zip(*firsts, strict=True))
    return Answered(asked.name, round(weight, 1), round(first, 1), round(whole, 1), round(then, 1))


def _timed(browser: httpx.Client, address: str) -> tuple[float, float, float]:
    """Milliseconds of the first answer and until the whole page, and its kilobytes."""
    began = perf_counter()
    answer = browser.get(address)
    first = perf_counter() - began
    while answer.status_code == httpx.codes.ACCEPTED:
        sleep(_LOOKED_EVERY)
        answer = browser.get(address)
    whole = perf_counter() - began
    if answer.status_code != httpx.codes.OK:
        raise BenchmarkError(f"{address} answered {answer.status_code}.", "Open the page and see what it says.")
    return first * 1000, whole * 1000, len(answer.content) / 1000


def enter(browser: httpx.Client, account: str) -> None:
    """Sign in, and say why where that is asked."""
    browser.post("/sign-in", data={"account": account, "password": _PASSWORD})
    if account == _OFFICER:
        token = re.search(r'name="form_token" value="([0-9a-f]+)"', browser.get("/purpose").text)
        browser.post("/purpose", data={"purpose": "benchmark", "form_token": token[1] if token else ""})


def serve_pages(folder: str, port: int) -> None:
    """The API and pages of a home, at the hour after its last day."""
    wiring = _wiring(Path(folder))
    with wiring.database.reading() as connection:
        day = decisions.latest_run_date(connection)
    moment = _moment(day or date.max)
    wiring.warm_up()
    run_server(wiring.api(lambda: moment), port)


def _wiring(path: Path) -> Wiring:
    return Wiring(Settings(home=path, certificate_key=SecretStr("ab" * 32)))


def _moment(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(9), tzinfo=ZONE)
