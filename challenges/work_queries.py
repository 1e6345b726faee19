"""Reads about what follows the award: contracts on paper, figures beside promises, acceptance, tolerance, what became
of it, and what is overdue. Staff see all of it, a bidder what is its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Answer, Permission, may
from challenges import evidence, loading, rules, standing
from challenges.acceptance_service import TOLERANCE
from challenges.contract_service import CONTRACT
from challenges.evidence import Tied
from core import clock
from core.numbers import format_number
from core.words import BidMilestoneState as M
from core.words import BidState, ChallengeState, FindingVerdict, ReviewKind, Role, ToleranceCondition
from db import files
from db.files import Attached
from db.session import read
from db.tables import (
    Account,
    Bid,
    BidContract,
    BidMilestone,
    BidTolerance,
    Challenge,
    ChallengeNotice,
    ChallengeOutcome,
    Objection,
    Organisation,
    Review,
    RubricRow,
    RubricVersion,
    Scenario,
)
from pilots import queries as pilots
from pilots.supervision_queries import Condition, Tolerance
from scenarios.stages import PILOTABLE

_UNDER_WAY = (ChallengeState.RUNNING, ChallengeState.ACCEPTING, ChallengeState.ACCEPTED)


@dataclass(frozen=True)
class Contract:
    """A contract as a bid's page and paper show it. `signed_on` None: a draft. `late`: its days for signing are over."""

    id: int
    sign_due_on: date | None
    signed_on: date | None
    late: bool
    files: Sequence[Attached]


@dataclass(frozen=True)
class Outcome:
    """The scenario that a winner's work became, and its pilots: (id, name, state)."""

    bid_id: int
    scenario_id: int
    scenario: str
    state: str
    pilotable: bool
    pilots: Sequence[tuple[int, str, str]]


@dataclass(frozen=True)
class Work:
    """What one challenge came to after the award, by bid or by milestone. `acceptance` is the panel's review: id,
    code, state. `scores` are words, `passes` says who is above the mark."""

    contracts: Mapping[int, Contract]
    figures: Mapping[int, Sequence[Tied]]
    acceptance: tuple[int, str, str] | None
    scores: Mapping[int, str]
    passes: Mapping[int, bool]
    tolerances: Mapping[int, Sequence[Tolerance]]
    tolerates: Answer  # whether this person may decide about it
    outcomes: Sequence[Outcome]


@dataclass(frozen=True)
class Waiting:
    """Something of a challenge that waits for somebody, or is late."""

    challenge_id: int
    code: str
    what: str
    due_on: date | None
    late: bool


def work(actor: Actor, challenge_id: int) -> Work | None:
    """None when the challenge is not the actor's to see."""
    with read() as session:
        row = session.exec(select(Challenge).where(Challenge.id == challenge_id, loading.visible(actor))).first()
        if row is None:
            return None
        bids = [bid for bid in loading.bids_of(session, challenge_id) if loading.sees_bid(actor, bid, row)]
        ids = [bid.id or 0 for bid in bids]
        review = session.get(Review, row.acceptance_id) if row.acceptance_id and actor.is_staff else None
        scores = {key: value for key, value in standing.acceptance_scores(session, row).items() if key in ids}
        found = Work(
            contracts=_contracts(session, bids),
            figures=_figures(session, actor, ids),
            acceptance=(review.id or 0, review.code, review.state.label) if review else None,
            scores={key: f"{format_number(value, 2)} 分" for key, value in scores.items()},
            passes={key: value >= rules.PASS_MARK for key, value in scores.items()},
            tolerances=_tolerances(session, ids),
            tolerates=may(actor, Permission.TOLERANCE_DECIDE, standing.runners(session, row)),
            outcomes=[],
        )
        made = session.exec(
            select(ChallengeOutcome, Scenario)
            .join(Scenario, col(Scenario.id) == ChallengeOutcome.scenario_id)
            .where(ChallengeOutcome.challenge_id == challenge_id)
            .order_by(col(ChallengeOutcome.id))
        ).all()
    if actor.role is Role.BIDDER:
        return found
    outcomes = [
        Outcome(
            one.bid_id,
            one.scenario_id,
            f"{scenario.code} {scenario.name}",
            scenario.state.label,
            scenario.state in PILOTABLE and bool(may(actor, Permission.PILOT_DESIGN)),
            [(view.id, view.name, view.state.label) for view in pilots.pilots(actor, scenario_id=one.scenario_id)],
        )
        for one, scenario in made
    ]
    return Work(**{**vars(found), "outcomes": outcomes})


