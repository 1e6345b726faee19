"""What people may enter about 场景开放: what a scenario opens to partners, and what a partner offers."""

from __future__ import annotations

from datetime import date

from pydantic import Field, field_validator

from core import clock
from core.validation import Input as _Input
from core.words import OrganisationKind

# The institute runs the programme and is nobody's partner.
AUDIENCE = tuple(kind for kind in OrganisationKind if kind is not OrganisationKind.INSTITUTE)


class OpeningIn(_Input):
    title: str = Field(title="开放事项", min_length=4, max_length=60)
    resources: str = Field(title="开放的资源", min_length=6, max_length=1000)
    conditions: str = Field("", title="合作条件", max_length=1000)
    audience: list[OrganisationKind] = Field(title="面向", min_length=1)
    deadline: date = Field(title="截止日期")

    @field_validator("audience")
    @classmethod
    def _partners(cls, kinds: list[OrganisationKind]) -> list[OrganisationKind]:
        if OrganisationKind.INSTITUTE in kinds:
            raise ValueError("研究院组织场景开放，不作为征集对象")
        return [kind for kind in AUDIENCE if kind in kinds]

    @field_validator("deadline")
    @classmethod
    def _to_come(cls, day: date) -> date:
        if day < clock.today():
            raise ValueError("截止日期不能早于今天")
        return day


class OfferIn(_Input):
    proposal: str = Field(title="合作方案", min_length=10, max_length=2000)
    contact: str = Field(title="联系人和联系方式", min_length=4, max_length=100)
