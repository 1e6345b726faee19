"""Reads about personal information: which scenarios need a 个人信息保护影响评估, and whether they have one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core.errors import NotFound
from core.words import DataStatus, ImpactConclusion, PersonalInformation, ScenarioState
from db import files
from db.files import Attached
from db.session import read
from db.tables import Account, DataResource, ImpactAssessment, Region, Scenario, ScenarioData
from scenarios import impact_rules as rules
from scenarios.queries import readable


@dataclass(frozen=True)
class AssessmentView:
    id: int
    done_on: date
    conclusion: ImpactConclusion
    summary: str
    keep_until: date
    recorded_by: str
    recorded_at: datetime
    files: Sequence[Attached]


@dataclass(frozen=True)
class PrivacyView:
    """A scenario's dealings with personal information. `missing` keeps a pilot from starting; `version` is the
    scenario's."""

    scenario_id: int
    code: str
    name: str
    state: ScenarioState
    region: str
    grounds: rules.Grounds
    missing: Sequence[str]
    assessments: Sequence[AssessmentView]
    version: int

    @property
    def newest(self) -> AssessmentView | None:
        return self.assessments[0] if self.assessments else None


def privacy(actor: Actor, scenario_id: int) -> PrivacyView | None:
    """What one scenario does with personal information; None when the actor does not see it."""
    found = _views(actor, [scenario_id])
    return found[0] if found else None


def needing(actor: Actor) -> list[PrivacyView]:
    """Every scenario the actor sees that needs an assessment or has one, those that lack something first."""
    found = [view for view in _views(actor) if view.grounds or view.assessments]
    return sorted(found, key=lambda view: (not view.missing, view.code))


def missing_for(actor: Actor, scenario_id: int) -> list[str]:
    """What keeps a pilot of a scenario from starting: empty when nothing does."""
    view = privacy(actor, scenario_id)
    return list(view.missing) if view else []


def load_file(actor: Actor, attachment_id: int) -> bytes:
    """An assessment's file, for those who see its scenario."""
    with read() as session:
        mine = (
            readable(actor)
            .join(ImpactAssessment, col(ImpactAssessment.scenario_id) == Scenario.id)
            .with_only_columns(ImpactAssessment.id)
        )
        ids = list(session.scalars(mine))
        if attachment_id not in {file.id for file in files.attached(session, "impact_assessment", ids)}:
            raise NotFound("没有找到这个文件，或您无权查看。", "请刷新页面。")
        return files.content(session, attachment_id)


def grounds(session: Session, scenario_ids: Sequence[int]) -> dict[int, rules.Grounds]:
    """Why each scenario needs an assessment, as its data and flags are now."""
    sensitive: dict[int, dict[int, str]] = defaultdict(dict)
    for scenario_id, resource_id, name in session.exec(
        select(ScenarioData.scenario_id, ScenarioData.resource_id, DataResource.name)
        .join(DataResource, col(DataResource.id) == ScenarioData.resource_id)
        .where(
            col(ScenarioData.scenario_id).in_(scenario_ids),
            DataResource.personal_information == PersonalInformation.SENSITIVE,
            ScenarioData.status != DataStatus.REFUSED,  # what was refused is not used
        )
        .order_by(col(ScenarioData.id))
    ):
        sensitive[scenario_id][resource_id] = name
    flags = session.exec(
        select(Scenario.id, Scenario.sensitive_information, Scenario.automated_decisions).where(
            col(Scenario.id).in_(scenario_ids)
        )
    )
    return {
        number or 0: rules.Grounds(sensitive[number or 0], collects, decides) for number, collects, decides in flags
    }


def missing(session: Session, scenario_ids: Sequence[int]) -> dict[int, list[str]]:
    """What each scenario lacks before a pilot may start, in the caller's transaction."""
    rows = _assessments(session, scenario_ids)
    filed = _filed(session, rows)
    return {
        number: rules.missing(why, _assessed(rows[number][0], filed) if rows[number] else None)
        for number, why in grounds(session, scenario_ids).items()
    }


def _views(actor: Actor, scenario_ids: Sequence[int] | None = None) -> list[PrivacyView]:
    query = readable(actor)
    if scenario_ids is not None:
        query = query.where(col(Scenario.id).in_(scenario_ids))
    with read() as session:
        found = session.execute(
            query.join(Region, col(Region.code) == Scenario.region_code)
            .with_only_columns(Scenario.id, Scenario.code, Scenario.name, Scenario.state, Region.name, Scenario.version)
            .order_by(Scenario.code)
        ).all()
        ids = [row[0] for row in found]
        why = grounds(session, ids)
        rows = _assessments(session, ids)
        attached = defaultdict(list)
        numbers = [row.id or 0 for kept in rows.values() for row in kept]
        for file in files.attached(session, "impact_assessment", numbers):
            attached[file.entity_id].append(file)
        people = dict(session.exec(select(Account.id, Account.name)).all())
        filed = set(attached)
        return [
            PrivacyView(
                scenario_id=number,
                code=code,
                name=name,
                state=state,
                region=region,
                grounds=why[number],
                missing=rules.missing(why[number], _assessed(rows[number][0], filed) if rows[number] else None),
                assessments=[
                    AssessmentView(
                        row.id or 0,
                        row.done_on,
                        row.conclusion,
                        row.summary,
                        row.keep_until,
                        people.get(row.created_by, "命令行"),
                        row.created_at,
                        attached[row.id or 0],
                    )
                    for row in rows[number]
                ],
                version=version,
            )
            for number, code, name, state, region, version in found
        ]


def _assessments(session: Session, scenario_ids: Sequence[int]) -> dict[int, list[ImpactAssessment]]:
    """Those on record, the newest of each scenario first; of one day the one entered last."""
    found: dict[int, list[ImpactAssessment]] = defaultdict(list)
    for row in session.exec(
        select(ImpactAssessment)
        .where(col(ImpactAssessment.scenario_id).in_(scenario_ids), col(ImpactAssessment.removed_at).is_(None))
        .order_by(col(ImpactAssessment.done_on).desc(), col(ImpactAssessment.id).desc())
    ):
        found[row.scenario_id].append(row)
    return found


def _filed(session: Session, rows: dict[int, list[ImpactAssessment]]) -> set[int]:
    numbers = [row.id or 0 for kept in rows.values() for row in kept]
    return {file.entity_id for file in files.attached(session, "impact_assessment", numbers)}


def _assessed(row: ImpactAssessment, filed: set[int]) -> rules.Assessed:
    return rules.Assessed(
        row.done_on,
        row.conclusion,
        frozenset(row.covers),
        row.covers_collection,
        row.covers_decisions,
        (row.id or 0) in filed,
    )
