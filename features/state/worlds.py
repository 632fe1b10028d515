"""The chain and the rollups of some documents, as they were known at the last run and as they are known now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from expectations.contracts.schema import Contract
from features.asof import Versions, empty_versions_sql
from features.engine import Engine
from features.state.changes import Turnover
from features.state.files import Look
from features.state.reached import reached_days, versions_on


@dataclass(frozen=True)
class Neighbourhood:
    """What was reached, as the versions of a world.

    Attributes
    ----------
    days:
        Per table the event days on which something was reached.
    whole:
        Tables of which every row is looked at.
    """

    contracts: Mapping[str, Contract]
    turnovers: Mapping[str, Turnover]
    days: Mapping[str, tuple[date, ...]]
    whole: frozenset[str]

    @classmethod
    def of(
        cls,
        engine: Engine,
        contracts: Mapping[str, Contract],
        turnovers: Mapping[str, Turnover],
        whole: frozenset[str],
    ) -> Neighbourhood:
        """The reached rows of every table, ``reached_<table>`` being there; all rows of those that are read whole."""
        stayed = [table for table in contracts if turnovers[table].common]
        return cls(contracts, turnovers, {table: reached_days(engine, table) for table in stayed}, whole)

    def before(self, look: Look) -> Versions:
        """As they were known."""
        return Versions(self.contracts, lambda table: self._sql(look, table, self.turnovers[table].gone))

    def now(self, look: Look) -> Versions:
        """As they are known."""
        return Versions(self.contracts, lambda table: self._sql(look, table, self.turnovers[table].fresh))

    def _sql(self, look: Look, table: str, unshared: Collection[str]) -> str:
        if table in self.whole:
            return look.files.sql(table, sorted(look.spans(table)))
        selects = []
        if unshared:
            selects.append(look.files.sql(table, sorted(unshared)))
        if days := self.days.get(table):
            stayed = versions_on(look, table, self.turnovers[table].common, days)
            selects.append(f"{stayed} and key_hash in (select key_hash from reached_{table})")
        return " union all ".join(selects) or empty_versions_sql(self.contracts[table])


def all_versions(contracts: Mapping[str, Contract], look: Look) -> Versions:
    """Every version that counts in a look."""
    return Versions(contracts, lambda table: look.files.sql(table, sorted(look.spans(table))))
