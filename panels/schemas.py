"""What people may enter about rubrics, reviews, entries and panels. Marks: `sheet_schemas`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from accounts import credit_code
from core.validation import Input
from core.words import MemberRole, PanelRule, ReviewKind
from panels.rubric import Criterion, Level, Rubric, hundredths

Points = Annotated[Decimal, Field(max_digits=6, decimal_places=2)]


class LevelIn(Input):
    lowest: Points = Field(title="起点分")
    name: str = Field(title="档次", min_length=1, max_length=10)
    words: str = Field("", title="档次说明", max_length=300)


class CriterionIn(Input):
    code: str = Field(title="代码", pattern=r"^[a-z][a-z0-9_]{0,19}$")
    name: str = Field(title="评分项", min_length=2, max_length=40)
    weight: Points = Field(title="权重", gt=0, le=100)
    low: Points = Field(Decimal(0), title="最低分", ge=0)
    high: Points = Field(Decimal(100), title="最高分", gt=0, le=1000)
    step: Points = Field(Decimal(1), title="分档", gt=0)
    words: str = Field("", title="看什么", max_length=500)
    levels: list[LevelIn] = Field(default_factory=list, title="各档说明", max_length=8)
    reason_below: Points | None = Field(None, title="低于多少须写理由")
    reason_from: Points | None = Field(None, title="达到多少须写理由")

    def value(self) -> Criterion:
        return Criterion(
            code=self.code,
            name=self.name,
            weight=_cents(self.weight),
            low=_cents(self.low),
            high=_cents(self.high),
            step=_cents(self.step),
            words=self.words,
            levels=tuple(Level(_cents(level.lowest), level.name, level.words) for level in self.levels),
            reason_below=None if self.reason_below is None else _cents(self.reason_below),
            reason_from=None if self.reason_from is None else _cents(self.reason_from),
        )


class RubricIn(Input):
    """A rubric as it is edited. A draft may be incomplete; what keeps it from being used is said all the time."""

    name: str = Field(title="名称", min_length=4, max_length=60)
    kind: ReviewKind = Field(title="用于")
    criteria: list[CriterionIn] = Field(title="评分项", min_length=1, max_length=20)

    @field_validator("criteria")
    @classmethod
    def _each_once(cls, criteria: list[CriterionIn]) -> list[CriterionIn]:
        if len({item.code for item in criteria}) < len(criteria) or len({item.name for item in criteria}) < len(
            criteria
        ):
            raise ValueError("代码和名称不能重复")
        return criteria

    def value(self) -> Rubric:
        return Rubric(tuple(item.value() for item in self.criteria))


class ReviewIn(Input):
    name: str = Field(title="评审名称", min_length=4, max_length=60)
    kind: ReviewKind = Field(title="类别")
    rubric_version_id: int = Field(title="评分标准")
    rule: PanelRule = Field(PanelRule.DROP_EXTREMES, title="计分规则")
    per_entry: int = Field(5, title="每个项目的评委数", ge=1, le=99)
    quorum: int = Field(3, title="有效评分不少于", ge=1, le=99)
    places: int | None = Field(None, title="入选名额", ge=1, le=10_000)
    tie_keys: list[str] = Field(default_factory=list, title="同分时依次比较", max_length=10)
    blind: bool = Field(False, title="匿名评审")
    rehearsal: bool = Field(False, title="演练")

    @model_validator(mode="after")
    def _quorum_can_be_met(self) -> Self:
        if self.quorum > self.per_entry:
            raise ValueError("有效评分的下限不能多于每个项目的评委数")
        if len(set(self.tie_keys)) < len(self.tie_keys):
            raise ValueError("同分时的比较次序不能重复")
        return self


class ScheduleIn(Input):
    """The window [opens_at, closes_at) and the end of its grace, as instants with a zone."""

    opens_at: datetime = Field(title="开始时间")
    closes_at: datetime = Field(title="截止时间")
    grace_until: datetime | None = Field(None, title="宽限至")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens_at >= self.closes_at:
            raise ValueError("截止时间应晚于开始时间")
        if self.grace_until is not None and self.grace_until < self.closes_at:
            raise ValueError("宽限时间不能早于截止时间")
        return self


class EntryIn(Input):
    """`organisation_id` or a name; the name may stand for one that the system does not know."""

    code: str = Field(title="编号", min_length=1, max_length=30)
    title: str = Field(title="项目名称", min_length=2, max_length=100)
    summary: str = Field("", title="简介", max_length=4000)
    organisation_id: int | None = Field(None, title="申报单位")
    organisation_name: str = Field("", title="单位名称", max_length=80)
    credit_code: str = Field("", title="统一社会信用代码", max_length=30)
    region_code: str | None = Field(None, title="所在县（市、区）")
    team: list[str] = Field(default_factory=list, title="团队成员", max_length=50)

    @field_validator("credit_code")
    @classmethod
    def _valid(cls, code: str) -> str:
        code = credit_code.normal(code)
        if code and not credit_code.is_valid(code):
            raise ValueError("不是有效的统一社会信用代码，请核对（第 18 位是校验码）")
        return code

    @field_validator("team")
    @classmethod
    def _names(cls, team: list[str]) -> list[str]:
        return list(dict.fromkeys(name for name in team if name))

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.organisation_id is None and not self.organisation_name:
            raise ValueError("请选择或填写申报单位")
        return self


class MemberIn(Input):
    account_id: int = Field(title="人员")
    role: MemberRole = Field(MemberRole.JUDGE, title="身份")


class AffiliationIn(Input):
    """Where a judge works or worked: an organisation of the system, or a name."""

    organisation_id: int | None = Field(None, title="单位")
    name: str = Field("", title="单位名称", max_length=80)
    credit_code: str = Field("", title="统一社会信用代码", max_length=30)
    since: date | None = Field(None, title="自")
    until: date | None = Field(None, title="至")

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.organisation_id is None and len(self.name) < 2:
            raise ValueError("请选择或填写单位")
        if self.since and self.until and self.since > self.until:
            raise ValueError("离开日期不能早于开始日期")
        return self


def _cents(value: Decimal) -> int:
    found = hundredths(value)
    assert found is not None  # the schema takes two decimals
    return found
