"""What comes in: a county's return through the page (file or grid), or any known file through the command line.

Reading, rules and saving are the same for all of them; only who says which return it is differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.permissions import Actor, Permission, Subject, require
from core.errors import NotFound
from core.settings import settings
from core.tabular import BadFile, open_table
from db.session import read
from db.tables import ReturnRow
from metrics import feed_service, grid, marking, panel, queries, reading, rules, service, workbook
from metrics.feed import answers, opening
from metrics.feed.loading import Wish
from metrics.model import Change, ChangeKind, Finding, Form, Severity
from metrics.queries import ReturnView
from metrics.reading import Upload

_SHOWN = 200
_NOT_SEEN = "没有找到这份报送，或您无权办理。"


@dataclass(frozen=True)
class Preview:
    """What a file or a grid would do to a return: nothing is stored yet. `source` is None for a grid."""

    view: ReturnView
    form: Form
    upload: Upload
    findings: Sequence[Finding]
    changes: Sequence[Change]
    source: service.SourceFile | None

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @property
    def to_save(self) -> list[Change]:
        return [change for change in self.changes if change.entry is not None]

    @property
    def missing(self) -> list[Change]:
        """Rows that are blank here and hold nothing yet, which keeps the return from being handed in."""
        stored = {line.indicator.code for line in self.form.lines if line.current is not None}
        return [change for change in self.changes if change.kind is ChangeKind.BLANK and change.code not in stored]

    @property
    def explained(self) -> frozenset[str]:
        """Codes of the rows that came with words of their own: what is doubted about them has its answer."""
        return frozenset(code for code, entry in self.upload.entries.items() if workbook.remark(entry))

    def of(self, kind: str) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]


@dataclass(frozen=True)
class Outcome:
    """What came of a file taken in from the command line. `marked` is the workbook with bad cells marked."""

    ok: bool
    lines: Sequence[str]
    marked: bytes | None = None


def preview(actor: Actor, return_id: int, data: bytes, filename: str) -> Preview:
    """Read and check an uploaded file as this return. Never raises for what is wrong inside the file."""
    view, form = _form(actor, return_id)
    upload = reading.read(data, filename, form, secret=settings().secret(), limit_mb=settings().upload_mb)
    return _checked(view, form, upload, service.SourceFile(filename, upload.digest, len(data)))


def preview_grid(actor: Actor, return_id: int, rows: Sequence[grid.GridRow]) -> Preview:
    """Check what was typed into the grid, by the same reader and the same rules as a file."""
    view, form = _form(actor, return_id)
    data = grid.as_file(form, rows)
    upload = reading.read(data, grid.NAME, form, secret=settings().secret(), limit_mb=settings().upload_mb)
    return _checked(view, form, upload, None)


def keep(actor: Actor, checked: Preview, *, seen_version: int, submit: bool = False) -> service.Saved:
    """Save what a preview showed; everything is checked again."""
    return service.save(
        actor,
        checked.view.id,
        checked.upload.entries,
        door="form" if checked.source is None else checked.upload.kind,
        seen_version=seen_version,
        known=checked.upload.findings,
        source=checked.source,
        submit=submit,
    )


def marked(data: bytes, checked: Preview) -> bytes:
    """The uploaded workbook handed back with its cells marked (a CSV as a marked workbook)."""
    return marking.mark(data, checked.findings, limit_mb=settings().upload_mb)


def take_in(actor: Actor, data: bytes, filename: str) -> Outcome:
    """Take any known file: a return made from our template, or a published assessment table."""
    try:
        book = open_table(data, filename, limit_mb=settings().upload_mb)
        if panel.is_panel(book):
            return Outcome(*panel.take_in(actor, book, service.SourceFile(filename, book.digest, len(data))))
        if opening.is_feed(book):
            return _take_in_feed(actor, data, filename)
        identity = workbook.identify(data, filename, settings().secret(), limit_mb=settings().upload_mb)
    except BadFile as bad:
        return Outcome(False, [f"错误：{bad.message}", f"　　　{bad.remedy}"])
    with read() as session:
        row = session.exec(
            queries.readable(actor).where(
                ReturnRow.collection_id == identity.collection_id,
                ReturnRow.region_code == identity.region_code,
                ReturnRow.period == str(identity.period),
            )
        ).first()
        return_id = row.id if row else None
    if return_id is None:
        raise NotFound(
            f"没有“{identity.collection}”{identity.region}{identity.period.label}的应报记录。",
            "请核对是否是本系统生成的模板。",
        )
    checked = preview(actor, return_id, data, filename)
    lines = [f"{checked.view.collection}　{checked.view.region}　{checked.view.label}"]
    lines += [_line(finding) for finding in checked.findings]
    if checked.errors:
        return Outcome(False, [*lines, "有错误，没有保存任何内容。"], marked(data, checked))
    if not checked.to_save and checked.view.state not in service.EDITABLE:
        unchanged = len(checked.of(ChangeKind.UNCHANGED))
        return Outcome(True, [*lines, f"写入 0 项，未变 {unchanged} 项；报送状态：{checked.view.state.label}。"])
    saved = keep(actor, checked, seen_version=checked.view.version, submit=not checked.missing)
    lines += [f"{change.code}：{change.old} → {change.new}" for change in checked.to_save]
    lines += [f"{change.code}：未填" for change in checked.missing]
    lines.append(f"写入 {saved.written} 项，未变 {saved.unchanged} 项；报送状态：{saved.state.label}。")
    return Outcome(True, lines)


def _take_in_feed(actor: Actor, data: bytes, filename: str) -> Outcome:
    """A table with the rows of many returns: all of it, or nothing and why."""
    done = feed_service.load(actor, data, filename, Wish())
    lines = [f"第 {told.row} 行 {_line(told.finding)}" for told in done.told[:_SHOWN]]
    if len(done.told) > _SHOWN:
        lines.append(f"另有 {len(done.told) - _SHOWN} 处。")
    marked_ = None
    if done.status != 200:
        marked_ = marking.mark(data, [told.finding for told in done.told], limit_mb=settings().upload_mb)
    return Outcome(done.status == 200, [*lines, answers.answer(done)["message"]], marked_)


def _form(actor: Actor, return_id: int) -> tuple[ReturnView, Form]:
    found = queries.form(actor, return_id)
    if found is None:
        raise NotFound(_NOT_SEEN, "请从“报送”列表重新进入。")
    require(actor, Permission.RETURN_FILL, Subject(region_code=found[0].region_code))
    return found


def _checked(view: ReturnView, form: Form, upload: Upload, source: service.SourceFile | None) -> Preview:
    findings = rules.validate(form, upload.entries, where=upload.where, sheet=upload.sheet, known=upload.findings)
    changes = rules.diff(form, upload.entries, findings)
    return Preview(view, form, upload, findings, changes, source)


def _line(finding: Finding) -> str:
    at = f"（{finding.sheet} {finding.cell}）" if finding.cell else ""
    return f"{finding.severity.label}{at}：{finding.message} {finding.remedy}".rstrip()
