"""Whole rounds: from the draft to the last payment, objections and those who may do what."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import date, timedelta

import pytest
import time_machine
from sqlmodel import select

from accounts.permissions import Actor
from challenges import (
    acceptance_service,
    archive,
    contract_service,
    dates,
    decision_service,
    objection_service,
    report,
    service,
    stages,
)
from challenges.schemas import OpinionIn
from core import clock
from core.errors import AppError, Conflict, Forbidden, Invalid, WrongState
from core.words import BidState as B
from core.words import ChallengeState as C
from db.session import read
from db.tables import AuditEvent, Challenge, Organisation
from panels import result_queries
from panels import stages as panel_stages
from regions import calendar
from tests.challenges.support import Round, challenge_in, drafted, opened
from tests.support import Cast

OURS, SECOND, THIRD = "之江数智有限公司", "甲州智能有限公司", "乙州智能有限公司"
EVIDENCE = [("证据.txt", "公开报告摘录".encode())]


def judged(cast: Cast, marks: dict[str, float] | None = None, winners: int = 2) -> Round:
    made = opened(cast, bidders=3, winners=winners)
    for name in made.bidders:
        made.bid(name)
    made.close()
    made.check_all()
    made.judge(marks or {OURS: 90, SECOND: 85, THIRD: 80})
    return made


def objected(made: Round, who: Actor, nonce: str = "objection") -> int:
    return objection_service.file(who, made.id, "第一名的方案与公开报告高度相似，请核实。", EVIDENCE, nonce=nonce)


def answered(made: Round, objection: int, upheld: bool, bid: int | None = None) -> C:
    chen = made.cast.chen_staff
    objection_service.take_on(chen, objection)
    version = next(item.version for item in made.seen(chen).objections if item.id == objection)
    return objection_service.answer(chen, objection, upheld, "经核实后作出答复", bid, seen_version=version)


def accepted(made: Round, name: str, *, passed: bool) -> None:
    bid = made.of(name)
    acceptance_service.accept(made.cast.li_staff, bid.id, passed, "以验收评审结果为准", seen_version=bid.version)


def test_a_whole_round(database: str, cast: Cast) -> None:
    made = judged(cast)
    assert made.award() == 1
    assert [(bid.organisation, bid.state, bid.place) for bid in made.seen().bids] == [
        (OURS, B.CANDIDATE, 1),
        (SECOND, B.CANDIDATE, 2),
        (THIRD, B.CANDIDATE, 3),
    ]
    notice = made.seen().notices[0]
    assert [(item["organisation"], item["proposed"]) for item in notice.ranking] == [
        (OURS, True),
        (SECOND, True),
        (THIRD, False),
    ]
    with pytest.raises(WrongState, match="公示到"):
        made.step(stages.END_NOTICE)
    with time_machine.travel(clock.end_of_day(notice.ends_on)):
        made.step(stages.END_NOTICE)
        assert (
            decision_service.give_up(
                cast.li_staff, made.of(SECOND).id, "自愿放弃", seen_version=made.of(SECOND).version
            )
            == THIRD
        )
        assert {bid.organisation: bid.state for bid in made.seen().bids} == {
            OURS: B.WON,
            SECOND: B.TERMINATED,
            THIRD: B.WON,
        }
        made.sign(OURS, 60)
        with pytest.raises(Invalid, match="还可以签 40 万元"):
            made.sign(THIRD, 41)
        made.sign(THIRD, 40)
        made.step(stages.START)
        assert sum(item.amount for bid in made.seen().bids for item in bid.milestones) == 100_000_000
        _eliminate(made, THIRD)
        assert made.of(THIRD).state is B.ELIMINATED
        with pytest.raises(WrongState, match="3 个里程碑"):
            made.step(stages.ACCEPT)
        assert sum(deliver(made, OURS, at) for at in range(3)) == 60_000_000
        made.step(stages.ACCEPT)
        made.judge_work({OURS: 88})
        accepted(made, OURS, passed=True)
        made.step(stages.CONFIRM)
        made.step(stages.PAY_OUT)
        assert made.seen().row.state is C.PAID
        _archived(made)


def _archived(made: Round) -> None:
    """All of it is in the archive, with its hashes; nobody but staff takes it."""
    packed = zipfile.ZipFile(io.BytesIO(archive.archive_zip(made.cast.li_staff, made.id)))
    names = [name.removeprefix(f"{made.seen().row.code}/") for name in packed.namelist()]
    assert [name for name in names if "附件" not in name] == [
        "榜单.csv",
        "论证.csv",
        "答疑.csv",
        "揭榜申请.csv",
        "里程碑.csv",
        "异议.csv",
        "公示第1号.pdf",
        "评审结果第1号.pdf",
        "验收评审结果第1号.pdf",
        f"任务书_{OURS}.pdf",
        *(f"验收单_{OURS}_里程碑{at}.pdf" for at in (1, 2, 3)),
        f"任务书_{THIRD}.pdf",
        "指标佐证.csv",
        "验收与容错.csv",
        "校验.csv",
    ]
    ended = packed.read(f"{made.seen().row.code}/验收与容错.csv").decode("utf-8-sig")
    assert "88.00 分,验收通过" in ended
    assert len([name for name in names if "附件" in name]) == 3 + 3  # one a bid, one a milestone that was handed in
    lines = packed.read(packed.namelist()[-1]).decode("utf-8-sig").splitlines()[1:]
    assert [line.rsplit(",", 1)[1] for line in lines] == [
        hashlib.sha256(packed.read(name)).hexdigest() for name in packed.namelist()[:-1]
    ]
    for actor in (made.cast.qian_bidder, made.cast.wang_anji, made.cast.sun_judge):
        with pytest.raises(Forbidden):
            archive.archive_zip(actor, made.id)


def deliver(made: Round, name: str, at: int) -> int:
    """One milestone handed in, passed by two people and paid; the fen."""
    staff, other = made.cast.li_staff, made.cast.chen_staff
    item = made.of(name).milestones[at]
    with pytest.raises(WrongState):
        contract_service.pay(staff, item.id, clock.today(), seen_version=item.version)
    contract_service.hand_in(made.bidders[name], item.id, "已完成并达标", EVIDENCE, seen_version=item.version)
    contract_service.check(staff, item.id, stages.CHECK, seen_version=item.version + 1)
    with pytest.raises(Forbidden, match="另一个人"):
        contract_service.check(staff, item.id, stages.PASS_MILESTONE, seen_version=item.version + 2)
    with pytest.raises(WrongState):
        contract_service.pay(staff, item.id, clock.today(), seen_version=item.version + 2)
    contract_service.check(other, item.id, stages.PASS_MILESTONE, seen_version=item.version + 2)
    return contract_service.pay(staff, item.id, clock.today(), seen_version=item.version + 3)


def _eliminate(made: Round, name: str) -> None:
    """One rectification, one extension, then it has failed."""
    staff, bidder = made.cast.li_staff, made.bidders[name]
    item = made.of(name).milestones[0]
    due = item.due_on
    with pytest.raises(Invalid):
        contract_service.extend(staff, item.id, due + timedelta(days=366), "数据晚到", seen_version=item.version)
    contract_service.extend(staff, item.id, due + timedelta(days=365), "数据晚到", seen_version=item.version)
    with pytest.raises(WrongState, match="延期过一次"):
        contract_service.extend(staff, item.id, due + timedelta(days=366), "又晚了", seen_version=item.version + 1)
    contract_service.hand_in(bidder, item.id, "已完成一部分", seen_version=item.version + 1)
    with pytest.raises(WrongState, match="先要求整改"):
        contract_service.check(staff, item.id, stages.FAIL_MILESTONE, "未达标", seen_version=item.version + 2)
    contract_service.check(staff, item.id, stages.RECTIFY, "误报过多", seen_version=item.version + 2)
    contract_service.hand_in(bidder, item.id, "整改后重新提交", seen_version=item.version + 3)
    with pytest.raises(WrongState, match="整改过一次"):
        contract_service.check(staff, item.id, stages.RECTIFY, "还是多", seen_version=item.version + 4)
    contract_service.check(staff, item.id, stages.FAIL_MILESTONE, "仍未达标", seen_version=item.version + 4)


def test_an_objection_that_does_not_hold(cast: Cast) -> None:
    made = judged(cast)
    made.award()
    before = made.seen().notices[0]
    objection = objected(made, cast.zhao_deqing)
    assert objected(made, cast.zhao_deqing) == objection
    assert made.seen().row.state is C.PAUSED
    for name, actor in cast.everybody().items():
        views = made.seen(actor).objections
        shows = {"admin": "赵德清", "zhao_deqing": "赵德清", "li_staff": "", "chen_staff": ""}
        assert [view.name for view in views] == ([shows[name]] if name in shows else []), name
        assert [len(view.files) for view in views] == ([int(bool(shows[name]))] if name in shows else [])
    with read() as session:
        filed = [
            event
            for event in session.exec(select(AuditEvent))
            if event.entity == "objection" or event.action.startswith("file:")
        ]
        assert cast.zhao_deqing.account_id not in {event.actor_id for event in filed}
    with pytest.raises(Forbidden, match="另一个人"):
        objection_service.take_on(cast.li_staff, objection)  # who checked and awarded
    with time_machine.travel(clock.now() + timedelta(days=3)):
        assert answered(made, objection, upheld=False) is C.NOTICE
        assert [view.name for view in made.seen(cast.chen_staff).objections] == ["赵德清"]
        after = made.seen().notices[0]
        assert after.ends_on > before.ends_on
        assert after.left is not None and after.left == before.left


def test_a_late_answer_goes_to_the_named_supervisor(cast: Cast) -> None:
    """Shown as late, handed on, and answered by somebody else, without anybody more learning who objected."""
    made = judged(cast)
    for wrong in (cast.li_staff, cast.wang_anji):  # who checked and awarded; who is not of staff
        with pytest.raises(Invalid, match="监督人"):
            made.award(supervisor_id=wrong.account_id)
    made.award(supervisor_id=cast.chen_staff.account_id, answer_days=2)
    objection = objected(made, cast.zhao_deqing)
    objection_service.take_on(cast.admin, objection)
    [item] = made.seen(cast.chen_staff).objections
    assert (item.due_on, item.late, item.supervises) == (clock.today() + timedelta(days=2), 0, False)

    def reassign(actor: Actor, to: Actor) -> None:
        version = made.seen(cast.admin).objections[0].version
        objection_service.reassign(actor, objection, to.account_id or 0, "受理人出差未归", seen_version=version)

    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert objection_service.escalate(cast.li_staff) == 0
        with pytest.raises(WrongState, match="没有超期"):
            reassign(cast.chen_staff, cast.chen_staff)
    with time_machine.travel(clock.now() + timedelta(days=3)):
        assert [objection_service.escalate(cast.li_staff) for _ in range(2)] == [1, 0]
        for actor in (cast.li_staff, cast.wang_anji, cast.zhao_deqing):
            with pytest.raises(Forbidden, match="监督人"):
                reassign(actor, cast.chen_staff)
        with pytest.raises(Invalid, match="审查或审定"):
            reassign(cast.chen_staff, cast.li_staff)
        for actor, named in ((cast.chen_staff, ""), (cast.admin, "赵德清"), (cast.li_staff, "")):
            [item] = made.seen(actor).objections
            assert (item.late, item.name, item.supervisor) == (1, named, "陈审")
            assert item.supervises == (actor is not cast.li_staff)
        reassign(cast.chen_staff, cast.chen_staff)
        [item] = made.seen(cast.chen_staff).objections
        assert (item.handles, item.name) == (True, "赵德清")
        with pytest.raises(WrongState, match="受理人"):
            objection_service.answer(cast.admin, objection, False, "经核实不成立", seen_version=item.version)
        objection_service.answer(cast.chen_staff, objection, False, "经核实不成立", seen_version=item.version)
    with time_machine.travel(clock.now() + timedelta(days=9)):
        assert [item.late for item in made.seen(cast.zhao_deqing).objections] == [1]  # and it stays in the record
    with read() as session:
        said = {
            event.action: event.changes for event in session.exec(select(AuditEvent)) if event.entity == "objection"
        }
    assert said["objection:answer"]["late"] == 1
    assert said["objection:escalate"]["to"] == cast.chen_staff.account_id


def test_a_notice_into_a_year_without_calendar_says_so(cast: Cast) -> None:
    """暂算 on the notice, its paper's facts, the calendar; ended only with what somebody found when he checked."""
    made = judged(cast)
    starts = date(max(calendar.known_years()), 12, 30)
    made.award(starts_on=starts)
    [notice] = made.seen().notices
    assert notice.provisional
    assert dict(report.notice_facts(made.seen(), notice))["提示"].startswith("暂算")
    assert [item.shown for item in dates.deadlines(cast.wang_anji)] == [f"{notice.ends_on}（含当日）　暂算"]
    with time_machine.travel(clock.end_of_day(notice.ends_on)):
        with pytest.raises(WrongState, match="人工复核"):
            made.step(stages.END_NOTICE, "")
        made.step(stages.END_NOTICE, "已按新公布的放假安排复核，公示期满五个工作日")
        assert made.seen().row.state is C.SIGNING


