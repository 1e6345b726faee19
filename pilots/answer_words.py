"""What the evaluation page and the report say under each of the five questions. Pure: figures in, one sentence out.

No sentence says more than its figures: what is missing is named, a share is never rounded up to done, and only
`pilots.verdict_words.fact` may say that a pilot caused something.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd

from core.numbers import format_number
from core.periods import Period
from core.words import Arm
from metrics.comparison import INDICATIVE_UNITS, Effect
from metrics.model import Indicator
from metrics.promises import TargetView
from pilots.answers import Consistency, Distance, Kept, Promise, Strata
from pilots.causes import PRE_TREND_PERIODS, Cause
from pilots.evaluation import Measure
from pilots.profile import Profile
from pilots.wording import closed_words, effect_words, share_words

QUESTIONS = (
    "兑现承诺了吗？",
    "从自己的起点走了多远？",
    "是试点带来的吗？",
    "山区海岛县也一样有效吗？",
    "换个地方还行吗？",
)


def promise_words(measure: Measure, found: Promise) -> str:
    """1. Where it stands on the way from the baseline to the target."""
    indicator, value = measure.indicator, measure.indicator.show(measure.value)
    if measure.latest is None or measure.value is None:
        return "还没有一期报送达到要求，不能说是否兑现了承诺。"
    now = f"{Period.parse(measure.latest).label}为{value}"
    if found.kind is Kept.RANGE:
        return _range_words(indicator, found, now)
    if found.target is None:
        return f"{now}；没有设定目标，不能说是否兑现了承诺。"
    target = f"目标{indicator.show(found.target.value)}（自{_since(found.target)}起）"
    if found.baseline is None:
        reached = (measure.value - Fraction(found.target.value)) * indicator.direction.sign >= 0
        return f"{now}，{'已达到' if reached else '还没有达到'}{target}；没有基线，走了多少路无从计算。"
    start = f"基线{indicator.show(found.baseline.value)}（{_since(found.baseline)}）"
    if found.kind is Kept.HOLD:
        kept = "守住了" if found.attained == 1 else "没有守住"
        return f"承诺是保持{start}的水平，变差不超过百分之一；{now}，{kept}。"
    if found.attained is None:
        return f"{now}；{target}不在{start}的改善方向上，走了多少路无从计算，请核对基线与目标。"
    if found.attained >= 1:
        return f"{now}，已达到{target}，从{start}算起走完了 {share_words(found.attained)}。"
    if found.attained > 0:
        return f"{now}，还没有达到{target}，从{start}算起走完了 {share_words(found.attained)}。"
    if found.attained == 0:
        return f"{now}，与{start}持平，还没有向{target}迈进。"
    return f"{now}，比{start}还差，离{target}更远了。"


def _range_words(indicator: Indicator, found: Promise, now: str) -> str:
    low, high = (None if bound is None else indicator.show(bound) for bound in (indicator.best_min, indicator.best_max))
    if low is None and high is None:
        return f"{now}；没有写明什么范围算好，不能说是否兑现了承诺。"
    inside = f"{low}至{high}之间" if low and high else f"{low}以上" if low else f"{high}以下"
    if found.attained is None:
        return f"承诺是保持在{inside}；{now}，无从判断。"
    if found.attained == 1:
        return f"承诺是保持在{inside}；{now}，在范围内。"
    if found.attained > 0:
        return f"承诺是保持在{inside}；{now}，还在范围外，离范围比基线近了 {share_words(found.attained)}。"
    return f"承诺是保持在{inside}；{now}，在范围外，没有比基线更近。"


def skipped_words(found: Promise) -> str:
    """Which later periods were left out, or “”."""
    if not found.skipped:
        return ""
    return f"此后有 {found.skipped} 期报送率不足要求，标为不完整，不用来下结论。"


def changed_words(found: Promise) -> str:
    """That the target is not the first one, or “”."""
    return f"目标调整过 {found.changed} 次，原来的线保留在图中。" if found.changed else ""


def distance_words(found: Distance) -> str:
    """2. The share of the gap to the own group's best quarter that was closed."""
    if found.rows.empty:
        return "没有试点前后都有数据、同类地区又不少于 4 个的试点地区，看不出离自己的起点走了多远。"
    if np.isnan(found.share):
        return "试点地区起点就在同类地区最好的四分之一，没有可以缩小的差距。"
    ahead = f"（其中 {found.ahead} 个起点就在前沿，不计入）" if found.ahead else ""
    goal = "到同类地区最好四分之一水平的差距"
    if found.share >= 1:
        words = f"试点地区从自己的起点出发，已补上{goal}{ahead}，并走到它的 {closed_words(found.share)}"
        if found.share == 1:
            words = f"试点地区从自己的起点出发，正好补上{goal}{ahead}"
    elif found.share > 0:
        words = f"试点地区从自己的起点出发，补上了{goal}的 {share_words(found.share)}{ahead}"
    elif found.share == 0:
        words = f"试点地区仍在自己的起点，{goal}没有变化{ahead}"
    else:
        words = f"试点地区比自己的起点还差，{goal}拉大了 {closed_words(-found.share)}{ahead}"
    sides = {side: share for side, share in found.by_side.items() if not np.isnan(share)}
    if len(sides) > 1:
        words += "；其中" + "，".join(f"{side} {closed_words(share)}" for side, share in sides.items())
    return words + "。"


