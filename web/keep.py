"""What pages read and work out, kept while the data stand still.

Streamlit runs a page again for every click. A page therefore asks its queries through `ask`: the
answer is kept per question, person, day and data version (the newest event of the operation log,
which every command writes), so a rerun costs one look at the log instead of every read again.

When the version moved, an answer still stands if none of the tables that it was read from was written since
(`db.stamps`) and nothing in it asked for the time of day. What a page makes of its answers (pictures, tables) rests
on all that the page had read when it was made.

Kept values are shared between sessions and must not be changed. What depends on the clock to the
minute, or on who is signed in (sessions write no data version), is not asked this way.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar, cast

from accounts.permissions import Actor
from core import clock
from core.settings import settings
from db import audit, stamps
from db.session import commits, read

T = TypeVar("T")
P = ParamSpec("P")

_KEPT = 4096  # values of this process; the least recently used goes first


class Version(NamedTuple):
    """Names a state of the data. Equal versions mean that no command came between."""

    database: str
    event: str


def ask(query: Callable[Concatenate[Actor, P], T], actor: Actor, *args: P.args, **kwargs: P.kwargs) -> T:
    """`query(actor, …)`, kept until the data change or the day ends, for all sessions of the person.
    Arguments must be hashable."""
    person = replace(actor, session_id=None)
    key = ("ask", query.__module__, query.__qualname__, person, args, tuple(kwargs.items()), clock.today())
    return cast(T, _while_it_stands(key, version(), lambda: query(actor, *args, **kwargs), alone=True))


def kept(key: tuple[Hashable, ...], build: Callable[[], T]) -> T:
    """The value of `build()`, kept per `key` in this process. Put into the key all it depends on: ids,
    `version()`, and the actor's scope whenever the value depends on who asks."""
    of = next((part for part in key if isinstance(part, Version)), None)
    if of is None:
        return cast(T, _kept(_Question(key, build)))
    return cast(T, _while_it_stands(tuple(part for part in key if part is not of), of, build, alone=False))


@contextmanager
def page() -> Iterator[None]:
    """Within it, one run of a page, what is made of answers rests on what the page has read so far."""
    with stamps.reading() as seen:
        token = _page.set(seen)
        try:
            yield
        finally:
            _page.reset(token)


@dataclass(slots=True)
class _Entry:
    """A value, the version it was last known to stand at, and the stamps of the tables it rests on."""

    value: Any
    version: Version
    basis: Mapping[str, str | None]


_page: ContextVar[set[str] | None] = ContextVar("page", default=None)
_entries: OrderedDict[tuple[Hashable, ...], _Entry] = OrderedDict()
_lock = Lock()


def _while_it_stands(key: tuple[Hashable, ...], at: Version, build: Callable[[], Any], *, alone: bool) -> Any:
    """`alone`: the value is made from nothing but what `build` itself reads."""
    key = (at.database, *key)
    with _lock:
        entry = _entries.get(key)
        if entry is not None:
            _entries.move_to_end(key)
    if entry is None or not _stands(entry, at):
        marks = _marks(at)  # before anything is read: what is written meanwhile makes the value fall, not stand
        with stamps.reading() as seen:
            value = build()
        around = None if alone else _page.get()
        names = seen if around is None else seen | around
        if not alone and around is None:  # nobody knows what it was made from
            names = {stamps.CLOCK}
        entry = _Entry(value, at, {name: marks.get(name) for name in names})
        with _lock:
            _entries[key] = entry
            _entries.move_to_end(key)
            while len(_entries) > _KEPT:
                _entries.popitem(last=False)
    else:
        stamps.note(entry.basis)
    return entry.value


def _stands(entry: _Entry, at: Version) -> bool:
    if entry.version == at:
        return True
    if stamps.CLOCK in entry.basis:
        return False
    marks = _marks(at)
    if any(marks.get(name) != mark for name, mark in entry.basis.items()):
        return False
    entry.version = at
    return True


_marked: OrderedDict[Version, Mapping[str, str]] = OrderedDict()


def _marks(at: Version) -> Mapping[str, str]:
    """Table → stamp, looked up after `at` was: they may be newer than it, never older."""
    found = _marked.get(at)
    if found is None:
        with read() as session:
            found = stamps.every(session)
        with _lock:
            _marked[at] = found
            while len(_marked) > 4:
                _marked.popitem(last=False)
    return found


def version() -> Version:
    """The data's version; looked up once a run, and again when this process has committed since."""
    memo, done = _memo.get(), commits()
    if memo and memo[0][0] == done:
        return memo[0][1]
    with stamps.aside(), read() as session:
        found = Version(settings().url, audit.newest(session))
    if memo is not None:
        memo[:] = [(done, found)]
    return found


@contextmanager
def one_run() -> Iterator[None]:
    """Within it the data's version is looked up once."""
    token = _memo.set([])
    try:
        yield
    finally:
        _memo.reset(token)


def forget() -> None:
    """Keep nothing that was kept so far."""
    _kept.cache_clear()
    with _lock:
        _entries.clear()
        _marked.clear()


_memo: ContextVar[list[tuple[int, Version]] | None] = ContextVar("data_version", default=None)


class _Question:
    """A key that brings along how to find its value, but is equal by key alone."""

    __slots__ = ("build", "key")

    def __init__(self, key: tuple[Hashable, ...], build: Callable[[], Any]) -> None:
        self.key, self.build = key, build

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Question) and self.key == other.key


@lru_cache(maxsize=_KEPT)
def _kept(question: _Question) -> Any:
    return question.build()
