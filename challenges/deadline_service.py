"""Putting off the deadline of an open challenge: before it has come, with a reason that everybody reads."""

from __future__ import annotations

from datetime import UTC, datetime

from accounts.permissions import Actor, Permission, require
from challenges import loading, rules
from core import clock
from core.errors import Invalid, WrongState
from core.words import ChallengeState
from db import audit
from db.session import check_version, write
from db.tables import ChallengeExtension


def extend(actor: Actor, challenge_id: int, until: datetime, reason: str, *, seen_version: int) -> None:
    """Bids are taken until just before `until`, an instant with its zone. What was handed in stays handed in."""
    require(actor, Permission.CHALLENGE_RUN)
    with write() as session:
        row = loading.challenge(session, actor, challenge_id)
        check_version(row, seen_version)
        if row.state is not ChallengeState.OPEN:
            raise WrongState(f"榜单当前为“{row.state.label}”，不能延期。", "揭榜中的榜单才有截止时间可延。")
        if rules.sealed(row.deadline, clock.now()):
            raise WrongState(
                f"揭榜已于北京时间 {clock.show(row.deadline)} 截止，申请已封存，不能再延期。", "延期须在截止前办理。"
            )
        if until.tzinfo is None or until <= row.deadline:
            raise Invalid([f"新的截止时间须晚于现在的北京时间 {clock.show(row.deadline)}"])
        if not 4 <= len(reason.strip()) <= 500:
            raise Invalid(["请写明延期的理由（4 至 500 个字），对所有人公开"])
        before, row.deadline = row.deadline, until.astimezone(UTC)
        session.add(
            ChallengeExtension(
                challenge_id=challenge_id,
                before=before,
                after=row.deadline,
                reason=reason.strip(),
                by=actor.account_id,
                at=clock.now(),
            )
        )
        said = {"deadline": [clock.show(before), clock.show(row.deadline)]}
        audit.record(session, actor.account_id, "challenge:extend", "challenge", challenge_id, said, reason.strip())
