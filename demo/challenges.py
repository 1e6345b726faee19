"""Challenges of the demo province, one in each state that shows something; by way of the services that people use.
Only the clock is helped along: a deadline that bids met, and a notice that ran out, are put into the past."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from accounts import credit_code
from accounts import service as accounts
from accounts.permissions import OPERATOR, Actor
from accounts.schemas import AccountIn, OrganisationIn
from challenges import bid_service, decision_service, objection_service, queries, service, stages
from challenges.schemas import AwardIn, BidIn, ChallengeIn, OpinionIn
from challenges.views import ChallengeView
from core import clock
from core.words import OrganisationKind, ReviewKind, Role
from db.session import read, write
from db.tables import Challenge, RubricRow, RubricVersion, Scenario
from demo import bidders as asking
from demo import calls
from demo.panels import JUDGES, Stage
from panels import finalise_service
from panels import stages as panel_stages
from panels.rubric import Rubric

# Bidders beside 吴揭's: username, name, organisation, the code without its check digit.
BIDDERS = (
    ("bidder_yun", "云启", "云栖数智有限公司（演示）", "91330106MA2ABCDE1"),
    ("bidder_hu", "胡联", "湖畔物联有限公司（演示）", "91330108MA2ABCDF2"),
)
_OURS = "91330110MA2ABCDG3"  # of 吴揭's organisation

Call = tuple[str, str, str, int, int, int, int]
# title, what is difficult, indicators, funding in 万元, winners, places, days until the deadline
CALLS: tuple[Call, ...] = (
    ("山区海岛县急救转运智能调度", "海况和山路多变，转运时长难以预估。", "平均转运时长缩短 20%；调度建议采纳率不低于 80%。", 120, 1, 2, 45),
    ("基层矛盾纠纷苗头智能研判", "苗头散落在多个系统，漏报与误报难以兼顾。", "提前 7 天预警的命中率不低于 60%；误报率不高于 20%。", 200, 1, 3, 40),
    ("独居老人异常识别低成本方案", "新装设备成本高，老人不愿佩戴。", "单户年成本不高于 100 元；异常识别率不低于 90%。", 150, 2, 4, 20),
    ("农房安全巡查影像识别", "农房结构差异大，照片质量参差。", "危险部位识别准确率不低于 92%；单张识别不超过 3 秒。", 80, 1, 2, 12),
    ("基层报表自动归集与去重", "同一指标在不同报表中口径不一。", "重复填报项减少 60%；自动填充准确率不低于 98%。", 0, 1, 3, 30),
    ("危化品运输路径动态风险预警", "路况、天气和车况数据更新频率不同。", "预警提前量不少于 10 分钟；误报率不高于 10%。", 180, 2, 2, 30),
)  # fmt: skip


def tell(actor_of: Callable[[str], Actor]) -> None:
    """Everything, in the order in which it would have happened."""
    li, chen, wu = actor_of("liyan"), actor_of("chenshen"), actor_of("wujie")
    yun, hu = _bidders(actor_of)
    bid_service.register_code(li, wu.organisation_id or 0, _coded(_OURS))
    made = [create(li, number, call) for number, call in enumerate(CALLS)]
    step(li, made[1], stages.ARGUE)
    for who, support, words in (("zhouminzheng", True, "需求真实，建议把误报率写进指标。"), ("sunping", None, "")):
        expert = actor_of(who)
        service.ask_expert(li, made[1], expert.account_id or 0)
        if support is not None:
            service.argue(expert, made[1], OpinionIn(support=support, opinion=words))
    for number in made[2:]:
        publish(li, chen, actor_of("zhouminzheng"), number)
    _open(li, wu, yun, made[2])
    bidders = [hu, yun, wu]
    for number in made[4:]:
        close(li, bidders, number)
    judges = [actor_of(username) for username, *_ in JUDGES[:5]]
    decide(li, chen, judges, made[5])
    calls.late(actor_of("lanjingning"), made[5], _objected_late)
    _objected(actor_of("zhaodeqing"), made[5])
    asking.tell(chen, _coded)
    calls.put_off(li, made[2])
    calls.tell(li, chen, actor_of("zhouminzheng"), wu)


def _bidders(actor_of: Callable[[str], Actor]) -> list[Actor]:
    for username, name, organisation, code in BIDDERS:
        where = accounts.add_organisation(OPERATOR, OrganisationIn(name=organisation, kind=OrganisationKind.ENTERPRISE))
        accounts.add_account(
            OPERATOR,
            AccountIn(
                username=username,
                name=name,
                role=Role.BIDDER,
                organisation_id=where,
                password=secrets.token_urlsafe(24),
            ),
        )
        bid_service.register_code(OPERATOR, where, _coded(code))
    return [actor_of(username) for username, *_ in BIDDERS]


def _coded(code: str) -> str:
    """With its check digit."""
    return next(code + sign for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY" if credit_code.is_valid(code + sign))


def create(li: Actor, number: int, call: Call, scenario_id: int | None = None) -> int:
    """A draft, from one scenario or another."""
    title, difficulties, indicators, funding, winners, places, days = call
    with read() as session:
        scenarios = session.exec(select(Scenario.id).order_by(col(Scenario.id))).all()
    data = ChallengeIn(
        title=title,
        round="2026 年第一批",
        scenario_id=scenario_id or scenarios[number % len(scenarios)],
        background="来自县级试点中反复出现的难题，现有办法只能靠人工排查，覆盖不全、时效不够。",
        difficulties=difficulties,
        indicators=indicators,
        content="研制可在政务云内运行的算法和应用，完成两个月试运行，交付源代码、文档和培训。",
        data_offered="脱敏样本数据一批，政务云测试环境一套；签订保密协议后提供。",
        places=places,
        funding=Decimal(funding),
        winners=winners,
        eligibility="在国内注册的法人单位，近三年无重大违法失信记录；可以联合揭榜，由牵头单位提交。",
        deadline=(clock.now() + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0),
        contact="研究院揭榜工作组 0571-0000100",
    )
    return service.create(li, data, nonce=f"demo-challenge-{number}")


def publish(li: Actor, chen: Actor, expert: Actor, number: int) -> None:
    step(li, number, stages.ARGUE)
    service.ask_expert(li, number, expert.account_id or 0)
    service.argue(expert, number, OpinionIn(support=True, opinion="需求真实，指标可测，建议发榜。"))
    step(chen, number, stages.APPROVE, "论证意见一致，指标可以核验，同意发榜。")
    step(li, number, stages.PUBLISH)


def _open(li: Actor, wu: Actor, yun: Actor, number: int) -> None:
    """Open for 吴揭: somebody else has handed in already, which nobody can tell; his own is a draft."""
    enter_bid(yun, number, 1)
    data = BidIn(title="水电气数据融合识别方案", plan="利用既有智能水表、电表数据，不新装设备。", team=["吴揭"])
    bid_service.save(wu, number, data, submit=False)
    for text, answer in (
        ("可以使用既有智能水表的数据吗？", "可以，样本数据含水、电、气三类按小时的读数，均已脱敏。"),
        ("试运行是否必须覆盖海岛乡镇？", ""),
    ):
        question = service.ask_question(wu, number, text)
        if answer:
            service.answer_question(li, question, answer, seen_version=1)


def enter_bid(bidder: Actor, number: int, at: int) -> None:
    ways = ("既有感知设备复用加边缘计算", "多源数据融合加分级预警", "网格走访与算法研判互相校验")
    data = BidIn(
        title=f"{ways[at]}方案",
        plan=f"采用{ways[at]}的路线，分两期部署：先在一个县试运行，再按反馈扩展；全部在政务云内运行。",
        goals="达到榜单全部指标，其中误报率较榜单要求再降低两成。",
        team=[bidder.name, "张工", "李工"],
        contact=f"项目部 {bidder.name} 0571-000020{at}",
    )
    note = ("方案说明.txt", f"{data.title}：技术路线、进度和人员安排。\n".encode())
    bid_service.save(bidder, number, data, [note], submit=True)


def close(li: Actor, bidders: Sequence[Actor], number: int) -> None:
    """A bid of everybody, and the deadline has passed."""
    for at, bidder in enumerate(bidders):
        enter_bid(bidder, number, at)
    put(Challenge, number, deadline=clock.now() - timedelta(minutes=1))
    step(li, number, stages.CLOSE)


def decide(li: Actor, chen: Actor, judges: Sequence[Actor], number: int) -> None:
    """Eligibility, a panel with its final result, the candidates on notice."""
    for bid in seen(li, number).bids:
        decision_service.check_eligibility(
            li, bid.id, True, "法人资格、代码和失信记录已核，符合申报条件。", seen_version=bid.version
        )
    version, body = rubric(ReviewKind.CHALLENGE)
    judge(li, chen, judges, decision_service.open_review(li, number, version, 3, 3), body, (86, 77, 82))
    data = AwardIn(
        starts_on=clock.today(),
        office="研究院纪检室",
        address="演示市演示路 1 号研究院 301 室（310000）",
        contact="0571-0000300（工作日 9:00–17:00）",
        supervisor_id=[*queries.supervisors(li, number)][-1],
    )
    decision_service.award(li, number, data, seen_version=seen(li, number).version)


def rubric(kind: ReviewKind) -> tuple[int, Any]:
    """The version of the rubric of a kind, and what it says."""
    with read() as session:
        version, body = session.exec(
            select(RubricVersion.id, RubricVersion.body)
            .join(RubricRow, col(RubricRow.id) == RubricVersion.rubric_id)
            .where(RubricRow.kind == kind)
        ).one()
    return version or 0, body


def judge(li: Actor, chen: Actor, judges: Sequence[Actor], review_id: int, body: Any, levels: Sequence[int]) -> None:
    """A panel from its call to its final result; every judge gives the entries these marks in turn."""
    stage = Stage(li, chen, review_id)
    for one in judges:
        stage.seat(one)
    stage.schedule(1, 1)
    stage.step(panel_stages.CALL)
    stage.step(panel_stages.ASSIGN)
    stage.distribute()
    stage.step(panel_stages.OPEN)
    for entry, member, code in stage.pairs():
        stage.mark(entry, member, dict.fromkeys(Rubric.from_json(body).weights, levels[int(code[-1]) - 1]))
    stage.step(panel_stages.CLOSE)
    stage.step(panel_stages.SETTLE)
    finalise_service.confirm(chen, stage.id, finalise_service.propose(li, stage.id))


def _objected_late(somebody: Actor, number: int) -> None:
    text = "第二顺位单位的项目负责人与评审组一名成员曾在同一单位任职，请核实是否应当回避。"
    evidence = [("任职经历截图说明.txt", "两人 2024 年同在一家公司任职的公开信息。\n".encode())]
    objection_service.file(somebody, number, text, evidence, nonce="demo-objection-late")


def _objected(somebody: Actor, number: int) -> None:
    text = "排名第一的方案与去年公开的一份课题报告高度相似，请核实是否为申报单位自有成果。"
    evidence = [("课题报告摘录.txt", "公开课题报告第 12–15 页摘录。\n".encode())]
    objection_service.file(somebody, number, text, evidence, nonce="demo-objection")


def seen(actor: Actor, number: int) -> ChallengeView:
    view = queries.challenge(actor, number)
    assert view is not None
    return view


def step(actor: Actor, number: int, do: str, reason: str = "") -> None:
    service.move(actor, number, do, reason, seen_version=seen(actor, number).version)


def put(table: Any, number: int, **values: Any) -> None:
    with write() as session:
        session.execute(update(table).where(col(table.id) == number).values(**values))
