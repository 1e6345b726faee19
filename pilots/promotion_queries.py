"""Reads about promotion: candidates of a pilot, its adoptions, and coverage."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from accounts.permissions import Actor, Permission, require
from core import clock
from core.numbers import MICRO
from core.periods import Cadence, Period
from core.words import AdoptionState, Arm, DataStatus, PilotState, ReturnState, Role, Side, Verdict
from db.session import read
from db.tables import (
    Account,
    Adoption,
    AdoptionStep,
    DataResource,
    IndicatorRow,
    Organisation,
    Pilot,
    Region,
    ReturnRow,
    Rollup,
    Scenario,
    ScenarioData,
)
from metrics.model import Indicator
from pilots import causes, queries, spreading
from pilots.evaluation import Evaluation
from pilots.spreading import Candidate, Covariate, DataItem, Move
from regions import fact_queries, groups
from regions import queries as regions
from regions.queries import RegionView

GROUP, GOAL, URBAN, TOWNS, RELIEF, PROMPT = "group", "goal", "urban", "towns", "relief", "prompt"
BEFORE = 6  # months before the pilot whose figures say where a county starts


@dataclass(frozen=True)
class Promotion:
    """All there is to say about where a pilot could go. `worked`: the pilot counties that improved more than
    the comparison counties, by code, or all of them where that is not known (`known` False); `chosen`: keys of the
    covariates used of all `covariates`."""

    pilot: queries.PilotView
    held_back: str
    worked: Sequence[str]
    covariates: Sequence[Covariate]
    chosen: Sequence[str]
    candidates: Sequence[Candidate]
    known: bool = True


@dataclass(frozen=True)
class AdoptionStepView:
    do: str
    state: AdoptionState
    day: date
    reason: str
    actor: str


@dataclass(frozen=True)
class AdoptionView:
    """A county's adoption with its steps, oldest first."""

    id: int
    pilot_id: int
    pilot: str
    region_code: str
    region: str
    city: str
    state: AdoptionState
    due_on: date | None
    why: str
    created_at: datetime
    version: int
    steps: Sequence[AdoptionStepView]

    @property
    def since(self) -> date:
        return self.steps[-1].day

    @property
    def overdue(self) -> bool:
        waits = self.state in (AdoptionState.PLANNED, AdoptionState.PREPARING)
        return waits and self.due_on is not None and self.due_on < clock.today()


def readable(actor: Actor) -> SelectOfScalar[Adoption]:
    """The only start of a read of adoptions: staff see all, a county its own, nobody else any."""
    query = select(Adoption)
    if actor.is_staff:
        return query
    code = actor.region_code if actor.role is Role.COUNTY else None
    return query.where(Adoption.region_code == (code or ""))


def adoptions(actor: Actor, *, pilot_id: int | None = None, region_code: str | None = None) -> list[AdoptionView]:
    """The adoptions the actor sees, those under way first, then by the day they are due."""
    query = readable(actor)
    if pilot_id is not None:
        query = query.where(Adoption.pilot_id == pilot_id)
    if region_code is not None:
        query = query.where(Adoption.region_code == region_code)
    with read() as session:
        rows = session.exec(query.order_by(Adoption.region_code)).all()
        steps: dict[int, list[AdoptionStepView]] = {}
        for step, name in session.exec(
            select(AdoptionStep, Account.name)
            .outerjoin(Account, col(Account.id) == AdoptionStep.actor_id)
            .where(col(AdoptionStep.adoption_id).in_([row.id for row in rows]))
            .order_by(col(AdoptionStep.id))
        ):
            view = AdoptionStepView(step.do, step.state, step.day, step.reason, name or "命令行")
            steps.setdefault(step.adoption_id, []).append(view)
        places = {
            code: (name, parent)
            for code, name, parent in session.exec(
                select(Region.code, Region.name, Region.parent_code).where(
                    col(Region.code).in_({row.region_code for row in rows})
                )
            )
        }
        cities = regions.names(session, {parent or "" for _, parent in places.values()})
        pilots = dict(
            session.exec(select(Pilot.id, Pilot.name).where(col(Pilot.id).in_({row.pilot_id for row in rows}))).all()
        )
    found = [
        AdoptionView(
            row.id or 0,
            row.pilot_id,
            pilots[row.pilot_id],
            row.region_code,
            places[row.region_code][0],
            cities.get(places[row.region_code][1] or "", ""),
            row.state,
            row.due_on,
            row.why,
            row.created_at,
            row.version,
            steps.get(row.id or 0, []),
        )
        for row in rows
    ]
    order = (AdoptionState.PREPARING, AdoptionState.PLANNED, AdoptionState.LIVE, AdoptionState.DROPPED)
    return sorted(found, key=lambda view: (order.index(view.state), view.due_on or date.max, view.region_code))


