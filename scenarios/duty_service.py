"""Commands about responsibility lists: one function a use case. Whoever changes a node hands over the
`Node` that the page showed, so that what somebody else changed meanwhile is not lost but named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core.errors import Conflict, Invalid, NotFound, WrongState
from core.words import DutyKind
from db import audit
from db.session import write
from db.tables import (
    Responsibility,
    Scenario,
)
from scenarios import duty_imports, duty_reading, duty_rules, duty_tree
from scenarios.duty_rules import Content, Place, Wanted
from scenarios.duty_tree import Node, content_of
from scenarios.duty_writing import Ledger, open_list
from scenarios.schemas import BranchIn, DutyIn, ResponsibilityIn

# -- the tree -----------------------------------------------------------------------------


def add_branch(actor: Actor, scenario_id: int, data: BranchIn, place: Place) -> int:
    """Add a 业务 (at the top) or a 环节 (below one); the place tells which. Returns its id."""
    with write() as session:
        ledger = open_list(session, actor, scenario_id)
        above = _parent_of(ledger, place)
        kind = DutyKind.BUSINESS if above is None else DutyKind.STAGE
        return _add(ledger, kind, Content((data.name,)), place)


def add_item(actor: Actor, scenario_id: int, data: DutyIn, place: Place) -> int:
    """Add an item (最小颗粒) at a place. Returns its id."""
    with write() as session:
        ledger = open_list(session, actor, scenario_id)
        return _add(ledger, DutyKind.ITEM, data.content(()), place)


def add_path(actor: Actor, scenario_id: int, data: ResponsibilityIn) -> int:
    """Add an item below the 业务 and 环节 it names, at their end; those that are missing are made."""
    with write() as session:
        ledger = open_list(session, actor, scenario_id)
        if data.stage and not data.business:
            raise Invalid(["填了环节就要填它所属的业务"])
        branches = {node.path: node.id for node in ledger.nodes if node.content is None}
        if data.above in branches:
            ledger.require_new_name(branches[data.above], data.name)
        parent_id: int | None = None
        for depth in range(1, len(data.above) + 1):
            path = data.above[:depth]
            if path not in branches:
                kind = DutyKind.BUSINESS if depth == 1 else DutyKind.STAGE
                place = len(ledger.below(parent_id))
                (branches[path],) = ledger.put(parent_id, place, kind, [Content(path)])
            parent_id = branches[path]
        content = data.content(data.above)
        (made,) = ledger.put(parent_id, len(ledger.below(parent_id)), DutyKind.ITEM, [content])
        changes = {"do": duty_rules.ARROW.join(content.path), "item": made}
        audit.record(session, actor.account_id, "duty:add", "scenario", scenario_id, changes)
        return made


def rename(actor: Actor, seen: Node, data: BranchIn) -> None:
    """Rename a 业务 or 环节. Items below it read differently from then on and need confirming again."""
    with write() as session:
        ledger = open_list(session, actor, seen.scenario_id)
        node = ledger.current(seen)
        if node.content is not None:
            raise Invalid([f"“{node.name}”是事项，请用“修改”改名"])
        if node.name == data.name:
            return
        ledger.require_new_name(node.parent_id, data.name, besides=[node.id])
        ledger.touch([node.id], name=data.name)
        changes = {"do": f"{node.name} → {data.name}", "item": node.id}
        audit.record(session, actor.account_id, "duty:edit", "scenario", seen.scenario_id, changes)


def edit_item(actor: Actor, seen: Node, data: DutyIn) -> None:
    """Change what an item says. Every organisation it concerns then has to confirm it again."""
    with write() as session:
        ledger = open_list(session, actor, seen.scenario_id)
        node = ledger.current(seen)
        before = content_of(node)
        content = data.content(before.path[:-1])
        if content == before:
            return
        if content.name != before.name:
            ledger.require_new_name(node.parent_id, content.name, besides=[node.id])
        ledger.rewrite_items({node.id: content})
        changes = {"do": node.name, "item": node.id, "changes": _said(ledger, before, content)}
        audit.record(session, actor.account_id, "duty:edit", "scenario", seen.scenario_id, changes)


def shift(actor: Actor, seen: Node, by: int) -> None:
    """Move a node one place up (-1) or down (1) among its neighbours."""
    with write() as session:
        ledger = open_list(session, actor, seen.scenario_id)
        node = ledger.current(seen)
        ids = [other.id for other in ledger.below(node.parent_id)]
        at = ids.index(node.id)
        if not 0 <= at + by < len(ids):
            edge = "第一项" if by < 0 else "最后一项"
            raise Invalid([f"“{node.name}”已经是同级的{edge}"], "要放到别处，请用“移到…”。")
        ids.insert(at + by, ids.pop(at))
        ledger.order(node.parent_id, ids)
        ledger.touch([node.id])
        changes = {"do": f"{node.name}{'上移' if by < 0 else '下移'}", "item": node.id}
        audit.record(session, actor.account_id, "duty:move", "scenario", seen.scenario_id, changes)


def move(actor: Actor, seen: Node, place: Place) -> None:
    """Move a node, with everything below it, before, after or under another one."""
    with write() as session:
        ledger = open_list(session, actor, seen.scenario_id)
        node = ledger.current(seen)
        if place.anchor_id in {other.id for other in ledger.within(node)}:
            raise Invalid([f"不能把“{node.name}”移到它自己或它下面"], "请选择另一项。")
        parent_id, index = ledger.resolve(place, node.kind, moving=node)
        if parent_id != node.parent_id:
            ledger.require_new_name(parent_id, node.name)
        ids = [other.id for other in ledger.below(parent_id) if other.id != node.id]
        ids.insert(index, node.id)
        ledger.touch([node.id], parent_id=parent_id)
        ledger.order(parent_id, ids)
        above = ledger.find(parent_id).path if parent_id is not None else ()
        changes = {"do": node.name, "item": node.id, "from": list(node.path[:-1]), "to": list(above)}
        audit.record(session, actor.account_id, "duty:move", "scenario", seen.scenario_id, changes)


def split(actor: Actor, seen: Node, names: Sequence[str]) -> list[int]:
    """Make several items of one: the first goes on being it under its new name, the others begin as copies
    behind it. Returns all their ids."""
    with write() as session:
        ledger = open_list(session, actor, seen.scenario_id)
        names = [name.strip() for name in names if name.strip()]
        if len(names) < 2:
            raise Invalid(["拆分至少要写两个事项名称"], "一行写一个名称。")
        if len(set(names)) < len(names):
            raise Invalid(["拆分后的名称不能相同"], "请用能区分的名称。")
        node = ledger.current(seen)
        before = content_of(node)
        parts = [_checked(replace(before, path=(*before.path[:-1], name))) for name in names]
        for name in names:
            ledger.require_new_name(node.parent_id, name, besides=[node.id])
        ledger.rewrite_items({node.id: parts[0]})
        at = [other.id for other in ledger.below(node.parent_id)].index(node.id)
        made = ledger.put(node.parent_id, at + 1, DutyKind.ITEM, parts[1:])
        changes = {"do": f"{node.name} → {'、'.join(names)}", "item": node.id, "made": made}
        audit.record(session, actor.account_id, "duty:split", "scenario", seen.scenario_id, changes)
        return [node.id, *made]


def merge(actor: Actor, scenario_id: int, seen: Sequence[Node], data: DutyIn) -> int:
    """Make one item of several: the first goes on with what `data` says, the others are removed. Returns
    its id."""
    with write() as session:
        ledger = open_list(session, actor, scenario_id)
        if len({node.id for node in seen}) < 2:
            raise Invalid(["合并至少要选两个事项"])
        first, *others = [ledger.current(node) for node in seen]
        before = content_of(first)
        for other in others:
            content_of(other)
        content = data.content(before.path[:-1])
        ledger.require_new_name(first.parent_id, content.name, besides=[node.id for node in seen])
        ledger.rewrite_items({first.id: content})
        ledger.remove(others)
        changes = {
            "do": f"{'、'.join(node.name for node in (first, *others))} → {content.name}",
            "item": first.id,
            "changes": _said(ledger, before, content),
        }
        audit.record(session, actor.account_id, "duty:merge", "scenario", scenario_id, changes)
        return first.id


def remove(actor: Actor, seen: Node) -> None:
    """Take a node and everything below it off the list. `restore` brings it back."""
    with write() as session:
        ledger = open_list(session, actor, seen.scenario_id)
        node = ledger.current(seen)
        gone = ledger.within(node)
        ledger.remove(gone)
        items = sum(other.content is not None for other in gone)
        changes = {"do": f"{node.name}（{items} 个事项）", "item": node.id, "removed": [other.id for other in gone]}
        audit.record(session, actor.account_id, "duty:remove", "scenario", seen.scenario_id, changes)


def restore(actor: Actor, scenario_id: int, node_id: int) -> None:
    """Undo a removal: the node and what went with it, where they stood."""
    with write() as session:
        ledger = open_list(session, actor, scenario_id)
        rows = session.exec(
            select(Responsibility).where(
                Responsibility.scenario_id == scenario_id, col(Responsibility.removed_at).is_not(None)
            )
        ).all()
        row = next((row for row in rows if row.id == node_id), None)
        if row is None:
            raise NotFound("没有找到这项已移除的内容，可能已经恢复。", "请刷新页面。")
        if row.parent_id is not None and row.parent_id not in {node.id for node in ledger.nodes}:
            raise WrongState(f"“{row.name}”的上一级也已移除。", "请先恢复上一级，或在别处重新添加。")
        ledger.require_new_name(row.parent_id, row.name)
        together = {row.id}
        while more := {r.id for r in rows if r.parent_id in together and r.removed_at == row.removed_at} - together:
            together |= more
        ledger.touch([key for key in together if key is not None], removed_at=None)
        changes = {"do": row.name, "item": node_id, "restored": sorted(key or 0 for key in together)}
        audit.record(session, actor.account_id, "duty:restore", "scenario", scenario_id, changes)


# -- the whole list -----------------------------------------------------------------------


def take_in(actor: Actor, scenario_id: int, data: bytes, filename: str, seen: str) -> duty_reading.Plan:
    """Save what a workbook changes. `seen` is the digest of the plan that was shown: when the list has changed
    since so that the file would do something else, nothing is saved."""
    with write() as session:
        ledger = open_list(session, actor, scenario_id)
        code = session.exec(select(Scenario.code).where(Scenario.id == scenario_id)).one()
        directory = duty_tree.directory(session)
        plan = duty_imports.plan(duty_imports.read(data, filename), ledger.nodes, directory, code)
        if plan.errors:
            raise Invalid([f"{issue.cell}：{issue.message}" for issue in plan.errors], "请改正后重新上传。")
        if plan.digest != seen:
            raise Conflict("清单刚有变动，这个文件会改动的内容与您看到的不同。", "没有保存；请核对最新的差异后再确认。")
        if not plan.changes:
            return plan
        ledger.rewrite(plan.wanted, plan.removed)
        changes = {
            "do": plan.counts,
            "file": filename,
            "items": [[c.kind, c.name, *(change.words for change in c.changes)] for c in plan.changes],
        }
        audit.record(session, actor.account_id, "duty:import", "scenario", scenario_id, changes)
        return plan


def replace_list(session: Session, actor: Actor, scenario_id: int, wanted: Sequence[ResponsibilityIn]) -> bool:
    """Make the list hold what a registration says, in the caller's transaction; whether anything changed.
    An item of the same path stays the same item, with its number, its confirmations and every field
    that the registration does not give. Items not listed are removed."""
    ledger = open_list(session, actor, scenario_id)
    left: dict[tuple[str, ...], list[Node]] = {}
    for node in ledger.items:
        left.setdefault(node.path, []).append(node)
    items = []
    for given in wanted:
        content = given.content(given.above)
        same = left.get(content.path, [])
        if not same:
            items.append(Wanted(None, content))
            continue
        node = next((n for n in same if content_of(n).organisation_id == content.organisation_id), same[0])
        same.remove(node)
        said = {name: getattr(content, name) for name in given.model_fields_set & set(duty_rules.FIELDS) - {"name"}}
        items.append(Wanted(node.id, replace(content_of(node), **said)))
    return ledger.rewrite(items, [node.id for nodes in left.values() for node in nodes])


# -- within a command ---------------------------------------------------------------------


def _parent_of(ledger: Ledger, place: Place) -> Node | None:
    if place.anchor_id is None:
        return None
    anchor = ledger.find(place.anchor_id)
    if place.where is duty_rules.Where.UNDER:
        return anchor
    return ledger.find(anchor.parent_id) if anchor.parent_id is not None else None


def _add(ledger: Ledger, kind: DutyKind, content: Content, place: Place) -> int:
    parent_id, index = ledger.resolve(place, kind)
    ledger.require_new_name(parent_id, content.name)
    (made,) = ledger.put(parent_id, index, kind, [content])
    changes = {"do": f"{kind.label}“{content.name}”", "item": made}
    audit.record(ledger.session, ledger.actor.account_id, "duty:add", "scenario", ledger.scenario_id, changes)
    return made


def _checked(content: Content) -> Content:
    """An item made by the program passes the checks of one that is typed."""
    if not 2 <= len(content.name) <= 60:
        raise Invalid([f"“{content.name}”：事项名称应为 2–60 个字"])
    return content


def _said(ledger: Ledger, before: Content, after: Content) -> list[str]:
    names = duty_tree.organisation_names(ledger.session)
    return [change.words for change in duty_rules.changes(before, after, names)]
