"""A process of its own for large feeds: `python -m metrics.feed.worker`, see `core.worker`.

Says {"share": 0…1} while it works and in the end what `working.work` says, or {"error": its kind, …}. Who may send
what was decided by the server; the sender stands in the task.
"""

from __future__ import annotations

import sys
from typing import BinaryIO

import structlog

from core import worker
from core.errors import AppError
from metrics.feed import working
from metrics.feed.checking import Tell
from metrics.feed.loading import Wish

log = structlog.get_logger(__name__)


def main() -> int:
    received = worker.receive()
    if received is None:
        return 1
    task, content, answers = received
    sender, wish = working.sender_of(task["sender"]), Wish(**task["wish"])
    try:
        words = working.work(task["task"], sender, content, task["name"], wish, _teller(answers), **task["more"])
    except AppError as error:
        words = {"error": type(error).__name__, "message": error.message, "remedy": error.remedy}
    except Exception:
        log.exception("feed_failed", task=task["task"])
        return 1
    worker.say(answers, words)
    return 0


def _teller(answers: BinaryIO) -> Tell:
    told = [0.0]

    def tell(share: float) -> None:
        if share - told[0] >= 0.01:
            told[0] = share
            worker.say(answers, {"share": round(share, 2)})

    return tell


if __name__ == "__main__":
    sys.exit(main())
