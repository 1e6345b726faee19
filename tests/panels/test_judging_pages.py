"""The judge's side: what he sees, what is kept, what happens at the edges."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import select
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from accounts import sessions
from accounts.permissions import Actor
from core import clock
from core.errors import Conflict, NotFound, WrongState
from core.words import RecusalKind, SheetState
from db.session import read, write
from db.tables import Account, Recusal, Review, Sheet, SheetVersion
from panels import recusal_service, sheet_queries, sheet_service, stages, unlock_service
from tests.conftest import Page
from tests.panels.support import WEIGHTS, Panel, prepare
from tests.support import PASSWORD, Cast
from tests.support.cast import ADDRESS


def signed_in(actor: Actor) -> Actor:
    with read() as session:
        username = session.get_one(Account, actor.account_id).username
    found = sessions.resolve(sessions.sign_in(username, PASSWORD, ADDRESS))
    known = sessions.actor(found) if found else None
    assert known is not None
    return known


@pytest.fixture
def panel(cast: Cast) -> Panel:
    made = prepare(cast)
    made.open()
    return made


@pytest.fixture
def judge(panel: Panel) -> Actor:
    return signed_in(next(iter(panel.judges.values())))


def stored(panel: Panel, judge: Actor, entry: str) -> sheet_queries.OwnSheet:
    found = sheet_queries.own(judge, panel.review_id).of(panel.entries[entry])
    assert found is not None
    return found


def fill(app: AppTest, **marks: int) -> AppTest:
    for code, mark in marks.items():
        field = next(box for box in app.number_input if str(box.key).endswith(f"_mark_{code}"))
        app = field.set_value(mark).run()
    return app


def button(app: AppTest, key: str) -> AppTest:
    return next(box for box in app.button if box.key == key).click().run()


def said(app: AppTest) -> str:
    kinds = ("markdown", "caption", "error", "warning")
    return "\n".join(str(box.value) for kind in kinds for box in app.get(kind) if isinstance(box, Element))


def test_every_mark_is_kept_as_it_is_typed(page: Page, panel: Panel, judge: Actor) -> None:
    app = page("score", judge, review=panel.review_id, entry=panel.entries["A"])
    assert [box.value for box in app.number_input] == [None] * len(WEIGHTS)
    app = fill(app, need=90, design=0)
    kept = stored(panel, judge, "A")
    assert (dict(kept.marks), kept.number, kept.state) == ({"need": 9000, "design": 0}, 2, SheetState.DRAFT)
    assert "已保存" in said(app)
    assert "“实效”还没有评分" in said(app)  # a blank is not a zero, and a zero is not a blank
    # Another visit shows what is stored.
    again = page("score", judge, review=panel.review_id, entry=panel.entries["A"])
    assert [box.value for box in again.number_input] == [90, 0, None, None, None]
    app = fill(again, effect=80, spread=70, safety=60)
    assert "合成得分 **59.50**" in said(app)  # (30·90 + 25·0 + 20·80 + 15·70 + 10·60) ÷ 100
    app = button(app, "sheet_submit")
    assert stored(panel, judge, "A").state is SheetState.SUBMITTED
    assert not app.number_input
    assert "提交于北京时间" in said(app)


def test_leaving_a_field_unchanged_is_no_version(panel: Panel, judge: Actor) -> None:
    number = panel.mark(judge.name, "A", 80, submit=False)
    assert panel.mark(judge.name, "A", 80, submit=False) == number
    assert panel.mark(judge.name, "A", 81, submit=False) == number + 1


def test_two_windows_show_both_versions_and_lose_neither(page: Page, panel: Panel, judge: Actor) -> None:
    first = fill(page("score", judge, review=panel.review_id, entry=panel.entries["A"]), need=90)
    second = page("score", judge, review=panel.review_id, entry=panel.entries["A"])
    fill(second, need=70)
    first = fill(first, need=95)
    assert "刚在别处改过" in said(first)
    shown = next(frame.value for frame in first.dataframe if "您在这里填写的" in frame.value.columns)
    assert shown.iloc[0].tolist() == ["需求", "70", "95"]
    assert dict(stored(panel, judge, "A").marks) == {"need": 7000}
    kept = button(first, "sheet_mine")
    assert dict(stored(panel, judge, "A").marks) == {"need": 9500}
    assert kept.number_input[0].value == 95
    with read() as session:
        marks = [row.marks for row in session.exec(select(SheetVersion).order_by(SheetVersion.number))]  # type: ignore[arg-type]
    assert marks == [{"need": 9000}, {"need": 7000}, {"need": 9500}]


def test_the_other_window_may_be_right(page: Page, panel: Panel, judge: Actor) -> None:
    first = fill(page("score", judge, review=panel.review_id, entry=panel.entries["A"]), need=90)
    fill(page("score", judge, review=panel.review_id, entry=panel.entries["A"]), need=70)
    first = button(fill(first, need=95), "sheet_theirs")
    assert first.number_input[0].value == 70
    assert dict(stored(panel, judge, "A").marks) == {"need": 7000}


def test_a_window_that_typed_nothing_simply_shows_what_is_stored(page: Page, panel: Panel, judge: Actor) -> None:
    first = page("score", judge, review=panel.review_id, entry=panel.entries["A"])
    fill(page("score", judge, review=panel.review_id, entry=panel.entries["A"]), need=70)
    assert first.run().number_input[0].value == 70


def test_a_double_click_submits_once(panel: Panel, judge: Actor) -> None:
    number = panel.mark(judge.name, "A", 80, submit=False)
    again = [
        sheet_service.save(
            judge, panel.review_id, panel.entries["A"], panel_sheet(80), seen=number, submit=True, nonce="form"
        )
        for _ in range(2)
    ]
    assert again == [number + 1] * 2
    seen = {panel.entries["B"]: panel.mark(judge.name, "B", 70, submit=False)}
    first = sheet_service.submit_all(judge, panel.review_id, seen)
    second = sheet_service.submit_all(judge, panel.review_id, seen)
    assert (first.submitted, second.submitted, second.left) == ((panel.entries["B"],), (), ())


def panel_sheet(mark: int) -> sheet_service.SheetIn:
    return sheet_service.SheetIn(marks=dict.fromkeys(WEIGHTS, mark))


def test_what_was_handed_in_is_unlocked_by_another(page: Page, panel: Panel, judge: Actor) -> None:
    panel.mark(judge.name, "A", 80)
    app = page("score", judge, review=panel.review_id, entry=panel.entries["A"])
    next(box for box in app.text_area if str(box.key).startswith("sheet_unlock_why")).set_value("两项填反了").run()
    app = button(app, "sheet_unlock")
    assert "等待研究院另一人答复" in said(app)
    unlock_service.answer(panel.other, 1, granted=True, words="", seen_version=1)
    app = page("score", judge, review=panel.review_id, entry=panel.entries["A"])
    app = fill(app, need=60)
    kept = stored(panel, judge, "A")
    assert (kept.state, kept.marks["need"], kept.number) == (SheetState.UNLOCKED, 6000, 3)
    assert [row.number for row in sheet_queries.savings(judge, panel.review_id, panel.entries["A"])] == [3, 2, 1]


def test_the_deadline_is_an_instant(page: Page, panel: Panel, judge: Actor) -> None:
    with write() as session:
        review = session.get_one(Review, panel.review_id)
        closes = clock.now() + timedelta(minutes=5)
        review.closes_at, review.grace_until = closes, closes + timedelta(minutes=10)
    before = fill(page("score", judge, review=panel.review_id, entry=panel.entries["A"]), need=90)
    tick = timedelta(microseconds=1)
    with time_machine.travel(closes - tick, tick=False):
        number = panel.mark(judge.name, "B", 80)
        assert not stored(panel, judge, "B").late
    with time_machine.travel(closes, tick=False):
        panel.mark(judge.name, "C", 80)
        assert stored(panel, judge, "C").late
    assert number == 1
    with time_machine.travel(closes + timedelta(minutes=10), tick=False):
        # The page was opened in time; what is typed now is refused, said, and not lost from the field.
        after = fill(before, design=50)
        assert "没有保存的填写：需求 90，机制 50" in said(after)
        assert "截止，没有保存" in said(after)
        assert dict(stored(panel, judge, "A").marks) == {"need": 9000}
        with pytest.raises(WrongState, match="截止"):
            sheet_service.submit_all(judge, panel.review_id, {panel.entries["A"]: 1})


def test_all_that_is_whole_is_handed_in_with_a_receipt(page: Page, panel: Panel, judge: Actor) -> None:
    panel.mark(judge.name, "A", 90, submit=False)
    panel.mark(judge.name, "B", 70, submit=False)
    fill(page("score", judge, review=panel.review_id, entry=panel.entries["C"]), need=50)
    desk = page("judging", judge)
    assert "另有 2 份评完待提交" in "".join(str(box) for box in desk.get("progress")) or "2" in said(desk)
    button(desk, f"hand_in_{panel.review_id}")
    assert [stored(panel, judge, code).state for code in "ABC"] == [
        SheetState.SUBMITTED,
        SheetState.SUBMITTED,
        SheetState.DRAFT,
    ]
    receipt = page("receipt", judge, review=panel.review_id)
    frame = receipt.dataframe[0].value
    assert frame["得分"].tolist() == ["90.00", "70.00", "–"]
    assert frame["状态"].tolist() == ["已提交", "已提交", "评了一部分"]


def test_the_whole_list_is_declared_at_once(cast: Cast) -> None:
    panel = prepare(cast)
    panel.step(stages.CALL)
    judge = next(iter(panel.judges.values()))
    with pytest.raises(Exception, match="A：请写明有什么关系"):
        recusal_service.declare_all(
            judge, panel.review_id, {panel.entries["A"]: "有", panel.entries["B"]: "曾任其顾问"}
        )
    with read() as session:
        assert session.exec(select(Recusal)).all() == []
    recusal_service.declare_all(judge, panel.review_id, {panel.entries["B"]: "曾任其顾问"})
    with read() as session:
        assert [(row.entry_id, row.kind) for row in session.exec(select(Recusal))] == [
            (panel.entries["B"], RecusalKind.DECLARED)
        ]
    own = sheet_queries.own(judge, panel.review_id)
    assert [entry.code for entry in own.aside] == ["B"]
    assert own.review.standing.declared_at is not None


def test_an_entry_to_step_aside_from_says_so_and_nothing_else(page: Page, panel: Panel, judge: Actor) -> None:
    panel.mark(judge.name, "A", 77)
    recusal_service.declare(judge, panel.review_id, panel.entries["A"], "配偶在该单位任职")
    app = page("score", judge, review=panel.review_id, entry=panel.entries["A"])
    assert "回避" in said(app)
    assert "77" not in said(app)
    assert not app.number_input
    receipt = page("receipt", judge, review=panel.review_id).dataframe[0].value
    assert receipt[receipt["编号"] == "A"].iloc[0, 3:].tolist()[:6] == ["回避"] * 6


def test_nobody_else_has_these_pages(page: Page, panel: Panel, cast: Cast) -> None:
    for url in ("score", "declare", "receipt"):
        app = page(url, cast.sun_judge, review=panel.review_id, entry=panel.entries["A"])
        assert "没有找到" in said(app)
        assert "项目A" not in said(app)
    assert sheet_queries.calls(cast.sun_judge) == []
    with pytest.raises(NotFound):
        sheet_queries.own(cast.li_staff, panel.review_id)


def test_what_another_judge_gave_is_nowhere(page: Page, panel: Panel, judge: Actor) -> None:
    other = list(panel.judges)[1]
    for code in "ABC":
        panel.mark(other, code, 97)
    for url in ("judging", "score", "receipt", "declare", "home"):
        app = page(url, judge, review=panel.review_id, entry=panel.entries["A"])
        frames = "\n".join(frame.value.to_csv() for frame in app.dataframe)
        assert "97" not in said(app) + frames
        assert [str(box.value) for box in app.number_input if box.value is not None] == []


def test_a_stale_version_is_refused_by_the_service(panel: Panel, judge: Actor) -> None:
    panel.mark(judge.name, "A", 80, submit=False)
    with pytest.raises(Conflict):
        sheet_service.save(judge, panel.review_id, panel.entries["A"], panel_sheet(10), seen=0)
    with read() as session:
        assert len(session.exec(select(Sheet)).all()) == 1
