"""Taking the public's ratings, which have no account behind them."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

from sqlmodel import col, func, select

from core import clock
from core.errors import Duplicate, Invalid, NotFound, WrongState
from core.settings import settings
from core.words import RatingState
from db.session import write
from db.tables import PublicRating, PublicRelease
from pilots import publishing
from scenarios import masking

LONGEST = 500  # characters of a comment
HOUR_LIMIT = 30  # ratings of one network in an hour that are taken


def rate(pilot_id: int, stars: int, comment: str, device: str, network: str) -> bool:
    """Take a rating of a released pilot; returns whether its words wait to be read. `device` is a token that the
    server gave the browser, `network` the address it came from; only keyed hashes of both are kept. One a device, pilot
    and day, and not too many of one network in an hour. Personal data in the words are covered before they are kept."""
    if not device or not network:
        raise Invalid(["无法识别您的设备"], "请允许浏览器保存 Cookie 后重试。")
    if not 1 <= stars <= 5:
        raise Invalid(["请选择一到五星"])
    comment = comment.strip()
    if len(comment) > LONGEST:
        raise Invalid([f"意见不超过 {LONGEST} 个字，现在是 {len(comment)} 个字"])
    device, network = hidden(f"device:{pilot_id}:{device}"), hidden(f"network:{network}")
    now, day = clock.now(), clock.today()
    with write() as session:
        if publishing.current(session, PublicRelease, pilot_id) is None:
            raise NotFound("没有找到这个试点，或它没有对公众发布。")
        if session.exec(
            select(PublicRating.id).where(
                PublicRating.pilot_id == pilot_id, PublicRating.device == device, PublicRating.day == day
            )
        ).first():
            raise Duplicate("这台设备今天已经评价过这个试点。", "每台设备每天可评价一次，请明天再来。")
        lately = session.exec(
            select(func.count())
            .select_from(PublicRating)
            .where(PublicRating.network == network, col(PublicRating.at) > now - timedelta(hours=1))
        ).one()
        if lately >= HOUR_LIMIT:
            raise WrongState("这个网络一小时内的评价太多。", "请稍后再试。")
        covered = masking.mask(comment)
        session.add(
            PublicRating(
                pilot_id=pilot_id,
                stars=stars,
                comment=covered.text,
                masked=covered.names + covered.phones + covered.documents,
                state=RatingState.WAITING if comment else RatingState.SHOWN,
                device=device,
                network=network,
                day=day,
                at=now,
            )
        )
    return bool(comment)


def hidden(text: str) -> str:
    """Keyed with the installation's secret, so that an address cannot be found by trying all of them."""
    return hmac.new(settings().secret(), f"rating:{text}".encode(), hashlib.sha256).hexdigest()
