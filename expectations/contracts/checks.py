"""A contract as DuckDB SQL: one statement that types every row, finds its faults and its warnings, and names it.

Over a relation ``raw`` with every field as text and ``source_row``, ``checked_relation_sql`` reads in one pass

1. *typed*: each text cast once, beside the text, so that "empty" and "not a number" stay two things;
2. *known*: what is to say about each USCC, currency and country, looked up, since a batch has many rows and few codes;
3. *judged*: two booleans, whether the row holds and whether it is plain, with nothing odd about it;
4. the result: lists of codes are built for the few rows that do not hold.

What is taken in needs less (``sound_relation_sql``): the rows that hold, and for the others the whole of it.

A code names the check and the field: ``required:order_no``, ``type:goods_value``, ``rule:paid_adds_up``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from expectations.contracts.codes import code_list
from expectations.contracts.identity import day_sql, system_columns_sql
from expectations.contracts.personal import MOBILE_NUMBER, RESIDENT_NUMBER
from expectations.contracts.schema import Contract, FieldContract
from expectations.contracts.typed import literal, quoted, sql_type, trimmed_sql, typed_sql
from expectations.contracts.uscc_check import verdict_sql
from expectations.contracts.vin_check import vin_check_sql

_NONE = "CAST([] AS VARCHAR[])"
_LISTED = ("currency", "country")


@dataclass(frozen=True)
class Check:
    """One condition on a row of the ``typed`` relation.

    Attributes
    ----------
    holds:
        A boolean expression. NULL counts as kept: whether an empty value is allowed is for ``required`` alone to say.
    """

    code: str
    holds: str


def _text(name: str) -> str:
    return quoted(f"text of {name}")


def _verdict(name: str) -> str:
    return quoted(f"verdict on {name}")


def fault_checks(contract: Contract) -> tuple[Check, ...]:
    """Every check whose breach quarantines a row: by field in the dictionary's order, then the rules."""
    checks = [check for field in contract.fields for check in _field_checks(field)]
    return (*checks, *_rule_checks(contract, "reject"))


def warning_checks(contract: Contract) -> tuple[Check, ...]:
    """Every check whose breach is counted and told, while the row is accepted."""
    checks = []
    for field in contract.fields:
        if field.check == "uscc":
            checks.append(Check(f"inner_check:{field.name}", f"{_verdict(field.name)} <> 'inner_check'"))
        elif field.check == "vin":
            checks.append(Check(f"check_digit:{field.name}", vin_check_sql(quoted(field.name))))
    return (*checks, *_rule_checks(contract, "warn"))


def faults_sql(contract: Contract) -> str:
    """The codes of all faults of a row, over the ``typed`` relation: VARCHAR[], empty where the row holds."""
    return _codes_sql(fault_checks(contract))


def warnings_sql(contract: Contract) -> str:
    """The codes of all warnings of a row, over the ``typed`` relation: VARCHAR[]."""
    return _codes_sql(warning_checks(contract))


def checked_relation_sql(contract: Contract, raw: str, *, is_bare: bool = False) -> str:
    """One SELECT that checks every row of a relation.

    Parameters
    ----------
    contract:
        The table's contract.
    raw:
        Name of a relation with ``source_row`` and every field of the contract as VARCHAR, as delivered; a missing
        column is there as NULL. It is read once: what is read from it again lies in memory, or is spilled.
    is_bare:
        Whether no text is known to be empty or to have white space around it.

    Returns
    -------
    str
        A query giving ``source_row``, every field typed, the columns of ``system_columns_sql``, and ``faults`` and
        ``warnings`` as VARCHAR[]. A field whose text does not hold its type is NULL there; the text is still in
        ``raw`` under the same ``source_row``. The rows come in no promised order.
    """
    faults, warnings = fault_checks(contract), warning_checks(contract)
    return f"""{_judged_sql(contract, raw, is_bare=is_bare)}
SELECT {_listed(_result_columns(contract))},
    CASE WHEN "row holds" THEN {_NONE} ELSE {_codes_sql(faults)} END AS faults,
    CASE WHEN "row is plain" THEN {_NONE} ELSE {_codes_sql(warnings)} END AS warnings
FROM judged"""


