"""The open page on which organisations ask to bid."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from accounts import applying
from accounts.applying import Standing
from core.errors import Invalid
from core.words import ApplicationState

SITE = {"origin": "http://testserver"}
GIVEN = {"organisation": "甲州<智能>", "code": "91330106MA2ABCDE1X", "contact": "甲一", "phone": "0571", "password": "three plain words"}  # fmt: skip


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    forms: list[dict[str, Any]] = []

    def apply(**given: Any) -> str:
        if given["phone"] == "":
            raise Invalid(["联系电话：至少 6 个字"], "请按提示修改后再提交。")
        forms.append(given)
        return "AB12"

    def standing(receipt: str) -> Standing | None:
        at = datetime(2026, 11, 28, 4, 0, tzinfo=UTC)
        return Standing("甲州<智能>", at, ApplicationState.REFUSED, "执照不清") if receipt == "AB12" else None

    monkeypatch.setattr(applying, "apply", apply)
    monkeypatch.setattr(applying, "standing", standing)
    return forms


def test_a_form_is_received_and_followed(client: TestClient, received: list[dict[str, Any]]) -> None:
    shown = client.get("/apply")
    assert shown.status_code == 200
    assert "<script" not in shown.text
    form = shown.text.split('name="form" value="')[1].split('"')[0]
    answer = client.post("/apply", data=GIVEN | {"form": form}, headers=SITE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/apply?r=AB12")
    assert [(given["form"], given["address"], given["organisation"]) for given in received] == [
        (form, "testclient", "甲州<智能>")
    ]
    found = client.get("/apply?r=AB12")
    assert [words in found.text for words in ("甲州&lt;智能&gt;", "未通过", "执照不清", "2026-11-28 12:00")] == [
        True
    ] * 4
    assert client.get("/apply?r=AB13").status_code == 404


def test_what_was_typed_stays_except_the_password(client: TestClient, received: list[dict[str, Any]]) -> None:
    answer = client.post("/apply", data=GIVEN | {"phone": ""}, headers=SITE)
    assert answer.status_code == 422
    assert "联系电话：至少 6 个字" in answer.text
    assert "甲州&lt;智能&gt;" in answer.text
    assert GIVEN["password"] not in answer.text
    assert received == []


def test_what_no_database_takes_is_left_out_before_it_is_kept_or_asked(
    client: TestClient, received: list[dict[str, Any]]
) -> None:
    client.post("/apply", data=GIVEN | {"contact": "甲\0一"}, headers=SITE)
    assert [given["contact"] for given in received] == ["甲一"]
    assert client.get("/apply", params={"r": "A\0B12"}).status_code == 200


def test_a_form_from_elsewhere_is_not_received(client: TestClient, received: list[dict[str, Any]]) -> None:
    answer = client.post("/apply", data=GIVEN, headers={"origin": "http://elsewhere"})
    assert answer.status_code == 403
    assert received == []
