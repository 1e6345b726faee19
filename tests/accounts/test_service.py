"""Commands about people and organisations, on both databases."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from sqlmodel import col, select

from accounts import queries, service, sessions
from accounts.permissions import OPERATOR, Actor
from accounts.queries import AccountView
from accounts.schemas import AccountIn, OrganisationIn
from core.errors import Conflict, Duplicate, Invalid, NotFound
from core.words import OrganisationKind, Role
from db.session import read
from db.tables import Account, AuditEvent
from tests.support import PASSWORD, Cast

BODY = OrganisationIn(name="长兴县社会治理中心", kind=OrganisationKind.GOVERNMENT, region_code="330522")


def account(username: str = "zhu_changxing", organisation_id: int = 1, role: Role = Role.INSTITUTE) -> AccountIn:
    return AccountIn(
        username=username, name="朱长兴", role=role, organisation_id=organisation_id, password="a plain sentence"
    )


def view(actor: Actor, username: str) -> AccountView:
    return next(found for found in queries.accounts(actor) if found.username == username)


def last_event() -> tuple[str, str, str, int | None]:
    with read() as session:
        event = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
        assert event is not None
        return event.action, event.entity, event.entity_id, event.actor_id


def test_adding_an_organisation(database: str, cast: Cast) -> None:
    number = service.add_organisation(cast.admin, BODY)
    assert last_event() == ("organisation:create", "organisation", str(number), cast.admin.account_id)
    added = next(body for body in queries.organisations(cast.sun_judge) if body.id == number)
    assert (added.name, added.kind, added.region) == ("长兴县社会治理中心", OrganisationKind.GOVERNMENT, "长兴县")


def test_two_organisations_of_one_name(database: str, cast: Cast) -> None:
    service.add_organisation(cast.admin, BODY)
    with pytest.raises(Duplicate, match="已有同名单位。 请核对后修改"):
        service.add_organisation(cast.admin, BODY)


def test_an_organisation_in_a_region_that_is_not_there(database: str, cast: Cast) -> None:
    with pytest.raises(NotFound, match="没有找到地区代码 990000。 请在“地区与分组”页核对"):
        service.add_organisation(cast.admin, BODY.model_copy(update={"region_code": "990000"}))


def test_adding_an_account(database: str, cast: Cast) -> None:
    number = service.add_account(cast.admin, account())
    assert last_event() == ("account:create", "account", str(number), cast.admin.account_id)
    with read() as session:
        row = session.get(Account, number)
        assert row is not None
        assert row.password_hash.startswith("$argon2id$")
        assert (row.active, row.demo, row.version, row.created_at.tzinfo is not None) == (True, False, 1, True)
        events = session.exec(select(AuditEvent)).all()
        assert [event.id for event in events if "a plain sentence" in str(event.changes)] == []


def test_two_accounts_of_one_username(database: str, cast: Cast) -> None:
    with pytest.raises(Duplicate, match="这个用户名已被使用。"):
        service.add_account(cast.admin, account("li_staff"))


def test_a_county_team_needs_a_region(cast: Cast) -> None:
    with pytest.raises(Invalid, match="县级团队的单位必须有所属地区"):
        service.add_account(cast.admin, account(organisation_id=1, role=Role.COUNTY))
    with pytest.raises(NotFound, match="没有找到所选单位"):
        service.add_account(cast.admin, account(organisation_id=999))


@pytest.mark.parametrize(
    ("password", "problems"),
    [
        ("short", ["密码至少 10 位"]),
        ("aaaaaaaaaaaa", ["密码中不同的字符至少 5 个"]),
        ("my ZHU_changxing 1", ["密码不能包含用户名"]),
        ("", ["密码至少 10 位", "密码中不同的字符至少 5 个"]),
    ],
)
def test_weak_passwords(cast: Cast, password: str, problems: list[str]) -> None:
    with pytest.raises(Invalid) as refused:
        service.add_account(cast.admin, account().model_copy(update={"password": password}))
    assert refused.value.problems == problems


def test_a_password_keeps_its_spaces() -> None:
    data = AccountIn(username=" ab ", name=" 甲 ", role=Role.JUDGE, organisation_id=1, password=" a sentence ")
    assert (data.username, data.name, data.password) == ("ab", "甲", " a sentence ")


@pytest.mark.parametrize("username", ["", "a", "李研", "UPPER", "with space", "x" * 33, "a;b"])
def test_usernames(username: str) -> None:
    with pytest.raises(ValidationError):
        account(username)


def test_closing_and_reopening(database: str, cast: Cast) -> None:
    seen = view(cast.admin, "wang_anji")
    service.set_active(cast.admin, seen.id, False, seen_version=seen.version)
    assert last_event() == ("account:close", "account", str(seen.id), cast.admin.account_id)
    with pytest.raises(Conflict, match="这条记录刚被别人改过"):
        service.set_active(cast.admin, seen.id, True, seen_version=seen.version)
    service.set_active(cast.admin, seen.id, True, seen_version=seen.version + 1)
    assert last_event()[0] == "account:activate"
    assert view(cast.admin, "wang_anji").active


def test_an_account_that_is_not_there(cast: Cast) -> None:
    with pytest.raises(NotFound):
        service.set_active(cast.admin, 999, False, seen_version=1)
    with pytest.raises(NotFound):
        service.reset_password(cast.admin, 999, "a plain sentence")


def test_an_administrator_cannot_close_themselves(cast: Cast) -> None:
    seen = view(cast.admin, "admin")
    with pytest.raises(Invalid, match="不能停用自己的账号"):
        service.set_active(cast.admin, seen.id, False, seen_version=seen.version)


def test_changing_ones_password(database: str, cast: Cast) -> None:
    elsewhere = sessions.sign_in("wang_anji", PASSWORD, "192.0.2.8")
    service.change_password(cast.wang_anji, PASSWORD, "another sentence")
    assert last_event() == ("account:change_password", "account", str(cast.wang_anji.account_id), 4)
    assert sessions.resolve(elsewhere) is None
    assert sessions.sign_in("wang_anji", "another sentence", "192.0.2.8")
    with pytest.raises(Invalid, match="原密码不正确"):
        service.change_password(cast.wang_anji, PASSWORD, "a third sentence")
    with pytest.raises(Invalid, match="密码至少 10 位"):
        service.change_password(cast.wang_anji, "another sentence", "short")


def test_the_command_line_has_no_password(cast: Cast) -> None:
    with pytest.raises(Invalid, match="原密码不正确"):
        service.change_password(OPERATOR, "", "a plain sentence")


def test_resetting_a_password(database: str, cast: Cast) -> None:
    number = cast.wang_anji.account_id
    assert number is not None
    service.reset_password(cast.admin, number, "another sentence")
    assert last_event() == ("account:reset_password", "account", str(number), cast.admin.account_id)
    assert cast.wang_anji.session_id is not None
    assert sessions.actor(cast.wang_anji.session_id) is None
    assert sessions.sign_in("wang_anji", "another sentence", "192.0.2.8")
