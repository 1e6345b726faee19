"""The appraisal before approval: reviewers, checklist, duplicates, decision."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

import accounts.service
from accounts.permissions import Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import Criterion, Decision, FindingVerdict, LikenessVerdict, ScenarioState
from scenarios import appraisal_queries, appraisal_service, appraising, history, queries, service
from scenarios.appraisal_queries import MINE, TO_ASSIGN, TO_DECIDE
from scenarios.appraisal_schemas import DecisionIn, FindingIn, JudgementIn
from scenarios.appraising import Finding, Reviewer, Similar
from tests.scenarios.conftest import (
    appraisal,
    decide,
    detail,
    move,
    review,
    scenario_in,
    sheet_in,
)
from tests.support import Cast, count_queries

PDF = ("调研报告.pdf", b"%PDF-1.7 x")


@pytest.fixture
def submitted(cast: Cast, draft: int) -> int:
    """王安吉's scenario, waiting for its appraisal."""
    move(cast.wang_anji, draft, "提交论证")
    return draft


def assign(cast: Cast, scenario_id: int, *who: Actor) -> None:
    for actor in who:
        appraisal_service.assign(cast.li_staff, scenario_id, actor.account_id or 0)


def finding(criterion: Criterion, **changes: Any) -> FindingIn:
    values: dict[str, Any] = {"verdict": FindingVerdict.MET, "finding": "情况属实", "evidence": "报告"}
    return FindingIn(criterion=criterion, **{**values, **changes})


def copied(cast: Cast, need: int, nonce: str = "copy", **changes: Any) -> int:
    """A scenario of 德清 that says what 安吉's says, submitted."""
    zhao = cast.zhao_deqing
    values = {"region_code": "330521", "name": "危房智慧巡查", "needs": [need], "data": [], **changes}
    number = service.register_scenario(cast.li_staff, scenario_in(zhao, **values), nonce=nonce)
    move(cast.li_staff, number, "提交论证")
    return number


# -- rules ----------------------------------------------------------------------------------


def complete(criterion: Criterion) -> Finding:
    return Finding(criterion, FindingVerdict.MET, "情况属实", "报告")


def test_nothing_stands_in_the_way_of_a_complete_appraisal() -> None:
    half, rest = list(Criterion)[:4], list(Criterion)[4:]
    reviewers = [Reviewer("甲", True, list(map(complete, half))), Reviewer("乙", True, list(map(complete, rest)))]
    similar = [Similar("丙", 3000, LikenessVerdict.PASS), Similar("丁", 2499, None)]
    assert appraising.blockers(reviewers, similar, 2500) == []


def test_everything_that_is_missing_is_named() -> None:
    reviewers = [
        Reviewer("甲", True, [complete(criterion) for criterion in Criterion if criterion is not Criterion.EXIT]),
        Reviewer("乙", False, [complete(Criterion.EXIT)]),  # begun, not handed in
    ]
    assert appraising.blockers(reviewers, [Similar("民呼我为", 4191, None)], 2500) == [
        "乙 还没有提交论证意见",
        "论证清单还缺：退出方案",
        "相似场景还没有判断：民呼我为（相似度 42%）",
    ]
    assert appraising.blockers([], None, 2500)[::2] == ["还没有指派论证人", "还没有查重"]


@pytest.mark.parametrize(
    ("changes", "gap"),
    [
        ({}, ""),
        ({"verdict": None}, "未选择论证结果"),
        ({"finding": " 好 "}, "论证意见不足 4 个字"),
        ({"evidence": " "}, "“符合”须写明依据或上传材料"),
        ({"evidence": "", "files": 1}, ""),
        ({"evidence": "", "verdict": FindingVerdict.PARTLY}, "“部分符合”须写明依据或上传材料"),
        ({"evidence": "", "verdict": FindingVerdict.UNMET}, ""),
        ({"evidence": "", "verdict": FindingVerdict.NOT_APPLICABLE}, ""),
    ],
)
def test_a_finding_is_complete_with_its_words_and_evidence(changes: dict[str, Any], gap: str) -> None:
    values = {"verdict": FindingVerdict.MET, "finding": "情况属实", "evidence": "报告", **changes}
    assert Finding(Criterion.LEGAL, **values).gap == gap


def test_every_point_has_its_question() -> None:
    assert list(appraising.QUESTIONS) == list(Criterion)


# -- who reviews ------------------------------------------------------------------------------


