"""Commands about the appraisal before approval (前期论证): who reviews, what they find, what is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock, uploads
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import Criterion, Role, ScenarioState
from db import audit, files
from db.session import CHANGED, RELOAD, check_version, write
from db.tables import (
    Account,
    Appraisal,
    AppraisalFinding,
    AppraisalMatch,
    AppraisalReviewer,
    Attachment,
    AuditEvent,
    Scenario,
)
from scenarios import appraisal_queries, appraising, dossier, duplicates, stages, writing
from scenarios.appraisal_queries import EVIDENCE
from scenarios.appraisal_schemas import DecisionIn, JudgementIn, SheetIn
from scenarios.likeness import Match


def assign(actor: Actor, scenario_id: int, account_id: int) -> None:
    """Ask somebody of the institute or of a department to review; nobody whose own the scenario is."""
    with write() as session:
        row, appraisal, subject = _load(session, actor, scenario_id)
        require(actor, Permission.SCENARIO_APPRAISE, subject)
        account = session.get(Account, account_id)
        if account is None or not account.active or account.role not in appraisal_queries.REVIEWING:
            raise NotFound("没有找到可以指派的人员。", "论证人须是研究院或部门的在用账号。")
        if account_id in {row.created_by, *appraisal.authors}:
            raise Forbidden(f"{account.name}登记、修改或提交了这个场景，不能参加论证。", "请指派其他人员。")
        if account.role is Role.DEPARTMENT and account.organisation_id in appraisal_queries.concerned(session, row):
            raise Forbidden(f"{account.name}所在单位登记、牵头或参与这个场景，不能参加论证。", "请指派其他单位的人员。")
        if session.get(AppraisalReviewer, (appraisal.id, account_id)) is not None:
            return
        session.add(
            AppraisalReviewer(
                appraisal_id=appraisal.id or 0,
                account_id=account_id,
                assigned_by=writing.author(actor),
                assigned_at=clock.now(),
            )
        )
        audit.record(session, actor.account_id, "appraisal:assign", "appraisal", appraisal.id, {"do": account.name})


def release(actor: Actor, scenario_id: int, account_id: int, reason: str) -> None:
    """No longer ask a reviewer who has not handed in a sheet. What he had begun to write goes with him."""
    with write() as session:
        _, appraisal, subject = _load(session, actor, scenario_id)
        require(actor, Permission.SCENARIO_APPRAISE, subject)
        reviewer = session.get(AppraisalReviewer, (appraisal.id, account_id))
        if reviewer is None:
            raise NotFound("没有找到这位论证人。", "请刷新页面。")
        if reviewer.submitted_at is not None:
            raise WrongState("这位论证人已经提交意见，不能取消。", "意见会与其他论证人的一并供决定时参考。")
        if not reason.strip():
            raise Invalid(["取消论证人需要填写理由"])
        begun = _findings(session, appraisal, account_id).values()
        for file in files.attached(session, EVIDENCE, [row.id or 0 for row in begun]):
            files.remove(session, actor.account_id, file.id, reason)
        for row in begun:
            session.delete(row)
        name = session.get_one(Account, account_id).name
        session.delete(reviewer)
        audit.record(
            session, actor.account_id, "appraisal:release", "appraisal", appraisal.id, {"do": name}, reason.strip()
        )


def save_sheet(actor: Actor, scenario_id: int, data: SheetIn, *, submit: bool = False) -> None:
    """Keep what a reviewer found so far; with `submit` hand it in: every finding begun must be complete, and
    the advice given. A sheet may be handed in anew until the decision."""
    with write() as session:
        _, appraisal, reviewer = _own_sheet(session, actor, scenario_id)
        if reviewer.submitted_at is not None and not submit:
            raise WrongState("您已提交论证意见。", "需要修改时，请改好后重新提交。")
        rows = _findings(session, appraisal, reviewer.account_id)
        for given in data.findings:
            row = rows.get(given.criterion)
            if given.seen != (row.version if row else 0):
                raise Conflict(CHANGED, RELOAD)
            if row is None:
                if given.verdict is None and not given.finding and not given.evidence:
                    continue
                row = rows[given.criterion] = _begin(session, appraisal, reviewer.account_id, given.criterion)
            row.verdict, row.finding, row.evidence = given.verdict, given.finding, given.evidence
        reviewer.advice, reviewer.opinion = data.advice, data.opinion
        if submit:
            _require_sheet(session, rows.values(), data)
            reviewer.submitted_at = clock.now()
        said = {found.criterion.value: found.verdict for found in data.findings if found.verdict}
        audit.record(
            session,
            actor.account_id,
            "appraisal:submit" if submit else "appraisal:save",
            "appraisal",
            appraisal.id,
            {"advice": data.advice, **said},
            data.opinion,
        )


def add_evidence(actor: Actor, scenario_id: int, criterion: Criterion, given: Sequence[tuple[str, bytes]]) -> int:
    """Attach files, given as (name, content), to a reviewer's own finding: all of them or none."""
    checked = [uploads.check(*file) for file in given]
    with write() as session:
        _, appraisal, reviewer = _own_sheet(session, actor, scenario_id)
        if not checked:
            raise Invalid(["请先选择文件"])
        rows = _findings(session, appraisal, reviewer.account_id)
        row = rows.get(criterion) or _begin(session, appraisal, reviewer.account_id, criterion)
        session.flush()
        for file in checked:
            files.attach(session, actor.account_id, "appraisal_finding", row.id or 0, file, criterion.label)
        return len(checked)


