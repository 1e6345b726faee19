"""Commands about feedback on a pilot, and about the iterations that answer it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock, uploads
from core.errors import Forbidden, Invalid, NotFound, WrongState
from core.words import FeedbackKind, PhaseKind, PilotState, Role
from db import audit, files
from db.session import check_version, write
from db.tables import Feedback, Iteration, Pilot, Region, ScenarioVersion
from pilots import feedback_queries, phase_service, queries, service
from pilots.plan_schemas import PhaseIn
from pilots.stages import CONTINUE, NOT_BEGUN, RESUME
from pilots.supervision_schemas import FeedbackIn, IterationIn
from scenarios import masking
from scenarios import service as scenarios
from scenarios.schemas import VersionIn

_ITERATED = (PilotState.RUNNING, PilotState.PAUSED, PilotState.EVALUATING)


def log(actor: Actor, data: FeedbackIn, given: Sequence[tuple[str, bytes]] = (), *, nonce: str | None = None) -> int:
    """Write down what somebody said about a pilot; returns its id. Of what citizens say, personal data are
    covered before anything is stored. A county team writes for its own region."""
    checked = [uploads.check(name, content) for name, content in given]
    require(actor, Permission.FEEDBACK_LOG)
    if actor.role is Role.COUNTY and data.region_code != actor.region_code:
        raise Forbidden("县级团队只能登记本地区的反馈。", f"您所在的地区是“{actor.region}”。")
    if actor.account_id is None:
        raise Forbidden("登记反馈需要登录账号，命令行不能代替。", "请登录后在页面上登记。")
    if data.received_on > clock.today():
        raise Invalid(["收到日期不能晚于今天"])
    with write() as session:
        pilot = queries.row_of(session, actor, data.pilot_id)
        if pilot.state in NOT_BEGUN:
            raise WrongState(f"试点“{pilot.state.label}”，还没有可反馈的内容。", "试点启动后再登记反馈。")
        if nonce and (known := session.exec(select(Feedback.id).where(Feedback.nonce == nonce)).first()):
            return known
        source, text, masked = data.source, data.text, 0
        if data.kind is FeedbackKind.PUBLIC:
            source, in_source = _covered(session, data.source)
            text, in_text = _covered(session, data.text)
            masked = in_source + in_text
        row = Feedback(
            source=source,
            text=text,
            masked=masked,
            logged_by=actor.account_id,
            logged_organisation_id=actor.organisation_id,
            logged_at=clock.now(),
            nonce=nonce,
            **data.model_dump(exclude={"source", "text"}),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        for upload in checked:
            files.attach(session, actor.account_id, "feedback", row.id, upload)
        said = {"pilot": data.pilot_id, "kind": data.kind, "region": data.region_code, "masked": masked}
        audit.record(session, actor.account_id, "feedback:log", "feedback", row.id, said)
        return row.id


def answer(actor: Actor, feedback_id: int, text: str, *, seen_version: int) -> None:
    """Answer a feedback, once."""
    with write() as session:
        row = session.exec(feedback_queries.readable(actor).where(Feedback.id == feedback_id)).first()
        if row is None:
            raise NotFound("没有找到这条反馈，或您无权查看。", "请从反馈列表重新进入。")
        pilot = session.get_one(Pilot, row.pilot_id)
        subject = Subject(organisation_id=pilot.lead_organisation_id, region_code=row.region_code)
        require(actor, Permission.FEEDBACK_ANSWER, subject)
        check_version(row, seen_version)
        if row.answered_on is not None:
            raise WrongState(f"这条反馈已于 {row.answered_on} 答复。", "请刷新页面查看答复。")
        text = text.strip()
        if len(text) < 6:
            raise Invalid(["请写明答复（不少于 6 个字）"], "说清楚采纳与否、怎么办、什么时候办。")
        row.answer, row.answered_by, row.answered_on = text, actor.account_id, clock.today()
        audit.record(session, actor.account_id, "feedback:answer", "feedback", feedback_id, {"answer": text})


def iterate(actor: Actor, pilot_id: int, data: IterationIn, *, nonce: str | None = None) -> int:
    """Change a pilot because of feedback, all in one: the next scenario version, the next phase from
    `data.start_on` on, the scenario back in 试点中, the feedback answered. Returns the iteration's id. Results
    before and after are not pooled, so a phase begins with a month, as figures come by month."""
    require(actor, Permission.PILOT_ITERATE)
    if actor.account_id is None:
        raise Forbidden("开启迭代需要登录账号，命令行不能代替。", "请登录后在页面上办理。")
    if data.start_on.day != 1:
        raise Invalid(["新阶段须从某月 1 日开始"], "数据按月报送，阶段从月中开始，该月的数就分不清属于哪个版本。")
    with write() as session:
        pilot = queries.row_of(session, actor, pilot_id)
        if nonce and (known := session.exec(select(Iteration.id).where(Iteration.nonce == nonce)).first()):
            return known
        if pilot.state not in _ITERATED:
            raise WrongState(f"试点“{pilot.state.label}”，不能迭代。", "试点中、暂停或评估中的试点才能迭代。")
        if data.start_on >= pilot.end_on:
            raise Invalid([f"新阶段的开始日期不早于试点结束日期 {pilot.end_on}"], "请改早开始日期。")
        rows = _asked(session, pilot_id, data.feedback)
        number = 1 + session.exec(select(func.count()).where(col(Iteration.pilot_id) == pilot_id)).one()
        version_id = scenarios.iterate(
            session,
            actor,
            pilot.scenario_id,
            VersionIn(changes=data.changes, feedback=_because(rows, data.reason), major=data.major),
        )
        label = session.get_one(ScenarioVersion, version_id).label
        row = Iteration(
            pilot_id=pilot_id,
            number=number,
            changes=data.changes,
            reason=data.reason,
            scenario_version_id=version_id,
            phase_start_on=data.start_on,
            nonce=nonce,
            created_by=actor.account_id,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        _go_on(session, actor, pilot, f"第 {number} 次迭代：{data.reason}")
        pilot.scenario_version_id = version_id
        phase = PhaseIn(
            name=f"迭代后（{label}）",
            kind=PhaseKind.ITERATION,
            goal=data.goal or pilot.promise,
            start_on=data.start_on,
            end_on=pilot.end_on,
        )
        phase_service.begin_phase(session, actor, pilot_id, phase, scenario_version_id=version_id, iteration_id=row.id)
        for said in rows:
            said.iteration_id = row.id
            if said.answered_on is None:
                said.answer = f"已采纳，在第 {number} 次迭代（{label}）中改进：{data.changes}"
                said.answered_by, said.answered_on = actor.account_id, clock.today()
        changes = data.model_dump(mode="json") | {"number": number, "version": label}
        audit.record(session, actor.account_id, "pilot:iterate", "pilot", pilot_id, changes, data.reason)
        return row.id


def _asked(session: Session, pilot_id: int, ids: Sequence[int]) -> Sequence[Feedback]:
    rows = session.exec(select(Feedback).where(col(Feedback.id).in_(ids)).order_by(col(Feedback.id))).all()
    if len(rows) < len(ids) or any(row.pilot_id != pilot_id for row in rows):
        raise NotFound("所选反馈不属于这个试点，或已不存在。", "请刷新页面重新选择。")
    if done := [row for row in rows if row.iteration_id is not None]:
        raise WrongState(f"有 {len(done)} 条反馈已在以前的迭代中回应。", "请刷新页面重新选择。")
    return rows


def _because(rows: Sequence[Feedback], reason: str) -> str:
    """What the scenario's version says about the feedback it rests on."""
    kinds = "、".join(dict.fromkeys(row.kind.label for row in rows))
    return f"{reason}（依据{kinds}反馈 {len(rows)} 条）"


def _go_on(session: Session, actor: Actor, pilot: Pilot, words: str) -> None:
    if pilot.state is PilotState.EVALUATING:
        service.step(session, actor, pilot.id or 0, CONTINUE, words)
    if pilot.state is PilotState.PAUSED:
        service.step(session, actor, pilot.id or 0, RESUME, words)


def _covered(session: Session, text: str) -> tuple[str, int]:
    """The text without personal data, and how many were covered. A place is no person."""
    places = frozenset(
        name for names in session.exec(select(Region.name, Region.short_name)) for name in names if len(name) > 1
    )
    found = masking.mask(text, (), places)
    return found.text, found.names + found.phones + found.documents
