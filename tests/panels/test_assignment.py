"""Who marks what: even, complete, connected, and said in words when it cannot be."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panels.assignment import check, plan

ENTRIES = [f"项目{number}" for number in range(1, 13)]
JUDGES = ["甲", "乙", "丙", "丁", "戊", "己"]


def per_entry(pairs: tuple[tuple[str, str], ...]) -> set[int]:
    return set(Counter(entry for entry, _ in pairs).values())


def test_an_even_load_and_a_connected_panel() -> None:
    made = plan(ENTRIES, JUDGES, 3, set(), 1)
    assert made.findings == ()
    assert per_entry(made.pairs) == {3}
    assert set(made.load().values()) == {6}


def test_the_same_seed_gives_the_same_plan_and_another_another() -> None:
    assert plan(ENTRIES, JUDGES, 3, set(), 1) == plan(ENTRIES, JUDGES, 3, set(), 1)
    assert plan(ENTRIES, JUDGES, 3, set(), 1) != plan(ENTRIES, JUDGES, 3, set(), 2)


def test_nobody_is_given_what_he_must_step_aside_from() -> None:
    blocked = {(entry, "甲") for entry in ENTRIES[:8]} | {("项目12", "乙")}
    made = plan(ENTRIES, JUDGES, 3, blocked, 1)
    assert not set(made.pairs) & blocked
    assert per_entry(made.pairs) == {3}
    assert made.load()["甲"] == 4
    assert [text for text in made.findings if "回避" in text] == []
    assert any("工作量不均" in text and "甲" in text for text in made.findings)


def test_too_few_judges_are_said_with_how_many_more() -> None:
    blocked = {("项目5", judge) for judge in JUDGES[:4]}
    made = plan(ENTRIES, JUDGES, 3, blocked, 1)
    assert made.findings == ("“项目5”只有 2 位评委不需回避，不足 3 位，至少再聘 1 位与它无关的评委。",)
    assert Counter(entry for entry, _ in made.pairs)["项目5"] == 2


def test_judges_of_one_organisation_are_spread() -> None:
    organisations = {"甲": "省厅", "乙": "省厅", "丙": "省厅", "丁": "大学", "戊": "大学", "己": "企业"}
    made = plan(ENTRIES, JUDGES, 3, set(), 1, organisations=organisations)
    together = [
        max(Counter(organisations[judge] for entry, judge in made.pairs if entry == wanted).values())
        for wanted in ENTRIES
    ]
    # An even load comes first: 己, alone from his, has 6 of 12 entries; no more than the other 6 have two of one.
    assert set(made.load().values()) == {6}
    assert sorted(together) == [1] * 6 + [2] * 6
    alone = plan(ENTRIES, JUDGES[:4], 2, set(), 1, organisations={"甲": "省厅", "乙": "省厅"})
    assert not {entry for entry, judge in alone.pairs if judge == "甲"} & {e for e, j in alone.pairs if j == "乙"}


def test_groups_that_share_nothing_are_linked() -> None:
    """Two halves of the panel who each may mark only half of the entries, but for one judge."""
    blocked = {(entry, judge) for entry in ENTRIES[:6] for judge in JUDGES[3:]}
    blocked |= {(entry, judge) for entry in ENTRIES[6:] for judge in JUDGES[:2]}
    made = plan(ENTRIES, JUDGES, 2, blocked, 1)
    assert [text for text in made.findings if "分成" in text] == []


def test_groups_that_cannot_be_linked_are_said() -> None:
    blocked = {(entry, judge) for entry in ENTRIES[:6] for judge in JUDGES[3:]}
    blocked |= {(entry, judge) for entry in ENTRIES[6:] for judge in JUDGES[:3]}
    made = plan(ENTRIES, JUDGES, 3, blocked, 1)
    assert made.findings == (
        (
            "评委分成 2 组，组与组之间没有共同评的项目，分数不能互相校正：“甲”、“乙”、“丙”；“丁”、“戊”、“己”。"
            "至少让 1 个项目由两组的评委共同评审。"
        ),
    )


def test_a_changed_panel_changes_the_plan_as_little_as_can_be() -> None:
    before = plan(ENTRIES, JUDGES, 3, set(), 1)
    entry, judge = before.pairs[0]
    after = plan(ENTRIES, JUDGES, 3, {(entry, judge)}, 9, keep=before.pairs)
    assert after.findings == ()
    assert len(set(before.pairs) - set(after.pairs)) <= 2
    assert plan(ENTRIES, JUDGES, 3, set(), 9, keep=before.pairs).pairs == before.pairs


def test_a_plan_made_by_hand_is_checked() -> None:
    pairs = [("项目1", "甲"), ("项目1", "乙"), ("项目1", "丙"), ("项目2", "甲"), ("项目2", "乙")]
    found = check(pairs, ENTRIES[:3], JUDGES[:4], 2, {("项目2", "乙")})
    assert found == [
        "评委“乙”应回避“项目2”，不能分配，请换一位评委。",
        "“项目1”分配了 3 位评委，多出 1 位，请移去。",
        "“项目3”只分配了 0 位评委，还差 2 位，可从不需回避的评委中补足。",
        "“丁”没有分到任何项目，他们的宽严无法与其他评委比较；可移出评审组，或分给他们项目。",
    ]


def test_nobody_and_nothing() -> None:
    assert plan([], JUDGES, 3, set()).pairs == ()
    assert plan(ENTRIES[:1], [], 3, set()).findings == (
        "“项目1”只有 0 位评委不需回避，不足 3 位，至少再聘 3 位与它无关的评委。",
    )
    with pytest.raises(ValueError, match="once"):
        plan(["项目1", "项目1"], JUDGES, 3, set())
    with pytest.raises(ValueError, match="at least one"):
        plan(ENTRIES, JUDGES, 0, set())


@settings(deadline=None, max_examples=25)
@given(
    st.integers(1, 15),
    st.integers(2, 7),
    st.integers(1, 4),
    st.sets(st.tuples(st.integers(0, 14), st.integers(0, 6)), max_size=20),
    st.integers(0, 99),
)
def test_whatever_the_panel(entries: int, judges: int, wanted: int, blocked: set[tuple[int, int]], seed: int) -> None:
    made = plan(range(entries), range(judges), wanted, blocked, seed)
    assert not set(made.pairs) & blocked
    for entry in range(entries):
        free = sum((entry, judge) not in blocked for judge in range(judges))
        assert sum(pair[0] == entry for pair in made.pairs) == min(wanted, free)
    assert list(made.findings) == check(made.pairs, range(entries), range(judges), wanted, blocked)
