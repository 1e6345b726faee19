"""Commands about entries until judging begins: what a county hands in, what a city recommends, the formal check; and
what ends one at any time: leaving, vetoes, corrected evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from accounts.permissions import Actor, Permission, Subject, covers, require
from awards import ending, evidence, gathering, loading, rules, stages, standing
from awards.loading import ENTITY
from awards.schemas import EntryIn
from core import clock, uploads
from core.errors import Duplicate, Invalid, NotFound, WrongState
from core.words import (
    Arm,
    AwardEntryState,
    CorrectionDecision,
    EditionState,
    EntryState,
    Side,
    Veto,
)
from db import audit, files
from db.session import check_version, read, write
from db.tables import (
    Attachment,
    AwardCorrection,
    AwardEntry,
    AwardEntryVersion,
    AwardPack,
    CollectionUnit,
    Edition,
    Pilot,
)
from panels.rubric import digest
from pilots import freezing
from pilots import queries as pilots
from regions import groups
from scenarios import writing


def start(actor: Actor, edition_id: int, pilot_id: int, data: EntryIn, region_code: str = "") -> int:
    """A county begins an entry from a pilot in which it takes part, or `region_code`, one of its towns; returns its id."""
    require(actor, Permission.AWARD_APPLY)
    with write() as session:
        row = loading.edition(session, actor, edition_id)
        _taking(row)
        _fits(data, row, whole=False)
        pilot = pilots.row_of(session, actor, pilot_id)
        region = region_code or actor.region_code or ""
        if not covers(actor.region_code, region) or not _takes_part(session, pilot, region):
            raise NotFound("本地区没有参加这个试点，或试点还没有开始。", "请从本地区参加的试点中选择。")
        if session.exec(
            select(AwardEntry.id).where(
                AwardEntry.edition_id == edition_id,
                AwardEntry.pilot_id == pilot_id,
                AwardEntry.region_code == region,
            )
        ).first():
            raise Duplicate("这个试点本年度已经有本地区的参评项目。", "请打开原来的项目继续填写。")
        rule = loading.rule_of(row)
        group = groups.memberships(session, [region], rule.reference_on).get(region)
        item = AwardEntry(
            edition_id=edition_id,
            code=writing.next_code(session, AwardEntry.code, "CP"),
            pilot_id=pilot_id,
            organisation_id=actor.organisation_id or 0,
            region_code=region,
            city_code=f"{region[:4]}00",
            group_name=group.name if group else "",
            remote=group is not None and group.side is Side.UNDERDEVELOPED,
            state=AwardEntryState(stages.ENTRY.initial),
            **data.model_dump(),
            created_by=writing.author(actor),
            created_at=clock.now(),
        )
        session.add(item)
        session.flush()
        said = {"code": item.code, "edition": row.code}
        audit.record(session, actor.account_id, "award:create", "award_entry", item.id, said)
        return item.id or 0


def save(
    actor: Actor,
    entry_id: int,
    data: EntryIn,
    given: Sequence[tuple[str, bytes]] = (),
    *,
    submit: bool,
    seen_version: int,
) -> None:
    """Write a draft on; with `submit` hand it in: its evidence is frozen and what it says becomes a version."""
    require(actor, Permission.AWARD_APPLY)
    checked = [uploads.check(*file) for file in given]
    kept = _evidence_of(actor, entry_id) if submit else None
    with write() as session:
        item, row = _own(session, actor, entry_id)
        check_version(item, seen_version)
        _taking(row)
        if item.state is not AwardEntryState.DRAFT:
            raise WrongState(f"项目已是“{item.state.label}”，不能修改。", "截止前可以先撤回修改。")
        _fits(data, row, whole=submit)
        writing.assign(item, data.model_dump())
        for upload in checked:
            files.attach(session, actor.account_id, ENTITY, entry_id, upload)
        session.flush()
        if kept is None:
            audit.record(session, actor.account_id, "award:save", "award_entry", entry_id, {"code": item.code})
            return
        rule = loading.rule_of(row)
        if lacks := evidence.shortfalls(kept, rule.cycles, rule.quality_floor):
            raise Invalid(lacks, "证据齐全后再提交；已填内容请先保存草稿。")
        pack = _freeze(session, actor, item, kept, "")
        item.number += 1
        item.submitted_at = clock.now()
        content = {
            "track": item.track,
            "title": item.title,
            "narrative": item.narrative,
            "pack": pack.digest,
            "files": sorted(
                session.exec(
                    select(Attachment.sha256).where(
                        Attachment.entity == ENTITY,
                        Attachment.entity_id == entry_id,
                        col(Attachment.removed_at).is_(None),
                    )
                ).all()
            ),
        }
        session.add(
            AwardEntryVersion(
                entry_id=entry_id,
                number=item.number,
                content=content,
                digest=digest(content),
                by=actor.account_id,
                at=clock.now(),
            )
        )
        loading.take_entry(session, actor, item, stages.SUBMIT)


def remove_file(actor: Actor, attachment_id: int, reason: str) -> None:
    """Take a file off a draft."""
    require(actor, Permission.AWARD_APPLY)
    with write() as session:
        found = session.get(Attachment, attachment_id)
        if found is None or found.entity != ENTITY:
            raise NotFound("没有找到这个文件。", "请刷新页面。")
        item, _ = _own(session, actor, found.entity_id)
        if item.state is not AwardEntryState.DRAFT:
            raise WrongState("项目已提交，附件不能再改。", "截止前可以先撤回修改。")
        if not reason.strip():
            raise Invalid(["移除文件需要填写理由"])
        files.remove(session, actor.account_id, attachment_id, reason)


def take_back(actor: Actor, entry_id: int, *, seen_version: int) -> None:
    """Take an entry back for changes, while entries are taken and its city has not decided."""
    require(actor, Permission.AWARD_APPLY)
    with write() as session:
        item, row = _own(session, actor, entry_id)
        check_version(item, seen_version)
        _taking(row)
        loading.take_entry(session, actor, item, stages.TAKE_BACK)


def leave(actor: Actor, entry_id: int, reason: str, *, seen_version: int) -> None:
    """A county takes its entry out of the selection for good; its marks stay with it."""
    require(actor, Permission.AWARD_APPLY)
    with write() as session:
        item, row = _own(session, actor, entry_id)
        check_version(item, seen_version)
        _open_list(row)
        loading.take_entry(session, actor, item, stages.LEAVE, reason)
        ending.out_of_panels(session, actor, item, EntryState.WITHDRAWN, reason)


def recommend(
    actor: Actor, entry_id: int, do: str, reason: str = "", rank: int | None = None, *, seen_version: int
) -> AwardEntryState:
    """A city's word about an entry of one of its counties: 推荐, 不推荐, or taking it back. `rank` is its own order."""
    with write() as session:
        item, row = loading.entry(session, actor, entry_id)
        require(actor, Permission.AWARD_RECOMMEND, Subject(region_code=item.city_code))
        check_version(item, seen_version)
        if do not in (stages.RECOMMEND, stages.PASS_OVER, stages.UNRECOMMEND):
            raise WrongState(f"“{do}”不是推荐环节的办理事项。")
        if row.state not in (EditionState.APPLYING, EditionState.RECOMMENDING) or clock.now() >= row.recommend_until:
            raise WrongState(
                "推荐已经截止。", f"推荐截止时间是北京时间 {clock.show(row.recommend_until)}（不含该时刻）。"
            )
        rule = loading.rule_of(row)
        if do == stages.RECOMMEND:
            loading.take_turns(session, row)
            count = standing.recommended(session, row.id or 0, item.city_code)
            if not rules.within_city(count, rule.city_quota):
                raise WrongState(f"本市的推荐名额是 {rule.city_quota} 个，已经用完。", "需要换人时请先撤回一个推荐。")
            if rank is not None:
                _free_rank(session, item, rank)
        loading.take_entry(session, actor, item, do, reason)
        item.recommended_by = writing.author(actor) if do == stages.RECOMMEND else None
        item.city_rank = rank if do == stages.RECOMMEND else None
        return item.state


