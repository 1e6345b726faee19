"""Reads about people, organisations and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from accounts import labels
from accounts.permissions import Actor, Permission, require
from core import clock
from core.settings import settings
from core.words import OrganisationKind, RegionLevel, Role
from db.session import read
from db.tables import Account, AuditEvent, LoginSession, Organisation, Region


@dataclass(frozen=True)
class OrganisationView:
    id: int
    name: str
    short_name: str
    kind: OrganisationKind
    region_code: str | None
    region: str


@dataclass(frozen=True)
class AccountView:
    id: int
    username: str
    name: str
    role: Role
    organisation: str
    active: bool
    version: int


@dataclass(frozen=True)
class EventView:
    id: int
    at: datetime
    actor: str
    action: str
    entity: str
    entity_id: str
    reason: str
    changes: dict[str, object]

    @property
    def words(self) -> str:
        """What was done, in Chinese: the step's verb where it was a step of a workflow."""
        step = self.changes.get("do")
        return f"{labels.action(self.action)}：{step}" if isinstance(step, str) else labels.action(self.action)

    @property
    def entity_words(self) -> str:
        """What kind of record it was done to."""
        return labels.entity(self.entity)


@dataclass(frozen=True)
class SignInView:
    """A browser somebody is signed in with; `here` marks the one that asks."""

    since: datetime
    seen_at: datetime
    address: str
    here: bool


def organisations(_: Actor) -> list[OrganisationView]:
    """All organisations, by kind and name. Everybody signed in may name one."""
    with read() as session:
        rows = session.exec(
            select(Organisation, Region)
            .outerjoin(Region, col(Region.code) == Organisation.region_code)
            .order_by(Organisation.kind, Organisation.name)
        ).all()
        return [
            OrganisationView(o.id or 0, o.name, o.short_name, o.kind, o.region_code, r.name if r else "")
            for o, r in rows
        ]


def accounts(actor: Actor, *, search: str = "") -> list[AccountView]:
    """Everybody's account; `search` is looked for in username, name and organisation."""
    require(actor, Permission.ACCOUNT_MANAGE)
    sought = search.strip()
    return _accounts(
        or_(
            *(
                col(column).contains(sought, autoescape=True)
                for column in (Account.username, Account.name, Organisation.name)
            )
        )
    )


def own_account(actor: Actor) -> AccountView | None:
    """The account of the person who asks; None for the command line."""
    return next(iter(_accounts(col(Account.id) == actor.account_id)), None)


def region_choices(_: Actor) -> dict[str, str]:
    """Where an organisation may govern: code → name with the one above it, in code order."""
    above = aliased(Region)
    with read() as session:
        rows = session.exec(
            select(Region.code, Region.name, above.name)
            .outerjoin(above, col(above.code) == Region.parent_code)
            .where(Region.level != RegionLevel.TOWN)
            .order_by(Region.code)
        ).all()
        return {code: f"{name}（{parent}）" if parent else name for code, name, parent in rows}


def _accounts(wanted: ColumnElement[bool]) -> list[AccountView]:
    with read() as session:
        rows = session.exec(
            select(Account, Organisation)
            .join(Organisation, col(Organisation.id) == Account.organisation_id)
            .where(wanted)
            .order_by(col(Account.id))
        ).all()
        return [AccountView(a.id or 0, a.username, a.name, a.role, o.name, a.active, a.version) for a, o in rows]


def sign_ins(actor: Actor) -> list[SignInView]:
    """Where this person is signed in now, the newest use first."""
    oldest = clock.now() - timedelta(hours=settings().session_hours)
    with read() as session:
        rows = session.exec(
            select(LoginSession)
            .where(
                LoginSession.account_id == actor.account_id,
                col(LoginSession.revoked_at).is_(None),
                col(LoginSession.seen_at) > oldest,
            )
            .order_by(col(LoginSession.seen_at).desc(), col(LoginSession.id).desc())
        ).all()
        return [SignInView(r.created_at, r.seen_at, r.address, r.id == actor.session_id) for r in rows]


def history(_: Actor, entity: str, entity_id: int) -> list[EventView]:
    """What happened to one record, newest first. The caller has already checked that the actor sees it."""
    return _events([AuditEvent.entity == entity, AuditEvent.entity_id == str(entity_id)], limit=200)


def events(
    actor: Actor, *, text: str = "", entity: str | None = None, account_id: int | None = None, limit: int = 500
) -> list[EventView]:
    """The newest events of the whole installation. `text` is looked for in the action's words, the
    person's name, the record's number, the reason and what was changed."""
    require(actor, Permission.AUDIT_READ)
    wanted: list[ColumnElement[bool] | bool] = []
    if entity is not None:
        wanted.append(AuditEvent.entity == entity)
    if account_id is not None:
        wanted.append(AuditEvent.actor_id == account_id)
    if text.strip():
        sought = text.strip()
        codes = [code for code, words in labels.ACTIONS.items() if sought in words]
        wanted.append(
            or_(
                col(AuditEvent.action).in_(codes),
                col(AuditEvent.entity_id) == sought,
                col(AuditEvent.reason).contains(sought, autoescape=True),
                col(Account.name).contains(sought, autoescape=True),
                cast(AuditEvent.changes, String).contains(sought, autoescape=True),
            )
        )
    return _events(wanted, limit)


def people_in_log(actor: Actor) -> dict[int, str]:
    """Everybody who ever did something: account id → name."""
    require(actor, Permission.AUDIT_READ)
    with read() as session:
        acted = select(AuditEvent.actor_id).distinct()
        rows = session.exec(
            select(Account.id, Account.name).where(col(Account.id).in_(acted)).order_by(col(Account.id))
        ).all()
        return {number or 0: name for number, name in rows}


def _events(wanted: Sequence[ColumnElement[bool] | bool], limit: int) -> list[EventView]:
    query = (
        select(AuditEvent, Account.name)
        .outerjoin(Account, col(Account.id) == AuditEvent.actor_id)
        .where(*wanted)
        .order_by(col(AuditEvent.id).desc())
        .limit(limit)
    )
    with read() as session:
        return [
            EventView(e.id or 0, e.at, name or "系统", e.action, e.entity, e.entity_id, e.reason, e.changes)
            for e, name in session.exec(query).all()
        ]
