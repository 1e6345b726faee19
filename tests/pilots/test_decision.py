"""The verdict: every rule with the case it describes and the neighbour it must leave alone."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.periods import Cadence
from core.words import Kind, Verdict
from metrics.comparison import Effect, before_after, equity_gap, gate
from pilots import judging
from pilots.decision import RULES, Decision, Evidence, decide
from pilots.model import Span
from tests.metrics.returns_support import indicator

MOUNTAIN, DEVELOPED = "山区海岛县", "发达地区"


def effect(estimate: float, low: float, high: float, n: tuple[int, int] = (6, 8), **given: Any) -> Effect:
    values: dict[str, Any] = {"p_welch": 0.01, "p_permutation": 0.01, "robust": True, "strength": gate(*n)} | given
    return Effect(estimate, low, high, n_treated=n[0], n_comparison=n[1], **values)


GOOD = effect(3, 1.5, 4.5)
ALONE = effect(3, math.nan, math.nan, (1, 12), robust=False, p_welch=math.nan)


def decided(**change: Any) -> Decision:
    """The verdict on a pilot that deserves 推广, but for what is changed."""
    facts: dict[str, Any] = {
        "goal": GOOD,
        "attainment": 1.1,
        "smallest_change": 1,
        "guardrails": (("投诉率", False, "2.1%，持平"),),
        "quality": 85,
        "periods_observed": 4,
        "periods_needed": 4,
        "coverage_complete": True,
        "indicator": "按时办结率",
        "unit": "个百分点",
        "continue_until": "2027年3月",
    }
    return decide(Evidence(**facts | change))


WORSE = (("投诉率", True, "5.0%，上升"),)
UNMEASURED = (("投诉率", None, "–"),)
BOTH = {DEVELOPED: GOOD, MOUNTAIN: GOOD}

YEAR = {"seasonal": True, "periods_needed": 12}

# rule, the case it describes, the nearest case it must leave alone, and the rule that takes that one
CASES: list[tuple[str, Verdict, dict[str, Any], dict[str, Any], str]] = [
    ("D1", Verdict.UNKNOWN, {"goal": None}, {}, "P2"),
    ("D1", Verdict.UNKNOWN, {"goal": effect(math.nan, math.nan, math.nan)}, {"goal": ALONE}, "S2"),
    ("D2", Verdict.UNKNOWN, {"quality": 69.9}, {"quality": 70}, "P2"),
    ("D2", Verdict.UNKNOWN, {"quality": None}, {"quality": 60, "quality_floor": 60}, "P2"),
    ("D3", Verdict.UNKNOWN, {"coverage_complete": False}, {}, "P2"),
    ("G1", Verdict.STOP, {"guardrails": WORSE, "goal": effect(-0.1, -1, 0.8)}, {"goal": effect(-0.1, -1, 0.8)}, "F2"),
    ("G2", Verdict.IMPROVE, {"guardrails": WORSE}, {}, "P2"),
    (
        "G2",
        Verdict.IMPROVE,
        {"guardrails": WORSE, "goal": effect(-0.1, -1, 0.8), "periods_observed": 3},
        {"guardrails": WORSE, "goal": effect(-0.1, -1, 0.8), "periods_observed": 4},
        "G1",
    ),
    (
        "H1",
        Verdict.IMPROVE,
        {"goal": effect(-2, -3, -1), "periods_observed": 3},
        {"goal": effect(-2, -3, 0.1), "periods_observed": 3},
        "T1",
    ),
    ("T1", Verdict.CONTINUE, {"periods_observed": 3}, {"periods_observed": 4}, "P2"),
    ("T2", Verdict.CONTINUE, {"seasonal": True, "periods_observed": 3}, {"periods_observed": 3}, "T1"),
    ("T2", Verdict.CONTINUE, YEAR | {"periods_observed": 11}, YEAR | {"periods_observed": 12}, "P2"),
    (
        "X1",
        Verdict.UNKNOWN,
        {"effect_by_group": {DEVELOPED: effect(-1, -3, 1), MOUNTAIN: effect(-0.5, -2, 1)}},
        {"effect_by_group": {DEVELOPED: effect(-1, -3, 1), MOUNTAIN: effect(0.5, -2, 3)}},
        "P2",
    ),
    ("X2", Verdict.UNKNOWN, {"parallel": False, "pre_trend": "+2.0%"}, {"pre_trend": "+2.0%"}, "P2"),
    (
        "S1",
        Verdict.IMPROVE,
        {"goal": effect(0, math.nan, math.nan, (1, 12), robust=False)},
        {"goal": effect(0.1, math.nan, math.nan, (1, 12), robust=False)},
        "S2",
    ),
    ("S2", Verdict.UNKNOWN, {"goal": ALONE}, {"goal": effect(3, 1.5, 4.5, (3, 3))}, "P1"),
    ("U1", Verdict.UNKNOWN, {"goal": effect(3, 0.5, 5.5, robust=False)}, {"goal": effect(3, 0.5, 5.5)}, "P2"),
    ("H2", Verdict.STOP, {"goal": effect(-2, -3, -0.1)}, {"goal": effect(-2, -4, 0.1)}, "F2"),
    ("F1", Verdict.IMPROVE, {"goal": effect(0.5, 0.1, 0.9)}, {"goal": effect(0.5, 0.1, 1)}, "U3"),
    ("F2", Verdict.STOP, {"goal": effect(0.1, -0.7, 0.9)}, {"goal": effect(0.1, -0.8, 1)}, "U2"),
    ("U2", Verdict.UNKNOWN, {"goal": effect(3, 0, 6)}, {"goal": effect(3, 0.01, 6)}, "P2"),
    ("U3", Verdict.CONTINUE, {"goal": effect(0.9, 0.2, 1.6)}, {"goal": effect(1, 0.2, 1.8)}, "P2"),
    ("C1", Verdict.IMPROVE, {"cost_exceeded": True, "cost_shown": "每件32元"}, {"cost_shown": "每件12元"}, "P2"),
    ("A1", Verdict.IMPROVE, {"attainment": 0.79}, {"attainment": 0.8}, "P2"),
    ("G3", Verdict.UNKNOWN, {"guardrails": UNMEASURED}, {"guardrails": ()}, "P2"),
    (
        "E1",
        Verdict.PROMOTE_IF,
        {"effect_by_group": {DEVELOPED: GOOD, MOUNTAIN: effect(-2, -3, -1)}},
        {"effect_by_group": {DEVELOPED: GOOD, MOUNTAIN: effect(-2, -4.1, 0.1)}},
        "P2",
    ),
    (
        "E2",
        Verdict.UNKNOWN,
        {"effect_by_group": {DEVELOPED: ALONE, MOUNTAIN: effect(-2, -3, -1)}},
        {"effect_by_group": {DEVELOPED: effect(3, 1, 5, (3, 4)), MOUNTAIN: effect(-2, -3, -1)}},
        "E1",
    ),
    (
        "E3",
        Verdict.PROMOTE_IF,
        {"effect_by_group": {DEVELOPED: GOOD, MOUNTAIN: effect(0.5, -1, 2)}, "equity_gap": effect(2.5, 0.2, 4.8)},
        {"effect_by_group": {DEVELOPED: GOOD, MOUNTAIN: effect(0.5, -1, 2)}, "equity_gap": effect(2.5, -0.2, 5.2)},
        "P2",
    ),
    (
        "E3",
        Verdict.PROMOTE_IF,
        {"effect_by_group": {DEVELOPED: effect(0.5, 0.1, 2), MOUNTAIN: GOOD}, "equity_gap": effect(-2.5, -4.8, -0.2)},
        {"effect_by_group": {DEVELOPED: effect(1, 0.1, 2), MOUNTAIN: GOOD}, "equity_gap": effect(-2, -4, -0.2)},
        "P2",
    ),
    ("P1", Verdict.PROMOTE_IF, {"goal": effect(3, 1.5, 4.5, (4, 90))}, {"goal": effect(3, 1.5, 4.5, (5, 90))}, "P2"),
    (
        "P1",
        Verdict.PROMOTE_IF,
        {"effect_by_group": {DEVELOPED: effect(3, 1, 5, (3, 4)), MOUNTAIN: effect(3, 1, 5, (4, 4))}},
        {"effect_by_group": {DEVELOPED: effect(3, 1, 5, (3, 4)), MOUNTAIN: effect(3, 1, 5, (5, 5))}},
        "E4",
    ),
    (
        "E4",
        Verdict.PROMOTE_IF,
        {"effect_by_group": {DEVELOPED: GOOD}, "target_groups": (DEVELOPED, MOUNTAIN)},
        {"effect_by_group": {DEVELOPED: GOOD}, "target_groups": (DEVELOPED,)},
        "P2",
    ),
    (
        "E4",
        Verdict.PROMOTE_IF,
        {"effect_by_group": {DEVELOPED: GOOD, MOUNTAIN: effect(3, 1, 5, (4, 8))}},
        {"effect_by_group": {DEVELOPED: GOOD, MOUNTAIN: effect(3, 1, 5, (5, 8))}},
        "P2",
    ),
    ("P2", Verdict.PROMOTE, {}, {"quality": 0}, "D2"),
    ("P2", Verdict.PROMOTE, {"effect_by_group": BOTH, "equity_gap": effect(0, -1, 1)}, {"goal": None}, "D1"),
]


@pytest.mark.parametrize("rule, verdict, case, neighbour, other", CASES)
def test_a_rule_takes_its_case_and_leaves_its_neighbour(
    rule: str, verdict: Verdict, case: dict[str, Any], neighbour: dict[str, Any], other: str
) -> None:
    decision = decided(**case)
    assert (decision.rule_id, decision.verdict) == (rule, verdict)
    assert decided(**neighbour).rule_id == other


def test_every_rule_has_a_case_and_a_name_of_its_own() -> None:
    assert [rule.id for rule in RULES] == list(dict.fromkeys(rule.id for rule in RULES))
    assert max(Counter(rule.situation for rule in RULES).values()) == 1
    assert {case[0] for case in CASES} == {rule.id for rule in RULES}
    assert {rule.verdict for rule in RULES} == set(Verdict)


def test_what_blocks_a_judgement_comes_before_what_the_figures_say() -> None:
    bad = {"goal": effect(-2, -3, -1), "guardrails": WORSE}
    assert decided(**bad).verdict is Verdict.STOP
    assert decided(**bad, quality=50).verdict is Verdict.UNKNOWN
    assert decided(**bad, coverage_complete=False).verdict is Verdict.UNKNOWN


# -- what is said ---------------------------------------------------------------


def test_the_sentence_of_a_pilot_that_worked() -> None:
    assert decided().sentence == (
        "与对照地区相比，试点使“按时办结率”改善了3.0个百分点（可信范围+1.5至+4.5个百分点）；"
        "达到值得推广的1.0个百分点，护栏指标没有变差。"
    )
    assert decided().title == "推广"
    assert decided().missing == []


def test_the_sentence_of_a_single_county() -> None:
    decision = decided(goal=ALONE)
    assert decision.sentence == (
        "试点地区的“按时办结率”比对照地区多改善了3.0个百分点；试点1个、对照12个，太少，只能描述，不能断定原因；"
        "要有更多试点和对照地区才能判断。"
    )
    assert decision.title == "尚不能判断"
    assert decision.missing == ["再增加4个试点地区"]
    assert decision.figures["可信范围（95%）"] == "–"


def test_the_sentence_of_three_or_four() -> None:
    decision = decided(goal=effect(3, 1.5, 4.5, (4, 3)))
    assert decision.sentence.startswith("初步看，试点地区的“按时办结率”比对照地区多改善了3.0个百分点")
    assert "试点使" not in decision.sentence
    assert decision.title == "有条件推广（与试点同类的地区）"
    assert decision.missing == ["再增加1个试点地区", "再增加2个对照地区"]


def test_the_sentence_of_a_pilot_that_did_harm() -> None:
    sentence = decided(goal=effect(-2, -3, -1)).sentence
    assert sentence.startswith("与对照地区相比，试点使“按时办结率”变差了2.0个百分点")
    assert decided(goal=effect(0, -0.5, 0.5)).sentence.startswith("试点地区的“按时办结率”与对照地区变化相同")


@pytest.mark.parametrize(
    "change",
    [
        {"quality": 60},
        {"coverage_complete": False},
        {"periods_observed": 1},
        {"goal": effect(3, -0.1, 6)},
        {"goal": effect(3, 1.5, 4.5, robust=False)},
        {"goal": effect(3, 1.5, 4.5, strength="indicative")},
        {"goal": effect(3, 1.5, 4.5, strength="descriptive")},
        {"effect_by_group": {DEVELOPED: effect(-1, -3, 1), MOUNTAIN: effect(-0.5, -2, 1)}},
    ],
)
def test_no_causal_sentence_on_weak_ground(change: dict[str, Any]) -> None:
    assert "试点使" in decided().sentence
    assert "试点使" not in decided(**change).sentence


def test_a_label_cannot_lift_a_single_county() -> None:
    lifted = effect(3, 1.5, 4.5, (1, 12), strength="causal")
    decision = decided(goal=lifted)
    assert (decision.rule_id, "试点使" in decision.sentence) == ("S2", False)
    weak = decided(goal=effect(3, 1.5, 4.5, strength="descriptive"))
    assert "这种比较较弱" in weak.sentence
    assert "太少" not in weak.sentence


def test_titles_carry_for_whom_and_until_when() -> None:
    groups = {DEVELOPED: GOOD, MOUNTAIN: effect(-2, -3, -1)}
    decision = decided(effect_by_group=groups)
    assert (decision.title, decision.scope) == ("有条件推广（发达地区）", DEVELOPED)
    assert "山区海岛县变差" in decision.sentence
    assert decided(periods_observed=1).title == "继续至2027年3月"
    assert decided(periods_observed=1, continue_until="").title == "继续至满4期"
    assert decided(goal=effect(0.9, 0.2, 1.6), continue_until="").title == "继续至满8期"


def test_unequal_groups_name_the_better_one() -> None:
    groups = {MOUNTAIN: effect(0.5, -1, 2), DEVELOPED: effect(2, -0.1, 4.1)}
    assert decided(effect_by_group=groups, equity_gap=effect(1.5, 0.2, 2.8)).scope == DEVELOPED
    weak_gap = effect(1.5, 0.2, 2.8, strength="descriptive")
    assert decided(effect_by_group=groups, equity_gap=weak_gap).verdict is Verdict.PROMOTE


def test_a_seasonal_indicator_is_watched_for_a_year_and_says_until_when() -> None:
    decision = decided(**YEAR, periods_observed=8)
    assert decision.title == "继续至2027年3月"
    assert "“按时办结率”随季节变化，要看满一年（12期），目前只有8期。" in decision.sentence
    assert decision.figures["观察期数"] == "8（要求不少于12，随季节变化的须满一年）"
    assert "再观察4期" in decision.missing


@pytest.mark.parametrize(
    "seasonal, cadence, needed",
    [
        (False, Cadence.MONTH, 2), (False, Cadence.QUARTER, 2),
        (True, Cadence.MONTH, 12), (True, Cadence.QUARTER, 4), (True, Cadence.HALF, 2), (True, Cadence.YEAR, 2),
    ],
)  # fmt: skip
def test_two_cadences_are_needed_and_a_full_year_of_a_seasonal_indicator(
    seasonal: bool, cadence: Cadence, needed: int
) -> None:
    span = Span(date(2026, 3, 1), date(2027, 12, 31))
    asked = indicator(1, "SX20", Kind.RATIO, "预警提前处置率", seasonal=seasonal, cadence=cadence)
    assert judging.needed_of(asked, span) == needed


def test_missing_lists_everything_not_only_what_fired() -> None:
    decision = decided(
        goal=effect(1, -2, 4, (5, 3), robust=False),
        attainment=None,
        quality=40,
        coverage_complete=False,
        periods_observed=1,
        guardrails=UNMEASURED,
    )
    assert decision.rule_id == "D2"
    assert decision.missing == [
        "目标指标的基线值、目标值或当期值",
        "数据质量分达到70",
        "应报地区报全",
        "再观察3期",
        "护栏指标“投诉率”的数据",
        "再增加2个对照地区",
        "两种检验方法一致的结论",
        "更窄的可信范围",
    ]
    assert decided(goal=None).missing == ["试点与对照地区可比的前后数据"]
    assert decided(target_groups=(MOUNTAIN,), effect_by_group={DEVELOPED: GOOD}).missing == [
        "山区海岛县不少于5个试点和5个对照地区"
    ]


def test_figures_are_printed_as_on_the_page() -> None:
    decision = decided(
        goal=effect(3, 1.5, 4.5, placebo_rank=12, placebo_of=3003),
        effect_by_group=BOTH,
        equity_gap=effect(0, -1.25, 1.25),
        cost_shown="每件12元",
    )
    assert decision.figures == {
        "效果（与对照地区相比）": "+3.0个百分点",
        "可信范围（95%）": "+1.5至+4.5个百分点",
        "试点 / 对照": "6 / 8",
        "随意指定试点也有这么大差别的次数": "12 / 3,003",
        "值得推广的最小变化": "1.0个百分点",
        "目标完成度": "110%",
        "数据质量": "85（要求不低于70）",
        "观察期数": "4（要求不少于4）",
        "报送": "完整",
        "护栏：投诉率": "2.1%，持平",
        "发达地区": "+3.0个百分点（+1.5至+4.5个百分点）",
        "山区海岛县": "+3.0个百分点（+1.5至+4.5个百分点）",
        "地区之间的差": "0.0个百分点（-1.3至+1.3个百分点）",
        "成本": "每件12元",
    }


def test_user_text_with_braces_is_only_text() -> None:
    decision = decided(indicator="{quality}", guardrails=(("{0}", True, ""),))
    assert "“{quality}”" in decision.sentence
    assert "“{0}”变差" in decision.sentence


def test_the_smallest_change_must_be_a_size() -> None:
    for bad in (-1, math.nan):
        with pytest.raises(ValueError, match="smallest_change"):
            decided(smallest_change=bad)


def test_from_county_figures_to_the_verdict() -> None:
    """The whole way: a fall in days to settle a case, lower is better, both groups with five and five."""
    pre = [12.0, 11, 13, 12, 12.5, 12, 11.5, 13, 12, 12.5]
    fast = [x - cut for x, cut in zip(pre, [4, 4.4, 3.8, 4.1, 4.3, 1, 0.8, 1.2, 0.9, 1.1], strict=True)]
    slow = [x - cut for x, cut in zip(pre, [1.1, 0.9, 1.3, 1, 0.8, 1, 0.8, 1.2, 0.9, 1.1], strict=True)]
    flags = [True] * 5 + [False] * 5
    groups = {name: before_after(pre, post, flags).oriented(-1) for name, post in ((DEVELOPED, fast), (MOUNTAIN, slow))}
    whole = before_after(pre * 2, fast + slow, flags * 2).oriented(-1)
    decision = decided(
        goal=whole,
        smallest_change=0.5,
        effect_by_group=groups,
        equity_gap=equity_gap(groups[DEVELOPED], groups[MOUNTAIN]),
        indicator="平均办结时长",
        unit="个工作日",
    )
    assert (decision.rule_id, decision.title) == ("E3", "有条件推广（发达地区）")
    assert decision.sentence.startswith("与对照地区相比，试点使“平均办结时长”改善了1.6个工作日")


# -- for all evidence -----------------------------------------------------------

amounts = st.floats(-5, 5).map(lambda x: round(x, 2))


@st.composite
def effects(draw: Any, most: int = 8) -> Effect:
    low, middle, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
    n = draw(st.tuples(st.integers(1, most), st.integers(1, 8)))
    if 1 in n and draw(st.booleans()):
        low = high = math.nan
    return effect(middle, low, high, n, robust=draw(st.booleans()), strength=draw(st.sampled_from(STRENGTHS)))


STRENGTHS = ("causal", "indicative", "descriptive")


def evidences(goals: st.SearchStrategy[Effect | None]) -> st.SearchStrategy[Evidence]:
    return st.builds(
        Evidence,
        goal=goals,
        attainment=st.none() | amounts,
        smallest_change=st.floats(0, 3),
        guardrails=st.lists(
            st.tuples(st.just("投诉率"), st.sampled_from([True, False, None]), st.just("2%")), max_size=2
        ),
        quality=st.none() | st.integers(50, 100),
        periods_observed=st.integers(0, 6),
        coverage_complete=st.booleans(),
        effect_by_group=st.dictionaries(st.sampled_from([DEVELOPED, MOUNTAIN]), effects()),
        equity_gap=st.none() | effects(),
        target_groups=st.sampled_from([(), (DEVELOPED, MOUNTAIN)]),
        cost_exceeded=st.booleans(),
    )


@given(evidences(st.none() | effects()))
@settings(max_examples=300, deadline=None)
def test_every_evidence_gets_a_verdict_that_can_be_printed(evidence: Evidence) -> None:
    decision = decide(evidence)
    assert decision.sentence.endswith("。")
    assert "。" not in decision.sentence[:-1]
    assert decision.next_step.endswith("。")
    for text in (decision.sentence, decision.next_step, *decision.figures.values()):
        assert "nan" not in text
        assert "{" not in text
    if decision.verdict is Verdict.UNKNOWN and decision.rule_id not in ("X1", "E2"):
        assert decision.missing
    if decision.verdict in (Verdict.PROMOTE_IF, Verdict.CONTINUE):
        assert decision.scope


@given(evidences(effects(most=1)))
@settings(max_examples=200, deadline=None)
def test_one_treated_county_never_gets_a_causal_sentence_nor_a_promotion(evidence: Evidence) -> None:
    decision = decide(evidence)
    assert "试点使" not in decision.sentence
    assert decision.verdict not in (Verdict.PROMOTE, Verdict.PROMOTE_IF)


def test_enough_counties_with_a_weaker_comparison_say_what_is_missing() -> None:
    weak = Effect(1.0, 0.0, 1.0, 0.01, 0.01, 5, 5, robust=False, strength="descriptive")
    evidence = Evidence(
        goal=weak, attainment=0.0, smallest_change=0.0, quality=70, periods_observed=2, coverage_complete=True
    )
    decision = decide(evidence)
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.missing == ["有同期对照的前后比较"]
