"""The split by time: what could have been learnt on a day, and what came after it.

The training side is the panel *as it stood on the boundary day*: label windows that reach past it are cut there and
the rows carry the share that was observed. So no label of training overlaps the time in which a test row's outcome
falls, and the embargo costs no more rows than it must. That matters where a zone has hardly more than one horizon of
history; with years of it, most rows are observed whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.training.errors import PanelError
from models.training.panel import Labelled, Panel
from models.training.settings import TrainingSettings


@dataclass(frozen=True)
class Split:
    """Two sides of a boundary day.

    Attributes
    ----------
    boundary:
        The first D of the test side. Training knows nothing received after the morning of that day.
    """

    boundary: date
    train: Labelled
    test: Labelled


def split_by_time(panel: Panel, settings: TrainingSettings) -> Split:
    """Cut where the share of observed time kept for the test is nearest the wanted one.

    The choice looks at dates and exposure only, never at outcomes.

    Raises
    ------
    PanelError
        When no date leaves observed rows on both sides.
    """
    rows = Counter(panel.dates)
    shares = {day: share for day in sorted(rows) if (share := _share_for_test(panel, settings, day, rows)) is not None}
    if not shares:
        raise PanelError(
            f"The {len(rows)} dates of the panel leave no observed rows on both sides of any day.",
            "Give a longer period: at least two follow-ups of the least length and the reporting delay.",
        )
    boundary = min(shares, key=lambda day: abs(shares[day] - settings.share_for_test))
    return Split(
        boundary,
        panel.labelled(boundary - timedelta(days=1), settings, [day for day in rows if day < boundary]),
        panel.labelled(panel.known_on, settings, [day for day in rows if day >= boundary]),
    )


def _share_for_test(panel: Panel, settings: TrainingSettings, boundary: date, rows: Mapping[date, int]) -> float | None:
    """Share of the test side in the time observed on both; None when a side would be empty."""

    def observed(known_on: date, before: bool) -> int:
        return sum(
            days * rows[day]
            for day, days in panel.follow_up(known_on, settings).items()
            if (day < boundary) is before and days >= settings.least_follow_up_days
        )

    train, test = observed(boundary - timedelta(days=1), True), observed(panel.known_on, False)
    return test / (test + train) if train and test else None
