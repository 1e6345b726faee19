"""A responsibility list in the hands of one command: what every change of it goes through.

Rows are written by statements, not objects, so that five hundred items are a handful of statements.
Each change counts the row's version up and says who made it and when.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, update
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Conflict, Duplicate, Invalid, NotFound
from core.words import DutyKind
from db.tables import Account, Responsibility, ResponsibilityData, ResponsibilitySupport, Scenario
from scenarios import dossier_queries, duty_rules, duty_tree, queries, stages
from scenarios.duty_rules import Content, Place, Wanted, Where
from scenarios.duty_tree import Node

_ITEM: Table = Responsibility.__table__  # type: ignore[attr-defined]
_SUPPORT: Table = ResponsibilitySupport.__table__  # type: ignore[attr-defined]
_DATA: Table = ResponsibilityData.__table__  # type: ignore[attr-defined]
_PLAIN = ("organisation_id", "owner", "trigger", "inputs", "outputs", "time_limit", "legal_basis")
NOT_FOUND = "没有找到这个场景，或您无权查看。"
CHECK_AGAIN = "您的修改没有保存。请核对最新内容后再改。"


@dataclass
class Ledger:
    """A scenario's list, locked for this transaction. `nodes` is how it stood when it was opened."""

    session: Session
    actor: Actor
    scenario_id: int
    nodes: Sequence[Node]
    now: datetime = field(default_factory=clock.now)
    _placeless: int = -1  # the next position below zero, for rows that have no place yet

    @property
    def items(self) -> list[Node]:
        return [node for node in self.nodes if node.content is not None]

    def below(self, parent_id: int | None) -> list[Node]:
        """The children of a node in their order."""
        return [node for node in self.nodes if node.parent_id == parent_id]

    def within(self, node: Node) -> list[Node]:
        """A node and everything below it."""
        found, ids = [node], {node.id}
        for other in self.nodes:  # parents come before their children
            if other.parent_id in ids:
                found.append(other)
                ids.add(other.id)
        return found

    def find(self, node_id: int) -> Node:
        found = next((node for node in self.nodes if node.id == node_id), None)
        if found is None:
            raise NotFound("责任清单里没有这一项，可能已被移除。", "请刷新页面。")
        return found

    # -- as it was seen, as it is ---------------------------------------------------------

    def current(self, seen: Node) -> Node:
        """The node as it is now, or Conflict with what changed since a page showed it as `seen`."""
        found = next((node for node in self.nodes if node.id == seen.id), None)
        if found is None:
            raise Conflict(f"“{seen.name}”{self._by(seen.id)}移除。", "您的修改没有保存。请刷新页面。")
        if found.version == seen.version:
            return found
        if seen.content is not None and found.content is not None:
            names = duty_tree.organisation_names(self.session)
            said = [change.words for change in duty_rules.changes(seen.content, found.content, names)]
        else:
            said = [f"名称：{seen.name} → {found.name}"] if seen.name != found.name else []
        if not said:
            said = [f"序号：{seen.number} → {found.number}"] if seen.number != found.number else ["位置有调整"]
        raise Conflict(f"“{seen.name}”{self._by(seen.id)}改动：{'；'.join(said)}。", CHECK_AGAIN)

    def _by(self, node_id: int) -> str:
        row = self.session.execute(
            select(Account.name, Responsibility.changed_at)
            .select_from(Responsibility)
            .outerjoin(Account, col(Account.id) == Responsibility.changed_by)
            .where(col(Responsibility.id) == node_id)
        ).first()
        if row is None or row[1] is None:
            return "刚被别人"
        return f"已由{row[0] or '系统'}于 {clock.show(row[1])} "

    def require_new_name(self, parent_id: int | None, name: str, besides: Collection[int] = ()) -> None:
        """Children of one parent have different names, so that lists and Excel rows tell them apart."""
        if any(node.name == name and node.id not in besides for node in self.below(parent_id)):
            raise Duplicate(f"同一处已有“{name}”。", "请换一个能区分的名称，或修改已有的那一项。")

    # -- places ---------------------------------------------------------------------------

    def resolve(self, place: Place, kind: DutyKind, moving: Node | None = None) -> tuple[int | None, int]:
        """The parent and the index among its children (without `moving`) that a place means."""
        anchor = self.find(place.anchor_id) if place.anchor_id is not None else None
        if anchor is None:
            parent_id, index = None, len(self.below(None))
        elif place.where is Where.UNDER:
            parent_id, index = anchor.id, len(self.below(anchor.id))
        else:
            parent_id = anchor.parent_id
            siblings = [node.id for node in self.below(parent_id) if moving is None or node.id != moving.id]
            if anchor.id not in siblings:
                raise Invalid(["不能移到它自己的前后"], "请选择另一项。")
            index = siblings.index(anchor.id) + (place.where is Where.AFTER)
        parent = self.find(parent_id) if parent_id is not None else None
        if not duty_rules.belongs_under(kind, parent.kind if parent else None):
            where = f"“{parent.name}”（{parent.kind.label}）下面" if parent else "最上层"
            raise Invalid([f"{kind.label}不能放在{where}"], "清单分三层：业务 → 环节 → 最小颗粒。")
        return parent_id, index

    def order(self, parent_id: int | None, ids: Sequence[int]) -> None:
        """Write the positions of a parent's children; other versions stay, for only their place changed."""
        if list(ids) != [node.id for node in self.below(parent_id)]:
            self.session.execute(
                update(_ITEM).where(_ITEM.c.id == bindparam("key")).values(position=bindparam("at")),
                [{"key": number, "at": index} for index, number in enumerate(ids)],
            )

    def put(self, parent_id: int | None, index: int, kind: DutyKind, contents: Sequence[Content]) -> list[int]:
        """Insert nodes side by side at a place; their ids in order."""
        made = self.insert([(parent_id, kind, content) for content in contents])
        ids = [node.id for node in self.below(parent_id)]
        self.order(parent_id, [*ids[:index], *made, *ids[index:]])
        return made

    # -- rows -----------------------------------------------------------------------------

    def insert(self, rows: Sequence[tuple[int | None, DutyKind, Content]]) -> list[int]:
        """New rows; their places are written by `order`. Until then negative positions, each given once in
        this transaction, tell which row is which: one statement inserts them, one brings their ids."""
        if not rows:
            return []
        first = self._placeless - len(rows) + 1
        values = [
            {
                "scenario_id": self.scenario_id,
                "parent_id": parent_id,
                "kind": kind,
                "name": content.name,
                "position": self._placeless - number,
                "version": 1,
                **{name: getattr(content, name) for name in _PLAIN},
                **self._stamp(),
            }
            for number, (parent_id, kind, content) in enumerate(rows)
        ]
        self.session.execute(insert(_ITEM), values)
        made = self.session.execute(
            select(_ITEM.c.id)
            .where(_ITEM.c.scenario_id == self.scenario_id, _ITEM.c.position.between(first, self._placeless))
            .order_by(_ITEM.c.position.desc())
        ).scalars()
        self._placeless = first - 1
        ids = [int(number) for number in made]
        self._set_parts(dict(zip(ids, (content for *_, content in rows), strict=True)))
        return ids

    def rewrite_items(self, changed: Mapping[int, Content]) -> None:
        """Give items another content; their place in the tree is not touched."""
        if not changed:
            return
        fields = ("name", *_PLAIN)
        # A parameter must not be called like a column, hence the prefix.
        self.session.execute(
            update(_ITEM)
            .where(_ITEM.c.id == bindparam("key"))
            .values({name: bindparam(f"new_{name}") for name in fields} | self._counted()),
            [
                {"key": number} | {f"new_{name}": getattr(content, name) for name in fields}
                for number, content in changed.items()
            ],
        )
        ids = list(changed)
        for table in (_SUPPORT, _DATA):
            self.session.execute(delete(table).where(table.c.responsibility_id.in_(ids)))
        self._set_parts(changed)

    def touch(self, ids: Iterable[int], **values: Any) -> None:
        """The same new values for several rows."""
        chosen = update(_ITEM).where(_ITEM.c.id.in_(list(ids)))
        self.session.execute(chosen.values(values | self._counted()))

    def remove(self, nodes: Iterable[Node]) -> None:
        self.touch([node.id for node in nodes], removed_at=self.now)

    def _stamp(self) -> dict[str, Any]:
        return {"changed_by": self.actor.account_id, "changed_at": self.now}

    def _counted(self) -> dict[str, Any]:
        return {"version": _ITEM.c.version + 1} | self._stamp()

    def _set_parts(self, of: Mapping[int, Content]) -> None:
        supporting = [
            {"responsibility_id": number, "organisation_id": organisation}
            for number, content in of.items()
            for organisation in content.supporting
        ]
        data = [
            {"responsibility_id": number, "name": name, "provider_id": provider, "position": position}
            for number, content in of.items()
            for position, (name, provider) in enumerate(content.data)
        ]
        if supporting:
            self.session.execute(insert(_SUPPORT), supporting)
        if data:
            self.session.execute(insert(_DATA), data)

    # -- the whole list -------------------------------------------------------------------

    def rewrite(self, wanted: Sequence[Wanted], removed: Collection[int]) -> bool:
        """Make the list hold these items in this order, below the branches their paths name; whether
        anything changed. `wanted` and `removed` together are all items there are. Branches are made where
        they are missing and go when they lose their last item."""
        before = {node.id: node for node in self.items}
        branches: dict[tuple[str, ...], int] = {
            node.path: node.id for node in reversed(self.nodes) if node.content is None
        }
        made: dict[int, int | None] = {}  # new branch → parent
        for path in dict.fromkeys(
            item.content.path[:depth] for item in wanted for depth in range(1, len(item.content.path))
        ):
            if path not in branches:
                parent_id = branches.get(path[:-1])
                kind = DutyKind.BUSINESS if len(path) == 1 else DutyKind.STAGE
                branches[path] = self.insert([(parent_id, kind, Content(path))])[0]
                made[branches[path]] = parent_id
        homes = [branches.get(item.content.path[:-1]) for item in wanted]
        fresh = iter(
            self.insert(
                [
                    (home, DutyKind.ITEM, item.content)
                    for home, item in zip(homes, wanted, strict=True)
                    if item.id is None
                ]
            )
        )
        ids = [item.id if item.id is not None else next(fresh) for item in wanted]
        rewritten = {
            item.id: item.content
            for item in wanted
            if item.id is not None and _own(item.content) != _own(before[item.id].content)
        }
        self.rewrite_items(rewritten)
        homeless = {
            number: home
            for number, home in zip(ids, homes, strict=True)
            if number in before and before[number].parent_id != home
        }
        for home in dict.fromkeys(homeless.values()):
            self.touch([number for number, at in homeless.items() if at == home], parent_id=home)
        gone = [before[number] for number in removed]
        emptied = self._emptied(set(homes), made)
        if gone or emptied:
            self.remove([*gone, *emptied])
        moved = self._arrange(ids, homes, wanted, branches, {node.id for node in (*gone, *emptied)})
        return bool(made or rewritten or homeless or gone or emptied or moved or any(w.id is None for w in wanted))

    def _emptied(self, homes: set[int | None], made: Mapping[int, int | None]) -> list[Node]:
        """Branches that had items and now have none; those that were empty before stay."""
        parents = {node.id: node.parent_id for node in self.nodes} | dict(made)

        def with_above(numbers: Iterable[int | None]) -> set[int]:
            found: set[int] = set()
            for number in numbers:
                while number is not None and number not in found:
                    found.add(number)
                    number = parents[number]  # noqa: PLW2901  climbing is the point
            return found

        used, had = with_above(homes), with_above(node.parent_id for node in self.items)
        return [node for node in self.nodes if node.content is None and node.id in had and node.id not in used]

    def _arrange(
        self,
        ids: Sequence[int],
        homes: Sequence[int | None],
        wanted: Sequence[Wanted],
        branches: Mapping[tuple[str, ...], int],
        gone: Collection[int],
    ) -> bool:
        """Order the children of every branch by their first appearance among the items wanted."""
        order: dict[int | None, dict[int, None]] = {}
        for number, home, item in zip(ids, homes, wanted, strict=True):
            path = item.content.path
            for depth in range(1, len(path)):
                order.setdefault(branches.get(path[: depth - 1]), {})[branches[path[:depth]]] = None
            order.setdefault(home, {})[number] = None
        moved = False
        for parent_id, children in order.items():
            before = [node.id for node in self.below(parent_id) if node.id not in gone]
            stay = [number for number in before if number in children]
            after = _with_others([n for n in children if n in stay], before) if stay else before
            after = _inserted(list(children), after)
            moved |= [number for number in children if number in stay] != stay
            self.order(parent_id, after)
        return moved


