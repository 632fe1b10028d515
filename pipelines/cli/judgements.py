"""Human judgement: overrides, findings and objections, each by the account signed in and with a reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now, table, working
from pipelines.cli.session import acting

if TYPE_CHECKING:
    from models.people.objections import Objection
    from models.people.overrides import OverrideCase
    from pipelines.steps.findings import Outcome
    from pipelines.steps.people import Desk

Uscc = Annotated[str, typer.Argument(help="Unified social credit code.")]
Reason = Annotated[str, typer.Option(help="Why, for the record.")]
OverrideId = Annotated[str, typer.Argument(help="The override's id, as 'override list' shows it.")]
ObjectionId = Annotated[str, typer.Argument(help="The objection's id: its receipt.")]
AlertId = Annotated[str, typer.Argument(help="The alert's id, as 'alerts' shows it.")]
Of = Annotated[str | None, typer.Option("--uscc", help="One enterprise only.")]


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    overrides = typer.Typer(help="Overrides of a grade: reason, expiry, four eyes.", no_args_is_help=True)
    overrides.command("request")(request_override)
    overrides.command("approve")(approve_override)
    overrides.command("withdraw")(withdraw_override)
    overrides.command("list")(list_overrides)
    application.add_typer(overrides, name="override")
    findings = typer.Typer(help="The life of an alert: assigned, checked, closed.", no_args_is_help=True)
    findings.command("assign")(assign)
    findings.command("confirm")(confirm)
    findings.command("explain")(explain)
    findings.command("data-error")(data_error)
    findings.command("close")(close)
    application.add_typer(findings, name="finding")
    objections = typer.Typer(help="Objections, with their clock in Chinese working days.", no_args_is_help=True)
    objections.command("file")(file_objection)
    objections.command("forward")(forward_objection)
    objections.command("extend")(extend_objection)
    objections.command("uphold")(uphold_objection)
    objections.command("reject")(reject_objection)
    objections.command("list")(list_objections)
    application.add_typer(objections, name="objection")


def request_override(
    uscc: Uscc,
    grade: Annotated[str, typer.Option(help="AAA, AA, A, B, C or D.")],
    expires: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD.")],
    reason: Reason,
    begins: Annotated[str | None, typer.Option("--from", help="First day; today when left out.")] = None,
) -> None:
    """Set a grade beside the computed one. Two grades away or more, a second account must approve it."""
    from expectations.errors import UsageError
    from expectations.vocabulary.grade import Grade
    from expectations.vocabulary.moment import parse_date
    from models.people.overrides import Wish

    if grade not in tuple(Grade):
        raise UsageError(f"'{grade}' is no grade.", f"Use one of: {', '.join(Grade)}.")
    desk = _desk()
    first = parse_date(begins) if begins else desk.today
    case = desk.request_override(Wish(uscc, Grade(grade), first, parse_date(expires), reason), acting())
    _say_override(case, f"Override {case.id}: {case.instead_of} becomes {case.grade} until {case.expires_on}.")


def approve_override(override: OverrideId, reason: Reason) -> None:
    """Approve an override that another account asked for."""
    case = _desk().approve_override(override, acting(), reason)
    _say_override(case, f"Override {case.id} is approved by {case.approved_by}.")


def withdraw_override(override: OverrideId, reason: Reason) -> None:
    """End an override today; the next run gives the computed grade again."""
    case = _desk().withdraw_override(override, acting(), reason)
    _say_override(case, f"Override {case.id} ends today.")


def list_overrides(uscc: Of = None) -> None:
    """Every override, oldest first."""
    desk = _desk()
    found = desk.overrides(uscc)
    answer({"overrides": [_override_json(case) for case in found]})
    names = ("id", "USCC", "grade", "instead of", "from", "to", "asked by", "approved by", "state")
    rows = [
        (
            case.id,
            case.uscc,
            case.grade,
            case.instead_of,
            case.given_on,
            case.last_day,
            case.requested_by,
            case.approved_by,
            _override_state(case, desk.today),
        )
        for case in found
    ]
    table("Overrides", names, rows)


def assign(
    alert: AlertId,
    to: Annotated[str, typer.Option(help="The account that is to check it.")],
    reason: Reason,
) -> None:
    """Hand the alert to somebody who checks it."""
    from pipelines.steps.findings import Doing, assign_alert

    doing = Doing(acting(), reason, now())
    found = assign_alert(wiring().home.database, alert, to, doing)
    answer(
        {"alert_id": alert, "uscc": found["uscc"], "rule": found["rule"], "assigned_to": to, "account": doing.account},
        f"Alert {alert} ({found['rule']}, {found['uscc']}) is with {to}. The next run shows it as assigned.",
    )


def close(alert: AlertId, reason: Reason) -> None:
    """Close the alert after its check. A cap that rests on it ends with the next run."""
    from pipelines.steps.findings import Doing, close_alert

    doing = Doing(acting(), reason, now())
    found = close_alert(wiring().home.database, alert, doing)
    answer(
        {"alert_id": alert, "uscc": found["uscc"], "rule": found["rule"], "state": "closed", "account": doing.account},
        f"Alert {alert} ({found['rule']}, {found['uscc']}) is closed. The next run leaves it out.",
    )


def confirm(alert: AlertId, reason: Reason) -> None:
    """The alert is right. It caps the grade from the next run on, and becomes a label."""
    _find(alert, "confirmed", reason)


def explain(alert: AlertId, reason: Reason) -> None:
    """The pattern is there and has a good reason."""
    _find(alert, "explained", reason)


def data_error(alert: AlertId, reason: Reason) -> None:
    """The pattern is not there: the data were wrong."""
    _find(alert, "data_error", reason)


def file_objection(
    uscc: Uscc,
    target: Annotated[str, typer.Option(help="The record: a fact's key, an alert's id, or 'grade'.")],
    reason: Reason,
    attach: Annotated[
        list[Path] | None, typer.Option(help="A PDF, PNG or JPEG that shows it; may be repeated.")
    ] = None,
) -> None:
    """File an objection. The receipt is given at once, and what it names causes no new downgrade from now on."""
    from expectations.errors import UsageError
    from expectations.intake.attachments import paper_of
    from models.people.objections import Complaint
    from pipelines.storage.papers import keep_papers

    if absent := [path for path in attach or () if not path.is_file()]:
        raise UsageError(f"{absent[0]} is no file.", "Check the path.")
    papers = [paper_of(path.name, path.read_bytes()) for path in attach or ()]
    keep_papers(wiring().path / "lake", papers)
    filed = _desk().file_objection(Complaint(uscc, target, reason), acting(), papers)
    _say_objection(
        filed,
        f"Receipt {filed.id}: to be forwarded by {filed.forward_by}, answered by {filed.answer_by}, "
        f"{filed.longest} at the latest.",
    )


def forward_objection(
    objection: ObjectionId,
    to: Annotated[str, typer.Option(help="The department the record came from.")],
) -> None:
    """Hand an objection to the department its record came from."""
    one = _desk().forward_objection(objection, acting(), to)
    _say_objection(one, f"Objection {one.id} is with {to}; to be answered by {one.answer_by}.")


def extend_objection(
    objection: ObjectionId,
    until: Annotated[str, typer.Option(help="The new day, YYYY-MM-DD.")],
    reason: Reason,
) -> None:
    """Give the answer more time, up to the longest that policy allows."""
    from expectations.vocabulary.moment import parse_date

    one = _desk().extend_objection(objection, acting(), parse_date(until), reason)
    _say_objection(one, f"Objection {one.id} is to be answered by {one.answer_by}.")


def uphold_objection(objection: ObjectionId, reason: Reason) -> None:
    """The enterprise is right: every day that rests on the record is decided again, and who had looked is named."""
    from pipelines.steps.regrading import uphold

    desk, account = _desk(), acting()
    with working("Deciding again"):
        one, done = uphold(wiring().home, desk, objection, account, reason)
    again = [
        {"date": day.day.isoformat(), "before": day.grade_before, "after": day.grade_after, "decision_id": day.after}
        for day in done.days
    ]
    answer(
        {
            **_objection_json(one),
            "regraded": again,
            "told": list(done.told),
            "left": [day.isoformat() for day in done.left],
        },
        f"Objection {one.id} is upheld. {len(again)} days were decided again.",
        *(f"  {day['date']}: {day['before']} -> {day['after']}" for day in again),
        *(f"  {day} stays as it was: rows that it looks back at were removed" for day in done.left),
        f"To be told, since they had looked: {', '.join(done.told) or 'nobody'}.",
        "The record itself stays as its source sent it; ask the source to correct or repair it.",
    )


def reject_objection(objection: ObjectionId, reason: Reason) -> None:
    """The record stands."""
    one = _desk().answer_objection(objection, acting(), "rejected", reason)
    _say_objection(one, f"Objection {one.id} is rejected.")


def list_objections(uscc: Of = None) -> None:
    """Every objection with its clock; what is overdue says so."""
    desk = _desk()
    found = desk.objections(uscc)
    documents = [{**_objection_json(one), "overdue": one.overdue(desk.today)} for one in found]
    answer({"objections": documents})
    names = ("id", "USCC", "about", "state", "filed", "forward by", "answer by", "overdue")
    rows = [
        (
            one.id,
            one.uscc,
            one.target,
            one.state,
            f"{one.filed_at:%Y-%m-%d}",
            one.forward_by,
            one.answer_by,
            document["overdue"],
        )
        for one, document in zip(found, documents, strict=True)
    ]
    table("Objections", names, rows)


def _desk() -> Desk:
    from pipelines.steps.people import Desk

    home = wiring().home
    return Desk(home.database, home.policies, now())


def _find(alert: str, outcome: Outcome, reason: str) -> None:
    from pipelines.steps.findings import Finding, record_finding

    finding = Finding(alert, outcome, acting(), reason)
    found = record_finding(wiring().intake(None), finding, now())
    answer(
        {
            "alert_id": alert,
            "uscc": found["uscc"],
            "rule": found["rule"],
            "finding": outcome,
            "account": finding.account,
        },
        f"Alert {alert} ({found['rule']}, {found['uscc']}): {outcome}. The next run reads it.",
    )


def _override_state(case: OverrideCase, today: date) -> str:
    if not case.counts:
        return "waits for approval"
    if case.holds_on(today):
        return "holds"
    return "ended" if case.last_day < today else "begins later"


def _override_json(case: OverrideCase) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(case), "state": _override_state(case, _desk().today)}


def _say_override(case: OverrideCase, *lines: str) -> None:
    waits = "It waits for the approval of another account." if not case.counts else "The next run reads it."
    answer(_override_json(case), *lines, waits)


def _objection_json(one: Objection) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(one)


def _say_objection(one: Objection, *lines: str) -> None:
    answer(_objection_json(one), *lines)
