"""What anybody may read of a list that is on notice: just what the notice lists. Nothing here takes an actor.

A notice is made to be read by everybody, so it is public from its first day on; who objected, and what about, is
not, nor is anything of an entry beyond the list until the release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from core import clock
from core.words import EditionState
from db.session import read
from db.tables import AwardNotice, Edition
from panels import noticing

_ON_NOTICE = (EditionState.NOTICE, EditionState.PAUSED)


@dataclass(frozen=True)
class Listed:
    track: str
    grade: str
    kept: bool  # by a place kept for 山区海岛县
    title: str
    organisation: str


@dataclass(frozen=True)
class PublicNotice:
    """The newest notice of a selection. `left`: working days to come, today among them; None while it is paused.
    `changes`: sentences against the notice before."""

    edition: str
    code: str
    nature: str
    number: int
    starts_on: date
    ends_on: date
    days: int
    provisional: bool
    left: int | None
    listed: Sequence[Listed]
    changes: Sequence[str]
    contact: str
    issued_at: datetime


def notices() -> list[PublicNotice]:
    """Of every selection whose list is on notice now, also while an objection pauses it; the newest first."""
    today = clock.today()
    with read() as session:
        rows = session.exec(
            select(AwardNotice, Edition)
            .join(Edition, col(Edition.id) == AwardNotice.edition_id)
            .where(
                col(Edition.state).in_(_ON_NOTICE),
                col(Edition.rehearsal).is_(False),
                col(AwardNotice.starts_on) <= today,
            )
            .order_by(col(AwardNotice.id).desc())
        ).all()
        newest: dict[int, tuple[AwardNotice, Edition]] = {}
        for notice, edition in rows:
            newest.setdefault(notice.edition_id, (notice, edition))
        return [_view(notice, edition, today) for notice, edition in newest.values()]


def _view(notice: AwardNotice, edition: Edition, today: date) -> PublicNotice:
    running = edition.state is EditionState.NOTICE
    approval = f"（{edition.approval_number}）" if edition.approval_number else ""
    return PublicNotice(
        edition=edition.name,
        code=edition.code,
        nature=f"{edition.nature.label}{approval}",
        number=notice.number,
        starts_on=notice.starts_on,
        ends_on=notice.ends_on,
        days=notice.days,
        provisional=notice.provisional,
        left=noticing.countdown(today, notice.counted_from, notice.ends_on) if running else None,
        listed=[
            Listed(line["track"], line["grade"], bool(line.get("kept")), line["title"], line["organisation"])
            for line in notice.listed
        ],
        changes=[str(change) for change in notice.changes],
        contact=notice.contact,
        issued_at=notice.issued_at,
    )
