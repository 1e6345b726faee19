"""Ticket files: read, covered, stored once, whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.errors import Forbidden, Invalid
from core.words import ImportState, Rectification, Satisfaction
from db import audit
from db.session import read, write
from db.tables import Ticket, TicketImport
from scenarios import ticket_process, ticket_queries, ticket_service, ticket_storing
from scenarios.ticket_queries import Counts, ImportView
from scenarios.ticket_reading import ColumnMap, guess
from tests.scenarios.tickets_support import HEADINGS, as_csv, as_xlsx, register, take_in, ticket
from tests.support import Cast, count_queries


def view(actor: Actor, number: int) -> ImportView:
    found = ticket_queries.import_view(actor, number)
    assert found is not None
    return found


def result(actor: Actor, number: int) -> tuple[ImportState, int, int, int, int]:
    found = view(actor, number)
    return found.state, found.added, found.updated, found.unchanged, found.rejected


def stored() -> list[Ticket]:
    with read() as session:
        return list(session.exec(select(Ticket).order_by(Ticket.number)).all())


def total(actor: Actor) -> Counts:
    return sum((row.counts for row in ticket_queries.by_region(actor, "2000-01", "2099-12")), Counts())


# -- reading -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(as_csv([ticket()]), id="utf-8"),
        pytest.param(as_csv([ticket()], encoding="gb18030"), id="gb18030"),
        pytest.param(as_xlsx([ticket()]), id="xlsx"),
    ],
)
def test_a_file_is_read_and_covered_before_it_is_stored(database: str, cast: Cast, content: bytes) -> None:
    number = take_in(cast.li_staff, content)
    assert result(cast.li_staff, number) == (ImportState.DONE, 1, 0, 0, 0)
    (row,) = stored()
    assert (row.number, row.scope, row.region_code, row.category) == ("AJ1", "3305", "330523", "物业管理")
    assert row.at == datetime(2026, 3, 5, 6, 20, tzinfo=UTC)
    assert row.month == "2026-03"
    assert row.text == "张某来电反映小区电梯故障，电话〔电话〕。"
    assert (row.handled, row.replied, row.satisfaction, row.rectification) == (
        *(True, None, Satisfaction.SATISFIED, None),
    )
    found = view(cast.li_staff, number)
    assert (found.names, found.phones, found.rows, found.seen) == (1, 1, 1, 1)


def test_nothing_personal_is_anywhere_in_the_database(cast: Cast, house: Any) -> None:
    rows = [
        ticket(f"AJ{n}", text="李四反映噪音，电话13905711111，身份证330523199001011234", name="李四") for n in range(3)
    ]
    rows.append(ticket("坏", at="13905711111", region="李四", text=""))
    take_in(cast.li_staff, as_csv(rows))
    from db.engine import engine

    engine().dispose()
    whole = b"".join(path.read_bytes() for path in house.glob("zhiping.db*"))
    assert "反映噪音".encode() in whole
    for secret in ("13905711111", "330523199001011234", "李四"):
        assert secret.encode() not in whole, secret


def test_headings_are_known_by_many_names() -> None:
    found = guess(
        [
            "受理编号*",
            "来电时间",
            "市民姓名",
            "区（县）",
            "问题分类",
            "诉求描述（摘要）",
            "办结状态",
            "满意情况",
            "备注",
        ]
    )
    assert found.columns == {"number": 0, "at": 1, "category": 4, "text": 5, "handled": 6, "satisfaction": 7}
    assert found.people == [2]
    assert guess(HEADINGS).columns == {
        "number": 0,
        "at": 1,
        "region": 4,
        "category": 5,
        "text": 6,
        "handled": 7,
        "satisfaction": 8,
        "rectification": 9,
    }
    assert found.missing == []
    assert guess(["编号", "时间"]).missing == ["诉求内容"]


def test_a_title_above_the_headings_is_passed_over(cast: Cast) -> None:
    lines = as_csv([ticket()]).decode("utf-8-sig").splitlines(keepends=True)
    content = ("2026年3月工单明细,,,,,,,,,\r\n" + "".join(lines)).encode("utf-8-sig")
    number = take_in(cast.li_staff, content)
    assert result(cast.li_staff, number)[:2] == (ImportState.DONE, 1)


@pytest.mark.parametrize(
    ("changes", "rule", "column"),
    [
        ({"number": ""}, "number.missing", "工单编号"),
        ({"number": "13805712345"}, "number.personal", "工单编号"),
        ({"at": ""}, "time.missing", "受理时间"),
        ({"at": "去年夏天"}, "time.unread", "受理时间"),
        ({"at": "2026-13-05"}, "time.unread", "受理时间"),
        ({"at": "2099-01-05"}, "time.range", "受理时间"),
        ({"region": "火星"}, "region.unknown", "所属区县"),
        ({"region": ""}, "region.missing", "所属区县"),
        ({"text": " "}, "text.missing", "诉求内容"),
        ({"number": "AJ0"}, "number.repeated", "工单编号"),
    ],
)
def test_a_bad_row_stays_out_and_is_named(cast: Cast, changes: dict[str, Any], rule: str, column: str) -> None:
    good = [ticket(f"AJ{n}") for n in range(3)]
    number = take_in(cast.li_staff, as_csv([*good, ticket(**changes)]))
    assert result(cast.li_staff, number) == (ImportState.DONE, 3, 0, 0, 1)
    found = view(cast.li_staff, number)
    (place,) = found.places
    assert (place["row"], place["rule"], place["column"], place["error"]) == (5, rule, column, True)
    assert place["message"]
    assert place["remedy"]
    assert found.counted == {rule: 1}


def test_a_word_nobody_understands_is_said_and_the_row_is_kept(cast: Cast) -> None:
    number = take_in(cast.li_staff, as_csv([ticket(rating="甲等", handled="嗯")]))
    assert result(cast.li_staff, number) == (ImportState.DONE, 1, 0, 0, 0)
    assert [(p["rule"], p["error"], p["seen"]) for p in view(cast.li_staff, number).places] == [
        ("handled.unread", False, "嗯"),
        ("satisfaction.unread", False, "甲等"),
    ]
    assert stored()[0].satisfaction is None


def test_a_number_that_excel_has_rounded_is_refused(cast: Cast) -> None:
    rows = [ticket(202603050001234567.0), ticket(20260305000123.0), ticket("AJ1")]
    number = take_in(cast.li_staff, as_xlsx(rows))
    assert [row.number for row in stored()] == ["20260305000123", "AJ1"]
    assert view(cast.li_staff, number).counted == {"number.rounded": 1}


def test_a_file_of_the_wrong_columns_leaves_nothing(cast: Cast) -> None:
    wrong = ColumnMap({"number": 0, "at": 5, "text": 6, "region": 4})
    number = take_in(cast.li_staff, as_csv([ticket(f"AJ{n}") for n in range(4)]), columns=wrong)
    assert result(cast.li_staff, number)[0] is ImportState.FAILED
    assert "过半的行" in view(cast.li_staff, number).message
    assert view(cast.li_staff, number).places[0]["rule"] == "time.unread"
    assert stored() == []
    assert total(cast.li_staff) == Counts()


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"PK\x03\x04damaged", "姓名,电话\r\n张三,1".encode()])
def test_what_is_no_ticket_file_says_so(cast: Cast, content: bytes) -> None:
    seen = ticket_service.look_at(cast.li_staff, "文件.xlsx", content)
    assert seen.problem
    assert seen.remedy
    number = take_in(cast.li_staff, content)
    assert result(cast.li_staff, number)[0] is ImportState.FAILED


# -- once ------------------------------------------------------------------------------------


def test_the_same_file_twice_adds_nothing(database: str, cast: Cast) -> None:
    content = as_csv([ticket(f"AJ{n}") for n in range(5)])
    take_in(cast.li_staff, content)
    before = total(cast.li_staff)
    number = take_in(cast.li_staff, content)
    assert result(cast.li_staff, number) == (ImportState.DONE, 0, 0, 5, 0)
    assert total(cast.li_staff) == before
    assert len(stored()) == 5


def test_the_same_number_again_brings_news_not_a_ticket(database: str, cast: Cast) -> None:
    take_in(cast.li_staff, as_csv([ticket("AJ1", handled="办理中", rating=""), ticket("AJ2")]))
    assert (total(cast.li_staff).tickets, total(cast.li_staff).handled, total(cast.li_staff).rated) == (2, 1, 1)
    later = as_csv(
        [ticket("AJ1", rating="不满意", text="别的内容"), ticket("AJ2", rating="", handled=""), ticket("AJ3")]
    )
    number = take_in(cast.li_staff, later)
    assert result(cast.li_staff, number) == (ImportState.DONE, 1, 1, 1, 0)
    found = total(cast.li_staff)
    assert (found.tickets, found.handled, found.rated, found.dissatisfied) == (3, 3, 3, 1)
    assert "别的内容" not in stored()[0].text


def test_a_number_is_a_citys_own(cast: Cast) -> None:
    take_in(cast.li_staff, as_csv([ticket("1")]))
    number = take_in(cast.li_staff, as_csv([ticket("1", region="龙游县"), ticket("1", region="德清县", handled="否")]))
    assert result(cast.li_staff, number) == (ImportState.DONE, 1, 0, 1, 0)
    assert [(row.scope, row.region_code, row.handled) for row in stored()] == [
        ("3305", "330523", True),
        ("3308", "330825", True),
    ]


# -- whole or not at all ---------------------------------------------------------------------


def test_what_is_under_way_counts_nowhere(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.ticket_reading.BATCH", 2)
    seen = []

    def broken(*_: object) -> None:
        seen.append((len(stored()), total(cast.li_staff).tickets, ticket_queries.months(cast.li_staff)))
        raise RuntimeError("killed")

    monkeypatch.setattr(ticket_storing, "_finish", broken)
    number = register(cast.li_staff)
    content = as_csv([ticket(f"AJ{n}") for n in range(5)])
    with pytest.raises(RuntimeError):
        ticket_storing.run(number, content, guess(HEADINGS))
    assert seen == [(5, 0, [])]
    assert stored() == []
    assert result(cast.li_staff, number)[0] is ImportState.FAILED
    monkeypatch.undo()


def test_a_killed_worker_leaves_no_trace(database: str, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real process, killed while it stores."""
    content = as_csv([ticket(f"AJ{n}") for n in range(40_000)])
    workers: list[subprocess.Popen[bytes]] = []
    spawn = ticket_process.spawn

    def spawned(stdout: int) -> subprocess.Popen[bytes]:
        workers.append(spawn(stdout))
        return workers[0]

    monkeypatch.setattr(ticket_process, "spawn", spawned)
    columns = dict(guess(HEADINGS).columns)
    number = ticket_service.start_import(cast.li_staff, "大.csv", content, columns)
    for _ in range(600):
        if 0 < view(cast.li_staff, number).seen < 40_000:
            break
        time.sleep(0.05)
    os.kill(workers[0].pid, signal.SIGKILL)
    workers[0].wait()
    assert 0 < view(cast.li_staff, number).seen < 40_000
    assert total(cast.li_staff) == Counts()
    # A minute later nobody believes in it any more, and the file can come again.
    with write() as session:
        session.get_one(TicketImport, number).beat = clock.now() - timedelta(seconds=61)
    assert ticket_storing.clear_dead() == 1
    assert stored() == []
    assert "中断" in view(cast.li_staff, number).message
    again = take_in(cast.li_staff, as_csv([ticket("AJ1")]))
    assert result(cast.li_staff, again) == (ImportState.DONE, 1, 0, 0, 0)


