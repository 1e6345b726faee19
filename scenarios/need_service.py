"""Commands about needs: register, edit, evidence, and merging those that are one and the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, insert, update
from sqlmodel import Session, SQLModel, col, select

from accounts.permissions import Actor, Permission, require
from core import clock, uploads
from core.errors import Duplicate, Invalid, NotFound, WrongState
from core.words import MovedKind
from db import audit, bulk, files
from db.session import check_version, write
from db.tables import Attachment, Need, NeedMerge, NeedMergeItem, NeedTicket, ScenarioNeed
from scenarios import need_queries, rules, writing
from scenarios.need_queries import ENTITY
from scenarios.schemas import NeedIn


@dataclass(frozen=True)
class _Link:
    """A table that ties needs to something else."""

    table: type[SQLModel]
    need: Any
    item: Any


# Files belong to one need and are not here.
_LINKS = {
    MovedKind.SCENARIO: _Link(ScenarioNeed, col(ScenarioNeed.need_id), col(ScenarioNeed.scenario_id)),
    MovedKind.TICKET: _Link(NeedTicket, col(NeedTicket.need_id), col(NeedTicket.ticket_id)),
}
_KINDS = (MovedKind.FILE, *_LINKS)


def register_need(actor: Actor, data: NeedIn) -> int:
    """Register a need. One of the same name in the same region is refused: the reports belong together."""
    with write() as session:
        return register_within(session, actor, data)


def register_within(session: Session, actor: Actor, data: NeedIn) -> int:
    """`register_need` within the caller's transaction."""
    require(actor, Permission.NEED_CREATE)
    writing.require_home(actor, data.region_code)
    code = writing.next_code(session, col(Need.code), rules.NEED_PREFIX)
    _require_new_name(session, data)
    row = Need(code=code, created_by=writing.author(actor), created_at=clock.now(), **data.model_dump())
    session.add(row)
    session.flush()
    audit.record(session, actor.account_id, "need:create", "need", row.id, data.model_dump(mode="json"))
    assert row.id is not None
    return row.id


def edit_need(actor: Actor, need_id: int, data: NeedIn, *, seen_version: int) -> None:
    with write() as session:
        row = load(session, actor, need_id)
        writing.require_home(actor, row.region_code, data.region_code)
        check_version(row, seen_version)
        _require_new_name(session, data, besides=need_id)
        changes = writing.assign(row, data.model_dump())
        audit.record(session, actor.account_id, "need:edit", "need", need_id, changes)


# -- evidence ------------------------------------------------------------------------------


def attach_evidence(actor: Actor, need_id: int, given: Sequence[tuple[str, bytes]], label: str = "") -> int:
    """Attach files, given as (name, content), as evidence of a need: all of them or none. Returns how many."""
    checked = [uploads.check(name, content) for name, content in given]
    with write() as session:
        load(session, actor, need_id)
        if not checked:
            raise Invalid(["请选择要上传的文件"])
        for upload in checked:
            files.attach(session, actor.account_id, "need", need_id, upload, label.strip())
    return len(checked)


def remove_evidence(actor: Actor, need_id: int, attachment_id: int, reason: str) -> None:
    """Take a file off a need; it stays in the archive, and the reason in the log."""
    with write() as session:
        load(session, actor, need_id)
        if not reason.strip():
            raise Invalid(["请写明移除的理由"])
        if session.exec(_files_of(need_id).where(Attachment.id == attachment_id)).first() is None:
            raise NotFound("没有找到这个文件，可能已被移除。", "请刷新页面。")
        files.remove(session, actor.account_id, attachment_id, reason)


# -- merging -------------------------------------------------------------------------------


def merge_needs(actor: Actor, survivor_id: int, merged_id: int, reason: str, *, seen_version: int) -> int:
    """Merge a need into another: its files, tickets and scenarios move there, it stays readable and points to
    the one that stays. `seen_version` is the survivor's. Returns the merge's number, by which it is undone.

    The survivor's own description and numbers stay as they are: whether two reports count the same events
    is for people to say.
    """
    with write() as session:
        survivor, merged = load(session, actor, survivor_id), load(session, actor, merged_id)
        if survivor_id == merged_id:
            raise Invalid(["不能把一项需求并入它自己"], "请选择另一项需求。")
        if not reason.strip():
            raise Invalid(["请写明为什么是同一项需求"])
        check_version(survivor, seen_version)
        merge = NeedMerge(
            survivor_id=survivor_id,
            merged_id=merged_id,
            reason=reason.strip(),
            merged_by=writing.author(actor),
            merged_at=clock.now(),
        )
        session.add(merge)
        session.flush()
        assert merge.id is not None
        moved = {kind: _move(session, kind, merge.id, merged_id, survivor_id) for kind in _KINDS}
        merged.merged_into_id = survivor_id
        changes = {"survivor": survivor.code, "merged": merged.code, **{f"{k}s": n for k, n in moved.items()}}
        for number in (survivor_id, merged_id):
            audit.record(session, actor.account_id, "need:merge", "need", number, changes, reason.strip())
        return merge.id


