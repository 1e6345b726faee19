"""The plan of a pilot as files: its timeline, and its budget with every payment behind it."""

from __future__ import annotations

from decimal import Decimal

from accounts.permissions import Actor
from core import clock
from core.errors import NotFound
from core.tabular import Block, write_csv, write_xlsx
from pilots import money, plan_queries
from pilots.plan_queries import Plan


def budget_xlsx(actor: Actor, pilot_id: int) -> bytes:
    """For those who see the money. Amounts in 元; a counter entry is negative and names what it undoes."""
    found = plan_queries.plan_of(actor, pilot_id)
    if found is None or found.budget is None:
        raise NotFound("没有找到这个试点的经费，或您无权查看。", "请从试点列表重新进入。")
    return write_xlsx([_lines(found), _payments(found)], made_at=clock.now())


def timeline_csv(actor: Actor, pilot_id: int) -> bytes:
    """What the plan's picture shows: phases, then milestones."""
    found = plan_queries.plan_of(actor, pilot_id)
    if found is None:
        raise NotFound("没有找到这个试点，或您无权查看。", "请从试点列表重新进入。")
    rows: list[list[object]] = [
        ["阶段", phase.name, phase.start_on, phase.end_on, phase.kind.label, "", f"场景版本 {phase.scenario_version}"]
        for phase in found.phases
    ]
    rows += [
        ["里程碑", item.content, None, item.due_on, item.state.label, item.done_on, item.owner]
        for item in found.milestones
    ]
    return write_csv(["项目", "内容", "开始", "结束或期限", "状态", "完成日期", "说明或责任人"], rows)


def _lines(found: Plan) -> Block:
    budget = found.budget
    assert budget is not None
    rows: list[list[object]] = [
        [
            standing.line.name,
            standing.line.source,
            _yuan(standing.line.planned),
            _yuan(standing.paid),
            _yuan(standing.remaining),
            "超支" if standing.over else "",
            standing.line.note,
        ]
        for standing in budget.standings
    ]
    over = "超支" if budget.remaining < 0 else ""
    rows.append(["合计", "", _yuan(budget.planned), _yuan(budget.paid), _yuan(budget.remaining), over, ""])
    return Block("预算执行", ["科目", "资金来源", "预算（元）", "已支付（元）", "结余（元）", "提示", "说明"], rows)


def _payments(found: Plan) -> Block:
    budget = found.budget
    assert budget is not None
    names = {line.id: line.name for line in budget.lines}
    rows = [
        [
            paid.id,
            names.get(paid.line_id, "–"),
            paid.paid_on,
            _yuan(paid.amount),
            paid.purpose,
            paid.payee,
            paid.reverses_id,
            paid.reason,
            "、".join(file.name for file in found.vouchers.get(paid.id, [])),
            paid.by,
            paid.at,
        ]
        for paid in budget.payments
    ]
    heads = ["编号", "科目", "支付日期", "金额（元）", "用途", "收款方", "冲销编号", "冲销理由", "凭证", "登记人"]
    return Block("支付明细", [*heads, "登记时间"], rows)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / money.FEN
