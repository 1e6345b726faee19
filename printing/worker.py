"""A process of its own that prints reports of a batch: `python -m printing.worker`, see `core.worker`.

It is handed one subject after another and says one line a report: {"id", "filename", "number", "digest", "data":
base64, "words"}; one that was refused has no data, and its words say why. Who asks was decided by the server; the
session stands in the task and is looked up anew.

What a report takes is imported here while nothing else runs: a third of the time of that went into looking for garbage
among what stays for good.
"""

from __future__ import annotations

import base64
import gc
import os
import sys
from typing import Any, BinaryIO

from core import worker
from core.memory import no_collection


def main() -> int:
    received = worker.receive()
    if received is None:
        return 1
    task, _, answers = received
    with no_collection():
        from printing import registry

        kind = registry.kind(task["kind"])
    gc.freeze()
    return _print(kind, task, answers)


def _print(kind: Any, task: dict[str, Any], answers: BinaryIO) -> int:
    import structlog

    from accounts import sessions
    from accounts.permissions import OPERATOR
    from core.errors import AppError
    from printing import batches
    from printing.kinds import Subject

    log = structlog.get_logger(__name__)
    try:
        actor = OPERATOR if task["session"] is None else sessions.actor(task["session"])
        if actor is None:
            raise AppError("登录已经失效，没有生成。", "请重新登录后再生成这一批。")
        subjects = (Subject(*given) for given in worker.pieces())
        for subject, part in batches.print_all(actor, kind, subjects, task["form"]):
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
    code = main()
    sys.stderr.flush()
    os._exit(code)  # to take all of it down again would keep the batch waiting for half a second
