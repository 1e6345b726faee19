"""Why a report says something else than the one before it: what was decided, corrected or set in between, by whom and
when, in the words of the operation log. Each kind names the records whose events its readers may know."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlmodel import Session

from accounts import labels
from core import clock
from db import happened
from db.happened import Event
from db.session import read

_NAMED = 20  # reasons told one by one
_CHINESE = re.compile(r"[\u4e00-\u9fff]|^[A-Z]{2}\d{2}$")  # keys of changes that people can read: names, codes


@dataclass(frozen=True)
class Dated:
    """A reason in a sentence, and when it came about."""

    at: datetime
    words: str


Source = Callable[[Session, datetime, datetime], Sequence[Dated]]  # what a room finds between two moments


@dataclass(frozen=True)
class Cause:
    """A source: events of the log that may explain a change, those of `actions` on `ids` of one entity (None: on all
    of its kind).

    where     what their changes must hold besides, as {"bid": 7}
    persons   whether readers may know who; otherwise they are told the organisation
    reasons   whether readers may know the reasons that were given
    """

    entity: str
    ids: Collection[object] | None
    actions: Collection[str]
    where: Mapping[str, Any] = field(default_factory=dict)
    persons: bool = True
    reasons: bool = True

    def __call__(self, session: Session, start: datetime, end: datetime) -> list[Dated]:
        return told(happened.events(session, self.entity, self.ids, self.actions, start, end), self)


def since(sources: Sequence[Source], start: datetime, end: datetime) -> list[str]:
    """What happened after the report before this one, until this one was true, in the order in which it did."""
    if not sources:
        return []
    with read() as session:
        found = [dated for source in sources for dated in source(session, start, end)]
    return shortened([dated.words for dated in sorted(found, key=lambda dated: dated.at)])


def told(events: Sequence[Event], cause: Cause) -> list[Dated]:
    """A sentence an event; the same thing done to many records in one go is one sentence."""
    kept = [event for event in events if all(event.changes.get(name) == value for name, value in cause.where.items())]
    found = []
    for words, same in groupby(kept, lambda event: _sentence(event, cause)):
        each = list(same)
        count = f"（共 {len(each)} 项）" if len(each) > 1 else ""
        found.append(Dated(each[0].at, f"{words}{count}。"))
    return found


def shortened(said: Sequence[str], where: str = "操作记录") -> list[str]:
    """Not more than a page of reasons; the rest is counted."""
    more = len(said) - _NAMED
    return [*said[:_NAMED], f"另有 {more} 项，见{where}。"] if more > 0 else list(said)


def _sentence(event: Event, cause: Cause) -> str:
    who = event.by if cause.persons else event.house
    words = f"北京时间 {clock.show(event.at)}，{who}{labels.action(event.action)}"
    detail = _detail(event.changes)
    reason = event.reason.strip().rstrip("。") if cause.reasons else ""
    return words + (f"：{detail}" if detail else "") + (f"，理由：{reason}" if reason else "")


def _detail(changes: Mapping[str, Any]) -> str:
    """What was done and what became of what, where the log says so in words that people read."""
    said = [str(changes["do"])] if changes.get("do") else []
    listed = changes.get("changes")
    if isinstance(listed, list):
        said += [str(item) for item in listed]
    for name, value in changes.items():
        if _CHINESE.search(name):
            pair = isinstance(value, list) and len(value) == 2
            said.append(f"{name} {value[0]} → {value[1]}" if pair else f"{name} {value}")
    return "；".join(said)