def test_one_that_holds_goes_back_to_the_panel(cast: Cast) -> None:
    """Once the panel stays with its marks, and the list is the same; once three judges change theirs."""
    made = judged(cast)
    made.award()
    assert answered(made, objected(made, cast.wang_anji), upheld=True) is C.REVIEWING
    with pytest.raises(WrongState, match="定稿"):
        made.award()
    assert made.panel is not None
    made.finalise()
    assert made.award() == 2
    assert list(made.seen().notices[0].changes) == ["名单和顺序与上一号相同"]
    assert answered(made, objected(made, cast.wang_anji, "again"), upheld=True) is C.REVIEWING
    made.panel.step(panel_stages.OPEN_AGAIN)
    for judge in list(made.panel.judges)[:3]:
        made.remark(judge, OURS, 70)
    made.panel.step(panel_stages.CLOSE)
    made.finalise()
    assert made.award() == 3
    seen = made.seen()
    assert [(bid.organisation, bid.rank) for bid in seen.bids] == [(SECOND, 1), (THIRD, 2), (OURS, 3)]
    assert list(seen.notices[0].changes) == [
        f"{OURS}由第 1 顺位变为第 3 顺位",
        f"{SECOND}由第 2 顺位变为第 1 顺位",
        f"{THIRD}由第 3 顺位变为第 2 顺位",
    ]
    changed = result_queries.frozen(cast.li_staff, made.panel.review_id)[0].changes
    assert [line.split("：")[1] for line in changed] == [
        "90.00 分、第 1 名 → 76.67 分、第 3 名",
        "85.00 分、第 2 名 → 85.00 分、第 1 名",
        "80.00 分、第 3 名 → 80.00 分、第 2 名",
    ]


