"""What an operator should know each morning: does the ledger hold, what is late, what waits, how far grades moved."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from expectations.errors import NotFoundError
from expectations.vocabulary.grade import Grade
from models.validation.watching import watch_bounds
from pipelines.steps.home import Home
from pipelines.steps.model_watch import ModelWatch, watch_model
from pipelines.steps.promotion import champion_of
from pipelines.steps.registry import ModelRegistry, card_of
from pipelines.storage import decisions, ledger, outbox

_MONTH = 30
_LEAST_SHARE = 0.001
"""A grade nobody holds counts as this share, so that the index stays finite."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The state of a home after a day's run.

    Attributes
    ----------
    grade_shift:
        Population stability index between the day's grades and those of the run nearest 30 days earlier; None when
        there is none. By custom, 0.1 is worth a look and 0.25 a question.
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
    grade_shift: float | None
    champion_on_ledger: str | None = None
    model: ModelWatch | None = None

    @property
    def alarms(self) -> tuple[str, ...]:
        """What an operator must act on, in words."""
        said = []
        if not self.has_run:
            said.append(f"There is no run for {self.date}. Run it: xinji run --date {self.date}")
        if not self.ledger_holds:
            said.append(f"The ledger does not hold: {'; '.join(self.ledger_faults)}. Restore it before anything else.")
        if self.dead:
            said.append(f"{self.dead} messages were given up. See the outbox for the receiver's answers.")
        if self.grade_shift is not None and self.grade_shift > 0.25:
            said.append(f"Grades moved: stability index {self.grade_shift:.2f} against a month ago. Ask why.")
        if self.feeds_late:
            said.append(f"Feeds are late: {', '.join(self.feeds_late)}. Ask their senders.")
        if self.model is not None:
            if self.champion_on_ledger not in (None, self.model.version):
                said.append(
                    f"Version {self.model.version} grades, and by the ledger it is {self.champion_on_ledger}. Give the "
                    "last promotion or rollback again."
                )
            said.extend(self.model.alarms)
        return tuple(said)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {**values, "model": self.model.to_json() if self.model else None, "alarms": self.alarms}


def watch(home: Home, business_date: date, registry: ModelRegistry | None = None) -> Watch:
    """Look at a home after the run for a business date; with its registry, at the model that grades as well."""
    with home.database.reading() as connection:
        report = ledger.verify(connection)
        counts = outbox.counts(connection)
        run = decisions.run_for(connection, business_date)
        today = list(decisions.decisions_of(connection, business_date))
        before = list(decisions.decisions_of(connection, business_date - timedelta(days=_MONTH)))
        champion = champion_of(connection)
    return Watch(
        date=business_date.isoformat(),
        has_run=run is not None,
        ledger_holds=report.holds,
        ledger_faults=tuple(map(str, report.faults)),
        feeds_late=tuple(today[0]["feeds_late"]) if today else (),
        waiting=counts["pending"] + counts["sent"],
        dead=counts["dead"],
        grade_shift=stability_index(_grades(before), _grades(today)),
        champion_on_ledger=champion,
        model=_model(home, business_date, registry) if registry and run else None,
    )


def _model(home: Home, business_date: date, registry: ModelRegistry) -> ModelWatch | None:
    try:
        reference = card_of(registry, home.champion().version).reference
    except NotFoundError:
        return None
    return watch_model(home, business_date, reference, watch_bounds(business_date))


def stability_index(before: Counter[str], after: Counter[str]) -> float | None:
    """Population stability index over the six grades: sum of (q - p) * ln(q / p). None without both sides."""
    if not before.total() or not after.total():
        return None
    total = 0.0
    for grade in Grade:
        p = max(before[grade] / before.total(), _LEAST_SHARE)
        q = max(after[grade] / after.total(), _LEAST_SHARE)
        total += (q - p) * math.log(q / p)
    return total


def _grades(records: list[dict[str, Any]]) -> Counter[str]:
    return Counter(record["grade"] for record in records if record["grade"])
