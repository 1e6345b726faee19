"""The responsibility list (颗粒匹配清单) on paper: `part` for a dossier, `issue` for the list by itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound
from core.words import Standing
from db import audit, facts
from db.session import read, take_turns, write
from db.tables import ReportIssue
from reports.kit import Report
from scenarios import duty_pictures, duty_queries
from scenarios.duty_queries import DutyList
from scenarios.duty_rules import ARROW, FIELDS

KIND = "duties"
LAYOUT = 1  # part of the inputs: another layout is another document
_LOCK = 7_319_317  # any constant: printers on PostgreSQL take the next number in turn
_COLUMNS = (
    "organisation_id",
    "owner",
    "supporting",
    "trigger",
    "inputs",
    "outputs",
    "data",
    "time_limit",
    "legal_basis",
)


@dataclass(frozen=True)
class Issued:
    """A finished report and the number under which it can be found again."""

    data: bytes
    number: str
    digest: str


def issue(actor: Actor, scenario_id: int) -> Issued:
    """Print the list. While it and the answers to it stand still, printing again gives the same number and the
    same bytes."""
    duties = duty_queries.duty_list(actor, scenario_id)
    if duties is None:
        raise NotFound("没有找到这个场景，或您无权查看。", "请回到场景列表重新选择。")
    digest = _digest(duties)
    number, as_of = _register(actor, scenario_id, digest)
    about = duties.about
    report = Report(
        title="颗粒匹配清单",
        subtitle=f"{about.code}　{about.name}",
        organisation=about.lead,
        number=number,
        digest=digest,
        as_of=as_of,
        demo=facts.is_demo(),
        cover=False,
        contents=False,
    )
    part(report, duties)
    return Issued(report.bytes(), number, digest)


def file_name(duties: DutyList) -> str:
    return f"颗粒匹配清单_{duties.about.code}_{clock.today():%Y%m%d}.pdf"


def part(report: Report, duties: DutyList) -> None:
    """The list's chapters in any report: figures, gaps, pictures, items, agreement."""
    standings = [standing for of in duties.standings.values() for standing in of.values()]
    gaps = [finding for finding in duties.findings if finding.error]
    report.heading("总体情况")
    report.figures(
        [
            ("最小颗粒", f"{len(duties.items)} 项"),
            ("涉及单位", f"{len(duties.progress)} 个"),
            ("缺口", f"{len(gaps)} 处"),
            ("已确认", f"{standings.count(Standing.CONFIRMED)}/{len(standings)}" if standings else "不适用"),
        ]
    )
    if gaps:
        report.table(["事项", "缺口"], [[gap.item, gap.message] for gap in gaps], caption="尚待补全")
    for number, picture in enumerate(duty_pictures.pictures(duties)):
        if not number:
            report.heading("流程与责任")
            report.note("责：责任单位；配：配合单位；数：数据提供单位；缺：没有责任单位。", title="图例")
        report.chart(picture.draw(), picture.title)
    report.heading("清单")
    branch: tuple[str, ...] = ()
    for node in duties.items:
        if node.path[:-1] != branch and node.path[:-1]:
            branch = node.path[:-1]
            report.heading(ARROW.join(branch), 2)
        assert node.content is not None
        report.heading(f"{node.number} {node.name}", 3, numbered=False)
        report.facts([(FIELDS[field], node.content.shown(field, duties.names) or "–") for field in _COLUMNS])
    report.heading("各单位确认情况")
    report.table(
        ["单位", "涉及事项", *(standing.label for standing in Standing)],
        [
            [duties.names[organisation], str(count.total()), *(str(count[standing]) for standing in Standing)]
            for organisation, count in duties.progress.items()
        ],
        caption="价值共识",
    )


def _digest(duties: DutyList) -> str:
    """Hash of everything that is printed, except when it was printed."""
    about = duties.about
    inputs = {
        "layout": LAYOUT,
        "about": [about.code, about.name, about.lead],
        "items": [[node.number, node.content.as_json()] for node in duties.items if node.content],
        "standings": [[item, list(of.items())] for item, of in duties.standings.items()],
        "findings": [[finding.item, finding.message] for finding in duties.findings],
        "names": sorted(duties.names[key] for key in duties.progress),
    }
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _register(actor: Actor, scenario_id: int, digest: str) -> tuple[str, datetime]:
    """The number and time of the first printing of these very inputs."""
    known = select(ReportIssue.number, ReportIssue.as_of).where(
        ReportIssue.kind == KIND, ReportIssue.subject_id == scenario_id, ReportIssue.inputs_hash == digest
    )
    with read() as session:
        found = session.exec(known).first()
    if found is not None:
        return found[0], found[1]
    with write() as session:
        take_turns(session, _LOCK)
        prefix = f"ZP-QD-{clock.today().year}-"
        last = session.exec(
            select(func.max(ReportIssue.number)).where(col(ReportIssue.number).startswith(prefix))
        ).one()
        row = ReportIssue(
            number=f"{prefix}{int(last[-4:]) + 1 if last else 1:04d}",
            kind=KIND,
            subject_id=scenario_id,
            inputs_hash=digest,
            as_of=clock.now(),
            issued_by=actor.account_id,
        )
        session.add(row)
        session.flush()
        changes = {"number": row.number, "hash": digest}
        audit.record(session, actor.account_id, "report:issue", "scenario", scenario_id, changes)
        return row.number, row.as_of
