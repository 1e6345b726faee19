"""The worker's part of an import: one file after the other, in short transactions, whole or not at all.

Rows are stored batch by batch so that nobody else waits for the lock, but they count for nothing until the last
transaction declares the import done. What an import leaves behind that did not get there is cleared away: at once
when it failed, and when nobody has heard of its worker for a minute.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy
import structlog
from sqlalchemy import delete, func, text, update
from sqlmodel import Session, col, select

from core import clock, uploads
from core.errors import AppError, Invalid
from core.settings import settings
from core.tabular import open_table
from core.words import ImportState, Role
from db import audit, bulk
from db.session import read, take_turns, write
from db.tables import Account, Region, Ticket, TicketImport
from scenarios import ticket_months
from scenarios.places import Place, Places
from scenarios.ticket_reading import ColumnMap, Row, Tally, find_layout
from scenarios.ticket_reading import read as read_rows

log = structlog.get_logger(__name__)

BEAT = 3.0  # seconds between two signs of life
SILENCE = timedelta(seconds=60)  # after which a worker counts as dead
_TURN_LOCK = 7_319_302  # any constant: one import at a time, on PostgreSQL too
_PIECE = 10_000  # rows deleted in one transaction
_UNDER_WAY = col(TicketImport.state).not_in([state for state in ImportState if state.ended])
_COLUMNS = (
    *("import_id", "scope", "number", "at", "month", "region_code", "category", "text"),
    *("handled", "replied", "satisfaction", "rectification"),
)
_NEWS = ("handled", "replied", "satisfaction", "rectification")
_UNREADABLE = "过半的行读不出来，没有导入任何内容。"
_CHECK = "请核对列的对应是否正确，改好后重新上传。"


@dataclass
class _Outcome:
    """What storing has come to; `news` are the changes of tickets known before, applied at the end."""

    added: int = 0
    unchanged: int = 0
    news: list[dict[str, Any]] = field(default_factory=list)
    regions: set[str] = field(default_factory=set)


def register(session: Session, author: int, name: str, region_code: str | None = None) -> int:
    """An import that waits for its worker; returns its number."""
    now = clock.now()
    row = TicketImport(
        file_name=uploads.clean_name(name),
        region_code=region_code,
        state=ImportState.WAITING,
        started_by=author,
        started_at=now,
        beat=now,
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id


def run(import_id: int, content: bytes, columns: ColumnMap) -> bool:
    """Read and store a file whose import has been registered. False when it failed; then it left nothing."""
    with _alive(import_id):
        try:
            _wait_for_turn(import_id)
            _import(import_id, content, columns)
        except AppError as error:
            _fail(import_id, str(error))
            return False
        except BaseException:
            log.exception("ticket_import_failed", import_id=import_id)
            _fail(import_id, "导入时出错，没有导入任何内容。请重试；若仍出现，请联系系统管理员。")
            raise
    return True


def clear_dead() -> int:
    """Clear away what dead workers left and say so in their imports. Returns how many there were."""
    with read() as session:
        dead = list(session.exec(select(TicketImport.id).where(*_dead())).all())
    for import_id in dead:
        _fail(import_id or 0, "导入中断，没有留下任何内容。请重新上传。")
    return len(dead)


def load_places(session: Session) -> Places:
    """The divisions that this installation knows."""
    columns = (Region.code, Region.name, Region.short_name, Region.level, Region.parent_code)
    return Places(Place(*row) for row in session.execute(sqlalchemy.select(*map(col, columns))))


def others_wait() -> bool:
    """Whether another import is under way or waiting for its turn."""
    with read() as session:
        return session.exec(select(TicketImport.id).where(_UNDER_WAY).limit(1)).first() is not None


def _import(import_id: int, content: bytes, columns: ColumnMap) -> None:
    with read() as session:
        about = session.get_one(TicketImport, import_id)
        name, region_code, author = about.file_name, about.region_code, about.started_by
        role = session.exec(select(Account.role).where(Account.id == author)).one()
        places = load_places(session)
    book = open_table(content, name, limit_mb=settings().ticket_mb)
    layout = find_layout(book)
    if layout is None:
        raise Invalid(["没有找到表头：前 10 行里没有“工单编号”“受理时间”“诉求内容”这样的列名"], "请下载模板对照。")
    sheet = book.sheet(layout.sheet)
    assert sheet is not None
    tally, outcome = Tally(), _Outcome()
    _note(import_id, state=ImportState.STORING, rows=layout.rows, digest=book.digest)
    only = region_code if role is Role.COUNTY else None
    for rows in read_rows(sheet, layout, columns, places, tally, region_code=region_code, only=only):
        with write() as session:
            _store(session, import_id, rows, outcome)
            session.execute(_update(import_id).values(seen=tally.seen, beat=clock.now()))
    if 2 * (tally.rejected - tally.repeated) > tally.seen:
        _note(import_id, **_figures(tally))
        raise Invalid([_UNREADABLE], _CHECK)
    with write() as session:
        _finish(session, import_id, author, tally, outcome)


def _store(session: Session, import_id: int, rows: Sequence[Row], outcome: _Outcome) -> None:
    """Add the tickets not known yet; of the others note what is new about how they were handled."""
    bulk.fill(
        session,
        "incoming_ticket",
        {"place": "INTEGER", "scope": "VARCHAR", "number": "VARCHAR"},
        [(place, row.scope, row.number) for place, row in enumerate(rows)],
    )
    known = {
        place: about
        for place, *about in session.execute(
            text(
                f"SELECT i.place, t.id, t.region_code, {', '.join(f't.{name}' for name in _NEWS)} FROM incoming_ticket i "
                "JOIN ticket t ON t.scope = i.scope AND t.number = i.number"
            )
        )
    }
    moment = _sender(session, "at")
    fresh = [
        (
            import_id,
            *(row.scope, row.number, moment(row.at), row.month, row.region_code, row.category, row.text),
            *_news(row),
        )
        for place, row in enumerate(rows)
        if place not in known
    ]
    bulk.insert(session, "ticket", _COLUMNS, fresh)
    outcome.added += len(fresh)
    outcome.regions |= {row.region_code for place, row in enumerate(rows) if place not in known}
    for place, (ticket_id, region_code, *before) in known.items():
        # A cell left blank is no news, and a number that another county has is another county's to update.
        after = [old if new is None else new for old, new in zip(before, _news(rows[place]), strict=True)]
        if region_code == rows[place].region_code and [_plain(value) for value in before] != after:
            outcome.news.append({"ticket": ticket_id, **dict(zip(_NEWS, after, strict=True))})
            outcome.regions.add(region_code)
        else:
            outcome.unchanged += 1


def _finish(session: Session, import_id: int, author: int, tally: Tally, outcome: _Outcome) -> None:
    """The transaction that makes the import count."""
    if outcome.news:
        names = ", ".join(f"{name} = :{name}" for name in _NEWS)
        session.execute(text(f"UPDATE ticket SET {names} WHERE id = :ticket"), outcome.news)
    counts = {"added": outcome.added, "updated": len(outcome.news), "unchanged": outcome.unchanged}
    session.execute(
        _update(import_id).values(
            state=ImportState.DONE, finished_at=clock.now(), beat=clock.now(), **counts, **_figures(tally)
        )
    )
    ticket_months.rebuild(session, outcome.regions)
    masked = {"names": tally.names, "phones": tally.phones, "documents": tally.documents}
    changes = {**counts, "rejected": tally.rejected, "masked": masked}
    audit.record(session, author, "ticket:import", "ticket_import", import_id, changes)


def _fail(import_id: int, message: str) -> None:
    """Take back what was stored, piece by piece, then say why."""
    left = select(Ticket.id).where(Ticket.import_id == import_id).limit(_PIECE)
    while True:
        with write() as session:
            gone: Any = session.execute(delete(Ticket).where(col(Ticket.id).in_(left)))
            session.execute(_update(import_id).values(beat=clock.now()))
            if gone.rowcount < _PIECE:
                break
    _note(import_id, state=ImportState.FAILED, message=message, finished_at=clock.now())


def _wait_for_turn(import_id: int) -> None:
    """Until no import before this one is under way. The order is that of their numbers."""
    while True:
        clear_dead()
        with write() as session:
            take_turns(session, _TURN_LOCK)
            before = session.exec(
                select(func.count()).select_from(TicketImport).where(col(TicketImport.id) < import_id, _UNDER_WAY)
            ).one()
            if not before:
                session.execute(_update(import_id).values(state=ImportState.READING, beat=clock.now()))
                return
        time.sleep(0.5)


@contextmanager
def _alive(import_id: int) -> Iterator[None]:
    """Give a sign of life every few seconds, also while a long file is being opened."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT):
            _note(import_id)

    pulse = threading.Thread(target=beat, daemon=True)
    pulse.start()
    try:
        yield
    finally:
        done.set()
        pulse.join()


