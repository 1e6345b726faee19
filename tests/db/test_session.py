"""Transactions: once or not at all, together without losing anything, refusals in Chinese."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from core.errors import AppError, Conflict, Duplicate
from core.words import OrganisationKind
from db import audit
from db import engine as making
from db.session import _is_collision, check_version, read, write
from db.tables import Account, Fact, LoginSession, Organisation

THREADS, ROUNDS = 8, 25


def name_of(number: int) -> str:
    with read() as session:
        found = session.get(Organisation, number)
        assert found is not None
        return found.name


def test_all_or_nothing(database: str) -> None:
    with pytest.raises(RuntimeError), write() as session:
        session.add(Fact(name="甲", value="1"))
        session.flush()
        raise RuntimeError
    with write() as session:
        session.add(Fact(name="乙", value="2"))
    with read() as session:
        assert session.exec(select(Fact.name)).all() == ["乙"]


def test_reading_commits_nothing(database: str) -> None:
    with read() as session:
        session.add(Fact(name="甲", value="1"))
        session.flush()
    with read() as session:
        assert session.exec(select(Fact)).all() == []


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (
            lambda s: s.add(Organisation(name="钱塘大学", kind=OrganisationKind.SOCIAL)),
            "已有同名单位。 请核对后修改，或刷新页面查看已有记录。",
        ),
        (
            lambda s: s.add_all([Fact(name="甲", value="1"), Fact(name="甲", value="2")]),
            "已有相同的记录。 请核对后修改，或刷新页面查看已有记录。",
        ),
    ],
)
def test_a_value_that_is_taken(database: str, break_it: Callable[[Session], None], message: str) -> None:
    with pytest.raises(Duplicate) as refused, write() as session:
        break_it(session)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "break_it",
    [
        lambda s: s.add(Organisation(name="某单位", kind=OrganisationKind.SOCIAL, region_code="999999")),
        lambda s: s.connection().exec_driver_sql("UPDATE organisation SET kind = 'club' WHERE id = 1"),
        lambda s: s.connection().exec_driver_sql("UPDATE organisation SET name = NULL WHERE id = 1"),
    ],
    ids=["foreign key", "check", "not null"],
)
def test_integrity_is_kept_by_the_database(database: str, break_it: Callable[[Session], None]) -> None:
    with pytest.raises(AppError, match="数据没有通过数据库的完整性检查，未保存。"), write() as session:
        break_it(session)


def test_a_page_that_showed_an_older_row(database: str) -> None:
    with write() as session:
        row = session.get(Organisation, 1)
        assert row is not None
        seen = row.version
        row.short_name = "甲"
    with pytest.raises(Conflict) as refused, write() as session:
        check_version(session.get(Organisation, 1), seen)
    assert str(refused.value) == "这条记录刚被别人改过，您的修改没有保存。 请刷新页面，核对最新内容后重新提交。"


def race(work: Callable[[int], bool], times: int) -> list[bool]:
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, range(times)))


def test_threads_that_begin_at_once_share_an_engine(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one would keep its connections open until the garbage collector finds them."""
    made, make = [], making.make

    def slowly(url: str) -> Engine:
        time.sleep(0.02)
        made.append(url)
        return make(url)

    monkeypatch.setattr(making, "make", slowly)
    assert race(lambda _: name_of(1) != "", THREADS) == [True] * THREADS
    assert len(made) == 1


def test_writers_queue_and_no_update_is_lost(database: str) -> None:
    """Read, add one, write: eight threads at once. Every one ends in a Conflict or counts."""

    def add_one(_: int) -> bool:
        try:
            with write() as session:
                row = session.get(Organisation, 1)
                assert row is not None
                row.short_name = str(int(row.short_name or 0) + 1)
            return True
        except Conflict:
            return False

    with write() as session:
        row = session.get(Organisation, 1)
        assert row is not None
        row.short_name, before = "0", row.version
    counted = race(add_one, THREADS * ROUNDS)
    with read() as session:
        row = session.get(Organisation, 1)
        assert row is not None
        assert int(row.short_name) == sum(counted)
        assert row.version == before + 1 + sum(counted)
    if database == "sqlite":  # the write lock is taken first, so nobody reads what is about to change
        assert all(counted)


def test_of_eight_who_saw_the_same_page_one_saves(database: str) -> None:
    def save(number: int) -> bool:
        try:
            with write() as session:
                row = session.get(Organisation, 1)
                check_version(row, 1)
                assert row is not None
                row.short_name = f"第{number}"
            return True
        except Conflict:
            return False

    assert race(save, THREADS).count(True) == 1


def test_the_log_of_many_writers_is_one_chain(database: str) -> None:
    """Each changes its own row and another's, in any order: no deadlock reaches a person as an error page."""

    def work(number: int) -> bool:
        try:
            with write() as session:
                row = session.get(Organisation, number % 6 + 1)
                assert row is not None
                row.short_name = str(number)
                audit.record(session, 1, "organisation:create", "organisation", row.id)
            return True
        except Conflict:
            return False

    done = race(work, THREADS * 10)
    with read() as session:
        assert audit.broken_links(session) == []
    assert sum(done) >= len(done) // 4


@pytest.mark.parametrize(
    ("error", "expected"),
    [("database is locked", True), ("database table is locked: x", False), ("no such table: x", False)],
)
def test_what_counts_as_a_collision(error: str, expected: bool) -> None:
    assert _is_collision(OperationalError("", {}, Exception(error))) is expected


def test_times_come_back_in_utc(database: str) -> None:
    at = datetime(2026, 11, 22, 6, 5, 7, 123456, tzinfo=UTC)
    with write() as session:
        session.add(LoginSession(account_id=1, token_hash="t", created_at=at, seen_at=at))
    with read() as session:
        row = session.exec(select(LoginSession).where(LoginSession.token_hash == "t")).one()
        assert (row.created_at, row.created_at.tzinfo) == (at, UTC)
        assert session.exec(select(Account.id).where(col(Account.created_at) < at)).all() is not None


def test_names_are_kept_as_written(database: str) -> None:
    with write() as session:
        row = session.get(Organisation, 1)
        assert row is not None
        row.name = "龙游䶮喆𠮷研究院"
    assert name_of(1) == "龙游䶮喆𠮷研究院"
