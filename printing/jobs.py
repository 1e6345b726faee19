"""Batches that people are having printed: one each. Whoever leaves the page or loads it anew finds how far it has come,
and then the archive.

Work that nobody waits for any more comes to its end unless it is stopped. The server's end stops it, too; whoever comes
back then reads how far it had come, and has it printed again: what was given a number keeps it (decisions/017).
"""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace

import structlog

from accounts import sessions
from accounts.permissions import Actor, may
from core.errors import AppError, NotFound
from printing import batches, kept, registry
from printing.batches import Part, Work
from printing.kept import Note
from printing.kinds import Subject

log = structlog.get_logger(__name__)

_SAME = "已经编号的报告，数没有变时再次生成仍是同一个编号。"
_GONE = AppError("压缩包已经不在了。", f"请重新生成这一批。{_SAME}")


@dataclass
class Job:
    """One batch of one person. Once it is `done` it has an archive of this `filename` and `digest`; `error` says why
    not; `stopped` when nobody wants it any more: it ends with the report at hand."""

    work: Work
    done: bool = False
    stopped: bool = False
    error: AppError | None = None
    filename: str = ""
    digest: str = ""
    thread: threading.Thread | None = field(default=None, repr=False)


_jobs: dict[int, Job] = {}
_lock = threading.RLock()  # between pages of one person, and them and the thread that prints


def of(actor: Actor) -> Job | None:
    """What this person is having printed, or had printed last; nothing of a kind that is no longer his to have."""
    with _lock:
        job = _jobs.get(actor.account_id or 0)
        if job is None and (note := kept.note(actor)) is not None:
            job = _left(note)
    return job if job is not None and may(actor, job.work.kind.permission) else None


def archive(actor: Actor) -> bytes:
    """The archive of what was printed last. AppError: there is none."""
    job = of(sessions.fresh(actor))
    data = kept.archive(actor, job.digest) if job is not None else None
    if data is None:
        raise _GONE
    return data


def forget(actor: Actor) -> None:
    """Clear the place for another batch; one that is under way is stopped. What was given a number keeps it."""
    with _lock:
        job = _jobs.pop(actor.account_id or 0, None)
        if job is not None:
            job.stopped = True
        kept.clear(actor)


def start(actor: Actor, work: Work) -> Job:
    """Begin to print, in place of what was printed before. AppError while another batch of the same person is under
    way, or when there is no room to keep it."""
    with _lock:
        before = of(actor)
        if before is not None and not before.done:
            raise AppError("您的上一批还在生成。", "请等它完成，或先停下它。")
        forget(actor)
        job = Job(work)
        try:
            kept.clear_old()
            kept.put(actor, _note(job))
        except OSError as error:
            raise _no_room() from error
        _jobs[actor.account_id or 0] = job
        job.thread = threading.Thread(target=_run, args=(actor, job), name="batch", daemon=True)
        job.thread.start()
    return job


def again(actor: Actor) -> Job:
    """Print the last batch once more, with what belongs to it now."""
    job = of(actor)
    if job is None:
        raise _GONE
    return start(actor, batches.plan(actor, job.work.kind, job.work.group.id, job.work.form))


def _run(actor: Actor, job: Job) -> None:
    try:
        with closing(batches.run(actor, job.work)) as steps:
            for _ in steps:
                if job.stopped:
                    return
                with suppress(OSError):  # the archive is what there must be room for
                    _say(actor, job)
        _keep(actor, job)
    except AppError as error:
        job.error = error
    except Exception:
        log.exception("batch_job_failed")
        job.error = AppError("生成这一批时出错。", "请重试；若仍出现，请联系系统管理员。")
    finally:
        job.done = True
        with suppress(OSError):
            _say(actor, job)


def _keep(actor: Actor, job: Job) -> None:
    data, filename = job.work.archive(), job.work.filename
    with _lock:
        if job.stopped:
            return
        try:
            job.digest = kept.put_archive(actor, data)
        except OSError as error:
            log.exception("batch_not_kept")
            raise _no_room() from error
        job.filename = filename
    parts = job.work.parts
    parts.update({given: replace(part, data=b"") for given, part in parts.items()})  # the archive has them


def _say(actor: Actor, job: Job) -> None:
    with _lock:
        if not job.stopped:
            kept.put(actor, _note(job))


def _no_room() -> AppError:
    return AppError(
        "没有地方存放这一批：磁盘已满，或没有写入权限。", f"请联系系统管理员清理数据目录所在的磁盘，再重新生成。{_SAME}"
    )


def _note(job: Job) -> Note:
    work, error = job.work, job.error
    return Note(
        kind=work.kind.key,
        group=(work.group.id, work.group.label),
        form=work.form,
        subjects=[(subject.id, subject.label) for subject in work.subjects],
        made=[part.subject.id for part in work.made],
        refused={part.subject.id: part.words for part in work.refused},
        ended=job.done,
        filename=job.filename,
        digest=job.digest,
        error=(error.message, error.remedy) if error else (),
    )


def _left(note: Note) -> Job | None:
    """A batch of a server that is gone."""
    try:
        kind = registry.kind(note.kind)
    except NotFound:  # there are no such reports any more
        return None
    subjects = {given: Subject(given, label) for given, label in note.subjects}
    work = Work(kind, Subject(*note.group), note.form, list(subjects.values()))
    work.parts.update({given: Part(subjects[given]) for given in note.made})
    work.parts.update({given: Part(subjects[given], words=words) for given, words in note.refused.items()})
    error = AppError(*note.error) if note.error else None
    if not note.ended:
        error = AppError(
            f"这一批生成到 {work.done} / {work.total} 份时，系统停止或重新启动，没有生成完，也没有压缩包。",
            f"请重新生成这一批。{_SAME}",
        )
    return Job(work, done=True, error=error, filename=note.filename, digest=note.digest)
