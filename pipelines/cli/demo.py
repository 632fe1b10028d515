"""The demonstration: a whole zone from landing files to a risk list, and where to look afterwards."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now, say, table, working

if TYPE_CHECKING:
    from expectations.vocabulary.role import Role
    from pipelines.steps.daily import DaySummary
    from pipelines.steps.ingest.report import IngestReport
    from pipelines.wiring import Wiring

_LAST_DAYS = 3


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("demo")(demo)


@dataclass(frozen=True)
class _Taken:
    report: IngestReport
    last_day: date


def demo(
    data: Annotated[str, typer.Option(help="zone (simulated) or korea (54,000 public import declarations).")] = "zone",
    enterprises: Annotated[int, typer.Option(help="Enterprises in the simulated zone.")] = 300,
    days: Annotated[int, typer.Option(help="Days of trade in the simulated zone.")] = 400,
    seed: Annotated[int, typer.Option(help="The same seed gives the same zone.")] = 20261031,
) -> None:
    """Build a zone, take it in, train, run the last days, and say where to look. Running it again changes nothing."""
    from expectations.errors import UsageError
    from pipelines.cli.door import show_accounting
    from pipelines.cli.model import show_training, training_of

    home = wiring()
    if data == "zone":
        taken = _simulated(home, enterprises, days, seed)
    elif data == "korea":
        taken = _korean(home)
    else:
        raise UsageError(f"'{data}' is no demonstration.", "Use zone or korea.")
    show_accounting(taken.report)
    if home.has_champion():
        say("A model was trained here before; it grades.")
    else:
        trained, validation = training_of(home, taken.last_day)
        show_training(trained, validation)
        if validation is not None and validation.result.passed:
            _promote(home, validation.version)
    summaries = _run_last_days(home, taken.last_day)
    _show(home, summaries)


def _promote(home: Wiring, version: str) -> None:
    """Act as two people, and say so: a demonstration has nobody else to ask."""
    from expectations.vocabulary.role import Role
    from pipelines.cli.model import show_promotion
    from pipelines.steps import promotion

    say(
        "", "A promotion takes two people. This demonstration signs in as both, with two accounts that it opens for it:"
    )
    scientist = _signed_in(home, "demo-data-scientist", Role.DATA_SCIENTIST)
    officer = _signed_in(home, "demo-officer", Role.OFFICER)
    say(f"  {scientist} proposes version {version}; {officer} approves.")
    reason, moment = "demonstration: the challenger passed every gate", now()
    promotion.propose(home.database, home.registry, version, promotion.Act(scientist, reason, moment))
    approval = promotion.Act(officer, reason, moment)
    show_promotion(promotion.approve(home.database, home.registry, version, approval, home.signer))


def _signed_in(home: Wiring, account: str, role: Role) -> str:
    """Open an account with a password that nobody keeps, and come in by the door that everybody takes."""
    from pipelines.steps.account_office import AccountOffice
    from pipelines.storage.accounts import find_account

    office, password = AccountOffice(home.database, None, now()), secrets.token_urlsafe()
    with home.database.reading() as connection:
        is_open = find_account(connection, account) is not None
    if is_open:
        office.set_password(account, password)
    else:
        office.open(account, role, password=password)
    session = home.sign_in.enter(account, password, now())
    acting = home.sign_in.acting(session.token, now()).account_id
    home.sign_in.leave(session.token, now())
    return acting


def _simulated(home: Wiring, enterprises: int, days: int, seed: int) -> _Taken:
    from pipelines.cli.door import take_landed
    from pipelines.simulation import ZoneSettings, simulate

    home.settle_in()
    settings = ZoneSettings(enterprises=enterprises, days=days, seed=seed)
    landing = home.path / "inbox" / f"zone-{enterprises}-{days}-{seed}"
    with working(f"Simulating {enterprises} enterprises over {days} days"):
        simulate(landing, settings)
    return _Taken(take_landed(home, landing, now()), settings.end_date)


def _korean(home: Wiring) -> _Taken:
    from pipelines.cli.door import show_translation, take_foreign

    shipped = Path(__file__).resolve().parents[2] / "data" / "korea_customs"
    report, translation = take_foreign(home, shipped, now(), "korea_customs")
    show_translation(translation)
    return _Taken(report, date(2021, 6, 30))


def _run_last_days(home: Wiring, last_day: date) -> list[DaySummary]:
    from pipelines.flows.daily import daily

    summaries = []
    for back in range(_LAST_DAYS - 1, -1, -1):
        day = last_day - timedelta(days=back)
        with working(f"Running {day}"):
            summaries.append(daily(home, day))
    return summaries


def _show(home: Wiring, summaries: list[DaySummary]) -> None:
    from pipelines.cli.day import show_runs
    from pipelines.steps.listing import risk_list

    last = summaries[-1]
    found = risk_list(home.home, date.fromisoformat(last.date))
    answer({"runs": [summary.to_json() for summary in summaries], "listed": len(found.rows), "home": str(home.path)})
    show_runs(summaries)
    table(
        f"The head of the risk list of {last.date} ({len(found.rows)} of {found.graded} enterprises)",
        ("#", "risk", "USCC", "name", "grade", "before", "rules", "caps"),
        [
            (
                row.rank,
                row.severity.value,
                row.uscc,
                row.name,
                row.grade,
                row.previous_grade,
                " ".join(trigger.rule for trigger in row.triggers),
                " ".join(row.caps),
            )
            for row in found.rows[:10]
        ],
    )
    first = found.rows[0].uscc if found.rows else "USCC"
    at = "" if home.path == Path("var").absolute() else f"XINJI_HOME={home.path} "
    say(
        "",
        "Where to look",
        f"  risk list    {home.path / 'reports' / last.date / 'risklist.zh.html'} (also .xlsx, .csv and in English)",
        f"  data docs    {home.path / 'data_docs' / 'site' / 'index.html'}",
        f"  models       .venv/bin/mlflow ui --backend-store-uri sqlite:///{home.path / 'mlflow.db'}",
        f"  one grade    {at}.venv/bin/xinji grade {first}",
        f"  the ledger   {at}.venv/bin/xinji verify",
    )
