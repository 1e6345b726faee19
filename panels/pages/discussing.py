"""One entry on which judges part: what they gave, what was discussed, and the form for writing it down."""

from __future__ import annotations

import streamlit as st

from accounts.permissions import Actor
from core import clock
from core.words import ModerationOutcome
from panels import moderation_service, result_book
from panels.moderation_service import ModerationIn
from panels.outcome import Line
from panels.pages import running
from panels.result_queries import ResultView
from web import guard, widgets


def reasons(found: ResultView, line: Line) -> list[str]:
    """Why an entry should be discussed, in words; empty when nothing asks for it."""
    why = []
    if line.disagrees:
        why.append(f"最高与最低相差 {result_book.shown(line.spread)} 分")
    if line.at_cut and found.placed:
        why.append("同分，名额界线正好在其中")
    if line.rank is None:
        why.append("没有有效结果")
    return why


def draw(actor: Actor, found: ResultView, line: Line, *, names: list[str], open_: bool) -> None:
    """The entry with its scores and records; with `open_` a form for another record. `names`: of the panel."""
    why = reasons(found, line)
    with st.container(border=True, key=f"dispute_{line.entry}"):
        marks = f"　:orange-badge[◐ {'；'.join(why)}]" if why else ""
        st.markdown(f"**{guard.plain(found.names[line.entry].short)}**{marks}")
        st.caption(
            guard.plain("　".join(f"{found.judges[item.judge]} {result_book.shown(item.score)}" for item in line.given))
        )
        for item in found.moderations:
            if item.entry_id != line.entry:
                continue
            st.markdown(
                f"**{item.outcome.label}**　{guard.plain(item.discussion)}（{guard.plain(item.by)}记录，{clock.show(item.at)}）"
            )
            if item.dissent:
                st.caption(f"保留意见：{guard.plain(item.dissent)}")
        if open_:
            _form(actor, found, line, why, names)


def _form(actor: Actor, found: ResultView, line: Line, why: list[str], names: list[str]) -> None:
    key = f"moderate_{line.entry}"
    with st.popover("记录合议…", key=f"{key}_ask"):
        present = st.multiselect("参加人员", names, names, key=f"{key}_who")
        words = st.text_area("讨论了什么、依据是什么", key=f"{key}_words", height=100)
        outcomes = list(ModerationOutcome)
        chosen = st.radio("结论", outcomes, 0, running.label, key=f"{key}_outcome")
        st.caption("重新评分：每位评委得到一份新的评分表，原来的分数留存。")
        dissent = st.text_input("保留意见（可不填）", key=f"{key}_dissent")
        if st.button("保存合议记录", key=key, type="primary"):
            with guard.show_errors(ModerationIn):
                data = ModerationIn.model_validate(
                    {"present": present, "discussion": words, "outcome": chosen, "dissent": dissent}
                )
                moderation_service.record(actor, found.review.id, line.entry, data, flags=why)
                widgets.flash("合议记录已保存。")
                st.rerun()
