"""Reads about challenges. Everybody signed in sees what was published; a bid only its bidder, and staff once sealed."""

from __future__ import annotations

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, may
from challenges import loading, rules, service, stages, standing
from challenges.acceptance_service import TOLERANCE as TOLERANCE_FILES
from challenges.bid_service import ENTITY as BID_FILES
from challenges.contract_service import CONTRACT as CONTRACT_FILES
from challenges.contract_service import ENTITY as MILESTONE_FILES
from challenges.objection_service import ENTITY as OBJECTION_FILES
from challenges.views import (
    BidView,
    ChallengeRow,
    ChallengeView,
    ExtensionView,
    MilestoneView,
    NoticeView,
    OpinionView,
    QuestionView,
)
from core import clock
from core.errors import NotFound
from core.words import BidMilestoneState, ChallengeState, ReviewKind, Role
from db import files
from db.session import read
from db.tables import (
    Account,
    Attachment,
    Bid,
    BidContract,
    BidMilestone,
    BidTolerance,
    BidVersion,
    Challenge,
    ChallengeExtension,
    ChallengeNotice,
    ChallengeOpinion,
    ChallengeQuestion,
    Need,
    Objection,
    Organisation,
    Review,
    RubricRow,
    RubricVersion,
    Scenario,
)
from panels import objections
from panels.objections import ObjectionView


def challenges(actor: Actor) -> list[ChallengeRow]:
    """All that the actor sees: those that take bids first, the nearest deadline first."""
    with read() as session:
        found = _rows(session, actor)
    now = clock.now()
    return sorted(found, key=lambda row: (not row.open, row.deadline if row.open else now, -row.id))


def challenge(actor: Actor, challenge_id: int | None) -> ChallengeView | None:
    with read() as session:
        row = next(iter(_rows(session, actor, challenge_id or 0)), None)
        found = session.get(Challenge, challenge_id or 0)
        if row is None or found is None:
            return None
        return _view(session, actor, found, row)


def challenge_of(actor: Actor, bid_id: int) -> int | None:
    """Which challenge a bid is for, for those who may read the bid."""
    with read() as session:
        return loading.bid(session, actor, bid_id)[1].id


def file(actor: Actor, attachment_id: int) -> bytes:
    """A file of a bid, an objection or a milestone, for those who may read the record."""
    with read() as session:
        found = session.get(Attachment, attachment_id)
        owner = _owner(session, actor, found) if found else False
        if not owner:
            raise NotFound("没有找到这个文件，或您无权查看。", "请刷新页面。")
        return files.content(session, attachment_id)


def origins(actor: Actor) -> tuple[dict[int, str], dict[int, str]]:
    """Needs and scenarios by id, for whoever writes a challenge."""
    if not may(actor, Permission.CHALLENGE_RUN):
        return {}, {}
    with read() as session:
        needs = session.exec(select(Need.id, Need.code, Need.title).order_by(col(Need.id).desc())).all()
        scenarios = session.exec(select(Scenario.id, Scenario.code, Scenario.name).order_by(Scenario.code)).all()
    return (
        {key or 0: f"{code} {name}" for key, code, name in needs},
        {key or 0: f"{code} {name}" for key, code, name in scenarios},
    )


def experts(actor: Actor) -> dict[int, str]:
    """Who can be asked to argue, by account id."""
    if not may(actor, Permission.CHALLENGE_RUN):
        return {}
    with read() as session:
        rows = session.exec(
            select(Account.id, Account.name, Organisation.name)
            .join(Organisation, col(Organisation.id) == Account.organisation_id)
            .where(col(Account.role).in_(service.EXPERTS), Account.active)
            .order_by(Account.name)
        ).all()
    return {key or 0: f"{name}（{where}）" for key, name, where in rows}


def to_argue(actor: Actor) -> list[int]:
    """Challenges in 需求论证 that wait for this person's opinion, by id."""
    with read() as session:
        return list(
            session.exec(
                select(ChallengeOpinion.challenge_id)
                .join(Challenge, col(Challenge.id) == ChallengeOpinion.challenge_id)
                .where(
                    ChallengeOpinion.account_id == actor.account_id,
                    col(ChallengeOpinion.given_at).is_(None),
                    Challenge.state == ChallengeState.ARGUING,
                )
                .order_by(col(ChallengeOpinion.id))
            )
        )


