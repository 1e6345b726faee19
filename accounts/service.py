"""Commands about people and organisations."""

from __future__ import annotations

from sqlmodel import Session

from accounts import passwords, sessions
from accounts.permissions import Actor, Permission, require
from accounts.schemas import AccountIn, OrganisationIn
from core import clock
from core.errors import Invalid, NotFound
from core.words import Role
from db import audit
from db.session import check_version, read, write
from db.tables import Account, Organisation, Region


def add_organisation(actor: Actor, data: OrganisationIn) -> int:
    require(actor, Permission.ACCOUNT_MANAGE)
    with write() as session:
        if data.region_code and session.get(Region, data.region_code) is None:
            raise NotFound(
                f"没有找到地区代码 {data.region_code}。", "请在“地区与分组”页核对六位代码，或先载入该省的地区。"
            )
        row = Organisation(**data.model_dump())
        session.add(row)
        session.flush()
        audit.record(session, actor.account_id, "organisation:create", "organisation", row.id, data.model_dump())
        assert row.id is not None
        return row.id


def add_account(actor: Actor, data: AccountIn, *, demo: bool = False) -> int:
    """Make an account. A county team must belong to an organisation with a region, because that
    region is all it can see."""
    require(actor, Permission.ACCOUNT_MANAGE)
    hashed = _hashed(data.password, data.username)
    with write() as session:
        organisation = session.get(Organisation, data.organisation_id)
        if organisation is None:
            raise NotFound("没有找到所选单位。", "请重新选择单位。")
        if data.role is Role.COUNTY and not organisation.region_code:
            raise Invalid(["县级团队的单位必须有所属地区"], "请先为该单位填写所属地区，或选择另一个单位。")
        row = Account(
            username=data.username,
            name=data.name,
            role=data.role,
            organisation_id=data.organisation_id,
            password_hash=hashed,
            demo=demo,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        changes = data.model_dump(exclude={"password"})
        audit.record(session, actor.account_id, "account:create", "account", row.id, changes)
        assert row.id is not None
        return row.id


def set_active(actor: Actor, account_id: int, active: bool, *, seen_version: int) -> None:
    """Close or reopen an account. Closing signs the person out everywhere at once."""
    require(actor, Permission.ACCOUNT_MANAGE)
    if account_id == actor.account_id and not active:
        raise Invalid(["不能停用自己的账号"], "请由另一位系统管理员办理。")
    with write() as session:
        row = session.get(Account, account_id)
        if row is None:
            raise NotFound("没有找到这个账号。")
        check_version(row, seen_version)
        row.active = active
        if not active:
            sessions.revoke_all(session, account_id)
        audit.record(
            session, actor.account_id, "account:activate" if active else "account:close", "account", account_id
        )


def reset_password(actor: Actor, account_id: int, password: str) -> None:
    """Set a new password for somebody, end their sessions and any pause after failed sign-ins."""
    require(actor, Permission.ACCOUNT_MANAGE)
    with read() as session:
        found = session.get(Account, account_id)
        if found is None:
            raise NotFound("没有找到这个账号。")
        username = found.username
    hashed = _hashed(password, username)
    with write() as session:
        _set_password(session, account_id, hashed)
        sessions.forgive(session, username)
        audit.record(session, actor.account_id, "account:reset_password", "account", account_id)


def change_password(actor: Actor, old: str, new: str) -> None:
    """Change one's own password. Other browsers are signed out; this one too, by design."""
    with read() as session:
        found = session.get(Account, actor.account_id) if actor.account_id else None
        username, stored = (found.username, found.password_hash) if found else ("", None)
    if not passwords.verify(stored, old) or actor.account_id is None:
        raise Invalid(["原密码不正确"], "请重新输入原密码。")
    hashed = _hashed(new, username)
    with write() as session:
        _set_password(session, actor.account_id, hashed)
        audit.record(session, actor.account_id, "account:change_password", "account", actor.account_id)


def _hashed(password: str, username: str) -> str:
    """Checked and hashed before the transaction: hashing is slow on purpose and would hold the write lock."""
    passwords.check_strength(password, username)
    return passwords.hash_password(password)


def _set_password(session: Session, account_id: int, hashed: str) -> None:
    row = session.get(Account, account_id)
    if row is None:
        raise NotFound("没有找到这个账号。")
    row.password_hash = hashed
    sessions.revoke_all(session, account_id)
