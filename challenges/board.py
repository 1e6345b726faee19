"""The round at a glance: every challenge, how it stands, what is next and who has to act. For staff."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from challenges import dates, loading, queries, rules, work_queries
from challenges.dates import Deadline
from challenges.views import ChallengeRow
from challenges.work_queries import Waiting
from core import clock
from core.words import BidState, ReviewState
from core.words import ChallengeState as C
from db.session import read
from db.tables import (
    Account,
    Bid,
    Challenge,
    ChallengeNotice,
    ChallengeOpinion,
    ChallengeQuestion,
    Objection,
    Review,
)
from panels import noticing

STAFF, WINNERS, PANEL = "研究院", "揭榜单位", "评审组"


@dataclass(frozen=True)
class BoardRow:
    """A challenge and its next step. `bids` None while nobody may know how many there are; `late` when whoever has
    to act has let a day pass."""

    row: ChallengeRow
    bids: int | None
    next: Deadline | None
    who: str
    what: str
    late: bool


@dataclass
class _Facts:
    """What the board asks the database, once for all challenges."""

    names: Mapping[int, str]
    bids: dict[int, Counter[BidState]] = field(default_factory=lambda: defaultdict(Counter))
    opinions: dict[int, list[ChallengeOpinion]] = field(default_factory=lambda: defaultdict(list))
    questions: Counter[int] = field(default_factory=Counter)
    notices: dict[int, ChallengeNotice] = field(default_factory=dict)
    objections: dict[int, list[Objection]] = field(default_factory=lambda: defaultdict(list))
    reviews: Mapping[int | None, ReviewState] = field(default_factory=dict)


def board(actor: Actor) -> list[BoardRow]:
    """Every challenge: the late ones first, then by the nearest deadline, those that are over last."""
    require(actor, Permission.CHALLENGE_RUN)
    listed = {row.id: row for row in queries.challenges(actor)}
    following: dict[int, Deadline] = {}
    for item in dates.deadlines(actor):
        following.setdefault(item.challenge_id, item)
    waiting: dict[int, list[Waiting]] = defaultdict(list)
    for entry in work_queries.waiting(actor):
        waiting[entry.challenge_id].append(entry)
    with read() as session:
        rows = session.exec(select(Challenge)).all()
        facts = _facts(session)
        found = [
            BoardRow(listed[key], _count(row, facts), following.get(key), *_acting(row, facts, waiting[key]))
            for row in rows
            for key in [row.id or 0]
        ]
    return sorted(
        found,
        key=lambda item: (
            item.who == "",
            not item.late,
            item.next.until if item.next else clock.now(),
            -item.row.id,
        ),
    )


def _facts(session: Session) -> _Facts:
    found = _Facts(
        names={key or 0: name for key, name in session.exec(select(Account.id, Account.name))},
        reviews=dict(session.execute(sqlalchemy.select(col(Review.id), col(Review.state))).all()),
    )
    handed_in = sqlalchemy.select(col(Bid.challenge_id), col(Bid.state)).where(col(Bid.number) > 0)
    for challenge_id, state in session.execute(handed_in):
        found.bids[challenge_id][state] += 1
    for opinion in session.exec(select(ChallengeOpinion).order_by(col(ChallengeOpinion.id))):
        found.opinions[opinion.challenge_id].append(opinion)
    found.questions = Counter(
        session.exec(select(ChallengeQuestion.challenge_id).where(col(ChallengeQuestion.answered_at).is_(None)))
    )
    for notice in session.exec(select(ChallengeNotice).order_by(col(ChallengeNotice.number))):
        found.notices[notice.challenge_id] = notice
    for objection in session.exec(
        select(Objection).where(col(Objection.upheld).is_(None)).order_by(col(Objection.due_on), col(Objection.id))
    ):
        found.objections[objection.challenge_id].append(objection)
    return found


def _count(row: Challenge, facts: _Facts) -> int | None:
    """How many bids are in; nobody knows before they are sealed, nor of a challenge that was withdrawn."""
    if not loading.bids_sealed(row) or row.published_at is None or row.state is C.WITHDRAWN:
        return None
    return sum(count for state, count in facts.bids[row.id or 0].items() if state is not BidState.DRAFT)


def _acting(row: Challenge, facts: _Facts, waiting: Sequence[Waiting]) -> tuple[str, str, bool]:
    """Who has to act, on what, and whether it is late."""
    number = row.id or 0
    author = facts.names.get(row.created_by, STAFF)
    if row.state is C.DRAFT:
        return author, "写完后提交论证", False
    if row.state is C.ARGUING:
        return _arguing(facts.opinions[number], author, facts.names)
    if row.state is C.READY:
        late = rules.sealed(row.deadline, clock.now())
        return author, "截止时间已过，退回修改" if late else "核对截止时间后发榜", late
    if row.state is C.OPEN:
        if loading.bids_sealed(row):
            return STAFF, "截止揭榜，开始资格审查", True
        asked = facts.questions[number]
        return (STAFF, f"答复 {asked} 条提问", False) if asked else (WINNERS, "在截止前提交申请", False)
    if row.state is C.CHECKING:
        left = facts.bids[number][BidState.SUBMITTED]
        if left:
            return STAFF, f"审查 {left} 份申请的资格", False
        return STAFF, "组建评审" if facts.bids[number][BidState.ELIGIBLE] else "没有合格的申请，办理流标", False
    if row.state is C.REVIEWING:
        final = facts.reviews.get(row.review_id or 0) is ReviewState.FINAL
        return (STAFF, "按名次定榜并公示", False) if final else (PANEL, "评分、合议、定稿", False)
    if row.state in (C.NOTICE, C.PAUSED):
        return _on_notice(facts, number)
    if waiting:
        whom = WINNERS if "交付" in waiting[0].what else STAFF
        return whom, waiting[0].what, waiting[0].late
    later = {
        C.SIGNING: (STAFF, "签完后开始实施"),
        C.RUNNING: (WINNERS, "按里程碑交付"),
        C.ACCEPTING: (STAFF, "逐家作出验收结论"),
        C.ACCEPTED: (STAFF, "付清款项后兑现"),
    }
    return *later.get(row.state, ("", "已结束")), False


def _arguing(opinions: Sequence[ChallengeOpinion], author: str, names: Mapping[int, str]) -> tuple[str, str, bool]:
    missing = [names.get(item.account_id, "") for item in opinions if item.given_at is None]
    if not opinions:
        return author, "邀请论证专家", False
    if missing:
        return "、".join(missing), "写论证意见", False
    return STAFF, "由起草人、论证专家以外的人员作出论证结论", False


def _on_notice(facts: _Facts, number: int) -> tuple[str, str, bool]:
    notice, open_ = facts.notices.get(number), facts.objections[number]
    if open_:
        first = open_[0]
        late = noticing.days_late(first.due_on, clock.today())
        handler = facts.names.get(first.handler_id or 0, "")
        if late:
            named = facts.names.get(notice.supervisor_id or 0, "") if notice else ""
            return f"监督人 {named}" if named else handler or STAFF, f"异议超期 {late} 日未答复", True
        return handler or f"{STAFF}（待受理）", "答复异议", False
    if notice is not None and clock.today() > notice.ends_on:
        return STAFF, "公示期满，结束公示", False
    return "社会公众", "公示期内可以提出异议", False
