"""Places in published assessments: computed inside each group of the month, never across groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlmodel import Session, col, select

from accounts.permissions import Actor
from core.errors import NotFound
from core.numbers import from_micro
from core.periods import Period
from core.words import CollectionKind, Role
from db.session import read
from db.tables import Collection, CollectionIndicator, IndicatorRow, ReturnRow
from metrics import defined, queries, rollups
from metrics.model import Indicator
from metrics.queries import TargetView
from metrics.rollups import CountyValue
from metrics.scoring import competition_ranks
from regions import groups
from regions import queries as regions

SCORE, ORDERS = "KH01", "KH02"


@dataclass(frozen=True)
class Standing:
    """A unit's place in its group in one month. `rank` is by exact score, ties share a place (1, 2, 2, 4);
    `before` is its place in the group's previous published month, None when it had none."""

    period: str
    group: str
    region_code: str
    unit: str
    score: Decimal
    full_mark: Decimal
    rate: Fraction
    orders: Decimal | None
    rank: int | None
    of: int
    before: int | None = None


@dataclass(frozen=True)
class Assessment:
    """An assessment that somebody may look at. `score` is the indicator by which its figures are traced, `targets`
    every common baseline and target of it."""

    id: int
    name: str
    source: str
    score: Indicator
    targets: Sequence[TargetView] = ()

    @property
    def score_id(self) -> int:
        return self.score.id


def standings(actor: Actor, collection_id: int) -> list[Standing]:
    """Every unit's place in every month, ranked only inside its own group of that month.

    Units of one group with different full marks are ranked apart. Ranks are computed over the whole
    group whoever asks; a county team is handed its own rows only.
    """
    with read() as session:
        collection = session.get(Collection, collection_id)
        if collection is None:
            raise NotFound("没有找到这项考核。")
        rows = rollups.county_values(session, collection_id)
        codes = {row.code for row in rows}
        names = regions.names(session, codes)
        ids = _ids(session, collection_id)
        days = {Period.parse(row.period).end for row in rows}
        members = groups.timeline(session, codes, days, collection.group_scheme)
    orders = {(row.code, row.period): row.n for row in rows if row.indicator_id in ids[ORDERS]}
    months: dict[str, dict[tuple[str, int], list[CountyValue]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        member = members.get((row.code, Period.parse(row.period).end))
        if row.indicator_id in ids[SCORE] and member and row.n is not None and row.d:
            months[row.period][member.name, row.d].append(row)
    found: list[Standing] = []
    places: dict[tuple[str, int], dict[str, int | None]] = {}
    for period, buckets in sorted(months.items()):
        for bucket, inside in sorted(buckets.items()):
            ranks = competition_ranks([Fraction(row.n or 0, row.d or 1) for row in inside])
            previous = places.get(bucket, {})
            places[bucket] = {row.code: rank for row, rank in zip(inside, ranks, strict=True)}
            for row, rank in zip(inside, ranks, strict=True):
                counted = orders.get((row.code, period))
                found.append(
                    Standing(
                        period=period,
                        group=bucket[0],
                        region_code=row.code,
                        unit=names[row.code],
                        score=from_micro(row.n or 0),
                        full_mark=from_micro(row.d or 0),
                        rate=Fraction(row.n or 0, row.d or 1),
                        orders=None if counted is None else from_micro(counted),
                        rank=rank,
                        of=len(inside),
                        before=previous.get(row.code),
                    )
                )
    if actor.is_staff:
        return found
    return [row for row in found if row.region_code == _own(actor)]


def assessments(actor: Actor) -> list[Assessment]:
    """The assessments this actor may look at: staff all, a county those it is a unit of."""
    query = (
        select(Collection, IndicatorRow)
        .join(CollectionIndicator, col(CollectionIndicator.collection_id) == Collection.id)
        .join(IndicatorRow, col(IndicatorRow.id) == CollectionIndicator.indicator_id)
        .where(Collection.kind == CollectionKind.ASSESSMENT, IndicatorRow.code == SCORE)
        .order_by(Collection.name)
    )
    if not actor.is_staff:
        own = select(ReturnRow.collection_id).where(ReturnRow.region_code == _own(actor))
        query = query.where(col(Collection.id).in_(own))
    with read() as session:
        return [_assessment(session, row, defined.indicator_of(score)) for row, score in session.exec(query).all()]


def _assessment(session: Session, row: Collection, score: Indicator) -> Assessment:
    lines = [line for line in queries.lines_of(session, row.id or 0, score) if line.region_code is None]
    return Assessment(row.id or 0, row.name, row.source, score, lines)


def _own(actor: Actor) -> str:
    """The region whose rows a person outside the institute may see; “” for none."""
    return (actor.region_code or "") if actor.role is Role.COUNTY else ""


def _ids(session: Session, collection_id: int) -> dict[str, set[int]]:
    """The definitions by which scores and orders were collected, in all their versions."""
    rows = session.exec(
        select(IndicatorRow.code, IndicatorRow.id)
        .join(CollectionIndicator, col(CollectionIndicator.indicator_id) == IndicatorRow.id)
        .where(CollectionIndicator.collection_id == collection_id)
    )
    found: dict[str, set[int]] = {SCORE: set(), ORDERS: set()}
    for code, number in rows:
        found.setdefault(code, set()).add(number or 0)
    return found
