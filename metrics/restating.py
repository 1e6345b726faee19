"""What the frozen figures say, and where they are others by now (更正): for pages, reports and the origin of a
figure. A county sees its own."""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, may
from core.numbers import format_exact, from_micro
from core.words import LeftOut, RegionLevel, Role, ValueState
from db.session import read
from db.tables import IndicatorRow, Observation, Region, Rollup
from metrics import arms, defined, freezing, rollups
from metrics.freezing import Freeze, Frozen
from metrics.model import Entry, Indicator
from regions import queries as regions


@dataclass(frozen=True)
class Restatement:
    """A county's figure that is another than it was frozen as. `round` is the period whose freeze took it in,
    "" while it waits for the next one. `reason` is the county's for a correction."""

    period: str
    region_code: str
    region: str
    indicator: Indicator
    kind: str
    before: str
    after: str
    reason: str
    round: str
    at: datetime | None  # when the value was entered


@dataclass(frozen=True)
class Version:
    """A figure in one freeze: the one of its own round, or a later one that restated it."""

    round: str
    frozen_at: datetime
    figure: Frozen


def versions(
    actor: Actor, collection_id: int, indicator_id: int, scope_code: str, period: str, group: str = ""
) -> list[Version]:
    """Every published form of a figure, oldest first; nothing for those who may not see the region."""
    if not may(actor, Permission.RETURN_READ, Subject(region_code=scope_code)):
        return []
    with read() as session:
        found = freezing.published(session, collection_id, [period])
        history = found.get((indicator_id, period, scope_code, group), [])
        freezes = {freeze.id: freeze for freeze in freezing.of_collection(session, collection_id)}
    return [Version(freezes[number].period, freezes[number].frozen_at, figure) for number, figure in history]


def summed_versions(
    actor: Actor, collection_id: int, indicator: Indicator, codes: Several[str], period: str
) -> list[Version]:
    """`versions` of a sum that is kept nowhere, over these counties: as each freeze left it. For those who see every
    county."""
    if not actor.is_staff:
        return []
    with read() as session:
        history = arms.published(session, collection_id, indicator, codes, period)
        freezes = {freeze.id: freeze for freeze in freezing.of_collection(session, collection_id)}
    return [Version(freezes[number].period, freezes[number].frozen_at, figure) for number, figure in history]


def left_out(actor: Actor, collection_id: int, indicator_id: int, period: str) -> dict[str, LeftOut]:
    """Whose values are not in the published figures of a period, and why; for those who see every county."""
    if not actor.is_staff:
        return {}
    with read() as session:
        found = freezing.published(session, collection_id, [period])
    return {
        key[2]: LeftOut(history[-1][1].left_out)
        for key, history in found.items()
        if key[0] == indicator_id and history[-1][1].left_out
    }


@dataclass(frozen=True)
class RoundFigure:
    """One figure of a frozen round as it was frozen and as it stands: a sum over the province or one of its
    groups, or, for a county, its own value."""

    indicator: Indicator
    scope_code: str
    place: str
    group: str
    frozen: str
    now: str
    reported: int
    expected: int

    @property
    def changed(self) -> bool:
        return self.frozen != self.now


def round_figures(actor: Actor, collection_id: int, period: str) -> list[RoundFigure]:
    """The figures of a round that has been frozen, by indicator; empty before that."""
    if not actor.is_staff and actor.role is not Role.COUNTY:
        return []
    with read() as session:
        if actor.is_staff:
            tops = dict(
                session.execute(
                    columns(col(Region.code), col(Region.name)).where(col(Region.level) == RegionLevel.PROVINCE)
                ).all()
            )
        else:
            tops = regions.names(session, {actor.region_code or ""})
        published = freezing.published(session, collection_id, [period])
        own = {key: history[0][1] for key, history in published.items() if key[2] in tops}
        live = {
            (row.indicator_id, row.period, row.scope_code, row.group_name): row
            for row in session.exec(
                select(Rollup).where(
                    Rollup.collection_id == collection_id,
                    Rollup.period == period,
                    col(Rollup.scope_code).in_(list(tops)),
                )
            )
        }
        ids = {key[0] for key in own}
        indicators = {
            row.id: defined.indicator_of(row)
            for row in session.exec(select(IndicatorRow).where(col(IndicatorRow.id).in_(ids)))
        }
    found = []
    for key, figure in own.items():
        indicator, row = indicators[key[0]], live.get(key)
        found.append(
            RoundFigure(
                indicator,
                key[2],
                tops[key[2]],
                key[3],
                shown(indicator, figure),
                "–" if row is None else shown(indicator, Frozen(row.n, row.d, row.state, "", row.reported, 0, None)),
                figure.reported,
                figure.expected,
            )
        )
    return sorted(found, key=lambda item: (item.indicator.code, item.scope_code, item.group))


