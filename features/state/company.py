"""The documents that a changed one is weighed against, where steps look beyond links.

Lists and declarations are ranked within the day of their enterprise; lists to one party, and payments by one payer, are
counted over the days around each. Of such company only that is looked at again which the comparison itself reads: a
list with its lines, a payment with its order. Whatever else belongs to them is left out of both worlds alike.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from expectations.contracts.schema import Contract
from features.days import COMPARED_WITHIN_DAYS
from features.engine import Engine
from features.numbers import create_shared
from features.state.changes import Turnover
from features.state.files import Look
from features.state.reached import reached_days, versions_on

REACH = 2 * COMPARED_WITHIN_DAYS
"""Days: what a changed document alters lies within ``COMPARED_WITHIN_DAYS`` of it, and follows from as far again."""

COMPANIONS = {"inventory": "inventory_line", "declaration": "declaration_line", "payment": "order"}
"""Beside what documents have company, the table of what is compared of them. A payment is seen with its order."""

LINKED_BY = {"inventory": "inventory", "declaration": "declaration", "payment": "order"}
"""The link over which a row of either tells that the document changed."""

RANKED = {"inventory": ("uscc",), "declaration": ("uscc",)}
"""Among whom a document is ranked on its day."""

COUNTED = {
    "inventory": (("uscc", "buyer_token"), ("uscc", "address_token")),
    "payment": (("account_token",), ("device_token",)),
}
"""By whom documents are counted together over neighbouring days."""


def add_company(
    engine: Engine, contracts: Mapping[str, Contract], before: Look, now: Look, turnovers: Mapping[str, Turnover]
) -> None:
    """Add to ``reached_<table>`` the company of everything that changed. Needs ``changed_`` and ``reached_<table>``."""
    for table in COMPANIONS:
        if turnovers[table].common:
            _Company(engine, contracts, before, now, turnovers, table).add()


@dataclass(frozen=True)
class _Company:
    """The company of one table's documents.

    It makes ``touched_<table>``, the documents that changed as they were and are, and ``company_<table>``, the keys of
    those they are weighed against.
    """

    engine: Engine
    contracts: Mapping[str, Contract]
    before: Look
    now: Look
    turnovers: Mapping[str, Turnover]
    table: str

    def add(self) -> None:
        """The whole way."""
        self._define_touched()
        days = self.engine.rows(f"select distinct event_day from touched_{self.table}")
        around = range(-REACH, REACH + 1)
        near = {day + timedelta(days=step) for (day,) in days if isinstance(day, date) for step in around}
        if not near:
            return
        self._find(versions_on(self.now, self.table, self.turnovers[self.table].common, near))
        if not self.engine.rows(f"select 1 from company_{self.table} limit 1"):
            return
        self._reach(self.table, f"key_hash in (select key_hash from company_{self.table})")
        companion = COMPANIONS[self.table]
        if self.table == "payment":
            self._reach(companion, "key_hash in (select order_hash from company_payment)")
            # An order that is paid in parts is paid once: all its payments are looked at.
            self._reach("payment", "order_hash in (select order_hash from company_payment)")
        else:
            self._reach(companion, f"{self.table}_hash in (select key_hash from company_{self.table})")

    def _define_touched(self) -> None:
        """What came or went whole, and of what stayed the documents that something of theirs changed of."""
        table, turnover = self.table, self.turnovers[self.table]
        link = f"{LINKED_BY[table]}_hash"
        stayed = versions_on(self.now, table, turnover.common, reached_days(self.engine, table))
        self.engine.create_table(f"near_{table}", f"{stayed} and key_hash in (select key_hash from reached_{table})")
        changed = [
            f"select {link} from changed_{name} where {link} is not null and alters_others"
            for name in (table, COMPANIONS[table])
        ]
        near = f"select {link} from near_{table} where {link} is not null"
        create_shared(self.engine, f"altered_{table}", link, [near], changed)
        selects = [f"select * from near_{table} where {link} in (select {link} from altered_{table})"]
        for look, files in ((self.now, turnover.fresh), (self.before, turnover.gone)):
            if files:
                selects.append(look.files.sql(table, sorted(files)))
        columns = ", ".join(sorted({"event_day", *itertools.chain(*self._parties())}))
        rows = " union all ".join(f"select {columns} from ({select}) as versions" for select in selects)
        self.engine.create_view(f"touched_{table}", rows)

    def _parties(self) -> list[tuple[str, ...]]:
        return [*COUNTED.get(self.table, ()), *([RANKED[self.table]] if self.table in RANKED else [])]

    def _find(self, stayed: str) -> None:
        selects = [self._found(stayed, party, REACH) for party in COUNTED.get(self.table, ())]
        selects += [self._found(stayed, RANKED[self.table], 0)] if self.table in RANKED else []
        keys = "key_hash, order_hash" if self.table == "payment" else "key_hash"
        found = " union all ".join(f"select {keys} from ({select}) as found" for select in selects)
        self.engine.create_table(f"company_{self.table}", f"select distinct {keys} from ({found}) as company")

    def _found(self, stayed: str, party: tuple[str, ...], reach: int) -> str:
        """What stayed and has to do with something touched at most so many days away."""
        # Of a day and an enterprise a thousand documents may be touched: compared for equality they are one.
        day = f"between stayed.event_day - {reach} and stayed.event_day + {reach}" if reach else "= stayed.event_day"
        same = " and ".join(f"touched.{name} = stayed.{name}" for name in party)
        touched = f"select distinct {', '.join(party)}, event_day from touched_{self.table}"
        return f"""
            select stayed.* from ({stayed}) as stayed
            semi join ({touched}) as touched on {same} and touched.event_day {day}"""

    def _reach(self, table: str, condition: str) -> None:
        stayed = self.now.files.sql(table, sorted(self.turnovers[table].common))
        self.engine.create_table(
            f"reached_{table}",
            f"""
            select key_hash, event_day from reached_{table}
            union
            select key_hash, event_day from ({stayed}) as versions where {condition}""",
        )
