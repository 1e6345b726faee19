"""Reads about citizens' requests: how imports go, and what the tickets add up to. Sums come from
`ticket_month`; the tickets themselves are read only as somebody's evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, may
from core import clock
from core.words import ImportState, Role
from db.session import read
from db.tables import Account, Need, NeedTicket, Region, Ticket, TicketImport, TicketMonth
from regions import groups
from regions.queries import names
from scenarios.need_queries import readable_needs

_LATE = timedelta(seconds=20)  # without a sign of life: the page says so before the worker counts as dead


@dataclass(frozen=True)
class ImportView:
    """A file and how far it has come. `silent`: its worker has not been heard of for a while."""

    id: int
    file_name: str
    state: ImportState
    message: str
    rows: int
    seen: int
    added: int
    updated: int
    unchanged: int
    rejected: int
    names: int
    phones: int
    documents: int
    findings: Sequence[Mapping[str, Any]]
    by: str
    started_at: datetime
    finished_at: datetime | None
    silent: bool

    @property
    def share(self) -> float:
        """How much of the file has been read and stored, 0…1."""
        if self.state is ImportState.DONE:
            return 1.0
        return self.seen / self.rows if self.rows else 0.0

    @property
    def places(self) -> list[Mapping[str, Any]]:
        """Findings with their row; at most 300 of a kind are kept."""
        return [finding for finding in self.findings if "row" in finding]

    @property
    def counted(self) -> dict[str, int]:
        """How many findings there were of each rule."""
        return {finding["rule"]: finding["count"] for finding in self.findings if "count" in finding}


@dataclass(frozen=True)
class Counts:
    """What tickets add up to. `…_known`: the file said something about it; `rated`: somebody said how satisfied."""

    tickets: int = 0
    handled_known: int = 0
    handled: int = 0
    replied_known: int = 0
    replied: int = 0
    rated: int = 0
    satisfied: int = 0
    dissatisfied: int = 0
    open_dissatisfied: int = 0
    rectified: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in MEASURES))


MEASURES = tuple(measure.name for measure in fields(Counts))


@dataclass(frozen=True)
class RegionCounts:
    """The counts of a region over some months, and the group it was in on the last of their days."""

    code: str
    region: str
    group: str
    counts: Counts


@dataclass(frozen=True)
class TicketView:
    """A ticket as evidence; its text was stored without personal data."""

    number: str
    at: datetime
    region: str
    category: str
    text: str


def visible(actor: Actor) -> Any:
    """A condition on region codes: whose tickets the actor sees. Staff see all, a county team its own."""
    if not may(actor, Permission.TICKET_READ):
        return lambda column: sqlalchemy.false()
    if actor.is_staff:
        return lambda column: sqlalchemy.true()
    return lambda column: col(column) == actor.region_code


def imports(actor: Actor, *, limit: int = 20) -> list[ImportView]:
    """The newest imports, newest first; a county team sees those of its region."""
    return _imports(actor, limit=limit)


def running(actor: Actor) -> list[ImportView]:
    """Imports under way, in the order they are worked on."""
    return sorted(
        _imports(actor, col(TicketImport.state).not_in([s for s in ImportState if s.ended])), key=lambda v: v.id
    )


def import_view(actor: Actor, import_id: int | None) -> ImportView | None:
    found = _imports(actor, col(TicketImport.id) == import_id)
    return found[0] if found else None


def months(actor: Actor) -> list[str]:
    """Months (2026-03) with tickets that the actor sees, oldest first."""
    seen = visible(actor)
    with read() as session:
        query = select(TicketMonth.month).where(seen(TicketMonth.region_code)).distinct()
        return sorted(session.exec(query).all())


def by_region(actor: Actor, first: str, last: str, *, category: str | None = None) -> list[RegionCounts]:
    """Counts of every region with tickets from month `first` to `last`, both included, most tickets first."""
    seen = visible(actor)
    query = _summed(TicketMonth.region_code).where(
        seen(TicketMonth.region_code), col(TicketMonth.month).between(first, last)
    )
    if category is not None:
        query = query.where(TicketMonth.category == category)
    with read() as session:
        found = {code: Counts(*numbers) for code, *numbers in session.execute(query)}
        return _placed(session, found, last_day(last))


def by_group(rows: Iterable[RegionCounts]) -> dict[str, tuple[int, Counts]]:
    """(regions, counts) of each group, the largest first."""
    together: dict[str, list[Counts]] = defaultdict(list)
    for row in rows:
        together[row.group].append(row.counts)
    summed = {name: (len(found), sum(found, Counts())) for name, found in together.items()}
    return dict(sorted(summed.items(), key=lambda item: -item[1][1].tickets))


def by_month(actor: Actor, *, region_code: str | None = None) -> dict[str, Counts]:
    """Counts of each month, oldest first."""
    seen = visible(actor)
    query = _summed(TicketMonth.month).where(seen(TicketMonth.region_code))
    if region_code:
        query = query.where(TicketMonth.region_code == region_code)
    with read() as session:
        return dict(sorted((month, Counts(*numbers)) for month, *numbers in session.execute(query)))


def categories(actor: Actor, first: str, last: str) -> list[tuple[str, int]]:
    """Categories with their tickets in these months, most first."""
    seen = visible(actor)
    total = func.sum(TicketMonth.tickets)
    query = (
        sqlalchemy.select(col(TicketMonth.category), total)
        .where(seen(TicketMonth.region_code), col(TicketMonth.month).between(first, last))
        .group_by(col(TicketMonth.category))
        .order_by(total.desc(), col(TicketMonth.category))
    )
    with read() as session:
        return [(category, int(tickets)) for category, tickets in session.execute(query)]


def evidence(actor: Actor, need_id: int, *, limit: int = 50) -> list[TicketView]:
    """The newest tickets that are evidence of a need which the actor sees."""
    mine = readable_needs(actor).with_only_columns(Need.id).where(Need.id == need_id)
    query = (
        sqlalchemy.select(*map(col, (Ticket.number, Ticket.at, Region.name, Ticket.category, Ticket.text)))
        .join(NeedTicket, col(NeedTicket.ticket_id) == Ticket.id)
        .join(Region, col(Region.code) == Ticket.region_code)
        .where(col(NeedTicket.need_id).in_(mine))
        .order_by(col(Ticket.at).desc(), col(Ticket.id))
        .limit(limit)
    )
    with read() as session:
        return [TicketView(*row) for row in session.execute(query)]


def last_day(month: str) -> date:
    """The last day of 2026-03, but never a day to come: groups of the future are nobody's yet."""
    first = date.fromisoformat(f"{month}-01")
    return min((first + timedelta(days=32)).replace(day=1) - timedelta(days=1), clock.today())


