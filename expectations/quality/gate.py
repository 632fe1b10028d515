"""Judge a batch by the gates of its contract."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet

from expectations.contracts.schema import Contract
from expectations.quality.data_docs import DataDocs
from expectations.quality.session import validate
from expectations.quality.suite import BatchFacts, Tier, batch_query, expectation_for, quarantined_share, tiers
from expectations.quality.verdict import Finding, Verdict, finding_of, unmeasured, verdict_of
from expectations.vocabulary.digest import sha256_file
from expectations.vocabulary.moment import zoned


def judge(  # noqa: PLR0913, PLR0917  # the six things that a batch is, told apart by name
    contract: Contract,
    accepted: Path,
    received: int,
    quarantined: int,
    received_at: datetime,
    docs: DataDocs | None = None,
) -> Verdict:
    """Measure a batch against its contract's gates.

    When no row was accepted, only ``row_count`` and ``quarantined`` are judged: the rest has nothing to measure.

    Parameters
    ----------
    contract:
        The table's contract.
    accepted:
        Parquet file of the accepted rows: the contract's fields with their types, and ``event_day``.
    received, quarantined:
        Rows of the file as it came, and those of them that broke the contract.
    received_at:
        When the batch came, with a time zone. Freshness counts from its Asia/Shanghai day.
    docs:
        Where to show the result, under the digest of the file; nowhere when None.

    Raises
    ------
    GateError
        A gate could not be measured.
    """
    facts = BatchFacts(received, quarantined, zoned(received_at).date())
    judged = tuple(tiers(contract, pyarrow.parquet.read_metadata(accepted).num_rows))
    if not judged:
        return Verdict("pass")
    expectations = [expectation_for(tier, contract, facts) for tier in judged]
    result = validate(contract.table, batch_query(contract, accepted), expectations)
    outcomes = {outcome.expectation_config.meta["tier"]: outcome for outcome in result.results}
    verdict = verdict_of(_findings(judged, outcomes, facts))
    if docs is not None:
        docs.add(result, verdict.verdict, batch=sha256_file(accepted), received_at=received_at)
    return verdict


def _findings(judged: tuple[Tier, ...], outcomes: dict[str, Any], facts: BatchFacts) -> tuple[Finding, ...]:
    """At most one finding per gate, its worst: withholding tiers come before warning ones."""
    findings: dict[int, Finding] = {}
    for tier in judged:
        outcome = outcomes[tier.name]
        if outcome.success or tier.position in findings:
            continue
        observed = observed_value(tier.gate.measure, outcome.result, facts)
        findings[tier.position] = (
            unmeasured(tier.gate)
            if observed is None
            else finding_of(tier.gate, tier.severity, observed, tier.low, tier.high)
        )
    return tuple(findings.values())


def observed_value(measure: str, result: dict[str, Any], facts: BatchFacts) -> float | None:
    """What Great Expectations measured, in the unit of the gate; None when no row had a value."""
    if measure == "quarantined":
        return quarantined_share(facts)
    if measure == "unique":
        return 1.0 - float(result["unexpected_count"]) / float(result["element_count"])
    observed = result["observed_value"]
    if observed is None:
        return None
    if isinstance(observed, date):
        return float((facts.received_on - observed).days)
    return float(observed)
