"""Index systems: what a design must say, and what comes of it, step by step and against published values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.words import Aggregation, Direction, Kind, Weighting, WeightScope
from metrics import composite, composite_result
from metrics.composite import Criterion, Design, Judgement, ThresholdRule
from metrics.composite_result import Figure, Outcome, Unit
from metrics.composite_scores import compute
from metrics.model import Indicator
from tests.metrics.returns_support import indicator

Values = Mapping[str, Sequence[str | int | None]]


def criterion(number: int, direction: Direction = Direction.HIGHER, dimension: str = "", **more: Any) -> Criterion:
    return Criterion(indicator_id=number, code=f"A{number}", dimension=dimension, direction=direction, **more)


def rule(full: int = 100, base: int = 90, slope: str = "2", floor: int = 60) -> ThresholdRule:
    return ThresholdRule(full=Decimal(full), base=Decimal(base), slope=Decimal(slope), floor=Decimal(floor))


def design(*criteria: Criterion, **more: Any) -> Design:
    asked: dict[str, Any] = {"aggregation": Aggregation.WEIGHTED_SUM, "weighting": Weighting.GIVEN} | more
    return Design(criteria=criteria, **asked)


def units(values: Values, group: str = "发达地区") -> list[Unit]:
    """Units with n = 100 × value and d = 100, so that a ratio's value is as given."""

    def figure(value: str | int | None) -> Figure:
        if value is None:
            return Figure(None, None, None, "缺报（系统停机）")
        exact = Fraction(str(value))
        return Figure(int(exact * 1_000_000), 1_000_000, exact)

    return [Unit(f"{group}{name}", name, group, [figure(value) for value in row]) for name, row in values.items()]


def known(made: Design) -> dict[int, Indicator]:
    return {
        item.indicator_id: replace(indicator(item.indicator_id, item.code, Kind.INDEX, f"指标{item.indicator_id}"))
        for item in made.criteria
    }


def result(made: Design, inside: Sequence[Unit]) -> Outcome:
    assert composite.problems(made) == []
    return compute(made, known(made), inside)


def table(outcome: Outcome, group: int = 0) -> list[tuple[str, int, float]]:
    return [(unit.name, unit.place, round(unit.total, 4)) for unit in outcome.groups[group].placed]


# -- the design ------------------------------------------------------------------


def test_dimensions_make_a_tree() -> None:
    made = [
        criterion(1, dimension="效能/办理"),
        criterion(2, dimension=" 效能／办理 "),
        criterion(3),
        criterion(4, dimension="效能"),
    ]
    assert composite.families(made) == {
        "": ["效能", "A3"],
        "效能": ["效能/办理", "效能/A4"],
        "效能/办理": ["效能/办理/A1", "效能/办理/A2"],
    }


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (design(criterion(1), criterion(1)), ["指标 A1 选了两次"]),
        (design(criterion(1, dimension="一/二/三/四")), ["A1 的维度“一/二/三/四”超过 3 层"]),
        (design(criterion(1), criterion(2, dimension="A1")), ["维度“A1”与指标代码重名，请换一个维度名称"]),
        (design(criterion(1, Direction.WITHIN)), ["A1 的方向是“在区间内为好”，请填写最优区间，例如 5～6"]),
        (
            design(criterion(1, Direction.WITHIN, best=(5, 6), tolerated=(5.5, 9))),
            ["A1 请填写容许区间，并把最优区间包在里面，例如 2～12"],
        ),
        (
            design(criterion(1), aggregation=Aggregation.THRESHOLD),
            ["A1 没有扣分规则：请填写满分、起扣线、每差一个单位扣分、最低分"],
        ),
        (
            design(criterion(1, rule=rule(10, floor=60)), aggregation=Aggregation.THRESHOLD),
            ["A1 的最低分 60 高于满分 10"],
        ),
        (
            design(criterion(1), weighting=Weighting.FULL_MARKS),
            ["“按各指标满分”只用于基准扣分法，请换一种赋权方法"],
        ),
        (
            design(criterion(1), weighting=Weighting.COMBINED, subjective=Weighting.ENTROPY),
            ["组合赋权的主观权重请选“直接给定”或层次分析法"],
        ),
        (design(criterion(1), criterion(2), weights={"A1": 60, "A2": 30}), ["最上一层的权重合计 90%，还差 10%"]),
        (design(criterion(1), criterion(2), weights={"A1": 60, "A2": "40.5"}), ["最上一层的权重合计 100.5%，多出 0.5%"]),
        (design(criterion(1), criterion(2), weights={"A1": 120, "A2": -20}), ["最上一层的权重不能是负数"]),
        (
            design(criterion(1, dimension="甲"), criterion(2, dimension="甲"), weights={"甲/A1": 100}),
            ["“甲”下的权重没有填全：A2（全部留空则平均分配）"],
        ),
        (
            design(criterion(1), criterion(2), criterion(3), weighting=Weighting.AHP_EIGENVECTOR,
                   judgements=[Judgement(first="A1", second="A2", value="10"), Judgement(first="A1", second="A3", value="1/3")]),
            ["A1 比 A2 填的“10”不在 1/9 到 9 之间", "最上一层还没有比较：A2 比 A3"],
        ),
        (
            design(*map(criterion, range(1, 12)), weighting=Weighting.AHP_GEOMETRIC_MEAN),
            ["最上一层有 11 项，两两比较最多 10 项，请分成几个维度"],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_design(made: Design, said: list[str]) -> None:
    assert composite.problems(made) == said


def test_a_design_comes_back_as_it_was_kept() -> None:
    made = design(
        criterion(1, Direction.WITHIN, best=("5.50", 6), tolerated=(2, 12), rule=rule(slope="0.5")),
        weights={"A1": Decimal("33.33")},
        judgements=[Judgement(first="A1", second="A2", value="1/3")],
    )
    assert Design.model_validate(json.loads(json.dumps(made.as_json()))) == made


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), (" 1／3", Fraction(1, 3)), ("0.5", Fraction(1, 2)), ("10", None), ("很", None), ("1/0", None)],
)
def test_judgements_as_people_write_them(text: str, value: Fraction | None) -> None:
    assert composite.ratio(text) == value


