"""Every step of the three paths, from every state it starts in, at the services: by who may, and refused to everybody
else. Both are generated from the transition tables: a step that is added there has to be given its command here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlmodel import col, select

from accounts.permissions import Actor, Permission, Subject, may
from challenges import (
    acceptance_service,
    bid_service,
    contract_service,
    decision_service,
    objection_service,
    standing,
)
from challenges import stages as s
from challenges.schemas import AwardIn
from core import clock
from core.errors import Forbidden, NotFound
from core.words import BidMilestoneState as M
from core.words import BidState as B
from core.words import ChallengeState as C
from core.words import ReviewState
from core.workflow import Step
from db.session import read, write
from db.tables import Bid, BidMilestone, Challenge, ChallengeNotice, Objection
from tests.challenges.support import Round, bid_in
from tests.challenges.test_after_award import tolerance
from tests.challenges.test_rounds import OURS, judged, objected
from tests.support import Cast

FLOWS = {"challenge": s.CHALLENGE, "bid": s.BID, "milestone": s.MILESTONE}
TABLES: dict[str, Any] = {"challenge": Challenge, "bid": Bid, "milestone": BidMilestone}


@dataclass
class Stand:
    """A round in which everything exists, whose records are put into any state."""

    made: Round
    bid: int
    milestone: int
    nonce: int = 0

    def put(self, kind: str, **values: Any) -> None:
        number = {"challenge": self.made.id, "bid": self.bid, "milestone": self.milestone}[kind]
        self._put(TABLES[kind], number, **values)

    def _put(self, table: Any, number: int, **values: Any) -> None:
        with write() as session:
            session.execute(update(table).where(col(table.id) == number).values(**values))

    def others(self, state: B) -> None:
        with write() as session:
            session.execute(
                update(Bid).where(col(Bid.challenge_id) == self.made.id, col(Bid.id) != self.bid).values(state=state)
            )

    def row(self, kind: str) -> Any:
        number = {"challenge": self.made.id, "bid": self.bid, "milestone": self.milestone}[kind]
        with read() as session:
            return session.get_one(TABLES[kind], number)

    def states(self) -> tuple[C, B, M]:
        return self.row("challenge").state, self.row("bid").state, self.row("milestone").state

    def notice(self, days: int) -> None:
        """The newest notice began `days` ago and ended the day before today, or still runs."""
        ends = clock.today() + timedelta(days=7 if days == 0 else -1)
        began = clock.today() - timedelta(days=days)
        with write() as session:
            session.execute(
                update(ChallengeNotice).values(starts_on=began, counted_from=began, ends_on=ends, provisional=False)
            )

    def settle(self) -> None:
        """No objection is open."""
        with write() as session:
            session.execute(
                update(Objection).where(col(Objection.upheld).is_(None)).values(upheld=False, answered_at=clock.now())
            )

    def objection(self) -> None:
        """One that is open, taken on by 陈审; the notice is paused."""
        self.put("challenge", state=C.NOTICE)
        self.notice(0)
        self.nonce += 1
        number = objected(self.made, self.made.cast.zhao_deqing, f"objection-{self.nonce}")
        objection_service.take_on(self.made.cast.chen_staff, number)


def version(table: Any, number: int) -> int:
    with read() as session:
        return session.get_one(table, number).version or 0


# -- the command of every step --------------------------------------------------------------


def _move(do: str) -> Callable[[Stand, Actor], None]:
    return lambda stand, actor: stand.made.step(do, "情况属实", actor)


def _review(stand: Stand, actor: Actor) -> None:
    decision_service.open_review(actor, stand.made.id, 1, 5, 3)


def _award(stand: Stand, actor: Actor) -> None:
    with read() as session:
        row = session.get_one(Challenge, stand.made.id)
        supervisor = next(iter(standing.supervisors(session, row, actor.account_id)), 0)
    data = AwardIn(starts_on=clock.today(), contact="监督组 0571-2222222", supervisor_id=supervisor)
    decision_service.award(actor, stand.made.id, data, seen_version=stand.row("challenge").version)


def _object(stand: Stand, actor: Actor) -> None:
    stand.nonce += 1
    objected(stand.made, actor, f"objection-{stand.nonce}")


def _answer(*, upheld: bool) -> Callable[[Stand, Actor], None]:
    def give(stand: Stand, actor: Actor) -> None:
        with read() as session:
            number = session.exec(select(Objection.id).order_by(col(Objection.id).desc())).first() or 0
        seen = version(Objection, number)
        objection_service.answer(actor, number, upheld, "经核实后作出答复", seen_version=seen)

    return give


def _save(stand: Stand, actor: Actor) -> None:
    bid_service.save(actor, stand.made.id, bid_in(OURS), submit=True, seen_version=stand.row("bid").version)


def _eligible(eligible: bool) -> Callable[[Stand, Actor], None]:
    return lambda stand, actor: decision_service.check_eligibility(
        actor, stand.bid, eligible, "已经核对", seen_version=stand.row("bid").version
    )


def _accept(passed: bool) -> Callable[[Stand, Actor], None]:
    return lambda stand, actor: acceptance_service.accept(
        actor, stand.bid, passed, "以评审结果为准", seen_version=stand.row("bid").version
    )


def _check(do: str) -> Callable[[Stand, Actor], Any]:
    return lambda stand, actor: contract_service.check(
        actor, stand.milestone, do, "情况属实", seen_version=stand.row("milestone").version
    )


COMMANDS: dict[tuple[str, str], Callable[[Stand, Actor], Any]] = {
    **{("challenge", do): _move(do) for do in s.BUTTONS},
    ("challenge", s.JUDGE): _review,
    ("challenge", s.AWARD): _award,
    ("challenge", s.PAUSE): _object,
    ("challenge", s.RESUME): _answer(upheld=False),
    ("challenge", s.REJUDGE): _answer(upheld=True),
    ("bid", s.SUBMIT): _save,
    ("bid", s.TAKE_BACK): lambda stand, actor: bid_service.take_back(
        actor, stand.bid, seen_version=stand.row("bid").version
    ),
    ("bid", s.QUALIFY): _eligible(eligible=True),
    ("bid", s.DISQUALIFY): _eligible(eligible=False),
    ("bid", s.ENTER): _review,
    ("bid", s.PROPOSE): _award,
    ("bid", s.RETURN): _answer(upheld=True),
    ("bid", s.LOSE): _move(s.FAIL),
    ("bid", s.WIN): _move(s.END_NOTICE),
    ("bid", s.SIGN): lambda stand, actor: contract_service.sign(
        actor, stand.bid, clock.today(), seen_version=stand.row("bid").version
    ),
    ("bid", s.BEGIN): _move(s.START),
    ("bid", s.GIVE_UP): lambda stand, actor: decision_service.give_up(
        actor, stand.bid, "自愿放弃", seen_version=stand.row("bid").version
    ),
    ("bid", s.PASS): _accept(passed=True),
    ("bid", s.NOT_PASS): _accept(passed=False),
    ("bid", s.ELIMINATE): _check(s.FAIL_MILESTONE),
    ("bid", s.STOP): _move(s.STOP),
    ("milestone", s.HAND_IN): lambda stand, actor: contract_service.hand_in(
        actor, stand.milestone, "已完成并达标", seen_version=stand.row("milestone").version
    ),
    **{("milestone", do): _check(do) for do in (s.CHECK, s.PASS_MILESTONE, s.RECTIFY, s.FAIL_MILESTONE)},
    ("milestone", s.PAY): lambda stand, actor: contract_service.pay(
        actor, stand.milestone, clock.today(), seen_version=stand.row("milestone").version
    ),
}

# What else must be so for a step to be possible: state of the challenge, of the bid, of the milestone.
AROUND: dict[tuple[str, str], tuple[C | None, B | None, M | None]] = {
    ("challenge", s.JUDGE): (None, B.ELIGIBLE, None),
    ("challenge", s.AWARD): (None, B.REVIEWING, None),
    ("challenge", s.REJUDGE): (None, B.CANDIDATE, None),
    ("challenge", s.END_NOTICE): (None, B.CANDIDATE, None),
    ("challenge", s.START): (None, B.SIGNED, None),
    ("challenge", s.ACCEPT): (None, B.WORKING, M.PASSED),
    ("challenge", s.CONFIRM): (None, B.PASSED, None),
    ("challenge", s.PAY_OUT): (None, B.PASSED, M.FAILED),
    ("bid", s.SUBMIT): (C.OPEN, None, None),
    ("bid", s.TAKE_BACK): (C.OPEN, None, None),
    ("bid", s.QUALIFY): (C.CHECKING, None, None),
    ("bid", s.DISQUALIFY): (C.CHECKING, None, None),
    ("bid", s.ENTER): (C.CHECKING, None, None),
    ("bid", s.PROPOSE): (C.REVIEWING, None, None),
    ("bid", s.RETURN): (C.PAUSED, None, None),
    ("bid", s.LOSE): (C.SIGNING, None, None),
    ("bid", s.WIN): (C.NOTICE, None, None),
    ("bid", s.SIGN): (C.SIGNING, None, None),
    ("bid", s.BEGIN): (C.SIGNING, None, None),
    ("bid", s.GIVE_UP): (C.SIGNING, None, None),
    ("bid", s.PASS): (C.ACCEPTING, None, M.PASSED),
    ("bid", s.NOT_PASS): (C.ACCEPTING, None, M.PASSED),
    ("bid", s.ELIMINATE): (C.RUNNING, None, M.SUBMITTED),
    ("bid", s.STOP): (C.RUNNING, None, None),
    **{("milestone", step.do): (C.RUNNING, B.WORKING, None) for step in s.MILESTONE.steps},
}


# In which state the other bids are meanwhile; lost where it does not matter.
OTHERS = {
    s.JUDGE: B.ELIGIBLE,
    s.ENTER: B.ELIGIBLE,
    s.AWARD: B.REVIEWING,
    s.PROPOSE: B.REVIEWING,
    s.ELIMINATE: B.WORKING,
}
BY_ANOTHER = (s.STOP, s.RESUME, s.REJUDGE, s.RETURN, s.PASS_MILESTONE)


def stood(cast: Cast) -> Stand:
    """A round that went as far as a contract, with a panel's acceptance and a decision about its winner."""
    made = judged(cast)
    made.award()
    stand = Stand(made, made.of(OURS).id, 0)
    stand.notice(9)
    made.step(s.END_NOTICE)
    made.sign(OURS, 50, ("100",))
    stand.milestone = made.of(OURS).milestones[0].id
    stand.put("challenge", state=C.ACCEPTING)
    stand.put("bid", state=B.WORKING)
    first = made.panel
    made.judge_work({OURS: 88})
    made.panel = first
    acceptance_service.decide_tolerance(cast.chen_staff, stand.bid, tolerance(), seen=0)
    return stand


