"""场景档案: a scenario's dossier on paper, with the three lists (重大需求、多跨场景、重大改革) and the responsibility list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.permissions import Actor, Permission
from core import clock
from core.errors import NotFound
from db.issuing import Issue
from printing import compared
from printing.kinds import Identity, Kind, Subject, record_id
from printing.reasons import Cause, Source
from reports.paper import Face, Paper
from scenarios import duty_queries, duty_report, impact_queries, need_queries, queries
from scenarios.duty_queries import DutyList
from scenarios.impact_queries import PrivacyView
from scenarios.need_queries import NeedRow
from scenarios.queries import ScenarioDetail

_LAYOUT = 2  # part of the inputs: another layout is another document
_NEEDS = ("编号", "需求", "提出地区", "领域", "来源")
_REFORMS = ("现行规定和堵点", "改革举措", "制度成果", "牵头单位", "时限", "进展")
_RESOURCES = ("数据资源", "提供单位", "用途", "共享", "安全级别", "接入情况")
_VERSIONS = ("版本", "改了什么", "依据的反馈", "登记", "定稿")


@dataclass(frozen=True)
class Dossier:
    """Everything the dossier prints, read once. `needs` are those of its needs that the actor sees in full."""

    scenario: ScenarioDetail
    privacy: PrivacyView | None
    duties: DutyList | None
    needs: dict[int, NeedRow]


def load(actor: Actor, subject: str) -> Dossier:
    scenario_id = record_id(subject, "场景编号")
    scenario = queries.scenario(actor, scenario_id)
    if scenario is None:
        raise NotFound("没有找到这个场景，或您无权查看。", "请回到场景列表重新选择。")
    known = {row.id: row for row in need_queries.needs(actor)}
    return Dossier(
        scenario,
        impact_queries.privacy(actor, scenario_id),
        duty_queries.duty_list(actor, scenario_id),
        {link.id: known[link.id] for link in scenario.needs if link.id in known},
    )


def story(report: Paper, found: Dossier, _: Issue) -> None:
    """The dossier's pages, in the order in which a scenario comes about."""
    scenario = found.scenario
    report.heading("基本情况")
    report.facts(_facts(scenario), columns=2)
    report.text(scenario.summary)
    if scenario.scope:
        report.note(scenario.scope, title="论证时核减，以下列范围为准")
    if scenario.design:
        report.heading("设计说明", 2)
        report.text(scenario.design)
    report.heading("三张清单")
    report.heading("重大需求清单", 2)
    report.table(_NEEDS, _needs(found), caption="重大需求清单")
    report.heading("多跨场景清单", 2)
    report.table(
        ["单位", "角色", "任务"],
        [[scenario.row.lead, "牵头单位", "牵头组织实施"]]
        + [[view.organisation, view.role.label, view.task or None] for view in scenario.partners],
        caption="跨部门、跨层级、跨系统的协同单位",
    )
    report.heading("重大改革清单", 2)
    report.table(
        _REFORMS,
        _reforms(scenario),
        widths=(2.4, 2.4, 2.2, 1.8, 1.6, 1.8),
        align="llllll",
        caption="重大改革清单",
    )
    report.heading("数据来源")
    report.text(f"数据就绪度 {scenario.row.readiness.label}（已接入 ÷ 需要）。")
    report.table(_RESOURCES, _data(scenario), caption="需要的数据资源")
    report.heading("个人信息保护")
    report.text(_privacy(found.privacy))
    if found.duties is not None and found.duties.items:
        report.heading("颗粒匹配清单")
        duty_report.part(report, found.duties, within=True)
    report.heading("还差什么")
    gaps = [finding.message for finding in scenario.findings if finding.error]
    missing = [*gaps, *(found.privacy.missing if found.privacy else ())]
    report.text("\n".join(dict.fromkeys(missing)) if missing else "没有待补的内容。")
    report.heading("版本沿革")
    report.table(
        _VERSIONS,
        _versions(scenario),
        align="lllll",
        caption="历次版本",
    )


def _facts(scenario: ScenarioDetail) -> list[tuple[str, object]]:
    row = scenario.row
    return [
        ("编号", row.code),
        ("状态", row.state.label),
        ("领域", row.domain),
        ("治理层级", row.level.label),
        ("地区", row.region),
        ("牵头单位", row.lead),
        ("技术手段", scenario.technologies or None),
        ("当前版本", row.version_label),
    ]


