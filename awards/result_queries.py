"""Lists that were put forward and signed, and what people decided beside the marks. Within a session of whoever has asked
who may; `signed` asks itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from awards import loading
from awards.schemas import RuleIn
from awards.views import DeliberationView, SignedView
from core.errors import NotFound
from core.words import SignatureKind
from db.session import read
from db.tables import Account, AwardDeliberation, AwardEntry, AwardResult, AwardSignature


@dataclass(frozen=True)
class Signed:
    """A list as it was put forward, with its edition, the list before it and what was voted about."""

    edition_id: int
    code: str
    name: str
    nature: str
    rehearsal: bool
    rule: RuleIn
    rule_digest: str
    kept: SignedView
    before: Mapping[str, Any] | None
    deliberations: list[DeliberationView]


def signed(actor: Actor, edition_id: int, number: int | None = None) -> Signed:
    """A list that was put forward, None for the newest; for staff who need not step aside from an entry in it."""
    require(actor, Permission.EDITION_RUN)
    with read() as session:
        row = loading.edition(session, actor, edition_id)
        loading.refuse_recused(session, actor, row)
        found = results(session, edition_id)
        at = next((at for at, item in enumerate(found) if number in (None, item.number)), None)
        if at is None:
            raise NotFound("没有找到这一号名单。", "名单在提请审定后才能打印。")
        before = found[at + 1].body if at + 1 < len(found) else None
        approval = f"（{row.approval_number}）" if row.approval_number else ""
        return Signed(
            edition_id,
            row.code,
            row.name,
            row.nature.label + approval,
            row.rehearsal,
            loading.rule_of(row),
            row.rule_digest,
            found[at],
            before,
            deliberations(session, edition_id),
        )


def results(session: Session, edition_id: int) -> list[SignedView]:
    """Every list that was put forward, the newest first."""
    names = dict(session.exec(select(Account.id, Account.name)).all())
    rows = session.exec(
        select(AwardResult).where(AwardResult.edition_id == edition_id).order_by(col(AwardResult.number).desc())
    ).all()
    second = dict(
        session.exec(
            select(AwardSignature.result_id, AwardSignature.account_id).where(
                col(AwardSignature.result_id).in_([row.id for row in rows]),
                AwardSignature.kind == SignatureKind.CONFIRM,
            )
        ).all()
    )
    return [
        SignedView(
            row.id or 0,
            row.number,
            row.digest,
            names.get(row.by, "命令行"),
            row.by,
            row.at,
            names.get(second.get(row.id or 0), ""),
            row.body,
        )
        for row in rows
    ]


def deliberations(session: Session, edition_id: int) -> list[DeliberationView]:
    """What people decided together, the newest first."""
    codes = {key: f"{code} {title}" for key, code, title in session.exec(
        select(AwardEntry.id, AwardEntry.code, AwardEntry.title).where(AwardEntry.edition_id == edition_id)
    ).all()}  # fmt: skip
    rows = session.exec(
        select(AwardDeliberation, Account.name)
        .outerjoin(Account, col(Account.id) == AwardDeliberation.by)
        .where(AwardDeliberation.edition_id == edition_id)
        .order_by(col(AwardDeliberation.id).desc())
    ).all()
    return [
        DeliberationView(
            row.stage,
            row.kind.label,
            row.text,
            row.present,
            [(codes.get(int(key), key), count) for key, count in row.votes.items()],
            name or "命令行",
            row.at,
        )
        for row, name in rows
    ]
