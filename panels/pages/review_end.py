"""The end of a review: what stands before it, who signs, and the results that were put forward."""

from functools import partial

import streamlit as st

from accounts import sessions
from accounts.permissions import Permission, Subject, may, require
from core import clock
from core.words import ReviewState, SignatureKind
from panels import blocking, exports, finalise_service, result_queries, stages
from panels.pages import running
from printing.pages import parts as report_parts
from web import guard, keep, widgets

actor = guard.current_actor()
require(actor, Permission.REVIEW_RUN)
view = running.head(actor, "还差什么，能不能定稿？", "panels/pages/review_end.py")
if view.state not in stages.SHOWN:
    widgets.empty("评分结束、合议完成之后才能定稿。")
    st.stop()

blockers = keep.ask(blocking.blockers, actor, view.id) if view.state is not ReviewState.FINAL else []
results = keep.ask(result_queries.frozen, actor, view.id)
newest = results[0] if results else None

with st.container(border=True, key="end_gate"):
    if view.state is ReviewState.FINAL:
        st.markdown(":green-badge[● 已定稿]　结果不再变化。")
    for number, item in enumerate(blockers):
        with st.container(horizontal=True, vertical_alignment="center", key=f"blocker_{number}"):
            st.markdown(f":red-badge[■ 定稿障碍]　{guard.plain(item.words)}", width="content")
            file, label, icon = running.PARTS[item.part]
            st.page_link(
                file,
                label=f"去“{label}”",
                icon=f":material/{icon}:",
                query_params={"id": str(view.id)},
                width="content",
            )
    if view.standing.viewer.blocked:
        st.caption("您对其中的项目应当回避，不能为整个结果签署，也看不到定稿的结果。")
    elif view.state is ReviewState.MODERATING:
        st.caption("合议结束后才能签署。" if blockers else "没有障碍。合议结束后由两人先后签署。")
    elif view.state is ReviewState.FINALISING and not blockers:
        fresh = newest is None or any(item.kind is SignatureKind.CONFIRM for item in newest.signatures)
        st.markdown(":green-badge[● 没有障碍]　由两位研究院人员先后签署：一人提请，另一人复核的正是同一个结果。")
        with st.container(horizontal=True):
            if st.button("提请定稿", key="propose", type="primary" if fresh else "secondary"):
                with guard.show_errors():
                    finalise_service.propose(actor, view.id)
                    widgets.flash("已提请定稿，请另一人复核签署。")
                    st.rerun()
            if newest is not None and not fresh:
                proposer = next(item.account_id for item in newest.signatures if item.kind is SignatureKind.PROPOSE)
                allowed = may(actor, Permission.REVIEW_SIGN, Subject(created_by=proposer))
                with st.popover("复核签署…", key="confirm_ask", disabled=not allowed):
                    st.warning("签署后评审定稿，结果连同校验码固定下来。")
                    if st.button("确认签署", key="confirm", type="primary"):
                        with guard.show_errors():
                            finalise_service.confirm(actor, view.id, newest.id)
                            widgets.flash("已定稿。")
                            st.rerun()
                if not allowed:
                    st.caption(guard.plain(allowed.reason))


def workbook(result_id: int) -> bytes:
    return exports.frozen_xlsx(sessions.fresh(actor), view.id, result_id)


for result in results:
    with st.container(border=True, key=f"result_{result.id}"):
        signed = "、".join(f"{item.kind.label}：{item.name}（{clock.show(item.at)}）" for item in result.signatures)
        st.markdown(f"**第 {result.number} 号结果**　{guard.plain(signed)}")
        st.caption(f"校验码 {result.digest}")
        for signature in result.signatures:
            if signature.statement:
                st.markdown(f"保留意见　{guard.plain(signature.name)}：{guard.plain(signature.statement)}")
        if result.changes:
            st.markdown("**与上一号的差别**　" + guard.plain("；".join(result.changes)))
        with st.container(horizontal=True):
            name = f"评审结果_{view.name}_第{result.number}号_{clock.beijing(result.at):%Y%m%d}"
            subject, label = f"{view.id}:{result.number}", f"{view.name}_第{result.number}号"
            report_parts.downloads(actor, "review", subject, label, name="下载结果报告", primary=False)
            report_parts.downloads(actor, "marks", subject, label, name="下载评分表（签字页）", primary=False)
            st.download_button(
                "下载结果表（Excel）",
                partial(workbook, result.id),
                file_name=f"{name}.xlsx",
                key=f"result_{result.id}_xlsx",
                icon=":material/download:",
                on_click="ignore",
            )
if not results and not view.standing.viewer.blocked:
    st.caption("还没有提请过定稿。")
