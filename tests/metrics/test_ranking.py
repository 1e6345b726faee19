"""Places inside a group: ties, the unranked, how sure, who came furthest; and what a county is handed."""

from __future__ import annotations

import dataclasses
import math
from decimal import Decimal
from fractions import Fraction

import pytest

from accounts.permissions import Actor
from core.words import Direction, Kind
from metrics import ranking, ranking_exports
from metrics import ranking_queries as queries
from metrics.model import Indicator
from metrics.ranking import By, Entry
from tests.conftest import Page

RATE = Indicator(
    id=1, code="SX01", version=1, name="按时办结率", meaning="", formula="", kind=Kind.RATIO, unit="%", n_label="",
    factor=100,
)  # fmt: skip


def entry(code: str, value: object, before: object = None, *, group: str = "发达地区", se: float = 1.0) -> Entry:
    exact = [None if item is None else Fraction(str(item)) for item in (value, before)]
    return Entry(code, f"{code}县", "", group, exact[0], exact[1], None, None, se)


def words(places: list[ranking.Place]) -> dict[str, str]:
    return {place.entry.code: place.words for place in places}


def test_equal_values_share_a_place_and_the_missing_come_last() -> None:
    given = [entry("a", None), entry("b", "85"), entry("c", "90"), entry("d", "85.0"), entry("e", "80")]
    found = ranking.places(RATE, given)
    assert [(place.entry.code, place.rank, place.of) for place in found] == [
        ("c", 1, 4), ("b", 2, 4), ("d", 2, 4), ("e", 4, 4), ("a", None, 4),
    ]  # fmt: skip
    assert words(found)["b"].startswith("第 2 名（并列）")
    assert words(found)["a"] == "未排名"


def test_each_group_is_ranked_by_itself_and_lower_can_be_better() -> None:
    given = [entry("a", 5), entry("b", 9), entry("c", 7, group="山区海岛县"), entry("d", 20, group="山区海岛县")]
    lower = dataclasses.replace(RATE, direction=Direction.LOWER)
    assert {place.entry.code: place.rank for place in ranking.places(lower, given)} == {"a": 1, "b": 2, "c": 1, "d": 2}
    within = dataclasses.replace(RATE, direction=Direction.WITHIN, best_min=Decimal(6), best_max=Decimal(8))
    assert {place.entry.code: place.rank for place in ranking.places(within, given)} == {"a": 1, "b": 1, "c": 1, "d": 2}


def test_a_place_says_how_sure_it_is() -> None:
    """Far apart the place is certain; within each other's error it is not."""
    far = ranking.places(RATE, [entry("a", 90), entry("b", 80), entry("c", 70)])
    assert words(far) == {"a": "第 1 名（1–1）", "b": "第 2 名（2–2）", "c": "第 3 名（3–3）"}
    near = ranking.places(RATE, [entry("a", 90), entry("b", 89), entry("c", 70)])
    assert words(near) == {"a": "第 1 名（1–2）", "b": "第 2 名（1–2）", "c": "第 3 名（3–3）"}
    # Without any error there is no range; one unknown error is taken to be the middle one.
    blind = ranking.places(RATE, [entry("a", 90, se=math.nan), entry("b", 80, se=math.nan)])
    assert words(blind) == {"a": "第 1 名", "b": "第 2 名"}
    assert ranking.places(RATE, [entry("a", 90, se=math.nan), entry("b", 80)])[0].words == "第 1 名（1–1）"


def test_progress_is_against_ones_own_past() -> None:
    given = [entry("a", 95, 94), entry("b", 80, 70), entry("c", 85, None), entry("d", 60, 65)]
    found = ranking.places(RATE, given, By.CHANGE)
    assert [(place.entry.code, place.rank, place.measure) for place in found] == [
        ("b", 1, 10), ("a", 2, 1), ("d", 3, -5), ("c", None, None),
    ]  # fmt: skip
    fewer = ranking.places(dataclasses.replace(RATE, direction=Direction.LOWER), given, By.CHANGE)
    assert [place.entry.code for place in fewer] == ["d", "a", "b", "c"]


def test_the_share_of_the_gap_closed_leaves_out_who_was_at_the_frontier() -> None:
    """The frontier is what the best quarter had a year before: of four counties the first."""
    given = [entry("a", 92, 90), entry("b", 80, 70), entry("c", 75, 70), entry("d", 50, 89.5)]
    assert ranking.frontier(RATE, given) == 90
    found = {place.entry.code: place.measure for place in ranking.places(RATE, given, By.CLOSED)}
    # d stood half a point below it, less than its own error: a share of that would say nothing.
    assert found == {"b": Fraction(1, 2), "c": Fraction(1, 4), "a": None, "d": None}


def test_across_groups_only_standard_scores_are_compared() -> None:
    """The best of the poorer group stands further above its own than the best of the richer one."""
    given = [entry("a", 90), entry("b", 88), entry("c", 86)]
    given += [
        entry("x", 70, group="山区海岛县"),
        entry("y", 60, group="山区海岛县"),
        entry("z", 59, group="山区海岛县"),
    ]
    found = ranking.across(RATE, given)
    assert [place.entry.code for place in found][:2] == ["x", "a"]
    assert found[1].measure == pytest.approx(1.0)
    alone = ranking.across(RATE, [entry("a", 90), entry("x", 70, group="山区海岛县")])
    assert [place.rank for place in alone] == [None, None]


def test_the_error_of_a_share_is_that_of_its_cases_and_never_zero() -> None:
    few, many = (ranking.own_error(RATE, n * 10**6, n * 10**6, []) for n in (20, 2000))
    assert 0 < many < few
    assert ranking.own_error(RATE, 80 * 10**6, 100 * 10**6, []) == pytest.approx(
        100 * math.sqrt(82 / 104 * 22 / 104 / 104)
    )
    score = dataclasses.replace(RATE, unit="分", kind=Kind.INDEX)
    assert math.isnan(ranking.own_error(score, 80, None, [80, 81, 82]))  # two steps tell too little
    assert ranking.own_error(score, 80, None, [80, 82, 80, 82]) == pytest.approx(math.sqrt(16 / 3) / math.sqrt(2))


def test_a_county_is_handed_its_own_place_and_no_other(page: Page, demo_cast: dict[str, Actor]) -> None:
    li, anji = demo_cast["liyan"], demo_cast["wanganji"]
    period = "2026-09"
    whole = queries.ranking_of(li, 1, "SX04", period)
    assert whole is not None
    period = whole.period
    own = queries.ranking_of(anji, 1, "SX04", period)
    assert own is not None
    assert [place for place in whole.places if place.entry.code == "330523"] == list(own.places)
    assert len(own.across) == 1
    assert queries.ranking_of(demo_cast["zhouminzheng"], 1, "SX04", period) is None
    app = page("ranking", anji, ranking_collection=1)
    assert not app.exception
    assert len(app.dataframe) == 0
    book = ranking_exports.workbook(anji, 1, "SX04", period)
    assert book[:2] == b"PK"


def test_staff_see_a_group_at_a_time(page: Page, demo_cast: dict[str, Actor]) -> None:
    app = page("ranking", demo_cast["liyan"], ranking_collection=1, ranking_group="山区海岛县")
    assert not app.exception
    table = app.dataframe[0].value
    assert len(table) == 22
    assert list(table["名次"])[-1] == "–"  # some have not reported; they stand last
    app.selectbox(key="ranking_by").set_value("比上年同期进步").run()
    assert not app.exception
    assert "比上年同期进步" in app.dataframe[0].value.columns
