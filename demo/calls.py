"""Challenges that ended early or have not been published yet, so that every state is there to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import update
from sqlmodel import col

from accounts.permissions import Actor
from challenges import bid_service, deadline_service, decision_service, queries, service, stages
from challenges.schemas import BidIn, ChallengeIn, OpinionIn
from challenges.views import ChallengeView
from core import clock
from db.session import write
from db.tables import Challenge, Objection

# title, what is difficult, indicators
_CALLS = (
    ("森林防火巡护路线智能规划", "林区信号弱，巡护路线靠经验。", "重点林区巡护覆盖率不低于 95%。"),
    ("乡镇档案一键数字化", "已有成熟产品可以采购。", "识别准确率不低于 98%。"),
    ("电动自行车充电火情早期识别", "早期特征不明显，误报多。", "提前 3 分钟预警的命中率不低于 80%。"),
    ("海岛快递末端无人配送", "海风大、航线短、批次少。", "单票成本下降 30%。"),
)
_READY, _REJECTED, _FAILED, _WITHDRAWN = range(4)


def tell(li: Actor, chen: Actor, expert: Actor, wu: Actor) -> None:
    """One waits to be published, one was refused in the argumentation, one found nobody, one was withdrawn."""
    for at, (title, difficulties, indicators) in enumerate(_CALLS):
        number = service.create(
            li,
            ChallengeIn(
                title=title,
                round="2026 年第二批",
                need_id=1,
                background="县级团队在走访和试点中多次提出，现有办法人力投入大、时效不够。",
                difficulties=difficulties,
                indicators=indicators,
                content="研制可在政务云内运行的算法和应用，完成两个月试运行，交付源代码、文档和培训。",
                places=1,
                funding=Decimal(60),
                eligibility="在国内注册的法人单位，近三年无重大违法失信记录。",
                deadline=clock.now() + timedelta(days=25),
                contact="研究院揭榜工作组 0571-0000100",
            ),
            nonce=f"demo-call-{at}",
        )
        _step(li, number, stages.ARGUE)
        service.ask_expert(li, number, expert.account_id or 0)
        support = at != _REJECTED
        words = "需求真实，指标可测，建议发榜。" if support else "市场上已有成熟产品，不必张榜，建议直接采购。"
        service.argue(expert, number, OpinionIn(support=support, opinion=words))
        if not support:
            _step(chen, number, stages.REFUSE, "采纳专家意见，改为政府采购。")
            continue
        _step(chen, number, stages.APPROVE, "论证意见一致，同意发榜。")
        if at == _READY:
            continue
        _step(li, number, stages.PUBLISH)
        _bid(wu, number)
        if at == _WITHDRAWN:
            _step(li, number, stages.WITHDRAW, "空域管理规定调整，需求发生变化。")
            continue
        with write() as session:
            past = clock.now() - timedelta(minutes=1)
            session.execute(update(Challenge).where(col(Challenge.id) == number).values(deadline=past))
        _step(li, number, stages.CLOSE)
        [bid] = _seen(li, number).bids
        why = "申报材料显示近三年有行政处罚记录，不符合申报条件。"
        decision_service.check_eligibility(li, bid.id, False, why, seen_version=bid.version)
        _step(li, number, stages.FAIL, "没有资格合格的申请，按规定流标，择期重新发榜。")


def put_off(li: Actor, number: int) -> None:
    """A week more for an open challenge."""
    view = _seen(li, number)
    until = view.row.deadline + timedelta(days=7)
    deadline_service.extend(
        li, number, until, "样本数据脱敏晚了一周，为保证公平，截止时间顺延。", seen_version=view.version
    )


def late(somebody: Actor, number: int, file: Callable[[Actor, int], None]) -> None:
    """An objection that nobody answered in time, beside the fresh one."""
    file(somebody, number)
    with write() as session:
        filed = clock.now() - timedelta(days=5)
        session.execute(
            update(Objection)
            .where(col(Objection.account_id) == somebody.account_id)
            .values(filed_at=filed, due_on=clock.beijing(filed).date() + timedelta(days=3))
        )


def _bid(wu: Actor, number: int) -> None:
    data = BidIn(
        title="图像与温感融合方案",
        plan="复用既有摄像头，增加低成本温感，边缘侧判断后上传告警。",
        goals="达到榜单全部指标。",
        team=[wu.name, "周工"],
        contact=f"项目部 {wu.name} 0571-0000200",
    )
    bid_service.save(wu, number, data, submit=True)


def _seen(actor: Actor, number: int) -> ChallengeView:
    view = queries.challenge(actor, number)
    assert view is not None
    return view


def _step(actor: Actor, number: int, do: str, reason: str = "") -> None:
    service.move(actor, number, do, reason, seen_version=_seen(actor, number).version)
