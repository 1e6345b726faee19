"""The gap between two groups of places, with an interval: sums stay sums, only their spread is estimated."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from metrics.effects import ROUNDING, Floats, interval


@dataclass(frozen=True)
class Gap:
    """First group minus second. `low`, `high` bound a 95 % interval; nan where a group has one place only."""

    estimate: float
    low: float
    high: float
    n_first: int
    n_second: int


def gap(first: ArrayLike, second: ArrayLike) -> Gap:
    """Difference between Σn/Σd of two groups. Each group is rows (n, d), one a place, d in the unit in which n/d
    is the figure; for figures without a denominator d is 1, and Σn/Σd their mean.

    The spread of a ratio of sums is that of its residuals n − R·d: se² = m/(m−1) · Σ(n − R·d)² / (Σd)², and
    with d = 1 the usual error of a mean. Satterthwaite's degrees of freedom. Rows with nan are left out.
    ValueError: not two columns, or a group without a place or with Σd = 0. Source: Cochran (1977), section 6.3.
    """
    parts = [ratio(rows) for rows in (first, second)]
    (a, se_a, n_a), (b, se_b, n_b) = parts
    se = math.hypot(se_a, se_b)
    df = math.nan
    if se > 0:
        df = se**4 / sum(error**4 / (count - 1) for _, error, count in parts if error)
    elif se == 0:
        df = float(n_a + n_b - 2)
    low, high, _ = interval(a - b, se, df, noise=ROUNDING * max(abs(a), abs(b)))
    return Gap(a - b, low, high, n_a, n_b)


def ratio(rows: ArrayLike) -> tuple[float, float, int]:
    """Σn/Σd, its standard error (nan with one place) and how many places."""
    table: Floats = np.asarray(rows, dtype=float)
    if table.ndim != 2 or table.shape[1] != 2:
        raise ValueError(f"needs rows of (n, d), not of shape {table.shape}")
    n, d = table[~np.isnan(table).any(axis=1)].T
    if not n.size or d.sum() == 0:
        raise ValueError("a group has no place with a figure")
    ratio = float(n.sum() / d.sum())
    if n.size < 2:
        return ratio, math.nan, n.size
    residual = n - ratio * d
    se = math.sqrt(n.size / (n.size - 1) * float(residual @ residual)) / abs(float(d.sum()))
    return ratio, 0.0 if se <= ROUNDING * abs(ratio) else se, n.size