def test_the_path_of_an_appraisal(database: str, cast: Cast, submitted: int) -> None:
    li, zhou = cast.li_staff, cast.zhou_minzheng
    assert [row.mine for row in appraisal_queries.waiting(li)] == [TO_ASSIGN]
    assert queries.scenario(zhou, submitted) is None
    assign(cast, submitted, zhou, cast.chen_staff)
    assert queries.scenario(zhou, submitted) is not None  # who is asked may read
    assert [row.mine for row in appraisal_queries.waiting(zhou)] == [MINE]
    half, rest = list(Criterion)[:5], list(Criterion)[5:]
    appraisal_service.save_sheet(zhou, submitted, sheet_in(findings=[finding(c) for c in half]), submit=True)
    assert [row.mine for row in appraisal_queries.waiting(zhou)] == ["我已提交"]
    assert appraisal(li, submitted).blockers == [
        "陈审 还没有提交论证意见",
        "论证清单还缺：法律依据、老年人可用性、退出方案",
    ]
    with pytest.raises(WrongState, match="论证清单还缺：法律依据"):
        decide(li, submitted, Decision.PASS, "同意立项")
    appraisal_service.save_sheet(cast.chen_staff, submitted, sheet_in(findings=[finding(c) for c in rest]), submit=True)
    (row,) = appraisal_queries.waiting(li)
    assert (row.mine, row.reviewers, row.handed_in, row.similar) == (TO_DECIDE, 2, 2, 0)
    decide(li, submitted, Decision.PASS, "同意立项")
    assert detail(li, submitted).row.state is ScenarioState.APPROVED
    assert appraisal_queries.waiting(li) == []
    newest = history.history(cast.wang_anji, submitted)[0]
    assert (newest.who, newest.what, newest.lines, newest.reason) == (
        *("李研", "变更场景状态：论证通过"),
        ("待论证 → 已立项",),
        "同意立项",
    )


def test_nobody_reviews_his_own(cast: Cast, need: int) -> None:
    civil = cast.zhou_minzheng.organisation_id or 0
    number = service.register_scenario(
        cast.li_staff,
        scenario_in(cast.li_staff, [need], partners=[{"organisation_id": civil, "role": "data"}]),
        nonce="n",
    )
    move(cast.li_staff, number, "提交论证")

    def ask(account_id: int | None) -> None:
        appraisal_service.assign(cast.chen_staff, number, account_id or 0)

    with pytest.raises(Forbidden, match="登记、修改或提交"):
        ask(cast.li_staff.account_id)
    with pytest.raises(Forbidden, match="所在单位"):
        ask(cast.zhou_minzheng.account_id)
    for other in (cast.wang_anji, cast.qian_bidder, cast.sun_judge):
        with pytest.raises(NotFound, match="可以指派"):
            ask(other.account_id)
    assert {c.name for c in appraisal_queries.candidates(cast.chen_staff, number)} == {"管理员", "陈审"}
    accounts.service.set_active(cast.admin, 6, False, seen_version=1)
    with pytest.raises(NotFound, match="可以指派"):
        ask(cast.zhou_minzheng.account_id)


def test_who_changed_it_is_an_author_too(cast: Cast, need: int, draft: int) -> None:
    chen = cast.chen_staff
    service.edit_scenario(chen, draft, scenario_in(cast.wang_anji, [need], data=[]), seen_version=1)
    move(cast.wang_anji, draft, "提交论证")
    with pytest.raises(Forbidden, match="修改或提交过"):
        appraisal_service.assign(chen, draft, cast.li_staff.account_id or 0)
    assert "陈审" not in {c.name for c in appraisal_queries.candidates(cast.li_staff, draft)}


def test_outsiders_take_no_part(cast: Cast, submitted: int) -> None:
    assign(cast, submitted, cast.zhou_minzheng)
    attempts = [
        lambda who: appraisal_service.save_sheet(who, submitted, sheet_in(), submit=True),
        lambda who: appraisal_service.add_evidence(who, submitted, Criterion.NEED, [PDF]),
        lambda who: appraisal_service.assign(who, submitted, who.account_id),
        lambda who: appraisal_service.release(who, submitted, cast.zhou_minzheng.account_id or 0, "理由充分"),
        lambda who: appraisal_service.check_again(who, submitted),
        lambda who: decide(who, submitted, Decision.PASS, "同意立项"),
    ]
    for attempt in attempts:
        for owner in (cast.wang_anji,):
            with pytest.raises(Forbidden):
                attempt(owner)
        for outsider in (cast.zhao_deqing, cast.qian_bidder, cast.sun_judge):
            with pytest.raises((NotFound, IndexError)):  # no round to decide on is shown to them
                attempt(outsider)
    with pytest.raises(Forbidden, match="不是这个场景的论证人"):
        appraisal_service.save_sheet(cast.chen_staff, submitted, sheet_in())


