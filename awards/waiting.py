"""What the annual selection waits for, and from whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, may
from awards import loading, queries, stages, standing
from core import clock
from core.words import AwardEntryState, AwardStage, EditionState, Role
from db.session import read
from db.tables import AwardEntry, AwardObjection, Edition

S, E = EditionState, AwardEntryState


@dataclass(frozen=True)
class Waiting:
    """Something of an edition that waits for the actor, or is late. `entry_id` when it is about one entry that is to be
    handed in; `tells` when there is nothing that has to be done."""

    edition_id: int
    edition: str
    what: str
    due_on: date | None = None
    late: bool = False
    entry_id: int | None = None
    tells: bool = False


# The step that each state is there for.
_NEXT = {
    S.APPLYING: stages.CLOSE_CALL,
    S.RECOMMENDING: stages.CLOSE_CITIES,
    S.CHECKING: stages.JUDGE,
    S.FIRST: stages.SHORTLIST,
    S.FINAL: stages.COMBINE,
    S.VOTING: stages.COMBINE,
    S.COMBINING: stages.DECIDE,
    S.NOTICE: stages.RELEASE,
}
# Where what keeps the step back is the staff's own business, and not the calendar's or a panel's.
_OWN = frozenset({S.CHECKING, S.COMBINING})


def waiting(actor: Actor, at: datetime) -> list[Waiting]:
    """What the selections ask of the actor at a moment: of staff the next step, of a city its word on what its
    counties entered, of a county what it has not handed in. Rehearsals ask nothing."""
    found: list[Waiting] = []
    with read() as session:
        rows = session.exec(
            select(Edition)
            .where(
                loading.visible(actor),
                col(Edition.rehearsal).is_(False),
                col(Edition.state).not_in([S.RELEASED, S.REVOKED]),
            )
            .order_by(col(Edition.year), col(Edition.id))
        ).all()
        for row in rows:
            if may(actor, Permission.EDITION_RUN):
                found += _of_staff(session, row, at)
            if actor.region_code and may(actor, Permission.AWARD_RECOMMEND, Subject(region_code=actor.region_code)):
                found += _of_city(session, actor, row, at)
        owed = [row for row in rows if row.state is S.APPLYING and row.opens_at <= at < row.closes_at]
        drafts = {row.id or 0: _drafts(session, actor, row) for row in owed}
        if actor.role is Role.COUNTY:
            for row in rows:
                found += _of_unchosen(session, actor, row)
        for row in rows:
            found += _of_objector(session, actor, row)
    if may(actor, Permission.AWARD_APPLY):
        for row in owed:
            found += _of_county(actor, row, *drafts[row.id or 0])
    return found


def _of_staff(session: Session, row: Edition, at: datetime) -> Iterator[Waiting]:
    if row.state is S.PREPARING:
        yield _one(row, "正在筹备，定好规则后开始申报")
    elif row.state is S.SHORTLISTED:
        yield _one(row, "入围名单待核对，核对后进入下一步")
    elif row.state is S.DECIDING:
        yield _one(row, "等待一人提请、另一人复核签署")
    elif row.state is S.PAUSED:
        yield from _objections(session, row, clock.beijing(at).date())
    elif row.state in _NEXT:
        do = _NEXT[row.state]
        if row.state is S.FINAL and loading.rule_of(row).vote_weight:
            do = stages.OPEN_VOTE
        lacks = standing.obstacles(session, row, do, "理由")
        if not lacks:
            yield _one(row, f"可以“{do}”了")
        elif row.state in _OWN or _panels_done(session, row):
            yield _one(row, "；".join(lacks))


def _panels_done(session: Session, row: Edition) -> bool:
    """Whether the first round's panels have finished: what still keeps the shortlist back are ties."""
    return row.state is S.FIRST and not standing.open_reviews(session, row.id or 0, AwardStage.FIRST)


def _objections(session: Session, row: Edition, today: date) -> Iterator[Waiting]:
    for item in session.exec(
        select(AwardObjection)
        .where(AwardObjection.edition_id == row.id, col(AwardObjection.upheld).is_(None))
        .order_by(col(AwardObjection.due_on))
    ):
        yield _one(row, "收到异议，公示暂停，等待答复", item.due_on, late=item.due_on < today)


def _of_city(session: Session, actor: Actor, row: Edition, at: datetime) -> Iterator[Waiting]:
    if row.state not in (S.APPLYING, S.RECOMMENDING) or at >= row.recommend_until:
        return
    entries = session.exec(
        select(AwardEntry.id).where(
            AwardEntry.edition_id == row.id, AwardEntry.city_code == actor.region_code, AwardEntry.state == E.SUBMITTED
        )
    ).all()
    if entries:
        yield _one(row, f"{len(entries)} 个项目等待本市推荐", clock.beijing(row.recommend_until).date())


def _of_unchosen(session: Session, actor: Actor, row: Edition) -> Iterator[Waiting]:
    """A county learns that it is not on the list, and why, while it can still object."""
    notice = standing.latest_notice(session, row.id or 0) if row.state in (S.NOTICE, S.PAUSED) else None
    if notice is None:
        return
    paused = row.state is S.PAUSED
    then = "公示因异议暂停，答复后继续" if paused else "对名单有异议的可以在公示期内提出"
    for item in session.exec(
        select(AwardEntry)
        .where(
            AwardEntry.edition_id == row.id,
            AwardEntry.organisation_id == actor.organisation_id,
            AwardEntry.state == E.NOT_CHOSEN,
        )
        .order_by(AwardEntry.code)
    ):
        what = f"“{item.title}”未入选（{item.reason}）；{then}"
        yield Waiting(row.id or 0, row.name, what, None if paused else notice.ends_on, tells=True)


def _of_objector(session: Session, actor: Actor, row: Edition) -> Iterator[Waiting]:
    """Whoever objected learns that there is an answer, until the list is out."""
    for upheld in session.exec(
        select(AwardObjection.upheld)
        .where(
            AwardObjection.edition_id == row.id,
            AwardObjection.account_id == actor.account_id,
            col(AwardObjection.upheld).is_not(None),
        )
        .order_by(col(AwardObjection.id))
    ):
        yield Waiting(row.id or 0, row.name, f"您提出的异议已答复：{'成立' if upheld else '不成立'}", tells=True)


def _drafts(session: Session, actor: Actor, row: Edition) -> tuple[list[tuple[int, str]], int]:
    """A county's own entries that were not handed in yet, and how many it has in all."""
    own = session.exec(
        select(AwardEntry.id, AwardEntry.title, AwardEntry.state).where(
            AwardEntry.edition_id == row.id, AwardEntry.organisation_id == actor.organisation_id
        )
    ).all()
    return [(key or 0, title) for key, title, state in own if state is E.DRAFT], len(own)


def _of_county(actor: Actor, row: Edition, drafts: list[tuple[int, str]], entered: int) -> Iterator[Waiting]:
    until = clock.beijing(row.closes_at).date()
    for key, title in drafts:
        yield _one(row, f"“{title}”还没有提交", until, entry_id=key)
    if not entered and queries.candidates(actor, row.id or 0):
        yield _one(row, "正在申报，本地区参加的试点可以申报", until)


def _one(
    row: Edition, what: str, due_on: date | None = None, *, late: bool = False, entry_id: int | None = None
) -> Waiting:
    return Waiting(row.id or 0, row.name, what, due_on, late, entry_id)
