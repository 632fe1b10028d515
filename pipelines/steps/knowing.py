"""What is known as of (D, K), from what was kept of an earlier day where there is something to start from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources import files

from expectations.vocabulary.digest import sha256_of
from features.asof import AsOf, Versions
from features.days import CHAIN, CONTEXT, EVER, HISTORY_DAYS, ROLLUPS
from features.engine import Engine, read_step
from features.facts.official import without_records
from features.law import legal_parameters
from features.state import FileSpan, Kept, Look, VersionFiles, Workplace, advance, keep, restore, start
from models.people.objections import objections_of, set_aside
from pipelines.steps.day import Day
from pipelines.steps.home import Home, PinnedLake
from pipelines.storage.acts import acts_known


def know(home: Home, day: Day, lake: PinnedLake, engine: Engine) -> None:
    """Leave facts, rollups and window sums of (D, K) in an engine, and keep them for the next day."""
    place, look = Workplace(engine, home.contracts, home.states), look_of(home, lake, day)
    definition = definition_of(home, day)
    earlier = home.states.latest(definition, day.business_date, day.known_at)
    if earlier is not None and earlier.is_of(look):
        restore(place, earlier, look)
        return
    kept = None if earlier is None else _brought_up(home, place, earlier, look)
    if kept is None:
        start(engine, home.contracts, look)
        kept = keep(place, look, definition)
    home.states.store(kept)


def _brought_up(home: Home, place: Workplace, earlier: Kept, look: Look) -> Kept | None:
    before = look_of(home, home.pinned(earlier.snapshot), Day(earlier.business_date, earlier.known_at))
    return advance(place, earlier, before, look)


@dataclass(frozen=True)
class _JudgedBy:
    """The files of a look without the records that an objection was upheld against."""

    files: VersionFiles
    aside: Mapping[str, frozenset[str]]

    def spans(self, table: str) -> Mapping[str, FileSpan]:
        """As the files."""
        return self.files.spans(table)

    def sql(self, table: str, files: Collection[str]) -> str:
        """A select over the versions in some files that are judged by."""
        return without_records(table, self.files.sql(table, files), self.aside)


def look_of(home: Home, lake: PinnedLake, day: Day) -> Look:
    """The pinned lake as of a day."""
    files = _JudgedBy(lake.version_files(day.known_at), _set_aside(home, day))
    return Look(looking_at(home, lake, day), files, lake.digest)


def _set_aside(home: Home, day: Day) -> Mapping[str, frozenset[str]]:
    with home.database.reading() as connection:
        return set_aside(objections_of(acts_known(connection, day.known_at)).values())


def looking_at(home: Home, lake: PinnedLake, day: Day) -> AsOf:
    """The two times of a day, and the zone's feeds with its own terms."""
    terms = {table: feed.late_after_days for table, feed in home.zone.feeds.items()}
    return AsOf(day.business_date, day.known_at, frozenset(terms), terms, lake.reported(day.known_at))


def versions_of(home: Home, lake: PinnedLake, day: Day) -> Versions:
    """The pinned lake's versions, without batches withdrawn by K and records that an objection was upheld against."""
    aside = _set_aside(home, day)
    return Versions(home.contracts, lambda table: without_records(table, lake.versions_sql(table, day.known_at), aside))


def definition_of(home: Home, day: Day) -> str:
    """Digest of all that the meaning of a state hangs on. Records set aside are part of it: that is seldom."""
    packages = {"features.chain": (*CONTEXT, *CHAIN), "features.rollups": (*EVER, *ROLLUPS)}
    ways = (path for path in files("features.state").iterdir() if path.name.endswith(".py"))
    return sha256_of(
        {
            "steps": {step: read_step(package, step) for package, steps in packages.items() for step in steps},
            "ways": {path.name: path.read_text(encoding="utf-8") for path in ways},
            "law": legal_parameters(),
            "history_days": HISTORY_DAYS,
            "contracts": {table: contract.model_dump(mode="json") for table, contract in home.contracts.items()},
            "feeds": {table: feed.late_after_days for table, feed in home.zone.feeds.items()},
            "aside": {uscc: sorted(keys) for uscc, keys in sorted(_set_aside(home, day).items())},
        }
    )
