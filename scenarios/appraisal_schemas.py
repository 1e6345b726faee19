"""What people enter about an appraisal."""

from __future__ import annotations

from typing import Self

from pydantic import Field, field_validator, model_validator

from core.validation import Input
from core.words import Criterion, Decision, FindingVerdict, LikenessVerdict


class FindingIn(Input):
    """One point of the checklist. `seen` is the version that the page showed, 0 for none."""

    criterion: Criterion = Field(title="论证事项")
    verdict: FindingVerdict | None = Field(None, title="论证结果")
    finding: str = Field("", title="论证意见", max_length=2000)
    evidence: str = Field("", title="依据", max_length=500)
    seen: int = Field(0, title="版本")


class SheetIn(Input):
    """A reviewer's sheet: findings and, once it is handed in, what he advises."""

    findings: list[FindingIn] = Field(title="论证清单")
    advice: Decision | None = Field(None, title="建议")
    opinion: str = Field("", title="综合意见", max_length=2000)

    @field_validator("findings")
    @classmethod
    def _each_once(cls, findings: list[FindingIn]) -> list[FindingIn]:
        if len({found.criterion for found in findings}) < len(findings):
            raise ValueError("同一论证事项只能填一次")
        return findings


class JudgementIn(Input):
    """What a reviewer makes of a similar scenario."""

    judgement: LikenessVerdict = Field(title="判断")
    note: str = Field(title="判断说明", min_length=4, max_length=1000)


class DecisionIn(Input):
    decision: Decision = Field(title="论证决定")
    reason: str = Field(title="理由", min_length=4, max_length=2000)
    scope: str = Field("", title="核减后的范围", max_length=2000)

    @model_validator(mode="after")
    def _scope_when_reduced(self) -> Self:
        if self.decision is Decision.REDUCE and len(self.scope) < 6:
            raise ValueError("核减须写明核减后保留的建设范围（不少于 6 个字）")
        if self.decision is not Decision.REDUCE and self.scope:
            raise ValueError("只有核减才填写核减后的范围")
        return self
