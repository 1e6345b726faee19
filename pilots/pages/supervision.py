"""How one pilot is supervised: its bounds and triggers, what they raised, and whether errors are tolerated."""

import streamlit as st

from accounts.permissions import Permission, may
from pilots import order_queries, queries, supervision_queries
from pilots.pages import inspection_parts, parts, supervision_parts, tolerance_parts
from pilots.stages import PILOT
from web import guard, widgets
from web.keep import ask

HERE = "pilots/pages/supervision.py"

actor = guard.current_actor()
pilot_id = guard.found(guard.parameter("id"), "试点")
pilot = guard.found(ask(queries.pilot, actor, pilot_id), "试点")
found = guard.found(ask(supervision_queries.supervised, actor, pilot_id), "试点")
parts.header(pilot, "试点的边界在哪里，出了什么情况由谁怎么管？", HERE, actor)

plan = found.plan
if plan is None:
    closed = pilot.state in PILOT.terminal
    widgets.empty(
        "没有登记过监管方案。"
        if closed
        else "还没有登记监管方案。启动前登记边界、监管单位和触发条件；启动后也可以补登，须写明理由。"
    )
else:
    supervision_parts.plan_card(plan, found)

acts = bool(order_queries.may_issue(actor, pilot_id)) and pilot.state not in PILOT.terminal
if plan is not None:
    inspection_parts.section(actor, pilot, plan, acts=acts)

orders = ask(order_queries.orders, actor, pilot_id=pilot_id)
alerts = ask(order_queries.alerts, actor, pilot_id=pilot_id)
st.subheader("预警与督办", anchor=False)
if not orders and not alerts:
    st.caption("还没有触发过预警，也没有下达过督办单。")
if alerts:
    supervision_parts.alert_table(actor, alerts, "supervision_alerts", of_pilot=True)
if orders:
    supervision_parts.order_table(orders, "supervision_orders", of_pilot=True)
if acts:
    with st.expander("另有发现，直接下达督办单"):
        supervision_parts.issue_form(actor, pilot, None)

tolerance_parts.section(actor, pilot)

if may(actor, Permission.SUPERVISION_SET) and pilot.state not in PILOT.terminal:
    with st.expander("修改监管方案" if plan else "登记监管方案", expanded=plan is None):
        supervision_parts.plan_form(actor, pilot, found)
if len(found.plans) > 1:
    with st.expander(f"以前的方案（{len(found.plans) - 1}）"):
        for old in found.plans[1:]:
            supervision_parts.plan_card(old, found)
