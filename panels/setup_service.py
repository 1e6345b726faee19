"""Commands that set a review up: its entries with their files, its panel, where judges work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock, uploads
from core.errors import Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.words import EntryState, MemberRole, ReviewState, SheetState
from db import audit, files
from db.session import check_version, write
from db.tables import (
    Account,
    Attachment,
    JudgeAffiliation,
    Organisation,
    OrganisationAlias,
    PanelMember,
    Review,
    ReviewAssignment,
    ReviewEntry,
    Sheet,
)
from panels import changing, conflicts, recusing, sheets, stages
from panels.panel_queries import JUDGING
from panels.queries import entry_of, find
from panels.review_queries import ENTRY
from panels.schemas import AffiliationIn, EntryIn, MemberIn


def add_entry(actor: Actor, review_id: int, data: EntryIn, *, subject: str = "", subject_id: int | None = None) -> int:
    """Enter something to be judged; returns its id. `subject` names the record it stands for."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        return enter(session, actor, row, data, subject=subject, subject_id=subject_id)


def add_entries(actor: Actor, review_id: int, given: Sequence[EntryIn]) -> int:
    """Enter many at once, all of them or none; returns how many."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        for data in given:
            enter(session, actor, row, data)
        return len(given)


def enter(
    session: Session, actor: Actor, row: Review, data: EntryIn, *, subject: str = "", subject_id: int | None = None
) -> int:
    """The same within a transaction, for rooms above."""
    require(actor, Permission.REVIEW_RUN)
    if row.state not in stages.OPEN_LISTS:
        raise WrongState(f"评审已进入“{row.state.label}”，不能再增加参评项目。", "名单在评分开始时冻结。")
    others = session.exec(select(ReviewEntry).where(ReviewEntry.review_id == row.id)).all()
    if any(other.code == data.code for other in others):
        raise Duplicate(f"编号 {data.code} 已经用过。", "请换一个编号。")
    values = _values(session, data)
    for other in others:
        same = conflicts.normal(other.organisation_name) == conflicts.normal(values["organisation_name"])
        if other.state is not EntryState.ACTIVE and other.title == data.title and same:
            raise Duplicate(
                f"“{data.title}”就是{other.state.label}的 {other.code}，不能另行录入。", "请恢复原来的项目。"
            )
    entry = ReviewEntry(
        review_id=row.id or 0,
        **values,
        subject=subject,
        subject_id=subject_id,
        created_by=actor.account_id,
        created_at=clock.now(),
    )
    session.add(entry)
    session.flush()
    recusing.detect(session, row)
    changes = {"review": row.code, "code": data.code, "title": data.title}
    audit.record(session, actor.account_id, "entry:create", "review_entry", entry.id, changes)
    return entry.id or 0


def edit_entry(
    actor: Actor, review_id: int, entry_id: int, data: EntryIn, reason: str = "", *, seen_version: int
) -> int:
    """Change an entry; returns the number of the version that stands. Once scoring has begun a change needs a
    reason and is another version: judges are told that they marked an earlier one."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        entry = _entry(session, actor, row, entry_id)
        check_version(entry, seen_version)
        if row.state is ReviewState.FINAL:
            raise WrongState("评审已定稿，参评材料不能再改。", "需要更正时请先重开评审。")
        begun = row.scoring_since is not None
        if begun and not reason.strip():
            raise Invalid(["评分开始后修改材料需要填写理由"], "理由会给评委看到。")
        return changing.restate(session, actor, row, entry, _values(session, data), reason)


