"""The fixed cast. Two county teams, so that every test has an owner and an outsider."""

from __future__ import annotations

from dataclasses import dataclass

from accounts import service, sessions
from accounts.permissions import OPERATOR, Actor
from accounts.schemas import AccountIn, OrganisationIn
from core.words import OrganisationKind, Role
from regions import service as regions_service
from web import identity

PASSWORD = "three plain words"
ADDRESS = "192.0.2.1"

_INSTITUTE = OrganisationIn(name="浙江省发展研究院", short_name="研究院", kind=OrganisationKind.INSTITUTE)
_CIVIL = OrganisationIn(name="浙江省民政厅", short_name="民政厅", kind=OrganisationKind.DEPARTMENT)
_ANJI = OrganisationIn(name="安吉县社会治理中心", kind=OrganisationKind.GOVERNMENT, region_code="330523")
_DEQING = OrganisationIn(name="德清县社会治理中心", kind=OrganisationKind.GOVERNMENT, region_code="330521")
_COMPANY = OrganisationIn(name="之江数智有限公司", kind=OrganisationKind.ENTERPRISE)
_UNIVERSITY = OrganisationIn(name="钱塘大学", kind=OrganisationKind.SOCIAL)

_PEOPLE = {
    "admin": ("管理员", Role.ADMIN, _INSTITUTE),
    "li_staff": ("李研", Role.INSTITUTE, _INSTITUTE),
    "chen_staff": ("陈审", Role.INSTITUTE, _INSTITUTE),
    "wang_anji": ("王安吉", Role.COUNTY, _ANJI),
    "zhao_deqing": ("赵德清", Role.COUNTY, _DEQING),
    "zhou_minzheng": ("周民政", Role.DEPARTMENT, _CIVIL),
    "qian_bidder": ("钱揭榜", Role.BIDDER, _COMPANY),
    "sun_judge": ("孙评", Role.JUDGE, _UNIVERSITY),
}


@dataclass(frozen=True)
class Cast:
    """One person of each kind, each signed in. Their username is the field's name, their password PASSWORD."""

    admin: Actor
    li_staff: Actor
    chen_staff: Actor
    wang_anji: Actor
    zhao_deqing: Actor
    zhou_minzheng: Actor
    qian_bidder: Actor
    sun_judge: Actor

    def everybody(self) -> dict[str, Actor]:
        return dict(vars(self))


def furnish() -> None:
    """Zhejiang with its groups, the cast and a session for each of them, through the services themselves."""
    regions_service.load(OPERATOR, "浙江省")
    organisations = {
        data.name: service.add_organisation(OPERATOR, data)
        for data in (_INSTITUTE, _CIVIL, _ANJI, _DEQING, _COMPANY, _UNIVERSITY)
    }
    for username, (name, role, organisation) in _PEOPLE.items():
        service.add_account(
            OPERATOR,
            AccountIn(
                username=username,
                name=name,
                role=role,
                organisation_id=organisations[organisation.name],
                password=PASSWORD,
            ),
        )
    for username in _PEOPLE:
        sessions.sign_in(username, PASSWORD, ADDRESS)


def assemble() -> Cast:
    """The cast as the current database knows it; sessions were opened in this order."""
    found = {username: sessions.actor(number) for number, username in enumerate(_PEOPLE, start=1)}
    return Cast(**{username: actor for username, actor in found.items() if actor is not None})


def assemble_demo() -> dict[str, Actor]:
    """The people of the demo province by username, each signed in anew."""
    found = {}
    for account in sessions.demo_accounts():
        number = sessions.resolve(sessions.demo_sign_in(account.username, ADDRESS))
        actor = sessions.actor(number) if number else None
        assert actor is not None
        found[account.username] = actor
    return found


def sign_in_as(actor: Actor) -> dict[str, str]:
    """The value for `AppTest.user` that makes the pages see this person."""
    assert actor.session_id is not None
    return {identity.USER_KEY: identity.sign(actor.session_id)}
