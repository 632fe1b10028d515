"""A contract's SQL conditions for a single row, as Python: what a rule says of one document, without an engine.

Only what the rules of documents use is understood; anything else is an error when the condition is read, never a
condition passed over. NULL is None and goes through as in SQL: a condition that says None is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp

from expectations.contracts.errors import ContractFileError

Row = Mapping[str, Any]
Term = Callable[[Row], Any]

_EXACT = Context(prec=100)
"""Products and sums of the contracts' decimals are exact in it, as they are in the engine."""

_COMPARED: dict[type[exp.Expr], Callable[[Any, Any], bool]] = {
    exp.EQ: lambda a, b: bool(a == b),
    exp.NEQ: lambda a, b: bool(a != b),
    exp.GT: lambda a, b: bool(a > b),
    exp.GTE: lambda a, b: bool(a >= b),
    exp.LT: lambda a, b: bool(a < b),
    exp.LTE: lambda a, b: bool(a <= b),
}
_COUNTED: dict[type[exp.Expr], Callable[[Any, Any], Decimal]] = {
    exp.Add: _EXACT.add,
    exp.Sub: _EXACT.subtract,
    exp.Mul: _EXACT.multiply,
}


@cache
def condition(sql: str) -> Term:
    """The condition as a function of a row's typed values: True, False, or None for neither.

    Raises
    ------
    ContractFileError
        When the condition says something that is not understood here.
    """
    return _term(sqlglot.parse_one(sql, read="duckdb"))


def _term(node: exp.Expr) -> Term:
    kind = type(node)
    if kind in _COMPARED or kind in _COUNTED:
        return _of_two(node, (_COMPARED | _COUNTED)[kind])
    reader = _READERS.get(kind)
    if reader is None:
        raise ContractFileError(
            f"'{node.sql(dialect='duckdb')}' cannot be checked row by row.", "Teach expectations/contracts/conditions."
        )
    return reader(node)


def _of_two(node: exp.Expr, joined: Callable[[Any, Any], Any]) -> Term:
    left, right = _term(node.this), _term(node.expression)

    def both(row: Row) -> Any:
        one, other = left(row), right(row)
        return None if one is None or other is None else joined(one, other)

    return both


def _and(node: exp.Expr) -> Term:
    left, right = _term(node.this), _term(node.expression)

    def both(row: Row) -> bool | None:
        said = (left(row), right(row))
        return False if False in said else None if None in said else True

    return both


def _or(node: exp.Expr) -> Term:
    left, right = _term(node.this), _term(node.expression)

    def either(row: Row) -> bool | None:
        said = (left(row), right(row))
        return True if True in said else None if None in said else False

    return either


def _not(node: exp.Expr) -> Term:
    inner = _term(node.this)

    def negated(row: Row) -> bool | None:
        said = inner(row)
        return None if said is None else not said

    return negated


def _is_null(node: exp.Expr) -> Term:
    if not isinstance(node.expression, exp.Null):
        raise ContractFileError(f"'{node.sql()}' compares with something else than null.", "Use = instead of is.")
    inner = _term(node.this)
    return lambda row: inner(row) is None


def _column(node: exp.Expr) -> Term:
    name = node.name
    return lambda row: row[name]


def _literal(node: exp.Expr) -> Term:
    value = node.name if node.args["is_string"] else Decimal(node.name)
    return lambda _: value


def _case(node: exp.Expr) -> Term:
    subject = _term(node.this) if node.this else None
    branches = [(_term(one.this), _term(one.args["true"])) for one in node.args["ifs"]]
    otherwise = _term(node.args["default"]) if node.args.get("default") else lambda _: None

    def chosen(row: Row) -> Any:
        asked = True if subject is None else subject(row)
        for when, then in branches:
            if asked is not None and when(row) == asked:
                return then(row)
        return otherwise(row)

    return chosen


def _substring(node: exp.Expr) -> Term:
    text, start, length = _term(node.this), int(node.args["start"].name) - 1, int(node.args["length"].name)

    def cut(row: Row) -> str | None:
        whole = text(row)
        return None if whole is None else whole[start : start + length]

    return cut


def _absolute(node: exp.Expr) -> Term:
    inner = _term(node.this)

    def distance(row: Row) -> Decimal | None:
        value = inner(row)
        return None if value is None else abs(value)

    return distance


_READERS: dict[type[exp.Expr], Callable[[exp.Expr], Term]] = {
    exp.Paren: lambda node: _term(node.this),
    exp.Cast: lambda node: _term(node.this),  # only to wider decimals, and these are exact as they are
    exp.And: _and,
    exp.Or: _or,
    exp.Not: _not,
    exp.Is: _is_null,
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Case: _case,
    exp.Substring: _substring,
    exp.Abs: _absolute,
}
