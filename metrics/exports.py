"""What goes out: the Excel return to fill in, the list of returns, an assessment's table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound
from core.numbers import round_half_up
from core.settings import settings
from core.tabular import write_csv
from core.words import FollowUpState, ReturnState
from metrics import follow_ups, panel, quality_queries, queries, restating, rounds, template
from metrics.progress import Status
from metrics.quality import Aspect
from metrics.queries import ReturnView
from metrics.standings import standings

_LIST = (
    "报送任务",
    "地区代码",
    "地区",
    "报送期",
    "状态",
    "已填指标",
    "应填指标",
    "截止日期",
    "截止日期暂算",
    "提交时间",
    "退回理由",
)
_LIMIT = 100_000


def template_xlsx(actor: Actor, return_id: int) -> bytes:
    """The workbook to fill in for one return, with the values stored now."""
    found = queries.form(actor, return_id)
    if found is None:
        raise NotFound("没有找到这份报送，或您无权查看。", "请从“报送”列表重新进入。")
    return template.build(found[1], made_at=clock.now(), secret=settings().secret())


def template_name(view: ReturnView, on: date) -> str:
    """民呼我为全省试点_安吉县_2026-10_报送表_20261122.xlsx"""
    return file_name(view.collection, view.region, view.period, "报送表", f"{on:%Y%m%d}") + ".xlsx"


def file_name(*parts: str) -> str:
    """Parts joined by underscores, without the signs that some system refuses in a file's name."""
    return "_".join(re.sub(r'[\\/:*?"<>|\s]+', "", part) for part in parts)


def returns_csv(
    actor: Actor,
    *,
    collection_id: int | None = None,
    period: str | None = None,
    open_by: date | None = None,
    overdue_on: date | None = None,
    states: tuple[ReturnState, ...] = (),
) -> bytes:
    """The returns that fit, as `queries.returns` finds them, as CSV for a spreadsheet."""
    rows = queries.returns(
        actor,
        collection_id=collection_id,
        period=period,
        open_by=open_by,
        overdue_on=overdue_on,
        states=states,
        limit=_LIMIT,
    )
    return write_csv(
        _LIST,
        (
            (
                row.collection,
                row.region_code,
                row.region,
                row.period,
                row.status[1],
                row.filled,
                row.asked,
                row.due_on,
                "是" if row.due_provisional else "",
                row.submitted_at,
                row.comment,
            )
            for row in rows
        ),
    )


def rounds_csv(actor: Actor, collection_id: int | None = None) -> bytes:
    """Every round that has begun, as counted on the page."""
    names = (
        *("报送任务", "报送期", "应报", "到期应报", "已报", "按时"),
        *(status.label for status in Status),
        *("截止日期", "冻结时间"),
    )
    return write_csv(
        names,
        (
            (
                item.collection,
                item.period,
                item.progress.expected,
                item.progress.due,
                item.progress.handed_in,
                item.progress.in_time,
                *(item.progress.by_status[status] for status in Status),
                item.due_on,
                item.freeze.frozen_at if item.freeze else None,
            )
            for item in rounds.rounds(actor, collection_id=collection_id, most=_LIMIT)
        ),
    )


def quality_csv(actor: Actor, collection_id: int, period: str) -> bytes:
    """The quality scores of a round, part by part with what each was counted from."""
    board = quality_queries.board(actor, collection_id, period)
    if board is None:
        raise NotFound("没有找到这一期的数据质量，或您无权查看。", "请从“数据质量”重新进入。")
    names = [name for aspect in Aspect for name in (aspect.label, f"{aspect.label}符合", f"{aspect.label}应有")]

    def row(unit: quality_queries.UnitQuality) -> list[object]:
        parts = {part.aspect: part for part in unit.quality.parts}
        cells: list[object] = []
        for aspect in Aspect:
            part = parts.get(aspect)
            cells += (None, None, None) if part is None else (_score(part.points), _score(Fraction(part.n)), part.m)
        return [unit.region_code, unit.region, unit.group, _score(unit.quality.total), unit.place, *cells]

    return write_csv(("地区代码", "地区", "地区类型", "总分", "组内名次", *names), map(row, board.units))


def _score(value: Fraction | None) -> Decimal | None:
    return None if value is None else round_half_up(value, 2)


def frozen_csv(actor: Actor, collection_id: int, period: str) -> bytes:
    """The figures of a frozen round as they were frozen, each county's and each sum that the actor may see."""
    columns = (
        "报送期",
        "指标代码",
        "指标",
        "地区代码",
        "地区",
        "地区类型",
        "分子",
        "分母",
        "数值",
        "单位",
        "状态",
        "未计入原因",
        "已报",
        "应报",
    )
    return write_csv(columns, restating.frozen_rows(actor, collection_id, period))


def doubts_csv(actor: Actor, states: Sequence[FollowUpState] = (), collection_id: int | None = None) -> bytes:
    """The doubts that fit, with what was said about them."""
    columns = (
        *("报送任务", "地区代码", "地区", "报送期", "指标", "数值", "规则", "疑点", "状态"),
        *("提出时间", "县里说明", "说明人", "说明时间", "研究院意见"),
    )
    found = follow_ups.follow_ups(actor, states=states, collection_id=collection_id, limit=_LIMIT)
    return write_csv(
        columns,
        (
            (
                *(doubt.collection, doubt.region_code, doubt.region, doubt.period, doubt.indicator, doubt.value),
                *(doubt.rule_name, doubt.message, doubt.state.label),
                *(doubt.raised_at, doubt.explanation, doubt.explained_by, doubt.explained_at, doubt.decision),
            )
            for doubt in found
        ),
    )


def standings_csv(actor: Actor, collection_id: int) -> bytes:
    """An assessment in the columns in which a table is taken in, so that it can be taken in again."""
    columns = ("month", "group", "full_mark", "unit", "orders", "score", "rank_in_group")
    return write_csv(
        [panel.COLUMNS[column] for column in columns],
        (
            (row.period, row.group, row.full_mark, row.unit, row.orders, row.score, row.rank)
            for row in standings(actor, collection_id)
        ),
    )
