"""How an edition ends: a rehearsal before the notice, a paused notice with the days that were left, an award taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction

import pytest
import time_machine
from pydantic import ValidationError
from sqlmodel import select

from awards import (
    edition_service,
    entry_service,
    finalise_service,
    objection_service,
    queries,
    round_service,
    stages,
    waiting,
)
from awards.schemas import DeliberationIn, GradeIn, NoticeIn, TrackIn
from core import clock
from core.errors import Forbidden, NotFound, WrongState
from core.words import AwardEntryState, AwardStage, EditionState, Veto
from core.words import EditionState as S
from db.session import read, write
from db.tables import AwardEntry, AwardNotice, AwardResult
from printing import making, registry
from tests.awards.support import Selection, recommended, rule_in, selection, some_pilots
from tests.support import Cast

ENTRIES = [
    {"code": f"A{number}", "track": "民生服务", "county": county, "title": f"项目{number}", "objective": share}
    for number, county, share in ((1, "330523", 900_000), (2, "330521", 500_000))
]


def judged(cast: Cast, marks: Mapping[str, int], *, shortlist: int = 1, rehearsal: bool = False) -> Selection:
    """A first round without a final after it, in which every judge gave an entry the same marks."""
    track = TrackIn(name="民生服务", grades=[GradeIn(name="最佳案例", places=1)], shortlist=shortlist)
    told = selection(cast, rule_in(tracks=[track], with_final=False), rehearsal=rehearsal)
    recommended(told, ENTRIES, some_pilots(cast))
    told.close_call()
    told.qualify_all()
    told.begin(AwardStage.FIRST)
    judges = ("甲评", "乙评", "丙评", "丁评", "戊评")
    told.judge(told.review(AwardStage.FIRST, "民生服务"), {name: dict(marks) for name in judges})
    return told


def test_a_rehearsal_without_a_final_goes_to_the_signature_and_no_further(cast: Cast) -> None:
    told = judged(cast, {"A1": 70, "A2": 90}, shortlist=2, rehearsal=True)
    round_service.shortlist(cast.li_staff, told.id, seen_version=told.row().version)
    with pytest.raises(WrongState, match="不设终评"):
        told.begin(AwardStage.FINAL)
    told.step(stages.COMBINE)
    told.step(stages.DECIDE)
    with pytest.raises(WrongState, match="演练到审定为止"):
        told.sign()
    # 0.8 × 90 + 0.2 × 60 against 0.8 × 70 + 0.2 × 100
    view = queries.edition(cast.li_staff, told.id)
    assert view is not None
    assert [(line.code, line.total, line.placed.grade) for line in view.lines] == [
        ("A2", Fraction(84), "最佳案例"),
        ("A1", Fraction(76), ""),
    ]


def on_notice(cast: Cast, starts_on: date, ends_on: date) -> Selection:
    """A list on notice, as two people would have signed it."""
    told = selection(cast)
    recommended(told, ENTRIES, some_pilots(cast))
    with write() as session:
        for item in session.exec(select(AwardEntry)):
            item.state, item.grade = AwardEntryState.PROPOSED, "优秀案例"
        result = AwardResult(edition_id=told.id, number=1, body={"lines": [], "out": []}, digest="d", at=clock.now())
        session.add(result)
        session.flush()
        listed = [{"entry": key, "code": code, "title": code, "organisation": code, "track": "民生服务", "grade": "优秀案例", "kept": False} for code, key in told.entries.items()]  # fmt: skip
        session.add(
            AwardNotice(
                edition_id=told.id,
                number=1,
                result_id=result.id or 0,
                starts_on=starts_on,
                days=5,
                count_first=True,
                counted_from=starts_on,
                days_left=5,
                ends_on=ends_on,
                provisional=False,
                listed=listed,
                contact="0571",
                issued_at=clock.now(),
            )
        )
    told.put(state=EditionState.NOTICE)
    return told


def beijing(day: int, month: int = 7) -> datetime:
    return datetime(2024, month, day, 10, tzinfo=clock.BEIJING)


def test_an_objection_pauses_the_notice_and_leaves_the_days_that_were_left(cast: Cast) -> None:
    """2024-06-28 → 07-04 is five working days (DOMAIN §10); paused on the third of them, three are left."""
    told = on_notice(cast, date(2024, 6, 28), date(2024, 7, 4))
    evidence = [("证据.txt", "材料".encode())]
    with time_machine.travel(beijing(2)):
        number = objection_service.file(
            cast.zhou_minzheng, told.id, "数据与部门台账不一致，请核实。", evidence, nonce="o"
        )
        again = objection_service.file(cast.zhou_minzheng, told.id, "同一张表单", evidence, nonce="o")
        assert (again, told.row().state) == (number, EditionState.PAUSED)
        for actor, name in ((cast.li_staff, ""), (cast.zhou_minzheng, "周民政"), (cast.admin, "周民政")):
            view = queries.edition(actor, told.id)
            assert view is not None
            assert [item.name for item in view.objections] == [name]
        other = queries.edition(cast.wang_anji, told.id)
        assert other is not None
        assert other.objections == []
        with pytest.raises(WrongState, match="请先受理"):
            objection_service.answer(cast.li_staff, number, False, "经核实数据一致。", seen_version=1)
        objection_service.take_on(cast.li_staff, number)
    with time_machine.travel(beijing(5)):
        objection_service.answer(cast.li_staff, number, False, "经核实数据一致。", seen_version=2)
    with read() as session:
        notice = session.exec(select(AwardNotice)).one()
    assert (told.row().state, notice.counted_from, notice.ends_on, notice.paused_on) == (
        EditionState.NOTICE,
        date(2024, 7, 5),
        date(2024, 7, 9),
        None,
    )
    with time_machine.travel(beijing(9)), pytest.raises(WrongState, match="公示到 2024-07-09（含当日）"):
        told.step(stages.RELEASE)
    with time_machine.travel(beijing(10)):
        with pytest.raises(WrongState, match="现在不接受异议"):
            objection_service.file(cast.zhou_minzheng, told.id, "公示期满后才提出的异议。", evidence, nonce="late")
        told.step(stages.RELEASE)
    assert told.state_of("A1") is AwardEntryState.WINNER


def test_who_is_not_on_the_list_is_told_while_it_can_be_objected_to(cast: Cast) -> None:
    told = on_notice(cast, date(2024, 6, 28), date(2024, 7, 4))
    with write() as session:
        item = session.get_one(AwardEntry, told.entries["A2"])
        item.organisation_id = cast.zhao_deqing.organisation_id or 0
        item.state, item.grade, item.reason = AwardEntryState.NOT_CHOSEN, "", "县级名额已满"

    def asked() -> list[tuple[str, date | None]]:
        return [(found.what, found.due_on) for found in waiting.waiting(cast.zhao_deqing, clock.now())]

    with time_machine.travel(beijing(2)):
        not_on_it = "“项目2”未入选（县级名额已满）；对名单有异议的可以在公示期内提出"
        assert asked() == [(not_on_it, date(2024, 7, 4))]
        assert waiting.waiting(cast.wang_anji, clock.now()) == []
        evidence = [("证据.txt", "材料".encode())]
        number = objection_service.file(cast.zhao_deqing, told.id, "打分与证据不符，请复核。", evidence, nonce="o")
        assert asked() == [("“项目2”未入选（县级名额已满）；公示因异议暂停，答复后继续", None)]
        view = queries.edition(cast.zhao_deqing, told.id)
        assert view is not None
        assert (view.notices[0].left, view.notices[0].days_left) == (None, 3)
        objection_service.take_on(cast.li_staff, number)
        objection_service.answer(cast.li_staff, number, True, "经核实，确有一处打分有误。", seen_version=2)
        # The list is made anew: nobody reads any more why he was not on the one before.
        (own,) = view.entries if (view := queries.edition(cast.zhao_deqing, told.id)) else ()
        assert (own.state, own.reason) == (AwardEntryState.SHORTLISTED, "异议成立，名单重新合成")
        assert asked() == [("您提出的异议已答复：成立", None)]
        assert waiting.waiting(cast.wang_anji, clock.now()) == []


def test_who_is_not_shortlisted_is_told_why(cast: Cast) -> None:
    told = judged(cast, {"A1": 70, "A2": 90})
    round_service.shortlist(cast.li_staff, told.id, seen_version=told.row().version)
    with write() as session:
        session.get_one(AwardEntry, told.entries["A1"]).organisation_id = cast.wang_anji.organisation_id or 0
    view = queries.edition(cast.wang_anji, told.id)
    assert view is not None
    assert [(row.state, row.reason) for row in view.entries] == [(AwardEntryState.NOT_SHORTLISTED, "入围名额已满")]


def test_a_tie_at_the_line_of_the_shortlist_is_a_blocker_until_a_vote_parts_it(cast: Cast) -> None:
    told = judged(cast, {"A1": 80, "A2": 80})
    tied = "“民生服务”第 1 名 A1 项目1、A2 项目2同分，需要表决"

    def blockers() -> Sequence[str]:
        view = queries.edition(cast.li_staff, told.id)
        assert view is not None
        return view.obstacles[stages.SHORTLIST]

    def vote(first: int, second: int, **more: object) -> None:
        votes = {told.entries["A1"]: first, told.entries["A2"]: second}
        data = {"votes": votes, "present": ["李研", "甲评", "乙评"], "text": "比较成效后无记名表决。"}
        round_service.deliberate(cast.li_staff, told.id, DeliberationIn.model_validate({**data, **more}))

    assert blockers() == [tied]
    assert [item.what for item in waiting.waiting(cast.li_staff, clock.now())] == [tied]
    for (first, second), said in (((0, 0), "没有人得票"), ((4, 0), "多于参加表决的 3 人")):
        with pytest.raises(ValidationError, match=said):
            vote(first, second)
    with pytest.raises(ValidationError, match="写了不止一次"):
        vote(2, 1, present=["李研", "甲评", "李研"])
    with pytest.raises(ValidationError, match="请写明参加人员"):
        vote(2, 1, present=[])
    vote(1, 1)  # somebody abstained: it is written down, and parts nobody
    assert blockers() == [tied]
    vote(1, 2)
    assert blockers() == []
    view = queries.edition(cast.li_staff, told.id)
    assert view is not None
    assert [(line.code, line.placed.grade) for line in view.lines] == [("A2", "入围"), ("A1", "")]
    assert [[count for _, count in item.votes] for item in view.deliberations] == [[1, 2], [1, 1]]


def test_a_late_objection_to_a_list_goes_to_the_supervisor_whom_its_notice_names(cast: Cast) -> None:
    """The mechanism is that of challenges (tests/challenges/test_rounds.py): here that a selection's notice drives it."""
    told = on_notice(cast, date(2024, 6, 28), date(2024, 7, 4))
    with write() as session:
        session.exec(select(AwardNotice)).one().supervisor_id = cast.chen_staff.account_id
    with time_machine.travel(beijing(2)):
        evidence = [("证据.txt", "材料".encode())]
        number = objection_service.file(cast.zhou_minzheng, told.id, "与部门台账不一致，请核实。", evidence, nonce="o")
    with time_machine.travel(beijing(5)):
        assert objection_service.escalate(cast.li_staff) == 0  # due that day
    with time_machine.travel(beijing(6)):
        assert [objection_service.escalate(cast.li_staff) for _ in range(2)] == [1, 0]
        with pytest.raises(Forbidden, match="监督人"):
            objection_service.reassign(cast.li_staff, number, cast.admin.account_id or 0, "逾期未答复", seen_version=2)
        objection_service.reassign(cast.chen_staff, number, cast.admin.account_id or 0, "逾期未答复", seen_version=2)
        view = queries.edition(cast.chen_staff, told.id)
        assert view is not None
        (item,) = view.objections
        assert (item.late, item.supervisor, item.supervises, item.handler, item.name) == (1, "陈审", True, "管理员", "")
        assert item.escalated_at is not None


