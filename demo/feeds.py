"""The feed door in the demo: a platform that delivers for counties which have not reported, a county's whose
delivery was sent back with its findings, a token that was taken back and one that has run out."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.periods import Cadence, Period
from core.tabular import write_csv
from core.words import ReturnState
from db.session import read, write
from db.tables import Collection, FeedToken
from metrics import feed_service, queries
from metrics.feed import outgoing, senders, working
from metrics.feed.loading import Wish
from metrics.feed_service import TokenIn

PROVINCE, ANJI, DEQING = "330000", "330523", "330521"
OWNER = "省信访局"
_MOST = 3  # counties that leave their figures to the platform

Row = Sequence[str]


def tell(li: Actor, organisations: Mapping[str, int], pilot: str) -> None:
    """Deliver last month's figures of some counties, and others that cannot be taken."""
    with read() as session:
        number = session.exec(select(Collection.id).where(Collection.name == pilot)).one() or 0
    month = Period.containing(clock.today(), Cadence.MONTH).shift(-1)
    _hand_out(li, "热线平台试运行（已由正式令牌取代）", organisations[OWNER], PROVINCE, number)
    _revoke(li)
    secret = _hand_out(li, "网格系统季度对账", organisations[ANJI], ANJI, number)
    with write() as session:
        session.exec(
            select(FeedToken).where(FeedToken.hash == senders.digest(secret))
        ).one().expires_at = clock.end_of_day(clock.today() - timedelta(days=12))
    province = _hand_out(li, "12345热线平台每月送报", organisations[OWNER], PROVINCE, number)
    _deliver(province, f"热线平台_{month}.csv", _last_year(li, number, month))
    county = _hand_out(li, "安吉县基层智治平台", organisations[ANJI], ANJI, number)
    _deliver(county, f"安吉平台_{month}.csv", _wrong(str(month)))


def _hand_out(li: Actor, name: str, organisation: int, region: str, collection: int | None) -> str:
    until = clock.today() + timedelta(days=300)
    data = TokenIn(
        name=name, organisation_id=organisation, region_code=region, collection_id=collection, expires_on=until
    )
    return feed_service.issue_token(li, data)


def _revoke(li: Actor) -> None:
    newest = max(senders.tokens(li), key=lambda view: view.id)
    feed_service.revoke_token(li, newest.id, seen_version=newest.version)


def _deliver(secret: str, name: str, rows: Sequence[Row]) -> None:
    sender = senders.machine(secret)
    assert sender is not None
    working.load(sender, write_csv(outgoing.HEADINGS, rows), name, Wish(), key=name)


def _last_year(li: Actor, collection: int, month: Period) -> list[Row]:
    """What counties that have filled in nothing yet reported for the same month of the year before."""
    owed = queries.returns(li, collection_id=collection, period=str(month), states=(ReturnState.DRAFT,))
    waiting = [view.region_code for view in owed if not view.filled and view.region_code != ANJI][-_MOST:]
    before = str(month.shift(-12))
    table = outgoing.values_csv(li, collection, before).decode("utf-8-sig")
    return [
        [cell.replace(before, str(month)) for cell in row]
        for row in csv.reader(io.StringIO(table))
        if row[0] in waiting
    ]


def _wrong(month: str) -> list[Row]:
    """A share above one, a word for a number, a figure without its denominator, a neighbour's figure."""
    return [
        (ANJI, month, "SX01", "1302", "1246", "已报", "", ""),
        (ANJI, month, "SX04", "九百", "1010", "已报", "", ""),
        (ANJI, month, "SX07", "2210", "", "已报", "", ""),
        (DEQING, month, "SX09", "61", "1187", "已报", "", ""),
    ]
