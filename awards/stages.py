"""The paths of an edition and of an entry, as data."""

from __future__ import annotations

from accounts.permissions import Permission
from core.words import AwardEntryState as E
from core.words import EditionState as S
from core.workflow import Step, Workflow

CALL, CLOSE_CALL, CLOSE_CITIES = "开始申报", "截止申报", "截止推荐"
JUDGE, SHORTLIST, BACK_TO_FIRST = "开始初评", "确定入围", "退回初评"
FINAL, OPEN_VOTE, COMBINE, BACK_TO_FINAL = "开始终评", "开始公众投票", "进入合成", "退回终评"
DECIDE, RECOMBINE, PUT_UP = "提交审定", "退回合成", "审定公示"
PAUSE, RESUME, REJUDGE, RELEASE, REVOKE = "暂停公示", "恢复公示", "退回合成（异议成立）", "发布", "撤销"

_RUN = Permission.EDITION_RUN

EDITION = Workflow(
    name="年度遴选",
    initial=S.PREPARING,
    labels={state: state.label for state in S},
    steps=(
        Step(
            CALL,
            (S.PREPARING,),
            S.APPLYING,
            _RUN,
            warns="开始后赛道、名额、权重、评分标准和一票否决事项就此冻结并留下校验码，不能再改。",
        ),
        Step(CLOSE_CALL, (S.APPLYING,), S.RECOMMENDING, _RUN),
        Step(CLOSE_CITIES, (S.RECOMMENDING,), S.CHECKING, _RUN),
        Step(JUDGE, (S.CHECKING,), S.FIRST, _RUN),
        Step(SHORTLIST, (S.FIRST,), S.SHORTLISTED, _RUN),
        Step(FINAL, (S.SHORTLISTED,), S.FINAL, _RUN),
        Step(OPEN_VOTE, (S.SHORTLISTED, S.FINAL), S.VOTING, _RUN),
        Step(COMBINE, (S.SHORTLISTED, S.FINAL, S.VOTING), S.COMBINING, _RUN),
        Step(BACK_TO_FIRST, (S.SHORTLISTED,), S.FIRST, _RUN, needs_reason=True),
        Step(DECIDE, (S.COMBINING,), S.DECIDING, _RUN),
        Step(BACK_TO_FINAL, (S.COMBINING,), S.FINAL, _RUN, needs_reason=True),
        Step(RECOMBINE, (S.DECIDING,), S.COMBINING, _RUN, needs_reason=True),
        # Taken with the second signature.
        Step(PUT_UP, (S.DECIDING,), S.NOTICE, Permission.EDITION_SIGN),
        Step(PAUSE, (S.NOTICE,), S.PAUSED, Permission.OBJECTION_FILE),
        Step(RESUME, (S.PAUSED,), S.NOTICE, Permission.OBJECTION_ANSWER),
        Step(REJUDGE, (S.PAUSED,), S.COMBINING, Permission.OBJECTION_ANSWER),
        Step(RELEASE, (S.NOTICE,), S.RELEASED, _RUN, warns="发布后所有人（包括未登录的公众）都能看到入选名单。"),
        Step(
            REVOKE,
            (S.RELEASED,),
            S.REVOKED,
            Permission.EDITION_SIGN,
            needs_reason=True,
            warns="撤销后名单不再对外展示，证书作废，不能恢复。",
        ),
    ),
    terminal=frozenset({S.REVOKED}),
)

SUBMIT, TAKE_BACK, RECOMMEND, PASS_OVER, UNRECOMMEND = "提交", "撤回修改", "推荐", "不推荐", "撤回推荐"
QUALIFY, DISQUALIFY, RECONSIDER = "审查通过", "审查不通过", "重新审查"
ENTER, CHOOSE, DROP, UNDO = "送评审", "列入入围", "不入围", "恢复评审"
PROPOSE, LOSE, RETURN, WIN = "列为拟入选", "不入选", "重新合成", "确认入选"
LEAVE, VETO, STRIP = "退出参评", "一票否决", "撤销入选"

_APPLY, _CITY, _CHECK = Permission.AWARD_APPLY, Permission.AWARD_RECOMMEND, Permission.AWARD_CHECK
_IN = (
    E.SUBMITTED, E.RECOMMENDED, E.QUALIFIED, E.JUDGING, E.SHORTLISTED, E.NOT_SHORTLISTED, E.PROPOSED, E.NOT_CHOSEN,
)  # fmt: skip

