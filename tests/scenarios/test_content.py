"""What a dossier says: compared, recorded, read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scenarios.content import FIELDS, Change, differences, recorded, replayed
from scenarios.history import described

OLD = {"name": "民呼我为", "summary": "统一受理", "needs": ["XQ-1 热线", "XQ-2 网格"], "reforms": []}
NEW = {"name": "民呼我为", "summary": "统一受理、限时派单", "needs": ["XQ-2 网格", "XQ-3 窗口"], "design": "三步"}

texts = st.text(max_size=10)
contents = st.fixed_dictionaries(
    {"name": texts, "summary": texts, "needs": st.lists(texts, max_size=4, unique=True)},
    optional={"design": texts, "duties": st.lists(texts, max_size=4, unique=True)},
)


def test_what_differs_is_said_line_by_line() -> None:
    assert [line for change in differences(OLD, NEW) for line in change.lines] == [
        "场景简介：统一受理 → 统一受理、限时派单",
        "设计说明：（空） → 三步",
        "对应需求：删去 XQ-1 热线",
        "对应需求：增加 XQ-3 窗口",
    ]


def test_another_order_is_a_change() -> None:
    assert [change.lines for change in differences({"duties": ["甲", "乙"]}, {"duties": ["乙", "甲"]})] == [
        ["责任清单：原顺序 → 新顺序"]
    ]


@given(contents, contents)
def test_the_log_gives_back_what_it_was_told(before: dict[str, object], after: dict[str, object]) -> None:
    found = differences(before, after)  # type: ignore[arg-type]
    assert [change.lines for change in replayed(recorded(found))] == [change.lines for change in found]
    assert (found == []) == all(
        (before.get(f) or "") == (after.get(f) or "") for f in FIELDS if f in before or f in after
    )


def test_long_texts_are_cut_for_a_line() -> None:
    assert all(len(line) < 140 for line in Change("summary", "长" * 900, "短" * 900).lines)


def test_steps_are_described_by_their_states() -> None:
    assert described("scenario:move", {"do": "提交论证", "from": "draft", "to": "appraisal"}) == ["草稿 → 待论证"]
    assert described("scenario:version", {"label": "v1.1", "changes": "加提醒", "feedback": "群众来信"}) == [
        "版本：v1.1",
        "变化内容：加提醒",
        "依据的反馈：群众来信",
    ]
    assert described("scenario:create", {"code": "CJ-1", "name": "民呼我为", "level": "county"}) == []
    assert described("anything:else", {"strange": [1, 2]}) == []
