"""Places as a workbook: a sheet a group."""

from __future__ import annotations

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound
from core.tabular import Block, write_xlsx
from metrics import ranking_queries as queries
from metrics import ranking_wording as wording
from metrics.ranking import By


def workbook(actor: Actor, collection_id: int, code: str, period: str = "", by: By = By.VALUE) -> bytes:
    """Every group's places with their ranges, and how they came about. A county gets its own row."""
    ranking = queries.ranking_of(actor, collection_id, code, period, by)
    if ranking is None:
        raise NotFound("没有找到这个指标，或您无权查看。", "请重新选择。")
    blocks = []
    for group in dict.fromkeys(place.entry.group for place in ranking.places):
        frame = wording.rows(ranking, group).rename(columns={"code": "地区代码"})
        blocks.append(Block(group, list(frame.columns), frame.to_numpy().tolist()))
    blocks.append(Block("说明", ["内容"], [[wording.method(ranking)]]))
    return write_xlsx(blocks, made_at=clock.now())
