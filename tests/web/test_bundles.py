"""Messages of a run reach the loop in their order, with few wakes, and none waits once the run has ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime_util import MESSAGE_FLUSH_INTERVAL_SECS
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

from web import bundles

Calls = list[Callable[[], object]]


class Loop:
    """Keeps what it is asked to do until it is told to."""

    def __init__(self) -> None:
        self.soon: Calls = []
        self.timers: list[tuple[float, Callable[[], object]]] = []

    def later(self, seconds: float, call: Callable[[], object]) -> None:
        self.timers.append((seconds, call))

    def turn(self) -> int:
        """Do what threads asked for; how often they woke it."""
        calls = [*self.soon]
        self.soon.clear()
        for call in calls:
            call()
        return len(calls)


def test_messages_wait_for_each_other_and_nothing_for_an_end() -> None:
    loop, heard = Loop(), list[Any]()
    bundle = bundles.Bundle(loop.soon.append, loop.later)
    for number in range(100):
        bundle.add(partial(heard.append, number), at_once=False)
    assert (loop.turn(), heard, [seconds for seconds, _ in loop.timers]) == (1, [], [MESSAGE_FLUSH_INTERVAL_SECS])
    bundle.add(lambda: heard.append(100), at_once=True)
    assert (loop.turn(), heard) == (1, list(range(101)))
    loop.timers.pop()[1]()
    bundle.add(lambda: heard.append(101), at_once=False)
    assert (loop.turn(), heard) == (1, list(range(101)))  # heard once; the next wait anew
    loop.timers.pop()[1]()
    assert heard == list(range(102))


def test_what_fails_does_not_keep_back_what_follows() -> None:
    loop, heard = Loop(), list[Any]()
    bundle = bundles.Bundle(loop.soon.append, loop.later)
    bundle.add(lambda: heard.append(1 // 0), at_once=False)
    bundle.add(lambda: heard.append(2), at_once=True)
    loop.turn()
    assert heard == [2]


def test_sessions_hear_their_runs_that_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AppSession, "_on_scriptrunner_event", AppSession._on_scriptrunner_event)
    bundles.install()
    installed: Any = AppSession._on_scriptrunner_event
    assert installed is bundles._heard
    loop, heard = Loop(), list[Any]()
    session: Any = SimpleNamespace(
        _event_loop=SimpleNamespace(call_later=loop.later),
        _call_soon_on_event_loop=loop.soon.append,
        _handle_scriptrunner_event_on_event_loop=lambda *args, **told: heard.append((*args, told)),
    )
    bundles._heard(session, "runner", ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, forward_msg="message")
    assert (loop.turn(), heard) == (1, [])
    bundles._heard(session, "runner", event=ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS)
    assert (loop.turn(), heard) == (
        1,
        [
            ("runner", ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, {"forward_msg": "message"}),
            ("runner", ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS, {}),
        ],
    )
