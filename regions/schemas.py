"""What staff may enter about a region's group."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.words import Side
from regions.groups import MAIN_SCHEME


class MembershipIn(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)

    region_code: str = Field(title="地区")
    name: str = Field(title="地区类型", min_length=2, max_length=40)
    side: Side = Field(Side.UNDERDEVELOPED, title="归入")
    valid_from: date | None = Field(None, title="开始日期")
    valid_to: date | None = Field(None, title="结束日期")
    source: str = Field(title="依据", min_length=4, max_length=300)
    scheme: str = MAIN_SCHEME

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError("结束日期不能早于开始日期")
        return self
