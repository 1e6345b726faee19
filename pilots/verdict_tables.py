"""A verdict's basis of then beside the figures of now, as rows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pandas as pd

from core.numbers import MISSING, format_exact, format_number, from_micro
from core.periods import Period
from core.words import Arm, ValueState
from metrics.quality import Aspect, Part, Quality
from pilots.freezing import Changed

SAME, OTHER = "相同", "≠ 已变"


def figures(then: Mapping[str, str], now: Mapping[str, str]) -> pd.DataFrame:
    """What the verdict printed, and what the same rules print today."""
    names = [*now, *(name for name in then if name not in now)]  # in the page's order; stored ones have none
    rows = [[name, str(then.get(name, MISSING)), str(now.get(name, MISSING))] for name in names]
    return pd.DataFrame(
        [[*row, SAME if row[1] == row[2] else OTHER] for row in rows], columns=["依据", "当时", "现在", "比较"]
    )


def measures(inputs: Mapping[str, Any], names: Mapping[str, str]) -> pd.DataFrame:
    """The indicators of then: 指标, 口径, 最近完整一期, 分子 / 分母, 已报 / 应报, 基线, 目标."""
    return pd.DataFrame(
        [
            [
                names.get(measure["indicator"], measure["indicator"]),
                f"第{measure['version']}版",
                Period.parse(measure["latest"]).label if measure["latest"] else MISSING,
                _parts(measure["n"], measure["d"]),
                " / ".join(str(count) for count in measure["coverage"]),
                measure["baseline"] or MISSING,
                measure["target"] or MISSING,
            ]
            for measure in inputs.get("measures", ())
        ],
        columns=["指标", "口径", "最近完整一期", "分子 / 分母", "已报 / 应报", "基线", "目标"],
    )


def quality(inputs: Mapping[str, Any], now: Quality) -> pd.DataFrame:
    """The parts of the quality score then and now; empty for verdicts from before they were kept."""
    today = {part.aspect: part for part in now.parts}
    rows = []
    for aspect, n, m, weight in inputs.get("quality", ()):
        then = Part(Aspect(aspect), Fraction(n), int(m), Fraction(weight))
        told = [_points(then), MISSING if then.aspect not in today else _points(today[then.aspect])]
        rows.append([then.aspect.label, *told, SAME if told[0] == told[1] else OTHER])
    return pd.DataFrame(rows, columns=["部分", "当时", "现在", "比较"])


def _points(part: Part) -> str:
    return f"{format_number(part.points, 1)} / {format_number(part.weight, 1)}（{part.counted}）"


def units(inputs: Mapping[str, Any], names: Mapping[str, str]) -> pd.DataFrame:
    """Who took part then, by arm and type of region."""
    counted: dict[tuple[str, str], list[str]] = {}
    for code, arm, group in inputs.get("units", ()):
        counted.setdefault((Arm(arm).label, group or "未分组"), []).append(names.get(code, code))
    return pd.DataFrame(
        [[arm, group, len(codes), "、".join(codes)] for (arm, group), codes in counted.items()],
        columns=["试点或对照", "地区类型", "个数", "地区"],
    )


def changes(found: Sequence[Changed], indicators: Mapping[str, str], names: Mapping[str, str]) -> pd.DataFrame:
    """Values that are others now: 报送期, 指标, 地区, 当时, 现在."""
    return pd.DataFrame(
        [
            [
                Period.parse(item.period).label,
                indicators.get(item.indicator, item.indicator),
                names.get(item.code, item.code),
                _value(item.then),
                _value(item.now),
            ]
            for item in found
        ],
        columns=["报送期", "指标", "地区", "当时", "现在"],
    )


def _value(value: tuple[int | None, int | None, str] | None) -> str:
    if value is None:
        return "没有数"
    n, d, state = value
    return _parts(n, d) if n is not None else ValueState(state).label if state else MISSING


def _parts(n: int | None, d: int | None) -> str:
    if n is None:
        return MISSING
    top = format_exact(from_micro(n))
    return top if d is None else f"{top} / {format_exact(from_micro(d))}"
