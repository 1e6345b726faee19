"""What the pages of those who run a review share: which review, the way between the pages, small tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from accounts.permissions import Actor
from accounts.queries import EventView
from core import clock
from core.words import Word
from panels import review_queries
from panels.result_book import Sheet
from panels.review_queries import ReviewView
from web import guard, keep, widgets
from web.guard import plain

HOME = "panels/pages/review.py"
# file, label, icon: in the order of the work.
WAYS = (
    (HOME, "总览", "gavel"),
    ("panels/pages/review_entries.py", "参评项目", "folder_open"),
    ("panels/pages/review_panel.py", "评委与回避", "groups"),
    ("panels/pages/review_assign.py", "分配", "hub"),
    ("panels/pages/review_progress.py", "进度", "hourglass_top"),
    ("panels/pages/review_result.py", "结果与体检", "leaderboard"),
    ("panels/pages/review_end.py", "定稿", "verified"),
)
_WHOLE = 30  # rows that are shown at once
PARTS = {"progress": WAYS[4], "recusals": WAYS[2], "moderation": WAYS[5]}


def head(actor: Actor, question: str, here: str) -> ReviewView:
    """The review of the address, with the head of its page."""
    view = guard.found(keep.ask(review_queries.review, actor, guard.parameter("id")), "评审")
    widgets.header(view.name, question, back=("panels/pages/reviews.py", "全部评审"))
    if view.rehearsal:
        st.warning("这是演练：项目是虚构的，结果不能发布，也不进入任何统计。", icon=":material/experiment:")
    with st.container(horizontal=True, vertical_alignment="center", key="review_ways"):
        for file, label, icon in WAYS:
            if file == here:
                st.markdown(f"**{label}**", width="content")
            else:
                st.page_link(
                    file,
                    label=label,
                    icon=f":material/{icon}:",
                    query_params={"id": str(view.id)},
                    width="content",
                )
    return view


def label(word: Word) -> str:
    return word.label


def yes_or_no(key: str, yes: str, no: str, answer: Callable[[bool, str], str]) -> None:
    """Agree at once, or say no with a reason. `answer(agreed, reason)` gives the command and says what came of it."""

    def given(agreed: bool, reason: str) -> None:
        with guard.show_errors():
            widgets.flash(answer(agreed, reason))
            st.rerun()

    with st.container(horizontal=True):
        if st.button(yes, key=f"{key}_yes", type="primary"):
            given(True, "")
        with st.popover(f"{no}…", key=f"{key}_no_ask"):
            reason = st.text_input("理由（必填）", key=f"{key}_reason")
            if st.button(f"确认{no}", key=f"{key}_no"):
                given(False, reason)


def table(sheet: Sheet, key: str) -> None:
    """A table of a result. `key` names what it shows."""
    frame = pd.DataFrame([list(row) for row in sheet.rows], columns=list(sheet.columns))
    draw(frame, f"{key}_{len(frame)}")


def draw(frame: pd.DataFrame, key: str) -> None:
    """A table to read. Places stay whole numbers beside blanks."""
    for name in ("名次", "名次最大变动", "去掉后名次最大变动"):
        if name in frame:
            frame[name] = frame[name].astype("Int64")
    # A table inside a page that scrolls by itself is read to the end by nobody.
    if len(frame) <= _WHOLE:
        st.dataframe(frame, key=key, hide_index=True, width="stretch", height="content")
    else:
        st.dataframe(frame, key=key, hide_index=True, width="stretch")


def facts(items: Sequence[tuple[str, object]]) -> None:
    st.markdown("  \n".join(f"**{name}**　{plain(value) if value not in ('', None) else '–'}" for name, value in items))


def window(view: ReviewView) -> str:
    """The schedule in words."""
    if view.opens_at is None or view.closes_at is None:
        return "还没有定"
    grace = f"，宽限至 {clock.show(view.grace_until)} 前" if view.grace_until else ""
    return f"北京时间 {clock.show(view.opens_at)} 起，{clock.show(view.closes_at)} 前{grace}"


def events(found: Sequence[EventView], key: str) -> None:
    """What was done to a record, newest first; never a mark, since the log holds none."""
    draw(
        pd.DataFrame(
            [(clock.show(event.at), event.actor, event.words, event.reason or "–") for event in found],
            columns=["时间（北京）", "人员", "事项", "理由"],
        ),
        key,
    )