def _dead() -> list[Any]:
    return [_UNDER_WAY, col(TicketImport.beat) < clock.now() - SILENCE]


def _update(import_id: int) -> Any:
    return update(TicketImport).where(col(TicketImport.id) == import_id)


def _note(import_id: int, **values: Any) -> None:
    with write() as session:
        session.execute(_update(import_id).values(beat=clock.now(), **values))


def _figures(tally: Tally) -> dict[str, Any]:
    return {
        "seen": tally.seen,
        "rejected": tally.rejected,
        "names": tally.names,
        "phones": tally.phones,
        "documents": tally.documents,
        "findings": [asdict(finding) for finding in tally.findings]
        + [{"rule": rule, "count": count} for rule, count in tally.rules.items()],
    }


def _news(row: Row) -> list[Any]:
    return [_plain(getattr(row, name)) for name in _NEWS]


def _plain(value: Any) -> Any:
    """As the driver takes it: words by their value; SQLite gives truth as 0 and 1, which equal False and True."""
    return value.value if hasattr(value, "value") else value


def _sender(session: Session, column: str) -> Any:
    """What makes of a column's value that which the driver of this database takes."""
    dialect = session.get_bind().dialect
    processor = bulk.table_of(Ticket).c[column].type.dialect_impl(dialect).bind_processor(dialect)
    return processor or (lambda value: value)
