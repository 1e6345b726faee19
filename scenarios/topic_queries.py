"""Reads about what citizens' requests are about: hot words, topics and sudden rises of a region or a group."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import sqlalchemy
from sqlalchemy import func
from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core import clock
from core.settings import settings
from db.session import read
from db.tables import (
    Need,
    NeedTicket,
    Region,
    Ticket,
    TicketMonth,
    TicketTopic,
    TicketWords,
    Topic,
    TopicMonth,
    TopicRun,
)
from regions import groups
from regions.queries import names
from scenarios.mining import HotWord, hot_words, sudden_rise
from scenarios.need_queries import readable_needs
from scenarios.queries import Link
from scenarios.ticket_queries import TicketView, last_day, visible

ALL = "all"
_GROUP = "group:"
_YEAR = 12  # months that count as the past of hot words, and of which a need takes its tickets
_SERIES = 24  # months of a series
_LEAST = 5  # tickets: below that nothing is called a rise
_NOTABLE = 1.5  # times the usual
_LABEL = 3  # words
_SILENCE = timedelta(minutes=15)  # after which a grouping under way counts as dead


@dataclass(frozen=True)
class Scope:
    """Whose tickets are looked at: one region, a group, or all. `key` stands in the address."""

    key: str
    name: str
    regions: frozenset[str]

    @property
    def region_code(self) -> str:
        """The region that something found here belongs to: the one, else their province."""
        if len(self.regions) == 1:
            return next(iter(self.regions))
        return f"{min(self.regions)[:2]}0000"


@dataclass(frozen=True)
class Series:
    """A count over months, and whether the last of them is a sudden rise (None: too short to say)."""

    name: str
    months: Sequence[str]
    counts: Sequence[int]
    rise: bool | None

    @property
    def last(self) -> int:
        return self.counts[-1] if self.counts else 0


@dataclass(frozen=True)
class TopicRow:
    """A topic in a scope. `series` ends with the month looked at."""

    id: int
    label: str
    words: Sequence[str]
    series: Series

    @property
    def year(self) -> int:
        """Tickets of the last twelve months."""
        return sum(self.series.counts[-_YEAR:])


@dataclass(frozen=True)
class Freshness:
    """When topics were last grouped (None: never), whether tickets came since, whether it is being done now."""

    at: datetime | None
    stale: bool
    under_way: bool


def scopes(actor: Actor, month: str) -> list[Scope]:
    """What the actor can look at, with tickets in that month: everything, the groups of the day, single regions."""
    seen = visible(actor)
    with read() as session:
        codes = session.exec(
            select(TicketMonth.region_code)
            .where(seen(TicketMonth.region_code), TicketMonth.month == month)
            .distinct()
            .order_by(TicketMonth.region_code)
        ).all()
        named = names(session, set(codes))
        member = groups.memberships(session, list(codes), last_day(month))
    by_group: dict[str, set[str]] = defaultdict(set)
    for code in codes:
        if code in member:
            by_group[member[code].name].add(code)
    found = [Scope(code, named[code], frozenset({code})) for code in codes]
    if len(codes) > 1:
        grouped = [Scope(f"{_GROUP}{name}", name, frozenset(inside)) for name, inside in sorted(by_group.items())]
        found = [Scope(ALL, "全部地区", frozenset(codes)), *grouped, *found]
    return found


def scope(actor: Actor, key: str, month: str) -> Scope | None:
    return next((found for found in scopes(actor, month) if found.key == key), None)


def freshness() -> Freshness:
    with read() as session:
        run = _current(session)
        tickets = session.exec(select(func.sum(TicketMonth.tickets))).one() or 0
        newest = session.exec(select(TopicRun).order_by(col(TopicRun.id).desc()).limit(1)).first()
    under_way = newest is not None and newest.finished_at is None and newest.beat > clock.now() - _SILENCE
    return Freshness(run.finished_at if run else None, tickets != (run.tickets if run else 0), under_way)


def months_of(session: Session, regions: Collection[str], until: str) -> list[str]:
    """Months up to `until` for which enough of the regions handed in tickets: a month without any is missing,
    not zero, and a sum over fewer than the coverage floor of the regions is no sum of the scope."""
    handed_in = session.execute(
        sqlalchemy.select(col(TicketMonth.month), func.count(sqlalchemy.distinct(col(TicketMonth.region_code))))
        .where(col(TicketMonth.region_code).in_(regions), col(TicketMonth.month) <= until)
        .group_by(col(TicketMonth.month))
    )
    enough = settings().coverage_floor * len(regions)
    return sorted(month for month, count in handed_in if count >= enough)[-_SERIES:]


def topics(actor: Actor, at: Scope, month: str) -> list[TopicRow]:
    """Topics with tickets in the scope within the last year, most tickets first."""
    with read() as session:
        run = _current(session)
        months = months_of(session, at.regions, month)
        if run is None or not months or months[-1] != month:
            return []
        counts: dict[int, Counter[str]] = defaultdict(Counter)
        query = (
            sqlalchemy.select(*map(col, (TopicMonth.topic_id, TopicMonth.month)), func.sum(TopicMonth.tickets))
            .join(Topic, col(Topic.id) == TopicMonth.topic_id)
            .where(
                col(Topic.run_id) == run.id,
                col(TopicMonth.region_code).in_(at.regions),
                col(TopicMonth.month).in_(months),
            )
            .group_by(col(TopicMonth.topic_id), col(TopicMonth.month))
        )
        for topic_id, when, number in session.execute(query):
            counts[topic_id][when] = int(number)
        said = dict(session.exec(select(Topic.id, Topic.words).where(Topic.run_id == run.id)).all())
    rows = [
        TopicRow(
            id=topic_id,
            label=label(said[topic_id]),
            words=said[topic_id],
            series=series(label(said[topic_id]), months, found),
        )
        for topic_id, found in counts.items()
    ]
    return sorted((row for row in rows if row.year), key=lambda row: (-row.year, row.id))


def rises(actor: Actor, at: Scope, month: str) -> list[tuple[str, Series]]:
    """What rose suddenly in the month, as (kind, series): the total, categories, and single regions of a wider
    scope. Topics carry their own."""
    with read() as session:
        months = months_of(session, at.regions, month)
        if not months or months[-1] != month:
            return []
        named = names(session, set(at.regions))
        rows = session.execute(
            sqlalchemy.select(
                *map(col, (TicketMonth.region_code, TicketMonth.month, TicketMonth.category)), col(TicketMonth.tickets)
            ).where(col(TicketMonth.region_code).in_(at.regions), col(TicketMonth.month) <= month)
        ).all()
    total: Counter[str] = Counter()
    by_category: dict[str, Counter[str]] = defaultdict(Counter)
    by_region: dict[str, Counter[str]] = defaultdict(Counter)
    for code, when, category, number in rows:
        total[when] += number
        by_category[category][when] += number
        by_region[code][when] += number
    found = [("全部工单", series("全部工单", months, total))]
    found += [("诉求类别", series(name, months, counts)) for name, counts in by_category.items()]
    if len(at.regions) > 1:
        # A region's own months: those it handed in itself
        found += [
            ("地区", series(named[code], sorted(counts)[-_SERIES:], counts))
            for code, counts in by_region.items()
            if month in counts
        ]
    return sorted(((kind, line) for kind, line in found if line.rise), key=lambda pair: -pair[1].last)


def hot(actor: Actor, at: Scope, month: str, *, top: int = 20) -> list[HotWord]:
    """The words that mark the month against the same regions' own past year."""
    with read() as session:
        months = months_of(session, at.regions, month)
        if not months or months[-1] != month:
            return []
        rows = session.execute(
            sqlalchemy.select(col(TicketWords.month), col(TicketWords.tickets), col(TicketWords.words)).where(
                col(TicketWords.region_code).in_(at.regions), col(TicketWords.month).in_(months[-_YEAR - 1 :])
            )
        ).all()
    counted: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    tickets: Counter[bool] = Counter()
    for when, number, words in rows:
        counted[when == month].update(words)
        tickets[when == month] += number
    return hot_words(counted[True], tickets[True], counted[False], tickets[False], top=top)


