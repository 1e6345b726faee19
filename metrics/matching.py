"""Pilots without a time before: compared with units of the same kind as they stand now. An association."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from metrics.effects import DRAWS, ROUNDING, SEED, SIGNIFICANCE, Effect, interval, vector, welch


def matched(values: ArrayLike, treated: ArrayLike, strata: Sequence[object]) -> Effect:
    """Mean difference between pilots and comparison units of the same stratum, strata weighted by their pilots.

    `values`, `treated`, `strata`: one a unit; nan values are dropped, and so are strata with one side only.
    se² = Σ w²·se²_stratum (Welch in each), degrees of freedom by Satterthwaite; nan where a stratum has a
    single unit on a side. `p_permutation`: pilots drawn anew inside each stratum, 9,999 seeded times with the
    true one added. `strength` is always "descriptive": without a time before, whatever made counties take
    part may be what one sees. ValueError: shapes differ, or no stratum has both sides.
    """
    level, flags = vector(values, "values"), np.asarray(treated).astype(bool)
    kinds = np.asarray([str(kind) for kind in strata])
    if not level.shape == flags.shape == kinds.shape:
        raise ValueError(f"values, treated and strata differ: {level.shape}, {flags.shape}, {kinds.shape}")
    kept = ~np.isnan(level)
    both = [kind for kind in np.unique(kinds[kept]) if len(set(flags[kept & (kinds == kind)])) == 2]
    if not both:
        raise ValueError("no stratum has units on both sides")
    kept &= np.isin(kinds, both)
    total = int((kept & flags).sum())
    generator = np.random.default_rng(SEED)
    estimate, drawn, parts = 0.0, np.zeros(DRAWS), []
    for kind in both:
        inside = kept & (kinds == kind)
        pilots, others = level[inside & flags], level[inside & ~flags]
        weight = pilots.size / total
        estimate += weight * float(pilots.mean() - others.mean())
        se, df = welch(pilots, others)
        parts.append((weight * se, df))
        pool = np.tile(np.sort(level[inside]), (DRAWS, 1))
        dealt = generator.permuted(pool, axis=1)
        drawn += weight * (dealt[:, : pilots.size].mean(axis=1) - dealt[:, pilots.size :].mean(axis=1))
    se = math.sqrt(sum(part**2 for part, _ in parts))
    df = se**4 / sum(part**4 / free for part, free in parts if part) if se > 0 else sum(free for _, free in parts)
    noise = ROUNDING * float(np.abs(level[kept]).max())
    low, high, p_welch = interval(estimate, se, df, noise=noise)
    rank = int((np.abs(drawn) >= abs(estimate) - noise).sum()) + 1
    p = rank / (DRAWS + 1)
    return Effect(
        estimate=estimate,
        low=low,
        high=high,
        p_welch=p_welch,
        p_permutation=p,
        n_treated=total,
        n_comparison=int((kept & ~flags).sum()),
        robust=not math.isnan(p_welch) and (p_welch <= SIGNIFICANCE) == (p <= SIGNIFICANCE),
        strength="descriptive",
        se=se,
        df=df,
        placebo_rank=rank,
        placebo_of=DRAWS + 1,
    )
