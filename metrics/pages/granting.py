"""What staff may grant one region for one period: an unlock, or a later deadline; and what was granted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import streamlit as st

from accounts.permissions import Actor, Permission, may
from core import clock
from core.errors import Invalid
from core.words import GraceKind, ReturnState
from metrics import round_service, rounds
from metrics.queries import ReturnView
from web import guard, widgets


def box(actor: Actor, view: ReturnView, seen: int) -> None:
    """Everything ever granted for this return, newest first, and for staff the way to grant something."""
    for grace in rounds.graces(actor, view.id):
        what = "解锁更正至" if grace.kind is GraceKind.UNLOCK else f"期限由 {grace.was_due_on} 延长至"
        st.caption(
            f"{clock.show(grace.given_at)}　{guard.plain(grace.given_by)}　{what} {grace.until}"
            f"　理由：{guard.plain(grace.reason)}"
        )
    if not may(actor, Permission.RETURN_UNLOCK):
        return
    if view.state is ReturnState.LOCKED and not view.course.unlocked(clock.now()):
        _ask(
            view,
            "解锁更正",
            "只对这一个地区、这一期有效，到期自动失效。更正提交之前仍以锁定的数为准，新旧数值都会保留。",
            lambda until, reason: round_service.unlock(actor, view.id, until, reason, seen_version=seen),
        )
    elif view.state in (ReturnState.DRAFT, ReturnState.RETURNED) and view.course.in_time is None:
        _ask(
            view,
            "延长期限",
            f"只对这一个地区、这一期有效。现在的期限是 {view.due_on}；在新期限内提交的不算迟报。",
            lambda until, reason: round_service.extend(actor, view.id, until, reason, seen_version=seen),
        )


def _ask(view: ReturnView, what: str, effect: str, grant: Callable[[date, str], None]) -> None:
    with st.popover(f"{what}…", key="return_grant"), st.form("return_grant_form", border=False, enter_to_submit=False):
        st.caption(effect)
        until = st.date_input("最后一天（含）", None, key="return_grant_until", min_value=clock.today())
        reason = st.text_area("理由（必填）", key="return_grant_reason", max_chars=300)
        if st.form_submit_button(f"确认{what}", key="return_grant_go", type="primary"):
            with guard.show_errors():
                if until is None:
                    raise Invalid(["请选择最后一天"])
                grant(until, reason)
                widgets.flash(f"已为{view.region}{view.label}{what}至 {until}。")
                st.rerun()