def check(actor: Actor, entry_id: int, do: str, reason: str = "", *, seen_version: int) -> AwardEntryState:
    """The formal check: 审查通过, 审查不通过, or looking at it again."""
    require(actor, Permission.AWARD_CHECK)
    with write() as session:
        item, row = loading.entry(session, actor, entry_id)
        check_version(item, seen_version)
        if do not in (stages.QUALIFY, stages.DISQUALIFY, stages.RECONSIDER):
            raise WrongState(f"“{do}”不是形式审查的办理事项。")
        if row.state is not EditionState.CHECKING:
            raise WrongState(f"年度当前为“{row.state.label}”，不在形式审查中。")
        loading.take_entry(session, actor, item, do, reason)
        item.checked_by = None if do == stages.RECONSIDER else actor.account_id
        return item.state


def veto(actor: Actor, entry_id: int, kind: Veto, reason: str, *, seen_version: int) -> None:
    """Throw an entry out whatever its marks (一票否决)."""
    require(actor, Permission.AWARD_VETO)
    with write() as session:
        item, row = loading.entry(session, actor, entry_id)
        check_version(item, seen_version)
        _open_list(row)
        loading.refuse_recused(session, actor, row)
        ending.throw_out(session, actor, item, kind, reason)


def decide_correction(
    actor: Actor, entry_id: int, decision: CorrectionDecision, reason: str, *, seen_version: int
) -> None:
    """Decide about an entry whose evidence was corrected after it was frozen: keep it, freeze it anew so that judges
    look again, or throw the entry out."""
    require(actor, Permission.AWARD_CHECK)
    with read() as session:
        item, _ = loading.entry(session, actor, entry_id)
        source = (item.pilot_id, item.region_code)
    now = gathering.gather(*source)
    with write() as session:
        item, row = loading.entry(session, actor, entry_id)
        check_version(item, seen_version)
        _open_list(row)
        loading.refuse_recused(session, actor, row)
        kept = loading.newest_packs(session, [entry_id]).get(entry_id)
        found = evidence.changed(kept.content, now) if kept else []
        if not found:
            raise WrongState("证据与冻结时相同，没有需要决定的更正。", "请刷新页面。")
        if len(reason.strip()) < 6:
            raise Invalid(["请写明决定的理由（不少于 6 个字）"])
        session.add(
            AwardCorrection(
                entry_id=entry_id,
                found=found,
                digest=evidence.digest_of(found),
                decision=decision,
                reason=reason.strip(),
                by=actor.account_id,
                at=clock.now(),
            )
        )
        said = {"code": item.code, "decision": decision.label, "found": found}
        audit.record(session, actor.account_id, "award:correct", "award_entry", entry_id, said, reason.strip())
        if decision is CorrectionDecision.DISQUALIFY:
            ending.throw_out(session, actor, item, Veto.FALSE_DATA, reason)
        elif decision is CorrectionDecision.REFREEZE:
            _freeze(session, actor, item, now, reason)
            ending.tell_judges(session, actor, item, now, f"证据更正：{reason.strip()}")


