"""Builds the demo province through the same services that people use; only the two years of monthly
figures are written in bulk, with the dates on which they would have been handed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
from sqlalchemy import bindparam, insert, update
from sqlmodel import col, select

from accounts.permissions import OPERATOR, Actor
from core import clock
from core.numbers import MICRO
from core.periods import Cadence, Period
from core.words import (
    Arm,
    Asker,
    Decision,
    GovernanceLevel,
    IndicatorRole,
    PilotState,
    RegionLevel,
    ReturnState,
    ScenarioState,
    Side,
    Verdict,
)
from db import audit
from db.session import read, write
from db.tables import (
    Account,
    CollectionIndicator,
    CollectionUnit,
    DataResource,
    IndicatorRow,
    Need,
    Observation,
    Organisation,
    Pilot,
    ReformItem,
    Region,
    ReturnRow,
    Scenario,
)
from demo import (
    adoptions,
    appraisals,
    awards,
    catalogue,
    challenges,
    dossiers,
    evidence,
    feedback,
    feeds,
    figures,
    indexes,
    openings,
    outcomes,
    panels,
    people,
    plans,
    promises,
    public,
    reminders,
    responsibilities,
    rounds,
    sources,
    starts,
    story,
    supervision,
    tickets,
)
from metrics import collecting, imports, rollups
from metrics import queries as returns
from metrics.schemas import IndicatorPick
from pilots import service as pilots
from pilots import stages
from pilots.schemas import PilotIn
from regions import groups, queries
from regions.imports import ZHEJIANG
from scenarios import need_service, schemas, service, version_service
from scenarios import stages as scenario_stages

SEED = 20_260_101
PANEL = Path(__file__).parent / "data" / "lyg_12345_panel.csv"
# The counties whose teams have demo accounts take part in the first pilot.
PRESENT = ("330523", "330521", "331127")
ANJI, DEQING = "330523", "330521"


def province(say: Callable[[str], None]) -> None:
    """Build everything into an installation that has regions and indicators but no people."""
    rng = np.random.default_rng(SEED)
    say("建立单位与演示账号……")
    counties = queries.counties(ZHEJIANG, clock.today())
    cast = people.settle(counties)
    li, chen = _actor("liyan"), _actor("chenshen")
    say("登记需求、数据资源与场景……")
    needs = [_need(li, need) for need in story.NEEDS]
    _merge(li, needs[0])
    catalogue.resources(li, cast.organisations)
    promises.sources(li)
    scenarios = {item.name: _scenario(li, item, cast, needs) for item in story.SCENARIOS}
    catalogue.requests()
    catalogue.assessments(li)
    for number, pilot in enumerate(story.PILOTS, start=1):
        say(f"生成试点 {number}/{len(story.PILOTS)}：{pilot.name}……")
        _pilot(rng, li, chen, pilot, scenarios, cast)
    for item in story.SCENARIOS:
        _finish(li, chen, scenarios[item.name], item)
    _after_approval(li, scenarios)
    catalogue.later(li)
    adoptions.facts(li)
    adoptions.spread(li)
    sources.tell(li)
    say("建立指标体系……")
    indexes.build(li, chen, story.PILOTS[0].name)
    say("记下目标调整、校验规则和新版口径……")
    promises.tell(li, chen, story.PILOTS[0].name)
    evidence.tell([_actor(name) for name in ("wanganji", "zhaodeqing", "lanjingning")])
    reminders.tell(li, story.PILOTS[0].name, story.PILOTS[2].name)
    feeds.tell(li, cast.organisations, story.PILOTS[0].name)
    teams = {name: _actor(name) for name in ("wanganji", "lanjingning", "zhouminzheng")}
    responsibilities.tell({"liyan": li} | teams, cast.organisations, scenarios)
    openings.tell(li, {name: _actor(name) for name in ("wanganji", "wujie", "zhouminzheng")}, scenarios)
    say("登记监管方案、督办单和反馈……")
    staff = {"liyan": li, "chenshen": chen}
    supervision.tell(staff | teams, cast.organisations)
    feedback.tell(staff | teams)
    say("导入群众诉求工单……")
    tickets.hand_in(rng, li)
    say("组织评审……")
    panels.tell(_actor, cast.organisations)
    say("张榜、揭榜与公示……")
    challenges.tell(_actor)
    outcomes.tell(_actor)
    public.tell(_actor)
    say("组织年度遴选……")
    awards.tell(_actor)
    say("导入公开的月度考核通报……")
    imports.take_in(OPERATOR, PANEL.read_bytes(), PANEL.name)


def _actor(username: str) -> Actor:
    with read() as session:
        account, organisation = session.exec(
            select(Account, Organisation)
            .join(Organisation, col(Organisation.id) == Account.organisation_id)
            .where(Account.username == username)
        ).one()
        return Actor(
            account.id,
            None,
            account.name,
            account.role,
            organisation.id,
            organisation.name,
            organisation.region_code,
        )


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


def _move_scenario(actor: Actor, scenario_id: int, do: str, reason: str = "") -> None:
    with read() as session:
        version = session.get_one(Scenario, scenario_id).version
    service.move(actor, scenario_id, do, reason, seen_version=version)


def _approve(li: Actor, chen: Actor, scenario_id: int, item: story.DemoScenario) -> None:
    with read() as session:
        state = session.get_one(Scenario, scenario_id).state
    if state is ScenarioState.DRAFT:
        _move_scenario(li, scenario_id, scenario_stages.SUBMIT)
        appraisals.appraise(chen, scenario_id, item)


def _finish(li: Actor, chen: Actor, scenario_id: int, item: story.DemoScenario) -> None:
    """Take a scenario from where its pilots left it to the state it has in the story."""
    S, do = ScenarioState, scenario_stages
    if item.state is S.DRAFT:
        return
    if item.state is S.APPRAISAL:
        _move_scenario(li, scenario_id, do.SUBMIT)
        if item.name != story.ALIKE:  # one waits for reviewers to be named
            appraisals.review(chen, _actor("zhouminzheng"), scenario_id, item, Decision.PASS)
            appraisals.review(chen, chen, scenario_id, item, Decision.PASS, submit=False)
        return
    _approve(li, chen, scenario_id, item)
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
        _move_scenario(li, scenario_id, *later[item.state])


def _after_approval(actor: Actor, scenarios: dict[str, int]) -> None:
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


def _pilot(
    rng: np.random.Generator,
    li: Actor,
    chen: Actor,
    item: story.DemoPilot,
    scenarios: dict[str, int],
    cast: people.People,
) -> None:
    this_month = Period.containing(clock.today(), Cadence.MONTH)
    start, end = this_month.shift(item.start), this_month.shift(item.end)
    chosen, against = _choose(rng, item, start)
    with read() as session:
        ids = {code: collecting.current_version(session, code) for code, *_ in item.indicators}
    scenario_id = scenarios[item.scenario]
    if item.state not in (PilotState.DESIGN, PilotState.WITHDRAWN):
        _approve(li, chen, scenario_id, next(known for known in story.SCENARIOS if known.name == item.scenario))
    pilot_id = pilots.design(
        li,
        PilotIn(
            name=item.name,
            scenario_id=scenario_id,
            province_code=ZHEJIANG,
            level=GovernanceLevel.COUNTY,
            lead_organisation_id=cast.organisations[item.lead],
            promise=item.promise,
            start_on=start.start,
            end_on=end.end,
            pre_periods=item.pre,
            contact="省发展研究院 李研",
            pilots=chosen,
            comparisons=against,
            indicators=[
                IndicatorPick(
                    indicator_id=ids[code],
                    role=IndicatorRole(role),
                    baseline=Decimal(baseline) if baseline else None,
                    target=Decimal(target) if target else None,
                    smallest_change=Decimal(smallest) if smallest else None,
                )
                for code, role, baseline, target, smallest in item.indicators
            ],
        ),
        nonce=f"demo-{item.name}",
    )
    P = PilotState
    if item.state is P.WITHDRAWN:
        _move_pilot(li, pilot_id, stages.WITHDRAW, "机构改革后检查计划改由新部门统筹，场景调整后重新设计。")
    if item.state in (P.DESIGN, P.WITHDRAWN):
        return
    plans.consent(li, scenario_id)
    plans.prepare(li, pilot_id, item, cast.organisations)
    _move_pilot(li, pilot_id, stages.PROPOSE)
    plans.tell(li, pilot_id, item)
    if item.state is P.PENDING:
        return
    _move_pilot(chen, pilot_id, stages.START)
    _fill(rng, pilot_id, item, this_month, starts.tell(li, pilot_id, item.name, chosen, start))
    rounds.freeze_past(pilot_id, this_month)
    if item is story.PILOTS[0]:
        rounds.correct(pilot_id, this_month, li, [_actor(name) for name in ("wanganji", "zhaodeqing", "lanjingning")])
    if item.state is P.PAUSED:
        _move_pilot(li, pilot_id, stages.PAUSE, "重复投诉率上升，暂停新增事项，先查明原因。")
    if item.state in (P.EVALUATING, P.PROMOTING, P.FINISHED):
        _move_pilot(li, pilot_id, stages.EVALUATE)
    if item.state is P.FINISHED:
        pilots.judge(
            li, pilot_id, overrule=Verdict.IMPROVE, reason="样本均为发达地区且试点期有机构改革，按专家意见改进后再试。"
        )
        _move_pilot(li, pilot_id, stages.FINISH, "首轮试点期满，转入场景迭代。")
        return
    pilots.judge(li, pilot_id)
    if item.state is P.PROMOTING:
        _move_pilot(li, pilot_id, stages.PROMOTE, "群众满意度明显提高，先在山区海岛县推广。")
    if item.state is P.STOPPED:
        supervision.tolerate(chen, pilot_id)
        _move_pilot(li, pilot_id, stages.STOP, "监测设备故障率高，自处置率没有提高。")


def _move_pilot(actor: Actor, pilot_id: int, do: str, reason: str = "") -> None:
    with read() as session:
        version = session.get_one(Pilot, pilot_id).version
    pilots.move(actor, pilot_id, do, reason, seen_version=version)


def _choose(rng: np.random.Generator, item: story.DemoPilot, start: Period) -> tuple[list[str], list[str]]:
    """Pilot and comparison counties by side, as the groups were on the first day."""
    with read() as session:
        codes = list(
            session.exec(
                select(Region.code).where(Region.level == RegionLevel.COUNTY, col(Region.code).startswith("33"))
            )
        )
        member = groups.memberships(session, codes, start.start)
    chosen: list[str] = []
    against: list[str] = []
    for side, n_pilots, n_against in zip(
        (Side.DEVELOPED, Side.UNDERDEVELOPED), item.counties[:2], item.counties[2:], strict=True
    ):
        pool = [str(code) for code in rng.permutation(sorted(code for code in codes if member[code].side is side))]
        pool.sort(key=lambda code: code not in PRESENT)
        chosen += pool[:n_pilots]
        against += pool[n_pilots : n_pilots + n_against]
    return sorted(chosen), sorted(against)


def _fill(
    rng: np.random.Generator, pilot_id: int, item: story.DemoPilot, this_month: Period, late: Mapping[str, int]
) -> None:
    """Two years of returns as they would have come in; `late`: months by which counties started later."""
    with write() as session:
        pilot = session.get_one(Pilot, pilot_id)
        start = Period.containing(pilot.start_on, Cadence.MONTH)
        asked = session.exec(
            select(IndicatorRow.id, IndicatorRow.code)
            .join(CollectionIndicator, col(CollectionIndicator.indicator_id) == IndicatorRow.id)
            .where(CollectionIndicator.collection_id == pilot.collection_id)
            .order_by(col(CollectionIndicator.position))
        ).all()
        units = session.exec(
            select(CollectionUnit.region_code, CollectionUnit.arm).where(
                CollectionUnit.collection_id == pilot.collection_id
            )
        ).all()
        member = groups.memberships(session, [code for code, _ in units], pilot.start_on)
        places = {
            code: figures.place(rng, code, Arm(arm), member[code].side, [name for _, name in asked])
            for code, arm in sorted(units)
        }
        teams = dict(
            session.exec(
                select(Organisation.region_code, Account.id).join(
                    Account, col(Account.organisation_id) == Organisation.id
                )
            ).all()
        )
        rounds.date_back(session, pilot)
        rhythm = {item.indicator.id: item.indicator.cadence for item in returns.askings(session, pilot.collection_id)}
        rows = session.exec(
            select(ReturnRow)
            .where(ReturnRow.collection_id == pilot.collection_id, ReturnRow.period < str(this_month))
            .order_by(ReturnRow.period, ReturnRow.region_code)
        ).all()
        values, states = [], []
        for row in rows:
            period = Period.parse(row.period)
            age = (this_month.year - period.year) * 12 + this_month.index - period.index
            state = _story_state(row, age) if item.name == story.PILOTS[0].name else None
            fate = state or figures.fate(rng, age)
            if fate is None or (state is ReturnState.DRAFT):
                continue
            began = max(row.opens_on, pilot.start_on)  # figures of before were asked for when it started
            opens, due = (datetime.combine(day, time(), clock.BEIJING) for day in (began, row.due_on))
            at = min(figures.handed_in(rng, opens, due), clock.now())
            since = (period.year - start.year) * 12 + period.index - start.index
            since -= late.get(row.region_code, 0)
            due_now = [item for item in asked if period.closes(rhythm[item[0] or 0])]
            kept = due_now if fate is not ReturnState.DRAFT else due_now[: max(1, len(due_now) // 2)]
            for indicator_id, name in kept:
                entry = figures.value(
                    rng, places[row.region_code], name, period.index, since, item.effects.get(name, (0, 0))
                )
                entry = figures.mishap(rng, entry) if age > 1 else entry
                if item is story.PILOTS[0]:
                    entry = rounds.slip(entry, row.region_code, age, indicator_id == asked[0][0])
                revisions = [entry]
                if rng.random() < 0.004 and entry.n and age > 4:
                    wrong = type(entry)(entry.n // MICRO // 10 * MICRO, entry.d, entry.state)
                    revisions = [wrong, type(entry)(entry.n, entry.d, entry.state, "分子漏填一位，已更正")]
                for revision, stored in enumerate(revisions, start=1):
                    values.append(
                        {
                            "return_id": row.id,
                            "indicator_id": indicator_id,
                            "revision": revision,
                            "n": stored.n,
                            "d": stored.d,
                            "state": stored.state,
                            "reason": stored.reason,
                            "note": stored.note,
                            "link": evidence.link(row, name),
                            "late": at.date() > row.due_on,
                            "door": "workbook",
                            "entered_by": teams.get(row.region_code),
                            "entered_at": at + timedelta(days=20) if revision > 1 else at,
                        }
                    )
            states.append(
                {
                    "row": row.id,
                    "to": fate,
                    "at": None if fate is ReturnState.DRAFT else at,
                    "saved": at,
                    "by": teams.get(row.region_code),
                    "decided": at + timedelta(days=3) if fate in (ReturnState.APPROVED, ReturnState.LOCKED) else None,
                    "locked": at + timedelta(days=30) if fate is ReturnState.LOCKED else None,
                    "words": "应办结件数与上月相差较大，请核对后重报。" if fate is ReturnState.RETURNED else "",
                }
            )
        session.execute(insert(Observation), values)
        table = ReturnRow.__table__  # type: ignore[attr-defined]
        session.connection().execute(
            update(table)
            .where(table.c.id == bindparam("row"))
            .values(
                state=bindparam("to"),
                submitted_at=bindparam("at"),
                first_submitted_at=bindparam("at"),
                locked_at=bindparam("locked"),
                saved_at=bindparam("saved"),
                submitted_by=bindparam("by"),
                decided_at=bindparam("decided"),
                comment=bindparam("words"),
            ),
            states,
        )
        session.expire_all()
        rollups.refresh(session, pilot.collection_id, {row.period for row in rows})
        audit.record(session, None, "demo:fill", "pilot", pilot_id, {"returns": len(states), "values": len(values)})


def _story_state(row: ReturnRow, age: int) -> ReturnState | None:
    """The last month of the counties that visitors sign in for: one open, one sent back."""
    if age != 1:
        return None
    return {ANJI: ReturnState.DRAFT, DEQING: ReturnState.RETURNED, "331127": ReturnState.SUBMITTED}.get(row.region_code)
