"""Bids: open until the deadline to the second, sealed after it, and nobody's business before."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import select

from accounts.permissions import Actor
from challenges import bid_service, queries, report, service, stages
from core import clock
from core.errors import AppError, Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import BidState
from db.session import read
from db.tables import AuditEvent, BidVersion
from tests.challenges.support import Round, bid_in, coded, opened
from tests.conftest import Page
from tests.support import Cast
from tests.test_pages import texts

OURS, OTHER = "之江数智有限公司", "甲州智能有限公司"


def test_to_the_second(database: str, cast: Cast) -> None:
    made = opened(cast)
    deadline = made.seen().row.deadline
    made.bid(OURS, submit=False)
    with time_machine.travel(deadline - timedelta(seconds=1), tick=False):
        made.bid(OURS, title="最后一秒的方案")
    opened_before = made.seen(made.bidders[OURS]).mine
    assert opened_before is not None and opened_before.number == 1
    with time_machine.travel(deadline, tick=False):
        for submit in (True, False):
            with pytest.raises(WrongState, match="截止"):
                made.bid(OURS, submit=submit, title="迟到一刻的方案")
        with pytest.raises(WrongState, match="截止"):
            bid_service.take_back(made.bidders[OURS], opened_before.id, seen_version=opened_before.version)
        with pytest.raises(WrongState, match="截止"):
            made.bid(OTHER)
        with pytest.raises(WrongState, match="截止"):
            service.ask_question(made.bidders[OURS], made.id, "现在还能问吗？")
        made.step(stages.CLOSE)
        assert [(bid.organisation, bid.title) for bid in made.seen().bids] == [(OURS, "最后一秒的方案")]
    with read() as session:
        [version] = session.exec(select(BidVersion)).all()
        assert (version.content["title"], version.digest) == ("最后一秒的方案", made.of(OURS).digest)


def test_the_page_was_open_when_the_time_ran_out(page: Page, cast: Cast) -> None:
    made = opened(cast)
    made.bid(OURS, submit=False)
    app = page("bid", cast.qian_bidder, id=made.id)
    app.text_area(key="bid_plan").set_value("写到最后一刻才写完的技术方案。")
    made.put(deadline=clock.now())
    app.button(key="bid_submit").click().run()
    assert ["截止" in element.value for element in app.error] == [True]
    mine = made.seen(cast.qian_bidder).mine
    assert mine is not None
    assert (mine.state, mine.plan) == (BidState.DRAFT, bid_in(OURS).plan)


def test_a_bid_can_be_changed_and_withdrawn(cast: Cast) -> None:
    made = opened(cast)
    made.bid(OURS)
    first = made.seen(cast.qian_bidder).mine
    assert first is not None
    made.bid(OURS, title="改过的方案")
    with pytest.raises(Conflict):
        bid_service.take_back(cast.qian_bidder, first.id, seen_version=first.version)
    second = made.seen(cast.qian_bidder).mine
    assert second is not None and (second.id, second.number, second.title) == (first.id, 2, "改过的方案")
    bid_service.take_back(cast.qian_bidder, first.id, seen_version=second.version)
    made.close()
    assert made.seen().bids == []  # what was withdrawn is no bid, and its draft stays the bidder's own
    with pytest.raises(Invalid, match="技术方案"):
        opened_again = Round(cast, made.id, made.bidders)
        opened_again.put(deadline=clock.now() + timedelta(days=1), state="open_bids")
        opened_again.bid(OURS, plan="")


def test_only_a_checked_organisation_bids(cast: Cast) -> None:
    made = opened(cast)
    code = coded(0)
    for wrong, words in ((code[:-1] + ("A" if code[-1] != "A" else "B"), "校验码"), (coded(1), "属于")):
        with pytest.raises(Invalid, match=words):
            bid_service.register_code(cast.li_staff, cast.qian_bidder.organisation_id or 0, wrong)
    for actor in (cast.li_staff, cast.wang_anji, cast.zhou_minzheng, cast.sun_judge):
        with pytest.raises(Forbidden):
            bid_service.save(actor, made.id, bid_in("谁"), submit=True)


def leaks(found: object) -> list[str]:
    said = str(found)
    return [word for word in (OURS, OTHER, "qian", "bidder1", "揭1", "水电数据融合") if word in said]


def test_sealed_bids_do_not_leak(page: Page, cast: Cast) -> None:
    """Everybody, before and after: the read, the page, the paper, the log and the files."""
    made = opened(cast)
    made.bid(OURS)
    made.bid(OTHER)
    number = made.seen(cast.qian_bidder).mine
    assert number is not None
    for name, actor in cast.everybody().items():
        own = actor is cast.qian_bidder
        view = made.seen(actor)
        assert view.bids == []
        assert (view.mine is not None) == own
        if own:
            continue
        assert leaks(view) == [], name
        with pytest.raises(AppError):
            queries.file(actor, number.files[0].id)
        with pytest.raises((NotFound, Forbidden)):
            bid_service.take_back(actor, number.id, seen_version=number.version)
        if name in ("admin", "li_staff", "sun_judge"):
            assert leaks(list(texts(page("challenge", actor, id=made.id)))) == []
    assert leaks(made.seen(made.bidders[OTHER]).mine) == [OTHER, "揭1", "水电数据融合"]
    assert leaks(report.challenge_facts(made.seen())) == []
    with read() as session:
        events = [
            event for event in session.exec(select(AuditEvent)) if "bid:" in event.action or event.entity == "bid"
        ]
        assert events == []
    made.close()
    assert {bid.organisation for bid in made.seen().bids} == {OURS, OTHER}
    assert queries.file(cast.li_staff, number.files[0].id) == f"{OURS}的说明".encode()
    for actor in (cast.wang_anji, cast.zhou_minzheng, cast.sun_judge, made.bidders[OTHER]):
        view = made.seen(actor)
        assert [word for word in leaks((view.mine, view.bids)) if word in (OURS, "qian")] == []
        with pytest.raises(NotFound):
            queries.file(actor, number.files[0].id)
    with read() as session:
        sealed = [event for event in session.exec(select(AuditEvent)) if event.action == "bid:seal"]
        assert len(sealed) == 2


def test_questions_are_answered_to_all_at_once(cast: Cast) -> None:
    made = opened(cast)
    question = service.ask_question(cast.qian_bidder, made.id, "能用既有水表数据吗？")
    assert [item.text for item in made.seen(made.bidders[OTHER]).questions] == []
    service.answer_question(cast.li_staff, question, "可以。", seen_version=1)
    everybody: list[Actor] = [*cast.everybody().values(), made.bidders[OTHER]]
    assert {tuple((item.text, item.answer) for item in made.seen(actor).questions) for actor in everybody} == {
        (("能用既有水表数据吗？", "可以。"),)
    }
    assert "qian" not in str(made.seen(made.bidders[OTHER]).questions)


def test_withdrawing_a_challenge_opens_no_bids(cast: Cast) -> None:
    """Or somebody of staff could look into them by ending the round early."""
    made = opened(cast)
    made.bid(OURS)
    mine = made.seen(cast.qian_bidder).mine
    assert mine is not None
    made.step(stages.WITHDRAW, "需求有变")
    for days in (0, 30):
        with time_machine.travel(clock.now() + timedelta(days=days)):
            assert made.seen().bids == []
            with pytest.raises(NotFound):
                queries.file(cast.li_staff, mine.files[0].id)
    assert made.seen(cast.qian_bidder).mine is not None
