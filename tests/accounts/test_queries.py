"""Reads about people and the log, on both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import time_machine

from accounts import exports, queries, service, sessions
from accounts.schemas import AccountIn
from core.errors import Forbidden
from core.words import Role
from db import audit
from db.session import write
from tests.support import PASSWORD, Cast, count_queries


def test_accounts_are_found_by_any_of_their_words(database: str, cast: Cast) -> None:
    def found(search: str) -> list[str]:
        return [account.username for account in queries.accounts(cast.admin, search=search)]

    assert len(found("")) == 8
    assert found(" 李研 ") == ["li_staff"]
    assert found("研究院") == ["admin", "li_staff", "chen_staff"]
    assert found("_staff") == ["li_staff", "chen_staff"]
    assert found("%") == []


def test_the_number_of_queries_does_not_grow(cast: Cast) -> None:
    with count_queries() as few:
        queries.accounts(cast.admin)
        queries.organisations(cast.admin)
        queries.events(cast.admin)
    for number in range(3):
        service.add_account(
            cast.admin,
            AccountIn(username=f"more{number}", name="更多", role=Role.JUDGE, organisation_id=1, password=PASSWORD),
        )
    with count_queries() as many:
        queries.accounts(cast.admin)
        queries.organisations(cast.admin)
        queries.events(cast.admin)
    assert len(many) == len(few)


def test_where_one_is_signed_in(database: str, cast: Cast) -> None:
    sessions.sign_in("wang_anji", PASSWORD, "192.0.2.50")
    found = queries.sign_ins(cast.wang_anji)
    assert [(sign_in.address, sign_in.here) for sign_in in found] == [("192.0.2.50", False), ("192.0.2.1", True)]
    assert len(queries.sign_ins(cast.zhao_deqing)) == 1
    sessions.sign_out(cast.zhao_deqing.session_id or 0)
    assert queries.sign_ins(cast.zhao_deqing) == []


def test_ones_own_account(cast: Cast) -> None:
    own = queries.own_account(cast.sun_judge)
    assert own is not None
    assert (own.username, own.organisation) == ("sun_judge", "钱塘大学")


def test_where_an_organisation_may_govern(cast: Cast) -> None:
    choices = queries.region_choices(cast.admin)
    assert len(choices) == 1 + 11 + 90
    assert choices["330523"] == "安吉县（湖州市）"
    assert choices["330000"] == "浙江省"


@pytest.fixture
def logged(cast: Cast) -> Cast:
    """Three events of 李研's, the last with an awkward reason."""
    with time_machine.travel(datetime(2026, 11, 22, 6, 5, 7, tzinfo=UTC), tick=False), write() as session:
        who = cast.li_staff.account_id
        audit.record(session, who, "pilot:move", "pilot", 7, {"do": "启动"}, "")
        audit.record(session, who, "scenario:edit", "scenario", 7, {"name": ["旧名", "新名100%"]}, "更正")
        audit.record(session, who, "return:move", "return", 12, {"do": "退回"}, "=1+1 口径有误")
    return cast


def test_events_are_filtered(database: str, logged: Cast) -> None:
    def found(**wanted: object) -> list[tuple[str, str]]:
        return [(e.words, e.entity_id) for e in queries.events(logged.li_staff, **wanted) if e.entity_id in ("7", "12")]  # type: ignore[arg-type]

    back, edit, start = ("变更报送状态：退回", "12"), ("修改场景", "7"), ("变更试点状态：启动", "7")
    assert found(account_id=logged.li_staff.account_id) == [back, edit, start]
    assert found(entity="pilot", text="7") == [start]
    assert found(text="口径") == [back]
    assert found(text="新名100%") == [edit]
    assert found(text="修改场景") == [edit]
    assert found(text="退回") == [back]
    assert found(text="100_") == []
    assert found(limit=2) == [back, edit]


def test_who_is_in_the_log(database: str, logged: Cast) -> None:
    people = queries.people_in_log(logged.li_staff)
    assert len(people) == 8
    assert people[logged.li_staff.account_id or 0] == "李研"


def test_a_records_history(logged: Cast) -> None:
    assert [event.words for event in queries.history(logged.wang_anji, "pilot", 7)] == ["变更试点状态：启动"]


def test_the_log_as_a_file(database: str, logged: Cast) -> None:
    data = exports.audit_csv(logged.li_staff, account_id=logged.li_staff.account_id)
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "序号,时间,操作人,操作,对象,编号,理由,变更内容"
    changes = json.dumps({"do": "退回"}, ensure_ascii=False).replace('"', '""')
    assert lines[1].partition(",")[2] == (
        f'2026-11-22 14:05:07,李研,变更报送状态：退回,报送,12,\'=1+1 口径有误,"{changes}"'
    )


@pytest.mark.parametrize("who", ["wang_anji", "zhou_minzheng", "qian_bidder", "sun_judge"])
def test_only_staff_read_the_log(cast: Cast, who: str) -> None:
    actor = cast.everybody()[who]
    for read in (queries.events, queries.people_in_log, exports.audit_csv):
        with pytest.raises(Forbidden):
            read(actor)


@pytest.mark.parametrize("who", ["li_staff", "wang_anji", "sun_judge"])
def test_only_the_administrator_reads_accounts(cast: Cast, who: str) -> None:
    with pytest.raises(Forbidden):
        queries.accounts(cast.everybody()[who])