def rubrics(actor: Actor) -> dict[int, str]:
    """The newest rubric versions for 揭榜验收, by id."""
    if not may(actor, Permission.CHALLENGE_RUN):
        return {}
    with read() as session:
        rows = session.exec(
            select(RubricVersion.id, RubricRow.name, RubricVersion.number)
            .join(RubricRow, col(RubricRow.id) == RubricVersion.rubric_id)
            .where(RubricRow.kind == ReviewKind.ACCEPTANCE)
            .order_by(col(RubricVersion.number))
        ).all()
    newest = {name: (key or 0, number) for key, name, number in rows}
    return {key: f"{name}（第 {number} 版）" for name, (key, number) in newest.items()}


def waiting(actor: Actor) -> list[Waiting]:
    """What waits after the award, the late ones first: for staff contracts, checks and objections; for a bidder what
    it has to sign and to deliver."""
    if not (actor.is_staff or actor.role is Role.BIDDER):
        return []
    today = clock.today()
    with read() as session:
        found = [*_unsigned(session, actor, today), *_milestones(session, actor, today)]
        if actor.is_staff:
            found += _to_close(session)
            found += _objections(session, today)
    return sorted(found, key=lambda item: (not item.late, item.due_on or date.max, item.code))


# -- within a session -----------------------------------------------------------------------


def _contracts(session: Session, bids: Sequence[Bid]) -> dict[int, Contract]:
    ids = [bid.id or 0 for bid in bids]
    rows = {row.bid_id: row for row in session.exec(select(BidContract).where(col(BidContract.bid_id).in_(ids)))}
    attached = files.attached(session, CONTRACT, [row.id or 0 for row in rows.values()])
    found = {}
    for bid in bids:
        row = rows.get(bid.id or 0)
        if row is None and bid.sign_due_on is None:
            continue
        number = row.id or 0 if row else 0
        late = bid.state is BidState.WON and bid.sign_due_on is not None and bid.sign_due_on < clock.today()
        scans = [item for item in attached if item.entity_id == number]
        found[bid.id or 0] = Contract(number, bid.sign_due_on, row.signed_on if row else None, late, scans)
    return found


def _figures(session: Session, actor: Actor, bid_ids: Sequence[int]) -> dict[int, list[Tied]]:
    milestones = session.exec(
        select(BidMilestone.id)
        .join(BidContract, col(BidContract.id) == BidMilestone.contract_id)
        .where(col(BidContract.bid_id).in_(bid_ids))
    ).all()
    if not milestones:
        return {}
    return evidence.tied(session, actor, [number or 0 for number in milestones], _people(session))


def _tolerances(session: Session, bid_ids: Sequence[int]) -> dict[int, list[Tolerance]]:
    rows = session.exec(
        select(BidTolerance).where(col(BidTolerance.bid_id).in_(bid_ids)).order_by(col(BidTolerance.id).desc())
    ).all()
    kept, names = files.attached(session, TOLERANCE, [row.id or 0 for row in rows]), _people(session)
    found: dict[int, list[Tolerance]] = {}
    for row in rows:
        conditions = [
            Condition(
                ToleranceCondition(item["condition"]),
                FindingVerdict(item["verdict"]),
                item["finding"],
                item["evidence"],
            )
            for item in row.findings
        ]
        mine = tuple(file for file in kept if file.entity_id == row.id)
        found.setdefault(row.bid_id, []).append(
            Tolerance(
                row.id or 0,
                row.outcome,
                tuple(conditions),
                row.reason,
                names.get(row.decided_by, ""),
                row.decided_at,
                mine,
            )
        )
    return found


def _people(session: Session) -> dict[int, str]:
    return {key or 0: name for key, name in session.exec(select(Account.id, Account.name))}