def _imports(actor: Actor, *conditions: Any, limit: int | None = None) -> list[ImportView]:
    query = select(TicketImport, Account.name).join(Account, col(Account.id) == TicketImport.started_by)
    if not may(actor, Permission.TICKET_READ):
        return []
    if actor.role is Role.COUNTY:
        query = query.where(TicketImport.region_code == actor.region_code)
    query = query.where(*conditions).order_by(col(TicketImport.id).desc())
    with read() as session:
        rows = session.exec(query.limit(limit) if limit else query).all()
    silence = clock.now() - _LATE
    return [
        ImportView(
            **{
                name: getattr(row, name)
                for name in ImportView.__dataclass_fields__
                if name not in ("id", "by", "silent")
            },
            id=row.id or 0,
            by=by,
            silent=not row.state.ended and row.beat < silence,
        )
        for row, by in rows
    ]


def _summed(key: Any) -> Any:
    sums = [func.sum(getattr(TicketMonth, measure)) for measure in MEASURES]
    return sqlalchemy.select(col(key), *sums).group_by(col(key))


def _placed(session: Session, found: Mapping[str, Counts], on: date) -> list[RegionCounts]:
    named = names(session, set(found))
    member = groups.memberships(session, list(found), on)
    rows = [
        RegionCounts(code, named[code], member[code].name if code in member else "未分组", counts)
        for code, counts in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.counts.tickets, row.code))
