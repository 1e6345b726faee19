"""The list as an outline to work in: each node with what it says, what is missing, and a menu."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from accounts.permissions import Actor
from core.words import DutyKind, Standing
from scenarios import duty_service
from scenarios.duty_queries import DutyList
from scenarios.duty_rules import ARROW, SEPARATOR
from scenarios.duty_tree import Node
from scenarios.pages import duty_forms
from scenarios.search import normal
from web import guard, widgets

PER_PAGE = 25
ALL = "全部业务"
_UP, _DOWN = "上移", "下移"
_ONLY = {
    "有缺口": lambda duties, node: any(gap.error for gap in duties.gaps_of(node)),
    "待确认": lambda duties, node: (
        {Standing.PENDING, Standing.CHANGED} & set(duties.standings.get(node.id, {}).values())
    ),
    "有异议": lambda duties, node: Standing.OBJECTED in duties.standings.get(node.id, {}).values(),
}


def draw(actor: Actor, duties: DutyList) -> None:
    edits = bool(duties.editable)
    if not edits:
        st.caption(guard.plain(duties.editable.reason))
    duty_forms.undo(actor, duties)
    if not duties.nodes:
        widgets.empty(
            "清单还是空的。在下面添加第一个事项，或到“导入导出”下载 Excel 模板填好后导入。"
            if edits
            else "清单还是空的，等待登记单位填写。"
        )
    else:
        _rows(actor, duties, edits)
    if edits:
        duty_forms.quick_add(actor, duties)
        duty_forms.removed(actor, duties)


def _rows(actor: Actor, duties: DutyList, edits: bool) -> None:
    nodes = _filtered(duties)
    if not nodes:
        widgets.empty("没有符合条件的事项。请放宽筛选条件。")
        return
    pages = -(-len(nodes) // PER_PAGE)
    page = 1
    if pages > 1:
        key = f"duties_page_{duties.about.id}"
        focus = st.session_state.pop(duty_forms.focus_key(duties), None)
        place = next((index for index, node in enumerate(nodes) if node.id == focus), None)
        if place is not None:
            st.session_state[key] = place // PER_PAGE + 1
        elif st.session_state.get(key, 1) > pages:
            st.session_state[key] = pages
        page = st.pagination(pages, key=key)
    shown = nodes[(page - 1) * PER_PAGE : page * PER_PAGE]
    doing = duty_forms.doing(duties)
    if shown[0].depth:
        st.caption(guard.plain(ARROW.join(shown[0].path[:-1])) + "（续）")
    seen_key = f"duty_seen_{duties.about.id}"
    seen: dict[int, Node] = st.session_state.get(seen_key, {})
    for node in shown:
        chosen = _row(duties, node, edits)
        if chosen in (_UP, _DOWN):
            with guard.show_errors():
                # As it was shown: a second click must not move it twice.
                duty_service.shift(actor, seen.get(node.id, node), -1 if chosen == _UP else 1)
                duty_forms.done(duties, f"“{node.name}”已{chosen}。", node.id)
        elif chosen:
            doing = duty_forms.begin(duties, chosen, node)
        if doing and doing.node.id == node.id:
            with st.container(border=True, key="duty_panel"):
                duty_forms.panel(actor, duties, doing)
    st.session_state[seen_key] = {node.id: node for node in shown}


def _filtered(duties: DutyList) -> Sequence[Node]:
    """The nodes to show: with a filter, items that meet it and the branches above them."""
    first, second, third = st.columns([2, 2, 3])
    businesses = {node.id: node for node in duties.below(None)}
    business = first.selectbox(
        "业务",
        [0, *businesses],
        format_func=lambda key: f"{businesses[key].number} {businesses[key].name}" if key else ALL,
        key="duties_business",
    )
    search = second.text_input("查找", type="search", placeholder="事项、单位或数据名称", key="duties_search")
    with third:
        only = st.segmented_control("只看", list(_ONLY), key="duties_only")
    wanted = normal(search or "")
    if not (business or wanted or only):
        return duties.nodes
    kept: set[int] = set()
    inside = {business} if business else set()
    by_id = {node.id: node for node in duties.nodes}
    for node in duties.nodes:
        if business and node.id not in inside and node.parent_id not in inside:
            continue
        inside.add(node.id)
        if only and not _ONLY[only](duties, node):
            continue
        if wanted and wanted not in normal(_said(duties, node)):
            continue
        above: Node | None = node
        while above is not None:
            kept.add(above.id)
            above = by_id.get(above.parent_id or 0)
    return [node for node in duties.nodes if node.id in kept]


def _said(duties: DutyList, node: Node) -> str:
    if node.content is None:
        return node.name
    organisations = " ".join(f"{duties.names[number]} {duties.short[number]}" for number in node.content.parties)
    return f"{node.name} {organisations} {' '.join(name for name, _ in node.content.data)}"


def _row(duties: DutyList, node: Node, edits: bool) -> str | None:
    """One node; what was chosen from its menu."""
    with st.container(horizontal=True, vertical_alignment="top", key=f"duty_row_{node.kind}_{node.id}", wrap=False):
        st.markdown(_words(duties, node), width="stretch")
        options = duty_forms.options(node) if edits else [duty_forms.SHOW] if node.content else []
        if not options:
            return None
        menu = [options[0], _UP, _DOWN, *options[1:]] if edits else options
        return st.menu_button("办理" if edits else "查看", menu, key=f"duty_menu_{node.id}", type="tertiary")


def _words(duties: DutyList, node: Node) -> str:
    """A node in Markdown: number and name, who answers for it, what is missing, who agreed."""
    name = guard.plain(node.name)
    gaps = [f":red-badge[■ {guard.plain(gap.message)}]" for gap in duties.gaps_of(node) if gap.error]
    if node.content is None:
        items = sum(other.content is not None and other.path[: len(node.path)] == node.path for other in duties.nodes)
        size = "####" if node.kind is DutyKind.BUSINESS else "#####"
        return f"{size} {node.number}　{name}　:gray[{node.kind.label}，{items} 项] {' '.join(gaps)}"
    content = node.content
    who = [f"**{guard.plain(duties.names[content.organisation_id])}**"] if content.organisation_id is not None else []
    if content.supporting:
        who.append("配合：" + guard.plain(SEPARATOR.join(duties.short[number] for number in content.supporting)))
    if content.time_limit:
        who.append("时限：" + guard.plain(content.time_limit))
    standings = list(duties.standings[node.id].values())
    agreed = [
        widgets.badge(standing, f"{standing.label} {standings.count(standing)}")
        for standing in Standing
        if standing in standings
    ]
    return f"{node.number}　{name}  \n{'　'.join([*who, *gaps, *agreed])}"
