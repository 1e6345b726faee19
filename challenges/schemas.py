"""What people may enter about challenges, bids, notices and contracts. Money comes in 万元 and leaves as fen."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from challenges import rules
from core.validation import Input
from core.words import Arm
from panels import noticing

FEN = 1_000_000  # in 万元
Wan = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=6)]


class ChallengeIn(Input):
    """`funding` in 万元, 0 for 面议; `deadline` an instant with its zone; `winners` above 1 is 赛马."""

    title: str = Field(title="榜单名称", min_length=4, max_length=60)
    round: str = Field("", title="批次", max_length=40)
    need_id: int | None = Field(None, title="关联需求")
    scenario_id: int | None = Field(None, title="关联场景")
    background: str = Field(title="背景", min_length=10, max_length=2000)
    difficulties: str = Field(title="难题", min_length=6, max_length=2000)
    indicators: str = Field(title="要达到的指标", min_length=6, max_length=2000)
    content: str = Field(title="揭榜内容", min_length=6, max_length=4000)
    data_offered: str = Field("", title="提供的数据", max_length=1000)
    places: int = Field(0, title="承诺的试点名额", ge=0, le=100)
    funding: Wan = Field(Decimal(0), title="资金（万元）")
    winners: int = Field(1, title="中榜单位数", ge=1, le=3)
    eligibility: str = Field(title="申报条件", min_length=4, max_length=2000)
    deadline: datetime = Field(title="截止时间")
    contact: str = Field(title="联系人和联系方式", min_length=4, max_length=100)

    @model_validator(mode="after")
    def _from_somewhere(self) -> ChallengeIn:
        if self.need_id is None and self.scenario_id is None:
            raise ValueError("请选择榜单来自的需求或场景")
        return self

    @field_validator("deadline")
    @classmethod
    def _with_zone(cls, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("截止时间须带时区（北京时间）")
        return at


class OpinionIn(Input):
    support: bool = Field(title="是否建议发榜")
    opinion: str = Field(title="论证意见", min_length=6, max_length=2000)


class BidIn(Input):
    title: str = Field(title="方案名称", min_length=4, max_length=60)
    plan: str = Field("", title="技术方案", max_length=8000)
    goals: str = Field("", title="承诺的指标", max_length=2000)
    team: list[str] = Field(default_factory=list, title="团队成员", max_length=50)
    contact: str = Field("", title="联系人和联系方式", max_length=100)

    @field_validator("team")
    @classmethod
    def _names(cls, team: list[str]) -> list[str]:
        return list(dict.fromkeys(name for name in team if name))

    def missing(self) -> list[str]:
        """What a bid needs before it can be handed in."""
        asked = (
            (len(self.plan) >= 10, "请写明技术方案（不少于 10 个字）"),
            (len(self.goals) >= 4, "请写明承诺的指标"),
            (bool(self.team), "请列出团队成员"),
            (len(self.contact) >= 4, "请填写联系人和联系方式"),
        )
        return [words for ok, words in asked if not ok]


class DraftIn(BidIn):
    """A bid that is still being written: it may lack anything."""

    title: str = Field("", title="方案名称", max_length=60)


class AwardIn(Input):
    """`order` only where places are tied; `starts_on` the first day of the notice; `supervisor_id` the account that
    takes up objections that are not answered within `answer_days`."""

    order: list[int] = Field(default_factory=list, title="候选顺序", max_length=3)
    reason: str = Field("", title="理由", max_length=1000)
    starts_on: date = Field(title="公示起始日")
    days: int = Field(rules.NOTICE_DAYS, title="公示工作日数", ge=1, le=30)
    count_first: bool = Field(True, title="起始日计入公示期")
    office: str = Field("", title="异议受理单位", max_length=60)
    address: str = Field("", title="通讯地址", max_length=100)
    contact: str = Field(title="异议受理联系方式", min_length=4, max_length=100)
    answer_days: int = Field(noticing.ANSWER_DAYS, title="异议答复期限（日）", ge=1, le=30)
    supervisor_id: int = Field(title="监督人")


class MilestoneIn(Input):
    """`share` in percent with two decimals."""

    title: str = Field(title="里程碑", min_length=2, max_length=60)
    indicators: str = Field("", title="考核指标", max_length=500)
    due_on: date = Field(title="完成期限")
    share: Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)] = Field(title="付款比例（%）")


class ContractIn(Input):
    """`amount` in 万元."""

    amount: Wan = Field(title="合同金额（万元）")
    content: str = Field(title="任务内容", min_length=6, max_length=4000)
    milestones: list[MilestoneIn] = Field(title="里程碑", min_length=1, max_length=20)

    @field_validator("milestones")
    @classmethod
    def _whole(cls, given: list[MilestoneIn]) -> list[MilestoneIn]:
        if (total := sum((item.share for item in given), Decimal())) != 100:
            raise ValueError(f"付款比例合计为 {total.normalize():f}%，应正好为 100%")
        if any(a.due_on > b.due_on for a, b in pairwise(given)):
            raise ValueError("里程碑请按完成期限先后排列")
        return given


def fen(wan: Decimal) -> int:
    return int(wan * FEN)


class ValueIn(Input):
    """A reported figure beside a promise: of one county, or the sum of the counties on one side of a pilot."""

    promise: str = Field(title="承诺的指标", min_length=2, max_length=300)
    collection_id: int = Field(title="试点")
    indicator_id: int = Field(title="指标")
    scope_code: str = Field(title="地区", min_length=2)
    arm: Arm | None = Field(None, title="哪一侧")
    period: str = Field(title="期别", min_length=4)
