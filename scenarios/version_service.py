"""Commands about versions of a design and about the reform items that come of it."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Invalid, WrongState
from core.words import ScenarioState
from db import audit
from db.session import check_version, write
from db.tables import ReformItem, ScenarioVersion
from scenarios import dossier, dossier_queries, rules, stages, writing
from scenarios.schemas import VersionIn


def open_version(actor: Actor, scenario_id: int, data: VersionIn, *, seen_version: int) -> str:
    """Open the next version of a scenario in 迭代中, so that it may be edited; returns its label. Pilots keep
    naming the version they tried, and its content stays as it was."""
    with write() as session:
        row, _ = dossier.load(session, actor, scenario_id)
        check_version(row, seen_version)
        return begin_version(session, actor, scenario_id, data)


def begin_version(session: Session, actor: Actor, scenario_id: int, data: VersionIn) -> str:
    """The same in the caller's transaction."""
    row, subject = dossier.load(session, actor, scenario_id)
    require(actor, Permission.SCENARIO_ITERATE, subject)
    if row.state is not ScenarioState.ITERATING:
        raise WrongState(f"场景当前为“{row.state.label}”，不能开启新版本。", "试点评估后转入迭代的场景才能开启新版本。")
    newest = dossier_queries.newest(session, row)
    if newest.open:
        raise WrongState(f"版本 {newest.label} 还没有试点，不能再开启新版本。", "请直接修改登记内容。")
    dossier.keep_content(session, actor, row)
    label = rules.next_version(newest.label, major=data.major)
    session.add(
        ScenarioVersion(
            scenario_id=scenario_id,
            label=label,
            changes=data.changes,
            feedback=data.feedback,
            created_by=writing.author(actor),
            created_at=clock.now(),
        )
    )
    flag_modified(row, "name")  # pages that were drawn before must not be saved after
    said = {"label": label, "changes": data.changes, "feedback": data.feedback}
    audit.record(session, actor.account_id, "scenario:version", "scenario", scenario_id, said)
    return label


def complete_reform(actor: Actor, item_id: int, *, on: date, document: str, seen_version: int) -> None:
    """A reform item has come to its result: since when, and which rule says so. Whoever owns the scenario or
    leads the item reports it; a second report corrects the first."""
    with write() as session:
        item = session.get(ReformItem, item_id)
        row, subject = dossier.load(session, actor, item.scenario_id if item else 0)
        assert item is not None
        if actor.organisation_id != item.lead_organisation_id:
            require(actor, Permission.SCENARIO_ITERATE, subject)
        check_version(item, seen_version)
        if row.state not in stages.PAST_APPROVAL:
            raise WrongState(f"场景当前为“{row.state.label}”，改革事项还不能办结。", "场景立项后再登记制度成果。")
        problems = []
        if on > clock.today():
            problems.append("完成日期不能晚于今天")
        if len(document.strip()) < 4:
            problems.append("请写明形成的制度文件名称或文号（不少于 4 个字）")
        if problems:
            raise Invalid(problems)
        item.done_on, item.document = on, document.strip()
        said = {"do": f"办结：{item.measure}", "on": on, "document": item.document}
        audit.record(session, actor.account_id, "scenario:reform", "scenario", row.id, said)
