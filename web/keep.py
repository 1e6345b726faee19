"""What pages read and work out, kept while the data stand still.

Streamlit runs a page again for every click. A page therefore asks its queries through `ask`: the
answer is kept per question, person, day and data version (the newest event of the operation log,
which every command writes), so a rerun costs one look at the log instead of every read again.

Kept values are shared between sessions and must not be changed. What depends on the clock to the
minute, or on who is signed in (sessions write no data version), is not asked this way.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar, cast

from accounts.permissions import Actor
from core import clock
from core.settings import settings
from db import audit
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
    key = ("ask", query.__module__, query.__qualname__, person, args, tuple(kwargs.items()), version(), clock.today())
    return kept(key, lambda: query(actor, *args, **kwargs))


def kept(key: tuple[Hashable, ...], build: Callable[[], T]) -> T:
    """The value of `build()`, kept per `key` in this process. Put into the key all it depends on: ids,
    `version()`, and the actor's scope whenever the value depends on who asks."""
    return cast(T, _kept(_Question(key, build)))


def version() -> Version:
    """The data's version; looked up once a run, and again when this process has committed since."""
    memo, done = _memo.get(), commits()
    if memo and memo[0][0] == done:
        return memo[0][1]
    with read() as session:
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
