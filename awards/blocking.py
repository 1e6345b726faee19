"""What stands before the end of an edition, as one list: the page shows it, the command refuses with it."""

from __future__ import annotations

from sqlmodel import Session

from accounts.permissions import Actor, Permission, may
from awards import combination, correcting, loading, reckoning, standing
from core.errors import NotFound
from core.words import AwardStage
from db.session import read
from db.tables import Edition


def blockers(actor: Actor, edition_id: int) -> list[str]:
    """Everything that keeps the list from being signed; none for whoever does not run the edition."""
    if not may(actor, Permission.EDITION_RUN):
        return []
    with read() as session:
        try:
            row = loading.edition(session, actor, edition_id)
        except NotFound:
            return []
        return blockers_of(session, row)


def blockers_of(session: Session, row: Edition) -> list[str]:
    """The same within a session, for whoever has asked who may."""
    number = row.id or 0
    said = [problem for stage in AwardStage for problem in standing.open_reviews(session, number, stage)]
    lines = reckoning.combined(session, row)
    if not lines:
        said.append("没有进入终选的项目")
    for line in lines:
        if line.total is None:
            parts, weights = line.parts, loading.rule_of(row).weights
            what = (
                "客观指标值"
                if parts.panel is not None and weights.objective and parts.objective is None
                else "有效评分"
            )
            said.append(f"{line.name}没有{what}，不能合成")
    said += [f"{words}同分，需要表决" for words in combination.contested(lines)]
    said += [
        f"{item.code}的证据在冻结后被更正（{'；'.join(item.found)}），还没有决定"
        for item in correcting.open_of(session, number)
    ]
    return said + standing.unanswered(session, number)