def promotion(actor: Actor, pilot_id: int, chosen: tuple[str, ...] = ()) -> Promotion | None:
    """The candidates of a pilot in their recommended order; None when there is no such pilot. `chosen` are
    keys of covariates, all known ones by default."""
    require(actor, Permission.PILOT_PROMOTE)
    evaluation = queries.evaluate(actor, pilot_id)
    if evaluation is None:
        return None
    view = evaluation.pilot
    today = clock.today()
    with read() as session:
        places = regions.counties(view.province_code, today, session=session)
        codes = [place.code for place in places]
        known = _covariates(session, evaluation, places, today)
        data = _data(session, view.scenario_id, codes)
    keys = [item.key for item in known if not chosen or item.key in chosen] or [item.key for item in known]
    used = [item for item in known if item.key in keys]
    better = worked_in(evaluation)
    pilots = [unit.code for unit in evaluation.units if unit.arm is Arm.PILOT]
    worked = [code for code in better or pilots if code in set(codes)]
    backed = _backed(evaluation)
    names = {place.code: place.name for place in places}
    tried = {unit.code for unit in evaluation.units if unit.arm is Arm.PILOT}
    candidates = []
    for place in places:
        if place.code in tried:
            continue
        alike = spreading.likeness(used, worked, place.code, codes)
        candidates.append(
            Candidate(
                code=place.code,
                name=place.name,
                city=place.parent,
                group=place.side.label if place.side else place.group,
                side=place.side,
                likeness=alike,
                nearest=names.get(alike.nearest, ""),
                data=data[place.code],
                backed=backed is None or place.side in backed,
            )
        )
    verdict = view.verdict.verdict if view.verdict else None
    return Promotion(
        pilot=view,
        held_back=spreading.held_back(verdict, view.state is PilotState.PROMOTING),
        worked=worked,
        covariates=known,
        chosen=keys,
        candidates=spreading.ordered(candidates),
        known=bool(better),
    )


def worked_in(evaluation: Evaluation) -> list[str]:
    """The pilot counties whose goal figure moved further in the good direction than that of the comparison
    counties on average; none where nothing can be compared."""
    goal = evaluation.goal
    if goal is None:
        return []
    means = causes.unit_means(goal.counties, evaluation.pilot.span, goal.indicator, evaluation.units).dropna()
    change = (means.post - means.pre) * goal.indicator.direction.sign
    others = change[
        [unit.code for unit in evaluation.units if unit.arm is Arm.COMPARISON and unit.code in change.index]
    ]
    pilots = [unit.code for unit in evaluation.units if unit.arm is Arm.PILOT and unit.code in change.index]
    return [] if others.empty else [code for code in pilots if change[code] > others.mean()]


@dataclass(frozen=True)
class Cover:
    """Coverage at the end of a day: shares by group, and of each county its place and what it has."""

    day: date
    shares: Sequence[spreading.Share]
    places: Sequence[RegionView]
    words: Mapping[str, str]  # county code → 试点 / 已上线 / 准备中 / 计划推广 / 不再推广; absent: nothing


