"""What can be done to a node of the list, one panel a verb, drawn right below the node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from accounts.permissions import Actor
from core import clock
from core.words import DutyKind
from scenarios import duty_rules, duty_service
from scenarios.duty_queries import DutyList
from scenarios.duty_rules import FIELDS, Place, Where
from scenarios.duty_tree import Node
from scenarios.pages import duty_fields, parts
from scenarios.schemas import BranchIn, DutyIn, ResponsibilityIn
from web import guard, widgets

SHOW, EDIT, RENAME = "查看全部内容", "修改", "改名"
ADD_BEFORE, ADD_AFTER, ADD_STAGE, ADD_ITEM = "在前面加一项", "在后面加一项", "在下面加环节", "在下面加事项"
MOVE, SPLIT, MERGE, REMOVE = "移到…", "拆成几项…", "与别的事项合并…", "移除…"


@dataclass(frozen=True)
class Doing:
    """What somebody has begun: the verb, and the node as the page showed it then."""

    verb: str
    node: Node

    @property
    def key(self) -> str:
        """Of its widgets: another version of the node begins with fresh fields."""
        return f"duty_{self.node.id}_{self.node.version}"


def options(node: Node) -> list[str]:
    """The verbs of a node's menu; the first is the usual one."""
    match node.kind:
        case DutyKind.BUSINESS:
            return [RENAME, ADD_STAGE, ADD_ITEM, ADD_BEFORE, ADD_AFTER, REMOVE]
        case DutyKind.STAGE:
            return [RENAME, ADD_ITEM, ADD_BEFORE, ADD_AFTER, MOVE, REMOVE]
        case DutyKind.ITEM:
            return [EDIT, ADD_BEFORE, ADD_AFTER, MOVE, SPLIT, MERGE, REMOVE, SHOW]


# -- what is under way --------------------------------------------------------------------


def begin(duties: DutyList, verb: str, node: Node) -> Doing:
    found = st.session_state[_doing_key(duties)] = Doing(verb, node)
    return found


def doing(duties: DutyList) -> Doing | None:
    found: Doing | None = st.session_state.get(_doing_key(duties))
    if found is not None and duties.node(found.node.id) is None:
        st.warning(f"您正在办理的“{guard.plain(found.node.name)}”已被移除，没有保存任何修改。")
        end(duties)
        return None
    return found


def end(duties: DutyList) -> None:
    st.session_state.pop(_doing_key(duties), None)


def done(duties: DutyList, message: str, focus: int | None = None) -> None:
    """Say so, close the panel and draw anew, on the page where `focus` stands."""
    end(duties)
    if focus is not None:
        st.session_state[focus_key(duties)] = focus
    widgets.flash(message)
    st.rerun()


def focus_key(duties: DutyList) -> str:
    return f"duty_focus_{duties.about.id}"


def _doing_key(duties: DutyList) -> str:
    return f"duty_doing_{duties.about.id}"


def _undo_key(duties: DutyList) -> str:
    return f"duty_undo_{duties.about.id}"


# -- panels -------------------------------------------------------------------------------


def panel(actor: Actor, duties: DutyList, doing: Doing) -> None:
    st.markdown(f"**{doing.verb.rstrip('…')}**　{guard.plain(doing.node.name)}")
    panels: Mapping[str, Callable[[Actor, DutyList, Doing], None]] = {
        SHOW: _show,
        EDIT: _edit,
        RENAME: _rename,
        ADD_BEFORE: _add,
        ADD_AFTER: _add,
        ADD_STAGE: _add,
        ADD_ITEM: _add,
        MOVE: _move,
        SPLIT: _split,
        MERGE: _merge,
        REMOVE: _remove,
    }
    panels[doing.verb](actor, duties, doing)


def _buttons(key: str, label: str, duties: DutyList) -> bool:
    """The two buttons of a form; whether it was handed in."""
    with st.container(horizontal=True):
        saved = st.form_submit_button(label, key=f"{key}_save", type="primary")
        if st.form_submit_button("取消", key=f"{key}_cancel"):
            end(duties)
            st.rerun()
    return saved


def _show(_: Actor, duties: DutyList, doing: Doing) -> None:
    node = duties.node(doing.node.id) or doing.node
    if node.content is not None:
        parts.facts([(label, node.content.shown(field, duties.names)) for field, label in FIELDS.items()])
        for organisation, standing in duties.standings[node.id].items():
            answer = duties.given.get((node.id, organisation))
            said = f"　{guard.plain(answer.by)} {clock.show(answer.at)}" if answer else ""
            why = f"　{guard.plain(answer.reason)}" if answer and answer.reason else ""
            which = "、".join(part.label for part in node.content.parties[organisation])
            st.markdown(
                f"{widgets.badge(standing, standing.label)} {guard.plain(duties.names[organisation])}（{which}）{said}{why}"
            )
    if st.button("收起", key=f"{doing.key}_close"):
        end(duties)
        st.rerun()


