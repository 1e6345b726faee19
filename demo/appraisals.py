"""Appraisals of the demo province: what reviewers wrote, by way of the services they would use."""

from __future__ import annotations

from accounts.permissions import Actor
from core.words import Criterion, Decision, FindingVerdict, LikenessVerdict
from demo import story
from scenarios import appraisal_queries, appraisal_service
from scenarios.appraisal_schemas import DecisionIn, FindingIn, JudgementIn, SheetIn

C = Criterion
MET, PARTLY, UNMET, NONE = (
    *(FindingVerdict.MET, FindingVerdict.PARTLY),
    *(FindingVerdict.UNMET, FindingVerdict.NOT_APPLICABLE),
)

# Decisions that are not a plain 通过: scenario → (decision, reason, what remains).
DECISIONS = {
    "海上综合智治": (
        Decision.REDUCE,
        "气象预警与省级平台已有功能重复，先把船舶底数和定位做实。",
        "保留乡镇船舶登记、北斗定位和脱管预警；气象预警改为接入省级平台，不再自建。",
    ),
    "出租房智能管家": (Decision.BACK, "警情数据不予共享，请说明没有这项数据时如何核对风险等级。", ""),
    "村口人脸打卡监督": (Decision.REFUSE, "以打卡次数考核村干部，属于指尖上的形式主义，不予立项。", ""),
}
# What was found other than 符合: scenario → point → (verdict, finding).
DOUBTS: dict[str, dict[C, tuple[FindingVerdict, str]]] = {
    "海上综合智治": {C.REUSE: (PARTLY, "省级海洋气象平台已有预警推送，不应重复建设。")},
    "出租房智能管家": {
        C.DATA: (UNMET, "警情分类统计不予共享，方案没有替代办法。"),
        C.ELDERLY: (NONE, "房东和网格员使用，不涉及老年人单独操作。"),
    },
    "村口人脸打卡监督": {
        C.NEED: (UNMET, "没有群众或基层提出过这项需求。"),
        C.USERS: (UNMET, "座谈的村干部一致反对。"),
        C.LEGAL: (UNMET, "采集人脸没有法律依据和必要性。"),
        C.EXIT: (UNMET, "没有说明人脸数据怎样删除。"),
    },
    "危化品全链条安全风险智控": {C.COST: (PARTLY, "终端流量费由企业承担，须再征求意见。")},
    "共享社·幸福里": {C.DATA: (NONE, "只用网点目录，已无条件共享。")},
}


def appraise(staff: Actor, scenario_id: int, item: story.DemoScenario) -> None:
    """Review and decide as the story has it."""
    decision, reason, scope = DECISIONS.get(item.name, (Decision.PASS, "需求真实、数据可得、责任清楚，同意立项。", ""))
    review(staff, staff, scenario_id, item, advice=decision)
    for match in appraisal_queries.rounds(staff, scenario_id)[0].matches:
        if match.judgement is None:
            judged = JudgementIn(judgement=LikenessVerdict.PASS, note="服务对象和办理流程不同，可以并存。")
            appraisal_service.judge_match(staff, scenario_id, match.id, judged, seen_version=match.version)
    version = appraisal_queries.rounds(staff, scenario_id)[0].version
    data = DecisionIn(decision=decision, reason=reason, scope=scope)
    appraisal_service.decide(staff, scenario_id, data, seen_version=version)


def review(
    staff: Actor, reviewer: Actor, scenario_id: int, item: story.DemoScenario, advice: Decision, *, submit: bool = True
) -> None:
    """Ask a reviewer, who hands in a sheet or, without `submit`, begins one."""
    assert reviewer.account_id is not None
    appraisal_service.assign(staff, scenario_id, reviewer.account_id)
    points = list(C) if submit else list(C)[:3]
    sheet = SheetIn(
        findings=[_finding(item, point) for point in points],
        advice=advice if submit else None,
        opinion=f"建议{advice.label}。" if submit else "",
    )
    appraisal_service.save_sheet(reviewer, scenario_id, sheet, submit=submit)


def _finding(item: story.DemoScenario, point: C) -> FindingIn:
    first = story.NEEDS[item.needs[0]]
    usual = {
        C.NEED: (f"近一年有{first.events}件，集中反映“{first.title}”。", f"{first.source.label}统计"),
        C.USERS: (f"走访了{first.people or '使用对象'}和基层干部，愿意试用。", "座谈会纪要、访谈记录"),
        C.REUSE: ("复用省一体化平台的统一登录、派单和消息组件。", "省级组件目录"),
        C.DATA: (
            f"需要{len(item.data)}项数据，提供单位已书面答复。" if item.data else "不需要新的共享数据。",
            "数据资源目录",
        ),
        C.COST: ("以复用为主，年运行费由牵头单位在部门预算中解决。", "概算与运维测算"),
        C.LEGAL: ("在现有职责和数据共享规定内，没有新增处罚或许可。", "浙江省公共数据条例"),
        C.ELDERLY: ("保留电话和窗口，村社可代办，不要求老年人使用手机。", "适老化方案"),
        C.EXIT: ("停用后数据归档到原系统，人员和线下渠道不变。", "退出方案"),
    }[point]
    verdict, finding = DOUBTS.get(item.name, {}).get(point, (MET, usual[0]))
    return FindingIn(
        criterion=point, verdict=verdict, finding=finding, evidence=usual[1] if verdict in (MET, PARTLY) else ""
    )