def arrange(stand: Stand, kind: str, step: Step, source: Any) -> None:
    """Put everything where the step can be taken from this state."""
    challenge, bid, milestone = AROUND.get((kind, step.do), (None, None, None))
    stand.settle()
    assert stand.made.panel is not None
    if step.do in (s.AWARD, s.PROPOSE, s.REJUDGE, s.RETURN) and stand.made.panel.state() is not ReviewState.FINAL:
        stand.made.finalise()
    if step.do in (s.RESUME, s.REJUDGE, s.RETURN):
        stand.objection()
    if step.do in (s.PAUSE, s.END_NOTICE, s.WIN):
        stand.notice(0 if step.do == s.PAUSE else 9)
    over = (kind, step.do) == ("challenge", s.CLOSE)
    stand.put("challenge", deadline=clock.now() + timedelta(days=-1 if over else 5))
    if challenge is not None:
        stand.put("challenge", state=challenge)
    stand.others(OTHERS.get(step.do, B.LOST))
    if bid is not None:
        stand.put("bid", state=bid)
    cast = stand.made.cast
    people = {"first_by": cast.li_staff.account_id, "second_by": cast.admin.account_id, "paid_on": None}
    rectified = step.do in (s.FAIL_MILESTONE, s.ELIMINATE)
    stand.put("milestone", state=milestone or M.PENDING, rectified=rectified, **people)
    stand.put(kind, state=source)


