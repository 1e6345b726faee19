"""The paths of a return and of a validation rule, as data."""

from __future__ import annotations

from accounts.permissions import Permission
from core.words import FollowUpState as F
from core.words import ReturnState as S
from core.words import RuleState as R
from core.workflow import Step, Workflow

SUBMIT, WITHDRAW, SEND_BACK, APPROVE, LOCK = "提交报送", "撤回修改", "退回", "审核通过", "锁定"
CORRECT, ADOPT, DISMISS = "提交更正", "采纳更正", "驳回更正"

RETURN = Workflow(
    name="报送",
    initial=S.DRAFT,
    labels={state: state.label for state in S},
    steps=(
        Step(SUBMIT, (S.DRAFT, S.RETURNED), S.SUBMITTED, Permission.RETURN_FILL),
        Step(WITHDRAW, (S.SUBMITTED,), S.DRAFT, Permission.RETURN_FILL),
        Step(APPROVE, (S.SUBMITTED,), S.APPROVED, Permission.RETURN_DECIDE),
        Step(SEND_BACK, (S.SUBMITTED, S.APPROVED), S.RETURNED, Permission.RETURN_DECIDE, needs_reason=True),
        Step(
            LOCK,
            (S.APPROVED,),
            S.LOCKED,
            Permission.RETURN_DECIDE,
            warns="锁定后数值进入正式结果，更正需要解锁并说明理由。",
        ),
        # A locked return is unlocked for a time (`round_service.unlock`); it stays locked, and its values in
        # force, until the correction is handed in whole.
        Step(CORRECT, (S.LOCKED,), S.SUBMITTED, Permission.RETURN_FILL),
        Step(
            ADOPT,
            (S.SUBMITTED,),
            S.LOCKED,
            Permission.RETURN_DECIDE,
            warns="采纳后重新锁定；新旧数值都会保留，已冻结的数不变，下一期冻结时注明更正。",
        ),
        Step(
            DISMISS,
            (S.SUBMITTED,),
            S.LOCKED,
            Permission.RETURN_DECIDE,
            needs_reason=True,
            warns="驳回后恢复锁定时的数值，县里提交的更正留在历史记录里。",
        ),
    ),
)

EXPLAIN, ACCEPT, ASK_AGAIN, MEND = "说明", "采信", "再问", "更正数值"

FOLLOW_UP = Workflow(
    name="疑点",
    initial=F.OPEN,
    labels={state: state.label for state in F},
    steps=(
        Step(EXPLAIN, (F.OPEN, F.EXPLAINED), F.EXPLAINED, Permission.RETURN_FILL, needs_reason=True),
        Step(ACCEPT, (F.OPEN, F.EXPLAINED), F.ACCEPTED, Permission.RETURN_DECIDE),
        Step(ASK_AGAIN, (F.EXPLAINED,), F.OPEN, Permission.RETURN_DECIDE, needs_reason=True),
        # Taken by saving another figure.
        Step(MEND, (F.OPEN, F.EXPLAINED, F.ACCEPTED), F.CORRECTED, Permission.RETURN_FILL),
    ),
    terminal=frozenset({F.CORRECTED}),
)

_CORRECTIONS = frozenset({ADOPT, DISMISS})
_FIRST_TIME = frozenset({WITHDRAW, APPROVE, SEND_BACK})


def steps_of(state: S, locked_before: bool) -> list[Step]:
    """The steps of one return. What follows a lock is a correction, which is adopted or dismissed as a whole
    and cannot leave the return without its figures; before the first lock there is nothing to correct."""
    barred = _FIRST_TIME if locked_before else _CORRECTIONS
    return [step for step in RETURN.steps_from(state) if step.do not in barred]


SWITCH_ON, SWITCH_OFF, SWITCH_ON_AGAIN = "启用", "停用", "重新启用"

RULE = Workflow(
    name="校验规则",
    initial=R.DRAFT,
    labels={state: state.label for state in R},
    steps=(
        Step(
            SWITCH_ON,
            (R.DRAFT,),
            R.ACTIVE,
            Permission.RULE_EDIT,
            warns="启用后，以后每一次填报都会按这条规则核对；已经报过的数不受影响。",
        ),
        Step(SWITCH_OFF, (R.ACTIVE,), R.RETIRED, Permission.RULE_EDIT, needs_reason=True),
        Step(SWITCH_ON_AGAIN, (R.RETIRED,), R.ACTIVE, Permission.RULE_EDIT),
    ),
)
