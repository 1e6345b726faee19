"""Commands about returns, on both databases: what is stored, what is refused, what is kept."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlmodel import col, select

from accounts.permissions import OPERATOR
from core import clock
from core.errors import Conflict, Forbidden, Invalid, NotFound, WrongState
from core.words import CollectionKind, ReturnState, ValueState
from db import audit
from db.session import read
from db.tables import AuditEvent, Upload
from metrics import queries, rollups, service
from metrics.model import Entry, Finding, Severity
from metrics.service import SourceFile
from metrics.stages import APPROVE, LOCK, SEND_BACK, SUBMIT, WITHDRAW
from tests.metrics import stored
from tests.metrics.returns_support import entry
from tests.metrics.stored import ANJI, DEQING, GOOD
from tests.support import Cast

FILE = SourceFile("报送表.xlsx", "ab" * 32, 1234)


def events(return_id: int) -> list[str]:
    """What the log says was done to a return, in order."""
    with read() as session:
        rows = session.exec(
            select(AuditEvent)
            .where(AuditEvent.entity == "return", AuditEvent.entity_id == str(return_id))
            .order_by(col(AuditEvent.id))
        ).all()
        return [str(row.changes.get("do", row.action)) for row in rows]


def test_new_changed_and_unchanged_values(database: str, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    first = stored.save(cast.wang_anji, number, GOOD)
    assert (first.written, first.unchanged, first.rejected, first.state) == (2, 0, 0, ReturnState.DRAFT)
    second = stored.save(cast.wang_anji, number, {"SX01": entry(97, 100), "SX04": entry(45, 50)})
    assert (second.written, second.unchanged) == (1, 1)
    assert [(revision, row.n, row.d) for _, revision, row, _ in stored.revisions(number)] == [
        (1, 96_000_000, 100_000_000),
        (1, 45_000_000, 50_000_000),
        (2, 97_000_000, 100_000_000),
    ]


def test_the_same_file_twice_is_the_same_as_once(database: str, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    stored.save(cast.wang_anji, number, GOOD)
    before, version = stored.revisions(number), stored.row(number).version
    again = service.save(cast.wang_anji, number, GOOD, door="workbook", seen_version=version, source=FILE)
    assert (again.written, again.unchanged) == (0, 2)
    assert stored.revisions(number) == before
    assert stored.row(number).version == version
    with read() as session:
        assert [(row.filename, row.saved) for row in session.exec(select(Upload))] == [("报送表.xlsx", 0)]


def test_blank_rows_leave_what_is_stored(house: Path, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    stored.save(cast.wang_anji, number, GOOD)
    saved = stored.save(cast.wang_anji, number, {"SX01": Entry(), "SX04": entry(46, 50)}, submit=True)
    assert (saved.written, saved.state) == (1, ReturnState.SUBMITTED)
    assert len(stored.revisions(number)) == 3


def test_a_rejected_row_stores_nothing_and_the_good_ones_are_a_draft(house: Path, cast: Cast) -> None:
    made = stored.collection()
    number = made.of(ANJI)
    saved = stored.save(cast.wang_anji, number, {"SX01": entry(101, 100), "SX04": entry(45, 50)})
    assert (saved.written, saved.rejected, saved.state) == (1, 1, ReturnState.DRAFT)
    assert [finding.rule for finding in saved.findings] == ["share"]
    assert [indicator for indicator, *_ in stored.revisions(number)] == [made.indicators["SX04"]]


def test_a_row_that_reading_refused_stays_refused(database: str, cast: Cast) -> None:
    """“停机” in a number cell beside 缺报: the entry alone would pass every rule."""
    number = stored.collection().of(ANJI)
    refused = Finding(Severity.ERROR, "cell.text", "不是数字", "请改", "报送表", "I6", "SX01", "停机")
    saved = service.save(
        cast.wang_anji,
        number,
        {"SX01": entry(state="missing", reason="系统停机"), "SX04": entry(45, 50)},
        door="workbook",
        seen_version=1,
        known=[refused],
        source=FILE,
    )
    assert (saved.written, saved.rejected) == (1, 1)
    with read() as session:
        assert session.exec(select(Upload.findings)).one() == {"cell.text": 1}


def test_handing_in_what_is_incomplete_says_what_is_missing_and_stores_nothing(database: str, cast: Cast) -> None:
    number = stored.collection(indicators=("SX01", "SX04", "SX09")).of(ANJI)
    with pytest.raises(Invalid) as refused:
        stored.save(cast.wang_anji, number, {"SX01": entry(96, 100), "SX04": entry(60, 50)}, submit=True)
    assert refused.value.problems == ["SX09 重复投诉率 尚未填报", "SX04 的填报有错误"]
    assert stored.revisions(number) == []
    assert stored.row(number).state is ReturnState.DRAFT
    with pytest.raises(Invalid) as refused:
        stored.move(cast.wang_anji, number, SUBMIT)
    assert len(refused.value.problems) == 3


def test_a_reason_completes_a_return_as_a_figure_does(house: Path, cast: Cast) -> None:
    made = stored.collection()
    number = made.of(ANJI)
    words = {
        "SX01": entry(state="missing", reason="系统停机"),
        "SX04": entry(state="not_applicable", reason="没有回访"),
    }
    assert stored.save(cast.wang_anji, number, words, submit=True).state is ReturnState.SUBMITTED
    assert [row.state for _, _, row, _ in stored.revisions(number)] == [ValueState.MISSING, ValueState.NOT_APPLICABLE]


@pytest.mark.parametrize("who", ["zhao_deqing", "sun_judge", "qian_bidder", "zhou_minzheng"])
def test_to_others_a_return_is_not_there(house: Path, cast: Cast, who: str) -> None:
    """Whatever its state: a refusal that named it would give it away."""
    number, actor = stored.collection().of(ANJI), cast.everybody()[who]
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    for do in (SUBMIT, WITHDRAW, APPROVE, LOCK):
        with pytest.raises(NotFound):
            stored.move(actor, number, do)
    with pytest.raises(NotFound):
        stored.save(actor, number, GOOD)
    assert queries.form(actor, number) is None
    assert queries.returns(actor, ids=[number]) == []
    with pytest.raises((Forbidden, NotFound)):
        service.approve_many(actor, {number: 2})
    assert stored.row(number).state is ReturnState.SUBMITTED


def test_the_institute_reviews_and_does_not_fill_in(house: Path, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    with pytest.raises(Forbidden, match="县级团队"):
        stored.save(cast.li_staff, number, GOOD)
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    with pytest.raises(Forbidden, match="研究院"):
        stored.move(cast.wang_anji, number, APPROVE)
    with pytest.raises(Forbidden, match="县级团队"):
        stored.move(cast.li_staff, number, WITHDRAW)
    assert stored.move(cast.li_staff, number, APPROVE) is ReturnState.APPROVED


def test_what_was_handed_in_is_not_edited(house: Path, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    with pytest.raises(WrongState, match="已提交"):
        stored.save(cast.wang_anji, number, {"SX01": entry(97, 100)})
    with pytest.raises(WrongState, match="不能“提交报送”"):
        stored.move(cast.wang_anji, number, SUBMIT)
    assert len(stored.revisions(number)) == 2


def test_a_page_that_is_out_of_date_changes_nothing(database: str, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    seen = stored.row(number).version
    stored.save(cast.wang_anji, number, GOOD)
    with pytest.raises(Conflict, match="刚被别人改过"):
        service.save(cast.wang_anji, number, {"SX01": entry(97, 100)}, door="form", seen_version=seen)
    with pytest.raises(Conflict):
        service.move(cast.wang_anji, number, SUBMIT, seen_version=seen)
    assert len(stored.revisions(number)) == 2


def test_nothing_comes_in_before_the_period_is_over(house: Path, cast: Cast) -> None:
    number = stored.collection().of(ANJI, str(stored.this_month()))
    with pytest.raises(WrongState, match="才开始报送"):
        stored.save(cast.wang_anji, number, GOOD)
    with pytest.raises(WrongState, match="才开始报送"):
        stored.move(cast.wang_anji, number, SUBMIT)


@pytest.mark.parametrize("days, late", [(-1, True), (0, False), (1, False)])
def test_late_is_after_the_day_on_which_it_was_due(house: Path, cast: Cast, days: int, late: bool) -> None:
    number = stored.collection(due_on=clock.today() + timedelta(days=days)).of(ANJI)
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    assert {was_late for *_, was_late in stored.revisions(number)} == {late}
    view = queries.returns(cast.wang_anji, ids=[number])[0]
    assert view.status == ("submitted", "已提交（迟报）" if late else "已提交")


def test_a_draft_changes_freely_and_a_correction_needs_its_reason(database: str, cast: Cast) -> None:
    made = stored.collection()
    number = made.of(ANJI)
    stored.save(cast.wang_anji, number, GOOD)
    assert stored.save(cast.wang_anji, number, {"SX01": entry(95, 100)}).written == 1
    stored.move(cast.wang_anji, number, SUBMIT)
    stored.move(cast.li_staff, number, SEND_BACK, "应办结件数与上月相差较大")
    assert stored.row(number).comment == "应办结件数与上月相差较大"
    silent = stored.save(cast.wang_anji, number, {"SX01": entry(90, 100)})
    assert [finding.rule for finding in silent.findings if finding.severity is Severity.ERROR] == ["correction.reason"]
    corrected = stored.save(cast.wang_anji, number, {"SX01": entry(90, 100, reason="漏统计五件")}, submit=True)
    assert (corrected.written, corrected.state) == (1, ReturnState.SUBMITTED)
    found = queries.explain(cast.wang_anji, made.id, made.indicators["SX01"], ANJI, stored.last_month())
    assert found is not None
    assert [(r.revision, r.entry.n, r.entry.reason, r.entered_by) for r in found.revisions] == [
        (1, 96_000_000, "", "王安吉"),
        (2, 95_000_000, "", "王安吉"),
        (3, 90_000_000, "漏统计五件", "王安吉"),
    ]


def test_a_withdrawn_return_was_handed_in(house: Path, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    stored.save(cast.wang_anji, number, GOOD, submit=True)
    stored.move(cast.wang_anji, number, WITHDRAW)
    assert stored.save(cast.wang_anji, number, {"SX01": entry(90, 100)}).rejected == 1


def test_many_are_approved_at_once_and_only_those_handed_in(database: str, cast: Cast) -> None:
    made = stored.collection()
    for region, actor in ((ANJI, cast.wang_anji), (DEQING, cast.zhao_deqing)):
        stored.save(actor, made.of(region), GOOD, submit=True)
    draft = made.of(ANJI, str(stored.this_month().shift(-2)))
    assert stored.approve(cast.li_staff, made.of(ANJI), made.of(DEQING), draft) == service.Approved(2, [])
    assert stored.approve(cast.li_staff, made.of(ANJI), made.of(DEQING), draft) == service.Approved(0, [])
    assert [stored.row(number).state for number in (made.of(ANJI), made.of(DEQING), draft)] == [
        ReturnState.APPROVED,
        ReturnState.APPROVED,
        ReturnState.DRAFT,
    ]
    with pytest.raises(Forbidden):
        stored.approve(cast.wang_anji, made.of(ANJI))


def test_what_changed_after_it_was_looked_at_is_not_approved_with_the_rest(database: str, cast: Cast) -> None:
    """The county took a return back and handed in other figures while the list was on the screen."""
    made = stored.collection()
    mine, theirs = made.of(ANJI), made.of(DEQING)
    stored.save(cast.wang_anji, mine, GOOD, submit=True)
    stored.save(cast.zhao_deqing, theirs, GOOD, submit=True)
    seen = {number: stored.row(number).version for number in (mine, theirs)}
    stored.move(cast.wang_anji, mine, WITHDRAW)
    stored.save(cast.wang_anji, mine, {"SX01": entry(60, 100, reason="重新统计")}, submit=True)
    assert service.approve_many(cast.li_staff, seen) == service.Approved(1, [mine])
    assert stored.row(mine).state is ReturnState.SUBMITTED
    assert stored.row(theirs).state is ReturnState.APPROVED


def test_every_command_is_in_the_log(database: str, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    stored.save(cast.wang_anji, number, GOOD)
    stored.save(cast.wang_anji, number, GOOD)  # changes nothing and leaves no trace
    stored.move(cast.wang_anji, number, SUBMIT)
    stored.move(cast.li_staff, number, SEND_BACK, "请核对")
    stored.save(cast.wang_anji, number, {"SX01": entry(90, 100, reason="更正")}, submit=True)
    stored.approve(cast.li_staff, number)
    stored.move(cast.li_staff, number, LOCK)
    assert events(number) == ["return:save", SUBMIT, SEND_BACK, "return:save", SUBMIT, APPROVE, LOCK]
    with read() as session:
        assert audit.broken_links(session) == []
        saved = session.exec(select(AuditEvent).where(AuditEvent.action == "return:save")).first()
        assert saved is not None
        assert saved.changes == {"SX01": ["–", "96.00%（96 / 100）"], "SX04": ["–", "90.00%（45 / 50）"]}


def at_once(*commands: Callable[[], object]) -> list[object]:
    """Results of commands given at the same moment; a refusal is a result."""
    barrier = Barrier(len(commands))

    def give(command: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return command()
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(len(commands)) as pool:
        return list(pool.map(give, commands))


def test_of_people_who_save_the_same_return_at_once_one_wins_and_the_others_are_told(database: str, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    seen = stored.row(number).version

    def saving(n: int) -> Callable[[], object]:
        entries = {"SX01": entry(n, 100), "SX04": entry(n // 2, 50)}
        return lambda: service.save(cast.wang_anji, number, entries, door="form", seen_version=seen)

    results = at_once(*(saving(n) for n in (90, 92, 94, 96)))
    won = [result for result in results if isinstance(result, service.Saved)]
    assert len(won) == 1
    assert [str(r) for r in results if r not in won] == [
        "这条记录刚被别人改过，您的修改没有保存。 请刷新页面，核对最新内容后重新提交。"
    ] * 3
    figures = [(row.n or 0) // 1_000_000 for _, _, row, _ in stored.revisions(number)]
    assert figures in [[n, n // 2] for n in (90, 92, 94, 96)]


def test_counties_that_hand_in_at_once_are_all_in_the_sum(database: str, cast: Cast) -> None:
    codes = [ANJI, DEQING, "330522", "330502"]
    made = stored.collection(regions=codes)
    results = at_once(*(lambda code=code: stored.save(OPERATOR, made.of(code), GOOD, submit=True) for code in codes))
    assert [type(result) for result in results] == [service.Saved] * 4
    assert stored.sums(made.id, stored.last_month(), "330500") == [
        (384_000_000, 400_000_000, 4, 4),
        (180_000_000, 200_000_000, 4, 4),
    ]
    with read() as session:
        assert rollups.differences(session) == []
        assert audit.broken_links(session) == []


def test_the_institute_stores_only_what_was_published(database: str, cast: Cast) -> None:
    made = stored.collection()
    published = stored.collection(name="月度考核", kind=CollectionKind.ASSESSMENT)
    number = published.of(ANJI)
    for actor in (cast.wang_anji, cast.sun_judge):
        with pytest.raises(Forbidden):
            service.save_published(actor, number, GOOD, seen_version=1, source=FILE)
    with pytest.raises(Forbidden, match="县级团队"):
        service.save_published(cast.li_staff, made.of(ANJI), GOOD, seen_version=1, source=FILE)
    saved = service.save_published(cast.li_staff, number, GOOD, seen_version=1, source=FILE)
    assert (saved.written, saved.state) == (2, ReturnState.SUBMITTED)
    assert stored.sums(published.id, stored.last_month(), "330000")[0] == (96_000_000, 100_000_000, 1, 2)


def test_the_command_line_acts_for_any_region(house: Path, cast: Cast) -> None:
    number = stored.collection().of(ANJI)
    assert stored.save(OPERATOR, number, GOOD, submit=True).state is ReturnState.SUBMITTED
