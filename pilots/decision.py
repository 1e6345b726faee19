"""What to do with a pilot: a table of rules, read from the top; the first that fits decides.

First what keeps anyone from judging (no comparison, poor data), then harm, then time, then whether the
effect is real and large enough, then at what price and for whom. Every effect here is turned so that positive
is better. A person may overrule the verdict with a printed reason; the table never guesses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from core.numbers import MISSING, format_number
from core.words import Verdict
from metrics.comparison import CAUSAL_UNITS, Effect, Strength, gate, weaker


@dataclass(frozen=True)
class Evidence:
    """All that a verdict rests on. Effects are oriented: positive is better (`Effect.oriented`).

    `goal`: effect on the goal indicator, None when nothing could be compared; `attainment`: share of the
    promised way (1 = target reached), None when unknown; `smallest_change`: smallest change that matters, in
    the indicator's unit, ≥ 0; `guardrails`: (name, worsened, figure as shown), worsened None = not measured;
    `quality` 0–100 or None; `periods_needed`: two cadences, a full year if seasonal; `effect_by_group`: by
    name of region group; `equity_gap`: difference of two groups' effects; `target_groups`: for whom promotion
    is considered, by default the groups that took part; `continue_until`: a date or period as shown.
    """

    goal: Effect | None
    attainment: float | None
    smallest_change: float
    guardrails: Sequence[tuple[str, bool | None, str]] = ()
    quality: float | None = None
    quality_floor: float = 70
    periods_observed: int = 0
    periods_needed: int = 2
    coverage_complete: bool = False
    effect_by_group: Mapping[str, Effect] = field(default_factory=dict)
    equity_gap: Effect | None = None
    target_groups: Sequence[str] = ()
    indicator: str = "目标指标"
    unit: str = ""
    decimals: int = 1
    continue_until: str = ""
    cost_exceeded: bool = False
    cost_shown: str = ""
    attainment_floor: float = 0.8

    def __post_init__(self) -> None:
        if not self.smallest_change >= 0:
            raise ValueError(f"smallest_change must be >= 0, not {self.smallest_change}")


@dataclass(frozen=True)
class Decision:
    """The verdict, the rule that fired, and everything a page or report prints beside it."""

    verdict: Verdict
    rule_id: str
    sentence: str
    figures: dict[str, str]
    next_step: str
    missing: list[str]
    scope: str = ""  # for whom (有条件推广) or until when (继续)

    @property
    def title(self) -> str:
        """“有条件推广（山区海岛县）”, “继续至2027年3月”, or the plain word."""
        if self.verdict is Verdict.CONTINUE and self.scope:
            return f"继续至{self.scope}"
        return f"{self.verdict.label}（{self.scope}）" if self.scope else self.verdict.label


@dataclass(frozen=True)
class Rule:
    """One row of the table. Texts are Chinese templates over `_words`; `scope` may be empty."""

    id: str
    situation: str
    verdict: Verdict
    when: Callable[[Evidence], bool]
    because: str
    next_step: str
    scope: Callable[[Evidence], str] = lambda e: ""


def decide(evidence: Evidence) -> Decision:
    """The first rule of `RULES` that fits; the last one always does."""
    rule = next(rule for rule in RULES if rule.when(evidence))
    words = _words(evidence) | {"scope": rule.scope(evidence)}
    fact = _fact(evidence)
    because = rule.because.format(**words)
    return Decision(
        verdict=rule.verdict,
        rule_id=rule.id,
        sentence=f"{fact}；{because}。" if fact else f"{because}。",
        figures=_figures(evidence),
        next_step=rule.next_step.format(**words),
        missing=_missing(evidence),
        scope=words["scope"],
    )


# -- what the rules ask ---------------------------------------------------------


def _claim(effect: Effect) -> Strength:
    """How strong a sentence may be. Counts are checked again, so no label can lift a single county."""
    return weaker(effect.strength, gate(effect.n_treated, effect.n_comparison))


def _goal(e: Evidence) -> Effect:
    """The goal effect, for rules below the first, which has made sure of it."""
    assert e.goal is not None
    return e.goal


def _says_something(effect: Effect) -> bool:
    return _claim(effect) != "descriptive"


def _harmful(effect: Effect) -> bool:
    return _says_something(effect) and effect.high < 0


def _worthwhile(e: Evidence, effect: Effect) -> bool:
    return effect.low > 0 and effect.estimate >= e.smallest_change


def _worsened(e: Evidence) -> list[str]:
    return [name for name, worsened, _ in e.guardrails if worsened]


def _too_early(e: Evidence) -> bool:
    return e.periods_observed < e.periods_needed


def _good_data(e: Evidence) -> bool:
    return e.quality is not None and e.quality >= e.quality_floor


def _contradicted(e: Evidence) -> bool:
    """Together it looks one way and in every single group the other (Simpson's paradox)."""
    estimates = [effect.estimate for effect in e.effect_by_group.values()]
    whole = _goal(e).estimate
    return bool(estimates) and whole != 0 and all(estimate * whole < 0 for estimate in estimates)


def _sound(e: Evidence) -> bool:
    """Nothing in the data or the timing forbids a sentence about causes."""
    return _good_data(e) and e.coverage_complete and not _too_early(e) and not _contradicted(e)


def _unharmed(e: Evidence) -> list[str]:
    return [g for g, x in e.effect_by_group.items() if _says_something(x) and x.estimate > 0 and not _harmful(x)]


def _any_harmed(e: Evidence) -> bool:
    return any(_harmful(effect) for effect in e.effect_by_group.values())


def _unequal(e: Evidence) -> bool:
    """The groups differ by their own interval, and the weaker one gets too little out of it."""
    gap, groups = e.equity_gap, e.effect_by_group
    if gap is None or len(groups) < 2 or gap.strength == "descriptive" or not (gap.low > 0 or gap.high < 0):
        return False
    return not _worthwhile(e, min(groups.values(), key=lambda effect: effect.estimate))


def _better_off(e: Evidence) -> list[str]:
    groups = e.effect_by_group
    good = [name for name, effect in groups.items() if _worthwhile(e, effect)]
    return good or [max(groups, key=lambda name: groups[name].estimate)]


def _unproven(e: Evidence) -> list[str]:
    """Groups one would promote to without five pilots and five comparison units of their own."""
    wanted = e.target_groups or tuple(e.effect_by_group)
    return [g for g in wanted if g not in e.effect_by_group or _claim(e.effect_by_group[g]) != "causal"]


def _proven_somewhere(e: Evidence) -> bool:
    groups = e.effect_by_group.values()
    return _claim(_goal(e)) == "causal" and (not groups or any(_claim(effect) == "causal" for effect in groups))


def _tried(e: Evidence) -> list[str]:
    """The groups with the best evidence there is."""
    for least in ("causal", "indicative"):
        if found := [g for g, x in e.effect_by_group.items() if _claim(x) == least]:
            return found
    return []


def _among(groups: Sequence[str]) -> str:
    return "、".join(groups) or "与试点同类的地区"


# -- the table ------------------------------------------------------------------

RULES: tuple[Rule, ...] = (
    Rule(
        "D1", "没有可比的数据", Verdict.UNKNOWN,
        lambda e: e.goal is None or math.isnan(e.goal.estimate),
        "“{indicator}”还没有试点与对照地区都可比的前后数据，不能判断",
        "研究院登记对照地区，县级团队补报试点前后的数据。",
    ),
    Rule(
        "D2", "数据质量不足", Verdict.UNKNOWN,
        lambda e: not _good_data(e),
        "但数据质量分为{quality}，低于要求的{quality_floor}，这些数字还不能作为判断依据",
        "县级团队按数据质量页列出的最省力的三件事整改，整改后重新评估。",
    ),
    Rule(
        "D3", "报送不完整", Verdict.UNKNOWN,
        lambda e: not e.coverage_complete,
        "但应报地区没有报全，汇总不完整，还不能作为判断依据",
        "研究院催报缺报地区，报全后重新评估。",
    ),
    Rule(
        "G1", "护栏指标变差且目标没有改善", Verdict.STOP,
        lambda e: bool(_worsened(e)) and _goal(e).estimate <= 0 and not _too_early(e),
        "护栏指标{worsened}变差，目标也没有改善",
        "牵头单位停止试点并妥善收尾，作出容错认定，把教训写入场景档案。",
    ),
    Rule(
        "G2", "护栏指标变差", Verdict.IMPROVE,
        lambda e: bool(_worsened(e)),
        "但护栏指标{worsened}变差，要先解决它",
        "县级团队查明护栏指标变差的原因，改进后开启新一轮试点。",
    ),
    Rule(
        "H1", "尚未期满但已明显变差", Verdict.IMPROVE,
        lambda e: _too_early(e) and _harmful(_goal(e)) and _goal(e).robust,
        "观察时间虽未满，变差已经清楚，不宜照原样继续",
        "县级团队暂停原做法，查明原因、改进后再试。",
    ),
    Rule(
        "T1", "观察时间不够", Verdict.CONTINUE, _too_early,
        "目前只观察了{observed}期，至少要{needed}期才能下结论",
        "县级团队按期报送，到{scope}再评估。",
        lambda e: e.continue_until or f"满{e.periods_needed}期",
    ),
    Rule(
        "X1", "总体与分组方向相反", Verdict.UNKNOWN, _contradicted,
        "但分地区类型看，每一类的方向都与总体相反，总体数字不能用",
        "研究院核对各类地区的构成，改用分组结果比较。",
    ),
    Rule(
        "S1", "单位太少且没有改善", Verdict.IMPROVE,
        lambda e: not _says_something(_goal(e)) and _goal(e).estimate <= 0,
        "没有看到好于对照地区的变化",
        "县级团队分析原因，改进后再试，并争取更多同类地区参加。",
    ),
    Rule(
        "S2", "单位太少", Verdict.UNKNOWN,
        lambda e: not _says_something(_goal(e)),
        "要有更多试点和对照地区才能判断",
        "研究院在同类地区增加试点和对照地区，再观察{needed}期。",
    ),
    Rule(
        "U1", "结论不稳健", Verdict.UNKNOWN,
        lambda e: not _goal(e).robust,
        "但换一种检验方法结论就变了（不稳健）",
        "研究院检查个别地区的影响，增加试点或对照地区后重新评估。",
    ),
    Rule(
        "H2", "明显变差", Verdict.STOP,
        lambda e: _harmful(_goal(e)),
        "变差已经清楚，应当停止",
        "牵头单位停止试点并妥善收尾，作出容错认定，把教训写入场景档案。",
    ),
    Rule(
        "F1", "有改善但幅度太小", Verdict.IMPROVE,
        lambda e: _goal(e).low > 0 and _goal(e).high < e.smallest_change,
        "有改善，但最多也达不到值得推广的{smallest}",
        "县级团队找出限制效果的环节，改进后再试。",
    ),
    Rule(
        "F2", "看不到值得的改善", Verdict.STOP,
        lambda e: _goal(e).high < e.smallest_change,
        "往好处估计也达不到值得推广的{smallest}",
        "牵头单位停止试点并妥善收尾，总结经验，资源转向别的场景。",
    ),
    Rule(
        "U2", "看不清有没有改善", Verdict.UNKNOWN,
        lambda e: not _goal(e).low > 0,
        "可信范围内既可能变好也可能没有变好，看不清",
        "研究院增加试点或对照地区，缩小可信范围后重新评估。",
    ),
    Rule(
        "U3", "有改善但够不够大看不清", Verdict.CONTINUE,
        lambda e: _goal(e).estimate < e.smallest_change,
        "有改善，但够不够值得推广的{smallest}还看不清",
        "县级团队继续试点，到{scope}再评估。",
        lambda e: e.continue_until or f"满{e.periods_observed + e.periods_needed}期",
    ),
    Rule(
        "C1", "成本过高", Verdict.IMPROVE,
        lambda e: e.cost_exceeded,
        "效果够大，但成本超出约定（{cost}）",
        "县级团队压减成本后再试一轮，证明少花钱也有效。",
    ),
    Rule(
        "A1", "离目标还远", Verdict.IMPROVE,
        lambda e: e.attainment is not None and e.attainment < e.attainment_floor,
        "效果够大，但目标只完成{attainment}，低于要求的{attainment_floor}",
        "县级团队对照目标找差距，改进后再试。",
    ),
    Rule(
        "G3", "护栏指标没有数据", Verdict.UNKNOWN,
        lambda e: any(worsened is None for _, worsened, _ in e.guardrails),
        "效果够大，但护栏指标{unmeasured}没有数据，不知道有没有副作用",
        "县级团队补报护栏指标后重新评估。",
    ),
    Rule(
        "E1", "有一类地区变差", Verdict.PROMOTE_IF,
        lambda e: _any_harmed(e) and bool(_unharmed(e)),
        "但在{harmed}变差，只宜在{scope}推广",
        "研究院在{scope}提出推广建议，在{harmed}停用并查明原因。",
        lambda e: _among(_unharmed(e)),
    ),
    Rule(
        "E2", "有一类地区变差而别处没有依据", Verdict.UNKNOWN, _any_harmed,
        "但在{harmed}变差，其他类型地区又没有足够依据",
        "研究院在其他类型地区补充试点和对照地区。",
    ),
    Rule(
        "E3", "效果不均衡", Verdict.PROMOTE_IF, _unequal,
        "但地区之间效果有差别，效果好的是{scope}",
        "研究院在{scope}提出推广建议，在其他类型地区改进后再试。",
        lambda e: _among(_better_off(e)),
    ),
    Rule(
        "P1", "初步有效", Verdict.PROMOTE_IF,
        lambda e: not _proven_somewhere(e),
        "但试点或对照地区不足5个（按地区类型分别计），只宜在{scope}小范围推广、边推广边核实",
        "研究院在{scope}选不少于5个地区推广，同时保留不少于5个对照地区。",
        lambda e: _among(_tried(e)),
    ),
    Rule(
        "E4", "有一类地区没有足够依据", Verdict.PROMOTE_IF,
        lambda e: bool(_unproven(e)),
        "但{unproven}的试点或对照地区不足5个，先在{scope}推广",
        "研究院在{scope}提出推广建议，在{unproven}补充试点和对照地区。",
        lambda e: _among(_tried(e)),
    ),
    Rule(
        "P2", "有效", Verdict.PROMOTE,
        lambda e: True,
        "达到值得推广的{smallest}，{guarded}",
        "研究院提出推广建议书，列明各目标县需要接入的数据资源。",
    ),
)  # fmt: skip


# -- how it is said -------------------------------------------------------------


def _amount(e: Evidence, value: float, *, signed: bool = False) -> str:
    return format_number(value, e.decimals, signed=signed) + ("" if math.isnan(value) else e.unit)


def _range(e: Evidence, effect: Effect) -> str:
    if math.isnan(effect.low):
        return MISSING
    return f"{format_number(effect.low, e.decimals, signed=True)}至{_amount(e, effect.high, signed=True)}"


def _fact(e: Evidence) -> str:
    """What was seen, no stronger than the evidence: only a clear, robust, causal effect is the pilot's doing."""
    goal = e.goal
    if goal is None or math.isnan(goal.estimate):
        return ""
    size, better = _amount(e, abs(goal.estimate)), goal.estimate > 0
    seen = f"试点地区的“{e.indicator}”比对照地区{'多改善' if better else '差'}了{size}"
    if goal.estimate == 0:
        seen = f"试点地区的“{e.indicator}”与对照地区变化相同"
    claim, counted = _claim(goal), gate(goal.n_treated, goal.n_comparison)
    if claim == "descriptive":
        why = f"试点{goal.n_treated}个、对照{goal.n_comparison}个，太少" if counted == claim else "这种比较较弱"
        return f"{seen}；{why}，只能描述，不能断定原因"
    if claim == "causal" and goal.robust and (goal.low > 0 or goal.high < 0) and _sound(e):
        seen = f"与对照地区相比，试点使“{e.indicator}”{'改善' if better else '变差'}了{size}"
    return f"{'初步看，' if claim == 'indicative' else ''}{seen}（可信范围{_range(e, goal)}）"


def _quoted(names: Sequence[str]) -> str:
    return "、".join(f"“{name}”" for name in names)


def _words(e: Evidence) -> dict[str, str]:
    return {
        "indicator": e.indicator,
        "smallest": _amount(e, e.smallest_change),
        "quality": format_number(e.quality, 0),
        "quality_floor": format_number(e.quality_floor, 0),
        "observed": str(e.periods_observed),
        "needed": str(e.periods_needed),
        "cost": e.cost_shown or MISSING,
        "attainment": _percent(e.attainment),
        "attainment_floor": _percent(e.attainment_floor),
        "worsened": _quoted(_worsened(e)),
        "unmeasured": _quoted([name for name, worsened, _ in e.guardrails if worsened is None]),
        "guarded": "护栏指标没有变差" if e.guardrails else "未设护栏指标",
        "harmed": _among([g for g, effect in e.effect_by_group.items() if _harmful(effect)]),
        "unproven": _among(_unproven(e)),
    }


def _percent(share: float | None) -> str:
    return MISSING if share is None or math.isnan(share) else f"{format_number(share * 100, 0)}%"


def _figures(e: Evidence) -> dict[str, str]:
    """Label → figure as printed, in the order of the page."""
    figures = {}
    if e.goal is not None:
        figures["效果（与对照地区相比）"] = _amount(e, e.goal.estimate, signed=True)
        figures["可信范围（95%）"] = _range(e, e.goal)
        figures["试点 / 对照"] = f"{e.goal.n_treated} / {e.goal.n_comparison}"
        if e.goal.placebo_rank is not None:
            figures["随意指定试点也有这么大差别的次数"] = f"{e.goal.placebo_rank:,} / {e.goal.placebo_of:,}"
    figures["值得推广的最小变化"] = _amount(e, e.smallest_change)
    figures["目标完成度"] = _percent(e.attainment)
    figures["数据质量"] = f"{format_number(e.quality, 0)}（要求不低于{format_number(e.quality_floor, 0)}）"
    figures["观察期数"] = f"{e.periods_observed}（要求不少于{e.periods_needed}）"
    figures["报送"] = "完整" if e.coverage_complete else "不完整"
    figures |= {f"护栏：{name}": shown for name, _, shown in e.guardrails}
    for name, effect in e.effect_by_group.items():
        figures[name] = f"{_amount(e, effect.estimate, signed=True)}（{_range(e, effect)}）"
    if e.equity_gap is not None:
        figures["地区之间的差"] = f"{_amount(e, e.equity_gap.estimate, signed=True)}（{_range(e, e.equity_gap)}）"
    if e.cost_shown:
        figures["成本"] = e.cost_shown
    return figures


def _missing(e: Evidence) -> list[str]:
    """Everything that still stands between this evidence and a firm verdict, not only what fired."""
    goal, lacking = e.goal, []
    if goal is None or math.isnan(goal.estimate):
        lacking.append("试点与对照地区可比的前后数据")
    if e.attainment is None:
        lacking.append("目标指标的基线值、目标值或当期值")
    if not _good_data(e):
        lacking.append(f"数据质量分达到{format_number(e.quality_floor, 0)}")
    if not e.coverage_complete:
        lacking.append("应报地区报全")
    if _too_early(e):
        lacking.append(f"再观察{e.periods_needed - e.periods_observed}期")
    lacking += [f"护栏指标“{name}”的数据" for name, worsened, _ in e.guardrails if worsened is None]
    if goal is not None and not math.isnan(goal.estimate):
        for side, count in (("试点", goal.n_treated), ("对照", goal.n_comparison)):
            if count < CAUSAL_UNITS:
                lacking.append(f"再增加{CAUSAL_UNITS - count}个{side}地区")
        if not _says_something(goal) and gate(goal.n_treated, goal.n_comparison) != "descriptive":
            lacking.append("有同期对照的前后比较")  # enough counties, but a weaker kind of comparison
        if _says_something(goal) and not goal.robust:
            lacking.append("两种检验方法一致的结论")
        if _says_something(goal) and goal.high >= e.smallest_change and not _worthwhile(e, goal):
            lacking.append("更窄的可信范围")
        if _claim(goal) == "causal":
            lacking += [f"{group}不少于5个试点和5个对照地区" for group in _unproven(e)]
    return lacking