def test_the_worker_does_the_whole_way(database: str, cast: Cast) -> None:
    content = as_csv([ticket(f"AJ{n}") for n in range(50)])
    number = ticket_service.start_import(cast.wang_anji, "三月.csv", content, dict(guess(HEADINGS).columns), people=[2])
    for _ in range(600):
        if view(cast.wang_anji, number).state.ended:
            break
        time.sleep(0.1)
    assert result(cast.wang_anji, number) == (ImportState.DONE, 50, 0, 0, 0)
    with read() as session:
        assert audit.broken_links(session) == []


def test_a_large_file_is_looked_at_by_a_process_of_its_own(cast: Cast) -> None:
    content = as_csv([ticket(f"AJ{n}") for n in range(3000)])
    assert len(content) > ticket_service._INLINE
    seen = ticket_service.look_at(cast.li_staff, "大.csv", content)
    assert (seen.rows, len(seen.sample), seen.people) == (3000, 8, [2])


def test_imports_take_turns(cast: Cast) -> None:
    first, second = register(cast.li_staff), register(cast.li_staff)
    with write() as session:
        session.get_one(TicketImport, first).beat = clock.now() - timedelta(hours=1)
    content = as_csv([ticket()])
    ticket_storing.run(second, content, guess(HEADINGS))  # would wait for ever if the first were alive
    assert result(cast.li_staff, first)[0] is ImportState.FAILED
    assert result(cast.li_staff, second)[0] is ImportState.DONE


