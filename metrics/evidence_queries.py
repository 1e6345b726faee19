"""What stands behind the values of a return: the link that came with each, and the files attached to it.

Files belong to a return and are labelled with the indicator's code. Whoever sees the return sees them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core.errors import NotFound
from db import files
from db.files import Attached
from db.session import read
from db.tables import Account, LinkRemoval, Observation, ReturnRow
from metrics import queries
from metrics.model import Indicator

ENTITY = "return"


@dataclass(frozen=True)
class TakenAway:
    """A link that stood behind a value, and why it does not any more."""

    link: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Evidence:
    """One value's evidence; `enough` says whether what its definition asks for is there."""

    indicator: Indicator
    link: str
    files: Sequence[Attached]
    filled: bool  # whether there is a figure that evidence could stand behind
    removed: Sequence[TakenAway] = ()  # links of earlier, the oldest first

    @property
    def enough(self) -> bool:
        return self.indicator.evidence_kind.satisfied(link=bool(self.link), file=bool(self.files))


def of_return(actor: Actor, return_id: int) -> list[Evidence]:
    """By the return's lines, in their order; empty when there is no such return or it is not the actor's."""
    found = queries.form(actor, return_id)
    if found is None:
        return []
    with read() as session:
        held = by_code(session, [return_id])
        removed = _taken_away(session, return_id)
    return [
        Evidence(
            line.indicator,
            line.current.link if line.current else "",
            held.get((return_id, line.indicator.code), ()),
            line.current is not None and line.current.state.has_value,
            removed.get(line.indicator.id, ()),
        )
        for line in found[1].lines
    ]


def by_code(session: Session, return_ids: Sequence[int]) -> dict[tuple[int, str], list[Attached]]:
    """The files of returns, by return and indicator code."""
    held: dict[tuple[int, str], list[Attached]] = defaultdict(list)
    for file in files.attached(session, ENTITY, return_ids):
        held[file.entity_id, file.label].append(file)
    return held


def _taken_away(session: Session, return_id: int) -> dict[int, list[TakenAway]]:
    found: dict[int, list[TakenAway]] = defaultdict(list)
    rows = session.exec(
        select(Observation, LinkRemoval, Account.name)
        .join(LinkRemoval, col(LinkRemoval.observation_id) == Observation.id)
        .outerjoin(Account, col(Account.id) == LinkRemoval.removed_by)
        .where(Observation.return_id == return_id)
        .order_by(col(LinkRemoval.removed_at))
    )
    for value, removal, name in rows:
        found[value.indicator_id].append(TakenAway(value.link, removal.reason, name or "命令行", removal.removed_at))
    return found


def content(actor: Actor, return_id: int, attachment_id: int) -> bytes:
    """A file's bytes, for those who see its return."""
    with read() as session:
        seen = session.exec(queries.readable(actor).where(ReturnRow.id == return_id)).first()
        if seen is None or attachment_id not in {file.id for file in files.attached(session, ENTITY, [return_id])}:
            raise NotFound("没有找到这个文件，可能已被移除。", "请刷新页面。")
        return files.content(session, attachment_id)
