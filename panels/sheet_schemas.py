"""What a judge enters on a sheet."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, field_validator

from core.validation import Input
from panels.rubric import hundredths


class SheetIn(Input):
    """Marks and reasons by criterion code, in points; a criterion that is not there is blank, which is not zero."""

    marks: dict[str, Decimal] = Field(default_factory=dict, title="评分")
    reasons: dict[str, str] = Field(default_factory=dict, title="理由")
    comment: str = Field("", title="评语", max_length=2000)

    @field_validator("marks")
    @classmethod
    def _two_decimals(cls, marks: dict[str, Decimal]) -> dict[str, Decimal]:
        if any(not mark.is_finite() or hundredths(mark) is None for mark in marks.values()):
            raise ValueError("分数最多两位小数")
        return marks

    def in_hundredths(self) -> dict[str, int]:
        return {code: hundredths(mark) or 0 for code, mark in self.marks.items()}
