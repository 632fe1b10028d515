"""The panel: one row per enterprise and month end, with what was known then and what came after.

Two clocks are kept apart. Features of a row are those of (D, K(D)). Outcomes are read as of a later day, with what
was known by that day's cutoff and nothing more, so they can be read as they stood when a model could have been trained.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations.vocabulary.moment import ZONE, add_months, knowledge_cutoff
from features.table import FeatureTable
from models.scorer.protocol import FloatArray
from models.training.errors import LookAheadError, PanelError
from models.training.selection import INSPECTION_COLUMNS, Looks, looks_of, selection_weights
from models.training.settings import TrainingSettings

EVENT_COLUMNS = ("uscc", "event_date", "received_at", "kind", "key", "voided")
EVENT_IDENTITY = ["uscc", "kind", "key"]
GONE = ("revoked", "cancelled")
"""Registration statuses without a grade: nobody is asked for a probability of them."""


@dataclass(frozen=True)
class Sources:
    """Where a panel comes from. Both give what was known at the cutoff of the day they are asked for, never later.

    Attributes
    ----------
    features_as_of:
        The feature table of a business date.
    events_as_of:
        Adverse events of the zone with columns ``uscc``, ``event_date``, ``received_at``, ``kind``, ``key`` and
        ``voided`` (repaired, revoked or withdrawn by then).
    weights:
        Rows of the population that each row of a table stands for; ones when not given.
    inspections_as_of:
        Who was looked at, with the columns of ``INSPECTION_COLUMNS``; nobody when not given.
    """

    features_as_of: Callable[[date], FeatureTable]
    events_as_of: Callable[[date], pd.DataFrame]
    weights: Callable[[FeatureTable], FloatArray] | None = None
    inspections_as_of: Callable[[date], pd.DataFrame] | None = None


@dataclass(frozen=True)
class Labelled:
    """Rows with their outcome as known on one day.

    Attributes
    ----------
    features:
        Shape (n, k), index 0 to n - 1.
    enterprises, dates:
        USCC and D of each row.
    outcome:
        1.0 where an adverse event was seen in the observed part of the horizon.
    exposure:
        Observed share of the horizon, in (0, 1].
    weight:
        Rows of the population that this row stands for.
    known_on:
        Outcomes are those known at this day's cutoff.
    excluded:
        Rows left out, by reason.
    looks:
        Who was looked at in the observed part of the horizon; None where the panel has no inspections.
    """

    features: pd.DataFrame
    enterprises: npt.NDArray[np.object_]
    dates: npt.NDArray[np.object_]
    outcome: FloatArray
    exposure: FloatArray
    weight: FloatArray
    known_on: date
    excluded: Mapping[str, int]
    looks: Looks | None = None

    @property
    def events(self) -> int:
        """Rows with an adverse event."""
        return int(self.outcome.sum())


@dataclass(frozen=True)
class Panel:
    """Features of every enterprise at every date, and the way to its outcomes.

    Attributes
    ----------
    features:
        Shape (n, k), ordered by date and USCC, index 0 to n - 1.
    known_on:
        The last day of knowledge. Events voided by then are used on no day: what was repaired leaves training too.
    events:
        As known on ``known_on``.
    excluded:
        Rows and events left out, by reason.
    """

    features: pd.DataFrame
    enterprises: npt.NDArray[np.object_]
    dates: npt.NDArray[np.object_]
    weight: FloatArray
    known_on: date
    events: pd.DataFrame
    events_as_of: Callable[[date], pd.DataFrame]
    excluded: Mapping[str, int]
    inspections: pd.DataFrame | None = None

    @property
    def digest(self) -> str:
        """Hexadecimal sha256 over rows, values and events."""
        digest = hashlib.sha256("|".join(self.features.columns).encode())
        values = self.features.to_numpy(dtype="<f8")
        digest.update(np.where(np.isnan(values), np.nan, values).tobytes())
        digest.update("|".join(f"{day}{uscc}" for day, uscc in zip(self.dates, self.enterprises, strict=True)).encode())
        digest.update(self.events.to_csv(index=False).encode())
        return digest.hexdigest()

    def follow_up(self, known_on: date, settings: TrainingSettings) -> dict[date, int]:
        """Days of each date's horizon observed by a day: until the horizon ends, or the reporting delay before it.

        Raises
        ------
        LookAheadError
            When the day lies after the panel's own.
        """
        if known_on > self.known_on:
            raise LookAheadError(f"Outcomes of {known_on} asked of a panel that ends on {self.known_on}.", "Extend it.")
        closes = known_on - timedelta(days=settings.reporting_delay_days)
        return {day: min(settings.horizon_days, (closes - day).days) for day in sorted(set(self.dates))}

    def labelled(self, known_on: date, settings: TrainingSettings, dates: Iterable[date] | None = None) -> Labelled:
        """Outcomes as they stood on a day not after the panel's own.

        Rows observed for less than ``least_follow_up_days`` are left out, as are rows whose only events were voided:
        such an enterprise is neither good nor bad.
        """
        days = self.follow_up(known_on, settings)
        observed = np.array([days[day] for day in self.dates])
        wanted = np.ones(len(self.dates), bool) if dates is None else pd.Series(self.dates).isin(list(dates)).to_numpy()
        short = wanted & (observed < settings.least_follow_up_days)
        seen, only_voided = self._seen(self._events_on(known_on), days)
        kept = wanted & ~short & ~only_voided
        looks = self._looks(known_on, days)
        weight = self.weight[kept]
        if looks is not None and settings.most_selection_weight > 1:
            weight = weight * selection_weights(looks.where(kept), settings.most_selection_weight)
        return Labelled(
            features=self.features[kept].reset_index(drop=True),
            enterprises=self.enterprises[kept],
            dates=self.dates[kept],
            outcome=seen[kept].astype(np.float64),
            exposure=observed[kept] / settings.horizon_days,
            weight=weight,
            known_on=known_on,
            looks=None if looks is None else looks.where(kept),
            excluded={
                "rows_observed_too_short": int(short.sum()),
                "rows_with_voided_events_only": int((wanted & ~short & only_voided).sum()),
            },
        )

    def _looks(self, known_on: date, days: Mapping[date, int]) -> Looks | None:
        if self.inspections is None:
            return None
        known = self.inspections[self.inspections["received_at"] <= knowledge_cutoff(known_on)]
        return looks_of(self.enterprises, self.dates, days, known)

    def _events_on(self, known_on: date) -> pd.DataFrame:
        if known_on == self.known_on:
            return self.events
        events = _usable(self.events_as_of(known_on), known_on)
        voided_since = pd.MultiIndex.from_frame(self.events.loc[self.events["voided"], EVENT_IDENTITY])
        since = pd.MultiIndex.from_frame(events[EVENT_IDENTITY]).isin(voided_since)
        return events.assign(voided=events["voided"] | since)

    def _seen(
        self, events: pd.DataFrame, days: Mapping[date, int]
    ) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Per row, whether a standing event was seen in its window; and whether only voided ones were."""
        standing = np.zeros(len(self.dates), bool)
        voided = np.zeros(len(self.dates), bool)
        for day, observed in days.items():
            first, last = pd.Timestamp(day), pd.Timestamp(day + timedelta(days=observed))
            within = events[(events["event_date"] > first) & (events["event_date"] <= last)]
            rows = self.dates == day
            for mask, chosen in ((standing, ~within["voided"]), (voided, within["voided"])):
                mask[rows] = pd.Series(self.enterprises[rows]).isin(set(within.loc[chosen, "uscc"])).to_numpy()
        return standing, voided & ~standing


