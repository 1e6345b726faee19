"""The five answers worked out from returns whose answer is known beforehand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from sqlmodel import select

from core import clock
from core.errors import Forbidden, Invalid, NotFound, WrongState
from core.numbers import to_micro
from core.periods import Period
from core.words import Arm, PhaseKind, Verdict
from db.session import read, write
from db.tables import Observation, Pilot, PilotVerdict, RegionGroup, ReturnRow, ScenarioVersion
from metrics import rollups
from pilots import (
    answering,
    answers,
    freezing,
    phase_service,
    pictures,
    queries,
    report,
    service,
    start_service,
    starts,
    verdict_tables,
)
from pilots.causes import Method
from pilots.evaluation import Evaluation, Measure
from pilots.plan_schemas import PhaseIn
from pilots.profile import Transfer
from pilots.stages import EVALUATE, FINISH
from pilots.start_service import StartIn
from regions import service as regions
from regions.schemas import MembershipIn
from tests.pilots.support import DEVELOPED, MOUNTAIN, fill, move, running
from tests.support import Cast

WIDE = {"pilots": DEVELOPED[:5], "comparisons": DEVELOPED[5:]}


def evaluated(cast: Cast, pilot_id: int, phase: int | None = None) -> tuple[Evaluation, Measure]:
    evaluation = queries.evaluate(cast.li_staff, pilot_id, phase)
    assert evaluation is not None and evaluation.goal is not None
    return evaluation, evaluation.goal


def wiggle(code: str) -> int:
    """So that counties of one arm differ a little."""
    return int(code) % 4


class TestPhases:
    def two(self, cast: Cast) -> int:
        """A pilot whose first version gains 4 points until December and whose second gains 10 from 15 January."""
        pilot_id = running(cast, **WIDE)
        with write() as session:
            pilot = session.get_one(Pilot, pilot_id)
            version = ScenarioVersion(
                scenario_id=pilot.scenario_id,
                label="v1.1",
                changes="改进派单规则",
                created_by=cast.li_staff.account_id or 0,
                created_at=clock.now(),
            )
            session.add(version)
            session.flush()
            phase_service.begin_phase(
                session,
                cast.li_staff,
                pilot_id,
                PhaseIn(
                    name="改进后再试", kind=PhaseKind.ITERATION, start_on=date(2026, 1, 15), end_on=date(2026, 6, 30)
                ),
                scenario_version_id=version.id,
            )

        def figure(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int]:
            gain = 0 if arm is Arm.COMPARISON or not after else 4 if str(period) < "2026-01" else 10
            gain = 40 if str(period) == "2026-01" and gain else gain  # half one version, half the other
            return 700 + 10 * gain + wiggle(code) * (3 if after else 1), 1000

        fill(pilot_id, figure)
        return pilot_id

    def test_are_not_pooled(self, cast: Cast) -> None:
        pilot_id = self.two(cast)
        first, goal = evaluated(cast, pilot_id, 1)
        second, later = evaluated(cast, pilot_id, 2)
        assert goal.effect is not None and later.effect is not None
        assert goal.effect.estimate == pytest.approx(4, abs=0.3)
        assert later.effect.estimate == pytest.approx(10, abs=0.3)  # before is before the pilot's first day
        assert (goal.latest, later.latest) == ("2025-12", "2026-06")  # January belongs to neither
        assert (first.span.first_post, first.span.last_post) == ("2025-07", "2025-12")
        assert (second.span.first_post, second.span.starting) == ("2026-02", "2025-07")

    def test_todays_phase_is_the_default_and_the_line_breaks(self, cast: Cast) -> None:
        pilot_id = self.two(cast)
        evaluation, goal = evaluated(cast, pilot_id)
        assert evaluation.stretch is not None
        assert evaluation.stretch.label == "改进后再试（v1.1，2026-01-15 至 2026-06-30）"
        periods = sorted(set(goal.groups.period))
        assert pictures.breaks(evaluation, goal, periods) == [(date(2026, 1, 15), "改进后再试（v1.1）")]
        assert [pictures.stage(evaluation, period) for period in ("2025-12", "2026-01", "2026-02")] == ["", "", "-1"]

    def test_a_verdict_says_of_which_phase_it_is(self, cast: Cast) -> None:
        pilot_id = self.two(cast)
        service.judge(cast.li_staff, pilot_id)
        [verdict] = queries.verdicts(cast.li_staff, pilot_id)
        assert verdict.phase == 2


class TestStarts:
    def late(self, cast: Cast) -> int:
        """Two of five pilots begin in November and gain 10 from then on, the others 4 from July on."""
        pilot_id = running(cast, **WIDE)
        for code in DEVELOPED[3:5]:
            data = StartIn(region_code=code, start_on=date(2025, 11, 1), reason="设备到货较晚")
            start_service.start_later(cast.li_staff, pilot_id, data)

        def figure(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int]:
            gain = 0
            if arm is Arm.PILOT and after:
                gain = 4 if code not in DEVELOPED[3:5] else 10 if str(period) >= "2025-11" else 0
            return 700 + 10 * gain + wiggle(code) * (3 if after else 1), 1000

        fill(pilot_id, figure)
        return pilot_id

    def test_different_starts_are_compared_group_by_time(self, cast: Cast) -> None:
        evaluation, goal = evaluated(cast, self.late(cast))
        assert (goal.cause.method, goal.cause.batches) == (Method.STAGGERED, 2)
        assert goal.effect is not None
        # Cells weigh by the size of their batch: 3 counties × 12 months of 4, 2 × 8 of 10.
        assert goal.effect.estimate == pytest.approx((3 * 12 * 4 + 2 * 8 * 10) / (3 * 12 + 2 * 8), abs=0.4)
        assert (goal.effect.n_treated, goal.effect.n_comparison, goal.effect.strength) == (5, 5, "causal")
        means = answers.causes.unit_means(goal.counties, evaluation.span, goal.indicator, evaluation.units)
        assert means.pre[DEVELOPED[4]] == pytest.approx(70 + 0.2 * wiggle(DEVELOPED[4]), abs=0.2)  # until October

        found = starts.averages(evaluation, goal)
        assert found is not None
        since = found.since.set_index("event_time")
        # At its own start the first batch gains 4 and the second 10; after eight periods only the first goes on.
        assert since.estimate[0] == pytest.approx((3 * 4 + 2 * 10) / 5, abs=0.4)
        assert since.estimate[11] == pytest.approx(4, abs=0.4)
        assert (since.n_treated[0], since.n_treated[11], since.n_comparison[0]) == (5, 3, 5)
        assert since.estimate[since.index < 0].abs().max() < 0.4
        by_period = found.calendar.set_index("period")
        assert list(by_period.index) == [str(Period.parse("2025-07").shift(step)) for step in range(12)]
        assert by_period.estimate["2025-10"] == pytest.approx(4, abs=0.4)  # those yet to start do not count
        assert by_period.estimate["2025-11"] == pytest.approx((3 * 4 + 2 * 10) / 5, abs=0.4)
        drawn = starts.since_picture(goal, found).to_dict()
        assert drawn["title"] == {"text": "启动以后，效果怎样随时间变化", "subtitle": "虚线：与尚未启动的地区相同"}
        assert starts.calendar_table(goal, found).报送期[0] == "2025年7月"
        # A later phase that all of them were in from its first day has one start; one that some joined has two.
        for first, method in ((date(2025, 12, 1), Method.BEFORE_AFTER), (date(2025, 10, 1), Method.STAGGERED)):
            phase = replace(evaluation.span, start_on=first, began_on=evaluation.pilot.start_on)
            assert answers.causes.cause(goal.counties, evaluation.units, phase, goal.indicator).method is method
        same = replace(goal, cause=replace(goal.cause, method=Method.BEFORE_AFTER))
        assert starts.averages(evaluation, same) is None

    def test_only_the_institute_sets_them_and_only_for_pilots_in_time(self, cast: Cast) -> None:
        pilot_id = running(cast, **WIDE)

        def late(code: str, day: date) -> StartIn:
            return StartIn(region_code=code, start_on=day, reason="设备到货较晚")

        with pytest.raises(Forbidden):
            start_service.start_later(cast.wang_anji, pilot_id, late(DEVELOPED[0], date(2025, 11, 1)))
        with pytest.raises(NotFound):
            start_service.start_later(cast.li_staff, pilot_id, late(DEVELOPED[5], date(2025, 11, 1)))
        with pytest.raises(Invalid):
            start_service.start_later(cast.li_staff, pilot_id, late(DEVELOPED[0], date(2026, 7, 1)))
        start_service.start_later(cast.li_staff, pilot_id, late(DEVELOPED[0], date(2025, 11, 1)))
        start_service.start_later(cast.li_staff, pilot_id, late(DEVELOPED[0], date(2025, 7, 1)))
        evaluation, _ = evaluated(cast, pilot_id)
        assert {unit.starts_on for unit in evaluation.units} == {None}  # taken back


def test_without_a_time_before_it_is_an_association(cast: Cast) -> None:
    pilot_id = running(cast, **WIDE)

    def figure(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int] | None:
        return (850 if arm is Arm.PILOT else 800) + wiggle(code), 1000

    fill(pilot_id, lambda *given: figure(*given) if given[3] else None)
    evaluation, goal = evaluated(cast, pilot_id)
    assert goal.cause.method is Method.MATCHED
    assert goal.effect is not None and evaluation.decision is not None
    assert goal.effect.strength == "descriptive"
    assert goal.effect.estimate == pytest.approx(5, abs=0.2)
    assert "只是关联，不能断定原因" in evaluation.decision.sentence
    assert evaluation.decision.verdict is Verdict.UNKNOWN


def test_two_sides_that_moved_apart_before_the_start_get_no_causal_sentence(cast: Cast) -> None:
    pilot_id = running(cast, **WIDE)

    def figure(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int]:
        months = (period.year - 2025) * 12 + period.index
        return 600 + (8 * months if arm is Arm.PILOT else 0) + wiggle(code) * (months % 3), 1000

    fill(pilot_id, figure)
    evaluation, goal = evaluated(cast, pilot_id)
    assert not goal.cause.parallel
    assert evaluation.decision is not None
    assert (evaluation.decision.rule_id, evaluation.decision.verdict) == ("X2", Verdict.UNKNOWN)
    assert "试点使" not in evaluation.decision.sentence


def test_a_whole_that_contradicts_its_parts_is_called_out(cast: Cast) -> None:
    """Pilots are mostly developed counties, comparison units mostly mountain ones: better as a whole, worse in each."""
    pilot_id = running(cast, pilots=DEVELOPED[:4] + MOUNTAIN[:1], comparisons=DEVELOPED[4:5] + MOUNTAIN[1:5])

    def figure(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int]:
        level = 90 if code in DEVELOPED else 60
        return level + (0 if arm is Arm.PILOT else 3), 100

    fill(pilot_id, figure)
    evaluation, goal = evaluated(cast, pilot_id)
    found = answers.strata(evaluation, goal)
    assert found.crude > 1 > found.stratified
    said = answering.answer(evaluation, goal, Transfer())
    assert any(note.startswith("总体与分组方向相反：不分地区类型") for note in said.notes[2])
    assert not answers.Strata(found.crude, 1.1, found.whole, found.inside).reversed


def test_distance_is_from_the_own_start_to_the_best_quarter_of_the_own_group(cast: Cast) -> None:
    starts = dict(zip(DEVELOPED, (60, 62, 64, 66, 68, 70, 72, 74, 76, 78), strict=True))
    pilot_id = running(cast, **WIDE)

    def figure(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int]:
        return starts[code] + (5 if arm is Arm.PILOT and after else 0), 100

    fill(pilot_id, figure)
    evaluation, goal = evaluated(cast, pilot_id)
    found = answers.distance(evaluation, goal)
    frontier = 73.5  # the upper quartile of 60 … 78
    assert set(found.rows.frontier) == {frontier}
    rooms = [frontier - starts[code] for code in DEVELOPED[:5]]
    assert found.share == pytest.approx(25 / sum(rooms))
    assert found.rows.set_index("code").share[DEVELOPED[0]] == pytest.approx(5 / 13.5)
    assert answers.consistency(evaluation, goal) == answers.Consistency(5, 5)


def test_small_places_are_drawn_towards_the_mean(cast: Cast) -> None:
    pilot_id = running(cast, **WIDE)
    sizes = dict(zip(DEVELOPED, (10, 1000, 1000, 1000, 1000), strict=False))
    fill(
        pilot_id,
        lambda code, *_: (sizes.get(code, 100) * (6 if code == DEVELOPED[0] else 9) // 10, sizes.get(code, 100)),
    )
    evaluation, goal = evaluated(cast, pilot_id)
    small = answers.small_places(evaluation, goal)
    assert small is not None
    row = small.set_index("code").loc[DEVELOPED[0]]
    assert row.share == 0.6
    assert 0.6 < row.shrunken <= 0.9
    assert row.low998 < row.low95
    assert row.beyond == "99.8"  # 6 of 10 where 90 % is usual


def test_reclassifying_a_county_in_2025_changes_no_figure_of_2023(cast: Cast) -> None:
    """Through the commands that staff use, and for all five answers."""
    pilot_id = running(
        cast, start_on=date(2023, 7, 1), end_on=date(2024, 6, 30), pilots=DEVELOPED[:3] + MOUNTAIN[:3],
        comparisons=DEVELOPED[3:6] + MOUNTAIN[3:6],
    )  # fmt: skip
    fill(pilot_id, lambda code, arm, period, after: (700 + wiggle(code) * (9 if after else 4), 1000), before="2024-07")

    def figures() -> list[Any]:
        evaluation, goal = evaluated(cast, pilot_id)
        said = answering.answer(evaluation, goal, Transfer())
        assert said.compared is not None
        return [
            list(said.sentences), [list(notes) for notes in said.notes], goal.groups.to_numpy().tolist(),
            said.compared.gap.to_numpy().tolist(), [(unit.code, unit.group) for unit in evaluation.units],
        ]  # fmt: skip

    before = figures()
    with read() as session:
        spell = session.exec(
            select(RegionGroup).where(RegionGroup.region_code == MOUNTAIN[0], RegionGroup.name == "山区海岛县")
        ).one()
    regions.end_membership(cast.admin, spell.id or 0, date(2025, 5, 27), "浙委办发〔2025〕1号")
    regions.add_membership(
        cast.admin,
        MembershipIn(
            region_code=DEVELOPED[0],
            name="山区海岛县",
            side=spell.side,
            valid_from=date(2025, 5, 28),
            source="浙委办发〔2025〕1号",
        ),
    )
    assert figures() == before


class TestVerdict:
    def judged(self, cast: Cast) -> int:
        pilot_id = running(cast, **WIDE)
        fill(
            pilot_id,
            lambda code, arm, period, after: (
                700 + (80 if arm is Arm.PILOT and after else 0) + wiggle(code) * (3 if after else 1), 1000,
            ),
        )  # fmt: skip
        service.judge(cast.li_staff, pilot_id)
        return pilot_id

    def kept(self, cast: Cast, pilot_id: int) -> dict[str, Any]:
        [verdict] = queries.verdicts(cast.li_staff, pilot_id)
        found = queries.frozen(cast.li_staff, verdict.id)
        assert found is not None and found[0] == pilot_id
        assert freezing.digest(found[1]) == verdict.inputs_hash
        return found[1]

    def test_is_replayed_from_its_frozen_copy(self, cast: Cast) -> None:
        pilot_id = self.judged(cast)
        again = freezing.replayed(self.kept(cast, pilot_id))
        [verdict] = queries.verdicts(cast.li_staff, pilot_id)
        assert again is not None
        assert (again.rule_id, again.sentence, again.figures) == (verdict.rule, verdict.sentence, verdict.figures)

    def test_shows_what_changed_since_and_keeps_what_it_was(self, cast: Cast) -> None:
        pilot_id = self.judged(cast)
        then = self.kept(cast, pilot_id)
        evaluation, _ = evaluated(cast, pilot_id)
        assert freezing.changes(then, freezing.frozen(evaluation)) == []
        with write() as session:  # a county corrects a figure
            pilot = session.get_one(Pilot, pilot_id)
            row = session.exec(
                select(ReturnRow).where(
                    ReturnRow.collection_id == pilot.collection_id, ReturnRow.region_code == DEVELOPED[0],
                    ReturnRow.period == "2026-03",
                )
            ).one()  # fmt: skip
            first = session.exec(select(Observation).where(Observation.return_id == row.id)).one()
            session.add(
                Observation(
                    return_id=row.id or 0, indicator_id=first.indicator_id, revision=2, n=to_micro(500),
                    d=to_micro(1000), state=first.state, reason="漏计", entered_at=clock.now(),
                )
            )  # fmt: skip
            rollups.refresh(session, pilot.collection_id, {"2026-03"})
        evaluation, _ = evaluated(cast, pilot_id)
        [changed] = freezing.changes(then, freezing.frozen(evaluation))
        assert (changed.code, changed.period) == (DEVELOPED[0], "2026-03")
        assert changed.now is not None
        assert changed.now[0] == to_micro(500)
        assert self.kept(cast, pilot_id) == then

    def test_keeps_the_parts_of_the_quality_score(self, cast: Cast) -> None:
        pilot_id = self.judged(cast)
        then = self.kept(cast, pilot_id)
        evaluation, _ = evaluated(cast, pilot_id)
        parts = evaluation.quality.parts
        assert [(row[0], row[2]) for row in then["quality"]] == [(part.aspect.value, part.m) for part in parts]
        assert (
            sum(Fraction(n) / m * Fraction(weight) for _, n, m, weight in then["quality"]) == evaluation.quality.total
        )
        same = verdict_tables.quality(then, evaluation.quality)
        assert set(same["比较"]) == {verdict_tables.SAME}
        assert list(same["部分"]) == [part.aspect.label for part in parts]
        worse = replace(parts[0], n=parts[0].n - Fraction(1, 4))
        changed = verdict_tables.quality(then, replace(evaluation.quality, parts=(worse, *parts[1:])))
        assert list(changed["比较"]) == [verdict_tables.OTHER] + [verdict_tables.SAME] * (len(parts) - 1)
        assert f"{float(worse.n):,.2f} / {worse.m:,}）" in changed["现在"].iloc[0]
        assert verdict_tables.quality({}, evaluation.quality).empty  # of before they were kept
        lines = report._lines(evaluation)
        assert [lines[f"数据质量：{part.aspect.label}"].endswith(f"（{part.counted}）") for part in parts] == [
            True
        ] * len(parts)

    def test_of_before_evidence_was_kept_is_shown_without_a_replay(self, cast: Cast) -> None:
        pilot_id = self.judged(cast)
        with read() as session:
            row = session.exec(select(PilotVerdict).where(PilotVerdict.pilot_id == pilot_id)).one()
        assert freezing.replayed({name: value for name, value in row.inputs.items() if name != "evidence"}) is None

    def test_keeps_its_basis_from_counties(self, cast: Cast) -> None:
        pilot_id = self.judged(cast)
        [verdict] = queries.verdicts(cast.li_staff, pilot_id)
        assert queries.frozen(cast.wang_anji, verdict.id) is None
        assert queries.frozen(cast.sun_judge, verdict.id) is None


def test_a_finished_pilot_takes_no_later_start(cast: Cast) -> None:
    pilot_id = running(cast, **WIDE)
    move(cast.li_staff, pilot_id, EVALUATE)
    move(cast.li_staff, pilot_id, FINISH, "首轮试点期满，转入场景迭代。")
    data = StartIn(region_code=DEVELOPED[0], start_on=date(2025, 11, 1), reason="设备到货较晚")
    with pytest.raises(WrongState):
        start_service.start_later(cast.li_staff, pilot_id, data)


def test_what_printed_differently_then_is_marked() -> None:
    frame = verdict_tables.figures(
        {"目标完成度": "90%", "成本": "9 元", "旧项": "1"}, {"成本": "9 元", "目标完成度": "87%"}
    )
    assert frame.to_numpy().tolist() == [
        ["成本", "9 元", "9 元", "相同"],
        ["目标完成度", "90%", "87%", "≠ 已变"],
        ["旧项", "1", "–", "≠ 已变"],
    ]
