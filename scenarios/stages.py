"""The path of a scenario and of its requests for data, as data."""

from __future__ import annotations

from accounts.permissions import Permission
from core.words import DataStatus
from core.words import ScenarioState as S
from core.workflow import Step, Workflow

SUBMIT, APPROVE, SEND_BACK, REFUSE = "提交论证", "论证通过", "退回修改", "不予立项"
START, RESTART, EVALUATE = "启动试点", "再次试点", "进入评估"
ITERATE, PROMOTE, SUSPEND, RESUME, RETIRE = "转入迭代", "进入推广", "暂停", "恢复评估", "退出"

SCENARIO = Workflow(
    name="场景",
    initial=S.DRAFT,
    labels={state: state.label for state in S},
    steps=(
        Step(SUBMIT, (S.DRAFT, S.RETURNED), S.APPRAISAL, Permission.SCENARIO_EDIT),
        Step(
            APPROVE,
            (S.APPRAISAL,),
            S.APPROVED,
            Permission.SCENARIO_APPRAISE,
            warns="通过后即立项，登记内容不能再改，可据此发起试点。",
        ),
        Step(SEND_BACK, (S.APPRAISAL,), S.RETURNED, Permission.SCENARIO_APPRAISE, needs_reason=True),
        Step(
            REFUSE,
            (S.APPRAISAL,),
            S.REFUSED,
            Permission.SCENARIO_APPRAISE,
            needs_reason=True,
            warns="不予立项后不能恢复；如只需补充材料，请选择“退回修改”。",
        ),
        Step(START, (S.APPROVED,), S.PILOTING, Permission.SCENARIO_MOVE),
        Step(EVALUATE, (S.PILOTING,), S.EVALUATING, Permission.SCENARIO_MOVE),
        Step(PROMOTE, (S.EVALUATING,), S.PROMOTING, Permission.SCENARIO_MOVE),
        Step(ITERATE, (S.EVALUATING,), S.ITERATING, Permission.SCENARIO_MOVE),
        Step(RESTART, (S.ITERATING,), S.PILOTING, Permission.SCENARIO_MOVE),
        Step(
            SUSPEND,
            (S.PILOTING, S.EVALUATING, S.PROMOTING),
            S.SUSPENDED,
            Permission.SCENARIO_MOVE,
            needs_reason=True,
        ),
        Step(RESUME, (S.SUSPENDED,), S.EVALUATING, Permission.SCENARIO_MOVE),
        Step(
            RETIRE,
            (S.EVALUATING, S.SUSPENDED),
            S.RETIRED,
            Permission.SCENARIO_MOVE,
            needs_reason=True,
            warns="退出后不能恢复，档案和试点数据继续保留。",
        ),
    ),
    terminal=frozenset({S.REFUSED, S.RETIRED}),
)

# Taken by a pilot that starts, never by a button: a scenario is not 试点中 without a pilot.
BY_PILOT = frozenset({START, RESTART})
EDITABLE = frozenset({S.DRAFT, S.RETURNED})
# From approval on a scenario is everybody's to learn from, whatever became of it.
PAST_APPROVAL = frozenset(S) - EDITABLE - {S.APPRAISAL, S.REFUSED}
# States in which the responsibility list may change: not while it is being appraised, not after the end.
LIST_OPEN = frozenset(S) - {S.APPRAISAL} - SCENARIO.terminal
# States in which organisations answer to their items.
CONFIRMABLE = frozenset(S) - SCENARIO.terminal
# States in which a further pilot may start.
PILOTABLE = frozenset({S.APPROVED, S.PILOTING, S.EVALUATING, S.ITERATING, S.PROMOTING})
# States in which what must be done before a pilot is still to do.
BEFORE_PILOT = EDITABLE | {S.APPRAISAL, S.APPROVED, S.ITERATING}

# How lists stand: what waits for somebody's decision, then what is under way, then what has ended.
ORDER = (
    *(S.APPRAISAL, S.RETURNED, S.DRAFT, S.EVALUATING, S.ITERATING),
    *(S.APPROVED, S.PILOTING, S.PROMOTING, S.SUSPENDED, S.RETIRED, S.REFUSED),
)

# What needs doing in each state, for the head of the dossier.
NEXT = {
    S.DRAFT: "补全需求、数据和责任清单后提交论证。",
    S.APPRAISAL: "由研究院论证：通过、退回修改或不予立项；登记人不能论证自己登记的场景。",
    S.RETURNED: "按退回理由修改后重新提交论证。",
    S.REFUSED: "未予立项，流程已结束。",
    S.APPROVED: "可以发起试点：选定试点地区、对照地区和指标。",
    S.PILOTING: "试点进行中；试点期满后进入评估。",
    S.EVALUATING: "依据试点评估结论，决定推广、迭代、暂停或退出。",
    S.ITERATING: "完成迭代后，为新一轮试点发起试点。",
    S.PROMOTING: "推广进行中，可在更多地区发起试点。",
    S.SUSPENDED: "已暂停；条件具备后恢复评估，或退出。",
    S.RETIRED: "已退出，档案保留备查。",
}

ASK, WITHDRAW, GRANT, DENY, CONNECT = "提出申请", "撤回申请", "批准", "拒绝", "完成接入"
ANSWERS = frozenset({GRANT, DENY})  # the provider's steps; the others are the scenario's

DATA_LINK = Workflow(
    name="数据申请",
    initial=DataStatus.NOT_REQUESTED,
    labels={status: status.label for status in DataStatus},
    steps=(
        Step(ASK, (DataStatus.NOT_REQUESTED, DataStatus.REFUSED), DataStatus.REQUESTED, Permission.DATA_REQUEST),
        Step(GRANT, (DataStatus.REQUESTED,), DataStatus.GRANTED, Permission.DATA_ANSWER),
        Step(DENY, (DataStatus.REQUESTED,), DataStatus.REFUSED, Permission.DATA_ANSWER, needs_reason=True),
        Step(WITHDRAW, (DataStatus.REQUESTED,), DataStatus.NOT_REQUESTED, Permission.DATA_REQUEST),
        Step(CONNECT, (DataStatus.GRANTED,), DataStatus.CONNECTED, Permission.DATA_REQUEST),
    ),
    terminal=frozenset({DataStatus.CONNECTED}),
)
