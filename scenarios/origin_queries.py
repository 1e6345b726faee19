"""Where a scenario came from beside its needs: the challenge whose winner delivered it."""

from __future__ import annotations

from sqlmodel import col, select

from accounts.permissions import Actor
from db.session import read
from db.tables import Challenge, ChallengeOutcome, Scenario
from scenarios import queries


def challenge_of(actor: Actor, scenario_id: int) -> tuple[int, str] | None:
    """(id, “code title”) of that challenge, for whoever may read the scenario; None when there is none."""
    with read() as session:
        if session.scalars(queries.readable(actor).where(Scenario.id == scenario_id)).first() is None:
            return None
        found = session.exec(
            select(Challenge.id, Challenge.code, Challenge.title)
            .join(ChallengeOutcome, col(ChallengeOutcome.challenge_id) == Challenge.id)
            .where(ChallengeOutcome.scenario_id == scenario_id)
        ).first()
    return (found[0] or 0, f"{found[1]} {found[2]}") if found else None
