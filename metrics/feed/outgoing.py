"""What leaves by the feed door: what would become of each row, and the values that stand, in the columns of a feed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from accounts.permissions import Actor
from core.errors import Invalid
from core.numbers import from_micro
from core.tabular import write_csv
from core.words import ValueState
from db.session import read
from db.tables import IndicatorRow, Observation, ReturnRow
from metrics import queries, revisions
from metrics.feed.checked import Checked, Difference
from metrics.feed.opening import ROWS_LIMIT
from metrics.model import ChangeKind, Entry
from metrics.workbook import remark

HEADINGS = ("地区代码", "报送期", "指标代码", "分子", "分母", "状态", "说明", "佐证链接")


def changes(checked: Checked, kind: ChangeKind, most: int) -> list[dict[str, Any]]:
    """The first rows of a kind, as a page shows them."""
    return [
        {
            "row": found.row,
            "region": checked.frame.regions.get(found.owed.region_code, found.owed.region_code),
            "period": found.owed.period,
            "code": found.change.code,
            "name": found.change.name,
            "kind": found.change.kind.value,
            "old": found.change.old,
            "new": found.change.new,
        }
        for found in islice(checked.differences(kind), most)
    ]


def changes_csv(checked: Checked) -> bytes:
    """What would become of every row that is not blank."""
    kinds = [kind for kind in ChangeKind if kind is not ChangeKind.BLANK]
    names = ("行", "地区代码", "地区", "报送期", "指标代码", "指标", "类别", "原值", "新值")
    return write_csv(names, (_line(checked, found) for found in checked.differences(*kinds)))


def _line(checked: Checked, found: Difference) -> Sequence[object]:
    code, change = found.owed.region_code, found.change
    place = checked.frame.regions.get(code, code)
    return (
        found.row,
        code,
        place,
        found.owed.period,
        change.code,
        change.name,
        change.kind.label,
        change.old,
        change.new,
    )


def values_csv(actor: Actor, collection_id: int, period: str | None = None) -> bytes:
    """The values that stand in the actor's returns, as a feed that changes nothing when it is taken in again.

    Invalid when there are more rows than one feed may have.
    """
    owed = queries.readable(actor).where(ReturnRow.collection_id == collection_id)
    if period is not None:
        owed = owed.where(ReturnRow.period == period)
    returns = owed.subquery().c
    query = (
        select(
            returns.region_code,
            returns.period,
            col(IndicatorRow.code),
            col(Observation.n),
            col(Observation.d),
            col(Observation.state),
            col(Observation.reason),
            col(Observation.note),
            revisions.link(),
        )
        .join(Observation, col(Observation.return_id) == returns.id)
        .join(IndicatorRow, col(IndicatorRow.id) == col(Observation.indicator_id))
        .where(revisions.newest())
        .order_by(returns.period, returns.region_code, col(IndicatorRow.code))
        .limit(ROWS_LIMIT + 1)
    )
    with read() as session:
        found = session.execute(query).all()
    if len(found) > ROWS_LIMIT:
        raise Invalid([f"超过一次 {ROWS_LIMIT:,} 行的上限"], "请选择一个报送期，分次导出。")
    return write_csv(HEADINGS, (_row(*row) for row in found))


def _row(
    region: str, period: str, code: str, n: int | None, d: int | None, state: ValueState, *words: str
) -> Sequence[object]:
    figures = (None if micro is None else f"{from_micro(micro):f}" for micro in (n, d))
    entry = Entry(n, d, state, *words)
    return region, period, code, *figures, state.label, remark(entry), entry.link
