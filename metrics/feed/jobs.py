"""Files that people are having checked or saved: one each, kept while this process runs.

Whoever leaves the page or loads it anew finds the file, how far it has come, and what was found. Large files are
worked on beside everything else; what a save has begun comes to its end, whoever watches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from accounts.permissions import Actor
from core.errors import AppError, Conflict
from metrics import feed_service
from metrics.feed.loading import Wish
from metrics.feed.working import INLINE, Look

log = structlog.get_logger(__name__)


@dataclass
class Job:
    """One file of one person. `look` once it was checked, `answer` once it was saved or refused; `error` when
    it could not be done, `overtaken` when a return was changed by somebody between looking and saving."""

    name: str
    data: bytes
    wish: Wish
    saving: bool = False
    share: float = 0.0
    done: bool = False
    look: Look | None = None
    answer: dict[str, Any] | None = None
    error: AppError | None = None
    overtaken: bool = False
    thread: threading.Thread | None = field(default=None, repr=False)


_jobs: dict[int, Job] = {}


def of(actor: Actor) -> Job | None:
    """What this person is having done, or had done last."""
    return _jobs.get(actor.account_id or 0)


def forget(actor: Actor) -> None:
    """Clear the place for another file. What is being saved is not stopped."""
    _jobs.pop(actor.account_id or 0, None)


def check(actor: Actor, data: bytes, name: str, wish: Wish) -> Job:
    """Begin to look at a file; a small one has been looked at on return."""
    return _begin(actor, Job(name, data, wish), _check)


def save(actor: Actor, job: Job, *, partial: bool) -> Job:
    """Begin to save what a look showed."""
    wish = replace(job.wish, partial=partial)
    return _begin(actor, Job(job.name, job.data, wish, saving=True, look=job.look), _save)


def _begin(actor: Actor, job: Job, work: Callable[[Actor, Job], None]) -> Job:
    _jobs[actor.account_id or 0] = job
    if len(job.data) <= INLINE:
        _run(actor, job, work)
    else:
        job.thread = threading.Thread(target=_run, args=(actor, job, work), name="feed", daemon=True)
        job.thread.start()
    return job


def _run(actor: Actor, job: Job, work: Callable[[Actor, Job], None]) -> None:
    try:
        work(actor, job)
    except AppError as error:
        job.error = error
    except Exception:
        log.exception("feed_job_failed")
        job.error = AppError("处理这个文件时出错，没有保存任何内容。", "请重试；若仍出现，请联系系统管理员。")
    job.done = True


def _check(actor: Actor, job: Job) -> None:
    job.look = feed_service.look(actor, job.data, job.name, job.wish, _teller(job))


def _save(actor: Actor, job: Job) -> None:
    assert job.look is not None
    try:
        _, job.answer = feed_service.deliver(actor, job.data, job.name, job.wish, seen=job.look.seen, tell=_teller(job))
    except Conflict:
        job.overtaken, job.saving = True, False
        _check(actor, job)


def _teller(job: Job) -> Callable[[float], None]:
    def tell(share: float) -> None:
        job.share = share

    return tell
