"""What repeated draws say: tests with few clusters, and how sure a place in a ranking is. Draws are seeded."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.effects import DRAWS, ROUNDING, SEED, Floats, vector

EXACT_CLUSTERS = 12


@dataclass(frozen=True)
class Bootstrap:
    """A cluster-robust t statistic and its wild-bootstrap p-value."""

    t: float
    p: float


def wild_bootstrap(y: ArrayLike, X: ArrayLike, column: int, cluster: ArrayLike) -> Bootstrap:
    """Test that coefficient `column` of the least squares of `y` on `X` is zero, with few clusters.

    `y` (rows,), `X` (rows, regressors; bring your own intercept), `cluster` (rows,) any labels. Restricted wild
    cluster bootstrap: residuals under the null, one Rademacher sign a cluster, t with CRV1 errors (factor
    G/(G−1) · (N−1)/(N−K)). Every combination of signs up to 12 clusters, else 9,999 seeded draws with the
    sample itself added. p is the two-sided share |t*| ≥ |t|, ties included. With one or two treated clusters
    it is known to reject hardly ever: prefer the permutation p there.
    ValueError: shapes, nan, fewer than two clusters, collinear regressors, a perfect fit.
    Source: Cameron, Gelbach & Miller (2008); Roodman et al. (2019) for the fast form.
    """
    outcome, design, labels = vector(y, "y"), np.asarray(X, dtype=float), np.asarray(cluster)
    rows = outcome.size
    if design.ndim != 2 or design.shape[0] != rows or labels.shape != (rows,):
        raise ValueError(f"y, X and cluster differ in rows: {outcome.shape}, {design.shape}, {labels.shape}")
    if not (np.isfinite(outcome).all() and np.isfinite(design).all()):
        raise ValueError("y and X must be finite")
    width = design.shape[1]
    names, group = np.unique(labels, return_inverse=True)
    count = names.size
    if count < 2 or rows <= width or np.linalg.matrix_rank(design) < width or not 0 <= column < width:
        raise ValueError("needs two clusters, more rows than regressors, independent regressors, a valid column")
    bread = np.linalg.inv(design.T @ design)
    picks = design @ bread[:, column]  # the coefficient is picks · y
    residuals = outcome - design @ (bread @ (design.T @ outcome))
    factor = count / (count - 1) * (rows - 1) / (rows - width)
    se = math.sqrt(factor * float(np.square(np.bincount(group, picks * residuals)).sum()))
    if se <= ROUNDING * float(np.abs(picks * outcome).sum()):
        raise ValueError("a perfect fit leaves nothing to test against")
    t = float(picks @ outcome) / se

    rest = np.delete(design, column, axis=1)
    null = outcome - rest @ np.linalg.lstsq(rest, outcome, rcond=None)[0]
    # One column of signs a cluster; both the coefficient and its scores are linear in the signs.
    share = np.bincount(group, picks * null)
    member = group[:, None] == np.arange(count)
    leak = (member.T @ (design * picks[:, None])) @ bread @ ((design * null[:, None]).T @ member)
    scores = np.diag(share) - leak
    signs = _signs(count)
    drawn = np.abs(signs @ share)
    spread = np.sqrt(factor * np.square(signs @ scores.T).sum(axis=1))
    return Bootstrap(t=t, p=float(np.mean(drawn >= abs(t) * spread * (1 - ROUNDING))))


def rank_intervals(estimates: ArrayLike, standard_errors: ArrayLike, level: float = 0.95) -> NDArray[np.int64]:
    """Which places each entry may truly hold: shape (n, 2), lowest and highest rank; 1 is first, high is best.

    For each entry by itself, the pairwise differences to all others are bounded together at `level` by
    seeded draws of the largest studentised difference, with step-down; an entry clearly better takes one
    place from above, a clearly worse one from below. Estimates are taken as independent and normal. Wider
    than the percentile bootstrap of ranks, which is too narrow near ties. Time and draws grow as n².
    ValueError: shapes differ, nan, negative errors, level outside (0, 1).
    Source: Mogstad, Romano, Shaikh & Wilhelm (2024), marginal two-sided sets.
    """
    values, errors = vector(estimates, "estimates"), vector(standard_errors, "standard_errors")
    if values.shape != errors.shape or np.isnan(values).any() or not (errors >= 0).all() or not 0 < level < 1:
        raise ValueError("needs as many standard errors >= 0 as estimates, no nan, and a level in (0, 1)")
    # Equal entries get the same answer, and the answer does not depend on the order of the rows.
    pairs, twin = np.unique(np.column_stack([values, errors]), axis=0, return_inverse=True)
    order = np.lexsort((errors, values))
    values, errors = values[order], errors[order]
    noise = np.random.default_rng(SEED).standard_normal((values.size, DRAWS)) * errors[:, None]
    place = math.ceil(level * DRAWS) - 1
    answers = np.empty((len(pairs), 2), dtype=np.int64)
    apart = np.empty_like(noise)  # filled anew for each entry: new memory would cost as much as the sums
    for row, (value, error) in enumerate(pairs):
        me = int(np.flatnonzero((values == value) & (errors == error))[0])
        gap, spread = values - value, np.hypot(errors, error)
        open_ = spread > 0
        open_[me] = False
        decided = (spread == 0) & (gap != 0)
        np.abs(np.subtract(noise, noise[me], out=apart), out=apart)
        apart /= np.where(spread > 0, spread, 1)[:, None]
        apart[~open_] = 0
        while open_.any():
            bound = np.partition(apart.max(axis=0), place)[place]
            found = open_ & (np.abs(gap) > bound * spread)
            if not found.any():
                break
            decided |= found
            open_ &= ~found
            apart[found] = 0
        answers[row] = 1 + (decided & (gap > 0)).sum(), values.size - (decided & (gap < 0)).sum()
    return answers[twin.reshape(-1)]


def _signs(clusters: int) -> Floats:
    """Rows of ±1. Turning all signs gives the same |t*|, so the first cluster keeps +1 in the full list."""
    if clusters <= EXACT_CLUSTERS:
        free = np.array(list(itertools.product((1.0, -1.0), repeat=clusters - 1)))
        return np.column_stack([np.ones(len(free)), free])
    drawn = np.random.default_rng(SEED).choice((1.0, -1.0), size=(DRAWS, clusters))
    return np.vstack([np.ones(clusters), drawn])
