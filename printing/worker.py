"""A process of its own that prints its share of a batch: `python -m printing.worker`, see `core.worker`.

Says one line a report: {"id", "filename", "number", "digest", "data": base64, "words"}; one that was refused has no
data, and its words say why. Who asks was decided by the server; the session stands in the task and is looked up anew.
"""

from __future__ import annotations

import base64
import sys

import structlog

from accounts import sessions
from accounts.permissions import OPERATOR
from core import worker
from core.errors import AppError
from printing import batches, registry
from printing.kinds import Subject

log = structlog.get_logger(__name__)


def main() -> int:
    received = worker.receive()
    if received is None:
        return 1
    task, _, answers = received
    subjects = [Subject(*given) for given in task["subjects"]]
    try:
        actor = OPERATOR if task["session"] is None else sessions.actor(task["session"])
        if actor is None:
            raise AppError("登录已经失效，没有生成。", "请重新登录后再生成这一批。")
        for subject, part in batches.print_all(actor, registry.kind(task["kind"]), subjects, task["form"]):
            worker.say(
                answers,
                {
                    "id": subject.id,
                    "filename": part.filename,
                    "number": part.number,
                    "digest": part.digest,
                    "data": base64.b64encode(part.data).decode(),
                    "words": part.words,
                },
            )
    except AppError as error:
        log.warning("batch_refused", words=str(error))
        return 1
    except Exception:
        log.exception("batch_failed", kind=task["kind"])
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
