"""One report as a file: asked for, loaded once, given its number, told to the paper that was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.permissions import Actor, require
from core import clock
from core.errors import AppError
from db import facts, issuing
from db.issuing import Issue
from printing import reasons
from printing.kinds import Kind
from reports.kit import Report
from reports.paper import Face, Paper
from reports.sheets import Sheets
from reports.word import Word

MEDIA = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_LONGEST = 80  # characters of a file's name, which systems count in bytes


@dataclass(frozen=True)
class Made:
    """A finished report and the number under which it can be found again."""

    data: bytes
    number: str
    digest: str
    filename: str
    as_of: datetime


def make(actor: Actor, kind: Kind[Any], subject: str, form: str = "pdf") -> Made:
    """Print one report. While its figures stand still, printing again gives the same number and the same bytes;
    when one has changed, a new number. Excel and Word have the number of the PDF with the same figures."""
    require(actor, kind.permission)
    return of(actor, kind, kind.load(actor, subject), form)


def of(actor: Actor, kind: Kind[Any], inputs: Any, form: str = "pdf") -> Made:
    """Print what was loaded."""
    if form not in kind.forms:
        raise AppError(f"{kind.name}没有 .{form} 格式。", f"可以用：{'、'.join(f'.{name}' for name in kind.forms)}。")
    face = kind.face(inputs)
    issue = _issue(actor, kind, inputs)
    paper = _PAPERS[form](face, issue, demo=facts.is_demo() or face.rehearsal)
    kind.story(paper, inputs, issue)
    why = _why(kind, inputs, issue)
    paper.restated(issue.restates, [(line.label, line.before, line.after) for line in issue.changes], why)
    name = file_name(kind, kind.label(inputs), form, issue.as_of)
    return Made(paper.bytes(), issue.number, issue.digest, name, issue.as_of)


def _why(kind: Kind[Any], inputs: Any, issue: Issue) -> list[str]:
    """What happened between the report before this one and this one."""
    if issue.since is None:
        return []
    return [*kind.why(inputs, issue.since), *reasons.since(kind.causes(inputs), issue.since, issue.as_of)]


def file_name(kind: Kind[Any], label: str, form: str = "pdf", day: datetime | None = None) -> str:
    """试点评估报告_平安乡镇_20261128.pdf"""
    parts = [re.sub(r'[\\/:*?"<>|\s]+', "", part) for part in (kind.name, label) if part]
    return f"{'_'.join(parts)[:_LONGEST]}_{clock.beijing(day or clock.now()):%Y%m%d}.{form}"


def _issue(actor: Actor, kind: Kind[Any], inputs: Any) -> Issue:
    known = kind.identity(actor, inputs)
    if not known.numbered:
        return Issue("", known.digest, known.as_of or clock.now(), known.title)
    return issuing.issue(
        actor.account_id,
        kind=f"{kind.key}:{known.cut}" if known.cut else kind.key,
        mark=kind.mark,
        entity=kind.entity,
        subject_id=known.subject_id,
        title=known.title,
        inputs=known.inputs,
        lines=known.lines,
        as_of=known.as_of,
    )


def _pdf(face: Face, issue: Issue, *, demo: bool) -> Paper:
    return Report(
        title=face.title,
        subtitle=face.subtitle,
        organisation=face.organisation,
        number=issue.number,
        digest=issue.digest,
        check=issue.check if issue.number else "",
        as_of=issue.as_of,
        demo=demo,
        cover=face.cover,
        contents=face.contents,
        official=face.official,
        restates=bool(issue.restates),
    )


def _sheets(face: Face, issue: Issue, *, demo: bool) -> Paper:
    return Sheets(face, number=issue.number, digest=issue.digest, as_of=issue.as_of, demo=demo)


def _word(face: Face, issue: Issue, *, demo: bool) -> Paper:
    return Word(
        face,
        number=issue.number,
        digest=issue.digest,
        check=issue.check,
        as_of=issue.as_of,
        demo=demo,
        restates=bool(issue.restates),
    )


_PAPERS: dict[str, Callable[..., Paper]] = {"pdf": _pdf, "xlsx": _sheets, "docx": _word}
