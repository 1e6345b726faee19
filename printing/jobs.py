"""Batches that people are having printed: one each, kept while this process runs.

Whoever leaves the page or loads it anew finds how far it has come, and then the archive. Work that nobody waits for
any more comes to its end; another batch of the same person takes its place.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import structlog

from accounts.permissions import Actor
from core.errors import AppError
from printing import batches
from printing.batches import Work

log = structlog.get_logger(__name__)


@dataclass
class Job:
    """One batch of one person. `archive` once it is done; `error` when it could not be done at all."""

    work: Work
    archive: bytes = field(default=b"", repr=False)
    done: bool = False
    error: AppError | None = None
    thread: threading.Thread | None = field(default=None, repr=False)


_jobs: dict[int, Job] = {}


def of(actor: Actor) -> Job | None:
    """What this person is having printed, or had printed last."""
    return _jobs.get(actor.account_id or 0)


def forget(actor: Actor) -> None:
    """Clear the place for another batch."""
    _jobs.pop(actor.account_id or 0, None)


def start(actor: Actor, work: Work) -> Job:
    """Begin to print. AppError while another batch of the same person is under way."""
    before = of(actor)
    if before is not None and not before.done:
        raise AppError("您的上一批还在生成。", "请等它完成，或刷新页面看进度。")
    job = _jobs[actor.account_id or 0] = Job(work)
    job.thread = threading.Thread(target=_run, args=(actor, job), name="batch", daemon=True)
    job.thread.start()
    return job


def _run(actor: Actor, job: Job) -> None:
    try:
        for _ in batches.run(actor, job.work):
            pass
        job.archive = job.work.archive()
    except AppError as error:
        job.error = error
    except Exception:
        log.exception("batch_job_failed")
        job.error = AppError("生成这一批时出错。", "请重试；若仍出现，请联系系统管理员。")
    job.done = True
