"""Who delivers: a person by their role, a machine by its token."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, true
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from db.session import read, write
from db.tables import Account, Collection, Feed, FeedToken, Organisation, Region
from metrics.feed.loading import Sender

PREFIX = "zp_"
_TOUCH = timedelta(minutes=1)  # the last use of a token is written at most this often


@dataclass(frozen=True)
class TokenView:
    """A token as its page shows it; nobody sees the token itself again."""

    id: int
    name: str
    hint: str
    organisation: str
    region_code: str
    region: str
    collection: str  # “” for all
    issued_by: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    deliveries: int
    version: int

    @property
    def last_day(self) -> date:
        """The last day on which it opens anything."""
        return clock.beijing(self.expires_at - timedelta(microseconds=1)).date()

    def state(self, now: datetime) -> tuple[str, str]:
        """(tone, words)."""
        if self.revoked_at is not None:
            return "stopped", "已吊销"
        return ("overdue", "已过期") if now >= self.expires_at else ("running", "有效")


@dataclass(frozen=True)
class FeedView:
    """One delivery in the list."""

    id: int
    at: datetime
    collection: str
    sender: str
    filename: str
    rows: int
    saved: int
    unchanged: int
    rejected: int
    submitted: int
    ok: bool


def person(actor: Actor) -> Sender:
    """A county team delivers for its own region and its towns, the institute for everybody."""
    require(actor, Permission.FEED_LOAD)
    if actor.is_staff:
        return Sender(actor.account_id, None, actor.name, None)
    with read() as session:
        return Sender(actor.account_id, None, actor.name, _under(session, actor.region_code or ""))


def new_secret() -> tuple[str, str, str]:
    """(the token, its hash, its last letters). 256 random bits need no slow hash: there is nothing to guess."""
    secret = PREFIX + secrets.token_urlsafe(32)
    return secret, digest(secret), secret[-4:]


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def machine(secret: str) -> Sender | None:
    """Whom a token stands for; None for one that is unknown, revoked or expired."""
    now = clock.now()
    with read() as session:
        row = session.exec(select(FeedToken).where(FeedToken.hash == digest(secret))).first()
        if row is None or row.revoked_at is not None or now >= row.expires_at:
            return None
        sender = Sender(None, row.id, row.name, _under(session, row.region_code), row.collection_id)
        stale = row.last_used_at is None or now - row.last_used_at > _TOUCH
    if stale:
        with write() as session:
            used = session.get_one(FeedToken, sender.token_id)
            used.last_used_at = now
    return sender


def tokens(actor: Actor) -> list[TokenView]:
    """Every token ever issued, those in force first."""
    require(actor, Permission.FEED_ISSUE)
    with read() as session:
        rows = session.execute(
            columns(FeedToken, col(Organisation.name), col(Region.name), col(Collection.name), col(Account.name))
            .join(Organisation, col(Organisation.id) == FeedToken.organisation_id)
            .join(Region, col(Region.code) == FeedToken.region_code)
            .outerjoin(Collection, col(Collection.id) == FeedToken.collection_id)
            .outerjoin(Account, col(Account.id) == FeedToken.issued_by)
            .order_by(col(FeedToken.id).desc())
        ).all()
        counted = columns(col(Feed.token_id), func.count()).group_by(col(Feed.token_id))
        counts = {row[0]: row[1] for row in session.execute(counted)}
    found = [
        TokenView(
            id=row.id or 0,
            name=row.name,
            hint=row.hint,
            organisation=organisation,
            region_code=row.region_code,
            region=region,
            collection=collection or "",
            issued_by=issuer or "命令行",
            issued_at=row.issued_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
            deliveries=counts.get(row.id, 0),
            version=row.version,
        )
        for row, organisation, region, collection, issuer in rows
    ]
    now = clock.now()
    return sorted(found, key=lambda view: view.state(now)[0] != "running")


def deliveries(actor: Actor, limit: int = 50) -> list[FeedView]:
    """The newest deliveries: all for staff; a county's own, and those by a token of its organisation."""
    query = (
        select(Feed, Collection.name, Account.name, FeedToken.name)
        .outerjoin(Collection, col(Collection.id) == Feed.collection_id)
        .outerjoin(Account, col(Account.id) == Feed.by)
        .outerjoin(FeedToken, col(FeedToken.id) == Feed.token_id)
        .where(_readable(actor))
        .order_by(col(Feed.id).desc())
        .limit(limit)
    )
    with read() as session:
        return [
            FeedView(
                id=feed.id or 0,
                at=feed.at,
                collection=collection or "–",
                sender=f"接口：{token}" if token else person_ or "命令行",
                filename=feed.filename,
                rows=feed.rows,
                saved=feed.saved,
                unchanged=feed.unchanged,
                rejected=feed.rejected,
                submitted=feed.submitted,
                ok=feed.status == 200,
            )
            for feed, collection, person_, token in session.exec(query)
        ]


def told(actor: Actor, feed_id: int) -> Mapping[str, Any] | None:
    """What the sender of a delivery was told, its findings with it (`metrics.feed.answers`); None for one that is not
    there or not the actor's to see."""
    query = (
        select(Feed.answer)
        .outerjoin(FeedToken, col(FeedToken.id) == Feed.token_id)
        .where(Feed.id == feed_id, _readable(actor))
    )
    with read() as session:
        return session.exec(query).first()


def _readable(actor: Actor) -> ColumnElement[bool]:
    """Which deliveries somebody may see; the query has joined their tokens."""
    require(actor, Permission.FEED_LOAD)
    if actor.is_staff:
        return true()
    return (col(Feed.by) == actor.account_id) | (col(FeedToken.organisation_id) == actor.organisation_id)


def _under(session: Session, code: str) -> frozenset[str]:
    """A region and everything below it."""
    found, level = {code}, {code}
    while level:
        level = set(session.exec(select(Region.code).where(col(Region.parent_code).in_(level)))) - found
        found |= level
    return frozenset(found)
