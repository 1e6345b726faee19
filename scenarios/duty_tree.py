"""Responsibility lists as they are stored: whole trees and the answers to them, in a fixed number of statements.

For queries and commands of this room; who may see a list is theirs to ask first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import case, func, or_
from sqlmodel import Session, col, select

from core.errors import Invalid
from core.words import DutyAnswer, DutyKind, Standing
from db.tables import (
    Account,
    Organisation,
    Responsibility,
    ResponsibilityConfirmation,
    ResponsibilityConfirmationItem,
    ResponsibilityData,
    ResponsibilitySupport,
)
from scenarios import duty_rules, rules
from scenarios.duty_names import Directory
from scenarios.duty_rules import Content

_COLUMNS = (
    "id",
    "scenario_id",
    "parent_id",
    "kind",
    "name",
    "position",
    "version",
    "changed_by",
    "changed_at",
    "organisation_id",
    "owner",
    "trigger",
    "inputs",
    "outputs",
    "time_limit",
    "legal_basis",
)


@dataclass(frozen=True)
class Node:
    """A node of a list where it stands. `content` is None for 业务 and 环节."""

    id: int
    scenario_id: int
    parent_id: int | None
    kind: DutyKind
    number: str
    path: tuple[str, ...]
    version: int
    changed_by: int | None
    changed_at: datetime | None
    content: Content | None

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def depth(self) -> int:
        return len(self.path) - 1


@dataclass(frozen=True)
class Answer:
    """The newest answer of an organisation to an item, and whether it ever confirmed it."""

    confirmation_id: int
    answer: DutyAnswer
    content: Content
    reason: str
    on_behalf: bool
    by: str
    at: datetime
    ever_confirmed: bool


Answers = Mapping[tuple[int, int], Answer]  # (item, organisation) →


def trees(session: Session, scenario_ids: Sequence[int]) -> dict[int, list[Node]]:
    """The lists of scenarios, each node before what is below it. Three statements however many there are."""
    ids = list(scenario_ids)
    live = [col(Responsibility.scenario_id).in_(ids), col(Responsibility.removed_at).is_(None)]
    rows = session.execute(sqlalchemy.select(*(getattr(Responsibility, name) for name in _COLUMNS)).where(*live)).all()
    supporting: dict[int, list[int]] = defaultdict(list)
    for item, organisation in session.execute(
        select(ResponsibilitySupport.responsibility_id, ResponsibilitySupport.organisation_id)
        .join(Responsibility, col(Responsibility.id) == ResponsibilitySupport.responsibility_id)
        .where(*live)
        .order_by(col(ResponsibilitySupport.organisation_id))
    ):
        supporting[item].append(organisation)
    data: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    for item, name, provider in session.execute(
        select(ResponsibilityData.responsibility_id, ResponsibilityData.name, ResponsibilityData.provider_id)
        .join(Responsibility, col(Responsibility.id) == ResponsibilityData.responsibility_id)
        .where(*live)
        .order_by(col(ResponsibilityData.position), col(ResponsibilityData.id))
    ):
        data[item].append((name, provider))
    of: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        of[row.scenario_id].append(row)
    return {
        key: [_node(row, step, supporting, data) for row, step in duty_rules.walk(of[key])]
        for key in dict.fromkeys(ids)
    }


def tree(session: Session, scenario_id: int) -> list[Node]:
    """One scenario's list."""
    return trees(session, [scenario_id])[scenario_id]


def concerned(organisation_id: int | None) -> Any:
    """Ids of the scenarios in whose lists an organisation answers for, supports or feeds something."""
    item = Responsibility
    return (
        select(item.scenario_id)
        .where(col(item.removed_at).is_(None))
        .where(
            or_(
                col(item.organisation_id) == organisation_id,
                col(item.id).in_(
                    select(ResponsibilitySupport.responsibility_id).where(
                        ResponsibilitySupport.organisation_id == organisation_id
                    )
                ),
                col(item.id).in_(
                    select(ResponsibilityData.responsibility_id).where(
                        ResponsibilityData.provider_id == organisation_id
                    )
                ),
            )
        )
    )


def _node(
    row: Any,
    step: duty_rules.Step,
    supporting: Mapping[int, list[int]],
    data: Mapping[int, list[tuple[str, int | None]]],
) -> Node:
    content = None
    if step.kind is DutyKind.ITEM:
        content = Content(
            path=step.path,
            organisation_id=row.organisation_id,
            owner=row.owner,
            supporting=tuple(supporting.get(row.id, ())),
            trigger=row.trigger,
            inputs=row.inputs,
            outputs=row.outputs,
            data=tuple(data.get(row.id, ())),
            time_limit=row.time_limit,
            legal_basis=row.legal_basis,
        )
    return Node(
        id=row.id,
        scenario_id=row.scenario_id,
        parent_id=row.parent_id,
        kind=step.kind,
        number=step.number,
        path=step.path,
        version=row.version,
        changed_by=row.changed_by,
        changed_at=row.changed_at,
        content=content,
    )