# -- who may ---------------------------------------------------------------------------------


def test_a_county_imports_and_sees_its_own(cast: Cast) -> None:
    rows = [ticket("AJ1"), ticket("AJ2", region=""), ticket("DQ1", region="德清县")]
    number = take_in(cast.wang_anji, as_csv(rows))
    assert result(cast.wang_anji, number) == (ImportState.DONE, 2, 0, 0, 1)
    assert view(cast.wang_anji, number).counted == {"region.foreign": 1}
    assert ticket_queries.import_view(cast.zhao_deqing, number) is None
    assert total(cast.zhao_deqing) == Counts()
    assert total(cast.wang_anji) == total(cast.li_staff) == Counts(2, 2, 2, 2, 2, 2, 2)
    assert ticket_queries.by_region(cast.zhou_minzheng, "2000-01", "2099-12") == []
    assert ticket_queries.imports(cast.sun_judge) == []


def test_departments_judges_and_bidders_import_nothing(cast: Cast) -> None:
    for who in (cast.zhou_minzheng, cast.sun_judge, cast.qian_bidder):
        with pytest.raises(Forbidden):
            ticket_service.look_at(who, "a.csv", b"x")
        with pytest.raises(Forbidden):
            ticket_service.start_import(who, "a.csv", b"x", {"number": 0, "at": 1, "text": 2})


