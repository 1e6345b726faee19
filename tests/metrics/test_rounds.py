"""Rounds: who owes what and until when, what is granted to one unit, what a lock means."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlmodel import select

from accounts.permissions import OPERATOR
from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.periods import Period
from core.words import Arm, CollectionKind, GraceKind, IndicatorRole, ReturnState
from db.session import read, write
from db.tables import AuditEvent, CollectionUnit, Region, ReturnRow
from metrics import catalogue, collecting, queries, round_service, rounds, service
from metrics.progress import Course, Status
from metrics.schemas import CollectionIn, IndicatorPick, UnitPick
from metrics.stages import ADOPT, APPROVE, CORRECT, DISMISS, LOCK, SEND_BACK, SUBMIT, WITHDRAW, steps_of
from tests.conftest import Page
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING, GOOD, JINGNING
from tests.metrics.test_pages import links, press, table, type_in, ways_in, words
from tests.support import Cast

NOON = datetime(2026, 4, 3, 4, 0, tzinfo=UTC)  # Friday 2026-04-03, 12:00 in Beijing


@pytest.fixture
def april() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def asked(first: str, last: str, *codes: str) -> stored.Stored:
    """A monthly collection with deadlines that follow from the calendar, five working days."""
    catalogue.load()
    with write() as session:
        number = collecting.create(session, OPERATOR, CollectionIn(name="月报", kind=CollectionKind.PILOT, due_days=5))
        ids = {code: collecting.current_version(session, code) for code in ("SX01", "SX04")}
        picks = [IndicatorPick(indicator_id=value, role=IndicatorRole.GOAL) for value in ids.values()]
        collecting.add_indicators(session, OPERATOR, number, picks, first, "测试")
        units = [UnitPick(region_code=code, arm=Arm.PILOT) for code in codes]
        collecting.add_units(session, number, units, Period.parse(first), Period.parse(last))
        collecting.expect_returns(session, number)
    return stored.Stored(number, owed(number), ids)


def owed(collection_id: int) -> dict[tuple[str, str], int]:
    with read() as session:
        rows = session.exec(select(ReturnRow).where(ReturnRow.collection_id == collection_id)).all()
        return {(row.region_code, row.period): row.id or 0 for row in rows}


def periods(collection_id: int, code: str) -> list[str]:
    return sorted(period for region, period in owed(collection_id) if region == code)


# -- what is owed, and until when ---------------------------------------------------------


def test_a_deadline_counts_working_days_after_the_period_and_after_the_first_asking(
    database: str, cast: Cast, april: object
) -> None:
    """5 working days after 2026-04-30: May 1–5 are a holiday, May 9 is a working Saturday. Figures of before the
    beginning are asked for on the first day; Qingming is 2026-04-04 to 06."""
    made = asked("2026-01", "2026-05", ANJI)
    due = {period: stored.row(number).due_on for (_, period), number in made.returns.items()}
    assert due == {
        "2026-01": date(2026, 4, 13),
        "2026-02": date(2026, 4, 13),
        "2026-03": date(2026, 4, 13),
        "2026-04": date(2026, 5, 11),
        "2026-05": date(2026, 6, 5),
    }


def test_a_county_that_joins_later_owes_from_then_on(database: str, cast: Cast, april: object) -> None:
    made = asked("2026-01", "2026-08", ANJI)
    assert (
        round_service.join(cast.li_staff, made.id, UnitPick(region_code=DEQING, arm=Arm.PILOT), date(2026, 3, 31)) == 6
    )
    assert periods(made.id, DEQING) == ["2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08"]
    late = UnitPick(region_code=JINGNING, arm=Arm.PILOT)
    with pytest.raises(Invalid, match="没有要报的期"):
        round_service.join(cast.li_staff, made.id, late, date(2026, 9, 1))
    with pytest.raises(Invalid, match="已经登记"):
        round_service.join(cast.li_staff, made.id, UnitPick(region_code=ANJI, arm=Arm.PILOT), date(2026, 3, 1))
    compared = late.model_copy(update={"arm": Arm.COMPARISON})  # was not registered before the start
    with pytest.raises(Invalid, match="对照地区在试点启动前登记，启动后不能加入"):
        round_service.join(cast.li_staff, made.id, compared, date(2026, 3, 1))
    assert periods(made.id, JINGNING) == []
    for actor in (cast.wang_anji, cast.zhou_minzheng):
        with pytest.raises(Forbidden):
            round_service.join(actor, made.id, late, date(2026, 3, 1))


def test_a_county_that_leaves_owes_the_periods_on_whose_last_day_it_belonged(
    database: str, cast: Cast, april: object
) -> None:
    made = asked("2026-01", "2026-08", ANJI, DEQING)
    left = round_service.leave(cast.li_staff, made.id, ANJI, date(2026, 5, 30), "区划调整，并入其他县")
    assert (left.dropped, left.kept) == (4, [])
    assert periods(made.id, ANJI) == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert len(periods(made.id, DEQING)) == 8
    with write() as session:  # asked for again, it still owes nothing
        assert collecting.expect_returns(session, made.id) == 0
        unit = session.get_one(CollectionUnit, (made.id, ANJI))
        assert (unit.left_on, unit.left_reason) == (date(2026, 5, 30), "区划调整，并入其他县")
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "collection:leave")).one()
        assert event.changes["dropped"] == ["2026-05", "2026-06", "2026-07", "2026-08"]
    with pytest.raises(Invalid, match="理由"):
        round_service.leave(cast.li_staff, made.id, DEQING, date(2026, 5, 30), " ")


def test_what_was_reported_stays_when_somebody_is_said_to_have_left_before(
    database: str, cast: Cast, april: object
) -> None:
    made = asked("2026-01", "2026-08", ANJI, DEQING)
    stored.save(cast.wang_anji, made.of(ANJI, "2026-03"), GOOD, submit=True)
    left = round_service.leave(cast.li_staff, made.id, ANJI, date(2026, 2, 28), "二月底退出试点")
    assert (left.dropped, left.kept) == (5, ["2026-03"])
    assert periods(made.id, ANJI) == ["2026-01", "2026-02", "2026-03"]
    assert stored.sums(made.id, "2026-03", "330000")[0] == (96_000_000, 100_000_000, 1, 2)


def test_a_division_owes_nothing_for_periods_in_which_it_does_not_exist(
    database: str, cast: Cast, april: object
) -> None:
    with write() as session:
        session.get_one(Region, DEQING).valid_to = date(2026, 4, 20)
        session.get_one(Region, ANJI).valid_from = date(2026, 2, 1)
    made = asked("2026-01", "2026-08", ANJI, DEQING)
    assert periods(made.id, DEQING) == ["2026-01", "2026-02", "2026-03"]
    assert periods(made.id, ANJI)[0] == "2026-02"


# -- where a return stands -------------------------------------------------------------------

OPENS, DUE = date(2026, 4, 1), date(2026, 4, 8)


def at(day: int, hour: int = 4, month: int = 4) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    "course, now, status, said",
    [
        (Course(ReturnState.DRAFT, OPENS, DUE), at(31, 15, 3), Status.WAITING, "未到期"),
        (Course(ReturnState.DRAFT, OPENS, DUE), at(31, 16, 3), Status.OPEN, "待报"),  # midnight in Beijing
        (Course(ReturnState.DRAFT, OPENS, DUE), at(8, 15), Status.OPEN, "待报"),
        (Course(ReturnState.DRAFT, OPENS, DUE), at(8, 16), Status.OVERDUE, "逾期 1 天"),
        (Course(ReturnState.RETURNED, OPENS, DUE, at(2)), at(20), Status.RETURNED, "退回"),
        (Course(ReturnState.SUBMITTED, OPENS, DUE, at(8, 15)), at(20), Status.SUBMITTED, "已提交"),
        (Course(ReturnState.SUBMITTED, OPENS, DUE, at(8, 16)), at(20), Status.SUBMITTED, "已提交（迟报）"),
        (Course(ReturnState.APPROVED, OPENS, DUE, at(9)), at(20), Status.APPROVED, "已审核（迟报）"),
        (Course(ReturnState.LOCKED, OPENS, DUE, at(2), at(10)), at(20), Status.LOCKED, "锁定"),
        (Course(ReturnState.LOCKED, OPENS, DUE, at(2), at(10), at(20, 16)), at(20, 15), Status.UNLOCKED,
         "解锁更正中（至 2026-04-20）"),
        (Course(ReturnState.LOCKED, OPENS, DUE, at(2), at(10), at(20, 16)), at(20, 16), Status.LOCKED, "锁定"),
        (Course(ReturnState.SUBMITTED, OPENS, DUE, at(2), at(10)), at(20), Status.CORRECTED, "更正待审"),
    ],
)  # fmt: skip
def test_the_words_of_the_board(course: Course, now: datetime, status: Status, said: str) -> None:
    assert (course.status(now), course.words(now)) == (status, said)


def test_what_counts_in_the_denominators() -> None:
    draft = Course(ReturnState.DRAFT, OPENS, DUE)
    assert (draft.due(DUE), draft.due(DUE + timedelta(days=1))) == (False, True)
    assert Course(ReturnState.SUBMITTED, OPENS, DUE, at(2)).due(date(2026, 4, 2))


def test_steps_before_and_after_the_first_lock() -> None:
    names = {
        (state, locked): [step.do for step in steps_of(state, locked)]
        for state in (ReturnState.SUBMITTED, ReturnState.LOCKED)
        for locked in (False, True)
    }
    assert names[ReturnState.SUBMITTED, False] == [WITHDRAW, APPROVE, SEND_BACK]
    assert names[ReturnState.SUBMITTED, True] == [ADOPT, DISMISS]
    assert names[ReturnState.LOCKED, True] == [CORRECT]


# -- in time ---------------------------------------------------------------------------------


def test_a_return_sent_back_after_its_deadline_was_in_time(
    house: Path, cast: Cast, april: time_machine.Traveller
) -> None:
    number = asked("2026-03", "2026-03", ANJI).of(ANJI, "2026-03")
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    april.move_to(at(20))
    stored.move(cast.li_staff, number, SEND_BACK, "请核对应办结件数")
    stored.save(cast.wang_anji, number, {"SX01": entry(90, 100, reason="漏统计")}, submit=True)
    assert queries.returns(cast.li_staff, ids=[number])[0].status[1] == "已提交"
    assert [late for *_, late in stored.revisions(number)] == [False, False, False]


def test_a_draft_of_before_the_deadline_handed_in_after_it_is_late(
    house: Path, cast: Cast, april: time_machine.Traveller
) -> None:
    number = asked("2026-03", "2026-03", ANJI).of(ANJI, "2026-03")
    stored.save(cast.wang_anji, number, GOOD)
    april.move_to(at(20))
    stored.move(cast.wang_anji, number, SUBMIT)
    assert queries.returns(cast.li_staff, ids=[number])[0].status[1] == "已提交（迟报）"


def test_taking_back_what_nobody_has_looked_at_starts_the_clock_again(
    house: Path, cast: Cast, april: time_machine.Traveller
) -> None:
    number = asked("2026-03", "2026-03", ANJI).of(ANJI, "2026-03")
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    stored.move(cast.wang_anji, number, WITHDRAW)
    april.move_to(at(20))
    stored.move(cast.wang_anji, number, SUBMIT)
    assert stored.row(number).first_submitted_at == at(20)
    assert queries.course_of(stored.row(number)).late


def test_an_extension_is_for_one_region_and_period(database: str, cast: Cast, april: time_machine.Traveller) -> None:
    made = asked("2026-02", "2026-03", ANJI, DEQING)
    number = made.of(ANJI, "2026-03")
    for until, reason, wrong in (
        (date(2026, 4, 2), "台风停电", "已经过去"),
        (date(2026, 4, 13), "台风停电", "不晚于现在的期限"),
        (date(2026, 4, 20), " ", "理由"),
    ):
        with pytest.raises(Invalid, match=wrong):
            round_service.extend(cast.li_staff, number, until, reason, seen_version=1)
    with pytest.raises(Forbidden):
        round_service.extend(cast.wang_anji, number, date(2026, 4, 20), "台风停电", seen_version=1)
    round_service.extend(cast.li_staff, number, date(2026, 4, 20), "台风停电", seen_version=1)
    dues = {key: stored.row(value).due_on for key, value in made.returns.items()}
    assert [key for key, due in dues.items() if due == date(2026, 4, 20)] == [(ANJI, "2026-03")]
    april.move_to(at(20, 15))
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    stored.save(cast.zhao_deqing, made.of(DEQING, "2026-03"), GOOD, submit=True)
    said = [queries.returns(cast.li_staff, ids=[made.of(code, "2026-03")])[0].status[1] for code in (ANJI, DEQING)]
    assert said == ["已提交", "已提交（迟报）"]
    (grace,) = rounds.graces(cast.wang_anji, number)
    assert (grace.kind, grace.until, grace.was_due_on, grace.reason, grace.given_by) == (
        GraceKind.EXTENSION, date(2026, 4, 20), date(2026, 4, 13), "台风停电", "李研",
    )  # fmt: skip
    assert rounds.graces(cast.zhao_deqing, number) == []
    with pytest.raises(WrongState, match="还没有提交过"):
        round_service.extend(
            cast.li_staff, number, date(2026, 4, 30), "再次延期", seen_version=stored.row(number).version
        )


# -- corrections of what is locked --------------------------------------------------------------


def locked(cast: Cast, *, period: str = "2026-03") -> stored.Stored:
    made = asked(period, period, ANJI, DEQING)
    for actor, code in ((cast.wang_anji, ANJI), (cast.zhao_deqing, DEQING)):
        stored.save(actor, made.of(code, period), GOOD, submit=True)
        stored.move(cast.li_staff, made.of(code, period), APPROVE)
        stored.move(cast.li_staff, made.of(code, period), LOCK)
    return made


def test_a_locked_value_is_corrected_with_a_reason_and_both_are_kept(
    database: str, cast: Cast, april: time_machine.Traveller
) -> None:
    made = locked(cast)
    number = made.of(ANJI, "2026-03")
    better = {"SX01": entry(90, 100, reason="县里复核漏统计")}
    with pytest.raises(WrongState, match="锁定"):
        stored.save(cast.wang_anji, number, better, submit=True)
    april.shift(timedelta(hours=1))
    stored.unlock(cast.li_staff, number)
    with pytest.raises(WrongState):  # the other county's, of the same period, stays shut
        stored.save(cast.zhao_deqing, made.of(DEQING, "2026-03"), better, submit=True)
    with pytest.raises(WrongState, match="没有草稿"):
        stored.save(cast.wang_anji, number, better)
    assert stored.row(number).state is ReturnState.LOCKED  # and its values in force
    assert stored.sums(made.id, "2026-03", "330000")[0][0] == 192_000_000
    with pytest.raises(Invalid, match="SX01 的填报有错误"):  # no reason
        stored.save(cast.wang_anji, number, {"SX01": entry(90, 100)}, submit=True)
    with pytest.raises(Invalid, match="没有改动"):
        stored.save(cast.wang_anji, number, GOOD, submit=True)
    april.shift(timedelta(hours=1))
    stored.save(cast.wang_anji, number, better, submit=True)
    assert queries.returns(cast.wang_anji, ids=[number])[0].status[1] == "更正待审"
    for do in (WITHDRAW, SEND_BACK, APPROVE):
        with pytest.raises((WrongState, Forbidden)):
            stored.move(cast.li_staff, number, do, "不行")
    april.shift(timedelta(hours=1))
    assert stored.move(cast.li_staff, number, ADOPT) is ReturnState.LOCKED
    assert [(row.n, row.reason) for _, _, row, _ in stored.revisions(number)] == [
        (96_000_000, ""), (45_000_000, ""), (90_000_000, "县里复核漏统计"),
    ]  # fmt: skip
    assert stored.sums(made.id, "2026-03", "330000")[0][0] == 186_000_000
    with pytest.raises(WrongState):  # used once, and shut again
        stored.save(cast.wang_anji, number, {"SX01": entry(91, 100, reason="再改一次")}, submit=True)


def test_an_unlock_ends_by_itself(database: str, cast: Cast, april: time_machine.Traveller) -> None:
    made = locked(cast)
    number = made.of(ANJI, "2026-03")
    stored.unlock(cast.li_staff, number, days=2)  # to the end of 2026-04-05 in Beijing
    better = {"SX01": entry(90, 100, reason="县里复核漏统计")}

    def waits() -> list[int]:
        return [view.id for view in queries.returns(cast.wang_anji, ids=[number], to_fill_at=clock.now())]

    april.move_to(at(5, 16))
    assert queries.returns(cast.wang_anji, ids=[number])[0].status == ("locked", "锁定")
    assert waits() == []
    with pytest.raises(WrongState, match="锁定"):
        stored.save(cast.wang_anji, number, better, submit=True)
    april.move_to(at(5, 15))
    assert queries.returns(cast.wang_anji, ids=[number])[0].status[1] == "解锁更正中（至 2026-04-05）"
    assert waits() == [number]
    assert stored.save(cast.wang_anji, number, better, submit=True).written == 1


def test_a_dismissed_correction_gives_way_to_what_was_locked(
    database: str, cast: Cast, april: time_machine.Traveller
) -> None:
    made = locked(cast)
    number = made.of(ANJI, "2026-03")
    april.shift(timedelta(hours=1))
    stored.unlock(cast.li_staff, number)
    stored.save(cast.wang_anji, number, {"SX01": entry(99, 100, reason="想要高一点")}, submit=True)
    with pytest.raises(Invalid, match="理由"):
        stored.move(cast.li_staff, number, DISMISS)
    april.shift(timedelta(hours=1))
    assert stored.move(cast.li_staff, number, DISMISS, "没有台账依据") is ReturnState.LOCKED
    found = queries.explain(cast.wang_anji, made.id, made.indicators["SX01"], ANJI, "2026-03")
    assert found is not None
    assert [(r.entry.n, r.entry.reason) for r in found.revisions] == [
        (96_000_000, ""), (99_000_000, "想要高一点"), (96_000_000, "更正未采纳，恢复锁定时的数值：没有台账依据"),
    ]  # fmt: skip
    assert stored.sums(made.id, "2026-03", "330000")[0][0] == 192_000_000
    assert len(stored.revisions(number)) == 4  # the other value was not touched


def test_unlocking_asks_who_why_and_until_when(database: str, cast: Cast, april: object) -> None:
    made = locked(cast)
    number = made.of(ANJI, "2026-03")
    version = stored.row(number).version
    soon = clock.today() + timedelta(days=3)
    with pytest.raises(Forbidden):
        round_service.unlock(cast.wang_anji, number, soon, "我要改数", seen_version=version)
    with pytest.raises(NotFound):
        round_service.unlock(cast.li_staff, 999, soon, "我要改数", seen_version=version)
    with pytest.raises(Invalid, match=r"已经过去.*理由"):
        round_service.unlock(cast.li_staff, number, clock.today() - timedelta(days=1), "", seen_version=version)
    with pytest.raises(Conflict):
        round_service.unlock(cast.li_staff, number, soon, "来函更正", seen_version=version - 1)
    round_service.unlock(cast.li_staff, number, soon, "来函更正", seen_version=version)
    with read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "return:unlock")).one()
    assert (event.reason, event.changes["until"]) == ("来函更正", str(soon))
    with pytest.raises(WrongState, match="不用解锁"):
        round_service.unlock(
            cast.li_staff, asked("2026-02", "2026-02", ANJI).of(ANJI, "2026-02"), soon, "来函更正", seen_version=1
        )


def test_a_correction_in_a_list_of_many_is_adopted(database: str, cast: Cast, april: object) -> None:
    number = locked(cast).of(ANJI, "2026-03")
    stored.unlock(cast.li_staff, number)
    stored.save(cast.wang_anji, number, {"SX01": entry(90, 100, reason="漏统计")}, submit=True)
    assert stored.approve(cast.li_staff, number) == service.Approved(1, [])
    assert stored.row(number).state is ReturnState.LOCKED


# -- the page ------------------------------------------------------------------------------------


def test_staff_unlock_and_the_county_corrects_on_the_page(page: Page, cast: Cast) -> None:
    made = stored.collection()
    number = made.of(ANJI)
    stored.hand_in(number)
    stored.move(cast.li_staff, number, LOCK)
    assert ways_in(page("return", cast.wang_anji, id=number)) == (0, 0)
    app = page("return", cast.li_staff, id=number)
    app.date_input[0].set_value(clock.today() + timedelta(days=2))
    app.text_area[0].input("县里来函更正")
    press(app, "确认解锁更正")
    assert f"解锁更正至 {clock.today() + timedelta(days=2)}" in words(app)
    assert "去更正" in links(page("returns", cast.wang_anji))
    county = page("return", cast.wang_anji, id=number)
    assert ways_in(county) == (1, 1)
    assert "这一期已解锁，可以更正" in words(county)
    assert "保存草稿" not in [button.label for button in county.button]
    type_in(county, number, {0: {"分子": "90", "说明/理由": "漏统计六件"}})
    press(county, CORRECT)
    assert "报送现为“已提交”" in words(county)
    assert "更正待审" in words(county)
    staff = page("return", cast.li_staff, id=number)
    assert [button.label for button in staff.button if "更正" in button.label] == [f"确认{ADOPT}", f"确认{DISMISS}"]
    assert [row[2:4] for row in table(staff, "return_values")] == [  # what was locked, what it would become
        ["△ 96.00%（96 / 100）", "90.00%（90 / 100）"],
        ["90.00%（45 / 50）", "90.00%（45 / 50）"],
    ]
    press(staff, f"确认{ADOPT}")
    assert [row[:3] for row in table(staff, "return_values")] == [
        ["SX01", "按时办结率", "90.00%（90 / 100）"],
        ["SX04", "回访满意率", "90.00%（45 / 50）"],
    ]


def test_what_changed_since_the_list_was_drawn_is_left_for_another_look(page: Page, cast: Cast) -> None:
    made = stored.collection()
    number = made.of(ANJI)
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    app = page("returns", cast.li_staff)
    frame = next(frame for frame in app.dataframe if (frame.key or "").startswith("returns_queue"))
    assert frame.key is not None
    app.session_state[frame.key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    stored.move(cast.wang_anji, number, WITHDRAW)
    stored.save(cast.wang_anji, number, {"SX01": entry(60, 100, reason="重新统计")}, submit=True)
    app.session_state[frame.key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    press(app, "确认审核通过 1 份")
    assert "另有 1 份在您查看之后又有改动" in words(app)
    assert stored.row(number).state is ReturnState.SUBMITTED
