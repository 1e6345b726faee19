"""Nothing before its time: who sees which part of an edition in every phase, and the public only what was released."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import select

from accounts.permissions import Actor
from awards import (
    after_queries,
    blocking,
    climbing_queries,
    correcting,
    evidence,
    feedback,
    final_queries,
    public_climbing,
    public_notices,
    public_queries,
    queries,
    stages,
    vote_queries,
)
from awards.after_queries import STEADY, compared, public_words
from awards.gathering import Followed
from awards.public_notices import Listed
from core import clock
from core.errors import Forbidden, NotFound, WrongState
from core.words import AwardEntryState, EditionState, OrganisationKind, Role
from core.workflow import Step
from db.session import write
from db.tables import AwardEntry, AwardNotice, AwardResult, Organisation
from panels.outcome import Marked
from panels.schemas import LevelIn
from printing import registry
from tests.awards.support import Selection, pack, person, recommended, selection, some_pilots
from tests.conftest import Page
from tests.panels.support import rubric_in
from tests.support import Cast, screens

SECRET = "绝密理由九七三"


def texts(value: Any) -> Iterator[str]:
    """Every word in a view, however deep; of a step only what its button says."""
    if isinstance(value, Step):
        yield value.do
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(key)
            yield from texts(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from texts(item)
    else:
        yield str(value)


def judged(cast: Cast) -> tuple[Selection, Actor]:
    """An edition with an entry of 安吉 that is chosen and one of 德清 that is not, and why, which nobody may know yet."""
    told = selection(cast)
    entries = [
        {"code": "A1", "track": "民生服务", "county": "330523", "title": "安吉的项目", "objective": 900_000},
        {"code": "A2", "track": "民生服务", "county": "330521", "title": "德清的项目", "objective": 500_000},
    ]
    recommended(told, entries, some_pilots(cast))
    with write() as session:
        for item, team, state, grade in zip(
            session.exec(select(AwardEntry).order_by(AwardEntry.code)).all(),
            (cast.wang_anji, cast.zhao_deqing),
            (AwardEntryState.PROPOSED, AwardEntryState.NOT_CHOSEN),
            ("最佳案例", ""),
            strict=True,
        ):
            item.organisation_id = team.organisation_id or 0
            item.state, item.grade, item.reason = state, grade, SECRET
        city = Organisation(name="湖州市社会工作部", kind=OrganisationKind.DEPARTMENT, region_code="330500")
        session.add(city)
        session.flush()
        number = city.id
    return told, dataclasses.replace(person("湖州推荐人", Role.DEPARTMENT, number), region_code="330500")


def test_the_walk_of_roles_and_phases_shows_no_outcome_before_the_notice(cast: Cast) -> None:
    told, city = judged(cast)
    outsiders = {**cast.everybody(), "city": city}
    staff = {name: outsiders.pop(name) for name in ("admin", "li_staff", "chen_staff")}
    for state in EditionState:
        told.put(state=state)
        shown = state in stages.ON_NOTICE
        for name, actor in outsiders.items():
            view = queries.edition(actor, told.id)
            if state not in stages.CALLED:
                assert view is None, (name, state)
                assert queries.editions(actor) == []
                assert queries.entry(actor, told.entries["A1"]) is None or actor in (cast.wang_anji, city)
                continue
            assert view is not None
            said = set(texts(view))
            entry = queries.entry(actor, told.entries["A1"])
            said |= set(texts(entry)) if entry else set()
            if not shown:
                outcomes = {"最佳案例", SECRET, AwardEntryState.PROPOSED.value, AwardEntryState.NOT_CHOSEN.value}
                # The names of grades stand in the rule, which everybody may read.
                assert said & (outcomes - {"最佳案例"}) == set(), (name, state)
                assert all(row.grade == "" for row in view.entries), (name, state)
            assert (view.lines, view.reviews, view.results, view.deliberations) == ([], [], [], []), (name, state)
            for asked in (blocking.blockers, correcting.open_corrections, final_queries.turns, vote_queries.anomalies):
                assert list(asked(actor, told.id)) == [], (name, state)
        mine = {name for name, actor in outsiders.items() if queries.entry(actor, told.entries["A1"])}
        assert mine == ({"wang_anji", "city"} if state in stages.CALLED else set())
        assert all(queries.edition(actor, told.id) for actor in staff.values())
        assert ([row.id for row in public_queries.editions()], public_queries.voting()) == (
            [told.id] if state is EditionState.RELEASED else [],
            None,
        )
        assert public_queries.winners(told.id) == []  # proposed is not released


def test_the_walk_of_roles_pages_and_phases(page: Page, cast: Cast) -> None:
    """Every page of a selection as everybody who does not run it, in every phase; tables and text alike."""
    told, _ = judged(cast)
    asked = [("editions", {}), ("edition", {"id": told.id})]
    asked += [("award_entry", {"id": told.entries["A1"]}), ("award_after", {"id": told.id})]
    outsiders = [cast.wang_anji, cast.zhao_deqing, cast.zhou_minzheng, cast.sun_judge]
    for state in EditionState:
        told.put(state=state)
        hidden = {SECRET, AwardEntryState.NOT_CHOSEN.label, AwardEntryState.PROPOSED.label}
        if state in stages.ON_NOTICE:
            hidden = set()
        for actor in outsiders:
            for name, query in asked:
                app = page(name, actor, **query)
                said = screens.words(app) + "".join(frame.value.to_csv() for frame in app.dataframe)
                assert not app.exception, (state, actor.name, name)
                assert [word for word in hidden if word in said] == [], (state, actor.name, name)
                assert "安吉的项目" not in said or actor is cast.wang_anji or state in stages.ON_NOTICE, (state, name)


def test_the_public_reads_winners_of_released_editions_only(cast: Cast, page: Page) -> None:
    told, _ = judged(cast)
    with write() as session:
        session.get_one(AwardEntry, told.entries["A1"]).state = AwardEntryState.WINNER
    told.put(state=EditionState.NOTICE)
    assert public_queries.winners() == []
    told.put(state=EditionState.RELEASED, rehearsal=True)
    assert (public_queries.winners(), public_queries.editions()) == ([], [])
    told.put(rehearsal=False)
    (winner,) = public_queries.winners(told.id)
    assert (winner.title, winner.grade, winner.region, winner.city) == ("安吉的项目", "最佳案例", "安吉县", "湖州市")
    assert dict(winner.evidence)["数据质量分"] == "90.0"
    assert SECRET not in set(texts(winner))
    said = screens.words(page("award_after", cast.zhao_deqing, id=told.id))  # who did not win may do as they did
    assert ("复制这个做法" in said, "安吉的项目" in said, "德清的项目" in said) == (True, True, False)
    with write() as session:
        session.get_one(AwardEntry, told.entries["A1"]).state = AwardEntryState.REVOKED
    assert public_queries.winners() == []


def test_whoever_entered_and_was_not_chosen_looks_as_if_it_had_never_entered(cast: Cast) -> None:
    told, _ = judged(cast)
    with write() as session:
        session.get_one(AwardEntry, told.entries["A1"]).state = AwardEntryState.WINNER
    told.put(state=EditionState.NOTICE)
    assert public_climbing.ladders() == climbing_queries.ladders(cast.zhao_deqing) == ([], [])
    told.put(state=EditionState.RELEASED, rehearsal=True)
    assert public_climbing.ladders() == ([], [])
    told.put(rehearsal=False, released_at=clock.now())
    seen = [
        public_climbing.ladders(),
        climbing_queries.ladders(cast.wang_anji),
        climbing_queries.ladders(cast.zhao_deqing),
    ]
    for rounds, found in seen:
        assert [item.id for item in rounds] == [told.id]
        (ladder,) = [item for item in found if any(row.code == "330521" for row in item.climbs)]
        assert [(row.code, row.place, row.won) for row in ladder.placed] == [("330523", 1, (1,))]
        unnamed = {dataclasses.replace(row, code="", name="") for row in ladder.rest}
        assert len(unnamed) == 1 and "330521" in {row.code for row in ladder.rest}
    _, found = climbing_queries.ladders(cast.li_staff)
    entered = {row.code: row.entered for item in found for row in item.climbs}
    assert (entered["330521"], entered["330523"], entered["330522"]) == ((1,), (1,), (0,))
    for outsider in (cast.wang_anji, cast.sun_judge):
        with pytest.raises(Forbidden):
            climbing_queries.race(outsider, told.id, 1)
        with pytest.raises(Forbidden):
            climbing_queries.raced(outsider, told.id)


def test_a_notice_is_the_public_s_from_its_issue_to_the_release_and_says_no_more_than_its_list(cast: Cast) -> None:
    told, _ = judged(cast)
    listed = [{"entry": told.entries["A1"], "code": "A1", "title": "安吉的项目", "organisation": "安吉专班", "track": "民生服务",
               "grade": "最佳案例", "kept": False, "score": "97/1", "why": SECRET}]  # fmt: skip
    today = clock.today()
    with write() as session:
        result = AwardResult(edition_id=told.id, number=1, body={}, digest="d", at=clock.now())
        session.add(result)
        session.flush()
        for number in (1, 2):
            session.add(
                AwardNotice(
                    edition_id=told.id,
                    number=number,
                    result_id=result.id or 0,
                    starts_on=today,
                    days=5,
                    count_first=True,
                    counted_from=today,
                    days_left=5,
                    ends_on=today + timedelta(days=9),
                    provisional=False,
                    listed=listed,
                    contact="纪检室",
                    changes=["乙退出"] if number == 2 else [],
                    issued_at=clock.now(),
                )
            )
    for state in EditionState:
        told.put(state=state)
        assert len(public_notices.notices()) == (state in (EditionState.NOTICE, EditionState.PAUSED)), state
    told.put(state=EditionState.NOTICE, rehearsal=True)
    assert public_notices.notices() == []
    told.put(rehearsal=False)
    (notice,) = public_notices.notices()
    assert (notice.number, notice.left is None, notice.changes) == (2, False, ["乙退出"])
    assert notice.listed == [Listed("民生服务", "最佳案例", False, "安吉的项目", "安吉专班")]
    assert not {SECRET, "德清的项目", "97/1"} & set(texts(notice))
    with write() as session:
        for row in session.exec(select(AwardNotice)):
            row.starts_on = today + timedelta(days=1)
    assert public_notices.notices() == []


def test_letters_come_after_the_release_and_to_their_county_alone(cast: Cast) -> None:
    told, _ = judged(cast)
    number = told.entries["A2"]
    with pytest.raises(WrongState, match="名单还没有发布"):
        after_queries.letter(cast.zhao_deqing, number)
    told.put(state=EditionState.RELEASED)
    letter = after_queries.letter(cast.zhao_deqing, number)
    assert (letter.row.title, letter.chosen, list(letter.said)) == ("德清的项目", False, [])
    lines = registry.kinds()["award_letter"].identity(cast.zhao_deqing, letter).lines
    assert lines == {"结果": "未入选", "理由": SECRET}  # after the release whoever lost reads why
    for other in (cast.wang_anji, cast.sun_judge, cast.qian_bidder):
        with pytest.raises(NotFound):
            after_queries.letter(other, number)


def test_feedback_is_levels_in_words() -> None:
    data = rubric_in()
    for criterion in data.criteria:
        criterion.levels = [LevelIn(lowest=Decimal(80), name="优", words="很好"), LevelIn(lowest=Decimal(0), name="中")]
    rubric = data.value()
    codes = list(rubric.weights)
    sheets = [
        Marked(1, judge, 0, dict.fromkeys(codes, mark) | {codes[0]: 7_900})
        for judge, mark in enumerate((7_900, 8_000, 8_100))
    ]
    said = feedback.words_of(rubric, sheets)
    assert [(item.level, item.words) for item in said] == [("中", ""), *[("优", "很好")] * (len(codes) - 1)]


def test_whether_a_figure_held() -> None:
    assert [compared(800_000, 800_000 + step, 1) for step in (STEADY + 1, STEADY, 0, -STEADY, -STEADY - 1)] == [
        "提升",
        "保持",
        "保持",
        "保持",
        "回落",
    ]
    assert (compared(1, 1, 0), compared(None, 1, 2), compared(1, None, 2)) == (
        "还没有新的报送期",
        "没有可比的数值",
        "没有可比的数值",
    )


def test_the_public_is_told_in_words_whether_a_figure_held_and_nothing_of_a_hidden_one() -> None:
    then = pack(800_000)
    now = pack(900_000)
    now["measures"][0] |= {"latest": "2026-06", "values": [["330523", "2026-06", 90_000_000, 100_000_000, "value"]]}
    assert public_words(then, Followed(now, "")) == "提升（截至2026年6月）"
    assert public_words(then, Followed(now, "最新一期正在审核")) == "最新一期正在审核"
    assert public_words(None, Followed(now, "")) == ""
    then["measures"][0]["values"] = [["330523", "2026-05", 88_000_000, 100_000_000, "suppressed"]]
    assert public_words(then, Followed(now, "")) == "按规定不公开"
    label = "按时办结率（口径第 1 版）"
    assert dict(evidence.lines(then, public=True))[label] == "按规定不公开"
    assert dict(evidence.lines(then))[label].startswith("88.0%")
    said = {"title": "推广", "sentence": "试点使“按时办结率”改善了5.66个百分点。", "inputs_hash": "h"}
    then["verdict"] = said
    assert dict(evidence.lines(then))["试点结论"] == f"推广：{said['sentence']}"
    assert dict(evidence.lines(then, public=True, concluded={"h"}))["试点结论"] == "推广"
    then["measures"][0]["values"] = []
    assert dict(evidence.lines(then, public=True, concluded={"h"}))["试点结论"] == f"推广：{said['sentence']}"
    assert "试点结论" not in dict(evidence.lines(then, public=True))  # what the pilot came to was not released
