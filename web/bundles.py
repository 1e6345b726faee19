"""A run's messages on their way from its thread to the server's loop: in bundles.

Streamlit hands every message (150 of a large page) to the loop on its own. asyncio wakes the loop for each with a system
call that gives the GIL away, so the two threads take turns to the end of the run, which costs a tenth of it. What has
come is sent every few milliseconds anyway: so messages wait that long for each other here. Whatever else a run says,
that it has ended above all, takes those before it along at once; the order stays, and nobody waits for an end.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

import structlog
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime_util import MESSAGE_FLUSH_INTERVAL_SECS
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

log = structlog.get_logger(__name__)


class Bundle:
    """What one session's run has said and the loop has not heard. `soon` has the loop call something, from any
    thread; `later` calls something after so many seconds, from the loop's."""

    def __init__(self, soon: Callable[[Callable[[], object]], None], later: Callable[..., object]) -> None:
        self._soon, self._later = soon, later
        self._waiting: list[Callable[[], None]] = []
        self._lock = Lock()

    def add(self, told: Callable[[], None], *, at_once: bool) -> None:
        """Have the loop hear `told` after everything that was added before."""
        with self._lock:
            self._waiting.append(told)
            first = len(self._waiting) == 1
        if at_once:
            self._soon(self._deliver)
        elif first:
            self._soon(lambda: self._later(MESSAGE_FLUSH_INTERVAL_SECS, self._deliver))

    def _deliver(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for told in waiting:
            try:
                told()
            except Exception:  # the others are heard all the same, as they would have been one by one
                log.exception("message_lost")


def install() -> None:
    """Have all sessions to come hear their runs that way."""
    AppSession._on_scriptrunner_event = _heard  # type: ignore[assignment,method-assign]  # noqa: SLF001


def _heard(session: Any, sender: Any, event: ScriptRunnerEvent, **told: Any) -> None:
    own = vars(session)
    bundle = own.get("bundle") or own.setdefault(
        "bundle",
        Bundle(session._call_soon_on_event_loop, session._event_loop.call_later),  # noqa: SLF001
    )
    bundle.add(
        lambda: session._handle_scriptrunner_event_on_event_loop(sender, event, **told),  # noqa: SLF001
        at_once=event is not ScriptRunnerEvent.ENQUEUE_FORWARD_MSG,
    )
