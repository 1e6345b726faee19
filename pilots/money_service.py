"""Commands about a pilot's money. A plan may be changed; what was paid is never rewritten."""

from __future__ import annotations

from sqlmodel import Session, select

from accounts.permissions import Actor
from core import clock, uploads
from core.errors import Invalid, NotFound, WrongState
from db import audit, files
from db.session import check_version, take_turns, write
from db.tables import PilotBudgetLine, PilotPayment
from pilots import money, plan_queries
from pilots.plan_queries import PAYMENT
from pilots.plan_schemas import BudgetLineIn, PaymentIn
from pilots.plan_service import open_pilot

_TURNS = 7_319_208  # any constant of its own: payments of two people must not overrun a line unseen


def add_line(actor: Actor, pilot_id: int, data: BudgetLineIn) -> int:
    """Plan money for a purpose; returns the line's id."""
    with write() as session:
        open_pilot(session, actor, pilot_id)
        if data.name in {line.name for line in plan_queries.budget_of(session, pilot_id).lines}:
            raise Invalid([f"预算中已有“{data.name}”"], "请修改原有科目，或换一个名称。")
        row = PilotBudgetLine(
            pilot_id=pilot_id,
            planned=money.to_fen(data.planned),
            created_by=actor.account_id,
            created_at=clock.now(),
            **data.model_dump(exclude={"planned"}),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        changes = {"id": row.id, "name": row.name, "planned": row.planned, "source": row.source}
        audit.record(session, actor.account_id, "pilot:budget", "pilot", pilot_id, changes)
        return row.id


def edit_line(actor: Actor, line_id: int, data: BudgetLineIn, reason: str, *, seen_version: int) -> None:
    """Change a line of the plan. Another amount needs a reason; old and new stay in the log."""
    with write() as session:
        row = _line(session, actor, line_id)
        check_version(row, seen_version)
        planned = money.to_fen(data.planned)
        if planned != row.planned and len(reason.strip()) < 4:
            raise Invalid(["调整预算金额要写明理由（不少于 4 个字）"])
        changes = {"id": line_id, "name": [row.name, data.name], "planned": [row.planned, planned]}
        row.name, row.source, row.note, row.planned = data.name, data.source, data.note, planned
        audit.record(session, actor.account_id, "pilot:budget", "pilot", row.pilot_id, changes, reason.strip())


def remove_line(actor: Actor, line_id: int, reason: str, *, seen_version: int) -> None:
    """Take a line out of the plan, as long as nothing was paid on it."""
    with write() as session:
        row = _line(session, actor, line_id)
        check_version(row, seen_version)
        if session.exec(select(PilotPayment.id).where(PilotPayment.line_id == line_id)).first() is not None:
            raise WrongState(f"“{row.name}”已有支付记录，不能移除。", "不再使用的科目，请把预算金额改为已支付的金额。")
        if len(reason.strip()) < 4:
            raise Invalid(["移除预算科目要写明理由（不少于 4 个字）"])
        row.removed_at = clock.now()
        changes = {"id": line_id, "name": row.name, "planned": [row.planned, None]}
        audit.record(session, actor.account_id, "pilot:budget", "pilot", row.pilot_id, changes, reason.strip())


def pay(actor: Actor, data: PaymentIn, *, nonce: str | None = None, overrun_seen: bool = False) -> int:
    """Book a payment with its voucher; returns its id. One that goes beyond its line is refused unless the
    person has seen by how much (`overrun_seen`). The same nonce twice books once."""
    with write() as session:
        take_turns(session, _TURNS)
        line = _line(session, actor, data.line_id, ended=True)
        if nonce and (known := session.exec(select(PilotPayment.id).where(PilotPayment.nonce == nonce)).first()):
            return known
        checked = [uploads.check(*file) for file in data.files]
        amount = money.to_fen(data.amount)
        warning = plan_queries.budget_of(session, line.pilot_id).would_overrun(data.line_id, amount)
        if warning and not overrun_seen:
            raise Invalid([warning], "请核对金额和科目；确需支付的，勾选“已知超支，仍要登记”后再提交。")
        row = PilotPayment(
            pilot_id=line.pilot_id,
            line_id=data.line_id,
            paid_on=data.paid_on,
            amount=amount,
            purpose=data.purpose,
            payee=data.payee,
            nonce=nonce,
            created_by=actor.account_id,
            created_at=clock.now(),
        )
        number = _book(session, actor, row, warning)
        for file in checked:
            files.attach(session, actor.account_id, PAYMENT, number, file, "凭证")
        return number


def reverse(actor: Actor, payment_id: int, reason: str) -> int:
    """Undo a wrong payment by a counter entry of today that says why; returns its id."""
    reason = reason.strip()
    with write() as session:
        take_turns(session, _TURNS)
        wrong = session.get(PilotPayment, payment_id)
        if wrong is None:
            raise NotFound("没有找到这笔支付，或您无权查看。", "请刷新页面。")
        open_pilot(session, actor, wrong.pilot_id, ended=True)
        if wrong.reverses_id is not None:
            raise WrongState("这是一笔冲销记录，不能再冲销。", "需要恢复的，请重新登记支付。")
        if session.exec(select(PilotPayment.id).where(PilotPayment.reverses_id == payment_id)).first() is not None:
            raise WrongState("这笔支付已经冲销过了。", "请刷新页面查看冲销记录。")
        if len(reason) < 4:
            raise Invalid(["冲销要写明理由（不少于 4 个字）"])
        row = PilotPayment(
            pilot_id=wrong.pilot_id,
            line_id=wrong.line_id,
            paid_on=clock.today(),
            amount=-wrong.amount,
            purpose=f"冲销：{wrong.purpose}",
            payee=wrong.payee,
            reverses_id=payment_id,
            reason=reason,
            created_by=actor.account_id,
            created_at=clock.now(),
        )
        return _book(session, actor, row, reason)


def _book(session: Session, actor: Actor, row: PilotPayment, reason: str) -> int:
    session.add(row)
    session.flush()
    assert row.id is not None
    changes = {"id": row.id, "line": row.line_id, "amount": row.amount, "paid_on": row.paid_on, "purpose": row.purpose}
    if row.reverses_id is not None:
        changes["reverses"] = row.reverses_id
    audit.record(session, actor.account_id, "pilot:payment", "pilot", row.pilot_id, changes, reason)
    return row.id


def _line(session: Session, actor: Actor, line_id: int, *, ended: bool = False) -> PilotBudgetLine:
    row = session.get(PilotBudgetLine, line_id)
    if row is None or row.removed_at is not None:
        raise NotFound("没有找到这个预算科目，或您无权查看。", "请刷新页面。")
    open_pilot(session, actor, row.pilot_id, ended=ended)
    return row
