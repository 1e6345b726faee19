"""The quality of what was reported: by unit and round, with what lies behind each part. Staff see every unit,
a county itself and its towns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd
from sqlmodel import Session, col, select

from accounts.permissions import Actor, covers
from core.periods import Period
from core.words import Role
from db.session import read
from db.tables import Collection, Region, ReturnRow
from metrics import frozen_quality, quality_facts
from metrics.frozen_quality import Reckoning, RoundScore
from metrics.model import Indicator
from metrics.quality import Aspect, Quality
from metrics.quality_facts import Facts
from metrics.queries import within
from metrics.scoring import competition_ranks
from regions import groups


@dataclass(frozen=True)
class UnitQuality:
    """One unit in one round. `place` is its place inside its group by the exact total, None without a score."""

    region_code: str
    region: str
    group: str
    quality: Quality
    place: int | None
    of: int


@dataclass(frozen=True)
class Board:
    """A round: every unit the actor sees, by code, and all of them together, as it stands and (None: not frozen)
    as it was when the round was frozen. `unkept`: it was frozen, but before scores were kept."""

    collection_id: int
    collection: str
    period: str
    units: Sequence[UnitQuality]
    together: Quality
    frozen: Quality | None = None
    unkept: bool = False


@dataclass(frozen=True)
class Loss:
    """One thing that costs points: a figure, or (indicator None) a whole return."""

    aspect: Aspect
    return_id: int
    region_code: str
    period: str
    indicator: Indicator | None
    words: str


@dataclass(frozen=True)
class Report:
    """One unit in one round, as it stands and as it was frozen, and through the rounds where there was anything to
    count, of frozen rounds as they were frozen. `unkept`: the round was frozen, but before scores were kept."""

    collection_id: int
    collection: str
    region_code: str
    region: str
    period: str
    quality: Quality
    losses: Sequence[Loss]
    trend: Sequence[RoundScore]
    frozen: Quality | None = None
    unkept: bool = False

    def of(self, aspect: Aspect) -> list[Loss]:
        return [loss for loss in self.losses if loss.aspect is aspect]


def periods(actor: Actor, collection_id: int) -> list[str]:
    """Rounds of a collection in which something was due to this actor, the newest first."""
    with read() as session:
        facts = quality_facts.of_collection(session, collection_id, _scope(session, actor))
    return sorted(set(facts.returns[facts.returns.due].period), reverse=True)


def board(actor: Actor, collection_id: int, period: str) -> Board | None:
    """The scores of a round; None where the actor sees nothing that was due."""
    with read() as session:
        facts = quality_facts.of_collection(session, collection_id, _scope(session, actor)).part(period=period)
        name = _name(session, collection_id)
        if name is None or facts.returns[facts.returns.due].empty:
            return None
        codes = sorted(set(facts.returns.code))
        scheme = session.get_one(Collection, collection_id).group_scheme or groups.MAIN_SCHEME
        member = groups.memberships(session, codes, Period.parse(period).end, scheme)
        names = _regions(session, codes)
        kept = _kept_as(actor, codes)
        frozen = frozen_quality.by_period(session, collection_id, kept).get(period) if kept is not None else None
        closed = period in frozen_quality.frozen_periods(session, collection_id)
        unkept = kept is not None and frozen is None and closed
    found = {key[0]: quality for key, quality in facts.by(["code"])}
    named = {code: member[code].name if code in member else "" for code in codes}
    units = []
    for code in codes:
        own = found.get(code)
        if own is None:
            continue
        totals = [item.total for other, item in found.items() if named[other] == named[code] and item.total is not None]
        place = None
        if actor.is_staff and own.total is not None:
            place = competition_ranks(totals)[totals.index(own.total)]
        units.append(UnitQuality(code, names[code], named[code], own, place, len(totals)))
    return Board(collection_id, name, period, units, facts.quality(), frozen, unkept)


def report(actor: Actor, collection_id: int, region_code: str, period: str) -> Report | None:
    """One unit's score with everything behind it; None when there is none or it is not the actor's."""
    if not actor.is_staff and not (actor.role is Role.COUNTY and covers(actor.region_code, region_code)):
        return None
    with read() as session:
        facts = quality_facts.of_collection(session, collection_id, [region_code])
        name = _name(session, collection_id)
        names = _regions(session, [region_code])
        frozen = frozen_quality.by_period(session, collection_id, region_code).get(period)
        unkept = frozen is None and period in frozen_quality.frozen_periods(session, collection_id)
        through = frozen_quality.settle(session, collection_id, region_code, _totals(facts))
    here = facts.part(period=period)
    if name is None or here.returns[here.returns.due].empty:
        return None
    unit = names[region_code]
    return Report(collection_id, name, region_code, unit, period, here.quality(), losses(here), through, frozen, unkept)


def trend(actor: Actor, collection_id: int) -> list[RoundScore]:
    """The total of each round over every unit the actor sees, oldest first; frozen rounds as they were frozen."""
    with read() as session:
        facts = quality_facts.of_collection(session, collection_id, _scope(session, actor))
        kept = _kept_as(actor, sorted(set(facts.returns.code)))
        totals = _totals(facts)
        if kept is not None:
            return frozen_quality.settle(session, collection_id, kept, totals)
        closed = frozen_quality.frozen_periods(session, collection_id)
    return [
        RoundScore(period, total, Reckoning.RECOMPUTED if period in closed else Reckoning.OPEN)
        for period, total in totals
    ]


def losses(facts: Facts) -> list[Loss]:
    """Everything that costs points, part by part, by unit and period."""
    values, returns = facts.values, facts.returns

    def of_values(aspect: Aspect, rows: pd.DataFrame, words: Any) -> list[Loss]:
        return [
            Loss(aspect, int(row.return_id), row.code, row.period, facts.indicators[int(row.indicator_id)], words(row))
            for row in rows.itertuples()
        ]

    late = returns[returns.due & ~returns.on_time]
    return [
        *of_values(Aspect.COMPLETENESS, values[values.answered == 0], lambda _: "没有报，也没有写明原因"),
        *(
            Loss(Aspect.TIMELINESS, int(row.id), row.code, row.period, None, "迟报" if row.handed_in else "到期没有报")
            for row in late.itertuples()
        ),
        *of_values(Aspect.VALIDITY, values[(values.checked == 1) & (values.quarters < 4)], lambda row: row.doubts),
        *of_values(Aspect.CONSISTENCY, values[values.compared > values.steady], lambda row: row.unsteady),
        *of_values(
            Aspect.EVIDENCE,
            values[values.evidence_asked > values.evidenced],
            lambda row: f"要求{facts.indicators[int(row.indicator_id)].evidence_kind.label}，还没有附上",
        ),
        *of_values(
            Aspect.CORRECTIONS,
            values[values.answered > values.kept],
            lambda row: f"提交以后改过，现在是第 {int(row.revision)} 次录入",
        ),
    ]


def _totals(facts: Facts) -> list[tuple[str, Fraction]]:
    return [(key[0], quality.total) for key, quality in facts.by(["period"]) if quality.total is not None]


def _kept_as(actor: Actor, codes: Sequence[str]) -> str | None:
    """Under which name the frozen score of all that this actor sees was kept: that of all together, or of its one
    unit. None: of a county's several towns together none was kept."""
    if actor.is_staff:
        return frozen_quality.ALL
    return codes[0] if len(codes) == 1 else None


def _scope(session: Session, actor: Actor) -> list[str] | None:
    """The units the actor sees: None for all; a county's own and its towns."""
    if actor.is_staff:
        return None
    code = actor.region_code if actor.role is Role.COUNTY else None
    return list(session.exec(select(Region.code).where(within(col(Region.code), code))))


def _name(session: Session, collection_id: int) -> str | None:
    return session.exec(
        select(Collection.name).where(
            Collection.id == collection_id, col(Collection.id).in_(select(ReturnRow.collection_id))
        )
    ).first()


def _regions(session: Session, codes: Sequence[str]) -> dict[str, str]:
    return dict(session.exec(select(Region.code, Region.name).where(col(Region.code).in_(list(codes)))).all())
