"""Every step of the room's workflows as everybody: taken by whom the table allows, refused to all others
with a reason. Generated from the tables: a new step is tested by being there."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update
from sqlmodel import col
from streamlit.testing.v1 import AppTest

from core.errors import AppError, Forbidden, NotFound
from core.words import Decision, ScenarioState
from core.workflow import Step
from db.session import write
from db.tables import Scenario
from scenarios import appraisal_service, service, stages
from tests.conftest import Page
from tests.scenarios.conftest import appraisal, decide, detail, move, review
from tests.support import Cast

S = ScenarioState
EVERYBODY = list(Cast.__dataclass_fields__)
STAFF = {"admin", "li_staff", "chen_staff"}
OWNER = {"wang_anji"}
# Who may take a step of a scenario that 王安吉 registered and submitted; nobody else.
ALLOWED = {
    stages.SUBMIT: STAFF | OWNER,
    **dict.fromkeys(stages.BY_APPRAISAL.values(), STAFF),
    **dict.fromkeys((stages.START, stages.RESTART), STAFF),
    **dict.fromkeys(
        (stages.EVALUATE, stages.ITERATE, stages.PROMOTE, stages.SUSPEND, stages.RESUME, stages.RETIRE), STAFF
    ),
}
CASES = [(step, S(source)) for step in stages.SCENARIO.steps for source in step.sources]


def test_the_table_of_who_may_is_whole() -> None:
    assert set(ALLOWED) == {step.do for step in stages.SCENARIO.steps}


def put(scenario_id: int, state: ScenarioState) -> None:
    """Set the state by hand: what leads there is tested elsewhere."""
    with write() as session:
        session.execute(update(Scenario).where(col(Scenario.id) == scenario_id).values(state=state))


def prepared(cast: Cast, scenario_id: int, source: ScenarioState) -> None:
    """The scenario in the state a step starts from; an appraisal with everything done but the decision."""
    if source in stages.EDITABLE:
        put(scenario_id, source)
        return
    move(cast.wang_anji, scenario_id, stages.SUBMIT)
    review(cast.chen_staff, cast.li_staff, scenario_id)
    if source is not S.APPRAISAL:
        decide(cast.chen_staff, scenario_id, Decision.PASS, "材料齐全")
        put(scenario_id, source)


def take(cast: Cast, who: str, scenario_id: int, step: Step, reason: str = "理由写清楚了") -> None:
    actor = cast.everybody()[who]
    if step.do in stages.BY_PILOT:
        with write() as session:
            service.mark_piloting(session, actor, scenario_id)
    elif step.do in stages.BY_APPRAISAL.values():
        decision = next(key for key, do in stages.BY_APPRAISAL.items() if do == step.do)
        seen = appraisal(cast.admin, scenario_id).version
        data = appraisal_service.DecisionIn(
            decision=decision, reason=reason, scope="只建设巡查派单部分" if decision is Decision.REDUCE else ""
        )
        appraisal_service.decide(actor, scenario_id, data, seen_version=seen)
    else:
        service.move(actor, scenario_id, step.do, reason, seen_version=detail(cast.admin, scenario_id).version)


@pytest.mark.parametrize(("step", "source"), CASES, ids=[f"{step.do}-{source}" for step, source in CASES])
def test_a_step_is_for_those_who_may_and_nobody_else(cast: Cast, draft: int, step: Step, source: ScenarioState) -> None:
    """First those who may not, then one after the other who may; an appraisal, which is over with its decision, is
    begun again for the next."""
    prepared(cast, draft, source)
    for who in sorted(set(EVERYBODY) - ALLOWED[step.do]):
        with pytest.raises((Forbidden, NotFound)) as refused:
            take(cast, who, draft, step)
        assert len(refused.value.message) > 6  # says why
        assert detail(cast.admin, draft).row.state is source
    for who in sorted(ALLOWED[step.do]):
        take(cast, who, draft, step)
        assert detail(cast.admin, draft).row.state is step.target
        put(draft, S.RETURNED if source is S.APPRAISAL else source)
        if source is S.APPRAISAL:
            prepared(cast, draft, source)


@pytest.mark.parametrize("who", ["li_staff", "wang_anji"])
@pytest.mark.parametrize(
    "step", [step for step in stages.SCENARIO.steps if step.do in stages.BUTTONS], ids=lambda s: s.do
)
def test_a_step_from_any_other_state_says_what_is_possible(cast: Cast, draft: int, step: Step, who: str) -> None:
    prepared(cast, draft, S.APPROVED)
    for state in set(S) - set(step.sources):
        put(draft, state)
        with pytest.raises(AppError) as refused:
            take(cast, who, draft, step)
        assert "不能" in refused.value.message or isinstance(refused.value, Forbidden)
        assert detail(cast.admin, draft).row.state is state


@pytest.mark.parametrize("step", [step for step in stages.SCENARIO.steps if step.needs_reason], ids=lambda s: s.do)
def test_a_decision_without_a_reason_is_refused(cast: Cast, draft: int, step: Step) -> None:
    prepared(cast, draft, S(step.sources[0]))
    with pytest.raises((AppError, ValueError), match=r"理由|reason"):
        take(cast, "chen_staff", draft, step, "  ")
    assert detail(cast.admin, draft).row.state is step.sources[0]


def test_leaving_needs_a_reason_wherever_it_is_possible() -> None:
    assert {step.do for step in stages.SCENARIO.steps if step.target is S.RETIRED and not step.needs_reason} == set()
    assert {step.do for step in stages.SCENARIO.steps if not step.needs_reason} == {
        *(stages.SUBMIT, stages.START, stages.RESTART, stages.EVALUATE)
    }


@pytest.mark.parametrize("registrar", ["li_staff", "chen_staff", "admin"])
def test_nobody_decides_on_his_own(cast: Cast, need: int, registrar: str) -> None:
    """Not who registered it, not who changed it, not who handed it in: only the one who did neither."""
    from tests.scenarios.conftest import scenario_in

    wrote = cast.everybody()[registrar]
    submitter, decider = (cast.everybody()[who] for who in sorted(STAFF - {registrar}))
    number = service.register_scenario(wrote, scenario_in(wrote, [need]), nonce="own")
    move(submitter, number, stages.SUBMIT)
    review(decider, decider, number)
    for own in (wrote, submitter):
        with pytest.raises(Forbidden, match="不能审批"):
            decide(own, number, Decision.PASS, "自己的最好")
    decide(decider, number, Decision.PASS, "材料齐全")
    assert detail(decider, number).row.state is S.APPROVED


def offered(app: AppTest) -> set[str]:
    """The steps that a dossier offers; those that ask for a reason first have it beside their button."""
    keyed = ((str(button.key), str(button.label)) for button in app.button)
    return {label.removeprefix("确认") for key, label in keyed if re.fullmatch(r"scenario_\d+", key)}


@pytest.mark.parametrize("state", list(S))
def test_a_dossier_offers_the_steps_of_the_table(page: Page, cast: Cast, draft: int, state: ScenarioState) -> None:
    put(draft, state)
    for who in ("li_staff", "wang_anji", "zhao_deqing"):
        wanted = {step.do for step in stages.SCENARIO.steps_from(state) if who in ALLOWED[step.do]}
        assert offered(page("scenario", cast.everybody()[who], id=draft)) == wanted & stages.BUTTONS


@pytest.mark.parametrize(
    "step", [step for step in stages.SCENARIO.steps if step.do in stages.BUTTONS], ids=lambda s: s.do
)
def test_a_button_takes_its_step(page: Page, cast: Cast, draft: int, step: Step) -> None:
    prepared(cast, draft, S(step.sources[0]))
    app = page("scenario", cast.li_staff, id=draft)
    [key] = [str(b.key) for b in app.button if str(b.label).removeprefix("确认") == step.do]
    if step.needs_reason:
        app.text_area(key=f"{key}_reason").set_value("理由写清楚了")
    app.button(key=key).click().run()
    assert [error.value for error in app.error] == []
    assert detail(cast.admin, draft).row.state is step.target
