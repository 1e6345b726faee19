"""Signing in and out, on both databases."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlmodel import col, select

from accounts import queries, service, sessions
from accounts.permissions import Actor
from core.errors import AppError, Forbidden, Invalid
from core.words import Role
from db import facts, upgrade
from db.session import read, write
from db.tables import Account, AuditEvent, LoginSession, SignInFailure
from tests.support import PASSWORD, Cast, count_queries
from tests.support.databases import Databases, use

WRONG = "用户名或密码不正确。"
HERE, THERE = "192.0.2.7", "192.0.2.8"


def who(token: str) -> Actor | None:
    """The person a browser with this cookie acts as."""
    session_id = sessions.resolve(token)
    return sessions.actor(session_id) if session_id else None


def fail(times: int, username: str = "wang_anji", address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(AppError, match=WRONG):
            sessions.sign_in(username, "not the password", address)


@pytest.fixture
def paused(cast: Cast) -> None:
    """安吉's account after too many failures."""
    fail(8)


def test_signing_in_opens_a_session(database: str, cast: Cast) -> None:
    found = who(sessions.sign_in(" Wang_Anji ", PASSWORD, HERE))
    assert found is not None
    assert (found.account_id, found.role, found.region_code, found.region) == (
        cast.wang_anji.account_id,
        Role.COUNTY,
        "330523",
        "安吉县",
    )
    assert found.session_id != cast.wang_anji.session_id
    with read() as session:
        last = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc())).first()
        assert last is not None
        assert (last.action, last.actor_id) == ("session:open", cast.wang_anji.account_id)


@pytest.mark.parametrize(
    ("username", "password"), [("wang_anji", "wrong"), ("nobody", PASSWORD), ("wang_anji", ""), ("", "")]
)
def test_a_wrong_name_and_a_wrong_password_are_told_apart_by_nobody(cast: Cast, username: str, password: str) -> None:
    with pytest.raises(AppError) as refused:
        sessions.sign_in(username, password, HERE)
    assert str(refused.value) == f"{WRONG} 请核对后重试；忘记密码请联系系统管理员重置。"


def test_only_the_hash_of_a_token_is_kept(database: str, cast: Cast) -> None:
    token = sessions.sign_in("wang_anji", PASSWORD, HERE)
    with read() as session:
        kept = [str(value) for row in session.exec(select(LoginSession)).all() for value in row.model_dump().values()]
        logged = [f"{event.changes}{event.reason}" for event in session.exec(select(AuditEvent)).all()]
    assert hashlib.sha256(token.encode()).hexdigest() in kept
    assert [text for text in kept + logged if token in text] == []
    assert len(token) >= 43


@pytest.mark.parametrize("token", ["", "x", "0" * 64])
def test_an_unknown_token_is_nobody(cast: Cast, token: str) -> None:
    assert sessions.resolve(token) is None


def test_too_many_failures_pause_the_account(database: str, cast: Cast) -> None:
    fail(8)
    with pytest.raises(AppError, match="登录失败次数过多，已暂停登录。 请在 15 分钟后再试"):
        sessions.sign_in("wang_anji", PASSWORD, THERE)
    assert sessions.sign_in("zhao_deqing", PASSWORD, HERE)


def test_an_address_is_paused_after_five_times_as_many(cast: Cast) -> None:
    for number in range(5):
        fail(8, username=f"guess{number}")
    with pytest.raises(AppError, match="已暂停登录"):
        sessions.sign_in("wang_anji", PASSWORD, HERE)
    assert sessions.sign_in("wang_anji", PASSWORD, THERE)


def test_the_pause_ends_and_old_failures_are_forgotten(paused: None) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=15, seconds=1)):
        assert sessions.sign_in("wang_anji", PASSWORD, HERE)
        fail(1)
        with read() as session:
            assert len(session.exec(select(SignInFailure)).all()) == 1


def test_a_new_password_ends_the_pause(paused: None, cast: Cast) -> None:
    assert cast.wang_anji.account_id is not None
    service.reset_password(cast.admin, cast.wang_anji.account_id, "another plain sentence")
    assert sessions.sign_in("wang_anji", "another plain sentence", HERE)


def test_signing_out_ends_every_browser(database: str, cast: Cast) -> None:
    tokens = [sessions.sign_in("wang_anji", PASSWORD, address) for address in (HERE, THERE)]
    other = sessions.sign_in("zhao_deqing", PASSWORD, HERE)
    here = who(tokens[0])
    assert here is not None
    assert here.session_id is not None
    sessions.sign_out(here.session_id)
    assert [who(token) for token in tokens] == [None, None]
    assert sessions.actor(here.session_id) is None
    assert who(other) is not None
    sessions.sign_out(here.session_id)
    sessions.sign_out(10**9)


def test_a_closed_account_is_out_at_once(database: str, cast: Cast) -> None:
    token = sessions.sign_in("wang_anji", PASSWORD, HERE)
    account = next(a for a in queries.accounts(cast.admin) if a.username == "wang_anji")
    service.set_active(cast.admin, account.id, False, seen_version=account.version)
    assert who(token) is None
    with pytest.raises(AppError, match=WRONG):
        sessions.sign_in("wang_anji", PASSWORD, HERE)
    service.set_active(cast.admin, account.id, True, seen_version=account.version + 1)
    assert who(token) is None
    assert who(sessions.sign_in("wang_anji", PASSWORD, HERE)) is not None


