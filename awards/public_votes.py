"""Taking the public's votes, which have no account behind them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from awards import voting
from core import clock
from core.errors import Duplicate, Invalid, NotFound, WrongState
from core.settings import settings
from core.words import AwardEntryState, EditionState
from db.session import write
from db.tables import AwardEntry, Edition, PublicVote


def cast(edition_id: int, entry_id: int, device: str, network: str) -> None:
    """A vote of the public for an entry of the final. `device` is a token that the server gave the browser, `network`
    the address it came from; only hashes of both are kept. One a device and day, and not too many of one network in an
    hour. Everybody may: the public page has no accounts."""
    if not device or not network:
        raise Invalid(["无法识别您的设备"], "请允许浏览器保存 Cookie 后重试。")
    now = clock.now()
    with write() as session:
        row = session.get(Edition, edition_id)
        item = session.get(AwardEntry, entry_id)
        takes = row is not None and row.state is EditionState.VOTING and not row.rehearsal
        if row is None or not takes or item is None or item.edition_id != edition_id:
            raise NotFound("没有找到这个投票，或投票还没有开始。")
        if not (row.vote_opens_at and row.vote_closes_at and row.vote_opens_at <= now < row.vote_closes_at):
            raise WrongState("现在不在投票时间内。")
        if item.state is not AwardEntryState.SHORTLISTED:
            raise NotFound("没有找到这个项目，或它已退出。")
        device, network = _hidden(row, device), _hidden(row, network)
        day = clock.today()
        if session.exec(
            select(PublicVote.id).where(
                PublicVote.edition_id == edition_id, PublicVote.device == device, PublicVote.day == day
            )
        ).first():
            raise Duplicate("这台设备今天已经投过票。", "每台设备每天可投一票，请明天再来。")
        if _lately(session, edition_id, network, now) >= voting.HOUR_LIMIT:
            raise WrongState("这个网络一小时内的投票太多。", "请稍后再试。")
        session.add(
            PublicVote(edition_id=edition_id, entry_id=entry_id, device=device, network=network, day=day, at=now)
        )


def _hidden(row: Edition, text: str) -> str:
    """Keyed with the installation's secret, so that an address cannot be found by trying all of them, and with the
    edition, so that the same device is another one next year."""
    return hmac.new(settings().secret(), f"vote:{row.code}:{text}".encode(), hashlib.sha256).hexdigest()


def _lately(session: Session, edition_id: int, network: str, now: datetime) -> int:
    return session.exec(
        select(func.count())
        .select_from(PublicVote)
        .where(
            PublicVote.edition_id == edition_id,
            PublicVote.network == network,
            col(PublicVote.at) > now - timedelta(hours=1),
        )
    ).one()
