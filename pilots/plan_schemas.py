"""What people enter into the plan of a pilot: phases, milestones, people, risks, money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field, field_validator, model_validator

from core import clock
from core.validation import Input
from core.words import PhaseKind, RiskState, TeamRole

MOST = Decimal("9999999999.99")  # 元; a sum of a thousand such lines still fits BIGINT fen


class PhaseWordsIn(Input):
    """What may be changed about a phase at any time."""

    name: str = Field(title="阶段名称", min_length=2, max_length=40)
    goal: str = Field("", title="阶段目标", max_length=500)
    notes: str = Field("", title="说明", max_length=1000)


class PhaseIn(PhaseWordsIn):
    """The next phase of a pilot; both days belong to it."""

    kind: PhaseKind = Field(PhaseKind.ITERATION, title="阶段类型")
    start_on: date = Field(title="开始日期")
    end_on: date = Field(title="结束日期")

    @model_validator(mode="after")
    def _in_order(self) -> PhaseIn:
        if self.end_on < self.start_on:
            raise ValueError("阶段的结束日期不能早于开始日期")
        return self


class MilestoneIn(Input):
    content: str = Field(title="里程碑内容", min_length=4, max_length=200)
    due_on: date = Field(title="完成期限")
    owner: str = Field(title="责任人或单位", min_length=2, max_length=60)
    note: str = Field("", title="说明", max_length=500)


class MemberIn(Input):
    name: str = Field(title="姓名", min_length=2, max_length=30)
    role: TeamRole = Field(title="角色")
    account_id: int | None = Field(None, title="账号")
    organisation_id: int | None = Field(None, title="单位")
    region_code: str | None = Field(None, title="所在地区团队")
    duty: str = Field("", title="分工", max_length=200)
    contact: str = Field("", title="联系方式", max_length=80)


class RiskIn(Input):
    content: str = Field(title="风险", min_length=4, max_length=200)
    likelihood: int = Field(title="可能性", ge=1, le=5)
    consequence: int = Field(title="后果", ge=1, le=5)
    response: str = Field(title="应对措施", min_length=4, max_length=500)
    owner: str = Field(title="责任人", min_length=2, max_length=60)
    state: RiskState = Field(RiskState.WATCHED, title="状态")
    reviewed_on: date = Field(title="最近复核日期")

    @field_validator("reviewed_on")
    @classmethod
    def _happened(cls, day: date) -> date:
        return _not_later_than_today(day, "最近复核日期")


class BudgetLineIn(Input):
    """A line of the budget; `planned` in 元."""

    name: str = Field(title="预算科目", min_length=2, max_length=60)
    planned: Decimal = Field(title="预算金额（元）", ge=0, le=MOST, decimal_places=2)
    source: str = Field("", title="资金来源", max_length=60)
    note: str = Field("", title="说明", max_length=200)


class PaymentIn(Input):
    """Money paid; `amount` in 元. `files` are (name, content) of vouchers."""

    line_id: int = Field(title="预算科目")
    paid_on: date = Field(title="支付日期")
    amount: Decimal = Field(title="支付金额（元）", gt=0, le=MOST, decimal_places=2)
    purpose: str = Field(title="用途", min_length=2, max_length=200)
    payee: str = Field("", title="收款方", max_length=60)
    files: list[tuple[str, bytes]] = Field(title="凭证", min_length=1, max_length=10)

    @field_validator("paid_on")
    @classmethod
    def _happened(cls, day: date) -> date:
        return _not_later_than_today(day, "支付日期")


def _not_later_than_today(day: date, what: str) -> date:
    if day > clock.today():
        raise ValueError(f"{what}不能晚于今天")
    return day
