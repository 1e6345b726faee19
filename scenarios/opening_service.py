"""Commands about 场景开放: open something of a scenario to partners, offer to take part, answer the offer."""

from __future__ import annotations

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, require
from core import clock
from core.errors import Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.words import AnswerState, OpeningState, OrganisationKind
from db import audit
from db.session import check_version, write
from db.tables import Opening, OpeningAnswer, Scenario
from scenarios import dossier, dossier_queries, opening_queries, openings, stages, writing
from scenarios.opening_schemas import OfferIn, OpeningIn


def publish(actor: Actor, scenario_id: int, data: OpeningIn, *, nonce: str) -> int:
    """Open something of a released scenario; returns the opening's id. The same `nonce` again returns the one it
    made."""
    with write() as session:
        row, subject = dossier.load(session, actor, scenario_id)
        require(actor, Permission.OPENING_PUBLISH, subject)
        made = session.exec(select(Opening).where(Opening.nonce == nonce)).first()
        if made is not None:
            if made.created_by != actor.account_id or made.scenario_id != scenario_id:
                raise Duplicate("这份表单已经提交过了。", "请刷新页面后重新填写。")
            return made.id or 0
        _require_released(row)
        opening = Opening(
            scenario_id=scenario_id,
            state=OpeningState(stages.OPENING.initial),
            nonce=nonce,
            created_by=writing.author(actor),
            created_at=clock.now(),
            **data.model_dump(mode="json", include={"audience"}),
            **data.model_dump(exclude={"audience"}),
        )
        session.add(opening)
        session.flush()
        changes = {"name": data.title, **data.model_dump(mode="json", exclude={"title"})}
        audit.record(session, actor.account_id, "opening:publish", "scenario", scenario_id, changes)
        return opening.id or 0


def edit(actor: Actor, opening_id: int, data: OpeningIn, *, seen_version: int) -> None:
    """Say anew what is opened, to whom and until when. Offers that were made stay."""
    with write() as session:
        opening, row, subject = _load(session, actor, opening_id)
        require(actor, Permission.OPENING_PUBLISH, subject)
        check_version(opening, seen_version)
        _require_released(row)
        values = data.model_dump(exclude={"audience"}) | data.model_dump(mode="json", include={"audience"})
        found = writing.assign(opening, values)
        changes = {"name": opening.title, **{name: [str(a), str(b)] for name, (a, b) in found.items()}}
        audit.record(session, actor.account_id, "opening:edit", "scenario", row.id, changes)


def move(actor: Actor, opening_id: int, do: str, reason: str = "", *, seen_version: int) -> OpeningState:
    """End the search for partners, or take it up again while its last day has not passed."""
    with write() as session:
        opening, row, subject = _load(session, actor, opening_id)
        require(actor, Permission.OPENING_PUBLISH, subject)
        step = stages.OPENING.take(opening.state, do, reason)
        check_version(opening, seen_version)
        if do == stages.REOPEN:
            _require_released(row)
            if opening.deadline < clock.today():
                raise WrongState(f"征集已于 {opening.deadline} 截止。", "请先修改截止日期，再重新开放。")
        opening.state = OpeningState(step.target)
        changes = {"do": do, "name": opening.title}
        audit.record(session, actor.account_id, "opening:move", "scenario", row.id, changes, reason.strip())
        return opening.state


