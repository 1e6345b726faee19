"""The rules of the room: who stands how to a review, and what that lets him see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from core.errors import Forbidden, NotFound, WrongState
from core.words import MemberRole, RecusalKind, ReviewState, SheetState
from db.session import read
from db.tables import Sheet
from panels import queries, recusal_service, review_queries, rubric, stages, visibility, windows
from panels.conflicts import Candidate, Employer, Person, alike, find
from panels.rubric import Criterion, Rubric
from panels.scores import sheet_score
from panels.visibility import Sight, Viewer
from panels.windows import Phase
from tests.panels.support import prepare
from tests.support import Cast

S = ReviewState


def test_the_closing_instant_is_outside() -> None:
    opens = datetime(2026, 3, 1, tzinfo=UTC)
    closes, grace = opens + timedelta(days=1), opens + timedelta(days=1, minutes=30)
    tick = timedelta(microseconds=1)
    at = [opens - tick, opens, closes - tick, closes, grace - tick, grace]
    assert [windows.phase(moment, opens, closes, grace) for moment in at] == [
        *(Phase.BEFORE, Phase.OPEN, Phase.OPEN, Phase.GRACE, Phase.GRACE, Phase.CLOSED),
    ]
    assert windows.phase(closes, opens, closes) is Phase.CLOSED
    assert windows.phase(closes, None, closes) is Phase.UNSET


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (Viewer(staff=True), "-----MMM"),
        (Viewer(staff=False), "--------"),
        (Viewer(staff=False, role=MemberRole.JUDGE), "-----MMM"),
        (Viewer(staff=False, role=MemberRole.JUDGE, open_sheets=1), "--------"),
        (Viewer(staff=False, role=MemberRole.JUDGE, left=True), "--------"),
        (Viewer(staff=True, role=MemberRole.JUDGE, open_sheets=1), "--------"),
    ],
)
def test_whose_marks_are_seen_when(viewer: Viewer, seen: str) -> None:
    states = [None, S.PREPARING, S.RECUSING, S.ASSIGNING, S.SCORING, S.MODERATING, S.FINALISING, S.FINAL]
    found = ["M" if state and visibility.sight(viewer, state) is Sight.MARKS else "-" for state in states]
    assert "".join(found) == seen


def test_a_blocked_entry_is_nobodys() -> None:
    chair = Viewer(staff=True, blocked=frozenset({2}))
    judge = Viewer(staff=False, role=MemberRole.JUDGE, blocked=frozenset({2}), given=frozenset({1, 2}))
    assert visibility.visible(chair, S.FINAL, [1, 2, 3]) == {1, 3}
    assert visibility.openable(chair, S.SCORING, [1, 2, 3]) == {1, 3}
    assert visibility.visible(judge, S.FINAL, [1, 2, 3]) == {1}
    assert visibility.openable(judge, S.SCORING, [1, 2, 3]) == {1}
    assert visibility.openable(judge, S.RECUSING, [1, 2, 3]) == set()


def test_one_organisation_however_it_is_written() -> None:
    same = [
        ("钱塘大学", "钱塘大学（紫金港校区）"),
        ("之江数智科技有限公司", "之江数智科技股份有限公司"),
        ("之江数智科技有限公司", "之江数智科技有限公司杭州分公司"),
        ("浙江省民政厅", "省民政厅"),
        ("安吉县社会治理中心", "安吉县 社会治理中心"),
        ("ＡＢＣ数据有限公司", "ABC数据公司"),
    ]
    assert [pair for pair in same if not alike(*pair)] == []
    other = [("省民政厅", "省农业农村厅"), ("安吉县社会治理中心", "德清县社会治理中心"), ("大学", "钱塘大学")]
    assert [pair for pair in other if alike(*pair)] == []


def test_reasons_to_step_aside() -> None:
    on = datetime(2026, 6, 1, tzinfo=UTC).date()
    code = "91330000MA27UAB90N"
    people = [
        Person(1, "孙评", (Employer(("钱塘大学",), 6, code, "330523"),)),
        Person(2, "钱前", (Employer(("钱塘大学",), 6, until=on.replace(year=2023)),)),
        Person(3, "赵早", (Employer(("钱塘大学",), 6, until=on.replace(year=2023) - timedelta(days=1)),)),
        Person(4, "李四"),
    ]
    entry = Candidate(9, ("钱塘大学附属医院",), None, code, "330523", ("李四", "王五"))
    kinds = RecusalKind
    found = [(f.account_id, f.kind) for f in find(people, [entry], on)]
    assert found == [
        (1, kinds.ORGANISATION),
        (1, kinds.CREDIT_CODE),
        (1, kinds.COUNTY),
        (2, kinds.FORMER),
        (4, kinds.TEAM),
    ]


def test_a_rubric_says_what_is_wrong_with_it_and_with_a_sheet() -> None:
    asked = Rubric(
        (
            Criterion("a", "需求", 6000, reason_below=3000),
            Criterion("b", "实效", 3000, low=0, high=1000, step=50),
        )
    )
    assert asked.problems() == ["权重合计为 90，应为 100，请增加 10"]
    whole = Rubric((*asked.criteria, Criterion("c", "安全", 1000)))
    assert whole.problems() == []
    assert whole.wrong({"a": 2500, "b": 820}, {}, whole=True) == [
        "“需求”评为 25，需要写明理由",
        "“实效”以 0.5 分为一档，不能是 8.2",
        "“安全”还没有评分",
    ]
    assert whole.wrong({"a": 2500}, {}, whole=False) == []
    marks = {"a": 2500, "b": 800, "c": 0}
    assert whole.score(marks) == Fraction(15 + 24)
    assert whole.weighted(marks) == 39 * rubric.UNIT
    even = Rubric(tuple(Criterion(code, code, 3333 + (code == "z")) for code in "xyz"))
    given = {"x": 8850, "y": 9100, "z": 0}
    assert even.score(given) == sheet_score(given, even.weights) / 100
    assert Rubric.from_json(whole.as_json()) == whole
    assert Rubric.from_json(whole.as_json()).digest() == whole.digest() != even.digest()


def test_from_preparing_to_the_first_sheets(cast: Cast) -> None:
    panel = prepare(cast)
    first = panel.judges["甲评委"]
    assert review_queries.reviews(first) == []
    with pytest.raises(Forbidden):
        panel.step(stages.CALL, actor=first)
    panel.open()
    assert panel.state() is S.SCORING
    panel.mark("甲评委", "A", 80)
    panel.mark("甲评委", "B", 0)
    with read() as session:
        rows = session.exec(queries.readable_sheets(queries.find(session, first, 1)[1], [1, 2, 3])).all()
        assert [(row.entry_id, row.state, row.weighted) for row in rows] == [
            (1, SheetState.SUBMITTED, 80 * rubric.UNIT),
            (2, SheetState.SUBMITTED, 0),
        ]
        for nobody in (panel.judges["乙评委"], cast.li_staff):
            stands = queries.find(session, nobody, 1)[1]
            assert session.exec(queries.readable_sheets(stands, [1, 2, 3])).all() == []
    with pytest.raises(NotFound):
        review_queries.entries(cast.wang_anji, panel.review_id)
    with pytest.raises(WrongState, match="还有 13 份评分表没有交"):
        panel.step(stages.CLOSE)


def test_stepping_aside_blocks_at_once_and_somebody_else_decides(cast: Cast) -> None:
    panel = prepare(cast)
    panel.step(stages.CALL)
    panel.step(stages.ASSIGN)
    panel.assign_all()
    panel.step(stages.OPEN)
    judge = panel.judges["甲评委"]
    panel.mark("甲评委", "A", 80)
    recusal = recusal_service.declare(judge, panel.review_id, panel.entries["A"], "去年担任顾问")
    shown = {entry.code: entry for entry in review_queries.entries(judge, panel.review_id)}
    assert (shown["A"].stepped_aside, shown["A"].whose, shown["A"].title) == (True, "", "项目A")
    with pytest.raises(Forbidden, match="回避"):
        panel.mark("甲评委", "A", 90)
    with pytest.raises(Forbidden):
        recusal_service.decide(judge, recusal, confirmed=False, reason="没有关系", seen_version=1)
    recusal_service.decide(cast.chen_staff, recusal, confirmed=True, reason="", seen_version=1)
    with read() as session:
        assert session.get_one(Sheet, 1).state is SheetState.RECUSED
    recusal_service.decide(cast.chen_staff, recusal, confirmed=False, reason="查明并无关系", seen_version=2)
    with read() as session:
        sheet = session.get_one(Sheet, 1)
        assert (sheet.state, sheet.weighted) == (SheetState.SUBMITTED, 80 * rubric.UNIT)
