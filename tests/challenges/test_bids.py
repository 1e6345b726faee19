"""Bids: open until the deadline to the second, sealed after it, and nobody's business before."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from accounts.permissions import Actor
from challenges import bid_service, deadline_service, queries, report, service, stages
from challenges.schemas import DraftIn
from challenges.views import BidView
from core import clock
from core.errors import AppError, Conflict, Forbidden, Invalid, NotFound, WrongState
from core.settings import settings
from core.words import BidState
from db import audit
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


def test_a_deadline_is_put_off_before_it_comes_for_everybody_to_read(cast: Cast) -> None:
    made = opened(cast)
    made.bid(OURS)
    before = made.seen().row.deadline
    later = before + timedelta(days=7)

    def extend(actor: Actor, until: datetime = later, reason: str = "样本数据晚到一周") -> None:
        deadline_service.extend(actor, made.id, until, reason, seen_version=made.seen(cast.admin).version)

    for until, reason in (
        (before, "样本数据晚到一周"),
        (later.replace(tzinfo=None), "样本数据晚到一周"),
        (later, "晚"),
    ):
        with pytest.raises(Invalid):
            extend(cast.li_staff, until, reason)
    for actor in (cast.qian_bidder, cast.wang_anji, cast.sun_judge):
        with pytest.raises(Forbidden):
            extend(actor)
    with time_machine.travel(before, tick=False), pytest.raises(WrongState, match="已于"):
        extend(cast.li_staff)  # to the second: what is sealed stays sealed
    extend(cast.li_staff)
    everybody: list[Actor] = [*cast.everybody().values(), made.bidders[OTHER]]
    assert {
        tuple((item.before, item.after, item.reason) for item in made.seen(actor).extensions) for actor in everybody
    } == {((before, later, "样本数据晚到一周"),)}
    with read() as session:
        [event] = [event for event in session.exec(select(AuditEvent)) if event.action == "challenge:extend"]
        assert (event.actor_id, event.reason) == (cast.li_staff.account_id, "样本数据晚到一周")
    with time_machine.travel(before + timedelta(days=1)):
        made.bid(OTHER)  # there is time again
        made.step(stages.WITHDRAW, "需求有变")
        with pytest.raises(WrongState, match="已撤榜"):
            extend(cast.li_staff, later + timedelta(days=1))


def test_a_draft_is_kept_as_it_is_typed_and_nobody_notices(cast: Cast) -> None:
    made = opened(cast)
    with read() as session:
        before = audit.newest(session)
    version = bid_service.keep(cast.qian_bidder, made.id, DraftIn(plan="写到一半"), seen_version=0)
    mine = made.seen(cast.qian_bidder).mine  # another visit, after the window was closed
    assert mine is not None
    assert (mine.state, mine.title, mine.plan, mine.version) == (BidState.DRAFT, "", "写到一半", version)
    assert bid_service.keep(cast.qian_bidder, made.id, DraftIn(plan="写到一半"), seen_version=version) == version
    with pytest.raises(Conflict):
        bid_service.keep(cast.qian_bidder, made.id, DraftIn(plan="另一个窗口"), seen_version=0)
    with read() as session:
        assert audit.newest(session) == before  # no version of the data: nobody's page is read again for it
    for actor in (cast.li_staff, cast.wang_anji):
        with pytest.raises(Forbidden):
            bid_service.keep(actor, made.id, DraftIn(), seen_version=0)
    with time_machine.travel(made.seen().row.deadline, tick=False), pytest.raises(WrongState, match="截止"):
        bid_service.keep(cast.qian_bidder, made.id, DraftIn(plan="晚了"), seen_version=version)


def test_what_is_typed_after_handing_in_is_no_part_of_the_bid(cast: Cast) -> None:
    made = opened(cast)
    made.bid(OURS)

    def mine() -> BidView:
        found = made.seen(cast.qian_bidder).mine
        assert found is not None
        return found

    def keep(plan: str) -> None:
        changed = DraftIn(**(bid_in(OURS).model_dump() | {"plan": plan}))
        bid_service.keep(cast.qian_bidder, made.id, changed, seen_version=mine().version)

    keep("改了一半的技术方案，还没有提交。")
    assert (mine().state, mine().plan) == (BidState.SUBMITTED, bid_in(OURS).plan)
    assert mine().unsent is not None
    bid_service.drop_changes(cast.qian_bidder, mine().id, seen_version=mine().version)
    assert mine().unsent is None
    keep("改了一半的技术方案，还没有提交。")
    keep(bid_in(OURS).plan)  # typed back
    assert mine().unsent is None
    keep("改了一半的技术方案，还没有提交。")
    bid_service.take_back(cast.qian_bidder, mine().id, seen_version=mine().version)
    assert (mine().state, mine().plan, mine().unsent) == (BidState.DRAFT, "改了一半的技术方案，还没有提交。", None)
    made.bid(OURS)
    keep("封存时还没有提交的改动。")
    made.close()
    [bid] = made.seen().bids
    assert (bid.plan, bid.unsent, bid.saved) == (bid_in(OURS).plan, None, None)
    assert "封存时还没有提交" not in str(made.seen())


def test_two_windows_show_both_versions(page: Page, cast: Cast) -> None:
    made = opened(cast)
    app = page("bid", cast.qian_bidder, id=made.id)
    app.text_area(key="bid_plan").set_value("第一个窗口写的方案。").run()
    assert made.seen(cast.qian_bidder).mine is not None  # kept without a button
    mine = made.seen(cast.qian_bidder).mine
    assert mine is not None
    bid_service.keep(cast.qian_bidder, made.id, DraftIn(plan="第二个窗口写的方案。"), seen_version=mine.version)
    app.text_area(key="bid_plan").set_value("第一个窗口接着写。").run()
    assert ["别处改过" in element.value for element in app.error] == [True]
    shown = app.table[0].value.set_index("项目").loc["技术方案"].to_list()
    assert shown == ["第二个窗口写的方案。", "第一个窗口接着写。"]
    app.button(key="bid_mine").click().run()
    mine = made.seen(cast.qian_bidder).mine
    assert mine is not None
    assert mine.plan == app.text_area(key="bid_plan").value == "第一个窗口接着写。"


def test_files_of_bids_are_checked_and_scanned(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    made = opened(cast)

    def attach(name: str, content: bytes) -> None:
        mine = made.seen(cast.qian_bidder).mine
        seen = mine.version if mine else 0
        bid_service.save(cast.qian_bidder, made.id, bid_in(OURS), [(name, content)], submit=False, seen_version=seen)

    for name, content in (("方案.exe", b"MZ"), ("方案.pdf", b"MZ not a pdf"), ("方案.txt", b"")):
        with pytest.raises(Invalid):
            attach(name, content)
    monkeypatch.setenv("ZHIPING_SCAN_COMMAND", "false")
    settings.cache_clear()
    with pytest.raises(Invalid, match="安全扫描"):
        attach("方案.pdf", b"%PDF-1.7")
    monkeypatch.delenv("ZHIPING_SCAN_COMMAND")
    settings.cache_clear()
    assert made.seen(cast.qian_bidder).mine is None  # a refused file leaves no half-written bid
    attach("方案.pdf", b"%PDF-1.7")
    mine = made.seen(cast.qian_bidder).mine
    assert mine is not None
    assert [item.name for item in mine.files] == ["方案.pdf"]
