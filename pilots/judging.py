"""From measures to a verdict: the data's quality, and the evidence that the rules are asked about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from core.periods import Period
from core.words import Arm, IndicatorRole
from metrics import accumulation
from metrics.model import Indicator
from metrics.quality import Aspect, Quality, outliers, score
from pilots.decision import Decision, Evidence, decide
from pilots.evaluation import Measure
from pilots.model import Span


def judge(
    measures: Sequence[Measure], quality: Quality, span: Span, today_period: str, quality_floor: float
) -> Decision | None:
    """The verdict on the first goal indicator, everything turned so that positive is better."""
    goal = next((item for item in measures if item.role is IndicatorRole.GOAL), None)
    if goal is None:
        return None
    sign = goal.indicator.direction.sign
    guardrails = []
    for item in measures:
        if item.role is IndicatorRole.GUARDRAIL:
            worse = None
            if item.effect is not None and not np.isnan(item.effect.estimate):
                turned = item.effect.oriented(item.indicator.direction.sign)
                limit = float(item.smallest_change or 0)
                worse = bool(turned.high < 0 and turned.estimate <= -limit)
            shown = "–" if item.effect is None else item.indicator.show(item.effect.estimate, signed=True)
            guardrails.append((item.indicator.name, worse, shown))
    groups = goal.groups
    post = groups[(groups.period >= span.first_post) & (groups.period <= span.last_post) & (groups.arm == Arm.PILOT)]
    needed = 2
    evidence = Evidence(
        goal=goal.effect.oriented(sign) if goal.effect else None,
        attainment=goal.attained,
        smallest_change=float(goal.smallest_change or 0),
        guardrails=guardrails,
        quality=float(quality.total) if quality.total is not None else None,
        quality_floor=quality_floor,
        periods_observed=int(post.period.nunique()),
        periods_needed=needed,
        coverage_complete=goal.latest is not None,
        effect_by_group={name: effect.oriented(sign) for name, effect in goal.by_side.items()},
        equity_gap=goal.gap.oriented(sign) if goal.gap else None,
        target_groups=tuple(goal.by_side),
        indicator=goal.indicator.name,
        unit="个百分点" if goal.indicator.unit == "%" else goal.indicator.unit,
        decimals=goal.indicator.decimals,
        continue_until=Period.parse(max(today_period, span.first_post)).shift(needed).label,
    )
    return decide(evidence)


def quality_of(
    returns: pd.DataFrame, frames: Sequence[tuple[Indicator, pd.DataFrame]], corrected: tuple[int, int]
) -> Quality:
    """The pilot's data quality from its due returns, its values and how many were corrected later.

    Timeliness is handed in by the due date, of all due. Validity is inside the plausible bounds,
    consistency is not an outlier of the county's own series; both of all values with a number.
    """
    due = returns[returns.due]
    asked = len(due) * len(frames)
    answered = sum(int(frame.state.ne("").sum()) for _, frame in frames)
    valid = [0, 0]
    steady = [0, 0]
    for indicator, frame in frames:
        numbers = frame.dropna(subset=["value"])
        low = -np.inf if indicator.plausible_min is None else float(indicator.plausible_min)
        high = np.inf if indicator.plausible_max is None else float(indicator.plausible_max)
        valid[0] += int(numbers.value.between(low, high).sum())
        valid[1] += len(numbers)
        for _, own in frame.dropna(subset=["added"]).groupby("code"):
            if len(own) >= 6:
                fell = accumulation.frame_falls(indicator, own)
                steady[0] += int((~outliers(own.added.to_numpy()) & ~fell).sum())
                steady[1] += len(own)
    return score(
        {
            Aspect.COMPLETENESS: (min(answered, asked), asked),
            Aspect.TIMELINESS: (int(due.on_time.sum()), len(due)),
            Aspect.VALIDITY: (valid[0], valid[1]),
            Aspect.CONSISTENCY: (steady[0], steady[1]),
            Aspect.CORRECTIONS: (corrected[1] - corrected[0], corrected[1]),
        }
    )
