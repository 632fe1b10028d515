"""What an operator should know each morning: does the ledger hold, what is late, what waits, how far grades moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from expectations.errors import NotFoundError
from expectations.vocabulary.grade import Grade
from expectations.vocabulary.moment import zoned
from models.validation.stability import Shift, shift
from models.validation.watching import WatchBounds, watch_bounds
from pipelines.steps.alarms import Runbook
from pipelines.steps.dead_letters import dead_letters
from pipelines.steps.home import Home
from pipelines.steps.model_watch import ModelWatch, watch_model
from pipelines.steps.promotion import champion_of
from pipelines.steps.registry import ModelRegistry, card_of
from pipelines.storage import decisions, ledger, outbox

_MONTH = 30


@dataclass(frozen=True, slots=True)
class Watch:
    """The state of a home after a day's run.

    Attributes
    ----------
    waiting, waiting_since:
        Messages to be delivered, and the day of the oldest that is not settled. What the latest run wrote is of the day
        after its business date, so an older one has waited for a day.
    dead, dead_unowned:
        Messages that cannot be delivered, and those of them that nobody answers for.
    grade_shift:
        Population stability index between the day's grades and those of the run nearest 30 days earlier, with what luck
        explains among so few enterprises; None when there is none.
    bounds:
        From where on a shift is an alarm.
    champion_on_ledger:
        The version that grades by the ledger; None in a home without any promotion on record.
    model:
        None where the model that grades has no card to watch it by.
    """

    date: str
    has_run: bool
    ledger_holds: bool
    ledger_faults: tuple[str, ...]
    feeds_late: tuple[str, ...]
    waiting: int
    dead: int
    grade_shift: Shift | None
    bounds: WatchBounds
    dead_unowned: int = 0
    waiting_since: str | None = None
    champion_on_ledger: str | None = None
    model: ModelWatch | None = None

    @property
    def alarms(self) -> tuple[str, ...]:
        """What an operator must act on, in words."""
        said = []
        if not self.has_run:
            said.append(Runbook.NO_RUN.alarm(f"There is no run for {self.date}. Run it: xinji run --date {self.date}"))
        if not self.ledger_holds:
            faults = "; ".join(self.ledger_faults)
            said.append(
                Runbook.LEDGER_BROKEN.alarm(f"The ledger does not hold: {faults}. Restore it before anything else.")
            )
        said.extend(self._delivery_alarms())
        if self.grade_shift is not None and self.bounds.counts(self.grade_shift):
            index = self.grade_shift.index
            said.append(
                Runbook.GRADES_MOVED.alarm(f"Grades moved: stability index {index:.2f} against a month ago. Ask why.")
            )
        if self.feeds_late:
            late = ", ".join(self.feeds_late)
            said.append(Runbook.FEEDS_LATE.alarm(f"Feeds are late: {late}. Ask their senders."))
        if self.model is not None:
            if self.champion_on_ledger not in (None, self.model.version):
                says = f"Version {self.model.version} grades, and by the ledger it is {self.champion_on_ledger}."
                said.append(Runbook.CHAMPION_DIFFERS.alarm(f"{says} Give the last promotion or rollback again."))
            said.extend(self.model.alarms)
        return tuple(said)

    def _delivery_alarms(self) -> list[str]:
        said = []
        if self.waiting and self.waiting_since is not None and self.waiting_since <= self.date:
            says = f"{self.waiting} messages wait to be delivered, the oldest since {self.waiting_since}."
            said.append(Runbook.DELIVERY_WAITS.alarm(f"{says} See why: xinji deliver"))
        if self.dead:
            says = f"{self.dead} messages cannot be delivered, {self.dead_unowned} with nobody who answers for them."
            said.append(Runbook.DEAD_LETTERS.alarm(f"{says} See: xinji outbox dead"))
        return said

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "bounds"}
        moved = self.grade_shift
        return {
            **values,
            "grade_shift": moved.index if moved else None,
            "grade_shift_by_luck": moved.bound if moved else None,
            "model": self.model.to_json() if self.model else None,
            "alarms": self.alarms,
        }


def watch(home: Home, business_date: date, registry: ModelRegistry | None = None) -> Watch:
    """Look at a home after the run for a business date; with its registry, at the model that grades as well."""
    with home.database.reading() as connection:
        report = ledger.verify(connection)
        counts = outbox.counts(connection)
        letters = dead_letters(connection)
        oldest = outbox.oldest_unsettled(connection)
        run = decisions.run_for(connection, business_date)
        today = list(decisions.decisions_of(connection, business_date))
        before = list(decisions.decisions_of(connection, business_date - timedelta(days=_MONTH)))
        champion = champion_of(connection)
    bounds = watch_bounds(business_date)
    return Watch(
        date=business_date.isoformat(),
        has_run=run is not None,
        ledger_holds=report.holds,
        ledger_faults=tuple(map(str, report.faults)),
        feeds_late=tuple(today[0]["feeds_late"]) if today else (),
        waiting=counts["pending"] + counts["sent"],
        dead=counts["dead"],
        dead_unowned=sum(letter.owner is None for letter in letters),
        waiting_since=zoned(oldest).date().isoformat() if oldest else None,
        grade_shift=grade_shift(_grades(before), _grades(today), bounds.level),
        bounds=bounds,
        champion_on_ledger=champion,
        model=_model(home, business_date, registry, bounds) if registry and run else None,
    )


def _model(home: Home, business_date: date, registry: ModelRegistry, bounds: WatchBounds) -> ModelWatch | None:
    try:
        reference = card_of(registry, home.champion().version).reference
    except NotFoundError:
        return None
    return watch_model(home, business_date, reference, bounds)


def grade_shift(before: Counter[str], after: Counter[str], level: float) -> Shift | None:
    """How far the six grades moved between two days; None without both."""
    if not before.total() or not after.total():
        return None
    then, now = ([day[grade] for grade in Grade] for day in (before, after))
    return shift(then, now, level, (before.total(), after.total()))


def _grades(records: list[dict[str, Any]]) -> Counter[str]:
    return Counter(record["grade"] for record in records if record["grade"])