def test_a_reviewer_is_released_with_what_he_began(database: str, cast: Cast, submitted: int) -> None:
    li, zhou = cast.li_staff, cast.zhou_minzheng
    assign(cast, submitted, zhou)
    appraisal_service.add_evidence(zhou, submitted, Criterion.NEED, [PDF])
    number = zhou.account_id or 0
    with pytest.raises(Invalid, match="理由"):
        appraisal_service.release(li, submitted, number, " ")
    appraisal_service.release(li, submitted, number, "出差不能参加")
    assert appraisal(li, submitted).reviewers == []
    assert queries.scenario(zhou, submitted) is None
    assign(cast, submitted, zhou)
    appraisal_service.save_sheet(zhou, submitted, sheet_in(), submit=True)
    with pytest.raises(WrongState, match="已经提交意见"):
        appraisal_service.release(li, submitted, number, "不同意他的意见")


# -- sheets -------------------------------------------------------------------------------------


def test_a_sheet_is_kept_and_handed_in_when_complete(cast: Cast, submitted: int) -> None:
    zhou = cast.zhou_minzheng
    assign(cast, submitted, zhou)
    begun = sheet_in(findings=[finding(Criterion.NEED, evidence=""), FindingIn(criterion=Criterion.LEGAL)], advice=None)
    appraisal_service.save_sheet(zhou, submitted, begun)
    sheet = appraisal(zhou, submitted).sheet_of(zhou.account_id)
    assert sheet is not None
    assert list(sheet.findings) == [Criterion.NEED]  # a point left blank is none
    version = sheet.findings[Criterion.NEED].version
    again = sheet_in(findings=[finding(Criterion.NEED, evidence="", seen=version)], advice=None)
    with pytest.raises(Invalid) as refused:
        appraisal_service.save_sheet(zhou, submitted, again, submit=True)
    assert refused.value.problems == ["需求依据：“符合”须写明依据或上传材料", "请选择建议"]
    appraisal_service.add_evidence(zhou, submitted, Criterion.NEED, [PDF])
    right = again.model_copy(update={"advice": Decision.BACK})
    appraisal_service.save_sheet(zhou, submitted, right, submit=True)
    with pytest.raises(WrongState, match="已提交"):
        appraisal_service.save_sheet(zhou, submitted, right)


def test_a_sheet_from_an_old_page_is_refused(cast: Cast, submitted: int) -> None:
    zhou = cast.zhou_minzheng
    assign(cast, submitted, zhou)
    appraisal_service.save_sheet(zhou, submitted, sheet_in())
    with pytest.raises(Conflict):
        appraisal_service.save_sheet(zhou, submitted, sheet_in())


def test_an_empty_sheet_is_not_handed_in(cast: Cast, submitted: int) -> None:
    assign(cast, submitted, cast.zhou_minzheng)
    with pytest.raises(Invalid, match="还没有填写"):
        appraisal_service.save_sheet(cast.zhou_minzheng, submitted, sheet_in(findings=[]), submit=True)


def test_evidence_is_read_by_whom_the_findings_are(database: str, cast: Cast, submitted: int) -> None:
    zhou, wang = cast.zhou_minzheng, cast.wang_anji
    assign(cast, submitted, zhou)
    appraisal_service.add_evidence(zhou, submitted, Criterion.USERS, [PDF])
    with pytest.raises(Invalid, match="类型"):
        appraisal_service.add_evidence(zhou, submitted, Criterion.USERS, [("程序.exe", b"MZ")])
    sheet = appraisal(zhou, submitted).sheet_of(zhou.account_id)
    assert sheet is not None
    (file,) = sheet.findings[Criterion.USERS].files
    assert (file.name, file.label) == ("调研报告.pdf", "真实用户意见")
    assert appraisal_queries.evidence(cast.li_staff, file.id) == PDF[1]
    for hidden in (wang, cast.zhao_deqing, cast.sun_judge):
        with pytest.raises(NotFound):
            appraisal_queries.evidence(hidden, file.id)
    with pytest.raises(Forbidden):
        appraisal_service.remove_evidence(cast.li_staff, submitted, file.id, "看错了")
    review(cast.li_staff, cast.chen_staff, submitted)
    seen = {criterion: view.version for criterion, view in sheet.findings.items()}
    findings = [finding(c, seen=seen.get(c, 0)) for c in Criterion]
    appraisal_service.save_sheet(zhou, submitted, sheet_in(findings=findings), submit=True)
    decide(cast.li_staff, submitted, Decision.BACK, "请补充运行经费")
    assert appraisal_queries.evidence(wang, file.id) == PDF[1]  # the owner reads it with the decision
    with pytest.raises(NotFound):
        appraisal_queries.evidence(cast.zhao_deqing, file.id)


