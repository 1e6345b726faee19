"""Who works in the demo province."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlmodel import col, select

from accounts import service
from accounts.permissions import OPERATOR, Actor
from accounts.schemas import AccountIn, OrganisationIn
from core.words import OrganisationKind as Kind
from core.words import Role
from db.session import read
from db.tables import Account, Organisation
from regions.queries import RegionView

INSTITUTE = "省发展研究院"

ORGANISATIONS = (
    (INSTITUTE, "研究院", Kind.INSTITUTE),
    ("省委政法委员会", "政法委", Kind.DEPARTMENT),
    ("省信访局", "信访局", Kind.DEPARTMENT),
    ("省公安厅", "公安厅", Kind.DEPARTMENT),
    ("省民政厅", "民政厅", Kind.DEPARTMENT),
    ("省卫生健康委员会", "卫健委", Kind.DEPARTMENT),
    ("省人力资源和社会保障厅", "人社厅", Kind.DEPARTMENT),
    ("省残疾人联合会", "残联", Kind.DEPARTMENT),
    ("省农业农村厅", "农业农村厅", Kind.DEPARTMENT),
    ("省应急管理厅", "应急厅", Kind.DEPARTMENT),
    ("省生态环境厅", "生态环境厅", Kind.DEPARTMENT),
    ("省市场监督管理局", "市场监管局", Kind.DEPARTMENT),
    ("省数据局", "数据局", Kind.DEPARTMENT),
    ("省供销合作社联合社", "供销社", Kind.DEPARTMENT),
    ("省医疗保障局", "医保局", Kind.DEPARTMENT),
    ("数智治理科技有限公司（演示）", "数智科技", Kind.ENTERPRISE),
    ("公共管理学院专家库（演示）", "专家库", Kind.SOCIAL),
)

# username, name, role, organisation; county teams by the county's code.
ACCOUNTS = (
    ("liyan", "李研", Role.INSTITUTE, INSTITUTE),
    ("chenshen", "陈审", Role.INSTITUTE, INSTITUTE),
    ("wanganji", "王安吉", Role.COUNTY, "330523"),
    ("zhaodeqing", "赵德清", Role.COUNTY, "330521"),
    ("lanjingning", "蓝景宁", Role.COUNTY, "331127"),
    ("zhouminzheng", "周民政", Role.DEPARTMENT, "省民政厅"),
    ("wujie", "吴揭", Role.BIDDER, "数智治理科技有限公司（演示）"),
    ("sunping", "孙评", Role.JUDGE, "公共管理学院专家库（演示）"),
    ("guanli", "管理", Role.ADMIN, INSTITUTE),
)


@dataclass(frozen=True)
class People:
    """Ids by name: organisations by full name (county teams by region code), accounts by username."""

    organisations: dict[str, int]
    accounts: dict[str, int]


def settle(counties: list[RegionView]) -> People:
    """Make the organisations and accounts. Nobody knows the demo passwords: one click is the only way in."""
    organisations = {
        name: service.add_organisation(OPERATOR, OrganisationIn(name=name, short_name=short, kind=kind))
        for name, short, kind in ORGANISATIONS
    }
    for county in counties:
        organisations[county.code] = service.add_organisation(
            OPERATOR,
            OrganisationIn(
                name=f"{county.name}基层智治专班",
                short_name=f"{county.short_name}专班",
                kind=Kind.GOVERNMENT,
                region_code=county.code,
            ),
        )
    accounts = {
        username: service.add_account(
            OPERATOR,
            AccountIn(
                username=username,
                name=name,
                role=role,
                organisation_id=organisations[where],
                password=secrets.token_urlsafe(24),
            ),
            demo=True,
        )
        for username, name, role, where in ACCOUNTS
    }
    return People(organisations, accounts)


def actor(username: str) -> Actor:
    """Somebody at work, without a session."""
    with read() as session:
        account, organisation = session.exec(
            select(Account, Organisation)
            .join(Organisation, col(Organisation.id) == Account.organisation_id)
            .where(Account.username == username)
        ).one()
        return Actor(
            account.id,
            None,
            account.name,
            account.role,
            organisation.id,
            organisation.name,
            organisation.region_code,
        )
