"""Every sentence of the evaluation page: for the case it describes, and for its neighbour."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.words import Arm, Direction, Kind, TargetKind
from metrics.comparison import Effect, gate
from metrics.model import Indicator
from metrics.promises import TargetView
from pilots import answer_words as words
from pilots import starts, wording
from pilots.answers import Consistency, Distance, Kept, Promise, Strata
from pilots.causes import Cause, Method
from pilots.evidence import Evidence
from pilots.profile import Part, Profile, Transfer, profile
from pilots.verdict_words import fact

NAN = math.nan


def indicator(**change: Any) -> Indicator:
    given: dict[str, Any] = {"unit": "%", "factor": 100, "decimals": 1} | change
    return Indicator(
        1, "SX01", 1, "按时办结率", "", "", Kind.RATIO, given.pop("unit"), "按时办结数", "应办结数", **given
    )


SHARE = indicator()
INSIDE = indicator(direction=Direction.WITHIN, best_min=Decimal(40), best_max=Decimal(60))


def line(value: int, kind: TargetKind = TargetKind.TARGET) -> TargetView:
    return TargetView(kind, Decimal(value), "2026-01", None, "", datetime(2026, 1, 1, tzinfo=UTC))


def effect(estimate: float, low: float, high: float, n: tuple[int, int] = (6, 8), **given: Any) -> Effect:
    values: dict[str, Any] = {"p_welch": 0.01, "p_permutation": 0.01, "robust": True, "strength": gate(*n)} | given
    return Effect(estimate, low, high, n_treated=n[0], n_comparison=n[1], **values)


# -- 1 -----------------------------------------------------------------------------


def promised(
    attained: float | None, value: float | None, *, kind: Kept = Kept.REACH, of: Indicator = SHARE, **lines: int
) -> str:
    measure: Any = SimpleNamespace(
        indicator=of, latest=None if value is None else "2026-06", value=None if value is None else Fraction(str(value))
    )
    baseline = line(lines["baseline"], TargetKind.BASELINE) if "baseline" in lines else None
    target = line(lines["target"]) if "target" in lines else None
    return words.promise_words(measure, Promise(kind, attained, baseline, target, 0, 0))


PROMISES = [
    (promised(None, None, baseline=80, target=90), "还没有一期报送达到要求，不能说是否兑现了承诺。"),
    (promised(None, 85, baseline=80), "2026年6月为85.0%；没有设定目标，不能说是否兑现了承诺。"),
    (promised(None, 91, target=90), "2026年6月为91.0%，已达到目标90.0%（自2026年1月起）；没有基线，走了多少路无从计算。"),
    (promised(None, 90, target=90), "2026年6月为90.0%，已达到目标90.0%（自2026年1月起）；没有基线，走了多少路无从计算。"),
    (promised(None, 89, target=90), "2026年6月为89.0%，还没有达到目标90.0%（自2026年1月起）；没有基线，走了多少路无从计算。"),
    (promised(None, 89, target=90, of=indicator(direction=Direction.LOWER)), "2026年6月为89.0%，已达到目标90.0%（自2026年1月起）；没有基线，走了多少路无从计算。"),
    (promised(1.0, 90, baseline=80, target=90), "2026年6月为90.0%，已达到目标90.0%（自2026年1月起），从基线80.0%（2026年1月）算起走完了 100%。"),
    (promised(0.9999, 90, baseline=80, target=90), "2026年6月为90.0%，还没有达到目标90.0%（自2026年1月起），从基线80.0%（2026年1月）算起走完了 99%。"),
    (promised(0.001, 80, baseline=80, target=90), "2026年6月为80.0%，还没有达到目标90.0%（自2026年1月起），从基线80.0%（2026年1月）算起走完了 不到 1%。"),
    (promised(0.0, 80, baseline=80, target=90), "2026年6月为80.0%，与基线80.0%（2026年1月）持平，还没有向目标90.0%（自2026年1月起）迈进。"),
    (promised(-0.1, 79, baseline=80, target=90), "2026年6月为79.0%，比基线80.0%（2026年1月）还差，离目标90.0%（自2026年1月起）更远了。"),
    (promised(None, 85, baseline=95, target=90), "2026年6月为85.0%；目标90.0%（自2026年1月起）不在基线95.0%（2026年1月）的改善方向上，走了多少路无从计算，请核对基线与目标。"),
    (promised(1.0, 89.5, kind=Kept.HOLD, baseline=90, target=90), "承诺是保持基线90.0%（2026年1月）的水平，变差不超过百分之一；2026年6月为89.5%，守住了。"),
    (promised(0.0, 89, kind=Kept.HOLD, baseline=90, target=90), "承诺是保持基线90.0%（2026年1月）的水平，变差不超过百分之一；2026年6月为89.0%，没有守住。"),
    (promised(1.0, 60, kind=Kept.RANGE, of=INSIDE), "承诺是保持在40.0%至60.0%之间；2026年6月为60.0%，在范围内。"),
    (promised(0.5, 61, kind=Kept.RANGE, of=INSIDE), "承诺是保持在40.0%至60.0%之间；2026年6月为61.0%，还在范围外，离范围比基线近了 50%。"),
    (promised(0.0, 61, kind=Kept.RANGE, of=INSIDE), "承诺是保持在40.0%至60.0%之间；2026年6月为61.0%，在范围外，没有比基线更近。"),
    (promised(None, 61, kind=Kept.RANGE, of=INSIDE), "承诺是保持在40.0%至60.0%之间；2026年6月为61.0%，无从判断。"),
    (promised(1.0, 61, kind=Kept.RANGE, of=indicator(direction=Direction.WITHIN, best_min=Decimal(40))), "承诺是保持在40.0%以上；2026年6月为61.0%，在范围内。"),
    (promised(1.0, 31, kind=Kept.RANGE, of=indicator(direction=Direction.WITHIN, best_max=Decimal(40))), "承诺是保持在40.0%以下；2026年6月为31.0%，在范围内。"),
    (promised(None, 61, kind=Kept.RANGE, of=indicator(direction=Direction.WITHIN)), "2026年6月为61.0%；没有写明什么范围算好，不能说是否兑现了承诺。"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), PROMISES)
def test_promise(said: str, expected: str) -> None:
    assert said == expected


def test_what_was_left_out_and_what_was_changed_are_said_only_when_they_are_there() -> None:
    plain, both = Promise(Kept.REACH, 1, None, None, 0, 0), Promise(Kept.REACH, 1, None, None, 2, 1)
    assert (words.skipped_words(plain), words.changed_words(plain)) == ("", "")
    assert words.skipped_words(both) == "此后有 2 期报送率不足要求，标为不完整，不用来下结论。"
    assert words.changed_words(both) == "目标调整过 1 次，原来的线保留在图中。"


# -- 2 -----------------------------------------------------------------------------


def came(share: float, *, ahead: int = 0, rows: int = 3, **sides: float) -> str:
    table = pd.DataFrame({"code": range(rows), "share": [share] * rows})
    return words.distance_words(Distance(table, share, sides, ahead, 1))


START = "试点地区从自己的起点出发，"
DISTANCES = [
    (came(NAN, rows=0), "没有试点前后都有数据、同类地区又不少于 4 个的试点地区，看不出离自己的起点走了多远。"),
    (came(NAN, ahead=3), "试点地区起点就在同类地区最好的四分之一，没有可以缩小的差距。"),
    (came(0.47), f"{START}补上了到同类地区最好四分之一水平的差距的 47%。"),
    (came(0.9999), f"{START}补上了到同类地区最好四分之一水平的差距的 99%。"),
    (came(1.0), f"{START}正好补上到同类地区最好四分之一水平的差距。"),
    (came(1.2), f"{START}已补上到同类地区最好四分之一水平的差距，并走到它的 120%。"),
    (came(0.0), "试点地区仍在自己的起点，到同类地区最好四分之一水平的差距没有变化。"),
    (came(-0.2), "试点地区比自己的起点还差，到同类地区最好四分之一水平的差距拉大了 20%。"),
    (came(0.5, ahead=2), f"{START}补上了到同类地区最好四分之一水平的差距的 50%（其中 2 个起点就在前沿，不计入）。"),
    (came(0.5, 发达地区=0.6, 山区海岛县=0.4), f"{START}补上了到同类地区最好四分之一水平的差距的 50%；其中发达地区 60%，山区海岛县 40%。"),
    (came(0.5, 发达地区=0.6, 山区海岛县=NAN), f"{START}补上了到同类地区最好四分之一水平的差距的 50%。"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), DISTANCES)
def test_distance(said: str, expected: str) -> None:
    assert said == expected


# -- 3 -----------------------------------------------------------------------------


def seen(goal: Effect | None, **given: Any) -> str:
    facts: dict[str, Any] = {
        "attainment": 1, "smallest_change": 1, "quality": 90, "periods_observed": 4, "periods_needed": 2,
        "coverage_complete": True, "indicator": "按时办结率", "unit": "个百分点",
    }  # fmt: skip
    return fact(Evidence(goal=goal, **facts | given))


CLEAR = effect(3, 1.5, 4.5)
CAUSES = [
    (seen(None), ""),
    (seen(CLEAR), "与对照地区相比，试点使“按时办结率”改善了3.0个百分点（可信范围+1.5至+4.5个百分点）"),
    (seen(effect(-3, -4.5, -1.5)), "与对照地区相比，试点使“按时办结率”变差了3.0个百分点（可信范围-4.5至-1.5个百分点）"),
    (seen(effect(3, -0.1, 6.1)), "试点地区的“按时办结率”比对照地区多改善了3.0个百分点（可信范围-0.1至+6.1个百分点）"),
    (seen(effect(3, 1.5, 4.5, robust=False)), "试点地区的“按时办结率”比对照地区多改善了3.0个百分点（可信范围+1.5至+4.5个百分点）"),
    (seen(CLEAR, parallel=False), "试点地区的“按时办结率”比对照地区多改善了3.0个百分点（可信范围+1.5至+4.5个百分点）"),
    (seen(CLEAR, quality=69), "试点地区的“按时办结率”比对照地区多改善了3.0个百分点（可信范围+1.5至+4.5个百分点）"),
    (seen(CLEAR, coverage_complete=False), "试点地区的“按时办结率”比对照地区多改善了3.0个百分点（可信范围+1.5至+4.5个百分点）"),
    (seen(effect(3, 1.5, 4.5, (4, 8))), "初步看，试点地区的“按时办结率”比对照地区多改善了3.0个百分点（可信范围+1.5至+4.5个百分点）"),
    (seen(effect(3, 1.5, 4.5, (5, 5))), "与对照地区相比，试点使“按时办结率”改善了3.0个百分点（可信范围+1.5至+4.5个百分点）"),
    (seen(effect(3, 1.5, 4.5, (2, 8))), "试点地区的“按时办结率”比对照地区多改善了3.0个百分点；试点2个、对照8个，太少，只能描述，不能断定原因"),
    (seen(effect(3, 1.5, 4.5, (3, 8))), "初步看，试点地区的“按时办结率”比对照地区多改善了3.0个百分点（可信范围+1.5至+4.5个百分点）"),
    (seen(effect(0, -1, 1)), "试点地区的“按时办结率”与对照地区变化相同（可信范围-1.0至+1.0个百分点）"),
    (seen(effect(3, 1, 5, strength="descriptive"), association=True), "试点地区的“按时办结率”现状比同类对照地区好3.0个百分点；没有试点前的数据，这只是关联，不能断定原因"),
    (seen(effect(-3, -5, -1, strength="descriptive"), association=True), "试点地区的“按时办结率”现状比同类对照地区差3.0个百分点；没有试点前的数据，这只是关联，不能断定原因"),
    (seen(effect(0, -1, 1, strength="descriptive"), association=True), "试点地区的“按时办结率”现状与同类对照地区相同；没有试点前的数据，这只是关联，不能断定原因"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), CAUSES)
def test_cause(said: str, expected: str) -> None:
    assert said == expected


@given(
    st.floats(-50, 50), st.floats(0, 5), st.integers(1, 40), st.booleans(), st.sampled_from(["causal", "indicative"])
)
def test_one_treated_county_never_gets_a_causal_sentence(
    estimate: float, half: float, against: int, robust: bool, label: str
) -> None:
    """Whatever the interval says and whatever label the effect carries."""
    alone = effect(estimate, estimate - half, estimate + half, (1, against), robust=robust, strength=label)
    said = seen(alone)
    assert "试点使" not in said
    assert said.endswith("太少，只能描述，不能断定原因")


PRE = "在试点前做同样的比较，差为"
PRE_TRENDS = [
    (Cause(pre_periods=2), "试点前只有 2 期数据，不足 3 期，看不出两边原来是否同步。"),
    (Cause(pre_periods=3), "试点前没有两边都可比的数据，看不出两边原来是否同步。"),
    (Cause(pre_periods=3, placebo=effect(0.2, NAN, NAN, (1, 8), robust=False)), "试点前后半段与前半段相比，两边变化之差为+0.2个百分点（无法给出区间）；单位太少，不能说两边原来是否同步。"),
    (Cause(pre_periods=3, placebo=effect(0.2, -0.5, 0.9)), f"{PRE}+0.2个百分点（-0.5 至 +0.9），没有看出两边不同步；但这不能证明没有试点时两边会一直同步。"),
    (Cause(pre_periods=3, placebo=effect(2, 0.5, 3.5)), f"{PRE}+2.0个百分点（+0.5 至 +3.5），两边原来就不同步；看到的差别可能是原来的走势，不能归于试点。"),
    (Cause(pre_periods=3, placebo=effect(2, 0.5, 3.5, robust=False)), f"{PRE}+2.0个百分点（+0.5 至 +3.5），两边可能原来就不同步，换一种检验又看不出来；下面的效果要谨慎看。"),
]  # fmt: skip


@pytest.mark.parametrize(("cause", "expected"), PRE_TRENDS)
def test_pre_trend(cause: Cause, expected: str) -> None:
    assert words.pre_trend_words(SHARE, cause) == expected
    assert cause.parallel is not ("不能归于试点" in expected)


METHODS = [
    (Cause(), "试点与对照地区没有可比的前后数据，不能比较。"),
    (Cause(Method.BEFORE_AFTER, effect(1, 0, 2, (3, 3))), "试点地区同时启动，有试点前的数据（试点 3 个、对照 3 个），所以比较两边试点前后的变化之差，区间为韦尔奇 95% 区间，并用随机重排复核。"),
    (Cause(Method.BEFORE_AFTER, effect(1, 0, 2, (2, 9))), "试点地区同时启动，有试点前的数据（试点 2 个、对照 9 个），所以只比较变化之差，并看随意指定试点地区时有多少次差别同样大。"),
    (Cause(Method.STAGGERED, effect(1, 0, 2), batches=2), "试点地区分 2 批启动，各批从自己启动的那一期算起，只与当时尚未启动的地区比较，再按批次大小平均（试点 6 个、对照 8 个）。"),
    (Cause(Method.MATCHED, effect(1, 0, 2)), "试点地区没有试点前的数据，只能与同类型的对照地区比现状（试点 6 个、对照 8 个，按地区类型配对加权）；这只是关联，不能说明谁造成了谁。"),
]  # fmt: skip


@pytest.mark.parametrize(("cause", "expected"), METHODS)
def test_the_method_gives_its_reason(cause: Cause, expected: str) -> None:
    assert cause.reason == expected


def test_a_placebo_rank_infers_nothing_below_three_units() -> None:
    rank = {"placebo_rank": 1, "placebo_of": 13}
    head = "随意指定同样多的试点地区，13 种情形里有 1 种差别同样大（含实际这一种）"
    assert (
        words.placebo_words(effect(3, NAN, NAN, (1, 12), **rank))
        == f"{head}；试点或对照不足 3 个，只列出这个位次，不作推断。"
    )
    assert words.placebo_words(effect(3, 1, 5, (3, 12), **rank)) == f"{head}。"
    assert words.placebo_words(effect(3, 1, 5)) == ""
    assert words.placebo_words(None) == ""


def test_not_robust_says_which_test_saw_what() -> None:
    assert words.robust_words(CLEAR) == ""
    assert words.robust_words(None) == ""
    assert words.robust_words(effect(3, NAN, NAN, (1, 9), robust=False, p_welch=NAN)) == ""
    assert words.robust_words(effect(3, 1, 5, robust=False, p_welch=0.04, p_permutation=0.06)) == (
        "不稳健：按区间看得出差别，按随机重排看不出差别，两种检验不一致，不能据此下结论。"
    )
    assert words.robust_words(effect(3, -1, 5, robust=False, p_welch=0.06, p_permutation=0.04)) == (
        "不稳健：按区间看不出差别，按随机重排看得出差别，两种检验不一致，不能据此下结论。"
    )


SIMPSON = [
    (Strata(1.84, 1.02, 2, {"发达地区": 1, "山区海岛县": 1}), ""),
    (Strata(1.84, 0.905, 2, {"发达地区": 1, "山区海岛县": -1}), "总体与分组方向相反：不分地区类型，试点与对照的比值比为 1.84；按地区类型分层（曼特尔–亨塞尔法）为 0.91。两类地区的构成不同，总体比较会误导，以分层为准。"),
    (Strata(1, 1, 2, {"发达地区": -1, "山区海岛县": -0.5}), "总体与分组方向相反：合在一起看是 +2.0个百分点，分开看是 发达地区 -1.0个百分点、山区海岛县 -0.5个百分点（正为改善）。以分组为准。"),
    (Strata(1, 1, 2, {"发达地区": -1, "山区海岛县": 0.5}), ""),
    (Strata(1, 1, 2, {"发达地区": -1}), ""),
    (Strata(1, 1, NAN, {}), ""),
]  # fmt: skip


@pytest.mark.parametrize(("found", "expected"), SIMPSON)
def test_simpson(found: Strata, expected: str) -> None:
    assert words.simpson_words(SHARE, found) == expected


# -- 4 -----------------------------------------------------------------------------


def course(*rows: tuple[str, float, float, float], of: Indicator = SHARE, arm: str = Arm.PILOT.value) -> str:
    table = pd.DataFrame(
        [(arm, *row, 3, 3) for row in rows],
        columns=["arm", "period", "estimate", "low", "high", "n_first", "n_second"],
    )
    return words.gap_words(of, table, "2026-01")


LOWER = indicator(direction=Direction.LOWER)
GAPS = [
    (course(), "试点地区只有一类，或某一类没有数据，没有两类地区之间的差距可看。"),
    (course(("2026-02", 3, 1, 5), arm=Arm.COMPARISON.value), "试点地区只有一类，或某一类没有数据，没有两类地区之间的差距可看。"),
    (course(("2026-02", 3, 1, 5)), "2026年2月，发达地区试点县比山区海岛县好 3.0个百分点（1.0至5.0）。"),
    (course(("2026-02", -3, -5, -1)), "2026年2月，山区海岛县试点县比发达地区好 3.0个百分点（1.0至5.0）。"),
    (course(("2026-02", -3, -5, -1), of=LOWER), "2026年2月，发达地区试点县比山区海岛县好 3.0个百分点（1.0至5.0）。"),
    (course(("2026-02", 3, -1, 7)), "2026年2月，发达地区试点县比山区海岛县好 3.0个百分点（-1.0至+7.0），区间包含零。"),
    (course(("2026-02", 3, NAN, NAN)), "2026年2月，发达地区试点县比山区海岛县好 3.0个百分点（单位太少，没有区间）。"),
    (course(("2026-02", 0, -1, 1)), "2026年2月，两类地区试点县相同。"),
    (course(("2025-12", 4, 2, 6), ("2026-02", 3, 1, 5)), "2026年2月，发达地区试点县比山区海岛县好 3.0个百分点（1.0至5.0）；试点前最后一期相差 4.0个百分点，差距缩小。"),
    (course(("2025-12", 2, 1, 3), ("2026-02", 3, 1, 5)), "2026年2月，发达地区试点县比山区海岛县好 3.0个百分点（1.0至5.0）；试点前最后一期相差 2.0个百分点，差距扩大。"),
    (course(("2025-12", 3, 1, 5), ("2026-02", 3, 1, 5)), "2026年2月，发达地区试点县比山区海岛县好 3.0个百分点（1.0至5.0）；试点前最后一期相差 3.0个百分点，差距没有变化。"),
    (course(("2025-12", -3, -5, -1), ("2026-02", 3, 1, 5)), "2026年2月，发达地区试点县比山区海岛县好 3.0个百分点（1.0至5.0）；试点前最后一期相差 3.0个百分点，但好的是山区海岛县，方向反了过来。"),
    (course(("2025-12", -3, -5, -1), ("2026-02", 3, 1, 5), of=LOWER), "2026年2月，山区海岛县试点县比发达地区好 3.0个百分点（1.0至5.0）；试点前最后一期相差 3.0个百分点，但好的是发达地区，方向反了过来。"),
    (course(("2025-12", -3, -5, -1), ("2026-02", 0, -1, 1)), "2026年2月，两类地区试点县相同；试点前最后一期相差 3.0个百分点，差距缩小。"),
    (course(("2025-12", 3, 1, 5)), "2025年12月，发达地区试点县比山区海岛县好 3.0个百分点（1.0至5.0）。"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), GAPS)
def test_gap(said: str, expected: str) -> None:
    assert said == expected


def compared(gap: Effect | None, **sides: Effect) -> str:
    measure: Any = SimpleNamespace(indicator=SHARE, by_side=sides, gap=gap)
    return wording.compare_words(measure)


BOTH = {"发达地区": effect(4, 2, 6), "山区海岛县": effect(3, 1, 5)}
EACH = "发达地区试点效果为+4.0个百分点（+2.0 至 +6.0），山区海岛县为+3.0个百分点（+1.0 至 +5.0）。"
SIDES = [
    (compared(None), "还没有可比的试点与对照数据。"),
    (compared(None, 发达地区=CLEAR), "试点和对照都有数据的只有发达地区一类，不能比较两类地区。"),
    (compared(effect(1, 0.2, 1.8), **BOTH), f"{EACH}两类之差为+1.0个百分点（+0.2 至 +1.8），差别是清楚的。"),
    (compared(effect(-1, -1.8, -0.2), **BOTH), f"{EACH}两类之差为-1.0个百分点（-1.8 至 -0.2），差别是清楚的。"),
    (compared(effect(1, 0, 2), **BOTH), f"{EACH}两类之差为+1.0个百分点（0.0 至 +2.0），区间包含零，不能说两类地区的效果不同。"),
    (compared(effect(1, NAN, NAN), **BOTH), f"{EACH}单位太少，两类之差无法给出区间。"),
    (compared(None, **BOTH), f"{EACH}单位太少，两类之差无法给出区间。"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), SIDES)
def test_both_sides_are_compared_by_their_own_interval(said: str, expected: str) -> None:
    assert said == expected


@pytest.mark.parametrize(
    ("n", "robust", "claim"),
    [
        ((5, 5), True, "可作因果判断"),
        ((4, 9), True, "仅作初步判断"),
        ((9, 3), False, "仅作初步判断，不稳健"),
        ((2, 9), True, "仅作描述"),
    ],
)
def test_how_much_may_be_claimed(n: tuple[int, int], robust: bool, claim: str) -> None:
    found = effect(3, 1, 5, n, robust=robust)
    assert wording.claim_words(found) == claim
    head, comma, doubt = claim.partition("，")
    measure: Any = SimpleNamespace(effect=found)
    assert wording.strength_words(measure) == f"{head}（试点 {n[0]}，对照 {n[1]}）{comma}{doubt}"
    assert wording.strength_words(SimpleNamespace(effect=None)) == "没有可比的前后数据"  # type: ignore[arg-type]


# -- 5 -----------------------------------------------------------------------------

WEIGHTS = {
    "证据强度": 25,
    "各地一致": 20,
    "两类地区均衡": 15,
    "移植难易": 15,
    "成本与人力": 10,
    "支持度": 10,
    "数据就绪": 5,
}


def test_the_profile_has_its_seven_parts_and_none_of_them_is_zero_for_want_of_data() -> None:
    found = profile(None, True, {}, Consistency(0, 0), Transfer())
    assert {part.label: part.weight for part in found.parts} == WEIGHTS
    assert sum(WEIGHTS.values()) == 100
    assert [part.share for part in found.parts] == [None] * 7
    assert (found.points, found.known) == (0, 0)
    assert words.profile_words(found) == (
        "证据强度、各地一致、两类地区均衡、移植难易、成本与人力、支持度、数据就绪都没有数据，不能说换个地方行不行。"
    )


def test_the_total_is_that_of_the_known_parts() -> None:
    sides = {"发达地区": effect(4, 2, 6), "山区海岛县": effect(3, 1, 5)}
    known = Transfer(data=(3, 5), free=(4, 5), duties=(2, 4), planned=100, spent=120)
    found = profile(CLEAR, True, sides, Consistency(9, 10), known)
    assert {part.label: part.points for part in found.parts} == {
        "证据强度": 25, "各地一致": 18, "两类地区均衡": 11.25, "移植难易": pytest.approx(9.75), "成本与人力": pytest.approx(8), "支持度": None,
        "数据就绪": 3,
    }  # fmt: skip
    assert found.known == 90
    assert words.profile_words(found) == "有数据的部分满分 90，得 75；支持度没有数据，没有按零分算，也没有计入。"
    whole = profile(CLEAR, True, sides, Consistency(9, 10), Transfer((3, 5), (4, 5), (2, 4), (1, 2), 100, 120))
    assert words.profile_words(whole) == "有数据的部分满分 100，得 80，七个部分都有数据。"


EVIDENCE = [
    (CLEAR, True, 25, "可作因果判断，改善清楚"),
    (effect(3, 1.5, 4.5, robust=False), True, 12.5, "可作因果判断，改善还不清楚"),
    (effect(3, 0, 6), True, 12.5, "可作因果判断，改善还不清楚"),
    (CLEAR, False, 12.5, "可作因果判断，改善清楚，试点前走势不同步"),
    (effect(3, 1.5, 4.5, (4, 4)), True, 15, "只够初步判断，改善清楚"),
    (effect(3, NAN, NAN, (1, 9), robust=False), True, 2.5, "只能描述，改善还不清楚"),
    (effect(0, -1, 1), True, 0, "可作因果判断，没有看到改善"),
]


@pytest.mark.parametrize(("goal", "parallel", "points", "why"), EVIDENCE)
def test_the_part_of_evidence(goal: Effect, parallel: bool, points: float, why: str) -> None:
    part = profile(goal, parallel, {}, Consistency(0, 0), Transfer()).parts[0]
    assert part.points == pytest.approx(points)
    assert part.why == why


def part_of(label: str, **given: Any) -> Part:
    asked: dict[str, Any] = {"by_side": {}, "consistent": Consistency(0, 0), "transfer": Transfer()} | given
    found: Profile = profile(None, True, asked["by_side"], asked["consistent"], asked["transfer"])
    return next(part for part in found.parts if part.label == label)


def test_each_part_says_what_it_rests_on() -> None:
    two = {"发达地区": effect(4, 2, 6), "山区海岛县": effect(-1, -3, 1)}
    cases = [
        (part_of("各地一致", consistent=Consistency(1, 1)), None, "不足 2 个试点地区有可比数据，谈不上一致"),
        (part_of("各地一致", consistent=Consistency(0, 2)), 0, "0 / 2 个试点地区好于同类对照地区的平均变化"),
        (part_of("两类地区均衡", by_side={"发达地区": CLEAR}), None, "只有一类地区有可比数据"),
        (part_of("两类地区均衡", by_side=two), 0, "山区海岛县的效果是发达地区的 0%"),
        (
            part_of("两类地区均衡", by_side={"发达地区": effect(-4, -6, -2), "山区海岛县": effect(0, -1, 1)}),
            0,
            "两类地区都没有改善",
        ),
        (part_of("移植难易", transfer=Transfer(duties=(1, 2))), 7.5, "1 / 2 项权责已确认"),
        (part_of("移植难易"), None, "场景没有登记所需数据和权责清单"),
        (part_of("成本与人力", transfer=Transfer(planned=100, spent=100)), 10, "已支出预算的 100%"),
        (part_of("成本与人力", transfer=Transfer(planned=100, spent=150)), 5, "已支出预算的 150%，超支"),
        (part_of("成本与人力", transfer=Transfer(planned=0, spent=0)), None, "没有登记预算和支出"),
        (part_of("支持度", transfer=Transfer(feedback=(0, 3))), 0, "0 / 3 条反馈已答复"),
        (part_of("支持度"), None, "还没有收到反馈"),
        (part_of("数据就绪", transfer=Transfer(data=(5, 5))), 5, "所需数据 5 / 5 项已接入"),
        (part_of("数据就绪"), None, "场景没有登记所需数据"),
    ]
    assert [(part.points, part.why) for part, *_ in cases] == [(points, why) for _, points, why in cases]


def test_consistency() -> None:
    assert words.consistency_words(Consistency(0, 0)) == "没有可比的试点地区。"
    assert words.consistency_words(Consistency(2, 3)) == "3 个试点地区中，2 个的变化好于同类对照地区的平均变化。"


def test_small_places_are_a_question_and_not_a_verdict() -> None:
    names = {"a": "安吉县", "b": "德清县", "c": "长兴县"}

    def said(*beyond: str) -> str:
        return words.small_words(pd.DataFrame({"code": list(names)[: len(beyond)], "beyond": beyond}), names)

    assert words.small_words(None, names) == "这个指标不是事项的比例，或不足 3 个试点地区有数据，不画漏斗图。"
    assert said("", "", "") == "3 个试点地区都在随机波动的范围（95%）以内，高低不说明好坏。"
    assert said("95", "", "") == "安吉县超出 95% 但未超出 99.8%，可能只是偶然。"
    assert said("99.8", "95", "") == (
        "安吉县超出 99.8% 的波动范围，值得去问为什么；德清县超出 95% 但未超出 99.8%，可能只是偶然。"
    )
    many = {str(number): f"第{number}县" for number in range(1, 8)}
    for count, end in ((6, "第6县"), (7, "第6县等 7 个")):
        frame = pd.DataFrame({"code": list(many)[:count], "beyond": ["95"] * count})
        assert words.small_words(frame, many) == (
            f"第1县、第2县、第3县、第4县、第5县、{end}超出 95% 但未超出 99.8%，可能只是偶然。"
        )


# -- counties that started at different times --------------------------------------------


def since(*rows: tuple[int, float, float, float, int]) -> starts.Averages:
    names = ["event_time", "estimate", "low", "high", "n_treated"]
    return starts.Averages(pd.DataFrame(rows, columns=names), pd.DataFrame())


SHARED: Any = SimpleNamespace(indicator=SHARE)
AFTER = [(0, 1.0, 0.2, 1.8, 5), (3, 4.0, 2.0, 6.0, 2)]
ALIGNED = (
    "按各地自己的启动时间对齐：启动当期平均+1.0个百分点，启动后第3期平均+4.0个百分点（只含已走到这一期的2个地区）。"
)


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([(-2, 0.1, -0.5, 0.7, 5), *AFTER], ALIGNED + starts.NOT_PROOF),
        ([(-2, 0.1, -0.5, 0.0, 5), *AFTER], ALIGNED + starts.NOT_PROOF),  # a bound of exactly 0 still includes it
        ([(-2, -0.4, -0.7, -0.1, 5), *AFTER], ALIGNED + "启动前有1期的区间不含 0，两边在启动前可能已不同步。"),
        ([(-2, 0.1, math.nan, math.nan, 5), *AFTER], ALIGNED),  # no interval, nothing said about the time before
        (AFTER[:1], "按各地自己的启动时间对齐：启动当期平均+1.0个百分点。"),
        ([(-2, 0.1, -0.5, 0.7, 5)], ""),
    ],
)  # fmt: skip
def test_how_an_effect_grew_since_each_start(rows: list[tuple[int, float, float, float, int]], sentence: str) -> None:
    assert starts.said(SHARED, since(*rows)) == sentence
