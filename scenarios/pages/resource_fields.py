"""The fields of a catalogue entry and of an approval, inside a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core import clock
from core.validation import checked
from core.words import ItemType, Opening, PersonalInformation, SecurityLevel, opening_label
from scenarios import resource_rules as rules
from scenarios.pages import parts
from scenarios.resource_schemas import ApprovalIn, ResourceIn
from scenarios.resource_workbook import SHARING
from web import widgets

_ITEM_TYPES = {kind.label: kind for kind in ItemType}
_SHARING = {pair: label for label, pair in SHARING.items()}
OPENINGS = {
    opening: " / ".join(dict.fromkeys(opening_label(scheme, opening) for scheme in ("national", "zhejiang")))
    for opening in Opening
}


def resource_inputs(prefix: str, organisations: Mapping[int, str], data: ResourceIn | None = None) -> dict[str, Any]:
    """The fields of an entry; returns what `ResourceIn` takes. `organisations` are those it may belong to."""
    left, right = st.columns(2)
    name = left.text_input("数据资源名称", data.name if data else "", max_chars=80, key=f"{prefix}_name")
    provider = right.selectbox(
        "提供单位",
        list(organisations),
        parts.pick(list(organisations), data.provider_id) if data else (0 if len(organisations) == 1 else None),
        organisations.__getitem__,
        placeholder="选择提供单位",
        key=f"{prefix}_provider",
    )
    code = left.text_input(
        "目录编码", data.code if data else "", max_chars=60, help="不填则自动编号", key=f"{prefix}_code"
    )
    class_code = right.text_input(
        "分类码",
        data.class_code if data else "",
        max_chars=30,
        help="类1位+项2位+目3位+细目，如 307010",
        key=f"{prefix}_class",
    )
    summary = st.text_area("摘要", data.summary if data else "", max_chars=500, height=80, key=f"{prefix}_summary")
    left, right = st.columns(2)
    form = _choice(left, "资源格式", rules.FORMATS, data.format if data else "", f"{prefix}_format")
    cycle = _choice(right, "更新周期", rules.UPDATE_CYCLES, data.update_cycle if data else "", f"{prefix}_cycle")
    sharing = left.selectbox(
        "共享属性",
        list(SHARING),
        parts.pick(list(SHARING), _SHARING.get((data.sharing_scheme, data.sharing))) if data else None,
        placeholder="按国家或浙江省的分类选择",
        key=f"{prefix}_sharing",
    )
    method = _choice(right, "共享方式", rules.METHODS, data.sharing_method if data else "", f"{prefix}_method")
    condition = st.text_input(
        "共享条件，或不予共享的依据", data.sharing_condition if data else "", max_chars=300, key=f"{prefix}_condition"
    )
    left, right = st.columns(2)
    opening = left.selectbox(
        "开放属性",
        list(Opening),
        parts.pick(list(Opening), data.opening) if data else None,
        OPENINGS.__getitem__,
        placeholder="是否向社会开放",
        key=f"{prefix}_opening",
    )
    opening_condition = right.text_input(
        "开放条件", data.opening_condition if data else "", max_chars=300, key=f"{prefix}_opening_condition"
    )
    level = left.selectbox(
        "安全级别",
        list(SecurityLevel),
        parts.pick(list(SecurityLevel), data.security_level) if data else None,
        parts.label,
        placeholder="L1 最低，L4 最敏感",
        key=f"{prefix}_level",
    )
    personal = right.selectbox(
        "个人信息",
        list(PersonalInformation),
        parts.pick(list(PersonalInformation), data.personal_information) if data else 0,
        parts.label,
        key=f"{prefix}_personal",
    )
    released = left.date_input(
        "发布日期", data.released_on if data else None, format="YYYY-MM-DD", key=f"{prefix}_released"
    )
    related = right.text_input(
        "关联资源代码", data.related_code if data else "", max_chars=200, key=f"{prefix}_related"
    )
    scheme, attribute = SHARING.get(sharing or "", (None, None))
    return {
        "name": name,
        "provider_id": provider,
        "code": code,
        "class_code": class_code,
        "summary": summary,
        "format": form or "",
        "update_cycle": cycle or "",
        "sharing_scheme": scheme,
        "sharing": attribute,
        "sharing_method": method or "",
        "sharing_condition": condition,
        "opening": opening,
        "opening_condition": opening_condition,
        "security_level": level,
        "personal_information": personal,
        "released_on": released,
        "related_code": related,
        "items": _items(f"{prefix}_items", data),
    }


def _choice(place: Any, label: str, usual: Sequence[str], value: str, key: str) -> str | None:
    """The usual answers, and any other that somebody types or has typed before."""
    options = list(dict.fromkeys([*usual, *([value] if value else [])]))
    chosen: str | None = place.selectbox(
        label, options, parts.pick(options, value), placeholder="选择，或直接输入", accept_new_options=True, key=key
    )
    return chosen


def _items(key: str, data: ResourceIn | None) -> list[dict[str, Any]]:
    st.markdown("**信息项**　在表格末行添加；勾选行首可删除。")
    rows = [(item.name, item.type.label) for item in data.items] if data else []
    edited = st.data_editor(
        pd.DataFrame(rows, columns=["信息项名称", "数据类型"], dtype="str"),
        num_rows="dynamic",
        hide_index=True,
        width="stretch",
        column_config={
            "信息项名称": st.column_config.TextColumn(max_chars=60, width="large"),
            "数据类型": st.column_config.SelectboxColumn(options=list(_ITEM_TYPES)),
        },
        key=key,
    )
    found = []
    for row in edited.fillna("").to_dict("records"):
        name, kind = str(row["信息项名称"]).strip(), str(row["数据类型"]).strip()
        if name or kind:
            found.append({"name": name, "type": _ITEM_TYPES.get(kind, ItemType.TEXT)})
    return found


def approval_inputs(prefix: str) -> dict[str, Any]:
    """The fields of an approval to open a resource; returns what `ApprovalIn` takes."""
    left, middle, right = st.columns(3)
    number = left.text_input("批准文号", max_chars=60, key=f"{prefix}_number")
    authority = middle.text_input("批准单位", max_chars=60, key=f"{prefix}_authority")
    approved_on = right.date_input("批准日期", clock.today(), format="YYYY-MM-DD", key=f"{prefix}_approved_on")
    files = widgets.uploads("批准文件", f"{prefix}_files")
    return {"number": number, "authority": authority, "approved_on": approved_on, "files": files}


def approval(inputs: Mapping[str, Any]) -> ApprovalIn | None:
    """The approval entered, None when nothing was; Invalid when it is not whole."""
    return checked(ApprovalIn, **inputs) if inputs.get("number") or inputs.get("files") else None