def build_panel(dates: Iterable[date], sources: Sources, known_on: date) -> Panel:
    """Put the panel together.

    Parameters
    ----------
    dates:
        Business dates of the rows, normally ``month_ends``.
    sources:
        Features and events.
    known_on:
        The last day whose knowledge may be used.

    Raises
    ------
    LookAheadError
        When features or events know more than their own day allows.
    PanelError
        When there are no dates, or events lack a column.
    """
    tables = [_checked(day, sources.features_as_of(day)) for day in sorted(set(dates))]
    if not tables:
        raise PanelError("The panel has no dates.", "Give at least a month end with data before it.")
    events = _usable(sources.events_as_of(known_on), known_on)
    kept = [_rows_that_say_something(table) for table in tables]
    weights = [sources.weights(table) if sources.weights else np.ones(len(table.frame)) for table in tables]
    pairs = list(zip(tables, kept, strict=True))
    return Panel(
        features=pd.concat([table.frame[rows] for table, rows in pairs], ignore_index=True),
        enterprises=np.concatenate([table.frame.index[rows].to_numpy(dtype=object) for table, rows in pairs]),
        dates=np.concatenate([np.full(int(rows.sum()), table.business_date, dtype=object) for table, rows in pairs]),
        weight=np.concatenate([weight[rows] for weight, rows in zip(weights, kept, strict=True)]),
        known_on=known_on,
        events=events,
        events_as_of=sources.events_as_of,
        inspections=_inspections(sources, known_on),
        excluded={
            "rows_without_any_value_or_gone": int(sum((~rows).sum() for rows in kept)),
            "events_voided": int(events["voided"].sum()),
        },
    )


