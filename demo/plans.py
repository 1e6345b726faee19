"""Plans of the demo's pilots: who, until when, what could go wrong, what it costs. Written as the teams would:
what comes before the start with the design, the rest as time went by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.words import DutyAnswer, PilotState, RiskState, TeamRole
from db.session import read
from db.tables import Pilot, PilotBudgetLine
from demo import story
from pilots import money_service, plan_queries, plan_service
from pilots.plan_schemas import BudgetLineIn, MemberIn, MilestoneIn, PaymentIn, RiskIn
from pilots.stages import BEGIN, COMPLETE
from scenarios import agreement_service, duty_queries

MINUTES = ("权责会商纪要.txt", "权责会商纪要\n各单位对清单所列事项无不同意见。\n".encode())
PROOF = ("完成情况说明.txt", "演示凭证：里程碑完成情况说明。\n".encode())
VOUCHER = ("付款凭证.txt", "演示凭证：银行回单。\n".encode())


@dataclass(frozen=True)
class DemoPlan:
    """`money`: line → (planned, amounts paid) in 10,000 元. `late`: how many of the milestones that are due
    are still open. `risks`: content, likelihood, consequence, response, state, days since the last review."""

    leader: str
    money: tuple[tuple[str, str, tuple[str, ...]], ...]
    risks: tuple[tuple[str, int, int, str, RiskState, int], ...]
    late: int = 0
    experts: str = ""


W, T, H, X = RiskState.WATCHED, RiskState.TREATED, RiskState.OCCURRED, RiskState.CLOSED
PLANS: Mapping[str, DemoPlan] = {
    "民呼我为全省试点": DemoPlan("周启明", (("系统改造", "180", ("90", "54")), ("数据接入", "60", ("24", "12.5")), ("培训与宣传", "24", ("8.6",)), ("第三方评估", "36", ())), (("县级系统版本不一，派单接口时断时续", 3, 4, "按接口规范逐县联调，断连当日人工派单", T, 20), ("考核压力下为追求时限提前办结", 3, 5, "回访抽查，不满意件退回重办", T, 35), ("热线知识库更新滞后", 2, 2, "每周更新，部门供稿", W, 12)), experts="公共管理学院专家库（演示）"),
    "危化品风险智控试点": DemoPlan("郑安澜", (("传感设备", "260", ("130", "128.4")), ("平台开发", "120", ("60", "48"))), (("企业传感器离线不报", 3, 5, "离线两小时自动告警并电话核实", T, 40),)),
    "防贫监测帮扶试点": DemoPlan("何秋实", (("数据接入", "40", ("22", "24.6")), ("入户核实补助", "30", ("12",)), ("培训与宣传", "10", ("3.2",))), (("五部门数据口径不一致，重复入户", 4, 3, "统一比对规则，一月一核", T, 130), ("监测对象信息泄露", 1, 5, "分级授权，查询留痕", W, 15)), late=1),
    "共享社·幸福里山区试点": DemoPlan("方禾", (("网点改造", "88", ("40", "44.5")), ("运营补助", "52", ("20", "19.8"))), (("偏远网点客流不足难以持续", 3, 3, "与供销业务合署，按季评估", T, 60),)),
    "五环智控试点": DemoPlan("沈致和", (("平台开发", "150", ("75",)), ("培训与宣传", "18", ("6.4",))), (("分级规则把同类纠纷派到不同环节", 4, 4, "暂停新增事项，复核规则", H, 25), ("网格员重复录入", 4, 2, "对接网格事件库", T, 25)), late=2),
    "一表通减负试点": DemoPlan("汪简", (("平台开发", "96", ("48",)), ("数据接入", "32", ("9.75",))), (("上级部门仍另行要表", 4, 4, "报表准入清单，清单外一律退回", T, 18),), late=1),
    "综合查一次首轮试点": DemoPlan("顾一行", (("平台开发", "60", ("30", "28.2")), ("培训与宣传", "8", ("7.1",))), (("机构改革期间执法人员变动", 4, 3, "变动即交接，名录每月核对", X, 320),)),
    "污水管网孪生试点": DemoPlan("苏清源", (("监测设备", "140", ("70", "66.8")), ("平台开发", "50", ("25",))), (("监测设备故障率高", 5, 4, "更换供应商，保修期内更换", H, 200),)),
    "一表通扩面试点": DemoPlan("汪简", (("平台开发", "120", ()), ("数据接入", "64", ())), (("新增县数据目录未编", 3, 3, "启动前完成目录编制", W, 5),)),
    "危化品扩面试点": DemoPlan("郑安澜", (("传感设备", "70", ("35",)),), (("小园区没有专职值守人员", 4, 4, "与乡镇应急站合署值守", T, 15),)),
}  # fmt: skip
# Content, share of the pilot's time after which it is due (negative: before the start).
MILESTONES = (
    ("启动会和业务培训完成", -0.02),
    ("系统对接和数据联调完成", 0.12),
    ("首轮实地核查和问题清单", 0.35),
    ("中期评估报告", 0.55),
    ("总结评估和成果移交", 1.0),
)


def consent(actor: Actor, scenario_id: int) -> None:
    """Every organisation agrees to its items, by the minutes of the meeting at which it did."""
    found = duty_queries.duty_list(actor, scenario_id)
    assert found is not None
    for organisation in found.progress:
        items = [node for node in found.items if node.content and organisation in node.content.parties]
        agreement_service.answer(
            actor, scenario_id, organisation, items, DutyAnswer.CONFIRM, reason="会商会上书面同意", evidence=[MINUTES]
        )


def prepare(actor: Actor, pilot_id: int, item: story.DemoPilot, organisations: Mapping[str, int]) -> None:
    """What a pilot needs before it starts; one that is still being designed has none of it yet."""
    plan = PLANS.get(item.name)
    if plan is None:
        return
    lead = organisations[item.lead]
    people = [
        MemberIn(
            name=plan.leader, role=TeamRole.LEADER, organisation_id=lead, duty="总体协调", contact="0571-0000 0101"
        )
    ]
    people.append(MemberIn(name="李研", account_id=actor.account_id, role=TeamRole.DATA, organisation_id=actor.organisation_id, duty="指标和报送", contact="0571-0000 0102"))  # fmt: skip
    if plan.experts:
        people.append(MemberIn(name="孙评", role=TeamRole.EXPERT, organisation_id=organisations[plan.experts]))
    for member in [*people, *_county_people(pilot_id)]:
        plan_service.add_member(actor, pilot_id, member)
    start, end = _dates(pilot_id)
    for content, share in MILESTONES:
        due = start + timedelta(days=round((end - start).days * share))
        plan_service.add_milestone(actor, pilot_id, MilestoneIn(content=content, due_on=due, owner=plan.leader))
    for name, planned, _ in plan.money:
        line = BudgetLineIn(name=name, planned=_ten_thousand(planned), source="省级专项资金")
        money_service.add_line(actor, pilot_id, line)


def tell(actor: Actor, pilot_id: int, item: story.DemoPilot) -> None:
    """What happened since: milestones done, late or open, money paid and one payment undone, risks reviewed."""
    plan = PLANS[item.name]
    today = clock.today()
    for content, likelihood, consequence, response, state, since in plan.risks:
        risk = RiskIn(
            content=content,
            likelihood=likelihood,
            consequence=consequence,
            response=response,
            owner=plan.leader,
            state=state,
            reviewed_on=today - timedelta(days=since),
        )
        plan_service.add_risk(actor, pilot_id, risk)
    if item.state is PilotState.PENDING:
        return
    _reach(actor, pilot_id, plan, today)
    start, _ = _dates(pilot_id)
    lines = _lines(pilot_id)
    for name, _, paid in plan.money:
        for number, amount in enumerate(paid, start=1):
            day = min(today, start + timedelta(days=45 * number))
            _pay(actor, lines[name], amount, day, f"{name}第 {number} 期")
    if item is story.PILOTS[0]:
        wrong = _pay(actor, lines["培训与宣传"], "4.2", min(today, start + timedelta(days=100)), "宣传折页印制")
        money_service.reverse(actor, wrong, "同一张发票登记了两次")


def _reach(actor: Actor, pilot_id: int, plan: DemoPlan, today: date) -> None:
    with read() as session:
        due = [m for m in plan_queries.milestones_of(session, [pilot_id])[pilot_id] if m.due_on < today]
    done = due[: len(due) - plan.late] if plan.late else due
    for number, milestone in enumerate(due):
        if milestone in done:
            plan_service.move_milestone(
                actor,
                milestone.id,
                COMPLETE,
                done_on=min(today, milestone.due_on + timedelta(days=9 if number == 1 else -2)),
                evidence=[PROOF],
                seen_version=milestone.version,
            )
        elif number % 2:
            plan_service.move_milestone(actor, milestone.id, BEGIN, seen_version=milestone.version)


def _pay(actor: Actor, line_id: int, amount: str, day: date, purpose: str) -> int:
    payment = PaymentIn(
        line_id=line_id,
        paid_on=day,
        amount=_ten_thousand(amount),
        purpose=purpose,
        payee="数智治理科技有限公司（演示）",
        files=[VOUCHER],
    )
    return money_service.pay(actor, payment, overrun_seen=True)


def _county_people(pilot_id: int) -> list[MemberIn]:
    """The teams of the counties whose people have demo accounts."""
    known = {"330523": "王安吉", "330521": "赵德清", "331127": "蓝景宁"}
    with read() as session:
        taking_part = plan_queries.regions_of(session, session.get_one(Pilot, pilot_id).collection_id)
    return [
        MemberIn(name=name, role=TeamRole.CONTACT, region_code=code, duty="本县报送和落实", contact="（演示）")
        for code, name in known.items()
        if code in taking_part
    ]


def _dates(pilot_id: int) -> tuple[date, date]:
    with read() as session:
        row = session.get_one(Pilot, pilot_id)
        return row.start_on, row.end_on


def _lines(pilot_id: int) -> dict[str, int]:
    with read() as session:
        rows = session.exec(select(PilotBudgetLine).where(PilotBudgetLine.pilot_id == pilot_id))
        return {row.name: row.id or 0 for row in rows}


def _ten_thousand(amount: str) -> Decimal:
    return Decimal(amount) * 10_000
