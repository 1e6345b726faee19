"""Which of a value's revisions stands, and which evidence link with it, in every query the same way."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, exists, literal
from sqlalchemy.orm import aliased
from sqlmodel import col

from db.tables import LinkRemoval, Observation


def newest() -> ColumnElement[bool]:
    """The condition that a query's observations are the newest revisions of their values."""
    newer = aliased(Observation)
    return ~exists().where(
        col(newer.return_id) == col(Observation.return_id),
        col(newer.indicator_id) == col(Observation.indicator_id),
        col(newer.revision) > col(Observation.revision),
    )


def link() -> ColumnElement[str]:
    """The evidence link that stands with a query's observations: "" once it was taken away."""
    gone = exists().where(col(LinkRemoval.observation_id) == col(Observation.id))
    return case((and_(col(Observation.link) != "", gone), literal("")), else_=col(Observation.link))
