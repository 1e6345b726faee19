"""What anybody may read of scenarios without signing in: the frozen copy of a release that was not withdrawn.

Nothing here takes an actor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.session import read
from db.tables import ScenarioRelease
from pilots import publishing
from scenarios import search as searching


@dataclass(frozen=True)
class ReleasedScenario:
    """A scenario as the public sees it. `content` as `pilots.scenario_releasing.content`."""

    id: int
    scenario_id: int
    content: Mapping[str, Any]
    digest: str
    released_at: datetime


def scenarios() -> list[ReleasedScenario]:
    """Everything that is released, the newest first."""
    with read() as session:
        return [
            ReleasedScenario(row.id or 0, row.scenario_id, row.content, row.digest, row.released_at)
            for row in publishing.shown(session, ScenarioRelease)
        ]


def find(code: str) -> ReleasedScenario | None:
    """The released scenario with this code."""
    return next((row for row in scenarios() if row.content["code"] == code), None)


def matching(rows: list[ReleasedScenario], search: str, domain: str) -> list[ReleasedScenario]:
    """Those whose name, summary, problems or departments contain every word (or its pinyin) and whose domain it is."""
    return [
        row
        for row in rows
        if (not domain or row.content["domain"] == domain) and searching.found_in(_key(row.content), search)
    ]


def _key(told: Mapping[str, Any]) -> str:
    problems = (text for title, description, _ in told["needs"] for text in (title, description))
    return searching.search_key(told["name"], told["code"], told["summary"], told["lead"], *told["partners"], *problems)
