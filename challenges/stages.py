"""The paths of challenges, bids and milestones, as data."""

from __future__ import annotations

from accounts.permissions import Permission
from core.words import BidMilestoneState as M
from core.words import BidState as B
from core.words import ChallengeState as C
from core.workflow import Step, Workflow

ARGUE, REVISE, REFUSE, APPROVE, PUBLISH = "提交论证", "退回修改", "论证不通过", "论证通过", "发榜"
CLOSE, JUDGE, AWARD, FAIL = "截止揭榜", "进入评审", "定榜公示", "流标"
PAUSE, RESUME, REJUDGE, END_NOTICE = "暂停公示", "恢复公示", "退回评审", "公示结束"
START, ACCEPT, CONFIRM, PAY_OUT = "开始实施", "进入验收", "验收完成", "兑现"
WITHDRAW, STOP = "撤榜", "终止"

_RUN = Permission.CHALLENGE_RUN
_OPEN = (
    C.DRAFT, C.ARGUING, C.READY, C.OPEN, C.CHECKING, C.REVIEWING, C.NOTICE, C.PAUSED, C.SIGNING,
)  # fmt: skip

CHALLENGE = Workflow(
    name="榜单",
    initial=C.DRAFT,
    labels={state: state.label for state in C},
    steps=(
        Step(ARGUE, (C.DRAFT,), C.ARGUING, _RUN),
        Step(REVISE, (C.ARGUING,), C.DRAFT, Permission.CHALLENGE_CONCLUDE, needs_reason=True),
        Step(REFUSE, (C.ARGUING,), C.REJECTED, Permission.CHALLENGE_CONCLUDE, needs_reason=True),
        Step(APPROVE, (C.ARGUING,), C.READY, Permission.CHALLENGE_CONCLUDE, needs_reason=True),
        Step(PUBLISH, (C.READY,), C.OPEN, _RUN, warns="发榜后内容不能再改，所有登录用户都能看到。"),
        Step(CLOSE, (C.OPEN,), C.CHECKING, _RUN),
        Step(JUDGE, (C.CHECKING,), C.REVIEWING, _RUN),
        Step(AWARD, (C.REVIEWING,), C.NOTICE, Permission.CHALLENGE_AWARD),
        Step(PAUSE, (C.NOTICE,), C.PAUSED, Permission.OBJECTION_FILE),
        Step(RESUME, (C.PAUSED,), C.NOTICE, Permission.OBJECTION_ANSWER, needs_reason=True),
        Step(REJUDGE, (C.PAUSED,), C.REVIEWING, Permission.OBJECTION_ANSWER, needs_reason=True),
        Step(END_NOTICE, (C.NOTICE,), C.SIGNING, _RUN),
        Step(
            FAIL,
            (C.CHECKING, C.REVIEWING, C.SIGNING),
            C.FAILED,
            _RUN,
            needs_reason=True,
            warns="流标后不能恢复，全部申请视为未中榜。",
        ),
        Step(START, (C.SIGNING,), C.RUNNING, _RUN),
        Step(ACCEPT, (C.RUNNING,), C.ACCEPTING, _RUN),
        Step(CONFIRM, (C.ACCEPTING,), C.ACCEPTED, _RUN),
        Step(PAY_OUT, (C.ACCEPTED,), C.PAID, _RUN),
        Step(WITHDRAW, _OPEN, C.WITHDRAWN, _RUN, needs_reason=True, warns="撤榜后不能恢复。"),
        Step(
            STOP,
            (C.RUNNING, C.ACCEPTING),
            C.TERMINATED,
            Permission.CHALLENGE_CONCLUDE,
            needs_reason=True,
            warns="终止后不能恢复；未通过的里程碑不再支付。须先对每家未完成的单位作出容错认定。",
        ),
    ),
    terminal=frozenset({C.REJECTED, C.FAILED, C.PAID, C.WITHDRAWN, C.TERMINATED}),
)

SUBMIT, TAKE_BACK, QUALIFY, DISQUALIFY = "提交", "撤回", "资格合格", "资格不合格"
ENTER, LOSE, PROPOSE, RETURN = "送评审", "落选", "列为拟中榜", "重新评审"
WIN, SIGN, BEGIN, GIVE_UP = "中榜", "签约", "开始研发", "放弃或取消资格"
PASS, NOT_PASS, ELIMINATE = "验收通过", "验收不通过", "赛马淘汰"

_BID, _CHECK = Permission.BID_WRITE, Permission.BID_CHECK

