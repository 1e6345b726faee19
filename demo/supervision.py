"""How the demo's pilots are supervised, what tripped and what was done about it; told on the days it happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from unittest import mock

from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.words import (
    FindingVerdict,
    InspectionOutcome,
    SupervisionAction,
    ToleranceCondition,
    ToleranceOutcome,
    WatchBasis,
    WatchSide,
)
from db.session import read
from db.tables import Pilot, SupervisionOrder
from demo import story
from pilots import inspection_queries, inspection_service, order_queries, order_service, supervision_service
from pilots.order_queries import AlertView
from pilots.stages import CLOSE, ESCALATE, REPLY
from pilots.supervision_schemas import (
    ConditionIn,
    InspectionIn,
    InspectionRecordIn,
    OrderIn,
    PlanIn,
    ToleranceIn,
    TriggerIn,
)

A, BELOW, ABOVE = SupervisionAction, WatchSide.BELOW, WatchSide.ABOVE
ANJI, JINGNING = "330523", "331127"

# condition → finding, evidence
TOLERATED = {
    ToleranceCondition.DIRECTION: (
        "用监测数据替代人工巡查，列入省生态环境数字化改革任务。",
        "年度改革任务清单第 12 项",
    ),
    ToleranceCondition.RULES: ("未涉及禁止性、强制性规定，数据不出政务云。", "法制审核意见书"),
    ToleranceCondition.PROCEDURE: ("立项、招标、变更均经集体研究并公示。", "专题会议纪要 3 份"),
    ToleranceCondition.DILIGENCE: ("审计未发现谋私或失职，故障出现后每周会商。", "专项审计报告"),
    ToleranceCondition.REPAIR: ("停用故障设备，质保期内全部更换，恢复人工巡查。", "设备更换验收单"),
}


@contextmanager
def on(day: date) -> Iterator[None]:
    """Give commands as on an earlier day: the services ask the clock and nothing else."""
    moment = datetime.combine(day, time(10), clock.BEIJING).astimezone(UTC)
    with mock.patch.object(clock, "now", return_value=moment), mock.patch.object(clock, "today", return_value=day):
        yield


def ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def tolerate(chen: Actor, pilot_id: int) -> None:
    """The decision that a stopped pilot closes with."""
    findings = [
        ConditionIn(condition=condition, verdict=FindingVerdict.MET, finding=finding, evidence=evidence)
        for condition, (finding, evidence) in TOLERATED.items()
    ]
    reason = "技术路线探索失败，决策程序规范，发现问题后及时止损，五个条件全部符合。"
    data = ToleranceIn(outcome=ToleranceOutcome.TOLERATED, reason=reason, findings=findings)
    supervision_service.decide_tolerance(chen, pilot_id, data, seen=0)


def tell(people: Mapping[str, Actor], organisations: Mapping[str, int]) -> None:
    """Plans of four pilots, their alerts and orders in every state. `people` by username."""
    with read() as session:
        pilots = dict(session.exec(select(Pilot.name, Pilot.id)).all())
    first, chemical, poverty, five = (pilots[story.PILOTS[place].name] or 0 for place in (0, 1, 2, 4))
    li = people["liyan"]
    with on(ago(16)):
        _plan(
            li, first, organisations["省委政法委员会"], "36 个试点县（市、区）", "来电来访群众，不含未成年人",
            "12345 热线、信访、网格工单，姓名电话脱敏使用",
            [_trigger("SX01", BELOW, "76", A.REMIND), _trigger("SX09", ABOVE, "11.5", A.TALK)],
        )  # fmt: skip
        _plan(
            li, poverty, organisations["省民政厅"], "7 个山区海岛县的全部行政村", "低保边缘户和监测对象",
            "五部门比对结果，不留存原始医疗数据",
            [_trigger("SX01", BELOW, "-9", A.REMIND, WatchBasis.CHANGE)],
        )  # fmt: skip
        _plan(
            li,
            chemical,
            organisations["省公安厅"],
            "8 个县的化工园区",
            "园区企业和运输从业人员",
            "在途车辆定位，事后不留存",
            [],
        )
        inspection_service.plan(
            li,
            InspectionIn(
                pilot_id=chemical, content="园区值守记录、告警处置闭环、车辆定位用后删除", every_days=3, times=5
            ),
        )
        _plan(
            li, five, organisations["省公安厅"], "7 个县的矛调中心", "纠纷当事人", "调解台账，不接入司法内网",
            [_trigger("SX09", ABOVE, "15", A.PAUSE)],
        )  # fmt: skip
    _orders(people, first)
    _inspect(li, chemical, organisations)
    _inspections(people, poverty, five, organisations)


def _orders(people: Mapping[str, Actor], pilot_id: int) -> None:
    """Of the alerts of the first pilot one waits unanswered beyond its day, one was closed, one went up, one
    was explained; the others wait."""
    li, chen, lan = people["liyan"], people["chenshen"], people["lanjingning"]
    alerts = order_queries.alerts(li, pilot_id=pilot_id)
    by_region = {view.alert.region_code: view for view in reversed(alerts)}
    others = [view for view in alerts if view.alert.region_code not in (ANJI, JINGNING)]
    if ANJI in by_region:
        with on(ago(14)):
            _issue(
                li,
                by_region[ANJI],
                "查明分子为何只有平时的六成；确有漏报的更正报送，确有超期的逐件列出原因和整改时限。",
            )
    if JINGNING in by_region:
        with on(ago(14)):
            number = _issue(li, by_region[JINGNING], "说明工单系统停机期间的办理情况，补录台账并更正报送。")
        with on(ago(10)):
            note = "停机 14 天，211 件补录完毕，按时办结率为 86.1%。\n".encode()
            _move(lan, number, REPLY, "停机期间改用纸质台账，现已全部补录，附补录清单。", [("补录清单.txt", note)])
        with on(ago(8)):
            _move(chen, number, CLOSE, "抽查 20 件，与台账一致。已补录，同意办结。")
    if others:
        with on(ago(14)):
            number = _issue(li, others[0], "连续两月偏低，请提出整改措施和时限。", days=3)
        with on(ago(7)):
            _move(li, number, ESCALATE, "期限内没有回复，约谈专班负责人。", days=10)
    if len(others) > 2:
        view = others[-1]
        reason = "经核对系同一小区物业纠纷的集体重复投诉，已由街道集中调处，不另行督办。"
        order_service.explain(li, view.alert.id, reason, pilot_id=view.pilot_id)


def _inspect(li: Actor, chemical: int, organisations: Mapping[str, int]) -> None:
    """Of the inspections of the pilot that is supervised in full one is closed, one led to an order, one is late,
    one fell away, the next lies ahead."""
    planned = [view.id for view in inspection_queries.inspections(li, pilot_id=chemical)]
    clear, problem, away = (
        InspectionRecordIn(outcome=outcome, inspected_on=ago(days), finding=finding)
        for outcome, days, finding in (
            (InspectionOutcome.CLEAR, 11, "抽查 3 个园区值守记录和 20 条告警，处置闭环，定位数据按期删除。"),
            (InspectionOutcome.PROBLEM, 8, "椒江园区 4 条二级告警超过 30 分钟才有人处置，值守记录缺 2 班。"),
            (InspectionOutcome.CANCELLED, 1, "与省级安全生产督查合并进行，不再单独检查。"),
        )
    )
    with on(ago(11)):
        inspection_service.record(li, planned[0], clear)
    with on(ago(8)):
        inspection_service.record(li, planned[1], problem)
    with on(ago(7)):
        order_service.issue(
            li,
            OrderIn(
                pilot_id=chemical, inspection_id=planned[1], organisation_id=organisations["331002"],
                title="告警处置超时、值守缺班", demand="补齐值守，查明超时原因，提出整改措施和时限。", due_days=8,
            ),
        )  # fmt: skip
    with on(ago(1)):
        inspection_service.record(li, planned[3], away)


def _inspections(people: Mapping[str, Actor], poverty: int, five: int, organisations: Mapping[str, int]) -> None:
    """Orders that follow no alert: one answered and waiting to be verified, one up to the third rung."""
    zhou, lan, li = people["zhouminzheng"], people["lanjingning"], people["liyan"]
    with on(ago(9)):
        number = order_service.issue(
            zhou,
            OrderIn(
                pilot_id=poverty, organisation_id=organisations[JINGNING], title="入户核实记录不全",
                demand="抽查的 30 户中 6 户没有入户核实记录，请补齐并说明原因。",
            ),
        )  # fmt: skip
    with on(ago(4)):
        _move(
            lan,
            number,
            REPLY,
            "6 户均已补访，记录附后；驻村干部轮换期间漏登。",
            [("入户核实记录.txt", "6 户\n".encode())],
        )
    with on(ago(30)):
        number = order_service.issue(
            li,
            OrderIn(
                pilot_id=five, organisation_id=organisations["330782"], title="重复投诉率连续上升",
                demand="查明重复投诉上升原因，十日内提出整改措施。",
            ),
        )  # fmt: skip
    with on(ago(21)):
        _move(li, number, ESCALATE, "未按期回复，约谈负责人。")
    with on(ago(13)):
        _move(li, number, ESCALATE, "约谈后仍上升，试点保持暂停，先改进分级规则。", days=20)


def _trigger(
    code: str, side: WatchSide, threshold: str, action: SupervisionAction, basis: WatchBasis = WatchBasis.VALUE
) -> TriggerIn:
    return TriggerIn(code=code, basis=basis, side=side, threshold=Decimal(threshold), action=action)


def _plan(
    li: Actor, pilot_id: int, organisation_id: int, area: str, people: str, data: str, triggers: list[TriggerIn]
) -> None:
    with read() as session:
        pilot = session.get_one(Pilot, pilot_id)
        end = max(pilot.end_on, clock.today() + timedelta(days=60))  # until there is a verdict
    start = (clock.today().replace(day=1) - timedelta(days=45)).replace(day=1)
    plan = PlanIn(
        organisation_id=organisation_id, area=area, people=people, data=data, start_on=min(start, end - timedelta(days=1)),
        end_on=end, triggers=triggers, reason="省里部署沙盒监管，补登监管方案",
    )  # fmt: skip
    supervision_service.set_plan(li, pilot_id, plan, seen_edition=0)


def _issue(li: Actor, view: AlertView, demand: str, days: int = 5) -> int:
    organisation = order_queries.organisation_for(li, view.alert.region_code)
    return order_service.issue(
        li,
        OrderIn(
            pilot_id=view.pilot_id, hit_id=view.alert.id, organisation_id=organisation or 0, action=view.alert.action,
            title=f"{view.alert.region}{view.alert.indicator}触发预警", demand=demand, due_days=days,
        ),
    )  # fmt: skip


def _move(
    actor: Actor,
    order_id: int,
    do: str,
    text: str,
    given: list[tuple[str, bytes]] | None = None,
    days: int | None = None,
) -> None:
    with read() as session:
        version = session.get_one(SupervisionOrder, order_id).version
    order_service.move(actor, order_id, do, text, given or [], due_days=days, seen_version=version)
