"""What is shown of a day, made from the ledger alone, so that it can be made again at any time to the same bytes."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from expectations.errors import NotFoundError, UsageError
from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import zoned
from pipelines.steps.home import Home
from pipelines.storage import decisions
from pipelines.storage.database import Database
from reports.risklist.columns import Language
from reports.risklist.page import render_page
from reports.risklist.plain import render_csv
from reports.risklist.rows import RiskList, excused_of, rank_rows
from reports.risklist.workbook import render_workbook

_RENDERERS: Mapping[str, Callable[[RiskList, Language], bytes]] = {
    ".xlsx": render_workbook,
    ".html": render_page,
    ".csv": render_csv,
}
_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def grades_of(database: Database, business_date: date) -> dict[str, Any]:
    """Every decision that holds for a day, in the JSON shape of ``grades``."""
    with database.reading() as connection:
        run = decisions.run_for(connection, business_date)
        records = list(decisions.decisions_of(connection, business_date))
    known_at = zoned(run.known_at).isoformat() if run else None
    return {"date": business_date.isoformat(), "known_at": known_at, "grades": records}


def alerts_of(database: Database, business_date: date) -> dict[str, Any]:
    """Every alert open on a day, in the JSON shape of ``alerts``."""
    with database.reading() as connection:
        found = decisions.open_alerts(connection, business_date)
    return {"date": business_date.isoformat(), "alerts": found}


def risk_list(home: Home, business_date: date) -> RiskList:
    """The risk list of a day.

    Raises
    ------
    NotFoundError
        When the day has not been run.
    """
    with home.database.reading() as connection:
        run = decisions.run_for(connection, business_date)
        if run is None:
            raise NotFoundError(f"There is no run for {business_date}.", f"Run it: xinji run --date {business_date}")
        records = list(decisions.decisions_of(connection, business_date))
        alerts = [_titled(home, one) for one in decisions.open_alerts(connection, business_date)]
    counts = Counter(record["grade"] for record in records)
    first = records[0] if records else {"feeds_missing": [], "feeds_late": []}
    return RiskList(
        business_date=business_date.isoformat(),
        known_at=zoned(run.known_at).isoformat(),
        zone_zh=home.zone.name.zh,
        zone_en=home.zone.name.en,
        graded=len(records),
        grade_counts={grade: counts[grade] for grade in Grade if counts[grade]},
        feeds_missing=tuple(sorted({*first["feeds_missing"], *first["feeds_late"]})),
        model=run.model_version,
        policy_digest=run.policy_digest,
        rows=rank_rows(records, alerts),
        excused=excused_of(records),
    )


def write_reports(home: Home, business_date: date) -> tuple[Path, ...]:
    """Write every form of a day's list into ``reports/<date>``: made aside, then put in place by one rename."""
    found = risk_list(home, business_date)
    target = home.reports / business_date.isoformat()
    aside = target.with_name(f".{target.name}.part")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    names = []
    for language in _LANGUAGES:
        for suffix, render in _RENDERERS.items():
            names.append(f"risklist.{language}{suffix}")
            (aside / names[-1]).write_bytes(render(found, language))
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    aside.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return tuple(target / name for name in names)


def write_list(found: RiskList, out: Path, language: Language) -> None:
    """Write the list to one file; its ending says in which form.

    Raises
    ------
    UsageError
        When the ending is none of .xlsx, .html, .csv.
    """
    render = _RENDERERS.get(out.suffix)
    if render is None:
        raise UsageError(f"'{out.name}' ends on no form of the list.", "Use .xlsx, .html or .csv.")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(render(found, language))


def language_of(text: str) -> Language:
    """A language by its code.

    Raises
    ------
    UsageError
        When it is neither zh nor en.
    """
    for language in _LANGUAGES:
        if text == language:
            return language
    raise UsageError(f"'{text}' is no language of the list.", "Use zh or en.")


def list_to_json(found: RiskList) -> dict[str, Any]:
    """The list as plain JSON values."""
    return asdict(found)


def _titled(home: Home, alert: Mapping[str, Any]) -> dict[str, Any]:
    rule = home.policies.rules.get(f"typologies/{alert['rule']}")
    words = {"zh": rule.title.zh, "en": rule.title.en} if rule else {}
    return {**alert, **words}
