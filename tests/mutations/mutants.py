"""Small mistakes in SQL steps, of the kinds that people make, each drawn from all places where it could be made."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"
_COMPARED_OR_ADDED = (exp.Predicate, exp.Interval, exp.Add, exp.Sub)
_LENGTHS = ("_days", "_hours", "_seconds", "_min", "_max")

Places = Iterator[tuple[exp.Expr, exp.Expr]]


@dataclass(frozen=True)
class Mutant:
    """One step with one mistake.

    Attributes
    ----------
    step:
        Path of the SQL file below the project's root.
    kind:
        A key of ``KINDS``.
    before, after:
        The smallest piece of SQL that differs.
    sql:
        The whole text of the step with the mistake in it.
    """

    step: Path
    kind: str
    before: str
    after: str
    sql: str

    def __str__(self) -> str:
        """The mistake on one line."""
        return f"{self.step}: {self.kind}: {self.before}  ->  {self.after}"


def mutants(steps: Mapping[Path, str], seed: int, kinds: tuple[str, ...] = ()) -> Iterator[Mutant]:
    """Every mutant once, in a drawn order: first a kind and then a place for it, so that rare kinds come as often.

    Parameters
    ----------
    steps:
        Text by path.
    seed:
        The same seed and steps give the same mutants.
    kinds:
        Only these; all when empty.
    """
    chance = random.Random(seed)  # noqa: S311
    places = {
        kind: [(step, number) for step in sorted(steps) for number in range(_count(steps[step], kind))]
        for kind in kinds or KINDS
    }
    while places := {kind: left for kind, left in places.items() if left}:
        kind = chance.choice(list(places))
        step, number = places[kind].pop(chance.randrange(len(places[kind])))
        yield _mutated(step, steps[step], kind, number)


def _count(sql: str, kind: str) -> int:
    return sum(1 for _ in KINDS[kind](_parsed(sql)))


def _mutated(step: Path, sql: str, kind: str, number: int) -> Mutant:
    tree = _parsed(sql)
    node, replacement = list(KINDS[kind](tree))[number]
    before, after = (one.sql(DIALECT, comments=False) for one in (node, replacement))
    node.replace(replacement)
    return Mutant(step, kind, before, after, tree.sql(DIALECT, pretty=True) + "\n")


def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, read=DIALECT)


def _border(tree: exp.Expr) -> Places:
    """A border that belongs to a range taken out of it, or the other way about."""
    other = {exp.LT: exp.LTE, exp.LTE: exp.LT, exp.GT: exp.GTE, exp.GTE: exp.GT}
    for node in tree.find_all(*other):
        yield node, other[type(node)](this=node.this.copy(), expression=node.expression.copy())
    for between in tree.find_all(exp.Between):
        one, low, high = between.this, between.args["low"], between.args["high"]
        yield (
            between,
            exp.and_(exp.GT(this=one.copy(), expression=low.copy()), exp.LTE(this=one.copy(), expression=high.copy())),
        )


def _length(tree: exp.Expr) -> Places:
    """A number of days, seconds or documents one too large."""
    for number_told in tree.find_all(exp.Literal):
        if number_told.is_int and isinstance(number_told.parent, _COMPARED_OR_ADDED):
            yield number_told, exp.Literal.number(int(number_told.this) + 1)
    for length in tree.find_all(exp.Parameter, exp.Column):
        name = length.this.name if isinstance(length, exp.Parameter) else length.name
        if name.endswith(_LENGTHS) and isinstance(length.parent, _COMPARED_OR_ADDED):
            yield length, exp.Paren(this=exp.Add(this=length.copy(), expression=exp.Literal.number(1)))


def _join_key(tree: exp.Expr) -> Places:
    """One of several conditions of a join forgotten, or another column of the same table compared."""
    for join in tree.find_all(exp.Join):
        condition = join.args.get("on")
        if condition is None:
            continue
        parts = list(condition.flatten()) if isinstance(condition, exp.And) else [condition]
        for left_out in range(len(parts) if len(parts) > 1 else 0):
            yield condition, exp.and_(*(part.copy() for number, part in enumerate(parts) if number != left_out))
    for join in tree.find_all(exp.Join):
        for equality in join.find_all(exp.EQ):
            for column in (equality.this, equality.expression):
                if isinstance(column, exp.Column) and (other := _namesake(tree, column)):
                    yield column, other


def _namesake(tree: exp.Expr, column: exp.Column) -> exp.Column | None:
    """The next column that the step names of the same table and that ends on the same word, such as ``_hash``."""
    word = column.name.rsplit("_", 1)[-1]
    names = sorted({
        one.name for one in tree.find_all(exp.Column)
        if one.table == column.table and one.name.rsplit("_", 1)[-1] == word
    })  # fmt: skip
    if len(names) < 2:
        return None
    return exp.column(names[(names.index(column.name) + 1) % len(names)], table=column.table or None)


def _join_side(tree: exp.Expr) -> Places:
    """An inner join for a left one, and the other way about."""
    for join in tree.find_all(exp.Join):
        if join.args.get("on") is None or join.side not in ("", "LEFT"):
            continue
        other = join.copy()
        other.set("side", None if join.side == "LEFT" else "LEFT")
        yield join, other


def _default(tree: exp.Expr) -> Places:
    """What stands in for nothing, forgotten."""
    for coalesced in tree.find_all(exp.Coalesce):
        yield coalesced, coalesced.this.copy()
    for chosen in tree.find_all(exp.Case):
        if chosen.args.get("default") is not None:
            bare = chosen.copy()
            bare.set("default", None)
            yield chosen, bare


def _null(tree: exp.Expr) -> Places:
    """Something taken for nothing, and the other way about; a guard against empty values or zeros forgotten."""
    for node in tree.find_all(exp.Is):
        if isinstance(node.expression, exp.Null):
            outer = node.parent if isinstance(node.parent, exp.Not) else None
            yield (outer, node.copy()) if outer else (node, exp.Not(this=node.copy()))
    for distinct in tree.find_all(exp.NullSafeNEQ):
        yield distinct, exp.NEQ(this=distinct.this.copy(), expression=distinct.expression.copy())
    for chosen in tree.find_all(exp.Case):
        if chosen.args.get("default") is None and len(chosen.args["ifs"]) == 1 and isinstance(chosen.parent, exp.Div):
            yield chosen, chosen.args["ifs"][0].args["true"].copy()


def _aggregate(tree: exp.Expr) -> Places:
    """Another way to sum up."""
    for node in tree.find_all(exp.Count):
        if isinstance(node.this, exp.Distinct):
            yield node, exp.Count(this=node.this.expressions[0].copy())
        elif isinstance(node.this, exp.Column):
            yield node, exp.Count(this=exp.Distinct(expressions=[node.this.copy()]))
    for total in tree.find_all(exp.Sum):
        yield total, exp.Count(this=total.this.copy())
    for least in tree.find_all(exp.Min):
        yield least, exp.Max(this=least.this.copy())
    for most in tree.find_all(exp.Max):
        yield most, exp.Min(this=most.this.copy())
    for select in tree.find_all(exp.Select):
        if select.args.get("distinct"):
            other = select.copy()
            other.set("distinct", None)
            yield select, other


def _sign(tree: exp.Expr) -> Places:
    """Plus for minus, up for down."""
    for node in tree.find_all(exp.Add):
        yield node, exp.Sub(this=node.this.copy(), expression=node.expression.copy())
    for less in tree.find_all(exp.Sub):
        yield less, exp.Add(this=less.this.copy(), expression=less.expression.copy())
    for ordered in tree.find_all(exp.Ordered):
        other = ordered.copy()
        other.set("desc", not ordered.args.get("desc"))
        yield ordered, other


def _condition(tree: exp.Expr) -> Places:
    """A filter forgotten, one of several conditions forgotten, or one that suffices where all are asked for."""
    for node in tree.find_all(exp.Filter):
        yield node, node.this.copy()
    for both in tree.find_all(exp.And):
        if not both.find_ancestor(exp.Join):
            yield both, both.this.copy()
            yield both, both.expression.copy()
            yield both, exp.Paren(this=exp.Or(this=both.this.copy(), expression=both.expression.copy()))
    for either in tree.find_all(exp.Or):
        yield either, either.this.copy()
        yield either, either.expression.copy()
    for truth in tree.find_all(exp.Boolean):
        yield truth, exp.Boolean(this=not truth.this)
    for equality in tree.find_all(exp.EQ):
        if not equality.find_ancestor(exp.Join):
            yield equality, exp.NEQ(this=equality.this.copy(), expression=equality.expression.copy())


KINDS: Mapping[str, Callable[[exp.Expr], Places]] = {
    "border": _border,
    "length": _length,
    "join key": _join_key,
    "join side": _join_side,
    "default": _default,
    "null": _null,
    "aggregate": _aggregate,
    "sign": _sign,
    "condition": _condition,
}
