"""Definitions as the database has them: the newest, one version, and what a collection asks for in which periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session, col, select

from core.numbers import MICRO, from_micro
from core.periods import Cadence, Period
from db.session import read
from db.tables import CollectionIndicator, IndicatorRow
from metrics.model import Indicator


def indicators() -> list[Indicator]:
    """The newest version of every definition, by code. Definitions are public inside the house."""
    with read() as session:
        rows = session.exec(select(IndicatorRow).order_by(IndicatorRow.code, col(IndicatorRow.version))).all()
        return list({row.code: indicator_of(row) for row in rows}.values())


def indicator(indicator_id: int) -> Indicator | None:
    """One version of a definition."""
    with read() as session:
        row = session.get(IndicatorRow, indicator_id)
        return None if row is None else indicator_of(row)


def versions_to(session: Session, indicator: Indicator) -> list[Indicator]:
    """This version of a definition and those before it, oldest first."""
    rows = session.exec(
        select(IndicatorRow)
        .where(IndicatorRow.code == indicator.code, col(IndicatorRow.version) <= indicator.version)
        .order_by(col(IndicatorRow.version))
    )
    return [indicator_of(row) for row in rows]


def indicator_of(row: IndicatorRow) -> Indicator:
    """The plain definition behind a table row."""

    def bound(value: int | None) -> Decimal | None:
        return None if value is None else from_micro(value)

    return Indicator(
        id=row.id or 0,
        code=row.code,
        version=row.version,
        name=row.name,
        meaning=row.meaning,
        formula=row.formula,
        kind=row.kind,
        unit=row.unit,
        n_label=row.n_label,
        d_label=row.d_label,
        n_unit=row.n_unit,
        d_unit=row.d_unit,
        factor=row.factor,
        decimals=row.decimals,
        direction=row.direction,
        hard_min=bound(row.hard_min),
        hard_max=bound(row.hard_max),
        plausible_min=bound(row.plausible_min),
        plausible_max=bound(row.plausible_max),
        combine_time=row.combine_time,
        combine_regions=row.combine_regions,
        cadence=Cadence(row.cadence),
        source=row.source,
        collected_by=row.collected_by,
        evidence_kind=row.evidence_kind,
        limits=row.limits,
        accumulation=row.accumulation,
        d_fixed=row.d_fixed,
        due_days=row.due_days,
        role=row.role,
        seasonal=row.seasonal,
        source_resource_id=row.source_resource_id,
        evidence=row.evidence,
        best_min=bound(row.best_min),
        best_max=bound(row.best_max),
        compliance_note=row.compliance_note,
        valid_from=row.valid_from,
        changed=row.changed,
        change_reason=row.change_reason,
        comparable=bound(row.comparable),
        edition=row.edition,
    )


@dataclass(frozen=True)
class Asking:
    """One version of a definition that a collection asks for, from one period to another ("": no end).

    `same_before` is the id of the version before when its figures stand beside these as they are (factor 1),
    else 0: the past of any other version is in other terms and no yardstick for this one.
    """

    indicator: Indicator
    from_period: str
    until_period: str
    same_before: int = 0

    def holds(self, period: str) -> bool:
        """Whether it is asked for in a period of the collection's rhythm: within its time, and for one of a slower
        rhythm only in the period with which its own ends (a quarterly one in March, June …)."""
        within = self.from_period <= period and (not self.until_period or period <= self.until_period)
        return within and Period.parse(period).closes(self.indicator.cadence)


def askings(session: Session, collection_id: int) -> list[Asking]:
    """Everything a collection has ever asked for, in its order."""
    return askings_of_all(session, [collection_id])[collection_id]


def askings_of_all(session: Session, ids: Sequence[int]) -> dict[int, list[Asking]]:
    """The same of many collections, with as many reads as of one."""
    rows = session.exec(
        select(IndicatorRow, CollectionIndicator)
        .join(CollectionIndicator, col(CollectionIndicator.indicator_id) == IndicatorRow.id)
        .where(col(CollectionIndicator.collection_id).in_(ids))
        .order_by(col(CollectionIndicator.position))
    ).all()
    same = _same_before(session, [row for row, _ in rows])
    found: dict[int, list[Asking]] = {number: [] for number in ids}
    for row, asked in rows:
        found[asked.collection_id].append(
            Asking(indicator_of(row), asked.from_period, asked.until_period, same.get(row.id or 0, 0))
        )
    return found


def _same_before(session: Session, asked: Sequence[IndicatorRow]) -> dict[int, int]:
    """Version → the version before it, where the two are joined by factor 1."""
    same = {(row.code, row.version - 1): row.id or 0 for row in asked if row.comparable == MICRO}
    if not same:
        return {}
    rows = session.exec(
        select(IndicatorRow.id, IndicatorRow.code, IndicatorRow.version).where(
            col(IndicatorRow.code).in_({code for code, _ in same})
        )
    )
    return {same[code, version]: number or 0 for number, code, version in rows if (code, version) in same}
