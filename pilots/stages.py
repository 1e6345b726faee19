"""The paths of a pilot, of a supervision order and of an adoption, as data."""

from __future__ import annotations

from accounts.permissions import Permission
from core.words import AdoptionState as A
from core.words import MilestoneState as M
from core.words import PilotState as S
from core.words import SupervisionState as O
from core.workflow import Step, Workflow

PROPOSE, START, BACK, PAUSE, RESUME = "提交启动", "批准启动", "退回设计", "暂停", "恢复试点"
EVALUATE, CONTINUE, PROMOTE, FINISH, STOP = "进入评估", "继续试点", "转入推广", "结项", "终止"
WITHDRAW = "撤销试点"

PILOT = Workflow(
    name="试点",
    initial=S.DESIGN,
    labels={state: state.label for state in S},
    steps=(
        Step(PROPOSE, (S.DESIGN,), S.PENDING, Permission.PILOT_DESIGN),
        Step(
            START,
            (S.PENDING,),
            S.RUNNING,
            Permission.PILOT_START,
            warns="启动后对照地区和指标不再改动，系统将按月生成各地区的应报清单。",
        ),
        Step(BACK, (S.PENDING,), S.DESIGN, Permission.PILOT_START, needs_reason=True),
        # A pilot that never started has not failed: no figures, no decision on errors, a state of its own.
        Step(
            WITHDRAW,
            (S.DESIGN, S.PENDING),
            S.WITHDRAWN,
            Permission.PILOT_DESIGN,
            needs_reason=True,
            warns="撤销后不能恢复；场景还要试点的，请重新设计。",
        ),
        Step(EVALUATE, (S.RUNNING,), S.EVALUATING, Permission.PILOT_DECIDE),
        Step(PAUSE, (S.RUNNING,), S.PAUSED, Permission.PILOT_DECIDE, needs_reason=True),
        Step(RESUME, (S.PAUSED,), S.RUNNING, Permission.PILOT_DECIDE, needs_reason=True),
        Step(PROMOTE, (S.EVALUATING,), S.PROMOTING, Permission.PILOT_DECIDE, needs_reason=True),
        Step(CONTINUE, (S.EVALUATING,), S.RUNNING, Permission.PILOT_DECIDE, needs_reason=True),
        Step(
            FINISH,
            (S.EVALUATING, S.PROMOTING),
            S.FINISHED,
            Permission.PILOT_DECIDE,
            needs_reason=True,
            warns="结项后不能再改变状态。",
        ),
        Step(
            STOP,
            (S.RUNNING, S.PAUSED, S.EVALUATING),
            S.STOPPED,
            Permission.PILOT_DECIDE,
            needs_reason=True,
            warns="终止后不能恢复；已报的数据全部保留。",
        ),
    ),
    terminal=frozenset({S.FINISHED, S.STOPPED, S.WITHDRAWN}),
)
# States of a pilot that has not begun and perhaps never will: there are no figures.
NOT_BEGUN = frozenset({S.DESIGN, S.PENDING, S.WITHDRAWN})

ISSUE, REPLY, CLOSE, SEND_BACK, ESCALATE = "下达督办", "回复", "办结", "退回补充", "升级"
_UNANSWERED = (O.OPEN, O.RETURNED, O.ESCALATED)

# What a step says is its text: the reply, what was verified, what is missing, why it goes up.
ORDER = Workflow(
    name="督办单",
    initial=O.OPEN,
    labels={state: state.label for state in O},
    steps=(
        Step(REPLY, _UNANSWERED, O.REPLIED, Permission.ORDER_REPLY, needs_reason=True),
        Step(
            CLOSE,
            (O.REPLIED,),
            O.CLOSED,
            Permission.ORDER_DECIDE,
            needs_reason=True,
            warns="办结后不能再改变；回复的人不能办结。",
        ),
        Step(SEND_BACK, (O.REPLIED,), O.RETURNED, Permission.ORDER_DECIDE, needs_reason=True),
        Step(
            ESCALATE,
            (*_UNANSWERED, O.REPLIED),
            O.ESCALATED,
            Permission.ORDER_DECIDE,
            needs_reason=True,
            warns="升级到下一级：提醒 → 约谈 → 暂停 → 退出。升到“暂停”“退出”的，试点随之暂停、终止。",
        ),
    ),
    terminal=frozenset({O.CLOSED}),
)

PLAN, PREPARE, GO_LIVE, DROP = "列入计划", "开始准备", "确认上线", "不再推广"

ADOPTION = Workflow(
    name="推广",
    initial=A.PLANNED,
    labels={state: state.label for state in A},
    steps=(
        Step(PREPARE, (A.PLANNED,), A.PREPARING, Permission.ADOPTION_REPORT),
        Step(GO_LIVE, (A.PREPARING,), A.LIVE, Permission.ADOPTION_REPORT),
        Step(DROP, (A.PLANNED, A.PREPARING, A.LIVE), A.DROPPED, Permission.PILOT_PROMOTE, needs_reason=True),
        Step(PLAN, (A.DROPPED,), A.PLANNED, Permission.PILOT_PROMOTE, needs_reason=True),
    ),
)

BEGIN, COMPLETE, REOPEN, CANCEL = "开始", "完成", "重新打开", "取消"

MILESTONE = Workflow(
    name="里程碑",
    initial=M.PLANNED,
    labels={state: state.label for state in M},
    steps=(
        Step(BEGIN, (M.PLANNED,), M.DOING, Permission.PILOT_PLAN),
        Step(COMPLETE, (M.PLANNED, M.DOING), M.DONE, Permission.PILOT_PLAN),
        Step(REOPEN, (M.DONE,), M.DOING, Permission.PILOT_PLAN, needs_reason=True),
        Step(CANCEL, (M.PLANNED, M.DOING), M.CANCELLED, Permission.PILOT_PLAN, needs_reason=True),
    ),
    terminal=frozenset({M.CANCELLED}),
)