def _unsigned(session: Session, actor: Actor, today: date) -> list[Waiting]:
    query = (
        select(Challenge, Bid, Organisation.name)
        .join(Bid, col(Bid.challenge_id) == Challenge.id)
        .join(Organisation, col(Organisation.id) == Bid.organisation_id)
        .where(Challenge.state == ChallengeState.SIGNING, Bid.state == BidState.WON)
    )
    if not actor.is_staff:
        query = query.where(Bid.organisation_id == actor.organisation_id)
    found = []
    for row, bid, name in session.exec(query):
        late = bid.sign_due_on is not None and bid.sign_due_on < today
        words = f"{name}逾期未签任务书，可由下一顺位递补" if late else f"{name}待签任务书"
        found.append(Waiting(row.id or 0, row.code, words, bid.sign_due_on, late))
    return found


def _milestones(session: Session, actor: Actor, today: date) -> list[Waiting]:
    due, check = (M.PENDING, M.RECTIFYING), (M.SUBMITTED, M.CHECKED)
    query = (
        select(Challenge, BidMilestone, Organisation.name)
        .join(Bid, col(Bid.challenge_id) == Challenge.id)
        .join(BidContract, col(BidContract.bid_id) == Bid.id)
        .join(BidMilestone, col(BidMilestone.contract_id) == BidContract.id)
        .join(Organisation, col(Organisation.id) == Bid.organisation_id)
        .where(Challenge.state == ChallengeState.RUNNING, Bid.state == BidState.WORKING)
        .where(col(BidMilestone.state).in_((*due, *check)))
        .order_by(col(BidMilestone.number))
    )
    if not actor.is_staff:
        query = query.where(Bid.organisation_id == actor.organisation_id, col(BidMilestone.state).in_(due))
    found = []
    for row, item, name in session.exec(query):
        late = item.state in due and item.due_on < today
        if actor.is_staff and item.state in due and not late:
            continue
        words = "待核查" if item.state in check else "超期未交付" if late else "待交付"
        found.append(Waiting(row.id or 0, row.code, f"{name}“{item.title}”{words}", item.due_on, late))
    return found


def _to_close(session: Session) -> list[Waiting]:
    """Acceptance that waits for its panel or its conclusions, and winners about whom nobody decided yet."""
    found = []
    for row in session.exec(select(Challenge).where(Challenge.state == ChallengeState.ACCEPTING)):
        if row.acceptance_id is None:
            found.append(Waiting(row.id or 0, row.code, "待组建验收评审", None, False))
        elif standing.acceptance_scores(session, row) and loading.bids_of(session, row.id or 0, BidState.WORKING):
            found.append(Waiting(row.id or 0, row.code, "验收评审已定稿，待作出验收结论", None, False))
    failed = session.exec(
        select(Challenge, Organisation.name)
        .join(Bid, col(Bid.challenge_id) == Challenge.id)
        .join(Organisation, col(Organisation.id) == Bid.organisation_id)
        .join(BidContract, col(BidContract.bid_id) == Bid.id)
        .where(col(BidContract.signed_on).is_not(None), col(Challenge.state).in_(_UNDER_WAY))
        .where(col(Bid.state).in_((BidState.FAILED, BidState.ELIMINATED, BidState.TERMINATED)))
        .where(col(Bid.id).not_in(select(BidTolerance.bid_id)))
    )
    return found + [Waiting(row.id or 0, row.code, f"{name}待容错认定", None, False) for row, name in failed]


def _objections(session: Session, today: date) -> list[Waiting]:
    rows = session.exec(
        select(Challenge, Objection, Account.name)
        .join(Objection, col(Objection.challenge_id) == Challenge.id)
        .join(ChallengeNotice, col(ChallengeNotice.id) == Objection.notice_id)
        .outerjoin(Account, col(Account.id) == ChallengeNotice.supervisor_id)
        .where(col(Objection.upheld).is_(None), Challenge.state == ChallengeState.PAUSED)
    )
    found = []
    for row, item, supervisor in rows:
        late = item.due_on < today
        words = f"超期未答复，由监督人 {supervisor or '–'} 处置" if late else "待答复"
        found.append(Waiting(row.id or 0, row.code, f"{row.title}的异议{words}", item.due_on, late))
    return found
