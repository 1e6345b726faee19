"""Every deadline of challenges, for whom it is: on a page and as a calendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from challenges import loading, rules
from core import clock
from core.words import BidMilestoneState as M
from core.words import BidState, Role
from core.words import ChallengeState as C
from db.session import read
from db.tables import Bid, BidContract, BidMilestone, Challenge, ChallengeNotice, Objection, Organisation


@dataclass(frozen=True)
class Deadline:
    """`at` an instant before which something has to be done (that instant is too late); None where the whole of
    `day`, in Beijing, counts. `key` tells it from all others, also in a calendar that already has it."""

    key: str
    challenge_id: int
    code: str
    title: str
    what: str
    day: date
    at: datetime | None = None
    provisional: bool = False

    @property
    def until(self) -> datetime:
        """The first instant that is too late."""
        return self.at or clock.end_of_day(self.day)

    @property
    def late(self) -> bool:
        return rules.sealed(self.until, clock.now())

    @property
    def shown(self) -> str:
        words = f"{clock.beijing(self.at):%Y-%m-%d %H:%M:%S}（不含）" if self.at else f"{self.day}（含当日）"
        return words + ("　暂算" if self.provisional else "")


def deadlines(actor: Actor) -> list[Deadline]:
    """What is still to come or late, the nearest first: everybody bidding and notices, staff objections, contracts
    and milestones of all, a bidder its own."""
    with read() as session:
        found = [
            *_bidding(session, actor),
            *_notices(session, actor),
            *(_objections(session) if actor.is_staff else ()),
            *_signing(session, actor),
            *_milestones(session, actor),
        ]
    return sorted(found, key=lambda item: (item.until, item.key))


def _bidding(session: Session, actor: Actor) -> Iterable[Deadline]:
    query = select(Challenge).where(loading.visible(actor), Challenge.state == C.OPEN)
    for row in session.exec(query):
        yield _of(row, f"bids-{row.id}", "揭榜截止", clock.beijing(row.deadline).date(), at=row.deadline)


def _notices(session: Session, actor: Actor) -> Iterable[Deadline]:
    query = (
        select(Challenge, ChallengeNotice)
        .join(ChallengeNotice, col(ChallengeNotice.challenge_id) == Challenge.id)
        .where(loading.visible(actor), Challenge.state == C.NOTICE)
        .order_by(col(ChallengeNotice.number))
    )
    newest = {row.id: (row, notice) for row, notice in session.exec(query)}
    for row, notice in newest.values():
        what = f"第 {notice.number} 号公示期满"
        yield _of(row, f"notice-{notice.id}", what, notice.ends_on, provisional=notice.provisional)


def _objections(session: Session) -> Iterable[Deadline]:
    query = (
        select(Challenge, Objection)
        .join(Objection, col(Objection.challenge_id) == Challenge.id)
        .where(col(Objection.upheld).is_(None), Challenge.state == C.PAUSED)
    )
    for row, item in session.exec(query):
        yield _of(row, f"objection-{item.id}", "异议答复期限", item.due_on)


def _signing(session: Session, actor: Actor) -> Iterable[Deadline]:
    query = (
        select(Challenge, Bid, Organisation.name)
        .join(Bid, col(Bid.challenge_id) == Challenge.id)
        .join(Organisation, col(Organisation.id) == Bid.organisation_id)
        .where(Challenge.state == C.SIGNING, Bid.state == BidState.WON, col(Bid.sign_due_on).is_not(None))
    )
    for row, bid, name in session.exec(query):
        if _concerns(actor, bid) and bid.sign_due_on is not None:
            yield _of(row, f"sign-{bid.id}", f"{name}签订任务书", bid.sign_due_on)


def _milestones(session: Session, actor: Actor) -> Iterable[Deadline]:
    query = (
        select(Challenge, Bid, BidMilestone, Organisation.name)
        .join(Bid, col(Bid.challenge_id) == Challenge.id)
        .join(BidContract, col(BidContract.bid_id) == Bid.id)
        .join(BidMilestone, col(BidMilestone.contract_id) == BidContract.id)
        .join(Organisation, col(Organisation.id) == Bid.organisation_id)
        .where(Challenge.state == C.RUNNING, Bid.state == BidState.WORKING)
        .where(col(BidMilestone.state).in_((M.PENDING, M.RECTIFYING)))
    )
    for row, bid, item, name in session.exec(query):
        if _concerns(actor, bid):
            yield _of(row, f"milestone-{item.id}", f"{name}交付“{item.title}”", item.due_on)


def _concerns(actor: Actor, bid: Bid) -> bool:
    own = actor.organisation_id is not None and actor.organisation_id == bid.organisation_id
    return actor.is_staff or (actor.role is Role.BIDDER and own)


def _of(
    row: Challenge, key: str, what: str, day: date, *, at: datetime | None = None, provisional: bool = False
) -> Deadline:
    return Deadline(key, row.id or 0, row.code, row.title, what, day, at, provisional)


# -- as a calendar file ---------------------------------------------------------------------

_ZONE = (
    "BEGIN:VTIMEZONE", "TZID:Asia/Shanghai", "BEGIN:STANDARD", "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0800", "TZOFFSETTO:+0800", "TZNAME:北京时间", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip


def as_calendar(found: Sequence[Deadline], made: datetime) -> bytes:
    """The deadlines as iCalendar, each an event with its zone and a reminder a day before. An event keeps its
    number, so a calendar that takes the file again moves what it has."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Zhiping//Challenges//ZH", "CALSCALE:GREGORIAN",
             f"X-WR-CALNAME:{_text('揭榜挂帅日程')}", "X-WR-TIMEZONE:Asia/Shanghai", *_ZONE]  # fmt: skip
    for item in found:
        if item.at:
            local = clock.beijing(item.at)
            when = [f"DTSTART;TZID=Asia/Shanghai:{local:%Y%m%dT%H%M%S}", "DURATION:PT0S"]
        else:
            following = item.day + timedelta(days=1)
            when = [f"DTSTART;VALUE=DATE:{item.day:%Y%m%d}", f"DTEND;VALUE=DATE:{following:%Y%m%d}"]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{item.key}@challenges.zhiping",
            f"DTSTAMP:{made.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            *when,
            f"SUMMARY:{_text(f'{item.what}：{item.title}')}",
            f"DESCRIPTION:{_text(f'{item.code}　北京时间 {item.shown}')}",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(item.what)}", "TRIGGER:-P1D", "END:VALARM",
            "END:VEVENT",
        ]  # fmt: skip
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _text(words: str) -> str:
    for sign in "\\;,":
        words = words.replace(sign, f"\\{sign}")
    return words.replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """No line longer than 75 octets; the rest follows on lines that begin with a blank, no sign cut in two."""
    parts, room, part = [], 75, ""
    for sign in line:
        if len((part + sign).encode()) > room:
            parts.append(part)
            part, room = "", 74
        part += sign
    return "\r\n ".join([*parts, part])
