"""From a contract's gates to Great Expectations: one native expectation per bound, each carrying its reason."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from expectations.contracts.schema import Contract, Gate
from expectations.quality.verdict import GateError, Severity, describe

WITHOUT_ROWS = frozenset({"row_count", "quarantined"})
"""Measures that mean something for a batch from which no row was accepted."""


@dataclass(frozen=True)
class BatchFacts:
    """What is known of a batch besides its accepted rows: counts, and the Asia/Shanghai day it was received."""

    received: int
    quarantined: int
    received_on: date


@dataclass(frozen=True)
class Tier:
    """One severity of a gate with its inclusive bounds; a value outside them is a finding."""

    position: int
    gate: Gate
    severity: Severity
    low: float | None
    high: float | None

    @property
    def name(self) -> str:
        """Identifies the tier within its suite."""
        return f"{self.position}:{self.severity}"


def tiers(contract: Contract, accepted_rows: int) -> Iterator[Tier]:
    """Every bound that can be judged, withholding before warning, in the order of the contract."""
    for position, gate in enumerate(contract.gates):
        if not accepted_rows and gate.measure not in WITHOUT_ROWS:
            continue
        if gate.withhold_below is not None or gate.withhold_above is not None:
            yield Tier(position, gate, "withhold", gate.withhold_below, gate.withhold_above)
        if gate.warn_below is not None or gate.warn_above is not None:
            yield Tier(position, gate, "warn", gate.warn_below, gate.warn_above)


def batch_query(contract: Contract, accepted: Path) -> str:
    """The rows a suite looks at: only the columns its gates need, and one 0/1 column per ``share`` gate."""
    columns = {*contract.key, "received_at", "event_day", *(gate.field for gate in contract.gates if gate.field)}
    shares = {
        f'{_share_expression(gate)} as "{share_column(gate)}"' for gate in contract.gates if gate.measure == "share"
    }
    selected = ", ".join([*(f'"{column}"' for column in sorted(columns)), *sorted(shares)])
    return f"select {selected} from read_parquet({_quoted(str(accepted))})"


def share_column(gate: Gate) -> str:
    """The name under which a ``share`` gate's 0/1 column appears in Data Docs, without what SQL would misread."""
    return f"{gate.field} = {gate.value}".replace('"', "'").replace(":", "：")


def _share_expression(gate: Gate) -> str:
    return f'cast(cast("{gate.field}" as varchar) is not distinct from {_quoted(str(gate.value))} as integer)'


def _quoted(text: str) -> str:
    """A literal without a colon in it, which SQLAlchemy would take for a bind parameter."""
    return "('" + text.replace("'", "''").replace(":", "' || chr(58) || '") + "')"


def expectation_for(tier: Tier, contract: Contract, facts: BatchFacts) -> Any:
    """The expectation of one tier. Its description is what Data Docs show: bounds, consequence and reason."""
    gate = tier.gate
    kind, arguments = _BUILDERS[gate.measure](tier, contract, facts)
    return getattr(importlib.import_module("great_expectations.expectations"), kind)(
        **arguments,
        description=describe(gate, tier.severity, tier.low, tier.high),
        meta={"tier": tier.name, "measure": gate.measure, "because": gate.because},
        severity="critical" if tier.severity == "withhold" else "warning",
    )


_Built = tuple[str, dict[str, Any]]


def _row_count(tier: Tier, _contract: Contract, _facts: BatchFacts) -> _Built:
    low = None if tier.low is None else math.ceil(tier.low)
    high = None if tier.high is None else math.floor(tier.high)
    return "ExpectTableRowCountToBeBetween", {"min_value": low, "max_value": high}


def _filled(tier: Tier, _contract: Contract, _facts: BatchFacts) -> _Built:
    bounds = {"min_value": tier.low, "max_value": tier.high}
    return "ExpectColumnProportionOfNonNullValuesToBeBetween", {"column": tier.gate.field, **bounds}


def _unique(tier: Tier, contract: Contract, _facts: BatchFacts) -> _Built:
    if tier.high is not None or tier.low is None:
        raise GateError(f"{contract.table}: a 'unique' gate has lower bounds only.", "Correct the contract.")
    # A later version of a record is news; two versions received at one moment contradict each other.
    columns = [*contract.key, "received_at"]
    return "ExpectCompoundColumnsToBeUnique", {"column_list": columns, "mostly": tier.low}


def _fresh_days(tier: Tier, _contract: Contract, facts: BatchFacts) -> _Built:
    oldest = None if tier.high is None else facts.received_on - timedelta(days=math.floor(tier.high))
    newest = None if tier.low is None else facts.received_on - timedelta(days=math.ceil(tier.low))
    return "ExpectColumnMaxToBeBetween", {"column": "event_day", "min_value": oldest, "max_value": newest}


def _median(tier: Tier, _contract: Contract, _facts: BatchFacts) -> _Built:
    bounds = {"min_value": tier.low, "max_value": tier.high}
    return "ExpectColumnMedianToBeBetween", {"column": tier.gate.field, **bounds}


def _share(tier: Tier, _contract: Contract, _facts: BatchFacts) -> _Built:
    bounds = {"min_value": tier.low, "max_value": tier.high}
    return "ExpectColumnMeanToBeBetween", {"column": share_column(tier.gate), **bounds}


def _quarantined(tier: Tier, _contract: Contract, facts: BatchFacts) -> _Built:
    """The rows that broke the contract are not in the batch, so their count is compared in a query of its own."""
    broken = [f"share < {tier.low!r}"] if tier.low is not None else []
    broken += [f"share > {tier.high!r}"] if tier.high is not None else []
    query = (
        f"select * from (select {facts.received} as received, {facts.quarantined} as quarantined, "
        f"cast({quarantined_share(facts)!r} as double) as share, (select count(*) from {{batch}}) as accepted) "
        f"where {' or '.join(broken)}"
    )
    return "UnexpectedRowsExpectation", {"unexpected_rows_query": query}


def quarantined_share(facts: BatchFacts) -> float:
    """Share of the received rows that broke the contract; 0 of nothing is 0."""
    return facts.quarantined / facts.received if facts.received else 0.0


_BUILDERS: dict[str, Callable[[Tier, Contract, BatchFacts], _Built]] = {
    "row_count": _row_count,
    "filled": _filled,
    "unique": _unique,
    "fresh_days": _fresh_days,
    "median": _median,
    "share": _share,
    "quarantined": _quarantined,
}
