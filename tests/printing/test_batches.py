"""Many reports at once: the same as one by one to the byte, whoever prints them; what cannot be printed is named."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from operator import length_hint
from typing import Any
from unittest.mock import Mock

import pytest

from accounts.permissions import OPERATOR, Actor
from awards import queries as awards
from core import whole, worker
from core.errors import AppError, Forbidden, NotFound
from core.settings import settings
from core.words import AwardEntryState
from printing import batches, jobs, kept, making, registry
from printing.batches import MANIFEST, Work
from printing.jobs import Job
from printing.kinds import Kind, Subject


def small(demo: dict[str, Actor], count: int) -> Work:
    """Definitions are printed in no time."""
    kind = registry.kind("indicator")
    return Work(kind, Subject("", "全部指标"), "pdf", list(kind.subjects(demo["liyan"]))[:count])


def manifest(archive: bytes) -> list[list[str]]:
    packed = zipfile.ZipFile(io.BytesIO(archive))
    lines = packed.read(MANIFEST).decode("utf-8-sig").splitlines()
    return [line.split(",") for line in lines[1:]]


@pytest.mark.timeout(180)
def test_processes_print_what_one_prints(demo_cast: dict[str, Actor]) -> None:
    """Four definitions by two processes: every file is the one that is printed alone, in the subjects' order."""
    li, work = demo_cast["liyan"], small(demo_cast, 4)
    seen = [now.done for now in batches.run(li, work, processes=2)]
    assert seen == [1, 2, 3, 4]
    alone = [making.make(li, work.kind, subject.id) for subject in work.subjects]
    assert [(part.filename, part.number, part.data) for part in work.made] == [
        (made.filename, made.number, made.data) for made in alone
    ]
    archive = work.archive()
    packed = zipfile.ZipFile(io.BytesIO(archive))
    assert packed.namelist() == [*(made.filename for made in alone), MANIFEST]
    assert [(row[2], row[3], row[4], row[5], row[6]) for row in manifest(archive)] == [
        (made.filename, made.number, made.digest, hashlib.sha256(made.data).hexdigest(), str(len(made.data)))
        for made in alone
    ]
    assert work.archive() == archive


@pytest.mark.timeout(180)
def test_what_is_read_once_for_many_is_what_is_read_for_each(demo_cast: dict[str, Actor]) -> None:
    """A developed county, an underdeveloped one, and one that does not exist."""
    li, kind = demo_cast["liyan"], registry.kind("county")
    subjects = [Subject(f"{code}:2026Q3", code) for code in ("330523", "331127", "999999")]
    found = [part for _, part in batches.print_all(li, kind, subjects, "xlsx")]
    for part in found[1:2]:
        made = making.make(li, kind, part.subject.id, "xlsx")
        assert (part.number, part.digest, part.data) == (made.number, made.digest, made.data)
    assert "没有代码为“999999”的县" in found[2].words
    work = Work(kind, Subject("2026Q3", "2026年第3季度"), "xlsx", subjects, {part.subject.id: part for part in found})
    last = manifest(work.archive())[2]
    assert last[:4] == ["3", "999999", "", ""]
    assert "没有代码为“999999”的县" in last[7]
    assert work.filename.startswith("县域季度报告_2026年第3季度_")


