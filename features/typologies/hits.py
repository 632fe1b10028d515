"""Runs the patterns over what is known and says who is over a threshold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from expectations.vocabulary.grade import Severity
from features.asof import silent_feeds
from features.engine import Engine, Value, read_step
from features.typologies.hit import EVIDENCE_SHOWN, Hit, Numbers, TypologyError
from features.typologies.rings import find_rings


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern as it is run.

    Attributes
    ----------
    alive:
        Feeds it is about. While one of them is not connected or silent, its silence proves nothing.
    """

    id: str
    alive: frozenset[str]


RULES = (
    Rule("R01", frozenset({"inventory", "order", "payment", "waybill"})),
    Rule("R02", frozenset({"order", "payment", "waybill_event"})),
    Rule("R03", frozenset({"inventory", "inventory_line"})),
    Rule("R04", frozenset({"inventory"})),
    Rule("R05", frozenset({"inventory_line", "declaration_line"})),
    Rule("R06", frozenset({"inspection", "inventory_line", "declaration_line"})),
    Rule("R07", frozenset({"inventory", "waybill_event", "stock_count"})),
    Rule("R08", frozenset({"inventory", "waybill_event"})),
    Rule("R09", frozenset({"declaration", "procurement", "tax_refund", "forex"})),
    Rule("R10", frozenset({"declaration_line", "return", "tax_refund", "forex"})),
    Rule("R11", frozenset({"forex", "inventory", "declaration"})),
    Rule("R11b", frozenset({"forex", "inventory", "declaration"})),
    Rule("R12", frozenset({"forex", "enterprise"})),
    Rule("R13", frozenset({"return", "inventory"})),
    Rule("R14", frozenset({"enterprise"})),
    Rule("R15", frozenset({"declaration", "warehouse_movement", "tax_refund", "forex"})),
    Rule("R16", frozenset({"inventory", "declaration"})),
    Rule("R17", frozenset({"border_trade", "warehouse_movement"})),
    Rule("R18", frozenset({"barter_leg"})),
    Rule("R19", frozenset({"quality_sample", "trace_event"})),
    Rule("R20", frozenset({"enterprise", "inventory", "declaration"})),
)


def find_hits(engine: Engine, parameters: Mapping[str, Numbers], business_date: date) -> list[Hit]:
    """Every pattern over its threshold as of the (D, K) that the engine holds, in order of rule, enterprise and window.

    Parameters
    ----------
    engine:
        One on which ``define_known`` and ``build_history`` ran for D.
    parameters:
        Per rule of the policy its numbers by name. A pattern whose entry is absent is not in force and not run.
    business_date:
        D, the last day of every window.

    Raises
    ------
    StepError
        When the policy does not give a number that the pattern needs.
    """
    silent = silent_feeds(engine)
    alive: dict[str, Value] = {f"is_{feed}_alive": feed not in silent for rule in RULES for feed in sorted(rule.alive)}
    hits: list[Hit] = []
    for rule in RULES:
        if rule.id not in parameters:
            continue
        if rule.id == "R14":
            hits.extend(find_rings(engine, parameters["R14"], business_date))
            continue
        given: dict[str, Value] = {
            "business_date": business_date,
            **alive,
            "are_goods_alive": silent.isdisjoint({"inventory", "declaration"}),
            **parameters[rule.id],
        }
        hits.extend(_assembled(rule.id, business_date, engine.rows(_shown(rule.id), given)))
    return hits


def unmeasured_rules(engine: Engine) -> frozenset[str]:
    """Patterns whose feeds have not all arrived: that they find nothing today does not mean that nothing is there."""
    silent = silent_feeds(engine)
    return frozenset(rule.id for rule in RULES if not rule.alive.isdisjoint(silent))


def _shown(rule: str) -> str:
    """The pattern's rows, cut to the documents that a hit names."""
    return f"""
        select uscc, window_from, value, threshold, n, severity, amount_fen, document from (
            select *, row_number() over (
                partition by uscc, window_from, threshold order by coalesce(weight, 0) desc, document
            ) as place
            from ({read_step("features.typologies", rule)}) as found
        ) as placed
        where place <= {EVIDENCE_SHOWN}
        order by uscc, window_from, threshold, document"""


def _assembled(rule: str, business_date: date, rows: Iterable[tuple[object, ...]]) -> list[Hit]:
    documents: dict[tuple[object, ...], list[str]] = {}
    for *measured, document in rows:
        found = documents.setdefault(tuple(measured), [])
        if document is not None:
            found.append(str(document))
    return [_hit(rule, business_date, measured, tuple(found)) for measured, found in documents.items()]


def _hit(rule: str, business_date: date, measured: tuple[object, ...], evidence: tuple[str, ...]) -> Hit:
    uscc, window_from, value, threshold, n, severity, amount_fen = measured
    if not isinstance(window_from, date):
        raise TypologyError(f"{rule} says its window begins on {window_from!r}.", "Let the step select a date.")
    return Hit(
        rule=rule,
        uscc=str(uscc),
        window_from=window_from,
        window_to=business_date,
        value=float(str(value)),
        threshold=float(str(threshold)),
        n=int(str(n)),
        severity=Severity(str(severity)),
        evidence=evidence,
        amount_fen=int(str(amount_fen)),
    )
