"""One supervision order with its whole path, and the next step for whoever's turn it is."""

import streamlit as st

from accounts import sessions
from core import clock
from core.settings import settings
from core.words import SupervisionAction, SupervisionState
from pilots import gate_queries, order_queries, order_report, order_service
from pilots.pages import gate_parts, supervision_parts
from pilots.stages import ESCALATE, REPLY, SEND_BACK, STOP
from pilots.supervision_rules import next_action
from web import guard, widgets
from web.keep import ask

actor = guard.current_actor()
order_id = guard.found(guard.parameter("id"), "督办单")
page = guard.found(ask(order_queries.order, actor, order_id), "督办单")
order = page.order
widgets.header(
    f"{order.code}　{order.title}", "要谁在什么时候答复什么，答复了没有？", back=("pilots/pages/orders.py", "督办台账")
)


def act(do: str, text: str, given: list[tuple[str, bytes]], days: int | None = None) -> None:
    with guard.show_errors():
        state = order_service.move(actor, order.id, do, text, given, due_days=days, seen_version=order.version)
        widgets.flash(f"已办理“{do}”，督办单现为“{state.label}”。")
        st.rerun()


with st.container(border=True):
    st.markdown(f"{supervision_parts.order_badge(order)}　措施：**{order.action.label}**")
    provisional = "（该年放假安排未公布，暂算，须人工复核）" if order.due_provisional else ""
    st.markdown(
        f"**被督办单位**　{guard.plain(order.organisation)}  \n**要求**　{guard.plain(page.demand)}  \n"
        f"**回复期限**　{order.due_on}{provisional}"
    )
    with st.container(horizontal=True):
        if page.alert is not None:
            st.page_link(
                "pilots/pages/alert.py",
                label=guard.plain(f"预警：{page.alert.words}"),
                icon=":material/warning:",
                query_params={"id": str(page.alert.id)},
            )
        st.page_link(
            "pilots/pages/pilot.py",
            label=guard.plain(order.pilot),
            icon=":material/science:",
            query_params={"id": str(order.pilot_id)},
        )
    if page.alert is not None and page.alert.eased:
        st.caption("触发预警的数已更正，更正后不再触发；督办仍须回复。")

st.download_button(
    "下载督办单（PDF）",
    data=lambda: order_report.issue(sessions.fresh(actor), order_id).data,
    file_name=f"督办单_{order.code}_{clock.today():%Y%m%d}.pdf",
    mime="application/pdf",
    on_click="ignore",
    icon=":material/picture_as_pdf:",
    key="order_pdf",
)
steps = {step.do: step for step in page.steps}
if REPLY in steps:
    st.subheader("回复", anchor=False)
    if page.on_behalf:
        st.caption("代被督办单位登记书面回复，请写明来函文号。登记的人不能办结这份督办单。")
    with st.form("order_reply", border=False):
        text = st.text_area("回复内容", placeholder="原因、措施、结果；附佐证材料。", key="order_reply_text")
        given = widgets.uploads("佐证材料", "order_reply_files")
        if st.form_submit_button("提交回复", key="order_reply_go", type="primary"):
            act(REPLY, text, given)
others = [step for do, step in steps.items() if do != REPLY]
if others:
    st.subheader("核实与处置", anchor=False)
    if ESCALATE in steps and next_action(order.action) is SupervisionAction.EXIT:
        gate_parts.before(STOP, ask(gate_queries.blockers, actor, order.pilot_id, STOP), "order_stop")
    with st.container(horizontal=True):
        for number, step in enumerate(others):
            higher = next_action(order.action)
            if step.do == ESCALATE and higher is None:
                continue
            title = f"升级为“{higher.label}”" if step.do == ESCALATE and higher else step.do
            with st.popover(f"{title}…", key=f"order_step_{number}"):
                if step.warns:
                    st.warning(step.warns)
                text = st.text_area("情况说明（必填）", key=f"order_step_{number}_text")
                days = (
                    st.number_input(
                        "新的回复期限（工作日）",
                        min_value=1,
                        max_value=60,
                        value=settings().supervision_days,
                        key=f"order_step_{number}_days",
                    )
                    if step.do in (ESCALATE, SEND_BACK)
                    else None
                )
                given = widgets.uploads("材料（可不传）", f"order_step_{number}_files")
                if st.button(f"确认{title}", key=f"order_step_{number}_go", type="primary"):
                    act(step.do, text, given, None if days is None else int(days))
if page.refusal and not steps and order.state is not SupervisionState.CLOSED:
    st.caption(guard.plain(page.refusal))

st.subheader("办理过程", anchor=False)
for number, item in enumerate(page.path):
    with st.container(border=True, key=f"path_{number}"):
        st.markdown(
            f"**{item.do}**　{clock.show(item.at)}　{guard.plain(item.by)}（{guard.plain(item.organisation)}）"
            f"　措施：{item.action.label}　期限：{item.due_on}"
        )
        st.markdown("  \n".join(guard.plain(line) for line in item.text.splitlines()))
        if item.files:
            widgets.attachments(
                item.files,
                lambda file: order_queries.evidence(sessions.fresh(actor), order_id, file),
                f"path_{number}_files",
            )
