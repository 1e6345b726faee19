"""How sure a place is: the places that the marks do not rule out, from simultaneous intervals for differences.

For each entry the differences to all others get intervals that hold together with probability 95 %; an entry that is
surely better pushes the place down by one, one that is surely worse does not let it fall below. The percentile
bootstrap of ranks is not offered: it is too narrow where entries are close.
Source: Mogstad, Romano, Shaikh, Wilhelm, Inference for ranks (2024), marginal confidence sets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_DRAWS = 4000
_MOST = 400  # with more entries the bound by Bonferroni takes the place of the simulation: wider, and quick
_SEED = 20_260_101

Floats = NDArray[np.float64]
Intervals = NDArray[np.int64]


def noise(scores: Floats, *, crossed: bool) -> tuple[float, int]:
    """Variance of one sheet's score about its entry, and its degrees of freedom: entries × judges, nan where there is
    none. `crossed`: everybody marked everything, so that a judge's strictness is the same for all and does not count
    as noise. (nan, 0): nothing to estimate it from."""
    scores = scores[(~np.isnan(scores)).any(axis=1)]
    sheets, entries = int((~np.isnan(scores)).sum()), len(scores)
    if not entries:
        return float("nan"), 0
    rest = scores - np.nanmean(scores, axis=1, keepdims=True)
    degrees = sheets - entries
    if crossed:
        rest = rest - rest.mean(axis=0)
        degrees -= scores.shape[1] - 1
    if degrees <= 0:
        return float("nan"), 0
    return float(np.nansum(rest**2)) / degrees, degrees


def places(value: Floats, sheets: Intervals, variance: float, degrees: int, level: float = 0.95) -> Intervals:
    """entries × (best, worst) place that cannot be ruled out. `value`: scores; `sheets`: how many stand behind each;
    `variance`, `degrees`: of one sheet's score (`noise`). Without them, all places are possible."""
    size = len(value)
    out = np.empty((size, 2), dtype=np.int64)
    out[:, 0], out[:, 1] = 1, size
    if size < 2 or not np.isfinite(variance):
        return out
    spread = np.sqrt(variance / np.maximum(sheets, 1))
    for mine in np.unique(sheets):
        rows = sheets == mine
        limit = _critical(spread, float(np.sqrt(variance / max(int(mine), 1))), degrees, level)
        better = np.zeros(int(rows.sum()), dtype=np.int64)
        worse = np.zeros_like(better)
        for other in np.unique(sheets):
            ordered = np.sort(value[sheets == other])
            margin = limit * np.sqrt(variance / max(int(mine), 1) + variance / max(int(other), 1))
            slack = 1e-9 * (1 + np.abs(value[rows]))
            better += len(ordered) - np.searchsorted(ordered, value[rows] + margin + slack, side="right")
            worse += np.searchsorted(ordered, value[rows] - margin - slack, side="left")
        out[rows, 0], out[rows, 1] = 1 + better, size - worse
    return out


def _critical(spread: Floats, mine: float, degrees: int, level: float) -> float:
    """How many standard errors the largest of all differences to one entry stays within."""
    from scipy.stats import t

    others = len(spread) - 1
    if len(spread) > _MOST or mine <= 0:
        return float(t.ppf(1 - (1 - level) / (2 * others), degrees))
    rng = np.random.default_rng(_SEED)
    drawn = rng.standard_normal((_DRAWS, len(spread))) * spread
    own = rng.standard_normal((_DRAWS, 1)) * mine
    # The entry itself stands among them and only makes the largest larger by a hair.
    largest = (np.abs(drawn - own) / np.sqrt(spread**2 + mine**2)).max(axis=1)
    scale = np.sqrt(rng.chisquare(degrees, _DRAWS) / degrees)
    return float(np.quantile(largest / scale, level))
