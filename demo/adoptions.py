"""How the demo's one pilot in 推广 spreads: counties on the plan, preparing, live, and one that gave it up."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.periods import Cadence, Period
from core.tabular import write_csv
from core.words import AdoptionState, Side
from db.session import read
from db.tables import Adoption, Pilot
from pilots import promotion_queries, promotion_service
from pilots.schemas import AdoptionIn
from pilots.stages import DROP, GO_LIVE, PREPARE
from regions import fact_service
from regions import facts as region_facts
from regions import queries as regions
from regions.imports import ZHEJIANG

PILOT = "共享社·幸福里山区试点"
# Months ago each wave was decided, how many counties, and how far they have come.
WAVES = (
    (14, 5, AdoptionState.LIVE),
    (10, 7, AdoptionState.LIVE),
    (6, 5, AdoptionState.LIVE),
    (4, 4, AdoptionState.PREPARING),
    (2, 4, AdoptionState.PLANNED),
)
GAVE_UP = "乡镇服务点与邮政网点合并，由邮政承接代办，不再单独建设。"


def facts(li: Actor) -> None:
    """Population of every county, through the file that staff fill in; invented, and its source says so."""
    rng = np.random.default_rng(20_261_128)
    day = date(clock.today().year - 1, 12, 31)
    rows = [
        (
            place.code,
            place.name,
            "常住人口",
            "万人",
            day,
            round(float(rng.normal(78, 18) if place.side is Side.DEVELOPED else rng.normal(31, 8)), 1),
            "演示数据，非统计公报数字",
        )
        for place in regions.counties(ZHEJIANG, day)
    ]
    fact_service.take_in(li, write_csv(region_facts.HEADS, rows), "常住人口（演示）.csv")


def spread(li: Actor) -> None:
    """Every wave takes counties of both sides, in the recommended order; one county of the second gives up."""
    with read() as session:
        pilot_id = session.exec(select(Pilot.id).where(Pilot.name == PILOT)).one() or 0
    found = promotion_queries.promotion(li, pilot_id)
    assert found is not None
    sides = [
        [item.code for item in found.candidates if item.side is side] for side in (Side.UNDERDEVELOPED, Side.DEVELOPED)
    ]
    queue = [code for pair in zip(*sides, strict=False) for code in pair]
    month = Period.containing(clock.today(), Cadence.MONTH)
    for ago, count, state in WAVES:
        wave, queue = queue[:count], queue[count:]
        day = month.shift(-ago).start + timedelta(days=11)
        data = AdoptionIn(
            region_codes=wave, planned_on=day, due_on=day + timedelta(days=100), note=f"{day:%Y年}推广批次"
        )
        promotion_service.plan(li, pilot_id, data)
        for place, code in enumerate(wave):
            _advance(li, pilot_id, code, state, day + timedelta(days=3 * place))
    _move(li, pilot_id, wave_of(li, pilot_id)[1], DROP, clock.today() - timedelta(days=70), GAVE_UP)


def wave_of(li: Actor, pilot_id: int) -> list[str]:
    """Counties that are live, the earliest first."""
    views = promotion_queries.adoptions(li, pilot_id=pilot_id)
    return [view.region_code for view in sorted(views, key=lambda view: view.since) if view.state is AdoptionState.LIVE]


def _advance(li: Actor, pilot_id: int, code: str, state: AdoptionState, day: date) -> None:
    if state is AdoptionState.PLANNED:
        return
    _move(li, pilot_id, code, PREPARE, day + timedelta(days=20))
    if state is AdoptionState.LIVE:
        _move(li, pilot_id, code, GO_LIVE, day + timedelta(days=75))


def _move(li: Actor, pilot_id: int, code: str, do: str, on: date, reason: str = "") -> None:
    with read() as session:
        row = session.exec(select(Adoption).where(Adoption.pilot_id == pilot_id, Adoption.region_code == code)).one()
        number, version = row.id or 0, row.version
    promotion_service.move(li, number, do, reason, seen_version=version, on=on)