def undo_merge(actor: Actor, merge_id: int, reason: str = "") -> int:
    """Take a merge apart: what had moved goes back, what came later stays. Returns the need that is on its own
    again. Only the newest merge of a need can be undone, and only while the survivor was not merged itself."""
    with write() as session:
        merge = session.get(NeedMerge, merge_id)
        survivor = load(session, actor, merge.survivor_id if merge else 0, merged_too=True)
        assert merge is not None
        merged = session.get_one(Need, merge.merged_id)
        if merge.undone_at is not None:
            raise WrongState("这次合并已经撤销。", "请刷新页面。")
        if survivor.merged_into_id is not None:
            raise WrongState("这项需求后来又并入了别的需求。", "请先撤销后来的合并。")
        later = session.exec(
            select(NeedMerge.id).where(
                NeedMerge.survivor_id == survivor.id,
                col(NeedMerge.id) > merge_id,
                col(NeedMerge.undone_at).is_(None),
            )
        ).first()
        if later is not None:
            raise WrongState("这项需求之后还并入了别的需求。", "请先撤销后来的合并。")
        for kind in _KINDS:
            _move_back(session, kind, merge)
        merged.merged_into_id = None
        merge.undone_at, merge.undone_by = clock.now(), writing.author(actor)
        changes = {"survivor": survivor.code, "merged": merged.code}
        for number in (merge.survivor_id, merge.merged_id):
            audit.record(session, actor.account_id, "need:unmerge", "need", number, changes, reason.strip())
        return merge.merged_id


# -- within a transaction --------------------------------------------------------------------


def load(session: Session, actor: Actor, need_id: int, *, merged_too: bool = False) -> Need:
    """A need that the actor sees and may change, for commands that work on one."""
    row: Need | None = session.scalars(need_queries.readable_needs(actor).where(Need.id == need_id)).first()
    if row is None:
        raise NotFound("没有找到这项需求，或您无权查看。")
    if row.merged_into_id is not None and not merged_too:
        survivor = session.get_one(Need, row.merged_into_id)
        raise WrongState(f"{row.code} 已并入 {survivor.code}，不能再修改。", "请在合并后的需求上办理，或先撤销合并。")
    # That it was merged has been said above, in better words than the permission has.
    require(actor, Permission.NEED_EDIT, replace(need_queries.subject_of(session, row), editable=True))
    return row


def _require_new_name(session: Session, data: NeedIn, besides: int = 0) -> None:
    same = session.exec(
        select(Need.code).where(Need.region_code == data.region_code, Need.title == data.title, Need.id != besides)
    ).first()
    if same:
        raise Duplicate(f"本地区已登记同名需求（{same}）。", "请在原需求上补充，或改用能区分的名称。")


def _files_of(need_id: int) -> Any:
    return select(Attachment.id).where(
        Attachment.entity == ENTITY, Attachment.entity_id == need_id, col(Attachment.removed_at).is_(None)
    )


def _move(session: Session, kind: MovedKind, merge_id: int, merged_id: int, survivor_id: int) -> int:
    """Move all of one kind to the survivor and note what moved. Returns how many."""
    link = _LINKS.get(kind)
    if link is None:
        moving, there = set(session.exec(_files_of(merged_id))), set[int]()
        files.move(session, ENTITY, sorted(moving), survivor_id)
    else:
        moving, there = (
            set(session.scalars(select(link.item).where(link.need == number))) for number in (merged_id, survivor_id)
        )
        session.execute(
            update(link.table).where(link.need == merged_id, link.item.not_in(there)).values(need_id=survivor_id)
        )
        session.execute(delete(link.table).where(link.need == merged_id))
    numbers = sorted(moving)
    noted = {"item_id": numbers, "shared": [number in there for number in numbers]}
    return bulk.append(session, NeedMergeItem, noted, {"merge_id": merge_id, "kind": kind})


def _move_back(session: Session, kind: MovedKind, merge: NeedMerge) -> None:
    """What this merge moved and what is still there goes back; what both had, both have again."""
    link = _LINKS.get(kind)
    noted = select(NeedMergeItem.item_id).where(NeedMergeItem.merge_id == merge.id, NeedMergeItem.kind == kind)
    moved, shared = (noted.where(col(NeedMergeItem.shared).is_(both)) for both in (False, True))
    if link is None:
        still = _files_of(merge.survivor_id).where(col(Attachment.id).in_(moved))
        files.move(session, ENTITY, list(session.exec(still)), merge.merged_id)
        return
    there = update(link.table).where(link.need == merge.survivor_id, link.item.in_(moved))
    session.execute(there.values(need_id=merge.merged_id))
    again = [{link.item.key: number, "need_id": merge.merged_id} for number in session.exec(shared)]
    if again:
        session.execute(insert(link.table), again)
