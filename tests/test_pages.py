"""Every page as everybody, in the demo province: who opens it, and that nothing breaks or is in English."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from accounts.permissions import Actor, may
from core import clock
from core.periods import Cadence, Period
from core.words import Role
from tests.conftest import ROOT, Page
from web import charts
from web.router import PAGES, needed
from web.router import Page as RouterPage

PEOPLE = ["guanli", "liyan", "wanganji", "zhouminzheng", "wujie", "sunping"]
SAID = ("title", "header", "subheader", "caption", "markdown", "info", "warning", "error", "success", "toast")
ASKED = ("button", "selectbox", "multiselect", "text_input", "text_area", "number_input", "date_input", "metric")
MARKUP = re.compile(r"<style>.*?</style>|`[^`]*`|<[^>]+>|:[a-z-]+\[|:material/\w+:|\]\([^)]*\)", re.DOTALL)
# File kinds, commands and codes that people know by these letters.
KNOWN = re.compile(
    "|".join(PEOPLE) + r"|PDF|CSV|Excel|KB|MB|zhiping check|\b[0-9a-f]{8,}\b|[A-Z]+[-_]?[A-Z]*-?\d[\w-]*"
)


# What only a member of the panel sees: 孙评 in the review that is being scored.
JUDGES_OWN = ("declare", "score", "receipt", "panel_result")


def texts(app: AppTest) -> Iterator[str]:
    """What a person reads: words, labels, the headings of tables."""
    for kind in SAID:
        yield from (str(element.value) for element in app.get(kind) if isinstance(element, Element))
    for kind in ASKED:
        yield from (str(element.label) for element in app.get(kind) if isinstance(element, Element))
    for frame in app.dataframe:
        yield from (str(column) for column in frame.value.columns)


COUNTY = re.compile(r"\w{1,5}([县市]|(?<!地)区)")
# Places that are no county's name, and grids in which something is chosen or filled in.
NOT_COUNTIES = {"设区市", "对象", "单位", "地区类型", "比较", "依据", "最像", "范围"}


def dead_ends(app: AppTest) -> Iterator[tuple[str, str]]:
    """County names in tables that are not the way to the county: column and an example."""
    for frame in app.dataframe:
        config = json.loads(frame.proto.columns or "{}")
        for column in frame.value.columns:
            kind = (config.get(column) or {}).get("type_config") or {}
            names = [name for name in frame.value[column] if isinstance(name, str) and COUNTY.fullmatch(name)]
            if names and column not in NOT_COUNTIES and kind.get("type") != "button":
                yield str(column), names[0]


def english(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]{2,}", KNOWN.sub("", MARKUP.sub("", text)))


def address(url: str) -> dict[str, object]:
    """What follows the page's name: number 1 of everything, and the sum of the province three months ago."""
    if url == "design":
        return {"scenario": 1}
    period = Period.containing(clock.today(), Cadence.MONTH).shift(-3)
    if url in JUDGES_OWN:
        return {"review": 2, "entry": 12}
    if url == "round":
        return {"collection": 1, "period": period}
    if url == "quality_unit":
        return {"collection": 1, "period": period, "region": "330523"}
    if url != "figure":
        return {"id": 1}
    return {"collection": 1, "indicator": 1, "region": "330000", "period": period, "group": ""}


def test_what_pages_import_can_be_loaded_before_anybody_comes() -> None:
    modules = set(needed())
    assert {"pilots.queries", "pilots.pages.parts", "web.widgets", "pandas"} <= modules
    for name in modules:
        importlib.import_module(name)


ROOMS = sorted({known.file.split("/")[0] for known in PAGES})
# Rooms in which the administrator is one of the institute, as the test below holds them to: 李研 sees them for both.
ALIKE = ("metrics", "pilots", "printing", "regions")


def test_rooms_that_do_not_tell_the_administrator_from_the_institute() -> None:
    asked = re.compile(r"Role\.ADMIN\b|role is (not )?Role\.INSTITUTE\b")
    files = [path for room in ALIKE for path in sorted((ROOT / room).rglob("*.py"))]
    assert [path.name for path in files if asked.search(path.read_text(encoding="utf-8"))] == []
    admin, staff = (Actor(1, None, "某人", role, 1, "研究院") for role in (Role.ADMIN, Role.INSTITUTE))
    urls = [
        page.url
        for page in PAGES
        if page.file.startswith(ALIKE) and may(admin, page.permission) != may(staff, page.permission)
    ]
    assert urls == []


@pytest.mark.timeout(240)  # up to twenty pages a test
@pytest.mark.parametrize(
    ("room", "username"),
    [(room, name) for room in ROOMS for name in PEOPLE if name != "guanli" or room not in ALIKE],
)
def test_pages_as_somebody(
    page: Page, demo_cast: dict[str, Actor], room: str, username: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages of a room one after the other, as one evening at the desk: looking changes nothing. The pictures
    that staff see are held against the schema whole, which pages leave out."""
    if username == "liyan":
        monkeypatch.setattr(charts, "_spec", partial(valid_spec, charts._spec))
    wrong = {
        known.url: problems
        for known in PAGES
        if known.file.startswith(f"{room}/")
        and (
            problems := problems_of(
                page(known.url, demo_cast[username], **address(known.url)), known, demo_cast[username], username
            )
        )
    }
    assert wrong == {}


def valid_spec(spec: Callable[..., dict[str, Any]], build: Callable[[], Any], stretch: bool) -> dict[str, Any]:
    build().to_dict(validate=True)
    return spec(build, stretch)


def problems_of(app: AppTest, known: RouterPage, actor: Actor, username: str) -> list[str]:
    """What is wrong with a page as somebody sees it."""
    found = [exception.message for exception in app.exception]
    found += [error.value for error in app.error if "页面出错" in error.value]
    if username == ("sunping" if known.url in JUDGES_OWN else "liyan"):
        found += [warning.value for warning in app.warning if "没有找到" in warning.value]
    if not may(actor, known.permission) and [title.value for title in app.title] != [f"{actor.name}，您好"]:
        # Not on this person's menu, so the address leads to the front page.
        found.append("opens though it is not on the menu")
    if actor.is_staff and known.file.startswith(("metrics/", "pilots/", "regions/")):
        found += [f"{name} leads nowhere in “{column}”" for column, name in dead_ends(app)]
    fields = (app.number_input, app.text_input, app.text_area, app.selectbox, app.multiselect, app.radio, app.checkbox)
    found += [f"“{item.label}” is read out so" for kind in fields for item in kind if "**" in item.label]
    return found + [f"{text}: {words}" for text in texts(app) if (words := english(text))]
