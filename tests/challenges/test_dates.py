"""Deadlines: whose they are, until when, and as a calendar file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from challenges import board, dates, own, service, stages
from challenges.dates import Deadline
from core import clock
from core.errors import Forbidden
from panels import noticing
from tests.challenges.support import Round, challenge_in, opened
from tests.challenges.test_rounds import OURS, SECOND, judged, objected
from tests.support import Cast, count_queries

AT = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def test_a_calendar_file() -> None:
    """RFC 5545: lines of at most 75 octets that end with CRLF, signs escaped, instants with their zone."""
    long = "独居老人异常识别；低成本, 方案\\" * 4
    found = [
        Deadline("bids-7", 7, "JB-1", long, "揭榜截止", date(2026, 12, 1), AT),
        Deadline("notice-3", 8, "JB-2", "另一个", "公示期满", date(2026, 12, 31), provisional=True),
    ]
    raw = dates.as_calendar(found, AT - timedelta(days=3)).decode()
    assert raw.endswith("END:VCALENDAR\r\n")
    assert [line for line in raw.split("\r\n") if "\n" in line or len(line.encode()) > 75] == []
    lines = raw.replace("\r\n ", "").split("\r\n")
    assert [line for line in lines if line.startswith(("UID", "DTSTART;", "DTEND"))] == [
        "UID:bids-7@challenges.zhiping",
        "DTSTART;TZID=Asia/Shanghai:20261201T170000",
        "UID:notice-3@challenges.zhiping",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
    ]
    assert f"SUMMARY:揭榜截止：{long}".replace("\\", "\\\\").replace(",", "\\,") in lines
    assert [line for line in lines if "暂算" in line] == ["DESCRIPTION:JB-2　北京时间 2026-12-31（含当日）　暂算"]
    assert sorted(re.findall(r"\nBEGIN:(\w+)", "\n" + raw)) == sorted(re.findall(r"\nEND:(\w+)", raw))


def test_the_whole_day_counts_and_the_instant_does_not() -> None:
    day = Deadline("a", 1, "", "", "", date(2026, 12, 1))
    instant = Deadline("b", 1, "", "", "", date(2026, 12, 1), AT)
    with time_machine.travel(AT, tick=False):
        assert (day.late, instant.late) == (False, True)
    with time_machine.travel(datetime(2026, 12, 1, 16, 0, tzinfo=UTC), tick=False):  # midnight in Beijing
        assert day.late


def acting(made: Round) -> tuple[str, str, bool]:
    [row] = [item for item in board.board(made.cast.li_staff) if item.row.id == made.id]
    return row.who, row.what, row.late


def test_who_has_to_act_and_what_a_bidder_sees(cast: Cast) -> None:
    made = opened(cast)
    with pytest.raises(Forbidden):
        board.board(cast.qian_bidder)
    with pytest.raises(Forbidden):
        own.bids(cast.li_staff)
    made.bid(OURS)
    [row] = board.board(cast.li_staff)
    assert (row.bids, row.who, row.what) == (None, "揭榜单位", "在截止前提交申请")  # nobody knows how many
    assert row.next is not None
    assert row.next.at == made.seen().row.deadline
    [mine] = own.bids(cast.qian_bidder)
    assert (mine.stands, mine.todo) == ("第 1 次提交有效，截止前可以修改、撤回", "")
    assert own.bids(made.bidders["甲州智能有限公司"]) == []
    made.put(deadline=clock.now())
    assert acting(made) == ("研究院", "截止揭榜，开始资格审查", True)
    assert [item.bids for item in board.board(cast.li_staff)] == [1]
    made.step(stages.CLOSE)
    assert acting(made) == ("研究院", "审查 1 份申请的资格", False)


def test_on_notice(cast: Cast) -> None:
    made = judged(cast)
    assert acting(made) == ("研究院", "按名次定榜并公示", False)
    made.award()
    ends = made.seen().notices[0].ends_on
    everybody = (cast.li_staff, cast.qian_bidder, cast.wang_anji)
    assert [[(item.what, item.day) for item in dates.deadlines(actor)] for actor in everybody] == [
        [("第 1 号公示期满", ends)]
    ] * 3
    assert [item.stands for item in own.bids(made.bidders[SECOND])] == ["第 2 顺位，拟中榜；公示中"]
    with time_machine.travel(clock.end_of_day(ends)):
        assert acting(made) == ("研究院", "公示期满，结束公示", False)
    objected(made, cast.zhao_deqing)
    assert acting(made) == ("研究院（待受理）", "答复异议", False)
    assert [[item.what for item in dates.deadlines(actor)] for actor in everybody] == [["异议答复期限"], [], []]
    with time_machine.travel(clock.end_of_day(clock.today() + timedelta(days=noticing.ANSWER_DAYS))):
        assert acting(made) == ("监督人 管理员", "异议超期 1 日未答复", True)
        assert "赵德清" not in str(board.board(cast.li_staff))


def test_the_board_asks_the_database_as_often_for_three(cast: Cast) -> None:
    opened(cast)
    with count_queries() as one:
        board.board(cast.li_staff)
    for number in range(2):
        service.create(cast.li_staff, challenge_in(1), nonce=f"more-{number}")
    with count_queries() as three:
        assert len(board.board(cast.li_staff)) == 3
    assert len(three) == len(one)
