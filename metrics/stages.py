"""The path of a return, as data."""

from __future__ import annotations

from accounts.permissions import Permission
from core.words import ReturnState as S
from core.workflow import Step, Workflow

SUBMIT, WITHDRAW, SEND_BACK, APPROVE, LOCK, UNLOCK = "提交报送", "撤回修改", "退回", "审核通过", "锁定", "解锁更正"

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
        Step(
            UNLOCK,
            (S.LOCKED,),
            S.RETURNED,
            Permission.RETURN_UNLOCK,
            needs_reason=True,
            warns="解锁只对这一个地区、这一期有效；更正后新旧数值都会保留。",
        ),
    ),
)
