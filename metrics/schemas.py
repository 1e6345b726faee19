"""What staff may enter when they ask regions to report something."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, Field, field_validator

from core.periods import Period
from core.words import Arm, CollectionKind, IndicatorRole, TargetKind


class IndicatorPick(BaseModel):
    """An indicator in a collection, with what it promises."""

    indicator_id: int = Field(title="指标")
    role: IndicatorRole = Field(IndicatorRole.GOAL, title="作用")
    baseline: Decimal | None = Field(None, title="基线值", max_digits=15, decimal_places=6)
    target: Decimal | None = Field(None, title="目标值", max_digits=15, decimal_places=6)
    smallest_change: Decimal | None = Field(None, title="最小有意义变化", ge=0, max_digits=15, decimal_places=6)


class UnitPick(BaseModel):
    region_code: str = Field(title="地区")
    arm: Arm = Field(title="试点或对照")


class TargetIn(BaseModel):
    """A new baseline or target from a period on. The old line stays in every chart."""

    indicator_id: int = Field(title="指标")
    kind: TargetKind = Field(title="类型")
    value: Decimal = Field(title="数值", max_digits=15, decimal_places=6)
    from_period: str = Field(title="起始期")
    region_code: str | None = Field(None, title="地区")
    reason: str = Field(title="理由", min_length=4, max_length=300)

    @field_validator("from_period")
    @classmethod
    def _period(cls, key: str) -> str:
        return str(Period.parse(key))


class CollectionIn(BaseModel):
    """A set of indicators that units report each period."""

    name: str = Field(title="名称", min_length=2, max_length=80)
    kind: CollectionKind = Field(title="类型")
    cadence: str = Field("month", title="周期")
    due_days: int = Field(5, title="报送期限（工作日）", ge=1, le=60)
    contact: str = Field("", title="联系人", max_length=80)
    group_scheme: str = Field("", title="分组方式")
    source: str = Field("", title="来源", max_length=500)