def supervisors(actor: Actor, challenge_id: int) -> dict[int, str]:
    """Who can be named to watch over the objections to a challenge's notice, by account id."""
    if not may(actor, Permission.CHALLENGE_AWARD):
        return {}
    with read() as session:
        row = loading.challenge(session, actor, challenge_id)
        return standing.supervisors(session, row, actor.account_id)


def answerers(actor: Actor, challenge_id: int) -> dict[int, str]:
    """Staff who may answer an objection to a challenge's notice, by account id: those who decided nothing."""
    if not actor.is_staff:
        return {}
    with read() as session:
        return standing.supervisors(session, loading.challenge(session, actor, challenge_id), None)


def bidders(actor: Actor) -> list[tuple[int, str, str]]:
    """(id, name, checked credit code or "") of organisations with accounts that bid, for staff."""
    if not may(actor, Permission.CHALLENGE_RUN):
        return []
    with read() as session:
        rows = session.exec(
            select(Organisation.id, Organisation.name, Organisation.credit_code)
            .where(col(Organisation.id).in_(select(Account.organisation_id).where(Account.role == Role.BIDDER)))
            .order_by(Organisation.name)
        ).all()
    return [(key or 0, name, code) for key, name, code in rows]


def rubrics(actor: Actor) -> dict[int, str]:
    """The newest rubric versions for 揭榜评审, by id."""
    if not may(actor, Permission.CHALLENGE_RUN):
        return {}
    with read() as session:
        rows = session.exec(
            select(RubricVersion.id, RubricRow.name, RubricVersion.number)
            .join(RubricRow, col(RubricRow.id) == RubricVersion.rubric_id)
            .where(RubricRow.kind == ReviewKind.CHALLENGE)
            .order_by(col(RubricVersion.number))
        ).all()
    return {key: f"{name}（第 {number} 版）" for name, (key, number) in {r[1]: (r[0] or 0, r[2]) for r in rows}.items()}


# -- within a session -----------------------------------------------------------------------


def _rows(session: Session, actor: Actor, challenge_id: int | None = None) -> list[ChallengeRow]:
    mine = {
        bid.challenge_id: bid.state
        for bid in session.exec(select(Bid).where(Bid.organisation_id == actor.organisation_id)).all()
        if actor.role is Role.BIDDER
    }
    query = (
        select(Challenge, Organisation.name)
        .join(Organisation, col(Organisation.id) == Challenge.organisation_id)
        .where(loading.visible(actor))
    )
    if challenge_id is not None:
        query = query.where(Challenge.id == challenge_id)
    now = clock.now()
    return [
        ChallengeRow(
            id=row.id or 0,
            code=row.code,
            title=row.title,
            round=row.round,
            state=row.state,
            organisation=name,
            funding=rules.money(row.funding_fen),
            winners=row.winners,
            places=row.places,
            deadline=row.deadline,
            open=row.state is ChallengeState.OPEN and not rules.sealed(row.deadline, now),
            mine=mine.get(row.id or 0),
        )
        for row, name in session.exec(query)
    ]


