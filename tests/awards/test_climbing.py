"""比学赶超, on plain values: places inside dated groups, and who overtook whom inside a pilot."""

from __future__ import annotations

from datetime import date

from awards import climbing, racing
from awards.climbing import Round
from awards.racing import Racer

FIRST = Round(1, "首届", date(2025, 1, 1), date(2026, 1, 15))
SECOND = Round(2, "专题", date(2026, 1, 1), date(2026, 7, 15))
NAMES = {"01": "甲县", "02": "乙县", "03": "丙县", "04": "丁县", "05": "戊县"}
DEVELOPED, REMOTE = "发达地区", "山区海岛县"
GROUPS = {(code, day): DEVELOPED for code in ("01", "02", "03") for day in (FIRST.on, SECOND.on)} | {
    ("04", FIRST.on): REMOTE, ("04", SECOND.on): DEVELOPED, ("05", FIRST.on): REMOTE, ("05", SECOND.on): REMOTE,
}  # fmt: skip


def test_places_are_inside_the_group_of_the_day_and_shared_by_equals() -> None:
    won = {(1, "01"): 1, (1, "02"): 1, (1, "04"): 2, (2, "02"): 1}
    found = climbing.ladders([FIRST, SECOND], NAMES, GROUPS, won)
    assert [(item.group, [(row.name, row.places, row.moved) for row in item.climbs]) for item in found] == [
        (
            DEVELOPED,
            [
                ("乙县", (1, 1), "持平"),
                ("丁县", (1, 1), "持平"),  # first of the remote, then beside 乙县 among the developed
                ("甲县", (1, 3), "下降"),
                ("丙县", (None, None), ""),
            ],
        ),
        (REMOTE, [("戊县", (None, None), "")]),
    ]
    assert found[0].spread == "发达地区 4 个县（市、区）：入选 2 项的 2 个，入选 1 项的 1 个，还没有入选项目的 1 个。"
    assert [row.name for row in found[0].rest] == ["丙县"]
    assert all(row.entered == () for item in found for row in item.climbs)


def test_who_wins_first_is_new_and_who_climbs_rises() -> None:
    found = climbing.ladders([FIRST, SECOND], NAMES, GROUPS, {(1, "01"): 1, (2, "02"): 2, (2, "03"): 1}, {(1, "03"): 1})
    assert [(row.name, row.moved, row.entered) for row in found[0].climbs] == [
        ("乙县", "首次入选", (0, 0)),
        ("甲县", "下降", (0, 0)),
        ("丙县", "首次入选", (1, 0)),
        ("丁县", "", (0, 0)),
    ]
    assert climbing.ladders([], NAMES, GROUPS, {}) == []
    ungrouped = climbing.ladders([FIRST], {"01": "甲县"}, {}, {(1, "01"): 1})
    assert [(item.group, item.placed[0].place) for item in ungrouped] == [("全省", 1)]


def racer(name: str, group: str, then: int | None, now: int | None, won: bool = False) -> Racer:
    shares = {period: value for period, value in (("2026-05", then), ("2026-06", now)) if value is not None}
    return Racer(name, name, group, won, shares)


def test_who_caught_up_with_whom_is_said_inside_a_group() -> None:
    racers = [
        racer("A", DEVELOPED, 900_000, 700_000, won=True),
        racer("B", DEVELOPED, 800_000, 750_000),
        racer("C", DEVELOPED, 500_000, None),
        racer("D", DEVELOPED, None, 990_000),
        racer("E", DEVELOPED, 300_000, 300_000),
        racer("F", REMOTE, 100_000, 900_000),
    ]
    assert {
        name: [(row.racer.name, row.share_now, row.then, row.now, row.words) for row in rows]
        for name, rows in racing.standings(racers, "2026-05").items()
    } == {
        DEVELOPED: [
            ("B", 750_000, 2, 1, "赶超"),
            ("A", 700_000, 1, 2, "被赶超"),
            ("C", 500_000, 3, 3, "还没有新的报送期"),
            ("E", 300_000, 4, 4, "守住"),
            ("D", 990_000, None, None, "没有可比的数值"),
        ]
    }
    assert racing.medians(racers[:4]) == {"2026-05": 800_000, "2026-06": 750_000}


def test_what_goes_beyond_the_way_and_a_fifth_wins_nothing() -> None:
    rows = racing.standings(
        [racer("A", REMOTE, 1_300_000, 1_200_000), racer("B", REMOTE, 1_250_000, 1_900_000)], "2026-05"
    )
    assert [(row.racer.name, row.then, row.now, row.words) for row in rows[REMOTE]] == [
        ("A", 1, 1, "守住"),
        ("B", 1, 1, "守住"),
    ]