def sound_relation_sql(contract: Contract, raw: str, *, is_bare: bool = False) -> str:
    """Of ``checked_relation_sql`` the rows without faults, and neither of the lists."""
    judged = _judged_sql(contract, raw, is_bare=is_bare)
    return f'{judged}\nSELECT {_listed(_result_columns(contract))}\nFROM judged WHERE "row holds"'


def warnings_relation_sql(contract: Contract, sound: str) -> str:
    """The warnings of those rows of a relation that have any, as VARCHAR[].

    ``sound`` names what ``sound_relation_sql`` gave.
    """
    usccs = [field for field in contract.fields if field.check == "uscc"]
    warnings = warning_checks(contract)
    return f"""WITH brought AS NOT MATERIALIZED (SELECT *, {day_sql("received_at")} AS received_on FROM {sound}),
{_remarkable_sql(usccs)}known AS NOT MATERIALIZED (SELECT {_listed(["*", *_verdicts(usccs)])} FROM brought)
SELECT {_codes_sql(warnings)} AS warnings FROM known WHERE NOT {_all_hold_sql(warnings)}"""


def _judged_sql(contract: Contract, raw: str, *, is_bare: bool) -> str:
    looked_up = [field for field in contract.fields if field.check == "uscc" or field.check in _LISTED]
    faults, warnings = _all_hold_sql(fault_checks(contract)), _all_hold_sql(warning_checks(contract))
    return f"""WITH brought AS MATERIALIZED (SELECT * FROM {raw}),
{_remarkable_sql(looked_up)}typed AS NOT MATERIALIZED ({_typed_relation_sql(contract, is_bare=is_bare)}),
known AS NOT MATERIALIZED (SELECT {_listed(["*", *_verdicts(looked_up)])} FROM typed),
judged AS NOT MATERIALIZED (SELECT *, {faults} AS "row holds", {warnings} AS "row is plain" FROM known)"""


def _result_columns(contract: Contract) -> list[str]:
    system = [f"{sql} AS {quoted(name)}" for name, sql in system_columns_sql(contract).items()]
    return ["source_row", *map(quoted, contract.field_names), *system]


def _remarkable_sql(fields: Sequence[FieldContract]) -> str:
    """The distinct codes about which there is anything to say; usually none, so looking a row up costs nothing."""
    return "".join(
        f"{_remarkable(field.check)} AS MATERIALIZED (\n"
        f"    SELECT code FROM (SELECT {trimmed_sql('delivered')} AS code\n"
        f"    FROM ({_distinct_sql([each for each in fields if each.check == field.check])}))\n"
        f"    WHERE {_verdict_sql(field, 'code')} IS NOT NULL\n),\n"
        for field in {field.check: field for field in fields}.values()
    )


def _remarkable(check: str | None) -> str:
    return quoted(f"remarkable {check}")


def _distinct_sql(fields: Sequence[FieldContract]) -> str:
    # An aggregate and not DISTINCT: below that the engine would move the costly condition, onto every row.
    return " UNION ALL ".join(
        f"SELECT any_value({column}) AS delivered FROM brought GROUP BY {column}"
        for column in (quoted(field.name) for field in fields)
    )


def _verdict_sql(field: FieldContract, code: str) -> str:
    if field.check == "uscc":
        return verdict_sql(code)
    return f"CASE WHEN NOT {_in_sql(code, code_list(str(field.check)))} THEN 'code' END"


def _typed_relation_sql(contract: Contract, *, is_bare: bool) -> str:
    typed = {field.name: typed_sql(field, quoted(field.name), is_bare=is_bare) for field in contract.fields}
    columns = ["source_row"]
    for field in contract.fields:
        if field.type != "string":
            columns.append(f"{quoted(field.name)} AS {_text(field.name)}")
        columns.append(f"{typed[field.name]} AS {quoted(field.name)}")
    columns.append(f"{day_sql(typed['received_at'])} AS received_on")
    return f"SELECT {_listed(columns)} FROM brought"