def set_entry_state(
    actor: Actor, review_id: int, entry_id: int, state: EntryState, reason: str, *, seen_version: int
) -> None:
    """Withdraw or disqualify an entry, or bring it back. Its marks stay with it whatever happens."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        entry = _entry(session, actor, row, entry_id)
        check_version(entry, seen_version)
        if row.state is ReviewState.FINAL:
            raise WrongState("评审已定稿。", "需要取消资格时请先重开评审，旧结果会留存。")
        if entry.state is state:
            raise WrongState(f"这个项目已经是“{state.label}”。", "请刷新页面。")
        if not reason.strip():
            raise Invalid(["请写明理由"], "理由会印在评审结果里。")
        changing.take_out(session, actor, entry, state, reason)


def attach_files(actor: Actor, review_id: int, entry_id: int, given: Sequence[tuple[str, bytes]]) -> int:
    """Attach files, given as (name, content), to an entry: all of them or none. After scoring has begun the list of
    files is what it is."""
    require(actor, Permission.REVIEW_RUN)
    checked = [uploads.check(*file) for file in given]
    with write() as session:
        row, _ = find(session, actor, review_id)
        _entry(session, actor, row, entry_id)
        if row.state not in stages.OPEN_LISTS:
            raise WrongState("评分已经开始，附件不能再改。", "需要补充材料时请修改简介，成为新的一版。")
        if not checked:
            raise Invalid(["请先选择文件"])
        for file in checked:
            files.attach(session, actor.account_id, "review_entry", entry_id, file)
        return len(checked)


def remove_file(actor: Actor, review_id: int, attachment_id: int, reason: str) -> None:
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        attachment = session.get(Attachment, attachment_id)
        entry = session.get(ReviewEntry, attachment.entity_id) if attachment and attachment.entity == ENTRY else None
        if entry is None or entry.review_id != row.id:
            raise NotFound("没有找到这个文件。", "请刷新页面。")
        if row.state not in stages.OPEN_LISTS:
            raise WrongState("评分已经开始，附件不能再改。")
        if not reason.strip():
            raise Invalid(["移除文件需要填写理由"])
        files.remove(session, actor.account_id, attachment_id, reason)


def add_member(actor: Actor, review_id: int, data: MemberIn) -> int:
    """Ask somebody to judge; returns the member's id."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        if row.state not in stages.OPEN_LISTS:
            raise WrongState("评分已经开始，不能再增加评委。", "有评委不能评审时，请“更换评委”。")
        return _seat(session, actor, row, data).id or 0


def remove_member(actor: Actor, review_id: int, member_id: int, reason: str) -> None:
    """Take somebody off the panel before scoring begins."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        member = _member(session, row, member_id)
        if row.state not in stages.OPEN_LISTS:
            raise WrongState("评分已经开始，不能移出评委。", "有评委不能评审时，请“更换评委”。")
        _leave(session, actor, row, member, reason)


def replace_member(actor: Actor, review_id: int, member_id: int, data: MemberIn, reason: str) -> int:
    """Somebody comes for a judge who cannot go on: the sheets of the old one are void, the new one is given the same
    entries but those he must step aside from, and scores again. Returns the new member's id."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        row, _ = find(session, actor, review_id)
        if row.state not in stages.OPEN_LISTS | {ReviewState.SCORING}:
            raise WrongState("评分已经结束，不能更换评委。", "需要时请先重开评分。")
        member = _member(session, row, member_id)
        given = session.exec(select(ReviewAssignment).where(ReviewAssignment.member_id == member_id)).all()
        _leave(session, actor, row, member, reason)
        new = _seat(session, actor, row, data, replaces_id=member.id, role=member.role)
        blocked = recusing.blocked(session, row.id or 0)
        for assignment in given:
            if (assignment.entry_id, new.account_id) not in blocked:
                session.add(
                    ReviewAssignment(
                        entry_id=assignment.entry_id,
                        member_id=new.id or 0,
                        review_id=row.id or 0,
                        by=actor.account_id,
                        at=clock.now(),
                    )
                )
        return new.id or 0


def record_affiliation(actor: Actor, account_id: int, data: AffiliationIn) -> int:
    """Write down where a judge works or worked, beside his account's organisation; recusals in open reviews are
    looked for again. A judge records his own, staff anybody's."""
    if not actor.is_staff and (actor.account_id != account_id or actor.role not in JUDGING):
        raise Forbidden("只能填写本人的任职单位。", f"您当前的角色是“{actor.role.label}”。")
    with write() as session:
        if session.get(Account, account_id) is None:
            raise NotFound("没有找到这个账号。")
        organisation = session.get(Organisation, data.organisation_id) if data.organisation_id else None
        row = JudgeAffiliation(
            account_id=account_id,
            organisation_id=organisation.id if organisation else None,
            name=organisation.name if organisation else data.name,
            credit_code=data.credit_code or (organisation.credit_code if organisation else ""),
            region_code=organisation.region_code if organisation else None,
            since=data.since,
            until=data.until,
            recorded_by=actor.account_id,
            recorded_at=clock.now(),
        )
        session.add(row)
        session.flush()
        for review in session.exec(
            select(Review)
            .join(PanelMember, col(PanelMember.review_id) == Review.id)
            .where(PanelMember.account_id == account_id, Review.state != ReviewState.FINAL)
        ).all():
            recusing.detect(session, review)
        changes = {"name": row.name, "until": data.until}
        audit.record(session, actor.account_id, "affiliation:record", "account", account_id, changes)
        return row.id or 0


