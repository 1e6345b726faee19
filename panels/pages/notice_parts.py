"""A list on public notice and the objections to it, as the pages of challenges and selections draw them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from accounts.permissions import Actor
from core import clock
from panels.objections import NoticeView, ObjectionView
from web import guard, widgets

Given = Sequence[tuple[str, bytes]]  # name and content of files
Facts = Callable[[Sequence[tuple[str, object]]], None]


def standing(notice: NoticeView, *, newest: bool, paused: bool, released: str = "") -> None:
    """How a notice stands; `released`: since when the newest one's list is out, in words."""
    if newest and released:
        st.markdown(f"{widgets.badge('approved', '已发布')}　{released}")
    elif newest and paused:
        st.markdown(
            f"{widgets.badge('paused', '公示暂停')}　{notice.paused_on} 收到异议，答复后继续，"
            f"还有 {notice.days_left} 个工作日，截止日顺延。"
        )
    elif notice.left is not None:
        words = f"还有 {notice.left} 个工作日（含今天）" if notice.left else "公示期已满"
        st.markdown(f"{widgets.badge('running', '公示中')}　**{words}**")
    else:
        st.markdown(f"{widgets.badge('closed', f'第 {notice.number} 号公示')}")
    if notice.provisional:
        st.warning("暂算，须人工复核：公示期跨入的年度尚未公布放假安排。")


@dataclass(frozen=True)
class Desk:
    """What the page of a room does with objections. `names` can be objected to one by one, none: only to the whole list;
    `file` takes words, files, what it is about and a nonce; `choices` are answers in words, which `answer` takes with the
    words to the objector; `people` may answer what is late."""

    facts: Facts
    handles: bool
    names: Mapping[int, str]
    file: Callable[[str, Given, int | None, str], object]
    take_on: Callable[[int], None]
    choices: Callable[[ObjectionView], Sequence[str]]
    answer: Callable[[ObjectionView, str, str], object]
    people: Callable[[], Mapping[int, str]]
    reassign: Callable[[ObjectionView, int, str], None]
    download: Callable[[int], bytes]


def objections(actor: Actor, items: Sequence[ObjectionView], desk: Desk, *, files: bool, answer_days: int = 0) -> None:
    """File one (`files`: one can, within days that are answered in `answer_days`), see one's own; staff handle them
    without learning who it was."""
    if not (items or files):
        return
    st.subheader("异议", anchor=False)
    st.caption("实名书面提出并附证据；异议人的身份只有受理人和系统管理员看得到。")
    for item in items:
        with st.container(border=True, key=f"objection_{item.id}"):
            _objection(item, desk)
    if files:
        _file(actor, desk, answer_days)


def supervisor(people: Mapping[int, str], key: str) -> int | None:
    """Whom a notice names to watch over its objections."""
    return st.selectbox(
        "监督人",
        list(people),
        index=None,
        format_func=lambda number: people[number],
        key=key,
        placeholder="请选择",
        help="没有参与审查和审定的研究院人员；异议逾期未答复的移交监督人处置。",
    )


def _file(actor: Actor, desk: Desk, answer_days: int) -> None:
    with st.expander("提出异议", icon=":material/report:"), st.form("objection", border=False):
        about = None
        if desk.names:
            about = st.selectbox(
                "针对哪个项目",
                [None, *desk.names],
                format_func=lambda key: "整个名单（包括没有列入的项目）" if key is None else desk.names[key],
                key="objection_about",
            )
        words = st.text_area("事实和理由", max_chars=4000, key="objection_text")
        given = widgets.uploads("证据材料（必附）", "objection_files")
        st.caption(f"以您的实名（{guard.plain(actor.name)}）提出。提出后公示暂停，{answer_days} 日内答复。")
        if st.form_submit_button("提交异议", key="objection_save", type="primary"):
            with guard.show_errors():
                desk.file(words, given, about, widgets.nonce("objection"))
                widgets.spend_nonce("objection")
                widgets.flash("异议已收到，公示暂停。")
                st.rerun()


def _objection(item: ObjectionView, desk: Desk) -> None:
    state = {None: ("pending", "待答复"), True: ("approved", "成立"), False: ("closed", "不成立")}[item.upheld]
    words = f"已超期 {item.late} 日" if item.upheld is None else f"超期 {item.late} 日答复"
    st.markdown(
        f"{widgets.badge(*state)}　北京时间 {clock.show(item.filed_at)} 收到，应于 {item.due_on} 前（含当日）答复"
        + (f"　{widgets.badge('overdue', words)}" if item.late else "")
    )
    if item.late and item.supervisor:
        when = f"（{clock.show(item.escalated_at)} 移交）" if item.escalated_at else ""
        st.caption(
            guard.plain(
                f"逾期未答复，由监督人 {item.supervisor} 处置{when}；公示在答复前不恢复。"
                if item.upheld is None
                else f"逾期答复，监督人：{item.supervisor}{when}"
            )
        )
    about = [("针对", item.about or "整个名单")] if desk.names else []
    answered = [("答复", item.answer)] if item.answered_at else []
    desk.facts(
        [("异议人", item.name or "保密"), *about, ("内容", item.text), ("受理人", item.handler), *answered],
    )
    widgets.attachments(item.files, desk.download, f"objection_{item.id}_file")
    if item.supervises:
        _reassign(item, desk)
    if not desk.handles or item.upheld is not None:
        return
    if not item.takes:
        st.caption(guard.plain(item.takes.reason))
    elif not item.handler:
        if st.button("受理", key=f"objection_{item.id}_take", help="受理后您可以看到异议人的身份，并由您答复"):
            with guard.show_errors():
                desk.take_on(item.id)
                st.rerun()
    elif item.handles:
        _answer(item, desk)


def _reassign(item: ObjectionView, desk: Desk) -> None:
    """The supervisor has somebody else answer what is late."""
    people = desk.people()
    with st.popover("改派受理人…", key=f"objection_{item.id}_reassign_ask"):
        chosen = st.selectbox(
            "由谁答复",
            list(people),
            index=None,
            format_func=lambda key: people[key],
            placeholder="请选择",
            key=f"objection_{item.id}_handler",
        )
        reason = st.text_input("理由（必填，存入操作日志）", key=f"objection_{item.id}_reassign_reason")
        st.caption("改派后，新的受理人可以看到异议人的身份，原受理人不再看得到。")
        ready = chosen is not None
        if st.button("确认改派", key=f"objection_{item.id}_reassign", type="primary", disabled=not ready) and chosen:
            with guard.show_errors():
                desk.reassign(item, chosen, reason)
                widgets.flash(f"已改派{people[chosen]}答复。")
                st.rerun()


def _answer(item: ObjectionView, desk: Desk) -> None:
    with st.form(f"objection_{item.id}_answer", border=False):
        chosen = st.radio("结论", desk.choices(item), key=f"objection_{item.id}_choice")
        words = st.text_area("答复（异议人可见）", max_chars=4000, key=f"objection_{item.id}_words")
        if st.form_submit_button("答复", key=f"objection_{item.id}_save", type="primary"):
            with guard.show_errors():
                desk.answer(item, chosen or "", words)
                widgets.flash("异议已答复。")
                st.rerun()
