"""Commands of the feed door: take a table in, hand out a token and take it back."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from db import audit
from db.session import check_version, write
from db.tables import Collection, FeedToken, Organisation, Region
from metrics.feed import loading, senders, working
from metrics.feed.checking import Tell, silent
from metrics.feed.loading import Outcome, Wish
from metrics.feed.working import Look

LONGEST_DAYS = 730


class TokenIn(BaseModel):
    """What a token is for."""

    name: str = Field(title="用途", min_length=2, max_length=80)
    organisation_id: int = Field(title="单位")
    region_code: str = Field(title="地区")
    collection_id: int | None = Field(None, title="报送任务")
    expires_on: date = Field(title="有效期至")


def load(
    actor: Actor, data: bytes, filename: str, wish: Wish, *, seen: str | None = None, tell: Tell = silent
) -> Outcome:
    """Check a table of many returns and save it, in one transaction.

    `seen` names the state that a preview showed (`loading.fingerprint`): when a return has changed since,
    Conflict. `tell` hears the share that is done.
    """
    sender = senders.person(actor)
    return loading.load(sender, loading.opener(data, filename), wish, filename=filename, seen=seen, tell=tell)


def look(actor: Actor, data: bytes, filename: str, wish: Wish, tell: Tell = silent) -> Look:
    """What saving a file would do; a large one is read by a process of its own."""
    return working.look(senders.person(actor), data, filename, wish, tell)


def deliver(
    actor: Actor, data: bytes, filename: str, wish: Wish, *, seen: str | None = None, tell: Tell = silent
) -> tuple[int, dict[str, Any]]:
    """`load` as a page does it, a large file in a process of its own: (status, what a sender is told)."""
    return working.load(senders.person(actor), data, filename, wish, tell, seen=seen)


def marked(actor: Actor, data: bytes, filename: str, wish: Wish) -> bytes:
    """The file handed back as a workbook with its findings marked."""
    return working.marked(senders.person(actor), data, filename, wish)


def changes_csv(actor: Actor, data: bytes, filename: str, wish: Wish) -> bytes:
    """What would become of every row of a file."""
    return working.changes_csv(senders.person(actor), data, filename, wish)


def issue_token(actor: Actor, data: TokenIn) -> str:
    """Hand out a token; the only time it can be read."""
    require(actor, Permission.FEED_ISSUE)
    if not clock.today() < data.expires_on or (data.expires_on - clock.today()).days > LONGEST_DAYS:
        raise Invalid([f"有效期应在明天到 {LONGEST_DAYS} 天之内"], "到期前可以再发一个新的令牌。")
    secret, digest, hint = senders.new_secret()
    with write() as session:
        if session.get(Organisation, data.organisation_id) is None or session.get(Region, data.region_code) is None:
            raise NotFound("没有找到所选的单位或地区。", "请刷新页面重新选择。")
        if data.collection_id is not None and session.get(Collection, data.collection_id) is None:
            raise NotFound("没有找到所选的报送任务。", "请刷新页面重新选择。")
        row = FeedToken(
            name=data.name,
            hash=digest,
            hint=hint,
            organisation_id=data.organisation_id,
            region_code=data.region_code,
            collection_id=data.collection_id,
            issued_by=actor.account_id,
            issued_at=clock.now(),
            expires_at=clock.end_of_day(data.expires_on),
        )
        session.add(row)
        session.flush()
        changes = data.model_dump(mode="json") | {"hint": hint}
        audit.record(session, actor.account_id, "token:issue", "token", row.id, changes)
    return secret


def revoke_token(actor: Actor, token_id: int, *, seen_version: int) -> None:
    """Take a token back; from now on it opens nothing."""
    require(actor, Permission.FEED_ISSUE)
    with write() as session:
        row = session.get(FeedToken, token_id, with_for_update=True)
        if row is None:
            raise NotFound("没有找到这个令牌。", "请刷新页面。")
        if row.revoked_at is not None:
            raise WrongState("这个令牌已经吊销。", "请刷新页面。")
        check_version(row, seen_version)
        row.revoked_at, row.revoked_by = clock.now(), actor.account_id
        audit.record(session, actor.account_id, "token:revoke", "token", token_id, {"name": row.name})
