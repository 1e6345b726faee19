"""Reads about the public for those who run the programme: what it is shown, and what it wrote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import case, col, func, select

from accounts.permissions import Actor, Permission, require
from core.words import RatingState
from db.session import read
from db.tables import Account, Pilot, PublicRating, PublicRelease
from pilots import public, publishing, releasing


@dataclass(frozen=True)
class ReleaseView:
    """A release of a pilot. `newer`: a verdict came after the one that is shown."""

    id: int
    code: str
    verdict_id: int
    digest: str
    released_by: str
    released_at: datetime
    withdrawn_at: datetime | None
    withdrawn_reason: str
    version: int


@dataclass(frozen=True)
class RatingView:
    id: int
    pilot_id: int
    pilot: str
    stars: int
    comment: str
    masked: int
    state: RatingState
    at: datetime
    decided_by: str
    reason: str
    version: int


@dataclass(frozen=True)
class Crowd:
    """Ratings of a pilot that came from one network on one day, in such a number that somebody should look at them: a
    browser that forgets its cookie, or a private window, is another device. `network` is a keyed hash and not shown."""

    pilot_id: int
    pilot: str
    network: str
    day: date
    ratings: int
    average: str
    first_at: datetime
    last_at: datetime
    counted: bool


CROWD = 10  # ratings


def crowds(actor: Actor) -> list[Crowd]:
    """The newest first."""
    require(actor, Permission.PILOT_RELEASE)
    many = func.count(col(PublicRating.id))
    query = (
        sa.select(
            col(PublicRating.pilot_id),
            col(Pilot.name),
            col(PublicRating.network),
            col(PublicRating.day),
            many,
            func.sum(col(PublicRating.stars)),
            func.min(col(PublicRating.at)),
            func.max(col(PublicRating.at)),
            func.sum(case((col(PublicRating.counted), 1), else_=0)),
        )
        .join(Pilot, col(Pilot.id) == PublicRating.pilot_id)
        .group_by(col(PublicRating.pilot_id), col(Pilot.name), col(PublicRating.network), col(PublicRating.day))
        .having(many >= CROWD)
        .order_by(col(PublicRating.day).desc(), many.desc(), col(PublicRating.pilot_id))
    )
    with read() as session:
        return [
            Crowd(number, name, network, day, ratings, releasing.mean(stars, ratings), first, last, counted > 0)
            for number, name, network, day, ratings, stars, first, last, counted in session.execute(query)
        ]


def releases(actor: Actor, pilot_id: int) -> list[ReleaseView]:
    """All releases of a pilot, the newest first."""
    require(actor, Permission.PILOT_RELEASE)
    with read() as session:
        rows = publishing.history(session, PublicRelease, pilot_id)
        code = session.exec(select(Pilot.code).where(Pilot.id == pilot_id)).first() or ""
    return [
        ReleaseView(
            id=row.id or 0,
            code=code,
            verdict_id=row.verdict_id,
            digest=row.digest,
            released_by=who,
            released_at=row.released_at,
            withdrawn_at=row.withdrawn_at,
            withdrawn_reason=row.withdrawn_reason,
            version=row.version,
        )
        for row, who in rows
    ]


def ratings(actor: Actor, state: RatingState | None = None) -> list[RatingView]:
    """What people wrote, the newest first; stars without words are only counted."""
    require(actor, Permission.PILOT_RELEASE)
    query = (
        select(PublicRating, Pilot.name, Account.name)
        .join(Pilot, col(Pilot.id) == PublicRating.pilot_id)
        .outerjoin(Account, col(Account.id) == PublicRating.decided_by)
        .where(PublicRating.comment != "")
        .order_by(col(PublicRating.id).desc())
        .limit(500)
    )
    if state is not None:
        query = query.where(PublicRating.state == state)
    with read() as session:
        rows = session.exec(query).all()
    return [
        RatingView(
            id=row.id or 0,
            pilot_id=row.pilot_id,
            pilot=name,
            stars=row.stars,
            comment=row.comment,
            masked=row.masked,
            state=row.state,
            at=row.at,
            decided_by=who or "",
            reason=row.reason,
            version=row.version,
        )
        for row, name, who in rows
    ]


def summary(actor: Actor) -> Sequence[public.Released]:
    """Every pilot that the public is shown, with its stars."""
    require(actor, Permission.PILOT_RELEASE)
    return public.pilots()
