"""The documents that a change reaches, over every link that chain steps follow.

A row reaches the documents it names, and through them every row that names one of these, until nothing new is found.
That is more than any single step reads of it, and never less. What is left out is read by nothing that changed, so
that it comes out alike before and now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from expectations.contracts.schema import Contract
from features.engine import Engine, literal
from features.state.changes import Turnover
from features.state.files import Look

LEAVES = frozenset({("inventory", "declaration")})
"""Links (table, link) over which a row is found and leads no further. A summary declaration sums the lists of a month:
it has to be made again when one of them changes, and needs them all; what else belongs to the others does not."""


def find_reached(
    engine: Engine, contracts: Mapping[str, Contract], look: Look, turnovers: Mapping[str, Turnover]
) -> None:
    """Create ``reached_<table>`` with ``key_hash`` and ``event_day``: what to look at again of files that stayed.

    Needs ``changed_<table>``. Rows of files that came or went are all looked at and need not be in it.
    """
    search = _Search(engine, contracts, look, turnovers)
    search.begin()
    while search.has_open_ends():
        search.expand()


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
        """Start from what changed."""
        for link in self.links:
            self.engine.create_table(f"done_link_{link}", "select cast(null as bigint) as hash where false")
        self._open_links({table: f"changed_{table}" for table in self.contracts})
        for table in self.searched:
            self.engine.create_table(f"open_{table}", f"select distinct key_hash from changed_{table}")
            self.engine.create_table(f"done_{table}", f"select key_hash from open_{table}")
            self.engine.create_table(f"echo_{table}", f"select key_hash from open_{table} where false")
            nothing = f"select key_hash, event_day from changed_{table} where false"
            self.engine.create_table(f"reached_{table}", nothing)

    def has_open_ends(self) -> bool:
        """Whether something is still to be looked for."""
        names = [f"open_link_{link}" for link in self.links]
        names += [f"{kind}_{table}" for kind in ("open", "echo") for table in self.searched]
        return any(self.engine.rows(f"select 1 from {name} limit 1") for name in names)

    def expand(self) -> None:
        """Find the rows of what is open, and open what they name."""
        for table, contract in self.searched.items():
            self._find(table, contract)
        self._open_links({table: f"(select * from found_{table} where leads)" for table in self.searched})
        for table in self.searched:
            self._open_keys(table)

    def _find(self, table: str, contract: Contract) -> None:
        hashes = [f"{link}_hash" for link in contract.links]
        by_link = {link: f"{link}_hash in (select hash from open_link_{link})" for link in contract.links}
        leading = [f"key_hash in (select key_hash from open_{table})"]
        leading += [found for link, found in by_link.items() if (table, link) not in LEAVES]
        trailing = [f"key_hash in (select key_hash from echo_{table})"]
        trailing += [found for link, found in by_link.items() if (table, link) in LEAVES]
        select = self.look.files.sql(table, sorted(self.turnovers[table].common))
        self.engine.create_table(
            f"found_{table}",
            f"""
            select * from (
                select key_hash, event_day, {"".join(f"{name}, " for name in hashes)}
                       coalesce({" or ".join(leading)}, false) as leads,
                       coalesce({" or ".join(trailing)}, false) as trails
                from ({select}) as versions
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


def days_condition(engine: Engine, table: str) -> str:
    """SQL that keeps the event days on which something was reached, so that a reader skips the other days."""
    days = _days(engine.rows(f"select distinct event_day from reached_{table} order by event_day"))
    return f"event_day in ({', '.join(days)})" if days else "false"


def _days(rows: Iterable[tuple[object, ...]]) -> list[str]:
    return [f"date {literal(str(day))}" for (day,) in rows]
