"""Backup to one file and back. The file is a zip: a manifest and the rows of every table as JSON lines.

Neither SQLite's nor PostgreSQL's own format, so a backup made on one restores on the other.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, TypeDecorator, func, insert, select, text
from sqlmodel import SQLModel

from core import clock
from core.errors import AppError, Unreadable
from db import stamps
from db.engine import engine

FORMAT = 1
_BATCH = 5000


def save(path: Path) -> dict[str, int]:
    """Write a consistent copy of every table to `path`; returns rows per table.

    The file appears under its name only when it is complete.
    """
    from db.upgrade import current  # upgrade calls save before migrating

    counts: dict[str, int] = {}
    digests: dict[str, str] = {}
    draft = path.with_name(path.name + ".part")
    revision = current()
    with (
        engine().connect() as connection,
        zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        present = _present(connection)
        for table in SQLModel.metadata.sorted_tables:
            if table.name not in present or table.name == stamps.OWN:
                continue
            digest, rows = hashlib.sha256(), 0
            with out.open(f"{table.name}.jsonl", "w", force_zip64=True) as lines:
                columns = [column for column in table.columns if column.name in present[table.name]]
                for row in connection.execution_options(yield_per=_BATCH).execute(select(*columns)):
                    line = json.dumps(dict(row._mapping), ensure_ascii=False, default=_plain).encode() + b"\n"
                    digest.update(line)
                    lines.write(line)
                    rows += 1
            counts[table.name], digests[table.name] = rows, digest.hexdigest()
        manifest = {
            "format": FORMAT,
            "revision": revision,
            "made_at": clock.now().isoformat(),
            "sha256": digests,
        }
        out.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
    draft.replace(path)
    return counts


def restore(path: Path) -> dict[str, int]:
    """Fill an empty database of the backup's schema revision from `path`, all or nothing.

    Refuses a file that is damaged and a database in which anything is kept already.
    """
    from db.upgrade import current, known, upgrade

    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            if not known(manifest["revision"]):
                raise Unreadable(
                    f"备份的结构版本“{manifest['revision']}”比本程序新。", "请先升级程序，再恢复这份备份。"
                )
            if not current():
                upgrade(revision=manifest["revision"])
            if current() != manifest["revision"]:
                raise AppError(
                    f"备份的结构版本为“{manifest['revision']}”，数据库为“{current()}”。", "请恢复到一个空的数据库。"
                )
            with engine().execution_options(write=True).begin() as connection:
                counts = _fill(connection, archive, manifest["sha256"])
    except (OSError, zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError) as error:
        raise Unreadable(
            "这不是智评的备份文件，或文件已损坏，没有恢复任何内容。", "请选择由 zhiping backup 生成的文件。"
        ) from error
    upgrade()
    return counts


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    if manifest["format"] != FORMAT:
        raise Unreadable(f"备份格式为 {manifest['format']}，本程序读取格式 {FORMAT}。", "请用生成它的版本恢复。")
    return manifest


def _fill(connection: Connection, archive: zipfile.ZipFile, digests: Mapping[str, str]) -> dict[str, int]:
    present = _present(connection)
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name in digests]
    for table in tables:
        if connection.scalar(select(func.count()).select_from(table)):
            raise AppError(
                "数据库中已有内容，恢复会覆盖它们，已停止。", "请把 ZHIPING_DATA_DIR 指向一个空目录后再恢复。"
            )
    counts = {}
    for table in tables:
        counts[table.name] = 0
        rows = _parents_first(table, _lines(archive, table.name, digests[table.name]))
        while batch := list(islice(rows, _BATCH)):
            values = [
                {name: _typed(table, name, value) for name, value in row.items() if name in present[table.name]}
                for row in batch
            ]
            connection.execute(insert(table), values)
            counts[table.name] += len(batch)
    if connection.dialect.name == "postgresql":
        _advance_sequences(connection, tables)
    return counts


def _lines(archive: zipfile.ZipFile, name: str, sha256: str) -> Iterator[dict[str, Any]]:
    """The rows of one table. A wrong checksum is noticed at their end; the transaction then undoes them."""
    digest = hashlib.sha256()
    with archive.open(f"{name}.jsonl") as raw:
        for line in raw:
            digest.update(line)
            yield json.loads(line)
    if digest.hexdigest() != sha256:
        raise Unreadable(f"备份中的“{name}”与校验值不符，文件已损坏，没有恢复任何内容。", "请换一份备份。")


def _parents_first(table: Table, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows that refer to rows of their own table (regions, responsibilities) come after those."""
    own = [key for key in table.foreign_keys if key.column.table is table]
    if not own:
        yield from rows
        return
    parent, key = own[0].parent.name, own[0].column.name
    children: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        children.setdefault(row[parent], []).append(row)
    todo = children.pop(None, [])
    while todo:
        row = todo.pop()
        yield row
        todo += children.pop(row[key], [])


def _present(connection: Connection) -> dict[str, set[str]]:
    """Columns per table as the database has them: a backup before a migration sees the old schema."""
    from sqlalchemy import inspect

    inspector = inspect(connection)
    return {name: {column["name"] for column in inspector.get_columns(name)} for name in inspector.get_table_names()}


def _advance_sequences(connection: Connection, tables: list[Table]) -> None:
    for table in tables:
        if "id" in table.c and table.c.id.primary_key:
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "
                    f"(SELECT COALESCE(MAX(id), 0) + 1 FROM {table.name}), false)"
                )
            )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"cannot keep {type(value).__name__} in a backup")


def _typed(table: Table, name: str, value: Any) -> Any:
    if value is None:
        return None
    # SQLModel's types wrap SQLAlchemy's, and only what is wrapped knows its Python type.
    kept_as = table.c[name].type
    kind = (kept_as.impl_instance if isinstance(kept_as, TypeDecorator) else kept_as).python_type
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is bytes:
        return base64.b64decode(value)
    return value
