"""Backup and restore: the same rows come back, on either database, or nothing does."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, BigInteger, Column, Enum, TypeDecorator, select
from sqlmodel import SQLModel

from accounts import sessions
from core.errors import AppError, Unreadable
from core.words import OrganisationKind
from db import audit, backup, stamps, upgrade
from db.engine import engine
from db.session import read, write
from db.tables import Fact, Organisation
from tests.support import PASSWORD
from tests.support.databases import Databases, Postgres, use

Rows = dict[str, list[tuple[Any, ...]]]


def everything() -> Rows:
    with engine().connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in SQLModel.metadata.sorted_tables
            if table.name != stamps.OWN  # about what processes keep, not about what people entered
        }


YEAR = {"start_on": date(2026, 1, 1), "end_on": date(2026, 12, 31)}
# Columns that must agree with others, by table.
AGREEING: dict[str, dict[str, Any]] = {
    "award_entry": {"veto": None},
    "bid_milestone": {"paid_on": None},
    "bidder_application": {"decided_at": None},
    "edition": {
        "opens_at": datetime(2026, 11, 1, tzinfo=UTC),
        "recommend_until": datetime(2026, 12, 1, tzinfo=UTC),
        "vote_opens_at": datetime(2026, 11, 1, tzinfo=UTC),
    },
    "pilot": YEAR,
    "recusal": {"decided_at": None},
    "review": {"opens_at": datetime(2026, 11, 1, tzinfo=UTC)},
    "supervision_plan": YEAR,
    # About one indicator, as its columns are all filled in.
    "validation_rule": {"scope": "indicator", "collection_id": None},
}


def fill_every_table() -> None:
    """One more row in each table, made from the types of its columns."""
    with engine().execution_options(write=True).begin() as connection:
        for table in SQLModel.metadata.sorted_tables:
            values = {column.name: _value(connection, column) for column in table.columns if column.name != "id"}
            values |= AGREEING.get(table.name, {})
            connection.execute(table.insert().values(**values))


def _value(connection: Any, column: Column[Any]) -> Any:
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return None if column.nullable else connection.scalar(select(key.column).limit(1))
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, Enum):
        return kind.enums[0]
    if isinstance(kind, JSON):
        return {"说明": ["甲", 1, 0.5, None, True]}
    if isinstance(kind, BigInteger):
        return 9_000_000_000_000_000_000
    return {
        bool: True,
        int: 1,
        float: 0.1,
        bytes: b"%PDF-1.7 \x00\xff",
        datetime: datetime(2026, 11, 22, 6, 5, 7, 123456, tzinfo=UTC),
        date: date(2026, 11, 22),
        str: f"{column.name}，“引号”\n换行",
    }[kind.python_type]


def saved(path: Path) -> tuple[Rows, dict[str, int]]:
    counts = backup.save(path)
    return everything(), counts


def test_round_trip(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, tmp_path, databases.create(furnished=True))
    fill_every_table()
    before, counts = saved(tmp_path / "all.zip")
    assert counts == {name: len(rows) for name, rows in before.items()}
    assert min(counts.values()) >= 1
    assert not (tmp_path / "all.zip.part").exists()

    use(monkeypatch, tmp_path, databases.create())
    assert backup.restore(tmp_path / "all.zip") == counts
    assert everything() == before
    assert upgrade.differences() == []
    with write() as session:  # numbers go on where they stopped
        row = Organisation(name="新单位", kind=OrganisationKind.SOCIAL)
        session.add(row)
        session.flush()
        assert row.id == counts["organisation"] + 1


@pytest.mark.postgres
@pytest.mark.parametrize("upwards", [True, False], ids=["sqlite to postgres", "postgres to sqlite"])
def test_from_one_kind_to_the_other(
    sqlite_template: Path, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, upwards: bool
) -> None:
    pair = [Databases(tmp_path, template=sqlite_template), Databases(tmp_path, postgres=postgres)]
    source, target = pair if upwards else reversed(pair)
    use(monkeypatch, tmp_path, source.create(furnished=True))
    fill_every_table()
    before, counts = saved(tmp_path / "all.zip")
    use(monkeypatch, tmp_path, target.create())
    assert backup.restore(tmp_path / "all.zip") == counts
    assert everything() == before
    with write() as session:
        audit.record(session, 1, "region:load", "region", "江苏省")
    with read() as session:
        # One event was put in by hand, without a hash; the chain around it came over whole.
        assert len(audit.broken_links(session)) == 1
    assert sessions.sign_in("li_staff", PASSWORD, "192.0.2.1")
    engine().dispose()
    for databases in pair:
        databases.remove()


@pytest.fixture
def good(house: Path, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backup, and an empty database to restore it to, with its tables: to make them takes a second."""
    path = tmp_path / "good.zip"
    backup.save(path)
    shutil.copyfile(sqlite_template.with_name("blank.db"), tmp_path / "new.db")
    use(monkeypatch, tmp_path / "new", f"sqlite:///{tmp_path}/new.db")
    return path


