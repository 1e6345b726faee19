"""Values held against thresholds in the transaction that submits them, and the alerts that come of it.

Every door rewrites the roll-ups of what it submits, and county roll-ups hold exactly the values that count: so
that is where `look` is called, and drafts, missing values and values of comparison counties trip nothing. An
alert is never taken back: a correction is noted on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlmodel import Session, col, select

from core import clock
from core.numbers import from_micro, to_micro
from core.periods import Period
from core.words import Arm, SupervisionAction, WatchBasis, WatchSide
from db import audit
from db.tables import (
    CollectionUnit,
    IndicatorRow,
    Observation,
    ReturnRow,
    Rollup,
    Watch,
    WatchHit,
    WatchNote,
)
from metrics import defined
from metrics.tripping import Threshold, kept, trips

Place = tuple[str, str]  # region, period
Key = tuple[str, WatchBasis, WatchSide, SupervisionAction]  # what makes two alerts at one place the same


@dataclass(frozen=True)
class Setting:
    """A threshold that a room above asks for, with what should follow when it trips."""

    code: str
    threshold: Threshold
    action: SupervisionAction
    from_period: str
    until_period: str


@dataclass(frozen=True)
class _Figure:
    indicator_id: int
    observation_id: int
    value: Fraction | None


@dataclass(frozen=True)
class _Standing:
    """The newest alert of its kind at one place, and how the figure behind it stands."""

    hit_id: int
    trips: bool
    value: int
    before: int | None


def arm(session: Session, actor_id: int | None, collection_id: int, wanted: Sequence[Setting]) -> None:
    """Have exactly these thresholds in force; two of one indicator, side and action are one. Values already
    submitted are looked at as well, but none that has raised such an alert before raises it again."""
    session.flush()
    standing = {(_key(row), row.threshold): row for row in _watches(session, collection_id) if row.ended_at is None}
    asked = {
        ((item.code, item.threshold.basis, item.threshold.side, item.action), to_micro(item.threshold.limit)): item
        for item in wanted
    }
    for line, row in standing.items():
        if line not in asked:
            row.ended_at = clock.now()
    for line, item in asked.items():
        if line in standing:
            standing[line].from_period, standing[line].until_period = item.from_period, item.until_period
            continue
        session.add(
            Watch(
                collection_id=collection_id,
                indicator_code=item.code,
                basis=item.threshold.basis,
                side=item.threshold.side,
                threshold=line[1],
                action=item.action,
                from_period=item.from_period,
                until_period=item.until_period,
                set_by=actor_id,
                set_at=clock.now(),
            )
        )
    session.flush()
    submitted = select(Rollup.period).where(Rollup.collection_id == collection_id).distinct()
    look(session, actor_id, collection_id, set(session.exec(submitted)))


def look(session: Session, actor_id: int | None, collection_id: int, periods: Collection[str]) -> None:
    """Hold the values that count in these periods against the thresholds, after their roll-ups were rewritten."""
    known = _watches(session, collection_id)
    watches = [watch for watch in known if watch.ended_at is None]
    if not watches or not periods:
        return
    pilots = select(CollectionUnit.region_code).where(
        CollectionUnit.collection_id == collection_id, CollectionUnit.arm == Arm.PILOT
    )
    regions = sorted(session.exec(pilots))
    near = {shifted for period in periods for shifted in (_next(period, -1), period, _next(period, 1))}
    figures = _figures(session, collection_id, {watch.indicator_code for watch in watches}, near)
    standings = _standings(session, known)
    notes: list[audit.Note] = []
    for watch in watches:
        # A figure that was corrected is also what the next period's change is counted from.
        later = {_next(period, 1) for period in periods} if watch.basis is WatchBasis.CHANGE else set()
        for period in sorted({*periods} | later):
            if watch.from_period <= period <= watch.until_period:
                for region in regions:
                    here = standings.get((_key(watch), region, period))
                    notes += _hold(session, watch, figures, (region, period), here)
    if notes:
        audit.record_many(session, actor_id, notes)


def _hold(
    session: Session,
    watch: Watch,
    figures: Mapping[tuple[str, str, str], _Figure],
    place: Place,
    here: _Standing | None,
) -> list[audit.Note]:
    region, period = place
    now = figures.get((watch.indicator_code, region, period))
    if now is None or now.value is None:
        return []
    before = None
    if watch.basis is WatchBasis.CHANGE:
        was = figures.get((watch.indicator_code, region, _next(period, -1)))
        # Figures by another version of the definition are another thing.
        before = was.value if was is not None and was.indicator_id == now.indicator_id else None
    tripped = trips(_threshold(watch), now.value, before)
    value, earlier = kept(now.value) or 0, kept(before)
    if here is None or not here.trips:
        if not tripped:
            return []
    elif (here.value, here.before) == (value, earlier):
        return []
    return_id = session.get_one(Observation, now.observation_id).return_id
    said = {"indicator": watch.indicator_code, "value": f"{from_micro(value):f}", "trips": tripped}
    if here is not None and here.trips:
        session.add(
            WatchNote(
                hit_id=here.hit_id,
                observation_id=now.observation_id,
                value=value,
                before=earlier,
                trips=tripped,
                at=clock.now(),
            )
        )
        return [audit.Note("watch:note", "return", return_id, said)]
    session.add(
        WatchHit(
            watch_id=watch.id or 0,
            return_id=return_id,
            observation_id=now.observation_id,
            value=value,
            before=earlier,
            at=clock.now(),
        )
    )
    return [audit.Note("watch:trip", "return", return_id, said)]


def _figures(
    session: Session, collection_id: int, codes: Collection[str], periods: Collection[str]
) -> dict[tuple[str, str, str], _Figure]:
    """The values that count, by indicator code, region and period."""
    definitions = {
        row.id: defined.indicator_of(row)
        for row in session.exec(select(IndicatorRow).where(col(IndicatorRow.code).in_(codes)))
    }
    rows = session.exec(
        select(Rollup).where(
            Rollup.collection_id == collection_id,
            col(Rollup.indicator_id).in_(definitions),
            col(Rollup.period).in_(periods),
            col(Rollup.observation_id).is_not(None),
        )
    )
    return {
        (definitions[row.indicator_id].code, row.scope_code, row.period): _Figure(
            row.indicator_id, row.observation_id or 0, definitions[row.indicator_id].value(row.n, row.d)
        )
        for row in rows
    }


def _standings(session: Session, watches: Sequence[Watch]) -> dict[tuple[Key, str, str], _Standing]:
    """The newest alert of each kind at each place, as the newest note on it says."""
    keys = {watch.id: _key(watch) for watch in watches}
    notes: dict[int, WatchNote] = {}
    for note in session.exec(
        select(WatchNote)
        .join(WatchHit, col(WatchHit.id) == WatchNote.hit_id)
        .where(col(WatchHit.watch_id).in_(keys))
        .order_by(col(WatchNote.id))
    ):
        notes[note.hit_id] = note
    found = {}
    for hit, owed in session.exec(
        select(WatchHit, ReturnRow)
        .join(ReturnRow, col(ReturnRow.id) == WatchHit.return_id)
        .where(col(WatchHit.watch_id).in_(keys))
        .order_by(col(WatchHit.id))
    ):
        last = notes.get(hit.id or 0)
        found[keys[hit.watch_id], owed.region_code, owed.period] = _Standing(
            hit.id or 0,
            True if last is None else last.trips,
            hit.value if last is None else last.value,
            hit.before if last is None else last.before,
        )
    return found


def _watches(session: Session, collection_id: int) -> Sequence[Watch]:
    return session.exec(select(Watch).where(Watch.collection_id == collection_id).order_by(col(Watch.id))).all()


def _key(watch: Watch) -> Key:
    return watch.indicator_code, watch.basis, watch.side, watch.action


def _threshold(watch: Watch) -> Threshold:
    return Threshold(watch.basis, watch.side, from_micro(watch.threshold))


def _next(period: str, steps: int) -> str:
    return str(Period.parse(period).shift(steps))
