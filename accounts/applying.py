"""An organisation asks to be let in as a bidder, without being signed in, and later asks how it stands.

The answer never depends on who is known already: a form that is filled in properly is always received, and
whether it doubles somebody is for staff to see (`accounts.doubles`).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from accounts import passwords
from accounts.schemas import ApplicationIn
from core import clock
from core.errors import AppError
from core.settings import settings
from core.validation import checked
from core.words import ApplicationState
from db import audit
from db.session import read, write
from db.tables import BidderApplication

_PER_DAY = 300  # from everywhere: beyond it somebody is filling the list, and staff could not read it


@dataclass(frozen=True)
class Standing:
    """How an application stands, for whoever holds its receipt."""

    organisation: str
    applied_at: datetime
    state: ApplicationState
    reason: str


def apply(
    *, organisation: str, kind: str, code: str, contact: str, phone: str, password: str, form: str, address: str
) -> str:
    """Receive an application; returns its receipt. The same form twice makes one."""
    if not re.fullmatch(r"[0-9a-f]{32}", form):
        raise AppError("这张表单已经过期。", "请刷新页面后重新填写。")
    data = checked(
        ApplicationIn, organisation=organisation, kind=kind, code=code, contact=contact, phone=phone, password=password
    )
    passwords.check_strength(password, data.code)
    with read() as session:
        again = session.exec(select(BidderApplication.receipt).where(BidderApplication.form == form)).first()
        if again is not None:
            return again
        _throttle(session, address)
    hashed = passwords.hash_password(password)
    with write() as session:
        row = BidderApplication(
            **data.model_dump(exclude={"password", "code"}),
            credit_code=data.code,
            password_hash=hashed,
            receipt=secrets.token_hex(8).upper(),
            form=form,
            address=address,
            applied_at=clock.now(),
            state=ApplicationState.WAITING,
        )
        session.add(row)
        session.flush()
        said = {"organisation": row.organisation, "code": row.credit_code}
        audit.record(session, None, "application:receive", "bidder_application", row.id, said)
        return row.receipt


def standing(receipt: str) -> Standing | None:
    """None when there is no such receipt."""
    wanted = "".join(receipt.split()).replace("-", "").upper()
    with read() as session:
        row = session.exec(select(BidderApplication).where(BidderApplication.receipt == wanted)).first()
        return Standing(row.organisation, row.applied_at, row.state, row.reason) if row else None


def _throttle(session: Session, address: str) -> None:
    now = clock.now()

    def since(hours: int, *also: bool) -> int:
        query = select(func.count()).where(col(BidderApplication.applied_at) > now - timedelta(hours=hours), *also)
        return session.exec(query).one()

    if since(1, BidderApplication.address == address) >= settings().applications_per_hour or since(24) >= _PER_DAY:
        raise AppError("提交得太频繁，没有保存。", "请一小时后再试，或按榜单上的联系方式与研究院联系。")
