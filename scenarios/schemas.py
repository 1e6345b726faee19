"""What people may enter about needs and scenarios. About data: `resource_schemas`."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field, field_validator, model_validator

from core import clock
from core.validation import Input as _Input
from core.words import (
    Asker,
    GovernanceLevel,
    NeedSource,
    PartnerRole,
)
from scenarios import duty_rules
from scenarios.resource_schemas import DataLinkIn


class NeedIn(_Input):
    title: str = Field(title="需求名称", min_length=4, max_length=60)
    description: str = Field(title="问题与痛点", min_length=10, max_length=2000)
    asker: Asker = Field(title="提出方")
    people: str = Field("", title="涉及人群", max_length=100)
    level: GovernanceLevel = Field(title="治理层级")
    unit: str = Field("", title="具体单位", max_length=60)
    region_code: str = Field(title="所在地区")
    domain: str = Field("", title="业务领域", max_length=20)
    source: NeedSource = Field(title="需求来源")
    events: int | None = Field(None, title="发生次数", ge=0, le=100_000_000)
    events_from: date | None = Field(None, title="统计起日")
    events_to: date | None = Field(None, title="统计止日")
    severity: int = Field(2, title="严重程度", ge=1, le=3)
    owner_organisation_id: int | None = Field(None, title="跟进单位")

    @model_validator(mode="after")
    def _counted_over_a_time(self) -> Self:
        given = [value is not None for value in (self.events, self.events_from, self.events_to)]
        if any(given) and not all(given):
            raise ValueError("发生次数、统计起日、统计止日要么都填，要么都不填")
        if self.events_from and self.events_to:
            if self.events_to < self.events_from:
                raise ValueError("统计止日不能早于统计起日")
            if self.events_to > clock.today():
                raise ValueError("统计止日不能晚于今天")
        return self


class DutyDataIn(_Input):
    name: str = Field(title="数据", min_length=2, max_length=60)
    provider_id: int | None = Field(None, title="提供单位")

    @field_validator("name")
    @classmethod
    def _splittable(cls, name: str) -> str:
        if duty_rules.unsplittable(name):
            raise ValueError("数据名称里不能有分号和冒号，它们用来分隔各项数据和提供单位")
        return name


class DutyIn(_Input):
    """An item (最小颗粒) of a responsibility list. Drafts may lack the responsible organisation."""

    name: str = Field(title="事项", min_length=2, max_length=60)
    organisation_id: int | None = Field(None, title="责任单位")
    owner: str = Field("", title="责任人", max_length=40)
    supporting: list[int] = Field(default_factory=list, title="配合单位", max_length=30)
    trigger: str = Field("", title="触发条件", max_length=200)
    inputs: str = Field("", title="输入", max_length=500)
    outputs: str = Field("", title="输出", max_length=500)
    data: list[DutyDataIn] = Field(default_factory=list, title="数据", max_length=30)
    time_limit: str = Field("", title="办理时限", max_length=40)
    legal_basis: str = Field("", title="依据", max_length=200)

    @field_validator("supporting")
    @classmethod
    def _in_order(cls, ids: list[int]) -> list[int]:
        return sorted(set(ids))

    @field_validator("data")
    @classmethod
    def _named_once(cls, data: list[DutyDataIn]) -> list[DutyDataIn]:
        if len({item.name for item in data}) < len(data):
            raise ValueError("同一项数据只能列一次")
        return data

    @model_validator(mode="after")
    def _one_part(self) -> Self:
        if self.organisation_id in self.supporting:
            raise ValueError("责任单位不必再列为配合单位")
        return self

    def content(self, above: tuple[str, ...]) -> duty_rules.Content:
        """The item below the branches `above`."""
        return duty_rules.Content(
            path=(*above, self.name),
            organisation_id=self.organisation_id,
            owner=self.owner,
            supporting=tuple(self.supporting),
            trigger=self.trigger,
            inputs=self.inputs,
            outputs=self.outputs,
            data=tuple((item.name, item.provider_id) for item in self.data),
            time_limit=self.time_limit,
            legal_basis=self.legal_basis,
        )


class BranchIn(_Input):
    """The name of a 业务 or 环节."""

    name: str = Field(title="名称", min_length=2, max_length=60)


class ResponsibilityIn(DutyIn):
    """An item with the branches it belongs to, as a registration lists it."""

    business: str = Field("", title="业务", max_length=60)
    stage: str = Field("", title="环节", max_length=60)

    @property
    def above(self) -> tuple[str, ...]:
        return tuple(part for part in (self.business, self.stage) if part)


class PartnerIn(_Input):
    organisation_id: int = Field(title="单位")
    role: PartnerRole = Field(title="角色")
    task: str = Field("", title="承担任务", max_length=200)


class ReformIn(_Input):
    """A reform item of 三张清单: what is in the way, what is done about it, what remains of it."""

    barrier: str = Field(title="现行规定/堵点", min_length=4, max_length=300)
    measure: str = Field(title="改革举措", min_length=4, max_length=300)
    outcome: str = Field(title="制度成果", min_length=2, max_length=200)
    lead_organisation_id: int = Field(title="牵头单位")
    due_on: date = Field(title="完成时限")


class DomainIn(_Input):
    name: str = Field(title="领域", min_length=2, max_length=20)
    active: bool = Field(True, title="使用")
    safety: bool | None = Field(None, title="涉及生命财产和公共安全")  # None leaves it as it is
    position: int | None = Field(None, title="顺序", ge=-1000, le=1000)


class VersionIn(_Input):
    """`major`: v2.0 instead of v1.1."""

    changes: str = Field(title="变化内容", min_length=6, max_length=1000)
    feedback: str = Field(title="依据的反馈", min_length=6, max_length=1000)
    major: bool = Field(False, title="重大调整")


class ScenarioIn(_Input):
    name: str = Field(title="场景名称", min_length=2, max_length=60)
    domain: str = Field(title="领域", min_length=2, max_length=20)
    summary: str = Field(title="场景简介", min_length=10, max_length=2000)
    design: str = Field("", title="设计说明", max_length=5000)
    technologies: str = Field("", title="技术手段", max_length=300)
    level: GovernanceLevel = Field(title="治理层级")
    lead_organisation_id: int = Field(title="牵头单位")
    region_code: str = Field(title="所在地区")
    partners: list[PartnerIn] = Field(default_factory=list, title="协同单位", max_length=50)
    needs: list[int] = Field(title="对应需求", min_length=1, max_length=50)
    reforms: list[ReformIn] = Field(default_factory=list, title="重大改革", max_length=50)
    data: list[DataLinkIn] = Field(default_factory=list, title="数据来源", max_length=100)
    # None leaves the list as it is: it has its own page.
    responsibilities: list[ResponsibilityIn] | None = Field(None, title="责任清单", max_length=500)

    @field_validator("needs")
    @classmethod
    def _once(cls, needs: list[int]) -> list[int]:
        return sorted(set(needs))

    @model_validator(mode="after")
    def _partners_beside_the_lead(self) -> Self:
        roles = [(partner.organisation_id, partner.role) for partner in self.partners]
        if len(set(roles)) < len(roles):
            raise ValueError("协同单位：同一单位的同一角色只能列一次")
        return self

    @field_validator("reforms")
    @classmethod
    def _each_reform_once(cls, items: list[ReformIn]) -> list[ReformIn]:
        said = [(item.barrier, item.measure) for item in items]
        if len(set(said)) < len(said):
            raise ValueError("同一堵点的同一举措只能列一次")
        return items

    @field_validator("responsibilities")
    @classmethod
    def _some(cls, items: list[ResponsibilityIn] | None) -> list[ResponsibilityIn] | None:
        if items is not None and not items:
            raise ValueError("至少列出 1 个事项")
        return items

    @field_validator("data")
    @classmethod
    def _each_once(cls, links: list[DataLinkIn]) -> list[DataLinkIn]:
        chosen = [link.resource_id for link in links if link.resource_id is not None]
        fresh = [(link.new.provider_id, link.new.name) for link in links if link.new]
        if len(set(chosen)) < len(chosen) or len(set(fresh)) < len(fresh):
            raise ValueError("同一项数据资源只能列一次，请合并用途")
        return links
