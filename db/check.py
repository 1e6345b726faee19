"""The database's own word on whether it is whole."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session


def integrity(session: Session) -> list[str]:
    """Problems that the database itself reports; PostgreSQL guards its pages and keys at all times."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("SELECT 1"))
        return []
    problems = [row[0] for row in session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    problems += [
        f"{row[0]} 第 {row[1]} 行引用的 {row[2]} 不存在" for row in session.execute(text("PRAGMA foreign_key_check"))
    ]
    return problems
