"""Results from the services: what counts, what does not, and the end of a review."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from sqlmodel import select

from accounts.permissions import Actor
from core import clock
from core.errors import Conflict, Forbidden, NotFound, WrongState
from core.words import EntryState, MemberRole, ModerationOutcome, PanelRule, ReviewRound, ReviewState, SheetState
from db.session import read
from db.tables import Sheet, SheetVersion
from panels import (
    assignment_service,
    blocking,
    finalise_service,
    moderation_service,
    progress_queries,
    recusal_service,
    result_book,
    result_queries,
    review_queries,
    rubric_service,
    setup_service,
    stages,
    unlock_service,
)
from panels.moderation_service import ModerationIn
from panels.result_queries import ResultView
from panels.rubric import UNIT
from panels.schemas import EntryIn, MemberIn
from tests.panels.support import Panel, judge_account, prepare, rubric_in
from tests.support import Cast


def result(panel: Panel, actor: Actor | None = None) -> ResultView:
    view = result_queries.result(actor or panel.staff, panel.review_id)
    assert view is not None
    return view


def places(view: ResultView) -> dict[str, tuple[int | None, Fraction | None]]:
    return {view.names[line.entry].code: (line.rank, line.score) for line in view.lines}


def finish(panel: Panel) -> None:
    panel.step(stages.CLOSE)
    panel.step(stages.SETTLE)


def test_a_whole_review(database: str, cast: Cast) -> None:
    panel = prepare(cast, places=1, rule=PanelRule.DROP_EXTREMES)
    panel.open()
    assert assignment_service.plan(panel.staff, panel.review_id).findings == ()
    panel.mark_all({"A": [90, 93, 96, 99, 99], "B": [88, 90, 85, 99, 60], "C": [0, 0, 0, 0, 0]})
    assert result_queries.result(panel.staff, panel.review_id) is None
    progress = progress_queries.progress(panel.staff, panel.review_id)
    assert (progress.done, progress.expected) == (15, 15)
    assert [row.mine for row in review_queries.reviews(panel.judges["甲评委"])] == ["我已评完"]
    finish(panel)
    view = result(panel)
    assert places(view) == {"A": (1, Fraction(96)), "B": (2, Fraction(263, 3)), "C": (3, Fraction(0))}
    table = result_book.places(view)
    assert [(*row[:2], row[4], row[6]) for row in table.rows] == [
        (1, "A", "96.00", 5),
        (2, "B", "87.67", 5),
        (3, "C", "0.00", 5),
    ]
    with pytest.raises(WrongState, match="签署"):
        panel.step(stages.FINALISE)
    first = finalise_service.propose(panel.staff, panel.review_id)
    with pytest.raises(Forbidden, match="另一个人"):
        finalise_service.confirm(panel.staff, panel.review_id, first)
    assert finalise_service.confirm(panel.other, panel.review_id, first) is ReviewState.FINAL
    (kept,) = result_queries.frozen(panel.staff, panel.review_id)
    assert [line["rank"] for line in kept.body["lines"]] == [1, 2, 3]
    assert [signature.name for signature in kept.signatures] == ["李研", "陈审"]
    with read() as session:
        assert [line["code"] for line in result_queries.final_lines(session, panel.review_id)] == ["A", "B", "C"]
    # The result comes back into discussion: the old number stays, the new one says what changed.
    panel.step(stages.REOPEN, "发现一份材料有误")
    entry = next(e for e in review_queries.entries(panel.staff, panel.review_id) if e.code == "A")
    setup_service.set_entry_state(
        panel.staff, panel.review_id, entry.id, EntryState.DISQUALIFIED, "数据造假", seen_version=entry.version
    )
    panel.step(stages.SETTLE)
    second = finalise_service.propose(panel.other, panel.review_id)
    finalise_service.confirm(panel.staff, panel.review_id, second)
    new, old = result_queries.frozen(panel.staff, panel.review_id)
    assert (new.number, old.digest) == (2, kept.digest)
    assert new.changes == [
        "A：不再列入",
        "B：87.67 分、第 2 名 → 87.67 分、第 1 名",
        "C：0.00 分、第 3 名 → 0.00 分、第 2 名",
    ]


def test_what_changes_after_the_first_signature_is_not_signed(cast: Cast) -> None:
    panel = prepare(cast)
    panel.open()
    panel.mark_all({"A": [90] * 5, "B": [80] * 5, "C": [70] * 5})
    finish(panel)
    proposed = finalise_service.propose(panel.staff, panel.review_id)
    entry = next(e for e in review_queries.entries(panel.staff, panel.review_id) if e.code == "A")
    setup_service.set_entry_state(
        panel.staff, panel.review_id, entry.id, EntryState.WITHDRAWN, "单位申请", seen_version=entry.version
    )
    with pytest.raises(Conflict, match="A：不再列入"):
        finalise_service.confirm(panel.other, panel.review_id, proposed)


def test_below_the_quorum_there_is_no_result(cast: Cast) -> None:
    """One or two judges left: not a number, not the first place, and last in the list."""
    panel = prepare(cast)
    panel.open()
    panel.mark_all({"A": [99, 99], "B": [50, 50, 50], "C": [60] * 5})
    with time_machine.travel(clock.now() + timedelta(days=8)):
        panel.step(stages.CLOSE)
    assert places(result(panel)) == {"C": (1, Fraction(60)), "B": (2, Fraction(50)), "A": (None, None)}
    assert result_book.places(result(panel)).rows[-1][5] == "无有效结果：有效评分 2 份，少于 3 份"
    words = [item.words for item in blocking.blockers(panel.staff, panel.review_id)]
    assert [word for word in words if "A" in word] == [
        "A 只有 2 份有效评分，少于 3 份，没有有效结果；请补评、更换评委，或记录合议"
    ]
    assert any(word.startswith("还有 5 份评分表没有交") for word in words)


def test_a_tie_on_the_cut_blocks_until_it_was_discussed(cast: Cast) -> None:
    panel = prepare(cast, places=2, tie_keys=["effect"])
    panel.open()
    panel.mark_all({"A": [90] * 5, "B": [85] * 5, "C": [85] * 5})
    finish(panel)
    view = result(panel)
    assert places(view) == {"A": (1, Fraction(90)), "B": (2, Fraction(85)), "C": (2, Fraction(85))}
    assert [(line.chosen, line.at_cut) for line in view.lines] == [(True, False), (False, True), (False, True)]
    with pytest.raises(WrongState, match="B、C 同分，名额的界线正好在其中"):
        finalise_service.propose(panel.staff, panel.review_id)
    panel.step(stages.SEND_BACK)
    for code in "BC":
        moderation_service.record(
            panel.staff,
            panel.review_id,
            panel.entries[code],
            ModerationIn(
                present=["甲评委"], discussion="两项并列，都予入选，报审定会决定。", outcome=ModerationOutcome.KEEP
            ),
        )
    panel.step(stages.SETTLE)
    assert blocking.blockers(panel.staff, panel.review_id) == []


def test_tie_keys_decide_and_are_printed(cast: Cast) -> None:
    panel = prepare(cast, entries="AB", places=1, tie_keys=["effect", "@median"])
    panel.open()
    for judge in panel.judges:
        panel.mark(judge, "A", 70, 70, 70, 70, 70)
        panel.mark(judge, "B", 70, 62, 80, 70, 70)
    finish(panel)
    rows = result_book.places(result(panel)).rows
    assert [(row[0], row[1], row[4], row[7], row[8]) for row in rows] == [
        (1, "B", "70.00", "同分，按“实效”平均分", "80.00"),
        (2, "A", "70.00", "同分，按“实效”平均分", "70.00"),
    ]


def test_a_replaced_judge_and_a_shadow_count_nowhere(cast: Cast) -> None:
    panel = prepare(cast, shadows=1)
    panel.open()
    panel.mark_all({"A": [10, 80, 80, 80, 80, 0], "B": [90, 70, 70, 70, 70, 100]})
    new = judge_account(7)
    panel.judges[new.name] = new
    panel.members[new.name] = setup_service.replace_member(
        panel.staff, panel.review_id, panel.members["甲评委"], MemberIn(account_id=new.account_id or 0), "突发疾病住院"
    )
    with read() as session:
        assert session.get_one(Sheet, 1).state is SheetState.VOID
        versions = session.exec(select(SheetVersion).where(SheetVersion.sheet_id == 1)).all()
        assert [(v.number, v.state, v.marks["need"]) for v in versions] == [
            (1, SheetState.SUBMITTED, 1000),
            (2, SheetState.VOID, 1000),
        ]
    with pytest.raises(NotFound):
        panel.mark("甲评委", "C", 50)
    for code in "ABC":
        panel.mark(new.name, code, 80)
    for judge in list(panel.judges)[1:5]:
        panel.mark(judge, "C", 60)
    finish(panel)
    view = result(panel)
    assert places(view) == {"A": (1, Fraction(80)), "B": (2, Fraction(72)), "C": (3, Fraction(64))}
    said = {str(name): str(words) for name, words in result_book.fairness(view).rows}
    assert said["更换评委"] == "甲评委离开，已评的分数作废，由" + new.name + "重新评分。理由：突发疾病住院"
    assert said["见习评委"].startswith("己评委")


def test_an_entry_changed_after_it_was_marked_is_another_version(cast: Cast) -> None:
    panel = prepare(cast)
    panel.open()
    panel.mark("甲评委", "A", 80)
    entry = next(e for e in review_queries.entries(panel.staff, panel.review_id) if e.code == "A")
    data = EntryIn(code="A", title="项目A（改）", organisation_name="AAA号乡村振兴促进会")
    with pytest.raises(Exception, match="需要填写理由"):
        setup_service.edit_entry(panel.staff, panel.review_id, entry.id, data, seen_version=entry.version)
    number = setup_service.edit_entry(
        panel.staff, panel.review_id, entry.id, data, "名称有误", seen_version=entry.version
    )
    assert number == 2
    cells = progress_queries.progress(panel.staff, panel.review_id).cells
    assert cells[panel.entries["A"], panel.members["甲评委"]].stale
    panel.mark("乙评委", "A", 80)
    for judge in list(panel.judges)[2:]:
        panel.mark(judge, "A", 80)
    for code in "BC":
        for judge in panel.judges:
            panel.mark(judge, code, 70)
    finish(panel)
    assert result_book.places(result(panel)).rows[0][5] == "1 份评的是旧版材料"


def test_a_frozen_rubric_is_not_changed_but_revised(cast: Cast) -> None:
    panel = prepare(cast)
    panel.open()
    panel.mark("甲评委", "A", 80)
    other = rubric_in(weights={"need": 10, "design": 25, "effect": 40, "spread": 15, "safety": 10})
    with pytest.raises(WrongState, match="已冻结"):
        rubric_service.edit_rubric(panel.staff, 1, other, seen_version=2)
    assert rubric_service.revise_rubric(panel.staff, 1, "下一年度更看重实效") == 2
    rubric_service.edit_rubric(panel.staff, 1, other, seen_version=1)
    view = review_queries.review(panel.staff, panel.review_id)
    assert view is not None
    assert (view.rubric_number, view.rubric.weights["need"]) == (1, 3000)
    with read() as session:
        assert session.get_one(SheetVersion, 1).rubric_digest == view.rubric_digest == view.rubric.digest()


def test_a_sheet_is_unlocked_by_two_and_its_first_marks_stay(cast: Cast) -> None:
    panel = prepare(cast)
    panel.open()
    panel.mark("甲评委", "A", 80)
    judge = panel.judges["甲评委"]
    with pytest.raises(WrongState, match="已提交"):
        panel.mark("甲评委", "A", 90)
    request = unlock_service.ask(panel.staff, 1, "评委来电说填错了行")
    with pytest.raises(Forbidden):
        unlock_service.answer(panel.staff, request, granted=True, words="", seen_version=1)
    with pytest.raises(Forbidden):
        unlock_service.answer(judge, request, granted=True, words="", seen_version=1)
    unlock_service.answer(panel.other, request, granted=True, words="", seen_version=1)
    with read() as session:
        assert (session.get_one(Sheet, 1).state, session.get_one(Sheet, 1).weighted) == (
            SheetState.UNLOCKED,
            80 * UNIT,
        )
    panel.mark("甲评委", "A", 90)
    with read() as session:
        versions = session.exec(select(SheetVersion).where(SheetVersion.sheet_id == 1)).all()
        assert [(v.number, v.state, v.marks["need"]) for v in versions] == [
            (1, SheetState.SUBMITTED, 8000),
            (2, SheetState.UNLOCKED, 8000),
            (3, SheetState.SUBMITTED, 9000),
        ]


def test_scoring_again_after_the_discussion_keeps_the_first_marks(cast: Cast) -> None:
    panel = prepare(cast, entries="AB")
    panel.open()
    panel.mark_all({"A": [90, 90, 90, 30, 30], "B": [70] * 5})
    panel.step(stages.CLOSE)
    assert [view.entry(line.entry) for view in [result(panel)] for line in view.outcome.disputed] == ["A 项目A"]
    moderation_service.record(
        panel.staff,
        panel.review_id,
        panel.entries["A"],
        ModerationIn(
            present=list(panel.judges),
            discussion="两位评委漏看了附件，统一看后重新评分。",
            outcome=ModerationOutcome.RESCORE,
        ),
    )
    with pytest.raises(WrongState, match="还有 5 份合议后的评分没有交"):
        panel.step(stages.SETTLE)
    for judge in panel.judges:
        panel.mark(judge, "A", 80)
    panel.step(stages.SETTLE)
    assert places(result(panel))["A"] == (1, Fraction(80))
    with read() as session:
        firsts = session.exec(
            select(Sheet).where(Sheet.entry_id == panel.entries["A"], Sheet.round == ReviewRound.INITIAL)
        ).all()
        assert sorted((sheet.weighted or 0) // UNIT for sheet in firsts) == [30, 30, 90, 90, 90]


def test_a_chair_who_steps_aside_learns_nothing_of_the_entry(cast: Cast) -> None:
    panel = prepare(cast, places=1)
    recusal_service.declare(panel.staff, panel.review_id, panel.entries["A"], "项目负责人是我爱人")
    panel.step(stages.CALL)
    recusal_service.decide(panel.other, 1, confirmed=True, reason="", seen_version=1)
    panel.step(stages.ASSIGN)
    panel.assign_all()
    panel.step(stages.OPEN)
    panel.mark_all({"A": [91] * 5, "B": [82] * 5, "C": [73] * 5})
    progress = progress_queries.progress(panel.staff, panel.review_id)
    assert {cell.words for (entry, _), cell in progress.cells.items() if entry == panel.entries["A"]} == {"回避"}
    finish(panel)
    view = result(panel)
    assert set(places(view)) == {"B", "C"}
    printed = repr([sheet.rows for sheet in result_book.sheets(view)])
    assert "91" not in printed
    # Places with a gap would say where A stands.
    assert [row[:2] for row in result_book.places(view).rows] == [(None, "B"), (None, "C"), (None, "A")]
    assert {row[2] for row in result_book.certainty(view).rows} == {"–"}
    assert result_book.sensitivity(view).rows == ()
    assert "AAA号" not in printed
    assert tuple(row[5] for row in result_book.places(view).rows if row[1] == "A") == ("回避",)
    with pytest.raises(Forbidden, match="不能为整个结果签署"):
        finalise_service.propose(panel.staff, panel.review_id)
    assert set(places(result(panel, panel.other))) == {"A", "B", "C"}


def test_the_plan_is_made_checked_and_mended(cast: Cast) -> None:
    panel = prepare(cast, judges=7, entries="ABCDEF", per_entry=5, quorum=3)
    panel.step(stages.CALL)
    panel.step(stages.ASSIGN)
    recusal_service.declare(panel.judges["甲评委"], panel.review_id, panel.entries["A"], "曾经的同事")
    made = assignment_service.plan(panel.staff, panel.review_id)
    assert made.proposed_findings == ()
    assert (panel.entries["A"], panel.members["甲评委"]) not in made.proposed
    assignment_service.assign(panel.staff, panel.review_id, made.proposed, seen_version=made.version)
    again = assignment_service.plan(panel.staff, panel.review_id)
    assert (again.added, again.dropped, again.findings) == (frozenset(), frozenset(), ())
    with pytest.raises(Exception, match="甲评委应回避 A"):
        assignment_service.assign(
            panel.staff,
            panel.review_id,
            {*made.proposed, (panel.entries["A"], panel.members["甲评委"])},
            seen_version=again.version,
        )
    pair = min(made.proposed)
    assignment_service.assign(panel.staff, panel.review_id, made.proposed - {pair}, seen_version=again.version)
    mended = assignment_service.plan(panel.staff, panel.review_id)
    assert mended.findings[0].startswith("“A”只分配了 4 位评委")
    assert (mended.added, mended.dropped) == (frozenset({pair}), frozenset())


def test_equal_marks_and_a_zero_are_marks(cast: Cast) -> None:
    """A judge with equal marks counts; a zero is shown and averaged."""
    panel = prepare(cast, entries="AB")
    panel.open()
    panel.mark_all({"A": [0, 50, 60, 70, 80], "B": [0, 40, 50, 60, 70]})
    finish(panel)
    view = result(panel)
    assert places(view) == {"A": (1, Fraction(52)), "B": (2, Fraction(44))}
    same = next(judge for judge in view.health.judges if view.judges[judge.judge] == "甲评委")
    assert (same.same, same.sheets, same.leniency == same.leniency) == (True, 2, True)
    assert [row[8] for row in result_book.marks(view).rows if row[2] == "甲评委"] == ["0.00", "0.00"]
    assert Decimal(0) == Decimal(str(result_book.as_number("0.00")))
    assert MemberRole.SHADOW.counts is False
