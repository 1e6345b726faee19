"""How a verdict is said: what was seen, the figures beside it, what is still missing. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.numbers import MISSING, format_number
from metrics.comparison import CAUSAL_UNITS, Effect, gate
from pilots.evidence import (
    Evidence,
    among,
    claim,
    good_data,
    harmful,
    says_something,
    sound,
    too_early,
    unproven,
    worsened,
    worthwhile,
)


def amount(e: Evidence, value: float, *, signed: bool = False) -> str:
    return format_number(value, e.decimals, signed=signed) + ("" if math.isnan(value) else e.unit)


def range_words(e: Evidence, effect: Effect) -> str:
    if math.isnan(effect.low):
        return MISSING
    return f"{format_number(effect.low, e.decimals, signed=True)}至{amount(e, effect.high, signed=True)}"


def fact(e: Evidence) -> str:
    """What was seen, no stronger than the evidence: only a clear, robust, causal effect is the pilot's doing."""
    goal = e.goal
    if goal is None or math.isnan(goal.estimate):
        return ""
    size, better = amount(e, abs(goal.estimate)), goal.estimate > 0
    seen = f"试点地区的“{e.indicator}”比对照地区{'多改善' if better else '差'}了{size}"
    if goal.estimate == 0:
        seen = f"试点地区的“{e.indicator}”与对照地区变化相同"
    if e.association:
        levels = "与同类对照地区相同" if goal.estimate == 0 else f"比同类对照地区{'好' if better else '差'}{size}"
        return f"试点地区的“{e.indicator}”现状{levels}；没有试点前的数据，这只是关联，不能断定原因"
    strength, counted = claim(goal), gate(goal.n_treated, goal.n_comparison)
    if strength == "descriptive":
        why = f"试点{goal.n_treated}个、对照{goal.n_comparison}个，太少" if counted == strength else "这种比较较弱"
        return f"{seen}；{why}，只能描述，不能断定原因"
    if strength == "causal" and goal.robust and (goal.low > 0 or goal.high < 0) and sound(e):
        seen = f"与对照地区相比，试点使“{e.indicator}”{'改善' if better else '变差'}了{size}"
    return f"{'初步看，' if strength == 'indicative' else ''}{seen}（可信范围{range_words(e, goal)}）"


def quoted(names: Sequence[str]) -> str:
    return "、".join(f"“{name}”" for name in names)


def words_of(e: Evidence) -> dict[str, str]:
    return {
        "indicator": e.indicator,
        "smallest": amount(e, e.smallest_change),
        "quality": format_number(e.quality, 0),
        "quality_floor": format_number(e.quality_floor, 0),
        "observed": str(e.periods_observed),
        "needed": str(e.periods_needed),
        "cost": e.cost_shown or MISSING,
        "attainment": percent(e.attainment),
        "attainment_floor": percent(e.attainment_floor),
        "worsened": quoted(worsened(e)),
        "unmeasured": quoted([name for name, worse, _ in e.guardrails if worse is None]),
        "guarded": "护栏指标没有变差" if e.guardrails else "未设护栏指标",
        "harmed": among([g for g, effect in e.effect_by_group.items() if harmful(effect)]),
        "pre_trend": e.pre_trend or MISSING,
        "unproven": among(unproven(e)),
    }


def percent(share: float | None) -> str:
    return MISSING if share is None or math.isnan(share) else f"{format_number(share * 100, 0)}%"


def figures_of(e: Evidence) -> dict[str, str]:
    """Label → figure as printed, in the order of the page."""
    figures = {}
    if e.goal is not None:
        figures["效果（与对照地区相比）"] = amount(e, e.goal.estimate, signed=True)
        figures["可信范围（95%）"] = range_words(e, e.goal)
        figures["试点 / 对照"] = f"{e.goal.n_treated} / {e.goal.n_comparison}"
        if e.goal.placebo_rank is not None:
            figures["随意指定试点也有这么大差别的次数"] = f"{e.goal.placebo_rank:,} / {e.goal.placebo_of:,}"
    figures["值得推广的最小变化"] = amount(e, e.smallest_change)
    figures["目标完成度"] = percent(e.attainment)
    figures["数据质量"] = f"{format_number(e.quality, 0)}（要求不低于{format_number(e.quality_floor, 0)}）"
    year = "，随季节变化的须满一年" if e.seasonal else ""
    figures["观察期数"] = f"{e.periods_observed}（要求不少于{e.periods_needed}{year}）"
    figures["报送"] = "完整" if e.coverage_complete else "不完整"
    figures |= {f"护栏：{name}": shown for name, _, shown in e.guardrails}
    for name, effect in e.effect_by_group.items():
        figures[name] = f"{amount(e, effect.estimate, signed=True)}（{range_words(e, effect)}）"
    if e.equity_gap is not None:
        figures["地区之间的差"] = f"{amount(e, e.equity_gap.estimate, signed=True)}（{range_words(e, e.equity_gap)}）"
    if e.cost_shown:
        figures["成本"] = e.cost_shown
    return figures


def lacking(e: Evidence) -> list[str]:
    """Everything that still stands between this evidence and a firm verdict, not only what fired."""
    goal, still = e.goal, []
    if goal is None or math.isnan(goal.estimate):
        still.append("试点与对照地区可比的前后数据")
    if e.attainment is None:
        still.append("目标指标的基线值、目标值或当期值")
    if not good_data(e):
        still.append(f"数据质量分达到{format_number(e.quality_floor, 0)}")
    if not e.coverage_complete:
        still.append("应报地区报全")
    if not e.parallel:
        still.append("试点前走势一致的对照地区")
    if too_early(e):
        still.append(f"再观察{e.periods_needed - e.periods_observed}期")
    still += [f"护栏指标“{name}”的数据" for name, worse, _ in e.guardrails if worse is None]
    if goal is not None and not math.isnan(goal.estimate):
        for side, count in (("试点", goal.n_treated), ("对照", goal.n_comparison)):
            if count < CAUSAL_UNITS:
                still.append(f"再增加{CAUSAL_UNITS - count}个{side}地区")
        if not says_something(goal) and gate(goal.n_treated, goal.n_comparison) != "descriptive":
            still.append("有同期对照的前后比较")  # enough counties, but a weaker kind of comparison
        if says_something(goal) and not goal.robust:
            still.append("两种检验方法一致的结论")
        if says_something(goal) and goal.high >= e.smallest_change and not worthwhile(e, goal):
            still.append("更窄的可信范围")
        if claim(goal) == "causal":
            still += [f"{group}不少于5个试点和5个对照地区" for group in unproven(e)]
    return still
