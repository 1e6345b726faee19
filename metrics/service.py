"""Commands about returns: save what was entered, move a return along its path."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Forbidden, Invalid, WrongState
from core.words import CollectionKind, ReturnState
from db import audit, stamps
from db.session import check_version, write
from db.tables import Collection, LinkRemoval, Observation, ReturnRow, Upload
from metrics import doubting, queries, recording, rollups, rules, watching
from metrics.model import Change, ChangeKind, Entry, Finding, Form
from metrics.stages import ADOPT, APPROVE, CORRECT, DISMISS, LOCK, RETURN, SUBMIT, WITHDRAW, steps_of

EDITABLE = queries.EDITABLE
PUBLISHED = "import"  # the door of published tables


@dataclass(frozen=True)
class SourceFile:
    """The file some entries came from, as it was received."""

    filename: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Saved:
    """What came of a save: how many values were new or changed, unchanged, rejected; the state after."""

    written: int
    unchanged: int
    rejected: int
    state: ReturnState
    findings: Sequence[Finding]
    version: int  # of the return, afterwards


def save(
    actor: Actor,
    return_id: int,
    entries: Mapping[str, Entry],
    *,
    door: str,
    seen_version: int,
    known: Sequence[Finding] = (),
    source: SourceFile | None = None,
    submit: bool = False,
) -> Saved:
    """Store the entries (by indicator code) that pass the rules, and with `submit` hand the return in.

    Whatever door they came through, they are checked here again; `known` is what reading them already
    found, and a row it refused stays refused. Rejected and blank rows change nothing; unchanged ones
    write nothing, so the same file twice is the same as once. Raises Invalid when `submit` is asked for
    and something is still missing or wrong; then nothing at all is stored.

    A locked return that is unlocked for the moment takes a correction in one go, handed in with `submit`:
    its values stay in force until then.
    """
    with write() as session:
        row = queries.for_update(session, actor, return_id)
        stamps.about(session, row.collection_id)
        require(actor, Permission.RETURN_FILL, Subject(region_code=row.region_code))
        check_version(row, seen_version)
        if row.state is ReturnState.LOCKED and not submit:
            raise WrongState("锁定的报送没有草稿。", "请核对全部改动后一次“提交更正”。")
        saved = _store(session, actor, row, entries, door, known, source)
        if submit:
            _submit(session, actor, row, saved)
        return saved.outcome(row)


def save_published(
    actor: Actor, return_id: int, entries: Mapping[str, Entry], *, seen_version: int, source: SourceFile
) -> Saved:
    """Store and hand in what was published about a unit of an assessment. The institute takes such tables in
    for everybody; no unit fills them in itself."""
    require(actor, Permission.COLLECTION_DESIGN)
    with write() as session:
        row = queries.for_update(session, actor, return_id)
        stamps.about(session, row.collection_id)
        if session.get_one(Collection, row.collection_id).kind is not CollectionKind.ASSESSMENT:
            raise Forbidden("只有该地区的县级团队可以填报。", "研究院只能导入公开发布的考核通报。")
        check_version(row, seen_version)
        saved = _store(session, actor, row, entries, PUBLISHED, (), source)
        _submit(session, actor, row, saved)
        return saved.outcome(row)


def move(actor: Actor, return_id: int, do: str, reason: str = "", *, seen_version: int) -> ReturnState:
    """Take one step of the return's path: submit, withdraw, approve, send back, lock, judge a correction."""
    with write() as session:
        row = queries.for_update(session, actor, return_id)
        stamps.about(session, row.collection_id)
        for possible in RETURN.steps_from(row.state):
            if possible.do == do:  # who may comes before whether it can be done
                require(actor, Permission(possible.permission), Subject(region_code=row.region_code))
        RETURN.take(row.state, do, reason)
        check_version(row, seen_version)
        if do in (SUBMIT, CORRECT):
            _submit(session, actor, row, _Stored(queries.form_of(session, row)))
        else:
            _step(session, actor, row, do, reason)
            rollups.refresh(session, row.collection_id, [row.period])
            watching.look(session, actor.account_id, row.collection_id, [row.period])
        return row.state


@dataclass(frozen=True)
class Approved:
    """How many returns were approved; the ids of those that had changed since the reviewer looked, and of those
    that the reviewer handed in."""

    approved: int
    changed: Sequence[int]
    own: Sequence[int] = ()


