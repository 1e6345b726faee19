"""Two-by-two tables by stratum: when a whole and its parts point different ways (Simpson's paradox)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from metrics.effects import Floats

# group 1 yes, group 1 no, group 2 yes, group 2 no
Table = tuple[float, float, float, float]


def crude_odds_ratio(tables: Sequence[Table]) -> float:
    """Odds ratio of the tables added up: what one sees when the strata are ignored. As `mantel_haenszel`."""
    return _odds_ratio(_counts(tables).sum(axis=0, keepdims=True))


def mantel_haenszel(tables: Sequence[Table]) -> float:
    """Common odds ratio of 2 × 2 tables, one a stratum: Σ(ad/n) / Σ(bc/n).

    A table is (a, b, c, d) = (group 1 yes, group 1 no, group 2 yes, group 2 no). Empty strata count for
    nothing. inf when only the denominator is 0. When it lies on the other side of 1 than
    `crude_odds_ratio`, both are shown (Simpson's paradox). ValueError: not four counts, negative counts, or
    0/0. Source: Mantel & Haenszel (1959).
    """
    return _odds_ratio(_counts(tables))


def _counts(tables: Sequence[Table]) -> Floats:
    counts = np.asarray(tables, dtype=float)
    if counts.ndim != 2 or counts.shape[1] != 4 or not (counts >= 0).all():
        raise ValueError("each table is four counts >= 0: (a, b, c, d)")
    return counts


def _odds_ratio(counts: Floats) -> float:
    size = np.maximum(counts.sum(axis=1), 1)  # an empty stratum adds 0 either way
    a, b, c, d = counts.T
    above, below = float((a * d / size).sum()), float((b * c / size).sum())
    if above == below == 0:
        raise ValueError("the odds ratio is 0/0")
    return above / below if below else math.inf
