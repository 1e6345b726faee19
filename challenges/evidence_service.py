"""Tying a reported figure to what a milestone promised: a frozen copy stands beside the promise."""

from __future__ import annotations

from accounts.permissions import Actor, Permission, require
from challenges import evidence, loading, rules
from challenges.schemas import ValueIn
from core import clock
from core.errors import Invalid, WrongState
from core.words import BidMilestoneState
from db import audit, issuing
from db.session import write
from db.tables import MilestoneValue
from scenarios import writing


def tie(actor: Actor, milestone_id: int, data: ValueIn) -> str:
    """Put a figure beside a promise of a milestone whose work is handed in and not yet passed; another one for the
    same promise takes its place, and the earlier stays. Returns the figure's value in words."""
    require(actor, Permission.MILESTONE_CHECK)
    with write() as session:
        challenge_id = loading.milestone(session, actor, milestone_id)[2].id or 0
    content = evidence.figure(actor, challenge_id, data)
    with write() as session:
        milestone, _, row = loading.milestone(session, actor, milestone_id)
        loading.refuse_recused(session, actor, row)
        if milestone.state not in (BidMilestoneState.SUBMITTED, BidMilestoneState.CHECKED):
            raise WrongState(f"里程碑当前为“{milestone.state.label}”，不能再附指标值。", "成果提交后、复核通过前附上。")
        if data.promise not in rules.promises(milestone.indicators):
            raise Invalid(["所选的承诺指标不在这个里程碑里"], "请刷新页面后重选。")
        session.add(
            MilestoneValue(
                milestone_id=milestone_id,
                **data.model_dump(),
                content=content,
                digest=issuing.digest_of(content),
                by=writing.author(actor),
                at=clock.now(),
            )
        )
        said = {"promise": data.promise, "value": content["value"], "period": data.period}
        audit.record(session, actor.account_id, "milestone:figure", "bid_milestone", milestone_id, said)
        return str(content["value"])