# -- within a transaction -------------------------------------------------------------------


def _own(session: Session, actor: Actor, entry_id: int) -> tuple[AwardEntry, Edition]:
    item, row = loading.entry(session, actor, entry_id)
    require(actor, Permission.AWARD_APPLY, Subject(organisation_id=item.organisation_id))
    return item, row


def _taking(row: Edition) -> None:
    """Entries are taken from the first instant of the call until just before its end."""
    now = clock.now()
    if row.state is not EditionState.APPLYING or now >= row.closes_at:
        raise WrongState(
            "申报已经截止，不能再修改或提交。", f"截止时间是北京时间 {clock.show(row.closes_at)}（不含该时刻）。"
        )
    if now < row.opens_at:
        raise WrongState("申报还没有开始。", f"开始时间是北京时间 {clock.show(row.opens_at)}。")


def _open_list(row: Edition) -> None:
    if row.state in (EditionState.RELEASED, EditionState.REVOKED):
        raise WrongState(f"年度“{row.state.label}”，名单不再变化。", "已入选的项目有问题时，请办理撤销。")


def _fits(data: EntryIn, row: Edition, *, whole: bool) -> None:
    if problems := data.problems(loading.rule_of(row), whole=whole):
        raise Invalid(problems, "请按提示修改后再提交。")


def _takes_part(session: Session, pilot: Pilot, region: str) -> bool:
    return (
        session.exec(
            select(func.count())
            .select_from(CollectionUnit)
            .where(
                CollectionUnit.collection_id == pilot.collection_id,
                CollectionUnit.region_code == region,
                CollectionUnit.arm == Arm.PILOT,
            )
        ).one()
        > 0
        and pilot.start_on <= clock.today()
    )


def _evidence_of(actor: Actor, entry_id: int) -> Mapping[str, Any]:
    """Read before the transaction: it is much to read, and the transaction checks the state again."""
    with read() as session:
        item, _ = _own(session, actor, entry_id)
        source = (item.pilot_id, item.region_code)
    return gathering.gather(*source)


def _freeze(session: Session, actor: Actor, item: AwardEntry, kept: Mapping[str, Any], reason: str) -> AwardPack:
    last = session.exec(select(func.max(AwardPack.number)).where(AwardPack.entry_id == item.id)).one()
    pack = AwardPack(
        entry_id=item.id or 0,
        number=(last or 0) + 1,
        content=dict(kept),
        digest=freezing.digest(kept),
        reason=reason.strip(),
        by=actor.account_id,
        at=clock.now(),
    )
    session.add(pack)
    item.objective = evidence.objective(kept)
    session.flush()
    audit.record(
        session, actor.account_id, "award:freeze", "award_entry", item.id, {"code": item.code, "hash": pack.digest}
    )
    return pack


def _free_rank(session: Session, item: AwardEntry, rank: int) -> None:
    """Refuse a place in the city's order that is none, or another's."""
    if rank < 1:
        raise Invalid(["推荐次序从 1 起"], "请重新填写，或不填。")
    if taken := session.exec(
        select(AwardEntry).where(
            AwardEntry.edition_id == item.edition_id,
            AwardEntry.city_code == item.city_code,
            AwardEntry.city_rank == rank,
            AwardEntry.state == AwardEntryState.RECOMMENDED,
            AwardEntry.id != item.id,
        )
    ).first():
        raise Invalid([f"第 {rank} 位已经给了 {taken.code} {taken.title}"], "请换一个次序，或先撤回那个推荐。")
