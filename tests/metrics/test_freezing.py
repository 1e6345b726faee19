"""Frozen figures: what a round said when it was closed stays; what comes later enters the next with its mark."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from accounts.permissions import OPERATOR, Actor
from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import ReturnState
from db.engine import engine
from db.session import read, write
from db.tables import AuditEvent, FrozenFigure, Rollup, RoundFreeze
from metrics import exports, freezing, pictures, quality_queries, restating, round_service, rounds
from metrics.frozen_quality import Reckoning
from metrics.stages import ADOPT, APPROVE, SEND_BACK
from tests.conftest import Page
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING, JINGNING
from tests.metrics.test_pages import press, table, words
from tests.metrics.test_rounds import asked
from tests.support import Cast

CHANGXING = "330522"
MARCH, APRIL = "2026-03", "2026-04"


@pytest.fixture
def clock_(house_or_database: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 4, 3, 4, tzinfo=UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def house_or_database(request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("database" if "database" in request.fixturenames else "house")


def freeze(made: stored.Stored, period: str, actor: Actor = OPERATOR, note: str = "") -> round_service.Frozen:
    board = rounds.board(actor, made.id, period)
    assert board is not None
    return round_service.freeze(actor, made.id, period, note, seen=board.stamp)


def hand_in(number: int, n: int, *, approve: bool = True) -> None:
    stored.save(OPERATOR, number, {"SX01": entry(n, 100), "SX04": entry(45, 50)}, submit=True)
    if approve:
        stored.approve(OPERATOR, number)


def published(made: stored.Stored, period: str, code: str, group: str = "") -> list[tuple[str, int | None, str]]:
    """(round, n in whole, left out) of every published form of SX01."""
    versions = restating.versions(OPERATOR, made.id, made.indicators["SX01"], code, period, group)
    return [(v.round, None if v.figure.n is None else v.figure.n // 1_000_000, v.figure.left_out) for v in versions]


def test_a_freeze_takes_what_was_in_time_and_reviewed_and_names_the_rest(
    database: str, cast: Cast, clock_: time_machine.Traveller
) -> None:
    codes = [ANJI, DEQING, CHANGXING, JINGNING, "331125"]
    made = asked(MARCH, MARCH, *codes)
    hand_in(made.of(ANJI, MARCH), 96)
    hand_in(made.of(DEQING, MARCH), 80, approve=False)  # nobody has looked
    hand_in(made.of(CHANGXING, MARCH), 70)
    stored.move(OPERATOR, made.of(CHANGXING, MARCH), SEND_BACK, "请核对")
    with pytest.raises(Invalid, match=r"还有 3 个地区没有报，期限到 2026-04-13"):
        freeze(made, MARCH)
    clock_.move_to(datetime(2026, 4, 13, 16, tzinfo=UTC))  # the first instant after the deadline
    hand_in(made.of(JINGNING, MARCH), 60)  # late, though reviewed
    found = rounds.obstacles_of(cast.li_staff, made.id, MARCH)
    assert found is not None
    assert (found.blocking, found.left_out) == (
        [],
        [
            "1 个地区还没有提交：云和县",
            "1 个地区已退回、尚未重报：长兴县",
            "1 个地区提交了还没有审核：德清县",
            "1 个地区迟报：景宁畲族自治县",
        ],
    )
    done = freeze(made, MARCH, cast.li_staff, "三月")
    assert (done.restated, done.locked) == (0, 2)
    assert {code: published(made, MARCH, code) for code in [*codes, "330000"]} == {
        ANJI: [(MARCH, 96, "")],
        DEQING: [(MARCH, None, "unreviewed")],
        CHANGXING: [(MARCH, None, "returned")],
        JINGNING: [(MARCH, None, "late")],
        "331125": [(MARCH, None, "not_handed_in")],
        "330000": [(MARCH, 96, "")],
    }
    assert stored.row(made.of(ANJI, MARCH)).state is ReturnState.LOCKED
    assert stored.row(made.of(DEQING, MARCH)).state is ReturnState.SUBMITTED
    with read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "round:freeze")).one()
        assert event.changes == {"period": MARCH, "figures": done.figures, "restated": 0, "locked": 2}
        total = session.get_one(FrozenFigure, (1, made.indicators["SX01"], MARCH, "330000", ""))
        assert (total.reported, total.expected) == (1, 5)


def test_with_nothing_left_out_the_frozen_figures_are_the_roll_ups(
    database: str, cast: Cast, clock_: time_machine.Traveller
) -> None:
    made = asked(MARCH, MARCH, ANJI, DEQING, JINGNING)
    for code, n in ((ANJI, 96), (DEQING, 80), (JINGNING, 70)):
        hand_in(made.of(code, MARCH), n)
    freeze(made, MARCH)
    with read() as session:
        live = {
            (r.indicator_id, r.period, r.scope_code, r.group_name): (r.n, r.d, r.state, r.reported, r.expected)
            for r in session.exec(select(Rollup).where(Rollup.collection_id == made.id))
        }
        frozen = {
            key: (figure.n, figure.d, figure.state, figure.reported, figure.expected)
            for key, ((_, figure),) in freezing.published(session, made.id).items()
        }
    assert frozen == live
    assert len(live) > 10


def test_late_values_and_corrections_enter_with_the_next_freeze(
    database: str, cast: Cast, clock_: time_machine.Traveller
) -> None:
    made = asked(MARCH, APRIL, ANJI, DEQING, JINGNING)
    hand_in(made.of(ANJI, MARCH), 96)
    hand_in(made.of(DEQING, MARCH), 80)
    clock_.move_to(datetime(2026, 4, 14, 4, tzinfo=UTC))
    hand_in(made.of(JINGNING, MARCH), 60)
    freeze(made, MARCH)
    for code, n in ((ANJI, 97), (DEQING, 81), (JINGNING, 61)):
        clock_.move_to(datetime(2026, 5, 6, 4, tzinfo=UTC))
        hand_in(made.of(code, APRIL), n)
    # 安吉 corrects March; 德清's correction is still being looked at when April is frozen.
    for actor, code, n in ((cast.wang_anji, ANJI, 90), (cast.zhao_deqing, DEQING, 70)):
        number = made.of(code, MARCH)
        stored.unlock(cast.li_staff, number)
        clock_.shift(timedelta(minutes=1))
        stored.save(actor, number, {"SX01": entry(n, 100, reason="漏统计")}, submit=True)
    stored.move(cast.li_staff, made.of(ANJI, MARCH), ADOPT)
    said = [
        (r.period, r.region, r.kind, r.before, r.after, r.round) for r in restating.restatements(cast.li_staff, made.id)
    ]
    waiting = [
        (MARCH, "景宁畲族自治县", "补计", "迟报，未计入", "90.00%（45 / 50）", ""),
        (MARCH, "景宁畲族自治县", "补计", "迟报，未计入", "60.00%（60 / 100）", ""),
        (MARCH, "安吉县", "更正", "96.00%（96 / 100）", "90.00%（90 / 100）", ""),
        (MARCH, "德清县", "更正", "80.00%（80 / 100）", "70.00%（70 / 100）", ""),
    ]
    assert said == waiting
    clock_.move_to(datetime(2026, 5, 12, 4, tzinfo=UTC))
    done = freeze(made, APRIL)
    assert done.restated > 0
    assert {code: published(made, MARCH, code) for code in (ANJI, DEQING, JINGNING, "330000")} == {
        ANJI: [(MARCH, 96, ""), (APRIL, 90, "")],
        DEQING: [(MARCH, 80, "")],  # the correction has not been adopted
        JINGNING: [(MARCH, None, "late"), (APRIL, 60, "")],
        "330000": [(MARCH, 176, ""), (APRIL, 230, "")],
    }
    assert published(made, APRIL, "330000") == [(APRIL, 239, "")]
    rows = [(r.region, r.round) for r in restating.restatements(cast.li_staff, made.id) if r.indicator.code == "SX01"]
    assert rows == [("景宁畲族自治县", APRIL), ("安吉县", APRIL), ("德清县", "")]
    assert [r.region for r in restating.restatements(cast.wang_anji, made.id)] == ["安吉县"]
    assert restating.restatements(cast.zhou_minzheng, made.id) == []


def test_a_dismissed_correction_restates_nothing(database: str, cast: Cast, clock_: time_machine.Traveller) -> None:
    made = asked(MARCH, APRIL, ANJI)
    hand_in(made.of(ANJI, MARCH), 96)
    freeze(made, MARCH)
    number = made.of(ANJI, MARCH)
    clock_.shift(timedelta(hours=1))
    stored.unlock(cast.li_staff, number)
    stored.save(cast.wang_anji, number, {"SX01": entry(99, 100, reason="想高一点")}, submit=True)
    stored.move(cast.li_staff, number, "驳回更正", "没有依据")
    clock_.move_to(datetime(2026, 5, 6, 4, tzinfo=UTC))
    hand_in(made.of(ANJI, APRIL), 97)
    assert freeze(made, APRIL).restated == 0
    assert published(made, MARCH, ANJI) == [(MARCH, 96, "")]
    assert restating.restatements(cast.li_staff, made.id) == []


def test_what_stands_in_the_way(database: str, cast: Cast, clock_: time_machine.Traveller) -> None:
    made = asked(MARCH, MARCH, ANJI)
    number = made.of(ANJI, MARCH)
    hand_in(number, 96)
    board = rounds.board(cast.li_staff, made.id, MARCH)
    assert board is not None
    for actor in (cast.wang_anji, cast.sun_judge):
        with pytest.raises(Forbidden):
            round_service.freeze(actor, made.id, MARCH, seen=board.stamp)
    with pytest.raises(NotFound):
        round_service.freeze(cast.li_staff, 999, MARCH, seen=board.stamp)
    stored.move(cast.li_staff, number, SEND_BACK, "请核对")
    with pytest.raises(Conflict, match="又有报送变动"):
        round_service.freeze(cast.li_staff, made.id, MARCH, seen=board.stamp)
    stored.save(cast.wang_anji, number, {}, submit=True)
    stored.move(cast.li_staff, number, APPROVE)
    freeze(made, MARCH)
    with pytest.raises(WrongState, match="已经冻结"):
        freeze(made, MARCH)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        engine().execution_options(write=True).begin() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM frozen_figure")
    assert rounds.obstacles_of(cast.wang_anji, made.id, MARCH) is None


def test_nothing_is_frozen_in_the_middle_of_a_correction(
    house: Path, cast: Cast, clock_: time_machine.Traveller
) -> None:
    made = asked(MARCH, MARCH, ANJI)
    number = made.of(ANJI, MARCH)
    hand_in(number, 96)
    stored.move(cast.li_staff, number, "锁定")
    stored.unlock(cast.li_staff, number)
    with pytest.raises(Invalid, match="安吉县正在更正"):
        freeze(made, MARCH)
    stored.save(cast.wang_anji, number, {"SX01": entry(90, 100, reason="漏统计")}, submit=True)
    with pytest.raises(Invalid, match="安吉县正在更正"):
        freeze(made, MARCH)
    stored.move(cast.li_staff, number, ADOPT)
    freeze(made, MARCH)
    assert published(made, MARCH, ANJI) == [(MARCH, 90, "")]


def test_a_late_deadline_cannot_be_had_after_the_freeze(
    house: Path, cast: Cast, clock_: time_machine.Traveller
) -> None:
    made = asked(MARCH, MARCH, ANJI, DEQING)
    hand_in(made.of(ANJI, MARCH), 96)
    clock_.move_to(datetime(2026, 4, 14, 4, tzinfo=UTC))
    freeze(made, MARCH)
    with pytest.raises(WrongState, match="已经冻结"):
        round_service.extend(cast.li_staff, made.of(DEQING, MARCH), date(2026, 4, 30), "台风停电", seen_version=1)
    hand_in(made.of(DEQING, MARCH), 80)  # it may still come, and is late
    assert [r.kind for r in restating.restatements(cast.zhao_deqing, made.id)] == ["补计", "补计"]


# -- the pages -------------------------------------------------------------------------------


def test_staff_freeze_a_round_on_its_page(page: Page, cast: Cast, clock_: time_machine.Traveller) -> None:
    made = asked(MARCH, MARCH, ANJI, DEQING)
    hand_in(made.of(ANJI, MARCH), 96)
    clock_.move_to(datetime(2026, 4, 14, 4, tzinfo=UTC))
    listed = page("rounds", cast.li_staff)
    assert table(listed, "rounds_table")[0][:7] == ["2026年3月", "月报", 2, 2, 1, "50%", "50%"]
    app = page("round", cast.li_staff, collection=made.id, period=MARCH)
    assert [row[:2] for row in table(app, "round_returns")] == [["德清县", "■ 逾期 1 天"], ["安吉县", "● 已审核"]]
    assert "1 个地区还没有提交：德清县" in words(app)
    press(app, "确认冻结")
    assert "锁定 1 份报送" in words(app)
    assert "确认冻结" not in [button.label for button in app.button]
    frozen = table(app, "round_frozen")
    assert frozen[0] == ["按时办结率", "浙江省", "96.00%（96 / 100）", "96.00%（96 / 100）", "● 一致", "1 / 2"]
    hand_in(made.of(DEQING, MARCH), 80)
    app = page("round", cast.li_staff, collection=made.id, period=MARCH)
    assert table(app, "round_frozen")[0][2:5] == ["96.00%（96 / 100）", "88.00%（176 / 200）", "◐ 更正"]
    assert [row[1:6] for row in table(app, "round_restated")][-1] == [
        "德清县", "按时办结率", "补计", "冻结时尚未提交，未计入", "80.00%（80 / 100）",
    ]  # fmt: skip
    where = {"collection": made.id, "indicator": made.indicators["SX01"], "period": MARCH}
    total = page("figure", cast.li_staff, **where, region="330000")
    assert [row[:3] for row in table(total, "哪一次")] == [["● 本期冻结", "96.00%（96 / 100）", "1 / 2"]]
    assert "冻结数里没有计入：德清县（冻结时尚未提交）" in words(total)
    assert [row[1::5] for row in table(total, "sum_counted")] == [["德清县", "迟报"], ["安吉县", "–"]]
    own = page("figure", cast.zhao_deqing, **where, region=DEQING)
    assert [row[:2] for row in table(own, "哪一次")] == [["● 本期冻结", "冻结时尚未提交，未计入"]]


def test_a_county_sees_its_own_part_of_a_round(page: Page, cast: Cast, clock_: time_machine.Traveller) -> None:
    made = asked(MARCH, MARCH, ANJI, DEQING)
    hand_in(made.of(ANJI, MARCH), 96)
    hand_in(made.of(DEQING, MARCH), 80)
    freeze(made, MARCH)
    app = page("round", cast.wang_anji, collection=made.id, period=MARCH)
    assert [row[0] for row in table(app, "round_returns")] == ["安吉县"]
    assert next(row[1:3] for row in table(app, "round_frozen")) == ["安吉县", "96.00%（96 / 100）"]
    assert "德清" not in words(app)
    assert table(page("rounds", cast.wang_anji), "rounds_table")[0][:4] == ["2026年3月", "● 锁定", "● 按时", "月报"]
    assert "没有找到" in words(page("round", cast.zhou_minzheng, collection=made.id, period=MARCH))
    rows = list(csv.reader(io.StringIO(exports.frozen_csv(cast.wang_anji, made.id, MARCH).decode("utf-8-sig"))))
    assert {row[4] for row in rows[1:]} == {"安吉县"}
    assert rows[1][6:10] == ["96", "100", "96.000000", "%"]


def test_the_list_of_rounds_asks_the_database_no_more_often_for_more_rounds(house: Path, cast: Cast) -> None:
    from tests.support import count_queries

    counts = []
    for months in (1, 3):
        first = stored.this_month().shift(-months)
        stored.collection(name=f"{months} 期", first=first, last=stored.this_month().shift(-1))
        with count_queries() as asked_:
            rounds.rounds(cast.li_staff)
        counts.append(len(asked_))
    assert counts[0] == counts[1]


def test_the_quality_score_of_a_frozen_round_stays_whatever_is_corrected_and_however_long_the_series_grows(
    database: str, cast: Cast, clock_: time_machine.Traveller
) -> None:
    made = asked(MARCH, APRIL, ANJI, DEQING)
    for code in (ANJI, DEQING):
        hand_in(made.of(code, MARCH), 96)
    clock_.move_to(datetime(2026, 4, 14, 4, tzinfo=UTC))
    freeze(made, MARCH)

    def of_march() -> tuple[object, object, object]:
        report = quality_queries.report(cast.wang_anji, made.id, ANJI, MARCH)
        board = quality_queries.board(cast.li_staff, made.id, MARCH)
        assert report is not None and report.frozen is not None and board is not None and board.frozen is not None
        assert not (report.unkept or board.unkept)
        trends = (report.trend, quality_queries.trend(cast.li_staff, made.id))
        drawn = [next(row for row in rows if row.period == MARCH) for rows in trends]
        assert [(row.total, row.reckoning) for row in drawn] == [
            (report.frozen.total, Reckoning.KEPT), (board.frozen.total, Reckoning.KEPT),
        ]  # fmt: skip
        assert quality_queries.trend(cast.wang_anji, made.id) == report.trend
        return report.frozen.parts, board.frozen.parts, report.quality.total

    own, together, then = of_march()
    report = quality_queries.report(cast.wang_anji, made.id, ANJI, MARCH)
    assert report is not None and report.frozen == report.quality  # nothing has happened since
    number = made.of(ANJI, MARCH)
    clock_.move_to(datetime(2026, 5, 6, 4, tzinfo=UTC))
    stored.unlock(OPERATOR, number)
    clock_.shift(timedelta(minutes=1))
    stored.save(OPERATOR, number, {"SX01": entry(30, 100, reason="县里来函更正"), "SX04": entry(45, 50)}, submit=True)
    hand_in(made.of(ANJI, APRIL), 95)
    assert of_march()[:2] == (own, together)
    assert of_march()[2] != then  # today's score does move


def test_a_round_frozen_before_scores_were_kept_says_that_its_score_is_todays(
    database: str, cast: Cast, clock_: time_machine.Traveller
) -> None:
    made = asked(MARCH, APRIL, ANJI, DEQING)
    for code in (ANJI, DEQING):
        hand_in(made.of(code, MARCH), 96)
    with write() as session:  # as the program froze rounds then
        session.add(RoundFreeze(collection_id=made.id, period=MARCH, frozen_at=clock.now()))
    clock_.move_to(datetime(2026, 5, 20, 4, tzinfo=UTC))  # April is due, and still changes
    report = quality_queries.report(cast.wang_anji, made.id, ANJI, MARCH)
    board = quality_queries.board(cast.li_staff, made.id, MARCH)
    assert report is not None and board is not None
    assert (report.frozen, report.unkept, board.frozen, board.unkept) == (None, True, None, True)
    rows = quality_queries.trend(cast.li_staff, made.id)
    assert [(row.period, row.reckoning) for row in rows] == [(MARCH, Reckoning.RECOMPUTED), (APRIL, Reckoning.OPEN)]
    spec = pictures.quality(rows, "全部地区", 70).to_dict()
    assert spec["title"]["subtitle"] == "空心点：冻结时没有留存，按现行口径重算"
    points = next(found for found in spec["datasets"].values() if "incomplete" in found[0])
    assert [(row["incomplete"], row["shown"].partition("（")[2]) for row in points] == [
        (True, "按现行口径重算）"), (False, "尚未冻结）"),
    ]  # fmt: skip
