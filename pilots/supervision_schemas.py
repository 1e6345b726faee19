"""What is entered about the supervision of a pilot, its feedback and its iterations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import Field, field_validator, model_validator

from core.numbers import to_micro
from core.settings import settings
from core.validation import Input
from core.words import (
    FeedbackKind,
    FindingVerdict,
    InspectionOutcome,
    SupervisionAction,
    ToleranceCondition,
    ToleranceOutcome,
    WatchBasis,
    WatchSide,
)


class TriggerIn(Input):
    """One trigger. `threshold` is in the indicator's unit; for a change a signed difference: −5 falls by 5."""

    code: str = Field(title="指标")
    basis: WatchBasis = Field(WatchBasis.VALUE, title="看什么")
    side: WatchSide = Field(title="方向")
    threshold: Decimal = Field(title="触发线")
    action: SupervisionAction = Field(SupervisionAction.REMIND, title="触发后")

    @field_validator("threshold")
    @classmethod
    def _exact(cls, value: Decimal) -> Decimal:
        try:
            to_micro(value)
        except ValueError:
            raise ValueError("触发线最多 6 位小数，且不能过大") from None
        return value


class PlanIn(Input):
    """A pilot's sandbox: the bounds it stays in, for how long, who supervises, what trips what."""

    organisation_id: int = Field(title="监管单位")
    area: str = Field(title="地域边界", min_length=2, max_length=300)
    people: str = Field(title="人员边界", min_length=2, max_length=300)
    data: str = Field(title="数据边界", min_length=2, max_length=300)
    start_on: date = Field(title="监管开始")
    end_on: date = Field(title="监管结束")
    triggers: list[TriggerIn] = Field(default_factory=list, title="触发条件", max_length=20)
    reason: str = Field(title="理由", min_length=4, max_length=500)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.end_on <= self.start_on:
            raise ValueError("监管结束应晚于监管开始")
        kinds = [(item.code, item.basis, item.side, item.action) for item in self.triggers]
        if len(set(kinds)) < len(kinds):
            raise ValueError("同一指标、同一方向、同一措施的触发条件只能有一条")
        return self


class OrderIn(Input):
    """A supervision order; with `hit_id` it follows an alert."""

    pilot_id: int = Field(title="试点")
    hit_id: int | None = Field(None, title="预警")
    inspection_id: int | None = Field(None, title="检查")
    organisation_id: int = Field(title="被督办单位")
    title: str = Field(title="事项", min_length=4, max_length=80)
    demand: str = Field(title="要求", min_length=6, max_length=1000)
    action: SupervisionAction = Field(SupervisionAction.REMIND, title="措施")
    due_days: int = Field(default_factory=lambda: settings().supervision_days, title="期限（工作日）", ge=1, le=60)


class InspectionIn(Input):
    """A series of inspections: the first `every_days` working days from today or from the start of supervision,
    whichever is later, and so on."""

    pilot_id: int = Field(title="试点")
    content: str = Field(title="检查内容", min_length=4, max_length=500)
    every_days: int = Field(title="每隔多少个工作日", ge=1, le=120)
    times: int = Field(1, title="检查几次", ge=1, le=24)


class InspectionRecordIn(Input):
    outcome: InspectionOutcome = Field(title="检查结果")
    inspected_on: date = Field(title="检查日期")
    finding: str = Field(title="检查情况", min_length=6, max_length=1000)


class ConditionIn(Input):
    condition: ToleranceCondition = Field(title="条件")
    verdict: FindingVerdict = Field(title="认定")
    finding: str = Field(title="认定情况", min_length=4, max_length=500)
    evidence: str = Field(title="依据", min_length=2, max_length=300)


class ToleranceIn(Input):
    outcome: ToleranceOutcome = Field(title="认定结果")
    reason: str = Field(title="理由", min_length=8, max_length=1000)
    findings: list[ConditionIn] = Field(title="五个条件")

    @model_validator(mode="after")
    def _all_five(self) -> Self:
        given = [item.condition for item in self.findings]
        if sorted(given) != sorted(ToleranceCondition):
            raise ValueError("五个条件须逐一认定，每个条件一次")
        if any(item.verdict is FindingVerdict.NOT_APPLICABLE for item in self.findings):
            raise ValueError("容错条件没有“不适用”，请认定为符合、部分符合或不符合")
        return self


class FeedbackIn(Input):
    pilot_id: int = Field(title="试点")
    kind: FeedbackKind = Field(title="来自")
    region_code: str | None = Field(None, title="地区")
    source: str = Field(title="反馈人和渠道", min_length=2, max_length=80)
    text: str = Field(title="反馈内容", min_length=6, max_length=1000)
    received_on: date = Field(title="收到日期")


class IterationIn(Input):
    """An iteration: the feedback it answers, what it changes, and from when on the new phase is measured."""

    feedback: list[int] = Field(title="回应的反馈", min_length=1, max_length=50)
    changes: str = Field(title="改了什么", min_length=6, max_length=1000)
    reason: str = Field(title="为什么", min_length=6, max_length=500)
    goal: str = Field("", title="新阶段的目标", max_length=300)
    start_on: date = Field(title="新阶段开始")
    major: bool = Field(False, title="重大调整")

    @field_validator("feedback")
    @classmethod
    def _once(cls, feedback: list[int]) -> list[int]:
        return sorted(set(feedback))
