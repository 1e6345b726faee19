"""How far judges agree: three coefficients, of which a report says one sentence in words.

Matrices are judges × entries. They inform and decide nothing.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Level = Literal["nominal", "ordinal", "interval"]


def kendall_w(matrix: ArrayLike) -> float:
    """Kendall's coefficient of concordance in [0, 1], corrected for ties. 1: everybody orders alike.

    Entries that some judge did not mark are left out. nan: fewer than two judges or entries, or judges who
    all gave equal marks throughout. Source: Siegel & Castellan, Nonparametric Statistics (1988), 9.4.
    """
    from scipy.stats import rankdata

    marks = _marks(matrix)
    marks = marks[:, ~np.isnan(marks).any(axis=0)]
    judges, entries = marks.shape
    if judges < 2 or entries < 2:
        return float("nan")
    ranks = rankdata(marks, axis=1)
    ties = sum(float((counts**3 - counts).sum()) for counts in (np.unique(row, return_counts=True)[1] for row in ranks))
    spread = float(((ranks.sum(axis=0) - judges * (entries + 1) / 2) ** 2).sum())
    most = judges**2 * (entries**3 - entries) - judges * ties
    return 12 * spread / most if most > 0 else float("nan")


def icc2k(matrix: ArrayLike) -> float:
    """ICC(2,k): reliability of the panel's mean, judges drawn from many, absolute agreement.

    Needs every mark. nan: fewer than two judges or entries, or no variation. ValueError: a missing mark.
    Source: Shrout & Fleiss (1979).
    """
    marks = _marks(matrix)
    if np.isnan(marks).any():
        raise ValueError("ICC(2,k) needs every mark; krippendorff_alpha accepts gaps")
    judges, entries = marks.shape
    if judges < 2 or entries < 2:
        return float("nan")
    total = marks.mean()
    between = judges * float(((marks.mean(axis=0) - total) ** 2).sum()) / (entries - 1)
    among = entries * float(((marks.mean(axis=1) - total) ** 2).sum()) / (judges - 1)
    rest = marks - marks.mean(axis=0) - marks.mean(axis=1, keepdims=True) + total
    error = float((rest**2).sum()) / ((entries - 1) * (judges - 1))
    below = between + (among - error) / entries
    return (between - error) / below if below else float("nan")


def krippendorff_alpha(matrix: ArrayLike, level: Level = "interval") -> float:
    """Krippendorff's α: 1 agreement, 0 as by chance, below 0 worse. nan marks are gaps, and entries with a
    single mark say nothing. nan: nothing to compare, or one value throughout. ValueError: unknown level.

    Source: Krippendorff, Content Analysis (2004), ch. 11; the interval case in closed form.
    """
    marks = _marks(matrix)
    size = (~np.isnan(marks)).sum(axis=0)
    marks, size = marks[:, size >= 2], size[size >= 2]
    if not size.sum():
        return float("nan")
    if level == "interval":
        mean = np.nanmean(marks, axis=0)
        within = float((2 * size * np.nansum((marks - mean) ** 2, axis=0) / (size - 1)).sum())
        values = marks[~np.isnan(marks)]
        overall = 2 * values.size * float(((values - values.mean()) ** 2).sum()) / (values.size - 1)
        return 1 - within / overall if overall else float("nan")
    values, codes = np.unique(marks, return_inverse=True)
    known = ~np.isnan(values)
    codes = codes.reshape(marks.shape)
    counts = np.stack([(codes == code).sum(axis=0) for code in np.flatnonzero(known)], axis=1).astype(float)
    observed = (counts.T @ (counts / (size - 1)[:, None])) - np.diag((counts / (size - 1)[:, None]).sum(axis=0))
    margin = counts.sum(axis=0)
    expected = (np.outer(margin, margin) - np.diag(margin)) / (margin.sum() - 1)
    distance = _distance(margin, level)
    chance = float((expected * distance).sum())
    return 1 - float((observed * distance).sum()) / chance if chance else float("nan")


def _distance(margin: NDArray[np.float64], level: Level) -> NDArray[np.float64]:
    """Squared distances between the values, in their order."""
    if level == "nominal":
        return 1 - np.eye(margin.size)
    if level == "ordinal":
        upto = np.cumsum(margin) - margin / 2
        return (upto[:, None] - upto[None, :]) ** 2
    raise ValueError(f"unknown level {level!r}")


def _marks(matrix: ArrayLike) -> NDArray[np.float64]:
    marks = np.asarray(matrix, dtype=np.float64)
    if marks.ndim != 2:
        raise ValueError("needs a matrix: judges × entries")
    return marks
