"""What staff enter to write a rule or to excuse a unit from one."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, Field, field_validator, model_validator

from core.periods import Period
from core.words import RuleScope, RuleSeverity
from metrics import expressions
from metrics.rulebook import PLACEHOLDERS, unknown_placeholders

LONGEST_WAIVER = 366  # days: an excuse without an end is another rule


class RuleIn(BaseModel):
    """A condition that rows should meet."""

    name: str = Field(title="名称", min_length=2, max_length=30)
    severity: RuleSeverity = Field(title="严重程度")
    scope: RuleScope = Field(title="适用范围")
    indicator_code: str = Field("", title="指标")
    collection_id: int | None = Field(None, title="报送任务")
    expression: str = Field(title="应当成立的条件")
    message: str = Field(title="不成立时怎么说", min_length=4, max_length=200)
    remedy: str = Field(title="怎么改", min_length=4, max_length=200)
    valid_from: str = Field(title="从哪个月起")

    @field_validator("expression")
    @classmethod
    def _sound(cls, text: str) -> str:
        return expressions.read(text).text  # Invalid passes through with its remedy

    @field_validator("valid_from")
    @classmethod
    def _period(cls, key: str) -> str:
        try:
            return str(Period.parse(key.strip()))
        except ValueError:
            raise ValueError("起始期形如 2026-10") from None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.scope is RuleScope.INDICATOR and not self.indicator_code:
            raise ValueError("请选择指标")
        if self.scope is RuleScope.COLLECTION and self.collection_id is None:
            raise ValueError("请选择报送任务")
        if self.scope is not RuleScope.INDICATOR:
            self.indicator_code = ""
        if self.scope is not RuleScope.COLLECTION:
            self.collection_id = None
        unknown = unknown_placeholders(self.message) + unknown_placeholders(self.remedy)
        if unknown:
            known = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise ValueError(f"不认识 {{{unknown[0]}}}，提示语里可以用：{known}")
        return self


class WaiverIn(BaseModel):
    """One unit is excused from one rule for a time."""

    rule: str = Field(title="规则")
    region_code: str = Field(title="地区")
    collection_id: int | None = Field(None, title="报送任务")
    starts_on: date = Field(title="从哪天起")
    ends_on: date = Field(title="到哪天止")
    reason: str = Field(title="理由", min_length=8, max_length=300)

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("结束日期不能早于开始日期")
        if (self.ends_on - self.starts_on).days > LONGEST_WAIVER:
            raise ValueError("豁免最长一年；长期不适用的，请修改规则的范围")
        return self
