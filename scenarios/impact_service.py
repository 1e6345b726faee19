"""Commands about personal information: what a scenario does with it, and its 个人信息保护影响评估."""

from __future__ import annotations

from sqlmodel import Session

from accounts.permissions import Actor, Permission, require
from core import clock, uploads
from core.errors import Invalid, NotFound, WrongState
from db import audit, files
from db.session import check_version, write
from db.tables import ImpactAssessment
from scenarios import dossier, impact_queries, writing
from scenarios import impact_rules as rules
from scenarios.resource_schemas import ImpactIn, PrivacyIn


def declare(actor: Actor, scenario_id: int, data: PrivacyIn, *, seen_version: int) -> None:
    """Say whether a scenario collects sensitive personal information itself or decides automatically: the
    catalogue cannot know."""
    with write() as session:
        row, subject = dossier.load(session, actor, scenario_id)
        require(actor, Permission.IMPACT_RECORD, subject)
        check_version(row, seen_version)
        changes = writing.assign(row, data.model_dump())
        audit.record(session, actor.account_id, "scenario:privacy", "scenario", scenario_id, changes)


def record(actor: Actor, scenario_id: int, data: ImpactIn) -> int:
    """Put an assessment on record; returns its id. It covers what the scenario does with personal information
    now: data named later asks for another one."""
    with write() as session:
        _, subject = dossier.load(session, actor, scenario_id)
        require(actor, Permission.IMPACT_RECORD, subject)
        checked = [uploads.check(name, content) for name, content in data.files]
        grounds = impact_queries.grounds(session, [scenario_id])[scenario_id]
        row = ImpactAssessment(
            scenario_id=scenario_id,
            covers=sorted(grounds.resources),
            covers_collection=grounds.collection,
            covers_decisions=grounds.decisions,
            keep_until=rules.keep_until(data.done_on, clock.today()),
            created_by=actor.account_id,
            created_at=clock.now(),
            **data.model_dump(exclude={"files"}),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        for upload in checked:
            files.attach(session, actor.account_id, "impact_assessment", row.id, upload, "评估报告")
        changes = data.model_dump(mode="json", exclude={"files"}) | {"covers": grounds.words}
        audit.record(session, actor.account_id, "impact:record", "scenario", scenario_id, changes)
        return row.id


def remove(actor: Actor, assessment_id: int, reason: str) -> None:
    """Take an assessment off the record, with its files, once the law no longer asks to keep it (three years).
    Nothing is erased: who looks in the log still finds it."""
    with write() as session:
        row = session.get(ImpactAssessment, assessment_id)
        if row is None or row.removed_at is not None:
            raise NotFound("没有找到这份影响评估，可能已被移除。", "请刷新页面。")
        _, subject = dossier.load(session, actor, row.scenario_id)
        require(actor, Permission.IMPACT_REMOVE, subject)
        if clock.today() < row.keep_until:
            raise WrongState(
                f"个人信息保护影响评估须至少保存 {rules.KEPT_YEARS} 年，这一份要保存到 {row.keep_until}，不能移除。",
                "内容有误的，请重新评估并登记新的一份，以最新的为准。",
            )
        if len(reason.strip()) < 4:
            raise Invalid(["移除影响评估须写明理由（不少于 4 个字）"])
        row.removed_at, row.removed_because = clock.now(), reason.strip()
        for file in files.attached(session, "impact_assessment", [assessment_id]):
            files.remove(session, actor.account_id, file.id, reason)
        changes = {"done_on": row.done_on}
        audit.record(session, actor.account_id, "impact:remove", "scenario", row.scenario_id, changes, reason.strip())


def require_assessed(session: Session, actor: Actor, scenario_id: int) -> None:
    """Refuse to go on when a scenario needs an assessment and has none that holds, in the caller's transaction."""
    dossier.load(session, actor, scenario_id)
    if missing := impact_queries.missing(session, [scenario_id])[scenario_id]:
        raise Invalid(missing, "请先在场景页的“个人信息保护”中补录影响评估，再启动试点。")