def _view(session: Session, actor: Actor, row: Challenge, listed: ChallengeRow) -> ChallengeView:
    number = row.id or 0
    runs = bool(may(actor, Permission.CHALLENGE_RUN))
    need = session.get(Need, row.need_id) if row.need_id else None
    scenario = session.get(Scenario, row.scenario_id) if row.scenario_id else None
    review = session.get(Review, row.review_id) if row.review_id and runs else None
    opinions = _opinions(session, number)
    own = [item for item in opinions if item.account_id == actor.account_id]
    bids = _bids(session, actor, row)
    subject = standing.subject_of(session, row)
    steps = [
        step
        for step in stages.CHALLENGE.steps_from(row.state)
        if step.do in stages.BUTTONS
        and may(actor, Permission(step.permission), subject)
        and not standing.obstacles(session, row, step.do, "理由")
    ]
    organisation = session.get(Organisation, actor.organisation_id) if actor.organisation_id else None
    allowed = may(actor, Permission.BID_WRITE)
    barred = allowed.reason or (
        "" if organisation and organisation.credit_code else "本单位还没有核对统一社会信用代码，请联系榜单联系人办理。"
    )
    return ChallengeView(
        row=listed,
        need=(need.id or 0, f"{need.code} {need.title}") if need else None,
        scenario=(scenario.id or 0, f"{scenario.code} {scenario.name}") if scenario else None,
        need_id=row.need_id,
        scenario_id=row.scenario_id,
        background=row.background,
        difficulties=row.difficulties,
        indicators=row.indicators,
        content=row.content,
        data_offered=row.data_offered,
        places=row.places,
        funding_fen=row.funding_fen,
        eligibility=row.eligibility,
        contact=row.contact,
        reason=row.reason if runs or row.state in stages.CHALLENGE.terminal else "",
        conclusion=row.conclusion if runs else "",
        concluded_by=_name(session, row.concluded_by) if runs else "",
        published_at=row.published_at,
        extensions=extensions(session, number),
        review=(review.id or 0, review.code, review.state.label) if review else None,
        opinions=opinions if runs else own,
        argues=bool(own) and row.state is ChallengeState.ARGUING,
        questions=_questions(session, actor, number),
        bids=[bid for bid in bids if runs],
        mine=next((bid for bid in bids if not runs), None),
        sealed=loading.bids_sealed(row),
        notices=[item for item in notices(session, row) if runs or item.starts_on <= clock.today()],
        objections=_objections(session, actor, row),
        runs=runs,
        steps=steps,
        barred=barred,
        version=row.version,
    )


def _name(session: Session, account_id: int | None) -> str:
    found = session.get(Account, account_id) if account_id else None
    return found.name if found else ""


def _opinions(session: Session, challenge_id: int) -> list[OpinionView]:
    rows = session.exec(
        select(ChallengeOpinion, Account.name, Organisation.name)
        .join(Account, col(Account.id) == ChallengeOpinion.account_id)
        .join(Organisation, col(Organisation.id) == Account.organisation_id)
        .where(ChallengeOpinion.challenge_id == challenge_id)
        .order_by(col(ChallengeOpinion.id))
    )
    return [
        OpinionView(row.account_id, name, where, row.support, row.opinion, row.given_at) for row, name, where in rows
    ]


def _questions(session: Session, actor: Actor, challenge_id: int) -> list[QuestionView]:
    """Answered ones for everybody; open ones for staff and who asked."""
    rows = session.exec(
        select(ChallengeQuestion)
        .where(ChallengeQuestion.challenge_id == challenge_id)
        .order_by(col(ChallengeQuestion.id))
    )
    return [
        QuestionView(row.id or 0, row.text, row.asked_at, row.answer, row.answered_at, own, row.version)
        for row in rows
        for own in [actor.account_id is not None and row.asked_by == actor.account_id]
        if row.answered_at or own or actor.is_staff
    ]


def _bids(session: Session, actor: Actor, row: Challenge) -> list[BidView]:
    found = [bid for bid in loading.bids_of(session, row.id or 0) if loading.sees_bid(actor, bid, row)]
    ids = [bid.id or 0 for bid in found]
    organisations = {
        item.id: item
        for item in session.exec(
            select(Organisation).where(col(Organisation.id).in_({bid.organisation_id for bid in found}))
        )
    }
    digests = {
        version.bid_id: version.digest
        for version in session.exec(
            select(BidVersion).where(col(BidVersion.bid_id).in_(ids)).order_by(col(BidVersion.number))
        )
    }
    attached = files.attached(session, BID_FILES, ids)
    ranks = {item.bid_id: item.rank for item in standing.ranking(session, row)} if actor.is_staff else {}
    contracts = {
        item.bid_id: item for item in session.exec(select(BidContract).where(col(BidContract.bid_id).in_(ids)))
    }
    views = []
    for bid in found:
        organisation, contract = organisations[bid.organisation_id], contracts.get(bid.id or 0)
        views.append(
            BidView(
                id=bid.id or 0,
                organisation_id=bid.organisation_id,
                organisation=organisation.name,
                credit_code=organisation.credit_code,
                state=bid.state,
                title=bid.title,
                plan=bid.plan,
                goals=bid.goals,
                team=tuple(bid.team),
                contact=bid.contact,
                number=bid.number,
                digest=digests.get(bid.id or 0, ""),
                submitted_at=bid.submitted_at,
                reason=bid.reason,
                checked_by=_name(session, bid.checked_by) if actor.is_staff else "",
                unsent=bid.unsent if not actor.is_staff else None,
                saved=(bid.saved_at, _name(session, bid.saved_by)) if bid.saved_at and not actor.is_staff else None,
                place=bid.place,
                rank=ranks.get(bid.id or 0),
                contract=(contract.amount_fen, contract.signed_on, contract.content) if contract else None,
                milestones=_milestones(session, contract.id or 0) if contract else [],
                files=[item for item in attached if item.entity_id == bid.id],
                version=bid.version,
            )
        )
    return views


