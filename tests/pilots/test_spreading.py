"""Who is alike, who lies outside, who comes first, and how far a pilot has spread: on plain values."""

from __future__ import annotations

import math
from datetime import date

import pytest

from core.words import AdoptionState, Side, Verdict
from pilots.spreading import (
    Candidate,
    Covariate,
    DataItem,
    Likeness,
    Move,
    coverage,
    gower,
    held_back,
    likeness,
    ordered,
    reach,
    state_on,
)

KIND = Covariate(
    "group", "地区类型", "", "名单", {"a": "发达地区", "b": "发达地区", "c": "山区海岛县", "d": "发达地区"}
)
# Over all four the range is 100.
URBAN = Covariate("urban", "街道比重", "%", "区划", {"a": 20.0, "b": 40.0, "c": 100.0, "d": 0.0})
PEOPLE = Covariate("people", "常住人口", "万人", "公报", {"a": 50.0, "b": 60.0, "c": None})
PLACES = ["a", "b", "c", "d"]


def far(covariates: list[Covariate], one: str, other: str) -> float:
    return gower(covariates, [reach(item, PLACES) for item in covariates], one, other)


def test_gower_is_the_mean_of_what_is_known_of_both() -> None:
    assert far([KIND, URBAN], "a", "b") == pytest.approx((0 + 0.2) / 2)
    assert far([KIND, URBAN], "a", "c") == pytest.approx((1 + 0.8) / 2)
    # Unknown is neither near nor far: it is left out, not taken for 0.
    assert far([KIND, URBAN, PEOPLE], "a", "c") == pytest.approx((1 + 0.8) / 2)
    assert far([KIND, URBAN, PEOPLE], "a", "b") == pytest.approx((0 + 0.2 + 1) / 3)
    assert math.isnan(far([PEOPLE], "a", "c"))


def test_a_county_is_compared_with_the_nearest_where_it_worked() -> None:
    found = likeness([KIND, URBAN], ["a", "b", "c"], "d", PLACES)
    assert found.nearest == "a"
    assert found.distance == pytest.approx((0.1 + 0.2 + 1.0) / 3)


@pytest.mark.parametrize(
    ("share", "outside"),
    [
        (40.0, ()),  # the highest of those where it worked is still inside
        (40.5, ("街道比重 41% 高于见效地区的最高值 40%",)),
        (20.0, ()),
        (19.4, ("街道比重 19% 低于见效地区的最低值 20%",)),
        (None, ()),
    ],
)
def test_outside_begins_beyond_the_last_county_where_it_worked(share: float | None, outside: tuple[str, ...]) -> None:
    urban = Covariate("urban", "街道比重", "%", "区划", {**URBAN.values, "d": share})
    assert likeness([urban], ["a", "b"], "d", PLACES).outside == outside


def test_a_kind_of_county_that_was_not_tried_is_outside() -> None:
    assert likeness([KIND], ["a", "b"], "c", PLACES).outside == ("见效地区中没有地区类型为“山区海岛县”的",)
    assert likeness([KIND], ["a", "b"], "d", PLACES).outside == ()


def test_little_knowledge_is_not_likeness() -> None:
    """Of two factors one is known: enough. Of three one: the county must not come first for that."""
    assert not likeness([KIND, PEOPLE], ["a", "b"], "d", PLACES).thin
    three = [KIND, PEOPLE, Covariate("area", "面积", "", "公报", {"a": 1.0, "b": 2.0})]
    assert likeness(three, ["a", "b"], "d", PLACES).thin


def candidate(code: str, distance: float, *, outside: bool = False, lacks: int = 0, backed: bool = True) -> Candidate:
    return Candidate(
        code=code,
        name=f"{code}县",
        city="某市",
        group="发达地区",
        side=Side.DEVELOPED,
        likeness=Likeness(distance, "a", ("街道比重 90% 高于见效地区的最高值 40%",) if outside else (), (), 2),
        nearest="甲县",
        data=[DataItem("工单库", "申请中", False)] * lacks + [DataItem("名单", "本县已接入", True)],
        backed=backed,
    )


