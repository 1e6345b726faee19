"""Objections to a list on notice as people see them, and what becomes of one that is not answered in time: it goes to the
supervisor whom the notice names. Within a session or transaction of the room above, which says who decided the case.

The rooms keep notices and objections in tables of their own, as they are about different things; the columns that are used
here are the same. Who filed one is shown to its handler, the administrator and the person himself.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from sqlmodel import Session, SQLModel, col, select

from accounts.permissions import Actor, Answer, Permission, Subject, may, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.words import Role
from db import files
from db.files import Attached
from db.session import check_version
from db.tables import Account
from panels import noticing

T = TypeVar("T", bound=SQLModel)

STAFF = (Role.INSTITUTE, Role.ADMIN)


class Row(Protocol):
    """What a row of an objection has."""

    id: int | None
    notice_id: int
    account_id: int
    text: str
    due_on: date
    filed_at: datetime
    handler_id: int | None
    escalated_to: int | None
    escalated_at: datetime | None
    upheld: bool | None
    answer: str
    answered_at: datetime | None
    version: int


class NoticeRow(noticing.Notice, Protocol):
    """What a row of a notice has."""

    number: int
    days: int
    changes: list[Any]
    contact: str
    answer_days: int
    supervisor_id: int | None
    issued_at: datetime


@dataclass(frozen=True)
class NoticeView:
    """A list on notice but for the list. `left` working days to come, today among them; None while paused or over;
    `days_left` of them were left when it was paused. Objections are answered within `answer_days`, or the supervisor
    has somebody else do it."""

    number: int
    starts_on: date
    ends_on: date
    days: int
    count_first: bool
    provisional: bool
    paused_on: date | None
    left: int | None
    days_left: int
    changes: Sequence[str]
    contact: str
    answer_days: int
    supervisor: str
    issued_at: datetime


@dataclass(frozen=True)
class ObjectionView:
    """`name` is "" for all but the handler, the administrator and who filed it. `about`: what it is about, "" for all of
    the list. `late`: days past `due_on`, today or when it was answered; `supervises` whether this person may have somebody
    else answer it now."""

    id: int
    name: str
    about: str
    about_id: int | None
    text: str
    filed_at: datetime
    due_on: date
    late: int
    supervisor: str
    supervises: bool
    escalated_at: datetime | None
    handler: str
    handles: bool
    takes: Answer
    upheld: bool | None
    answer: str
    answered_at: datetime | None
    files: Sequence[Attached]
    version: int


def told(session: Session, item: NoticeRow, *, running: bool) -> dict[str, Any]:
    """The fields of a `NoticeView`; `running` when it is the newest and its days count."""
    left = noticing.countdown(clock.today(), item.counted_from, item.ends_on) if running else None
    names = ("number", "starts_on", "ends_on", "days", "days_left", "count_first", "provisional", "paused_on")
    more = ("changes", "contact", "answer_days", "issued_at")
    shown = {name: getattr(item, name) for name in (*names, *more)}
    return shown | {"left": left, "supervisor": _name(session, item.supervisor_id)}


def views(
    session: Session,
    actor: Actor,
    rows: Sequence[Row],
    *,
    entity: str,
    supervisors: Mapping[int | None, int | None],
    deciders: Subject,
    about: Mapping[int | None, tuple[int, str]] | None = None,
) -> list[ObjectionView]:
    """Those that the actor may see, in their order: who filed one sees it, and staff. `supervisors` by notice; `about` by
    objection."""
    attached = files.attached(session, entity, [item.id or 0 for item in rows])
    found = []
    for item in rows:
        own = actor.account_id is not None and item.account_id == actor.account_id
        if not (own or actor.is_staff):
            continue
        handles = actor.account_id is not None and item.handler_id == actor.account_id
        whose = _name(session, item.account_id) if own or handles or actor.role is Role.ADMIN else ""
        supervisor = supervisors.get(item.notice_id)
        until = clock.beijing(item.answered_at).date() if item.answered_at else clock.today()
        late = noticing.days_late(item.due_on, until)
        subject, words = (about or {}).get(item.id, (None, ""))
        supervises = late > 0 and item.upheld is None
        found.append(
            ObjectionView(
                id=item.id or 0,
                name=whose,
                about=words,
                about_id=subject,
                text=item.text,
                filed_at=item.filed_at,
                due_on=item.due_on,
                late=late,
                supervisor=_name(session, supervisor),
                supervises=supervises and bool(may(actor, Permission.OBJECTION_SUPERVISE, _watched(supervisor))),
                escalated_at=item.escalated_at,
                handler=_name(session, item.handler_id),
                handles=handles,
                takes=may(actor, Permission.OBJECTION_ANSWER, deciders),
                upheld=item.upheld,
                answer=item.answer,
                answered_at=item.answered_at,
                # Kept without a name, as the log is.
                files=[replace(file, added_by=whose) for file in attached if file.entity_id == item.id and whose],
                version=item.version,
            )
        )
    return found


def reads(actor: Actor, item: Row | None) -> bool:
    """Whether somebody may read an objection's files, which may say who it is from."""
    if item is None or actor.account_id is None:
        return item is not None and actor.role is Role.ADMIN
    return actor.role is Role.ADMIN or actor.account_id in (item.account_id, item.handler_id)


