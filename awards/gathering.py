"""Reading an entry's evidence: what `evidence` makes a pack of. Who may see it is asked before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from accounts.permissions import OPERATOR
from awards import evidence
from core.errors import NotFound
from core.words import ValueState
from db.session import read
from db.tables import Pilot, ReturnRow
from pilots import queries, reading
from scenarios import impact_queries


@dataclass(frozen=True)
class Followed:
    """A county in a pilot as it stands now. `closed`: why its newest figure is not the public's, "" for none."""

    pack: dict[str, Any]
    closed: str


def gather(pilot_id: int, region_code: str) -> dict[str, Any]:
    """The evidence of a county in a pilot as it stands now."""
    return follow(pilot_id, region_code).pack


def follow(pilot_id: int, region_code: str) -> Followed:
    """The evidence of a county in a pilot as it stands now, and whether the public may know its newest figure."""
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
    pack = evidence.pack(found, region_code, said, lacking)
    goal = found.goal
    if goal is None:
        return Followed(pack, "")
    rows = goal.counties[(goal.counties.code == region_code) & (goal.counties.period >= found.span.first_post)]
    last = rows[rows.n.notna()].sort_values("period").tail(1)
    closed = ""
    if (rows.state == ValueState.SUPPRESSED).any():
        closed = evidence.HIDDEN
    elif last.unapproved.any():
        closed = "最新一期正在审核"
    return Followed(pack, closed)


def touched(session: Session, pilot_id: int, region_code: str, since: datetime, last: str) -> bool:
    """Whether anybody wrote after an instant to a county's returns of a pilot for periods up to `last`: only then can
    values that were known then be others. Returns of later periods come in every month and change nothing."""
    return (
        session.exec(
            select(ReturnRow.id)
            .join(Pilot, col(Pilot.collection_id) == ReturnRow.collection_id)
            .where(
                Pilot.id == pilot_id,
                ReturnRow.region_code == region_code,
                ReturnRow.period <= last,
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
