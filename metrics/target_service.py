"""The command that sets a baseline or target of any collection."""

from __future__ import annotations

from sqlmodel import select

from accounts.permissions import Actor, Permission, require
from core.errors import Invalid, NotFound
from core.periods import Cadence, Period
from db.session import write
from db.tables import Collection, CollectionIndicator, CollectionUnit, IndicatorRow
from metrics import collecting
from metrics.schemas import TargetIn


def set_line(actor: Actor, collection_id: int, data: TargetIn) -> None:
    """Set a baseline or target from a period on, for one region or for all; the old line stays in every chart.

    The indicator's version must be the one reported in that period, the region one that reports.
    """
    require(actor, Permission.COLLECTION_DESIGN)
    with write() as session:
        collection = session.get(Collection, collection_id)
        link = session.get(CollectionIndicator, (collection_id, data.indicator_id))
        if collection is None or link is None:
            raise NotFound("这个报送任务没有使用所选指标。", "请刷新页面重新选择。")
        if Period.parse(data.from_period).cadence is not Cadence(collection.cadence):
            raise Invalid(
                [f"起始期 {data.from_period} 不是{Cadence(collection.cadence).label}的一期"], "请从列表中选择。"
            )
        if not link.from_period <= data.from_period <= (link.until_period or data.from_period):
            version = session.get_one(IndicatorRow, data.indicator_id).version
            raise Invalid(
                [f"{Period.parse(data.from_period).label}不按第 {version} 版口径报送"], "请选择那一期使用的口径版本。"
            )
        units = select(CollectionUnit.region_code).where(CollectionUnit.collection_id == collection_id)
        if data.region_code is not None and data.region_code not in set(session.exec(units)):
            raise NotFound("所选地区不在这个报送任务中。", "请刷新页面重新选择。")
        collecting.set_target(session, actor, collection_id, data)
