"""Search keys of scenarios registered before there were any."""

from __future__ import annotations

from sqlmodel import select

from db.session import write
from db.tables import Scenario
from scenarios.search import search_key


def write_missing_keys() -> int:
    """Write the keys of scenarios without one; returns how many there were. A summary is never empty, so
    neither is its key."""
    with write() as session:
        rows = session.exec(select(Scenario).where(Scenario.search_more == "")).all()
        for row in rows:
            row.search_text = search_key(row.name, row.code, every_reading=True)
            row.search_more = search_key(row.summary)
        return len(rows)
