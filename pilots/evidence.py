"""What a verdict rests on, and the questions its rules ask of it. Every effect is turned so that positive is better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from core.words import Verdict
from metrics.comparison import Effect, Strength, gate, weaker


@dataclass(frozen=True)
class Evidence:
    """All that a verdict rests on. Effects are oriented: positive is better (`Effect.oriented`).

    `goal`: effect on the goal indicator, None when nothing could be compared; `attainment`: share of the
    promised way (1 = target reached), None when unknown; `smallest_change`: smallest change that matters, in
    the indicator's unit, ≥ 0; `guardrails`: (name, worsened, figure as shown), worsened None = not measured;
    `quality` 0–100 or None; `periods_needed`: two cadences, a full year if seasonal; `effect_by_group`: by
    name of region group; `equity_gap`: difference of two groups' effects; `target_groups`: for whom promotion
    is considered, by default the groups that took part; `continue_until`: a date or period as shown;
    `seasonal`: the goal indicator follows the time of year; `parallel`: False when pilots and comparison units moved apart before the start (`pre_trend`: by how much, as
    shown); `association`: there is no time before, so the effect compares levels, not changes.
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
    parallel: bool = True
    pre_trend: str = ""
    association: bool = False
    seasonal: bool = False

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
        return titled(self.verdict, self.scope)


def titled(verdict: Verdict, scope: str) -> str:
    """A verdict's word with for whom, or until when."""
    if verdict is Verdict.CONTINUE and scope:
        return f"继续至{scope}"
    return f"{verdict.label}（{scope}）" if scope else verdict.label


def kept(e: Evidence) -> dict[str, Any]:
    """The evidence as plain JSON; what is not a number is null."""
    return dict(_plain(asdict(e)))


def restored(kept_: Mapping[str, Any]) -> Evidence:
    """The evidence as it was kept. What later versions of the program ask besides has its default."""
    known = {field.name for field in fields(Evidence)}
    values = {name: value for name, value in kept_.items() if name in known}
    for name in ("goal", "equity_gap"):
        values[name] = _effect(values.get(name))
    groups = {side: _effect(effect) for side, effect in values.get("effect_by_group", {}).items()}
    values["effect_by_group"] = {side: effect for side, effect in groups.items() if effect is not None}
    values["guardrails"] = tuple((name, worse, shown) for name, worse, shown in values.get("guardrails", ()))
    values["target_groups"] = tuple(values.get("target_groups", ()))
    return Evidence(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _effect(kept_: Mapping[str, Any] | None) -> Effect | None:
    if kept_ is None:
        return None
    values: dict[str, Any] = dict(kept_)
    for name in ("estimate", "low", "high", "p_welch", "p_permutation", "se", "df"):
        if values.get(name) is None:
            values[name] = math.nan
    return Effect(**values)


def claim(effect: Effect) -> Strength:
    """How strong a sentence may be. Counts are checked again, so no label can lift a single county."""
    return weaker(effect.strength, gate(effect.n_treated, effect.n_comparison))


def goal_of(e: Evidence) -> Effect:
    """The goal effect, for rules below the first, which has made sure of it."""
    assert e.goal is not None
    return e.goal


def says_something(effect: Effect) -> bool:
    return claim(effect) != "descriptive"


def harmful(effect: Effect) -> bool:
    return says_something(effect) and effect.high < 0


def worthwhile(e: Evidence, effect: Effect) -> bool:
    return effect.low > 0 and effect.estimate >= e.smallest_change


def worsened(e: Evidence) -> list[str]:
    return [name for name, worsened, _ in e.guardrails if worsened]


def too_early(e: Evidence) -> bool:
    return e.periods_observed < e.periods_needed


def good_data(e: Evidence) -> bool:
    return e.quality is not None and e.quality >= e.quality_floor


def contradicted(e: Evidence) -> bool:
    """Together it looks one way and in every single group the other (Simpson's paradox)."""
    estimates = [effect.estimate for effect in e.effect_by_group.values()]
    whole = goal_of(e).estimate
    return bool(estimates) and whole != 0 and all(estimate * whole < 0 for estimate in estimates)


def sound(e: Evidence) -> bool:
    """Nothing in the data or the timing forbids a sentence about causes."""
    return good_data(e) and e.coverage_complete and not too_early(e) and not contradicted(e) and e.parallel


def unharmed(e: Evidence) -> list[str]:
    return [g for g, x in e.effect_by_group.items() if says_something(x) and x.estimate > 0 and not harmful(x)]


def any_harmed(e: Evidence) -> bool:
    return any(harmful(effect) for effect in e.effect_by_group.values())


def unequal(e: Evidence) -> bool:
    """The groups differ by their own interval, and the weaker one gets too little out of it."""
    gap, groups = e.equity_gap, e.effect_by_group
    if gap is None or len(groups) < 2 or gap.strength == "descriptive" or not (gap.low > 0 or gap.high < 0):
        return False
    return not worthwhile(e, min(groups.values(), key=lambda effect: effect.estimate))


def better_off(e: Evidence) -> list[str]:
    groups = e.effect_by_group
    good = [name for name, effect in groups.items() if worthwhile(e, effect)]
    return good or [max(groups, key=lambda name: groups[name].estimate)]


def unproven(e: Evidence) -> list[str]:
    """Groups one would promote to without five pilots and five comparison units of their own."""
    wanted = e.target_groups or tuple(e.effect_by_group)
    return [g for g in wanted if g not in e.effect_by_group or claim(e.effect_by_group[g]) != "causal"]


def proven_somewhere(e: Evidence) -> bool:
    groups = e.effect_by_group.values()
    return claim(goal_of(e)) == "causal" and (not groups or any(claim(effect) == "causal" for effect in groups))


def tried(e: Evidence) -> list[str]:
    """The groups with the best evidence there is."""
    for least in ("causal", "indicative"):
        if found := [g for g, x in e.effect_by_group.items() if claim(x) == least]:
            return found
    return []


def among(groups: Sequence[str]) -> str:
    return "、".join(groups) or "与试点同类的地区"