def supervisors(session: Session, busy: Collection[int | None]) -> dict[int, str]:
    """Who can be named to watch over objections: staff who are not `busy` with the case."""
    rows = session.exec(
        select(Account.id, Account.name).where(col(Account.role).in_(STAFF), Account.active).order_by(col(Account.id))
    ).all()
    return {key or 0: name for key, name in rows if key not in busy}


# -- within a transaction -------------------------------------------------------------------


def late(session: Session, table: type[T]) -> Sequence[T]:
    """A room's objections that nobody answered in time and nobody was handed yet."""
    query = select(table).where(
        table.upheld.is_(None),  # type: ignore[attr-defined]
        table.escalated_at.is_(None),  # type: ignore[attr-defined]
        table.due_on < clock.today(),  # type: ignore[attr-defined]
    )
    return session.exec(query).all()


def escalate(item: Row, supervisor_id: int | None) -> dict[str, Any] | None:
    """Hand a late objection to its supervisor, once; what the log says of it when it was handed now."""
    if item.escalated_at is not None or supervisor_id is None:
        return None
    item.escalated_to, item.escalated_at = supervisor_id, clock.now()
    return {"to": supervisor_id, "due": str(item.due_on)}


def reassign(
    session: Session,
    actor: Actor,
    item: Row,
    handler_id: int,
    reason: str,
    *,
    supervisor_id: int | None,
    decided: Collection[int],
    seen_version: int,
) -> dict[str, Any]:
    """The supervisor, or the administrator, has somebody else answer an objection that is late; what the log says."""
    require(actor, Permission.OBJECTION_SUPERVISE, _watched(supervisor_id))
    check_version(item, seen_version)
    if item.upheld is not None:
        raise WrongState("这件异议已经答复。", "请刷新页面。")
    if not noticing.days_late(item.due_on, clock.today()):
        raise WrongState(f"答复期限到 {item.due_on}，还没有超期。", "期限内由受理人答复。")
    if len(reason.strip()) < 4:
        raise Invalid(["请写明改派的理由"])
    account = session.get(Account, handler_id)
    if account is None or not account.active or account.role not in STAFF:
        raise NotFound("没有找到可以改派的人员。", "受理人须是研究院的在用账号。")
    if account.id in decided:
        raise Invalid([f"{account.name}参与了审查或审定，不能答复"], "请改派另一位人员。")
    if account.id == item.handler_id:
        raise Invalid([f"现在就由{account.name}办理"], "请改派另一位人员。")
    item.handler_id = account.id
    return {"handler": account.name}


def _watched(supervisor_id: int | None) -> Subject:
    return Subject(reviewers=frozenset([supervisor_id] if supervisor_id is not None else []))


def _name(session: Session, account_id: int | None) -> str:
    found = session.get(Account, account_id) if account_id else None
    return found.name if found else ""
