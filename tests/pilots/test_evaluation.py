"""What a pilot's page and report show, on figures whose answer is known beforehand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from sqlmodel import select

from core import clock
from core.numbers import to_micro
from core.periods import Period
from core.words import Arm, Side, TargetKind, Verdict
from db.session import write
from db.tables import IndicatorRow, Pilot, PilotVerdict, RegionGroup, Target
from pilots import judging, queries, service, stages
from pilots.decision import decide
from pilots.evaluation import Evaluation, Measure, Span
from tests.pilots.support import DEVELOPED, MOUNTAIN, Figure, fill, indicator, move, running
from tests.support import Cast, count_queries

WIDE = {"pilots": DEVELOPED[:5], "comparisons": DEVELOPED[5:]}


def evaluated(cast: Cast, figure: Figure, **changes: object) -> tuple[Evaluation, Measure]:
    pilot_id = running(cast, **changes)
    fill(pilot_id, figure)
    evaluation = queries.evaluate(cast.li_staff, pilot_id)
    assert evaluation is not None and evaluation.goal is not None
    return evaluation, evaluation.goal


def test_a_total_is_the_sum_of_numerators_over_the_sum_of_denominators(cast: Cast) -> None:
    # 90 of 100 and 100 of 1,000: 17.27 %, where the mean of the percentages would be 50 %.
    _, goal = evaluated(cast, lambda code, *_: (90, 100) if code == DEVELOPED[0] else (100, 1000))
    assert goal.value == Fraction(190 * 100, 1100)
    assert (goal.n, goal.d) == (190_000_000, 1_100_000_000)


def test_missing_is_not_zero_and_below_the_floor_a_period_is_incomplete(cast: Cast) -> None:
    def figure(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int] | None:
        return None if code == DEVELOPED[0] and period >= Period.parse("2026-05") else (80, 100)

    _, goal = evaluated(cast, figure)
    assert goal.latest == "2026-04"  # in May and June one of two pilots is missing: 50 % < 80 %
    assert goal.coverage == (2, 2)
    assert goal.value == 80
    june = goal.groups[(goal.groups.period == "2026-06") & (goal.groups.arm == Arm.PILOT) & (goal.groups.side == "")]
    assert (june.value.item(), june.reported.item(), june.expected.item(), bool(june.incomplete.item())) == (
        80,
        1,
        2,
        True,
    )


def test_attainment_is_the_share_of_the_way(cast: Cast) -> None:
    evaluation, goal = evaluated(
        cast, lambda code, arm, period, after: (84, 100) if code == DEVELOPED[0] else (88, 100)
    )
    assert goal.attained == pytest.approx(0.6)  # 86 on the way from 80 to 90
    assert goal.attained_by == pytest.approx({DEVELOPED[0]: 0.4, DEVELOPED[1]: 0.8})
    assert [unit.code for unit in evaluation.units if unit.arm is Arm.PILOT] == sorted(DEVELOPED[:2])


def test_a_baseline_beyond_its_target_gives_no_attainment_and_no_broken_page(cast: Cast) -> None:
    pilot_id = running(cast)
    fill(pilot_id, lambda code, *_: (85, 100))
    indicator_id = indicator("SX01")
    with write() as session:  # entered for one county before the common target was lowered below it
        collection_id = session.get_one(Pilot, pilot_id).collection_id
        session.add(
            Target(
                collection_id=collection_id,
                indicator_id=indicator_id,
                region_code=DEVELOPED[0],
                kind=TargetKind.BASELINE,
                value=to_micro(96),
                from_period="2025-03",
                reason="本县口径调整",
                set_at=clock.now(),
            )
        )
    evaluation = queries.evaluate(cast.li_staff, pilot_id)
    assert evaluation is not None
    assert evaluation.goal is not None
    assert evaluation.goal.attained == pytest.approx(0.5)
    assert evaluation.goal.attained_by == pytest.approx({DEVELOPED[1]: 0.5})


def test_the_effect_is_the_difference_of_the_differences(cast: Cast) -> None:
    wiggle = dict(zip(DEVELOPED, itertools.cycle((0, 1, 2, 3)), strict=False))

    def figure(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int]:
        gain = (8 if arm is Arm.PILOT else 3) if after else 0
        return 70 + gain + (wiggle[code] if after else 0), 100

    evaluation, goal = evaluated(cast, figure, **WIDE)
    assert goal.effect is not None
    expected = 5 + sum(wiggle[c] for c in DEVELOPED[:5]) / 5 - sum(wiggle[c] for c in DEVELOPED[5:]) / 5
    assert goal.effect.estimate == pytest.approx(expected)
    assert goal.effect.low < expected < goal.effect.high
    assert (goal.effect.n_treated, goal.effect.n_comparison, goal.effect.strength) == (5, 5, "causal")
    assert set(goal.by_side) == {Side.DEVELOPED.label}
    assert goal.gap is None
    assert evaluation.decision is not None


def test_one_treated_county_is_described_and_never_explained(cast: Cast) -> None:
    evaluation, goal = evaluated(
        cast,
        lambda code, arm, period, after: (95, 100) if arm is Arm.PILOT and after else (70, 100),
        pilots=DEVELOPED[:1],
        comparisons=DEVELOPED[2:],
    )
    assert goal.effect is not None and evaluation.decision is not None
    assert goal.effect.strength == "descriptive"
    assert "试点使" not in evaluation.decision.sentence
    assert "不能断定原因" in evaluation.decision.sentence
    assert evaluation.decision.verdict is Verdict.UNKNOWN


def test_a_period_in_which_the_pilot_began_part_way_belongs_to_neither_side() -> None:
    middle = Span(date(2025, 7, 15), date(2026, 6, 30))
    assert (middle.starting, middle.first_post) == ("2025-07", "2025-08")
    first = Span(date(2025, 7, 1), date(2026, 6, 30))
    assert (first.starting, first.first_post) == ("2025-07", "2025-07")


def test_the_two_sides_have_their_own_effects_and_an_interval_between_them(cast: Cast) -> None:
    def figure(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int]:
        gain = 0 if arm is Arm.COMPARISON or not after else 10 if code in DEVELOPED else 4
        return 700 + 10 * gain + int(code) % 7 * (3 if after else 1), 1000

    _, goal = evaluated(cast, figure, pilots=DEVELOPED[:3] + MOUNTAIN[:3], comparisons=DEVELOPED[3:6] + MOUNTAIN[3:6])
    developed, mountain = goal.by_side[Side.DEVELOPED.label], goal.by_side[Side.UNDERDEVELOPED.label]
    assert developed.strength == mountain.strength == "indicative"
    assert goal.gap is not None
    assert goal.gap.estimate == pytest.approx(developed.estimate - mountain.estimate)
    assert goal.gap.low < goal.gap.estimate < goal.gap.high


def test_reclassifying_a_county_later_changes_no_earlier_figure(cast: Cast) -> None:
    pilot_id = running(
        cast, start_on=date(2023, 7, 1), end_on=date(2024, 6, 30), pilots=[DEVELOPED[0], MOUNTAIN[0]],
        comparisons=[DEVELOPED[2], MOUNTAIN[1]],
    )  # fmt: skip
    fill(pilot_id, lambda code, *_: (80, 100), before="2024-07")

    def figures() -> tuple[list[object], list[tuple[str, str]]]:
        found = queries.evaluate(cast.li_staff, pilot_id)
        assert found is not None and found.goal is not None
        return found.goal.groups.to_numpy().tolist(), [(unit.code, unit.group) for unit in found.units]

    before = figures()
    assert ("331127", "山区26县") in before[1]
    with write() as session:  # 景宁 leaves the list in 2025
        spell = session.exec(
            select(RegionGroup).where(RegionGroup.region_code == "331127", RegionGroup.name == "山区海岛县")
        ).one()
        spell.valid_to = date(2025, 12, 31)
    assert figures() == before


class TestACounty:
    def test_sees_its_own_figures_only(self, cast: Cast) -> None:
        pilot_id = running(cast)
        fill(pilot_id, lambda code, *_: (81, 100) if code == "330523" else (55, 100))
        own = queries.evaluate(cast.wang_anji, pilot_id)
        assert own is not None
        assert [unit.code for unit in own.units] == ["330523"]
        assert own.own_only
        assert own.decision is None
        [goal] = own.measures
        assert (goal.effect, goal.gap, goal.by_side) == (None, None, {})
        assert set(goal.counties.code) == {"330523"}
        assert goal.value == 81
        assert set(own.returns.code) == {"330523"}

    def test_that_takes_no_part_sees_nothing(self, cast: Cast) -> None:
        pilot_id = running(cast, pilots=DEVELOPED[1:2], comparisons=DEVELOPED[2:3])
        assert queries.evaluate(cast.wang_anji, pilot_id) is None
        assert queries.pilots(cast.wang_anji) == []
        assert [pilot.id for pilot in queries.pilots(cast.zhao_deqing)] == [pilot_id]

    def test_does_not_see_a_design(self, cast: Cast) -> None:
        pilot_id = running(cast)
        assert queries.design_of(cast.wang_anji, pilot_id) is None


def test_judges_see_no_pilot(cast: Cast) -> None:
    pilot_id = running(cast)
    assert queries.pilots(cast.sun_judge) == []
    assert queries.pilot(cast.sun_judge, pilot_id) is None
    assert queries.evaluate(cast.sun_judge, pilot_id) is None


def test_drafts_do_not_count(cast: Cast) -> None:
    evaluation, _ = evaluated(cast, lambda code, arm, period, after: None)
    assert evaluation.goal is not None
    assert evaluation.goal.latest is None
    assert evaluation.decision is not None
    assert evaluation.decision.verdict is Verdict.UNKNOWN


def test_lists_cost_the_same_whatever_their_length(cast: Cast) -> None:
    first = running(cast)
    with count_queries() as one:
        assert len(queries.pilots(cast.li_staff)) == 1
    scenario_id = queries.pilots(cast.li_staff)[0].scenario_id
    from tests.pilots.support import pilot_in

    for number in range(2):
        service.design(cast.li_staff, pilot_in(scenario_id, cast, name=f"另一个试点{number}"))
    with count_queries() as three:
        assert len(queries.pilots(cast.li_staff)) == 3
    assert len(one) == len(three)
    move(cast.li_staff, first, stages.EVALUATE)


def test_a_seasonal_goal_is_watched_for_twelve_months_and_the_quality_of_then_is_kept(cast: Cast) -> None:
    pilot_id = running(cast, **WIDE)
    with write() as session:
        session.exec(select(IndicatorRow).where(IndicatorRow.code == "SX01")).one().seasonal = True
    fill(pilot_id, lambda code, arm, period, after: (91 if after and arm is Arm.PILOT else 80, 100))
    evaluation = queries.evaluate(cast.li_staff, pilot_id)
    assert evaluation is not None and evaluation.goal is not None and evaluation.decision is not None
    goal = evaluation.goal
    whole = judging.evidence_of(evaluation, goal)
    assert (whole.periods_observed, whole.periods_needed, evaluation.decision.rule_id == "T2") == (12, 12, False)

    eleven = judging.evidence_of(evaluation, replace(goal, groups=goal.groups[goal.groups.period != "2026-06"]))
    assert (eleven.periods_observed, decide(eleven).rule_id) == (11, "T2")
    now = Period.parse(evaluation.today)
    assert decide(eleven).title == f"继续至{now.shift(2).label}"

    verdict_id = service.judge(cast.li_staff, pilot_id)
    with write() as session:
        kept = session.get_one(PilotVerdict, verdict_id).inputs["evidence"]
    assert (kept["quality"], kept["seasonal"]) == (float(evaluation.quality.total or 0), True)
