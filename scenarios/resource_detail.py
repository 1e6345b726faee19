"""One entry of the catalogue: its items, approvals, who uses it, what became of the requests for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Subject
from core.errors import NotFound
from core.words import DataStatus, ItemType
from db import files
from db.files import Attached
from db.session import read
from db.tables import (
    Account,
    DataApproval,
    DataItem,
    DataRequestStep,
    DataResource,
    Organisation,
    Scenario,
    ScenarioData,
)
from scenarios import catalogue, data_views
from scenarios import resource_rules as rules
from scenarios.data_views import DataView
from scenarios.queries import Link, readable
from scenarios.resource_queries import ResourceRow, readable_resources, rows
from scenarios.resource_schemas import ItemIn, ResourceIn


@dataclass(frozen=True)
class ItemView:
    id: int
    name: str
    key: str
    type: ItemType


@dataclass(frozen=True)
class ApprovalView:
    id: int
    number: str
    authority: str
    approved_on: date
    withdrawn_at: datetime | None
    withdrawn_because: str
    files: Sequence[Attached]


@dataclass(frozen=True)
class StepView:
    """A step that some request took; the scenario is named only to those who see it."""

    scenario: Link | None
    do: str
    status: DataStatus
    day: date
    reason: str
    by: str
    at: datetime | None


@dataclass(frozen=True)
class ResourceDetail:
    """Everything about an entry. `data` is what its form starts from; `version` the row's."""

    row: ResourceRow
    data: ResourceIn
    provider_code: str
    items: Sequence[ItemView]
    approvals: Sequence[ApprovalView]
    uses: Sequence[tuple[Link, DataView]]
    steps: Sequence[StepView]
    version: int

    @property
    def subject(self) -> Subject:
        return Subject(organisation_id=self.row.provider_id)

    @property
    def errors(self) -> list[rules.Finding]:
        standing = any(approval.withdrawn_at is None for approval in self.approvals)
        return rules.errors(self.data, approved=standing)


def resource(actor: Actor, resource_id: int | None) -> ResourceDetail | None:
    """One entry with its items, approvals, uses and the steps of all requests for it."""
    if resource_id is None:
        return None
    with read() as session:
        query = readable_resources(actor).where(DataResource.id == resource_id)
        row = session.scalars(query).first()
        if row is None:
            return None
        items = catalogue.items(session, resource_id)
        seen = _seen(session, actor, resource_id)
        return ResourceDetail(
            row=rows(session, actor, query)[0],
            data=_input(row, items),
            provider_code=session.get_one(Organisation, row.provider_id).credit_code,
            items=[ItemView(item.id or 0, item.name, item.key, item.type) for item in items],
            approvals=_approvals(session, resource_id),
            uses=[
                (seen[view.scenario_id], view)
                for view in data_views.views(session, ScenarioData.resource_id == resource_id)
                if view.scenario_id in seen
            ],
            steps=_steps(session, resource_id, seen),
            version=row.version,
        )


def load_file(actor: Actor, attachment_id: int) -> bytes:
    """The file of an approval, for those who see the catalogue."""
    with read() as session:
        query = (
            readable_resources(actor)
            .join(DataApproval, col(DataApproval.resource_id) == DataResource.id)
            .with_only_columns(DataApproval.id)
        )
        known = {file.id for file in files.attached(session, "data_approval", list(session.scalars(query)))}
        if attachment_id not in known:
            raise NotFound("没有找到这个文件，或您无权查看。", "请刷新页面。")
        return files.content(session, attachment_id)


def _seen(session: Session, actor: Actor, resource_id: int) -> dict[int, Link]:
    """The scenarios that use or used a resource, as far as the actor sees them."""
    touched = select(ScenarioData.scenario_id).where(ScenarioData.resource_id == resource_id)
    asked = select(DataRequestStep.scenario_id).where(DataRequestStep.resource_id == resource_id)
    found = session.execute(
        readable(actor)
        .where(or_(col(Scenario.id).in_(touched), col(Scenario.id).in_(asked)))
        .with_only_columns(Scenario.id, Scenario.code, Scenario.name, Scenario.state)
    ).all()
    return {number: Link(number, code, name, state) for number, code, name, state in found}


def _approvals(session: Session, resource_id: int) -> list[ApprovalView]:
    found = session.exec(
        select(DataApproval).where(DataApproval.resource_id == resource_id).order_by(col(DataApproval.id).desc())
    ).all()
    attached = files.attached(session, "data_approval", [row.id or 0 for row in found])
    return [
        ApprovalView(
            row.id or 0,
            row.number,
            row.authority,
            row.approved_on,
            row.withdrawn_at,
            row.withdrawn_because,
            [file for file in attached if file.entity_id == row.id],
        )
        for row in found
    ]


def _steps(session: Session, resource_id: int, seen: dict[int, Link]) -> list[StepView]:
    found = session.execute(
        select(DataRequestStep, Organisation.name, Account.name)
        .outerjoin(Organisation, col(Organisation.id) == DataRequestStep.organisation_id)
        .outerjoin(Account, col(Account.id) == DataRequestStep.actor_id)
        .where(DataRequestStep.resource_id == resource_id)
        .order_by(col(DataRequestStep.id).desc())
        .limit(500)
    ).all()
    return [
        StepView(
            seen.get(row.scenario_id),
            row.do,
            row.status,
            row.day,
            row.reason,
            "　".join(part for part in (organisation, person) if part),
            row.at,
        )
        for row, organisation, person in found
    ]


def _input(row: DataResource, items: Sequence[DataItem]) -> ResourceIn:
    """What the form starts from: what is stored, whether or not it would be accepted today."""
    found = {name: getattr(row, name) for name in (*catalogue.FIELDS, "code")}
    listed = [ItemIn.model_construct(name=item.name, type=item.type) for item in items]
    return ResourceIn.model_construct(**found, items=listed)
