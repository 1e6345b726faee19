"""Is the data good enough to decide by: unusual values against a unit's own past, and the quality score.

The score is exact and is always kept with its parts; it never multiplies an indicator's value. It
gates verdicts and sorts the follow-up list.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.numbers import format_number

OUTLIER_POINTS = 6
_LITTLE = Fraction(1, 20)  # of a point: with one decimal it would read +0.0
OUTLIER_LIMIT = 3.5
_MAD_SCALE = 0.6745  # MAD of a normal distribution in standard deviations


def outliers(values: ArrayLike) -> NDArray[np.bool_]:
    """Which values are far from all the others: |0.6745·(x − median) / MAD| > 3.5.

    Median and MAD (median absolute deviation) are those of the *other* values, so that a wild value
    cannot hide itself by widening the yardstick; a plain z-score including the value can never pass 3
    with ten or fewer points. Same shape as `values` (one series, any order). NaN is no value: not
    flagged and not part of the yardstick. Fewer than six values: nothing is flagged and bounds have to
    do. Where the others' MAD is 0 (more than half of them equal) the statistic does not exist and
    nothing is flagged; flat lines have a rule of their own.
    Source: Iglewicz and Hoaglin (1993), modified z-score, here leave-one-out. Memory grows as n².
    """
    series = np.asarray(values, dtype=float)
    flags = np.zeros(series.shape, dtype=bool)
    present = np.flatnonzero(np.isfinite(series))
    if present.size >= OUTLIER_POINTS:
        flags[present] = outlying_rows(series[None, present])[0]
    return flags


def outlying_rows(x: NDArray[np.float64]) -> NDArray[np.bool_]:
    """`outliers` of many series of one length at once: (series, points), all finite and of at least six points."""
    points = x.shape[1]
    others = np.broadcast_to(x[:, None, :], (x.shape[0], points, points))[:, ~np.eye(points, dtype=bool)]
    others = others.reshape(x.shape[0], points, points - 1)
    median = np.median(others, axis=2)
    mad = np.median(np.abs(others - median[..., None]), axis=2)
    # A spread that is only rounding noise of equal floats counts as none.
    real = mad > 1e-12 * np.maximum(1.0, np.abs(median))
    z = np.divide(_MAD_SCALE * (x - median), mad, out=np.zeros_like(x), where=real)
    found: NDArray[np.bool_] = np.abs(z) > OUTLIER_LIMIT
    return found


def stands_out(value: float, others: Sequence[float]) -> bool:
    """Whether `outliers` would flag `value` among itself and these others; all of them numbers."""
    if len(others) + 1 < OUTLIER_POINTS:
        return False
    middle = median(others)
    mad = median([abs(other - middle) for other in others])
    return mad > 1e-12 * max(1.0, abs(middle)) and abs(_MAD_SCALE * (value - middle) / mad) > OUTLIER_LIMIT


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two in the middle. Some values there must be."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


class Aspect(StrEnum):
    """A part of the score. Weights are points of 100."""

    COMPLETENESS = "completeness"
    TIMELINESS = "timeliness"
    VALIDITY = "validity"
    CONSISTENCY = "consistency"
    EVIDENCE = "evidence"
    CORRECTIONS = "corrections"

    @property
    def label(self) -> str:
        return _ASPECTS[self][0]

    @property
    def weight(self) -> int:
        return _ASPECTS[self][1]

    @property
    def fix(self) -> str:
        return _ASPECTS[self][2]

    @property
    def mendable(self) -> bool:
        """Whether work done today raises it; what was late or corrected stays so, the next period can do better."""
        return self not in (Aspect.TIMELINESS, Aspect.CORRECTIONS)


_ASPECTS = {
    Aspect.COMPLETENESS: ("完整性", 30, "补报还没有填的指标"),
    Aspect.TIMELINESS: ("及时性", 15, "从下一期起在截止日前提交"),
    Aspect.VALIDITY: ("有效性", 25, "改正校验提出的错误和提醒"),
    Aspect.CONSISTENCY: ("一致性", 15, "核对与历史差异大或长期不变的数，写明原因"),
    Aspect.EVIDENCE: ("佐证", 10, "补传要求的佐证材料"),
    Aspect.CORRECTIONS: ("更正负担", 5, "提交前先核对，减少事后更正"),
}


@dataclass(frozen=True)
class Part:
    """One aspect: `n` of `m` expected were good. `weight` is rescaled so that the present parts make 100.

    `n` need not be whole: in validity a value with a warning counts three quarters.
    """

    aspect: Aspect
    n: int | Fraction
    m: int
    weight: Fraction

    @property
    def points(self) -> Fraction:
        return self.weight * self.n / self.m

    @property
    def counted(self) -> str:
        """“95.75 / 100”: how many were good, of how many."""
        return f"{format_number(self.n, 0 if Fraction(self.n).denominator == 1 else 2)} / {self.m:,}"

    @property
    def lost(self) -> Fraction:
        return self.weight - self.points


@dataclass(frozen=True)
class Fix:
    """A way to raise the score: `one` point gain for each thing mended, `gain` when all `things` are."""

    aspect: Aspect
    things: int
    one: Fraction
    gain: Fraction

    @property
    def text(self) -> str:
        each, most = ("不到 +0.1" if gain < _LITTLE else f"+{format_number(gain, 1)}" for gain in (self.one, self.gain))
        return (
            f"{self.aspect.fix}（{self.things} 项，每项{'' if self.one < _LITTLE else '约 '}{each} 分，最多 {most} 分）"
        )


@dataclass(frozen=True)
class Quality:
    """The score out of 100 (exact; None when nothing was expected), its parts, and the way up."""

    total: Fraction | None
    parts: tuple[Part, ...]
    cheapest_fixes: tuple[Fix, ...]

    @property
    def computed_on(self) -> tuple[int, int]:
        """Aspects that had an expectation, of all."""
        return len(self.parts), len(Aspect)


def score(counts: Mapping[Aspect, tuple[int | Fraction, int]], weights: Mapping[Aspect, int] | None = None) -> Quality:
    """The quality score from (n good, m expected) for each aspect. ValueError unless 0 ≤ n ≤ m.

    Aspects that are absent or expect nothing (m = 0) are left out and the others' weights rescaled.
    The fixes are at most three: what can be mended now before what only the next period can mend,
    then by points gained for one thing mended, then by points in all. `weights` are today's unless given.
    """
    weigh = {aspect: aspect.weight for aspect in Aspect} if weights is None else weights
    for aspect, (n, m) in counts.items():
        if not 0 <= n <= m:
            raise ValueError(f"{aspect}: {n} of {m}")
    present = [aspect for aspect in Aspect if counts.get(aspect, (0, 0))[1]]
    whole = sum(weigh[aspect] for aspect in present)
    parts = tuple(Part(aspect, *counts[aspect], Fraction(100 * weigh[aspect], whole)) for aspect in present)
    fixes = [
        Fix(part.aspect, math.ceil(part.m - part.n), part.weight / part.m, part.lost)
        for part in parts
        if part.n < part.m
    ]
    fixes.sort(key=lambda fix: (not fix.aspect.mendable, -fix.one, -fix.gain))
    total = sum((part.points for part in parts), Fraction(0)) if parts else None
    return Quality(total, parts, tuple(fixes[:3]))
