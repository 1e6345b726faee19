"""Every way to change rows stamps the tables, so that what was kept of them falls."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, insert, text, update
from sqlmodel import SQLModel, select

from core import clock
from db import bulk, stamps
from db.engine import engine
from db.session import read, write
from db.tables import Fact, Organisation, SignInFailure


@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("SELECT * FROM pilot", set()),
        ("WITH a AS (SELECT id FROM pilot) SELECT * FROM a", set()),
        ("BEGIN IMMEDIATE", set()),
        ("SAVEPOINT pilot", set()),
        ('INSERT INTO "rollup" (id) SELECT id FROM pilot', {"rollup"}),
        ("insert or ignore into rollup (id) values (1)", {"rollup"}),
        ("UPDATE pilot SET name = (SELECT name FROM scenario)", {"pilot"}),
        ("\n DELETE FROM pilot", {"pilot"}),
        ("WITH gone AS (DELETE FROM pilot RETURNING id) SELECT id FROM gone", {"pilot"}),
        ("TRUNCATE pilot, scenario", {"pilot", "scenario"}),
        ("INSERT INTO for_a_while (id) VALUES (1)", set()),
    ],
)
def test_what_a_statement_changes(statement: str, changed: set[str]) -> None:
    assert stamps.written(statement) == changed


def marks() -> dict[str, str]:
    with read() as session:
        return dict(stamps.every(session))


def test_every_way_of_writing_stamps_its_tables(database: str) -> None:
    seen = marks()

    def moved() -> set[str]:
        nonlocal seen
        before, seen = seen, marks()
        return {name for name, mark in seen.items() if before.get(name) != mark}

    with write() as session:
        session.add(Fact(name="one", value="1"))
    assert moved() == {"fact"}
    with write() as session:
        session.execute(update(Fact).values(value="2"))
        session.execute(insert(SignInFailure), [{"username": "a", "address": "b", "at": clock.now()}])
    assert moved() == {"fact", "sign_in_failure"}
    with write() as session:  # COPY on PostgreSQL
        bulk.append(session, Fact, {"name": ["two", "three"], "value": ["2", "3"]})
        bulk.fill(session, "for_a_while", {"id": "integer"}, [(1,)])
    assert moved() == {"fact"}
    with engine().execution_options(write=True).begin() as connection:
        connection.execute(text("DELETE FROM fact WHERE name = 'two'"))
    assert moved() == {"fact"}
    with pytest.raises(ZeroDivisionError), write() as session:
        session.execute(delete(Fact))
        1 / 0  # noqa: B018
    with read() as session:
        session.exec(select(Organisation)).all()
    assert moved() == set()


def test_what_is_read_is_told(database: str) -> None:
    with stamps.reading() as outer:
        with stamps.reading() as inner, read() as session:
            session.exec(select(Fact.name)).all()
            session.execute(text('SELECT 1 FROM "organisation"'))
        with read() as session:
            session.exec(select(SignInFailure.username)).all()
            with stamps.aside():
                session.execute(text("SELECT 1 FROM pilot"))
        assert stamps.CLOCK not in outer
        clock.now()
    assert inner == {"fact", "organisation"}
    assert outer == {"fact", "organisation", "sign_in_failure", stamps.CLOCK}


def test_all_that_the_demo_wrote_is_stamped(demo_house: Path) -> None:
    """Every command of the demo, by whatever door: tables that hold rows have a stamp."""
    with read() as session:
        stamped = {name.partition("#")[0] for name in stamps.every(session)}
        filled = {
            table.name
            for table in SQLModel.metadata.sorted_tables
            if session.execute(select(1).select_from(table).limit(1)).first()
        }
    assert filled - stamped - {stamps.OWN} == set()
