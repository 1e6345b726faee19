"""Reads of alerts: which submitted value tripped which threshold, and what its corrections said. The rooms
above ask for the collections that their actor may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from core.numbers import from_micro
from core.periods import Period
from core.words import SupervisionAction, WatchBasis
from db.tables import IndicatorRow, Observation, Region, ReturnRow, Watch, WatchHit, WatchNote
from metrics import defined
from metrics.model import Indicator
from metrics.tripping import Threshold


@dataclass(frozen=True)
class AlertNote:
    """A correction of the figure behind an alert."""

    value: str
    trips: bool
    at: datetime


@dataclass(frozen=True)
class Alert:
    """A value that tripped a threshold, in words with their units."""

    id: int
    collection_id: int
    return_id: int
    region_code: str
    region: str
    period: str
    indicator_id: int
    indicator: str
    threshold: str
    value: str
    action: SupervisionAction
    at: datetime
    notes: tuple[AlertNote, ...]

    @property
    def eased(self) -> bool:
        """Whether the figure was corrected and no longer trips."""
        return bool(self.notes) and not self.notes[-1].trips

    @property
    def period_label(self) -> str:
        return Period.parse(self.period).label

    @property
    def words(self) -> str:
        """“安吉县 2026年10月 按时办结率 达到或低于 80.00%：78.20%”."""
        return f"{self.region} {self.period_label} {self.threshold}：{self.value}"


def of_collections(session: Session, collection_ids: Collection[int], hit_id: int | None = None) -> list[Alert]:
    """The alerts of these collections, the oldest first."""
    query = (
        columns(WatchHit, Watch, ReturnRow, col(Region.name), IndicatorRow)
        .join(Watch, col(Watch.id) == WatchHit.watch_id)
        .join(ReturnRow, col(ReturnRow.id) == WatchHit.return_id)
        .join(Region, col(Region.code) == ReturnRow.region_code)
        .join(Observation, col(Observation.id) == WatchHit.observation_id)
        .join(IndicatorRow, col(IndicatorRow.id) == Observation.indicator_id)
        .where(col(Watch.collection_id).in_(collection_ids))
        .order_by(col(WatchHit.id))
    )
    if hit_id is not None:
        query = query.where(col(WatchHit.id) == hit_id)
    rows = session.execute(query).all()
    noted: dict[int, list[WatchNote]] = defaultdict(list)
    for note in session.exec(
        select(WatchNote).where(col(WatchNote.hit_id).in_([hit.id for hit, *_ in rows])).order_by(col(WatchNote.id))
    ):
        noted[note.hit_id].append(note)
    return [
        _alert(hit, watch, owed, region, defined.indicator_of(row), noted[hit.id or 0])
        for hit, watch, owed, region, row in rows
    ]


def _alert(
    hit: WatchHit, watch: Watch, owed: ReturnRow, region: str, indicator: Indicator, notes: list[WatchNote]
) -> Alert:
    threshold = Threshold(watch.basis, watch.side, from_micro(watch.threshold))
    return Alert(
        id=hit.id or 0,
        collection_id=watch.collection_id,
        return_id=hit.return_id,
        region_code=owed.region_code,
        region=region,
        period=owed.period,
        indicator_id=indicator.id,
        indicator=indicator.name,
        threshold=threshold.words(indicator),
        value=_shown(indicator, watch.basis, hit.value, hit.before),
        action=watch.action,
        at=hit.at,
        notes=tuple(
            AlertNote(_shown(indicator, watch.basis, note.value, note.before), note.trips, note.at) for note in notes
        ),
    )


def _shown(indicator: Indicator, basis: WatchBasis, value: int, before: int | None) -> str:
    now = indicator.show(from_micro(value))
    if basis is WatchBasis.VALUE or before is None:
        return now
    return f"{indicator.show(from_micro(before))} → {now}"
