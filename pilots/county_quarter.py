"""One county in one quarter, gathered from every room and read once: figures with places, pilots, quality, what is
open. Staff see any county, a team its own; of others it is handed nothing but its own place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound
from core.periods import Cadence, Period
from core.words import Arm, CollectionKind, FollowUpState, PilotState, SupervisionState
from db.session import read
from db.tables import Collection, CollectionUnit, Organisation, Region, ReturnRow
from metrics import figure_panel, follow_ups, quality_facts, quarter, ranking, ranking_queries
from metrics import queries as metrics
from metrics.figure_panel import Choice, Panel
from metrics.follow_ups import FollowUpView
from metrics.quality import Quality
from metrics.quality_facts import Facts
from metrics.quarter import Line
from metrics.queries import ReturnView
from metrics.ranking import Place
from pilots import county_queries, order_queries, queries
from pilots.order_queries import AlertView, OrderView
from pilots.queries import PilotView
from printing.kinds import Subject
from regions import groups


@dataclass(frozen=True)
class CountyQuarter:
    """`together` is the quality of all that was due in the quarter, `quality` by collection; `returns` are those of
    the quarter that are not in; `doubts`, `orders` and `alerts` those that nobody has settled."""

    code: str
    name: str
    city: str
    group: str
    quarter: Period
    lines: Sequence[Line]
    pilots: Sequence[tuple[PilotView, Arm]]
    quality: Sequence[tuple[str, Quality]]
    together: Quality
    returns: Sequence[ReturnView]
    due: int
    in_time: int
    doubts: Sequence[FollowUpView]
    orders: Sequence[OrderView]
    alerts: Sequence[AlertView]


def quarters(actor: Actor) -> list[Subject]:
    """Quarters in which something was due, the newest first."""
    with read() as session:
        query = _due(actor).with_only_columns(col(ReturnRow.period)).distinct()
        found = quarter.quarters(list(session.scalars(query)))
    return [Subject(str(item), item.label) for item in found]


def counties(actor: Actor, key: str) -> list[Subject]:
    """Counties that owed something in a quarter and that the actor may see, by code."""
    chosen = quarter_of(key)
    with read() as session:
        rows = session.execute(
            _due(actor)
            .join(Region, col(Region.code) == ReturnRow.region_code)
            .with_only_columns(col(Region.code), col(Region.name), col(Region.level), col(ReturnRow.period))
            .distinct()
        ).all()
    found = {code: name for code, name, level, period in rows if level.is_county and quarter.inside(chosen, [period])}
    return [
        Subject(f"{code}:{chosen}", f"{name}　{chosen.label}")
        for code, name in sorted(found.items())
        if county_queries.may_see(actor, code)
    ]


def quarter_of(key: str) -> Period:
    """2026Q3; NotFound for anything else."""
    try:
        found = Period.parse(key)
    except ValueError:
        found = Period(1, 1, Cadence.YEAR)
    if found.cadence is not Cadence.QUARTER:
        raise NotFound(f"“{key}”不是一个季度。", "季度写成 2026Q3。")
    return found


class Reader:
    """Reads counties one after the other; what they share (the panels with everybody's places) is read once. With
    `many`, also what costs more for one county than for all together is read for all."""

    def __init__(self, actor: Actor, *, many: bool = False) -> None:
        self._actor, self._many, self._today = actor, many, clock.today()
        self._panels: dict[tuple[int, str], Panel | None] = {}
        self._places: dict[tuple[int, str], dict[str, dict[str, Place]]] = defaultdict(dict)
        self._facts: dict[int, Facts] = {}

    def county(self, subject: str) -> CountyQuarter:
        """By “330523:2026Q3”. NotFound: no such county or quarter, or not the actor's to see."""
        code, _, key = subject.partition(":")
        chosen = quarter_of(key)
        if not county_queries.may_see(self._actor, code) or chosen.start > self._today:
            raise NotFound("没有找到这个县的这个季度，或您无权查看。", "编号写成 330523:2026Q3：县代码、冒号、季度。")
        with read() as session:
            region = session.get(Region, code)
            if region is None or not region.level.is_county:
                raise NotFound(f"没有代码为“{code}”的县（市、区）。", "代码见“地区与分组”，如 330523。")
            city = session.get(Region, region.parent_code) if region.parent_code else None
            member = groups.memberships(session, [code], min(chosen.end, self._today)).get(code)
            arms = _arms(session, code)
            local = set(session.exec(select(Organisation.id).where(Organisation.region_code == code)).all())
            lines = [found for choice in self._choices if (found := self._line(session, choice, code, chosen, arms))]
            facts = [(name, self._part(session, number, code, chosen)) for number, name in _collections(lines).items()]
        returns = [
            view
            for view in metrics.returns(self._actor, region_code=code)
            if quarter.inside(chosen, [view.period]) and (view.state.counts or view.due_on < self._today)
        ]
        return CountyQuarter(
            code=code,
            name=region.name,
            city=city.name if city else "",
            group=member.name if member else "未分组",
            quarter=chosen,
            lines=lines,
            pilots=[(view, arms[view.collection_id]) for view in self._pilots if _during(view, chosen, arms)],
            quality=[(name, part.quality()) for name, part in facts],
            together=quality_facts.together([part for _, part in facts]),
            returns=[view for view in returns if not view.state.counts],
            due=len(returns),
            in_time=sum(bool(view.course.in_time) for view in returns),
            doubts=[
                view for view in self._doubts if view.region_code == code and quarter.inside(chosen, [view.period])
            ],
            orders=[view for view in self._orders if view.organisation_id in local],
            alerts=[
                view
                for view in self._alerts
                if view.alert.region_code == code and quarter.inside(chosen, [view.alert.period])
            ],
        )

    def _line(
        self, session: Session, choice: Choice, code: str, chosen: Period, arms: Mapping[int, Arm]
    ) -> Line | None:
        if choice.collection_id not in arms:
            return None
        key = (choice.collection_id, choice.code)
        if key not in self._panels:
            self._panels[key] = figure_panel.panel_of(session, *key)
        panel = self._panels[key]
        if panel is None:
            return None
        known = self._places[key]

        def places(period: str) -> dict[str, Place]:
            if period not in known:
                found = ranking.places(panel.indicator, ranking_queries.entries_of(panel, period))
                known[period] = {place.entry.code: place for place in found}
            return known[period]

        return quarter.line(panel, choice, code, chosen, places)

    def _part(self, session: Session, collection_id: int, code: str, chosen: Period) -> Facts:
        facts = self._facts.get(collection_id)
        if facts is None:
            facts = quality_facts.of_collection(session, collection_id, None if self._many else [code])
            if self._many:
                self._facts[collection_id] = facts
        facts = facts.part(code=code)
        return facts.during(quarter.inside(chosen, sorted(set(facts.returns.period))))

    @cached_property
    def _choices(self) -> Sequence[Choice]:
        return figure_panel.choices(self._actor, reported=False)

    @cached_property
    def _pilots(self) -> Sequence[PilotView]:
        return queries.pilots(self._actor)

    @cached_property
    def _doubts(self) -> Sequence[FollowUpView]:
        return follow_ups.follow_ups(self._actor, states=[FollowUpState.OPEN], limit=100_000)

    @cached_property
    def _orders(self) -> Sequence[OrderView]:
        return [view for view in order_queries.orders(self._actor) if view.state is not SupervisionState.CLOSED]

    @cached_property
    def _alerts(self) -> Sequence[AlertView]:
        return order_queries.alerts(self._actor)


def _due(actor: Actor) -> SelectOfScalar[ReturnRow]:
    return (
        metrics.readable(actor)
        .join(Collection, col(Collection.id) == ReturnRow.collection_id)
        .where(col(ReturnRow.opens_on) <= clock.today(), Collection.kind != CollectionKind.ASSESSMENT)
    )


def _arms(session: Session, code: str) -> dict[int, Arm]:
    rows = session.exec(
        select(CollectionUnit.collection_id, CollectionUnit.arm).where(CollectionUnit.region_code == code)
    )
    return {number: Arm(arm) for number, arm in rows}


def _collections(lines: Sequence[Line]) -> dict[int, str]:
    return {line.choice.collection_id: line.choice.collection for line in lines}


def _during(view: PilotView, chosen: Period, arms: Mapping[int, Arm]) -> bool:
    """Whether a pilot in which the county takes part ran in the quarter."""
    started = view.state is not PilotState.DESIGN and view.start_on <= chosen.end
    return view.collection_id in arms and started and view.end_on >= chosen.start
