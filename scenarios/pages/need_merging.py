"""Needs that are one and the same: merging them, and taking a merge apart."""

from __future__ import annotations

import streamlit as st

from accounts.permissions import Actor
from core import clock
from scenarios import need_queries, need_service
from scenarios.need_queries import NeedDetail
from scenarios.queries import Link
from web import guard, widgets


def pointer(survivor: Link) -> None:
    """What a merged need says first: where to go on."""
    with st.container(border=True):
        st.markdown("◐　**这项需求已并入另一项需求**，内容保留备查，不再修改；证据、工单和场景都在合并后的需求上。")
        st.page_link(
            "scenarios/pages/need.py",
            label=guard.plain(f"{survivor.code} {survivor.name}"),
            icon=":material/arrow_forward:",
            query_params={"id": str(survivor.id)},
        )


def absorbed(actor: Actor, need: NeedDetail, *, undo: bool) -> None:
    """What was merged into this need, newest first; the newest can be undone."""
    if not need.merges:
        return
    st.subheader("并入的需求", anchor=False)
    for position, merge in enumerate(need.merges):
        with st.container(horizontal=True, vertical_alignment="center", key=f"need_merge_{merge.id}"):
            st.page_link(
                "scenarios/pages/need.py",
                label=guard.plain(f"{merge.need.code} {merge.need.name}"),
                query_params={"id": str(merge.need.id)},
            )
            st.caption(guard.plain(f"{merge.reason}（{merge.by}，{clock.show(merge.at)[:10]}）"))
            if not undo or position:
                continue
            with st.popover("撤销合并…", key=f"need_merge_{merge.id}_ask"):
                st.warning(f"{merge.need.code} 将恢复为单独的需求，当时移来的证据、工单和场景一并移回。")
                reason = st.text_input("理由（可不填）", key=f"need_merge_{merge.id}_reason")
                if st.button("确认撤销合并", key=f"need_merge_{merge.id}_undo", type="primary"):
                    with guard.show_errors():
                        need_service.undo_merge(actor, merge.id, reason)
                        widgets.flash("合并已撤销，移来的内容已移回。")
                        st.rerun()


def form(actor: Actor, need: NeedDetail) -> None:
    """Choose another need that is this one again."""
    with st.expander("合并重复的需求", icon=":material/merge:", key="need_merge"):
        found = {row.id: f"{row.code} {row.title}（{row.region}）" for row in need_queries.mergeable(actor, need)}
        if not found:
            st.markdown("没有可以并入的需求：只能合并本地区（或上下级地区）、您有权修改的需求。")
            return
        st.caption(
            f"选中的需求将并入 {guard.plain(need.row.code)}：证据、工单和场景移到这里，原需求保留备查，可以撤销。"
            "发生次数不会自动相加：两项数的是不是同一批事，请核对后在“修改需求”里更正。"
        )
        prefix = f"need_merging_{need.row.id}_{need.version}"
        chosen = st.selectbox(
            "与本需求重复的需求",
            list(found),
            None,
            found.__getitem__,
            placeholder="选择，或输入名称查找",
            key=f"{prefix}_id",
        )
        reason = st.text_input("为什么是同一项需求（必填）", max_chars=200, key=f"{prefix}_reason")
        if chosen is None:
            return
        with st.popover("并入本需求…", key=f"{prefix}_ask"):
            st.warning(f"{guard.plain(found[chosen])} 将不再单独参加排名，合并后仍可撤销。")
            if st.button("确认合并", key="need_merge_do", type="primary"):
                with guard.show_errors():
                    need_service.merge_needs(actor, need.row.id, chosen, reason, seen_version=need.version)
                    widgets.flash("需求已合并。")
                    st.rerun()
