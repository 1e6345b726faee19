"""Rulings on public votes. How they are taken: `public_votes`."""

from __future__ import annotations

from datetime import datetime

from accounts.permissions import Actor, Permission, require
from awards import loading
from core import clock
from core.errors import Invalid, WrongState
from core.words import EditionState
from db import audit
from db.session import write
from db.tables import PublicVoteRuling


def rule_out(
    actor: Actor, edition_id: int, network: str, first_at: datetime, last_at: datetime, excluded: bool, reason: str
) -> None:
    """Decide that one network's votes in a stretch of time do not count, or that they do after all, and why."""
    require(actor, Permission.EDITION_RUN)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        if row.state not in (EditionState.VOTING, EditionState.COMBINING):
            raise WrongState(f"年度当前为“{row.state.label}”，不能再认定异常票。")
        if len(reason.strip()) < 4:
            raise Invalid(["请写明认定的理由"])
        session.add(
            PublicVoteRuling(
                edition_id=edition_id,
                network=network,
                first_at=first_at,
                last_at=last_at,
                excluded=excluded,
                reason=reason.strip(),
                by=actor.account_id,
                at=clock.now(),
            )
        )
        said = {"network": network[:12], "from": clock.show(first_at), "to": clock.show(last_at), "excluded": excluded}
        audit.record(session, actor.account_id, "edition:votes", "edition", edition_id, said, reason.strip())
