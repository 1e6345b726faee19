"""Showing something to everybody, the same way for pilots and scenarios: a frozen copy, of which the newest that was not
withdrawn is shown, and nothing else ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core import clock
from core.errors import Invalid, NotFound, WrongState
from db.session import check_version
from db.tables import Account, PilotVerdict, PublicRelease, ScenarioRelease
from pilots import freezing

Release = TypeVar("Release", PublicRelease, ScenarioRelease)

_SHORTEST = 4  # characters of a reason
_SUBJECT: Mapping[type, str] = {PublicRelease: "pilot_id", ScenarioRelease: "scenario_id"}


def current(session: Session, table: type[Release], subject_id: int) -> Release | None:
    """What the public is shown of a pilot or scenario."""
    found: Release | None = session.exec(_standing(table).where(_subject(table) == subject_id)).first()
    return found


def shown(session: Session, table: type[Release]) -> list[Release]:
    """What the public is shown, one row a subject, what was released last first."""
    newest: dict[int, Release] = {}
    for row in session.exec(_standing(table)):
        newest.setdefault(getattr(row, _SUBJECT[table]), row)
    return list(newest.values())


def verdicts(session: Session) -> set[str]:
    """The verdicts that the public has been told and may still know, by the hashes of their inputs."""
    told = _standing(PublicRelease).with_only_columns(PublicRelease.verdict_id).order_by(None)
    return set(session.exec(select(PilotVerdict.inputs_hash).where(col(PilotVerdict.id).in_(told))))


def history(session: Session, table: type[Release], subject_id: int) -> list[tuple[Release, str]]:
    """All releases of a subject with who released each, the newest first."""
    rows = session.exec(
        select(table, Account.name)
        .outerjoin(Account, col(Account.id) == table.released_by)
        .where(_subject(table) == subject_id)
        .order_by(col(table.id).desc())
    ).all()
    return [(row, who or "命令行") for row, who in rows]


def frozen(actor: Actor, content: dict[str, Any]) -> dict[str, Any]:
    """The columns of a release that somebody makes now."""
    return {
        "content": content,
        "digest": freezing.digest(content),
        "released_by": actor.account_id,
        "released_at": clock.now(),
    }


def withdraw(
    session: Session, actor: Actor, table: type[Release], release_id: int, reason: str, seen_version: int
) -> str:
    """Take a release, and all that were shown before it, from the public in the caller's transaction, who records it
    with the reason that is returned."""
    reason = reason_of(reason)
    row = session.get(table, release_id)
    if row is None:
        raise NotFound("没有找到这次发布。", "请刷新页面。")
    check_version(row, seen_version)
    if row.withdrawn_at is not None:
        raise WrongState("这次发布已经撤下。")
    for item in session.exec(_standing(table).where(_subject(table) == getattr(row, _SUBJECT[table]))):
        item.withdrawn_by, item.withdrawn_at, item.withdrawn_reason = actor.account_id, clock.now(), reason
    return reason


def reason_of(text: str) -> str:
    if len(text.strip()) < _SHORTEST:
        raise Invalid([f"请写明理由（不少于 {_SHORTEST} 个字）"])
    return text.strip()


def _standing(table: type[Release]) -> Any:
    """The only start of a read for the public: releases that were not withdrawn, the newest first."""
    return select(table).where(col(table.withdrawn_at).is_(None)).order_by(col(table.id).desc())


def _subject(table: type[Release]) -> Any:
    return getattr(table, _SUBJECT[table])
