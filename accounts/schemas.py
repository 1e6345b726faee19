"""What people may enter about people and organisations. Titles name the fields in messages."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from accounts import credit_code
from core.words import OrganisationKind, Role


def _username(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9_.-]{2,32}", value):
        raise ValueError("请用 2–32 位小写字母、数字或 . _ -")
    return value


Username = Annotated[str, Field(title="用户名"), AfterValidator(_username)]


def _credit_code(value: str) -> str:
    code = credit_code.normal(value)
    if not credit_code.is_valid(code):
        raise ValueError("不是有效的统一社会信用代码，请核对（第 18 位是校验码）")
    return code


def _bidding(kind: OrganisationKind) -> OrganisationKind:
    if kind not in BIDDING:
        raise ValueError("请选择企业或高校与社会组织")
    return kind


# Kinds of organisations that register themselves; departments get their accounts from the administrator.
BIDDING = (OrganisationKind.ENTERPRISE, OrganisationKind.SOCIAL)
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


class ApplicationIn(_Input):
    """What an organisation says about itself when it asks to be let in as a bidder."""

    organisation: OrganisationName
    kind: Annotated[OrganisationKind, Field(title="类别"), AfterValidator(_bidding)]
    code: Annotated[str, Field(title="统一社会信用代码", max_length=40), AfterValidator(_credit_code)]
    contact: PersonName = Field(title="联系人")
    phone: str = Field(title="联系电话", min_length=6, max_length=40)
    password: Password