def _rename(actor: Actor, duties: DutyList, doing: Doing) -> None:
    with st.form(f"{doing.key}_rename"):
        name = st.text_input(f"{doing.node.kind.label}名称", doing.node.name, max_chars=60, key=f"{doing.key}_name")
        st.caption("改名后，下面各事项的“所属环节”随之改变，已确认的单位需要重新确认。")
        saved = _buttons(doing.key, "保存", duties)
    if saved:
        with guard.show_errors(BranchIn):
            duty_service.rename(actor, doing.node, BranchIn(name=name))
            done(duties, f"已改名为“{name}”。", doing.node.id)


def _edit(actor: Actor, duties: DutyList, doing: Doing) -> None:
    with st.form(f"{doing.key}_edit", enter_to_submit=False):
        fields = duty_fields.item_fields(doing.key, duties, doing.node.content)
        st.caption("保存后，与这个事项有关的单位需要重新确认。")
        saved = _buttons(doing.key, "保存修改", duties)
    if saved:
        with guard.show_errors(DutyIn):
            duty_service.edit_item(actor, doing.node, DutyIn(**duty_fields.read(fields, duties)))
            done(duties, "修改已保存。", doing.node.id)


def _add(actor: Actor, duties: DutyList, doing: Doing) -> None:
    node, verb = doing.node, doing.verb
    where = {ADD_BEFORE: Where.BEFORE, ADD_AFTER: Where.AFTER}.get(verb, Where.UNDER)
    place = Place(where, node.id)
    key = f"{doing.key}_{where}"
    if verb == ADD_ITEM or (verb != ADD_STAGE and node.kind is DutyKind.ITEM):
        with st.form(f"{key}_add", enter_to_submit=False):
            fields = duty_fields.item_fields(key, duties, None)
            saved = _buttons(key, "添加事项", duties)
        if saved:
            with guard.show_errors(DutyIn):
                made = duty_service.add_item(actor, duties.about.id, DutyIn(**duty_fields.read(fields, duties)), place)
                done(duties, f"已添加“{fields['name']}”。", made)
        return
    kind = DutyKind.STAGE if verb == ADD_STAGE else node.kind
    with st.form(f"{key}_add"):
        name = st.text_input(f"{kind.label}名称", max_chars=60, key=f"{key}_name")
        saved = _buttons(key, f"添加{kind.label}", duties)
    if saved:
        with guard.show_errors(BranchIn):
            made = duty_service.add_branch(actor, duties.about.id, BranchIn(name=name), place)
            done(duties, f"已添加{kind.label}“{name}”，接着在它下面添加事项。", made)


def _move(actor: Actor, duties: DutyList, doing: Doing) -> None:
    """No form: the places offered depend on the node chosen."""
    node, by_id = doing.node, {other.id: other for other in duties.nodes}
    within = {node.id}
    for other in duties.nodes:
        if other.parent_id in within:
            within.add(other.id)
    places: dict[int, list[Where]] = {}
    for other in duties.nodes:
        if other.id in within:
            continue
        found = [Where.UNDER] if duty_rules.belongs_under(node.kind, other.kind) else []
        found += [Where.BEFORE, Where.AFTER] if node.kind is other.kind else []
        if found:
            places[other.id] = found
    if not places:
        st.caption("没有别的地方可放：请先添加另一个业务或环节。")
    anchor = st.selectbox(
        "放到哪一项的",
        list(places),
        None,
        lambda key: f"{by_id[key].number} {by_id[key].name}（{by_id[key].kind.label}）",
        placeholder="选择或输入名称查找",
        key=f"{doing.key}_anchor",
    )
    where = (
        st.segmented_control(
            "位置",
            places[anchor],
            default=places[anchor][0],
            format_func=lambda word: word.label,
            key=f"{doing.key}_where_{anchor}",
        )
        if anchor
        else None
    )
    with st.container(horizontal=True):
        if st.button("移过去", key=f"{doing.key}_save", type="primary", disabled=not (anchor and where)):
            with guard.show_errors():
                duty_service.move(actor, node, Place(where or Where.UNDER, anchor))
                done(duties, f"“{node.name}”已移到“{by_id[anchor or 0].name}”{where.label if where else ''}。", node.id)
        if st.button("取消", key=f"{doing.key}_cancel"):
            end(duties)
            st.rerun()


def _split(actor: Actor, duties: DutyList, doing: Doing) -> None:
    with st.form(f"{doing.key}_split", enter_to_submit=False):
        names = st.text_area(
            "拆成哪几项，一行一个", doing.node.name, height=120, max_chars=600, key=f"{doing.key}_names"
        )
        st.caption("各项先带上原来的责任单位、数据、时限和依据，再逐项修改。")
        saved = _buttons(doing.key, "拆分", duties)
    if saved:
        with guard.show_errors():
            made = duty_service.split(actor, doing.node, names.splitlines())
            done(duties, f"已拆成 {len(made)} 项，请逐项核对。", doing.node.id)


