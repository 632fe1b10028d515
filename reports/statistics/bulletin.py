"""From trade per enterprise, month and cut to the figures of a bulletin. Pure: frames in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from expectations.vocabulary.money import to_fen
from reports.statistics.disclosure import TOTAL, hidden_cells
from reports.statistics.goods import section_of
from reports.statistics.period import Period
from reports.statistics.terms import BulletinTerms

CUTS = ("direction", "mode", "country", "section", "port", "entity_type", "grade", "month")
"""What turnover is cut by, one at a time."""

UNSAID = ""
"""The value of a cut that a document, or the register, does not say."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """What was released and given back, in fen."""

    documents: int
    gross_fen: int
    returns: int
    returned_fen: int

    @property
    def net_fen(self) -> int:
        """Gross less what was given back."""
        return self.gross_fen - self.returned_fen


@dataclass(frozen=True, slots=True)
class CutRow:
    """One cell of a cut. ``now``, and ``before`` (the same months a year earlier), are None where they are not told."""

    value: str
    enterprises: int | None
    now: Amounts | None
    before: Amounts | None

    @property
    def growth(self) -> float | None:
        """Change of gross turnover in a year, as a share; None where either side is not shown or nothing was there."""
        return growth(self.now, self.before)


@dataclass(frozen=True, slots=True)
class Progress:
    """A figure against its target. ``value`` is None where it cannot be told, and ``why`` then says why."""

    id: str
    value: float | None
    target: float
    why: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the sources and the grading work; None where there is nothing to measure by.

    Attributes
    ----------
    match_rate:
        Retail import lists of the period with order, payment and waybill, as a share.
    alert_precision:
        Alerts an officer confirmed, of those found about in the period, as a share.
    objections_upheld:
        Objections upheld, of those answered in the period, as a share.
    """

    match_rate: float | None
    alert_precision: float | None
    objections_upheld: float | None
    lists: int = 0
    findings: int = 0
    answers: int = 0


@dataclass(frozen=True)
class Trade:
    """What a bulletin is added up of.

    Attributes
    ----------
    cells:
        ``uscc``, ``month`` (first day), ``mode``, ``direction``, ``country``, ``port``, ``chapter``, ``documents``,
        ``gross_fen``, ``returns``, ``returned_fen``.
    entity_types, grades:
        By USCC, as of the period's end.
    vehicles:
        ``uscc``, ``year``, ``vehicles``.
    first_month:
        From which month on everything that counts was received.
    unplaced_returns:
        Completed in the period and naming no counted document: their number and fen.
    zone:
        The zone's name by language.
    known_at:
        Up to when what was received is counted, in ISO 8601.
    """

    cells: pd.DataFrame
    entity_types: Mapping[str, str]
    grades: Mapping[str, str]
    vehicles: pd.DataFrame
    first_month: date | None
    unplaced_returns: tuple[int, int]
    quality: Quality
    zone: Mapping[str, str]
    known_at: str


@dataclass(frozen=True)
class Bulletin:
    """The figures of one period. What is None is not shown, or cannot be told."""

    period: Period
    known_at: str
    zone: Mapping[str, str]
    is_complete: bool
    total: CutRow
    year_to_date: CutRow
    cuts: Mapping[str, Sequence[CutRow]]
    progress: Sequence[Progress]
    quality: Quality
    unplaced_returns: tuple[int, int]
    terms: BulletinTerms


def cut_columns(trade: Trade) -> pd.DataFrame:
    """The cells with one column of text per cut."""
    cells = trade.cells
    months = pd.to_datetime(cells["month"])
    return cells.assign(
        section=cells["chapter"].fillna(UNSAID).map(section_of),
        country=cells["country"].fillna(UNSAID),
        port=cells["port"].fillna(UNSAID),
        entity_type=cells["uscc"].map(trade.entity_types).fillna(UNSAID),
        grade=cells["uscc"].map(trade.grades).astype(object).fillna(UNSAID),
        first_day=months.dt.date,
        month=months.dt.strftime("%m"),
    )


def tables_of(trade: Trade, period: Period, least: int) -> tuple[CutRow, dict[str, list[CutRow]]]:
    """The total and every cut of a period, beside the year before, with what must stay unsaid left out.

    The year before is left out as well where not all of it was received: little data is no small trade.
    """
    cells = cut_columns(trade)
    sides = []
    for each in (period, period.year_before):
        rows = _of_period(cells, each)
        sides.append((rows, hidden_cells(rows, CUTS, least)))
    (now, hidden_now), (before, hidden_before) = sides
    is_unknown = not _is_received(trade, period.year_before)
    total = _row(TOTAL, now, before, TOTAL in hidden_now, is_unknown or TOTAL in hidden_before)
    cuts: dict[str, list[CutRow]] = {}
    for cut in CUTS:
        values = sorted({*now[cut], *before[cut]})
        cuts[cut] = [
            _row(
                (cut, value),
                now[now[cut] == value],
                before[before[cut] == value],
                (cut, value) in hidden_now,
                is_unknown or (cut, value) in hidden_before,
            )
            for value in values
        ]
    return total, cuts


