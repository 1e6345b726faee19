"""What the page, the workbook and the report say of the two groups: sentences, rows, pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from core.numbers import MISSING, format_number
from core.periods import Period
from core.settings import settings
from core.words import Direction
from metrics import sides
from metrics.comparison import Effect
from metrics.figure_panel import Panel, year_before
from metrics.model import Indicator
from metrics.pictures import amount, headline, of_means
from metrics.sides import FIRST, SECOND, GapPoint, GroupFigure, Trend
from reports import figures
from reports.figures import Reference
from reports.figures.common import Figure
from reports.figures.trends import HEIGHT


@dataclass(frozen=True)
class Comparison:
    """One indicator of a collection over both groups. `fixed` is the same by today's list throughout, which tells
    a gap that closed from counties that changed sides."""

    panel: Panel
    points: Sequence[GapPoint]
    now: GapPoint | None
    trend: Trend | None
    fixed: Trend | None

    @property
    def indicator(self) -> Indicator:
        return self.panel.indicator

    @property
    def marks(self) -> list[tuple[date, str]]:
        if self.panel.as_of:
            return []
        return sides.marks([(change.day, change.words) for change in self.panel.changes], self.points)


def compared(panel: Panel, fixed: Panel | None = None) -> Comparison:
    """Both groups of a panel, its newest sound period against the same one a year before (else the first sound)."""
    points = sides.gap_series(panel.versions, panel.rows, panel.owed, settings().coverage_floor)
    now = sides.latest(points)
    then = _then(points, now)
    other = None
    if fixed is not None and now is not None and then is not None:
        same = {
            point.period: point
            for point in sides.gap_series(fixed.versions, fixed.rows, fixed.owed, settings().coverage_floor)
        }
        other = sides.trend(same.get(then.period), same.get(now.period))
    return Comparison(panel, points, now, sides.trend(then, now), other)


def _then(points: Sequence[GapPoint], now: GapPoint | None) -> GapPoint | None:
    if now is None:
        return None
    by_period = {point.period: point for point in points if point.sound and point.period < now.period}
    return by_period.get(year_before(now.period)) or next(iter(by_period.values()), None)


def unit(indicator: Indicator) -> str:
    """A difference of percentages is in percentage points."""
    return "个百分点" if indicator.unit == "%" else indicator.unit


def interval(indicator: Indicator, effect: Effect | None, *, signed: bool = True) -> str:
    """“+4.67（+2.43 至 +6.91）个百分点”."""
    if effect is None or math.isnan(effect.estimate):
        return MISSING
    number = format_number(effect.estimate, indicator.decimals, signed=signed)
    if math.isnan(effect.low):
        return f"{number}{unit(indicator)}（地区太少，没有区间）"
    low, high = (format_number(bound, indicator.decimals, signed=signed) for bound in (effect.low, effect.high))
    return f"{number}{unit(indicator)}（{low} 至 {high}）"


def sentence(found: Comparison) -> str:
    """What a person who reads one sentence should know: both figures, who is ahead and by how much, how sure."""
    now, indicator = found.now, found.indicator
    if now is None or now.gap is None:
        return f"“{indicator.name}”还没有一期两类地区都报齐（不少于八成），暂不能比较。"
    words = (
        f"{Period.parse(now.period).label}，{FIRST.label}“{indicator.name}”为 {indicator.show(now.first.value)}，"
        f"{SECOND.label}为 {indicator.show(now.second.value)}，"
    )
    ahead = sides.ahead(indicator, now.gap)
    size = format_number(abs(now.gap.estimate), indicator.decimals)
    if indicator.direction is Direction.WITHIN:
        return words + f"相差 {size}{unit(indicator)}。"
    if ahead is None:
        return words + "两类地区持平。"
    behind = SECOND if ahead is FIRST else FIRST
    words += f"{behind.label}落后 {size}{unit(indicator)}"
    if math.isnan(now.gap.low):
        return words + "；地区太少，说不准差别是否偶然。"
    if sides.clear(now.gap):
        return words + "，差别是清楚的。"
    return words + "，但可信范围包含零，还不能说两类地区真有差别。"


def trend_sentence(found: Comparison) -> str:
    """Whether the gap is closing, and whether a changed list plays into it."""
    trend, indicator = found.trend, found.indicator
    if trend is None:
        return "还没有两期可比的数据，看不出差距的变化。"
    change = trend.change.estimate
    size = format_number(abs(change), indicator.decimals)
    ago = "一年前" if trend.then.period == year_before(trend.now.period) else f"{Period.parse(trend.then.period).label}"
    if float(size.replace(",", "")) == 0:
        words = f"与{ago}相比，差距没有变化。"
    else:
        verb = "缩小" if change < 0 else "扩大"
        sure = f"{verb}是清楚的" if trend.clear else "这个变化在可信范围内可能为零，还看不清"
        words = f"与{ago}相比，差距{verb}了 {size}{unit(indicator)}，{sure}。"
    between = [
        item for item in found.panel.changes
        if Period.parse(trend.then.period).end < item.day <= Period.parse(trend.now.period).end
    ]  # fmt: skip
    if not between or found.panel.as_of:
        return words
    moved = "、".join(name for item in between for name in (*item.left, *item.joined))
    words += f"其间名单有调整（{moved}）"
    if found.fixed is None:
        return words + "，前后两期的地区构成不同。"
    same = found.fixed.change.estimate
    shown = format_number(abs(same), indicator.decimals)
    return words + f"；若两期都按最新名单计算，差距{'缩小' if same < 0 else '扩大'} {shown}{unit(indicator)}。"


def key_figures(found: Comparison) -> list[tuple[str, str, str]]:
    """Label, value, note."""
    now, indicator = found.now, found.indicator
    if now is None:
        return []
    gap = MISSING if now.gap is None else format_number(abs(now.gap.estimate), indicator.decimals) + unit(indicator)
    change = found.trend.change if found.trend else None
    return [
        (FIRST.label, indicator.show(now.first.value), coverage(now.first)),
        (SECOND.label, indicator.show(now.second.value), coverage(now.second)),
        ("差距", gap, "" if now.gap is None or math.isnan(now.gap.low) else f"95%区间 {_span(indicator, now.gap)}"),
        (
            "差距的变化",
            MISSING
            if change is None
            else format_number(change.estimate, indicator.decimals, signed=True) + unit(indicator),
            "负数为缩小"
            if change is None or math.isnan(change.low)
            else f"95%区间 {_signed(indicator, change)}，负数为缩小",
        ),
    ]


def _span(indicator: Indicator, gap: Effect) -> str:
    turned = gap if gap.estimate >= 0 else gap.oriented(-1)
    return _signed(indicator, turned, signed=turned.low < 0)


def _signed(indicator: Indicator, effect: Effect, *, signed: bool = True) -> str:
    low, high = (format_number(bound, indicator.decimals, signed=signed) for bound in (effect.low, effect.high))
    return f"{low} 至 {high}"


def coverage(figure: GroupFigure) -> str:
    """“已报 63 / 68”, with 不完整 where too few did."""
    return f"已报 {figure.reported} / {figure.expected}" + ("，不完整" if figure.incomplete else "")


def rows(found: Comparison) -> pd.DataFrame:
    """A row a period, the newest first: figures, parts, coverage, the gap with its interval."""
    indicator = found.indicator
    return pd.DataFrame(
        [
            {
                "报送期": Period.parse(point.period).label + ("（旧口径）" if point.run else ""),
                FIRST.label: indicator.show(point.first.value),
                SECOND.label: indicator.show(point.second.value),
                f"差距（{FIRST.label}减{SECOND.label}）": interval(indicator, point.gap),
                f"{FIRST.label}已报": coverage(point.first).removeprefix("已报 "),
                f"{SECOND.label}已报": coverage(point.second).removeprefix("已报 "),
                f"{FIRST.label}分子 / 分母": _parts(point.first),
                f"{SECOND.label}分子 / 分母": _parts(point.second),
            }
            for point in reversed(found.points)
        ]
    )


def _parts(figure: GroupFigure) -> str:
    return amount(figure.n) if figure.d is None else f"{amount(figure.n)} / {amount(figure.d)}"


def groups_picture(found: Comparison, *, width: int = 560, height: int = HEIGHT) -> Figure:
    """Both groups over time; hollow where too few reported, an upright line where the list changed; with
    every baseline and target that was ever in force."""
    indicator = found.indicator
    frame = pd.DataFrame(
        [
            {
                "period_start": pd.Timestamp(Period.parse(point.period).start),
                "period_label": Period.parse(point.period).label,
                "series": side.label,
                "value": math.nan if figure.value is None else float(figure.value),
                "shown": indicator.show(figure.value),
                "n": amount(figure.n),
                "d": amount(figure.d),
                "incomplete": figure.incomplete and figure.value is not None,
                "segment": str(point.run),
            }
            for side in (FIRST, SECOND)
            for point in found.points
            for figure in (point.first if side is FIRST else point.second,)
        ],
        columns=["period_start", "period_label", "series", "value", "shown", "n", "d", "incomplete", "segment"],
    )
    lines = references(found)
    return figures.trend(
        frame,
        unit=indicator.unit,
        title=headline(indicator),
        lines=lines,
        breaks=found.marks,
        width=width,
        height=height,
    )


def references(found: Comparison) -> list[Reference]:
    """The baselines and targets that stand in the picture of both groups."""
    return of_means(found.indicator, found.panel.targets, [point.period for point in found.points])


def gap_picture(found: Comparison, *, width: int = 560) -> Figure:
    """The gap over time with its interval."""
    indicator = found.indicator
    frame = pd.DataFrame(
        [
            {
                "period_start": pd.Timestamp(Period.parse(point.period).start),
                "period_label": Period.parse(point.period).label,
                "series": "差距（不完整的一期不画）",
                "estimate": point.gap.estimate if point.gap and point.sound else math.nan,
                "low": point.gap.low if point.gap and point.sound else math.nan,
                "high": point.gap.high if point.gap and point.sound else math.nan,
                "shown": interval(indicator, point.gap),
            }
            for point in found.points
        ],
        columns=["period_start", "period_label", "series", "estimate", "low", "high", "shown"],
    )
    return figures.courses(
        frame,
        title=f"差距：{FIRST.label}减{SECOND.label}",
        unit=unit(indicator),
        zero_label="两类持平",
        breaks=found.marks,
        width=width,
    )


def method(indicator: Indicator) -> str:
    """How the figures came about, in a paragraph."""
    how = "各地区分子之和除以分母之和" if sides.combined(indicator) else "各地区数值的平均"
    return (
        f"每一类的数为{how}；缺报不当作零，不适用的地区不计入应报。"
        f"已报不足 {format_number(settings().coverage_floor * 100, 0)}% 的一期标为“不完整”，不据以下结论。"
        "地区类型按各期最后一天有效的名单划分，名单后来的调整不改变以前各期的数。"
        "区间为 95%，以县为单位按韦尔奇方法计算：差距来自少数几个县时区间就宽。"
        "差距变化的区间把两期当作互相独立，实际会更窄一些。"
    )
