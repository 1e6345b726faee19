"""The path of a scenario and of its requests for data, as data."""

from __future__ import annotations

from accounts.permissions import Permission
from core.words import AnswerState, DataStatus, Decision, OpeningState
from core.words import ScenarioState as S
from core.workflow import Step, Workflow

SUBMIT = "提交论证"
APPROVE, REDUCE, SEND_BACK, REFUSE = "论证通过", "核减立项", "退回修改", "不予立项"
START, RESTART, EVALUATE = "启动试点", "再次试点", "进入评估"
ITERATE, PROMOTE, SUSPEND, RESUME, RETIRE = "转入迭代", "进入推广", "暂停", "恢复评估", "退出"


def _decision(do: str, target: S, warns: str = "") -> Step:
    return Step(do, (S.APPRAISAL,), target, Permission.SCENARIO_APPRAISE, needs_reason=True, warns=warns)


def _turn(do: str, sources: tuple[S, ...], target: S, warns: str = "") -> Step:
    """A turn that somebody decides, and says why."""
    return Step(do, sources, target, Permission.SCENARIO_MOVE, needs_reason=True, warns=warns)


SCENARIO = Workflow(
    name="场景",
    initial=S.DRAFT,
    labels={state: state.label for state in S},
    steps=(
        Step(SUBMIT, (S.DRAFT, S.RETURNED), S.APPRAISAL, Permission.SCENARIO_EDIT),
        _decision(APPROVE, S.APPROVED, "通过后即立项，登记内容不能再改，可据此发起试点。"),
        _decision(REDUCE, S.APPROVED, "按核减后的范围立项，登记内容不能再改。"),
        _decision(SEND_BACK, S.RETURNED),
        _decision(REFUSE, S.REFUSED, "不予立项后不能恢复；如只需补充材料，请选择“退回”。"),
        Step(START, (S.APPROVED,), S.PILOTING, Permission.SCENARIO_MOVE),
        Step(EVALUATE, (S.PILOTING,), S.EVALUATING, Permission.SCENARIO_MOVE),
        _turn(PROMOTE, (S.EVALUATING,), S.PROMOTING),
        _turn(ITERATE, (S.EVALUATING,), S.ITERATING),
        Step(RESTART, (S.ITERATING,), S.PILOTING, Permission.SCENARIO_MOVE),
        _turn(SUSPEND, (S.PILOTING, S.EVALUATING, S.ITERATING, S.PROMOTING), S.SUSPENDED),
        _turn(RESUME, (S.SUSPENDED,), S.EVALUATING),
        _turn(
            RETIRE,
            (S.APPROVED, S.EVALUATING, S.ITERATING, S.PROMOTING, S.SUSPENDED),
            S.RETIRED,
            "退出后不能恢复，档案和试点数据继续保留。",
        ),
    ),
    terminal=frozenset({S.REFUSED, S.RETIRED}),
)

# How an appraisal ends; taken by its decision, never by a button of the dossier.
BY_APPRAISAL = {Decision.PASS: APPROVE, Decision.REDUCE: REDUCE, Decision.BACK: SEND_BACK, Decision.REFUSE: REFUSE}
# Taken by a pilot that starts, never by a button: a scenario is not 试点中 without a pilot.
BY_PILOT = frozenset({START, RESTART})
BUTTONS = {step.do for step in SCENARIO.steps} - BY_PILOT - set(BY_APPRAISAL.values())
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

# States in which partners may be sought, and offer to take part.
OFFERED = PAST_APPROVAL - {S.SUSPENDED, S.RETIRED}

# How lists stand: what waits for somebody's decision, then what is under way, then what has ended.
ORDER = (
    *(S.APPRAISAL, S.RETURNED, S.DRAFT, S.EVALUATING, S.ITERATING),
    *(S.APPROVED, S.PILOTING, S.PROMOTING, S.SUSPENDED, S.RETIRED, S.REFUSED),
)

# What needs doing in each state, for the head of the dossier.
NEXT = {
    S.DRAFT: "补全需求、数据和责任清单后提交论证。",
    S.APPRAISAL: "由研究院指派论证人、逐项论证、查重后作出决定；登记、修改和提交的人不能论证。",
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

CLOSE, REOPEN = "结束征集", "重新开放"

OPENING = Workflow(
    name="场景开放",
    initial=OpeningState.OPEN,
    labels={state: state.label for state in OpeningState},
    steps=(
        Step(CLOSE, (OpeningState.OPEN,), OpeningState.CLOSED, Permission.OPENING_PUBLISH, needs_reason=True),
        Step(REOPEN, (OpeningState.CLOSED,), OpeningState.OPEN, Permission.OPENING_PUBLISH),
    ),
)

ACCEPT, DECLINE, TAKE_BACK, OFFER_AGAIN = "采纳", "不采纳", "撤回应答", "重新应答"

OPENING_ANSWER = Workflow(
    name="合作应答",
    initial=AnswerState.WAITING,
    labels={state: state.label for state in AnswerState},
    steps=(
        Step(ACCEPT, (AnswerState.WAITING,), AnswerState.ACCEPTED, Permission.OPENING_REPLY, needs_reason=True),
        Step(DECLINE, (AnswerState.WAITING,), AnswerState.DECLINED, Permission.OPENING_REPLY, needs_reason=True),
        Step(TAKE_BACK, (AnswerState.WAITING,), AnswerState.WITHDRAWN, Permission.OPENING_ANSWER),
        Step(
            OFFER_AGAIN,
            (AnswerState.DECLINED, AnswerState.WITHDRAWN),
            AnswerState.WAITING,
            Permission.OPENING_ANSWER,
        ),
    ),
    terminal=frozenset({AnswerState.ACCEPTED}),
)
