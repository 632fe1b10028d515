"""Asking what was decided: one enterprise, or everything of a day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.cli.home import wiring
from pipelines.cli.output import answer, now, say, table, working

AsOf = Annotated[str | None, typer.Option("--as-of", help="Business date YYYY-MM-DD; the latest when left out.")]
On = Annotated[str | None, typer.Option("--date", help="Business date YYYY-MM-DD; the latest run when left out.")]


def add_to(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("grade")(grade)
    application.command("advise")(advise)
    application.command("grades")(grades)
    application.command("alerts")(alerts)
    application.command("risklist")(risklist)
    application.command("publish")(publish)
    application.command("anomalies")(anomalies)
    application.command("stats")(stats)


def grade(uscc: Annotated[str, typer.Argument(help="Unified social credit code.")], as_of: AsOf = None) -> None:
    """Grade, score, dimensions, reasons, rules and caps of one enterprise."""
    from expectations.errors import NotFoundError
    from expectations.vocabulary.moment import parse_date
    from pipelines.storage import decisions

    home = wiring()
    with home.database.reading() as connection:
        day = parse_date(as_of) if as_of else None
        record = decisions.latest_decision(connection, uscc, day)
    if record is None:
        when = f" on or before {as_of}" if as_of else ""
        raise NotFoundError(f"{uscc} has no grade{when} in {home.path}.", "Check the code, or run the day first.")
    answer(record, *_grade_lines(record))


def advise(uscc: Annotated[str, typer.Argument(help="Unified social credit code.")], as_of: AsOf = None) -> None:
    """What lifts an enterprise a grade: the smallest lawful changes, confirmed by the engine. A few times a day."""
    from expectations.vocabulary.moment import parse_date
    from pipelines.steps.advising import advice_for

    found = advice_for(wiring().home, uscc, now(), parse_date(as_of) if as_of else None)
    answer(found, *_advice_lines(found))


def grades(on: On = None) -> None:
    """Every grade of a day."""
    from pipelines.steps import publishing

    home, day = _day(on)
    document = publishing.grades_of(home.database, day)
    answer(document)
    table(
        f"Grades of {day}",
        ("USCC", "name", "grade", "before", "score", "status", "caps"),
        [
            (one["uscc"], one["name"], one["grade"], one["previous_grade"], one["score"], one["status"], _caps(one))
            for one in document["grades"]
        ],
    )


def alerts(on: On = None) -> None:
    """Every alert open on a day."""
    from pipelines.steps import publishing

    home, day = _day(on)
    document = publishing.alerts_of(home.database, day)
    answer(document)
    table(
        f"Alerts open on {day}",
        ("alert", "rule", "USCC", "severity", "value", "threshold", "n", "opened", "state"),
        [
            (
                one["alert_id"],
                one["rule"],
                one["uscc"],
                one["severity"],
                f"{one['value']:.4g}",
                f"{one['threshold']:.4g}",
                one["n"],
                one["opened_on"],
                one["state"],
            )
            for one in document["alerts"]
        ],
    )


def risklist(
    on: On = None,
    out: Annotated[Path | None, typer.Option(help="Write to FILE.xlsx, FILE.html, FILE.csv or FILE.json.")] = None,
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """The daily risk list: who deserves a look, why, what is suggested, and what differs from the list before."""
    from pipelines.steps import publishing
    from pipelines.steps.listing import risk_list
    from reports.risklist.document import list_to_json

    home, day = _day(on)
    found = risk_list(home.home, day)
    if out is not None:
        publishing.write_list(found, out, publishing.language_of(language))
        answer({"date": found.business_date, "file": str(out), "rows": len(found.rows)}, f"Wrote {out}.")
        return
    answer(list_to_json(found))
    table(
        f"Risk list of {day}: {len(found.rows)} of {found.graded} enterprises",
        ("#", "risk", "USCC", "name", "grade", "before", "rules", "caps", "exposed CNY", "due"),
        [
            (
                row.rank,
                row.severity.value,
                row.uscc,
                row.name,
                row.grade,
                row.previous_grade,
                " ".join(each.rule for each in row.triggers),
                " ".join(row.caps),
                row.exposed_cny,
                row.due_on,
            )
            for row in found.rows
        ],
    )


def publish(
    on: Annotated[str, typer.Option("--date", help="Business date YYYY-MM-DD.")],
    error: Annotated[str, typer.Option(help="What a failed run said; left out, the run is late.")] = "",
    check: Annotated[bool, typer.Option("--check", help="Only compare what was published with its manifest.")] = False,
) -> int:
    """Put a list in place for a day: its own, or the last one before it, marked stale (exit code 3)."""
    from expectations.vocabulary.moment import parse_date
    from pipelines.cli.output import FAILED, say
    from pipelines.steps.publishing import list_faults
    from pipelines.steps.standing_in import place_list

    home, day = wiring(), parse_date(on)
    if check:
        faults = list_faults(home.home.reports / day.isoformat(), home.trusted_anchor_keys)
        answer({"date": on, "holds": not faults, "faults": faults}, "The list is whole." if not faults else "", *faults)
        return FAILED if faults else 0
    placed = place_list(home.home, day, error)
    answer({"date": on, "list_of": placed.list_of, "is_stale": placed.is_stale, "alarm": placed.alarm})
    say(placed.alarm or f"The list of {on} is in place.", *map(str, placed.files))
    return 3 if placed.is_stale else 0


def anomalies(
    on: On = None,
    most: Annotated[int, typer.Option(help="How many to show, most unusual first.")] = 20,
) -> None:
    """A second opinion without rules: who is unlike its peers or its own past, and in what. No alert, no cap."""
    from pipelines.steps import second_opinion

    home, day = _day(on)
    document = second_opinion.anomalies_of(home.home, day, most)
    answer(document)
    table(
        f"Unusual on {day}, of {document['compared']} compared. A reason to look, not a finding.",
        ("#", "USCC", "among peers", "against past", "peers", "in"),
        [
            (
                one["rank"],
                one["uscc"],
                f"{one['among_peers']:.3f}",
                "-" if one["against_past"] is None else f"{one['against_past']:.3f}",
                f"{one['peers']} ({one['peer_count']})",
                "; ".join(each["en"] for each in one["oddities"][:2]) or one["view"],
            )
            for one in document["anomalies"]
        ],
    )


def stats(
    period: Annotated[str, typer.Option(help="A year, half year, quarter or month: 2026, 2026-H1, 2026-Q3, 2026-09.")],
    known_at: Annotated[str | None, typer.Option(help="Count what was received up to here; now when left out.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to; reports/statistics/PERIOD when left out.")
    ] = None,
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """The statistics bulletin of a period: turnover, cuts, targets. Cells that tell an enterprise apart stay unsaid."""
    from expectations.vocabulary.moment import parse_moment
    from pipelines.steps import publishing, statistics
    from reports.statistics.period import Period
    from reports.statistics.record import bulletin_to_json
    from reports.statistics.words import COLUMNS, PROGRESS_WORDS, headline, progress_value, row_cells

    home, asked = wiring().home, Period.parse(period)
    spoken = publishing.language_of(language)
    with working(f"Counting {asked.label}"):
        bulletin = statistics.bulletin_of(home, asked, parse_moment(known_at) if known_at else now())
        written = statistics.write_bulletin(bulletin, out or home.reports / "statistics" / asked.label)
    answer({**bulletin_to_json(bulletin), "files": [str(path) for path in written]})
    shown = ("value", "enterprises", "gross", "net", "growth")
    places = [place for place, name in enumerate(COLUMNS) if name in shown]
    totals = [
        row_cells(bulletin.total, asked.label, spoken),
        row_cells(bulletin.year_to_date, asked.year_to_date.label, spoken),
    ]
    table(
        headline(bulletin, spoken),
        [COLUMNS[name][spoken] for name in shown],
        [[row[place] for place in places] for row in totals],
    )
    table(
        "", ("", "", ""), [(PROGRESS_WORDS[one.id][spoken], *progress_value(one, spoken)) for one in bulletin.progress]
    )
    say(*(f"{path}" for path in written))


def _day(on: str | None) -> tuple[Any, Any]:
    from expectations.errors import NotFoundError
    from expectations.vocabulary.moment import parse_date
    from pipelines.storage import decisions

    home = wiring()
    with home.database.reading() as connection:
        day = parse_date(on) if on else decisions.latest_run_date(connection)
        if day is None or decisions.run_for(connection, day) is None:
            wanted = on or "any day"
            raise NotFoundError(
                f"There is no run for {wanted} in {home.path}.", f"Run it: xinji run --date {on or 'D'}"
            )
    return home, day


def _caps(record: dict[str, Any]) -> str:
    return " ".join(dict.fromkeys(cap["id"] for cap in record["caps"]))


def _grade_lines(record: dict[str, Any]) -> list[str]:
    from rich.markup import escape

    shown = record["grade"] or "no grade"
    lines = [
        f"[bold]{escape(record['name'] or record['uscc'])}[/bold]  {record['uscc']}",
        f"Grade [bold]{shown}[/bold] on {record['date']} ({record['status']}), score {record['score']}, "
        f"probability of an adverse event in 180 days {record['p']:.3f}",
        f"Model alone {record['grade_model']}, after rules {record['grade_rules']}, "
        f"before this day {record['previous_grade'] or 'none'}",
    ]
    lines += [f"  {reason['zh']} / {reason['en']}" for reason in map(_escaped, record["reasons"])]
    lines += [
        f"  {cap['id']}: at most {cap['max_grade'] or 'no grade'}, because of {cap['fact']}" for cap in record["caps"]
    ]
    lines += [
        f"  {one['rule']} over its limit, no alert: {one['peer_share']:.0%} of the peers rose as well in the "
        f"{one['promotion']['en']} ({one['guard']})"
        for one in record["excused"]
    ]
    known = ", ".join(f"{name} {value:.0f}" for name, value in record["dimensions"].items() if value is not None)
    lines.append(f"Dimensions: {known}")
    if record["feeds_missing"]:
        lines.append(
            "Not connected in this zone, so neither for nor against the enterprise: "
            + ", ".join(record["feeds_missing"])
        )
    if record["feeds_late"]:
        lines.append("Late on that day: " + ", ".join(record["feeds_late"]))
    lines.append(f"Decision {record['decision_id']}")
    return lines


def _advice_lines(found: dict[str, Any]) -> list[str]:
    from rich.markup import escape

    lines = [
        f"Grade {found['grade'] or 'none'} on {found['as_of']}",
        escape(found["says"]["zh"]),
        escape(found["says"]["en"]),
    ]
    for number, plan in enumerate(found["plans"], start=1):
        lines.append(f"Plan {number}: {plan['grade']} on {plan['shows_on']}")
        lines += [escape(f"  {one['id']} {one['zh']} / {one['en']} (by {one['shows_on']})") for one in plan["levers"]]
    lines.append(f"Request {found['request_of_the_day']} of {found['requests_a_day']} today about this enterprise.")
    return lines


def _escaped(reason: dict[str, Any]) -> dict[str, str]:
    from rich.markup import escape

    return {"zh": escape(reason["zh"]), "en": escape(reason["en"])}
