"""What must hold before a review takes a step, and what freezes when scoring opens. Within a transaction."""

from __future__ import annotations

from sqlmodel import Session, col, func, select

from accounts.permissions import Actor
from core import clock
from core.errors import Invalid
from core.settings import settings
from core.words import EntryState, MemberRole, RecusalState, ReviewRound, SheetState
from db.tables import (
    PanelMember,
    Recusal,
    Review,
    ReviewAssignment,
    ReviewEntry,
    ReviewEntryVersion,
    RubricVersion,
    Sheet,
)
from panels import stages, windows
from panels.entries import content_of
from panels.rubric import Rubric, digest


def obstacles(session: Session, row: Review, do: str) -> list[str]:
    """What keeps a step from being taken now, in words; empty when nothing does."""
    if do == stages.REOPEN and row.released_at is not None:
        return ["结果已经发布，只能因异议成立而重开"]
    if do == stages.CALL:
        return _before_call(session, row)
    if do == stages.ASSIGN:
        return _undecided(session, row)
    if do == stages.OPEN:
        return [*_before_call(session, row), *_undecided(session, row), *_before_open(session, row)]
    if do == stages.CLOSE:
        return _before_close(session, row)
    if do == stages.SETTLE:
        return _before_settle(session, row)
    return []


def _before_call(session: Session, row: Review) -> list[str]:
    rubric = Rubric.from_json(session.get_one(RubricVersion, row.rubric_version_id).body)
    problems = [f"评分标准：{problem}" for problem in rubric.problems()]
    if not _active(session, row):
        problems.append("还没有参评项目")
    size, fewest = panel_size(session, row.id or 0), settings().panel_fewest
    if size < fewest or size % 2 == 0:
        problems.append(f"计分的评委现有 {size} 人，应为不少于 {fewest} 人的单数")
    if row.per_entry > size:
        problems.append(f"每个项目要 {row.per_entry} 位评委，评审组只有 {size} 位")
    return problems


def _undecided(session: Session, row: Review) -> list[str]:
    waiting = session.exec(
        select(func.count())
        .select_from(Recusal)
        .where(Recusal.review_id == row.id, Recusal.state == RecusalState.POTENTIAL)
    ).one()
    return [f"还有 {waiting} 条回避没有认定"] if waiting else []


def _before_open(session: Session, row: Review) -> list[str]:
    problems = []
    if row.opens_at is None or row.closes_at is None:
        problems.append("还没有定评分时间")
    elif row.closes_at <= clock.now():
        problems.append("评分的截止时间已经过了，请先改时间")
    counting = (
        select(ReviewAssignment.entry_id, func.count())
        .join(PanelMember, col(PanelMember.id) == ReviewAssignment.member_id)
        .where(
            ReviewAssignment.review_id == row.id,
            col(PanelMember.left_at).is_(None),
            PanelMember.role != MemberRole.SHADOW,
        )
        .group_by(col(ReviewAssignment.entry_id))
    )
    given = dict(session.exec(counting).all())
    short = [entry.code for entry in _active(session, row) if given.get(entry.id or 0, 0) < row.quorum]
    if short:
        problems.append(f"{_some(short)}的评委少于 {row.quorum} 位，评完也没有有效结果")
    return problems


def _before_close(session: Session, row: Review) -> list[str]:
    left = open_sheets(session, row.id or 0)
    now = clock.now()
    if left and windows.phase(now, row.opens_at, row.closes_at, row.grace_until) is not windows.Phase.CLOSED:
        return [f"还有 {left} 份评分表没有交，时间也没有到"]
    return []


def _before_settle(session: Session, row: Review) -> list[str]:
    waiting = session.exec(
        select(func.count())
        .select_from(Sheet)
        .where(
            Sheet.review_id == row.id,
            Sheet.round == ReviewRound.MODERATION,
            col(Sheet.state).in_([state for state in SheetState if not state.done]),
        )
    ).one()
    return [f"还有 {waiting} 份合议后的评分没有交"] if waiting else []


