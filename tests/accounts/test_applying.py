"""Organisations that ask to bid: received alike whoever they are, let in by staff, doubles refused."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlmodel import select

from accounts import application_queries, application_service, applying, sessions
from accounts import service as accounts
from accounts.application_queries import ApplicationView
from accounts.permissions import OPERATOR
from accounts.schemas import OrganisationIn
from core import clock
from core.errors import AppError, Forbidden, Invalid, WrongState
from core.words import ApplicationState, OrganisationKind, Role
from db.session import read
from db.tables import Account, BidderApplication, Organisation
from tests.challenges.support import coded
from tests.support import PASSWORD, Cast
from tests.support.cast import ADDRESS


def applied(code: str, organisation: str = "甲州智能有限公司", **changes: str) -> str:
    given = {
        "organisation": organisation,
        "kind": "enterprise",
        "code": code,
        "contact": "甲一",
        "phone": "0571-1111111",
        "password": PASSWORD,
        "form": uuid4().hex,
        "address": ADDRESS,
    }
    return applying.apply(**(given | changes))


def waiting(cast: Cast) -> list[ApplicationView]:
    found = application_queries.applications(cast.li_staff)
    return [item for item in found if item.state is ApplicationState.WAITING]


def test_let_in_by_staff(database: str, cast: Cast) -> None:
    code = coded(0)
    receipt = applied(f" {code[:6]}-{code[6:].lower()} ")
    [item] = waiting(cast)
    assert (item.organisation, item.credit_code, item.double, item.joins) == ("甲州智能有限公司", code, "", False)
    with pytest.raises(AppError, match="用户名或密码"):
        sessions.sign_in(code, PASSWORD, ADDRESS)
    for actor in (cast.wang_anji, cast.qian_bidder, cast.sun_judge, cast.zhou_minzheng):
        with pytest.raises(Forbidden):
            application_service.decide(actor, item.id, True, "属实", seen_version=item.version)
        with pytest.raises(Forbidden):
            application_queries.applications(actor)
    with pytest.raises(Invalid, match="意见"):
        application_service.decide(cast.li_staff, item.id, True, " ", seen_version=item.version)
    assert (
        application_service.decide(cast.li_staff, item.id, True, "已核执照", seen_version=item.version) == code.lower()
    )
    number = sessions.resolve(sessions.sign_in(code, PASSWORD, ADDRESS))
    let_in = sessions.actor(number or 0)
    assert let_in is not None and (let_in.role, let_in.name, let_in.organisation) == (
        Role.BIDDER,
        "甲一",
        "甲州智能有限公司",
    )
    with read() as session:
        assert session.exec(select(BidderApplication.password_hash)).all() == [""]
        assert session.get_one(Organisation, let_in.organisation_id).credit_code == code
    found = applying.standing(receipt)
    assert found is not None and (found.state, found.reason) == (ApplicationState.APPROVED, "已核执照")
    assert applying.standing(receipt[:-1] + ("0" if receipt[-1] != "0" else "1")) is None


def test_whoever_is_known_is_received_like_everybody(cast: Cast) -> None:
    """The open page cannot be asked who is in the system: a double differs from a newcomer for staff only."""
    code = coded(0)
    applied(code)
    [first] = waiting(cast)
    application_service.decide(cast.li_staff, first.id, True, "已核", seen_version=first.version)
    receipts = [
        applied(coded(1), "新来的有限公司"),
        applied(code, "冒名的有限公司"),  # a code that is taken
        applied(coded(2), "浙江省民政厅"),  # a name that is taken
    ]
    states = [applying.standing(receipt) for receipt in receipts]
    assert [(found.state, found.reason) for found in states if found] == [(ApplicationState.WAITING, "")] * 3
    assert [item.double for item in waiting(cast)] == [
        "",
        "这个统一社会信用代码已属于“甲州智能有限公司”",
        "已有同名单位“浙江省民政厅”",
    ]
    _, double, _ = waiting(cast)
    with pytest.raises(WrongState, match="已属于"):
        application_service.decide(cast.li_staff, double.id, True, "属实", seen_version=double.version)
    assert application_service.decide(cast.li_staff, double.id, False, "已登记", seen_version=double.version) == ""
    with pytest.raises(WrongState, match="未通过"):
        application_service.decide(cast.li_staff, double.id, True, "属实", seen_version=double.version + 1)
    with read() as session:
        assert session.exec(select(Account.username).where(Account.role == Role.BIDDER)).all() == [
            "qian_bidder",
            code.lower(),
        ]


def test_two_with_one_code_and_one_known_by_name(cast: Cast) -> None:
    where = accounts.add_organisation(OPERATOR, OrganisationIn(name="钱塘大学出版社", kind=OrganisationKind.SOCIAL))
    applied(coded(0), "钱塘大学出版社", kind="social")
    applied(coded(0), "另一家有限公司")
    first, second = waiting(cast)
    assert [(item.joins, item.beside) for item in (first, second)] == [(True, 1), (False, 1)]
    application_service.decide(cast.li_staff, first.id, True, "已核", seen_version=first.version)
    with read() as session:
        assert session.get_one(Organisation, where).credit_code == coded(0)
    assert [item.double for item in waiting(cast)] == ["这个统一社会信用代码已属于“钱塘大学出版社”"]


def test_forms_that_are_wrong_repeated_or_too_many(cast: Cast) -> None:
    code = coded(0)
    for wrong, words in (
        ({"code": code[:-1] + ("A" if code[-1] != "A" else "B")}, "校验码"),
        ({"password": "short"}, "至少 10 位"),
        ({"password": f"{code}!"}, "不能包含用户名"),
        ({"kind": "institute"}, "企业或高校"),
        ({"kind": "nonsense"}, "列表中选择"),
        ({"organisation": " "}, "单位全称"),
        ({"form": "guessed"}, "过期"),
    ):
        with pytest.raises(AppError, match=words):
            applied(**({"code": code} | wrong))
    assert waiting(cast) == []
    form = uuid4().hex
    assert applied(code, form=form) == applied(code, form=form)
    for _ in range(4):
        applied(code)
    with pytest.raises(AppError, match="太频繁"):
        applied(code)
    applied(code, address="192.0.2.77")
    with time_machine.travel(clock.now() + timedelta(hours=1, seconds=1)):
        applied(code)
    assert len(waiting(cast)) == 7
