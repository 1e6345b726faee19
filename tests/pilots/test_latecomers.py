"""Who came in as comparison only when the pilot was under way stands in no comparison, is named, and sees itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlmodel import select

from core import clock
from core.periods import Period
from core.words import Arm
from db.session import read, write
from db.tables import CollectionUnit, Pilot, ReturnRow
from metrics import collecting, gap_queries, latecomers, tracing, unit_queries
from metrics.schemas import UnitPick
from pilots import queries, wording
from pilots.evaluation import Evaluation
from tests.pilots.support import DEVELOPED, fill, running
from tests.support import Cast

LATE, EARLY = DEVELOPED[4], DEVELOPED[5]
PERIOD = "2025-10"


def figure(region: str, arm: Arm, period: Period, after: bool) -> tuple[int, int]:
    """Pilots gain ten points, comparison units nothing; the latecomer would have lost thirty."""
    if region == LATE:
        return (50, 100) if after else (80, 100)
    return (90, 100) if arm is Arm.PILOT and after else (80, 100)


def joined_before_this_was_refused(collection_id: int, code: str, on: date) -> None:
    """As earlier versions of the program took comparison units in."""
    with write() as session:
        first, last = Period.parse("2025-03"), Period.parse("2026-06")
        collecting.add_units(session, collection_id, [UnitPick(region_code=code, arm=Arm.COMPARISON)], first, last)
        unit = session.get_one(CollectionUnit, (collection_id, code))
        unit.joined_on = on
        unit.registered_at = datetime.combine(on, datetime.min.time(), clock.BEIJING) + timedelta(hours=9)
        session.flush()
        collecting.expect_returns(session, collection_id)


def test_latecomers_are_left_out_of_every_comparison_and_named(database: str, cast: Cast) -> None:
    pilot_id = running(cast)
    with read() as session:
        collection_id = session.get_one(Pilot, pilot_id).collection_id
    joined_before_this_was_refused(collection_id, LATE, date(2025, 9, 1))
    joined_before_this_was_refused(collection_id, EARLY, date(2025, 6, 20))  # before the start: a fair comparison
    fill(pilot_id, figure)
    found = evaluated(cast, pilot_id)
    assert [unit.code for unit in found.units if unit.arm is Arm.COMPARISON] == sorted([*DEVELOPED[2:4], EARLY])
    assert [(unit.code, unit.joined_on) for unit in found.late] == [(LATE, date(2025, 9, 1))]
    assert found.pilot.comparisons == 3
    effect = found.measures[0].effect
    assert effect is not None
    assert round(effect.estimate, 9) == 10
    assert (effect.n_treated, effect.n_comparison) == (2, 3)
    assert wording.late_words(found) == "桐乡市（2025-09-01 加入）：试点启动后才登记的对照，不计入比较。"

    sums = found.measures[0].groups.set_index(["arm", "side", "period"])
    row = sums.loc[(Arm.COMPARISON.value, "", PERIOD)]
    told = tracing.explain_sum(
        cast.li_staff, collection_id, int(row.indicator_id), "330000", PERIOD, arm=Arm.COMPARISON
    )
    assert told is not None
    assert (told.n, told.d, told.reported, told.expected) == (row.n, row.d, row.reported, row.expected)
    assert (len(told.parts), told.late) == (3, ["桐乡市"])
    compared = gap_queries.comparison(cast.li_staff, collection_id, "SX01", Arm.COMPARISON)
    assert compared is not None
    assert sorted(compared.panel.units) == sorted([*DEVELOPED[2:4], EARLY])

    joined = unit_queries.membership(cast.li_staff, collection_id)
    assert joined is not None
    assert [unit.region_code for unit in joined.units if unit.late] == [LATE]
    with read() as session:  # its own returns stay
        own = select(ReturnRow.period).where(ReturnRow.collection_id == collection_id, ReturnRow.region_code == LATE)
        owed = sorted(session.exec(own))
        assert latecomers.of(session, [collection_id]) == {collection_id: {LATE: date(2025, 9, 1)}}
    assert (owed[0], len(owed)) == ("2025-09", 10)


def evaluated(cast: Cast, pilot_id: int) -> Evaluation:
    found = queries.evaluate(cast.li_staff, pilot_id)
    assert found is not None
    return found
