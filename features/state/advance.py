"""From the state of an earlier (D, K) to that of a later one, at the cost of what lies between."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from expectations.contracts.schema import Contract
from features.asof import Versions, arrival_sql, define_feeds, define_known, define_known_tables
from features.days import (
    CHAIN,
    EVER,
    ROLLUPS,
    WINDOWED,
    build_context,
    build_days,
    build_ever,
    build_history,
    first_day,
)
from features.engine import Engine, literal
from features.population import PARCEL_TABLES
from features.state.changes import Turnover, define_changed, files_ahead, touch_days
from features.state.files import Look
from features.state.kept import Kept, Segment, Shelf, Workplace
from features.state.lean import each_rollup
from features.state.reach import find_reached
from features.state.segments import RollupShape, days_of, define_rollup, with_segment
from features.state.sliding import Slide
from features.state.worlds import Neighbourhood, all_versions

EVERYWHERE = frozenset({"exchange_rate", "hs_rate"})
"""Reference tables that steps join by more than a link: they are always read whole."""

DATED_BY_CONTEXT = ("inventory", "order", "declaration", "return", "procurement")
"""Tables whose documents are read beside what is said of their whole day: its completeness, its exchange rates."""


def start(engine: Engine, contracts: Mapping[str, Contract], look: Look) -> None:
    """Build everything as of a look from all versions there are: the known tables, chain, rollups and window sums."""
    define_known(engine, all_versions(contracts, look), look.as_of)
    build_history(engine, look.as_of.business_date)


def keep(place: Workplace, look: Look, definition: str) -> Kept:
    """Keep what ``start`` has built in the workplace's engine."""
    engine, shelf = place.engine, place.shelf
    rollups = {}
    for name in (*EVER, *ROLLUPS):
        shape = RollupShape.of(engine, name)
        rollups[name] = with_segment(engine, shelf, shape, (), f"select * from {shape.counted(name)} as built")
    everything = {table: tuple(look.spans(table)) for table in place.contracts}
    return Kept(
        business_date=look.as_of.business_date,
        known_at=look.as_of.known_at,
        snapshot=look.snapshot,
        definition=definition,
        ahead=files_ahead(engine, place.contracts, look, everything),
        rollups=rollups,
        windows={name: put_window(engine, shelf, name) for name in WINDOWED},
        arrivals=put_arrivals(engine, shelf, "select * from arrival"),
    )


def restore(place: Workplace, kept: Kept, look: Look) -> None:
    """Leave in the engine what steps after the rollups read: the small tables whole, the rollups, the window sums.

    Parameters
    ----------
    place:
        What to work with.
    kept:
        The state of the look.
    look:
        The same two times and files that the state was made of.
    """
    engine, shelf = place.engine, place.shelf
    small = {table: contract for table, contract in place.contracts.items() if table not in PARCEL_TABLES}
    define_known_tables(engine, all_versions(small, look), look.as_of)
    engine.create_table("arrival", shelf.sql([kept.arrivals]))
    define_feeds(engine, place.contracts, look.as_of)
    for name in (*EVER, *ROLLUPS):
        define_rollup(engine, shelf, name, kept.rollups[name], first_day(look.as_of.business_date))
    for name, path in kept.windows.items():
        engine.create_view(f"window_{name}", shelf.sql([path]))


def put_window(engine: Engine, shelf: Shelf, name: str) -> str:
    """Keep ``window_<name>``; gives the file."""
    ordered = f"select * from window_{name} order by uscc, window_days"
    return shelf.put(engine, f"window_{name}", ordered).path


def put_arrivals(engine: Engine, shelf: Shelf, rows: str) -> str:
    """Keep what arrived when; gives the file."""
    ordered = f"select * from ({rows}) as arrival order by table_name, ingest_sequence, received_on"
    return shelf.put(engine, "arrival", ordered).path


def advance(place: Workplace, kept: Kept, before: Look, now: Look) -> Kept | None:
    """Bring a state up to a later look, and leave in the engine what ``start`` would have left.

    Of the parcel tables the engine then has no ``known_`` views: nothing after the rollups reads them.

    Parameters
    ----------
    place:
        What to work with.
    kept:
        The state of ``before``.
    before, now:
        Two looks with the same feeds; neither time of the second is earlier.

    Returns
    -------
    The state of ``now``; None when the tariff changed under documents that were looked at already, so that everything
    has to be built anew.
    """
    turnovers = define_changed(place.engine, place.contracts, before, now, kept.ahead)
    if place.engine.rows("select 1 from changed_hs_rate limit 1"):
        return None
    return _Advance(place, kept, before, now, turnovers).carry_out()


