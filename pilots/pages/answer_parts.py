"""Parts of the evaluation page: one question with its sentence, its notes, its picture, its table and file."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import pandas as pd
import pyarrow as pa
import streamlit as st

from core import clock
from core.tabular import write_csv
from pilots.answer_words import QUESTIONS
from web import keep
from web.guard import plain


def question(number: int, sentence: str, notes: Sequence[str], *, warnings: Sequence[str] = ()) -> None:
    """The question, its answer, what must not be overlooked, and what qualifies it."""
    st.subheader(f"{number}　{QUESTIONS[number - 1]}", anchor=False)
    st.markdown(f"**{plain(sentence)}**")
    for warning in warnings:
        st.warning(plain(warning))
    for note in notes:
        if note not in warnings:
            st.caption(plain(note))


def table(build: Callable[[], pd.DataFrame], name: str, pilot: str, key: tuple[Hashable, ...]) -> None:
    """The rows behind a picture, folded, with their file. `key`: all they depend on besides data and day."""
    with st.expander(f"数据：{plain(name)}"):
        at = ("answer_table", name, *key, keep.version(), clock.today())
        frame = keep.kept(at, build)
        if frame.empty:
            st.caption("还没有数据。")
            return
        st.dataframe(keep.kept(("arrow", *at), lambda: pa.Table.from_pandas(frame)), hide_index=True, width="stretch")
        st.download_button(
            "下载（CSV）",
            data=lambda: write_csv(list(frame.columns), frame.to_numpy().tolist()),
            file_name=f"{pilot}_{name}_{clock.today():%Y%m%d}.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/table:",
            key=f"answer_{name}",
        )
