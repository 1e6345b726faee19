"""Reads about organisations that ask to bid, for staff."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from accounts.doubles import doubled
from accounts.permissions import Actor, Permission, require
from core.words import ApplicationState, OrganisationKind
from db.session import read
from db.tables import Account, BidderApplication, Organisation


@dataclass(frozen=True)
class ApplicationView:
    """An organisation that asks to bid. `double` is whom it doubles, "" for nobody; `beside` how many others wait
    with the same code; `joins` whether an organisation of its name is known already and would be the same one."""

    id: int
    organisation: str
    kind: OrganisationKind
    credit_code: str
    contact: str
    phone: str
    applied_at: datetime
    state: ApplicationState
    reason: str
    decided_by: str
    decided_at: datetime | None
    double: str
    beside: int
    joins: bool
    version: int


def applications(actor: Actor) -> list[ApplicationView]:
    """For staff: those that wait first, the oldest first; then the decided ones, the newest first."""
    require(actor, Permission.BIDDER_ADMIT)
    with read() as session:
        rows = session.exec(
            select(BidderApplication, Account.name)
            .outerjoin(Account, col(Account.id) == BidderApplication.decided_by)
            .order_by(col(BidderApplication.id))
        ).all()
        waiting = Counter(row.credit_code for row, _ in rows if row.state is ApplicationState.WAITING)
        names = set(session.exec(select(Organisation.name)).all())
        views = [
            ApplicationView(
                id=row.id or 0,
                organisation=row.organisation,
                kind=row.kind,
                credit_code=row.credit_code,
                contact=row.contact,
                phone=row.phone,
                applied_at=row.applied_at,
                state=row.state,
                reason=row.reason,
                decided_by=who or ("命令行" if row.decided_at else ""),
                decided_at=row.decided_at,
                double=doubled(session, row) if open_ else "",
                beside=waiting[row.credit_code] - 1 if open_ else 0,
                joins=open_ and row.organisation in names,
                version=row.version,
            )
            for row, who in rows
            for open_ in [row.state is ApplicationState.WAITING]
        ]
    done = [view for view in views if view.state is not ApplicationState.WAITING]
    return [view for view in views if view.state is ApplicationState.WAITING] + done[::-1]
