"""Worlds by chance: rows of many tables, late, corrected, annulled and sent twice. The same seed, the same world."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from expectations.vocabulary.moment import ZONE
from tests.worlds.builder import World
from tests.worlds.chance_records import ENTERPRISES, KINDS, Dice, rates

__all__ = ["ENTERPRISES", "Chance"]


class Chance:
    """Tells a world around a business date.

    A third of the records has further versions, some of which annul it or move it to another day; some rows come late,
    some are sent twice.
    """

    def __init__(self, seed: int, business_date: date, world: World | None = None) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a world to test with, nothing secret
        busy = tuple(self.random.choice((0, 1, 6, 29, 31, 89, 150, 150, 200)) for _ in range(4))
        self.dice = Dice(self.random, business_date, busy)
        self.world = World() if world is None else world

    def tell(self, records: int = 60) -> World:
        """The world, with this many records of each kind."""
        for table, fields in rates(self.dice):
            self.world.add(table, received_at=self.dice.moment(self.dice.business_date - timedelta(days=600)), **fields)
        for number in range(records):
            for kind in KINDS:
                self._versions(kind, number)
        return self.world

    def _versions(self, kind: Any, number: int) -> None:
        chance = self.random
        table, fields = kind(self.dice, number)
        happened = fields.get(self.world.contracts[table].event_time) or self.dice.day()
        day = happened.astimezone(ZONE).date() if isinstance(happened, datetime) else happened
        fields.pop("received_at", None)
        received = datetime.combine(day, time(22), tzinfo=ZONE) + timedelta(hours=chance.choice((0, 5, 8, 9, 40, 900)))
        self.world.add(table, received_at=received, **fields)
        while chance.random() < 0.3:
            received += timedelta(hours=chance.choice((0, 3, 30)))
            if chance.random() < 0.6:
                fields = self._corrected(table, kind(self.dice, number)[1], fields)
            fields.pop("received_at", None)
            if "annulled_at" in self.world.contracts[table].field_names:
                fields = fields | {"annulled_at": received if chance.random() < 0.3 else None}
            self.world.add(table, received_at=received, **fields)

    def _corrected(self, table: str, fresh: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
        return fresh | {name: old[name] for name in self.world.contracts[table].key}