def approve_many(actor: Actor, seen: Mapping[int, int]) -> Approved:
    """Approve the submitted returns of the list as they were seen (id → version); corrections are adopted.

    One that has changed since is left for another look, and so is one that is no longer waiting.
    """
    require(actor, Permission.RETURN_DECIDE)
    with write() as session:
        rows = session.exec(
            select(ReturnRow)
            .where(col(ReturnRow.id).in_(list(seen)), ReturnRow.state == ReturnState.SUBMITTED)
            .order_by(col(ReturnRow.id))
            .with_for_update()
        ).all()
        own = [row for row in rows if _handed_in_by(session, actor, row)]
        same = [row for row in rows if row.version == seen[row.id or 0] and row not in own]
        for row in same:
            _step(session, actor, row, APPROVE if row.locked_at is None else ADOPT, "")
        for collection_id in sorted({row.collection_id for row in same}):
            rollups.refresh(session, collection_id, {row.period for row in same if row.collection_id == collection_id})
        changed = [row.id or 0 for row in rows if row not in same and row not in own]
        return Approved(len(same), changed, tuple(row.id or 0 for row in own))


def _handed_in_by(session: Session, actor: Actor, row: ReturnRow) -> bool:
    """Whether this person handed the return in (a feed for several regions) and so cannot be its judge. What
    the institute takes in from published tables has been judged already."""
    if actor.account_id is None or row.submitted_by != actor.account_id:
        return False
    return session.get_one(Collection, row.collection_id).kind is not CollectionKind.ASSESSMENT


def _step(session: Session, actor: Actor, row: ReturnRow, do: str, reason: str) -> None:
    """A step that stores no value, except that a dismissed correction gives way to what was locked."""
    step = next((step for step in steps_of(row.state, row.locked_at is not None) if step.do == do), None)
    if step is None:
        raise WrongState(f"这份报送不能“{do}”：锁定过的报送只有“更正”，没有锁定过的没有更正。", "请刷新页面后再办理。")
    if do in (APPROVE, ADOPT) and _handed_in_by(session, actor, row):
        raise Forbidden("不能审核自己提交的报送。", "请由另一位研究院人员审核。")
    if do == DISMISS:
        _restore(session, actor, row, reason.strip())
    if do == WITHDRAW and row.decided_at is None:
        row.first_submitted_at = None  # taken back before anybody looked: what counts is when it comes again
    row.state = ReturnState(step.target)
    row.comment = reason.strip()
    if step.permission != Permission.RETURN_FILL:
        row.decided_by, row.decided_at = actor.account_id, clock.now()
    if do in (LOCK, ADOPT, DISMISS):
        row.locked_at, row.unlocked_until = clock.now(), None
    audit.record(session, actor.account_id, "return:move", "return", row.id, {"do": do, "to": row.state}, reason)


def _restore(session: Session, actor: Actor, row: ReturnRow, reason: str) -> None:
    """Append again what stood at the last lock wherever the dismissed correction changed it."""
    history: dict[int, list[Observation]] = defaultdict(list)
    for found in session.exec(
        select(Observation).where(Observation.return_id == row.id).order_by(col(Observation.revision))
    ):
        history[found.indicator_id].append(found)
    for revisions in history.values():
        locked = [found for found in revisions if row.locked_at is not None and found.entered_at <= row.locked_at]
        if locked and locked[-1] is not revisions[-1]:
            kept = locked[-1].model_dump(exclude={"id", "revision", "reason", "door", "upload_id"})
            if session.get(LinkRemoval, locked[-1].id) is not None:
                kept["link"] = ""  # taken away meanwhile
            back = Observation(
                **kept
                | {
                    "revision": revisions[-1].revision + 1,
                    "reason": f"更正未采纳，恢复锁定时的数值：{reason}",
                    "door": "restored",
                    "entered_by": actor.account_id,
                    "entered_at": clock.now(),
                }
            )
            session.add(back)
            doubting.reinstate(session, locked[-1], back)


def repair_rollups(actor: Actor) -> list[str]:
    """Rewrite every roll-up that does not follow from the values; returns, in words, what was wrong."""
    require(actor, Permission.ROLLUP_REPAIR)
    with write() as session:
        found = rollups.differences(session)
        for collection_id in sorted({item.collection_id for item in found}):
            here = [item for item in found if item.collection_id == collection_id]
            periods = sorted({item.period for item in here})
            audit.record(
                session,
                actor.account_id,
                "rollup:repair",
                "collection",
                collection_id,
                {"periods": periods, "differences": len(here)},
            )
            rollups.refresh(session, collection_id, periods)
        return [item.words for item in found]


@dataclass(frozen=True)
class _Stored:
    """What a save found and did, before the return is handed in."""

    form: Form
    findings: Sequence[Finding] = ()
    changes: Sequence[Change] = ()

    def of(self, kind: ChangeKind) -> list[Change]:
        return [change for change in self.changes if change.kind is kind]

    def outcome(self, row: ReturnRow) -> Saved:
        written = len(self.of(ChangeKind.NEW)) + len(self.of(ChangeKind.CHANGED))
        return Saved(
            written,
            len(self.of(ChangeKind.UNCHANGED)),
            len(self.of(ChangeKind.REJECTED)),
            row.state,
            self.findings,
            row.version,
        )


