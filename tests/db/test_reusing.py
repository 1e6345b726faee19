"""A PostgreSQL database that a test has used and the next one gets is what a new copy would be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import SQLModel

from core.words import OrganisationKind
from db.engine import engine, reset
from db.session import read, write
from db.tables import Fact, LoginSession, Organisation, Region
from tests.support.databases import Databases, Postgres, use

pytestmark = pytest.mark.postgres


def content() -> dict[str, list[Any]]:
    with engine().connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(select(table)).all()))
            for name, table in SQLModel.metadata.tables.items()
        }


def test_rows_counters_and_triggers_are_those_of_a_new_copy(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another() -> Databases:
        reset()
        made = Databases(tmp_path, postgres=postgres)
        use(monkeypatch, tmp_path, made.create(furnished=True))
        return made

    if postgres._spare:  # of an earlier test
        another()
    first = another()
    new = content()
    with write() as session:
        session.add_all([Fact(name="甲", value="1"), Organisation(name="某单位", kind=OrganisationKind.SOCIAL)])
        session.get_one(Region, "330523").name = "另一个县"
        session.delete(session.get_one(LoginSession, 1))
    assert content() != new
    hanging = engine().raw_connection()  # as of a thread that was not waited for
    hanging.detach()
    hanging.cursor().execute("SELECT * FROM fact")
    first.remove()
    hanging.close()
    assert postgres._spare
    second = another()
    assert content() == new
    with write() as session:
        session.add(added := Organisation(name="某单位", kind=OrganisationKind.SOCIAL))
        session.flush()
        assert added.id == len(new["organisation"]) + 1
        session.execute(text("DROP TRIGGER audit_event_append_only ON audit_event"))
    reset()
    second.remove()
    assert postgres._spare == ""  # whose tables were changed is not used again
    third = another()
    with read() as session, pytest.raises(Exception, match="append"):
        session.execute(text("DELETE FROM audit_event"))
    reset()
    third.remove()