def cover(actor: Actor, pilot_id: int, day: date) -> Cover | None:
    """Where a pilot's way of working has arrived by the end of a day, by the groups of that day."""
    return next(iter(covers(actor, pilot_id, (day,))), None)


def covers(actor: Actor, pilot_id: int, days: tuple[date, ...]) -> list[Cover]:
    """The same for several days, with as many reads as for one; nothing where there is no such pilot."""
    require(actor, Permission.PILOT_PROMOTE)
    view = queries.pilot(actor, pilot_id)
    if view is None:
        return []
    with read() as session:
        places = regions.counties_of_days(session, view.province_code, days)
        pilots = [unit.code for unit in queries.units_of(session, view) if unit.arm is Arm.PILOT]
    moves = [
        Move(item.region_code, step.state, step.day)
        for item in adoptions(actor, pilot_id=pilot_id)
        for step in item.steps
    ]
    found = []
    for day in days:
        sides = {place.code: place.side.label if place.side else "未分组" for place in places[day]}
        words = {code: state.label for code, state in spreading.state_on(moves, day).items()}
        if day >= view.start_on:
            words |= dict.fromkeys(pilots, "试点")
        shares = spreading.coverage(sides, pilots, view.start_on, moves, day)
        found.append(Cover(day, shares, places[day], words))
    return found


def _backed(evaluation: Evaluation) -> set[Side] | None:
    """The sides that the verdict speaks for; None for all. With 有条件推广 those the rule names."""
    verdict = evaluation.pilot.verdict
    if verdict is None or verdict.verdict is not Verdict.PROMOTE_IF or evaluation.decision is None:
        return None
    named = {side for side in Side if side.label in evaluation.decision.scope}
    return named or None


def _covariates(session: Session, evaluation: Evaluation, places: Sequence[RegionView], today: date) -> list[Covariate]:
    """What is really known of the counties: their group, where their goal figure started, how they report,
    their towns and terrain, and what staff have loaded."""
    codes = [place.code for place in places]
    towns = fact_queries.towns(session, codes, today)
    since = groups.unchanged_since(session, codes, today)  # not today's date, or every day were another proposal
    found = [
        Covariate(
            GROUP,
            "地区类型",
            "",
            f"{since} 起有效的名单" if since else "现行名单",
            {place.code: place.side.label for place in places if place.side},
        )
    ]
    goal = evaluation.goal
    if goal is not None:
        first = Period.containing(evaluation.pilot.start_on, Cadence.MONTH)
        span = str(first.shift(-BEFORE)), str(first.shift(-1))
        found.append(
            Covariate(
                GOAL,
                f"试点前的{goal.indicator.name}",
                goal.indicator.unit if goal.indicator.unit == "%" else "",
                f"各项报送中 {Period.parse(span[0]).label}至{Period.parse(span[1]).label} 的分子之和除以分母之和",
                _levels(session, goal.indicator, codes, span),
                goal.indicator.decimals,
            )
        )
    urban = {code: 100 * urban / every for code, (every, urban) in towns.items()}
    count = {code: float(every) for code, (every, _) in towns.items()}
    found += [
        Covariate(URBAN, "街道占乡镇（街道）的比重", "%", "行政区划（截至 2025-12-31）", urban),
        Covariate(TOWNS, "乡镇（街道）数", "个", "行政区划（截至 2025-12-31）", count),
        Covariate(RELIEF, "地形起伏度", "", "全国县级地形起伏度数据", fact_queries.relief(), 3),
        Covariate(PROMPT, "近一年按时报送率", "%", "本系统的报送记录", _prompt(session, codes, today)),
    ]
    for name, facts in sorted(fact_queries.facts_on(session, codes, today).items()):
        newest = max(facts.values(), key=lambda fact: fact.as_of)
        values = {code: fact.value for code, fact in facts.items()}
        found.append(Covariate(f"fact:{name}", name, newest.unit, f"{newest.source}（截至 {newest.as_of}）", values, 1))
    return [item for item in found if any(code in item.values for code in codes)]


