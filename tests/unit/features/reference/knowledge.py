"""What was known of a world as of (D, K), by plain Python over rows, written from the catalogue's text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from expectations.vocabulary.moment import ZONE, end_of_day
from tests.worlds.builder import World

Row = Mapping[str, Any]
Told = dict[str, float | None]

TERMS = frozenset({"due_on", "expires_on", "valid_to", "published_on", "annulled_at", "received_at"})
FEWEST = 5


class Knowledge:
    """The latest version of every record by K, without what was annulled or lies after D."""

    def __init__(self, world: World, business_date: date, known_at: datetime) -> None:
        self.world = world
        self.today = business_date
        self.known_at = known_at
        self.rows: dict[str, list[Row]] = {table: self._known(table) for table in world.rows}

    def _known(self, table: str) -> list[Row]:
        contract = self.world.contracts[table]
        versions: dict[int, list[Row]] = defaultdict(list)
        for row in self.world.rows[table]:
            if row["received_at"] <= self.known_at:
                versions[row["key_hash"]].append(row)
        order = ("received_at", "ingest_sequence", "source_row")
        latest = [max(rows, key=lambda row: tuple(row[name] for name in order)) for rows in versions.values()]
        kept = [row for row in latest if row.get("annulled_at") is None]
        if contract.event_time != "received_at":
            kept = [row for row in kept if row["event_day"] <= self.today]
        stages = [
            told.name
            for told in contract.fields
            if told.type in ("timestamp", "date") and not told.required and told.name not in TERMS
            and told.name != contract.event_time
        ]  # fmt: skip
        return [{**row, **{name: row[name] if self.happened(row[name]) else None for name in stages}} for row in kept]

    def happened(self, moment: datetime | date | None) -> bool:
        """Whether something has happened by the end of D."""
        if isinstance(moment, datetime):
            return moment < end_of_day(self.today)
        return moment is not None and moment <= self.today

    def within(self, day: date, days: int) -> bool:
        """Whether a day lies in the window (D - days, D]."""
        return self.today - timedelta(days=days) < day <= self.today

    def of(self, table: str, uscc: str, days: int) -> list[Row]:
        """Rows of an enterprise whose event lies in a window."""
        return [row for row in self.rows[table] if row["uscc"] == uscc and self.within(row["event_day"], days)]

    def named(self, table: str, **fields: Any) -> list[Row]:
        """Rows with these values; none where a value is missing."""
        if any(value is None for value in fields.values()):
            return []
        return [row for row in self.rows[table] if all(row[name] == value for name, value in fields.items())]

    def rate(self, currency: str, day: date) -> Decimal | None:
        """Yuan for one unit of a currency at customs' rate of the day: its month's, else the latest before."""
        if currency == "CNY":
            return Decimal(1)
        month = f"{day:%Y-%m}"
        rates = [row for row in self.rows["exchange_rate"] if row["currency"] == currency and row["month"] <= month]
        return Decimal(max(rates, key=lambda row: str(row["month"]))["cny_per_unit"]) if rates else None

    def grace(self, table: str) -> int:
        """Days of silence of a feed that are still no news."""
        return self.world.contracts[table].cadence.late_after_days

    def is_late(self, *tables: str) -> bool:
        """Whether one of these feeds has been silent for longer than its days of grace, annulled rows counting."""
        for table in tables:
            heard = [row["received_at"] for row in self.world.rows[table] if row["received_at"] <= self.known_at]
            if not heard or self.known_at - max(heard) > timedelta(days=self.grace(table)):
                return True
        return False


def day_of(moment: datetime) -> date:
    """The Asia/Shanghai day of a moment."""
    return moment.astimezone(ZONE).date()


def money(value: Any) -> Decimal:
    """An amount; nothing counts as zero."""
    return Decimal(str(value)) if value is not None else Decimal()


def total(rows: Iterable[Row], name: str) -> float:
    """A sum of amounts."""
    return float(sum((money(row[name]) for row in rows), Decimal()))


def ratio(part: float | Decimal, whole: float | Decimal) -> float | None:
    """A ratio; nothing over zero or less."""
    return float(part) / float(whole) if whole > 0 else None


def share(items: Iterable[Any], holds: Callable[[Any], bool]) -> float | None:
    """How many of five or more items hold; nothing of fewer."""
    held = [bool(holds(item)) for item in items]
    return sum(held) / len(held) if len(held) >= FEWEST else None


def mean(values: Sequence[float]) -> float | None:
    """The mean of five or more values; nothing of fewer."""
    return sum(values) / len(values) if len(values) >= FEWEST else None


def rounded(value: float) -> int:
    """Half away from zero, as amounts are rounded."""
    return int(value + 0.5) if value >= 0 else -int(-value + 0.5)