def test_one_takes_away_only_ones_own_files(cast: Cast, submitted: int) -> None:
    zhou, chen = cast.zhou_minzheng, cast.chen_staff
    assign(cast, submitted, zhou, chen)
    appraisal_service.add_evidence(zhou, submitted, Criterion.USERS, [PDF])
    sheet = appraisal(zhou, submitted).sheet_of(zhou.account_id)
    assert sheet is not None
    file = sheet.findings[Criterion.USERS].files[0].id
    with pytest.raises(NotFound, match="不是您上传"):
        appraisal_service.remove_evidence(chen, submitted, file, "看错了")
    with pytest.raises(Invalid, match="理由"):
        appraisal_service.remove_evidence(zhou, submitted, file, "")
    appraisal_service.remove_evidence(zhou, submitted, file, "传错文件")
    with pytest.raises(NotFound):
        appraisal_queries.evidence(zhou, file)


# -- who reads ------------------------------------------------------------------------------------


def test_the_owner_reads_the_findings_after_the_decision(cast: Cast, submitted: int) -> None:
    wang, zhao = cast.wang_anji, cast.zhao_deqing
    review(cast.li_staff, cast.zhou_minzheng, submitted)
    before = appraisal(wang, submitted)
    assert (before.opened, before.reviewers, before.matches) == (False, [], [])
    decide(cast.li_staff, submitted, Decision.REDUCE, "与既有平台重复的不建", "只建设巡查派单部分")
    after = appraisal(wang, submitted)
    assert (after.decision, after.scope, len(after.reviewers)) == (Decision.REDUCE, "只建设巡查派单部分", 1)
    others = appraisal(zhao, submitted)  # approved, so there to learn from
    assert (others.reason, others.scope, others.opened, others.reviewers) == (
        *("与既有平台重复的不建", "只建设巡查派单部分", False),
        [],
    )
    assert appraisal_queries.rounds(cast.sun_judge, submitted) == []


# -- duplicates ------------------------------------------------------------------------------------


def test_what_is_alike_must_be_judged_before_the_decision(database: str, cast: Cast, need: int, submitted: int) -> None:
    li = cast.chen_staff
    number = copied(cast, need)
    (match,) = appraisal(li, number).matches
    assert match.scenario_id == submitted
    assert match.score > 5000
    assert "以物联感知代替人工登记" in match.shared_words
    assert match.judgement is None
    appraisal_service.assign(li, number, li.account_id or 0)
    appraisal_service.save_sheet(li, number, sheet_in(), submit=True)
    (row,) = [row for row in appraisal_queries.waiting(li) if row.scenario_id == number]
    assert (row.similar, row.unjudged) == (1, 1)
    with pytest.raises(WrongState, match=r"危房智能巡查（相似度 \d+%）"):
        decide(li, number, Decision.PASS, "同意立项")
    judged = JudgementIn(judgement=LikenessVerdict.REFUSE, note="与安吉县的场景完全相同")
    appraisal_service.judge_match(li, number, match.id, judged, seen_version=match.version)
    with pytest.raises(Conflict):
        appraisal_service.judge_match(li, number, match.id, judged, seen_version=match.version)
    kept = appraisal(li, number).matches[0]
    assert (kept.judgement, kept.note, kept.judged_by) == (LikenessVerdict.REFUSE, "与安吉县的场景完全相同", "陈审")
    decide(li, number, Decision.PASS, "地形不同，仍同意立项")  # a likeness, and even a judgement, refuses nothing
    assert detail(li, number).row.state is ScenarioState.APPROVED


