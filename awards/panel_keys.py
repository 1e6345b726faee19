"""What can part entries with the same score inside a panel: the rubric's criteria and the median, in words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from accounts.permissions import Actor, Permission, may
from db.session import read
from db.tables import RubricVersion
from panels.outcome import MEDIAN_KEY, key_name
from panels.rubric import Rubric


def choices(actor: Actor, rubric_version_id: int) -> dict[str, str]:
    """Key → words, for whoever prepares an edition; empty for anybody else and for a rubric that is not there."""
    if not may(actor, Permission.EDITION_RUN):
        return {}
    with read() as session:
        version = session.get(RubricVersion, rubric_version_id)
        return _known(version) if version else {}


def words(session: Session, rubric_version_id: int, keys: Sequence[str]) -> list[str]:
    """Keys of a rule as everybody reads it, in their order; one that the rubric does not have keeps its code."""
    known = _known(session.get_one(RubricVersion, rubric_version_id)) if keys else {}
    return [known.get(key, key) for key in keys]


def _known(version: RubricVersion) -> dict[str, str]:
    rubric = Rubric.from_json(version.body)
    return {key: key_name(rubric, key) for key in (*rubric.weights, MEDIAN_KEY)}