def test_a_changed_role_counts_at_once(cast: Cast) -> None:
    with write() as session:
        account = session.get(Account, cast.wang_anji.account_id)
        assert account is not None
        account.role = Role.JUDGE
    assert cast.wang_anji.session_id is not None
    again = sessions.actor(cast.wang_anji.session_id)
    assert again is not None
    assert again.role is Role.JUDGE


@pytest.mark.parametrize(
    "use_it",
    [lambda _, number: sessions.actor(number), lambda token, _: sessions.resolve(token)],
    ids=["page", "request"],
)
def test_a_session_ends_when_it_is_not_used(cast: Cast, use_it: Callable[[str, int], object]) -> None:
    token = sessions.sign_in("wang_anji", PASSWORD, HERE)
    number = sessions.resolve(token)
    assert number is not None
    start = datetime.now(UTC)
    with time_machine.travel(start + timedelta(hours=11)):
        assert use_it(token, number)
    with time_machine.travel(start + timedelta(hours=22)):
        assert use_it(token, number)
    with time_machine.travel(start + timedelta(hours=34, minutes=1)):
        assert use_it(token, number) is None


def test_a_use_is_written_down_once_a_minute(cast: Cast) -> None:
    assert cast.wang_anji.session_id is not None
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2), tick=False):
        with count_queries() as first:
            sessions.actor(cast.wang_anji.session_id)
        with count_queries() as second:
            sessions.actor(cast.wang_anji.session_id)
    # PRAGMA: whether tables are stamped here, asked once a process. INSERT: the stamp of the table that was written.
    verbs = [statement.split()[0] for statement in first if not statement.startswith("PRAGMA")]
    assert verbs == ["BEGIN", "SELECT", "BEGIN", "UPDATE", "INSERT"]
    assert [statement.split()[0] for statement in second] == ["BEGIN", "SELECT"]


def test_later_work_asks_again_who_it_is_for(cast: Cast) -> None:
    assert sessions.fresh(cast.li_staff) == cast.li_staff
    assert cast.li_staff.session_id is not None
    sessions.sign_out(cast.li_staff.session_id)
    with pytest.raises(Forbidden, match="您的登录已结束"):
        sessions.fresh(cast.li_staff)


@pytest.fixture
def empty_house(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, tmp_path, databases.create())
    upgrade.upgrade()


def set_up(code: str, **changes: str) -> str:
    values = {"username": "first", "name": "首任", "password": PASSWORD, "organisation": "某省发展研究院"} | changes
    return sessions.set_up(**values, code=code, address=HERE)


def test_the_first_administrator_needs_the_code_from_the_console(empty_house: None) -> None:
    assert sessions.needs_setup()
    code = sessions.setup_code()
    wrong = "0000-0000" if code != "0000-0000" else "1111-1111"
    with pytest.raises(Invalid, match="初始化口令不正确"):
        set_up(wrong)
    found = who(set_up(f" {code} "))
    assert found is not None
    assert (found.name, found.role, found.organisation) == ("首任", Role.ADMIN, "某省发展研究院")
    assert not sessions.needs_setup()
    with pytest.raises(Forbidden, match="系统已经初始化"):
        set_up(code, username="second")


def test_guessing_the_code_is_paused(empty_house: None) -> None:
    code = sessions.setup_code()
    wrong = "0000-0000" if code != "0000-0000" else "1111-1111"
    for _ in range(8):
        with pytest.raises(Invalid):
            set_up(wrong)
    with pytest.raises(AppError, match="已暂停登录"):
        set_up(code)


def test_the_first_administrator_is_told_every_problem_in_chinese(empty_house: None) -> None:
    with pytest.raises(Invalid) as refused:
        set_up(sessions.setup_code(), username="首任", name=" ", organisation="")
    assert refused.value.problems == [
        "用户名：请用 2–32 位小写字母、数字或 . _ -",
        "姓名：至少 1 个字",
        "单位全称：至少 2 个字",
    ]
    with pytest.raises(Invalid, match="密码至少 10 位"):
        set_up(sessions.setup_code(), password="short1")


def test_one_click_sign_in_is_for_demos_only(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with write() as session:
        account = session.get(Account, cast.li_staff.account_id)
        assert account is not None
        account.demo = True
    assert sessions.demo_accounts() == []
    with pytest.raises(Forbidden, match="一键登录仅在演示模式下可用"):
        sessions.demo_sign_in("li_staff", HERE)
    with write() as session:
        facts.put(session, "demo", "1")
    assert [(a.username, a.name, a.role_label, a.organisation) for a in sessions.demo_accounts()] == [
        ("li_staff", "李研", "研究院", "研究院")
    ]
    assert who(sessions.demo_sign_in("li_staff", HERE)) is not None
    with pytest.raises(Forbidden):
        sessions.demo_sign_in("admin", HERE)
