"""The money of a pilot's plan: planned, paid, what remains."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import streamlit as st

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.numbers import format_number
from pilots import money, money_service, plan_exports, plan_queries
from pilots.money import Budget, Line
from pilots.pages import parts
from pilots.plan_queries import Plan
from pilots.plan_schemas import BudgetLineIn, PaymentIn
from web import guard, widgets


def draw(actor: Actor, found: Plan) -> None:
    """How each line stands, every payment behind it, and the ways to plan, pay and undo."""
    budget = found.budget
    if budget is None or found.results is None:
        return
    if budget.lines:
        st.dataframe(_lines(budget), key="plan_lines", hide_index=True, width="stretch")
    else:
        widgets.empty("还没有编预算。先按用途列出科目和金额，再登记支付。")
    cost = money.per_result(budget.paid, found.results)
    if cost.cost is None:
        st.caption(f"单位成果成本不能计算：{guard.plain(cost.why)}。")
    elif found.results.indicator is not None:
        words = (
            f"单位成果成本 {money.show(cost.cost)}/{cost.unit}：已支付 {money.show(budget.paid)} ÷ 试点地区试点以来"
            f"“{found.results.indicator.n_label}”{format_number(cost.counted, 0)} {cost.unit}。"
        )
        st.caption(guard.plain(words + (f"{cost.note}。" if cost.note else "")))
    stamp = f"{parts.stamp(budget.lines)}_{len(budget.payments)}"
    with st.container(horizontal=True, key="plan_money_actions"):
        if found.editable:
            with st.popover("增加科目", icon=":material/add:", key=f"line_add_{stamp}"):
                _line_form(actor, found.pilot.id, None, f"line_new_{len(budget.lines)}")
            if budget.lines:
                with st.popover("调整科目", icon=":material/edit:", key=f"line_edit_{stamp}"):
                    _change_line(actor, found.pilot.id, budget)
        if found.payable and budget.lines:
            with st.popover("登记支付", icon=":material/payments:", key=f"pay_{stamp}"):
                _pay(actor, budget)
        undoable = {p.id: p for p in budget.payments if p.reverses_id is None and p.id not in budget.reversed_by}
        if found.payable and undoable:
            with st.popover("冲销支付", icon=":material/undo:", key=f"reverse_{stamp}"):
                chosen = st.selectbox(
                    "支付",
                    list(undoable),
                    0,
                    lambda n: f"{undoable[n].paid_on} {money.show(undoable[n].amount)} {undoable[n].purpose}",
                    key="reverse_which",
                )
                st.caption("支付记录不能修改或删除；冲销会记一笔等额的负数，两笔都保留。")
                reason = st.text_input("理由（必填）", key=f"reverse_{chosen}_reason")
                if st.button("确认冲销", key="reverse_go", type="primary"):
                    with guard.show_errors():
                        money_service.reverse(actor, chosen, reason)
                        widgets.flash("已冲销，原记录和冲销记录都保留。")
                        st.rerun()
        st.download_button(
            "下载预算和支付（Excel）",
            data=lambda: plan_exports.budget_xlsx(sessions.fresh(actor), found.pilot.id),
            file_name=f"预算执行_{found.pilot.name}_{clock.today():%Y%m%d}.xlsx",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            on_click="ignore",
            icon=":material/table:",
            key="budget_xlsx",
        )
    _payments(actor, found, budget)


def _lines(budget: Budget) -> pd.DataFrame:
    rows = [
        (
            standing.line.name,
            standing.line.source or "–",
            money.show(standing.line.planned, unit=False),
            money.show(standing.paid, unit=False),
            money.show(standing.remaining, unit=False),
            widgets.shape("overdue", f"超支 {money.show(standing.over)}") if standing.over else "–",
            standing.line.note or "–",
        )
        for standing in budget.standings
    ]
    planned, paid, left = (money.show(sum_, unit=False) for sum_ in (budget.planned, budget.paid, budget.remaining))
    over = widgets.shape("overdue", "超支") if budget.remaining < 0 else "–"
    rows.append(("合计", "", planned, paid, left, over, ""))
    return pd.DataFrame(rows, columns=["科目", "资金来源", "预算（元）", "已支付（元）", "结余（元）", "提示", "说明"])


def _payments(actor: Actor, found: Plan, budget: Budget) -> None:
    if not budget.payments:
        return
    names = {line.id: line.name for line in budget.lines}
    st.markdown("**支付明细**")
    st.dataframe(
        pd.DataFrame(
            {
                "日期": paid.paid_on,
                "科目": names.get(paid.line_id, "–"),
                "金额（元）": money.show(paid.amount, unit=False),
                "用途": paid.purpose,
                "收款方": paid.payee or "–",
                "情况": _state(budget, paid.id, paid.reverses_id, paid.reason),
                "登记": f"{paid.by} {clock.show(paid.at)}",
            }
            for paid in reversed(budget.payments)
        ),
        key="plan_payments",
        hide_index=True,
        width="stretch",
    )
    with st.expander("凭证"):
        for paid in reversed(budget.payments):
            if files := found.vouchers.get(paid.id):
                st.markdown(f"**{paid.paid_on}　{money.show(paid.amount)}**　{guard.plain(paid.purpose)}")
                widgets.attachments(
                    files, lambda number: plan_queries.file_of(sessions.fresh(actor), number), f"voucher_{paid.id}"
                )


def _state(budget: Budget, number: int, reverses: int | None, reason: str) -> str:
    if reverses is not None:
        return f"冲销第 {reverses} 号：{reason}"
    return "已冲销" if number in budget.reversed_by else f"第 {number} 号"


def _line_form(actor: Actor, pilot_id: int, old: Line | None, key: str) -> None:
    with st.form(key, border=False):
        name = st.text_input("科目", old.name if old else "", max_chars=60, key=f"{key}_name")
        planned = st.text_input(
            "预算金额（元）",
            f"{Decimal(old.planned) / money.FEN:.2f}" if old else "",
            key=f"{key}_planned",
            help="精确到分，可用千分位，如 120,000.00。",
        )
        source = st.text_input("资金来源（可不填）", old.source if old else "", max_chars=60, key=f"{key}_source")
        note = st.text_input("说明（可不填）", old.note if old else "", max_chars=200, key=f"{key}_note")
        reason = st.text_input("调整理由（改金额时必填）", key=f"{key}_reason") if old else ""
        if st.form_submit_button("保存", key=f"{key}_save", type="primary"):
            with guard.show_errors(BudgetLineIn):
                data = BudgetLineIn(name=name, planned=money.read(planned), source=source, note=note)
                if old is None:
                    money_service.add_line(actor, pilot_id, data)
                else:
                    money_service.edit_line(actor, old.id, data, reason, seen_version=old.version)
                widgets.flash("预算科目已保存。")
                st.rerun()


def _change_line(actor: Actor, pilot_id: int, budget: Budget) -> None:
    by_id = {line.id: line for line in budget.lines}
    line = by_id[st.selectbox("科目", list(by_id), 0, lambda number: by_id[number].name, key="line_which")]
    _line_form(actor, pilot_id, line, f"line_{line.id}_{line.version}")
    why = st.text_input("移除的理由（必填）", key=f"line_{line.id}_remove_reason")
    if st.button("移除这个科目", key="line_remove"):
        with guard.show_errors():
            money_service.remove_line(actor, line.id, why, seen_version=line.version)
            widgets.flash(f"“{line.name}”已移出预算，操作日志中仍可查。")
            st.rerun()


def _pay(actor: Actor, budget: Budget) -> None:
    """No form: whether the payment would overrun its line is said while it is typed."""
    key = f"pay_{len(budget.payments)}"  # what was booked empties the fields
    by_id = {standing.line.id: standing for standing in budget.standings}
    chosen = st.selectbox(
        "科目",
        list(by_id),
        0,
        lambda number: f"{by_id[number].line.name}（结余 {money.show(by_id[number].remaining)}）",
        key=f"{key}_line",
    )
    written = st.text_input("支付金额（元）", key=f"{key}_amount", help="精确到分，可用千分位。")
    paid_on = st.date_input("支付日期", clock.today(), format="YYYY-MM-DD", key=f"{key}_on")
    purpose = st.text_input("用途", max_chars=200, key=f"{key}_purpose")
    payee = st.text_input("收款方（可不填）", max_chars=60, key=f"{key}_payee")
    files = widgets.uploads("凭证（必附：发票、回单）", f"{key}_files")
    amount = money.read(written)
    warning = ""
    if amount is not None and amount > 0 and amount == round(amount, 2):
        warning = budget.would_overrun(chosen, money.to_fen(amount))
    seen = False
    if warning:
        st.warning(guard.plain(f"{warning}。"))
        seen = st.checkbox("已知超支，仍要登记", key=f"{key}_seen")
    if st.button("登记支付", key=f"{key}_go", type="primary"):
        with guard.show_errors(PaymentIn):
            data = PaymentIn(line_id=chosen, paid_on=paid_on, amount=amount, purpose=purpose, payee=payee, files=files)
            money_service.pay(actor, data, nonce=widgets.nonce(key), overrun_seen=seen)
            widgets.flash("支付已登记。")
            st.rerun()