def pre_trend_words(indicator: Indicator, cause: Cause) -> str:
    """3. Whether both sides moved together before the start. Passing is not proof."""
    if cause.pre_periods < PRE_TREND_PERIODS:
        return f"试点前只有 {cause.pre_periods} 期数据，不足 {PRE_TREND_PERIODS} 期，看不出两边原来是否同步。"
    placebo = cause.placebo
    if placebo is None:
        return "试点前没有两边都可比的数据，看不出两边原来是否同步。"
    shown = effect_words(indicator, placebo)
    if np.isnan(placebo.low):
        return f"试点前后半段与前半段相比，两边变化之差为{shown}；单位太少，不能说两边原来是否同步。"
    if placebo.low <= 0 <= placebo.high:
        return f"在试点前做同样的比较，差为{shown}，没有看出两边不同步；但这不能证明没有试点时两边会一直同步。"
    if cause.parallel:
        return f"在试点前做同样的比较，差为{shown}，两边可能原来就不同步，换一种检验又看不出来；下面的效果要谨慎看。"
    return f"在试点前做同样的比较，差为{shown}，两边原来就不同步；看到的差别可能是原来的走势，不能归于试点。"


def placebo_words(effect: Effect | None) -> str:
    """How often chance alone shows as much; with one or two pilots the only yardstick there is."""
    if effect is None or effect.placebo_rank is None or effect.placebo_of is None:
        return ""
    words = f"随意指定同样多的试点地区，{effect.placebo_of:,} 种情形里有 {effect.placebo_rank:,} 种差别同样大（含实际这一种）"
    if min(effect.n_treated, effect.n_comparison) < INDICATIVE_UNITS:
        return words + "；试点或对照不足 3 个，只列出这个位次，不作推断。"
    return words + "。"


def robust_words(effect: Effect | None) -> str:
    """不稳健, when the two tests disagree; “” otherwise or where there is no test."""
    if effect is None or effect.robust or np.isnan(effect.p_welch):
        return ""
    first, second = effect.p_welch <= 0.05, effect.p_permutation <= 0.05
    seen = {True: "看得出差别", False: "看不出差别"}
    return f"不稳健：按区间{seen[first]}，按随机重排{seen[second]}，两种检验不一致，不能据此下结论。"


def simpson_words(indicator: Indicator, found: Strata) -> str:
    """A warning when the whole and its parts point different ways, both shown; “” otherwise."""
    if not found.reversed:
        return ""
    if found.effects_reversed:
        unit = "个百分点" if indicator.unit == "%" else indicator.unit
        parts = "、".join(
            f"{side} {format_number(value, indicator.decimals, signed=True)}{unit}"
            for side, value in found.inside.items()
        )
        whole = f"{format_number(found.whole, indicator.decimals, signed=True)}{unit}"
        return f"总体与分组方向相反：合在一起看是 {whole}，分开看是 {parts}（正为改善）。以分组为准。"
    crude, inside = (format_number(value, 2) for value in (found.crude, found.stratified))
    return (
        f"总体与分组方向相反：不分地区类型，试点与对照的比值比为 {crude}；按地区类型分层（曼特尔–亨塞尔法）为 {inside}。"
        "两类地区的构成不同，总体比较会误导，以分层为准。"
    )


