"""Signing in and out. The browser holds a random token; the database holds its hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from accounts import passwords
from accounts.permissions import Actor
from accounts.schemas import SetUpIn
from core import clock
from core.errors import AppError, Forbidden, Invalid
from core.settings import settings
from core.validation import checked
from core.words import OrganisationKind, Role
from db import audit, facts
from db.session import read, write
from db.tables import Account, LoginSession, Organisation, Region, SignInFailure

# A session's last use is written at most this often: one write a minute, not one a click.
_TOUCH = timedelta(minutes=1)
# Wrong set-up codes are counted like a person's wrong passwords; no username contains a space.
_SET_UP = "set up"


@dataclass(frozen=True)
class DemoAccount:
    username: str
    name: str
    role_label: str
    organisation: str


def sign_in(username: str, password: str, address: str) -> str:
    """Check a password and open a session; returns the cookie's token."""
    username = username.strip().lower()
    _throttle(username, address)
    with read() as session:
        account = session.exec(select(Account).where(Account.username == username)).first()
        found = (account.id, account.password_hash, account.active) if account else (None, None, False)
    if not passwords.verify(found[1], password) or not found[2]:
        _note_failure(username, address)
        raise AppError("用户名或密码不正确。", "请核对后重试；忘记密码请联系系统管理员重置。")
    assert found[0] is not None
    return _open(found[0], address)


def demo_accounts() -> list[DemoAccount]:
    """The accounts that one click opens; empty unless this installation is a demo."""
    if not facts.is_demo():
        return []
    with read() as session:
        rows = session.exec(
            select(Account, Organisation)
            .join(Organisation, col(Organisation.id) == Account.organisation_id)
            .where(Account.demo, Account.active)
            .order_by(col(Account.id))
        ).all()
        return [DemoAccount(a.username, a.name, a.role.label, o.short_name or o.name) for a, o in rows]


def demo_sign_in(username: str, address: str) -> str:
    if username not in {account.username for account in demo_accounts()}:
        raise Forbidden("一键登录仅在演示模式下可用。", "请输入用户名和密码登录。")
    with read() as session:
        account_id = session.exec(select(Account.id).where(Account.username == username)).one()
    assert account_id is not None
    return _open(account_id, address)


def resolve(token: str) -> int | None:
    """The session a cookie stands for, while it and its account are valid."""
    with read() as session:
        row = session.exec(
            select(LoginSession.id, LoginSession.seen_at, LoginSession.revoked_at, Account.active)
            .join(Account, col(Account.id) == LoginSession.account_id)
            .where(LoginSession.token_hash == _hash(token))
        ).first()
    if row is None or row[2] is not None or not row[3] or not _keep(row[0], row[1]):
        return None
    return row[0]


_COLUMNS: tuple[Any, ...] = (
    LoginSession.revoked_at,
    LoginSession.seen_at,
    LoginSession.account_id,
    Account.active,
    Account.name,
    Account.role,
    Account.organisation_id,
    Organisation.short_name,
    col(Organisation.name).label("organisation"),
    Organisation.region_code,
    col(Region.name).label("region"),
)
# Columns, not objects, and put together once: this is read for every run of every page.
_ACTOR = (
    sqlalchemy.select(*_COLUMNS)
    .join(Account, col(Account.id) == LoginSession.account_id)
    .join(Organisation, col(Organisation.id) == Account.organisation_id)
    .outerjoin(Region, col(Region.code) == Organisation.region_code)
    .where(col(LoginSession.id) == sqlalchemy.bindparam("session_id"))
)


def actor(session_id: int) -> Actor | None:
    """The person behind a session, read afresh so that a changed role or a sign-out counts at once."""
    with read() as session:
        row = session.execute(_ACTOR, {"session_id": session_id}).first()
    if row is None:
        return None
    if row.revoked_at is not None or not row.active or not _keep(session_id, row.seen_at):
        return None
    return Actor(
        account_id=row.account_id,
        session_id=session_id,
        name=row.name,
        role=row.role,
        organisation_id=row.organisation_id,
        organisation=row.short_name or row.organisation,
        region_code=row.region_code,
        region=row.region or "",
    )


def _keep(session_id: int | None, seen_at: datetime) -> bool:
    """Whether a session was used recently enough; this use is noted. Pages rerun over a websocket that
    may stay open for days, so they count, and are checked, as much as requests do."""
    now = clock.now()
    if now - seen_at > timedelta(hours=settings().session_hours):
        return False
    if now - seen_at > _TOUCH:
        with write() as session:
            session.execute(update(LoginSession).where(col(LoginSession.id) == session_id).values(seen_at=now))
    return True


