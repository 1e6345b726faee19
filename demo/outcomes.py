"""What came of three challenges of the demo province: one at work, one that a winner lets wait for its signature, and
one that went to its end, with a winner that was eliminated and a scenario that came of the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import update
from sqlmodel import col, select

from accounts.permissions import Actor
from challenges import (
    acceptance_service,
    contract_service,
    evidence,
    evidence_service,
    outcome_service,
    stages,
)
from challenges.schemas import ContractIn, MilestoneIn, ValueIn
from challenges.views import BidView
from core import clock
from core.words import Arm, FindingVerdict, ReviewKind, ToleranceCondition, ToleranceOutcome
from db.session import read, write
from db.tables import Bid, ChallengeNotice, Pilot
from demo.challenges import BIDDERS, Call, close, create, decide, judge, publish, put, rubric, seen, step
from demo.panels import JUDGES
from pilots.supervision_schemas import ConditionIn, ToleranceIn
from regions import calendar

CALLS: tuple[Call, ...] = (
    ("信访件智能转办与期限提醒", "职责边界交叉，转办退回率高。", "一次转办准确率不低于 90%；退回率下降一半。", 100, 2, 2, 30),
    ("流动人口居住登记智能核验", "登记信息更新慢，重复和漏登并存。", "核验准确率不低于 95%；重复登记率不高于 2%。", 90, 2, 2, 30),
    ("诉求工单智能分派与办结提醒", "多头受理，办结提醒靠人工。", "按时办结率不低于 90%；重复诉求率不高于 8%。", 100, 2, 3, 30),
)  # fmt: skip
_STEPS = (
    ("方案设计", "通过专家评议"),
    ("试运行", "按时办结率不低于 90%；重复诉求率不高于 8%"),
    ("验收", "达到榜单全部指标"),
)
_SHARES = ("33.33", "33.33", "33.34")
_FINDINGS = (
    ("符合国家和省改革方向，依榜单开展", "榜单和论证意见"),
    ("没有违反法律法规的禁止性规定", "合规审查意见"),
    ("经论证、公示和签约，程序完备", "论证、公示和任务书"),
    ("没有为个人和单位谋取私利", "经费使用说明"),
    ("发现偏差后按要求整改一次，主动报告", "整改报告"),
)


def tell(actor_of: Callable[[str], Actor]) -> None:
    """Everything, in the order in which it would have happened."""
    li, chen, wu = actor_of("liyan"), actor_of("chenshen"), actor_of("wujie")
    yun, hu = (actor_of(username) for username, *_ in BIDDERS)
    bidders, judges = [hu, yun, wu], [actor_of(username) for username, *_ in JUDGES[:5]]
    with read() as session:
        tried = session.exec(select(Pilot.scenario_id).order_by(col(Pilot.id))).first()
    made = [create(li, 6 + at, call, None if at < len(CALLS) - 1 else tried) for at, call in enumerate(CALLS)]
    for number in made:
        publish(li, chen, actor_of("zhouminzheng"), number)
        close(li, bidders, number)
        decide(li, chen, judges, number)
        _end_notice(li, number)
    _at_work(li, chen, bidders, made[0])
    _unsigned(li, made[1])
    _to_the_end(li, chen, bidders, judges, made[2])


def _end_notice(li: Actor, number: int) -> None:
    began = calendar.working_day_from(clock.today(), -6)
    dates = {"starts_on": began, "counted_from": began, "ends_on": calendar.notice_end(began).date}
    issued = clock.end_of_day(began) - timedelta(hours=15)
    with write() as session:
        session.execute(
            update(ChallengeNotice).where(col(ChallengeNotice.challenge_id) == number).values(**dates, issued_at=issued)
        )
    step(li, number, stages.END_NOTICE, "公示期已满，无异议。")


def _winners(li: Actor, number: int) -> list[BidView]:
    return [bid for bid in seen(li, number).bids if bid.place in (1, 2)]


def _draft(li: Actor, bid: BidView, wan: int) -> None:
    data = ContractIn(
        amount=Decimal(wan),
        content="按方案完成研制、试运行和交付，达到榜单指标。",
        milestones=[
            MilestoneIn(
                title=title,
                indicators=indicators,
                due_on=clock.today() + timedelta(days=60 + 90 * at),
                share=Decimal(share),
            )
            for at, ((title, indicators), share) in enumerate(zip(_STEPS, _SHARES, strict=True))
        ],
    )
    contract_service.draft(li, bid.id, data, seen_version=bid.version)


def _sign(li: Actor, number: int) -> None:
    for bid, wan in zip(_winners(li, number), (60, 40), strict=True):
        _draft(li, bid, wan)
        contract_service.sign(li, bid.id, clock.today(), seen_version=bid.version + 1)
    step(li, number, stages.START)


def _hand_in(bidders: Sequence[Actor], bid: BidView, at: int, words: str) -> None:
    bidder = next(item for item in bidders if item.organisation_id == bid.organisation_id)
    given = [("阶段报告.txt", f"{bid.title}：{words}\n".encode())]
    contract_service.hand_in(bidder, bid.milestones[at].id, words, given, seen_version=bid.milestones[at].version)


def _check(actor: Actor, number: int, bid_id: int, at: int, do: str, reason: str = "") -> None:
    item = next(bid for bid in seen(actor, number).bids if bid.id == bid_id).milestones[at]
    if do == stages.PAY:
        contract_service.pay(actor, item.id, clock.today(), seen_version=item.version)
    else:
        contract_service.check(actor, item.id, do, reason, seen_version=item.version)


def _deliver(li: Actor, chen: Actor, bidders: Sequence[Actor], number: int, bid_id: int, at: int, words: str) -> None:
    """A milestone from its delivery to its payment; figures of the pilot stand beside what was promised."""
    bid = next(item for item in seen(li, number).bids if item.id == bid_id)
    _hand_in(bidders, bid, at, words)
    if at == 1 and (found := evidence.sources(li, number)):
        indicator = next(iter(found[0].indicators))
        data = ValueIn(
            promise="按时办结率不低于 90%",
            collection_id=found[0].collection_id,
            indicator_id=indicator,
            scope_code=found[0].province_code,
            arm=Arm.PILOT,
            period=found[0].periods[indicator][0],
        )
        evidence_service.tie(li, bid.milestones[at].id, data)
    _check(li, number, bid_id, at, stages.CHECK)
    _check(chen, number, bid_id, at, stages.PASS_MILESTONE)
    _check(li, number, bid_id, at, stages.PAY)


def _at_work(li: Actor, chen: Actor, bidders: Sequence[Actor], number: int) -> None:
    """One milestone paid, one handed in."""
    _sign(li, number)
    first, second = _winners(li, number)
    _deliver(li, chen, bidders, number, first.id, 0, "设计方案已通过专家评议，意见已逐条落实。")
    _hand_in(bidders, second, 0, "设计方案已通过专家评议，意见已逐条落实。")


def _unsigned(li: Actor, number: int) -> None:
    """One has signed, the other lets its days pass; a third stands by."""
    first, second = _winners(li, number)
    _draft(li, first, 60)
    contract_service.sign(li, first.id, clock.today(), seen_version=first.version + 1)
    _draft(li, second, 30)
    put(Bid, second.id, sign_due_on=clock.today() - timedelta(days=3))


def _to_the_end(li: Actor, chen: Actor, bidders: Sequence[Actor], judges: Sequence[Actor], number: int) -> None:
    _sign(li, number)
    first, second = _winners(li, number)
    _hand_in(bidders, second, 0, "设计方案已提交，部分指标仍在论证。")
    _check(li, number, second.id, 0, stages.RECTIFY, "没有说明重复诉求如何识别，请补充。")
    _hand_in(bidders, next(bid for bid in _winners(li, number) if bid.id == second.id), 0, "已按要求补充识别办法。")
    _check(li, number, second.id, 0, stages.FAIL_MILESTONE, "补充的办法仍不能落地。")
    findings = [
        ConditionIn(condition=condition, verdict=FindingVerdict.MET, finding=finding, evidence=paper)
        for condition, (finding, paper) in zip(ToleranceCondition, _FINDINGS, strict=True)
    ]
    tolerance = ToleranceIn(
        outcome=ToleranceOutcome.TOLERATED, reason="五个条件均符合，属于探索中的失误，予以容错。", findings=findings
    )
    acceptance_service.decide_tolerance(chen, second.id, tolerance, seen=0)
    for at, words in enumerate(("方案已通过评议。", "两个月试运行达标，数据见报送。", "全部指标达到，资料已移交。")):
        _deliver(li, chen, bidders, number, first.id, at, words)
    step(li, number, stages.ACCEPT)
    version, body = rubric(ReviewKind.ACCEPTANCE)
    judge(li, chen, judges, acceptance_service.open_panel(li, number, version, 3, 3), body, (88,))
    bid = next(item for item in _winners(li, number) if item.id == first.id)
    acceptance_service.accept(li, first.id, True, "达到榜单全部指标，同意验收。", seen_version=bid.version)
    step(li, number, stages.CONFIRM)
    step(li, number, stages.PAY_OUT)
    outcome_service.become_scenario(li, first.id)