def gap_words(indicator: Indicator, course: pd.DataFrame, starting: str) -> str:
    """4. How the gap between the two types of region among the pilots went, before the start and lately."""
    own = course[course.arm == Arm.PILOT.value].sort_values("period")
    if own.empty:
        return "试点地区只有一类，或某一类没有数据，没有两类地区之间的差距可看。"
    sign = indicator.direction.sign
    earlier, last = own[own.period < starting], own.iloc[-1]
    when = Period.parse(last.period).label
    shown = _gap(indicator, last)
    if sign * last.estimate > 0:
        level = f"{when}，发达地区试点县比山区海岛县好 {shown}"
    elif sign * last.estimate < 0:
        level = f"{when}，山区海岛县试点县比发达地区好 {shown}"
    else:
        level = f"{when}，两类地区试点县相同"
    if not np.isnan(last.low) and last.low <= 0 <= last.high and last.estimate:
        level += "，区间包含零"
    if earlier.empty or last.period < starting:
        return level + "。"
    then = earlier.iloc[-1]
    if then.estimate * last.estimate < 0:
        better = "发达地区" if sign * then.estimate > 0 else "山区海岛县"
        was = _gap(indicator, then, bounds=False)
        return f"{level}；试点前最后一期相差 {was}，但好的是{better}，方向反了过来。"
    before, now = abs(then.estimate), abs(last.estimate)
    course_words = "缩小" if now < before else "扩大" if now > before else "没有变化"
    return f"{level}；试点前最后一期相差 {_gap(indicator, then, bounds=False)}，差距{course_words}。"


def _gap(indicator: Indicator, row: object, *, bounds: bool = True) -> str:
    estimate, low, high = (float(getattr(row, name)) for name in ("estimate", "low", "high"))
    unit = "个百分点" if indicator.unit == "%" else indicator.unit
    size = f"{format_number(abs(estimate), indicator.decimals)}{unit}"
    if not bounds:
        return size
    if np.isnan(low):
        return f"{size}（单位太少，没有区间）"
    ends = sorted((abs(low), abs(high))) if low * high > 0 else (low, high)
    signed = low * high <= 0
    return f"{size}（{'至'.join(format_number(end, indicator.decimals, signed=signed) for end in ends)}）"


def profile_words(found: Profile) -> str:
    """5. The parts' total, and what is missing by name."""
    missing = "、".join(part.label for part in found.missing)
    if not found.known:
        return f"{missing}都没有数据，不能说换个地方行不行。"
    words = f"有数据的部分满分 {found.known}，得 {format_number(found.points, 0)}"
    return words + (f"；{missing}没有数据，没有按零分算，也没有计入。" if missing else "，七个部分都有数据。")


def consistency_words(found: Consistency) -> str:
    """How many pilot counties did better than the comparison units of their kind."""
    if not found.of:
        return "没有可比的试点地区。"
    return f"{found.of} 个试点地区中，{found.better} 个的变化好于同类对照地区的平均变化。"


def small_words(frame: pd.DataFrame | None, names: Mapping[str, str]) -> str:
    """Which counties lie beyond what chance alone does. A question, not a verdict."""
    if frame is None:
        return "这个指标不是事项的比例，或不足 3 个试点地区有数据，不画漏斗图。"
    far, near = frame[frame.beyond == "99.8"], frame[frame.beyond == "95"]
    if far.empty and near.empty:
        return f"{len(frame)} 个试点地区都在随机波动的范围（95%）以内，高低不说明好坏。"
    words = []
    if len(far):
        words.append(f"{_listed(far, names)}超出 99.8% 的波动范围，值得去问为什么")
    if len(near):
        words.append(f"{_listed(near, names)}超出 95% 但未超出 99.8%，可能只是偶然")
    return "；".join(words) + "。"


def _listed(frame: pd.DataFrame, names: Mapping[str, str], most: int = 6) -> str:
    shown = [names[code] for code in frame.code[:most]]
    return "、".join(shown) + (f"等 {len(frame)} 个" if len(frame) > most else "")


def _since(line: TargetView) -> str:
    return Period.parse(line.from_period).label