def fresh(actor_: Actor) -> Actor:
    """The same person read again, for work that runs later than the page that offered it (a download).
    Forbidden when they have signed out or been closed since."""
    again = actor(actor_.session_id) if actor_.session_id is not None else None
    if again is None:
        raise Forbidden("您的登录已结束。", "请重新登录后再试。")
    return again


def sign_out(session_id: int) -> None:
    """End every session of the person, in every browser."""
    with write() as session:
        login = session.get(LoginSession, session_id)
        if login is None:
            return
        revoke_all(session, login.account_id)
        audit.record(session, login.account_id, "session:close", "account", login.account_id)


def forgive(session: Session, username: str) -> None:
    """Forget failed sign-ins: a new password ends the pause."""
    session.execute(delete(SignInFailure).where(col(SignInFailure.username) == username))


def revoke_all(session: Session, account_id: int) -> None:
    session.execute(
        update(LoginSession)
        .where(col(LoginSession.account_id) == account_id, col(LoginSession.revoked_at).is_(None))
        .values(revoked_at=clock.now())
    )


def needs_setup() -> bool:
    """True while the installation has no account at all."""
    with read() as session:
        return session.exec(select(Account.id).limit(1)).first() is None


def set_up(username: str, name: str, password: str, organisation: str, code: str, address: str) -> str:
    """Make the first administrator. `code` was printed on the server's console, so only somebody with
    access to the machine can take the installation over."""
    if not needs_setup():
        raise Forbidden("系统已经初始化。", "请用已有账号登录。")
    _throttle(_SET_UP, address)
    if not secrets.compare_digest(code.strip().encode(), setup_code().encode()):
        _note_failure(_SET_UP, address)
        raise Invalid(["初始化口令不正确"], "口令印在启动窗口中，形如 1234-5678。")
    data = checked(SetUpIn, username=username, name=name, organisation=organisation, password=password)
    passwords.check_strength(password, data.username)
    hashed = passwords.hash_password(password)
    with write() as session:
        if session.exec(select(Account.id).limit(1)).first() is not None:
            raise Forbidden("系统已经初始化。", "请用已有账号登录。")
        own = Organisation(name=data.organisation, kind=OrganisationKind.INSTITUTE)
        session.add(own)
        session.flush()
        assert own.id is not None
        account = Account(
            username=data.username,
            name=data.name,
            role=Role.ADMIN,
            organisation_id=own.id,
            password_hash=hashed,
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        audit.record(session, account.id, "account:set_up", "account", account.id, {"username": account.username})
        account_id = account.id
    assert account_id is not None
    return _open(account_id, address)


def setup_code() -> str:
    """Follows from the installation's secret, so every process prints and checks the same one."""
    digits = int.from_bytes(hashlib.sha256(b"set-up" + settings().secret()).digest()[:4]) % 10**8
    return f"{digits // 10**4:04d}-{digits % 10**4:04d}"


def _open(account_id: int, address: str) -> str:
    token, now = secrets.token_urlsafe(32), clock.now()
    with write() as session:
        session.add(
            LoginSession(account_id=account_id, token_hash=_hash(token), created_at=now, seen_at=now, address=address)
        )
        audit.record(session, account_id, "session:open", "account", account_id)
    return token


def _note_failure(username: str, address: str) -> None:
    """Count a failure; those too old to matter go."""
    with write() as session:
        session.execute(delete(SignInFailure).where(col(SignInFailure.at) <= clock.now() - _pause()))
        session.add(SignInFailure(username=username, address=address, at=clock.now()))


def _pause() -> timedelta:
    return timedelta(minutes=settings().sign_in_pause_minutes)


def _throttle(username: str, address: str) -> None:
    with read() as session:
        rows = session.exec(
            select(SignInFailure.username, SignInFailure.address).where(
                SignInFailure.at > clock.now() - _pause(),
                or_(col(SignInFailure.username) == username, col(SignInFailure.address) == address),
            )
        ).all()
    by_name = sum(name == username for name, _ in rows)
    by_address = sum(seen == address for _, seen in rows)
    # Many people can share one address (an office's router), so it is given more room.
    if by_name >= settings().sign_in_attempts or by_address >= 5 * settings().sign_in_attempts:
        raise AppError(
            "登录失败次数过多，已暂停登录。",
            f"请在 {settings().sign_in_pause_minutes} 分钟后再试，或联系系统管理员重置密码。",
        )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
