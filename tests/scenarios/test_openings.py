"""场景开放: departments and enterprises find what is open to them, answer it and read what they were told; nobody
else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from accounts.permissions import Actor
from core import clock
from core.errors import AppError, Conflict, Forbidden, NotFound, WrongState
from core.words import AnswerState, OpeningState, OrganisationKind, ScenarioState
from db.session import read, write
from db.tables import AuditEvent, Opening, OpeningAnswer, Scenario
from scenarios import opening_queries, opening_service, queries, stages
from scenarios.opening_queries import OpeningView
from scenarios.opening_schemas import OfferIn, OpeningIn
from tests.conftest import Page
from tests.support import Cast

K = OrganisationKind
PEOPLE = list(Cast.__dataclass_fields__)
OFFER = OfferIn(proposal="提供隐患识别算法和三个月驻场服务", contact="项目部 0571-0000000")


def opening_in(**changes: Any) -> OpeningIn:
    values: dict[str, Any] = {
        "title": "征集隐患识别算法",
        "resources": "脱敏巡查照片和政务云测试环境",
        "conditions": "算法在政务云内运行",
        "audience": [K.ENTERPRISE, K.DEPARTMENT],
        "deadline": clock.today(),
    }
    return OpeningIn(**{**values, **changes})


def seen(actor: Actor, opening_id: int) -> OpeningView:
    found = opening_queries.opening(actor, opening_id)
    assert found is not None
    return found


def offer(actor: Actor, opening_id: int) -> int:
    mine = seen(actor, opening_id).mine
    return opening_service.answer(actor, opening_id, OFFER, seen_version=mine.version if mine else 0)


def take(actor: Actor, opening_id: int, do: str, reason: str = "请与专班对接") -> AnswerState:
    [found] = seen(actor, opening_id).offers
    return opening_service.move_answer(actor, found.id, do, reason, seen_version=found.version)


def put(table: type[Any], number: int, **values: Any) -> None:
    """Set something by hand: what leads there is tested elsewhere."""
    with write() as session:
        session.execute(update(table).where(col(table.id) == number).values(**values))


@pytest.fixture
def opened(cast: Cast, approved: int) -> int:
    """安吉's approved scenario seeks partners among enterprises and departments, today still."""
    return opening_service.publish(cast.wang_anji, approved, opening_in(), nonce="opened")


def test_an_enterprise_finds_answers_and_is_told(database: str, cast: Cast, opened: int) -> None:
    qian, wang = cast.qian_bidder, cast.wang_anji
    [found] = opening_queries.openings_list(qian)
    assert (found.title, found.scenario.name, found.invites, found.reads_scenario) == (
        "征集隐患识别算法",
        "危房智能巡查",
        True,
        False,
    )
    offer(qian, opened)
    [received] = seen(wang, opened).offers
    assert (received.organisation, received.contact, received.state) == (
        "之江数智有限公司",
        OFFER.contact,
        AnswerState.WAITING,
    )
    assert take(wang, opened, stages.ACCEPT) is AnswerState.ACCEPTED
    mine = seen(qian, opened).mine
    assert mine is not None
    assert (mine.state, mine.reply, mine.replied_by) == (AnswerState.ACCEPTED, "请与专班对接", "王安吉")
    assert opening_queries.partners(wang, found.scenario.id) == [("之江数智有限公司", "征集隐患识别算法")]
    with read() as session:  # how to reach people is not for the operation log
        kept = [event.changes for event in session.exec(select(AuditEvent)) if event.action.startswith("opening:")]
    assert len(kept) == 3
    assert OFFER.contact not in str(kept)


def test_partners_do_not_read_each_other(cast: Cast, opened: int) -> None:
    offer(cast.qian_bidder, opened)
    offer(cast.zhou_minzheng, opened)
    for who, names in (
        (cast.qian_bidder, ["之江数智有限公司"]),
        (cast.zhou_minzheng, ["浙江省民政厅"]),
        (cast.zhao_deqing, []),
        (cast.wang_anji, ["之江数智有限公司", "浙江省民政厅"]),
        (cast.li_staff, ["之江数智有限公司", "浙江省民政厅"]),
    ):
        assert sorted(found.organisation for found in seen(who, opened).offers) == names
    assert [opening_queries.openings_list(cast.sun_judge), opening_queries.opening(cast.sun_judge, opened)] == [
        [],
        None,
    ]


@pytest.mark.parametrize("step", [*stages.OPENING.steps, *stages.OPENING_ANSWER.steps], ids=lambda step: step.do)
def test_a_step_is_for_those_who_may_and_nobody_else(cast: Cast, opened: int, step: Any) -> None:
    """The offer is the enterprise's, the scenario 安吉's. First those who may not, then one after the other who may."""
    owners = {"admin", "li_staff", "chen_staff", "wang_anji"}
    allowed = {"qian_bidder"} if step.do in (stages.TAKE_BACK, stages.OFFER_AGAIN) else owners
    number = offer(cast.qian_bidder, opened)
    table, row = (Opening, opened) if step in stages.OPENING.steps else (OpeningAnswer, number)
    put(table, row, state=step.sources[0])
    before = seen(cast.admin, opened)

    def act(actor: Actor) -> object:
        state = seen(cast.admin, opened)
        if step in stages.OPENING.steps:
            return opening_service.move(actor, opened, step.do, "另有安排", seen_version=state.version)
        version = state.offers[0].version
        if step.do == stages.OFFER_AGAIN:
            opening_service.answer(actor, opened, OFFER, seen_version=version)
            return seen(actor, opened).offers[0].state
        return opening_service.move_answer(actor, number, step.do, "另有安排", seen_version=version)

    departments = {"zhou_minzheng"} if step.do == stages.OFFER_AGAIN else set()
    for who in sorted(set(PEOPLE) - allowed - departments):
        with pytest.raises((Forbidden, NotFound)) as refused:
            act(cast.everybody()[who])
        assert len(refused.value.message) > 6
        after = seen(cast.admin, opened)
        assert (after.state, after.offers) == (before.state, before.offers)
    for who in sorted(allowed):
        assert act(cast.everybody()[who]) is step.target
        put(table, row, state=step.sources[0])
    for who in departments:  # a department answers for itself, beside the other
        actor = cast.everybody()[who]
        opening_service.answer(actor, opened, OFFER)
        assert [found.organisation for found in seen(actor, opened).offers] == ["浙江省民政厅"]


