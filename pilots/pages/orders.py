"""The board of alerts and supervision orders: is anything without an owner or an answer?"""

import streamlit as st

from accounts import sessions
from core import clock
from core.words import AlertState, InspectionState, SupervisionState
from pilots import exports, inspection_queries, order_queries
from pilots.pages import inspection_parts, supervision_parts
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
widgets.header("督办", "事事有着落、件件有回音：还有什么没人管、没回音？")
alerts = ask(order_queries.alerts, actor)
orders = ask(order_queries.orders, actor)
inspections = ask(inspection_queries.inspections, actor)
unscheduled = ask(inspection_queries.unscheduled, actor)
if not alerts and not orders and not inspections and not unscheduled:
    widgets.empty(
        "没有预警，也没有督办单。试点登记触发条件后，提交的数值达到触发线会自动出现在这里。"
        if actor.is_staff
        else "没有本单位的预警和督办单。",
        page="pilots/pages/pilots.py",
        label="查看试点",
    )
    st.stop()

waiting = [view for view in alerts if view.state is AlertState.OPEN]
unanswered = [view for view in orders if view.state.waits_for_reply]
overdue = [view for view in orders if view.overdue]
replied = [view for view in orders if view.state is SupervisionState.REPLIED]
closed = [view for view in orders if view.state is SupervisionState.CLOSED]
widgets.figures(
    [
        ("待处置预警", f"{len(waiting)} 条", f"最久已等 {max((v.waiting for v in waiting), default=0)} 个工作日"),
        *(
            [
                (
                    "待检查",
                    f"{sum(view.state is InspectionState.PLANNED for view in inspections)} 次",
                    f"其中超期 {sum(bool(view.waited) for view in inspections)} 次",
                )
            ]
            if inspections
            else []
        ),
        ("待回复督办单", f"{len(unanswered)} 份", f"其中超期 {len(overdue)} 份"),
        ("待核实回复", f"{len(replied)} 份", ""),
        ("已办结", f"{len(closed)} 份", f"共 {len(orders)} 份"),
    ]
)

for number, name in unscheduled:
    with st.container(horizontal=True, vertical_alignment="center", key=f"unscheduled_{number}"):
        st.markdown(":red-badge[■ 没有安排下一次检查]", width="content")
        st.page_link(
            "pilots/pages/supervision.py",
            label=guard.plain(f"{name}（全程监管）"),
            icon=":material/policy:",
            query_params={"id": str(number)},
            width="content",
        )

OPEN, ALL = "未办结", "全部"
STATES = [
    OPEN,
    ALL,
    "超期",
    *dict.fromkeys(state.label for state in (*AlertState, *InspectionState, *SupervisionState)),
]
search = st.text_input("搜索", placeholder="编号、事项、单位或地区", key="orders_search", bind="query-params").strip()
with widgets.filters("orders"), st.container(horizontal=True, vertical_alignment="bottom"):
    state = st.selectbox("状态", STATES, key="orders_state", bind="query-params")
    names = sorted({*(v.pilot for v in alerts), *(v.pilot for v in orders), *(v.pilot for v in inspections)})
    pilot = st.selectbox("试点", [ALL, *names], key="orders_pilot", bind="query-params")
    only = st.toggle("只看发给我们的", key="orders_mine", bind="query-params") if not actor.is_staff else False

shown_alerts = [
    view
    for view in alerts
    if pilot in (ALL, view.pilot)
    and (state in (ALL, view.state.label) or (state == OPEN and view.state in (AlertState.OPEN, AlertState.ORDERED)))
    and search in f"{view.pilot}{view.alert.words}{''.join(code for _, code in view.orders)}"
    and not only
]
shown_orders = [
    view
    for view in orders
    if pilot in (ALL, view.pilot)
    and (
        state in (ALL, view.state.label)
        or (state == OPEN and view.state is not SupervisionState.CLOSED)
        or (state == "超期" and view.overdue)
    )
    and search in f"{view.code}{view.title}{view.organisation}{view.pilot}"
    and (view.mine or not only)
]
shown_inspections = [
    view
    for view in inspections
    if pilot in (ALL, view.pilot)
    and (
        state in (ALL, view.state.label)
        or (state == OPEN and view.state not in (InspectionState.CLOSED, InspectionState.CANCELLED))
        or (state == "超期" and view.waited)
    )
    and search in f"{view.content}{view.finding}{view.supervisor}{view.pilot}{''.join(code for _, code in view.orders)}"
    and not only
]
st.subheader(f"预警（{len(shown_alerts)}）", anchor=False)
if shown_alerts:
    supervision_parts.alert_table(actor, shown_alerts, "orders_alerts")
else:
    st.caption("没有符合条件的预警。")
st.subheader(f"督办单（{len(shown_orders)}）", anchor=False)
if shown_orders:
    supervision_parts.order_table(shown_orders, "orders_list")
else:
    st.caption("没有符合条件的督办单。")
if inspections:
    st.subheader(f"检查（{len(shown_inspections)}）", anchor=False)
    if shown_inspections:
        inspection_parts.table(shown_inspections, "orders_inspections")
    else:
        st.caption("没有符合条件的检查。")
st.download_button(
    "下载督办台账（CSV）",
    data=lambda: exports.orders_csv(sessions.fresh(actor)),
    file_name=f"督办台账_{clock.today():%Y%m%d}.csv",
    mime="text/csv",
    on_click="ignore",
    icon=":material/table:",
    key="orders_csv",
)
st.caption("等得最久的排在最前。期限和超期按工作日计算；尚未公布放假安排的年份按周一至周五暂算，须人工复核。")
