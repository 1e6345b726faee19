"""Search keys of what was registered before there were any."""

from __future__ import annotations

from sqlmodel import select

from db.session import write
from db.tables import DataResource, Scenario
from scenarios.search import search_key, sort_key


def write_missing_keys() -> int:
    """Write the keys of scenarios and data resources without one; returns how many there were. A name or a
    summary is never empty, so neither is its key."""
    with write() as session:
        rows = session.exec(select(Scenario).where(Scenario.search_more == "")).all()
        for row in rows:
            row.search_text = search_key(row.name, row.code, every_reading=True)
            row.search_more = search_key(row.summary)
        resources = session.exec(select(DataResource).where(DataResource.search_text == "")).all()
        for resource in resources:
            resource.search_text = search_key(resource.name, resource.code, every_reading=True)
            resource.sort_key = sort_key(resource.name)
        return len(rows) + len(resources)
