"""What pages keep: the same answer while the data stand still, a new one after any command."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import count

import pytest
from sqlalchemy import delete
from sqlmodel import Session, SQLModel, select

from accounts.permissions import Actor
from core import clock
from core.words import Role
from db import audit
from db.session import read, write
from db.tables import Need, TicketWords
from web import keep

LI = Actor(1, 1, "李研", Role.INSTITUTE)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    keep.forget()
    asked.clear()


asked: list[tuple[object, ...]] = []


def query(actor: Actor, number: int = 0, *, state: str = "") -> int:
    """How often it was really asked. It is about needs."""
    with read() as session:
        session.exec(select(Need.id)).all()
    asked.append((actor.name, number, state))
    return len(asked)


def by_the_minute(actor: Actor) -> int:
    clock.now()
    return query(actor)


def command(table: type[SQLModel] = Need) -> None:
    with write() as session:
        session.execute(delete(table))
        audit.record(session, None, "need:edit", "need", 1)


def signing_in() -> None:
    with write() as session:
        audit.record(session, None, "session:open", "account", 1)


def test_the_same_question_is_asked_once(database: str) -> None:
    assert [keep.ask(query, LI, 7), keep.ask(query, LI, 7)] == [1, 1]
    assert [keep.ask(query, LI, 8), keep.ask(query, LI, 7, state="x"), keep.ask(query, LI, 7)] == [2, 3, 1]


def test_another_person_gets_another_answer(database: str) -> None:
    other = replace(LI, account_id=2, name="王安吉")
    moved = replace(LI, role=Role.COUNTY, region_code="330523")
    assert [keep.ask(query, who) for who in (LI, other, moved, LI)] == [1, 2, 3, 1]


def test_two_sessions_of_a_person_share_an_answer(database: str) -> None:
    assert [keep.ask(query, LI), keep.ask(query, replace(LI, session_id=2))] == [1, 1]


def test_a_command_makes_every_answer_new(database: str) -> None:
    keep.ask(query, LI)
    signing_in()
    assert keep.ask(query, LI) == 1
    command()
    assert keep.ask(query, LI) == 2


def test_what_was_read_from_other_tables_stands(database: str) -> None:
    assert [keep.ask(query, LI), keep.ask(by_the_minute, LI)] == [1, 2]
    command(TicketWords)
    assert [keep.ask(query, LI), keep.ask(by_the_minute, LI)] == [1, 3]
    command(Need)
    assert keep.ask(query, LI) == 4
    with write() as session:  # nothing in the log: it shows with the next command, whatever that is about
        session.execute(delete(Need))
    assert keep.ask(query, LI) == 4
    command(TicketWords)
    assert keep.ask(query, LI) == 5


def test_what_a_page_makes_rests_on_what_it_has_read(database: str) -> None:
    numbers = count(1)

    def draw() -> int:
        with keep.page():
            keep.ask(query, LI)
            return keep.kept(("picture", keep.version()), lambda: next(numbers))

    assert [draw(), draw()] == [1, 1]
    command(TicketWords)
    assert draw() == 1  # the answer it rests on was not even asked anew
    command(Need)
    assert draw() == 2
    assert keep.kept(("loose", keep.version()), lambda: 1) == 1
    command(TicketWords)
    assert keep.kept(("loose", keep.version()), lambda: 2) == 2  # nobody knows what it rests on


def test_within_a_run_the_version_is_read_once_and_again_after_a_commit(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    newest = audit.newest

    def look(session: Session) -> str:
        looked.append(newest(session))
        return looked[-1]

    monkeypatch.setattr(audit, "newest", look)
    with keep.one_run():
        before = keep.version()
        assert keep.version() == before
        assert len(looked) == 1
        command()
        assert keep.version() != before
        assert len(looked) == 2
    keep.version()
    assert len(looked) == 3


def test_a_new_day_is_a_new_question(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keep.ask(query, LI)
    monkeypatch.setattr(clock, "today", lambda: date(2030, 1, 1))
    assert keep.ask(query, LI) == 2


def test_a_restored_database_is_another_version(database: str) -> None:
    """Numbers of events may agree by chance; the chain's hash does not."""
    command()
    version = keep.version()
    with write() as session:
        audit.record(session, None, "need:edit", "need", 2)
    assert keep.version().event != version.event


def test_what_fails_is_not_kept(database: str) -> None:
    with pytest.raises(ZeroDivisionError):
        keep.kept(("x",), lambda: 1 / 0)
    assert keep.kept(("x",), lambda: 1.0) == 1.0