# -- weights ---------------------------------------------------------------------

JUDGED = [["1/2", "1/3", "1/3", "1/5"], ["1/2", "1/2", "1/3"], ["1", "1/2"], ["1"]]


def judged(values: Sequence[Sequence[str]] = JUDGED) -> list[Judgement]:
    nodes = [f"A{number + 1}" for number in range(len(values) + 1)]
    flat = [value for row in values for value in row]
    return [
        Judgement(first=a, second=b, value=value) for (a, b), value in zip(combinations(nodes, 2), flat, strict=True)
    ]


FIVE = [criterion(number) for number in range(1, 6)]
SPREAD = {"甲": [1, 5, 3, 2, 4], "乙": [2, 4, 1, 3, 5], "丙": [3, 1, 2, 5, 1]}


def test_published_weights_of_the_root_method_reach_the_result() -> None:
    made = design(*FIVE, weighting=Weighting.AHP_GEOMETRIC_MEAN, judgements=judged())
    outcome = result(made, units(SPREAD))
    assert [round(weight or 0, 4) for weight in outcome.groups[0].weights] == [0.0706, 0.1214, 0.2164, 0.2486, 0.3430]
    (matrix,) = outcome.judged
    assert (matrix.names, matrix.consistent, outcome.consistent) == (("A1", "A2", "A3", "A4", "A5"), True, True)
    eigen = result(made.model_copy(update={"weighting": Weighting.AHP_EIGENVECTOR}), units(SPREAD))
    assert eigen.groups[0].weights != pytest.approx(outcome.groups[0].weights, abs=0.0005)
    assert dict(outcome.conventions)["赋权方法"] != dict(eigen.conventions)["赋权方法"]


def test_an_inconsistent_matrix_says_what_to_think_over() -> None:
    """A1 > A2 > A3 > A4 by 2 each, but A1 is said to be five times less important than A4 instead of eight times more."""
    made = design(
        *FIVE[:4], weighting=Weighting.AHP_EIGENVECTOR, judgements=judged([["2", "4", "1/5"], ["2", "4"], ["2"]])
    )
    outcome = result(made, units({name: row[:4] for name, row in SPREAD.items()}))
    assert not outcome.consistent
    assert outcome.judged[0].cr > 0.1
    assert outcome.judged[0].mend.startswith("先重新考虑“A1 比 A4”，现在填的是 1/5，按其余比较约为 ")
    assert [line for line in outcome.warnings if "一致性比率" in line and "A1 比 A4" in line]