@dataclass(frozen=True)
class _Advance:
    """One advance.

    Per rollup it makes ``before_``, ``now_`` and ``change_<rollup>``: of what was reached, as it was and as it is, and
    what to add to the one to have the other.
    """

    place: Workplace
    kept: Kept
    before: Look
    now: Look
    turnovers: Mapping[str, Turnover]

    @property
    def engine(self) -> Engine:
        """The engine worked in."""
        return self.place.engine

    @property
    def contracts(self) -> Mapping[str, Contract]:
        """Of all tables."""
        return self.place.contracts

    @property
    def shelf(self) -> Shelf:
        """Where state files lie."""
        return self.place.shelf

    @property
    def business_date(self) -> date:
        """D now."""
        return self.now.as_of.business_date

    def carry_out(self) -> Kept:
        """The whole way; see ``advance``."""
        arrivals = self._put_arrivals()
        self._look_at_both(arrivals)
        if self._touch_flipped_days():
            self._look_at_both(arrivals)
        rollups = {name: self._with_change(name, f"now_{name}") for name in EVER}
        windows = {}
        for rollup in each_rollup(self.engine, self.business_date):
            rollups[rollup] = self._with_change(rollup, rollup)
            if (name := rollup.removeprefix("rollup_")) in WINDOWED:
                windows[name] = self._put_slid(name)
            self.engine.drop(rollup)
            self.engine.drop(f"change_{rollup}")
        for table in PARCEL_TABLES:
            self.engine.drop(f"known_{table}")
        now = Kept(
            business_date=self.business_date,
            known_at=self.now.as_of.known_at,
            snapshot=self.now.snapshot,
            definition=self.kept.definition,
            ahead=files_ahead(self.engine, self.contracts, self.now, self._may_be_ahead()),
            rollups=rollups,
            windows=windows,
            arrivals=arrivals,
        )
        restore(self.place, now, self.now)
        return now

    def _put_arrivals(self) -> str:
        """What arrived when: kept for files that had been received whole, looked up for the others."""
        selects, settled = [], ["false"]
        for table, contract in self.contracts.items():
            spans, stayed = self.now.spans(table), self.turnovers[table].common
            is_open = {
                file: file not in stayed or span.received_until > self.before.as_of.known_at
                for file, span in spans.items()
            }
            sequences = {spans[file].sequence for file in spans if not is_open[file]}
            if sequences:
                numbers = ", ".join(map(str, sorted(sequences)))
                settled.append(f"(table_name = {literal(table)} and ingest_sequence in ({numbers}))")
            if any(is_open.values()):
                versions = self.now.files.sql(table, sorted(file for file in spans if is_open[file]))
                selects.append(arrival_sql(contract, versions, self.now.as_of.known_at))
        selects.append(f"select * from ({self.shelf.sql([self.kept.arrivals])}) as kept where {' or '.join(settled)}")
        return put_arrivals(self.engine, self.shelf, " union all ".join(selects))

    def _look_at_both(self, arrivals: str) -> None:
        """Find what is reached; make its chain and rollups as they were, and all but these as it is."""
        find_reached(self.engine, self.contracts, self.before, self.now, self.turnovers)
        reached = Neighbourhood.of(self.engine, self.contracts, self.turnovers, EVERYWHERE)
        spoken = self.shelf.sql(segment.path for segment in self.kept.rollups["rollup_spoken"])
        self._know("before", self.before, reached.before(self.before), self.kept.arrivals)
        shape = RollupShape.of(self.engine, "rollup_spoken")
        self._set_context("before", shape.summed(spoken))
        build_days(self.engine, self.business_date)
        self._name_after("before", ROLLUPS)
        for step in CHAIN:
            self.engine.drop(step)
        self._know("now", self.now, reached.now(self.now), arrivals)
        self._define_change(shape, "now_rollup_spoken")
        self._set_context("now", shape.summed(f"{spoken} union all select * from change_rollup_spoken"))

    def _know(self, world: str, look: Look, versions: Versions, arrivals: str) -> None:
        define_known_tables(self.engine, versions, look.as_of)
        self.engine.create_table("arrival", self.shelf.sql([arrivals]))
        define_feeds(self.engine, self.contracts, look.as_of)
        build_ever(self.engine, self.business_date)
        self._name_after(world, EVER)

    def _set_context(self, world: str, spoken: str) -> None:
        self.engine.create_table("rollup_spoken", spoken)
        build_context(self.engine, self.business_date)
        self.engine.create_table(
            f"{world}_said",
            """
            select event_day, currency, cny_per_unit from day_rate
            union all
            select event_day, 'all documents are in', 0e0 from complete_day""",
        )

    def _name_after(self, world: str, names: Iterable[str]) -> None:
        for name in names:
            self.engine.create_table(f"{world}_{name}", f"select * from {name}")

    def _touch_flipped_days(self) -> bool:
        """Add the documents of days of which something else is said now to what changed; False without such days."""
        last = literal(self.before.as_of.business_date)
        changed = "(select * from {} except select * from {})"
        told = f"{changed.format('before_said', 'now_said')} union {changed.format('now_said', 'before_said')}"
        rows = self.engine.rows(f"select distinct event_day from ({told}) as told where event_day <= {last}")
        days = sorted(f"date {literal(str(day))}" for (day,) in rows)
        if days:
            for table in DATED_BY_CONTEXT:
                touch_days(self.engine, self.contracts[table], self.now, self.turnovers[table], days)
        return bool(days)

    def _define_change(self, shape: RollupShape, now: str) -> None:
        before, change = f"before_{shape.name}", f"change_{shape.name}"
        rows = shape.difference(before, now, days_of(self.engine, f"select event_day from {before}"))
        if shape.is_list:
            # Read once, and as long as the day.
            self.engine.create_view(change, rows)
        else:
            self.engine.create_table(change, rows)

    def _put_slid(self, name: str) -> str:
        shape = RollupShape.of(self.engine, f"rollup_{name}")
        kept = self.shelf.sql(segment.path for segment in self.kept.rollups[shape.name])
        sums = self.shelf.sql([self.kept.windows[name]])
        way = Slide(
            shape, sums, kept, f"select * from change_{shape.name}", self.kept.business_date, self.business_date
        )
        self.engine.create_table(f"window_{name}", way.sql())
        return put_window(self.engine, self.shelf, name)

    def _with_change(self, name: str, now: str) -> tuple[Segment, ...]:
        shape = RollupShape.of(self.engine, name)
        self._define_change(shape, now)
        changes = f"select * from change_{name}"
        return with_segment(self.engine, self.shelf, shape, self.kept.rollups[name], changes)

    def _may_be_ahead(self) -> dict[str, frozenset[str]]:
        return {
            table: self.turnovers[table].fresh | frozenset(self.kept.ahead.get(table, ())) for table in self.contracts
        }
