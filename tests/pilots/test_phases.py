"""Phases: from the design, then from iterations; never overlapping, never pooled across versions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import PhaseKind, ReturnState
from db.session import read, write
from db.tables import Pilot, ReturnRow, ScenarioVersion
from pilots import phase_service, phases, queries, service, stages
from pilots.phases import Phase
from pilots.plan_schemas import PhaseIn, PhaseWordsIn
from tests.pilots.support import approved_scenario, move, pilot_in, running
from tests.support import Cast

DAY = date(2026, 1, 1)


def phase(number: int, start: int, end: int, version: int = 1) -> Phase:
    first, last = DAY + timedelta(start), DAY + timedelta(end)
    return Phase(number, number, f"第{number}阶段", PhaseKind.TRIAL, version, f"v1.{version - 1}", first, last)


THREE = [phase(1, 0, 9), phase(2, 10, 19), phase(3, 20, 29, version=2)]


def test_a_break_is_where_the_version_changes() -> None:
    assert phases.breaks(THREE) == [DAY + timedelta(20)]
    assert phases.breaks(THREE[:2]) == []


@pytest.mark.parametrize(
    ("day", "span"), [(-1, None), (0, (0, 19)), (19, (0, 19)), (20, (20, 29)), (29, (20, 29)), (30, None)]
)
def test_only_phases_of_one_version_are_pooled(day: int, span: tuple[int, int] | None) -> None:
    wanted = span and (DAY + timedelta(span[0]), DAY + timedelta(span[1]))
    assert phases.pooled(THREE, DAY + timedelta(day)) == wanted


@given(st.integers(-15, 45), st.integers(-15, 45))
def test_phases_overlap_exactly_when_they_share_a_day(start: int, end: int) -> None:
    days = set(range(start, end + 1))
    wrong = phases.problems(THREE[:2], DAY + timedelta(start), DAY + timedelta(end))
    shared = [bool(days & set(range(first, last + 1))) for first, last in ((0, 9), (10, 19))]
    assert len(wrong) == (1 if end < start else sum(shared))


def next_phase(**changes: object) -> PhaseIn:
    values = {"name": "第二阶段", "start_on": date(2026, 1, 1), "end_on": date(2026, 6, 30), "goal": "稳住按时办结率"}
    return PhaseIn.model_validate(values | changes)


def begin(cast: Cast, pilot_id: int, **changes: object) -> int:
    with write() as session:
        return phase_service.begin_phase(session, cast.li_staff, pilot_id, next_phase(**changes))


def spans(cast: Cast, pilot_id: int) -> list[tuple[int, str, str, str]]:
    return [
        (found.number, found.name, str(found.start_on), str(found.end_on))
        for found in queries.phases(cast.li_staff, pilot_id)
    ]


@pytest.mark.usefixtures("house")
class TestPhases:
    def test_the_design_is_the_first_and_follows_a_redesign(self, cast: Cast) -> None:
        scenario_id = approved_scenario(cast)
        pilot_id = service.design(cast.li_staff, pilot_in(scenario_id, cast))
        assert spans(cast, pilot_id) == [(1, "第一阶段", "2025-07-01", "2026-06-30")]
        changed = pilot_in(scenario_id, cast, start_on=date(2025, 9, 1))
        service.redesign(cast.li_staff, pilot_id, changed, seen_version=1)
        assert spans(cast, pilot_id) == [(1, "第一阶段", "2025-09-01", "2026-06-30")]

    def test_the_next_one_ends_the_one_before(self, cast: Cast) -> None:
        pilot_id = running(cast)
        with write() as session:
            pilot = session.get_one(Pilot, pilot_id)
            version = ScenarioVersion(
                scenario_id=pilot.scenario_id,
                label="v1.1",
                changes="合并表单",
                created_by=pilot.created_by,
                created_at=pilot.created_at,
            )
            session.add(version)
            session.flush()
            phase_service.begin_phase(
                session, cast.li_staff, pilot_id, next_phase(), scenario_version_id=version.id, iteration_id=7
            )
        assert spans(cast, pilot_id) == [
            (1, "第一阶段", "2025-07-01", "2025-12-31"),
            (2, "第二阶段", "2026-01-01", "2026-06-30"),
        ]
        found = queries.phases(cast.wang_anji, pilot_id)
        assert [(p.scenario_version, p.iteration_id, p.kind.label) for p in found] == [
            ("v1.0", None, "试点期"),
            ("v1.1", 7, "迭代后再试"),
        ]
        assert phases.breaks(found) == [date(2026, 1, 1)]

    def test_one_that_outlasts_the_pilot_is_reported_to_its_end(self, cast: Cast) -> None:
        pilot_id = running(cast)
        begin(cast, pilot_id, end_on=date(2026, 8, 31))
        with read() as session:
            pilot = session.get_one(Pilot, pilot_id)
            owed = session.exec(
                select(ReturnRow.period, ReturnRow.state).where(
                    ReturnRow.collection_id == pilot.collection_id, ReturnRow.period > "2026-06"
                )
            ).all()
        assert pilot.end_on == date(2026, 8, 31)
        assert sorted(owed) == [("2026-07", ReturnState.DRAFT)] * 4 + [("2026-08", ReturnState.DRAFT)] * 4

    def test_what_cannot_be_is_refused(self, cast: Cast) -> None:
        pilot_id = running(cast)
        with pytest.raises(Invalid, match="晚于“第一阶段”的开始日期"):
            begin(cast, pilot_id, start_on=date(2025, 7, 1))
        begin(cast, pilot_id)
        with pytest.raises(Invalid, match="晚于“第二阶段”的开始日期"):
            begin(cast, pilot_id)
        with pytest.raises(NotFound, match="场景版本"), write() as session:
            late = next_phase(start_on=date(2026, 3, 1))
            phase_service.begin_phase(session, cast.li_staff, pilot_id, late, scenario_version_id=999)

    def test_not_before_the_start_and_not_after_the_end(self, cast: Cast) -> None:
        pilot_id = service.design(cast.li_staff, pilot_in(approved_scenario(cast), cast))
        with pytest.raises(WrongState, match="设计中"):
            begin(cast, pilot_id)
        move(cast.li_staff, pilot_id, stages.PROPOSE)

    def test_words_are_changed_by_the_lead_and_no_one_else(self, cast: Cast) -> None:
        pilot_id = running(cast)
        first = queries.phases(cast.li_staff, pilot_id)[0]
        words = PhaseWordsIn(name="试运行", goal="先跑通流程")
        with pytest.raises(Forbidden, match="牵头单位"):
            phase_service.describe_phase(cast.wang_anji, first.id, words, seen_version=first.version)
        phase_service.describe_phase(cast.li_staff, first.id, words, seen_version=first.version)
        assert spans(cast, pilot_id)[0][1] == "试运行"
        with pytest.raises(Conflict):
            phase_service.describe_phase(cast.li_staff, first.id, words, seen_version=first.version)
