"""The language of rules: what it means, what it refuses, and that it never runs anything."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from metrics.expressions import Numbers, Quantity, read

NAN = float("nan")


class Columns:
    """Columns by (quantity, code); what is not there is unknown."""

    def __init__(self, size: int, known: Mapping[tuple[Quantity, str], list[float]]) -> None:
        self.size, self._known = size, known

    def column(self, quantity: Quantity, code: str) -> Numbers:
        return np.array(self._known.get((quantity, code), [NAN] * self.size), dtype=float)


def answer(text: str, **own: float) -> bool | None:
    """What a condition says of one row; None for unknown. A22=5 is another indicator's value."""
    known = {(quantity, ""): [own[quantity.english]] for quantity in Quantity if quantity.english in own}
    known |= {(Quantity.VALUE, name): [value] for name, value in own.items() if name.isupper()}
    truth = read(text).evaluate(Columns(1, known))
    return bool(truth.holds[0]) if truth.known[0] else None


@pytest.mark.parametrize(
    "text, own, wanted",
    [
        ("分子 <= 分母", {"n": 3, "d": 3}, True),
        ("分子 ＜ 分母", {"n": 3, "d": 3}, False),
        ("n < d", {"n": 2, "d": 3}, True),
        ("分子 = 分母", {"n": 3, "d": 3}, True),
        ("分子 <> 分母", {"n": 3, "d": 3}, False),
        ("数值 ≥ ０．５ × 上期", {"value": 30, "previous": 61}, False),
        ("数值 ≥ 0.5 × 上期", {"value": 31, "previous": 61}, True),
        ("绝对值(数值 － 上期) ≤ 10", {"value": 50, "previous": 61}, False),
        ("最小(数值, 上期, 目标) > 1", {"value": 2, "previous": 3, "target": 1}, False),
        ("最大（数值，上期） < 4", {"value": 2, "previous": 3}, True),
        ("1 < 数值 < 3", {"value": 2}, True),
        ("1 < 数值 < 3", {"value": 3}, False),
        ("非 数值 > 3", {"value": 3}, True),
        ("数值 > 3 或 上期 > 3", {"value": 1, "previous": 4}, True),
        ("数值 > 3 且 上期 > 3", {"value": 1, "previous": 4}, False),
        ("数值 > 3 或 上期 > 3 且 目标 > 3", {"value": 4, "previous": 1, "target": 1}, True),
        ("-数值 < 0", {"value": 4}, True),
        ('数值("A1", “A2”) = 数值', {"value": 5, "A1": 2, "A2": 3}, True),
        ('有数("A1")', {"A1": 0}, True),
        ('有数("A1")', {}, False),
        ('非 有数("A1") 或 有数("A2")', {"A1": 1}, False),
        ("去年同期 < 基线", {"last_year": 1, "baseline": 2}, True),
        ("月份 < 12", {"month": 12}, False),
        # 0.1 + 0.2 is 0.3 to people
        ("数值 + 上期 = 0.3", {"value": 0.1, "previous": 0.2}, True),
        ("数值 + 上期 <= 0.3", {"value": 0.1, "previous": 0.2}, True),
        ("数值 + 上期 > 0.3", {"value": 0.1, "previous": 0.2}, False),
        # missing is not zero: whatever needs it is unknown, whatever does not is known
        ("数值 < 上期", {"value": 1}, None),
        ("数值 < 上期 或 数值 < 2", {"value": 1}, True),
        ("数值 < 上期 或 数值 > 2", {"value": 1}, None),
        ("数值 < 上期 且 数值 > 2", {"value": 1}, False),
        ("非 数值 < 上期", {"value": 1}, None),
        ("分子 / 分母 < 1", {"n": 1, "d": 0}, None),
        ('数值("A1", "A2") < 9', {"A1": 2}, None),
    ],
)
def test_what_a_condition_means(text: str, own: dict[str, float], wanted: bool | None) -> None:
    assert answer(text, **own) is wanted


@pytest.mark.parametrize(
    "text, said",
    [
        ("", "条件是空的"),
        ("分子", "“分子”是一个数，不是一个条件"),
        ("分子 and 分母 < 3", "“分子”是一个数，不是一个条件"),
        ("3", "这里应是一个条件"),
        ("分子 <", "条件读不懂"),
        ("(分子 < 3", "条件读不懂"),
        ("分子量 < 3", "不认识“分子量”"),
        ("数值(分母) < 3", "括号里应写带引号的指标代码"),
        ("数值() < 3", "括号里应写带引号的指标代码"),
        ('月份("A1") < 3', "“月份”后面不用写代码"),
        ("最大(数值) < 3", "“最大”要写 2 个以上的数"),
        ("绝对值(数值, 上期) < 3", "“绝对值”要写 1 个数"),
        ("数值 in 上期", "不认识的比较（In）"),
        ("数值 < 1e999", "数字太大"),
        ("数值 < True", "这里应是一个数"),
        ("数值 ** 9999 < 3", "这里应是一个数"),
        ("-" * 60 + "数值 < 3", "条件套得太深"),
        ("数值 < " + "1 + " * 200 + "1", "条件太长"),
        ("数值 < '\\x41'", "条件里有反斜杠"),
        ("__import__('os').system('true') < 1", "这里应是一个数"),
        ("().__class__ < 1", "这里应是一个数"),
        ("(lambda: 1)() < 1", "这里应是一个数"),
        ("[数值 for 数值 in 上期] < 1", "这里应是一个数"),
        ("(分子 := 3) < 4", "条件读不懂"),
        ("open('x') < 4", "不认识“open”"),
        ("f'{分子}' < 4", "这里应是一个数"),
        ("分子 if 分母 > 1 else 3", "这里应是一个条件"),
    ],
)
def test_what_is_refused_and_why(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(text)
    assert said in refused.value.problems[0]
    assert refused.value.remedy


def test_a_slip_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(Invalid) as refused:
        read("去年同月 < 3")
    assert "是不是“去年同期”？" in refused.value.remedy


def test_what_a_condition_needs_can_be_asked() -> None:
    condition = read('分子("B2") <= 目标 且 有数("A1")')
    assert sorted(condition.codes) == ["A1", "B2"]
    assert condition.quantities == {Quantity.N, Quantity.TARGET}


@given(st.text(alphabet="分子母数值上期且或非()<>=+-*/.,\"'A1 abc0[]{}:@", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Invalid):
        assert read(text).evaluate(Columns(2, {})).known.shape == (2,)


NUMBER = st.one_of(st.just(NAN), st.integers(-50, 50).map(float))


@given(st.lists(st.tuples(NUMBER, NUMBER, NUMBER), min_size=1, max_size=20))
def test_many_rows_at_once_are_as_one_by_one(rows: list[tuple[float, float, float]]) -> None:
    condition = read("数值 / 上期 > 2 且 数值 <= 目标 或 非 (数值 = 上期)")
    names = (Quantity.VALUE, Quantity.PREVIOUS, Quantity.TARGET)
    together = condition.evaluate(Columns(len(rows), {(q, ""): [row[i] for row in rows] for i, q in enumerate(names)}))
    for place, row in enumerate(rows):
        alone = condition.evaluate(Columns(1, {(q, ""): [row[i]] for i, q in enumerate(names)}))
        assert (alone.holds[0], alone.known[0]) == (together.holds[place], together.known[place])
    assert not (together.holds & ~together.known).any()
