"""What keeps a pilot from a step, as its pages show it before somebody presses the button."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pilots.gates import Blocker
from web import guard, widgets


def draw(blockers: Sequence[Blocker], key: str) -> None:
    """What keeps a pilot from its start: each blocker with how to mend it and the way there; a word when there
    is none."""
    with st.container(border=True, key=f"{key}_gates"):
        if not blockers:
            st.markdown(f"{widgets.badge('confirmed', '启动条件已齐')}　可以提交启动、批准启动。")
            return
        st.markdown(f"{widgets.badge('open', f'启动前还差 {len(blockers)} 项')}　补齐以前，“批准启动”会被拒绝。")
        _listed(blockers)


def before(do: str, blockers: Sequence[Blocker], key: str) -> None:
    """What keeps a pilot from a step that few will take, folded; nothing when there is nothing."""
    if blockers:
        with st.expander(f"“{do}”以前还差 {len(blockers)} 项，补齐以前会被拒绝", key=f"{key}_gates"):
            _listed(blockers)


def _listed(blockers: Sequence[Blocker]) -> None:
    for number, blocker in enumerate(blockers, start=1):
        words, way = st.columns([5, 1], vertical_alignment="center")
        words.markdown(f"{number}. **{guard.plain(blocker.title)}**　{guard.plain(blocker.mend)}")
        way.page_link(
            blocker.page,
            label=blocker.label,
            icon=":material/arrow_forward:",
            query_params=dict(blocker.query) or None,
        )