def test_one_that_holds_against_a_bidder(cast: Cast) -> None:
    made = judged(cast)
    made.award()
    assert answered(made, objected(made, cast.wang_anji), upheld=True, bid=made.of(OURS).id) is C.REVIEWING
    assert made.award() == 2
    assert list(made.seen().notices[0].changes) == [
        f"{OURS}由第 1 顺位移出名单",
        f"{SECOND}由第 2 顺位变为第 1 顺位",
        f"{THIRD}由第 3 顺位变为第 2 顺位",
    ]
    assert made.of(OURS).state is B.TERMINATED


def test_a_tie_is_decided_by_people_with_a_reason(cast: Cast) -> None:
    made = judged(cast, {OURS: 80, SECOND: 85, THIRD: 80}, winners=1)
    first, ours, third = made.of(SECOND).id, made.of(OURS).id, made.of(THIRD).id
    with pytest.raises(Invalid, match="并列"):
        made.award()
    with pytest.raises(Invalid, match="理由"):
        made.award(order=[first, third, ours])
    with pytest.raises(Invalid, match="不一致"):
        made.award(order=[third, first, ours], reason="评审组意见")
    made.award(order=[first, third, ours], reason="评审组合议，后者人力不足")
    assert [bid.organisation for bid in made.seen().bids] == [SECOND, THIRD, OURS]


