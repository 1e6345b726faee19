"""Commands of 价值共识: organisations confirm their items or object. What they said is never changed."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.permissions import Actor, Permission, Subject, require
from core import clock, uploads
from core.errors import Conflict, Invalid, NotFound
from core.words import DutyAnswer, Standing
from db import audit, files
from db.session import write
from db.tables import ResponsibilityConfirmation, ResponsibilityConfirmationItem, Scenario
from scenarios import duty_rules, duty_tree, duty_writing, queries, stages, writing
from scenarios.duty_tree import Node
from scenarios.duty_writing import NOT_FOUND, Ledger


def answer(
    actor: Actor,
    scenario_id: int,
    organisation_id: int,
    seen: Sequence[Node],
    said: DutyAnswer,
    *,
    reason: str = "",
    evidence: Sequence[tuple[str, bytes]] = (),
) -> int:
    """An organisation confirms its items of one scenario, as they were shown to it, or objects to them with a
    reason. Staff who answer for another organisation give a reason and the evidence: (name, content)
    of each file. Returns how many answers are new; a confirmation given already is not repeated."""
    reason = reason.strip()
    with write() as session:
        row = session.scalars(queries.readable(actor).where(Scenario.id == scenario_id)).first()
        if row is None:
            raise NotFound(NOT_FOUND, "请回到“权责确认”重新选择。")
        subject = Subject(organisation_id=organisation_id, editable=row.state in stages.CONFIRMABLE)
        require(actor, Permission.DUTY_CONFIRM, subject)
        if not seen:
            raise Invalid(["请先选择事项"])
        on_behalf = organisation_id != actor.organisation_id
        checked = [uploads.check(*file) for file in evidence]
        _require_words(said, reason, on_behalf=on_behalf, evidence=len(checked))
        ledger = duty_writing.lock(session, actor, scenario_id)
        given = duty_tree.answers(session, [scenario_id], organisation_id)
        wanted = _to_answer(ledger, organisation_id, seen)
        if said is DutyAnswer.CONFIRM:
            wanted = [n for n in wanted if duty_tree.standings(n, given)[organisation_id] is not Standing.CONFIRMED]
        if not wanted:
            return 0
        act = ResponsibilityConfirmation(
            scenario_id=scenario_id,
            organisation_id=organisation_id,
            answer=said,
            reason=reason,
            on_behalf=on_behalf,
            account_id=writing.author(actor),
            at=clock.now(),
        )
        session.add(act)
        session.flush()
        assert act.id is not None
        session.add_all(
            ResponsibilityConfirmationItem(
                confirmation_id=act.id, responsibility_id=node.id, content=duty_tree.content_of(node).as_json()
            )
            for node in wanted
        )
        for file in checked:
            files.attach(session, actor.account_id, "duty_confirmation", act.id, file)
        names = duty_tree.organisation_names(session)
        changes = {
            "do": f"{names[organisation_id]} {len(wanted)} 项",
            "organisation": organisation_id,
            "items": [node.id for node in wanted],
            "on_behalf": on_behalf,
        }
        audit.record(
            session,
            actor.account_id,
            "duty:confirm" if said is DutyAnswer.CONFIRM else "duty:object",
            "scenario",
            scenario_id,
            changes,
            reason,
        )
        return len(wanted)


def _require_words(said: DutyAnswer, reason: str, *, on_behalf: bool, evidence: int) -> None:
    problems = []
    if said is DutyAnswer.OBJECT and len(reason) < 4:
        problems.append("提出异议要写明理由（至少 4 个字）")
    if on_behalf and said is DutyAnswer.CONFIRM and len(reason) < 4:
        problems.append("代其他单位确认要写明理由（至少 4 个字）")
    if on_behalf and not evidence:
        problems.append("代其他单位答复要附凭证，如对方盖章的回函或会议纪要")
    if problems:
        raise Invalid(problems, "补充后再提交。")


def _to_answer(ledger: Ledger, organisation_id: int, seen: Sequence[Node]) -> list[Node]:
    """The items as they are, provided that they still say what was shown and still are the organisation's."""
    names = duty_tree.organisation_names(ledger.session)
    found, problems = [], []
    for shown in seen:
        now = next((node for node in ledger.items if node.id == shown.id), None)
        if now is None:
            problems.append(f"“{shown.name}”已被移除")
        elif now.content != shown.content:
            changes = duty_rules.changes(duty_tree.content_of(shown), duty_tree.content_of(now), names)
            problems.append(f"“{shown.name}”刚有改动：" + "，".join(change.words for change in changes))
        elif organisation_id not in duty_tree.content_of(now).parties:
            raise Invalid([f"“{now.name}”与这个单位无关"], "请刷新页面。")
        else:
            found.append(now)
    if problems:
        raise Conflict("；".join(problems) + "。", "答复没有保存。请看过最新内容后再答复。")
    return found
