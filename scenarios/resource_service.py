"""Commands about the catalogue: entries, their approvals to be opened, who is the source of an item."""

from __future__ import annotations

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session

from accounts.permissions import Actor, Permission, Subject, require
from core import clock, uploads
from core.errors import Conflict, Invalid, NotFound, WrongState
from core.words import opening_label
from db import audit, files
from db.session import check_version, write
from db.tables import DataApproval, DataResource
from scenarios import catalogue, resource_imports, resource_reading, writing
from scenarios import resource_rules as rules
from scenarios.resource_schemas import ApprovalIn, ResourceIn

_MEANWHILE = "\x1f"  # marks a name on its way: nobody can enter it


def add_resource(actor: Actor, data: ResourceIn, *, approval: ApprovalIn | None = None) -> int:
    """Add an entry; returns its id. Who may register a scenario may name the data it needs. What the public may
    have above L1 comes with its approval."""
    require(actor, Permission.RESOURCE_CREATE)
    if approval is not None:
        require(actor, Permission.RESOURCE_EDIT, Subject(organisation_id=data.provider_id))
    with write() as session:
        resource_id = catalogue.add(session, actor, data, approved=approval is not None)
        if approval is not None:
            _approve(session, actor, resource_id, approval)
        return resource_id


def edit_resource(actor: Actor, resource_id: int, data: ResourceIn, *, seen_version: int) -> None:
    """Replace what an entry says, its items too. An empty code keeps the old one. A provider gives nothing of its
    own away, and takes nothing of others."""
    with write() as session:
        row = _load(session, actor, resource_id)
        check_version(row, seen_version)
        _edit(session, actor, row, data)


def take_in(actor: Actor, data: bytes, filename: str, seen: str) -> resource_reading.Plan:
    """Save what a workbook changes. `seen` is the digest of the plan that was shown: when the catalogue has
    changed since so that the file would do something else, nothing is saved."""
    source = resource_imports.read(data, filename)
    with write() as session:
        plan = resource_imports.plan(session, actor, source)
        if plan.errors:
            raise Invalid([f"{issue.cell}：{issue.message}" for issue in plan.errors], "请改正后重新上传。")
        if plan.digest != seen:
            raise Conflict("目录刚有变动，这个文件会改动的内容与您看到的不同。", "没有保存；请核对最新的差异后再确认。")
        # Names and codes that change first make room, so that two may be exchanged.
        for number, wanted in enumerate(plan.wanted):
            if wanted.entry is not None:
                row = _load(session, actor, wanted.entry.id)
                for name in ("name", "code"):
                    if getattr(wanted.data, name) != getattr(row, name):
                        setattr(row, name, f"{_MEANWHILE}{number}")
        session.flush()
        for wanted in plan.wanted:
            if wanted.entry is None:
                catalogue.add(session, actor, wanted.data)
            else:
                _edit(session, actor, _load(session, actor, wanted.entry.id), wanted.data, wanted.entry.data)
        if plan.changes:
            said = {"do": plan.counts, "file": filename}
            audit.record(session, actor.account_id, "resource:import", "data_resource", 0, said)
        return plan


def approve_opening(actor: Actor, resource_id: int, data: ApprovalIn) -> int:
    """Put an approval to open a resource on record, with its file; returns its id."""
    with write() as session:
        _load(session, actor, resource_id)
        return _approve(session, actor, resource_id, data)


def withdraw_approval(actor: Actor, approval_id: int, reason: str) -> None:
    """An approval holds no longer. The last one of a resource that is open because of it stays until the
    resource is closed."""
    with write() as session:
        approval = session.get(DataApproval, approval_id)
        row = _load(session, actor, approval.resource_id if approval else 0)
        assert approval is not None
        if approval.withdrawn_at is not None:
            raise WrongState("这份批准记录已经撤销。")
        if len(reason.strip()) < 4:
            raise Invalid(["撤销批准记录须写明理由（不少于 4 个字）"])
        approval.withdrawn_at, approval.withdrawn_because = clock.now(), reason.strip()
        session.flush()
        left = row.id in catalogue.approved(session, [approval.resource_id])
        if row.opening is not None and rules.needs_approval(row) and not left:
            terms = opening_label(row.sharing_scheme, row.opening)
            raise WrongState(
                f"“{row.name}”现为{terms}，这是它唯一有效的批准记录，不能撤销。",
                "请先把开放属性改为不予开放，或登记新的批准。",
            )
        changes = {"number": approval.number}
        audit.record(
            session, actor.account_id, "resource:withdraw", "data_resource", row.id, changes, approval.withdrawn_because
        )


# -- within a transaction ---------------------------------------------------------------------


def _load(session: Session, actor: Actor, resource_id: int) -> DataResource:
    """A resource that the actor may change. The catalogue itself is no secret to those who work with it."""
    require(actor, Permission.SCENARIO_READ)
    row = session.get(DataResource, resource_id)
    if row is None:
        raise NotFound("没有找到这项数据资源。", "请回到数据资源目录重新选择。")
    require(actor, Permission.RESOURCE_EDIT, Subject(organisation_id=row.provider_id))
    return row


def _edit(
    session: Session, actor: Actor, row: DataResource, data: ResourceIn, before: ResourceIn | None = None
) -> None:
    """Make an entry, which the actor may change, say this. `before` is what it said, where its row is on the way."""
    require(actor, Permission.RESOURCE_EDIT, Subject(organisation_id=data.provider_id))
    resource_id = row.id or 0
    catalogue.require_consistent(data, approved=resource_id in catalogue.approved(session, [resource_id]))
    items = catalogue.set_items(session, resource_id, data.items)
    code = data.code or (before.code if before else row.code)
    found = writing.assign(row, catalogue.values(data, code) | {"code": code})
    changes = {name: change for name, change in found.items() if name not in ("search_text", "sort_key")}
    for name in ("name", "code"):
        if before is not None and name in changes:
            changes[name] = [getattr(before, name), changes[name][1]]
    if items:
        changes["items"] = items
        flag_modified(row, "name")  # the version counts changes of the items too
    audit.record(session, actor.account_id, "resource:edit", "data_resource", resource_id, changes)


def _approve(session: Session, actor: Actor, resource_id: int, data: ApprovalIn) -> int:
    checked = [uploads.check(name, content) for name, content in data.files]
    row = DataApproval(
        resource_id=resource_id,
        created_by=actor.account_id,
        created_at=clock.now(),
        **data.model_dump(exclude={"files"}),
    )
    session.add(row)
    session.flush()
    assert row.id is not None
    for upload in checked:
        files.attach(session, actor.account_id, "data_approval", row.id, upload, "批准文件")
    changes = data.model_dump(mode="json", exclude={"files"})
    audit.record(session, actor.account_id, "resource:approve", "data_resource", resource_id, changes)
    return row.id
