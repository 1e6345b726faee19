"""Reminders: on which working days, each once, in whose words, and where they show; who joins and who leaves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from cli.main import main
from core import clock
from core.errors import Forbidden, Invalid
from core.settings import Settings
from core.words import ReturnState
from db.session import read
from db.tables import CollectionUnit, Reminder
from metrics import reminder_queries, reminder_service
from metrics.reminder_service import Urged
from metrics.reminding import step_due, steps, words
from metrics.stages import SEND_BACK
from regions.calendar import is_working_day, working_day_from, working_days_between
from tests.conftest import Page
from tests.metrics import stored
from tests.metrics.stored import ANJI, DEQING, GOOD, JINGNING
from tests.metrics.test_pages import press, table
from tests.metrics.test_pages import words as said
from tests.metrics.test_rounds import asked
from tests.support import Cast

STEPS = (-3, -1, 1)
DUE = date(2026, 4, 13)  # a Monday; the Friday before is the 10th
DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("today", "step"),
    [
        (date(2026, 4, 7), None),
        (date(2026, 4, 8), -3),
        (date(2026, 4, 9), -3),  # missed yesterday: goes out today
        (date(2026, 4, 10), -1),
        (date(2026, 4, 12), -1),
        (DUE, -1),
        (date(2026, 4, 14), 1),
        (date(2026, 4, 24), 1),
        (date(2026, 4, 25), None),  # an old backlog is not reminded of all at once
    ],
)
def test_the_step_that_stands(today: date, step: int | None) -> None:
    assert step_due(DUE, today, STEPS) == step


def test_nothing_is_said_to_be_left_once_the_deadline_has_passed() -> None:
    assert step_due(DUE, DUE + timedelta(days=1), (-3, 0)) is None
    assert step_due(DUE, DUE, (-3, 0)) == 0
    assert step_due(DUE, DUE, ()) is None
    assert [words(step, DUE) for step in (-3, 0, 1)] == [
        "距截止日期 2026-04-13 还有 3 个工作日",
        "今天（2026-04-13）截止",
        "截止日期 2026-04-13 已过 1 个工作日",
    ]


@given(DAYS, st.integers(-30, 30))
def test_working_days_there_and_back(start: date, days: int) -> None:
    day = working_day_from(start, days)
    if days:
        assert is_working_day(day)
    if days >= 0 or is_working_day(start):
        assert working_days_between(start, day) == days


def test_the_setting_is_read_in_order_and_refuses_what_makes_no_sense() -> None:
    assert steps(Settings(reminder_days="1, -1,-5,1").reminder_days) == (-5, -1, 1)
    assert steps(Settings(reminder_days="").reminder_days) == ()
    with pytest.raises(ValueError, match="30 working days"):
        Settings(reminder_days="-60")


def at(day: int, hour: int = 4) -> datetime:
    return datetime(2026, 4, day, hour, tzinfo=UTC)


def test_each_step_of_a_deadline_goes_out_once(database: str, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(at(3), tick=False) as now:
        made = asked("2026-03", "2026-04", ANJI, DEQING)
        assert {stored.row(number).due_on for (_, period), number in made.returns.items() if period == "2026-03"} == {
            DUE
        }
        assert reminder_service.remind(cast.li_staff) == 0  # ten days before
        now.move_to(at(8))
        stored.save(cast.zhao_deqing, made.of(DEQING, "2026-03"), GOOD, submit=True)
        assert [(item.view.region, item.step) for item in reminder_queries.pending(cast.li_staff)] == [("安吉县", -3)]
        assert main(["remind", "--dry-run"]) == 0
        assert "没有发出" in capsys.readouterr().out
        assert main(["remind"]) == 0
        out = capsys.readouterr().out
        assert "安吉县　月报　2026年3月　距截止日期 2026-04-13 还有 3 个工作日" in out
        assert "已提醒 1 份" in out
        assert "不发邮件和短信" in out
        assert main(["remind"]) == 0
        assert "没有要发出的提醒" in capsys.readouterr().out
        now.move_to(at(14))
        # Sent back after the deadline, so it is owed again.
        stored.move(cast.li_staff, made.of(DEQING, "2026-03"), SEND_BACK, "请核对分母")
        assert reminder_service.remind(cast.li_staff) == 2
        assert reminder_service.remind(cast.li_staff) == 0
        own = reminder_queries.issued(cast.wang_anji)
        assert [(item.region_code, item.step, item.kind, item.by) for item in own] == [
            (ANJI, 1, "到期提醒", "李研"), (ANJI, -3, "到期提醒", "系统"),
        ]  # fmt: skip
        key = (made.id, ANJI, "2026-03")
        assert reminder_queries.standing(cast.wang_anji)[key].step == 1
        stored.save(cast.wang_anji, made.of(ANJI, "2026-03"), GOOD, submit=True)
        assert key not in reminder_queries.standing(cast.wang_anji)
        assert reminder_queries.pending(cast.wang_anji) == []


def test_urging_needs_words_and_staff_and_goes_out_once_a_day(database: str, cast: Cast) -> None:
    with time_machine.travel(at(15), tick=False) as now:
        made = asked("2026-03", "2026-04", ANJI, DEQING)
        both = [made.of(ANJI, "2026-03"), made.of(DEQING, "2026-03")]
        with pytest.raises(Forbidden):
            reminder_service.urge(cast.wang_anji, both, "请尽快报送")
        with pytest.raises(Invalid, match="催报的话"):
            reminder_service.urge(cast.li_staff, both, " ")
        assert reminder_service.urge(cast.li_staff, both[:1], "请尽快报送") == Urged(1, 0)
        assert reminder_service.urge(cast.li_staff, both, "请今天报送") == Urged(1, 1)
        now.move_to(at(16))
        assert reminder_service.urge(cast.li_staff, both[:1], "再催一次") == Urged(1, 0)
        assert [item.words for item in reminder_queries.issued(cast.wang_anji)] == ["再催一次", "请尽快报送"]
        stored.save(cast.wang_anji, both[0], GOOD, submit=True)
        with pytest.raises(Invalid, match="1 份已经提交"):
            reminder_service.urge(cast.li_staff, both, "请尽快报送")
    with read() as session:
        assert sorted(row.manual for row in session.exec(select(Reminder))) == [True, True, True]


def test_the_board_urges_and_the_county_reads_it(page: Page, cast: Cast) -> None:
    made = stored.collection(due_on=clock.today() - timedelta(days=1))
    stored.hand_in(made.of(DEQING))
    app = page("round", cast.li_staff, collection=made.id, period=stored.last_month())
    assert [row[0] for row in table(app, "round_returns")] == ["安吉县", "德清县"]
    app.text_area(key="urge_message").set_value("*请*于今天下班前报送")
    press(app, "确认催报 1 个地区")
    assert [row[6] for row in table(app, "round_returns")] == [f"1 次，最近 {clock.today():%m-%d}", "–"]
    assert "催报　" in said(page("home", cast.wang_anji))
    for name, address in (("home", {}), ("returns", {}), ("return", {"id": made.of(ANJI)})):
        assert "李研：\\*请\\*于今天下班前报送" in said(page(name, cast.wang_anji, **address))
    assert "下班前报送" not in said(page("home", cast.zhao_deqing))


def test_a_county_joins_later_and_another_leaves_on_the_page(page: Page, cast: Cast) -> None:
    made = stored.collection(last=stored.this_month().shift(2))
    stored.hand_in(made.of(ANJI))
    app = page("units", cast.li_staff, id=made.id)
    assert [row[0] for row in table(app, "参加情况")] == ["德清县", "安吉县"]
    app.selectbox(key="join_region").set_value(JINGNING)
    press(app, "确认加入")
    assert [(row[0], row[2], row[5]) for row in table(app, "参加情况")] == [
        ("德清县", "● 全程参加", "0 / 6"), ("安吉县", "● 全程参加", "1 / 6"),
        ("景宁畲族自治县", f"◐ {clock.today()} 加入", "0 / 3"),
    ]  # fmt: skip
    press(app, "确认退出")
    assert "请选择地区" in said(app)
    app.selectbox(key="leave_region").set_value(DEQING)
    app.date_input(key="leave_on").set_value(stored.this_month().shift(-1).end)
    app.text_area(key="leave_reason").set_value("区划调整，并入他县")
    press(app, "确认退出")
    assert next((row[0], row[5], row[6]) for row in table(app, "参加情况")) == (
        "德清县", "0 / 3", "区划调整，并入他县",
    )  # fmt: skip
    county = page("units", cast.wang_anji, id=made.id)
    assert [row[0] for row in table(county, "参加情况")] == ["安吉县"]
    assert [button.label for button in county.button if "确认" in button.label] == []
    with read() as session:
        left = session.get_one(CollectionUnit, (made.id, DEQING))
        assert (left.left_on, left.left_reason) == (stored.this_month().shift(-1).end, "区划调整，并入他县")
    assert stored.row(made.of(ANJI)).state is ReturnState.APPROVED
