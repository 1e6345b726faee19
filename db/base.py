"""Conventions every table follows. Imported by each table module before its first class."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Enum as SAEnum
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from core.words import Word

# Names must be set before the first table exists, or migrations cannot address constraints.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def word(kind: type[Word], name: str = "") -> Any:
    """Column type for a vocabulary: stored by value in text, constrained by CHECK, no native enum.

    `name` tells two columns of one vocabulary apart in the same table.
    """
    return SAEnum(
        kind,
        name=name or kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        values_callable=lambda members: [member.value for member in members],
        length=32,
    )


class Versioned(SQLModel):
    """Optimistic locking: the database refuses an update made from an older row, and services
    compare the version the page showed (`db.session.check_version`)."""

    version: int = Field(default=1, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]