def test_weights_multiply_down_the_tree() -> None:
    made = design(
        criterion(1, dimension="效能/办理"), criterion(2, dimension="效能/办理"), criterion(3, dimension="效能"), criterion(4),
        weights={"效能": 60, "A4": 40, "效能/办理": 50, "效能/A3": 50},
    )  # fmt: skip
    outcome = result(made, units({name: row[:4] for name, row in SPREAD.items()}))
    assert outcome.groups[0].weights == pytest.approx((0.15, 0.15, 0.3, 0.4))


def entropy_by_hand(rows: Sequence[Sequence[float]]) -> list[float]:
    """For values that are better when higher."""
    spare = []
    for column in zip(*rows, strict=True):
        low, high = min(column), max(column)
        z = [(value - low) / (high - low) if high > low else 0 for value in column]
        p = [value / sum(z) if sum(z) else 0 for value in z]
        entropy = -sum(value * math.log(value) for value in p if value) / math.log(len(column)) if sum(z) else 1
        spare.append(1 - entropy)
    return [value / sum(spare) for value in spare]


def test_entropy_and_combined_weights() -> None:
    rows = {"甲": [1, 5, 3], "乙": [2, 4, 3], "丙": [3, 1, 3], "丁": [2, 2, 3]}
    made = design(*FIVE[:3], weighting=Weighting.ENTROPY)
    outcome = result(made, units(rows))
    group = outcome.groups[0]
    assert group.weights == pytest.approx(entropy_by_hand(list(rows.values())))
    assert group.weights[2] == 0
    assert group.entropy[2] == 1
    assert [row[2] for row in group.shares] == [None] * 4
    assert [line for line in outcome.warnings if "指标3" in line and "熵权为 0" in line]
    mixed = result(
        made.model_copy(
            update={
                "weighting": Weighting.COMBINED,
                "alpha": Decimal("0.25"),
                "weights": {"A1": Decimal(50), "A2": Decimal(30), "A3": Decimal(20)},
            }
        ),
        units(rows),
    )
    expected = [0.25 * s + 0.75 * (o or 0) for s, o in zip((0.5, 0.3, 0.2), group.weights, strict=True)]
    assert mixed.groups[0].weights == pytest.approx(expected)
    assert mixed.groups[0].subjective == pytest.approx((0.5, 0.3, 0.2))
    assert mixed.groups[0].objective == group.weights
    assert "0.25 × 主观权重 + 0.75 × 熵权" in dict(mixed.conventions)["赋权方法"]


def test_entropy_over_all_units_or_in_each_group() -> None:
    here, there = {"甲": [1, 5], "乙": [2, 4], "丙": [3, 1]}, {"丁": [9, 1], "戊": [8, 9], "己": [7, 2]}
    inside = units(here) + units(there, "山区海岛县")
    own = result(design(*FIVE[:2], weighting=Weighting.ENTROPY), inside)
    both = result(design(*FIVE[:2], weighting=Weighting.ENTROPY, scope=WeightScope.ALL), inside)
    assert own.groups[0].weights != own.groups[1].weights
    assert both.groups[0].weights == both.groups[1].weights
    assert both.groups[0].weights == pytest.approx(entropy_by_hand([*here.values(), *there.values()]))
    assert [set(group.scaled) for group in both.groups] == [set(group.scaled) for group in own.groups]


# -- totals and places -----------------------------------------------------------


def test_threshold_scores_add_up_exactly_and_tie() -> None:
    """满分 60 与 40：低于 90 每差 1 扣 2；越低越好的高于 10 每差 1 扣 1.5；最低 0 分。"""
    made = design(
        criterion(1, rule=rule(60, 90, "2", 0)),
        criterion(2, Direction.LOWER, rule=rule(40, 10, "1.5", 0)),
        aggregation=Aggregation.THRESHOLD, weighting=Weighting.FULL_MARKS,
    )  # fmt: skip
    outcome = result(made, units({"甲": ["88.5", 9], "乙": [95, 12], "丙": [10, 99], "丁": ["89.9", "11.8667"]}))
    scores = {unit.name: row for unit, row in zip(outcome.groups[0].placed, outcome.groups[0].scores, strict=True)}
    assert scores == {"甲": (57, 40), "乙": (60, 37), "丙": (0, 0), "丁": (59.8, 37.2)}
    assert [(unit.name, unit.place, unit.total) for unit in outcome.groups[0].placed] == [
        ("丁", 1, 97.0), ("乙", 1, 97.0), ("甲", 1, 97.0), ("丙", 4, 0.0),
    ]  # fmt: skip


