"""Every feature of the catalogue again, by plain Python over rows, written from its text and not from the SQL."""

from __future__ import annotations

from datetime import date, datetime

from tests.unit.features.reference.documents import Documents
from tests.unit.features.reference.goods import Goods
from tests.unit.features.reference.knowledge import Knowledge, Told
from tests.unit.features.reference.money_and_tax import MoneyAndTax
from tests.unit.features.reference.orders import Orders
from tests.unit.features.reference.standing import Standing
from tests.worlds.builder import World


class Reference:
    """Everything known of a world as of (D, K), and what follows from it for one enterprise."""

    def __init__(self, world: World, business_date: date, known_at: datetime) -> None:
        self.known = Knowledge(world, business_date, known_at)
        self.documents = Documents(self.known)
        self.orders = Orders(self.known)
        self.money = MoneyAndTax(self.known, self.documents)
        self.goods = Goods(self.known)
        self.standing = Standing(self.known)

    def features(self, uscc: str) -> Told:
        """Every feature by name."""
        told: Told = {}
        for days in (30, 90, 365):
            for group in (self.documents, self.orders, self.money, self.goods):
                told |= {f"{name}_{days}d": value for name, value in group.window(uscc, days).items()}
        return {
            **told,
            **self.documents.rhythm(uscc),
            **self.money.lagged(uscc),
            **self.money.overdue(uscc),
            **self.goods.price(uscc),
            **self.goods.special(uscc),
            **self.standing.features(uscc),
        }
