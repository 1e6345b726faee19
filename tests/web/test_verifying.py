"""The check page, open to everybody who holds a report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from db import issuing
from db.issuing import Issue, Verified
from tests.web.stubs import StubSessions

MakeClient = Callable[[StubSessions], TestClient]
DIGEST = "0123456789ab" + "c" * 52
ISSUED = Issue(
    "ZP-PG-2026-0001", DIGEST, datetime(2026, 11, 28, 4, 0, tzinfo=UTC), "试点评估报告　<民呼我为>", "ZP-PG-2025-0009"
)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []

    def verify(number: str, digest: str) -> Verified | None:
        asked.append((number, digest))
        return Verified(ISSUED, "ZP-PG-2026-0007") if (number, digest) == (ISSUED.number, DIGEST[:12]) else None

    monkeypatch.setattr(issuing, "verify", verify)
    return asked


def test_whoever_holds_the_report_sees_what_it_is(client: TestClient, known: list[tuple[str, str]]) -> None:
    answer = client.get("/verify", params={"n": " ZP-PG-2026-0001 ", "h": DIGEST[:12]})
    assert answer.status_code == 200
    for words in (
        "本系统出具过这份报告",
        "试点评估报告　&lt;民呼我为&gt;",
        "2026-11-28 12:00",
        "已有更新的一份：ZP-PG-2026-0007",
        "ZP-PG-2025-0009",
    ):
        assert words in answer.text
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_what_no_database_takes_is_left_out_before_it_is_asked(
    client: TestClient, known: list[tuple[str, str]]
) -> None:
    client.get("/verify", params={"n": "ZP-\0PG", "h": "\x1b0123"})
    assert known == [("ZP-PG", "0123")]


def test_a_guessed_number_shows_nothing(client: TestClient, known: list[tuple[str, str]]) -> None:
    answer = client.get("/verify", params={"n": ISSUED.number, "h": "000000000000"})
    assert answer.status_code == 404
    assert "没有找到编号与校验码都相符的报告" in answer.text
    assert "民呼我为" not in answer.text


def test_the_empty_page_asks(client: TestClient, known: list[tuple[str, str]]) -> None:
    answer = client.get("/verify")
    assert answer.status_code == 200
    assert "印在报告末页，共 12 位" in answer.text
    assert known == []
