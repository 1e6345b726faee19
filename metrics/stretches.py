"""A region's figure over several periods, as effects are made of: which periods, and how they are put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, may
from core.words import Combine, Direction
from db.session import read
from db.tables import Collection, IndicatorRow, Region, ReturnRow, Rollup
from metrics import defined, queries, series
from metrics.model import Indicator


@dataclass(frozen=True)
class Step:
    """One period: what was reported, in millionths, and what of it counts (for a running total what it added)."""

    period: str
    indicator_id: int
    n: int | None
    d: int | None
    added: float


@dataclass(frozen=True)
class Stretch:
    """A region's figure from one period to another, both included. `value` is in the indicator's unit, and minus the
    distance to it where a range is good; nan where no period has a figure."""

    indicator: Indicator
    collection: str
    region_code: str
    region: str
    since: str
    until: str
    value: float
    steps: Sequence[Step]

    @property
    def pooled(self) -> bool:
        """Whether numerators and denominators are added up; else the periods' figures are averaged."""
        return pooled(self.indicator)

    @property
    def distance(self) -> bool:
        return self.indicator.direction is Direction.WITHIN


def pooled(indicator: Indicator) -> bool:
    """As `metrics.series.before_and_after` puts periods together."""
    return indicator.kind.has_denominator and (
        indicator.combine_time is Combine.RATIO or indicator.accumulation.cumulative
    )


def stretch(
    actor: Actor, collection_id: int, indicator_id: int, region_code: str, since: str, until: str, without: str = ""
) -> Stretch | None:
    """Everything behind a region's figure of several periods; None when there is none or it is not the actor's.
    `without` (“first:last”) leaves periods in between out."""
    if not may(actor, Permission.RETURN_READ, Subject(region_code=region_code)):
        return None
    with read() as session:
        definition, collection = session.get(IndicatorRow, indicator_id), session.get(Collection, collection_id)
        seen = queries.readable(actor).where(
            ReturnRow.collection_id == collection_id, ReturnRow.region_code == region_code
        )
        if definition is None or collection is None or session.exec(seen.limit(1)).first() is None:
            return None
        indicator = defined.indicator_of(definition)
        versions = defined.versions_to(session, indicator)
        rows = _rows(session, collection_id, [version.id for version in versions], region_code)
        name = session.exec(select(Region.name).where(Region.code == region_code)).one()
    valued = series.valued(versions, rows).dropna(subset=["added"])
    first, _, last = without.partition(":")
    inside = (valued.period >= since) & (valued.period <= until)
    if first:
        inside &= ~((valued.period >= first) & (valued.period <= (last or first)))
    counted = valued[inside]
    found = series.before_and_after(counted, indicator, ["code"])
    return Stretch(
        indicator=indicator,
        collection=collection.name,
        region_code=region_code,
        region=name,
        since=since,
        until=until,
        value=float(found.iloc[0]) if len(found) else float("nan"),
        steps=[
            Step(row.period, int(row.indicator_id), _int(row.n), _int(row.d), float(row.added))
            for row in counted.itertuples()
        ],
    )


def _rows(session: Session, collection_id: int, ids: Sequence[int], region_code: str) -> pd.DataFrame:
    found = session.execute(
        columns(
            col(Rollup.indicator_id), col(Rollup.scope_code), col(Rollup.period), col(Rollup.n), col(Rollup.d),
            col(Rollup.state),
        ).where(
            col(Rollup.collection_id) == collection_id,
            col(Rollup.indicator_id).in_(list(ids)),
            col(Rollup.group_name) == "",
            col(Rollup.scope_code) == region_code,
        )
    ).all()  # fmt: skip
    frame = pd.DataFrame([tuple(row) for row in found], columns=["indicator_id", "code", "period", "n", "d", "state"])
    return frame.astype({"n": "Int64", "d": "Int64", "code": "str", "period": "str", "state": "str"})


def _int(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]
