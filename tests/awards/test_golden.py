"""Editions stored as files, with their lists reckoned beforehand by something else (`golden/reckon.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from sqlmodel import select

from awards import blocking, combination, entry_service, objection_service, queries, round_service, stages
from awards.combination import Entrant
from awards.schemas import DeliberationIn, GradeIn, TrackIn
from core.errors import Forbidden, Invalid, WrongState
from core.words import AwardEntryState, AwardStage, EditionState, PanelRule, Role, Veto
from db.session import read
from db.tables import AwardEntry, PanelMember
from panels import outcome, setup_service
from panels.outcome import Case, Marked
from panels.schemas import MemberIn
from tests.awards.golden import reckon
from tests.awards.support import Selection, golden, person, recommended, rule_in, selection, some_pilots
from tests.panels.support import WEIGHTS, rubric_in
from tests.support import Cast

FIRST, FINAL = AwardStage.FIRST, AwardStage.FINAL


def tracks(story: Mapping[str, Any]) -> list[TrackIn]:
    return [
        TrackIn(
            name=name,
            grades=[GradeIn(name=grade, places=places) for grade, places in track["grades"]],
            kept=track["kept"],
            shortlist=track["shortlist"],
        )
        for name, track in story["tracks"].items()
    ]


@pytest.mark.parametrize("name", ["small", "large"])
def test_the_expected_lists_are_those_of_the_reckoner(name: str) -> None:
    assert golden(f"{name}.expected") == reckon.reckon(golden(name))


def test_two_hundred_entries_five_tracks_thirty_five_judges() -> None:
    """From the marks of the file to the lists, through what decides them: the panels' tally and this room's rules."""
    story, expected = golden("large"), golden("large.expected")
    rule = rule_in(
        tracks=tracks(story),
        panel_weight=story["weights"]["panel"],
        objective_weight=story["weights"]["objective"],
        first_share=story["first_share"],
        tie_keys=["final", "objective", "place"],
    )
    numbers = {item["code"]: number for number, item in enumerate(story["entries"], start=1)}
    entrants = [
        Entrant(
            numbers[item["code"]],
            item["code"],
            item["title"],
            item["county"],
            item["county"],
            item["track"],
            item["group"],
            item["remote"],
            item["objective"],
        )
        for item in story["entries"]
    ]
    first = marks(story["first"], numbers)
    listed = combination.shortlist(rule, entrants, first, {})
    chosen = {line.code for line in listed if line.placed.grade}
    assert {
        track: sorted(line.code for line in listed if line.track == track and line.placed.grade)
        for track in story["tracks"]
    } == expected["shortlisted"]
    final = marks(story["final"], numbers)
    going = [item for item in entrants if item.code in chosen]
    lines = combination.combined(rule, going, entrants, first, final, {}, {})
    assert [[line.track, line.code, line.placed.grade, line.placed.rank] for line in lines] == expected["lists"][0]
    assert (
        sum(bool(line.placed.grade) for line in lines),
        len({name for t in story["first"].values() for name in t}),
    ) == (60, 35)


def marks(
    given: Mapping[str, Mapping[str, Mapping[str, Any]]], numbers: Mapping[str, int]
) -> dict[int, tuple[Fraction | None, int | None]]:
    """Scores and places of every track's panel."""
    rubric = rubric_in().value()
    found: dict[int, tuple[Fraction | None, int | None]] = {}
    for judges in given.values():
        sheets = []
        for judge, sheet in enumerate(judges.values()):
            for code, mark in sheet.items():
                each = mark if isinstance(mark, list) else [mark] * len(WEIGHTS)
                by_code = {key: value * 100 for key, value in zip(WEIGHTS, each, strict=True)}
                sheets.append(Marked(numbers[code], judge, rubric.weighted(by_code), by_code))
        entries = tuple(sorted({sheet.entry for sheet in sheets}))
        case = Case(rubric, PanelRule.DROP_EXTREMES, 3, None, (), entries, tuple(range(len(judges))), tuple(sheets))
        found |= {line.entry: (line.score, line.rank) for line in outcome.compute(case).lines}
    return found