def panel_size(session: Session, review_id: int) -> int:
    """How many judges count."""
    return session.exec(
        select(func.count())
        .select_from(PanelMember)
        .where(
            PanelMember.review_id == review_id,
            col(PanelMember.left_at).is_(None),
            PanelMember.role != MemberRole.SHADOW,
        )
    ).one()


def open_sheets(session: Session, review_id: int) -> int:
    """How many sheets are still expected: assigned, of entries that take part and judges who count, not stepped
    aside from, and not in."""
    aside = (
        select(Recusal.id)
        .join(PanelMember, col(PanelMember.account_id) == Recusal.account_id)
        .where(
            Recusal.entry_id == ReviewAssignment.entry_id,
            PanelMember.id == ReviewAssignment.member_id,
            Recusal.state != RecusalState.CLEARED,
        )
    )
    done = select(Sheet.id).where(
        Sheet.entry_id == ReviewAssignment.entry_id,
        Sheet.member_id == ReviewAssignment.member_id,
        Sheet.round == ReviewRound.INITIAL,
        col(Sheet.state).in_([state for state in SheetState if state.done]),
    )
    return session.exec(
        select(func.count())
        .select_from(ReviewAssignment)
        .join(ReviewEntry, col(ReviewEntry.id) == ReviewAssignment.entry_id)
        .join(PanelMember, col(PanelMember.id) == ReviewAssignment.member_id)
        .where(
            ReviewAssignment.review_id == review_id,
            ReviewEntry.state == EntryState.ACTIVE,
            col(PanelMember.left_at).is_(None),
            PanelMember.role != MemberRole.SHADOW,
            ~aside.exists(),
            ~done.exists(),
        )
    ).one()


def rule_digest(row: Review, rubric_digest: str) -> str:
    """The hash of everything that was announced about how marks become places."""
    return digest(
        {
            "rubric": rubric_digest,
            "rule": row.rule.value,
            "quorum": row.quorum,
            "per_entry": row.per_entry,
            "places": row.places,
            "tie_keys": list(row.tie_keys),
        }
    )


def freeze(session: Session, actor: Actor, row: Review) -> None:
    """Scoring opens: rubric, rule and entries are what they are."""
    version = freeze_rubric(session, row.rubric_version_id)
    row.rule_digest = rule_digest(row, version.digest)
    row.scoring_since = row.scoring_since or clock.now()
    kept = set(
        session.exec(
            select(ReviewEntryVersion.entry_id)
            .join(ReviewEntry, col(ReviewEntry.id) == ReviewEntryVersion.entry_id)
            .where(ReviewEntry.review_id == row.id)
        )
    )
    for entry in session.exec(select(ReviewEntry).where(ReviewEntry.review_id == row.id)).all():
        if entry.id not in kept:
            content = content_of(entry)
            session.add(
                ReviewEntryVersion(
                    entry_id=entry.id or 0,
                    number=entry.number,
                    content=content,
                    digest=digest(content),
                    reason="评分开始时冻结",
                    by=actor.account_id,
                    at=clock.now(),
                )
            )


def _active(session: Session, row: Review) -> list[ReviewEntry]:
    return list(
        session.exec(
            select(ReviewEntry)
            .where(ReviewEntry.review_id == row.id, ReviewEntry.state == EntryState.ACTIVE)
            .order_by(col(ReviewEntry.code))
        )
    )


def freeze_rubric(session: Session, version_id: int) -> RubricVersion:
    """Within a transaction: a version is what it is from now on. Invalid: it cannot be used as it is."""
    version = session.get_one(RubricVersion, version_id)
    rubric = Rubric.from_json(version.body)
    if problems := rubric.problems():
        raise Invalid([f"评分标准：{problem}" for problem in problems], "请先改好评分标准。")
    if version.frozen_at is None:
        version.digest, version.frozen_at = rubric.digest(), clock.now()
    return version


def _some(codes: list[str]) -> str:
    return "、".join(codes[:5]) + (f"等 {len(codes)} 个项目" if len(codes) > 5 else "")
