"""Everything that happens in one county, gathered from every room. Staff see any county, a team its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

import metrics.queries as metrics
import scenarios.need_queries as needs
import scenarios.queries as scenarios
from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.numbers import MISSING
from core.words import Arm, ReturnState
from db.session import read
from db.tables import CollectionUnit, Organisation, Region, RegionGroup, Scenario
from metrics import figure_panel, ranking, ranking_queries
from metrics.figure_panel import Choice, Panel
from metrics.queries import ReturnView
from metrics.ranking import Place
from pilots import feedback_queries, order_queries, promotion_queries, queries
from pilots.feedback_queries import FeedbackView
from pilots.order_queries import AlertView, OrderView
from pilots.promotion_queries import AdoptionView
from pilots.queries import PilotView
from regions import fact_queries, groups
from regions.fact_queries import Fact
from scenarios.need_queries import NeedRow
from scenarios.queries import ScenarioRow

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Value:
    """A county's newest figure of one indicator, and its place inside its group in that period."""

    choice: Choice
    indicator_id: int
    period: str
    shown: str
    change: str
    place: Place | None


@dataclass(frozen=True)
class County:
    """One county's page. `late`: returns past their deadline; `prompt`: (in time, due) of the last year."""

    code: str
    name: str
    city: str
    group: str
    spells: Sequence[str]  # its groups so far, in words
    pilots: Sequence[tuple[PilotView, Arm]]
    open: Sequence[ReturnView]
    late: Sequence[ReturnView]
    prompt: tuple[int, int]
    doubted: int
    orders: Sequence[OrderView]  # addressed to organisations of the county
    alerts: Sequence[AlertView]
    feedback: Sequence[FeedbackView]
    adoptions: Sequence[AdoptionView]
    scenarios: Sequence[ScenarioRow]
    needs: Sequence[NeedRow]
    facts: Mapping[str, Fact]


def may_see(actor: Actor, code: str) -> bool:
    """Staff any county, a county team its own."""
    return bool(may(actor, Permission.RETURN_READ, Subject(region_code=code)))


def county(actor: Actor, code: str) -> County | None:
    """The county with all that concerns it; None when there is none or it is not the actor's to see."""
    if not may_see(actor, code):
        return None
    today = clock.today()
    with read() as session:
        region = session.get(Region, code)
        if region is None or not region.level.is_county:
            return None
        city = session.get(Region, region.parent_code) if region.parent_code else None
        member = groups.memberships(session, [code], today).get(code)
        arms = dict(
            session.exec(
                select(CollectionUnit.collection_id, CollectionUnit.arm).where(CollectionUnit.region_code == code)
            ).all()
        )
        facts = {name: of[code] for name, of in fact_queries.facts_on(session, [code], today).items()}
        spells = _spells(session, code)
        local = set(session.exec(select(Organisation.id).where(Organisation.region_code == code)).all())
        led = set(session.exec(select(Scenario.id).where(Scenario.region_code == code)).all())
    returns = metrics.returns(actor, region_code=code)
    due = [view for view in returns if view.due_on < today and view.due_on >= today - _YEAR]
    owing = [view for view in returns if not view.state.counts and view.opens_on <= today]
    return County(
        code=code,
        name=region.name,
        city=city.name if city else "",
        group=member.name if member else "",
        spells=spells,
        pilots=[(view, Arm(arm)) for view in queries.pilots(actor) if (arm := arms.get(view.collection_id))],
        open=sorted((view for view in owing if view.due_on >= today), key=lambda view: view.due_on),
        late=sorted((view for view in owing if view.due_on < today), key=lambda view: view.due_on),
        prompt=(sum(view.state.counts and bool(view.course.in_time) for view in due), len(due)),
        doubted=sum(view.state is ReturnState.RETURNED for view in returns),
        orders=[view for view in order_queries.orders(actor) if view.organisation_id in local],
        alerts=[view for view in order_queries.alerts(actor) if view.alert.region_code == code],
        feedback=[view for view in feedback_queries.feedback(actor) if view.region_code == code],
        adoptions=promotion_queries.adoptions(actor, region_code=code),
        scenarios=[row for row in scenarios.scenarios(actor) if row.id in led],
        needs=needs.needs(actor, region_code=code),
        facts=facts,
    )


def values(actor: Actor, code: str) -> list[Value]:
    """The county's newest figures with their places, by collection. Places are computed over the whole group."""
    if not may_see(actor, code):
        return []
    with read() as session:
        taking = set(session.exec(select(CollectionUnit.collection_id).where(CollectionUnit.region_code == code)).all())
        mine = [choice for choice in figure_panel.choices(actor) if choice.collection_id in taking]
        by_collection: dict[int, list[str]] = defaultdict(list)
        for choice in mine:
            by_collection[choice.collection_id].append(choice.code)
        panels: dict[tuple[int, str], Panel] = {}
        # The first indicator of every collection, then the second: as many reads as the longest list is long
        for place in range(max(map(len, by_collection.values()), default=0)):
            wanted = {number: codes[place] for number, codes in by_collection.items() if place < len(codes)}
            read_now = figure_panel.panels_of(session, wanted)
            panels |= {(number, wanted[number]): panel for number, panel in read_now.items()}
    found = [
        _value(panels[key], choice, code) for choice in mine if (key := (choice.collection_id, choice.code)) in panels
    ]
    return [value for value in found if value is not None]


def _value(panel: Panel, choice: Choice, code: str) -> Value | None:
    own = panel.rows[(panel.rows.code == code)].dropna(subset=["value"])
    if own.empty:
        return None
    period = str(own.period.max())
    entries = ranking_queries.entries_of(panel, period)
    entry = next(item for item in entries if item.code == code)
    placed = ranking.places(panel.indicator, [item for item in entries if item.group == entry.group])
    before = None if entry.before is None or entry.value is None else entry.value - entry.before
    return Value(
        choice,
        panel.indicator.id,
        period,
        panel.indicator.show(entry.value),
        MISSING if before is None else panel.indicator.show(before, signed=True, unit=False),
        next((place for place in placed if place.entry.code == code), None),
    )


def _spells(session: Session, code: str) -> list[str]:
    """“2024-08-21 至今 山区海岛县”: as the lists name it, oldest first."""
    spells = sorted(
        session.exec(
            select(RegionGroup).where(RegionGroup.scheme == groups.MAIN_SCHEME, RegionGroup.region_code == code)
        ),
        key=lambda spell: spell.valid_from or date.min,
    )
    found = [f"{spell.valid_from or '起初'} 至 {spell.valid_to or '今'} {spell.name}" for spell in spells]
    if spells and spells[-1].valid_to:
        found.append(f"{spells[-1].valid_to + timedelta(days=1)} 起不在名单")
    return found


def known(actor: Actor) -> list[tuple[str, str]]:
    """Counties that the actor may open: (code, name with its city), by city and name."""
    with read() as session:
        rows = session.exec(select(Region).order_by(col(Region.parent_code), Region.sort_key)).all()
        names = {row.code: row.name for row in rows}
    return [
        (row.code, f"{row.name}（{names.get(row.parent_code or '', '')}）")
        for row in rows
        if row.level.is_county and may_see(actor, row.code)
    ]
