"""Evidence on pages: what each value needs, what is there, and the way to add it."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from accounts import sessions
from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.words import EvidenceKind
from metrics import evidence_queries, evidence_service
from metrics.evidence_queries import Evidence
from metrics.queries import ReturnView
from web import guard, widgets
from web.keep import ask


def of_return(actor: Actor, view: ReturnView) -> None:
    """Every value of a return that needs evidence or has some."""
    found = ask(evidence_queries.of_return, actor, view.id)
    asked = [item for item in found if item.indicator.evidence_kind is not EvidenceKind.NONE]
    given = [item for item in found if item.link or item.files]
    if not asked and not given:
        return
    st.subheader("佐证材料", anchor=False)
    lacking = [item for item in asked if item.filled and not item.enough]
    if lacking:
        names = "、".join(item.indicator.name for item in lacking)
        st.caption(
            guard.plain(f"还缺 {len(lacking)} 项：{names}。缺佐证不影响提交，但扣数据质量分；提交以后也可以补传。")
        )
    for item in found:
        if item in asked or item in given:
            _one(actor, view.id, view.region_code, item)


def of_value(actor: Actor, return_id: int, region_code: str, code: str) -> None:
    """The evidence of one value, where its origin is told."""
    item = next((e for e in ask(evidence_queries.of_return, actor, return_id) if e.indicator.code == code), None)
    if item is None:
        return
    st.subheader("佐证材料", anchor=False)
    if item.indicator.evidence_kind is EvidenceKind.NONE and not item.link and not item.files:
        st.caption("这个指标的口径不要求佐证，也没有附上。")
        return
    _one(actor, return_id, region_code, item)


def _one(actor: Actor, return_id: int, region_code: str, item: Evidence) -> None:
    indicator, key = item.indicator, f"evidence_{item.indicator.code}"
    mine = bool(may(actor, Permission.RETURN_FILL, Subject(region_code=region_code)))
    with st.container(border=True, key=f"{key}_box"):
        st.markdown(f"{_badge(item)}　**{guard.plain(indicator.name)}**　{guard.plain(_asks(item))}")
        if item.link:
            _link(actor, return_id, item, key, mine=mine)
        for gone in item.removed:
            st.caption(
                f"○ 已移除的链接　{guard.plain(gone.link)}　{guard.plain(gone.by)}　{clock.show(gone.at)}　"
                f"理由：{guard.plain(gone.reason)}"
            )
        widgets.attachments(
            [replace(file, label="") for file in item.files],  # the label is the indicator's code
            lambda number: evidence_queries.content(sessions.fresh(actor), return_id, number),
            key,
            remove=(lambda number, why: _remove(actor, return_id, number, why)) if mine else None,
        )
        if mine:
            with st.popover("附上文件…", key=f"{key}_add", icon=":material/attach_file:"):
                given = widgets.uploads("佐证文件", f"{key}_files_{widgets.nonce(key)}")
                if st.button("确认附上", key=f"{key}_go", type="primary", disabled=not given):
                    with guard.show_errors():
                        number = evidence_service.attach(actor, return_id, indicator.code, given)
                        widgets.spend_nonce(key)
                        widgets.flash(f"已附上 {number} 个文件。")
                        st.rerun()


def _link(actor: Actor, return_id: int, item: Evidence, key: str, *, mine: bool) -> None:
    """The way to the evidence, and for the county the way to take it back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.link_button("打开佐证链接", item.link, icon=":material/link:", type="tertiary", help=item.link)
        if not mine:
            return
        with st.popover("移除链接", key=f"{key}_unlink_{len(item.removed)}", type="tertiary"):
            st.caption("只移除链接，数不变；原链接和理由留在这里和操作日志中。要换一个链接，直接在填报时改写即可。")
            reason = st.text_input("移除的理由（必填）", key=f"{key}_unlink_reason")
            if st.button("确认移除", key=f"{key}_unlink_go", disabled=not reason.strip()):
                with guard.show_errors():
                    evidence_service.unlink(actor, return_id, item.indicator.code, reason)
                    widgets.flash("链接已移除，理由记入操作日志。")
                    st.rerun()


def _remove(actor: Actor, return_id: int, number: int, reason: str) -> None:
    with guard.show_errors():
        evidence_service.remove(actor, return_id, number, reason)
        widgets.flash("已移除，理由记入操作日志。")
        st.rerun()


def _badge(item: Evidence) -> str:
    if item.indicator.evidence_kind is EvidenceKind.NONE:
        return widgets.badge("", "未要求")
    if not item.filled:
        return widgets.badge("", "本期没有数")
    return widgets.badge("approved", "已有佐证") if item.enough else widgets.badge("returned", "缺佐证")


def _asks(item: Evidence) -> str:
    kind = item.indicator.evidence_kind
    if kind is EvidenceKind.NONE:
        return "口径没有要求佐证"
    words = f"要求{kind.label}：{item.indicator.evidence}"
    return words + ("（只有链接，还缺文件）" if item.link and not item.enough else "")
