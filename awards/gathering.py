"""Reading an entry's evidence: what `evidence` makes a pack of. Who may see it is asked before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from accounts.permissions import OPERATOR
from awards import evidence
from core.errors import NotFound
from db.session import read
from db.tables import Pilot, ReturnRow
from pilots import queries, reading
from scenarios import impact_queries


def gather(pilot_id: int, region_code: str) -> dict[str, Any]:
    """The evidence of a county in a pilot as it stands now."""
    view = queries.pilot(OPERATOR, pilot_id)
    if view is None:
        raise NotFound("没有找到这个试点。", "请刷新页面。")
    found = reading.evaluated(view, queries.phases(OPERATOR, pilot_id), own=region_code, own_only=True)
    if not found.units:
        raise NotFound("本地区已不在这个试点中。", "请核对试点的参加地区。")
    with read() as session:
        lacking = impact_queries.missing(session, [view.scenario_id])[view.scenario_id]
    verdict = view.verdict
    said = (
        {
            "title": verdict.title,
            "rule": verdict.rule,
            "sentence": verdict.sentence,
            "inputs_hash": verdict.inputs_hash,
            "decided_at": verdict.decided_at.isoformat(),
        }
        if verdict
        else None
    )
    return evidence.pack(found, region_code, said, lacking)


def touched(session: Session, pilot_id: int, region_code: str, since: datetime) -> bool:
    """Whether anybody wrote to a county's returns in a pilot after an instant: only then can its values be others."""
    return (
        session.exec(
            select(ReturnRow.id)
            .join(Pilot, col(Pilot.collection_id) == ReturnRow.collection_id)
            .where(
                Pilot.id == pilot_id,
                ReturnRow.region_code == region_code,
                or_(
                    col(ReturnRow.saved_at) > since,
                    col(ReturnRow.submitted_at) > since,
                    col(ReturnRow.decided_at) > since,
                ),
            )
            .limit(1)
        ).first()
        is not None
    )
