"""From the steps' DuckDB SQL to Spark's: sqlglot's translation, and rewrites where words differ in meaning.

Every difference between the engines is met here and nowhere else. Spark runs in ANSI mode: what neither translation nor
rewrite covers fails with the step's name, and is not answered differently.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import exp

from features.engine import Parameters, StepError, Value, literal

WHOLE = {exp.DataType.Type.BIGINT, exp.DataType.Type.INT}
ALREADY_WHOLE = (exp.Null, exp.Round, exp.Floor, exp.Ceil, exp.Count, exp.Year, exp.Month)


def spark_sql(select: str, parameters: Parameters) -> str:
    """A step's select as Spark is to be given it, with its ``$parameters`` written out as literals.

    Raises
    ------
    StepError
        When a parameter is missing, or the text does what Spark cannot be made to do alike.
    """
    tree = sqlglot.parse_one(select, read="duckdb")
    for placeholder in list(tree.find_all(exp.Placeholder, exp.Parameter)):
        placeholder.replace(_written(parameters[placeholder.name]))
    # From the leaves up, so that what is rewritten is not looked at again.
    for node in reversed(list(tree.walk())):
        if rewrite := _REWRITES.get(type(node)):
            rewritten = rewrite(node)
            if node is tree:
                tree = rewritten
            elif rewritten is not node:
                node.replace(rewritten)
    return tree.sql(dialect="spark", comments=False)


def _written(value: Value) -> exp.Expr:
    """A parameter as a literal of the type that DuckDB binds it with: Spark would read 0.8 as a decimal."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        return exp.Paren(this=exp.Neg(this=exp.Literal.number(-value))) if value < 0 else exp.Literal.number(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise StepError(f"A parameter is {value}.", "Pass finite numbers.")
        return exp.cast(exp.Literal.string(repr(value)), "double")
    return sqlglot.parse_one(literal(value), read="duckdb")


def _divided(division: exp.Div) -> exp.Expr:
    """``/``: doubles whatever the operands, and over zero an infinity or NaN, where Spark has decimals and an error."""
    above, below = _double(division.left), _double(division.right)
    if _is_nonzero_literal(division.right):
        return exp.Paren(this=exp.Div(this=above, expression=below))
    return _parsed(
        "(case when {below} = cast(0 as double) then {above} * cast('Infinity' as double) else {above} / {below} end)",
        above=above,
        below=below,
    )


def _in_passing(named: exp.CTE) -> exp.Expr:
    """A named part of a query: Spark reads each in passing, and knows no word for it."""
    named.set("materialized", None)
    return named


def _cast(cast: exp.Cast) -> exp.Expr:
    """To whole numbers DuckDB rounds and Spark cuts. Halves of doubles differ still: a step rounds those itself."""
    if cast.to.this in WHOLE and not isinstance(cast.this, ALREADY_WHOLE):
        cast.set("this", exp.Round(this=cast.this.copy()))
    return cast


def _seconds(epoch: exp.TimeToUnix) -> exp.Expr:
    """``epoch``: seconds with their fraction, which ``unix_timestamp`` cuts off."""
    return _parsed("(cast(unix_micros({moment}) as double) / cast(1000000 as double))", moment=epoch.this)


def _between(difference: exp.DateDiff) -> exp.Expr:
    """``date_diff``: borders of days or seconds crossed, where Spark counts whole days and seconds that went by."""
    unit = difference.text("unit").upper()
    later, earlier = difference.this, difference.expression
    if unit == "DAY":
        return _parsed("datediff(cast({later} as date), cast({earlier} as date))", later=later, earlier=earlier)
    if unit == "SECOND":
        return _parsed("(unix_seconds({later}) - unix_seconds({earlier}))", later=later, earlier=earlier)
    raise StepError(f"date_diff in {unit} has no counterpart on Spark.", "Count days or seconds.")


def _moved(addition: exp.Add) -> exp.Expr:
    """``day + to_months(n)``: both engines take the last day of a shorter month."""
    months = addition.right
    if not (isinstance(months, exp.Anonymous) and months.name.lower() == "to_months"):
        return addition
    return _parsed("add_months({day}, {months})", day=addition.left, months=months.expressions[0])


def _best(found: exp.ArgMax) -> exp.Expr:
    """``max_by``: DuckDB passes over rows without a value to show, Spark gives back that there is none."""
    shown, by = found.this, found.expression
    return _parsed("max_by({shown}, case when {shown} is not null then {by} end)", shown=shown, by=by)


def _qualified(select: exp.Select) -> exp.Expr:
    """``qualify``: a filter around the select (sqlglot's own loses itself where an alias has a column's name)."""
    qualify = select.args.get("qualify")
    if qualify is None:
        return select
    if select.args.get("order") or select.args.get("limit"):
        raise StepError("A select with qualify is ordered as well.", "Order the rows in a select around it.")
    inner = select.copy()
    inner.set("qualify", None)
    ctes = inner.args.pop("with_", None)
    inner.append("expressions", exp.alias_(qualify.this.copy(), "is_qualified"))
    kept = exp.Star(except_=[exp.to_identifier("is_qualified")])
    outer = exp.select(kept).from_(inner.subquery("qualified")).where("is_qualified")
    if ctes is not None:
        outer.set("with_", ctes)
    return outer


def _parsed(text: str, **parts: exp.Expr) -> exp.Expr:
    """An expression in Spark's words with parts of the step's put in their places."""
    tree = sqlglot.parse_one(text.format(**{name: f"__{name}" for name in parts}), read="spark")
    for column in list(tree.find_all(exp.Column)):
        column.replace(exp.Paren(this=parts[column.name.removeprefix("__")].copy()))
    return tree


def _double(operand: exp.Expr) -> exp.Expr:
    return exp.cast(operand.copy(), "double")


def _is_nonzero_literal(operand: exp.Expr) -> bool:
    return isinstance(operand, exp.Literal) and not operand.is_string and float(operand.name) != 0


_REWRITES: Mapping[type, Callable[..., exp.Expr]] = {
    exp.Div: _divided,
    exp.Cast: _cast,
    exp.TimeToUnix: _seconds,
    exp.DateDiff: _between,
    exp.Add: _moved,
    exp.ArgMax: _best,
    exp.Select: _qualified,
    exp.CTE: _in_passing,
}
