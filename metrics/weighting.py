"""Weights and composite indices. Each convention has a name, because other conventions give other ranks.

Matrices are units × indicators, float64. `directions` holds +1 (higher is better) or −1 for each indicator.
Never score with rounded weights; round only what is printed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Saaty's random consistency indices, by size of the matrix from 1.
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
# People type 0.33 for one third: a pair is reciprocal when the product is within 5 % of 1.
RECIPROCAL_TOLERANCE = 0.05
# Columns whose spread is only rounding noise count as constant.
FLAT = 1e-12


@dataclass(frozen=True)
class EntropyWeights:
    """`entropy` and `weights`, both of shape (indicators,); weights sum to 1. `few_units`: fewer units than
    indicators, so the weights rest on little and the page should say so. `shares` is p, of shape (units,
    indicators), nan in constant columns."""

    entropy: Floats
    weights: Floats
    few_units: bool = False
    shares: Floats = field(default_factory=lambda: np.empty((0, 0)))


def entropy_weights(matrix: ArrayLike, directions: ArrayLike) -> EntropyWeights:
    """Entropy weights (熵权法): indicators that tell the units apart more weigh more.

    z = min–max by direction, p = z/Σz, E = −Σ p ln p / ln(units) with 0 · ln 0 = 0, w = (1−E)/Σ(1−E).
    A constant column has entropy 1 and weight 0. No shift is added to z (adding one changes the weights).
    ValueError: shapes, nan, fewer than two units, or no indicator that varies.
    Source: Shannon (1948); min–max form as in the Chinese assessment literature.
    """
    scaled = min_max(matrix, directions)
    units, indicators = scaled.shape
    if units < 2:
        raise ValueError("entropy weights need at least two units")
    varies = ~np.isnan(scaled[0])
    if not varies.any():
        raise ValueError("no indicator varies between the units")
    shares = scaled / scaled.sum(axis=0)
    share = shares[:, varies]
    logs = np.log(share, out=np.zeros_like(share), where=share > 0)
    entropy = np.ones(indicators)
    entropy[varies] = -(share * logs).sum(axis=0) / np.log(units)
    spare = 1 - entropy
    return EntropyWeights(entropy, spare / spare.sum(), few_units=units < indicators, shares=shares)


def min_max(matrix: ArrayLike, directions: ArrayLike) -> Floats:
    """z = (x − min) / (max − min) of each column, turned round where lower is better: 1 is the best unit, 0 the
    worst. Same shape; a constant column is nan, since nothing tells its units apart. ValueError: shapes, nan."""
    values, signs = _matrix(matrix, directions)
    signed = values * signs
    low, spread = signed.min(axis=0), np.ptp(signed, axis=0)
    varies = spread > FLAT * np.abs(signed).max(axis=0)
    return np.where(varies, (signed - low) / np.where(varies, spread, 1), np.nan)


@dataclass(frozen=True)
class AhpWeights:
    """`weights` of shape (criteria,), sum 1; `cr` ≤ 0.1 is the usual bar for consistent judgements."""

    weights: Floats
    lambda_max: float
    ci: float
    cr: float


def ahp_weights(pairwise: ArrayLike, method: Literal["eigenvector", "geometric_mean"] = "eigenvector") -> AhpWeights:
    """Weights from pairwise judgements (层次分析法); `pairwise[i, j]`: how much more important i is than j.

    "eigenvector": principal eigenvector; "geometric_mean" (方根法): geometric means of the rows. The two agree
    only for consistent judgements. λ_max is the eigenvalue, or the mean of (Aw)_i / w_i; CI = (λ−n)/(n−1);
    CR = CI/RI. Up to two criteria are always consistent (CI = CR = 0).
    ValueError: not square, entries ≤ 0, diagonal not 1, not reciprocal within 5 %, more than 10 criteria
    (no random index), or another method. Source: Saaty (1980).
    """
    judged = np.asarray(pairwise, dtype=float)
    if judged.ndim != 2 or judged.shape[0] != judged.shape[1] or not 1 <= len(judged) <= len(RANDOM_INDEX):
        raise ValueError(f"needs a square matrix of 1 to {len(RANDOM_INDEX)} criteria, not {judged.shape}")
    if not (np.isfinite(judged).all() and (judged > 0).all() and np.allclose(np.diag(judged), 1)):
        raise ValueError("judgements must be positive, with ones on the diagonal")
    if (np.abs(judged * judged.T - 1) > RECIPROCAL_TOLERANCE).any():
        raise ValueError("judgements must be reciprocal: a[i, j] * a[j, i] = 1")
    size = len(judged)
    if method == "eigenvector":
        roots, vectors = np.linalg.eig(judged)
        top = int(np.argmax(roots.real))
        weights = np.abs(vectors[:, top].real)
        lambda_max = float(roots[top].real)
    elif method == "geometric_mean":
        weights = np.exp(np.log(judged).mean(axis=1))
        lambda_max = float((judged @ weights / weights).mean())
    else:
        raise ValueError(f"unknown method: {method!r}")
    weights = weights / weights.sum()
    if size <= 2:
        return AhpWeights(weights, lambda_max, ci=0.0, cr=0.0)
    ci = (lambda_max - size) / (size - 1)
    return AhpWeights(weights, lambda_max, ci=ci, cr=ci / RANDOM_INDEX[size - 1])


def least_consistent(pairwise: ArrayLike, weights: ArrayLike) -> tuple[int, int, float]:
    """The judgement to think over first: (i, j, w_i / w_j) of the pair i < j whose entry is, as a ratio, the
    farthest from what the weights of all judgements together say it should be. At least two criteria."""
    judged, weight = np.asarray(pairwise, dtype=float), np.asarray(weights, dtype=float)
    implied = weight[:, None] / weight
    gap = np.triu(np.abs(np.log(judged / implied)), 1)
    i, j = np.unravel_index(int(gap.argmax()), gap.shape)
    if i == j:  # all as they should be
        i, j = np.intp(0), np.intp(1)
    return int(i), int(j), float(implied[i, j])


@dataclass(frozen=True)
class Topsis:
    """Distances to the best and worst of all and `closeness` in [0, 1], each of shape (units,). `weighted` is
    the matrix that distances are measured in, `best` and `worst` its ideal and anti-ideal rows."""

    best_distance: Floats
    worst_distance: Floats
    closeness: Floats
    weighted: Floats = field(default_factory=lambda: np.empty((0, 0)))
    best: Floats = field(default_factory=lambda: np.empty(0))
    worst: Floats = field(default_factory=lambda: np.empty(0))


def topsis(matrix: ArrayLike, weights: ArrayLike, directions: ArrayLike) -> Topsis:
    """TOPSIS (优劣解距离法) with vector normalisation: x / √Σx², times weight, Euclidean distances.

    Closeness = d⁻ / (d⁺ + d⁻), high is best. The best value of an indicator with direction −1 is its minimum;
    values are not inverted. Interval criteria go through `interval_to_benefit` first. Weights ≥ 0 are scaled
    to sum 1. A column of zeros adds nothing; closeness is nan when all units are alike.
    ValueError: shapes, nan, negative weights or a zero sum. Source: Hwang & Yoon (1981).
    """
    values, signs = _matrix(matrix, directions)
    weight = np.asarray(weights, dtype=float)
    if weight.shape != signs.shape or not (weight >= 0).all() or not 0 < weight.sum() < np.inf:
        raise ValueError("needs one weight >= 0 for each indicator, not all zero")
    length = np.sqrt(np.square(values).sum(axis=0))
    weighted = values / np.where(length > 0, length, 1) * (weight / weight.sum())
    good = np.where(signs > 0, weighted.max(axis=0), weighted.min(axis=0))
    bad = np.where(signs > 0, weighted.min(axis=0), weighted.max(axis=0))
    to_best = np.sqrt(np.square(weighted - good).sum(axis=1))
    to_worst = np.sqrt(np.square(weighted - bad).sum(axis=1))
    total = to_best + to_worst
    closeness = np.divide(to_worst, total, out=np.full_like(total, np.nan), where=total > 0)
    return Topsis(to_best, to_worst, closeness, weighted, good, bad)


def interval_to_benefit(column: ArrayLike, best: tuple[float, float], tolerance: tuple[float, float] | float) -> Floats:
    """Map an indicator that is best within a range to [0, 1]: 1 inside `best`, falling linearly to 0.

    `column` of shape (units,), nan stays nan. `tolerance`: the (lowest, highest) values still tolerated, where
    the score reaches 0, or one distance beyond `best` for both sides. A side without room (limit equal to
    the edge of `best`) drops to 0 at once. ValueError: limits not in order.
    """
    values = np.asarray(column, dtype=float)
    inner = (float(best[0]), float(best[1]))
    outer = (
        (float(tolerance[0]), float(tolerance[1]))
        if isinstance(tolerance, tuple)
        else (inner[0] - float(tolerance), inner[1] + float(tolerance))
    )
    if values.ndim != 1 or not outer[0] <= inner[0] <= inner[1] <= outer[1]:
        raise ValueError(f"needs one column and lowest <= best <= highest: {values.shape}, {outer}, {inner}")
    below, above = inner[0] - outer[0], outer[1] - inner[1]
    left = (values - outer[0]) / below if below else (values >= inner[0]).astype(float)
    right = (outer[1] - values) / above if above else (values <= inner[1]).astype(float)
    return np.where(np.isnan(values), np.nan, np.clip(np.minimum(left, right), 0, 1))


def _matrix(matrix: ArrayLike, directions: ArrayLike) -> tuple[Floats, Floats]:
    values, signs = np.asarray(matrix, dtype=float), np.asarray(directions, dtype=float)
    if values.ndim != 2 or 0 in values.shape or signs.shape != (values.shape[1],):
        raise ValueError(f"needs units x indicators and one direction each: {values.shape}, {signs.shape}")
    if not np.isfinite(values).all() or not np.isin(signs, (1, -1)).all():
        raise ValueError("values must be finite and directions +1 or -1")
    return values, signs
