"""What returns ask for: to be filled in, to be reviewed, to be explained."""

from __future__ import annotations

import streamlit as st

from accounts.permissions import Actor
from core import clock
from core.words import FollowUpState, ReturnState
from metrics import follow_ups, queries, reminder_queries
from web import guard, widgets
from web.keep import ask
from workbench.pages.rows import todo

_OPEN = (ReturnState.DRAFT, ReturnState.RETURNED)
_MOST = 6
_ROUNDS = "metrics/pages/rounds.py"
_DOUBTS = "metrics/pages/doubts.py"


def owed(actor: Actor) -> bool:
    """For a county: its returns one by one, those handed back first, with the last reminder, and those unlocked; its doubtful values."""
    found = sorted(
        # To the minute: what was asked is kept, and an unlock ends by itself.
        ask(queries.returns, actor, to_fill_at=clock.now().replace(second=0, microsecond=0)),
        key=lambda view: (view.state is not ReturnState.RETURNED, view.due_on),
    )
    reminded = ask(reminder_queries.standing, actor)
    for view in found[:_MOST]:
        tone, words = view.status
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"owed_{view.id}"):
            note = f"　{guard.plain(view.comment)}" if view.comment and view.state is ReturnState.RETURNED else ""
            st.markdown(
                f"{widgets.badge(tone, words)}　**{guard.plain(view.collection)}**　{view.label}"
                f"　已填 {view.filled}/{view.asked}　截止 {view.due_on}{note}",
                width="stretch",
            )
            st.page_link(
                "metrics/pages/return_form.py",
                label="去更正" if view.state is ReturnState.LOCKED else "去填报",
                icon=":material/edit:",
                query_params={"id": str(view.id)},
                width="content",
            )
        if (reminder := reminded.get((view.collection_id, view.region_code, view.period))) is not None:
            st.caption(guard.plain(f"◔ {reminder.kind}　{clock.show(reminder.at)}　{reminder.by}：{reminder.words}"))
    rest = todo(max(0, len(found) - _MOST), "份其他应报报送", "metrics/pages/returns.py", "查看全部报送")
    doubts = ask(follow_ups.counts, actor).get(FollowUpState.OPEN, 0)
    return todo(doubts, "条疑点等您说明或更正", _DOUBTS, "去答复") or rest or bool(found)


def reviewed(actor: Actor) -> bool:
    """For whoever owns the collections: what was handed in, what is doubtful, what is late, whom to remind."""
    submitted = ask(queries.returns, actor, states=(ReturnState.SUBMITTED,))
    late = sum(view.due_on < clock.today() for view in ask(queries.returns, actor, open_by=clock.today(), states=_OPEN))
    doubts = ask(follow_ups.counts, actor).get(FollowUpState.EXPLAINED, 0)
    pending = len(ask(reminder_queries.pending, actor))
    found = todo(len(submitted), "份报送等待审核", "metrics/pages/returns.py", "去审核")
    found |= todo(doubts, "条疑点县里已说明，等待采信", _DOUBTS, "去核查")
    found |= todo(late, "份报送已逾期", _ROUNDS, "去催报")
    return todo(pending, "份报送到了提醒的日子，还没有提醒", _ROUNDS, "去提醒") or found
