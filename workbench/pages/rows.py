"""A thing to do on the workbench."""

from __future__ import annotations

import streamlit as st

from web import guard, widgets


def todo(count: int, words: str, page: str, label: str, **parameters: str) -> bool:
    """So many things to do with the way to them; nothing, and False, when there is none."""
    if count:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"todo_{label}"):
            st.markdown(f"**{count}**　{words}", width="stretch")
            _way(page, label, **parameters)
    return bool(count)


def one(key: str, state: str, mark: str, name: str, words: str, page: str, label: str, **parameters: str) -> None:
    """One thing by its name, with its state's badge; the words are plain text."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"todo_{key}"):
        st.markdown(f"{widgets.badge(state, mark)}　**{guard.plain(name)}**　{guard.plain(words)}", width="stretch")
        _way(page, label, **parameters)


def _way(page: str, label: str, **parameters: str) -> None:
    st.page_link(page, label=label, icon=":material/arrow_forward:", query_params=parameters or None, width="content")
