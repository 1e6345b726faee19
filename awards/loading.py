"""Finding an edition or an entry for whoever asks; what is not theirs to see is not there."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import Session, col, select

from accounts.permissions import Actor
from awards import stages
from awards.schemas import RuleIn
from core.errors import Forbidden, NotFound
from core.words import AwardEntryState, AwardStage, EditionState, Role, SheetState
from core.workflow import Step
from db import audit
from db.tables import AwardEntry, AwardPack, AwardReview, Edition, ReviewEntry, Sheet
from panels import recusing

ENTITY = "award_entry"  # what an entry's files hang on, and how a panel's entry names it


def visible(actor: Actor) -> ColumnElement[bool]:
    """The only start of a read of editions: staff all, everybody those that were called."""
    if actor.is_staff:
        return col(Edition.id).is_not(None)
    return col(Edition.state).in_(stages.CALLED)


def visible_entries(actor: Actor) -> ColumnElement[bool]:
    """The only start of a read of entries: staff what was handed in, a county its own, a city those of its counties
    that were handed in."""
    handed_in = col(AwardEntry.state) != AwardEntryState.DRAFT
    if actor.is_staff:
        return handed_in
    allowed = []
    if actor.role is Role.COUNTY:
        allowed.append(col(AwardEntry.organisation_id) == actor.organisation_id)
    if actor.role in (Role.COUNTY, Role.DEPARTMENT) and actor.region_code:
        allowed.append(and_(col(AwardEntry.city_code) == actor.region_code, handed_in))
    return or_(*allowed) if allowed else false()


def edition(session: Session, actor: Actor, edition_id: int) -> Edition:
    row = session.exec(select(Edition).where(Edition.id == edition_id, visible(actor))).first()
    if row is None:
        raise NotFound("没有找到这个年度遴选，或您无权查看。", "请回到年度遴选列表重新选择。")
    return row


def entry(session: Session, actor: Actor, entry_id: int) -> tuple[AwardEntry, Edition]:
    found = session.exec(select(AwardEntry).where(AwardEntry.id == entry_id, visible_entries(actor))).first()
    if found is None:
        raise NotFound("没有找到这个参评项目，或您无权查看。", "请回到年度遴选重新选择。")
    return found, edition(session, actor, found.edition_id)


def take_turns(session: Session, row: Edition) -> None:
    """From here on one transaction about an edition waits for another, so that what it counts stays true."""
    session.exec(select(Edition.id).where(Edition.id == row.id).with_for_update()).one()


def entries_of(session: Session, edition_id: int, *states: AwardEntryState) -> list[AwardEntry]:
    query = select(AwardEntry).where(AwardEntry.edition_id == edition_id).order_by(AwardEntry.code)
    return list(session.exec(query.where(col(AwardEntry.state).in_(states)) if states else query).all())


def rule_of(row: Edition) -> RuleIn:
    return RuleIn.model_validate(row.rule)


def reviews_of(session: Session, edition_id: int) -> dict[tuple[AwardStage, str], int]:
    """Review ids by round and track."""
    rows = session.exec(select(AwardReview).where(AwardReview.edition_id == edition_id)).all()
    return {(row.stage, row.track): row.review_id for row in rows}


def newest_packs(session: Session, entry_ids: list[int]) -> dict[int, AwardPack]:
    """The evidence that counts, by entry."""
    rows = session.exec(
        select(AwardPack).where(col(AwardPack.entry_id).in_(entry_ids)).order_by(col(AwardPack.number))
    ).all()
    return {row.entry_id: row for row in rows}


def judged(session: Session, entry_ids: list[int]) -> dict[int, list[tuple[int, int, int]]]:
    """Where the panels hold these entries: (review id, the panel's entry id, submitted sheets), by entry."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    rows = session.exec(
        select(ReviewEntry.subject_id, ReviewEntry.review_id, ReviewEntry.id)
        .where(ReviewEntry.subject == ENTITY, col(ReviewEntry.subject_id).in_(entry_ids))
        .order_by(col(ReviewEntry.id))
    ).all()
    sheets: dict[int, int] = {}
    for key in session.exec(
        select(Sheet.entry_id).where(
            col(Sheet.entry_id).in_([row[2] for row in rows]), Sheet.state == SheetState.SUBMITTED
        )
    ):
        sheets[key] = sheets.get(key, 0) + 1
    for subject, review, number in rows:
        found.setdefault(subject or 0, []).append((review, number or 0, sheets.get(number or 0, 0)))
    return found


def refuse_recused(session: Session, actor: Actor, row: Edition) -> None:
    """Who has to step aside from an entry in one of the panels decides nothing about the whole list either."""
    blocked = {
        account
        for review in reviews_of(session, row.id or 0).values()
        for _, account in recusing.blocked(session, review)
    }
    if actor.account_id is not None and actor.account_id in blocked:
        raise Forbidden("您对其中的参评项目应当回避，不能办理。", "请由另一位研究院人员办理。")


def take(
    session: Session, actor: Actor, row: Edition, do: str, reason: str = "", *, by: int | str | None = "actor"
) -> Step:
    """Move an edition, with its event. `by` None keeps the actor out of the log."""
    step = stages.EDITION.take(row.state, do, reason)
    row.state = EditionState(step.target)
    if reason.strip():
        row.reason = reason.strip()
    who = actor.account_id if by == "actor" else None
    changes = {"do": do, "to": step.target}
    audit.record(session, who, "edition:move", "edition", row.id, changes, reason.strip() if who else "")
    return step


def take_entry(session: Session, actor: Actor, item: AwardEntry, do: str, reason: str = "") -> None:
    step = stages.ENTRY.take(item.state, do, reason)
    item.state = AwardEntryState(step.target)
    if reason.strip():
        item.reason = reason.strip()
    changes = {"do": do, "code": item.code, "to": step.target}
    audit.record(session, actor.account_id, "award:move", "award_entry", item.id, changes, reason.strip())
