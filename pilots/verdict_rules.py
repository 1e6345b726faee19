"""What to do with a pilot: a table of rules, read from the top; the first that fits decides.

First what keeps anyone from judging (no comparison, poor data), then harm, then time, then whether the
effect is real and large enough, then at what price and for whom. Every effect here is turned so that positive
is better. A person may overrule the verdict with a printed reason; the table never guesses.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from core.words import Verdict
from pilots.evidence import (
    Evidence,
    among,
    any_harmed,
    better_off,
    contradicted,
    goal_of,
    good_data,
    harmful,
    proven_somewhere,
    says_something,
    too_early,
    tried,
    unequal,
    unharmed,
    unproven,
    worsened,
)


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


RULES: tuple[Rule, ...] = (
    Rule(
        "D1", "没有可比的数据", Verdict.UNKNOWN,
        lambda e: e.goal is None or math.isnan(e.goal.estimate),
        "“{indicator}”还没有试点与对照地区都可比的前后数据，不能判断",
        "研究院登记对照地区，县级团队补报试点前后的数据。",
    ),
    Rule(
        "D2", "数据质量不足", Verdict.UNKNOWN,
        lambda e: not good_data(e),
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
        lambda e: bool(worsened(e)) and goal_of(e).estimate <= 0 and not too_early(e),
        "护栏指标{worsened}变差，目标也没有改善",
        "牵头单位停止试点并妥善收尾，作出容错认定，把教训写入场景档案。",
    ),
    Rule(
        "G2", "护栏指标变差", Verdict.IMPROVE,
        lambda e: bool(worsened(e)),
        "但护栏指标{worsened}变差，要先解决它",
        "县级团队查明护栏指标变差的原因，改进后开启新一轮试点。",
    ),
    Rule(
        "H1", "尚未期满但已明显变差", Verdict.IMPROVE,
        lambda e: too_early(e) and harmful(goal_of(e)) and goal_of(e).robust,
        "观察时间虽未满，变差已经清楚，不宜照原样继续",
        "县级团队暂停原做法，查明原因、改进后再试。",
    ),
    Rule(
        "T2", "随季节变化的指标没有看满一年", Verdict.CONTINUE,
        lambda e: e.seasonal and too_early(e),
        "“{indicator}”随季节变化，要看满一年（{needed}期），目前只有{observed}期",
        "县级团队按期报送，到{scope}再评估。",
        lambda e: e.continue_until or f"满{e.periods_needed}期",
    ),
    Rule(
        "T1", "观察时间不够", Verdict.CONTINUE, too_early,
        "目前只观察了{observed}期，至少要{needed}期才能下结论",
        "县级团队按期报送，到{scope}再评估。",
        lambda e: e.continue_until or f"满{e.periods_needed}期",
    ),
    Rule(
        "X1", "总体与分组方向相反", Verdict.UNKNOWN, contradicted,
        "但分地区类型看，每一类的方向都与总体相反，总体数字不能用",
        "研究院核对各类地区的构成，改用分组结果比较。",
    ),
    Rule(
        "X2", "试点前走势不同步", Verdict.UNKNOWN,
        lambda e: not e.parallel,
        "但试点前两边就已不同步（{pre_trend}），看到的差别可能是原来的走势",
        "研究院更换走势相近的对照地区，重新评估。",
    ),
    Rule(
        "S1", "单位太少且没有改善", Verdict.IMPROVE,
        lambda e: not says_something(goal_of(e)) and goal_of(e).estimate <= 0,
        "没有看到好于对照地区的变化",
        "县级团队分析原因，改进后再试，并争取更多同类地区参加。",
    ),
    Rule(
        "S2", "单位太少", Verdict.UNKNOWN,
        lambda e: not says_something(goal_of(e)),
        "要有更多试点和对照地区才能判断",
        "研究院在同类地区增加试点和对照地区，再观察{needed}期。",
    ),
    Rule(
        "U1", "结论不稳健", Verdict.UNKNOWN,
        lambda e: not goal_of(e).robust,
        "但换一种检验方法结论就变了（不稳健）",
        "研究院检查个别地区的影响，增加试点或对照地区后重新评估。",
    ),
    Rule(
        "H2", "明显变差", Verdict.STOP,
        lambda e: harmful(goal_of(e)),
        "变差已经清楚，应当停止",
        "牵头单位停止试点并妥善收尾，作出容错认定，把教训写入场景档案。",
    ),
    Rule(
        "F1", "有改善但幅度太小", Verdict.IMPROVE,
        lambda e: goal_of(e).low > 0 and goal_of(e).high < e.smallest_change,
        "有改善，但最多也达不到值得推广的{smallest}",
        "县级团队找出限制效果的环节，改进后再试。",
    ),
    Rule(
        "F2", "看不到值得的改善", Verdict.STOP,
        lambda e: goal_of(e).high < e.smallest_change,
        "往好处估计也达不到值得推广的{smallest}",
        "牵头单位停止试点并妥善收尾，总结经验，资源转向别的场景。",
    ),
    Rule(
        "U2", "看不清有没有改善", Verdict.UNKNOWN,
        lambda e: not goal_of(e).low > 0,
        "可信范围内既可能变好也可能没有变好，看不清",
        "研究院增加试点或对照地区，缩小可信范围后重新评估。",
    ),
    Rule(
        "U3", "有改善但够不够大看不清", Verdict.CONTINUE,
        lambda e: goal_of(e).estimate < e.smallest_change,
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
        lambda e: any_harmed(e) and bool(unharmed(e)),
        "但在{harmed}变差，只宜在{scope}推广",
        "研究院在{scope}提出推广建议，在{harmed}停用并查明原因。",
        lambda e: among(unharmed(e)),
    ),
    Rule(
        "E2", "有一类地区变差而别处没有依据", Verdict.UNKNOWN, any_harmed,
        "但在{harmed}变差，其他类型地区又没有足够依据",
        "研究院在其他类型地区补充试点和对照地区。",
    ),
    Rule(
        "E3", "效果不均衡", Verdict.PROMOTE_IF, unequal,
        "但地区之间效果有差别，效果好的是{scope}",
        "研究院在{scope}提出推广建议，在其他类型地区改进后再试。",
        lambda e: among(better_off(e)),
    ),
    Rule(
        "P1", "初步有效", Verdict.PROMOTE_IF,
        lambda e: not proven_somewhere(e),
        "但试点或对照地区不足5个（按地区类型分别计），只宜在{scope}小范围推广、边推广边核实",
        "研究院在{scope}选不少于5个地区推广，同时保留不少于5个对照地区。",
        lambda e: among(tried(e)),
    ),
    Rule(
        "E4", "有一类地区没有足够依据", Verdict.PROMOTE_IF,
        lambda e: bool(unproven(e)),
        "但{unproven}的试点或对照地区不足5个，先在{scope}推广",
        "研究院在{scope}提出推广建议，在{unproven}补充试点和对照地区。",
        lambda e: among(tried(e)),
    ),
    Rule(
        "P2", "有效", Verdict.PROMOTE,
        lambda e: True,
        "达到值得推广的{smallest}，{guarded}",
        "研究院提出推广建议书，列明各目标县需要接入的数据资源。",
    ),
)  # fmt: skip