def test_ties_at_the_cut_a_replaced_judge_a_withdrawn_entry_and_an_upheld_objection(database: str, cast: Cast) -> None:
    story, expected = golden("small"), golden("small.expected")
    told = selection(cast, rule_in(tracks=tracks(story), tie_keys=["final", "objective", "place"]))
    recommended(told, story["entries"], some_pilots(cast))
    told.close_call()
    told.qualify_all()
    told.begin(FIRST)
    first_round(told, story)
    with pytest.raises(
        WrongState, match="还不能“确定入围”：“民生服务”第 3 名 A4 社区助餐一键达、A5 困难群众主动发现同分，需要表决"
    ):
        round_service.shortlist(cast.li_staff, told.id, seen_version=told.row().version)
    vote(told, story["votes_first"])
    round_service.shortlist(cast.li_staff, told.id, seen_version=told.row().version)
    shortlisted = {
        track: sorted(
            item["code"]
            for item in story["entries"]
            if item["track"] == track and told.state_of(item["code"]) is AwardEntryState.SHORTLISTED
        )
        for track in story["tracks"]
    }
    assert shortlisted == expected["shortlisted"]
    assert told.state_of("A3") is AwardEntryState.WITHDRAWN

    told.begin(FINAL)
    for track in story["tracks"]:
        told.judge(told.review(FINAL, track), story["final"][track])
    told.step(stages.COMBINE)
    assert blocking.blockers(cast.li_staff, told.id) == [
        "“基层治理”第 2 名 B2 网格事件自处置、B3 村务阳光账本同分，需要表决"
    ]
    with pytest.raises(WrongState, match="还不能“提交审定”：“基层治理”第 2 名"):
        told.step(stages.DECIDE)
    with pytest.raises(Invalid, match="同一处同分的全部项目"):
        vote(told, {"B1": 1, "B3": 4})
    vote(told, story["votes_final"])
    told.step(stages.DECIDE)
    assert told.sign() == 1
    assert told.listed() == expected["lists"][0]
    assert told.state_of("A1") is AwardEntryState.PROPOSED
    assert reasons(told) == {
        "A1": "按名次列入",
        "A2": "名额留给有保留名额的项目",
        "A5": "按名次列入",
        "A6": "占山区海岛县保留名额",
        "B1": "按名次列入",
        "B2": "名额已满",
        "B3": "按名次列入",
        "B4": "名额已满",
    }

    somebody = person("赵实名", Role.DEPARTMENT)
    objection = objection_service.file(
        somebody,
        told.id,
        "该项目上报的办结率与部门台账不一致，请核实。",
        [("台账.txt", "台账第三页。".encode())],
        told.entries["A1"],
        nonce="objection",
    )
    assert told.row().state is EditionState.PAUSED
    with pytest.raises(Forbidden, match="须由另一个人办理"):
        objection_service.take_on(cast.chen_staff, objection)
    objection_service.take_on(cast.admin, objection)
    objection_service.answer(
        cast.admin, objection, True, "经查，办结率系人为修改。", thrown_out=Veto.FALSE_DATA, seen_version=2
    )
    assert told.row().state is EditionState.COMBINING
    assert told.state_of("A1") is AwardEntryState.VETOED
    told.step(stages.DECIDE)
    assert told.sign() == 2
    assert told.listed() == expected["lists"][1]
    view = queries.edition(cast.wang_anji, told.id)
    assert view is not None
    assert list(view.notices[0].changes) == [
        "“流动人口一件事联办”不再列入（原为最佳案例）：一票否决：数据造假：异议成立：经查，办结率系人为修改",
        "“困难群众主动发现”由优秀案例变为最佳案例",
        "“独居老人数字关爱”由未入选变为优秀案例",
    ]


def reasons(told: Selection) -> dict[str, str]:
    """What the counties on the way to the last list are told of why they are on it, or are not."""
    with read() as session:
        rows = session.exec(select(AwardEntry).order_by(AwardEntry.code)).all()
        return {
            item.code: item.reason
            for item in rows
            if item.state in (AwardEntryState.PROPOSED, AwardEntryState.NOT_CHOSEN)
        }


def first_round(told: Selection, story: Mapping[str, Any]) -> None:
    """Judges hand in; one is replaced and his marks are void; an entry leaves while they judge."""
    for track in story["tracks"]:
        marks = story["first"][track]
        replaced = story["replaced"].get(track, {})
        review = told.review(FIRST, track)
        told.judge(
            review, {name: given for name, given in marks.items() if name not in replaced.values()}, settle=False
        )
        for old, new in replaced.items():
            replace(told, review, old, new)
            told.hand_in(review, new, marks[new])
        for code in story["withdrawn"]:
            if code in next(iter(marks.values())):
                withdraw(told, code)
        told.settle(review)


def replace(told: Selection, review: int, old: str, new: str) -> None:
    with read() as session:
        member = session.exec(
            select(PanelMember.id).where(
                PanelMember.review_id == review, PanelMember.account_id == told.judges[old].account_id
            )
        ).one()
    told.judges[new] = person(new, Role.JUDGE)
    data = MemberIn(account_id=told.judges[new].account_id or 0)
    setup_service.replace_member(told.cast.li_staff, review, member or 0, data, "因公出国，不能继续评审")


def withdraw(told: Selection, code: str) -> None:
    with read() as session:
        organisation = session.get_one(AwardEntry, told.entries[code]).organisation_id
    owner = person(f"{code}的申报人", Role.COUNTY, organisation)
    entry_service.leave(owner, told.entries[code], "牵头科室撤并，不再参评", seen_version=told.version_of(code))


def vote(told: Selection, votes: Mapping[str, int]) -> None:
    data = DeliberationIn(
        votes={told.entries[code]: count for code, count in votes.items()},
        present=["李研", "陈审", "甲评", "乙评", "丙评"],
        text="同分项目经比较成效和推广条件后无记名表决。",
    )
    round_service.deliberate(told.cast.li_staff, told.id, data)
