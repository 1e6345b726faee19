"""Before and after, pilots against comparison units: the effect, its interval, its permutation p.

Units are counties (or towns): the unit of assignment is the unit of analysis, because error bars that
count months as independent observations raise several times too many false alarms. Random draws are
seeded, so the same figures give the same answer on every page and in every report.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Strength = Literal["causal", "indicative", "descriptive"]
Floats = NDArray[np.float64]

CAUSAL_UNITS = 5
INDICATIVE_UNITS = 3
SIGNIFICANCE = 0.05
EXACT_ASSIGNMENTS = 200_000
DRAWS = 9_999
SEED = 20_240_601
# Sums of the same numbers in another order differ in the last digits; such values count as equal.
ROUNDING = 1e-9
_KEPT_UNITS = 200

_BY_STRENGTH: tuple[Strength, ...] = ("descriptive", "indicative", "causal")


def gate(n_treated: int, n_comparison: int) -> Strength:
    """What may be said with so many pilots and comparison units: ≥ 5 and ≥ 5 causal, ≥ 3 and ≥ 3
    indicative, fewer descriptive. The scarcer side decides."""
    scarcer = min(n_treated, n_comparison)
    if scarcer >= CAUSAL_UNITS:
        return "causal"
    return "indicative" if scarcer >= INDICATIVE_UNITS else "descriptive"


def weaker(*strengths: Strength) -> Strength:
    """The weakest of several strengths."""
    return min(strengths, key=_BY_STRENGTH.index)


@dataclass(frozen=True)
class Effect:
    """A difference of before/after differences, in the indicator's own unit.

    `low`, `high` bound a 95 % interval (Welch); nan, like `p_welch`, `se` and `df`, where a side has one unit.
    `robust`: the Welch and the permutation p-value fall on the same side of 5 %. `placebo_rank` of
    `placebo_of`: how many assignments, the true one included, show a difference at least as large.
    """

    estimate: float
    low: float
    high: float
    p_welch: float
    p_permutation: float
    n_treated: int
    n_comparison: int
    robust: bool
    strength: Strength
    se: float = math.nan
    df: float = math.nan
    placebo_rank: int | None = None
    placebo_of: int | None = None

    def oriented(self, direction: int) -> Effect:
        """The same effect with positive meaning better; `direction` +1 (higher is better) or −1."""
        if direction not in (1, -1):
            raise ValueError(f"direction must be +1 or -1, not {direction!r}")
        return self if direction == 1 else replace(self, estimate=-self.estimate, low=-self.high, high=-self.low)


def before_after(pre: ArrayLike, post: ArrayLike, treated: ArrayLike) -> Effect:
    """Mean before/after difference of the pilots minus that of the comparison units.

    `pre`, `post`: shape (units,), one value a unit (the mean of its periods); `treated`: shape (units,), true
    for pilots. A unit with nan before or after is dropped. Interval and `p_welch`: Welch, variances with
    divisor n − 1, Satterthwaite degrees of freedom. `p_permutation`: share of all assignments of as many
    pilots whose absolute difference in means is at least the observed one, ties included; all of them up to
    200,000, else 9,999 seeded draws with the true one added, so it is never 0. Without any variation on both
    sides the interval has no width and `p_welch` is 0, or 1 when the estimate is 0.
    ValueError: shapes differ, infinite values, or no unit left on one side.
    Source: Welch (1947); Phipson & Smyth (2010) for counting the true assignment.
    """
    before, after = vector(pre, "pre"), vector(post, "post")
    flags = np.asarray(treated)
    if not before.shape == after.shape == flags.shape:
        raise ValueError(f"pre, post and treated differ in shape: {before.shape}, {after.shape}, {flags.shape}")
    if flags.dtype != np.bool_ and not np.isin(flags, (0, 1)).all():
        raise ValueError("treated must be boolean, or 0 and 1")
    change = after - before
    kept = ~np.isnan(change)
    pilots, others = change[kept & flags.astype(bool)], change[kept & ~flags.astype(bool)]
    if not pilots.size or not others.size:
        raise ValueError(f"needs units on both sides: {pilots.size} pilots, {others.size} comparison units")
    estimate = float(pilots.mean() - others.mean())
    se, df = welch(pilots, others)
    low, high, p_welch = interval(estimate, se, df, noise=ROUNDING * float(np.abs(change[kept]).max()))
    rank, of = _placebos(np.concatenate([pilots, others]), pilots.size)
    return Effect(
        estimate=estimate,
        low=low,
        high=high,
        p_welch=p_welch,
        p_permutation=rank / of,
        n_treated=pilots.size,
        n_comparison=others.size,
        robust=not math.isnan(p_welch) and (p_welch <= SIGNIFICANCE) == (rank / of <= SIGNIFICANCE),
        strength=gate(pilots.size, others.size),
        se=se,
        df=df,
        placebo_rank=rank,
        placebo_of=of,
    )


def equity_gap(a: Effect, b: Effect) -> Effect:
    """Effect in group `a` minus effect in group `b`, with its own Welch–Satterthwaite interval.

    The only fair way to say that something works less well in one type of region: “significant here, not
    there” compares two noises. The two groups share no unit. Counts are summed; `strength` is the weaker;
    there is no permutation p (nan), so `robust` says that both groups' effects are.
    """
    estimate = a.estimate - b.estimate
    se = math.hypot(a.se, b.se)
    df = math.nan
    if se > 0:
        # Each df already is Satterthwaite's, so this equals the formula over the four samples.
        df = se**4 / sum(e.se**4 / e.df for e in (a, b))
    elif se == 0:
        df = a.df + b.df
    low, high, p_welch = interval(estimate, se, df, noise=ROUNDING * max(abs(a.estimate), abs(b.estimate)))
    return Effect(
        estimate=estimate,
        low=low,
        high=high,
        p_welch=p_welch,
        p_permutation=math.nan,
        n_treated=a.n_treated + b.n_treated,
        n_comparison=a.n_comparison + b.n_comparison,
        robust=a.robust and b.robust,
        strength=weaker(a.strength, b.strength),
        se=se,
        df=df,
    )


def minimum_detectable(sd: float, n_treated: int, n_comparison: int) -> float:
    """Smallest change that would be seen: 2.8 · sd · √(1/n_t + 1/n_c), 80 % power at 5 % two-sided.

    `sd` is that of one unit's before/after difference, in the indicator's unit (divisor n − 1). Normal
    quantiles (1.96 + 0.84), so it is somewhat optimistic below ten units. ValueError: sd < 0 or nan, or an
    empty side. Source: Gelman & Hill (2007), section 20.
    """
    if not (sd >= 0 and n_treated >= 1 and n_comparison >= 1):
        raise ValueError(f"needs sd >= 0 and a unit on each side: {sd}, {n_treated}, {n_comparison}")
    return 2.8 * float(sd) * math.sqrt(1 / n_treated + 1 / n_comparison)


def vector(values: ArrayLike, name: str) -> Floats:
    """The values as one row of floats; ValueError for another shape or infinite values."""
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or np.isinf(array).any():
        raise ValueError(f"{name} must be one-dimensional without infinite values, not of shape {array.shape}")
    return array


def welch(a: Floats, b: Floats) -> tuple[float, float]:
    """Standard error of the difference in means and Satterthwaite's degrees of freedom; nan with one unit."""
    if min(a.size, b.size) < 2:
        return math.nan, math.nan
    parts = [(float(side.var(ddof=1)) / side.size, side.size - 1) for side in (a, b)]
    total = sum(part for part, _ in parts)
    if math.sqrt(total) <= ROUNDING * max(np.abs(a).max(), np.abs(b).max()):
        return 0.0, float(a.size + b.size - 2)
    return math.sqrt(total), total**2 / sum(part**2 / free for part, free in parts)


