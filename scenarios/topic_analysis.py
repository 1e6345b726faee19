"""The worker's part of need mining: all tickets grouped into topics, their words counted by region and month.

A run builds its results beside those that pages show and takes their place in its last transaction; then the old
ones are removed piece by piece. A run that died is removed by the next.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy
from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from core import clock
from core.words import ImportState
from db import audit, bulk
from db.session import read, take_turns, write
from db.tables import Ticket, TicketImport, TicketTopic, TicketWords, Topic, TopicMonth, TopicRun
from scenarios import topics
from scenarios.segmenting import words

_TURN_LOCK = 7_319_303
_PIECE = 20_000  # rows written or removed in one transaction
_SILENCE = timedelta(minutes=15)  # clustering is one long call without a sign of life


def run() -> int:
    """Group all tickets afresh; returns the number of topics. Two runs take turns."""
    run_id = _begin()
    begun = time.perf_counter()
    ids, places, texts, by_place = _read()
    found = topics.group(texts)
    numbers = _store(run_id, ids, places, found)
    with write() as session:
        session.execute(delete(TicketWords))
        bulk.insert(
            session,
            "ticket_words",
            ("region_code", "month", "tickets", "words"),
            [(*place, count, bulk.as_json(dict(counted))) for place, (count, counted) in by_place.items()],
        )
        seconds = round(time.perf_counter() - begun, 1)
        session.execute(
            update(TopicRun)
            .where(col(TopicRun.id) == run_id)
            .values(finished_at=clock.now(), tickets=len(ids), seconds=seconds)
        )
        # Pages keep what they have read until the log moves on.
        changes = {"tickets": len(ids), "topics": len(numbers), "seconds": seconds}
        audit.record(session, None, "ticket:group", "topic_run", run_id, changes)
    _remove_others(run_id)
    return len(numbers)


def _begin() -> int:
    while True:
        with write() as session:
            take_turns(session, _TURN_LOCK)
            under_way = session.exec(
                select(func.count())
                .select_from(TopicRun)
                .where(col(TopicRun.finished_at).is_(None), col(TopicRun.beat) > clock.now() - _SILENCE)
            ).one()
            if not under_way:
                row = TopicRun(started_at=clock.now(), beat=clock.now())
                session.add(row)
                session.flush()
                return row.id or 0
        time.sleep(1)


def _read() -> tuple[
    list[int], list[tuple[str, str]], list[list[str]], dict[tuple[str, str], tuple[int, Counter[str]]]
]:
    """Ids, (region, month) and words of all tickets that count, and in how many tickets each word occurs by
    (region, month). Names of places are words of a region, but of no topic."""
    ids: list[int] = []
    places: list[tuple[str, str]] = []
    texts: list[list[str]] = []
    counted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    tickets: Counter[tuple[str, str]] = Counter()
    query = (
        sqlalchemy.select(*map(col, (Ticket.id, Ticket.region_code, Ticket.month, Ticket.text)))
        .join(TicketImport, col(TicketImport.id) == Ticket.import_id)
        .where(col(TicketImport.state) == ImportState.DONE)
        .order_by(col(Ticket.id))
        .execution_options(yield_per=5000)
    )
    with read() as session:
        for number, region_code, month, text in session.execute(query):
            said = list(words(text))
            place = region_code, month
            ids.append(number)
            places.append(place)
            texts.append([word for word, is_place in said if not is_place])
            counted[place].update({word for word, _ in said})
            tickets[place] += 1
    return ids, places, texts, {place: (tickets[place], counted[place]) for place in tickets}


def _store(run_id: int, ids: Sequence[int], places: Sequence[tuple[str, str]], found: topics.Grouping) -> list[int]:
    sizes = Counter(found.topic)
    with write() as session:
        numbers = bulk.reserve(session, Topic, len(found.words))
        rows = [
            (number, run_id, bulk.as_json(list(said)), sizes[topic])
            for topic, (number, said) in enumerate(zip(numbers, found.words, strict=True))
        ]
        bulk.insert(session, "topic", ("id", "run_id", "words", "tickets"), rows)
    members = [(numbers[topic], ticket) for topic, ticket in zip(found.topic, ids, strict=True) if topic != topics.NONE]
    for at in range(0, len(members), _PIECE):
        with write() as session:
            bulk.insert(session, "ticket_topic", ("topic_id", "ticket_id"), members[at : at + _PIECE])
            session.execute(update(TopicRun).where(col(TopicRun.id) == run_id).values(beat=clock.now()))
    monthly = Counter(
        (numbers[topic], *place) for topic, place in zip(found.topic, places, strict=True) if topic != topics.NONE
    )
    summed = [(*key, count) for key, count in monthly.items()]
    for at in range(0, len(summed), _PIECE):
        with write() as session:
            bulk.insert(
                session, "topic_month", ("topic_id", "region_code", "month", "tickets"), summed[at : at + _PIECE]
            )
    return numbers


def _remove_others(run_id: int) -> None:
    """Remove what earlier runs left: finished ones that are replaced, and dead ones."""
    with read() as session:
        others = select(TopicRun.id).where(col(TopicRun.id) < run_id)
        old = list(session.exec(select(Topic.id).where(col(Topic.run_id).in_(others))).all())
    for number in old:
        for table in (TicketTopic, TopicMonth):
            with write() as session:
                session.execute(delete(table).where(col(table.topic_id) == number))
    with write() as session:
        _forget(session, run_id)


def _forget(session: Session, run_id: int) -> None:
    gone: Any = delete(Topic).where(col(Topic.run_id) < run_id)
    session.execute(gone)
    session.execute(delete(TopicRun).where(col(TopicRun.id) < run_id))