def _milestones(session: Session, contract_id: int) -> list[MilestoneView]:
    rows = session.exec(
        select(BidMilestone).where(BidMilestone.contract_id == contract_id).order_by(col(BidMilestone.number))
    ).all()
    attached = files.attached(session, MILESTONE_FILES, [row.id or 0 for row in rows])
    due = (BidMilestoneState.PENDING, BidMilestoneState.RECTIFYING)
    return [
        MilestoneView(
            id=row.id or 0,
            number=row.number,
            title=row.title,
            indicators=row.indicators,
            due_on=row.due_on,
            extended_from=row.extended_from,
            share=row.share,
            amount=row.amount_fen,
            state=row.state,
            evidence=row.evidence,
            rectified=row.rectified,
            reason=row.reason,
            first_by=_name(session, row.first_by),
            second_by=_name(session, row.second_by),
            paid_on=row.paid_on,
            late=row.state in due and row.due_on < clock.today(),
            version=row.version,
            files=[item for item in attached if item.entity_id == row.id],
        )
        for row in rows
    ]


def extensions(session: Session, challenge_id: int) -> list[ExtensionView]:
    """Deadlines put off, the first one first. For whoever sees the challenge."""
    rows = session.exec(
        select(ChallengeExtension)
        .where(ChallengeExtension.challenge_id == challenge_id)
        .order_by(col(ChallengeExtension.id))
    )
    return [ExtensionView(row.before, row.after, row.reason, row.at) for row in rows]


def notices(session: Session, row: Challenge) -> list[NoticeView]:
    """The newest first. For whoever sees the challenge."""
    found = session.exec(
        select(ChallengeNotice)
        .where(ChallengeNotice.challenge_id == row.id)
        .order_by(col(ChallengeNotice.number).desc())
    )
    return [
        NoticeView(
            **objections.told(session, item, running=row.state is ChallengeState.NOTICE and at == 0),
            ranking=item.ranking,
            reason=item.reason,
            office=item.office,
            address=item.address,
        )
        for at, item in enumerate(found)
    ]


def _objections(session: Session, actor: Actor, row: Challenge) -> list[ObjectionView]:
    """The newest first."""
    found = session.exec(
        select(Objection).where(Objection.challenge_id == row.id).order_by(col(Objection.id).desc())
    ).all()
    watching = session.exec(
        select(ChallengeNotice.id, ChallengeNotice.supervisor_id).where(ChallengeNotice.challenge_id == row.id)
    ).all()
    return objections.views(
        session,
        actor,
        found,
        entity=OBJECTION_FILES,
        supervisors=dict(watching),
        deciders=standing.deciders(session, row),
    )


def _owner(session: Session, actor: Actor, found: Attachment) -> bool:
    """Whether the actor may read the record that a file belongs to."""
    if found.entity == OBJECTION_FILES:
        return objections.reads(actor, session.get(Objection, found.entity_id))
    bid_id: int | None = found.entity_id if found.entity == BID_FILES else None
    if found.entity == MILESTONE_FILES:
        milestone = session.get(BidMilestone, found.entity_id)
        contract = session.get(BidContract, milestone.contract_id) if milestone else None
        bid_id = contract.bid_id if contract else None
    elif found.entity == CONTRACT_FILES:
        contract = session.get(BidContract, found.entity_id)
        bid_id = contract.bid_id if contract else None
    elif found.entity == TOLERANCE_FILES:
        decision = session.get(BidTolerance, found.entity_id)
        bid_id = decision.bid_id if decision else None
    bid = session.get(Bid, bid_id) if bid_id else None
    row = session.get(Challenge, bid.challenge_id) if bid else None
    return bid is not None and row is not None and loading.sees_bid(actor, bid, row)
