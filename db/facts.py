"""Single facts about this installation, kept in the database so that every process agrees."""

from __future__ import annotations

from sqlmodel import Session

from core.settings import settings
from db.session import read
from db.tables.system import Fact


def get(session: Session, name: str) -> str | None:
    found = session.get(Fact, name)
    return found.value if found else None


def put(session: Session, name: str, value: str) -> None:
    session.merge(Fact(name=name, value=value))


def is_demo() -> bool:
    """Whether this installation shows invented figures: what the setting says, else how it was made."""
    chosen = settings().demo
    if chosen is False:
        return False
    with read() as session:
        return get(session, "demo") == "1"