def _needs(found: Dossier) -> list[list[object]]:
    rows: list[list[object]] = []
    for link in found.scenario.needs:
        need = found.needs.get(link.id)
        more = [need.region, need.domain, need.source.label] if need else [None, None, None]
        rows.append([link.code, link.name, *more])
    return rows


def _reforms(scenario: ScenarioDetail) -> list[list[object]]:
    return [
        [view.barrier, view.measure, view.outcome, view.lead, str(view.due_on), view.progress]
        for view in scenario.reforms
    ]


def _data(scenario: ScenarioDetail) -> list[list[object]]:
    return [
        [view.name, view.provider, view.purpose, view.sharing, view.security.label, view.status.label]
        for view in scenario.data
    ]


def _privacy(found: PrivacyView | None) -> str:
    if found is None or not found.grounds:
        return "本场景不处理需要作影响评估的个人信息。"
    words = f"本场景{'；'.join(found.grounds.words)}。"
    newest = found.newest
    if newest is None:
        return words + "须在试点启动前作个人信息保护影响评估；尚未登记。"
    return words + f"个人信息保护影响评估于 {newest.done_on} 完成，结论：{newest.conclusion.label}。{newest.summary}"


def _versions(scenario: ScenarioDetail) -> list[list[object]]:
    return [
        [
            view.label,
            view.changes or None,
            view.feedback or None,
            f"{view.created_by}　{clock.beijing(view.created_at):%Y-%m-%d}",
            f"{clock.beijing(view.frozen_at):%Y-%m-%d}" if view.frozen_at else "尚未定稿",
        ]
        for view in scenario.versions
    ]


def _identity(_: Actor, found: Dossier) -> Identity:
    scenario = found.scenario
    return Identity(
        subject_id=scenario.row.id,
        title=f"场景档案　{scenario.row.name}",
        inputs=_inputs(found),
        lines=_lines(found),
    )


def _lines(found: Dossier) -> dict[str, str]:
    """The lists line by line, which the next printing is compared with."""
    scenario = found.scenario
    return compared.together(
        compared.pairs("基本情况", _facts(scenario)),
        {"基本情况：摘要": scenario.summary, "数据就绪度": scenario.row.readiness.label},
        {"责任事项": f"{len(scenario.duties)} 项"},
        compared.listed("需求", _NEEDS, _needs(found), keys=2),
        {f"协同单位：{view.organisation}": f"{view.role.label}　{view.task}" for view in scenario.partners},
        compared.listed("改革", _REFORMS, _reforms(scenario)),
        compared.listed("数据", _RESOURCES, _data(scenario)),
        {"个人信息保护": _privacy(found.privacy)},
        compared.listed("版本", _VERSIONS, _versions(scenario)),
        duty_report.lines(found.duties) if found.duties is not None else {},
    )


def _causes(found: Dossier) -> list[Source]:
    scenario_id = found.scenario.row.id
    changes = {
        *("scenario:data", "scenario:edit", "scenario:move", "scenario:privacy", "scenario:reform", "scenario:version"),
        *("impact:record", "impact:remove"),
    }
    return [Cause("scenario", {scenario_id}, changes), *duty_report.causes(scenario_id)]


def _inputs(found: Dossier) -> dict[str, Any]:
    """Everything that is printed, except when it was printed."""
    scenario = found.scenario
    return {
        "layout": _LAYOUT,
        "facts": _facts(scenario),
        "said": [scenario.summary, scenario.scope, scenario.design],
        "needs": _needs(found),
        "partners": [[view.organisation, view.role.label, view.task] for view in scenario.partners],
        "reforms": _reforms(scenario),
        "readiness": scenario.row.readiness.label,
        "data": _data(scenario),
        "privacy": [_privacy(found.privacy), list(found.privacy.missing) if found.privacy else []],
        "duties": duty_report.inputs(found.duties) if found.duties else None,
        "gaps": [finding.message for finding in scenario.findings],
        "versions": _versions(scenario),
    }


KIND = Kind(
    key="dossier",
    name="场景档案",
    permission=Permission.SCENARIO_READ,
    mark="DA",
    entity="scenario",
    asks="场景编号",
    load=load,
    identity=_identity,
    face=lambda found: Face(
        "场景档案", f"{found.scenario.row.code}　{found.scenario.row.name}", found.scenario.row.lead
    ),
    story=story,
    label=lambda found: f"{found.scenario.row.code}_{found.scenario.row.name}",
    causes=_causes,
    subjects=lambda actor: [Subject(str(row.id), f"{row.code} {row.name}") for row in queries.scenarios(actor)],
)
