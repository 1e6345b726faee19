"""Objections to an edition's list as somebody may see them."""

from __future__ import annotations

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from awards import results
from db.tables import AwardEntry, AwardNotice, AwardObjection, Edition
from panels import objections
from panels.objections import ObjectionView

ENTITY = "award_objection"


def of(session: Session, actor: Actor, row: Edition) -> list[ObjectionView]:
    """The newest first."""
    found = session.exec(
        select(AwardObjection).where(AwardObjection.edition_id == row.id).order_by(col(AwardObjection.id).desc())
    ).all()
    watching = session.exec(
        select(AwardNotice.id, AwardNotice.supervisor_id).where(AwardNotice.edition_id == row.id)
    ).all()
    entries = {item.entry_id: session.get_one(AwardEntry, item.entry_id) for item in found if item.entry_id}
    about = {
        item.id: (item.entry_id, f"{entries[item.entry_id].code} {entries[item.entry_id].title}")
        for item in found
        if item.entry_id
    }
    return objections.views(
        session,
        actor,
        found,
        entity=ENTITY,
        supervisors=dict(watching),
        deciders=results.deciders(session, row),
        about=about,
    )


def reads(session: Session, actor: Actor, objection_id: int) -> bool:
    """Whether somebody may read an objection's files."""
    return objections.reads(actor, session.get(AwardObjection, objection_id))