def _levels(session: Session, indicator: Indicator, codes: Sequence[str], span: tuple[str, str]) -> dict[str, float]:
    """Each county's figure over some months, from whatever collection asked for it: Σn/Σd, or the mean."""
    rows = session.execute(
        select(Rollup.scope_code, func.sum(Rollup.n), func.sum(Rollup.d), func.count())
        .join(IndicatorRow, col(IndicatorRow.id) == Rollup.indicator_id)
        .where(
            IndicatorRow.code == indicator.code,
            IndicatorRow.version == indicator.version,
            Rollup.group_name == "",
            col(Rollup.scope_code).in_(list(codes)),
            col(Rollup.n).is_not(None),
            col(Rollup.period).between(*span),
        )
        .group_by(Rollup.scope_code)
    ).all()
    found = {}
    for code, n, d, count in rows:
        if indicator.kind.has_denominator:
            if d:
                found[code] = float(n) / float(d) * indicator.factor
        else:
            found[code] = float(n) / count / MICRO * indicator.factor
    return found


def _prompt(session: Session, codes: Sequence[str], today: date) -> dict[str, float]:
    """Share of returns due in the last year that came in time."""
    rows = session.execute(
        select(
            col(ReturnRow.region_code), col(ReturnRow.due_on), col(ReturnRow.first_submitted_at), col(ReturnRow.state)
        ).where(
            col(ReturnRow.region_code).in_(list(codes)),
            ReturnRow.due_on < today,
            ReturnRow.due_on >= today.replace(year=today.year - 1, day=min(today.day, 28)),
        )
    ).all()
    due: dict[str, int] = {}
    prompt: dict[str, int] = {}
    for code, due_on, at, state in rows:
        due[code] = due.get(code, 0) + 1
        if at is not None and ReturnState(state).counts and clock.beijing(at).date() <= due_on:
            prompt[code] = prompt.get(code, 0) + 1
    return {code: 100 * prompt.get(code, 0) / count for code, count in due.items()}


def _data(session: Session, scenario_id: int, codes: Collection[str]) -> dict[str, list[DataItem]]:
    """What the registry knows of the scenario's data for each county. It records requests by scenario, so data
    of a provincial department that the scenario has connected serves every county; data of a county's own
    office, or connected by a scenario that a county's own team leads, serves that county."""
    links = session.exec(
        select(ScenarioData, DataResource, Organisation)
        .join(DataResource, col(DataResource.id) == ScenarioData.resource_id)
        .join(Organisation, col(Organisation.id) == DataResource.provider_id)
        .where(ScenarioData.scenario_id == scenario_id)
        .order_by(DataResource.sort_key, DataResource.name)
    ).all()
    own = set(
        session.exec(
            select(Organisation.region_code, ScenarioData.resource_id)
            .join(Scenario, col(Scenario.lead_organisation_id) == Organisation.id)
            .join(ScenarioData, col(ScenarioData.scenario_id) == Scenario.id)
            .where(
                col(Organisation.region_code).is_not(None),
                ScenarioData.status == DataStatus.CONNECTED,
                col(ScenarioData.resource_id).in_([link.resource_id for link, *_ in links]),
            )
        ).all()
    )
    return {
        code: [_item(link, resource, provider, code, (code, resource.id) in own) for link, resource, provider in links]
        for code in codes
    }


def _item(link: ScenarioData, resource: DataResource, provider: Organisation, code: str, own: bool) -> DataItem:
    connected = link.status is DataStatus.CONNECTED
    if own:
        return DataItem(resource.name, "本县已接入", True)
    if provider.region_code is None:
        words = "省级单位提供，场景已接入" if connected else f"省级单位提供，{link.status.label}"
        return DataItem(resource.name, words, connected)
    if provider.region_code == code:
        return DataItem(resource.name, "本县单位提供", True)
    return DataItem(resource.name, f"由{provider.name}提供，需本县另行归集", False)
