"""What becomes of a challenge that was won: a scenario is registered from what was delivered, with a link both ways."""

from __future__ import annotations

from sqlmodel import Session, select

from accounts.permissions import Actor, Permission, require
from challenges import loading
from core import clock
from core.errors import Duplicate, NotFound, WrongState
from core.words import BidState, GovernanceLevel
from db import audit
from db.session import write
from db.tables import Bid, BidContract, Challenge, ChallengeOutcome, Need, Scenario, ScenarioNeed
from scenarios import rules, writing
from scenarios import service as scenarios
from scenarios.schemas import ScenarioIn


def become_scenario(actor: Actor, bid_id: int) -> int:
    """Register a scenario, as a draft, from what a winner delivered; returns its id. What the challenge, its need or
    scenario and the bid say is carried over; responsibilities and data are for its draft. Once a bid."""
    require(actor, Permission.CHALLENGE_RUN)
    require(actor, Permission.SCENARIO_CREATE)
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        _require_passed(session, bid)
        data = _carried(session, row, bid)
    # Registering is a transaction of its own; the nonce finds what a failure between the two has left.
    scenario_id = scenarios.register_scenario(actor, data, nonce=f"challenge-bid-{bid_id}")
    with write() as session:
        bid, row = loading.bid(session, actor, bid_id)
        _require_passed(session, bid)
        session.add(
            ChallengeOutcome(
                challenge_id=row.id or 0,
                bid_id=bid_id,
                scenario_id=scenario_id,
                by=writing.author(actor),
                at=clock.now(),
            )
        )
        said = {"bid": bid_id, "scenario": scenario_id}
        audit.record(session, actor.account_id, "challenge:become", "challenge", row.id, said)
    return scenario_id


# -- within a transaction -------------------------------------------------------------------


def _require_passed(session: Session, bid: Bid) -> None:
    if bid.state is not BidState.PASSED:
        raise WrongState(f"揭榜单位当前为“{bid.state.label}”，还不能转为场景。", "验收通过的成果才能登记为场景。")
    if session.exec(select(ChallengeOutcome.id).where(ChallengeOutcome.bid_id == bid.id)).first():
        raise Duplicate("这家单位的成果已经登记为场景。", "请从榜单页打开。")


def _carried(session: Session, row: Challenge, bid: Bid) -> ScenarioIn:
    origin = session.get(Scenario, row.scenario_id) if row.scenario_id else None
    need = session.get(Need, row.need_id) if row.need_id else None
    needs = {row.need_id} if row.need_id else set()
    if origin is not None:
        needs |= set(session.exec(select(ScenarioNeed.need_id).where(ScenarioNeed.scenario_id == origin.id)).all())
    if not needs or not (origin or need):
        raise NotFound("榜单没有可以带入的需求。", "请在“登记场景”里选择需求后登记。")
    contract = session.exec(select(BidContract).where(BidContract.bid_id == bid.id)).one()
    return ScenarioIn(
        name=row.title[:60],
        domain=(origin.domain if origin else need.domain if need else "") or rules.DOMAINS[0],
        summary=f"{row.background}\n解决的难题：{row.difficulties}"[:2000],
        design=f"{contract.content}\n达到的指标：{row.indicators}\n承诺的指标：{bid.goals}"[:5000],
        technologies=bid.title,
        level=origin.level if origin else need.level if need else GovernanceLevel.COUNTY,
        lead_organisation_id=origin.lead_organisation_id if origin else row.organisation_id,
        region_code=origin.region_code if origin else need.region_code if need else "",
        needs=sorted(number for number in needs if number is not None),
    )
