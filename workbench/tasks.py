"""What somebody has to do, whatever the room it comes from, and what comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Task:
    """Something that waits for a person, as plain words, with the way to it.

    `count`: how many of them, 0 when it is about one thing, whose `name` is said. `back`: it was handed back. `due_on`:
    the last day, said when `words` do not. `mark`: state and word of its badge. `note`: a line of its own below.
    """

    key: str
    words: str
    page: str
    label: str
    count: int = 0
    name: str = ""
    late: bool = False
    back: bool = False
    due_on: date | None = None
    mark: tuple[str, str] | None = None
    note: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


def in_order(tasks: Iterable[Task]) -> tuple[list[Task], list[Task]]:
    """(the late, the others): each with the earliest last day first, what has none after, else as the rooms gave them;
    among the others what was handed back comes first."""
    found = sorted(tasks, key=lambda task: (not task.back, task.due_on or date.max))
    return [task for task in found if task.late], [task for task in found if not task.late]