def add_alias(actor: Actor, organisation_id: int, name: str) -> None:
    """Write down another name of an organisation, so that recusals are found under it."""
    require(actor, Permission.REVIEW_RUN)
    with write() as session:
        if session.get(Organisation, organisation_id) is None:
            raise NotFound("没有找到这个单位。")
        if len(name.strip()) < 2:
            raise Invalid(["请填写单位的其他名称"])
        session.add(
            OrganisationAlias(
                organisation_id=organisation_id,
                name=name.strip(),
                recorded_by=actor.account_id,
                recorded_at=clock.now(),
            )
        )
        session.flush()
        for review in session.exec(select(Review).where(Review.state != ReviewState.FINAL)).all():
            recusing.detect(session, review)
        changes = {"name": name.strip()}
        audit.record(session, actor.account_id, "organisation:alias", "organisation", organisation_id, changes)


# -- within a transaction -------------------------------------------------------------------


def _values(session: Session, data: EntryIn) -> dict[str, Any]:
    values = data.model_dump()
    if data.organisation_id is not None:
        organisation = session.get(Organisation, data.organisation_id)
        if organisation is None:
            raise NotFound("没有找到申报单位。", "请从列表中重新选择，或直接填写单位名称。")
        values["organisation_name"] = organisation.name
        values["credit_code"] = data.credit_code or organisation.credit_code
        values["region_code"] = data.region_code or organisation.region_code
    return values


def _entry(session: Session, actor: Actor, row: Review, entry_id: int) -> ReviewEntry:
    """An entry that the actor need not step aside from."""
    entry = entry_of(session, row.id or 0, entry_id)
    if (entry_id, actor.account_id) in recusing.blocked(session, row.id or 0):
        raise Forbidden("您对这个项目应当回避，不能办理。", "请由另一位研究院人员办理。")
    return entry


def _member(session: Session, row: Review, member_id: int) -> PanelMember:
    member = session.get(PanelMember, member_id)
    if member is None or member.review_id != row.id or member.left_at is not None:
        raise NotFound("没有找到这位评委，或他已经离开评审组。", "请刷新页面。")
    return member


def _seat(
    session: Session,
    actor: Actor,
    row: Review,
    data: MemberIn,
    *,
    replaces_id: int | None = None,
    role: MemberRole | None = None,
) -> PanelMember:
    account = session.get(Account, data.account_id)
    if account is None or not account.active or account.role not in JUDGING:
        raise NotFound("没有找到可以聘请的人员。", "评委须是评审专家或部门的在用账号；研究院主办评审，不兼任评委。")
    if session.exec(
        select(PanelMember.id).where(PanelMember.review_id == row.id, PanelMember.account_id == account.id)
    ).first():
        raise Duplicate(f"{account.name}已经在评审组里，或曾经离开。", "离开的评委不能再回来，请聘请另一位。")
    member = PanelMember(
        review_id=row.id or 0,
        account_id=account.id or 0,
        role=role or data.role,
        replaces_id=replaces_id,
        added_by=actor.account_id,
        added_at=clock.now(),
    )
    session.add(member)
    session.flush()
    recusing.detect(session, row)
    changes = {"review": row.code, "name": account.name, "role": member.role.label}
    audit.record(session, actor.account_id, "panel:join", "review", row.id, changes)
    return member


def _leave(session: Session, actor: Actor, row: Review, member: PanelMember, reason: str) -> None:
    if not reason.strip():
        raise Invalid(["请写明评委离开的理由"], "理由会印在评审结果的公正性说明里。")
    member.left_at, member.left_reason = clock.now(), reason.strip()
    for sheet in session.exec(select(Sheet).where(Sheet.member_id == member.id)).all():
        sheets.settle(session, actor, sheet, SheetState.VOID, f"评委更换：{reason.strip()}")
    for assignment in session.exec(select(ReviewAssignment).where(ReviewAssignment.member_id == member.id)).all():
        session.delete(assignment)
    session.flush()
    name = session.get_one(Account, member.account_id).name
    audit.record(session, actor.account_id, "panel:leave", "review", row.id, {"name": name}, reason.strip())
