"""Two index systems over the province-wide pilot: one judged and weighed by data, one that deducts points."""

from __future__ import annotations

from decimal import Decimal

from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.periods import Cadence, Period
from core.words import Aggregation, Direction, Weighting
from db.session import read
from db.tables import Pilot
from metrics import composite_figures, composite_queries, composite_service
from metrics.composite import Criterion, Design, Judgement, ThresholdRule
from metrics.composite_service import SystemIn

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER
# code, dimension, direction, rule: full marks, base, slope, floor
CRITERIA = (
    ("SX01", "办得快", HIGHER, ("40", "93", "2", "0")),
    ("SX07", "办得快", LOWER, ("20", "3", "5", "0")),
    ("SX04", "办得好", HIGHER, ("25", "93", "1.5", "0")),
    ("SX09", "办得好", LOWER, ("15", "6", "2", "0")),
)
JUDGED = (("办得快", "办得好", "1/2"), ("办得快/SX01", "办得快/SX07", "3"), ("办得好/SX04", "办得好/SX09", "2"))


def build(li: Actor, chen: Actor, pilot: str) -> None:
    with read() as session:
        collection_id = session.exec(select(Pilot.collection_id).where(Pilot.name == pilot)).one()
        ids = {item.code: item.id for item in composite_figures.asked(session, collection_id).values()}
    criteria = tuple(
        Criterion(
            indicator_id=ids[code],
            code=code,
            dimension=dimension,
            direction=direction,
            rule=ThresholdRule(full=Decimal(full), base=Decimal(base), slope=Decimal(slope), floor=Decimal(floor)),
        )
        for code, dimension, direction, (full, base, slope, floor) in CRITERIA
    )
    # A month whose returns are all in and reviewed, and the quarter that ends with it.
    month = Period.containing(clock.today(), Cadence.MONTH).shift(-3)
    first, last = str(month.shift(-2)), str(month)
    data = SystemIn(
        name="民呼我为办理效能指数", purpose="年度评价各县（市、区）办理群众诉求的效能，只在同类地区里排名。"
    )
    by_data = Design(criteria=criteria, aggregation=Aggregation.WEIGHTED_SUM, weighting=Weighting.ENTROPY)
    number = composite_service.create(li, data, collection_id, by_data, nonce="demo-index-1")
    _freeze(li, number, str(month.shift(-1)), str(month.shift(-1)), "试算，供讨论")
    judged = Design(
        criteria=criteria,
        aggregation=Aggregation.TOPSIS,
        weighting=Weighting.COMBINED,
        subjective=Weighting.AHP_EIGENVECTOR,
        alpha=Decimal("0.6"),
        judgements=tuple(Judgement(first=first, second=second, value=value) for first, second, value in JUDGED),
    )
    composite_service.revise(
        chen, number, data, collection_id, judged, "专家认为办得好比办得快更重要，改为组合赋权。", seen_version=1
    )
    _freeze(chen, number, first, last, "季度效能评价")
    scored = Design(criteria=criteria, aggregation=Aggregation.THRESHOLD, weighting=Weighting.FULL_MARKS)
    composite_service.create(
        li,
        SystemIn(name="民呼我为月度扣分", purpose="按起扣线逐项扣分，每月看哪一项丢分。"),
        collection_id,
        scored,
        nonce="demo-index-2",
    )


def _freeze(actor: Actor, system_id: int, first: str, last: str, note: str) -> None:
    found = composite_queries.system(actor, system_id)
    assert found is not None
    composite_service.freeze(actor, found.versions[0].id, first, last, note)