def remove_evidence(actor: Actor, scenario_id: int, attachment_id: int, reason: str) -> None:
    """Take away a file of one's own finding."""
    with write() as session:
        _, appraisal, reviewer = _own_sheet(session, actor, scenario_id)
        own = [row.id for row in _findings(session, appraisal, reviewer.account_id).values()]
        attachment = session.get(Attachment, attachment_id)
        if attachment is None or attachment.entity != EVIDENCE or attachment.entity_id not in own:
            raise NotFound("没有找到这个文件，或它不是您上传的。", "请刷新页面。")
        if not reason.strip():
            raise Invalid(["移除文件需要填写理由"])
        files.remove(session, actor.account_id, attachment_id, reason)


def check_again(actor: Actor, scenario_id: int) -> int:
    """Compare with the register as it is now; returns how many similar scenarios must be judged."""
    found = duplicates.find(scenario_id) if actor.is_staff else []
    with write() as session:
        _, appraisal, subject = _load(session, actor, scenario_id)
        require(actor, Permission.SCENARIO_APPRAISE, subject)
        _check(session, actor, appraisal, found)
        return sum(match.score * duplicates.SCALE >= (appraisal.likeness_floor or 0) for match in found)


def judge_match(actor: Actor, scenario_id: int, match_id: int, data: JudgementIn, *, seen_version: int) -> None:
    """Record what a reviewer, or who may decide, makes of a similar scenario. The likeness refuses nothing."""
    with write() as session:
        _, appraisal, subject = _load(session, actor, scenario_id)
        if actor.account_id not in subject.reviewers:
            require(actor, Permission.SCENARIO_APPRAISE, subject)
        match = session.get(AppraisalMatch, match_id)
        if match is None or match.appraisal_id != appraisal.id:
            raise NotFound("没有找到这个相似场景。", "请刷新页面。")
        other, _ = dossier.load(session, actor, match.other_id)
        check_version(match, seen_version)
        match.judgement, match.note = data.judgement, data.note
        match.judged_by, match.judged_at = writing.author(actor), clock.now()
        said = {"do": f"{other.code} {other.name}", "judgement": data.judgement, "score": match.score}
        audit.record(session, actor.account_id, "appraisal:judge", "appraisal", appraisal.id, said, data.note)


def decide(actor: Actor, scenario_id: int, data: DecisionIn, *, seen_version: int) -> ScenarioState:
    """Give the decision: 通过, 核减 (with what remains), 退回 or 不予立项. The checklist must be complete and
    every scenario that is too much alike judged; who registered, changed or submitted it does not decide."""
    with write() as session:
        row, appraisal, subject = _load(session, actor, scenario_id)
        require(actor, Permission.SCENARIO_APPRAISE, subject)
        check_version(appraisal, seen_version)
        if left := appraisal_queries.views(session, actor, row)[0].blockers:
            raise WrongState(f"还不能作出决定：{'；'.join(left)}。", "请补齐后再决定。")
        appraisal.decision, appraisal.reason, appraisal.scope = data.decision, data.reason, data.scope
        appraisal.decided_by, appraisal.decided_at = actor.account_id, clock.now()
        session.flush()
        said = {"scope": data.scope} if data.scope else {}
        return dossier.take(session, actor, row, stages.BY_APPRAISAL[data.decision], data.reason, **said)