def samples(actor: Actor, topic_id: int, at: Scope, *, limit: int = 5) -> list[TicketView]:
    """The newest tickets of a topic in the scope."""
    seen = visible(actor)
    query = (
        sqlalchemy.select(*map(col, (Ticket.number, Ticket.at, Region.name, Ticket.category, Ticket.text)))
        .join(TicketTopic, col(TicketTopic.ticket_id) == Ticket.id)
        .join(Region, col(Region.code) == Ticket.region_code)
        .where(col(TicketTopic.topic_id) == topic_id, col(Ticket.region_code).in_(at.regions), seen(Ticket.region_code))
        .order_by(col(Ticket.at).desc(), col(Ticket.id).desc())
        .limit(limit)
    )
    with read() as session:
        return [TicketView(*row) for row in session.execute(query)]


def needs_of(actor: Actor, at: Scope, topic_ids: Sequence[int]) -> dict[int, list[Link]]:
    """Needs the actor sees that have tickets of these topics, from this scope, as evidence."""
    query: Any = (
        sqlalchemy.select(*map(col, (TicketTopic.topic_id, Need.id, Need.code, Need.title)))
        .join(NeedTicket, col(NeedTicket.ticket_id) == TicketTopic.ticket_id)
        .join(Need, col(Need.id) == NeedTicket.need_id)
        .join(Ticket, col(Ticket.id) == TicketTopic.ticket_id)
        .where(
            col(TicketTopic.topic_id).in_(topic_ids),
            col(Ticket.region_code).in_(at.regions),
            col(Need.id).in_(readable_needs(actor).with_only_columns(Need.id)),
        )
        .distinct()
        .order_by(col(Need.code))
    )
    found: dict[int, list[Link]] = defaultdict(list)
    with read() as session:
        for topic_id, *need in session.execute(query):
            found[topic_id].append(Link(*need))
    return found


def label(words: Sequence[str]) -> str:
    return "、".join(words[:_LABEL])


def series(name: str, months: Sequence[str], counts: Mapping[str, int]) -> Series:
    """A count over these months, with its verdict. What people are to look at is not only beyond chance but also
    at least five tickets and half as many again as usual."""
    numbers = [counts.get(month, 0) for month in months]
    rise = sudden_rise(numbers)
    if rise:
        rise = numbers[-1] >= max(_LEAST, _NOTABLE * median(numbers[:-1]))
    return Series(name, months, numbers, rise)


def _current(session: Session) -> TopicRun | None:
    finished = select(TopicRun).where(col(TopicRun.finished_at).is_not(None))
    return session.exec(finished.order_by(col(TopicRun.id).desc()).limit(1)).first()