def month_ends(first: date, last: date) -> list[date]:
    """The last days of months in [first, last]."""
    day = date(first.year, first.month, 1)
    ends = []
    while (end := add_months(day, 1) - timedelta(days=1)) <= last:
        ends.append(end)
        day = add_months(day, 1)
    return [end for end in ends if end >= first]


def _checked(day: date, table: FeatureTable) -> FeatureTable:
    if table.business_date != day or table.known_at > knowledge_cutoff(day):
        raise LookAheadError(
            f"Features asked for {day} were made for {table.business_date} as known at {table.known_at}.",
            f"Make them as known at {knowledge_cutoff(day)}, or the model learns from what nobody knew.",
        )
    return table


def _rows_that_say_something(table: FeatureTable) -> npt.NDArray[np.bool_]:
    gone = table.profile["registration_status"].isin(GONE).to_numpy(dtype=bool)
    rows: npt.NDArray[np.bool_] = table.frame.notna().any(axis=1).to_numpy() & ~gone
    return rows


def _inspections(sources: Sources, known_on: date) -> pd.DataFrame | None:
    if sources.inspections_as_of is None:
        return None
    found = sources.inspections_as_of(known_on)
    if absent := [column for column in INSPECTION_COLUMNS if column not in found.columns]:
        raise PanelError(f"The inspections have no column '{absent[0]}'.", "Give: " + ", ".join(INSPECTION_COLUMNS))
    return found.assign(
        event_date=pd.to_datetime(found["event_date"]),
        received_at=pd.to_datetime(found["received_at"], utc=True).dt.tz_convert(ZONE),
    )


def _usable(events: pd.DataFrame, known_on: date) -> pd.DataFrame:
    """The columns the panel needs, in a fixed order of rows, after a look at when they were received."""
    if absent := [column for column in EVENT_COLUMNS if column not in events.columns]:
        raise PanelError(f"The adverse events have no column '{absent[0]}'.", "Give: " + ", ".join(EVENT_COLUMNS))
    if (events["received_at"] > knowledge_cutoff(known_on)).any():
        raise LookAheadError(
            f"Adverse events of {known_on} hold some received later.",
            f"Give them as known at {knowledge_cutoff(known_on)}.",
        )
    ordered = events.loc[:, list(EVENT_COLUMNS)].sort_values(["uscc", "event_date", "kind", "key"], ignore_index=True)
    return ordered.assign(
        event_date=pd.to_datetime(ordered["event_date"]),
        # One zone whatever the engine's session said, so that the digest does not depend on it.
        received_at=pd.to_datetime(ordered["received_at"], utc=True).dt.tz_convert(ZONE),
        voided=ordered["voided"].astype(bool),
    )
