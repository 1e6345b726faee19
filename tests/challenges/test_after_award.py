"""What follows the award: signing in time, acceptance by a panel, tolerance, figures beside promises, what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from pypdf import PdfReader
from sqlmodel import select

from accounts.permissions import Actor
from challenges import (
    acceptance_service,
    contract_report,
    contract_service,
    decision_service,
    evidence,
    evidence_service,
    outcome_service,
    queries,
    rules,
    stages,
    work_queries,
)
from challenges.schemas import ValueIn
from challenges.work_queries import Work
from core import clock
from core.errors import AppError, Conflict, Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.numbers import format_exact, from_micro
from core.words import Arm, FindingVerdict, ToleranceCondition, ToleranceOutcome
from core.words import BidState as B
from core.words import ChallengeState as C
from db.session import read
from db.tables import Bid, MilestoneValue, Scenario
from metrics import tracing
from pilots.supervision_schemas import ConditionIn, ToleranceIn
from scenarios import origin_queries
from tests.challenges.support import Round, contract_in
from tests.challenges.test_rounds import OURS, SECOND, THIRD, accepted, deliver, judged
from tests.support import Cast


def text_of(data: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages).replace("\n", "")


@pytest.fixture
def signing(cast: Cast) -> Iterator[Round]:
    """Two winners and one who stands by, the notice is over; time stands still on that day."""
    made = judged(cast)
    made.award()
    with time_machine.travel(clock.end_of_day(made.seen().notices[0].ends_on), tick=False):
        made.step(stages.END_NOTICE)
        yield made


def running(made: Round, *names: str) -> None:
    """Signed by these, all others gave up; the work begins."""
    for name in (OURS, SECOND, THIRD):
        if name in names:
            made.sign(name, 30)
        elif made.of(name).state is B.WON:
            decision_service.give_up(
                made.cast.li_staff, made.of(name).id, "自愿放弃", seen_version=made.of(name).version
            )
    made.step(stages.START)


def work(made: Round, actor: Actor | None = None) -> Work:
    found = work_queries.work(actor or made.cast.li_staff, made.id)
    assert found is not None
    return found


def tolerance(outcome: ToleranceOutcome = ToleranceOutcome.TOLERATED) -> ToleranceIn:
    findings = [
        ConditionIn(condition=item, verdict=FindingVerdict.MET, finding="情况属实", evidence="会议纪要")
        for item in ToleranceCondition
    ]
    return ToleranceIn(outcome=outcome, reason="探索中的失误，主动整改", findings=findings)


def test_a_contract_is_drafted_printed_and_signed(signing: Round) -> None:
    staff, made = signing.cast.li_staff, signing
    with pytest.raises(WrongState, match="还没有起草"):
        contract_service.sign(staff, made.of(OURS).id, clock.today(), seen_version=made.of(OURS).version)
    contract_service.draft(staff, made.of(OURS).id, contract_in(50), seen_version=made.of(OURS).version)
    contract_service.draft(staff, made.of(OURS).id, contract_in(60, ("40", "60")), seen_version=made.of(OURS).version)
    assert [item.amount for item in made.of(OURS).milestones] == [24_000_000, 36_000_000]
    assert made.of(OURS).state is B.WON
    first = contract_report.contract_pdf(staff, made.of(OURS).id)
    said = text_of(first)
    for words in ("草案", made.seen().row.title, OURS, "24 万元", "识别率不低于 90%", "甲方负责人", "乙方负责人"):
        assert words in said
    assert contract_report.contract_pdf(made.bidders[OURS], made.of(OURS).id) == first
    for actor in (made.bidders[SECOND], made.cast.wang_anji, made.cast.sun_judge):
        with pytest.raises(NotFound):
            contract_report.contract_pdf(actor, made.of(OURS).id)
    scan = [("任务书扫描件.txt", "双方签字".encode())]
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(Invalid, match="晚于今天"):
        contract_service.sign(staff, made.of(OURS).id, tomorrow, seen_version=made.of(OURS).version)
    contract_service.sign(staff, made.of(OURS).id, clock.today(), scan, seen_version=made.of(OURS).version)
    assert made.of(OURS).state is B.SIGNED
    kept = work(made).contracts[made.of(OURS).id].files[0]
    assert queries.file(made.bidders[OURS], kept.id) == "双方签字".encode()
    with pytest.raises(NotFound):
        queries.file(made.bidders[SECOND], kept.id)
    said = text_of(contract_report.contract_pdf(staff, made.of(OURS).id))
    assert "草案" not in said
    assert "尚未签订" in said  # only where it says what it changes in the draft
    with pytest.raises(WrongState):
        contract_service.draft(staff, made.of(OURS).id, contract_in(1), seen_version=made.of(OURS).version)


def test_who_does_not_sign_in_time_makes_way(signing: Round) -> None:
    made, staff = signing, signing.cast.li_staff
    made.sign(OURS, 30)
    contract_service.draft(staff, made.of(SECOND).id, contract_in(30), seen_version=made.of(SECOND).version)
    due = work(made).contracts[made.of(SECOND).id].sign_due_on
    assert due == clock.today() + timedelta(days=30)
    with time_machine.travel(clock.end_of_day(due), tick=False):
        assert [item.late for item in work_queries.waiting(staff)] == [True]
        assert work(made).contracts[made.of(SECOND).id].late
        assert [item.late for item in work_queries.waiting(made.bidders[SECOND])] == [True]
        assert work_queries.waiting(made.bidders[THIRD]) == []
        with pytest.raises(WrongState, match="已经过期"):
            contract_service.sign(staff, made.of(SECOND).id, clock.today(), seen_version=made.of(SECOND).version)
        with pytest.raises(WrongState, match="没有签约"):
            made.step(stages.START)
        for until, reason in ((clock.today() + timedelta(days=31), "印章在办"), (due, "印章在办"), (clock.today(), "")):
            with pytest.raises(Invalid):
                contract_service.put_off_signing(
                    staff, made.of(SECOND).id, until, reason, seen_version=made.of(SECOND).version
                )
        assert decision_service.give_up(staff, made.of(SECOND).id, "", seen_version=made.of(SECOND).version) == THIRD
        assert made.of(SECOND).reason == f"逾期未签订任务书（期限 {due}）。"
        assert work(made).contracts[made.of(THIRD).id].sign_due_on == clock.today() + timedelta(days=30)
        made.sign(THIRD, 70)  # what was only drafted with the one who left is free again
        made.step(stages.START)


def test_more_days_to_sign_have_a_reason(signing: Round) -> None:
    made, staff = signing, signing.cast.li_staff
    contract_service.draft(staff, made.of(OURS).id, contract_in(30), seen_version=made.of(OURS).version)
    with time_machine.travel(clock.now() + timedelta(days=32), tick=False):
        until = clock.today() + timedelta(days=5)
        contract_service.put_off_signing(staff, made.of(OURS).id, until, "印章在办", seen_version=made.of(OURS).version)
        contract_service.sign(staff, made.of(OURS).id, clock.today(), seen_version=made.of(OURS).version)
        assert made.of(OURS).state is B.SIGNED


def test_a_panel_accepts(signing: Round) -> None:
    """Both deliver; one is below the mark and is terminated only after somebody else decided about it."""
    made, staff, other = signing, signing.cast.li_staff, signing.cast.chen_staff
    running(made, OURS, SECOND)
    with pytest.raises(WrongState, match="进入验收"):
        acceptance_service.open_panel(staff, made.id, 1, 5, 3)
    for name in (OURS, SECOND):
        for at in range(3):
            deliver(made, name, at)
    made.step(stages.ACCEPT)
    assert [item.what for item in work_queries.waiting(staff)] == ["待组建验收评审"]
    with pytest.raises(WrongState, match="还没有定稿"):
        accepted(made, OURS, passed=True)
    made.judge_work({OURS: 60, SECOND: 59})
    assert [item.what for item in work_queries.waiting(staff)] == ["验收评审已定稿，待作出验收结论"]
    seen = work(made)
    assert [(seen.scores[made.of(name).id], seen.passes[made.of(name).id]) for name in (OURS, SECOND)] == [
        ("60.00 分", True),
        ("59.00 分", False),
    ]
    assert list(work(made, made.bidders[SECOND]).scores.values()) == ["59.00 分"]
    with pytest.raises(WrongState, match="低于 60 分"):
        accepted(made, SECOND, passed=True)
    accepted(made, SECOND, passed=False)
    accepted(made, OURS, passed=True)
    with pytest.raises(WrongState, match=f"{SECOND}还没有作出容错认定"):
        made.step(stages.CONFIRM)
    with pytest.raises(Forbidden, match="参与了这个项目"):
        acceptance_service.decide_tolerance(staff, made.of(SECOND).id, tolerance(), seen=0)
    with pytest.raises(Invalid, match="不予容错"):
        acceptance_service.decide_tolerance(other, made.of(SECOND).id, tolerance(ToleranceOutcome.REFUSED), seen=0)
    with pytest.raises(WrongState):
        acceptance_service.decide_tolerance(other, made.of(OURS).id, tolerance(), seen=0)
    acceptance_service.decide_tolerance(
        other, made.of(SECOND).id, tolerance(), [("说明.txt", "情况说明".encode())], seen=0
    )
    with pytest.raises(Conflict):
        acceptance_service.decide_tolerance(other, made.of(SECOND).id, tolerance(), seen=0)
    [decided] = work(made, made.bidders[SECOND]).tolerances[made.of(SECOND).id]
    assert (decided.outcome, decided.by, len(decided.conditions)) == (ToleranceOutcome.TOLERATED, "陈审", 5)
    assert queries.file(made.bidders[SECOND], decided.files[0].id) == "情况说明".encode()
    with pytest.raises(NotFound):
        queries.file(made.bidders[OURS], decided.files[0].id)
    made.step(stages.CONFIRM)
    assert (made.of(OURS).state, made.of(SECOND).state) == (B.PASSED, B.TERMINATED)
    made.step(stages.PAY_OUT)
    assert made.seen().row.state is C.PAID


def test_the_only_winner_fails(signing: Round) -> None:
    """Its milestone fails twice: it is terminated, and so is the challenge, after a decision about it."""
    made, staff, other = signing, signing.cast.li_staff, signing.cast.chen_staff
    made.put(winners=1)
    running(made, OURS)
    item = made.of(OURS).milestones[0]
    for at, do in enumerate((stages.RECTIFY, stages.FAIL_MILESTONE)):
        contract_service.hand_in(made.bidders[OURS], item.id, "已完成一部分", seen_version=item.version + 2 * at)
        contract_service.check(staff, item.id, do, "没有达到指标", seen_version=item.version + 2 * at + 1)
    assert made.of(OURS).state is B.TERMINATED
    assert [item.what for item in work_queries.waiting(other)] == [f"{OURS}待容错认定"]
    with pytest.raises(WrongState, match="没有在研的单位"):
        made.step(stages.ACCEPT)
    with pytest.raises(WrongState, match="还没有作出容错认定"):
        made.step(stages.STOP, actor=other)
    acceptance_service.decide_tolerance(other, made.of(OURS).id, tolerance(), seen=0)
    made.step(stages.STOP, actor=other)
    assert made.seen().row.state is C.TERMINATED


def test_what_passed_is_paid_also_to_one_who_was_eliminated(signing: Round) -> None:
    made, staff = signing, signing.cast.li_staff
    running(made, OURS, SECOND)
    item = made.of(SECOND).milestones[0]
    contract_service.hand_in(made.bidders[SECOND], item.id, "已完成并达标", seen_version=item.version)
    contract_service.check(staff, item.id, stages.CHECK, seen_version=item.version + 1)
    contract_service.check(made.cast.chen_staff, item.id, stages.PASS_MILESTONE, seen_version=item.version + 2)
    after = made.of(SECOND).milestones[1]
    for at, do in enumerate((stages.RECTIFY, stages.FAIL_MILESTONE)):
        contract_service.hand_in(made.bidders[SECOND], after.id, "已完成一部分", seen_version=after.version + 2 * at)
        contract_service.check(staff, after.id, do, "没有达到指标", seen_version=after.version + 2 * at + 1)
    assert made.of(SECOND).state is B.ELIMINATED
    made.put(state=C.ACCEPTED)
    with pytest.raises(WrongState, match="1 笔款项"):
        made.step(stages.PAY_OUT)
    contract_service.pay(staff, item.id, clock.today(), seen_version=item.version + 3)
    made.step(stages.PAY_OUT)


def test_the_record_of_a_milestone_is_printed_once_it_passed(signing: Round) -> None:
    made, staff = signing, signing.cast.li_staff
    running(made, OURS)
    with pytest.raises(WrongState, match="还没有验收单"):
        contract_report.milestone_pdf(staff, made.of(OURS).id, 1)
    deliver(made, OURS, 0)
    said = text_of(contract_report.milestone_pdf(staff, made.of(OURS).id, 1))
    for words in (OURS, "第1步", "识别率不低于 90%", "误报率不高于 5%", "李研", "陈审", "9.999 万元", "证据.txt"):
        assert words in said


def test_promises_stand_one_by_one() -> None:
    assert rules.promises("按时办结率不低于 90%；重复率不高于 8%。\n满意度 95%；按时办结率不低于 90%") == [
        "按时办结率不低于 90%",
        "重复率不高于 8%",
        "满意度 95%",
    ]
    assert rules.promises("") == []


def test_figures_of_pilots_stand_beside_promises(demo_cast: dict[str, Actor]) -> None:
    """In the demo: a frozen copy with n, d and version; who may tie, what and when."""
    li, wu = demo_cast["liyan"], demo_cast["wujie"]
    row = next(row for row in queries.challenges(li) if row.state is C.RUNNING)
    view = queries.challenge(li, row.id)
    assert view is not None
    item = next(item for bid in view.bids for item in bid.milestones if item.state == "submitted")
    source = evidence.sources(li, row.id)[0]
    assert evidence.sources(wu, row.id) == []
    indicator, [promise] = next(iter(source.indicators)), rules.promises(item.indicators)
    data = ValueIn(
        promise=promise, collection_id=source.collection_id, indicator_id=indicator,
        scope_code=source.province_code, arm=Arm.PILOT, period=source.periods[indicator][0],
    )  # fmt: skip
    shown = evidence_service.tie(li, item.id, data)
    found = tracing.explain_sum(li, data.collection_id, indicator, data.scope_code, data.period, arm=Arm.PILOT)
    assert found is not None and found.n is not None
    seen = work_queries.work(li, row.id)
    assert seen is not None
    [tied] = seen.figures[item.id]
    assert shown == tied.content["value"] == found.indicator.show(found.value)
    assert (tied.content["n"], tied.content["version"]) == (format_exact(from_micro(found.n)), found.indicator.version)
    assert tied.now == ""
    mine = work_queries.work(wu, row.id)
    assert mine is not None and [figure.words for figure in mine.figures[item.id]] == [tied.words]
    county = data.model_copy(update={"scope_code": next(iter(source.counties)), "arm": None})
    evidence_service.tie(li, item.id, county)
    again = work_queries.work(li, row.id)
    assert again is not None
    assert [figure.content["place"] for figure in again.figures[item.id]] == [next(iter(source.counties.values()))]
    with read() as session:
        rows = session.exec(select(MilestoneValue).where(MilestoneValue.milestone_id == item.id)).all()
        assert len(rows) == 2  # the earlier one stays
    refused: list[tuple[Actor, ValueIn, type[AppError]]] = [
        (wu, data, Forbidden),
        (li, data.model_copy(update={"promise": "没有承诺过的"}), Invalid),
        (li, data.model_copy(update={"collection_id": 9999}), NotFound),
        (li, data.model_copy(update={"period": "2000-01"}), Invalid),
    ]
    for actor, given, error in refused:
        with pytest.raises(error):
            evidence_service.tie(actor, item.id, given)


def test_a_won_challenge_becomes_a_scenario(demo_cast: dict[str, Actor]) -> None:
    """In the demo one has: fields are carried over, the way leads there and back."""
    li = demo_cast["liyan"]
    row = next(row for row in queries.challenges(li) if row.state is C.PAID)
    view, seen = queries.challenge(li, row.id), work_queries.work(li, row.id)
    assert view is not None and seen is not None
    [made] = seen.outcomes
    assert origin_queries.challenge_of(li, made.scenario_id) == (row.id, f"{row.code} {row.title}")
    with read() as session:
        scenario = session.get_one(Scenario, made.scenario_id)
        origin = session.get_one(Scenario, view.scenario_id or 0)
        winner = session.get_one(Bid, made.bid_id)
        assert (scenario.name, scenario.domain, scenario.region_code, scenario.technologies) == (
            row.title,
            origin.domain,
            origin.region_code,
            winner.title,
        )
        assert view.difficulties in scenario.summary
    with pytest.raises(Duplicate):
        outcome_service.become_scenario(li, made.bid_id)
    lost = next(bid for bid in view.bids if bid.state is B.ELIMINATED)
    with pytest.raises(WrongState):
        outcome_service.become_scenario(li, lost.id)
    assert [figure.content["version"] for items in seen.figures.values() for figure in items] == [1]
