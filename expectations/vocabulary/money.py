"""Money is decimal, in fen (分, a hundredth of a yuan) where it is summed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")


def to_fen(amount: Decimal) -> int:
    """An amount as whole hundredths, rounded half up."""
    return int((amount.quantize(FEN, rounding=ROUND_HALF_UP) * 100).to_integral_value())


def from_fen(fen: int) -> Decimal:
    """Whole hundredths as an amount with two decimals."""
    return (Decimal(fen) / 100).quantize(FEN)


def round_half_up(value: float | Decimal) -> int:
    """The nearest whole number; a half goes up (domain pack, section 5.3)."""
    return int(Decimal(str(value)).to_integral_value(rounding=ROUND_HALF_UP))
