"""The final in a hall: whose turn it is, the clock that a reload does not stop, clicks that went wrong."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine

from awards import final_queries, round_service
from core import clock
from core.errors import WrongState
from core.words import AwardEntryState, EditionState
from db.session import write
from db.tables import AwardEntry, AwardTurn
from tests.awards.support import Selection, recommended, selection, some_pilots
from tests.conftest import Page
from tests.support import Cast, screens

BEGAN = datetime(2026, 6, 1, 10, tzinfo=clock.BEIJING)
ENTRIES = [
    {"code": f"A{number}", "track": "民生服务", "county": county, "title": f"项目{number}"}
    for number, county in ((1, "330523"), (2, "330521"), (3, "331127"))
]


def in_final(cast: Cast) -> Selection:
    told = selection(cast)
    recommended(told, ENTRIES, some_pilots(cast))
    with write() as session:
        for position, key in enumerate(told.entries.values(), start=1):
            session.get_one(AwardEntry, key).state = AwardEntryState.SHORTLISTED
            session.add(AwardTurn(entry_id=key, edition_id=told.id, track="民生服务", position=position))
    told.put(state=EditionState.FINAL)
    return told


def stand(told: Selection) -> dict[str, tuple[bool, bool]]:
    """By code whether its turn began and whether it ended."""
    turns = final_queries.turns(told.cast.li_staff, told.id)
    return {turn.code: (turn.began_at is not None, turn.ended_at is not None) for turn in turns}


def test_a_click_that_went_wrong_is_taken_back_and_the_clock_goes_on(cast: Cast) -> None:
    told = in_final(cast)
    first, second, third = told.entries.values()
    waits, runs, ended = (False, False), (True, False), (True, True)
    with pytest.raises(WrongState, match="没有可以撤回的"):
        round_service.undo_turn(cast.li_staff, first)
    round_service.call_up(cast.li_staff, first)
    began = final_queries.turns(cast.li_staff, told.id)[0].began_at
    round_service.call_up(cast.li_staff, second)  # too early: the first had not finished
    assert stand(told) == {"A1": ended, "A2": runs, "A3": waits}
    with pytest.raises(WrongState, match="另一个项目正在路演"):
        round_service.undo_turn(cast.li_staff, first)
    round_service.undo_turn(cast.li_staff, second)
    round_service.undo_turn(cast.li_staff, first)
    assert stand(told) == {"A1": runs, "A2": waits, "A3": waits}
    assert final_queries.turns(cast.li_staff, told.id)[0].began_at == began
    with write() as session:
        session.get_one(AwardEntry, third).state = AwardEntryState.WITHDRAWN
    with pytest.raises(WrongState, match="退出"):
        round_service.call_up(cast.li_staff, third)
    told.put(state=EditionState.COMBINING)
    for late in (
        lambda: round_service.call_up(cast.li_staff, second),
        lambda: round_service.end_turn(cast.li_staff, first),
        lambda: round_service.undo_turn(cast.li_staff, first),
        lambda: round_service.reorder(cast.li_staff, told.id, "民生服务", [second, first, third], "嘉宾行程"),
    ):
        with pytest.raises(WrongState, match="不在终评"):
            late()


def test_the_chair_reads_what_is_left_and_a_reload_changes_nothing(page: Page, cast: Cast) -> None:
    told = in_final(cast)
    with time_machine.travel(BEGAN, tick=False):
        app = page("award_final", cast.li_staff, id=told.id)
        assert [button.label for button in app.button if "路演" in button.label] == ["开始路演：1. 项目1"]
        app.button(key="final_next").click().run()
    for seconds, left in ((61, "6 分 59 秒"), (480, "0 分 00 秒"), (495, "超时 0 分 15 秒")):
        with time_machine.travel(BEGAN + timedelta(seconds=seconds), tick=False):
            app = page("award_final", cast.li_staff, id=told.id)  # opened anew, as after a reload or in another window
            assert [item.value for item in app.metric if item.label in ("剩余", "时间到")] == [left]
            assert "1. A1 项目1" in screens.words(app)
    with time_machine.travel(BEGAN + timedelta(minutes=9), tick=False):
        (label,) = (button.label for button in app.button if "2. 项目2" in button.label)
        assert label == "结束并请下一个：2. 项目2"
        app.button(key="final_next").click().run()
        assert stand(told) == {"A1": (True, True), "A2": (True, False), "A3": (False, False)}
