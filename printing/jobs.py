"""Batches that people are having printed: one each, kept while this process runs.

Whoever leaves the page or loads it anew finds how far it has come, and then the archive. Work that nobody waits for
any more comes to its end unless it is stopped; another batch of the same person takes its place.
"""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass, field

import structlog

from accounts.permissions import Actor, may
from core.errors import AppError
from printing import batches
from printing.batches import Work

log = structlog.get_logger(__name__)


@dataclass
class Job:
    """One batch of one person. `archive` once it is done; `error` when it could not be done at all; `stopped` when
    nobody wants it any more: it ends with the report at hand, and has no archive."""

    work: Work
    archive: bytes = field(default=b"", repr=False)
    done: bool = False
    stopped: bool = False
    error: AppError | None = None
    thread: threading.Thread | None = field(default=None, repr=False)


_jobs: dict[int, Job] = {}


def of(actor: Actor) -> Job | None:
    """What this person is having printed, or had printed last; nothing of a kind that is no longer his to have."""
    job = _jobs.get(actor.account_id or 0)
    return job if job is not None and may(actor, job.work.kind.permission) else None


def forget(actor: Actor) -> None:
    """Clear the place for another batch; one that is under way is stopped. What was given a number keeps it."""
    job = _jobs.pop(actor.account_id or 0, None)
    if job is not None:
        job.stopped = True


def start(actor: Actor, work: Work) -> Job:
    """Begin to print. AppError while another batch of the same person is under way."""
    before = of(actor)
    if before is not None and not before.done:
        raise AppError("您的上一批还在生成。", "请等它完成，或先停下它。")
    job = _jobs[actor.account_id or 0] = Job(work)
    job.thread = threading.Thread(target=_run, args=(actor, job), name="batch", daemon=True)
    job.thread.start()
    return job


def _run(actor: Actor, job: Job) -> None:
    try:
        with closing(batches.run(actor, job.work)) as steps:
            for _ in steps:
                if job.stopped:
                    return
        job.archive = job.work.archive()
    except AppError as error:
        job.error = error
    except Exception:
        log.exception("batch_job_failed")
        job.error = AppError("生成这一批时出错。", "请重试；若仍出现，请联系系统管理员。")
    finally:
        job.done = True
