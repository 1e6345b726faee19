"""The server's side of the ticket worker: start one, hand it a task, take its answer."""

from __future__ import annotations

import subprocess
from typing import Any

from core import worker

_SECONDS = 180


def ask(task: str, content: bytes, **about: Any) -> str:
    """What a worker answers. AppError when it takes too long or breaks."""
    return worker.ask(spawn(subprocess.PIPE), task, content, seconds=_SECONDS, **about)


def hand_over(task: str, content: bytes, **about: Any) -> None:
    """Send a task to a worker without waiting for it."""
    worker.hand_over(spawn(subprocess.DEVNULL), task, content, **about)


def spawn(stdout: int) -> worker.Process:
    """A worker waiting for its task on standard input."""
    return worker.spawn("scenarios.ticket_worker", stdout)