def test_threshold_scores_with_weights_count_shares_of_full_marks() -> None:
    made = design(
        criterion(1, rule=rule(60, 90, "2", 0)), criterion(2, rule=rule(40, 90, "2", 0)),
        aggregation=Aggregation.THRESHOLD, weights={"A1": 50, "A2": 50},
    )  # fmt: skip
    assert table(result(made, units({"甲": [75, 90]}))) == [("甲", 1, 75.0)]


def test_an_interval_is_scored_by_its_distance() -> None:
    made = design(
        criterion(1, Direction.WITHIN, best=(5, 6), rule=rule(100, 0, "10", 0)),
        aggregation=Aggregation.THRESHOLD,
    )
    found = table(result(made, units({"甲": [5], "乙": ["6.5"], "丙": [4], "丁": [20]})))
    assert found == [("甲", 1, 100.0), ("乙", 2, 95.0), ("丙", 3, 90.0), ("丁", 4, 0.0)]


def test_the_weighted_sum_of_standardised_values() -> None:
    made = design(criterion(1), criterion(2, Direction.LOWER), weights={"A1": 70, "A2": 30})
    outcome = result(made, units({"甲": [10, 4], "乙": [20, 6], "丙": [15, 2]}))
    assert table(outcome) == [("乙", 1, 70.0), ("丙", 2, 65.0), ("甲", 3, 15.0)]
    assert outcome.groups[0].scaled == ((1.0, 0.0), (0.5, 1.0), (0.0, 0.5))


def test_published_closeness_of_three_cars() -> None:
    """R package MCDA: price (lower is better), economy, looks, boot; closeness .4817 .5182 .1780."""
    made = design(
        criterion(1, Direction.LOWER), *map(criterion, (2, 3, 4)),
        aggregation=Aggregation.TOPSIS, weights={"A1": 35, "A2": 25, "A3": 25, "A4": 15},
    )  # fmt: skip
    cars: Values = {"一": [5490, "51.4", "8.5", 285], "二": [6500, "70.6", 7, 288], "三": [6489, "54.3", "7.5", 290]}
    outcome = result(made, units(cars))
    assert table(outcome) == [("二", 1, 0.5182), ("一", 2, 0.4817), ("三", 3, 0.1780)]
    group = outcome.groups[0]
    assert [unit.total for unit in group.placed] == pytest.approx(
        [worst / (best + worst) for best, worst in group.distances if best is not None and worst is not None]
    )
    assert group.ideal[0][0] == min(row[0] for row in group.weighted if row[0] is not None)
    assert outcome.decimals == 4


def test_intervals_go_in_as_marks() -> None:
    made = design(criterion(1, Direction.WITHIN, best=(5, 6), tolerated=(2, 12)), criterion(2))
    outcome = result(made, units({"甲": [5, 1], "乙": [9, 2], "丙": [2, 3]}))
    assert {unit.name: row[0] for unit, row in zip(outcome.groups[0].placed, outcome.groups[0].ready, strict=True)} == {
        "甲": 1, "乙": 0.5, "丙": 0,
    }  # fmt: skip


def test_groups_are_ranked_apart_and_compared_only_by_standard_scores() -> None:
    made = design(criterion(1))
    outcome = result(
        made, units({"甲": [1], "乙": [2], "丙": [3]}) + units({"丁": [50], "戊": [90], "己": [60]}, "山区海岛县")
    )
    assert [(group.name, table(outcome, place)) for place, group in enumerate(outcome.groups)] == [
        ("发达地区", [("丙", 1, 100.0), ("乙", 2, 50.0), ("甲", 3, 0.0)]),
        ("山区海岛县", [("戊", 1, 100.0), ("己", 2, 25.0), ("丁", 3, 0.0)]),
    ]
    across = {unit.name: unit.across for group in outcome.groups for unit in group.placed}
    assert across == {"戊": 1, "丙": 2, "乙": 3, "己": 4, "丁": 5, "甲": 6}
    for group in outcome.groups:
        standard = [unit.standard or 0 for unit in group.placed]
        assert float(np.mean(standard)) == pytest.approx(0, abs=1e-12)
        assert float(np.std(standard)) == pytest.approx(1)
    alone = result(made, units({"甲": [1], "乙": [2]}))
    assert {unit.across for unit in alone.groups[0].placed} == {None}


