"""Objections as somebody may see them: who filed one sees it, and staff, who do not learn the name."""

from __future__ import annotations

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, may
from awards import results
from awards.views import ObjectionView
from core.words import Role
from db import files
from db.tables import Account, AwardEntry, AwardObjection, Edition

ENTITY = "award_objection"


def objections(session: Session, actor: Actor, row: Edition) -> list[ObjectionView]:
    """The newest first."""
    subject = results.deciders(session, row)
    found = session.exec(
        select(AwardObjection).where(AwardObjection.edition_id == row.id).order_by(col(AwardObjection.id).desc())
    ).all()
    attached = files.attached(session, ENTITY, [item.id or 0 for item in found])
    views = []
    for item in found:
        own = actor.account_id is not None and item.account_id == actor.account_id
        if not (own or actor.is_staff):
            continue
        handles = actor.account_id is not None and item.handler_id == actor.account_id
        named = own or handles or actor.role is Role.ADMIN
        about = session.get(AwardEntry, item.entry_id) if item.entry_id else None
        views.append(
            ObjectionView(
                id=item.id or 0,
                name=_name(session, item.account_id) if named else "",
                about=f"{about.code} {about.title}" if about else "整个名单",
                entry_id=item.entry_id,
                text=item.text,
                filed_at=item.filed_at,
                due_on=item.due_on,
                handler=_name(session, item.handler_id),
                handles=handles,
                takes=may(actor, Permission.OBJECTION_ANSWER, subject),
                upheld=item.upheld,
                answer=item.answer,
                answered_at=item.answered_at,
                files=[file for file in attached if file.entity_id == item.id] if named else [],
                version=item.version,
            )
        )
    return views


def reads(session: Session, actor: Actor, objection_id: int) -> bool:
    """Whether somebody may read an objection's files, which may say who it is from."""
    item = session.get(AwardObjection, objection_id)
    own = actor.account_id is not None
    return item is not None and (
        actor.role is Role.ADMIN or (own and actor.account_id in (item.account_id, item.handler_id))
    )


def _name(session: Session, account_id: int | None) -> str:
    found = session.get(Account, account_id) if account_id else None
    return found.name if found else ""
