"""The history of a dossier in words: who changed what, from what to what, when and why, out of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import accounts.queries
from accounts.permissions import Actor
from core.words import DataStatus, ScenarioState, Word
from scenarios.content import replayed

_STATES: Mapping[str, type[Word]] = {"scenario:move": ScenarioState, "scenario:data": DataStatus}
_SAID = {
    "label": "版本",
    "changes": "变化内容",
    "feedback": "依据的反馈",
    "document": "制度成果",
    "scope": "核减后的范围",
    "on": "日期",
    "name": "名称",
}


@dataclass(frozen=True)
class Entry:
    """One line of a history: what was done (`what`) and, one a line, what that changed (`lines`)."""

    at: datetime
    who: str
    action: str
    what: str
    lines: tuple[str, ...]
    reason: str


def history(actor: Actor, scenario_id: int) -> list[Entry]:
    """What happened to a dossier, newest first. The caller has already checked that the actor sees it."""
    return [
        Entry(
            event.at,
            event.actor,
            event.action,
            event.words,
            tuple(described(event.action, event.changes)),
            event.reason,
        )
        for event in accounts.queries.history(actor, "scenario", scenario_id)
    ]


def described(action: str, changes: Mapping[str, object]) -> list[str]:
    """What an event of the audit log changed, in words. Codes that no word stands for are left out."""
    if action == "scenario:edit":
        return [line for change in replayed(changes) for line in change.lines]
    lines = []
    states = _STATES.get(action)
    if states and changes.get("from") in set(states) and changes.get("to") in set(states):
        lines.append(f"{states(str(changes['from'])).label} → {states(str(changes['to'])).label}")
    if action != "scenario:create":  # what was registered first is the dossier itself
        lines += [f"{label}：{changes[key]}" for key, label in _SAID.items() if isinstance(changes.get(key), str)]
    return lines