# -- within a transaction -------------------------------------------------------------------


def open_round(session: Session, actor: Actor, row: Scenario, found: Sequence[Match]) -> None:
    """A scenario is submitted: a round begins, with whose work it is and what it is like."""
    require(actor, Permission.SCENARIO_CREATE)
    last = session.exec(
        select(Appraisal.round).where(Appraisal.scenario_id == row.id).order_by(col(Appraisal.round).desc())
    ).first()
    wrote = session.exec(
        select(AuditEvent.actor_id).where(
            AuditEvent.entity == "scenario",
            AuditEvent.entity_id == str(row.id),
            col(AuditEvent.action).in_(("scenario:create", "scenario:edit", "scenario:version")),
        )
    ).all()
    appraisal = Appraisal(
        scenario_id=row.id or 0,
        round=(last or 0) + 1,
        authors=sorted({row.created_by, writing.author(actor), *(key for key in wrote if key is not None)}),
        submitted_by=writing.author(actor),
        submitted_at=clock.now(),
    )
    session.add(appraisal)
    session.flush()
    _check(session, actor, appraisal, found)


def _load(session: Session, actor: Actor, scenario_id: int) -> tuple[Scenario, Appraisal, Subject]:
    """The scenario, the round that waits for its decision, and what permissions are asked about."""
    row, subject = dossier.load(session, actor, scenario_id)
    appraisal = appraisal_queries.current(session, scenario_id)
    if row.state is not ScenarioState.APPRAISAL or appraisal is None:
        raise WrongState(f"场景当前为“{row.state.label}”，没有正在进行的论证。", "请刷新页面查看最新状态。")
    return row, appraisal, subject


def _own_sheet(session: Session, actor: Actor, scenario_id: int) -> tuple[Scenario, Appraisal, AppraisalReviewer]:
    row, appraisal, subject = _load(session, actor, scenario_id)
    require(actor, Permission.APPRAISAL_REVIEW, subject)
    return row, appraisal, session.get_one(AppraisalReviewer, (appraisal.id, actor.account_id))


def _findings(session: Session, appraisal: Appraisal, account_id: int) -> dict[Criterion, AppraisalFinding]:
    query = select(AppraisalFinding).where(
        AppraisalFinding.appraisal_id == appraisal.id, AppraisalFinding.account_id == account_id
    )
    return {row.criterion: row for row in session.exec(query)}


def _begin(session: Session, appraisal: Appraisal, account_id: int, criterion: Criterion) -> AppraisalFinding:
    row = AppraisalFinding(appraisal_id=appraisal.id or 0, account_id=account_id, criterion=criterion)
    session.add(row)
    return row


def _require_sheet(session: Session, rows: Iterable[AppraisalFinding], data: SheetIn) -> None:
    rows = list(rows)
    session.flush()
    held = Counter(file.entity_id for file in files.attached(session, EVIDENCE, [row.id or 0 for row in rows]))
    found = [
        appraising.Finding(row.criterion, row.verdict, row.finding, row.evidence, held[row.id or 0]) for row in rows
    ]
    problems = [f"{finding.criterion.label}：{finding.gap}" for finding in found if finding.gap]
    if not found:
        problems.append("论证清单还没有填写")
    if data.advice is None:
        problems.append("请选择建议")
    if problems:
        raise Invalid(problems, "请补全后再提交；暂时提交不了，可以先保存。")


def _check(session: Session, actor: Actor, appraisal: Appraisal, found: Sequence[Match]) -> None:
    duplicates.keep(session, appraisal, found)
    said = {"floor": appraisal.likeness_floor, "found": [[match.id, round(match.score, 4)] for match in found]}
    audit.record(session, actor.account_id, "appraisal:check", "appraisal", appraisal.id, said)
