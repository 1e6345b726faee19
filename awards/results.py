"""The list of an edition as it stands, as it was put forward, and by whom. Within a session of whoever has asked."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Subject
from awards import listing, loading, reckoning
from core.words import AwardEntryState
from db.tables import AwardEntry, AwardResult, AwardSignature, Edition, Review, ReviewResult, RubricVersion
from panels import objections

E = AwardEntryState


def frozen_rule(row: Edition, version: RubricVersion) -> dict[str, Any]:
    """What an edition's hash covers: everything that decides who is chosen."""
    return {
        "layout": 2 if any("levels" in track for track in row.rule["tracks"]) else 1,
        "year": row.year,
        "nature": row.nature.value,
        "approval_number": row.approval_number,
        "rule": row.rule,
        "rubric": {"version": version.number, "body": version.body},
    }


def body_of(session: Session, row: Edition) -> dict[str, Any]:
    """The list as it stands now."""
    out = [
        (item.code, item.title, f"{item.state.label}：{item.reason}")
        for item in loading.entries_of(session, row.id or 0, E.WITHDRAWN, E.VETOED)
        if item.number
    ]
    by_level = loading.rule_of(row).by_level
    lines = reckoning.combined(session, row)
    return listing.body(row.code, row.rule_digest, lines, out, _rests_on(session, row), by_level=by_level)


def newest(session: Session, edition_id: int) -> AwardResult | None:
    return session.exec(
        select(AwardResult)
        .where(AwardResult.edition_id == edition_id)
        .order_by(col(AwardResult.number).desc())
        .limit(1)
    ).first()


def _rests_on(session: Session, row: Edition) -> list[str]:
    found = []
    for (stage, track), review_id in sorted(loading.reviews_of(session, row.id or 0).items()):
        review = session.get_one(Review, review_id)
        newest = session.exec(
            select(ReviewResult.number, ReviewResult.digest)
            .where(ReviewResult.review_id == review_id)
            .order_by(col(ReviewResult.number).desc())
            .limit(1)
        ).first()
        number, hashed = newest or (0, "")
        found.append(f"{track}{stage.label} {review.code} 第 {number} 号 {hashed[:12]}")
    return found


def proposer(session: Session, row: Edition) -> Subject:
    """Who put the newest list forward: another has to sign it, and to take an award of it back."""
    result = newest(session, row.id or 0)
    return Subject(created_by=result.by if result else None)


def signers(session: Session, row: Edition) -> Subject:
    """Who signed the newest list: another has to undo it."""
    signed = session.exec(
        select(AwardSignature.account_id)
        .join(AwardResult, col(AwardResult.id) == AwardSignature.result_id)
        .where(AwardResult.edition_id == row.id)
    ).all()
    return Subject(authors=frozenset(signed))


def deciders(session: Session, row: Edition) -> Subject:
    """Who decided the list and so cannot answer for it."""
    return Subject(authors=decided(session, row))


def decided(session: Session, row: Edition) -> frozenset[int]:
    """Accounts of those who signed the newest list and who checked entries."""
    result = newest(session, row.id or 0)
    signed = session.exec(
        select(AwardSignature.account_id).where(AwardSignature.result_id == (result.id if result else None))
    ).all()
    checked = session.exec(select(AwardEntry.checked_by).where(AwardEntry.edition_id == row.id)).all()
    return frozenset(who for who in (*signed, *checked) if who is not None)


def supervisors(session: Session, row: Edition, signing: int | None) -> dict[int, str]:
    """Who can be named to watch over objections: staff who decided nothing about the list, `signing` left out."""
    return objections.supervisors(session, decided(session, row) | {signing})
