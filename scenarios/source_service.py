"""The command about items that several hold (一数一源): who is the one source, or why there are several."""

from __future__ import annotations

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.words import SourceOutcome
from db import audit
from db.session import take_turns, write
from db.tables import SourceDecision
from scenarios import source_queries
from scenarios.resource_schemas import SourceIn

_TURN_LOCK = 7_319_305  # any constant: two decisions about one item come one after the other


def decide(actor: Actor, data: SourceIn, *, seen: int) -> int:
    """Put a decision on record; returns its id. `seen` is how many decisions about the item the page showed: they
    stay, the newest counts."""
    require(actor, Permission.SOURCE_DECIDE)
    with write() as session:
        take_turns(session, _TURN_LOCK)
        item = next(iter(source_queries.load(session, [data.key])), None)
        if item is None or item.providers < 2:
            raise WrongState("这个信息项现在没有多家单位提供，不需要明确来源。", "请刷新页面。")
        if len(item.decisions) != seen:
            raise Conflict("这个信息项刚有新的决定。", "请刷新页面，核对后再决定。")
        holders = {holder.resource_id: holder for holder in item.holders}
        if data.outcome is SourceOutcome.SOURCE and data.resource_id not in holders:
            raise Invalid(["所选的数据资源没有这个信息项"], "请从列出的数据资源中选择唯一来源。")
        row = SourceDecision(
            key=data.key,
            name=item.name,
            outcome=data.outcome,
            resource_id=data.resource_id,
            reason=data.reason,
            resources=sorted(holders),
            decided_by=actor.account_id,
            decided_at=clock.now(),
        )
        session.add(row)
        session.flush()
        source = holders[data.resource_id].resource if data.resource_id else ""
        said = {"do": f"{item.name}：{data.outcome.label}{f'（{source}）' if source else ''}", "key": data.key}
        audit.record(
            session, actor.account_id, "source:decide", "data_resource", data.resource_id or 0, said, data.reason
        )
        return row.id or 0
