"""Whether an organisation that asks to bid is one that is known already."""

from __future__ import annotations

from sqlmodel import Session, select

from accounts.schemas import BIDDING
from db.tables import Account, BidderApplication, Organisation


def doubled(session: Session, row: BidderApplication) -> str:
    """Whom an application doubles, "" for nobody. An organisation that is known by name only, without a code, is
    the same one: it is joined."""
    code = row.credit_code
    holder = session.exec(select(Organisation.name).where(Organisation.credit_code == code)).first()
    if holder:
        return f"这个统一社会信用代码已属于“{holder}”"
    if session.exec(select(Account.id).where(Account.username == code.lower())).first():
        return "已有账号以这个代码为用户名"
    same = session.exec(select(Organisation).where(Organisation.name == row.organisation)).first()
    if same is not None and (same.credit_code or same.kind not in BIDDING):
        return f"已有同名单位“{same.name}”"
    return ""
