"""The statistics bulletin of a period, from what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from expectations.vocabulary.digest import canonical_json
from expectations.vocabulary.language import LANGUAGES
from expectations.vocabulary.moment import zoned
from features.asof import define_known
from features.engine import Engine
from features.statistics.build import build_statistics
from models.people.objections import ObjectionState, objections_of
from pipelines.steps.day import Day
from pipelines.steps.home import Home
from pipelines.steps.knowing import looking_at, versions_of
from pipelines.storage import decisions
from pipelines.storage.acts import acts_known
from reports.statistics.bulletin import Bulletin, Quality, Trade, make_bulletin
from reports.statistics.document import render_document
from reports.statistics.period import Period
from reports.statistics.record import bulletin_to_json
from reports.statistics.terms import bulletin_terms
from reports.statistics.workbook import render_workbook

KEPT = "bulletin.json"
_FORMS = {".xlsx": render_workbook, ".pdf": render_document}


def bulletin_of(home: Home, period: Period, known_at: datetime) -> Bulletin:
    """The bulletin of a period, of what was received by a moment and happened by the period's end."""
    terms = bulletin_terms(period.last)
    day, lake = Day.of(period.last, known_at), home.pin()
    with home.engine() as engine:
        define_known(engine, versions_of(home, lake, day), looking_at(home, lake, day))
        build_statistics(engine, date(min(terms.base_year, period.first.year - 1), 1, 1), period.last)
        trade = _trade(engine, home, period, known_at)
    return make_bulletin(trade, period, terms)


def _grades(home: Home, last: date) -> Mapping[str, str]:
    """Grades of the last run of the period or before it."""
    with home.database.reading() as connection:
        told = decisions.latest_run_date(connection, until=last)
        records = decisions.decisions_of(connection, told) if told else ()
        return {record["uscc"]: record["grade"] for record in records if record["grade"]}


def _trade(engine: Engine, home: Home, period: Period, known_at: datetime) -> Trade:
    within = {"first": period.first, "last": period.last}
    unplaced = engine.rows(
        """
        select count(*), coalesce(sum(value_fen), 0) from returned_document
        where key_hash is null and month between $first and $last""",
        within,
    )[0]
    first = engine.rows("select min(first_day) from feed where table_name in ('inventory', 'declaration')")[0][0]
    return Trade(
        cells=engine.frame("select * from trade_cell"),
        entity_types={
            str(uscc): str(kind) for uscc, kind in engine.rows("select uscc, entity_type from known_enterprise")
        },
        grades=_grades(home, period.last),
        vehicles=engine.frame("select * from vehicle_year"),
        first_month=_whole_month(first) if isinstance(first, date) else None,
        unplaced_returns=(int(str(unplaced[0])), int(str(unplaced[1]))),
        quality=_quality(engine, home, period, known_at),
        zone={"zh": home.zone.name.zh, "en": home.zone.name.en},
        known_at=zoned(known_at).isoformat(timespec="seconds"),
    )


def _whole_month(first: date) -> date:
    """The first month of which every day was received."""
    if first.day == 1:
        return first
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _quality(engine: Engine, home: Home, period: Period, known_at: datetime) -> Quality:
    within = {"first": period.first, "last": period.last}
    lists, matched = engine.rows(
        """
        select coalesce(sum(lists), 0), coalesce(sum(matched), 0) from document_match
        where month between $first and $last""",
        within,
    )[0]
    findings, confirmed = engine.rows(
        """
        select count(*), count(*) filter (where finding = 'confirmed') from known_alert_feedback
        where event_day between $first and $last""",
        within,
    )[0]
    with home.database.reading() as connection:
        objections = objections_of(acts_known(connection, known_at)).values()
    answered = [
        one.state
        for one in objections
        if one.answered_at is not None and period.first <= zoned(one.answered_at).date() <= period.last
    ]
    upheld = sum(state is ObjectionState.UPHELD for state in answered)
    return Quality(
        match_rate=_share(matched, lists),
        alert_precision=_share(confirmed, findings),
        objections_upheld=_share(upheld, len(answered)),
        lists=int(str(lists)),
        findings=int(str(findings)),
        answers=len(answered),
    )


def _share(part: object, whole: object) -> float | None:
    return int(str(part)) / int(str(whole)) if int(str(whole)) else None


def write_bulletin(bulletin: Bulletin, folder: Path) -> tuple[Path, ...]:
    """Write the bulletin as spreadsheet and PDF in both languages, and as JSON, from which pages show it again."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / KEPT]
    written[0].write_text(canonical_json(bulletin_to_json(bulletin)) + "\n", encoding="utf-8")
    for language in LANGUAGES:
        for suffix, render in _FORMS.items():
            path = folder / f"bulletin.{language}{suffix}"
            path.write_bytes(render(bulletin, language))
            written.append(path)
    return tuple(written)
