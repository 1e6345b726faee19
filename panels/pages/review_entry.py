"""One entry as those who run the review keep it: what it says, its files, whether it takes part."""

import streamlit as st

import accounts.queries
from accounts import sessions
from accounts.permissions import Permission, require
from core.words import EntryState, ReviewState
from panels import review_queries, setup_service, stages
from panels.pages import entry_form, running
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.REVIEW_RUN)
review_id = guard.parameter("review") or guard.parameter("id")
view = guard.found(keep.ask(review_queries.review, actor, review_id), "评审")
entries = {entry.id: entry for entry in keep.ask(review_queries.entries, actor, view.id)}
entry = guard.found(entries.get(guard.parameter("id") or 0), "参评项目")
widgets.header(
    f"{entry.code} {entry.title}",
    "这个项目报了什么，还参不参评？",
    back=("panels/pages/review_entries.py", "参评项目"),
    query={"id": str(view.id)},
)
if entry.stepped_aside:
    st.warning("回避：您对这个项目应当回避，看不到它的材料和分数，也不能办理。请由另一位研究院人员办理。")
    st.stop()

with st.container(border=True):
    st.markdown(
        f"{widgets.badge(entry.state, entry.state.label)}　第 {entry.number} 版　{guard.plain(entry.whose)}"
        + (f"　{entry.region}" if entry.region else "")
    )
    if entry.state_reason:
        st.markdown(f"**理由**　{guard.plain(entry.state_reason)}")
    st.markdown("  \n".join(guard.plain(line) for line in entry.summary.splitlines()) or "没有简介。")
    if entry.team:
        st.caption(f"团队：{guard.plain('、'.join(entry.team))}")

st.subheader("附件", anchor=False)
open_files = view.state in stages.OPEN_LISTS


def load(attachment_id: int) -> bytes:
    return review_queries.entry_file(sessions.fresh(actor), attachment_id)


def take_away(attachment_id: int, reason: str) -> None:
    with guard.show_errors():
        setup_service.remove_file(actor, view.id, attachment_id, reason)
        widgets.flash("文件已移除。")
        st.rerun()


files = review_queries.entry_files(actor, view.id, entry.id)
widgets.attachments(files, load, "entry_files", remove=take_away if open_files else None)
if not files:
    st.caption("没有附件。")
if open_files:
    with st.popover("上传附件…", icon=":material/attach_file:", key="entry_attach_ask"):
        chosen = widgets.uploads("材料", "entry_uploads")
        if st.button("上传", key="entry_attach", disabled=not chosen):
            with guard.show_errors():
                count = setup_service.attach_files(actor, view.id, entry.id, chosen)
                widgets.flash(f"已上传 {count} 个文件。")
                st.rerun()

if view.state is not ReviewState.FINAL:
    begun = view.rule_digest != ""
    with st.expander("修改材料", key="entry_edit", icon=":material/edit:"):
        reason = ""
        if begun:
            st.caption("评分已经开始：修改后成为新的一版，评过旧版的评委会看到提示。")
            reason = st.text_input("修改理由（必填）", key="entry_edit_reason")
        data = entry_form.draw(actor, entry)
        if data is not None:
            with guard.show_errors():
                number = setup_service.edit_entry(actor, view.id, entry.id, data, reason, seen_version=entry.version)
                widgets.flash(f"已保存，现为第 {number} 版。")
                st.rerun()
    others = [state for state in EntryState if state is not entry.state]
    with st.popover("变更参评资格…", key="entry_state_ask"):
        st.warning("变更后已评的分数仍然保留；撤回或取消资格的项目不排名，其他项目的名次会随之变化。")
        target = st.radio("改为", others, format_func=running.label, key="entry_state_to")
        why = st.text_input("理由（必填，印在结果里）", key="entry_state_reason")
        if st.button("确认变更", key="entry_state", type="primary") and target is not None:
            with guard.show_errors():
                setup_service.set_entry_state(actor, view.id, entry.id, target, why, seen_version=entry.version)
                widgets.flash(f"已改为“{target.label}”。")
                st.rerun()
with st.expander("操作记录", key="entry_history"):
    events = accounts.queries.history(actor, "review_entry", entry.id)
    running.events(events, f"entry_history_{entry.id}_{len(events)}")
