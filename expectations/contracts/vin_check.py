"""The check digit of a vehicle identification number (ISO 3779; GB 16735 for vehicles made in China)."""

from __future__ import annotations

_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_PLACES = "0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ"
"""A character's value is the last digit of its place: A to H are 1 to 8, J to R 1 to 9 with gaps, S to Z 2 to 9."""


def vin_check_sql(vin: str) -> str:
    """Whether the ninth character is the check digit of the others. Outside China and North America few obey it."""
    total = " + ".join(
        f"{weight} * ((strpos('{_PLACES}', substr({vin}, {place}, 1)) - 1) % 10)"
        for place, weight in enumerate(_WEIGHTS, start=1)
        if weight
    )
    return f"substr('0123456789X', (({total}) % 11 + 1)::INTEGER, 1) = substr({vin}, 9, 1)"
