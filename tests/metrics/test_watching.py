"""A submitted value that trips a threshold opens an alert, whatever door it came through."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlmodel import col, select

from accounts.permissions import OPERATOR
from core.words import Arm, SupervisionAction, WatchBasis, WatchSide
from db.session import read, write
from db.tables import AuditEvent, CollectionUnit, WatchHit, WatchNote
from metrics import service, watching
from metrics.feed import loading
from metrics.feed.loading import Wish, opener
from metrics.model import Entry
from metrics.stages import SEND_BACK
from metrics.tripping import Threshold, trips
from metrics.watching import Setting
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING, Stored, save, this_month
from tests.support import Cast

VALUE, CHANGE, ABOVE, BELOW = WatchBasis.VALUE, WatchBasis.CHANGE, WatchSide.ABOVE, WatchSide.BELOW


@pytest.mark.parametrize(
    ("basis", "side", "limit", "value", "before", "expected"),
    [
        (VALUE, BELOW, "80", Fraction(80), None, True),
        (VALUE, BELOW, "80", Fraction(80_000_001, 1_000_000), None, False),
        (VALUE, ABOVE, "5", Fraction(5), None, True),
        (VALUE, ABOVE, "5", Fraction(4_999_999, 1_000_000), None, False),
        (VALUE, ABOVE, "33.333333", Fraction(100, 3), None, True),  # exact, not as it is printed
        (VALUE, BELOW, "33.333333", Fraction(100, 3), None, False),
        (VALUE, BELOW, "80", None, None, False),  # missing is not zero
        (CHANGE, BELOW, "-5", Fraction(75), Fraction(80), True),
        (CHANGE, BELOW, "-5", Fraction(76), Fraction(80), False),
        (CHANGE, ABOVE, "3", Fraction(10), Fraction(7), True),
        (CHANGE, BELOW, "-5", Fraction(10), None, False),  # nothing to compare with
    ],
)
def test_the_threshold_and_its_neighbour(
    basis: WatchBasis, side: WatchSide, limit: str, value: Fraction | None, before: Fraction | None, expected: bool
) -> None:
    assert trips(Threshold(basis, side, Decimal(limit)), value, before) is expected


def setting(
    code: str = "SX01",
    basis: WatchBasis = VALUE,
    side: WatchSide = BELOW,
    limit: str = "80",
    action: SupervisionAction = SupervisionAction.REMIND,
) -> Setting:
    first = str(this_month().shift(-3))
    return Setting(code, Threshold(basis, side, Decimal(limit)), action, first, str(this_month()))


def arm(asked: Stored, *settings: Setting) -> None:
    with write() as session:
        watching.arm(session, None, asked.id, settings)


def alerts() -> list[tuple[str, int, int | None, list[tuple[bool, int]]]]:
    """Return's region and period, value, value before, what was noted."""
    with read() as session:
        hits = session.exec(select(WatchHit).order_by(col(WatchHit.id))).all()
        return [
            (
                stored.row(hit.return_id).region_code,
                hit.value,
                hit.before,
                [
                    (note.trips, note.value)
                    for note in session.exec(
                        select(WatchNote).where(WatchNote.hit_id == hit.id).order_by(col(WatchNote.id))
                    )
                ],
            )
            for hit in hits
        ]


def figures(n: int, d: int = 100) -> dict[str, Entry]:
    return {"SX01": entry(n, d, note="按台账核对"), "SX04": entry(45, 50)}


def test_drafts_do_not_trip_and_submitted_values_do(database: str, cast: Cast) -> None:
    asked = stored.collection()
    arm(asked, setting())
    save(cast.wang_anji, asked.of(ANJI), figures(80))
    assert alerts() == []
    save(cast.wang_anji, asked.of(ANJI), {}, submit=True)
    save(cast.zhao_deqing, asked.of(DEQING), figures(8001, 10000), submit=True)
    assert alerts() == [(ANJI, 80_000_000, None, [])]
    with read() as session:
        said = [event.changes for event in session.exec(select(AuditEvent).where(AuditEvent.action == "watch:trip"))]
    assert said == [{"indicator": "SX01", "value": "80", "trips": True}]


def test_missing_does_not_trip_nor_do_comparison_counties(cast: Cast) -> None:
    asked = stored.collection()
    with write() as session:
        session.get_one(CollectionUnit, (asked.id, DEQING)).arm = Arm.COMPARISON
    arm(asked, setting())
    missing = figures(0) | {"SX01": entry(state="missing", reason="系统停机，台账补录中")}
    save(cast.wang_anji, asked.of(ANJI), missing, submit=True)
    save(cast.zhao_deqing, asked.of(DEQING), figures(10), submit=True)
    assert alerts() == []