def _own(content: Content | None) -> Content | None:
    """Content without the branches above, which are not the item's own row."""
    return replace(content, path=content.path[-1:]) if content else None


def _with_others(kept: Sequence[int], before: Sequence[int]) -> list[int]:
    """`kept` in its own order; members of `before` that are not in it stay behind whom they stood."""
    after = list(kept)
    for index, number in enumerate(before):
        if number not in kept:
            at = after.index(before[index - 1]) + 1 if index else 0
            after.insert(at, number)
    return after


def _inserted(children: Sequence[int], after: Sequence[int]) -> list[int]:
    """New members of `children` put behind the one before them."""
    found = list(after)
    for index, number in enumerate(children):
        if number not in found:
            found.insert(found.index(children[index - 1]) + 1 if index else 0, number)
    return found


def open_list(session: Session, actor: Actor, scenario_id: int) -> Ledger:
    """The list of a scenario that this person may change, locked until the transaction ends."""
    row = session.scalars(queries.readable(actor).where(Scenario.id == scenario_id)).first()
    if row is None:
        raise NotFound(NOT_FOUND, "请回到场景列表重新选择。")
    subject = replace(dossier_queries.subject_of(session, actor, row), editable=row.state in stages.LIST_OPEN)
    require(actor, Permission.DUTY_EDIT, subject)
    return lock(session, actor, scenario_id)


def lock(session: Session, actor: Actor, scenario_id: int) -> Ledger:
    """The list, for whoever was allowed already. On SQLite writers take turns anyway."""
    session.execute(select(Scenario.id).where(Scenario.id == scenario_id).with_for_update())
    return Ledger(session, actor, scenario_id, duty_tree.tree(session, scenario_id))