def subject_of(stand: Stand, permission: str) -> Subject:
    """Whose it is, as the services ask: two people, somebody who did not decide, one's own organisation."""
    with read() as session:
        row, bid = session.get_one(Challenge, stand.made.id), session.get_one(Bid, stand.bid)
        if permission == Permission.CHALLENGE_CONCLUDE:
            return standing.subject_of(session, row)
        if permission == Permission.OBJECTION_ANSWER:
            return standing.deciders(session, row)
        if permission == Permission.MILESTONE_CONFIRM:
            return Subject(created_by=session.get_one(BidMilestone, stand.milestone).first_by)
        return Subject(organisation_id=bid.organisation_id)


def command_of(kind: str, step: Step, source: Any) -> Callable[[Stand, Actor], Any]:
    if (kind, step.do, source) == ("bid", s.STOP, B.SIGNED):  # nobody is at work yet: the challenge itself ends
        return _move(s.WITHDRAW)
    return COMMANDS[kind, step.do]


def test_every_step_has_its_command() -> None:
    assert set(COMMANDS) == {(kind, step.do) for kind, flow in FLOWS.items() for step in flow.steps}
    for flow in FLOWS.values():
        assert flow.reachable() == set(flow.labels)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("kind", list(FLOWS))
def test_every_step_by_whom_it_may_be_taken(cast: Cast, kind: str) -> None:
    """From each state: outsiders are refused and nothing changes, then it is taken and leads where the table says."""
    stand, people = stood(cast), cast.everybody()
    taken = []
    for step in FLOWS[kind].steps:
        for source in step.sources:
            arrange(stand, kind, step, source)
            if (kind, step.do, source) == ("bid", s.STOP, B.SIGNED):
                stand.put("challenge", state=C.SIGNING)
            command, permission = command_of(kind, step, source), Permission(step.permission)
            subject = subject_of(stand, permission)
            before = stand.states()
            insiders = [name for name, actor in people.items() if may(actor, permission, subject)]
            for name in people.keys() - set(insiders):
                with pytest.raises((Forbidden, NotFound)):
                    command(stand, people[name])
                assert stand.states() == before, (step.do, name)
            # Who wrote the challenge does not end it, and 陈审 has taken on the objection.
            first = "chen_staff" if "chen_staff" in insiders and step.do in BY_ANOTHER else insiders[0]
            command(stand, people["li_staff" if first == "admin" and "li_staff" in insiders else first])
            assert stand.row(kind).state is step.target, step.do
            taken.append((step.do, source))
    assert sorted(taken) == sorted((step.do, source) for step in FLOWS[kind].steps for source in step.sources)


@given(st.data())
def test_no_walk_pays_early_or_leaves_an_end(data: st.DataObject) -> None:
    """Whatever steps are taken: paid only right after passed, passed only after a first check, ends are ends."""
    for flow in FLOWS.values():
        walk = [flow.initial]
        for _ in range(12):
            steps = flow.steps_from(walk[-1])
            assert bool(steps) == (walk[-1] not in flow.terminal)
            if not steps:
                break
            walk.append(data.draw(st.sampled_from(steps)).target)
        if M.PAID in walk and flow is s.MILESTONE:
            assert walk[-3:] == [M.CHECKED, M.PASSED, M.PAID]
        if C.PAID in walk and flow is s.CHALLENGE:
            assert walk[-4:] == [C.RUNNING, C.ACCEPTING, C.ACCEPTED, C.PAID]
