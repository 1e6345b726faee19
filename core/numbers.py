"""Exact numbers: how they are read from people, kept in the database and printed.

Reported quantities (numerators, denominators, targets) are kept as integers of one
millionth ("micro"), so sums are exact on SQLite and PostgreSQL alike and two equal figures
are equal to the last digit. Statistics that only inform are floats and never come here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction

MICRO = 1_000_000
MICRO_PLACES = 6
# BIGINT holds 9.2e18; a sum over a province of such values must still fit.
MICRO_LIMIT = 10**15 * 1_000

MISSING = "–"
# Wider than any number that a cell or a sum can hold: the usual 28 digits would round in silence.
_EXACT = Context(prec=60)


def round_half_up(value: Decimal | Fraction | int | float | str, places: int) -> Decimal:
    """Round to `places` decimals, halves away from zero (四舍五入), exactly.

    Fractions are rounded from their exact value. Floats are read by their shortest decimal
    form, so 2.675 rounds to 2.68 as a person expects and not by its binary neighbour.
    Raises ValueError for NaN and infinities.
    """
    if isinstance(value, Fraction):
        scaled = value * 10**places
        sign = -1 if scaled < 0 else 1
        whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
        return Decimal(sign * whole).scaleb(-places, context=_EXACT)
    number = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_EXACT)


def to_micro(value: Decimal | int | str) -> int:
    """Exact integer of millionths. ValueError when more than six decimals or too large."""
    scaled = _EXACT.multiply(Decimal(value), Decimal(MICRO))
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"more than {MICRO_PLACES} decimals: {value}")
    if abs(scaled) > MICRO_LIMIT:
        raise ValueError(f"too large: {value}")
    return int(scaled)


def from_micro(value: int) -> Decimal:
    """The decimal a micro integer stands for, without trailing zeros."""
    number = _EXACT.divide(Decimal(value), Decimal(MICRO))
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize(_EXACT)


@dataclass(frozen=True)
class Reading:
    """One cell as a person wrote it: `value` (None when blank or unreadable), `note` says how it
    was read when that is not obvious, `error` why it could not be read."""

    value: Decimal | None
    note: str = ""
    error: str = ""


_GROUPED = re.compile(r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$", re.ASCII)
_SPACED = re.compile(r"^[+-]?[1-9]\d{0,2}( \d{3})+([.,]\d+)?$", re.ASCII)
# Full-width forms to ASCII and wide spaces to plain ones; nothing else, or 5² would become 52.
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0xA0: " ", 0x202F: " "}
_PLAIN = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)$", re.ASCII)
_SCIENTIFIC = re.compile(r"^[+-]?\d+(\.\d+)?[eE][+-]?\d{1,2}$", re.ASCII)


def parse_number(raw: object) -> Reading:
    """Read a number from a cell: 1234.5, 1,234.5, 1 234,5, 12%, full-width digits.

    A percentage is returned as its fraction (12% → 0.12) with a note, because the cell's
    unit decides what it means; the caller shows the note. Never guesses: anything else is
    an error that quotes what was seen.
    """
    if raw is None:
        return Reading(None)
    if isinstance(raw, bool):
        return Reading(None, error=f"这里应填数字，读到的是“{'是' if raw else '否'}”")
    if isinstance(raw, int):
        return Reading(Decimal(raw))
    if isinstance(raw, float):
        if raw != raw or raw in (float("inf"), float("-inf")):
            return Reading(None, error="这里不是有限的数字")
        return Reading(Decimal(repr(raw)))
    if isinstance(raw, Decimal):
        return Reading(raw)
    seen = str(raw)
    text = seen.translate(_NARROW).strip()
    if not text:
        return Reading(None)
    notes = []
    if text != seen.strip():
        notes.append("全角字符")
    text = text.replace("\u2212", "-")
    percent = text.endswith("%")
    if percent:
        text = text[:-1].strip()
    if _GROUPED.match(text):
        text = text.replace(",", "")
        notes.append("千分位")
    elif _SPACED.match(text):
        text = text.replace(" ", "").replace(",", ".")
        notes.append("空格分组")
    if not (_PLAIN.match(text) or _SCIENTIFIC.match(text)):
        return Reading(None, error=f"“{seen.strip()[:30]}”不是数字")
    try:
        value = Decimal(text)
    except InvalidOperation:
        return Reading(None, error=f"“{seen.strip()[:30]}”不是数字")
    if percent:
        value = value / 100
        notes.append("百分数")
    note = f"“{seen.strip()[:30]}”读作 {value.normalize():f}（{'、'.join(notes)}）" if notes else ""
    return Reading(value, note=note)


def format_number(
    value: Decimal | Fraction | int | float | None,
    places: int = 0,
    *,
    signed: bool = False,
) -> str:
    """Print with thousands separators and exactly `places` decimals; “–” for missing."""
    if value is None or (isinstance(value, float) and value != value):
        return MISSING
    rounded = round_half_up(value, places)
    if rounded == 0:
        rounded = abs(rounded)  # never "-0.0"
    return f"{rounded:{'+' if signed and rounded else ''},.{places}f}"


def format_exact(value: Decimal | None) -> str:
    """Print a reported quantity as it was reported: thousands separators, no rounding."""
    return MISSING if value is None else f"{value.normalize():,f}" if value else "0"