def test_a_released_award_is_taken_back_by_another_and_its_certificate_is_void(cast: Cast) -> None:
    told = on_notice(cast, date(2024, 6, 28), date(2024, 7, 4))
    told.step(stages.RELEASE)
    number = told.entries["A1"]
    kind = registry.kind("award_certificate")
    assert making.make(cast.li_staff, kind, str(number)).number.startswith("ZP-ZS-")
    with pytest.raises(WrongState, match="名单不再变化"):
        entry_service.veto(cast.li_staff, number, Veto.FALSE_DATA, "事后查实", seen_version=told.version_of("A1"))
    with pytest.raises(NotFound):
        finalise_service.strip(cast.wang_anji, number, "自愿放弃", seen_version=told.version_of("A1"))
    view = queries.entry(cast.chen_staff, number)
    assert view is not None
    assert [step.do for step in view.steps] == [stages.STRIP]
    finalise_service.strip(cast.chen_staff, number, "事后查实数据造假", seen_version=told.version_of("A1"))
    assert told.state_of("A1") is AwardEntryState.REVOKED
    with pytest.raises(NotFound):
        making.make(cast.li_staff, kind, str(number))
    version = told.row().version
    edition_service.move(cast.chen_staff, told.id, stages.REVOKE, "程序有重大瑕疵", seen_version=version)
    assert told.row().state is EditionState.REVOKED
    with pytest.raises(WrongState):
        finalise_service.confirm(
            cast.chen_staff,
            told.id,
            1,
            NoticeIn(starts_on=clock.today(), contact="0571-00", supervisor_id=1),
            seen_version=version + 1,
        )