def test_who_is_not_asked_is_told_why(cast: Cast, opened: int, approved: int) -> None:
    for who, words in (
        (cast.wang_anji, "本单位登记或牵头"),
        (cast.zhao_deqing, "面向部门、企业"),
        (cast.li_staff, "研究院组织场景开放"),
    ):
        with pytest.raises(Forbidden, match=words):
            offer(who, opened)
        assert words in seen(who, opened).barred
    for_counties = opening_service.publish(
        cast.wang_anji, approved, opening_in(audience=[K.GOVERNMENT]), nonce="counties"
    )
    offer(cast.zhao_deqing, for_counties)
    assert opening_queries.opening(cast.qian_bidder, for_counties) is None
    with pytest.raises(NotFound):
        opening_service.answer(cast.qian_bidder, for_counties, OFFER)


def test_the_last_day_counts_and_the_next_does_not(cast: Cast, opened: int, approved: int) -> None:
    def row() -> queries.ScenarioRow:
        return next(found for found in queries.scenarios(cast.li_staff) if found.id == approved)

    offer(cast.qian_bidder, opened)
    assert row().openings == 1
    put(Opening, opened, deadline=clock.today() - timedelta(days=1))
    with pytest.raises(WrongState, match="截止"):
        offer(cast.zhou_minzheng, opened)
    assert (row().openings, seen(cast.qian_bidder, opened).status) == (0, ("closed", "已截止"))
    assert take(cast.wang_anji, opened, stages.DECLINE) is AnswerState.DECLINED  # what came in time is answered
    move_on = seen(cast.wang_anji, opened)
    opening_service.move(cast.wang_anji, opened, stages.CLOSE, "已有合作方", seen_version=move_on.version)
    with pytest.raises(WrongState, match="截止"):
        opening_service.move(cast.wang_anji, opened, stages.REOPEN, seen_version=seen(cast.wang_anji, opened).version)
    opening_service.edit(cast.wang_anji, opened, opening_in(), seen_version=seen(cast.wang_anji, opened).version)
    assert (
        opening_service.move(cast.wang_anji, opened, stages.REOPEN, seen_version=seen(cast.wang_anji, opened).version)
        is OpeningState.OPEN
    )


@pytest.mark.parametrize("state", list(ScenarioState))
def test_only_released_scenarios_seek_partners(cast: Cast, approved: int, state: ScenarioState) -> None:
    put(Scenario, approved, state=state)
    released = state in stages.PAST_APPROVAL - {ScenarioState.SUSPENDED, ScenarioState.RETIRED}
    if not released:
        with pytest.raises(WrongState, match="不能对外开放"):
            opening_service.publish(cast.wang_anji, approved, opening_in(), nonce="early")
        return
    made = opening_service.publish(cast.wang_anji, approved, opening_in(), nonce="open")
    assert opening_service.publish(cast.wang_anji, approved, opening_in(), nonce="open") == made
    put(Scenario, approved, state=ScenarioState.SUSPENDED)
    assert opening_queries.opening(cast.qian_bidder, made) is None  # not released, and nothing of theirs there
    assert "暂停" in seen(cast.wang_anji, made).closed


def test_a_stale_page_is_refused_and_a_reply_needs_words(cast: Cast, opened: int) -> None:
    offer(cast.qian_bidder, opened)
    offer(cast.qian_bidder, opened)  # changed while it waits
    with pytest.raises(Conflict):
        opening_service.answer(cast.qian_bidder, opened, OFFER, seen_version=1)
    for reason in ("", "  ", "好"):
        with pytest.raises(AppError, match=r"理由|4 个字"):
            take(cast.wang_anji, opened, stages.ACCEPT, reason)


def test_a_bidder_answers_on_the_page(page: Page, cast: Cast, opened: int) -> None:
    listed = page("openings", cast.qian_bidder)
    assert list(listed.dataframe[0].value["开放事项"]) == ["征集隐患识别算法"]
    app = page("opening", cast.qian_bidder, id=opened)
    app.text_area(key="offer_proposal").set_value(OFFER.proposal)
    app.text_input(key="offer_contact").set_value(OFFER.contact)
    app.button(key="offer_save").click().run()
    assert [error.value for error in app.error] == []
    assert seen(cast.wang_anji, opened).waiting == 1
    reply = page("opening", cast.wang_anji, id=opened)
    number = seen(cast.wang_anji, opened).offers[0].id
    reply.text_area(key=f"offer_{number}_0_reason").set_value("请下周来对接")
    reply.button(key=f"offer_{number}_0").click().run()
    mine = seen(cast.qian_bidder, opened).mine
    assert mine is not None
    assert (mine.state, mine.reply) == (AnswerState.ACCEPTED, "请下周来对接")
