"""Downloads about data: the matrix of scenarios and departments with what stands behind it."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col

from accounts.permissions import Actor
from core import clock
from core.tabular import Block, write_xlsx
from core.words import DataStatus, ScenarioState
from db.session import read
from db.tables import ScenarioData
from scenarios import data_views, matrix_queries
from scenarios.matrix_queries import Matrix


def matrix_xlsx(
    actor: Actor, *, domain: str | None = None, states: Collection[ScenarioState] = (), search: str = ""
) -> bytes:
    """The matrix as on the page, the readiness of each scenario, and every single need behind them."""
    found = matrix_queries.matrix(actor, domain=domain, states=states, search=search)
    return write_xlsx([_matrix(found), _readiness(found), _needs(found)], made_at=clock.now())


def _matrix(found: Matrix) -> Block:
    rows = []
    for line in found.scenarios:
        cells = [found.cells.get((line.link.id, provider.id)) for provider in found.providers]
        words = [f"{cell.readiness.connected}/{cell.readiness.total}" if cell else None for cell in cells]
        rows.append([line.link.code, line.link.name, *words])
    return Block("矩阵（已接入÷需要）", ["编码", "场景", *(provider.name for provider in found.providers)], rows)


def _readiness(found: Matrix) -> Block:
    rows = [
        [
            line.link.code,
            line.link.name,
            line.link.state.label if line.link.state else None,
            line.total.readiness.connected,
            line.total.readiness.total,
            *(line.total.items.get(status, 0) for status in DataStatus if status is not DataStatus.CONNECTED),
        ]
        for line in found.scenarios
    ]
    others = [status.label for status in DataStatus if status is not DataStatus.CONNECTED]
    return Block("就绪度（信息项）", ["编码", "场景", "状态", "已接入", "需要", *others], rows)


def _needs(found: Matrix) -> Block:
    names = {line.link.id: line.link for line in found.scenarios}
    with read() as session:
        views = data_views.views(session, col(ScenarioData.scenario_id).in_(names))
    rows = [
        [
            names[view.scenario_id].code,
            names[view.scenario_id].name,
            view.name,
            view.provider,
            view.purpose,
            "、".join(view.fields),
            view.status.label,
            view.requested_on,
            view.answered_on,
            view.connected_on,
            view.waited,
            view.refused_because,
        ]
        for view in views
    ]
    heads = ["编码", "场景", "数据资源", "提供单位", "用途", "所需信息项", "状态", "申请", "答复", "接入"]
    return Block("明细", [*heads, "等待工作日", "拒绝理由"], rows)
