"""Figures about places: the file that staff fill in, read whole or refused whole."""

from __future__ import annotations

from datetime import date

import pytest

from core import clock
from core.errors import Forbidden, Invalid
from core.tabular import open_table, write_csv
from regions import fact_queries, fact_service, facts
from tests.support import Cast

HEADS = list(facts.HEADS)


def sheet(*rows: tuple[object, ...]) -> bytes:
    return write_csv(HEADS, rows)


def good(value: object = "58.6", source: str = "2024年统计公报", day: str = "2024-12-31") -> tuple[object, ...]:
    return ("330523", "安吉县", "常住人口", "万人", day, value, source)


def test_the_newest_figure_of_a_day_counts_and_nothing_is_doubled(cast: Cast) -> None:
    assert fact_service.take_in(cast.li_staff, sheet(good(), good("57.9", day="2023-12-31")), "县情.csv") == 2
    assert fact_service.take_in(cast.li_staff, sheet(good()), "县情.csv") == 0
    assert fact_service.take_in(cast.li_staff, sheet(good("58.7", "2024年统计公报（修订）")), "县情.csv") == 1
    newest = fact_queries.known(["330523"], clock.today())["常住人口"]["330523"]
    assert (newest.value, newest.source, newest.as_of) == (58.7, "2024年统计公报（修订）", date(2024, 12, 31))
    before = fact_queries.known(["330523"], date(2024, 6, 1))["常住人口"]["330523"]
    assert before.value == 57.9


def test_everything_wrong_is_said_at_once_and_nothing_kept(cast: Cast) -> None:
    rows = (
        good(),
        ("330523", "德清县", "常住人口", "万人", "2024-12-31", "44", "公报"),
        ("999999", "", "常住人口", "万人", "2024-12-31", "44", "公报"),
        ("330521", "德清县", "常住人口", "万人", "去年底", "44", ""),
        ("330522", "长兴县", "常住人口", "人", "2024-12-31", "六十八万", "公报"),
        good("58.6"),
        ("330421", "嘉善县", "常住人口", "万人", "2024-12-31", "", ""),  # not known, so not entered
    )
    with pytest.raises(Invalid) as refused:
        fact_service.take_in(cast.li_staff, sheet(*rows), "县情.csv")
    assert refused.value.problems == [
        "第 3 行：代码 330523 是安吉县，不是“德清县”",
        "第 4 行：没有代码为“999999”的县（市、区）",
        "第 5 行：没有填写来源",
        "第 5 行：截至日期“去年底”不是日期，例如 2025-12-31",
        "F6：“六十八万”不是数字",
        "第 7 行与第 2 行是同一地区、同一名称、同一日期，请删去一行",
    ]
    assert fact_queries.known(["330523"], clock.today()) == {}


def test_the_template_comes_back(cast: Cast) -> None:
    book = open_table(facts.template([("330523", "安吉县")], made_at=clock.now()), "模板.xlsx", limit_mb=1)
    assert facts.read(book, {"330523": "安吉县"}, clock.today()) == ([], ["没有一行填了数值"])
    with pytest.raises(Forbidden):
        fact_service.take_in(cast.wang_anji, sheet(good()), "县情.csv")


def test_towns_and_terrain_come_with_the_divisions(cast: Cast) -> None:
    from db.session import read

    with read() as session:
        assert fact_queries.towns(session, ["330523"], clock.today()) == {"330523": (15, 4)}
    assert fact_queries.relief()["330523"] > 0
