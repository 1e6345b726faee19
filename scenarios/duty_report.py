"""The responsibility list (颗粒匹配清单) on paper: `part` for a dossier, `issue` for the list by itself."""

from __future__ import annotations

from typing import Any

from accounts.permissions import Actor, Permission
from core.errors import NotFound
from core.words import Standing
from db.issuing import Issue
from printing import making
from printing.kinds import Identity, Kind, Subject, record_id
from printing.making import Made
from printing.reasons import Cause, Source
from reports.paper import Face, Paper
from scenarios import duty_pictures, duty_queries, queries
from scenarios.duty_queries import DutyList
from scenarios.duty_rules import ARROW, FIELDS

LAYOUT = 1  # part of the inputs: another layout is another document
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


def issue(actor: Actor, scenario_id: int) -> Made:
    """Print the list. While it and the answers to it stand still, printing again gives the same number and the
    same bytes."""
    return making.make(actor, LIST, str(scenario_id))


def load(actor: Actor, subject: str) -> DutyList:
    duties = duty_queries.duty_list(actor, record_id(subject, "场景编号"))
    if duties is None:
        raise NotFound("没有找到这个场景，或您无权查看。", "请回到场景列表重新选择。")
    return duties


def _identity(_: Actor, duties: DutyList) -> Identity:
    return Identity(
        subject_id=duties.about.id,
        title=f"颗粒匹配清单　{duties.about.name}",
        inputs=inputs(duties),
        lines=lines(duties),
    )


def _face(duties: DutyList) -> Face:
    about = duties.about
    return Face("颗粒匹配清单", f"{about.code}　{about.name}", about.lead, cover=False, contents=False)


def part(report: Paper, duties: DutyList, *, within: bool = False) -> None:
    """The list in any report: figures, gaps, pictures, items, agreement; chapters, or `within` one a level lower."""
    level = 2 if within else 1
    standings = [standing for of in duties.standings.values() for standing in of.values()]
    gaps = [finding for finding in duties.findings if finding.error]
    report.heading("总体情况", level)
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
            report.heading("流程与责任", level)
            report.note("责：责任单位；配：配合单位；数：数据提供单位；缺：没有责任单位。", title="图例")
        report.chart(picture.draw(), picture.title)
    report.heading("清单", level)
    branch: tuple[str, ...] = ()
    for node in duties.items:
        if node.path[:-1] != branch and node.path[:-1]:
            branch = node.path[:-1]
            report.heading(ARROW.join(branch), level + 1)
        assert node.content is not None
        report.heading(f"{node.number} {node.name}", level + 2, numbered=False)
        report.facts([(FIELDS[field], node.content.shown(field, duties.names) or "–") for field in _COLUMNS])
    report.heading("各单位确认情况", level)
    report.table(
        ["单位", "涉及事项", *(standing.label for standing in Standing)],
        [
            [duties.names[organisation], str(count.total()), *(str(count[standing]) for standing in Standing)]
            for organisation, count in duties.progress.items()
        ],
        caption="价值共识",
    )


def lines(duties: DutyList) -> dict[str, str]:
    """What the next printing is compared with: every item with all that is said of it, and who agreed."""
    items = {
        f"{node.number} {node.content.name}：{FIELDS[field]}": str(node.content.shown(field, duties.names) or "–")
        for node in duties.items
        if node.content
        for field in _COLUMNS
    }
    agreed = {
        f"确认：{duties.names[organisation]}": "，".join(
            f"{standing.label} {count[standing]} 项" for standing in Standing
        )
        for organisation, count in duties.progress.items()
    }
    return items | agreed


def causes(scenario_id: int) -> list[Source]:
    changes = ("add", "confirm", "edit", "import", "merge", "move", "object", "remove", "restore", "split")
    return [Cause("scenario", {scenario_id}, {f"duty:{change}" for change in changes})]


def inputs(duties: DutyList) -> dict[str, Any]:
    """Everything that is printed, except when it was printed."""
    about = duties.about
    return {
        "layout": LAYOUT,
        "about": [about.code, about.name, about.lead],
        "items": [[node.number, node.content.as_json()] for node in duties.items if node.content],
        "standings": [[item, list(of.items())] for item, of in duties.standings.items()],
        "findings": [[finding.item, finding.message] for finding in duties.findings],
        "names": sorted(duties.names[key] for key in duties.progress),
    }


def _story(report: Paper, duties: DutyList, _: Issue) -> None:
    part(report, duties)


LIST = Kind(
    key="duties",
    name="颗粒匹配清单",
    permission=Permission.SCENARIO_READ,
    mark="QD",
    entity="scenario",
    asks="场景编号",
    load=load,
    identity=_identity,
    face=_face,
    story=_story,
    label=lambda duties: duties.about.code,
    causes=lambda duties: causes(duties.about.id),
    subjects=lambda actor: [Subject(str(row.id), f"{row.code} {row.name}") for row in queries.scenarios(actor)],
)