def test_a_draft_is_compared_when_it_is_submitted(cast: Cast, need: int, draft: int) -> None:
    number = copied(cast, need)
    assert appraisal(cast.li_staff, number).matches == []  # 安吉's is a draft, nobody's to show
    move(cast.wang_anji, draft, "提交论证")
    assert [match.scenario_id for match in appraisal(cast.li_staff, draft).matches] == [number]


def test_a_judgement_outlives_another_check(cast: Cast, need: int, submitted: int) -> None:
    li = cast.chen_staff
    number = copied(cast, need)
    (match,) = appraisal(li, number).matches
    judged = JudgementIn(judgement=LikenessVerdict.PASS, note="对象不同")
    appraisal_service.judge_match(li, number, match.id, judged, seen_version=match.version)
    third = copied(cast, need, "third", name="危房巡查通")
    assert appraisal_service.check_again(li, number) == 2
    found = {match.scenario_id: match.judgement for match in appraisal(li, number).matches}
    assert found == {submitted: LikenessVerdict.PASS, third: None}


def test_a_department_judges_what_it_may_see(cast: Cast, need: int, submitted: int) -> None:
    zhou, number = cast.zhou_minzheng, copied(cast, need)
    appraisal_service.assign(cast.chen_staff, number, zhou.account_id or 0)
    (match,) = appraisal(cast.chen_staff, number).matches
    assert appraisal(zhou, number).matches == []  # another county's scenario in its appraisal
    judged = JudgementIn(judgement=LikenessVerdict.PASS, note="对象不同")
    with pytest.raises(NotFound):
        appraisal_service.judge_match(zhou, number, match.id, judged, seen_version=match.version)
    assign(cast, submitted, zhou)
    assert [m.scenario_id for m in appraisal(zhou, number).matches] == [submitted]
    appraisal_service.judge_match(zhou, number, match.id, judged, seen_version=match.version)


def test_a_scenario_sent_back_has_another_round(database: str, cast: Cast, need: int, submitted: int) -> None:
    wang = cast.wang_anji
    move(cast.li_staff, submitted, "退回修改", "请补充法律依据")
    service.edit_scenario(
        wang, submitted, scenario_in(wang, [need], data=[]), seen_version=detail(wang, submitted).version
    )
    move(wang, submitted, "提交论证")
    found = appraisal_queries.rounds(cast.li_staff, submitted)
    assert [(view.round, view.decision) for view in found] == [(2, None), (1, Decision.BACK)]
    assert (found[0].reviewers, len(found[1].reviewers)) == ([], 1)


# -- entry ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"decision": Decision.REDUCE, "reason": "部分重复"}, "核减后保留"),
        ({"decision": Decision.PASS, "reason": "同意立项", "scope": "只做一半的内容"}, "只有核减"),
    ],
)
def test_a_reduction_says_what_remains(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        DecisionIn(**values)


def test_an_appraisal_decided_meanwhile_is_not_decided_again(cast: Cast, submitted: int) -> None:
    seen = appraisal(cast.li_staff, submitted).version
    move(cast.li_staff, submitted, "论证通过")
    data = DecisionIn(decision=Decision.REFUSE, reason="重复建设")
    with pytest.raises(WrongState, match="已立项"):
        appraisal_service.decide(cast.chen_staff, submitted, data, seen_version=seen)


def test_a_decision_is_not_a_button_of_the_dossier(cast: Cast, submitted: int) -> None:
    with pytest.raises(WrongState, match="论证情况"):
        service.move(
            cast.li_staff, submitted, "论证通过", "同意", seen_version=detail(cast.li_staff, submitted).version
        )
    assert queries.steps(cast.li_staff, detail(cast.li_staff, submitted)) == []


def test_a_list_asks_as_much_for_three_as_for_one(cast: Cast, need: int, submitted: int) -> None:
    def counted() -> tuple[int, int]:
        with count_queries() as first:
            appraisal_queries.waiting(cast.li_staff)
        with count_queries() as second:
            appraisal_queries.rounds(cast.li_staff, submitted)
        return len(first), len(second)

    assign(cast, submitted, cast.zhou_minzheng)
    appraisal_service.save_sheet(cast.zhou_minzheng, submitted, sheet_in())
    once = counted()
    for number in range(2):
        copied(cast, need, f"n{number}", name=f"危房巡查{number}号")
    assign(cast, submitted, cast.chen_staff, cast.admin)
    appraisal_service.save_sheet(cast.chen_staff, submitted, sheet_in())
    assert counted() == once
