"""Charts on screen: the same Altair functions as in print, their specs kept while the data stand still.

Building a spec costs 7–26 ms and drawing a kept one nothing, so pages name what a picture depends on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import altair as alt
import streamlit as st

T = TypeVar("T")


def draw(
    build: Callable[[], alt.TopLevelMixin],
    key: tuple[Hashable, ...],
    *,
    describe: str,
    stretch: bool = True,
) -> None:
    """Draw a chart. `key` names all it depends on (ids, the actor's scope, the data version);
    `describe` says in words what it shows, for those who cannot see it. Pictures whose marks have a
    fixed size (maps, strips) are not stretched but can be pushed sideways on a narrow screen."""
    spec = kept(("spec", stretch, *key), lambda: _spec(build, stretch))
    if stretch:
        st.vega_lite_chart(spec, width="stretch", theme=None, alt=describe)
        return
    name = "wide_" + hashlib.sha256(repr(key).encode()).hexdigest()[:12]
    with st.container(key=name):
        st.vega_lite_chart(spec, width="content", theme=None, alt=describe)


def kept(key: tuple[Hashable, ...], build: Callable[[], T]) -> T:
    """The value of `build()`, kept per `key` in this process. Shared between people: put the actor's
    scope into the key whenever the value depends on who asks. The value must not be changed."""
    value: T = _kept(key, build)
    return value


@st.cache_resource(max_entries=1024, show_spinner=False)
def _kept(key: tuple[Hashable, ...], _build: Callable[[], Any]) -> Any:
    return _build()


def _spec(build: Callable[[], alt.TopLevelMixin], stretch: bool) -> dict[str, Any]:
    spec: dict[str, Any] = build().to_dict()
    if not stretch:
        # Streamlit would fit title and legend into the chart's height and squash marks of a fixed size.
        spec["autosize"] = {"type": "pad"}
    return spec
