"""A return or a feed half-way in when the process is killed leaves no trace or a complete one, and comes in again."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from sqlalchemy import event, text

from db import audit
from db.engine import engine
from db.session import read
from metrics import exports, imports, rollups
from tests.metrics import feeds, stored
from tests.metrics.feeds import ANJI
from tests.metrics.test_feed_loading import rows, small
from tests.metrics.test_imports import put
from tests.support import Cast

TABLES = (
    *("observation", "upload", "feed", "return_check", "return_finding", "rollup", "audit_event", "follow_up"),
    "data_return",
)


def traces() -> list[list[tuple[Any, ...]]]:
    """Every row that saving touches."""
    with read() as session:
        return [sorted(map(tuple, session.execute(text(f"SELECT * FROM {name}"))), key=repr) for name in TABLES]


def in_a_child(work: Callable[[], object], statements: int) -> bool:
    """Do it in a process that kills itself when it has sent so many statements or, with as many as there are,
    while it commits; whether it came to its end."""
    child = os.fork()
    if not child:
        engine().dispose(close=False)  # the parent's connections are the parent's
        sent = 0

        def count(*_: Any) -> None:
            nonlocal sent
            sent += 1
            if sent == statements:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(engine(), "after_cursor_execute", count)
        event.listen(engine(), "commit", lambda _: count() if sent else None)
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def killed_everywhere(work: Callable[[], object], step: int) -> int:
    """Kill it at every so many statements until it survives; how often it was killed. Nothing is ever left."""
    before, killed, at = traces(), 0, 1
    while not in_a_child(work, at):
        killed, at = killed + 1, at + step
        assert traces() == before
    return killed


def sound() -> None:
    with read() as session:
        assert audit.broken_links(session) == []
        assert rollups.differences(session) == []


def test_a_feed(database: str) -> None:
    asked = small()
    data = feeds.table(rows())
    killed = killed_everywhere(lambda: feeds.load(asked, data), 4 if database == "sqlite" else 9)
    assert killed >= 3
    assert len(feeds.stored(asked)) == len(rows())
    sound()
    again = feeds.load(asked, data)
    assert again.written is not None and again.written.saved == 0


def test_a_return(house: object, cast: Cast) -> None:
    made = stored.collection()
    filled = put(
        exports.template_xlsx(cast.wang_anji, made.of(ANJI)), {"SX01": {"n": 96, "d": 100}, "SX04": {"n": 45, "d": 50}}
    )
    assert killed_everywhere(lambda: imports.take_in(cast.wang_anji, filled, "报送.xlsx"), 3) >= 5
    assert imports.take_in(cast.wang_anji, filled, "报送.xlsx").lines[-1].startswith("写入 0 项，未变 2 项")
    sound()
