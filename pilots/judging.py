"""From measures and the data's quality to a verdict: the evidence that the rules are asked about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.periods import PER_YEAR, Period
from core.words import Arm, IndicatorRole
from metrics.model import Indicator
from metrics.quality import Quality
from pilots.causes import Method
from pilots.decision import Decision, Evidence, decide
from pilots.evaluation import Evaluation, Measure
from pilots.model import Cost, Span

NEEDED = 2  # cadences of the indicator that have to be seen; of a seasonal one a full year


def judge(
    measures: Sequence[Measure],
    quality: Quality,
    span: Span,
    today_period: str,
    quality_floor: float,
    cost: Cost,
) -> Decision | None:
    """The verdict on the first goal indicator."""
    goal = next((item for item in measures if item.role is IndicatorRole.GOAL), None)
    return None if goal is None else decide(evidence(goal, measures, quality, span, today_period, quality_floor, cost))


def evidence(
    item: Measure,
    measures: Sequence[Measure],
    quality: Quality,
    span: Span,
    today_period: str,
    quality_floor: float,
    cost: Cost,
) -> Evidence:
    """What the rules are asked about for one indicator, everything turned so that positive is better."""
    sign = item.indicator.direction.sign
    groups = item.groups
    post = groups[(groups.period >= span.first_post) & (groups.period <= span.last_post) & (groups.arm == Arm.PILOT)]
    placebo = item.cause.placebo
    observed, needed = int(post.period.nunique()), needed_of(item.indicator, span)
    return Evidence(
        goal=item.effect.oriented(sign) if item.effect else None,
        attainment=item.attained,
        smallest_change=float(item.smallest_change or 0),
        guardrails=_guardrails(measures),
        quality=float(quality.total) if quality.total is not None else None,
        quality_floor=quality_floor,
        periods_observed=observed,
        periods_needed=needed,
        coverage_complete=item.latest is not None,
        effect_by_group={name: effect.oriented(sign) for name, effect in item.by_side.items()},
        equity_gap=item.gap.oriented(sign) if item.gap else None,
        target_groups=tuple(item.by_side),
        indicator=item.indicator.name,
        unit="个百分点" if item.indicator.unit == "%" else item.indicator.unit,
        decimals=item.indicator.decimals,
        continue_until=_until(item.indicator, span, today_period, max(NEEDED, needed - observed)),
        cost_exceeded=cost.exceeded,
        cost_shown=cost.shown,
        parallel=item.cause.parallel,
        pre_trend="" if placebo is None else item.indicator.show(sign * placebo.estimate, signed=True),
        association=item.cause.method is Method.MATCHED,
        seasonal=item.indicator.seasonal,
    )


def needed_of(indicator: Indicator, span: Span) -> int:
    """How many periods after the start a verdict needs: two cadences, a full year where the season matters."""
    quickest = PER_YEAR[span.cadence] // Period.containing(span.start_on, span.cadence).step(indicator.cadence)
    return max(NEEDED, quickest) if indicator.seasonal else NEEDED


def _until(indicator: Indicator, span: Span, today_period: str, more: int) -> str:
    """The period in which `more` further values of the indicator will be there."""
    now = Period.parse(max(today_period, span.first_post))
    return now.shift(more * now.step(indicator.cadence)).label


def evidence_of(evaluation: Evaluation, item: Measure) -> Evidence:
    """`evidence` of one of the evaluation's measures."""
    found = evaluation
    return evidence(item, found.measures, found.quality, found.span, found.today, found.quality_floor, found.cost)


def _guardrails(measures: Sequence[Measure]) -> list[tuple[str, bool | None, str]]:
    """Name, whether it got worse by more than may be (None: not measured), the change as shown."""
    found = []
    for item in measures:
        if item.role is IndicatorRole.GUARDRAIL:
            worse = None
            if item.effect is not None and not np.isnan(item.effect.estimate):
                turned = item.effect.oriented(item.indicator.direction.sign)
                limit = float(item.smallest_change or 0)
                worse = bool(turned.high < 0 and turned.estimate <= -limit)
            shown = "–" if item.effect is None else item.indicator.show(item.effect.estimate, signed=True)
            found.append((item.indicator.name, worse, shown))
    return found