def test_an_import_wants_its_columns(cast: Cast) -> None:
    def start(columns: dict[str, int], content: bytes = b"x", region: str | None = "330523") -> None:
        ticket_service.start_import(cast.li_staff, "a.csv", content, columns, region_code=region)

    with pytest.raises(Invalid, match=r"受理时间.*诉求内容"):
        start({"number": 0})
    with pytest.raises(Invalid, match="两项"):
        start({"number": 0, "at": 0, "text": 1})
    with pytest.raises(Invalid, match="指定地区"):
        start({"number": 0, "at": 1, "text": 2}, region=None)
    with pytest.raises(Invalid, match="空文件"):
        start({"number": 0, "at": 1, "text": 2}, b"")
    assert ticket_queries.imports(cast.li_staff) == []


# -- counting --------------------------------------------------------------------------------


def test_counts_by_region_group_month_and_category(database: str, cast: Cast) -> None:
    rows = [
        ticket("1", rating="满意"),
        ticket("2", rating="基本满意", handled="否"),
        ticket("3", rating="不满意", handled="否"),  # open
        ticket("4", rating="不满意", rectify="责令整改"),  # sent back: open too
        ticket("5", rating="不满意", rectify="整改完成"),  # put right
        ticket("6", rating="不满意"),  # closed, dissatisfied
        ticket("7", rating="未评价", handled="", category=""),
        ticket("8", at="2026-04-01 00:00", region="景宁畲族自治县"),
    ]
    take_in(cast.li_staff, as_csv(rows))
    anji = Counts(7, 6, 4, 6, 4, 6, 2, 4, 2, 2)
    jingning = Counts(1, 1, 1, 1, 1, 1, 1, 0, 0, 0)
    found = ticket_queries.by_region(cast.li_staff, "2026-03", "2026-04")
    assert [(row.region, row.group, row.counts) for row in found] == [
        ("安吉县", "发达地区", anji),
        ("景宁畲族自治县", "山区海岛县", jingning),
    ]
    assert ticket_queries.by_group(found) == {"发达地区": (1, anji), "山区海岛县": (1, jingning)}
    assert ticket_queries.by_month(cast.li_staff) == {"2026-03": anji, "2026-04": jingning}
    assert [row.code for row in ticket_queries.by_region(cast.li_staff, "2026-04", "2026-04")] == ["331127"]
    assert ticket_queries.categories(cast.li_staff, "2026-03", "2026-04") == [("物业管理", 7), ("未分类", 1)]
    assert ticket_queries.by_region(cast.li_staff, "2026-03", "2026-04", category="未分类")[0].counts.tickets == 1


def test_lists_ask_as_much_for_three_imports_as_for_one(cast: Cast) -> None:
    def counted() -> list[int]:
        found = []
        for ask in (
            lambda: ticket_queries.imports(cast.li_staff),
            lambda: ticket_queries.by_region(cast.li_staff, "2026-01", "2026-12"),
        ):
            with count_queries() as statements:
                ask()
            found.append(len(statements))
        return found

    take_in(cast.li_staff, as_csv([ticket("1")]))
    first = counted()
    take_in(cast.li_staff, as_csv([ticket("2", region="德清县"), ticket("3", region="景宁县")]))
    take_in(cast.li_staff, as_csv([ticket("4", region="长兴县")]))
    assert counted() == first


def test_a_rectification_is_a_word_of_its_own(cast: Cast) -> None:
    take_in(cast.li_staff, as_csv([ticket(str(n), rectify=word) for n, word in enumerate(("是", "已整改", "否", ""))]))
    assert [row.rectification for row in stored()] == [
        Rectification.ORDERED,
        Rectification.DONE,
        Rectification.NONE,
        None,
    ]
