"""Which counties were in which group on which day: the province's own lists."""

from __future__ import annotations

from datetime import date

import pytest

from core.words import Side
from db.session import read, write
from db.tables import RegionGroup
from regions import groups, queries
from regions.queries import GroupCount
from tests.support import Cast, count_queries

LAST_OF_26, FIRST_OF_25 = date(2024, 8, 20), date(2024, 8, 21)
LAST_OF_25, FIRST_OF_22 = date(2025, 5, 27), date(2025, 5, 28)


def underdeveloped(on: date) -> set[str]:
    return {county.name for county in queries.counties("330000", on) if county.side is Side.UNDERDEVELOPED}


@pytest.mark.parametrize(
    ("on", "name", "number"),
    [
        (date(2003, 1, 1), "山区26县", 26),
        (LAST_OF_26, "山区26县", 26),
        (FIRST_OF_25, "山区海岛县", 25),
        (LAST_OF_25, "山区海岛县", 25),
        (FIRST_OF_22, "山区海岛县", 22),
        (date(2030, 1, 1), "山区海岛县", 22),
    ],
)
def test_counts(house: object, on: date, name: str, number: int) -> None:
    counties = queries.counties("330000", on)
    assert len(counties) == 90
    assert queries.group_counts(counties) == [
        GroupCount("发达地区", Side.DEVELOPED, 90 - number),
        GroupCount(name, Side.UNDERDEVELOPED, number),
    ]


def test_who_left_and_who_joined(house: object) -> None:
    assert underdeveloped(LAST_OF_26) - underdeveloped(FIRST_OF_25) == {"平阳县", "柯城区", "莲都区"}
    assert underdeveloped(FIRST_OF_25) - underdeveloped(LAST_OF_26) == {"洞头区", "嵊泗县"}
    assert underdeveloped(LAST_OF_25) - underdeveloped(FIRST_OF_22) == {"永嘉县", "苍南县", "江山市"}
    assert underdeveloped(FIRST_OF_22) - underdeveloped(LAST_OF_25) == set()


@pytest.mark.parametrize(
    ("code", "on", "name"),
    [
        ("330326", LAST_OF_26, "山区26县"),  # 平阳
        ("330326", FIRST_OF_25, None),
        ("330922", LAST_OF_26, None),  # 嵊泗
        ("330922", FIRST_OF_25, "山区海岛县"),
        ("330881", LAST_OF_25, "山区海岛县"),  # 江山
        ("330881", FIRST_OF_22, None),
        ("330523", FIRST_OF_22, None),  # 安吉, never listed
        ("999999", FIRST_OF_22, None),
    ],
)
def test_the_group_of_one(database: str, code: str, on: date, name: str | None) -> None:
    with read() as session:
        assert groups.group_of(session, code, on) == name


def test_developed_are_those_outside_the_list_of_their_province(database: str, cast: Cast) -> None:
    from regions import service

    service.load(cast.li_staff, "江苏省")
    with read() as session:
        found = groups.memberships(session, ["330523", "330881", "320102"], FIRST_OF_25)
    assert found == {
        "330523": groups.Membership("发达地区", Side.DEVELOPED),
        "330881": groups.Membership("山区海岛县", Side.UNDERDEVELOPED),
    }


def test_a_scheme_of_its_own_knows_only_its_members(database: str) -> None:
    with write() as session:
        session.add(RegionGroup(scheme="月度考核", region_code="330523", name="甲组", side=Side.OTHER))
    with read() as session:
        found = groups.memberships(session, ["330523", "330521"], FIRST_OF_25, "月度考核")
        assert groups.group_of(session, "330523", FIRST_OF_25, "月度考核") == "甲组"
        assert groups.group_of(session, "330523", FIRST_OF_25) is None
    assert found == {"330523": groups.Membership("甲组", Side.OTHER)}


def test_since_when_a_list_has_held(house: object) -> None:
    """A paper that names today's date for it would be another paper every day."""
    with read() as session:
        since = [
            groups.unchanged_since(session, ["330523"], day) for day in (LAST_OF_25, FIRST_OF_22, date(2030, 1, 1))
        ]
        assert since == [FIRST_OF_25, FIRST_OF_22, FIRST_OF_22]
        assert groups.unchanged_since(session, ["330523"], date(2003, 1, 1)) is None


def test_many_days_cost_one_query(house: object) -> None:
    codes = [county.code for county in queries.counties("330000", FIRST_OF_25)]
    with read() as session, count_queries() as statements:
        found = groups.timeline(session, codes, [LAST_OF_26, FIRST_OF_25, FIRST_OF_22])
    assert len([statement for statement in statements if statement != "BEGIN"]) == 1
    numbers = {
        day: sum(member.side is Side.UNDERDEVELOPED for (_, on), member in found.items() if on == day)
        for day in (LAST_OF_26, FIRST_OF_25, FIRST_OF_22)
    }
    assert list(numbers.values()) == [26, 25, 22]
    assert len(found) == 270


def test_a_town_is_in_its_countys_group_and_a_city_in_none(house: object) -> None:
    with read() as session:
        codes = ["330324001", "330523001", "330500", "331100", "331127"]  # towns of 永嘉 and 安吉, 湖州, 丽水, 景宁
        found = groups.timeline(session, codes, [LAST_OF_25, FIRST_OF_22])
    assert {key: member.name for key, member in found.items()} == {
        ("330324001", LAST_OF_25): "山区海岛县",
        ("330324001", FIRST_OF_22): "发达地区",
        **{("330523001", day): "发达地区" for day in (LAST_OF_25, FIRST_OF_22)},
        **{("331127", day): "山区海岛县" for day in (LAST_OF_25, FIRST_OF_22)},
    }
