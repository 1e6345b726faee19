"""What a feed is checked against: the returns its rows are for, and the values stored for them and before.

Read with a handful of queries, whatever the number of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, cast, exists, select
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col

from core.periods import Period
from core.words import ReturnState, ValueState
from db import bulk
from db.tables import Collection, LinkRemoval, Observation, Region, ReturnRow
from metrics import defined, queries, revisions, rule_queries
from metrics.defined import Asking
from metrics.model import Entry, Form, Indicator, Line
from metrics.progress import Course
from metrics.queries import TargetView
from metrics.rulebook import DataRule, Waiver

_MANY = 200  # regions; above that their list is not part of the question


class Owed(NamedTuple):
    """One return that rows may be for."""

    id: int
    region_code: str
    period: str
    version: int
    correcting: bool  # it was handed in before, so a change needs its reason
    course: Course

    @property
    def state(self) -> ReturnState:
        return self.course.state


class Stored(NamedTuple):
    """The newest revision of one value."""

    period: str
    revision: int
    n: int | None
    d: int | None
    state: str
    reason: str
    note: str
    link: str

    @property
    def has_value(self) -> bool:
        return self.n is not None and ValueState(self.state).has_value

    @property
    def entry(self) -> Entry:
        return Entry(self.n, self.d, ValueState(self.state), self.reason, self.note, self.link)


Series = tuple[str, int]  # region code, indicator id


@dataclass(frozen=True)
class Frame:
    """A collection as a feed sees it. `stored` holds every series' values by period, from as far back as
    rules look."""

    collection_id: int
    collection: str
    contact: str
    askings: Sequence[Asking]
    owed: Sequence[Owed]
    regions: Mapping[str, str]  # code → name
    targets: Mapping[int, Sequence[TargetView]]
    rules: Sequence[DataRule] = ()
    waivers: Sequence[Waiver] = ()
    stored: Mapping[Series, Mapping[str, Stored]] = field(default_factory=dict)

    @cached_property
    def indicators(self) -> Sequence[Indicator]:
        """Every version that is asked for in some period; rows name them by their place here."""
        return [asking.indicator for asking in self.askings]

    def asked(self, period: str) -> list[int]:
        """Places of the indicators that are asked for in a period."""
        return [at for at, asking in enumerate(self.askings) if asking.holds(period)]

    def values(self, region_code: str, at: int) -> dict[str, Stored]:
        """What was stored for an indicator before this feed, by period, with its past in the version before."""
        asking = self.askings[at]
        before = self.stored.get((region_code, asking.same_before), {}) if asking.same_before else {}
        return {**before, **self.stored.get((region_code, asking.indicator.id), {})}

    def form(self, owed: Owed, lines: Sequence[Line], rules: Sequence[DataRule] = ()) -> Form:
        """A return as the single-return path knows it, with just these lines and rules as data."""
        return Form(
            collection_id=self.collection_id,
            collection=self.collection,
            region_code=owed.region_code,
            region=self.regions.get(owed.region_code, owed.region_code),
            period=Period.parse(owed.period),
            due_on=owed.course.due_on,
            contact=self.contact,
            lines=tuple(lines),
            rules=tuple(rules),
            waivers=self.waivers,
            correcting=owed.correcting,
        )


def load(session: Session, collection_id: int, regions: Several[str], periods: Several[str]) -> Frame:
    """The frame for rows of these regions and periods."""
    collection = session.get_one(Collection, collection_id)
    owed = _owed(session, collection_id, regions, periods)
    return Frame(
        collection_id=collection_id,
        collection=collection.name,
        contact=collection.contact,
        askings=defined.askings(session, collection_id),
        owed=owed,
        regions=_names(session, regions),
        targets=queries.targets_of(session, collection_id),
        rules=rule_queries.in_force(session, collection_id),
        waivers=rule_queries.excused(session, sorted({item.region_code for item in owed})),
        stored=_stored(session, collection_id, regions, periods) if owed else {},
    )


def _names(session: Session, regions: Several[str]) -> dict[str, str]:
    rows = session.execute(select(col(Region.code), col(Region.name)).where(_within(Region.code, regions)))
    return {row[0]: row[1] for row in rows}


def _owed(session: Session, collection_id: int, regions: Several[str], periods: Several[str]) -> list[Owed]:
    query = (
        select(
            col(ReturnRow.id),
            col(ReturnRow.region_code),
            col(ReturnRow.period),
            col(ReturnRow.version),
            col(ReturnRow.submitted_at).is_not(None),
            col(ReturnRow.state),
            col(ReturnRow.opens_on),
            col(ReturnRow.due_on),
            col(ReturnRow.first_submitted_at),
            col(ReturnRow.locked_at),
            col(ReturnRow.unlocked_until),
        )
        .where(
            col(ReturnRow.collection_id) == collection_id,
            col(ReturnRow.period).in_(sorted(periods)),
            _within(ReturnRow.region_code, regions),
        )
        .order_by(col(ReturnRow.period), col(ReturnRow.region_code))
    )
    return [
        Owed(number or 0, region, period, version, correcting, Course(*dates))
        for number, region, period, version, correcting, *dates in session.connection().execute(query)
    ]


def _stored(
    session: Session, collection_id: int, regions: Several[str], periods: Several[str]
) -> dict[Series, dict[str, Stored]]:
    """The newest values of these regions, from the first period that a rule may look back to."""
    first = min(str(Period.parse(period).shift(-queries.HISTORY)) for period in periods)
    # Asking it of each of many values costs, and hardly ever was one taken away.
    link = (
        revisions.link()
        if session.execute(select(exists().where(col(LinkRemoval.observation_id) > 0))).scalar()
        else col(Observation.link)
    )
    query = (
        select(
            col(ReturnRow.region_code),
            col(Observation.indicator_id),
            col(ReturnRow.period),
            col(Observation.revision),
            col(Observation.n),
            col(Observation.d),
            cast(col(Observation.state), String),  # as text: making a word of each costs more than reading it
            col(Observation.reason),
            col(Observation.note),
            link,
        )
        .join(ReturnRow, col(ReturnRow.id) == col(Observation.return_id))
        .where(
            col(ReturnRow.collection_id) == collection_id,
            col(ReturnRow.period) >= first,
            _within(ReturnRow.region_code, regions),
            revisions.newest(),
        )
    )
    found: dict[Series, dict[str, Stored]] = defaultdict(dict)
    for region, indicator_id, *value in bulk.fetch(session, query):
        stored = Stored(*value)
        found[region, indicator_id][stored.period] = stored
    return found


def _within(column: object, regions: Several[str]) -> ColumnElement[bool]:
    """Only these regions; where there are many, all: asking for each takes longer than reading the rest."""
    named: Mapped[str] = column  # type: ignore[assignment]
    return named.in_(sorted(regions)) if len(regions) <= _MANY else named.is_not(None)
