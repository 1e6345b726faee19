"""Finding recusals within a transaction: the facts for `conflicts`, and what is found kept as potential."""

from __future__ import annotations

from collections import defaultdict

from sqlmodel import Session, col, select

from core import clock
from core.words import RecusalKind, RecusalState, Role
from db.tables import (
    Account,
    JudgeAffiliation,
    Organisation,
    OrganisationAlias,
    PanelMember,
    Recusal,
    Review,
    ReviewEntry,
)
from panels import conflicts
from panels.conflicts import Candidate, Employer, Person


def detect(session: Session, review: Review) -> int:
    """Look for reasons to step aside between everybody of the panel, the staff, and all entries; new ones are
    potential, known ones stay as they were decided. Returns how many are new."""
    known = {
        (row.account_id, row.entry_id, row.kind)
        for row in session.exec(select(Recusal).where(Recusal.review_id == review.id)).all()
    }
    new = 0
    for found in conflicts.find(_people(session, review), _entries(session, review), clock.today()):
        if (found.account_id, found.entry_id, found.kind) not in known:
            new += 1
            session.add(
                Recusal(
                    review_id=review.id or 0,
                    entry_id=found.entry_id,
                    account_id=found.account_id,
                    kind=found.kind,
                    detail=found.detail,
                    declared_at=clock.now(),
                )
            )
    session.flush()
    return new


def blocked(session: Session, review_id: int) -> set[tuple[int, int | None]]:
    """Pairs of (entry, account) that must not meet, decided or not yet."""
    return set(
        session.exec(
            select(Recusal.entry_id, Recusal.account_id).where(
                Recusal.review_id == review_id, Recusal.state != RecusalState.CLEARED
            )
        ).all()
    )


def kinds(session: Session, review_id: int) -> dict[tuple[int, int], list[RecusalKind]]:
    """Why, per pair of (entry, account)."""
    found: dict[tuple[int, int], list[RecusalKind]] = defaultdict(list)
    for row in session.exec(
        select(Recusal).where(Recusal.review_id == review_id, Recusal.state != RecusalState.CLEARED)
    ):
        found[row.entry_id, row.account_id].append(row.kind)
    return found


def _people(session: Session, review: Review) -> list[Person]:
    seated = select(PanelMember.account_id).where(PanelMember.review_id == review.id)
    rows = session.exec(
        select(Account, Organisation)
        .join(Organisation, col(Organisation.id) == Account.organisation_id)
        .where(col(Account.id).in_(seated) | (col(Account.role).in_((Role.INSTITUTE, Role.ADMIN)) & Account.active))
        .order_by(col(Account.id))
    ).all()
    names = _names(session)
    employers: dict[int, list[Employer]] = defaultdict(list)
    for account, organisation in rows:
        employers[account.id or 0].append(_employer(organisation, names))
    for row in session.exec(
        select(JudgeAffiliation).where(col(JudgeAffiliation.account_id).in_([account.id for account, _ in rows]))
    ):
        more = names.get(row.organisation_id or 0, ())
        employers[row.account_id].append(
            Employer(
                names=tuple(dict.fromkeys((row.name, *more))),
                organisation_id=row.organisation_id,
                credit_code=row.credit_code,
                region_code=row.region_code,
                since=row.since,
                until=row.until,
            )
        )
    return [Person(account.id or 0, account.name, tuple(employers[account.id or 0])) for account, _ in rows]


def _employer(organisation: Organisation, names: dict[int, tuple[str, ...]]) -> Employer:
    return Employer(
        names=names[organisation.id or 0],
        organisation_id=organisation.id,
        credit_code=organisation.credit_code,
        region_code=organisation.region_code,
    )


def _entries(session: Session, review: Review) -> list[Candidate]:
    names = _names(session)
    return [
        Candidate(
            entry_id=row.id or 0,
            names=tuple(dict.fromkeys((row.organisation_name, *names.get(row.organisation_id or 0, ())))),
            organisation_id=row.organisation_id,
            credit_code=row.credit_code,
            region_code=row.region_code,
            team=tuple(row.team),
        )
        for row in session.exec(select(ReviewEntry).where(ReviewEntry.review_id == review.id))
    ]


def _names(session: Session) -> dict[int, tuple[str, ...]]:
    """Every name an organisation is known by: in full, in short, and others that were written down."""
    found: dict[int, list[str]] = defaultdict(list)
    for key, name, short in session.exec(select(Organisation.id, Organisation.name, Organisation.short_name)):
        found[key or 0] += [name, *([short] if short else [])]
    for key, name in session.exec(select(OrganisationAlias.organisation_id, OrganisationAlias.name)):
        found[key].append(name)
    return {key: tuple(names) for key, names in found.items()}