def test_a_correction_is_noted_and_never_takes_the_alert_back(cast: Cast) -> None:
    asked = stored.collection()
    arm(asked, setting())
    number = asked.of(ANJI)
    save(cast.wang_anji, number, figures(70), submit=True)

    def send_back() -> None:
        service.move(cast.li_staff, number, SEND_BACK, "请核对分子", seen_version=stored.row(number).version)

    noted: Sequence[tuple[int, list[tuple[bool, int]]]] = (
        (70, []),  # the same again says nothing new
        (75, [(True, 75_000_000)]),
        (90, [(True, 75_000_000), (False, 90_000_000)]),
        (91, [(True, 75_000_000), (False, 90_000_000)]),
    )
    for n, notes in noted:
        send_back()
        corrected = figures(n) | {"SX01": entry(n, 100, note="按台账核对", reason="分子漏填，已核对")}
        save(cast.wang_anji, number, corrected, submit=True)
        assert alerts() == [(ANJI, 70_000_000, None, notes)]
    send_back()
    save(cast.wang_anji, number, {"SX01": entry(60, 100, note="x", reason="再次核对")}, submit=True)
    assert [(value, len(notes)) for _, value, _, notes in alerts()] == [(70_000_000, 2), (60_000_000, 0)]


def test_a_change_from_the_period_before_trips_and_follows_its_correction(cast: Cast) -> None:
    asked = stored.collection()
    arm(asked, setting(basis=CHANGE, limit="-5"))
    earlier, later = asked.of(ANJI, str(this_month().shift(-2))), asked.of(ANJI)
    save(cast.wang_anji, later, figures(84), submit=True)
    assert alerts() == []  # nothing to compare with yet
    save(cast.wang_anji, earlier, figures(89), submit=True)
    assert alerts() == [(ANJI, 84_000_000, 89_000_000, [])]
    service.move(cast.li_staff, earlier, SEND_BACK, "请核对", seen_version=stored.row(earlier).version)
    save(cast.wang_anji, earlier, {"SX01": entry(88, 100, note="x", reason="多计一件")}, submit=True)
    assert alerts() == [(ANJI, 84_000_000, 89_000_000, [(False, 84_000_000)])]


def test_the_feed_door_trips_as_well(database: str, cast: Cast) -> None:
    asked = stored.collection()
    arm(asked, setting(), setting(side=ABOVE, limit="95", action=SupervisionAction.TALK))
    period = stored.last_month()
    lines = ["地区代码,报送期,指标代码,分子,分母,状态,说明"]
    for region, n in ((ANJI, 79), (DEQING, 97)):
        lines += [f"{region},{period},SX01,{n},100,,按台账核对", f"{region},{period},SX04,45,50,,"]
    data = ("\n".join(lines) + "\n").encode()
    outcome = loading.load(
        loading.Sender(None, None, "平台", None), opener(data, "送报.csv"), Wish(str(asked.id)), filename="送报.csv"
    )
    assert outcome.status == 200
    assert alerts() == [(ANJI, 79_000_000, None, []), (DEQING, 97_000_000, None, [])]


def test_a_later_edition_keeps_alerts_and_looks_at_what_is_there(cast: Cast) -> None:
    asked = stored.collection()
    save(cast.wang_anji, asked.of(ANJI), figures(78), submit=True)
    save(cast.zhao_deqing, asked.of(DEQING), figures(83), submit=True)
    arm(asked, setting())
    assert alerts() == [(ANJI, 78_000_000, None, [])]
    arm(asked, setting(limit="85"))
    assert alerts() == [(ANJI, 78_000_000, None, []), (DEQING, 83_000_000, None, [])]
    arm(asked)
    service.move(cast.li_staff, asked.of(ANJI), SEND_BACK, "核对", seen_version=stored.row(asked.of(ANJI)).version)
    save(cast.wang_anji, asked.of(ANJI), {"SX01": entry(50, 100, note="x", reason="再核对")}, submit=True)
    assert len(alerts()) == 2  # nothing is watched any more


def test_the_command_line_may_arm(house: object) -> None:
    asked = stored.collection()
    with write() as session:
        watching.arm(session, OPERATOR.account_id, asked.id, [setting(), setting()])
        assert len(watching._watches(session, asked.id)) == 1
