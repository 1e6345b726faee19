"""The transition tables of the scenarios room, as data."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.permissions import Permission
from core.errors import Invalid, WrongState
from core.words import DataStatus, ScenarioState
from core.workflow import Workflow
from scenarios import stages

BOTH = pytest.mark.parametrize("workflow", [stages.SCENARIO, stages.DATA_LINK], ids=lambda w: w.name)


@BOTH
def test_every_state_is_reachable(workflow: Workflow) -> None:
    assert workflow.reachable() == set(workflow.labels)


@BOTH
def test_every_step_asks_for_a_permission_that_exists(workflow: Workflow) -> None:
    assert {step.permission for step in workflow.steps} <= {permission.value for permission in Permission}


def test_only_refused_and_retired_are_ends() -> None:
    ends = {state for state in ScenarioState if not stages.SCENARIO.steps_from(state)}
    assert ends == set(stages.SCENARIO.terminal) == {ScenarioState.REFUSED, ScenarioState.RETIRED}


def test_the_usual_path_in_the_words_of_the_domain() -> None:
    path = ["草稿", "待论证", "已立项", "试点中", "评估中", "推广中"]
    moves = {
        (stages.SCENARIO.label(source), stages.SCENARIO.label(step.target))
        for step in stages.SCENARIO.steps
        for source in step.sources
    }
    assert set(pairwise(path)) <= moves
    assert {("评估中", "迭代中"), ("迭代中", "试点中"), ("评估中", "暂停"), ("评估中", "已退出")} <= moves


@pytest.mark.parametrize("do", ["退回修改", "不予立项", "暂停", "退出"])
def test_refusals_need_a_reason(do: str) -> None:
    step = next(step for step in stages.SCENARIO.steps if step.do == do)
    with pytest.raises(Invalid, match="需要填写理由"):
        stages.SCENARIO.take(step.sources[0], do, " ")


@given(st.sampled_from(list(ScenarioState)), st.sampled_from([step.do for step in stages.SCENARIO.steps]))
def test_a_step_is_taken_from_its_sources_and_from_nowhere_else(state: ScenarioState, do: str) -> None:
    allowed = any(step.do == do and state in step.sources for step in stages.SCENARIO.steps)
    if allowed:
        assert stages.SCENARIO.take(state, do, "理由").do == do
    else:
        with pytest.raises(WrongState):
            stages.SCENARIO.take(state, do, "理由")


def test_every_state_says_what_comes_next() -> None:
    assert set(stages.NEXT) == set(ScenarioState)


def test_past_approval_is_what_follows_approval() -> None:
    found, todo = set(), [ScenarioState.APPROVED]
    while todo:
        state = todo.pop()
        found.add(state)
        todo += [ScenarioState(s.target) for s in stages.SCENARIO.steps_from(state) if s.target not in found]
    assert found == stages.PAST_APPROVAL


def test_steps_of_pilots_lead_to_piloting_only() -> None:
    found = {step.do for step in stages.SCENARIO.steps if step.target is ScenarioState.PILOTING}
    assert found == stages.BY_PILOT


def test_data_is_connected_only_after_it_was_granted() -> None:
    before = {s for step in stages.DATA_LINK.steps if step.target is DataStatus.CONNECTED for s in step.sources}
    assert before == {DataStatus.GRANTED}
