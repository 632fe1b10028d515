"""Which versions are seen differently now than at the last run.

A version is seen from the moment K reaches its ``received_at`` and D its event day, and its stages appear one by one as
D reaches them. It is no longer seen when its batch is withdrawn. Whatever else happens to it cannot be seen at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from expectations.contracts.schema import Contract
from expectations.vocabulary.moment import end_of_day
from features.asof import empty_versions_sql, is_stage
from features.days import COMPARED_STAGES
from features.engine import Engine, literal
from features.state.files import Look


@dataclass(frozen=True)
class Turnover:
    """The files of one table between two looks: those that came, those that went, those that stayed."""

    fresh: frozenset[str]
    gone: frozenset[str]
    common: frozenset[str]

    @classmethod
    def between(cls, table: str, before: Look, now: Look) -> Turnover:
        """What came and went."""
        then, after = frozenset(before.spans(table)), frozenset(now.spans(table))
        return cls(after - then, then - after, then & after)


def define_changed(
    engine: Engine, contracts: Mapping[str, Contract], before: Look, now: Look, ahead: Mapping[str, Collection[str]]
) -> dict[str, Turnover]:
    """Create ``changed_<table>``, the versions seen differently: ``key_hash``, ``event_day``, links, ``alters_others``.

    ``alters_others`` is false where only a stage was reached that no other document is weighed by.

    Parameters
    ----------
    engine, contracts:
        Where to, and of which tables.
    before, now:
        The two looks; neither time of ``now`` is earlier.
    ahead:
        Per table the files that had rows of a later event or stage than ``before`` could see.

    Returns
    -------
    Per table what became of its files.
    """
    turnovers = {}
    for table, contract in contracts.items():
        turnover = turnovers[table] = Turnover.between(table, before, now)
        stirred = [
            *_rows(before, contract, turnover.gone, f"received_at <= {literal(before.as_of.known_at)}"),
            *_rows(now, contract, _received_since(table, turnover, before, now), _received_between(before, now)),
            *_rows_crossed(contract, turnover.common & frozenset(ahead.get(table, ())), before, now),
        ]
        nothing = (
            f"select {_columns(contract)}, true as alters_others from ({empty_versions_sql(contract)}) as versions"
        )
        engine.create_table(f"stirred_{table}", " union all ".join(stirred) or nothing)
        # What came in whole is read where it lies: it is most of a day, and every row of it counts.
        fresh = _rows(now, contract, turnover.fresh, f"received_at <= {literal(now.as_of.known_at)}")
        engine.create_view(f"changed_{table}", " union all ".join([f"select * from stirred_{table}", *fresh]))
    return turnovers


def touch_days(engine: Engine, contract: Contract, look: Look, turnover: Turnover, days: Collection[str]) -> None:
    """Add every version of some event days (SQL literals) to ``changed_<table>``."""
    name = f"stirred_{contract.table}"
    rows = _rows(look, contract, turnover.common, f"event_day in ({', '.join(days)})")
    engine.create_table(name, " union all ".join([f"select * from {name}", *rows]))


def files_ahead(
    engine: Engine, contracts: Mapping[str, Contract], look: Look, candidates: Mapping[str, Collection[str]]
) -> dict[str, tuple[str, ...]]:
    """Per table those of some files that have rows of a later event or stage than the look can see."""
    found = {}
    for table, contract in contracts.items():
        spans = look.spans(table)
        files = sorted(spans.keys() & set(candidates.get(table, ())))
        if not files:
            continue
        later = " or ".join(_is_later(name, kind, look) for name, kind in _time_columns(contract).items()) or "false"
        select = look.files.sql(table, files)
        rows = engine.rows(f"select distinct ingest_sequence from ({select}) as versions where {later}")
        sequences = {sequence for (sequence,) in rows}
        if sequences:
            found[table] = tuple(file for file in files if spans[file].sequence in sequences)
    return found


def _is_later(name: str, kind: str, look: Look) -> str:
    """Whether a moment or a date lies after the look's business date; false where it is empty."""
    business_date = look.as_of.business_date
    later = f">= {literal(end_of_day(business_date))}" if kind == "timestamp" else f"> {literal(business_date)}"
    return f'coalesce("{name}" {later}, false)'


def _time_columns(contract: Contract) -> dict[str, str]:
    """What D cuts off: the stages, and the event itself where there is one. A row without is bound by K alone."""
    stages: dict[str, str] = {told.name: told.type for told in contract.fields if is_stage(contract, told)}
    return stages if contract.event_time == "received_at" else {"event_day": "date", **stages}


def _received_since(table: str, turnover: Turnover, before: Look, now: Look) -> frozenset[str]:
    spans = now.spans(table)
    return frozenset(file for file in turnover.common if spans[file].received_until > before.as_of.known_at)


def _received_between(before: Look, now: Look) -> str:
    return f"received_at > {literal(before.as_of.known_at)} and received_at <= {literal(now.as_of.known_at)}"


def _rows_crossed(contract: Contract, files: Collection[str], before: Look, now: Look) -> list[str]:
    """What was there, and is on the other side of the end of D now."""
    crossed = {
        name: f"({_is_later(name, kind, before)} and not {_is_later(name, kind, now)})"
        for name, kind in _time_columns(contract).items()
    }
    if not crossed:
        return []
    compared = [sql for name, sql in crossed.items() if name == "event_day" or name in COMPARED_STAGES]
    condition = f"received_at <= {literal(before.as_of.known_at)} and ({' or '.join(crossed.values())})"
    return _rows(now, contract, files, condition, alters_others=" or ".join(compared) or "false")


def _rows(
    look: Look, contract: Contract, files: Collection[str], condition: str, alters_others: str = "true"
) -> list[str]:
    if not files:
        return []
    select = look.files.sql(contract.table, sorted(files))
    return [
        f"select {_columns(contract)}, {alters_others} as alters_others from ({select}) as versions where {condition}"
    ]


def _columns(contract: Contract) -> str:
    return ", ".join(["key_hash", "event_day", *(f"{link}_hash" for link in contract.links)])