def answers(
    session: Session, scenario_ids: Sequence[int], organisation_id: int | None = None
) -> dict[tuple[int, int], Answer]:
    """The newest answer of every organisation, or of one, to every item of these lists."""
    act, said = ResponsibilityConfirmation, ResponsibilityConfirmationItem
    wanted: list[Any] = [col(act.scenario_id).in_(list(scenario_ids))]
    if organisation_id is not None:
        wanted.append(col(act.organisation_id) == organisation_id)
    newest = (
        sqlalchemy.select(
            col(said.responsibility_id),
            col(act.organisation_id),
            func.max(col(act.id)).label("newest"),
            func.max(case((col(act.answer) == DutyAnswer.CONFIRM, 1), else_=0)).label("ever"),
        )
        .join(act, col(act.id) == said.confirmation_id)
        .where(*wanted)
        .group_by(col(said.responsibility_id), col(act.organisation_id))
        .subquery()
    )
    query = (
        # Columns, not objects: staff read the answers to thousands of items at once.
        sqlalchemy.select(
            *map(col, (said.responsibility_id, act.organisation_id, act.id, act.answer, said.content, act.reason)),
            *map(col, (act.on_behalf, Account.name, act.at)),
            newest.c.ever,
        )
        .join(newest, newest.c.newest == act.id)
        .join(
            said,
            (col(said.confirmation_id) == act.id) & (col(said.responsibility_id) == newest.c.responsibility_id),
        )
        .join(Account, col(Account.id) == act.account_id)
    )
    return {
        (item, organisation): Answer(number, answer, Content.from_json(content), reason, on_behalf, by, at, bool(ever))
        for item, organisation, number, answer, content, reason, on_behalf, by, at, ever in session.execute(query)
    }


def standings(node: Node, given: Answers) -> dict[int, Standing]:
    """Where every organisation of an item stands to it now."""
    if node.content is None:
        return {}
    found = {}
    for organisation in node.content.parties:
        answer = given.get((node.id, organisation))
        found[organisation] = duty_rules.standing(
            node.content, answer.answer if answer else None, answer.content if answer else None
        )
    return found


def organisation_names(session: Session) -> dict[int, str]:
    return {key or 0: name for key, name in session.exec(select(Organisation.id, Organisation.name))}


def directory(session: Session) -> Directory:
    """Every organisation by its full and its short name."""
    rows = session.exec(select(Organisation.id, Organisation.name, Organisation.short_name)).all()
    return Directory({key or 0: name for key, name, _ in rows}, {key or 0: short or name for key, name, short in rows})


def content_of(node: Node) -> Content:
    """What an item says, where only an item can be meant."""
    if node.content is None:
        raise Invalid([f"“{node.name}”是{node.kind.label}，不是事项"], "请刷新页面后重新选择。")
    return node.content


def duty(node: Node, given: Answers, names: Mapping[int, str]) -> rules.Duty:
    """An item as the checks read it."""
    assert node.content is not None
    content = node.content
    return rules.Duty(
        path=content.path,
        organisation_id=content.organisation_id,
        owner=content.owner,
        time_limit=content.time_limit,
        legal_basis=content.legal_basis,
        data=content.data,
        confirmed=tuple(
            (names[number], (found := given.get((node.id, number))) is not None and found.ever_confirmed)
            for number in content.parties
        ),
    )


def findings(nodes: Iterable[Node], given: Answers, names: Mapping[int, str]) -> list[rules.Finding]:
    """What is wrong with a list: the gaps of its items, then branches without any."""
    nodes = list(nodes)
    found = rules.check_responsibilities([duty(node, given, names) for node in nodes if node.content])
    parents = {node.parent_id for node in nodes}
    return found + [
        rules.Finding(duty_rules.ARROW.join(node.path), "下面还没有事项", True)
        for node in nodes
        if node.content is None and node.id not in parents
    ]


def answered_names(session: Session, scenario_id: int) -> dict[int, list[str]]:
    """Confirmation → the items it is about, as they were called then."""
    said, act = ResponsibilityConfirmationItem, ResponsibilityConfirmation
    found: dict[int, list[str]] = defaultdict(list)
    for key, content in session.exec(
        select(said.confirmation_id, said.content)
        .join(act, col(act.id) == said.confirmation_id)
        .where(act.scenario_id == scenario_id)
        .order_by(col(said.responsibility_id))
    ):
        found[key].append(duty_rules.ARROW.join(content["path"]))
    return found
