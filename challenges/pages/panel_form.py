"""Calling a panel together from a challenge: for its bids, and for what was delivered."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from web import guard, widgets


def draw(key: str, words: str, label: str, rubrics: Mapping[int, str], call: Callable[[int, int, int], int]) -> None:
    """`call` takes the rubric's version, judges an entry and the quorum."""
    if not rubrics:
        widgets.empty("还没有这一类的评分标准。", page="panels/pages/rubric_edit.py", label="先编制评分标准")
        return
    with st.form(f"{key}_form"):
        st.markdown(words)
        rubric = st.selectbox("评分标准", list(rubrics), format_func=rubrics.__getitem__, key=f"{key}_rubric")
        with st.container(horizontal=True):
            count = st.number_input("每个项目的评委数", 1, 99, 5, key=f"{key}_judges")
            quorum = st.number_input("有效评分不少于", 1, 99, 3, key=f"{key}_quorum")
        if st.form_submit_button(label, key=f"{key}_open", type="primary"):
            with guard.show_errors():
                call(rubric, int(count), int(quorum))
                widgets.flash("评审已建立，请到“评审”聘请评委。")
                st.rerun()
