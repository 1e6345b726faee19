"""A report's number, its check code and what the next one changes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import select

from core import clock
from core.settings import settings
from db import audit, issuing
from db.issuing import Change, Issue
from db.session import read
from db.tables import AuditEvent
from tests.support import Cast


def issue(cast: Cast, value: str, *, kind: str = "pilot", subject: int = 1, **lines: str) -> Issue:
    return issuing.issue(
        cast.li_staff.account_id,
        kind=kind,
        mark="PG",
        entity="pilot",
        subject_id=subject,
        title="试点评估报告",
        inputs={"value": value, "kind": kind},
        lines=lines,
    )


def test_the_same_inputs_are_the_same_report(database: str, cast: Cast) -> None:
    first = issue(cast, "1", 结论="推广")
    assert issue(cast, "1", 结论="推广") == first
    assert first.number == f"ZP-PG-{clock.today().year}-0001"
    assert (first.restates, first.changes) == ("", ())
    with read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "report:issue")).all()
        assert [event.changes["number"] for event in events] == [first.number]
        assert audit.broken_links(session) == []


def test_another_report_says_what_it_changes_in_the_one_before(database: str, cast: Cast) -> None:
    first = issue(cast, "1", 结论="推广", 按时办结率="89.83%", 旧行="1")
    second = issue(cast, "2", 结论="推广", 按时办结率="90.02%", 新行="2")
    assert second.number[-4:] == "0002"
    assert second.restates == first.number
    assert second.changes == (
        Change("按时办结率", "89.83%", "90.02%"),
        Change("新行", "–", "2"),
        Change("旧行", "1", "–"),
    )
    # The first, printed again, is still the first; another subject and another kind restate nothing.
    assert issue(cast, "1").changes == ()
    assert issue(cast, "3", subject=2).restates == ""
    assert issue(cast, "3", kind="duties").restates == ""


def test_only_who_holds_the_report_can_check_it(database: str, cast: Cast) -> None:
    first, second = issue(cast, "1"), issue(cast, "2")
    found = issuing.verify(first.number, first.digest[: issuing.SHOWN].upper())
    assert found is not None
    assert (found.issue, found.followed_by) == (first, second.number)
    newest = issuing.verify(second.number, second.digest)
    assert newest is not None and newest.followed_by == ""
    for number, digest in [
        (first.number, ""),
        (first.number, first.digest[: issuing.SHOWN - 1]),
        (first.number, second.digest),
        (second.number, first.digest),
        ("", first.digest),
    ]:
        assert issuing.verify(number, digest) is None


def test_the_check_code_is_an_address_where_there_is_one(
    house: Any, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = issue(cast, "1")
    assert found.check == f"{found.number} {found.digest[:12]}"
    monkeypatch.setenv("ZHIPING_BASE_URL", "https://zhiping.example.cn/")
    settings.cache_clear()
    assert re.fullmatch(r"https://zhiping\.example\.cn/verify\?n=ZP-PG-\d{4}-0001&h=[0-9a-f]{12}", found.check)


def test_numbers_go_past_9999(database: str, cast: Cast) -> None:
    assert issuing.following("ZP-PG-2026-", ["ZP-PG-2026-9999", "ZP-PG-2026-10000"]) == "ZP-PG-2026-10001"
    assert issuing.following("ZP-PG-2026-", []) == "ZP-PG-2026-0001"
