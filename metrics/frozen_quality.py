"""The quality score of a round as it was when the round was frozen: later corrections, answers to doubts and a
longer series change today's score, never this one."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from sqlmodel import Session, col, select

from core.numbers import MICRO
from core.words import Word
from db import bulk
from db.tables import FrozenQuality, RoundFreeze
from metrics import quality_facts
from metrics.quality import Aspect, Quality, score


class Reckoning(Word):
    """What a round's score is: as it was frozen, reckoned today although the round was frozen (before scores were
    kept), or of a round that still changes."""

    KEPT = "kept", "冻结时的分"
    RECOMPUTED = "recomputed", "按现行口径重算"
    OPEN = "open", "尚未冻结"


class RoundScore(NamedTuple):
    """The total of one round."""

    period: str
    total: Fraction
    reckoning: Reckoning


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


def settle(session: Session, collection_id: int, scope: str, now: Sequence[tuple[str, Fraction]]) -> list[RoundScore]:
    """Scores through the rounds: frozen rounds as they were frozen, the others as they stand. A round that was frozen
    before scores were kept has only today's reckoning, and says so."""
    kept = {period: quality.total for period, quality in by_period(session, collection_id, scope).items()}
    closed = frozen_periods(session, collection_id)
    found = [
        RoundScore(period, total, Reckoning.RECOMPUTED if period in closed else Reckoning.OPEN)
        for period, total in now
        if kept.get(period) is None
    ]
    found += [RoundScore(period, total, Reckoning.KEPT) for period, total in kept.items() if total is not None]
    return sorted(found)


def frozen_periods(session: Session, collection_id: int) -> set[str]:
    """The rounds of a collection that have been frozen, whether or not their scores were kept."""
    return set(session.exec(select(RoundFreeze.period).where(RoundFreeze.collection_id == collection_id)))


def _quality(rows: Sequence[FrozenQuality]) -> Quality:
    counts: dict[Aspect, tuple[int | Fraction, int]] = {
        Aspect(row.aspect): (Fraction(row.n, MICRO), row.m) for row in rows
    }
    return score(counts, {Aspect(row.aspect): row.weight for row in rows})
