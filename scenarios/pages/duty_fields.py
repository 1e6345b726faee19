"""The fields of an item (最小颗粒) inside a form, and what `DutyIn` takes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from scenarios import duty_names
from scenarios.duty_queries import DutyList
from scenarios.duty_rules import Content
from scenarios.pages import parts
from scenarios.search import sort_key


def item_fields(key: str, duties: DutyList, content: Content | None) -> dict[str, Any]:
    """The fields of an item inside a form; `read` makes of them what `DutyIn` takes."""
    ids = sorted(duties.names, key=lambda number: sort_key(duties.names[number]))
    kept = duty_names.entries(content.data, duties.names) if content else []
    offered = duty_names.entries(duties.resources, duties.names)

    def text(field: str, label: str, most: int, hint: str = "") -> str:
        value = getattr(content, field) if content else ""
        return st.text_input(label, value, max_chars=most, placeholder=hint or None, key=f"{key}_{field}")

    def prose(field: str, label: str, hint: str) -> str:
        value = getattr(content, field) if content else ""
        return st.text_area(label, value, max_chars=500, height=80, placeholder=hint, key=f"{key}_{field}")

    left, right = st.columns(2)
    with left:
        name = text("name", "事项（最小颗粒）", 60, "如：去重合并与派单")
        organisation = st.selectbox(
            "责任单位（只有一个）",
            ids,
            parts.pick(ids, content.organisation_id) if content else None,
            duties.names.__getitem__,
            placeholder="选择，或输入名称查找",
            help="找不到单位时，请联系系统管理员在“人员与单位”中添加。",
            key=f"{key}_organisation_id",
        )
        owner = text("owner", "责任人（岗位）", 40, "如：热线受理处")
        supporting = st.multiselect(
            "配合单位（可以多个）",
            ids,
            list(content.supporting) if content else [],
            duties.names.__getitem__,
            placeholder="选择，或输入名称查找",
            key=f"{key}_supporting",
        )
        trigger = text("trigger", "触发条件", 200, "什么时候开始办，如：收到诉求")
    with right:
        inputs = prose("inputs", "输入", "办这件事需要什么材料、信息")
        outputs = prose("outputs", "输出", "办完后产生什么结果、文书、数据")
        data = st.multiselect(
            "数据及提供单位",
            list(dict.fromkeys([*kept, *offered])),
            kept,
            accept_new_options=True,
            placeholder="选择，或输入“数据名称：提供单位”后回车",
            help="列出的是场景已登记的数据资源；没有登记的可以直接输入。",
            key=f"{key}_data",
        )
        limit = text("time_limit", "办理时限", 40, "如：2 个工作日")
        basis = text("legal_basis", "依据", 200, "法律法规或文件名称")
    return {
        "name": name,
        "organisation_id": organisation,
        "owner": owner,
        "supporting": supporting,
        "trigger": trigger,
        "inputs": inputs,
        "outputs": outputs,
        "data": data,
        "time_limit": limit,
        "legal_basis": basis,
    }


def read(fields: Mapping[str, Any], duties: DutyList) -> dict[str, Any]:
    return {**fields, "data": duty_names.data_in(fields["data"], duties.directory)}
