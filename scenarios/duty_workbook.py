"""What the exported list and its reader agree on: sheets, columns, and how an item reads cell by cell."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios import duty_rules
from scenarios.duty_rules import Content
from scenarios.exchange import KEY

# Raise when the meaning of a column changes: older files are then refused with a clear word.
LAYOUT = "1"
GUIDE_SHEET, LIST_SHEET, ORGANISATIONS_SHEET = "填写说明", "责任清单", "单位"
ACTION, AGREED = "action", "agreed"
DELETE = "删除"

# Fields that are read, with heading and width in characters.
CELLS: Mapping[str, tuple[str, int]] = {
    "business": ("业务", 16),
    "stage": ("环节", 16),
    "name": ("事项（最小颗粒）", 26),
    "organisation_id": ("责任单位", 24),
    "owner": ("责任人（岗位）", 16),
    "supporting": ("配合单位", 26),
    "trigger": ("触发条件", 20),
    "inputs": ("输入", 26),
    "outputs": ("输出", 26),
    "data": ("数据及提供单位", 36),
    "time_limit": ("办理时限", 14),
    "legal_basis": ("依据", 28),
}
COLUMNS: Mapping[str, tuple[str, int]] = {
    KEY: ("行标识", 8),
    ACTION: ("操作", 7),
    **CELLS,
    AGREED: ("确认情况（不用填）", 24),
}
# Headings understood where there are no tags: a table that somebody made himself.
HEADINGS: Mapping[str, frozenset[str]] = {
    "business": frozenset(("业务", "业务事项", "一级")),
    "stage": frozenset(("环节", "业务环节", "二级")),
    "name": frozenset(("事项(最小颗粒)", "事项", "最小颗粒", "颗粒", "三级")),
    "organisation_id": frozenset(("责任单位", "责任部门", "牵头单位", "主责单位")),
    "owner": frozenset(("责任人(岗位)", "责任人", "岗位", "责任岗位")),
    "supporting": frozenset(("配合单位", "协同单位", "配合部门")),
    "trigger": frozenset(("触发条件", "触发")),
    "inputs": frozenset(("输入",)),
    "outputs": frozenset(("输出",)),
    "data": frozenset(("数据及提供单位", "数据", "数据项")),
    "time_limit": frozenset(("办理时限", "时限")),
    "legal_basis": frozenset(("依据", "法律依据", "政策依据")),
    ACTION: frozenset(("操作",)),
    KEY: frozenset(("行标识",)),
}


def texts(content: Content, names: Mapping[int, str]) -> dict[str, str]:
    """An item cell by cell. Lists without stages leave that cell empty."""
    above = content.path[:-1]
    found = {field: content.shown(field, names) for field in CELLS if field in duty_rules.FIELDS}
    return {"business": above[0] if above else "", "stage": duty_rules.ARROW.join(above[1:]), **found}
