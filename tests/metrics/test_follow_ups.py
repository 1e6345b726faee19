"""Doubts: raised by what a value looks like when it is saved, answered by a county or the institute, never lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlmodel import select

from accounts.permissions import OPERATOR, Actor
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import CollectionKind, FollowUpState, ReturnState
from db.session import read
from db.tables import AuditEvent, FollowUp
from metrics import follow_up_service, follow_ups, rounds, service
from metrics.follow_up_service import Accepted
from metrics.follow_ups import FollowUpView
from metrics.model import Entry
from metrics.stages import DISMISS, LOCK, SEND_BACK
from tests.conftest import Page
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING
from tests.metrics.test_freezing import freeze
from tests.metrics.test_pages import press, table, words
from tests.support import Cast, count_queries

MONTHS = 9  # of history before the month that is asked about
LOW = entry(45, 100)  # far from the others, and below what is plausible is not needed


def series(*values: int, regions: tuple[str, ...] = (ANJI,)) -> stored.Stored:
    """A collection with its past handed in: SX01 of these values for each month before last."""
    made = stored.collection(
        indicators=("SX01",), regions=regions, first=stored.this_month().shift(-1 - len(values)),
        last=stored.this_month().shift(-1),
    )  # fmt: skip
    for place, n in enumerate(values):
        period = str(stored.this_month().shift(-1 - len(values) + place))
        for region in regions:
            stored.hand_in(made.of(region, period), {"SX01": entry(n, 100)})
    return made


USUAL = (90, 92, 91, 93, 90, 92, 91)


def doubts(actor: Actor = OPERATOR, **narrow: object) -> list[FollowUpView]:
    return follow_ups.follow_ups(actor, **narrow)  # type: ignore[arg-type]


def said(actor: Actor = OPERATOR) -> list[tuple[str, str, str]]:
    return [(doubt.rule, doubt.state.value, doubt.value) for doubt in doubts(actor)]


@pytest.mark.parametrize(
    "past, now, rules",
    [
        (USUAL, 91, []),
        (USUAL, 45, ["history.outlier"]),
        ((88, 95, 91), 30, ["bounds.plausible"]),  # too few for the yardstick: bounds have to do
        ((90, 91, 92, 92, 92), 92, ["history.flat"]),
        ((90, 84, 90, 87), 90, ["target.often"]),
        ((88, 84, 85, 87), 90, []),  # once is no pattern
    ],
)
def test_what_is_doubted_when_a_value_is_saved(
    house: Path, cast: Cast, past: tuple[int, ...], now: int, rules: list[str]
) -> None:
    made = series(*past)
    assert doubts() == []
    stored.save(cast.wang_anji, made.of(ANJI), {"SX01": entry(now, 100)}, submit=True)
    assert [doubt.rule for doubt in doubts()] == rules


def test_a_doubt_is_explained_accepted_and_stays_with_its_value(database: str, cast: Cast) -> None:
    made = series(*USUAL)
    number = made.of(ANJI)
    stored.save(cast.wang_anji, number, {"SX01": LOW}, submit=True)
    (doubt,) = doubts(cast.wang_anji)
    assert (doubt.state, doubt.region, doubt.indicator, doubt.value) == (
        FollowUpState.OPEN, "安吉县", "按时办结率", "45.00%（45 / 100）",
    )  # fmt: skip
    assert "与以往 7 期" in doubt.message
    with pytest.raises(Invalid, match="说明"):
        follow_up_service.explain(cast.wang_anji, doubt.id, "是的", seen_version=doubt.version)
    follow_up_service.explain(cast.wang_anji, doubt.id, "承办系统停机两周", seen_version=doubt.version)
    with pytest.raises(Conflict):
        follow_up_service.explain(cast.wang_anji, doubt.id, "再说明一次", seen_version=doubt.version)
    (doubt,) = doubts(cast.li_staff)
    assert (doubt.state, doubt.explanation, doubt.explained_by) == (
        FollowUpState.EXPLAINED, "承办系统停机两周", "王安吉",
    )  # fmt: skip
    follow_up_service.ask_again(cast.li_staff, doubt.id, "请写明停机起止日期", seen_version=doubt.version)
    (doubt,) = doubts(cast.wang_anji)
    assert (doubt.state, doubt.decision) == (FollowUpState.OPEN, "请写明停机起止日期")
    follow_up_service.explain(cast.wang_anji, doubt.id, "3月1日至14日停机", seen_version=doubt.version)
    (doubt,) = doubts()
    assert follow_up_service.accept(cast.li_staff, {doubt.id: doubt.version}) == Accepted(1, 0)
    assert said() == [("history.outlier", "accepted", "45.00%（45 / 100）")]
    # Sent back and handed in with the same figure, it is not doubted again.
    stored.move(cast.li_staff, number, SEND_BACK, "请补充说明")
    stored.save(cast.wang_anji, number, {"SX01": entry(45, 100, note="系统停机")}, submit=True)
    assert said() == [("history.outlier", "accepted", "45.00%（45 / 100）")]
    with read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "follow_up:move")).all()
    assert [event.changes["do"] for event in events] == ["说明", "再问", "说明", "采信"]


def test_another_figure_settles_a_doubt_and_may_raise_another(database: str, cast: Cast) -> None:
    made = series(*USUAL)
    number = made.of(ANJI)
    stored.save(cast.wang_anji, number, {"SX01": LOW})
    stored.save(cast.wang_anji, number, {"SX01": entry(44, 100)})
    assert said(cast.wang_anji) == [
        ("history.outlier", "corrected", "45.00%（45 / 100）"),
        ("history.outlier", "open", "44.00%（44 / 100）"),
    ]
    assert said(cast.li_staff) == []  # drafts are the county's own
    stored.save(cast.wang_anji, number, {"SX01": entry(92, 100)}, submit=True)
    assert [state for _, state, _ in said()] == ["corrected", "corrected"]


def test_words_that_came_with_the_value_explain_it(database: str, cast: Cast) -> None:
    made = series(*USUAL)
    number = made.of(ANJI)
    stored.save(cast.wang_anji, number, {"SX01": LOW})
    stored.save(cast.wang_anji, number, {"SX01": entry(45, 100, note="系统停机两周")}, submit=True)
    (doubt,) = doubts()
    assert (doubt.state, doubt.explanation) == (FollowUpState.EXPLAINED, "系统停机两周")


def test_a_dismissed_correction_brings_back_the_doubts_of_what_was_locked(database: str, cast: Cast) -> None:
    made = series(*USUAL)
    number = made.of(ANJI)
    with time_machine.travel(datetime.now(UTC), tick=False) as traveller:
        stored.save(cast.wang_anji, number, {"SX01": LOW}, submit=True)
        (doubt,) = doubts()
        follow_up_service.accept(cast.li_staff, {doubt.id: doubt.version}, "电话核对属实")
        stored.approve(cast.li_staff, number)
        stored.move(cast.li_staff, number, LOCK)
        traveller.shift(timedelta(hours=1))
        stored.unlock(cast.li_staff, number)
        stored.save(cast.wang_anji, number, {"SX01": entry(40, 100, reason="重新统计")}, submit=True)
        assert said() == [
            ("history.outlier", "corrected", "45.00%（45 / 100）"),
            ("history.outlier", "explained", "40.00%（40 / 100）"),
        ]
        traveller.shift(timedelta(hours=1))
        stored.move(cast.li_staff, number, DISMISS, "没有依据")
    assert said() == [
        ("history.outlier", "accepted", "45.00%（45 / 100）"),
        ("history.outlier", "corrected", "40.00%（40 / 100）"),
    ]


def test_who_may_answer(database: str, cast: Cast) -> None:
    made = series(*USUAL)
    stored.save(cast.wang_anji, made.of(ANJI), {"SX01": LOW}, submit=True)
    (doubt,) = doubts()
    for actor in (cast.zhao_deqing, cast.zhou_minzheng, cast.sun_judge):
        assert doubts(actor) == []
        with pytest.raises((NotFound, Forbidden)):
            follow_up_service.explain(actor, doubt.id, "不是我的数", seen_version=doubt.version)
        with pytest.raises(Forbidden):
            follow_up_service.accept(actor, {doubt.id: doubt.version}, "属实属实")
    with pytest.raises(Forbidden):
        follow_up_service.explain(cast.li_staff, doubt.id, "研究院不代县里说明", seen_version=doubt.version)
    with pytest.raises(Forbidden):
        follow_up_service.accept(cast.wang_anji, {doubt.id: doubt.version}, "自己采信")
    with pytest.raises(WrongState, match="待答复"):
        follow_up_service.ask_again(cast.li_staff, doubt.id, "还没有说明呢", seen_version=doubt.version)


def test_many_are_accepted_as_they_were_seen(database: str, cast: Cast) -> None:
    made = series(*USUAL, regions=(ANJI, DEQING))
    for actor, code in ((cast.wang_anji, ANJI), (cast.zhao_deqing, DEQING)):
        stored.save(actor, made.of(code), {"SX01": LOW}, submit=True)
    seen = {doubt.id: doubt.version for doubt in doubts()}
    with pytest.raises(Invalid, match="县里还没有说明"):
        follow_up_service.accept(cast.li_staff, seen)
    (mine,) = doubts(cast.wang_anji)
    follow_up_service.explain(cast.wang_anji, mine.id, "承办系统停机两周", seen_version=mine.version)
    assert follow_up_service.accept(cast.li_staff, seen, "电话核对属实") == Accepted(1, 1)
    assert {doubt.region: doubt.state for doubt in doubts()} == {
        "安吉县": FollowUpState.EXPLAINED,
        "德清县": FollowUpState.ACCEPTED,
    }
    assert follow_ups.counts(cast.li_staff) == {FollowUpState.EXPLAINED: 1, FollowUpState.ACCEPTED: 1}


def test_a_round_is_not_frozen_while_a_doubt_is_unanswered(database: str, cast: Cast) -> None:
    made = series(*USUAL)
    number, period = made.of(ANJI), stored.last_month()
    stored.save(cast.wang_anji, number, {"SX01": LOW}, submit=True)
    stored.approve(cast.li_staff, number)
    with pytest.raises(Invalid, match=r"还有 1 条疑点没有答复（安吉县 1 条）"):
        freeze(made, period, cast.li_staff)
    (doubt,) = doubts()
    follow_up_service.explain(cast.wang_anji, doubt.id, "承办系统停机两周", seen_version=doubt.version)
    assert freeze(made, period, cast.li_staff).locked == 1


def test_a_younger_rule_is_asked_about_what_is_stored(database: str, cast: Cast) -> None:
    made = series(*USUAL)
    period = stored.last_month()
    stored.save(cast.wang_anji, made.of(ANJI), {"SX01": LOW}, submit=True)
    with read() as session:
        raised = session.exec(select(FollowUp)).all()
    assert len(raised) == 1
    assert follow_up_service.examine(cast.li_staff, made.id, period) == 0  # what was doubted is not doubted twice
    with pytest.raises(Forbidden):
        follow_up_service.examine(cast.wang_anji, made.id, period)
    with pytest.raises(NotFound):
        follow_up_service.examine(cast.li_staff, made.id, "1999-01")


def test_published_figures_are_nobodys_to_explain(house: Path, cast: Cast) -> None:
    made = stored.collection(name="考核", kind=CollectionKind.ASSESSMENT, indicators=("SX01",))
    source = service.SourceFile("通报.csv", "cd" * 32, 10)
    service.save_published(
        cast.li_staff, made.of(ANJI), {"SX01": Entry(30_000_000, 100_000_000)}, seen_version=1, source=source
    )
    assert doubts() == []


def test_the_list_asks_no_more_often_for_more_doubts(house: Path, cast: Cast) -> None:
    made = series(*USUAL, regions=(ANJI, DEQING, "330522"))
    counts = []
    for code in (ANJI, DEQING, "330522"):
        stored.save(OPERATOR, made.of(code), {"SX01": LOW}, submit=True)
        with count_queries() as asked:
            follow_ups.follow_ups(cast.li_staff)
        counts.append(len(asked))
    assert len(set(counts)) == 1


# -- the pages ---------------------------------------------------------------------------------


def test_a_county_answers_on_its_page(page: Page, cast: Cast) -> None:
    made = series(*USUAL)
    number = made.of(ANJI)
    stored.save(cast.wang_anji, number, {"SX01": LOW}, submit=True)
    home = page("home", cast.wang_anji)
    assert "条疑点等您说明或更正" in words(home)
    app = page("doubts", cast.wang_anji)
    assert "与以往 7 期" in words(app)
    app.text_area[0].input("承办系统停机两周")
    press(app, "提交说明")
    assert "没有待办的疑点" in words(app)
    form = page("return", cast.wang_anji, id=number)
    assert str(next(row[-2] for row in table(form, "return_doubts_table"))).startswith("承办系统停机两周（王安吉，")


def test_the_institute_works_through_the_queue(page: Page, cast: Cast) -> None:
    made = series(*USUAL)
    stored.save(cast.wang_anji, made.of(ANJI), {"SX01": LOW}, submit=True)
    (doubt,) = doubts()
    follow_up_service.explain(cast.wang_anji, doubt.id, "承办系统停机两周", seen_version=doubt.version)
    assert "条疑点县里已说明，等待采信" in words(page("home", cast.li_staff))
    app = page("doubts", cast.li_staff)
    frame = next(frame for frame in app.dataframe if (frame.key or "").startswith("doubts_queue"))
    assert frame.key is not None
    app.session_state[frame.key] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert "县里说明：承办系统停机两周（王安吉，" in words(app)
    assert {"确认再问", "确认采信 1 条"} <= {button.label for button in app.button}
    press(app, "确认采信 1 条")
    assert "已采信 1 条。" in words(app)
    assert said() == [("history.outlier", "accepted", "45.00%（45 / 100）")]
    assert rounds.board(cast.li_staff, made.id, stored.last_month()) is not None
    assert stored.row(made.of(ANJI)).state is ReturnState.SUBMITTED