def rewrite(path: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """A copy of a backup with some of its members changed or, for None, left out."""
    out = path.with_name("bad.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out


def manifest(**changes: object) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        return json.dumps(json.loads(content) | changes).encode() if name == "manifest.json" else content

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda n, c: c.replace("钱塘大学".encode(), "钱江大学".encode()), "“organisation”与校验值不符"),
        (lambda n, c: c[: len(c) // 2] if n == "region.jsonl" else c, "文件已损坏，没有恢复任何内容"),
        (lambda n, c: None if n == "account.jsonl" else c, "不是智评的备份文件，或文件已损坏"),
        (lambda n, c: None if n == "manifest.json" else c, "不是智评的备份文件，或文件已损坏"),
        (lambda n, c: b"[]" if n == "manifest.json" else c, "不是智评的备份文件，或文件已损坏"),
        (manifest(format=2), "备份格式为 2，本程序读取格式 1"),
        (manifest(revision="9999"), "备份的结构版本“9999”比本程序新。 请先升级程序"),
    ],
    ids=["changed", "cut off", "member gone", "no manifest", "wrong manifest", "other format", "newer"],
)
def test_a_damaged_file_restores_nothing(good: Path, change: Any, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        backup.restore(rewrite(good, change))
    assert {name: rows for name, rows in everything().items() if rows} == {}
    assert backup.restore(good)["account"] == 8


def test_a_flipped_bit_restores_nothing(good: Path) -> None:
    content = bytearray(good.read_bytes())
    content[len(content) // 2] ^= 1
    bad = good.with_name("flipped.zip")
    bad.write_bytes(content)
    with pytest.raises(Unreadable):
        backup.restore(bad)
    assert backup.restore(good)["account"] == 8


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a backup"])
def test_something_else_entirely(good: Path, content: bytes) -> None:
    bad = good.with_name("else.zip")
    bad.write_bytes(content)
    with pytest.raises(Unreadable, match="不是智评的备份文件"):
        backup.restore(bad)
    with pytest.raises(Unreadable, match="不是智评的备份文件"):
        backup.restore(good.with_name("absent.zip"))


def test_a_database_with_anything_in_it_is_left_alone(good: Path) -> None:
    with write() as session:
        session.add(Fact(name="甲", value="1"))
    with pytest.raises(AppError, match="数据库中已有内容，恢复会覆盖它们，已停止。 请把 ZHIPING_DATA_DIR 指向"):
        backup.restore(good)
    assert everything()["account"] == []


def test_a_database_of_another_revision_is_left_alone(good: Path) -> None:
    with engine().execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(AppError, match=r"备份的结构版本为“.*”，数据库为“0000”"):
        backup.restore(good)


def test_a_backup_is_made_while_others_write(house: Path) -> None:
    """What is written after the backup began is not in it, and nobody waits for it."""
    table = SQLModel.metadata.tables["fact"]
    with engine().connect() as reader:
        reader.execute(select(table).limit(1)).all()
        with write() as session:
            session.add(Fact(name="甲", value="1"))
        assert reader.execute(select(table)).all() == []
