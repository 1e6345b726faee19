"""One return: download, fill in, upload or type, hand in, review."""

import streamlit as st

from accounts.permissions import Permission, Subject, may
from core import clock
from core.words import ReturnState
from metrics import queries, service
from metrics.pages import answering, evidence_parts, filling, granting, lists, reminding_parts, values
from metrics.stages import CORRECT, steps_of
from web import guard, widgets

actor = guard.current_actor()
today = clock.today()
view, form = guard.found(queries.form(actor, guard.parameter("id") or 0), "报送")
# The version that was last drawn, so that a button is about what its reader saw.
seen_key = f"return_seen_{view.id}"
seen = st.session_state.get(seen_key, view.version)
subject = Subject(region_code=view.region_code)
fills = bool(may(actor, Permission.RETURN_FILL, subject))
widgets.header(
    f"{view.region}　{view.label}",
    "这一期的数报齐了吗，报得对吗？" if fills else "这一期的数可以用吗？",
    back=("metrics/pages/returns.py", "全部报送"),
)


def act(do: str, reason: str) -> None:
    with guard.show_errors():
        state = service.move(actor, view.id, do, reason, seen_version=seen)
        widgets.flash(f"已办理“{do}”，报送现为“{state.label}”。")
        st.rerun()


unlocked = view.course.unlocked(clock.now())
editable = fills and (view.state in service.EDITABLE or unlocked)
opened = today >= view.opens_on
choices = [
    step
    for step in steps_of(view.state, view.course.locked_at is not None)
    if may(actor, Permission(step.permission), subject) and step.do != CORRECT
]
with st.container(border=True):
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"{widgets.badge(*view.status)}　**{guard.plain(view.collection)}**　截止 {lists.due(view)}"
            f"　已填 {view.filled}/{view.asked}" + (f"　联系人 {guard.plain(form.contact)}" if form.contact else ""),
            width="stretch",
        )
        widgets.county(view.region_code, view.region)
        if view.pilot_id is not None:
            st.page_link(
                "pilots/pages/pilot.py",
                label="查看试点",
                icon=":material/science:",
                query_params={"id": str(view.pilot_id)},
                width="content",
            )
    if slower := [line.indicator for line in form.lines if form.period.step(line.indicator.cadence) > 1]:
        names = "、".join(f"{item.name}（{item.cadence.label}，期末后第 {item.due_days} 个工作日）" for item in slower)
        st.caption(guard.plain(f"本期含报得较少的指标：{names}。本期的截止日期按其中最晚的一项。"))
    if view.comment and view.state is ReturnState.RETURNED:
        st.warning(f"**退回理由**　{guard.plain(view.comment)}")
    if view.comment and view.state is ReturnState.LOCKED:
        st.info(f"**更正未采纳**　{guard.plain(view.comment)}　已恢复锁定时的数值。")
    reminding_parts.of_return(actor, view)
    if not editable:
        widgets.steps("return", choices, act)
    granting.box(actor, view, seen)

answering.of_return(actor, view.id)
if editable and opened:
    if unlocked:
        st.info(
            "这一期已解锁，可以更正：改动的数要写明理由，核对后一次“提交更正”。"
            "提交之前仍以锁定的数为准；新旧两个数都会保留。"
        )
    filling.by_workbook(actor, view, form, seen)
    filling.by_grid(actor, view, form, seen)
    if not unlocked:
        filling.to_submit(view, choices, act)
elif editable:
    st.info(f"本期从 {view.opens_on} 开始报送，请在那之后下载报送表填报。")
elif fills:
    st.info(f"这份报送{view.state.label}，不能修改。" + filling.NEXT[view.state])

values.current(actor, view, form)
evidence_parts.of_return(actor, view)
if form.lines:
    with st.expander("各指标走势（附基线与目标）", icon=":material/show_chart:", key="return_trends"):
        values.trends(actor, view, form)
        st.page_link(
            "metrics/pages/targets.py",
            label="基线与目标的每次设定",
            icon=":material/flag:",
            query_params={"id": str(view.collection_id)},
        )
with st.expander("办理记录", icon=":material/history:", key="return_history"):
    values.history(actor, view.id)
st.session_state[seen_key] = view.version
