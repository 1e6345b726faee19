"""Small places: how much a share or a rate of few cases can be trusted, and what chance alone would do.

A county with 20 cases is at the top or the bottom of every table of raw rates. Counts and populations are
numbers of events; rates are events per person of the population given. Arguments may be single numbers or
arrays of one shape; the answer has that shape.
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


Bound = TypeVar("Bound", float, Floats)


class Limits(NamedTuple, Generic[Bound]):
    """Two bounds, floats for single numbers and arrays for arrays."""

    low: Bound
    high: Bound


@overload
def wilson(x: float, n: float, level: float = 0.95) -> Limits[float]: ...
@overload
def wilson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Limits[Floats]: ...
def wilson(x: ArrayLike, n: ArrayLike, level: float = 0.95) -> Limits[float] | Limits[Floats]:
    """Wilson score interval for the share x / n, without continuity correction; stays within [0, 1].

    n = 0 gives nan: a share of nothing is not computed. ValueError: not 0 ≤ x ≤ n, or level outside (0, 1).
    Source: Wilson (1927).
    """
    events, size = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    if not ((events >= 0) & (events <= size)).all():
        raise ValueError("needs 0 <= x <= n")
    z = _z(level)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = events / size
        centre = (share + z**2 / (2 * size)) / (1 + z**2 / size)
        half = z / (1 + z**2 / size) * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    return _limits(np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1))


def empirical_bayes(events: ArrayLike, population: ArrayLike) -> Floats:
    """Rates drawn towards the overall rate, the more the smaller the place: shape (places,).

    m = Σevents/Σpopulation; s² = Σ n(r−m)²/Σn; A = max(0, s² − m/n̄); rate = m + A/(A + m/n) · (r − m). Global,
    method of moments, Poisson; a place without population is nan and counts for nothing.
    ValueError: shapes differ, negative or missing numbers, or nobody at all. Source: Marshall (1991).
    """
    counts, people = np.asarray(events, dtype=float), np.asarray(population, dtype=float)
    if counts.ndim != 1 or counts.shape != people.shape or not ((counts >= 0) & (people >= 0)).all():
        raise ValueError("needs events >= 0 and population >= 0 of one shape (places,)")
    inhabited = people > 0
    if not inhabited.any():
        raise ValueError("no place has any population")
    size = people[inhabited]
    raw = counts[inhabited] / size
    mean = counts[inhabited].sum() / size.sum()
    within = np.maximum(mean / size, np.finfo(float).tiny)  # no event anywhere: the rates are all 0
    between = max(0.0, float((size * (raw - mean) ** 2).sum() / size.sum() - mean / size.mean()))
    rates = np.full(people.shape, np.nan)
    rates[inhabited] = mean + between / (between + within) * (raw - mean)
    return rates


@overload
def funnel_limits(mean: float, n: float, level: float = 0.95) -> Limits[float]: ...
@overload
def funnel_limits(mean: float, n: ArrayLike, level: float = 0.95) -> Limits[Floats]: ...
def funnel_limits(mean: float, n: ArrayLike, level: float = 0.95) -> Limits[float] | Limits[Floats]:
    """Where the shares of places of size `n` lie by chance when all share the same `mean` (0 to 1).

    mean ± z · √(mean(1−mean)/n), cut to [0, 1]; normal approximation, rough where n · mean is below about 5.
    Drawn at 95 % and 99.8 %; a place outside is worth a question, not a verdict. n = 0 gives nan.
    ValueError: mean outside [0, 1], n < 0, or level outside (0, 1). Source: Spiegelhalter (2005).
    """
    size = np.asarray(n, dtype=float)
    if not 0 <= mean <= 1 or not (size >= 0).all():
        raise ValueError("needs a mean within [0, 1] and n >= 0")
    half = _z(level) * np.sqrt(mean * (1 - mean) / np.where(size > 0, size, np.nan))
    return _limits(np.clip(mean - half, 0, 1), np.clip(mean + half, 0, 1))


def _z(level: float) -> float:
    from scipy.special import ndtri  # not scipy.stats: that costs a second at start

    if not 0 < level < 1:
        raise ValueError(f"level must lie within (0, 1), not {level}")
    return float(ndtri((1 + level) / 2))


def _limits(low: Floats, high: Floats) -> Limits[float] | Limits[Floats]:
    return Limits(float(low), float(high)) if np.ndim(low) == 0 else Limits(low, high)
