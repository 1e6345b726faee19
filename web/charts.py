"""Charts on screen: the same Altair functions as in print, their specs kept while the data stand still.

Building a spec costs 7–26 ms and drawing a kept one nothing, so pages name what a picture depends on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.dataframe_util import convert_anything_to_arrow_bytes

from core import clock
from core.tabular import write_csv
from web import guard, keep, widgets

NARROW = 340  # pixels across that a phone has for a picture


def draw(
    build: Callable[[], alt.TopLevelMixin],
    key: tuple[Hashable, ...],
    *,
    describe: str,
    stretch: bool = True,
    narrow: Callable[[], alt.TopLevelMixin] | None = None,
) -> None:
    """Draw a chart. `key` names all it depends on besides the data's version and the day: ids and the
    actor's scope. `describe` says in words what it shows, for those who cannot see it. Pictures whose marks have a
    fixed size (maps, strips) are not stretched but can be pushed sideways on a narrow screen, unless there is one
    of `narrow` size (NARROW) to take their place there."""
    spec = keep.kept(("spec", stretch, *key, keep.version(), clock.today()), lambda: _spec(build, stretch))
    if stretch:
        st.vega_lite_chart(spec, width="stretch", theme=None, alt=describe)
        return
    name = hashlib.sha256(repr(key).encode()).hexdigest()[:12]
    with st.container(key=f"{'broad' if narrow else 'wide'}_{name}"):
        st.vega_lite_chart(spec, width="content", theme=None, alt=describe)
    if narrow is not None:
        small = keep.kept(("spec", "narrow", *key, keep.version(), clock.today()), lambda: _spec(narrow, stretch))
        with st.container(key=f"narrow_{name}"):
            st.vega_lite_chart(small, width="content", theme=None, alt=describe)


def rows(
    build: Callable[[], pd.DataFrame],
    name: str,
    subject: str,
    key: tuple[Hashable, ...],
    *,
    at: str = "",
    counties: Callable[[pd.DataFrame], Mapping[str, Sequence[str]]] | None = None,
) -> None:
    """The rows behind a picture, folded under it, with their file 主题_名称_日期.csv. `key`: all they depend on besides
    data and day; `at` tells two tables of the same name on a page apart. `counties`: which names in the frame lead to
    their counties (`widgets.to_counties`)."""
    with st.expander(f"数据：{guard.plain(name)}"):
        kept_at = ("chart_rows", name, *key, keep.version(), clock.today())
        frame = keep.kept(kept_at, build)
        if frame.empty:
            st.caption("还没有数据。")
            return
        widgets.table(
            keep.kept(("arrow", *kept_at), lambda: pa.Table.from_pandas(frame, preserve_index=False)),
            f"answer_{name}{at}_rows",
            counties=counties(frame) if counties else None,
        )
        st.download_button(
            "下载（CSV）",
            data=lambda: write_csv(list(frame.columns), frame.to_numpy().tolist()),
            file_name=f"{subject}_{name}_{clock.today():%Y%m%d}.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/table:",
            key=f"answer_{name}{at}",
        )


def _spec(build: Callable[[], alt.TopLevelMixin], stretch: bool) -> dict[str, Any]:
    spec: dict[str, Any] = build().to_dict(validate=False)  # every kind of picture is validated by its test
    # As Streamlit would send them; rows of dictionaries it would turn into this on every rerun.
    spec["datasets"] = {name: convert_anything_to_arrow_bytes(rows) for name, rows in spec["datasets"].items()}
    # A picture is read out by its description; Vega would add every axis and mark, in English
    config = spec.get("config", {})
    spec["config"] = {**config, "aria": False, "mark": {**config.get("mark", {}), "aria": False}}
    # Streamlit would fit title and legend into the chart's height, too, and squash what is drawn in it.
    spec["autosize"] = {"type": "fit-x", "contains": "padding"} if stretch else {"type": "pad"}
    return spec
