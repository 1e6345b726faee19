"""Loading provinces: whole, once, in the order people expect."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date

import pytest
from sqlmodel import col, select

from core.errors import NotFound
from core.words import RegionLevel
from db.session import read
from db.tables import Region, RegionGroup
from regions import imports, queries, service
from tests.support import Cast, count_queries


def levels(prefix: str) -> Counter[str]:
    with read() as session:
        return Counter(
            RegionLevel(level).label
            for level in session.exec(select(Region.level).where(col(Region.code).startswith(prefix)))
        )


def test_zhejiang_is_whole(database: str) -> None:
    assert levels("33") == {"省": 1, "设区市": 11, "县（市、区）": 90, "乡镇（街道）": 1365}
    counties = queries.counties("330000", date(2026, 1, 1))
    tiles = {(county.tile_row, county.tile_col) for county in counties}
    assert len(tiles) == 90
    assert (None, None) not in tiles
    assert [province.name for province in queries.provinces()] == ["浙江省"]


def test_counties_read_as_a_chinese_index(house: object) -> None:
    counties = queries.counties("330000", date(2026, 1, 1))
    assert list(dict.fromkeys(county.parent for county in counties))[:3] == ["杭州市", "宁波市", "温州市"]
    assert [county.name for county in counties if county.parent == "湖州市"] == [
        "安吉县",
        "长兴县",
        "德清县",
        "南浔区",
        "吴兴区",
    ]
    towns = [town.name for town in queries.towns("330523")]
    assert towns[0] == "报福镇"
    assert len(towns) == 15


def test_jiangsu_loads_beside_it(database: str, cast: Cast) -> None:
    assert service.load(cast.li_staff, "江苏省") == 1 + 13 + 95
    assert levels("32") == {"省": 1, "设区市": 13, "县（市、区）": 95}
    counties = queries.counties("320000", date(2026, 1, 1))
    assert len(counties) == 95
    assert {county.group for county in counties} == {""}
    assert [count.name for count in queries.group_counts(counties)] == ["未分组"]
    assert len(queries.counties("330000", date(2026, 1, 1))) == 90
    assert "江苏省" not in queries.loadable()


@pytest.mark.parametrize("province", ["浙江省", "江苏省"])
def test_loading_twice_adds_nothing(database: str, cast: Cast, province: str) -> None:
    service.load(cast.li_staff, province)
    with read() as session:
        before = len(session.exec(select(RegionGroup.id)).all())
    assert service.load(cast.li_staff, province) == 0
    with read() as session:
        assert len(session.exec(select(RegionGroup.id)).all()) == before == 51


def test_every_province_loads(house: object, cast: Cast) -> None:
    with (imports.DATA / "china_counties.csv").open(encoding="utf-8-sig", newline="") as lines:
        expected = Counter(row["province"] for row in csv.DictReader(lines))
    assert len(expected) == len(imports.provinces()) == 31
    for province in imports.provinces():
        service.load(cast.li_staff, province)
    found = {province.name: len(queries.counties(province.code, date(2026, 1, 1))) for province in queries.provinces()}
    assert found == expected | {"浙江省": 90}
    assert queries.loadable() == []


def test_a_province_that_is_not_there(cast: Cast) -> None:
    with pytest.raises(NotFound, match="没有找到“江苏”。 可以载入：北京市、天津市"):
        service.load(cast.li_staff, "江苏")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("安吉县", "安吉"),
        ("景宁畲族自治县", "景宁"),
        ("江山市", "江山"),
        ("吴兴区", "吴兴"),
        ("赵县", "赵县"),
        ("浙江省", "浙江"),
        ("昌硕街道", "昌硕"),
    ],
)
def test_short_names(name: str, short: str) -> None:
    assert imports.short(name) == short


def test_sort_keys_know_the_readings_of_place_names() -> None:
    assert imports.pinyin("长兴县").startswith("chang")
    assert imports.initials("安吉") == "aj"
    assert sorted(["乐清", "台州", "丽水", "衢州"], key=imports.pinyin) == ["丽水", "衢州", "台州", "乐清"]


def test_regions_that_ended_are_left_out(house: object) -> None:
    from db.session import write

    with write() as session:
        row = session.get(Region, "330523")
        assert row is not None
        row.valid_to = date(2025, 12, 31)
    assert len(queries.counties("330000", date(2025, 12, 31))) == 90
    assert len(queries.counties("330000", date(2026, 1, 1))) == 89


def test_lists_cost_the_same_for_any_number(house: object, cast: Cast) -> None:
    with count_queries() as statements:
        queries.counties("330000", date(2026, 1, 1))
    assert len([statement for statement in statements if statement != "BEGIN"]) == 3
    with count_queries() as statements:
        queries.membership_history("330000")
    assert len([statement for statement in statements if statement != "BEGIN"]) == 2


def test_levels_are_stored_by_value(database: str) -> None:
    with read() as session:
        assert session.connection().exec_driver_sql("SELECT level FROM region WHERE code = '330523'").scalar() == (
            RegionLevel.COUNTY.value
        )
