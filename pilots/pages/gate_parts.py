"""What keeps a pilot from a step, as its pages show it before somebody presses the button."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pilots.gates import Blocker
from web import guard, widgets


def draw(blockers: Sequence[Blocker], key: str, *, here: str = "") -> None:
    """What keeps a pilot from its start: each blocker with how to mend it and the way there; a word when there
    is none. `here`: the page it is drawn on, where some may be mended."""
    with st.container(border=True, key=f"{key}_gates"):
        if not blockers:
            st.markdown(f"{widgets.badge('confirmed', '启动条件已齐')}　可以提交启动、批准启动。")
            return
        st.markdown(f"{widgets.badge('open', f'启动前还差 {len(blockers)} 项')}　补齐以前，“批准启动”会被拒绝。")
        _listed(blockers, key, here)


def before(do: str, blockers: Sequence[Blocker], key: str) -> None:
    """What keeps a pilot from a step that few will take, folded; nothing when there is nothing."""
    if blockers:
        with st.expander(f"“{do}”以前还差 {len(blockers)} 项，补齐以前会被拒绝", key=f"{key}_gates"):
            _listed(blockers, key)


def _listed(blockers: Sequence[Blocker], key: str, here: str = "") -> None:
    for number, blocker in enumerate(blockers, start=1):
        words, way = st.columns([5, 1], vertical_alignment="center")
        words.markdown(f"{number}. **{guard.plain(blocker.title)}**　{guard.plain(blocker.mend)}")
        if blocker.page == here:
            # A link to the same page would do nothing, and what stands in the address is bound to its widgets.
            parts = {name: value for name, value in blocker.query.items() if name != "id"}
            way.button(
                blocker.label,
                key=f"{key}_gate_{number}",
                icon=":material/arrow_forward:",
                type="tertiary",
                on_click=st.session_state.update,
                args=(parts,),
            )
            continue
        way.page_link(
            blocker.page,
            label=blocker.label,
            icon=":material/arrow_forward:",
            query_params=dict(blocker.query) or None,
        )
