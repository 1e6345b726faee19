"""Needs and scenarios, from the report of a need to where the story leaves each scenario."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from accounts.permissions import Actor
from core import clock
from core.words import Asker, Decision, GovernanceLevel, ScenarioState
from db.session import read, write
from db.tables import DataResource, Need, ReformItem, Scenario
from demo import appraisals, dossiers, people, story
from scenarios import need_service, schemas, service, stages, version_service


def needs(li: Actor) -> list[int]:
    """The needs of the story, in its order."""
    numbers = [_need(li, item) for item in story.NEEDS]
    _merge(li, numbers[0])
    return numbers


def scenarios(li: Actor, cast: people.People, numbers: list[int]) -> dict[str, int]:
    """Scenario ids by name; all are still drafts."""
    return {item.name: _scenario(li, item, cast, numbers) for item in story.SCENARIOS}


def _need(actor: Actor, item: story.DemoNeed) -> int:
    until = clock.today().replace(day=1) - timedelta(days=1)
    return need_service.register_need(
        actor,
        schemas.NeedIn(
            title=item.title,
            description=item.description,
            asker=Asker(item.asker),
            people=item.people,
            level=item.level,
            region_code=item.region,
            source=item.source,
            events=item.events,
            events_from=until.replace(year=until.year - 1) + timedelta(days=1),
            events_to=until,
            severity=item.severity,
            domain=item.domain,
        ),
    )


def _merge(actor: Actor, need_id: int) -> None:
    """The first need has evidence, and what a second report brought along."""
    again = _need(actor, story.AGAIN)
    notes = "走访 6 个村社，群众对“不知道谁在办”意见最大。\n".encode()
    need_service.attach_evidence(actor, again, [("网格走访记录.txt", notes)], "走访记录")
    with read() as session:
        version = session.get_one(Need, need_id).version
    need_service.merge_needs(actor, need_id, again, "与热线反映的是同一件事", seen_version=version)


def _scenario(actor: Actor, item: story.DemoScenario, cast: people.People, needs: list[int]) -> int:
    with read() as session:
        resources = dict(session.exec(select(DataResource.name, DataResource.id)).all())
    duties = []
    for path, organisation, owner in item.duties:
        business, stage, name = path.split("/")
        duties.append(
            schemas.ResponsibilityIn(
                business=business,
                stage=stage,
                name=name,
                organisation_id=cast.organisations[organisation],
                owner=owner,
                time_limit="2个工作日" if "派单" in name or "核" in name else "按月",
            )
        )
    return service.register_scenario(
        actor,
        schemas.ScenarioIn(
            name=item.name,
            domain=item.domain,
            summary=item.summary,
            technologies=item.technologies,
            level=GovernanceLevel(item.level),
            lead_organisation_id=cast.organisations[item.lead],
            region_code=item.region,
            partners=[
                schemas.PartnerIn(organisation_id=cast.organisations[where], role=role, task=task)
                for where, role, task in dossiers.PARTNERS.get(item.name, ())
            ],
            needs=[needs[index] for index in item.needs],
            reforms=[
                schemas.ReformIn(
                    barrier=barrier,
                    measure=measure,
                    outcome=outcome,
                    lead_organisation_id=cast.organisations[lead],
                    due_on=clock.today() + timedelta(days=due),
                )
                for barrier, measure, outcome, lead, due, _ in dossiers.REFORMS.get(item.name, ())
            ],
            data=[schemas.DataLinkIn(resource_id=resources[name], purpose=purpose) for name, purpose in item.data],
            responsibilities=duties,
        ),
        nonce=f"demo-{item.name}",
    )


def approve(li: Actor, chen: Actor, scenario_id: int, item: story.DemoScenario) -> None:
    """Appraise a draft, so that a pilot may begin."""
    with read() as session:
        state = session.get_one(Scenario, scenario_id).state
    if state is ScenarioState.DRAFT:
        _move(li, scenario_id, stages.SUBMIT)
        appraisals.appraise(chen, scenario_id, item)


def finish(li: Actor, chen: Actor, scenario_id: int, item: story.DemoScenario) -> None:
    """Take a scenario from where its pilots left it to the state it has in the story."""
    S, do = ScenarioState, stages
    if item.state is S.DRAFT:
        return
    if item.state is S.APPRAISAL:
        _move(li, scenario_id, do.SUBMIT)
        if item.name != story.ALIKE:  # one waits for reviewers to be named
            appraisals.review(chen, people.actor("zhouminzheng"), scenario_id, item, Decision.PASS)
            appraisals.review(chen, chen, scenario_id, item, Decision.PASS, submit=False)
        return
    approve(li, chen, scenario_id, item)
    if item.state is S.RETIRED:
        with write() as session:
            service.mark_piloting(session, li, scenario_id)
            service.mark_evaluating(session, li, scenario_id)
    later = {
        S.ITERATING: (do.ITERATE, "企业希望合并检查时能预约时间，先改进再试。"),
        S.PROMOTING: (do.PROMOTE, "群众满意度明显提高，服务网点可持续。"),
        S.SUSPENDED: (do.SUSPEND, "试点已终止，等待监测设备改造完成。"),
        S.RETIRED: (do.RETIRE, "检测告知已并入省级平台，不再单独运行。"),
    }
    if item.state in later:
        _move(li, scenario_id, *later[item.state])


def after_approval(actor: Actor, scenarios: dict[str, int]) -> None:
    """Results of reforms, and the version that is being written while its scenario is in 迭代中."""
    documents = {(name, item[1]): item[5] for name, items in dossiers.REFORMS.items() for item in items if item[5]}
    with read() as session:
        done = [
            (row.id or 0, documents[name, row.measure], row.due_on)
            for row, name in session.exec(
                select(ReformItem, Scenario.name).join(Scenario, col(Scenario.id) == ReformItem.scenario_id)
            )
            if (name, row.measure) in documents
        ]
    for item_id, document, due_on in done:
        version_service.complete_reform(
            actor, item_id, on=due_on - timedelta(days=10), document=document, seen_version=1
        )
    name, changes, feedback = dossiers.VERSION
    with read() as session:
        version = session.get_one(Scenario, scenarios[name]).version
    version_service.open_version(
        actor, scenarios[name], schemas.VersionIn(changes=changes, feedback=feedback), seen_version=version
    )


def _move(actor: Actor, scenario_id: int, do: str, reason: str = "") -> None:
    with read() as session:
        version = session.get_one(Scenario, scenario_id).version
    service.move(actor, scenario_id, do, reason, seen_version=version)
