"""Counties' figures as series that may be compared: over versions of the definition and over periods.

Two decisions are made here, once, for pictures, effects and quality alike: figures by an earlier version
join those of the newest only by the stated factor, and periods are compared by what each of them added.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.numbers import MICRO
from core.words import Combine, Direction
from metrics import accumulation, definitions
from metrics.model import Indicator

Floats = NDArray[np.float64]


def reference(versions: Sequence[Indicator], used: Sequence[int]) -> Indicator:
    """The version a series is told in: the newest that has figures (`used` ids), else the newest."""
    ordered = sorted(versions, key=lambda item: item.version)
    return next((version for version in reversed(ordered) if version.id in used), ordered[-1])


def valued(versions: Sequence[Indicator], counties: pd.DataFrame) -> pd.DataFrame:
    """The rows (indicator_id, code, period, n, d in millionths …) with their figures, all in the terms of the
    newest of `versions`:

    own     the figure in the terms of the last version of its run, for pictures
    run     0 for what is comparable with the newest version; the higher the further back
    value   `own` where run is 0, else nan
    added   what the period itself added: for cumulative figures the increment, else `value`
    added_n, added_d   its parts as floats: their quotient is the figure, so Σadded_n/Σadded_d is Σn/Σd
    """
    joins = definitions.joins(versions)
    parts = [
        _of_version(version, joins[version.id], counties[counties.indicator_id == version.id]) for version in versions
    ]
    found = pd.concat(parts) if parts else counties
    return found.sort_values(["period", "code"], kind="stable").reset_index(drop=True)


def before_and_after(rows: pd.DataFrame, indicator: Indicator, by: Sequence[str]) -> pd.Series:
    """One comparable figure a group of `by` from rows of `valued`: Σn/Σd of what the periods added where the
    definition says so, else their mean. Where being within a range is good, it is minus the distance to it,
    so that more is better. Rows without a figure of their own are left out."""
    known = rows.dropna(subset=["added"])
    if indicator.kind.has_denominator and (
        indicator.combine_time is Combine.RATIO or indicator.accumulation.cumulative
    ):
        sums = known.groupby(list(by))[["added_n", "added_d"]].sum()
        found = sums.added_n / sums.added_d.where(sums.added_d != 0)
    else:
        found = known.groupby(list(by)).added.mean()
    return -distance(indicator, found) if indicator.direction is Direction.WITHIN else found


def distance(indicator: Indicator, values: pd.Series) -> pd.Series:
    """How far outside the range that is good; 0 inside it."""
    low = -np.inf if indicator.best_min is None else float(indicator.best_min)
    high = np.inf if indicator.best_max is None else float(indicator.best_max)
    return (low - values).clip(lower=0) + (values - high).clip(lower=0)


def _of_version(version: Indicator, join: definitions.Join, rows: pd.DataFrame) -> pd.DataFrame:
    factor = float(join.factor)
    own = _figures(version, rows) * factor
    single = accumulation.frame_increments(version, rows)
    comparable = join.comparable
    added = _figures(version, single) * factor if version.accumulation.cumulative else own
    return rows.assign(
        own=own,
        run=join.run,
        value=own if comparable else np.nan,
        added=added if comparable else np.nan,
        added_n=_floats(single.n) / MICRO * version.factor * factor,
        added_d=_floats(single.d) / MICRO,
    )


def _figures(indicator: Indicator, rows: pd.DataFrame) -> Floats:
    """Each row's figure, nan where it cannot be computed (missing, d = 0)."""
    n = _floats(rows.n)
    if not indicator.kind.has_denominator:
        return n / MICRO * indicator.factor
    d = _floats(rows.d)
    return n / np.where(d == 0, np.nan, d) * indicator.factor


def _floats(column: pd.Series) -> Floats:
    found: Floats = column.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return found
