"""What the ranking page and its file say: rows, pictures, how it was done."""

from __future__ import annotations

import math

import pandas as pd

from core.numbers import MISSING, format_number
from core.periods import Period
from core.words import Direction, ValueState
from metrics.gap_wording import unit
from metrics.model import Indicator
from metrics.pictures import amount, of_places
from metrics.ranking import By, Place
from metrics.ranking_queries import Ranking
from reports import figures
from reports.figures import Reference
from reports.figures.common import Figure

Z = 1.96


def value_words(ranking: Ranking, place: Place) -> str:
    """The county's figure, or the word for why there is none."""
    entry = place.entry
    if entry.value is not None:
        return ranking.indicator.show(entry.value)
    return ValueState(entry.state).label if entry.state and entry.state != ValueState.REPORTED.value else "缺报"


def change_words(indicator: Indicator, place: Place) -> str:
    """By how much it differs from a year before: “+3.20个百分点”."""
    entry = place.entry
    if entry.value is None or entry.before is None:
        return MISSING
    return format_number(entry.value - entry.before, indicator.decimals, signed=True) + unit(indicator)


def measure_words(ranking: Ranking, place: Place) -> str:
    """What it was ranked by."""
    if ranking.by is By.VALUE:
        return value_words(ranking, place)
    if ranking.by is By.CHANGE:
        return change_words(ranking.indicator, place)
    return MISSING if place.measure is None else f"{format_number(place.measure * 100, 0)}%"


def rows(ranking: Ranking, group: str) -> pd.DataFrame:
    """One group's places, the unranked last."""
    wide = {row.entry.code: row for row in ranking.across}
    indicator = ranking.indicator
    found = [
        {
            "code": place.entry.code,
            "名次": MISSING if place.rank is None else str(place.rank) + ("（并列）" if place.tied else ""),
            "可能的名次": MISSING if place.low is None else f"{place.low}–{place.high}",
            "地区": place.entry.name,
            "设区市": place.entry.city,
            ranking.by.label: measure_words(ranking, place),
            "当期": value_words(ranking, place),
            "上年同期": indicator.show(place.entry.before),
            "变化": change_words(indicator, place),
            "分子 / 分母": _parts(place),
            "标准分": _score(wide[place.entry.code]),
            "全省名次（按标准分）": MISSING
            if wide[place.entry.code].rank is None
            else str(wide[place.entry.code].rank),
        }
        for place in ranking.places
        if place.entry.group == group
    ]
    frame = pd.DataFrame(found)
    return frame.drop(columns="当期") if ranking.by is By.VALUE and len(frame) else frame


def _parts(place: Place) -> str:
    entry = place.entry
    return amount(entry.n) if entry.d is None else f"{amount(entry.n)} / {amount(entry.d)}"


def _score(place: Place) -> str:
    return MISSING if place.measure is None else format_number(place.measure, 2, signed=True)


def picture(ranking: Ranking, group: str, *, width: int = 520) -> Figure:
    """One group's counties, best first, each with its interval and its place."""
    scale = math.sqrt(2) if ranking.by is By.CHANGE else 1.0
    records = []
    for place in ranking.places:
        if place.entry.group != group or place.rank is None:
            continue
        at = _plotted(ranking, place)
        half = Z * place.entry.se * scale if ranking.by is not By.CLOSED else math.nan
        records.append(
            {
                "name": place.entry.name,
                "estimate": at,
                "low": at - half,
                "high": at + half,
                "shown": measure_words(ranking, place),
                "printed": place.words,
                "group": group,
                "note": f"{place.words}，共 {place.of} 个",
            }
        )
    columns = ["name", "estimate", "low", "high", "shown", "printed", "group", "note"]
    labels = {By.VALUE: ranking.indicator.unit, By.CHANGE: unit(ranking.indicator), By.CLOSED: "已缩小的比例（%）"}
    when = Period.parse(ranking.period).label
    return figures.dots(
        pd.DataFrame(records, columns=columns),
        title=f"{ranking.indicator.name}　{when}　{ranking.by.label}",
        unit=labels[ranking.by],
        lines=lines_of(ranking),
        width=width,
    )


def lines_of(ranking: Ranking) -> list[Reference]:
    """What a picture of places is held against: baselines and targets; where counties are placed by how they changed,
    no change, for nobody was promised a change."""
    if ranking.by is not By.VALUE:
        return [Reference(label="没有变化", value=0.0)]
    return of_places(ranking.indicator, ranking.panel.targets, ranking.period)


def _plotted(ranking: Ranking, place: Place) -> float:
    entry = place.entry
    if ranking.by is By.CLOSED:
        return math.nan if place.measure is None else float(place.measure) * 100
    if ranking.by is By.CHANGE:
        return math.nan if entry.value is None or entry.before is None else float(entry.value - entry.before)
    return math.nan if entry.value is None else float(entry.value)


def method(ranking: Ranking) -> str:
    """How the places came about, in a paragraph."""
    better = (
        "越接近合理区间越好" if ranking.indicator.direction is Direction.WITHIN else ranking.indicator.direction.label
    )
    return (
        f"只在同一地区类型内排名（{better}）；数值完全相同的并列，后面的名次顺延；没有数值的不排名，列在最后，也不影响别人的名次。"
        "“可能的名次”是考虑偶然波动后这个县真正可能处在的名次范围（95%）：比率按办件数计算波动，其他指标按近半年逐期的波动。"
        "范围重叠的县，名次先后不说明谁真的更好。"
        "“缩小差距的比例”为比上年同期的变化除以上年同期与本类前四分之一地区的差距；起点已在前四分之一（或差距小于偶然波动）的不按此排名。"
        "不同类型的地区不直接比较；“标准分”为高出本类平均几个标准差，全省名次只按标准分给出。"
    )
