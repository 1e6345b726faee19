"""Counties that started at different times: the average effect by the time since each start and by the calendar,
with picture, table and sentence. Pure.

Both average the same group-time effects (`metrics.comparison.aggregate`); the whole is in `pilots.causes`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from core.numbers import format_number
from core.periods import Period
from metrics.comparison import aggregate, group_time_effects, interval
from pilots import causes
from pilots.answer_pictures import gap_shown
from pilots.causes import Method
from pilots.evaluation import Evaluation, Measure
from pilots.pictures import effect_unit
from reports import figures
from reports.figures.common import Figure

_COLUMNS = ["estimate", "low", "high", "n_treated", "n_comparison"]
NOT_PROOF = "启动前各期的区间都包含 0；这不等于证明两边原来同步。"


@dataclass(frozen=True)
class Averages:
    """`since`: event_time (periods since a county's own start, 0 that of the start, negative before it); `calendar`:
    period (key). Both: estimate, low, high (95 %, nan without), n_treated (counties that the average is about),
    n_comparison (the fewest that any part of it was compared with). In the indicator's unit, not turned."""

    since: pd.DataFrame
    calendar: pd.DataFrame


def averages(evaluation: Evaluation, measure: Measure) -> Averages | None:
    """None unless the counties started at different times."""
    if measure.cause.method is not Method.STAGGERED:
        return None
    span = evaluation.span
    rows = measure.counties.dropna(subset=["added"])
    effects = group_time_effects(causes.started_panel(rows, evaluation.units, span, measure.indicator))
    calendar = _average(effects, "calendar")
    keys = [str(causes.period_of(int(at), span)) for at in calendar["period"]]
    return Averages(_average(effects, "dynamic"), calendar.assign(period=keys))


def _average(effects: pd.DataFrame, how: Literal["dynamic", "calendar"]) -> pd.DataFrame:
    found = aggregate(effects, how)
    key = str(found.columns[0])
    cells = effects if how == "dynamic" else effects[effects["event_time"] >= 0]
    sizes = cells.groupby(key).agg(n_treated=("n_treated", "sum"), n_comparison=("n_comparison", "min"))
    found = found.join(sizes, on=key)
    bounds = []
    for row in found.itertuples():
        df = min(int(row.n_treated), int(row.n_comparison)) - 1  # as `staggered`: Welch's own lower bound
        bounds.append(interval(row.estimate, row.se if df > 0 else math.nan, float(df), noise=0)[:2])
    low, high = np.array(bounds).reshape(-1, 2).T
    return found.assign(low=low, high=high)[[key, *_COLUMNS]]


def label(event_time: int) -> str:
    """How long before or after its own start."""
    if event_time == 0:
        return "启动当期"
    return f"启动{'后' if event_time > 0 else '前'}第{abs(event_time)}期"


def said(measure: Measure, found: Averages) -> str:
    """How the effect grew with time, no stronger than the picture, and whether anything moved before the starts."""
    after, before = found.since[found.since.event_time >= 0], found.since[found.since.event_time < 0]
    if after.empty:
        return ""
    first, last = after.iloc[0], after.iloc[-1]
    words = f"按各地自己的启动时间对齐：{_at(measure, first)}"
    if len(after) > 1:
        words += f"，{_at(measure, last)}（只含已走到这一期的{int(last.n_treated)}个地区）"
    known = before.dropna(subset=["low"])
    if known.empty:
        return f"{words}。"
    moved = int(((known.low > 0) | (known.high < 0)).sum())
    return f"{words}。" + (f"启动前有{moved}期的区间不含 0，两边在启动前可能已不同步。" if moved else NOT_PROOF)


def _at(measure: Measure, row: pd.Series) -> str:
    shown = format_number(float(row.estimate), measure.indicator.decimals, signed=True)
    return f"{label(int(row.event_time))}平均{shown}{effect_unit(measure.indicator)}"


def since_picture(measure: Measure, found: Averages, *, width: int = 520) -> Figure:
    """The event study: by the time since each start."""
    frame = found.since.assign(
        label=[label(int(at)) for at in found.since.event_time],
        shown=[gap_shown(measure, row) for row in found.since.itertuples()],
    )
    return figures.since(
        frame[["event_time", "label", "estimate", "low", "high", "shown"]],
        title="启动以后，效果怎样随时间变化",
        unit=effect_unit(measure.indicator),
        zero_label="与尚未启动的地区相同",
        width=width,
    )


def calendar_picture(measure: Measure, found: Averages, *, width: int = 520) -> Figure:
    """The average of those that had started, period by period."""
    periods = [Period.parse(key) for key in found.calendar.period]
    frame = pd.DataFrame(
        {
            "period_start": [pd.Timestamp(period.start) for period in periods],
            "period_label": [period.label for period in periods],
            "series": "已启动地区的平均效果",
            "estimate": found.calendar.estimate,
            "low": found.calendar.low,
            "high": found.calendar.high,
            "shown": [gap_shown(measure, row) for row in found.calendar.itertuples()],
        }
    )
    return figures.courses(
        frame,
        title="各报送期的平均效果",
        unit=effect_unit(measure.indicator),
        zero_label="与尚未启动的地区相同",
        width=width,
    )


def since_table(measure: Measure, found: Averages) -> pd.DataFrame:
    """时间, 平均效果与区间, 地区数."""
    return _table(measure, found.since, "时间", [label(int(at)) for at in found.since.event_time])


def calendar_table(measure: Measure, found: Averages) -> pd.DataFrame:
    """报送期, 平均效果与区间, 地区数."""
    return _table(measure, found.calendar, "报送期", [Period.parse(key).label for key in found.calendar.period])


def _table(measure: Measure, frame: pd.DataFrame, title: str, names: list[str]) -> pd.DataFrame:
    rows = [
        [name, gap_shown(measure, row), f"{row.n_treated} / {row.n_comparison}"]
        for name, row in zip(names, frame.itertuples(), strict=True)
    ]
    return pd.DataFrame(rows, columns=[title, "平均效果（95% 区间）", "已启动 / 对照"])