def test_the_order_is_by_tier_then_gaps_then_likeness_then_code() -> None:
    given = [
        candidate("g", 0.01, backed=False),
        candidate("f", 0.02, outside=True),
        candidate("e", 0.03, lacks=2),
        candidate("d", 0.09, lacks=1),
        candidate("c", 0.30),
        candidate("b", 0.20),
        candidate("a", 0.20),
    ]
    assert [item.code for item in ordered(given)] == list("abcdefg")
    assert ordered(given) == ordered(given[::-1])
    assert [item.tier for item in ordered(given)] == [
        "优先推广", "优先推广", "优先推广", "补齐数据后推广", "补齐数据后推广", "先小范围验证", "暂不推广",
    ]  # fmt: skip


def test_every_place_has_its_reason() -> None:
    assert candidate("d", 0.09, lacks=1).why == "与见效地区中的甲县最像（距离 0.09）；所需数据 2 项已具备 1 项。"
    assert candidate("f", 0.02, outside=True).why == (
        "与见效地区中的甲县最像（距离 0.02）；属于外推：街道比重 90% 高于见效地区的最高值 40%；所需数据 1 项已具备 1 项。"
    )
    assert candidate("g", 0.01, backed=False).why.startswith("现有结论不支持在发达地区推广；")


@pytest.mark.parametrize(
    ("verdict", "promoting", "allowed"),
    [
        (Verdict.PROMOTE, True, True),
        (Verdict.PROMOTE_IF, True, True),
        (Verdict.PROMOTE, False, False),
        (Verdict.CONTINUE, True, False),
        (None, True, False),
    ],
)
def test_only_a_verdict_and_the_state_open_the_plan(verdict: Verdict | None, promoting: bool, allowed: bool) -> None:
    assert (held_back(verdict, promoting) == "") is allowed


S = AdoptionState
MOVES = [
    Move("b", S.PLANNED, date(2026, 1, 1)),
    Move("b", S.LIVE, date(2026, 3, 1)),
    Move("c", S.LIVE, date(2026, 4, 1)),
    Move("c", S.DROPPED, date(2026, 5, 1)),
]


def test_a_state_holds_from_its_day_until_the_next_step() -> None:
    assert state_on(MOVES, date(2026, 2, 28)) == {"b": S.PLANNED}
    assert state_on(MOVES, date(2026, 3, 1)) == {"b": S.LIVE}
    same_day = [Move("x", S.PLANNED, date(2026, 1, 1)), Move("x", S.PREPARING, date(2026, 1, 1))]
    assert state_on(same_day, date(2026, 1, 1)) == {"x": S.PREPARING}


def shares(sides: dict[str, str], day: date) -> dict[str, tuple[int, int, int]]:
    found = coverage(sides, ["a"], date(2026, 2, 1), MOVES, day)
    return {share.group: (share.piloted, share.live, share.total) for share in found}


def test_coverage_counts_pilots_from_their_start_and_the_live_only() -> None:
    sides = {"a": "发达地区", "b": "发达地区", "c": "山区海岛县", "d": "山区海岛县"}
    assert shares(sides, date(2026, 1, 31)) == {"全省": (0, 0, 4), "发达地区": (0, 0, 2), "山区海岛县": (0, 0, 2)}
    assert shares(sides, date(2026, 4, 1)) == {"全省": (1, 2, 4), "发达地区": (1, 1, 2), "山区海岛县": (0, 1, 2)}
    assert shares(sides, date(2026, 5, 1)) == {"全省": (1, 1, 4), "发达地区": (1, 1, 2), "山区海岛县": (0, 0, 2)}


def test_a_county_counts_in_the_group_of_the_day() -> None:
    moved = {"a": "发达地区", "b": "山区海岛县", "c": "山区海岛县", "d": "山区海岛县"}
    assert shares(moved, date(2026, 3, 1))["山区海岛县"] == (0, 1, 3)