# -- what is missing -------------------------------------------------------------


def test_a_unit_without_a_figure_is_named_and_left_out_not_zero() -> None:
    made = design(*FIVE[:2])
    inside = units({"甲": [1, 5], "乙": [2, None], "丙": [3, 1]})
    outcome = result(made, inside)
    assert [(item.unit, item.group, item.missing) for item in outcome.excluded] == [
        ("乙", "发达地区", ("A2 指标2：缺报（系统停机）",))
    ]
    assert outcome.warnings == ("1 个单位缺少数据，没有参加计算（不按 0 处理），名单见下。",)
    assert table(outcome) == table(result(made, [inside[0], inside[2]]))


def test_what_cannot_be_computed_is_said() -> None:
    one, alike = units({"甲": [1, 5]}), units({"乙": [2, 3], "丙": [2, 3]}, "山区海岛县")
    outcome = result(design(*FIVE[:2], weighting=Weighting.ENTROPY), one + alike)
    assert outcome.groups == ()
    assert outcome.warnings == (
        "“发达地区”只有 1 个单位有完整数据，算不出熵权，没有结果。",
        "“山区海岛县”各单位的每个指标都相同，算不出熵权，没有结果。",
    )
    outcome = result(design(*FIVE[:2], aggregation=Aggregation.TOPSIS), one + alike)
    assert outcome.warnings == (
        "“发达地区”只有 1 个单位有完整数据，无从比较，没有结果。",
        "“山区海岛县”各单位有权重的指标都相同，分不出远近，没有结果。",
    )
    assert result(design(*FIVE[:2]), []).groups == ()


def test_fewer_units_than_indicators_and_unreviewed_values_are_said() -> None:
    inside = units(SPREAD)
    inside[0] = replace(inside[0], figures=[replace(figure, unapproved=True) for figure in inside[0].figures])
    outcome = result(design(*FIVE, weighting=Weighting.ENTROPY), inside)
    assert outcome.warnings == (
        "有 5 个数还没有审核，更正后结果可能变化。",
        "“发达地区”只有 3 个单位，少于 5 个指标，熵权不稳定，宜改用给定权重或组合赋权。",
    )


# -- properties ------------------------------------------------------------------

tables = st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=2, max_size=7)


@pytest.mark.parametrize("aggregation", list(Aggregation))
@settings(max_examples=40, deadline=None)
@given(rows=tables, data=st.data())
def test_equal_units_tie_and_the_order_of_the_table_does_not_matter(
    aggregation: Aggregation, rows: list[list[int]], data: st.DataObject
) -> None:
    made = design(
        criterion(1, rule=rule()), criterion(2, Direction.LOWER, rule=rule()), criterion(3, rule=rule()),
        aggregation=aggregation, weighting=Weighting.ENTROPY,
    )  # fmt: skip
    inside = units({f"第{place:02d}": row for place, row in enumerate(rows)})
    outcome = result(made, inside)
    shuffled = result(made, data.draw(st.permutations(inside)))
    assert shuffled == outcome
    if outcome.groups:
        group = outcome.groups[0]
        assert math.fsum(weight or 0 for weight in group.weights) == pytest.approx(1)
        by_values: dict[Any, set[int]] = {}
        for unit, values in zip(group.placed, group.values, strict=True):
            by_values.setdefault(values, set()).add(unit.place)
        assert all(len(places) == 1 for places in by_values.values())
        totals = [unit.total for unit in group.placed]
        assert totals == sorted(totals, reverse=True)


@settings(max_examples=25, deadline=None)
@given(rows=tables)
def test_a_result_is_kept_exactly(rows: list[list[int]]) -> None:
    made = design(*FIVE[:3], weighting=Weighting.ENTROPY, aggregation=Aggregation.TOPSIS)
    outcome = result(made, units({f"第{place}": row for place, row in enumerate(rows)}))
    assert composite_result.from_json(json.loads(json.dumps(outcome.as_json()))) == outcome
