"""How the demo's pilots are supervised."""

from __future__ import annotations

from accounts.permissions import Actor
from core.words import FindingVerdict, ToleranceCondition, ToleranceOutcome
from pilots import supervision_service
from pilots.supervision_schemas import ConditionIn, ToleranceIn

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


def tolerate(chen: Actor, pilot_id: int) -> None:
    """The decision that a stopped pilot closes with."""
    findings = [
        ConditionIn(condition=condition, verdict=FindingVerdict.MET, finding=finding, evidence=evidence)
        for condition, (finding, evidence) in TOLERATED.items()
    ]
    reason = "技术路线探索失败，决策程序规范，发现问题后及时止损，五个条件全部符合。"
    data = ToleranceIn(outcome=ToleranceOutcome.TOLERATED, reason=reason, findings=findings)
    supervision_service.decide_tolerance(chen, pilot_id, data, seen=0)
