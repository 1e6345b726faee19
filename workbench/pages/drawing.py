"""Draws what waits for somebody: what is late, then the rest, the nearest day first."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from web import guard, widgets
from workbench.tasks import Task, in_order

_MOST = 20  # shown of a list before the rest is folded away


def tasks(found: Sequence[Task]) -> bool:
    """A list of the late and one of the others, each only when there is something in it; whether there was any."""
    late, others = in_order(found)
    for title, key, rows in (("已超期", "late", late), ("待办", "open", others)):
        if rows:
            st.subheader(f"{title}（{len(rows)} 项）", anchor=False)
            with st.container(border=True, gap="xsmall", key=f"tasks_{key}"):
                for task in rows[:_MOST]:
                    _row(task)
            if rest := rows[_MOST:]:
                with st.expander(f"另外 {len(rest)} 项"), st.container(gap="xsmall"):
                    for task in rest:
                        _row(task)
    return bool(found)


def _row(task: Task) -> None:
    mark = f"{widgets.badge(*task.mark)}　" if task.mark else ""
    head = task.name or str(task.count)
    due = f"　期限 {task.due_on}" if task.due_on else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall", key=f"todo_{task.key}"):
        st.markdown(f"{mark}**{guard.plain(head)}**　{guard.plain(task.words + due)}", width="stretch")
        st.page_link(
            task.page,
            label=task.label,
            icon=":material/arrow_forward:",
            query_params=dict(task.parameters) or None,
            width="content",
        )
    if task.note:
        st.caption(guard.plain(task.note))