ENTRY = Workflow(
    name="参评项目",
    initial=E.DRAFT,
    labels={state: state.label for state in E},
    steps=(
        Step(SUBMIT, (E.DRAFT,), E.SUBMITTED, _APPLY),
        Step(TAKE_BACK, (E.SUBMITTED,), E.DRAFT, _APPLY),
        Step(RECOMMEND, (E.SUBMITTED,), E.RECOMMENDED, _CITY),
        Step(PASS_OVER, (E.SUBMITTED,), E.PASSED_OVER, _CITY, needs_reason=True),
        Step(UNRECOMMEND, (E.RECOMMENDED, E.PASSED_OVER), E.SUBMITTED, _CITY),
        Step(QUALIFY, (E.RECOMMENDED,), E.QUALIFIED, _CHECK),
        Step(DISQUALIFY, (E.RECOMMENDED,), E.UNQUALIFIED, _CHECK, needs_reason=True),
        Step(RECONSIDER, (E.QUALIFIED, E.UNQUALIFIED), E.RECOMMENDED, _CHECK, needs_reason=True),
        Step(ENTER, (E.QUALIFIED,), E.JUDGING, _RUN),
        Step(CHOOSE, (E.JUDGING,), E.SHORTLISTED, _RUN),
        Step(DROP, (E.JUDGING,), E.NOT_SHORTLISTED, _RUN),
        Step(UNDO, (E.SHORTLISTED, E.NOT_SHORTLISTED), E.JUDGING, _RUN),
        Step(PROPOSE, (E.SHORTLISTED,), E.PROPOSED, _RUN),
        Step(LOSE, (E.SHORTLISTED,), E.NOT_CHOSEN, _RUN),
        Step(RETURN, (E.PROPOSED, E.NOT_CHOSEN), E.SHORTLISTED, Permission.OBJECTION_ANSWER),
        Step(WIN, (E.PROPOSED,), E.WINNER, _RUN),
        Step(LEAVE, _IN, E.WITHDRAWN, _APPLY, needs_reason=True, warns="退出后不能恢复，已有的评分仍留存。"),
        Step(VETO, _IN, E.VETOED, Permission.AWARD_VETO, needs_reason=True, warns="一票否决后不能恢复，理由会印在结果里。"),
        Step(STRIP, (E.WINNER,), E.REVOKED, Permission.EDITION_SIGN, needs_reason=True, warns="撤销后证书作废，不能恢复。"),
    ),
    terminal=frozenset({E.WITHDRAWN, E.VETOED, E.REVOKED}),
)  # fmt: skip

# Steps of an edition that are plain buttons; the others come with what they need.
BUTTONS = frozenset({CALL, CLOSE_CALL, CLOSE_CITIES, JUDGE, SHORTLIST, BACK_TO_FIRST, FINAL, OPEN_VOTE, COMBINE,
                     BACK_TO_FINAL, DECIDE, RECOMBINE, RELEASE, REVOKE})  # fmt: skip

# States in which everybody signed in sees an edition at all, and in which the list stands before everybody.
CALLED = frozenset(S) - {S.PREPARING}
ON_NOTICE = frozenset({S.NOTICE, S.PAUSED, S.RELEASED})
# States of entries whose scores are combined.
IN_FINAL = frozenset({E.SHORTLISTED, E.PROPOSED, E.NOT_CHOSEN, E.WINNER})
# States in which an entry can still be thrown out, and evidence that was corrected has to be decided about.
IN = frozenset(_IN)

_WAY = (
    ("申报", S.APPLYING), ("市级推荐", S.RECOMMENDING), ("形式审查", S.CHECKING), ("初评", S.FIRST),
    ("入围", S.SHORTLISTED), ("终评", S.FINAL), ("公众投票", S.VOTING), ("合成", S.COMBINING), ("审定", S.DECIDING),
    ("公示", S.NOTICE), ("发布", S.RELEASED),
)  # fmt: skip


def way(state: S, *, with_final: bool, with_vote: bool) -> list[tuple[str, bool]]:
    """The way from the call to the release that an edition goes, each with whether it stands there."""
    left_out = {stage for stage, held in ((S.FINAL, with_final), (S.VOTING, with_vote)) if not held}
    here = S.NOTICE if state is S.PAUSED else state
    return [(name, at is here) for name, at in _WAY if at not in left_out]


def on_way(state: S, *, with_final: bool, with_vote: bool) -> list[Step]:
    """The steps of an edition from a state, without those that are not on its way: nobody has to read why they cannot be
    taken."""
    before_vote = S.FINAL if with_final else S.SHORTLISTED
    needs = {
        FINAL: with_final,
        BACK_TO_FINAL: with_final,
        OPEN_VOTE: with_vote and state is before_vote,
        COMBINE: state is (S.VOTING if with_vote else before_vote),
    }
    return [step for step in EDITION.steps_from(state) if needs.get(step.do, True)]


NEXT = {
    S.PREPARING: "定好赛道、名额、权重、时间和评分标准，然后开始申报；开始时全部冻结。",
    S.APPLYING: "县级团队从试点申报；截止时刻起不再受理。",
    S.RECOMMENDING: "各设区市在名额内推荐，到推荐截止时刻为止。",
    S.CHECKING: "逐项形式审查并写明理由；全部审完后开始初评。",
    S.FIRST: "各赛道评审组在“评审”中评分；全部定稿后确定入围。",
    S.SHORTLISTED: "核对入围名单；设终评的开始终评，不设的直接进入合成。",
    S.FINAL: "按出场次序路演，评审组评分；全部定稿后进入下一步。",
    S.VOTING: "公众投票进行中；时间到后核对异常票，再进入合成。",
    S.COMBINING: "核对合成得分；名额线上同分的提交表决，然后提交审定。",
    S.DECIDING: "逐条消除障碍，一人提请、另一人复核签署，随即公示。",
    S.NOTICE: "公示期内接受实名书面异议；期满且没有未答复的异议时发布。",
    S.PAUSED: "收到异议，公示暂停；由未参与审定的人员在期限内答复。",
    S.RELEASED: "已发布。可以打印证书和反馈信，一年后回看入选项目。",
    S.REVOKED: "已撤销，流程结束。",
}