def test_the_way_of_an_edition_has_only_the_stages_that_it_goes_through() -> None:
    def shown(state: EditionState, **how: bool) -> list[str]:
        return [f"[{name}]" if here else name for name, here in stages.way(state, **how)]

    short = shown(EditionState.PAUSED, with_final=False, with_vote=False)
    assert short == ["申报", "市级推荐", "形式审查", "初评", "入围", "合成", "审定", "[公示]", "发布"]
    whole = shown(EditionState.VOTING, with_final=True, with_vote=True)
    assert whole[4:8] == ["入围", "终评", "[公众投票]", "合成"]


@pytest.mark.parametrize(
    ("with_final", "with_vote", "ways"),
    [
        (True, False, {S.SHORTLISTED: [stages.FINAL], S.FINAL: [stages.COMBINE]}),
        (False, False, {S.SHORTLISTED: [stages.COMBINE]}),
        (False, True, {S.SHORTLISTED: [stages.OPEN_VOTE], S.VOTING: [stages.COMBINE]}),
        (True, True, {S.SHORTLISTED: [stages.FINAL], S.FINAL: [stages.OPEN_VOTE], S.VOTING: [stages.COMBINE]}),
    ],
)
def test_steps_that_are_not_on_an_editions_way_are_not_on_its_page(
    with_final: bool, with_vote: bool, ways: dict[S, list[str]]
) -> None:
    onward = (stages.FINAL, stages.OPEN_VOTE, stages.COMBINE)
    for state, expected in ways.items():
        steps = stages.on_way(state, with_final=with_final, with_vote=with_vote)
        assert [step.do for step in steps if step.do in onward] == expected
    back = stages.on_way(S.COMBINING, with_final=with_final, with_vote=with_vote)
    assert (stages.BACK_TO_FINAL in [step.do for step in back]) is with_final