def _merge(actor: Actor, duties: DutyList, doing: Doing) -> None:
    others = {node.id: node for node in duties.items if node.id != doing.node.id}
    chosen = st.multiselect(
        "与哪些事项合并",
        list(others),
        format_func=lambda key: f"{others[key].number} {others[key].name}",
        placeholder="选择或输入名称查找",
        key=f"{doing.key}_others",
    )
    seen = [doing.node, *(others[key] for key in chosen)]
    key = f"{doing.key}_{'_'.join(map(str, chosen))}"
    with st.form(f"{key}_merge", enter_to_submit=False):
        st.caption("下面是合并后的内容，请核对后保存；其余事项移除，可以恢复。")
        fields = duty_fields.item_fields(
            key, duties, duty_rules.merged([node.content for node in seen if node.content])
        )
        saved = _buttons(key, "合并", duties)
    if saved:
        with guard.show_errors(DutyIn):
            made = duty_service.merge(actor, duties.about.id, seen, DutyIn(**duty_fields.read(fields, duties)))
            done(duties, f"{len(seen)} 个事项已合并为“{fields['name']}”。", made)


def _remove(actor: Actor, duties: DutyList, doing: Doing) -> None:
    below = sum(
        node.content is not None and node.path[: len(doing.node.path)] == doing.node.path for node in duties.nodes
    )
    what = f"和它下面的 {below} 个事项" if doing.node.content is None and below else ""
    st.warning(f"将移除“{guard.plain(doing.node.name)}”{what}。移除后可以撤销，已有的确认记录继续保留。")
    with st.container(horizontal=True):
        if st.button("确认移除", key=f"{doing.key}_save", type="primary"):
            with guard.show_errors():
                duty_service.remove(actor, doing.node)
                st.session_state[_undo_key(duties)] = (doing.node.id, doing.node.name)
                done(duties, f"已移除“{doing.node.name}”。")
        if st.button("取消", key=f"{doing.key}_cancel"):
            end(duties)
            st.rerun()


# -- below the list -----------------------------------------------------------------------


def quick_add(actor: Actor, duties: DutyList) -> None:
    """An item with its branches in one go, chosen or new."""
    key = f"duty_quick_{len(duties.items)}"  # begins blank after each item
    with st.expander("添加事项", icon=":material/add:", expanded=not duties.nodes, key="duty_quick"):
        left, right = st.columns(2)
        businesses = [node for node in duties.below(None) if node.kind is DutyKind.BUSINESS]
        business = left.selectbox(
            "业务",
            [node.name for node in businesses],
            None,
            placeholder="选择，或输入新的业务",
            accept_new_options=True,
            key="duty_quick_business",
        )
        stages = [
            node.name
            for parent in businesses
            if parent.name == business
            for node in duties.below(parent.id)
            if node.kind is DutyKind.STAGE
        ]
        stage = right.selectbox(
            "环节",
            stages,
            None,
            placeholder="选择，或输入新的环节",
            accept_new_options=True,
            key="duty_quick_stage",
        )
        with st.form(f"{key}_form", enter_to_submit=False, border=False):
            fields = duty_fields.item_fields(key, duties, None)
            saved = st.form_submit_button("添加事项", key=f"{key}_save", type="primary")
        if saved:
            with guard.show_errors(ResponsibilityIn):
                values = duty_fields.read(fields, duties) | {"business": business or "", "stage": stage or ""}
                made = duty_service.add_path(actor, duties.about.id, ResponsibilityIn(**values))
                done(duties, f"已添加“{fields['name']}”。", made)


def undo(actor: Actor, duties: DutyList) -> None:
    """Right after a removal: one click takes it back."""
    last = st.session_state.get(_undo_key(duties))
    if last is None or last[0] not in {gone.id for gone in duties.removed}:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="duty_undo"):
        st.markdown(f"已移除“{guard.plain(last[1])}”。", width="stretch")
        if st.button("撤销移除", key="duty_undo_go", icon=":material/undo:"):
            _restore(actor, duties, last[0], last[1])


def removed(actor: Actor, duties: DutyList) -> None:
    if not duties.removed:
        return
    with st.expander(f"已移除（{len(duties.removed)}）", icon=":material/delete:", key="duty_removed"):
        for gone in duties.removed[:50]:
            with st.container(horizontal=True, vertical_alignment="center"):
                items = f"，含 {gone.items} 个事项" if gone.kind is not DutyKind.ITEM else ""
                st.markdown(
                    f"{guard.plain(gone.name)}（{gone.kind.label}{items}）　{guard.plain(gone.by)}　{clock.show(gone.at)}",
                    width="stretch",
                )
                if st.button("恢复", key=f"duty_restore_{gone.id}", type="tertiary"):
                    _restore(actor, duties, gone.id, gone.name)


def _restore(actor: Actor, duties: DutyList, node_id: int, name: str) -> None:
    with guard.show_errors():
        duty_service.restore(actor, duties.about.id, node_id)
        st.session_state.pop(_undo_key(duties), None)
        done(duties, f"“{name}”已恢复。", node_id)
