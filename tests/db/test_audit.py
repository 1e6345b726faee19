"""The operation log: chained, append-only, and written with the change it tells of."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select

from db import audit
from db.engine import engine
from db.session import read, write
from db.tables import AuditEvent

# Rows that never change, whatever the program does.
APPEND_ONLY = (
    "alert_explanation",
    "adoption_step",
    "audit_event",
    "award_correction",
    "award_deliberation",
    "award_entry_version",
    "award_pack",
    "award_result",
    "award_signature",
    "bid_tolerance",
    "bid_version",
    "challenge_extension",
    "challenge_outcome",
    "data_request_step",
    "frozen_figure",
    "frozen_quality",
    "index_result",
    "index_version",
    "inspection",
    "inspection_record",
    "iteration",
    "link_removal",
    "milestone_value",
    "moderation_record",
    "observation",
    "pilot_payment",
    "pilot_start",
    "pilot_verdict",
    "public_vote",
    "public_vote_ruling",
    "region_fact",
    "reminder",
    "responsibility_confirmation",
    "responsibility_confirmation_item",
    "return_grace",
    "review_entry_version",
    "review_result",
    "review_signature",
    "round_freeze",
    "sheet_version",
    "source_decision",
    "supervision_plan",
    "supervision_step",
    "target",
    "tolerance_decision",
    "watch_hit",
    "watch_note",
)


def broken() -> list[int]:
    with read() as session:
        return audit.broken_links(session)


def tamper(dialect: str, statement: str) -> None:
    """What somebody with the database's own tools could do: take the triggers away, then change rows."""
    with engine().execution_options(write=True).begin() as connection:
        if dialect == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_event_no_update")
            connection.exec_driver_sql("DROP TRIGGER audit_event_no_delete")
        else:
            connection.exec_driver_sql("DROP TRIGGER audit_event_append_only ON audit_event")
        connection.exec_driver_sql(statement)


def test_the_chain_holds(database: str) -> None:
    with write() as session:
        audit.record(session, 1, "need:edit", "need", 3, {"标题": ["旧", "新"], "share": 0.1, "none": None}, "更正")
        audit.record(session, None, "region:load", "region", "江苏省")
    assert broken() == []


@pytest.mark.parametrize(
    "change",
    [
        "actor_id = 1",
        "action = 'account:close'",
        "entity_id = '99'",
        "reason = '补记'",
        "changes = '{}'",
        "at = '2020-01-01 00:00:00+00:00'",
    ],
)
def test_a_changed_event_shows(database: str, change: str) -> None:
    tamper(database, f"UPDATE audit_event SET {change} WHERE id = 5")
    assert broken() == [5]


def test_a_removed_event_shows(database: str) -> None:
    tamper(database, "DELETE FROM audit_event WHERE id = 5")
    assert broken() == [6]


def test_a_changed_event_with_a_new_hash_shows_in_the_next(database: str) -> None:
    tamper(database, "UPDATE audit_event SET reason = '补记' WHERE id = 5")
    with read() as session:
        events = session.exec(select(AuditEvent).where(col(AuditEvent.id).in_([4, 5]))).all()
        forged = audit._digest(events[0].hash, events[1])
    with engine().execution_options(write=True).begin() as connection:
        connection.exec_driver_sql(f"UPDATE audit_event SET hash = '{forged}' WHERE id = 5")
    assert broken() == [6]


@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_the_log(database: str, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="audit_event is append-only"),
        engine().execution_options(write=True).begin() as connection,
    ):
        connection.exec_driver_sql(statement.format("audit_event"))
    assert broken() == []


def test_what_is_append_only(database: str) -> None:
    """The whole list, so that a table cannot quietly lose its trigger."""
    query = {
        "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_no\\_%' ESCAPE '\\'",
        "postgres": "SELECT event_object_table FROM information_schema.triggers",
    }[database]
    with engine().connect() as connection:
        found = sorted(row[0] for row in connection.execute(text(query)))
    assert found == sorted([*APPEND_ONLY, *APPEND_ONLY])  # one for UPDATE, one for DELETE


def test_an_event_is_undone_with_its_change(database: str) -> None:
    def number() -> int:
        with read() as session:
            return len(session.exec(select(AuditEvent.id)).all())

    before = number()
    with pytest.raises(RuntimeError), write() as session:
        audit.record(session, 1, "need:edit", "need", 3)
        raise RuntimeError
    assert number() == before
