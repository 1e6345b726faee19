"""Marks that decide something: threshold scores, attainment of targets, places.

All of it is exact. Numbers arrive as int, Decimal, Fraction or float; a float is read by its shortest
decimal form (0.1 is one tenth), as `core.numbers` does, and never rounded before it is compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from core.numbers import round_half_up

Number = Fraction | Decimal | int | float

# A target equal to the baseline means "hold": worse by up to one per cent of the baseline still holds.
HOLD_TOLERANCE = 0.01


def threshold_score(
    value: Number, *, full: Number, base: Number, slope: Number, floor: Number, places: int = 2
) -> Decimal:
    """max(floor, full − slope · max(0, base − value)), rounded half up to `places` decimals.

    `value` and `base` in the indicator's unit (percentage points for shares), higher is better; `slope` in
    points lost for each unit below `base`. Exact until the one rounding at the end.
    ValueError: floor > full, slope < 0, or a number that is not finite.
    Source: the deduction rule used in provincial work assessments.
    """
    top, bottom, rate = _exact(full), _exact(floor), _exact(slope)
    if bottom > top or rate < 0:
        raise ValueError(f"needs floor <= full and slope >= 0: {floor}, {full}, {slope}")
    short = max(Fraction(0), _exact(base) - _exact(value))
    return round_half_up(max(bottom, top - rate * short), places)


def attainment(
    baseline: Number | None,
    target: Number | None,
    actual: Number | None,
    direction: int,
    *,
    tolerance: Number = HOLD_TOLERANCE,
) -> float | None:
    """Share of the promised way that was gone: (actual − baseline) / (target − baseline).

    1 is the target reached, above 1 more than promised, below 0 worse than at the start; None when one of
    the three is missing (None or nan). `direction` +1 (higher is better) or −1 decides which side of the
    baseline is progress. A target equal to the baseline means "hold": 1.0 when not worse by more than
    `tolerance` (a share of |baseline|), else 0.0. Unchanged when all three are given in another unit.
    Exact arithmetic, one conversion to float at the end.
    ValueError: a target on the worse side of the baseline, infinite numbers, or another direction.
    """
    if direction not in (1, -1):
        raise ValueError(f"direction must be +1 or -1, not {direction!r}")
    if _missing(baseline) or _missing(target) or _missing(actual):
        return None
    start, end, now = (direction * _exact(number) for number in (baseline, target, actual) if number is not None)
    if end < start:
        raise ValueError(f"the target {target} is on the worse side of the baseline {baseline}")
    if end == start:
        return 1.0 if now >= start - _exact(tolerance) * abs(start) else 0.0
    return float((now - start) / (end - start))


def attainment_within(
    baseline: Number | None, low: Number | None, high: Number | None, actual: Number | None
) -> float | None:
    """Share of the way from the baseline into the range [low, high] that was gone; 1.0 anywhere inside.

    Outside it is 1 − distance(actual) / distance(baseline), distance being that to the nearest bound: 0 as
    far out as at the start, below 0 further out. A baseline inside the range means "hold": 1.0 inside, else
    0.0, and so does a missing one. None when the range or the actual value is missing. Unchanged when all
    are given in another unit. ValueError when low > high.
    """
    if _missing(low) or _missing(high) or _missing(actual):
        return None
    bottom, top, now = (_exact(number) for number in (low, high, actual) if number is not None)
    if bottom > top:
        raise ValueError(f"the range {low} to {high} is empty")

    def outside(value: Fraction) -> Fraction:
        return max(bottom - value, value - top, Fraction(0))

    if not outside(now):
        return 1.0
    start = Fraction(0) if baseline is None or _missing(baseline) else outside(_exact(baseline))
    return float(1 - outside(now) / start) if start else 0.0


def competition_ranks(values: Sequence[Number | None]) -> list[int | None]:
    """Places 1, 2, 2, 4: high is good, exactly equal values share a place, the next places are skipped.

    Same order as `values`. None (and nan) is unranked: no place, and nobody's place depends on it. Kinds may
    be mixed. Give exact values: floats that differ in the last digit do not tie.
    ValueError for infinite values.
    """
    exact = [None if value is None or _missing(value) else _exact(value) for value in values]
    place: dict[Fraction, int] = {}
    for position, value in enumerate(sorted((v for v in exact if v is not None), reverse=True), start=1):
        place.setdefault(value, position)
    return [None if value is None else place[value] for value in exact]


def _missing(value: Number | None) -> bool:
    return value is None or (isinstance(value, float | Decimal) and math.isnan(value))


def _exact(value: Number) -> Fraction:
    """The exact value; ValueError when it is not a finite number."""
    if isinstance(value, float):
        value = Decimal(repr(float(value)))  # float(): numpy's own repr is not a number
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"not a finite number: {value}")
    return Fraction(value)