def frozen_rows(actor: Actor, collection_id: int, period: str) -> list[tuple[object, ...]]:
    """A frozen round for a spreadsheet: period, indicator, region, group, n, d, value, state, why left out,
    reported, expected; a county gets its own rows."""
    if not actor.is_staff and actor.role is not Role.COUNTY:
        return []
    own = None if actor.is_staff else [actor.region_code or ""]
    with read() as session:
        published = freezing.published(session, collection_id, [period], own)
        ids = {key[0] for key in published}
        indicators = {
            row.id: defined.indicator_of(row)
            for row in session.exec(select(IndicatorRow).where(col(IndicatorRow.id).in_(ids)))
        }
        names = regions.names(session, {key[2] for key in published})
    rows: list[tuple[object, ...]] = []
    for (indicator_id, _, code, group), history in published.items():
        indicator, figure = indicators[indicator_id], history[0][1]
        value = rollups.value(indicator, figure.n, figure.d, figure.reported)
        rows.append(
            (
                *(period, indicator.code, indicator.name, code, names[code], group),
                *(None if amount is None else from_micro(amount) for amount in (figure.n, figure.d)),
                *(value, indicator.unit),
                ValueState(figure.state).label if figure.state else "",
                LeftOut(figure.left_out).label if figure.left_out else "",
                *(figure.reported, figure.expected),
            )
        )
    return sorted(rows, key=lambda row: (str(row[1]), str(row[3]), str(row[5])))


def shown(indicator: Indicator, figure: Frozen) -> str:
    """A county's entry, or a sum with its Σn / Σd."""
    if figure.state or figure.left_out:
        return _shown(indicator, figure)
    value = rollups.value(indicator, figure.n, figure.d, figure.reported)
    if value is None or figure.d is None:
        return indicator.show(value)
    return (
        f"{indicator.show(value)}（{format_exact(from_micro(figure.n or 0))} / {format_exact(from_micro(figure.d))}）"
    )


def restatements(actor: Actor, collection_id: int, *, period: str = "") -> list[Restatement]:
    """Every difference between what was frozen and what came later, the newest period first."""
    if not actor.is_staff and actor.role is not Role.COUNTY:
        return []
    own = None if actor.is_staff else [actor.region_code or ""]
    with read() as session:
        return of_collection(session, collection_id, own, [period] if period else None)


def of_collection(
    session: Session, collection_id: int, codes: Several[str] | None, periods: Several[str] | None = None
) -> list[Restatement]:
    """`restatements` for these regions (None for all), for rooms that have already asked who may see them."""
    freezes = {freeze.id: freeze for freeze in freezing.of_collection(session, collection_id)}
    if not freezes:
        return []
    published = {
        key: history
        for key, history in freezing.published(session, collection_id, periods, codes).items()
        if history[0][1].state or history[0][1].left_out  # a county's, not a sum's
    }
    live = _live(session, collection_id, codes)
    steps = []
    for key, history in published.items():
        chain: list[tuple[int, Frozen]] = [*history]
        now = live.get(key[:3])
        last = history[-1][1]
        if now is not None and (now.n, now.d, now.state) != (last.n, last.d, last.state):
            chain.append((0, now))
        steps += [(key, was, became, number) for (_, was), (number, became) in pairwise(chain)]
    return _told(session, steps, freezes)


def _live(session: Session, collection_id: int, codes: Several[str] | None) -> Mapping[tuple[int, str, str], Frozen]:
    """The counties' current values, in the shape of frozen ones."""
    query = columns(
        col(Rollup.indicator_id),
        col(Rollup.period),
        col(Rollup.scope_code),
        col(Rollup.n),
        col(Rollup.d),
        col(Rollup.state),
        col(Rollup.observation_id),
    ).where(col(Rollup.collection_id) == collection_id, col(Rollup.state) != "")
    if codes is not None:
        query = query.where(col(Rollup.scope_code).in_(list(codes)))
    return {
        (indicator, period, code): Frozen(n, d, state, "", 0, 0, number)
        for indicator, period, code, n, d, state, number in session.execute(query)
    }


def _told(
    session: Session,
    steps: list[tuple[tuple[int, str, str, str], Frozen, Frozen, int]],
    freezes: Mapping[int, Freeze],
) -> list[Restatement]:
    ids = {key[0] for key, *_ in steps}
    indicators = {
        row.id: defined.indicator_of(row)
        for row in session.exec(select(IndicatorRow).where(col(IndicatorRow.id).in_(ids)))
    }
    names = regions.names(session, {key[2] for key, *_ in steps})
    values = {
        row.id: row
        for row in session.exec(
            select(Observation).where(
                col(Observation.id).in_({became.observation_id for _, _, became, _ in steps if became.observation_id})
            )
        )
    }
    found = []
    for (indicator_id, period, code, _), was, became, number in steps:
        indicator = indicators[indicator_id]
        value = values.get(became.observation_id)
        found.append(
            Restatement(
                period=period,
                region_code=code,
                region=names[code],
                indicator=indicator,
                kind="补计" if was.left_out else "更正",
                before=_shown(indicator, was),
                after=_shown(indicator, became),
                reason="" if value is None else value.reason,
                round=freezes[number].period if number else "",
                at=None if value is None else value.entered_at,
            )
        )
    return sorted(found, key=lambda item: (item.period, item.region_code, item.indicator.code), reverse=True)


def _shown(indicator: Indicator, figure: Frozen) -> str:
    if figure.left_out:
        return LeftOut(figure.left_out).label + "，未计入"
    return Entry(figure.n, figure.d, ValueState(figure.state)).show(indicator)