def test_a_process_that_dies_leaves_its_reports_named(
    demo_cast: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def dead(module: str, stdout: int = subprocess.PIPE) -> worker.Process:
        return subprocess.Popen([sys.executable, "-c", ""], stdin=subprocess.PIPE, stdout=stdout)

    monkeypatch.setattr(worker, "spawn", dead)
    work = small(demo_cast, 5)
    assert [now.done for now in batches.run(demo_cast["liyan"], work, processes=2)] == [1, 2, 3, 4, 5]
    assert work.made == []
    assert {part.words for part in work.refused} == {"生成中断了，请重新生成这一批；已编号的不会重复编号。"}


def test_what_one_report_breaks_on_leaves_the_others_of_its_batch(
    demo_cast: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake of ours in one of three: the other two are printed, and the archive says which one is not."""
    work = small(demo_cast, 3)
    kind, broken = work.kind, work.subjects[1]

    def load(actor: Actor, subject: str) -> object:
        return 1 / 0 if subject == broken.id else kind.load(actor, subject)

    work.kind = replace(kind, load=load)
    assert [now.done for now in batches.run(demo_cast["liyan"], work)] == [1, 2, 3]
    assert [part.subject for part in work.refused] == [broken]
    assert [row[7] for row in manifest(work.archive())] == ["", batches.FAILED, ""]


def test_who_is_done_takes_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes, of which one says nothing about its first two pieces until the other has done all the rest; what
    a process had when it died is not handed out again."""
    slow = "import sys, json\nfor line in sys.stdin: pass"
    quick = (
        "import sys, json\nsys.stdin.readline()\n"
        "for line in sys.stdin: print(json.dumps({'done': json.loads(line)}), flush=True)"
    )
    left = iter(range(7))
    begun = [
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for code in (slow, quick)
    ]
    waits = worker.converse(begun[0], "print", left)
    thread = threading.Thread(target=list, args=(waits,))
    thread.start()
    while length_hint(left) > 5:
        time.sleep(0.01)
    assert [said["done"] for said in worker.converse(begun[1], "print", left)] == [2, 3, 4, 5, 6]
    begun[0].kill()
    thread.join()


def test_what_cannot_be_planned_says_what_can(demo_cast: dict[str, Actor]) -> None:
    county, dossier = registry.kind("county"), registry.kind("dossier")
    assert batches.plan(OPERATOR, county, "2026Q3").total == 90
    cases: list[tuple[Kind, str, str, type[AppError], str]] = [
        (dossier, "", "pdf", AppError, "场景档案不能批量生成"),
        (county, "2031Q1", "pdf", NotFound, "2026Q3（2026年第3季度）"),
        (county, "2026Q3", "docx", AppError, "可以用：pdf、xlsx"),
    ]
    for kind, group, form, error, words in cases:
        with pytest.raises(error) as refused:
            batches.plan(OPERATOR, kind, group, form)
        assert words in str(refused.value)
    with pytest.raises(Forbidden):
        batches.plan(demo_cast["wujie"], county, "2026Q3")
    assert batches.plan(demo_cast["wanganji"], county, "2026Q3").total == 1


def ended(job: Job) -> Job:
    assert job.thread is not None
    job.thread.join()
    return job


def restart() -> None:
    """What a new server knows: nothing."""
    jobs._jobs.clear()


def test_a_person_has_one_batch_at_a_time_and_so_has_another(demo_cast: dict[str, Actor]) -> None:
    li, guan = demo_cast["liyan"], demo_cast["guanli"]
    job, others = jobs.start(li, small(demo_cast, 2)), jobs.start(guan, small(demo_cast, 3))
    with pytest.raises(AppError, match="上一批还在生成"):
        jobs.start(li, small(demo_cast, 2))
    for one, actor, count in ((job, li, 2), (others, guan, 3)):
        assert ended(one).error is None and jobs.of(actor) is one
        assert [row[7] for row in manifest(jobs.archive(actor))] == [""] * count
    jobs.forget(li)
    assert jobs.of(li) is None and jobs.of(guan) is others
    with pytest.raises(AppError, match="压缩包已经不在了"):
        jobs.archive(li)


def test_a_new_server_hands_out_what_the_last_one_finished(demo_cast: dict[str, Actor]) -> None:
    """With its name and what is lacking, to that person alone; for a week."""
    li, work = demo_cast["liyan"], small(demo_cast, 3)
    work.subjects = [*work.subjects[:2], Subject("999", "没有的指标")]
    job = ended(jobs.start(li, work))
    archive = jobs.archive(li)
    restart()
    left = jobs.of(li)
    assert left is not None and left is not job and left.done and left.error is None
    assert (left.filename, jobs.archive(li)) == (job.filename, archive)
    assert re.fullmatch(r"指标口径_全部指标_\d{8}\.zip", left.filename)
    assert [part.subject for part in left.work.made] == list(work.subjects[:2])
    assert [(part.subject, part.words) for part in left.work.refused] == [
        (part.subject, part.words) for part in job.work.refused
    ]
    assert jobs.of(replace(li, organisation_id=99)) is None and jobs.of(demo_cast["guanli"]) is None
    (kept_archive,) = (settings().data_dir / "batches").glob("*.zip")
    kept_archive.write_bytes(archive[:-1])  # cut short by somebody
    with pytest.raises(AppError, match="压缩包已经不在了"):
        jobs.archive(li)
    for path in kept_archive.parent.iterdir():
        os.utime(path, (0, 0))
    ended(jobs.start(demo_cast["guanli"], small(demo_cast, 1)))
    assert jobs.of(li) is None


def test_whoever_comes_back_after_the_server_stopped_reads_how_far_it_came(
    demo_cast: dict[str, Actor], page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing half-made is offered; from the same page it is printed whole, under the same numbers."""
    li, kind = demo_cast["liyan"], registry.kind("award_certificate")
    work, stopped = batches.plan(li, kind, "1"), threading.Event()
    _, first = next(batches.print_all(li, kind, work.subjects, "pdf"))

    def cut_short(_: Actor, work: Work) -> Iterator[Work]:
        work.parts[work.subjects[0].id] = first
        yield work
        stopped.wait(20)
        yield work

    with monkeypatch.context() as patch:
        patch.setattr(batches, "run", cut_short)
        job = jobs.start(li, work)
        note = settings().data_dir / "batches" / f"{li.account_id}.json"
        while '"made": ["' not in note.read_text():
            time.sleep(0.01)
        at_the_end = note.read_bytes()
        job.stopped = True
        stopped.set()
        ended(job)
    assert note.read_bytes() == at_the_end
    restart()
    back = page("reports", li)
    assert [box.value.partition("\n")[0] for box in back.error] == [
        f"这一批生成到 1 / {work.total} 份时，系统停止或重新启动，没有生成完，也没有压缩包。"
    ]
    assert "下载压缩包" not in [button.label for button in back.get("download_button")]
    back.button(key="reports_retry").click().run()
    again = jobs.of(li)
    assert again is not None and ended(again).error is None
    rows = manifest(jobs.archive(li))
    assert (len(rows), rows[0][3]) == (work.total, first.number)


def test_a_full_disk_leaves_no_archive_and_says_so(
    demo_cast: dict[str, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    li, full = demo_cast["liyan"], OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr(kept, "put_archive", Mock(side_effect=full))
        job = ended(jobs.start(li, small(demo_cast, 2)))
    assert job.error is not None and "磁盘已满" in job.error.message
    restart()
    left = jobs.of(li)
    assert left is not None and left.error is not None and left.error.message == job.error.message
    monkeypatch.setattr(whole, "write", Mock(side_effect=full))
    with pytest.raises(AppError, match="磁盘已满"):
        jobs.start(li, small(demo_cast, 2))
    monkeypatch.undo()


def test_whoever_comes_back_to_the_page_finds_the_archive(
    demo_cast: dict[str, Actor], page: Callable[..., Any]
) -> None:
    """All certificates of an edition, from the button to the archive, with the page left in between."""
    li = demo_cast["liyan"]
    asked = page("reports", li).selectbox(key="reports_kind").set_value("award_certificate").run()
    asked.selectbox(key="reports_award_certificate_many").set_value("1").run()
    asked.button(key="reports_start").click().run()
    job = jobs.of(li)
    assert job is not None
    ended(job)
    back, edition = page("reports", li), awards.edition(li, int(job.work.group.id))
    assert edition is not None
    certified = [row for row in edition.entries if row.state is AwardEntryState.WINNER]
    assert [box.value for box in back.success] == [f"已生成 {len(certified)} / {len(certified)} 份。"]
    assert [row[1][:12] for row in manifest(jobs.archive(li))] == [row.code for row in certified]
    assert back.get("download_button")
    back.button(key="reports_again").click().run()
    assert jobs.of(li) is None and back.button(key="reports_start")


def test_a_batch_under_way_can_be_stopped(
    demo_cast: dict[str, Actor], page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    li, on = demo_cast["liyan"], threading.Event()
    closed = []

    def endless(_: Actor, work: Work) -> Iterator[Work]:
        try:
            while on.wait(20):
                yield work
        finally:
            closed.append(work.total)

    monkeypatch.setattr(batches, "run", endless)
    job = jobs.start(li, small(demo_cast, 2))
    seen = page("reports", li)
    seen.button(key="reports_stop").click().run()
    on.set()
    ended(job)
    assert (job.stopped, job.digest, closed, jobs.of(li)) == (True, "", [2], None)
    assert list((settings().data_dir / "batches").iterdir()) == []
