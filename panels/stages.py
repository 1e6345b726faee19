"""The path of a review, as data."""

from __future__ import annotations

from accounts.permissions import Permission
from core.words import ReviewState as S
from core.workflow import Step, Workflow

CALL, TAKE_BACK, ASSIGN, CALL_AGAIN = "开始回避申报", "退回筹备", "进入分配", "重新申报回避"
OPEN, CLOSE, OPEN_AGAIN = "开始评分", "结束评分", "重开评分"
SETTLE, SEND_BACK, FINALISE, REOPEN = "结束合议", "退回合议", "定稿", "重开评审"

_RUN = Permission.REVIEW_RUN

REVIEW = Workflow(
    name="评审",
    initial=S.PREPARING,
    labels={state: state.label for state in S},
    steps=(
        Step(CALL, (S.PREPARING,), S.RECUSING, _RUN),
        Step(TAKE_BACK, (S.RECUSING,), S.PREPARING, _RUN, needs_reason=True),
        Step(ASSIGN, (S.RECUSING,), S.ASSIGNING, _RUN),
        Step(CALL_AGAIN, (S.ASSIGNING,), S.RECUSING, _RUN, needs_reason=True),
        Step(
            OPEN,
            (S.ASSIGNING,),
            S.SCORING,
            _RUN,
            warns="开始后评分标准、计分规则和参评材料就此冻结并留下校验码；此后修改材料会成为新一版，评委看得到差别。",
        ),
        Step(
            CLOSE,
            (S.SCORING,),
            S.MODERATING,
            _RUN,
            warns="结束后评委不能再评分，主办人员可以看到分数。",
        ),
        Step(OPEN_AGAIN, (S.MODERATING,), S.SCORING, _RUN, needs_reason=True),
        Step(SETTLE, (S.MODERATING,), S.FINALISING, _RUN),
        Step(SEND_BACK, (S.FINALISING,), S.MODERATING, _RUN, needs_reason=True),
        # Taken by the second signature, never by a button.
        Step(FINALISE, (S.FINALISING,), S.FINAL, Permission.REVIEW_SIGN),
        Step(
            REOPEN,
            (S.FINAL,),
            S.MODERATING,
            _RUN,
            needs_reason=True,
            warns="已定稿的结果会留存，重新定稿后成为新的一号，差别会列出。结果发布后只能因异议成立而重开。",
        ),
    ),
)

BUTTONS = {step.do for step in REVIEW.steps} - {FINALISE}
# States in which the rubric, the rule and the panel's size may still be chosen.
EDITABLE = frozenset({S.PREPARING})
# States in which entries and members may be added.
OPEN_LISTS = frozenset({S.PREPARING, S.RECUSING, S.ASSIGNING})
# States in which judges see entries at all: first to say where they step aside, then to judge.
CALLED = frozenset(S) - {S.PREPARING}
JUDGED = frozenset({S.SCORING, S.MODERATING, S.FINALISING, S.FINAL})
# States in which staff see marks, and judges what others gave once their own are in.
SHOWN = frozenset({S.MODERATING, S.FINALISING, S.FINAL})

# What needs doing in each state, for the head of a review's page.
NEXT = {
    S.PREPARING: "选定评分标准和计分规则，录入参评项目和评委，定好评分时间，然后开始回避申报。",
    S.RECUSING: "评委逐项申报回避；系统查出的和本人申报的由另一人认定。全部认定后进入分配。",
    S.ASSIGNING: "把项目分给评委，核对分配方案，然后开始评分。",
    S.SCORING: "评委评分中；可以看谁交了、谁没交，看不到分数。时间到后结束评分。",
    S.MODERATING: "核对分歧大的项目，由主评记录合议；没有问题后结束合议。",
    S.FINALISING: "逐条消除定稿障碍，由两人先后签署。",
    S.FINAL: "已定稿，结果不再变化。",
}
