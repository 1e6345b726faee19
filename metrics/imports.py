"""Files that come in: a county's return through the page, or any known file through the command line.

Reading, rules and saving are the same for all of them; only who says which return it is differs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.permissions import Actor, Permission, Subject, require
from core.errors import NotFound
from core.settings import settings
from core.tabular import BadFile, open_table
from db.session import read
from db.tables import ReturnRow
from metrics import marking, panel, queries, reading, rules, service, workbook
from metrics.model import Finding, Form, Severity
from metrics.queries import ReturnView
from metrics.reading import Upload
from metrics.rules import Change


@dataclass(frozen=True)
class Preview:
    """What a file would do to a return: nothing is stored yet."""

    view: ReturnView
    form: Form
    upload: Upload
    findings: Sequence[Finding]
    changes: Sequence[Change]
    source: service.SourceFile

    @property
    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    def of(self, kind: str) -> list[Change]:
        return [change for change in self.changes if change.kind == kind]


@dataclass(frozen=True)
class Outcome:
    """What the command line says after taking a file in."""

    ok: bool
    lines: Sequence[str]
    marked: bytes | None = None


def preview(actor: Actor, return_id: int, data: bytes, filename: str) -> Preview:
    """Read and check an uploaded file as this return. Never raises for what is wrong inside the file."""
    found = queries.form(actor, return_id)
    if found is None:
        raise NotFound("没有找到这份报送，或您无权办理。", "请从“报送”列表重新进入。")
    view, form = found
    require(actor, Permission.RETURN_FILL, Subject(region_code=view.region_code))
    upload = reading.read(data, filename, form, secret=settings().secret(), limit_mb=settings().upload_mb)
    findings = list(upload.findings)
    changes: Sequence[Change] = ()
    if not upload.refused:
        findings += rules.validate(form, upload.entries, where=upload.where, sheet=upload.sheet)
        changes = rules.diff(form, upload.entries, findings)
    ordered = sorted(findings, key=lambda finding: list(Severity).index(finding.severity))
    source = service.SourceFile(filename, upload.digest, len(data), tuple(ordered))
    return Preview(view, form, upload, ordered, changes, source)


def marked(data: bytes, checked: Preview) -> bytes:
    """The uploaded workbook handed back with its cells marked (a CSV as a marked workbook)."""
    return marking.mark(data, checked.findings)


def take_in(actor: Actor, data: bytes, filename: str) -> Outcome:
    """Take any known file: a return made from our template, or a published assessment table."""
    try:
        book = open_table(data, filename, limit_mb=settings().upload_mb)
        if panel.is_panel(book):
            digest = hashlib.sha256(data).hexdigest()
            return Outcome(*panel.take_in(actor, book, service.SourceFile(filename, digest, len(data))))
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
    complete = len(checked.of("blank")) == 0
    saved = service.save(
        actor,
        return_id,
        checked.upload.entries,
        door=checked.upload.kind,
        seen_version=checked.view.version,
        source=checked.source,
        submit=complete,
    )
    lines += [
        f"{change.code}：{change.old or '未填'} → {change.new}"
        for change in checked.changes
        if change.kind in ("new", "changed")
    ]
    lines.append(f"写入 {saved.written} 项，未变 {saved.unchanged} 项；报送状态：{saved.state.label}。")
    return Outcome(True, lines)


def _line(finding: Finding) -> str:
    at = f"（{finding.sheet} {finding.cell}）" if finding.cell else ""
    return f"{finding.severity.label}{at}：{finding.message} {finding.remedy}".rstrip()