def test_objections_need_a_notice_evidence_and_words(cast: Cast) -> None:
    made = judged(cast)
    with pytest.raises(WrongState):
        objected(made, cast.wang_anji)
    made.award()
    with pytest.raises(Invalid, match="证据"):
        objection_service.file(cast.wang_anji, made.id, "第一名的方案与公开报告高度相似。", [], nonce="a")
    with (
        time_machine.travel(clock.end_of_day(made.seen().notices[0].ends_on)),
        pytest.raises(WrongState, match="公示期"),
    ):
        objected(made, cast.wang_anji)


def test_recusals_hold_for_staff(cast: Cast) -> None:
    """One of staff whose own organisation bids neither checks nor awards."""
    made = opened(cast)
    for name in made.bidders:
        made.bid(name)
    made.close()
    with read() as session:
        where = session.exec(select(Organisation.id).where(Organisation.name == SECOND)).one()
    insider = Actor(cast.chen_staff.account_id, None, "陈审", cast.chen_staff.role, where)
    bid = made.of(SECOND)
    with pytest.raises(Forbidden, match="回避"):
        decision_service.check_eligibility(insider, bid.id, True, "符合", seen_version=bid.version)
    made.check_all()
    with pytest.raises(Forbidden, match="回避"):
        decision_service.open_review(insider, made.id, 1, 5, 3)


def test_argued_for_before_it_is_published(cast: Cast) -> None:
    made = drafted(cast)
    for actor in (cast.wang_anji, cast.qian_bidder, cast.sun_judge):
        with pytest.raises(AppError):
            service.argue(actor, made.id, OpinionIn(support=True, opinion="需求真实，建议发榜"))
    made.step(stages.ARGUE)
    with pytest.raises(WrongState, match="不能修改"):
        service.edit(cast.li_staff, made.id, challenge_in(1), seen_version=made.seen().version)
    service.ask_expert(cast.li_staff, made.id, cast.sun_judge.account_id or 0)
    with pytest.raises(WrongState, match="论证意见"):
        made.step(stages.APPROVE, actor=cast.chen_staff)
    service.argue(cast.sun_judge, made.id, OpinionIn(support=False, opinion="指标还不能测，建议修改"))
    with pytest.raises(Forbidden, match="另一个人"):
        made.step(stages.APPROVE)
    with pytest.raises(Conflict):
        service.move(cast.chen_staff, made.id, stages.REVISE, "改指标", seen_version=1)
    made.step(stages.REFUSE, "指标不可测", cast.chen_staff)
    with read() as session:
        row = session.get_one(Challenge, made.id)
        assert (row.state, row.conclusion) == (C.REJECTED, "指标不可测")
