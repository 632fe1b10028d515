"""From delivered text to typed values, in SQL that never coerces, rounds or defaults.

Every expression gives NULL for a text it cannot hold exactly; the caller tells that from an empty value and names
the fault. What is held:

========== =====================================================================================================
string     the text as it came
integer    an optional sign and digits, 64 bits
decimal    digits with a point; more places than the type has only when they are zeros; no exponent, no grouping
boolean    true, false, 1, 0, yes, no, 是, 否 in any case
date       YYYY-MM-DD or YYYYMMDD, from the year 1900
timestamp  date and time of day, ISO 8601 with T or a space; without a zone it is +08:00; microseconds, finer is cut
========== =====================================================================================================

White space around a value (spaces, tabs, line ends, ideographic spaces) is delivery, not content, and is cut.
"""

from __future__ import annotations

from expectations.contracts.schema import FieldContract, FieldType

_WHITE = "' ' || chr(9) || chr(10) || chr(13) || chr(12288)"

_SQL_TYPES: dict[FieldType, str] = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
    "decimal(18,2)": "DECIMAL(18,2)",
    "decimal(18,5)": "DECIMAL(18,5)",
    "decimal(18,8)": "DECIMAL(18,8)",
}


def quoted(name: str) -> str:
    """A field's name as an SQL identifier; some fields are called ``order`` or ``list``."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def sql_type(field_type: FieldType) -> str:
    """The column type that holds a contract's type."""
    return _SQL_TYPES[field_type]


def trimmed_sql(text: str) -> str:
    """A text without the white space around it; nothing left is NULL.

    Trimming costs four times what seeing that there is nothing to trim costs, so that is looked for first: mostly a
    text begins and ends in printable ASCII; else a first character up to a space or equal to the ideographic space, or
    a last one that is white.
    """
    is_bare = f"{text} BETWEEN '!' AND '~' AND {text}[-1] BETWEEN '!' AND '~'"
    is_white_ahead = f"{text} < '!' OR ({text} >= chr(12288) AND {text} < chr(12289))"
    is_white_behind = rf"regexp_matches({text}, '[ \t\r\n\x{{3000}}]$')"
    return (
        f"CASE WHEN {is_bare} THEN {text} "
        f"WHEN {is_white_ahead} OR {is_white_behind} THEN nullif(trim({text}, {_WHITE}), '') ELSE {text} END"
    )


def typed_sql(field: FieldContract, text: str, *, is_bare: bool = False) -> str:
    """The typed value of a field from its delivered text, NULL where the text does not hold one.

    White space is cut from a string always, from the others only where the text as it came gave no value; from none
    where it is known (``is_bare``) that no text is empty or has any around it.
    """
    if is_bare:
        return text if field.type == "string" else _cast_sql(field, text)
    if field.type == "string":
        return trimmed_sql(text)
    # Outside of a CASE the engine would see that the second cast names the trimmed text several times, and trim every
    # row ahead of the first cast: as dear as that cast.
    cast = f"coalesce({_cast_sql(field, text)}, {_cast_sql(field, trimmed_sql(text))})"
    return f"CASE WHEN {text} IS NOT NULL THEN {cast} END"


def _cast_sql(field: FieldContract, text: str) -> str:
    if field.type == "integer":
        return f"CASE WHEN regexp_full_match({text}, '[+-]?[0-9]+') THEN try_cast({text} AS BIGINT) END"
    if field.type == "boolean":
        return _boolean_sql(text)
    if field.type == "date":
        return _date_sql(text)
    if field.type == "timestamp":
        return _timestamp_sql(text)
    return _decimal_sql(text, sql_type(field.type), places=int(field.type[-2]))


def _decimal_sql(text: str, type_name: str, places: int) -> str:
    # The cast alone would round a further place, and take 15e-3 and 1_000 for numbers. A number that gives its text
    # back did neither, and that is seen in half the time that the pattern takes.
    exact = rf"[+-]?([0-9]+(\.[0-9]{{0,{places}}}0*)?|\.[0-9]{{1,{places}}}0*)"
    number = f"try_cast({text} AS {type_name})"
    return (
        f"CASE WHEN CAST({number} AS VARCHAR) = {text} THEN {number} "
        f"WHEN regexp_full_match({text}, '{exact}') THEN {number} END"
    )


def _boolean_sql(text: str) -> str:
    return (
        f"CASE WHEN lower({text}) IN ('true', '1', 'yes', '是') THEN true "
        f"WHEN lower({text}) IN ('false', '0', 'no', '否') THEN false END"
    )


def _date_sql(text: str) -> str:
    dashed = f"{text}[1:4] || '-' || {text}[5:6] || '-' || {text}[7:8]"
    return (
        f"CASE WHEN {text} < '1900' THEN NULL "
        f"WHEN regexp_full_match({text}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') THEN try_cast({text} AS DATE) "
        f"WHEN regexp_full_match({text}, '[0-9]{{8}}') THEN try_cast({dashed} AS DATE) END"
    )


def _timestamp_sql(text: str) -> str:
    # The usual form is recognised by its end and cast once. Otherwise +08:00 is tried behind it, which fails when a
    # zone is there already. A cast to TIMESTAMP would drop a zone without a word, hence TIMESTAMPTZ throughout.
    has_zone = f"regexp_matches({text}, '(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')"
    own_zone = f"CASE WHEN {has_zone} THEN try_cast({text} AS TIMESTAMPTZ) END"
    return (
        f"CASE WHEN {text} < '1900' OR {text} >= ':' OR strlen({text}) < 16 THEN NULL "
        f"WHEN suffix({text}, '+08:00') THEN try_cast({text} AS TIMESTAMPTZ) "
        f"ELSE coalesce(try_cast({text} || '+08:00' AS TIMESTAMPTZ), {own_zone}) END"
    )
