"""What people may enter about people and organisations. Titles name the fields in messages."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from core.words import OrganisationKind, Role


def _username(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9_.-]{2,32}", value):
        raise ValueError("请用 2–32 位小写字母、数字或 . _ -")
    return value


Username = Annotated[str, Field(title="用户名"), AfterValidator(_username)]
PersonName = Annotated[str, Field(title="姓名", min_length=1, max_length=40)]
OrganisationName = Annotated[str, Field(title="单位全称", min_length=2, max_length=80)]
# A space at either end belongs to the password.
Password = Annotated[str, StringConstraints(strip_whitespace=False, max_length=200), Field(title="密码")]


class _Input(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)


class AccountIn(_Input):
    username: Username
    name: PersonName
    role: Role = Field(title="角色")
    organisation_id: int = Field(title="单位")
    password: Password


class OrganisationIn(_Input):
    name: OrganisationName
    short_name: str = Field("", title="简称", max_length=20)
    kind: OrganisationKind = Field(title="类别")
    region_code: str | None = Field(None, title="所属地区")


class SetUpIn(_Input):
    """The first administrator and the organisation they belong to."""

    username: Username
    name: PersonName
    organisation: OrganisationName
    password: Password
