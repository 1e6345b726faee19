"""Reads about responsibility lists: one scenario's list, and one organisation's items across scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import sqlalchemy
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Answer, Permission, Subject, may, require
from core.errors import NotFound
from core.words import DutyAnswer, DutyKind, DutyPart, ScenarioState, Standing
from db import files
from db.files import Attached
from db.session import read
from db.tables import (
    Account,
    DataResource,
    Organisation,
    Responsibility,
    ResponsibilityConfirmation,
    Scenario,
    ScenarioData,
)
from scenarios import dossier_queries, duty_rules, duty_tree, queries, rules, stages
from scenarios.duty_names import Directory
from scenarios.duty_rules import Change
from scenarios.duty_tree import Node


@dataclass(frozen=True)
class About:
    """The scenario that a list belongs to."""

    id: int
    code: str
    name: str
    state: ScenarioState
    lead: str


@dataclass(frozen=True)
class Removed:
    """Something that was taken off a list and can be brought back."""

    id: int
    name: str
    kind: DutyKind
    items: int
    by: str
    at: datetime


@dataclass(frozen=True)
class DutyList:
    """A scenario's list as one person sees it."""

    about: About
    nodes: Sequence[Node]
    given: Mapping[tuple[int, int], duty_tree.Answer]
    directory: Directory
    removed: Sequence[Removed]
    resources: Sequence[tuple[str, int | None]]  # data of the catalogue that the scenario uses, with providers
    editable: Answer

    @property
    def names(self) -> Mapping[int, str]:
        return self.directory.names

    @property
    def short(self) -> Mapping[int, str]:
        return self.directory.short

    @cached_property
    def items(self) -> list[Node]:
        return [node for node in self.nodes if node.content is not None]

    @cached_property
    def findings(self) -> list[rules.Finding]:
        return duty_tree.findings(self.nodes, self.given, self.names)

    @cached_property
    def gaps(self) -> dict[str, list[rules.Finding]]:
        """Findings by the item they are about."""
        found: dict[str, list[rules.Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.item, []).append(finding)
        return found

    @cached_property
    def standings(self) -> dict[int, dict[int, Standing]]:
        """Item → organisation → where it stands."""
        return {node.id: duty_tree.standings(node, self.given) for node in self.items}

    def gaps_of(self, node: Node) -> list[rules.Finding]:
        return self.gaps.get(duty_rules.ARROW.join(node.path), [])

    def node(self, node_id: int | None) -> Node | None:
        return next((node for node in self.nodes if node.id == node_id), None)

    def below(self, parent_id: int | None) -> list[Node]:
        return [node for node in self.nodes if node.parent_id == parent_id]

    @cached_property
    def progress(self) -> dict[int, Counter[Standing]]:
        """Organisation → how many of its items stand how, in the order the list names them."""
        found: dict[int, Counter[Standing]] = {}
        for standings in self.standings.values():
            for organisation, standing in standings.items():
                found.setdefault(organisation, Counter())[standing] += 1
        return found


@dataclass(frozen=True)
class Concern:
    """An item as it concerns one organisation: its parts, where it stands, and what changed since its
    newest answer."""

    node: Node
    parts: Sequence[DutyPart]
    standing: Standing
    changes: Sequence[Change]
    answer: duty_tree.Answer | None


@dataclass(frozen=True)
class Concerns:
    """An organisation's items of one scenario."""

    about: About
    items: Sequence[Concern]
    names: Mapping[int, str]  # of all organisations

    def count(self, *standings: Standing) -> int:
        return sum(item.standing in standings for item in self.items)

    @property
    def waiting(self) -> int:
        """Items that wait for an answer."""
        return self.count(Standing.PENDING, Standing.CHANGED)


@dataclass(frozen=True)
class Progress:
    """How far an organisation has come with its items in all scenarios."""

    organisation_id: int
    organisation: str
    scenarios: int
    standings: Mapping[Standing, int]

    @property
    def total(self) -> int:
        return sum(self.standings.values())


@dataclass(frozen=True)
class Said:
    """One answer in the history, with its items by their names of that time."""

    id: int
    organisation: str
    answer: DutyAnswer
    items: Sequence[str]
    reason: str
    on_behalf: bool
    by: str
    at: datetime
    evidence: Sequence[Attached]


def duty_list(actor: Actor, scenario_id: int | None) -> DutyList | None:
    """A scenario's list, or None when there is none that this person sees."""
    if scenario_id is None:
        return None
    with read() as session:
        row = session.scalars(queries.readable(actor).where(Scenario.id == scenario_id)).first()
        if row is None:
            return None
        subject = replace(dossier_queries.subject_of(session, actor, row), editable=row.state in stages.LIST_OPEN)
        directory = duty_tree.directory(session)
        return DutyList(
            about=About(scenario_id, row.code, row.name, row.state, directory.names[row.lead_organisation_id]),
            nodes=duty_tree.tree(session, scenario_id),
            given=duty_tree.answers(session, [scenario_id]),
            directory=directory,
            removed=_removed(session, scenario_id),
            resources=_resources(session, scenario_id),
            editable=may(actor, Permission.DUTY_EDIT, subject),
        )


def concerns(actor: Actor, organisation_id: int) -> list[Concerns]:
    """An organisation's items by scenario; what waits for an answer first, scenarios that have ended left out.
    People ask about their own organisation, staff about any."""
    require(actor, Permission.DUTY_CONFIRM, Subject(organisation_id=organisation_id))
    with read() as session:
        scenarios = _abouts(session, actor, organisation_id)
        ids = [about.id for about in scenarios]
        trees = duty_tree.trees(session, ids)
        given = duty_tree.answers(session, ids, organisation_id)
        names = duty_tree.organisation_names(session)
    found = []
    for about in scenarios:
        items = [
            _concern(node, organisation_id, given.get((node.id, organisation_id)), names)
            for node in trees[about.id]
            if node.content is not None and organisation_id in node.content.parties
        ]
        if items:
            found.append(Concerns(about, items, names))
    return sorted(found, key=lambda item: (item.waiting == 0, item.about.code))


def waiting(actor: Actor) -> int:
    """How many items wait for an answer of this person's own organisation."""
    if actor.organisation_id is None or not may(
        actor, Permission.DUTY_CONFIRM, Subject(organisation_id=actor.organisation_id)
    ):
        return 0
    return sum(item.waiting for item in concerns(actor, actor.organisation_id))


def progress(actor: Actor) -> list[Progress]:
    """Every organisation that some list concerns, those that wait longest for words first: for staff."""
    require(actor, Permission.DUTY_CONFIRM)
    with read() as session:
        ids = [about.id for about in _abouts(session, actor)]
        trees = duty_tree.trees(session, ids)
        given = duty_tree.answers(session, ids)
        names = duty_tree.organisation_names(session)
    counts: dict[int, Counter[Standing]] = {}
    scenarios: dict[int, set[int]] = {}
    for nodes in trees.values():
        for node in nodes:
            for organisation, standing in duty_tree.standings(node, given).items():
                counts.setdefault(organisation, Counter())[standing] += 1
                scenarios.setdefault(organisation, set()).add(node.scenario_id)
    found = [Progress(key, names[key], len(scenarios[key]), count) for key, count in counts.items()]
    unanswered = (Standing.PENDING, Standing.CHANGED, Standing.OBJECTED)
    return sorted(found, key=lambda p: (-sum(p.standings[s] for s in unanswered), p.organisation))


def said(actor: Actor, scenario_id: int, organisation_id: int | None = None) -> list[Said]:
    """Who answered what when, newest first: of a whole list, or of one organisation to it."""
    act = ResponsibilityConfirmation
    with read() as session:
        if session.scalars(queries.readable(actor).where(Scenario.id == scenario_id)).first() is None:
            return []
        query = (
            sqlalchemy.select(act, col(Organisation.name), col(Account.name))
            .join(Organisation, col(Organisation.id) == act.organisation_id)
            .join(Account, col(Account.id) == act.account_id)
            .where(col(act.scenario_id) == scenario_id)
            .order_by(col(act.id).desc())
        )
        if organisation_id is not None:
            query = query.where(col(act.organisation_id) == organisation_id)
        rows = session.execute(query).all()
        items = duty_tree.answered_names(session, scenario_id)
        evidence: dict[int, list[Attached]] = {}
        for file in files.attached(session, "duty_confirmation", [row.id or 0 for row, *_ in rows]):
            evidence.setdefault(file.entity_id, []).append(file)
        return [
            Said(
                id=row.id or 0,
                organisation=organisation,
                answer=row.answer,
                items=items.get(row.id or 0, ()),
                reason=row.reason,
                on_behalf=row.on_behalf,
                by=by,
                at=row.at,
                evidence=evidence.get(row.id or 0, ()),
            )
            for row, organisation, by in rows
        ]


def evidence(actor: Actor, confirmation_id: int, attachment_id: int) -> bytes:
    """A file that was attached to an answer, for whoever sees the scenario."""
    with read() as session:
        row = session.get(ResponsibilityConfirmation, confirmation_id)
        seen = row and session.scalars(queries.readable(actor).where(Scenario.id == row.scenario_id)).first()
        known = {file.id for file in files.attached(session, "duty_confirmation", [confirmation_id])}
        if not seen or attachment_id not in known:
            raise NotFound("没有找到这个文件，或您无权查看。", "请刷新页面。")
        return files.content(session, attachment_id)


def _concern(node: Node, organisation_id: int, answer: duty_tree.Answer | None, names: Mapping[int, str]) -> Concern:
    assert node.content is not None
    standing = duty_rules.standing(node.content, answer.answer if answer else None, answer.content if answer else None)
    changes = duty_rules.changes(answer.content, node.content, names) if answer else []
    return Concern(node, node.content.parties[organisation_id], standing, changes, answer)


def _abouts(session: Session, actor: Actor, organisation_id: int | None = None) -> list[About]:
    """The scenarios whose lists are to be confirmed, of those this person sees."""
    query = queries.readable(actor).where(col(Scenario.state).in_(stages.CONFIRMABLE))
    if organisation_id is not None:
        query = query.where(col(Scenario.id).in_(duty_tree.concerned(organisation_id)))
    rows = session.execute(
        query.join(Organisation, col(Organisation.id) == Scenario.lead_organisation_id)
        .with_only_columns(Scenario.id, Scenario.code, Scenario.name, Scenario.state, Organisation.name)
        .order_by(Scenario.code)
    )
    return [About(*row) for row in rows]


def _resources(session: Session, scenario_id: int) -> list[tuple[str, int | None]]:
    rows = session.exec(
        select(DataResource.name, DataResource.provider_id)
        .join(ScenarioData, col(ScenarioData.resource_id) == DataResource.id)
        .where(ScenarioData.scenario_id == scenario_id)
        .order_by(DataResource.name)
    )
    return [(name, provider) for name, provider in rows if not duty_rules.unsplittable(name)]


def _removed(session: Session, scenario_id: int) -> list[Removed]:
    """What was removed, newest first; what went together is named by its top."""
    rows = session.execute(
        sqlalchemy.select(
            col(Responsibility.id),
            col(Responsibility.parent_id),
            col(Responsibility.kind),
            col(Responsibility.name),
            col(Responsibility.removed_at),
            col(Account.name),
        )
        .outerjoin(Account, col(Account.id) == Responsibility.changed_by)
        .where(col(Responsibility.scenario_id) == scenario_id, col(Responsibility.removed_at).is_not(None))
        .order_by(col(Responsibility.removed_at).desc(), col(Responsibility.id))
    ).all()
    together = {(row[0], row[4]) for row in rows}
    below: dict[int, list[int]] = {}
    items = {row[0] for row in rows if row[2] is DutyKind.ITEM}
    for number, parent_id, *_ in rows:
        if parent_id is not None:
            below.setdefault(parent_id, []).append(number)

    def count(number: int) -> int:
        return (number in items) + sum(count(child) for child in below.get(number, ()))

    return [
        Removed(number, name, kind, count(number), by or "系统", at)
        for number, parent_id, kind, name, at, by in rows
        if (parent_id, at) not in together
    ]
