"""What staff enter to start a pilot."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, Field, model_validator

from core.settings import settings
from core.words import GovernanceLevel, IndicatorRole
from metrics.schemas import IndicatorPick


class PilotIn(BaseModel):
    """A pilot's design: where, against whom, when, measured by what."""

    name: str = Field(title="试点名称", min_length=4, max_length=80)
    scenario_id: int = Field(title="场景")
    province_code: str = Field(title="省份")
    level: GovernanceLevel = Field(title="层级")
    lead_organisation_id: int = Field(title="牵头单位")
    promise: str = Field(title="试点要改变什么", min_length=8, max_length=500)
    start_on: date = Field(title="开始日期")
    end_on: date = Field(title="结束日期")
    pre_periods: int = Field(6, title="试点前报送期数", ge=2, le=24)
    due_days: int = Field(default_factory=lambda: settings().return_due_days, title="报送期限（工作日）", ge=1, le=30)
    contact: str = Field("", title="联系人", max_length=80)
    pilots: list[str] = Field(title="试点地区", min_length=1)
    comparisons: list[str] = Field(title="对照地区", min_length=1)
    indicators: list[IndicatorPick] = Field(title="指标", min_length=1, max_length=12)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.end_on <= self.start_on:
            raise ValueError("结束日期应晚于开始日期")
        if (self.end_on - self.start_on).days > 5 * 366:
            raise ValueError("试点期最长 5 年")
        both = set(self.pilots) & set(self.comparisons)
        if both:
            raise ValueError(f"{len(both)} 个地区同时是试点和对照，请只保留一处")
        if len({pick.indicator_id for pick in self.indicators}) != len(self.indicators):
            raise ValueError("同一指标只能选择一次")
        goals = [pick for pick in self.indicators if pick.role is IndicatorRole.GOAL]
        if not goals:
            raise ValueError("至少选择一个目标指标")
        if any(pick.baseline is None or pick.target is None for pick in goals):
            raise ValueError("目标指标必须填写基线值和目标值")
        return self


class AdoptionIn(BaseModel):
    """Counties that are to take a pilot over. `planned_on` is the day of the decision, today by default."""

    region_codes: list[str] = Field(title="推广地区", min_length=1, max_length=200)
    due_on: date | None = Field(None, title="计划上线日期")
    planned_on: date | None = Field(None, title="列入计划的日期")
    note: str = Field("", title="说明", max_length=300)