def _store(
    session: Session,
    actor: Actor,
    row: ReturnRow,
    entries: Mapping[str, Entry],
    door: str,
    known: Sequence[Finding],
    source: SourceFile | None,
) -> _Stored:
    """Append the entries that pass the rules. Until the return is handed in its values count nowhere."""
    if not queries.editable(row):
        raise WrongState(f"这份报送已“{row.state.label}”，不能修改。", "如需更正，请先撤回，或联系研究院退回、解锁。")
    _check_open(row)
    form = queries.form_of(session, row)
    findings = rules.validate(form, entries, known=known)
    changes = rules.diff(form, entries, findings)
    digest = source.sha256 if source else recording.digest_of(entries)
    recording.keep(session, actor, row.id or 0, digest, door, findings)
    upload_id = _keep_file(session, actor, row, source, changes, findings)
    written = [change for change in changes if change.entry is not None]
    stored = {change.code: _append(session, actor, row, form, change, door, upload_id) for change in written}
    if written:
        if door != PUBLISHED:  # what is published elsewhere is nobody's here to explain
            doubting.stored(session, actor.account_id, row.id or 0, stored, findings)
        row.saved_at = clock.now()  # also moves the row's version, so a second save from an old page is refused
        audit.record(
            session,
            actor.account_id,
            "return:save",
            "return",
            row.id,
            {change.code: [change.old, change.new] for change in written},
        )
    session.flush()
    return _Stored(form, findings, changes)


def _submit(session: Session, actor: Actor, row: ReturnRow, saved: _Stored) -> None:
    """Hand in: every line must hold a value or say why it has none. A correction must correct something."""
    do = SUBMIT if row.state in EDITABLE else CORRECT
    RETURN.take(row.state, do)
    _check_open(row)
    if do == CORRECT and not (saved.of(ChangeKind.CHANGED) or saved.of(ChangeKind.REJECTED)):
        raise Invalid(["没有改动任何已锁定的数"], "请改正有误的数并写明理由，再提交更正；数没有错的不用办理。")
    rejected = [change.code for change in saved.of(ChangeKind.REJECTED)]
    stored = set(session.exec(select(Observation.indicator_id).where(Observation.return_id == row.id)))
    missing = [line.indicator for line in saved.form.lines if line.indicator.id not in stored]
    problems = [f"{name.code} {name.name} 尚未填报" for name in missing if name.code not in rejected]
    problems += [f"{code} 的填报有错误" for code in rejected]
    if problems:
        raise Invalid(problems, "没有数据的指标请选择“缺报”或“不适用”并说明原因，然后再提交。")
    row.state = ReturnState.SUBMITTED
    row.submitted_at, row.submitted_by = clock.now(), actor.account_id
    row.first_submitted_at = row.first_submitted_at or row.submitted_at
    row.comment, row.unlocked_until = "", None
    audit.record(session, actor.account_id, "return:move", "return", row.id, {"do": do, "to": row.state})
    rollups.refresh(session, row.collection_id, [row.period])
    watching.look(session, actor.account_id, row.collection_id, [row.period])


def _check_open(row: ReturnRow) -> None:
    if clock.today() < row.opens_on:
        raise WrongState(f"本期要到 {row.opens_on} 才开始报送。", "请在本期结束后填报。")


def _keep_file(
    session: Session,
    actor: Actor,
    row: ReturnRow,
    source: SourceFile | None,
    changes: Sequence[Change],
    findings: Sequence[Finding],
) -> int | None:
    if source is None:
        return None
    upload = Upload(
        return_id=row.id or 0,
        filename=source.filename,
        sha256=source.sha256,
        size=source.size,
        at=clock.now(),
        by=actor.account_id,
        saved=sum(change.entry is not None for change in changes),
        findings=dict(Counter(finding.rule for finding in findings)),
    )
    session.add(upload)
    session.flush()
    return upload.id


def _append(
    session: Session, actor: Actor, row: ReturnRow, form: Form, change: Change, door: str, upload_id: int | None
) -> tuple[Observation, Entry | None]:
    """The new revision, and the entry that stood before it."""
    line = form.line(change.code)
    assert line is not None
    assert change.entry is not None
    assert row.id is not None
    last = session.exec(
        select(func.max(Observation.revision)).where(
            Observation.return_id == row.id, Observation.indicator_id == line.indicator.id
        )
    ).one()
    entry = change.entry
    value = Observation(
        return_id=row.id,
        indicator_id=line.indicator.id,
        revision=(last or 0) + 1,
        n=entry.n,
        d=entry.d if line.indicator.kind.has_denominator else None,
        state=entry.state,
        reason=entry.reason,
        note=entry.note,
        link=entry.link,
        late=queries.course_of(row).late_at(clock.now()),
        door=door,
        upload_id=upload_id,
        entered_by=actor.account_id,
        entered_at=clock.now(),
    )
    session.add(value)
    return value, line.current
