"""Many rows at once, on both databases: they are as if they had been written one by one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from core.errors import Duplicate
from db import audit, bulk
from db.session import read, write
from db.tables import AuditEvent, Fact, SignInFailure

AT = datetime(2026, 11, 1, 8, 30, 0, 123_456, tzinfo=UTC)


def test_columns_become_rows_and_types_are_those_of_the_table(database: str) -> None:
    with write() as session:
        assert (
            bulk.append(session, SignInFailure, {"username": ["甲", "乙\t\\N\n"], "address": ["::1", ""]}, {"at": AT})
            == 2
        )
        assert bulk.append(session, SignInFailure, {"username": [], "address": []}, {"at": AT}) == 0
    with read() as session:
        rows = session.exec(select(SignInFailure).order_by(col(SignInFailure.id))).all()
        assert [(row.username, row.address, row.at) for row in rows] == [("甲", "::1", AT), ("乙\t\\N\n", "", AT)]


def test_uneven_columns_are_refused(database: str) -> None:
    with write() as session, pytest.raises(ValueError, match="different lengths"):
        bulk.append(session, Fact, {"name": ["a", "b"], "value": ["1"]})


def test_one_bad_row_stores_none(database: str) -> None:
    with pytest.raises(Duplicate), write() as session:
        bulk.append(session, Fact, {"name": ["a", "b", "a"], "value": ["1", "2", "3"]})
    with read() as session:
        assert session.exec(select(Fact).where(col(Fact.name).in_(["a", "b"]))).all() == []


def test_a_temporary_table_is_filled_anew_each_time(database: str) -> None:
    for rows in ([("330523", 1), ("330521", 2)], [("331127", 3)], []):
        with write() as session:
            for _ in range(2):
                bulk.fill(session, "touched", {"code": "VARCHAR", "units": "INTEGER"}, iter(rows))
            found = session.execute(text("SELECT code, units FROM touched ORDER BY units")).all()
            assert [tuple(row) for row in found] == rows


def test_reserved_ids_are_nobody_elses(database: str) -> None:
    with write() as session:
        first = bulk.reserve(session, SignInFailure, 3)
        columns: dict[str, list[object]] = {"id": [*first], "username": ["a", "b", "c"], "address": ["", "", ""]}
        bulk.append(session, SignInFailure, columns, {"at": AT})
        session.add(SignInFailure(username="d", address="", at=AT))
        session.flush()
        second = bulk.reserve(session, SignInFailure, 1)
    with read() as session:
        ids = session.exec(select(SignInFailure.id)).all()
        assert len({*ids, *second}) == 5
    assert first == sorted(first)


def test_many_events_make_the_chain_that_single_ones_make(database: str) -> None:
    notes = [
        audit.Note("return:save", "return", number, {"SX01": ["–", "96 / 100"], "乙": None, "a": {"z": 1, "b": [True]}})
        for number in range(5)
    ]
    with write() as session:
        audit.record(session, None, "region:load", "region", "前")
        audit.record_many(session, None, notes)
        audit.record_many(session, None, [])
        audit.record(session, None, "region:load", "region", "后", {"n": 1}, "理由")
    with read() as session:
        assert audit.broken_links(session) == []
        rows = session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(7)).all()[::-1]
        assert [row.entity_id for row in rows] == ["前", "0", "1", "2", "3", "4", "后"]
        assert rows[1].changes == notes[0].changes
