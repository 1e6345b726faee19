"""The list of domains, as the database keeps it or as it starts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from accounts.permissions import Actor
from db.session import read
from db.tables import Domain, Scenario
from scenarios import rules


@dataclass(frozen=True)
class DomainView:
    name: str
    active: bool
    scenarios: int  # how many are of this domain, seen or not
    safety: bool  # touches life, property or public safety


def domain_list(_: Actor) -> list[DomainView]:
    """All domains in their order, offered or not. Until somebody changes the list it is the usual one, and
    what scenarios have named."""
    with read() as session:
        columns = select(Domain.name, Domain.active, Domain.safety)
        kept = session.exec(columns.order_by(col(Domain.position), col(Domain.id))).all()
        used = dict(session.exec(select(Scenario.domain, func.count()).group_by(Scenario.domain)).all())
    rows = kept or [
        (name, True, name in rules.SAFETY_DOMAINS) for name in dict.fromkeys((*rules.DOMAINS, *sorted(used)))
    ]
    return [DomainView(name, active, used.get(name, 0), safety) for name, active, safety in rows]


def touches_safety(session: Session, domain: str) -> bool:
    """Whether a domain is a matter of life, property or public safety."""
    kept = session.exec(select(Domain.safety).where(Domain.name == domain)).first()
    return domain in rules.SAFETY_DOMAINS if kept is None else kept


def domains(actor: Actor, besides: str = "") -> list[str]:
    """The domains that are offered, and the one a record has already (`besides`)."""
    offered = [view.name for view in domain_list(actor) if view.active]
    return offered if not besides or besides in offered else [*offered, besides]
