"""All pilots and one county: the same figures as everywhere, in few reads, for those who may see them."""

from __future__ import annotations

import math

import pytest

from accounts.permissions import Actor
from core.errors import Forbidden
from metrics import ranking_queries
from pilots import county_queries, portfolio, portfolio_wording, queries
from pilots.pictures import effect_words
from tests.conftest import Page
from tests.support.databases import count_queries


def test_a_line_says_what_the_evaluation_says_today(demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    lines = portfolio.portfolio(li)
    told = {
        line.pilot.name: (
            line.period or None,
            line.attained and line.attained.share,
            line.cause.effect and effect_words(line.indicator, line.cause.effect) if line.indicator else "–",
            line.quality,
        )
        for line in lines
    }
    evaluated = {}
    for view in queries.pilots(li):
        found = queries.evaluate(li, view.id)
        assert found is not None
        assert found.goal is not None
        goal = found.goal
        effect = goal.effect and effect_words(goal.indicator, goal.effect)
        evaluated[view.name] = (
            (goal.latest, goal.attained, effect, found.quality.total)
            if view.state in portfolio.BEGUN
            else (goal.latest, goal.attained, "–", None)
        )
    assert told == evaluated


def test_many_pilots_take_as_many_reads_as_one(demo_cast: dict[str, Actor], monkeypatch: pytest.MonkeyPatch) -> None:
    li = demo_cast["liyan"]
    views = queries.pilots(li)
    counts = []
    for some in ([view for view in views if view.name == "民呼我为全省试点"], views):
        monkeypatch.setattr(queries, "pilots", lambda _, some=some: some)
        with count_queries() as statements:
            assert len(portfolio.portfolio(li)) == len(some)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_an_interval_lies_around_its_share_and_one_county_has_none(demo_cast: dict[str, Actor]) -> None:
    lines = {line.pilot.name: line for line in portfolio.portfolio(demo_cast["liyan"])}
    many, alone = lines["民呼我为全省试点"].attained, lines["污水管网孪生试点"].attained
    assert many is not None
    assert many.low < many.share < many.high
    assert alone is not None
    assert math.isnan(alone.low)
    assert "（" not in portfolio_wording.share_words(alone)
    assert set(lines["民呼我为全省试点"].by_side) == {"发达地区", "山区海岛县"}
    assert set(lines["防贫监测帮扶试点"].by_side) == {"山区海岛县"}


def test_the_page_is_filtered_from_its_address(page: Page, demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    everything = page("portfolio", li).dataframe[0].value
    assert sorted(set(everything["状态"])) == sorted(
        {"● 试点中", "◐ 暂停", "◐ 评估中", "● 推广", "■ 已终止", "○ 已结项", "○ 设计中", "◐ 待启动", "○ 已撤销"}
    )
    rules = {view.verdict.rule for view in queries.pilots(li) if view.verdict}
    assert {"T2", "P2"} <= rules  # a season that is not over, an effect that is clear
    some = page("portfolio", li, portfolio_state="试点中", portfolio_verdict="推广")
    assert sorted(some.dataframe[0].value["试点"]) == ["民呼我为全省试点", "防贫监测帮扶试点"]
    with pytest.raises(Forbidden):
        portfolio.portfolio(demo_cast["wanganji"])
    assert portfolio_wording.workbook(li)[:2] == b"PK"


def test_a_county_sees_itself_and_staff_see_any(page: Page, demo_cast: dict[str, Actor]) -> None:
    li, anji = demo_cast["liyan"], demo_cast["wanganji"]
    assert page("county", anji).title[0].value == "安吉县"
    other = page("county", anji, code="330521")
    assert other.warning[0].value == "没有找到这项地区，或您无权查看。"
    assert len(other.title) == 0
    assert county_queries.county(anji, "330521") is None
    assert county_queries.values(anji, "330521") == []
    assert page("county", li, code="330521").title[0].value == "德清县"
    for stranger in ("zhouminzheng", "wujie", "sunping"):
        assert county_queries.county(demo_cast[stranger], "330523") is None


def test_a_countys_place_is_that_of_the_ranking(demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    values = county_queries.values(li, "330523")
    assert len(values) >= 8
    for value in values[:3]:
        whole = ranking_queries.ranking_of(li, value.choice.collection_id, value.choice.code, value.period)
        assert whole is not None
        assert value.place == next(place for place in whole.places if place.entry.code == "330523")
    assert county_queries.values(demo_cast["wanganji"], "330523") == values


def test_a_countys_groups_are_told_with_their_days(demo_cast: dict[str, Actor]) -> None:
    found = county_queries.county(demo_cast["liyan"], "330324")
    assert found is not None
    assert list(found.spells) == [
        "起初 至 2024-08-20 山区26县",
        "2024-08-21 至 2025-05-27 山区海岛县",
        "2025-05-28 起不在名单",
    ]
