"""Commands of a judge about his own sheets. The judge's pages and the offline workbook come through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Conflict, Invalid, WrongState
from core.words import ReviewState, SheetDoor, SheetState
from db import audit
from db.session import CHANGED, RELOAD, write
from db.tables import Review, RubricVersion, Sheet, SheetVersion
from panels import sheets, windows
from panels.queries import find, subject
from panels.rubric import Rubric
from panels.sheet_schemas import SheetIn

OPEN = (SheetState.DRAFT, SheetState.UNLOCKED)


def save(
    actor: Actor,
    review_id: int,
    entry_id: int,
    data: SheetIn,
    *,
    seen: int,
    submit: bool = False,
    nonce: str | None = None,
    door: SheetDoor = SheetDoor.PAGE,
) -> int:
    """Keep a draft of one's own sheet or, with `submit`, hand it in whole; returns its version number. `seen` is the
    number that the page showed, 0 for none: a page that showed an older one is refused. The same `nonce` again
    changes nothing, and neither does a draft that says what is stored."""
    with write() as session:
        row, stands = find(session, actor, review_id)
        require(actor, Permission.REVIEW_JUDGE, subject(session, review_id))
        late = _require_time(row)
        sheet = sheets.own(session, row, stands, entry_id)
        if nonce and (again := session.exec(select(SheetVersion).where(SheetVersion.nonce == nonce)).first()):
            if again.sheet_id != sheet.id:
                raise Conflict(CHANGED, RELOAD)
            return again.number
        if seen != sheet.number:
            raise Conflict(CHANGED, RELOAD)
        if sheet.state not in OPEN:
            raise WrongState(f"这份评分表{sheet.state.label}，不能再改。", "需要修改时请申请解锁，并写明理由。")
        if (last := sheets.newest(session, sheet)) and not submit and _same(last, data):
            return sheet.number
        marks = data.in_hundredths()
        rubric = Rubric.from_json(session.get_one(RubricVersion, row.rubric_version_id).body)
        if wrong := rubric.wrong(marks, data.reasons, whole=submit):
            raise Invalid(wrong, "请改好后再提交；暂时评不完，可以先保存草稿。")
        state = SheetState.SUBMITTED if submit else sheet.state
        version = sheets.append(
            session, actor, sheet, state, marks, data.reasons, data.comment, door=door, nonce=nonce, late=late
        )
        audit.record(
            session, actor.account_id, "sheet:submit" if submit else "sheet:save", "sheet", sheet.id, _noted(sheet)
        )
        return version.number


def save_many(actor: Actor, review_id: int, drafts: Mapping[int, tuple[SheetIn, int]], *, door: SheetDoor) -> int:
    """Keep many drafts at once (entry → what it says, the number that was seen), all or none; returns how many are
    new versions."""
    kept = 0
    with write() as session:
        row, stands = find(session, actor, review_id)
        require(actor, Permission.REVIEW_JUDGE, subject(session, review_id))
        late = _require_time(row)
        rubric = Rubric.from_json(session.get_one(RubricVersion, row.rubric_version_id).body)
        for entry_id, (data, seen) in drafts.items():
            sheet = sheets.own(session, row, stands, entry_id)
            if seen != sheet.number:
                raise Conflict(CHANGED, "请重新上传，核对后再保存。")
            if sheet.state not in OPEN:
                raise WrongState(f"有一份评分表{sheet.state.label}，不能再改。", "请重新上传，核对后再保存。")
            if (last := sheets.newest(session, sheet)) and _same(last, data):
                continue
            marks = data.in_hundredths()
            if wrong := rubric.wrong(marks, data.reasons, whole=False):
                raise Invalid(wrong)
            sheets.append(session, actor, sheet, sheet.state, marks, data.reasons, data.comment, door=door, late=late)
            audit.record(session, actor.account_id, "sheet:save", "sheet", sheet.id, _noted(sheet))
            kept += 1
    return kept


@dataclass(frozen=True)
class HandedIn:
    """What came of handing in many: the entries whose sheets went in, and why others did not (entry, reason)."""

    submitted: tuple[int, ...]
    left: tuple[tuple[int, str], ...]


def submit_all(actor: Actor, review_id: int, seen: Mapping[int, int]) -> HandedIn:
    """Hand in all of these drafts as they were seen (entry → version number), each that is whole. One that has
    changed since, or lacks something, stays a draft; the second of two clicks finds nothing left to do."""
    submitted, left = [], []
    with write() as session:
        row, stands = find(session, actor, review_id)
        require(actor, Permission.REVIEW_JUDGE, subject(session, review_id))
        late = _require_time(row)
        rubric = Rubric.from_json(session.get_one(RubricVersion, row.rubric_version_id).body)
        for entry_id, number in seen.items():
            sheet = sheets.own(session, row, stands, entry_id)
            last = sheets.newest(session, sheet)
            if sheet.state not in OPEN:
                continue
            if last is None or sheet.number != number:
                left.append((entry_id, "打开页面后又有改动，请核对后再提交"))
                continue
            if wrong := rubric.wrong(last.marks, last.reasons, whole=True):
                left.append((entry_id, "；".join(wrong)))
                continue
            sheets.append(
                session, actor, sheet, SheetState.SUBMITTED, last.marks, last.reasons, last.comment, late=late
            )
            audit.record(session, actor.account_id, "sheet:submit", "sheet", sheet.id, _noted(sheet))
            submitted.append(entry_id)
    return HandedIn(tuple(submitted), tuple(left))


def abstain(actor: Actor, review_id: int, entry_id: int, why: str, *, seen: int) -> None:
    """Say that one will not mark an entry, with the reason: neither a zero nor a missing sheet."""
    with write() as session:
        row, stands = find(session, actor, review_id)
        require(actor, Permission.REVIEW_JUDGE, subject(session, review_id))
        _require_time(row)
        sheet = sheets.own(session, row, stands, entry_id)
        if seen != sheet.number:
            raise Conflict(CHANGED, RELOAD)
        if sheet.state not in OPEN:
            raise WrongState(f"这份评分表{sheet.state.label}，不能弃权。", "需要修改时请申请解锁。")
        if len(why.strip()) < 4:
            raise Invalid(["弃权需要写明理由（不少于 4 个字）"])
        last = sheets.newest(session, sheet)
        kept = (last.marks, last.reasons, last.comment) if last else ({}, {}, "")
        sheets.append(session, actor, sheet, SheetState.ABSTAINED, *kept, why=why.strip())
        audit.record(session, actor.account_id, "sheet:abstain", "sheet", sheet.id, _noted(sheet))


def _require_time(row: Review) -> bool:
    """Whether what comes in now is late but taken; raises when it is not taken."""
    if row.state is ReviewState.MODERATING:
        return False
    if row.state is not ReviewState.SCORING:
        raise WrongState(f"评审当前为“{row.state.label}”，不能评分。", "请刷新页面查看最新状态。")
    phase = windows.phase(clock.now(), row.opens_at, row.closes_at, row.grace_until)
    if not phase.takes:
        before = phase in (windows.Phase.BEFORE, windows.Phase.UNSET)
        at = clock.show(row.opens_at if before else row.closes_at)
        words = f"评分还没有开始（北京时间 {at} 开始）。" if before else f"评分已于北京时间 {at} 截止，没有保存。"
        raise WrongState(words, "请到时再评。" if before else "确需补交的，请联系研究院延长时间。")
    return phase is windows.Phase.GRACE


def _same(version: SheetVersion, data: SheetIn) -> bool:
    """Whether a draft says what is stored already: leaving a field without changing it is no version."""
    said = {code: text for code, text in data.reasons.items() if text}
    return (version.marks, version.reasons, version.comment) == (data.in_hundredths(), said, data.comment)


def _noted(sheet: Sheet) -> dict[str, object]:
    """What the log says of a sheet, never a mark: it is read by staff who may not see marks yet."""
    return {"entry": sheet.entry_id, "round": sheet.round, "number": sheet.number}
