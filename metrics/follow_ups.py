"""Reads about doubts: who has something to answer, what was said, what waits for whom. Staff see those of
returns that were handed in; a county its own, of its drafts too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from accounts.permissions import Actor
from core.periods import Period
from core.words import FollowUpState, ReturnState
from db.session import read
from db.tables import Account, Collection, FollowUp, IndicatorRow, Observation, Region, ReturnRow
from metrics import defined, queries, rule_words


@dataclass(frozen=True)
class FollowUpView:
    """One doubt with everything needed to answer it."""

    id: int
    version: int
    state: FollowUpState
    collection_id: int
    collection: str
    return_id: int
    editable: bool  # whether the county can change the value right now
    region_code: str
    region: str
    period: str
    indicator_id: int
    indicator: str
    value: str
    rule: str
    message: str
    raised_at: datetime
    explanation: str
    explained_by: str
    explained_at: datetime | None
    decision: str

    @property
    def label(self) -> str:
        return Period.parse(self.period).label

    @property
    def rule_name(self) -> str:
        return rule_words.name(self.rule)


def readable(actor: Actor) -> SelectOfScalar[FollowUp]:
    """The only start of a read of doubts."""
    returns = queries.readable(actor)
    if actor.is_staff:
        returns = returns.where(col(ReturnRow.state).in_([state for state in ReturnState if state.counts]))
    return select(FollowUp).where(col(FollowUp.return_id).in_(returns.with_only_columns(col(ReturnRow.id))))


def follow_ups(
    actor: Actor,
    *,
    states: Sequence[FollowUpState] = (),
    collection_id: int | None = None,
    period: str | None = None,
    return_id: int | None = None,
    limit: int = 500,
) -> list[FollowUpView]:
    """Doubts the actor sees, the newest period first."""
    query = (
        readable(actor)
        .join(ReturnRow, col(ReturnRow.id) == FollowUp.return_id)
        .order_by(col(ReturnRow.due_on).desc(), ReturnRow.region_code, col(FollowUp.id))
    )
    if states:
        query = query.where(col(FollowUp.state).in_(list(states)))
    if collection_id is not None:
        query = query.where(ReturnRow.collection_id == collection_id)
    if period is not None:
        query = query.where(ReturnRow.period == period)
    if return_id is not None:
        query = query.where(FollowUp.return_id == return_id)
    with read() as session:
        return _views(session, session.exec(query.limit(limit)).all())


def counts(actor: Actor) -> dict[FollowUpState, int]:
    """How many doubts are in each state."""
    seen = readable(actor).subquery()
    with read() as session:
        rows = session.execute(select(seen.c.state, func.count()).group_by(seen.c.state))
        return {FollowUpState(state): number for state, number in rows}


def open_in_round(session: Session, collection_id: int, period: str) -> dict[str, int]:
    """How many doubts nobody has answered in the returns of a round that were handed in, by region's name."""
    rows = session.exec(
        select(Region.name, func.count())
        .join(ReturnRow, col(ReturnRow.region_code) == Region.code)
        .join(FollowUp, col(FollowUp.return_id) == ReturnRow.id)
        .where(
            ReturnRow.collection_id == collection_id,
            ReturnRow.period == period,
            col(ReturnRow.state).in_([state for state in ReturnState if state.counts]),
            FollowUp.state == FollowUpState.OPEN,
        )
        .group_by(Region.name, Region.code)
        .order_by(Region.code)
    )
    return dict(rows.all())


def _views(session: Session, rows: Sequence[FollowUp]) -> list[FollowUpView]:
    returns = {
        row.id: row
        for row in session.exec(select(ReturnRow).where(col(ReturnRow.id).in_({row.return_id for row in rows})))
    }
    values = {
        row.id: row
        for row in session.exec(
            select(Observation).where(col(Observation.id).in_({row.observation_id for row in rows}))
        )
    }
    indicators = {
        row.id: defined.indicator_of(row)
        for row in session.exec(
            select(IndicatorRow).where(col(IndicatorRow.id).in_({row.indicator_id for row in rows}))
        )
    }
    collections = dict(
        session.exec(
            select(Collection.id, Collection.name).where(
                col(Collection.id).in_({row.collection_id for row in returns.values()})
            )
        ).all()
    )
    names = dict(
        session.exec(
            select(Region.code, Region.name).where(col(Region.code).in_({row.region_code for row in returns.values()}))
        ).all()
    )
    people = dict(
        session.exec(
            select(Account.id, Account.name).where(col(Account.id).in_({row.explained_by for row in rows}))
        ).all()
    )
    found = []
    for row in rows:
        of_return = returns[row.return_id]
        indicator = indicators[row.indicator_id]
        found.append(
            FollowUpView(
                id=row.id or 0,
                version=row.version,
                state=row.state,
                collection_id=of_return.collection_id,
                collection=collections[of_return.collection_id],
                return_id=row.return_id,
                editable=queries.editable(of_return),
                region_code=of_return.region_code,
                region=names[of_return.region_code],
                period=of_return.period,
                indicator_id=row.indicator_id,
                indicator=indicator.name,
                value=queries.entry_of(values[row.observation_id]).show(indicator),
                rule=row.rule,
                message=row.message,
                raised_at=row.raised_at,
                explanation=row.explanation,
                explained_by=people.get(row.explained_by, "命令行" if row.explained_at else ""),
                explained_at=row.explained_at,
                decision=row.decision,
            )
        )
    return found
