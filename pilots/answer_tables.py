"""The table behind each picture of the five questions: page, file and report show the same rows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.numbers import MISSING, format_number
from core.periods import Period
from core.words import Arm
from metrics.comparison import Effect
from metrics.model import Indicator
from pilots.answer_pictures import gap_shown, part_shown
from pilots.answers import Distance
from pilots.basis import Basis, County
from pilots.causes import Method
from pilots.evaluation import Evaluation, Measure
from pilots.pictures import effect_unit
from pilots.profile import Profile
from pilots.wording import closed_words, county_rows

_STRENGTHS = {"causal": "可作因果判断", "indicative": "仅作初步判断", "descriptive": "仅作描述"}


def promise(evaluation: Evaluation, measure: Measure) -> pd.DataFrame:
    """The counties' latest complete period."""
    return county_rows(evaluation, measure).drop(columns=["code", "审核"])


def distance(evaluation: Evaluation, measure: Measure, found: Distance) -> pd.DataFrame:
    indicator = measure.indicator
    units = {unit.code: unit for unit in evaluation.units}
    return pd.DataFrame(
        [
            [
                units[row.code].name,
                units[row.code].group or "未分组",
                *(indicator.show(found.sign * float(value)) for value in (row.start, row.now, row.frontier)),
                "起点已在前沿" if np.isnan(row.share) else closed_words(row.share),
            ]
            for row in found.rows.itertuples()
        ],
        columns=["地区", "地区类型", "试点前", "试点后", "同类前沿", "补上的差距"],
    )


def effects(measure: Measure) -> pd.DataFrame:
    """Every comparison with its interval and both tests, the one inside the time before included."""
    cause, indicator = measure.cause, measure.indicator
    named = [
        ("全部试点", cause.effect),
        *cause.by_side.items(),
        ("两类之差", cause.gap),
        ("试点前的同样比较", cause.placebo),
    ]
    return pd.DataFrame(
        [_effect(indicator, name, effect) for name, effect in named if effect is not None],
        columns=["比较", "差", "95% 区间", "区间检验 p 值", "随机重排 p 值", "试点 / 对照", "能说到什么程度"],
    )


def _effect(indicator: Indicator, name: str, effect: Effect) -> list[str]:
    def shown(value: float) -> str:
        return format_number(value, indicator.decimals, signed=True)

    bounds = MISSING if np.isnan(effect.low) else f"{shown(effect.low)} 至 {shown(effect.high)}"
    return [
        name,
        shown(effect.estimate) + effect_unit(indicator),
        bounds,
        _p(effect.p_welch),
        _p(effect.p_permutation),
        f"{effect.n_treated} / {effect.n_comparison}",
        _STRENGTHS[effect.strength] + ("" if effect.robust or np.isnan(effect.p_welch) else "，不稳健"),
    ]


def _p(value: float) -> str:
    return MISSING if np.isnan(value) else "<0.001" if value < 0.001 else format_number(value, 3)


def before(measure: Measure, frame: pd.DataFrame) -> pd.DataFrame:
    """Both sides by period: the mean over counties and how many there are."""
    cells = {(row.period, row.arm): row for row in frame.itertuples()}
    rows = []
    for period in sorted(set(frame.period), reverse=True):
        row = [Period.parse(period).label]
        for arm in (Arm.PILOT.value, Arm.COMPARISON.value):
            cell = cells.get((period, arm))
            row += [MISSING, "0"] if cell is None else [measure.indicator.show(cell.value), str(cell.of)]
        rows.append(row)
    return pd.DataFrame(rows, columns=["报送期", "试点地区平均", "试点地区数", "对照地区平均", "对照地区数"])


