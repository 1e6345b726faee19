"""What commands on a dossier share, within their transaction: the scenario with whose it is, what it says in
words, and the freezing of versions."""

from __future__ import annotations

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Subject
from core import clock
from core.errors import NotFound
from core.words import ScenarioState
from db import audit
from db.tables import Scenario, ScenarioVersion
from scenarios import dossier_queries, queries, stages
from scenarios.content import Content


def load(session: Session, actor: Actor, scenario_id: int) -> tuple[Scenario, Subject]:
    """The row and what permissions are asked about. What the actor may not see is not found."""
    row = session.scalars(queries.readable(actor).where(Scenario.id == scenario_id)).first()
    if row is None:
        raise NotFound("没有找到这个场景，或您无权查看。", "请回到场景列表重新选择。")
    return row, dossier_queries.subject_of(session, actor, row)


def take(session: Session, actor: Actor, row: Scenario, do: str, reason: str = "", **said: str) -> ScenarioState:
    """Take a step of the workflow that the actor may take; returns the new state. What was approved or tried
    is no longer edited: the version is frozen."""
    step = stages.SCENARIO.take(row.state, do, reason)
    changes = {"do": do, "from": row.state, "to": step.target, **said}
    if step.target in stages.PAST_APPROVAL and step.target is not ScenarioState.ITERATING:
        freeze(session, actor, row)
    row.state = ScenarioState(step.target)
    audit.record(session, actor.account_id, "scenario:move", "scenario", row.id, changes, reason.strip())
    return row.state


def content(session: Session, actor: Actor, scenario_id: int) -> Content:
    """What the dossier says now, in words."""
    session.flush()
    found = queries.detail(session, actor, scenario_id)
    assert found is not None
    return found.content


def freeze(session: Session, actor: Actor, row: Scenario) -> None:
    """The newest version is what it is from now on and no longer edited."""
    version = _newest(session, row)
    if version.frozen_at is None:
        version.content, version.frozen_at = dict(content(session, actor, row.id or 0)), clock.now()


def keep_content(session: Session, actor: Actor, row: Scenario) -> None:
    """Write down what the newest version says, for one frozen before contents were kept."""
    version = _newest(session, row)
    if version.content is None:
        version.content = dict(content(session, actor, row.id or 0))


def _newest(session: Session, row: Scenario) -> ScenarioVersion:
    query = select(ScenarioVersion).where(ScenarioVersion.scenario_id == row.id)
    return session.exec(query.order_by(col(ScenarioVersion.id).desc()).limit(1)).one()
