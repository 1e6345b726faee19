"""Cumulative figures: what a single period adds, and where a total that should only grow has fallen.

A figure to date grows from the first report on; one of the year to date begins anew each January.
Periods are compared by what each of them added, never by the totals: two totals share most of their
content. Nothing is guessed: after a missing report the next increment would cover two periods, so
there is none.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.periods import Period
from core.words import Accumulation
from metrics.model import Indicator

Figure = tuple[str, int | None, int | None]  # period key, n, d in millionths; None where nothing was reported


def opens(indicator: Indicator, period: Period) -> bool:
    """Whether a total of this period holds this period alone: per-period figures always, those of the year
    to date in the year's first period (for a quarterly one among months: in March)."""
    if indicator.accumulation is Accumulation.YEAR_TO_DATE:
        return period.index <= period.step(indicator.cadence)
    return not indicator.accumulation.cumulative


def same_window(accumulation: Accumulation, earlier: Period, later: Period) -> bool:
    """Whether the later total contains the earlier one."""
    if accumulation is Accumulation.YEAR_TO_DATE:
        return earlier.year == later.year
    return accumulation.cumulative


def increments(indicator: Indicator, series: Sequence[Figure]) -> list[Figure]:
    """What each period added: the same periods in the same order, n and d None where it cannot be said.

    `series` is one unit's, oldest first, without repeated periods. Per-period figures are returned as
    they are. The first total to date has no increment, since when it began is not known. A fixed
    denominator stays; another is differenced like the numerator. A fall gives a negative increment.
    """
    if not indicator.accumulation.cumulative:
        return list(series)
    found: list[Figure] = []
    before: Figure | None = None
    for key, n, d in series:
        period = Period.parse(key)
        if n is None:
            found.append((key, None, None))
        elif opens(indicator, period):
            found.append((key, n, d))
        elif before is None or before[1] is None or before[0] != str(indicator.before(period)):
            found.append((key, None, None))
        elif indicator.d_fixed or d is None or before[2] is None:
            found.append((key, n - before[1], d))
        else:
            found.append((key, n - before[1], d - before[2]))
        before = (key, n, d)
    return found


def frame_increments(indicator: Indicator, frame: pd.DataFrame) -> pd.DataFrame:
    """`increments` for many units at once: columns code, period, n, d (Int64), rows in any order.

    Same rows and index, n and d replaced; NA where a period's own figure cannot be said.
    """
    if not indicator.accumulation.cumulative or frame.empty:
        return frame
    ordered = frame.sort_values(["code", "period"], kind="stable")
    periods = {key: Period.parse(key) for key in ordered.period.unique()}
    before = {key: str(indicator.before(period)) for key, period in periods.items()}
    follows = (ordered.code == ordered.code.shift()) & (ordered.period.map(before) == ordered.period.shift())
    alone = ordered.period.map({key: opens(indicator, period) for key, period in periods.items()})
    found = ordered.copy()
    for name in ("n", "d"):
        if name == "d" and indicator.d_fixed:
            continue
        column = ordered[name].astype("Int64")
        added = (column - column.shift()).where(follows, pd.NA)
        found[name] = column.where(alone, added)
    found["d"] = found["d"].where(found["n"].notna(), pd.NA)
    return found.loc[frame.index]


def fallen(indicator: Indicator, earlier: Figure | None, later: Figure) -> list[str]:
    """Which of "n" and "d" are smaller in the later total than in the earlier one that it contains.

    A fixed denominator is not asked: plans may be cut back.
    """
    if earlier is None or not same_window(indicator.accumulation, Period.parse(earlier[0]), Period.parse(later[0])):
        return []
    names = ["n"] if indicator.d_fixed else ["n", "d"]
    places = {"n": 1, "d": 2}
    found = []
    for name in names:
        was, now = earlier[places[name]], later[places[name]]
        if isinstance(was, int) and isinstance(now, int) and now < was:
            found.append(name)
    return found


def frame_falls(indicator: Indicator, frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each row's total is smaller than the unit's total of the period before: booleans in the
    frame's order. Columns as for `frame_increments`; all False for per-period figures."""
    if not indicator.accumulation.cumulative or frame.empty:
        return np.zeros(len(frame), dtype=bool)
    added = frame_increments(indicator, frame)
    down = added.n.fillna(0).lt(0)
    if not indicator.d_fixed:
        down |= added.d.fillna(0).lt(0)
    fell: NDArray[np.bool_] = down.to_numpy(dtype=bool)
    return fell
