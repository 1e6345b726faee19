"""The path of a pilot, as data."""

from __future__ import annotations

from accounts.permissions import Permission
from core.words import PilotState as S
from core.workflow import Step, Workflow

PROPOSE, START, BACK, PAUSE, RESUME = "提交启动", "批准启动", "退回设计", "暂停", "恢复试点"
EVALUATE, CONTINUE, PROMOTE, FINISH, STOP = "进入评估", "继续试点", "转入推广", "结项", "终止"

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
        Step(EVALUATE, (S.RUNNING,), S.EVALUATING, Permission.PILOT_DECIDE),
        Step(PAUSE, (S.RUNNING,), S.PAUSED, Permission.PILOT_DECIDE, needs_reason=True),
        Step(RESUME, (S.PAUSED,), S.RUNNING, Permission.PILOT_DECIDE),
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
    terminal=frozenset({S.FINISHED, S.STOPPED}),
)
