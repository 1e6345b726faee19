"""What the promotion page, its workbook and its report all say, and its pictures."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from datetime import date

import pandas as pd

from core.numbers import format_number
from core.periods import Cadence, Period
from pilots.promotion_queries import AdoptionView, Cover, Promotion
from pilots.spreading import TIERS, Candidate, Covariate, Share
from reports import figures, theme
from reports.figures.common import Figure

PILOTED, LIVE, PREPARING, PLANNED, DROPPED = "试点", "已上线", "准备中", "计划推广", "不再推广"
_COLOURS = {PILOTED: theme.MAIN, LIVE: theme.GOOD, PREPARING: theme.ATTENTION, PLANNED: "#6B4FA0", DROPPED: theme.BAD}


_SHORT = {PILOTED: "试点", LIVE: "上线", PREPARING: "准备", PLANNED: "计划", DROPPED: "放弃"}


def candidate_rows(promotion: Promotion) -> pd.DataFrame:
    """The candidates in their recommended order, one row each, with the reason for the place."""
    used = [item for item in promotion.covariates if item.key in promotion.chosen]
    return pd.DataFrame(
        [
            {
                "顺序": place,
                "地区": item.name,
                "设区市": item.city,
                "地区类型": item.group or "未分组",
                "建议": item.tier,
                "理由": item.why,
                "距离": distance_words(item),
                "最像": item.nearest or "–",
                "外推": "；".join(item.likeness.outside) or "–",
                "还缺": "；".join(item.lacking) or "–",
                "没有数据的因素": "、".join(item.likeness.unknown) or "–",
            }
            | {covariate.label: covariate.shown(covariate.values.get(item.code)) for covariate in used}
            for place, item in enumerate(promotion.candidates, start=1)
        ]
    )


def distance_words(item: Candidate) -> str:
    return "–" if math.isnan(item.likeness.distance) else f"{item.likeness.distance:.2f}"


def covariate_rows(promotion: Promotion) -> pd.DataFrame:
    """Each covariate: whether it is used, its range where the pilot worked and over the province, its source."""
    worked, places = promotion.worked, [item.code for item in promotion.candidates]
    return pd.DataFrame(
        [
            {
                "比较因素": item.label,
                "采用": "是" if item.key in promotion.chosen else "否",
                "见效地区": _reach(item, worked),
                "候选地区": _reach(item, places),
                "来源": item.source,
            }
            for item in promotion.covariates
        ]
    )


def _reach(item: Covariate, codes: Sequence[str]) -> str:
    values = [value for code in codes if (value := item.values.get(code)) is not None]
    if not values:
        return "–"
    if item.is_category:
        return "、".join(sorted({str(value) for value in values}))
    numbers = [value for value in values if not isinstance(value, str)]
    return f"{item.shown(min(numbers))} 至 {item.shown(max(numbers))}（{len(numbers)} 个）"


def tier_figures(promotion: Promotion, listed: Collection[str] = ()) -> list[tuple[str, str, str]]:
    """How many counties stand in each tier, without those on the plan already (`listed`)."""
    rest = [item for item in promotion.candidates if item.code not in listed]
    notes = dict(zip(TIERS, ("范围内、数据齐", "先补数据", "外推或数据太少", "结论不支持"), strict=True))
    return [(tier, f"{sum(item.tier == tier for item in rest)} 个", notes[tier]) for tier in TIERS]


def adoption_rows(views: Sequence[AdoptionView]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "地区": view.region,
            "设区市": view.city,
            "状态": view.state.label + ("（逾期）" if view.overdue else ""),
            "自": view.since,
            "计划上线": str(view.due_on or "–"),
            "入选理由": view.why,
            "最近说明": next((step.reason for step in reversed(view.steps) if step.reason), "–"),
        }
        for view in views
    )


def share_words(share: Share) -> str:
    return f"{share.covered} / {share.total}（{percent(share)}）"


def percent(share: Share) -> str:
    return "–" if math.isnan(share.share) else f"{format_number(share.share * 100, 0)}%"


def cover_words(cover: Cover, name: str) -> str:
    """One sentence: how far it has come, and in which group further."""
    whole, *groups = cover.shares
    words = f"到 {cover.day}，{name}已覆盖全省 {whole.total} 个县（市、区）中的 {whole.covered} 个（{percent(whole)}）"
    if len(groups) >= 2:
        words += "，其中" + "，".join(f"{share.group} {share_words(share)}" for share in groups)
    return words + "。"


def cover_map(cover: Cover, *, title: str, width: int = 560) -> Figure:
    """The province with what each county has on that day."""
    frame = pd.DataFrame(
        {
            "code": place.code,
            "short_name": place.short_name,
            "row": place.tile_row,
            "col": place.tile_col,
            "shown": _SHORT.get(cover.words.get(place.code, ""), ""),
            "note": cover.words.get(place.code, "未列入"),
            "group": place.side.label if place.side else "",
            "mark": "",
            "category": cover.words.get(place.code, ""),
        }
        for place in cover.places
        if place.tile_row is not None
    )
    used = [name for name in _COLOURS if name in set(frame["category"])] if len(frame) else []
    return figures.category_map(
        frame,
        title=title,
        legend="推广进展（灰色为未列入）",
        order=used,
        colours=[_COLOURS[name] for name in used],
        width=width,
    )


def days(began: date, today: date) -> list[date]:
    """The ends of the months from the pilot's start, and today."""
    month, found = Period.containing(began, Cadence.MONTH), []
    while month.end < today:
        found.append(month.end)
        month = month.shift(1)
    return [*found, today]


def cover_rows(covers: Sequence[Cover]) -> pd.DataFrame:
    """Behind the picture of the trend: 截至, 地区类型, 已覆盖, 全部, 覆盖率."""
    return pd.DataFrame(
        [
            (str(cover.day), share.group, share.covered, share.total, percent(share))
            for cover in covers
            for share in cover.shares
        ],
        columns=["截至", "地区类型", "已覆盖", "全部", "覆盖率"],
    )


def place_rows(cover: Cover) -> pd.DataFrame:
    """The map as a table: 地区, 设区市, 地区类型, 推广进展."""
    return pd.DataFrame(
        {
            "地区": place.name,
            "设区市": place.parent or "–",
            "地区类型": place.group or "未分组",
            "推广进展": cover.words.get(place.code, "未列入"),
        }
        for place in cover.places
    )


def cover_trend(covers: Sequence[Cover], *, width: int = 560) -> Figure:
    """The share covered over time, the province and each group of the day."""
    rows = [
        {
            "period_start": pd.Timestamp(cover.day),
            "period_label": f"{cover.day}",
            "series": share.group,
            "value": share.share * 100,
            "shown": percent(share),
            "n": str(share.covered),
            "d": str(share.total),
            "incomplete": False,
        }
        for cover in covers
        for share in cover.shares
    ]
    columns = ["period_start", "period_label", "series", "value", "shown", "n", "d", "incomplete"]
    return figures.trend(pd.DataFrame(rows, columns=columns), unit="覆盖率（%）", title="覆盖率变化", width=width)