def means(measure: Measure, found: Basis) -> pd.DataFrame:
    """The means an effect is made of: 范围, then for both sides 地区数, 试点前, 试点后, 变化, and their difference."""
    indicator = measure.indicator

    def change(value: float) -> str:
        return MISSING if np.isnan(value) else format_number(value, indicator.decimals, signed=True)

    rows = [
        [row.name, arm, side.of, indicator.show(side.before), indicator.show(side.after), change(side.change)]
        for row in found.rows
        for arm, side in ((Arm.PILOT.label, row.pilot), (Arm.COMPARISON.label, row.comparison))
    ]
    frame = pd.DataFrame(rows, columns=["范围", "哪一边", "地区数", "试点前平均", "试点后平均", "变化"])
    if (
        found.method is Method.BEFORE_AFTER
    ):  # elsewhere batches or types of region are weighed, and a plain one misleads
        gaps = [text for row in found.rows for text in (change(row.difference), "")]
        frame["变化之差（效果）"] = gaps
    return frame


def made_of(measure: Measure, found: Basis, *, arm: Arm, after: bool) -> tuple[pd.DataFrame, list[County]]:
    """The counties behind one of these means, and those that are in none: 地区, 地区类型, 平均, 各期, 计入."""
    counties = [county for county in found.counties if county.unit.arm is arm]
    rows = []
    for county in counties:
        side = county.after if after else county.before
        ends = [Period.parse(side.periods[at]).label for at in (0, -1)] if side.periods else []
        rows.append(
            [
                county.unit.name,
                county.unit.group or "未分组",
                measure.indicator.show(side.value),
                f"{'至'.join(dict.fromkeys(ends))}，{len(side.periods)} 期" if ends else MISSING,
                f"○ 不计入：{county.why_not}" if county.why_not else "● 计入",
            ]
        )
    return pd.DataFrame(rows, columns=["地区", "地区类型", "平均", "包括哪些期", "是否计入"]), counties


def gap_course(measure: Measure, frame: pd.DataFrame) -> pd.DataFrame:
    cells = {(row.period, row.arm): row for row in frame.itertuples()}
    rows = []
    for period in sorted(set(frame.period), reverse=True):
        row = [Period.parse(period).label]
        for arm in (Arm.PILOT.value, Arm.COMPARISON.value):
            cell = cells.get((period, arm))
            row += (
                [MISSING, MISSING] if cell is None else [gap_shown(measure, cell), f"{cell.n_first} / {cell.n_second}"]
            )
        rows.append(row)
    return pd.DataFrame(
        rows, columns=["报送期", "试点：发达减山区海岛", "试点：地区数", "对照：发达减山区海岛", "对照：地区数"]
    )


def small_places(evaluation: Evaluation, measure: Measure, frame: pd.DataFrame) -> pd.DataFrame:
    indicator, scale = measure.indicator, float(measure.indicator.factor)
    names = {unit.code: unit.name for unit in evaluation.units}
    return pd.DataFrame(
        [
            [
                names[row.code],
                f"{row.n:,.0f} / {row.d:,.0f}",
                indicator.show(row.share * scale),
                indicator.show(row.shrunken * scale),
                _bounds(indicator, row.low95 * scale, row.high95 * scale),
                _bounds(indicator, row.low998 * scale, row.high998 * scale),
                f"超出 {row.beyond}%" if row.beyond else "波动范围内",
            ]
            for row in frame.sort_values("d").itertuples()
        ],
        columns=["地区", "分子 / 分母", "数值", "收缩后", "95% 波动范围", "99.8% 波动范围", "位置"],
    )


def _bounds(indicator: Indicator, low: float, high: float) -> str:
    return f"{indicator.show(low, unit=False)} 至 {indicator.show(high, unit=False)}"


def profile(found: Profile) -> pd.DataFrame:
    return pd.DataFrame(
        [[part.label, part_shown(part.points, part.weight), part.why] for part in found.parts]
        + [["合计", f"{format_number(found.points, 0)} / {found.known}", "只含有数据的部分"]],
        columns=["部分", "得分", "依据"],
    )
