"""What people may enter about data resources, requests for them, and impact assessments."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Self

from pydantic import Field, field_validator, model_validator

from core import clock
from core.validation import Input
from core.words import (
    ImpactConclusion,
    ItemType,
    Opening,
    PersonalInformation,
    SecurityLevel,
    Sharing,
    SharingScheme,
    SourceOutcome,
)
from scenarios import resource_rules as rules

_SEPARATORS = re.compile(r"[、，,；;\n]+")


class ItemIn(Input):
    name: str = Field(title="信息项名称", min_length=1, max_length=60)
    type: ItemType = Field(ItemType.TEXT, title="数据类型")


class ResourceIn(Input):
    name: str = Field(title="数据资源名称", min_length=2, max_length=80)
    provider_id: int = Field(title="提供单位")
    code: str = Field("", title="目录编码", max_length=60)
    class_code: str = Field("", title="分类码", max_length=30)
    summary: str = Field("", title="摘要", max_length=500)
    format: str = Field("", title="资源格式", max_length=40)
    sharing_scheme: SharingScheme = Field(title="共享属性体系")
    sharing: Sharing = Field(title="共享属性")
    sharing_condition: str = Field("", title="共享条件或不共享依据", max_length=300)
    sharing_method: str = Field("", title="共享方式", max_length=40)
    opening: Opening | None = Field(None, title="开放属性")
    opening_condition: str = Field("", title="开放条件", max_length=300)
    update_cycle: str = Field("", title="更新周期", max_length=20)
    released_on: date | None = Field(None, title="发布日期")
    related_code: str = Field("", title="关联资源代码", max_length=200)
    security_level: SecurityLevel = Field(title="安全级别")
    personal_information: PersonalInformation = Field(PersonalInformation.NONE, title="个人信息")
    items: list[ItemIn] = Field(default_factory=list, title="信息项", max_length=500)

    @field_validator("class_code")
    @classmethod
    def _classified(cls, code: str) -> str:
        code = code.upper().replace(" ", "")
        if code and not rules.CLASS_CODE.fullmatch(code):
            raise ValueError(
                "分类码应为 类1位+项2位+目3位+细目（位数不定），只用数字和大写字母，如 307、307010、30701001"
            )
        return code

    @field_validator("items")
    @classmethod
    def _each_once(cls, items: list[ItemIn]) -> list[ItemIn]:
        twice = [key for key, count in Counter(rules.item_key(item.name) for item in items).items() if count > 1]
        if twice:
            names = "、".join(item.name for item in items if rules.item_key(item.name) in twice)
            raise ValueError(f"同一信息项只能列一次：{names}")
        return items

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        # An approval is on another record: the command looks it up.
        if found := rules.errors(self, approved=True):
            raise ValueError("；".join(f"{finding.message}，{finding.remedy.rstrip('。')}" for finding in found))
        return self


class ApprovalIn(Input):
    """The approval to open a resource. `files` are (name, content)."""

    number: str = Field(title="批准文号", min_length=2, max_length=60)
    authority: str = Field(title="批准单位", min_length=2, max_length=60)
    approved_on: date = Field(title="批准日期")
    files: list[tuple[str, bytes]] = Field(title="批准文件", min_length=1, max_length=10)

    @field_validator("approved_on")
    @classmethod
    def _happened(cls, day: date) -> date:
        return _not_later_than_today(day, "批准日期")


class DataLinkIn(Input):
    """A resource of the catalogue, or a new one, what the scenario wants it for and which fields it needs;
    `fields` None leaves those of an existing link as they are."""

    resource_id: int | None = Field(None, title="数据资源")
    new: ResourceIn | None = Field(None, title="新增数据资源")
    purpose: str = Field(title="用途", min_length=2, max_length=300)
    fields: list[str] | None = Field(None, title="所需信息项", max_length=200)

    @field_validator("fields", mode="before")
    @classmethod
    def _split(cls, fields: object) -> object:
        """Names as one text, with any of the usual separators, are a list."""
        return _SEPARATORS.split(fields) if isinstance(fields, str) else fields

    @field_validator("fields")
    @classmethod
    def _named_once(cls, fields: list[str] | None) -> list[str] | None:
        if fields is None:
            return None
        by_key = {rules.item_key(name): name.strip() for name in reversed(fields) if name.strip()}
        if any(len(name) > 60 for name in by_key.values()):
            raise ValueError("每个信息项的名称最多 60 个字，多项之间用顿号分开")
        return list(reversed(by_key.values()))

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.resource_id is None) == (self.new is None):
            raise ValueError("请选择目录中的数据资源，或填写一项新的")
        return self


class SourceIn(Input):
    """The decision about an item that several hold."""

    key: str = Field(title="信息项", min_length=1)
    outcome: SourceOutcome = Field(title="决定")
    resource_id: int | None = Field(None, title="唯一来源")
    reason: str = Field(title="理由", min_length=4, max_length=300)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.outcome is SourceOutcome.SOURCE and self.resource_id is None:
            raise ValueError("请选择以哪项数据资源为唯一来源")
        if self.outcome is SourceOutcome.SEPARATE:
            self.resource_id = None
        return self


class ImpactIn(Input):
    """A 个人信息保护影响评估. `files` are (name, content)."""

    done_on: date = Field(title="评估日期")
    conclusion: ImpactConclusion = Field(title="评估结论")
    summary: str = Field(title="评估要点", min_length=10, max_length=2000)
    files: list[tuple[str, bytes]] = Field(title="评估报告", min_length=1, max_length=10)

    @field_validator("done_on")
    @classmethod
    def _happened(cls, day: date) -> date:
        return _not_later_than_today(day, "评估日期")


class PrivacyIn(Input):
    """What the catalogue cannot know about a scenario's dealings with personal information."""

    sensitive_information: bool = Field(title="直接采集敏感个人信息")
    automated_decisions: bool = Field(title="自动化决策")


def _not_later_than_today(day: date, what: str) -> date:
    if day > clock.today():
        raise ValueError(f"{what}不能晚于今天")
    return day