def answer(actor: Actor, opening_id: int, data: OfferIn, *, seen_version: int = 0) -> int:
    """Offer to take part, change an offer that waits, or make one again after it was withdrawn or declined;
    returns its id. `seen_version` is that of the offer the page showed, 0 where there was none."""
    with write() as session:
        opening, row, subject = _load(session, actor, opening_id)
        require(actor, Permission.OPENING_ANSWER)
        if closed := openings.closed_because(opening.state, opening.deadline, row.state, clock.today()):
            raise WrongState(closed, "可与场景牵头单位联系。")
        own = subject.organisation_id == actor.organisation_id
        audience = [OrganisationKind(value) for value in opening.audience]
        if barred := openings.not_for(opening_queries.kind_of(session, actor), audience, own=own):
            raise Forbidden(barred)
        offer = session.exec(
            select(OpeningAnswer).where(
                OpeningAnswer.opening_id == opening_id, OpeningAnswer.organisation_id == actor.organisation_id
            )
        ).first()
        do = "提交应答"
        if offer is None:
            assert actor.organisation_id is not None  # OPENING_ANSWER asks for one
            offer = OpeningAnswer(
                opening_id=opening_id,
                organisation_id=actor.organisation_id,
                proposal=data.proposal,
                contact=data.contact,
                state=AnswerState(stages.OPENING_ANSWER.initial),
                answered_by=writing.author(actor),
                answered_at=clock.now(),
            )
        else:
            check_version(offer, seen_version)
            if offer.state is AnswerState.WAITING:
                do = "修改应答"
            else:
                do = stages.OFFER_AGAIN
                offer.state = AnswerState(stages.OPENING_ANSWER.take(offer.state, do).target)
                offer.reply, offer.replied_by, offer.replied_at = "", None, None
            offer.proposal, offer.contact = data.proposal, data.contact
            offer.answered_by, offer.answered_at = writing.author(actor), clock.now()
        session.add(offer)
        session.flush()
        said = {"do": do, "name": opening.title, "proposal": data.proposal}  # how to reach people is not for the log
        audit.record(session, actor.account_id, "opening:answer", "opening_answer", offer.id, said)
        return offer.id or 0


def move_answer(actor: Actor, answer_id: int, do: str, reason: str = "", *, seen_version: int) -> AnswerState:
    """Who owns the scenario accepts or declines an offer and says why; who made it takes it back."""
    with write() as session:
        offer = session.get(OpeningAnswer, answer_id)
        opening, _, subject = _load(session, actor, offer.opening_id if offer else 0)
        assert offer is not None
        own = offer.organisation_id == actor.organisation_id
        about = Subject(organisation_id=subject.organisation_id, asked_by=offer.organisation_id)
        if do in (stages.TAKE_BACK, stages.OFFER_AGAIN):
            require(actor, Permission.OPENING_ANSWER, Subject(organisation_id=offer.organisation_id))
        else:
            require(actor, Permission.OPENING_REPLY, about)
        if do == stages.OFFER_AGAIN:
            raise WrongState("重新应答须重新填写合作方案。", "请在开放事项页填写后提交。")
        step = stages.OPENING_ANSWER.take(offer.state, do, reason)
        check_version(offer, seen_version)
        if not own and len(reason.strip()) < 4:
            raise Invalid(["答复须写明理由或下一步安排（不少于 4 个字）"])
        offer.state = AnswerState(step.target)
        if not own:
            offer.reply, offer.replied_by, offer.replied_at = reason.strip(), actor.account_id, clock.now()
        said = {"do": do, "name": opening.title}
        audit.record(session, actor.account_id, "opening:reply", "opening_answer", offer.id, said, reason.strip())
        return offer.state


# -- within a transaction ---------------------------------------------------------------------


def _load(session: Session, actor: Actor, opening_id: int) -> tuple[Opening, Scenario, Subject]:
    """An opening that the actor sees, its scenario and whose that is."""
    found = session.execute(
        select(Opening, Scenario)
        .join(Scenario, col(Scenario.id) == Opening.scenario_id)
        .where(Opening.id == opening_id, opening_queries.visible(actor, opening_queries.kind_of(session, actor)))
    ).first()
    if found is None:
        raise NotFound("没有找到这项场景开放，或您无权查看。", "请回到场景开放列表重新选择。")
    return found[0], found[1], dossier_queries.subject_of(session, actor, found[1])


def _require_released(row: Scenario) -> None:
    if not opening_queries.released(row.state):
        raise WrongState(f"场景当前为“{row.state.label}”，不能对外开放。", "立项后、未暂停和未退出的场景才能征集合作。")