def interval(estimate: float, se: float, df: float, noise: float) -> tuple[float, float, float]:
    """95 % bounds and two-sided p of Student's t; an estimate within `noise` of 0 counts as 0 when se is 0."""
    from scipy.special import stdtr, stdtrit  # not scipy.stats: that costs a second at start

    if math.isnan(se):
        return math.nan, math.nan, math.nan
    if se == 0:
        return estimate, estimate, 1.0 if abs(estimate) <= noise else 0.0
    half = float(stdtrit(df, 1 - SIGNIFICANCE / 2)) * se
    return estimate - half, estimate + half, float(2 * stdtr(df, -abs(estimate) / se))


def _placebos(changes: Floats, n_treated: int) -> tuple[int, int]:
    """How many assignments differ at least as much as the true one (the first `n_treated`), of how many."""
    centred = changes - changes.mean()
    if np.abs(centred).max() <= ROUNDING * np.abs(changes).max():
        centred = np.zeros_like(centred)  # all the same but for the last digits
    observed = abs(float(centred[:n_treated].sum()))
    # With the mean taken out, a side's difference in means is its sum times a constant: compare sums, of
    # the smaller side. Sorting makes the draws independent of the order in which units were passed.
    side = min(n_treated, changes.size - n_treated)
    limit = observed - ROUNDING * float(np.abs(centred).sum())
    pool = np.sort(centred)
    extreme = total = 0
    for picks in _assignments(changes.size, side):
        extreme += int((np.abs(pool[picks].sum(axis=1)) >= limit).sum())
        total += len(picks)
    if math.comb(changes.size, side) > EXACT_ASSIGNMENTS:
        return extreme + 1, total + 1
    return extreme, total


def _assignments(units: int, side: int) -> Sequence[NDArray[np.integer]]:
    """Index rows of shape (assignments, side): all of them, or seeded draws in batches of bounded memory. The
    same for every figure of as many units, so those of a province are kept."""
    return _kept_assignments(units, side) if units <= _KEPT_UNITS else list(_drawn(units, side))


@lru_cache(maxsize=32)
def _kept_assignments(units: int, side: int) -> Sequence[NDArray[np.integer]]:
    total = math.comb(units, side)
    if total > EXACT_ASSIGNMENTS:
        return [batch.astype(np.int16) for batch in _drawn(units, side)]
    flat = itertools.chain.from_iterable(itertools.combinations(range(units), side))
    return [np.fromiter(flat, dtype=np.int16, count=total * side).reshape(total, side)]


def _drawn(units: int, side: int) -> Iterator[NDArray[np.intp]]:
    generator = np.random.default_rng(SEED)
    batch = max(1, 2_000_000 // units)
    for done in range(0, DRAWS, batch):
        keys = generator.random((min(batch, DRAWS - done), units))
        yield np.argpartition(keys, side - 1, axis=1)[:, :side]
