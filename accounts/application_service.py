"""Staff decide about organisations that ask to bid: one let in gets its organisation, its code and its account."""

from __future__ import annotations

from sqlmodel import Session, select

from accounts.doubles import doubled
from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, NotFound, WrongState
from core.words import ApplicationState, Role
from db import audit
from db.session import check_version, write
from db.tables import Account, BidderApplication, Organisation


def decide(actor: Actor, application_id: int, approved: bool, reason: str, *, seen_version: int) -> str:
    """Let an organisation in, or refuse it, with a reason that it reads; returns the name it signs in with, ""
    when refused. Whoever doubles an organisation that is known can only be refused."""
    require(actor, Permission.BIDDER_ADMIT)
    with write() as session:
        row = session.get(BidderApplication, application_id)
        if row is None:
            raise NotFound("没有找到这份申请。", "请刷新页面。")
        check_version(row, seen_version)
        if row.state is not ApplicationState.WAITING:
            raise WrongState(f"这份申请{row.state.label}，不能再审核。", "请刷新页面。")
        if len(reason.strip()) < 2:
            raise Invalid(["请写明审核意见，申请单位凭回执可以看到"])
        username = ""
        if approved:
            if double := doubled(session, row):
                raise WrongState(f"不能通过：{double}。", "请核对后写明理由，不予通过。")
            username = _let_in(session, actor, row)
        row.state = ApplicationState.APPROVED if approved else ApplicationState.REFUSED
        row.reason, row.password_hash = reason.strip(), ""
        row.decided_by, row.decided_at = actor.account_id, clock.now()
        said = {"organisation": row.organisation, "to": row.state.value}
        audit.record(
            session, actor.account_id, "application:decide", "bidder_application", application_id, said, reason.strip()
        )
        return username


def _let_in(session: Session, actor: Actor, row: BidderApplication) -> str:
    organisation = session.exec(select(Organisation).where(Organisation.name == row.organisation)).first()
    if organisation is None:
        organisation = Organisation(name=row.organisation, kind=row.kind)
        session.add(organisation)
        session.flush()
        said = {"name": organisation.name, "kind": organisation.kind.value}
        audit.record(session, actor.account_id, "organisation:create", "organisation", organisation.id, said)
    organisation.credit_code = row.credit_code
    said = {"code": row.credit_code}
    audit.record(session, actor.account_id, "organisation:code", "organisation", organisation.id, said)
    account = Account(
        username=row.credit_code.lower(),
        name=row.contact,
        role=Role.BIDDER,
        organisation_id=organisation.id or 0,
        password_hash=row.password_hash,
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    said = {"username": account.username, "role": account.role.value, "organisation": row.organisation}
    audit.record(session, actor.account_id, "account:create", "account", account.id, said)
    return account.username
