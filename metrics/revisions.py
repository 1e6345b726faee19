"""Which of a value's revisions stands: the newest, in every query the same way."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import aliased
from sqlmodel import col

from db.tables import Observation


def newest() -> ColumnElement[bool]:
    """The condition that a query's observations are the newest revisions of their values."""
    newer = aliased(Observation)
    return ~exists().where(
        col(newer.return_id) == col(Observation.return_id),
        col(newer.indicator_id) == col(Observation.indicator_id),
        col(newer.revision) > col(Observation.revision),
    )