BID = Workflow(
    name="揭榜申请",
    initial=B.DRAFT,
    labels={state: state.label for state in B},
    steps=(
        Step(SUBMIT, (B.DRAFT,), B.SUBMITTED, _BID),
        Step(TAKE_BACK, (B.SUBMITTED,), B.DRAFT, _BID),
        Step(QUALIFY, (B.SUBMITTED,), B.ELIGIBLE, _CHECK, needs_reason=True),
        Step(DISQUALIFY, (B.SUBMITTED,), B.INELIGIBLE, _CHECK, needs_reason=True),
        Step(ENTER, (B.ELIGIBLE,), B.REVIEWING, _CHECK),
        Step(PROPOSE, (B.REVIEWING,), B.CANDIDATE, Permission.CHALLENGE_AWARD),
        Step(RETURN, (B.CANDIDATE,), B.REVIEWING, Permission.OBJECTION_ANSWER),
        Step(LOSE, (B.ELIGIBLE, B.REVIEWING, B.CANDIDATE, B.WON), B.LOST, _RUN),
        Step(WIN, (B.CANDIDATE,), B.WON, _RUN),
        Step(SIGN, (B.WON,), B.SIGNED, _RUN),
        Step(BEGIN, (B.SIGNED,), B.WORKING, _RUN),
        Step(GIVE_UP, (B.CANDIDATE, B.WON), B.TERMINATED, _RUN, needs_reason=True),
        Step(PASS, (B.WORKING,), B.PASSED, _RUN, needs_reason=True),
        Step(NOT_PASS, (B.WORKING,), B.FAILED, _RUN, needs_reason=True),
        Step(ELIMINATE, (B.WORKING,), B.ELIMINATED, _RUN, needs_reason=True),
        Step(STOP, (B.SIGNED, B.WORKING, B.FAILED), B.TERMINATED, _RUN, needs_reason=True),
    ),
    terminal=frozenset({B.INELIGIBLE, B.LOST, B.PASSED, B.ELIMINATED, B.TERMINATED}),
)

HAND_IN, CHECK, PASS_MILESTONE, RECTIFY, FAIL_MILESTONE, PAY = (
    "提交成果",
    "初核通过",
    "复核通过",
    "要求整改",
    "不通过",
    "支付",
)

MILESTONE = Workflow(
    name="揭榜里程碑",
    initial=M.PENDING,
    labels={state: state.label for state in M},
    steps=(
        Step(HAND_IN, (M.PENDING, M.RECTIFYING), M.SUBMITTED, Permission.MILESTONE_DELIVER),
        Step(CHECK, (M.SUBMITTED,), M.CHECKED, Permission.MILESTONE_CHECK),
        Step(PASS_MILESTONE, (M.CHECKED,), M.PASSED, Permission.MILESTONE_CONFIRM),
        Step(RECTIFY, (M.SUBMITTED, M.CHECKED), M.RECTIFYING, Permission.MILESTONE_CHECK, needs_reason=True),
        Step(
            FAIL_MILESTONE,
            (M.SUBMITTED, M.CHECKED),
            M.FAILED,
            Permission.MILESTONE_CHECK,
            needs_reason=True,
            warns="整改后仍不通过的，该揭榜单位的任务随之终止（赛马的淘汰，其余继续）。",
        ),
        Step(PAY, (M.PASSED,), M.PAID, Permission.CHALLENGE_RUN),
    ),
    terminal=frozenset({M.FAILED, M.PAID}),
)

# States in which everybody signed in sees a challenge.
PUBLIC = frozenset(C) - {C.DRAFT, C.ARGUING, C.REJECTED, C.READY}
# States a bid has once it was decided who wins; everybody may know these bids' organisations from the notice.
NAMED = frozenset({B.CANDIDATE, B.WON, B.SIGNED, B.WORKING, B.PASSED, B.FAILED, B.ELIMINATED})
# Steps of a challenge that are plain buttons; the others come with what they need.
BUTTONS = frozenset({ARGUE, REVISE, REFUSE, APPROVE, PUBLISH, CLOSE, END_NOTICE, FAIL, START, ACCEPT, CONFIRM, PAY_OUT,
                     WITHDRAW, STOP})  # fmt: skip

NEXT = {
    C.DRAFT: "写清楚难题、指标和内容，然后提交论证。",
    C.ARGUING: "请专家写论证意见，由起草人以外的人员作出论证结论。",
    C.REJECTED: "论证没有通过，流程结束。",
    C.READY: "论证已通过，核对截止时间后发榜。",
    C.OPEN: "正在揭榜：截止前任何人都看不到申请，也看不到有几份；提问的答复对所有人同时可见。",
    C.CHECKING: "逐份审查资格并写明理由，然后组建评审。",
    C.REVIEWING: "评审在“评审”中进行；定稿后按名次定榜并公示。",
    C.FAILED: "已流标，流程结束。",
    C.NOTICE: "公示期内接受实名书面异议；期满且没有未答复的异议时结束公示。",
    C.PAUSED: "收到异议，公示暂停；由未参与定榜的人员在期限内答复。",
    C.SIGNING: "起草、打印并签订任务书；放弃或逾期的由下一顺位递补。",
    C.RUNNING: "按里程碑交付、核查和支付。",
    C.ACCEPTING: "组建验收评审，定稿后逐家作出验收结论。",
    C.ACCEPTED: "验收已完成，付清通过验收的款项后兑现。",
    C.PAID: "已全部兑现，流程结束。",
    C.WITHDRAWN: "已撤榜，流程结束。",
    C.TERMINATED: "已终止，流程结束。",
}
