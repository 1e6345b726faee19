"""The kinds of all rooms, found by name: the registry stands below the rooms that fill it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

from accounts.permissions import Actor, may
from core.errors import NotFound
from printing.kinds import Kind, Subject

# In the order in which people meet them; each has `KINDS`.
ROOMS = ("pilots.kinds", "metrics.kinds", "scenarios.kinds", "panels.kinds", "challenges.kinds", "awards.kinds")


def kinds() -> dict[str, Kind[Any]]:
    """Every kind by its key."""
    return {kind.key: kind for room in ROOMS for kind in _of(room)}


@cache
def _of(room: str) -> tuple[Kind[Any], ...]:
    return tuple(import_module(room).KINDS)


def kind(key: str) -> Kind[Any]:
    """NotFound names those there are. No more rooms are loaded than it takes."""
    found = next((item for room in ROOMS for item in _of(room) if item.key == key), None)
    if found is None:
        known = "、".join(f"{item.key}（{item.name}）" for item in kinds().values())
        raise NotFound(f"没有名为“{key}”的报告。", f"可以生成的有：{known}。")
    return found


def kinds_for(actor: Actor) -> list[Kind[Any]]:
    """Those that the actor may ask for at all."""
    return [item for item in kinds().values() if may(actor, item.permission)]


def groups(actor: Actor, key: str) -> Sequence[Subject]:
    """What batches of a kind there are; none where it is not printed in batches."""
    batch = kind(key).batch
    return batch.groups(actor) if batch else ()


def subjects(actor: Actor, key: str, group: str | None = None) -> Sequence[Subject]:
    """What a report can be about, all or those of one batch."""
    found = kind(key)
    return found.subjects(actor) if group is None or found.batch is None else found.batch.subjects(actor, group)
