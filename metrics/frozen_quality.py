"""The quality score of a round as it was when the round was frozen: later corrections, answers to doubts and a
longer series change today's score, never this one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sqlmodel import Session, col, select

from core.numbers import MICRO
from db import bulk
from db.tables import FrozenQuality, RoundFreeze
from metrics import quality_facts
from metrics.quality import Aspect, Quality, score

ALL = ""  # the scope of all units together
_TABLE = bulk.table_of(FrozenQuality)
_COLUMNS = ("freeze_id", "scope_code", "aspect", "n", "m", "weight")


def store(session: Session, freeze: RoundFreeze) -> None:
    """Write the parts of each unit's score, and of all together, with a freeze that has just been added."""
    facts = quality_facts.of_collection(session, freeze.collection_id).part(period=freeze.period)
    scopes = [(ALL, facts.quality()), *((key[0], quality) for key, quality in facts.by(["code"]))]
    rows = [
        (freeze.id, code, part.aspect.value, int(part.n * MICRO), part.m, part.aspect.weight)
        for code, quality in scopes
        for part in quality.parts
    ]
    bulk.insert(session, _TABLE, _COLUMNS, rows)


def by_period(session: Session, collection_id: int, scope: str) -> dict[str, Quality]:
    """The frozen scores of one unit (or `ALL`), by round."""
    found: dict[str, list[FrozenQuality]] = {}
    query = (
        select(RoundFreeze.period, FrozenQuality)
        .join(RoundFreeze, col(RoundFreeze.id) == FrozenQuality.freeze_id)
        .where(RoundFreeze.collection_id == collection_id, FrozenQuality.scope_code == scope)
    )
    for period, row in session.exec(query):
        found.setdefault(period, []).append(row)
    return {period: _quality(rows) for period, rows in found.items()}


def settle(
    session: Session, collection_id: int, scope: str, now: Sequence[tuple[str, Fraction]]
) -> list[tuple[str, Fraction]]:
    """Scores through the rounds, (period, total): frozen rounds as they were frozen, the others as they stand."""
    frozen = {period: quality.total for period, quality in by_period(session, collection_id, scope).items()}
    totals = dict(now) | {period: total for period, total in frozen.items() if total is not None}
    return sorted(totals.items())


def _quality(rows: Sequence[FrozenQuality]) -> Quality:
    counts: dict[Aspect, tuple[int | Fraction, int]] = {
        Aspect(row.aspect): (Fraction(row.n, MICRO), row.m) for row in rows
    }
    return score(counts, {Aspect(row.aspect): row.weight for row in rows})