def _verdicts(fields: Sequence[FieldContract]) -> list[str]:
    columns = []
    for field in fields:
        code, remarkable = quoted(field.name), _remarkable(field.check)
        verdict = f"CASE WHEN {code} IN (SELECT code FROM {remarkable}) THEN {_verdict_sql(field, code)} ELSE '' END"
        columns.append(f"{verdict} AS {_verdict(field.name)}")
    return columns


def _field_checks(field: FieldContract) -> Iterable[Check]:
    column = quoted(field.name)
    if field.required:
        yield Check(f"required:{field.name}", _is_filled_sql(field, column))
    if field.type != "string":
        yield Check(f"type:{field.name}", f"({column} IS NOT NULL OR NOT {_is_filled_sql(field, column)})")
    if field.max_length is not None:
        yield Check(f"length:{field.name}", f"length({column}) <= {field.max_length}")
    if field.codes is not None:
        yield Check(f"code:{field.name}", _code_sql(field, column))
    if field.pattern is not None:
        yield Check(f"pattern:{field.name}", f"regexp_full_match({column}, {literal(field.pattern)})")
    if field.check == "uscc":
        for fault in ("length", "character", "check_character"):
            yield Check(f"{fault}:{field.name}", f"{_verdict(field.name)} <> '{fault}'")
    elif field.check == "token":
        yield Check(f"personal:{field.name}", _not_personal_sql(column))
    elif field.check in _LISTED:
        yield Check(f"code:{field.name}", f"{_verdict(field.name)} <> 'code'")
    yield from _range_checks(field, column)


def _is_filled_sql(field: FieldContract, column: str) -> str:
    """Whether anything but white space was delivered. The text is looked at only where it gave no value."""
    if field.type == "string":
        return f"{column} IS NOT NULL"
    return f"CASE WHEN {column} IS NULL THEN {trimmed_sql(_text(field.name))} IS NOT NULL ELSE true END"


def _range_checks(field: FieldContract, column: str) -> Iterable[Check]:
    bounds = []
    if field.minimum is not None:
        bounds.append(f"{column} >= {_number(field, field.minimum)}")
    if field.maximum is not None:
        bounds.append(f"{column} <= {_number(field, field.maximum)}")
    if bounds:
        yield Check(f"range:{field.name}", " AND ".join(bounds))


def _number(field: FieldContract, bound: float) -> str:
    # A bound of the column's own type: against a bare literal the column would be compared as a double.
    return f"CAST('{bound:f}' AS {sql_type(field.type)})"


def _code_sql(field: FieldContract, column: str) -> str:
    codes = field.codes or ()
    if not field.several:
        return _in_sql(column, codes)
    return f"len(list_filter(string_split({column}, '|'), lambda code: {_in_sql('code', codes)} IS NOT TRUE)) = 0"


def _in_sql(column: str, codes: Sequence[str]) -> str:
    return f"{column} IN ({', '.join(literal(code) for code in codes)})"


def _not_personal_sql(column: str) -> str:
    # The length is looked at first: it is known without reading the text, and tokens are longer.
    return (
        f"CASE WHEN strlen({column}) IN (11, 18) THEN NOT regexp_full_match({column}, "
        f"'{MOBILE_NUMBER}|{RESIDENT_NUMBER}') ELSE true END"
    )


def _rule_checks(contract: Contract, on_breach: str) -> tuple[Check, ...]:
    return tuple(Check(f"rule:{rule.id}", f"({rule.sql})") for rule in contract.rules if rule.on_breach == on_breach)


def _all_hold_sql(checks: Sequence[Check]) -> str:
    """Whether none of some checks is broken; a check that says NULL is kept."""
    return f"coalesce({' AND '.join(check.holds for check in checks) or 'true'}, true)"


def _codes_sql(checks: Sequence[Check]) -> str:
    if not checks:
        return _NONE
    cases = ", ".join(f"CASE WHEN NOT ({check.holds}) THEN {literal(check.code)} END" for check in checks)
    return f"list_filter([{cases}], lambda code: code IS NOT NULL)"


def _listed(columns: Sequence[str]) -> str:
    return ",\n    ".join(columns)
