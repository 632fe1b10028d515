"""The documents that a change reaches, over every link that chain steps follow.

A row reaches the documents it names, and through them every row that names one of these, until nothing new is found.
That is more than any single step reads of it, and never less. What is left out is read by nothing that changed, so
that it comes out alike before and now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from expectations.contracts.schema import Contract
from features.asof import empty_versions_sql
from features.engine import Engine
from features.numbers import create_shared
from features.state.changes import Turnover
from features.state.company import add_company
from features.state.files import Look

LEAVES = frozenset({("inventory", "declaration")})
"""Links (table, link) over which a row is found and leads no further. A summary declaration sums the lists of a month:
it has to be made again when one of them changes, and needs them all; what else belongs to the others does not."""


def find_reached(
    engine: Engine, contracts: Mapping[str, Contract], before: Look, now: Look, turnovers: Mapping[str, Turnover]
) -> None:
    """Create ``reached_<table>`` with ``key_hash`` and ``event_day``: what to look at again of files that stayed.

    Needs ``changed_<table>``. Rows of files that came or went are all looked at and need not be in it.
    """
    search = _Search(engine, contracts, now, turnovers)
    search.begin()
    while search.has_open_ends():
        search.expand()
    add_company(engine, contracts, before, now, turnovers)


class _Search:
    """A search in steps, by tables that it makes anew in each.

    For a table T and a link L: ``open_T`` and ``echo_T`` hold keys whose versions are still to be found, leading
    further or not; ``open_link_L`` documents whose rows are still to be found; ``done_T`` and ``done_link_L`` what was
    looked for; ``found_T`` the rows of a step.
    """

    def __init__(
        self, engine: Engine, contracts: Mapping[str, Contract], look: Look, turnovers: Mapping[str, Turnover]
    ) -> None:
        self.engine = engine
        self.contracts = contracts
        self.searched = {table: contract for table, contract in contracts.items() if turnovers[table].common}
        self.look = look
        self.turnovers = turnovers
        self.links = sorted({link for contract in contracts.values() for link in contract.links})

    def begin(self) -> None:
        """Start from what changed, as far as anything that stayed has to do with it.

        Of a day that came in whole nearly nothing does, and finding that out by joining would cost more than the rest.
        """
        for link in self.links:
            self.engine.create_table(f"done_link_{link}", "select cast(null as bigint) as hash where false")
            self._begin(f"open_link_{link}", "hash", f"{link}_hash", self._tables_with(link))
            self._add(f"done_link_{link}", f"open_link_{link}")
        for table in self.searched:
            self._begin(f"open_{table}", "key_hash", "key_hash", [table])
            self.engine.create_table(f"done_{table}", f"select key_hash from open_{table}")
            self.engine.create_table(f"echo_{table}", f"select key_hash from open_{table} where false")
            nothing = f"select key_hash, event_day from changed_{table} where false"
            self.engine.create_table(f"reached_{table}", nothing)

    def _tables_with(self, link: str) -> list[str]:
        return [table for table, contract in self.contracts.items() if link in contract.links]

    def _begin(self, name: str, column: str, of: str, tables: Collection[str]) -> None:
        """Create a table of the values of a column that both rows that changed and rows that stayed have."""
        changed = (f"select {of} from changed_{table} where {of} is not null" for table in tables)
        stayed = (f"select {of} from ({self._stayed(table)}) as stayed where {of} is not null" for table in tables)
        create_shared(self.engine, name, column, changed, stayed)

    def _stayed(self, table: str) -> str:
        return self.look.files.sql(table, sorted(self.turnovers[table].common))

    def has_open_ends(self) -> bool:
        """Whether something is still to be looked for."""
        return bool(self._open_ends())

    def _open_ends(self) -> frozenset[str]:
        names = [f"open_link_{link}" for link in self.links]
        names += [f"{kind}_{table}" for kind in ("open", "echo") for table in self.searched]
        return frozenset(name for name in names if self.engine.rows(f"select 1 from {name} limit 1"))

    def expand(self) -> None:
        """Find the rows of what is open, and open what they name."""
        ends = self._open_ends()
        for table, contract in self.searched.items():
            self._find(table, contract, ends)
        self._open_links({table: f"(select * from found_{table} where leads)" for table in self.searched})
        for table in self.searched:
            self._open_keys(table)

    def _find(self, table: str, contract: Contract, ends: frozenset[str]) -> None:
        hashes = [f"{link}_hash" for link in contract.links]
        keys = {kind: f"key_hash in (select key_hash from {kind}_{table})" for kind in ("open", "echo")}
        found = {kind: [condition] if f"{kind}_{table}" in ends else [] for kind, condition in keys.items()}
        for link in contract.links:
            if f"open_link_{link}" in ends:
                kind = "echo" if (table, link) in LEAVES else "open"
                found[kind].append(f"{link}_hash in (select hash from open_link_{link})")
        leads, trails = (f"coalesce({' or '.join(found[kind]) or 'false'}, false)" for kind in ("open", "echo"))
        # Where nothing is looked for, no row is read.
        rows = self._stayed(table) if any(found.values()) else empty_versions_sql(contract)
        self.engine.create_table(
            f"found_{table}",
            f"""
            select * from (
                select key_hash, event_day, {"".join(f"{name}, " for name in hashes)}
                       {leads} as leads, {trails} as trails
                from ({rows}) as versions
            ) as searched
            where leads or trails""",
        )

    def _open_links(self, named_by: Mapping[str, str]) -> None:
        for link in self.links:
            names = [name for table, name in named_by.items() if link in self.contracts[table].links]
            union = " union all ".join(f"select {link}_hash as hash from {name} as named" for name in names)
            self.engine.create_table(
                f"open_link_{link}",
                f"""
                select distinct hash from ({union or "select cast(null as bigint) as hash"}) as named
                where hash is not null and hash not in (select hash from done_link_{link})""",
            )
            self._add(f"done_link_{link}", f"open_link_{link}")

    def _open_keys(self, table: str) -> None:
        reached = f"select key_hash from reached_{table}"
        self.engine.create_table(
            f"open_{table}",
            f"""
            select distinct key_hash from found_{table}
            where leads and key_hash not in (select key_hash from done_{table})""",
        )
        self._add(f"done_{table}", f"open_{table}")
        self.engine.create_table(
            f"echo_{table}",
            f"select distinct key_hash from found_{table} where not leads and key_hash not in ({reached})",
        )
        self.engine.create_table(
            f"reached_{table}",
            f"""
            select key_hash, event_day from reached_{table}
            union
            select key_hash, event_day from found_{table}""",
        )

    def _add(self, name: str, more: str) -> None:
        self.engine.create_table(name, f"select * from {name} union all select * from {more}")
