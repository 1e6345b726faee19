"""Charts on screen keep the shape they were drawn in."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import pytest
import streamlit as st

from web import charts


@pytest.mark.parametrize(
    ("stretch", "autosize"), [(True, {"type": "fit-x", "contains": "padding"}), (False, {"type": "pad"})]
)
def test_marks_of_a_fixed_size_are_not_squashed_to_fit(
    house: Path, monkeypatch: pytest.MonkeyPatch, stretch: bool, autosize: dict[str, str]
) -> None:
    drawn: list[dict[str, Any]] = []
    monkeypatch.setattr(st, "vega_lite_chart", lambda spec, **_: drawn.append(spec))
    figure = alt.Chart(pd.DataFrame({"x": [1]})).mark_point().encode(x=alt.X("x", type="quantitative"))
    charts.draw(lambda: figure, ("test", stretch), describe="一个点", stretch=stretch)
    assert drawn[0].get("autosize") == autosize
    said = drawn[0]["config"]  # Vega's own words for axes and marks are English; the description says it all
    assert (said["aria"], said["mark"]["aria"]) == (False, False)


def test_a_phone_gets_a_picture_of_its_own(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(st, "vega_lite_chart", lambda spec, **_: drawn.append(spec["width"]))
    places: list[str] = []

    def container(key: str) -> AbstractContextManager[None]:
        places.append(key.split("_", maxsplit=1)[0])
        return nullcontext()

    monkeypatch.setattr(st, "container", container)
    point = alt.Chart(pd.DataFrame({"x": [1]})).mark_point()
    wide, narrow = point.properties(width=560), point.properties(width=charts.NARROW)
    charts.draw(lambda: wide, ("test", "map"), describe="一张图", stretch=False, narrow=lambda: narrow)
    charts.draw(lambda: wide, ("test", "strip"), describe="一条图", stretch=False)
    assert (places, drawn) == (["broad", "narrow", "wide"], [560, 340, 560])
