"""What stands before the end of a review: by name, with the part of its pages where it is mended."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from accounts.permissions import Actor
from core.words import RecusalState, ReviewRound, SheetState
from db.session import read
from db.tables import Account, ModerationRecord, Recusal, Review, ReviewEntry, Sheet, UnlockRequest
from panels import cases, gates, outcome
from panels.queries import find


@dataclass(frozen=True)
class Blocker:
    """What stands before the end: in words, and the part of the review's page where it is mended."""

    words: str
    part: str


def blockers(actor: Actor, review_id: int) -> list[Blocker]:
    """What stands before the end of a review; empty when nothing does."""
    with read() as session:
        row, stands = find(session, actor, review_id)
        if not stands.viewer.staff:
            return []
        return blockers_of(session, row, stands.viewer.blocked)


def blockers_of(session: Session, row: Review, hidden: frozenset[int] = frozenset()) -> list[Blocker]:
    """The same within a session. What concerns an entry of `hidden` is only said to be there."""
    review_id = row.id or 0
    found = []
    if missing := gates.open_sheets(session, review_id):
        found.append(Blocker(f"还有 {missing} 份评分表没有交、没有弃权，也没有回避", "progress"))
    waiting = session.exec(
        select(ReviewEntry.code, Account.name)
        .join(Recusal, col(Recusal.entry_id) == ReviewEntry.id)
        .join(Account, col(Account.id) == Recusal.account_id)
        .where(Recusal.review_id == review_id, Recusal.state == RecusalState.POTENTIAL)
    ).all()
    found += [Blocker(f"{name}对 {code} 的回避还没有认定", "recusals") for code, name in waiting]
    unlocked = session.exec(
        select(func.count()).select_from(Sheet).where(Sheet.review_id == review_id, Sheet.state == SheetState.UNLOCKED)
    ).one()
    if unlocked:
        found.append(Blocker(f"有 {unlocked} 份评分表解锁后没有重新提交", "progress"))
    asked = session.exec(
        select(func.count())
        .select_from(UnlockRequest)
        .join(Sheet, col(Sheet.id) == UnlockRequest.sheet_id)
        .where(Sheet.review_id == review_id, col(UnlockRequest.granted).is_(None))
    ).one()
    if asked:
        found.append(Blocker(f"有 {asked} 件解锁申请没有答复", "progress"))
    again = session.exec(
        select(func.count())
        .select_from(Sheet)
        .where(
            Sheet.review_id == review_id,
            Sheet.round == ReviewRound.MODERATION,
            Sheet.state == SheetState.DRAFT,
        )
    ).one()
    if again:
        found.append(Blocker(f"有 {again} 份合议后的评分没有提交", "progress"))
    return [*found, *_of_result(session, row, hidden)]


_ASIDE = Blocker("您应当回避的项目还有没消除的障碍，请由另一位研究院人员处理", "moderation")


def _of_result(session: Session, row: Review, hidden: frozenset[int]) -> list[Blocker]:
    case = cases.load(session, row)
    made = outcome.compute(case)
    codes = dict(session.exec(select(ReviewEntry.id, ReviewEntry.code).where(ReviewEntry.review_id == row.id)).all())
    settled = set(session.exec(select(ModerationRecord.entry_id).where(ModerationRecord.review_id == row.id)))
    found = [
        _ASIDE
        if line.entry in hidden
        else Blocker(
            f"{codes[line.entry]} 只有 {len(line.given)} 份有效评分，少于 {row.quorum} 份，没有有效结果；"
            "请补评、更换评委，或记录合议",
            "moderation",
        )
        for line in made.unranked
        if line.entry not in settled
    ]
    if made.at_cut and not {line.entry for line in made.at_cut} <= settled:
        names = "、".join(codes[line.entry] for line in made.at_cut)
        if hidden:
            return [*found, _ASIDE]
        found.append(Blocker(f"{names} 同分，名额的界线正好在其中；同分比较项分不出先后，请逐项记录合议", "moderation"))
    return found