def total_of(trade: Trade, period: Period, least: int) -> CutRow:
    """The total of a period beside the year before, without its cuts."""
    cells = cut_columns(trade)
    now, before = _of_period(cells, period), _of_period(cells, period.year_before)
    few = [0 < rows["uscc"].nunique() < least for rows in (now, before)]
    return _row(TOTAL, now, before, few[0], few[1] or not _is_received(trade, period.year_before))


def _is_received(trade: Trade, period: Period) -> bool:
    return trade.first_month is not None and trade.first_month <= period.first


def _of_period(cells: pd.DataFrame, period: Period) -> pd.DataFrame:
    return cells[cells["first_day"].map(period.covers).astype(bool)].reset_index(drop=True)


def _row(cell: tuple[str, str], now: pd.DataFrame, before: pd.DataFrame, is_hidden: bool, was_hidden: bool) -> CutRow:
    enterprises = None if is_hidden else int(now["uscc"].nunique())
    return CutRow(cell[1], enterprises, None if is_hidden else amounts(now), None if was_hidden else amounts(before))


def amounts(rows: pd.DataFrame) -> Amounts:
    """Sums over some cells."""
    return Amounts(*(int(rows[name].sum()) for name in ("documents", "gross_fen", "returns", "returned_fen")))


def growth(now: Amounts | None, before: Amounts | None) -> float | None:
    """Change of gross turnover as a share; None where it cannot be told."""
    if now is None or before is None or not before.gross_fen:
        return None
    return now.gross_fen / before.gross_fen - 1


def active_entities(trade: Trade, period: Period, terms: BulletinTerms) -> int:
    """Enterprises active in the twelve months that end with the period (domain pack, section 6)."""
    cells = cut_columns(trade)
    year = _of_period(cells, period.twelve_months)
    months = year[year["documents"] > 0].groupby("uscc")["first_day"].nunique()
    net = year.groupby("uscc")["gross_fen"].sum() - year.groupby("uscc")["returned_fen"].sum()
    by_months = set(months.index[months >= terms.active_months])
    return len(by_months | set(net.index[net >= to_fen(terms.active_net_cny)]))


def progress_of(trade: Trade, period: Period, terms: BulletinTerms) -> list[Progress]:
    """The zone's figures against its targets."""
    vehicles = trade.vehicles[trade.vehicles["year"] == period.last.year]["vehicles"].sum()
    value, why = _average_growth(trade, period, terms)
    return [
        _turnover_progress(trade, period, terms),
        Progress("average_growth", value, terms.growth_target, why),
        Progress("active_entities", active_entities(trade, period, terms), terms.active_target),
        Progress("vehicles", int(vehicles), terms.vehicles_target),
        Progress("people_trained", None, terms.people_trained_target, "no_source"),
    ]


def _turnover_progress(trade: Trade, period: Period, terms: BulletinTerms) -> Progress:
    """Turnover of the twelve months that end with the period, against the target of the target year."""
    target = float(terms.turnover_target_cny)
    if not _is_received(trade, period.twelve_months):
        return Progress("turnover", None, target, "year_incomplete")
    if total_of(trade, period.twelve_months, terms.least_enterprises).now is None:
        return Progress("turnover", None, target, "too_few")
    return Progress("turnover", _gross(trade, period.twelve_months) / 100, target)


def _average_growth(trade: Trade, period: Period, terms: BulletinTerms) -> tuple[float | None, str]:
    """The compound yearly growth since the base year, over the same months of both years."""
    years = period.last.year - terms.base_year
    base = Period.of_months("base", terms.base_year, period.first.month, period.last.month - period.first.month + 1)
    if years < 1:
        return None, "base_year_itself"
    if not _is_received(trade, base):
        return None, "base_unknown"
    before = _gross(trade, base)
    if not before:
        return None, "base_unknown"
    return (_gross(trade, period) / before) ** (1 / years) - 1, ""


def _gross(trade: Trade, period: Period) -> int:
    months = pd.to_datetime(trade.cells["month"]).dt.date
    return int(trade.cells.loc[months.map(period.covers).astype(bool), "gross_fen"].sum())


def make_bulletin(trade: Trade, period: Period, terms: BulletinTerms) -> Bulletin:
    """The figures of a period."""
    total, cuts = tables_of(trade, period, terms.least_enterprises)
    return Bulletin(
        period=period,
        known_at=trade.known_at,
        zone=trade.zone,
        is_complete=date.fromisoformat(trade.known_at[:10]) > period.last,
        total=total,
        year_to_date=total_of(trade, period.year_to_date, terms.least_enterprises),
        cuts=cuts,
        progress=progress_of(trade, period, terms),
        quality=trade.quality,
        unplaced_returns=trade.unplaced_returns,
        terms=terms,
    )
