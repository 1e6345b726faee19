"""Many reports of a kind as one archive: printed by processes of their own, so that every core has work and nobody at
a page waits. The archive holds a manifest with the number and the hashes of each; what could not be printed is named
there, too."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import queue
import threading
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import structlog

from accounts.permissions import Actor, require
from core import worker
from core.errors import AppError, NotFound
from core.tabular import write_csv
from printing import making
from printing.kinds import Kind, Subject

MANIFEST = "清单.csv"
_MOST = 4  # processes: more would take the machine from those who are at their pages
_FEW = 3  # reports that are printed faster than a process starts
_AS_OLD = (1980, 1, 1, 0, 0, 0)  # of every part, so that the same reports give the same bytes
_BROKEN = "生成中断了，请重新生成这一批；已编号的不会重复编号。"
FAILED = "生成这一份时出错，已记入系统日志；请重试，若仍出现，请联系系统管理员。"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Part:
    """One report of a batch, or why it was refused in `words`. `data` is let go once the archive has it."""

    subject: Subject
    filename: str = ""
    number: str = ""
    digest: str = ""
    data: bytes = field(default=b"", repr=False)
    words: str = ""


@dataclass
class Work:
    """A batch under way. Parts come in any order; the archive has them in that of `subjects`."""

    kind: Kind[Any]
    group: Subject
    form: str
    subjects: Sequence[Subject]
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return len(self.subjects)

    @property
    def done(self) -> int:
        return len(self.parts)

    @property
    def made(self) -> list[Part]:
        return [part for part in self._ordered if not part.words]

    @property
    def refused(self) -> list[Part]:
        return [part for part in self._ordered if part.words]

    @property
    def _ordered(self) -> list[Part]:
        return [self.parts[subject.id] for subject in self.subjects if subject.id in self.parts]

    def archive(self) -> bytes:
        """The ZIP: every report, and the manifest."""
        rows: list[list[object]] = []
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            taken: set[str] = set()
            for at, part in enumerate(self._ordered, start=1):
                name = _free(part.filename, taken)
                sha = hashlib.sha256(part.data).hexdigest() if part.data else ""
                rows.append([at, part.subject.label, name, part.number, part.digest, sha, len(part.data), part.words])
                if part.data:
                    packed.writestr(zipfile.ZipInfo(name, _AS_OLD), part.data, zipfile.ZIP_STORED)  # small already
            header = ["序号", "对象", "文件", "报告编号", "数据指纹", "文件 SHA-256", "字节数", "没有生成的原因"]
            packed.writestr(zipfile.ZipInfo(MANIFEST, _AS_OLD), write_csv(header, rows), zipfile.ZIP_DEFLATED)
        return out.getvalue()

    @property
    def filename(self) -> str:
        name = making.file_name(self.kind, self.group.label, self.form)
        return f"{PurePath(name).stem}.zip"


def plan(actor: Actor, kind: Kind[Any], group: str, form: str = "pdf") -> Work:
    """What a batch would print. AppError: there are no batches of the kind, no such group, or nothing in it."""
    require(actor, kind.permission)
    if kind.batch is None:
        raise AppError(f"{kind.name}不能批量生成。", f"请逐份生成：zhiping report {kind.key} 编号 文件。")
    if form not in kind.forms:
        raise AppError(f"{kind.name}没有 .{form} 格式。", f"可以用：{'、'.join(kind.forms)}。")
    groups = kind.batch.groups(actor)
    found = next((item for item in groups if item.id == group), None)
    subjects = kind.batch.subjects(actor, group) if found else []
    if found is None or not subjects:
        known = "、".join(f"{item.id or 'all'}（{item.label}）" for item in groups) or "现在没有"
        raise NotFound(f"没有可以批量生成的“{group}”。", f"可以选的有：{known}。")
    return Work(kind, found, form, subjects)


def run(actor: Actor, work: Work, *, processes: int | None = None) -> Generator[Work, None, None]:
    """Print the batch, and say after each report how far it has come. `processes`: as many as there are cores, at
    most four; 1 is one process. A few reports are printed here."""
    if work.total <= _FEW:
        for subject, part in print_all(actor, work.kind, work.subjects, work.form):
            work.parts[subject.id] = part
            yield work
        return
    count = max(1, min(processes or min(os.cpu_count() or 1, _MOST), work.total))
    said: queue.Queue[Part | None] = queue.Queue()
    waiting = iter(work.subjects)  # of a list or tuple, which several threads may ask
    running = [worker.spawn("printing.worker") for _ in range(count)]
    threads = [
        threading.Thread(target=_listen, args=(process, actor, work, waiting, said), daemon=True) for process in running
    ]
    for thread in threads:
        thread.start()
    try:
        while count:
            answer = said.get()
            if answer is None:
                count -= 1
                continue
            work.parts[answer.subject.id] = answer
            yield work
        for subject in waiting:  # nobody is left to print them
            work.parts[subject.id] = Part(subject, words=_BROKEN)
            yield work
    finally:
        for process in running:  # whoever stops listening stops the work
            process.kill()
        for thread in threads:
            thread.join()


def _listen(
    process: worker.Process, actor: Actor, work: Work, waiting: Iterator[Subject], said: queue.Queue[Part | None]
) -> None:
    """Hand one process a report after the other; those that it had when it died are named."""
    given: dict[str, Subject] = {}

    def pieces() -> Iterator[tuple[str, str]]:
        for subject in waiting:
            given[subject.id] = subject
            yield subject.id, subject.label

    about = {"session": actor.session_id, "kind": work.kind.key, "form": work.form}
    try:
        for words in worker.converse(process, "print", pieces(), **about):
            subject = given.pop(words["id"])
            data = base64.b64decode(words["data"])
            said.put(Part(subject, words["filename"], words["number"], words["digest"], data, words["words"]))
    finally:
        for subject in given.values():
            said.put(Part(subject, words=_BROKEN))
        said.put(None)


def print_all(actor: Actor, kind: Kind[Any], subjects: Iterable[Subject], form: str) -> Iterator[tuple[Subject, Part]]:
    """Print one after the other, in this process; what they share is read once."""
    require(actor, kind.permission)
    load = kind.batch.loader(actor) if kind.batch and kind.batch.loader else lambda given: kind.load(actor, given)
    for subject in subjects:
        try:
            made = making.of(actor, kind, load(subject.id), form)
        except AppError as error:
            yield subject, Part(subject, words=str(error))
        except Exception:  # a mistake of ours: the others of the batch are printed all the same
            log.exception("report_failed", kind=kind.key, subject=subject.id)
            yield subject, Part(subject, words=FAILED)
        else:
            yield subject, Part(subject, made.filename, made.number, made.digest, made.data)


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number where another report has it."""
    path, at = PurePath(name), 1
    while name and name in taken:
        at += 1
        name = f"{path.stem}_{at}{path.suffix}"
    taken.add(name)
    return name
