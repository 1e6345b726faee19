"""One alert: which value tripped what, what became of it since, and what to do."""

import streamlit as st

from core import clock
from core.words import AlertState
from pilots import order_queries, order_service, queries
from pilots.pages import supervision_parts
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
hit_id = guard.found(guard.parameter("id"), "预警")
view = guard.found(ask(order_queries.alert, actor, hit_id), "预警")
alert = view.alert
widgets.header(
    f"{alert.region}　{alert.indicator}",
    "哪个数触发了什么，现在办到哪一步？",
    back=("pilots/pages/orders.py", "督办台账"),
)
with st.container(border=True):
    late = f"　已等 {view.waiting} 个工作日" if view.waiting else ""
    st.markdown(f"{widgets.badge(supervision_parts.alert_tone(view), view.state.label)}{late}")
    st.markdown(
        f"**触发条件**　{guard.plain(alert.threshold)}，应采取：{alert.action.label}  \n"
        f"**报送值**　{guard.plain(alert.value)}（{alert.period_label}）  \n"
        f"**触发时间**　{clock.show(alert.at)}"
    )
    for note in alert.notes:
        word = "仍然触发" if note.trips else "不再触发"
        st.markdown(f"- {clock.show(note.at)}　更正为 {guard.plain(note.value)}，**{word}**。预警保留，不因更正撤销。")
    with st.container(horizontal=True):
        st.page_link(
            "pilots/pages/pilot.py",
            label=guard.plain(view.pilot),
            icon=":material/science:",
            query_params={"id": str(view.pilot_id)},
        )
        st.page_link(
            "metrics/pages/figure.py",
            label="数字的来历",
            icon=":material/search:",
            query_params={
                "collection": str(alert.collection_id),
                "indicator": str(alert.indicator_id),
                "region": alert.region_code,
                "period": alert.period,
            },
        )
        st.page_link(
            "metrics/pages/return_form.py",
            label="报送",
            icon=":material/description:",
            query_params={"id": str(alert.return_id)},
        )

for number, code in view.orders:
    st.page_link(
        "pilots/pages/order.py",
        label=f"督办单 {code}",
        icon=":material/assignment_late:",
        query_params={"id": str(number)},
    )
if view.explanation:
    st.markdown(f"**说明销号**　{guard.plain(view.explanation)}（{guard.plain(view.explained_by)}）")

may_issue = order_queries.may_issue(actor, view.pilot_id)
if view.state is AlertState.OPEN and may_issue:
    pilot = guard.found(ask(queries.pilot, actor, view.pilot_id), "试点")
    st.subheader("下达督办单", anchor=False)
    supervision_parts.issue_form(actor, pilot, view)
    with st.popover("不需要督办，说明销号…", key="explain"):
        st.caption("预警仍留在台账中，并写明为什么不需要督办。")
        reason = st.text_area("理由（不少于 8 个字）", key="explain_reason")
        if st.button("确认销号", key="explain_go", type="primary"):
            with guard.show_errors():
                order_service.explain(actor, hit_id, reason, pilot_id=view.pilot_id)
                widgets.flash("已说明销号。")
                st.rerun()
elif view.state is AlertState.OPEN:
    st.info("等待研究院或监管单位处置。数值有误的，请联系研究院退回报送后更正。")
