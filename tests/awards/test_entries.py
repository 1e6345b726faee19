"""From a pilot to the formal check: evidence frozen, deadlines to the second, a city's quota, corrections found."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError

import pytest
import time_machine
from sqlalchemy import update
from sqlmodel import col, select

from accounts.permissions import Actor
from awards import correcting, edition_service, entry_service, panel_keys, queries, stages
from awards.schemas import SECTIONS, EditionIn, EntryIn, GradeIn, TrackIn
from core import clock
from core.errors import Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.numbers import to_micro
from core.periods import Period
from core.words import (
    Arm,
    AwardEntryState,
    AwardStage,
    CorrectionDecision,
    EditionNature,
    EditionState,
    GovernanceLevel,
    ValueState,
    Veto,
)
from db.session import read, write
from db.tables import AwardEntry, AwardPack, Edition, Observation, Pilot, Region, ReturnRow, ReviewEntry
from metrics import rollups
from tests.awards.support import Selection, city, edition_in, recommended, rule_in, selection, some_pilots
from tests.panels.support import WEIGHTS, rubric_version
from tests.pilots import support as pilots
from tests.support import Cast

TOLD = {name: f"{name}写在这里。" for name, _ in SECTIONS}


def entry_in(narrative: Mapping[str, str] = TOLD) -> EntryIn:
    return EntryIn(track="民生服务", title="危房巡查一图通", narrative=dict(narrative))


def measured(cast: Cast, *, before: str = "2026-01") -> int:
    """安吉 and 德清 in a pilot, with figures until `before`."""
    pilot = pilots.running(cast)

    def figure(code: str, arm: Arm, period: Period, after: bool) -> tuple[int, int]:
        return ((88 if code == "330523" else 85) if after and arm is Arm.PILOT else 80), 100

    pilots.fill(pilot, figure, before=before)
    return pilot


def version(entry_id: int, told: Selection) -> int:
    told.entries["it"] = entry_id
    return told.version_of("it")


def submit(told: Selection, who: Actor, pilot: int) -> int:
    number = entry_service.start(who, told.id, pilot, entry_in())
    entry_service.save(who, number, entry_in(), submit=True, seen_version=version(number, told))
    return number


def test_an_entry_freezes_its_evidence_and_a_city_recommends_within_its_quota(cast: Cast) -> None:
    pilot = measured(cast)
    told = selection(cast, rule_in(city_quota=1))
    assert queries.candidates(cast.wang_anji, told.id) == {(pilot, "330523"): "SD-2025-001 危房智能巡查试点"}
    first = entry_service.start(cast.wang_anji, told.id, pilot, entry_in({}))
    with pytest.raises(Duplicate, match="已经有本地区的参评项目"):
        entry_service.start(cast.wang_anji, told.id, pilot, entry_in({}))
    assert queries.entry(cast.li_staff, first) is None  # a draft is its county's alone
    long = dict(TOLD, 问题与需求="问" * 401, 成效与佐证="")
    with pytest.raises(Invalid) as refused:
        entry_service.save(cast.wang_anji, first, entry_in(long), submit=True, seen_version=1)
    assert refused.value.problems == ["“问题与需求”有 401 个字，超过 400 字的上限", "“成效与佐证”没有填写"]
    entry_service.save(
        cast.wang_anji, first, entry_in(), [("佐证.txt", "群众回访记录".encode())], submit=True, seen_version=1
    )
    view = queries.entry(cast.wang_anji, first)
    assert view is not None
    assert (view.row.state, view.number, len(view.files), view.row.group) == (
        AwardEntryState.SUBMITTED,
        1,
        1,
        "发达地区",
    )
    lines = dict(view.packs[0].lines)
    assert lines["按时办结率（口径第 1 版）"] == "88.00%（2025年12月）；基线 80，目标 90；达成 80.0%；实施后 6 期"
    assert view.packs[0].content["measures"][0]["attained"] == 800_000
    second = submit(told, cast.zhao_deqing, pilot)
    assert queries.entry(cast.zhao_deqing, first) is None
    with pytest.raises(NotFound):
        entry_service.take_back(cast.zhao_deqing, first, seen_version=version(first, told))

    huzhou = city()
    with pytest.raises(NotFound):  # another city's
        entry_service.recommend(city("杭州推荐人", "330100"), first, stages.RECOMMEND, seen_version=3)
    entry_service.recommend(huzhou, first, stages.RECOMMEND, rank=1, seen_version=version(first, told))
    told.put(rule=rule_in(city_quota=2).as_json())
    for rank, why in ((0, "推荐次序从 1 起"), (1, "第 1 位已经给了")):
        with pytest.raises(Invalid, match=why):
            entry_service.recommend(huzhou, second, stages.RECOMMEND, rank=rank, seen_version=version(second, told))
    told.put(rule=rule_in(city_quota=1).as_json())
    with pytest.raises(WrongState, match="推荐名额是 1 个，已经用完"):
        entry_service.recommend(huzhou, second, stages.RECOMMEND, seen_version=version(second, told))
    entry_service.recommend(huzhou, first, stages.UNRECOMMEND, seen_version=version(first, told))
    entry_service.recommend(huzhou, second, stages.RECOMMEND, seen_version=version(second, told))
    told.put(rule=rule_in(city_quota=1).as_json())
    seen = queries.edition(huzhou, told.id)
    assert seen is not None
    assert (seen.recommended, seen.rule.city_quota) == (1, 1)
    told.close_call()
    assert told.entries.update(one=first, two=second) is None
    assert (told.state_of("one"), told.state_of("two")) == (AwardEntryState.PASSED_OVER, AwardEntryState.RECOMMENDED)


def test_what_parts_equal_scores_inside_a_panel_is_offered_in_words_and_read_by_everybody(cast: Cast) -> None:
    told = selection(cast, rule_in(panel_keys=["@median", "need"]))
    offered = panel_keys.choices(cast.li_staff, told.row().rubric_version_id)
    assert (list(offered), offered["@median"]) == ([*WEIGHTS, "@median"], "中位数")
    assert panel_keys.choices(cast.wang_anji, told.row().rubric_version_id) == {}
    view = queries.edition(cast.wang_anji, told.id)
    assert view is not None
    assert view.panel_keys == ["中位数", offered["need"]]


def test_the_call_is_half_open_to_the_second_and_extended_only_before_it_ends(cast: Cast) -> None:
    pilot = measured(cast)
    told = selection(cast)
    number = entry_service.start(cast.wang_anji, told.id, pilot, entry_in())
    end, cities = told.row().closes_at, told.row().recommend_until
    with time_machine.travel(end, tick=False), pytest.raises(WrongState, match="申报已经截止"):
        entry_service.save(cast.wang_anji, number, entry_in(), submit=True, seen_version=1)
    with time_machine.travel(end - timedelta(microseconds=1), tick=False):
        with pytest.raises(WrongState, match="还没有到"):
            told.step(stages.CLOSE_CALL)
        edition_service.reschedule(
            cast.li_staff, told.id, end + timedelta(hours=1), cities, "系统维护", seen_version=told.row().version
        )
    with time_machine.travel(end, tick=False):
        entry_service.save(cast.wang_anji, number, entry_in(), submit=True, seen_version=1)
    with (
        time_machine.travel(end + timedelta(hours=1), tick=False),
        pytest.raises(WrongState, match="只能在截止前顺延"),
    ):
        later = end + timedelta(hours=2)
        edition_service.reschedule(cast.li_staff, told.id, later, cities, "再缓", seen_version=told.row().version)


def test_without_a_whole_cycle_or_quality_there_is_no_entry(cast: Cast) -> None:
    pilot = measured(cast, before="2025-08")
    told = selection(cast, rule_in(cycles=2, quality_floor=100))
    with pytest.raises(Invalid) as refused:
        submit(told, cast.wang_anji, pilot)
    assert refused.value.problems[0] == "“按时办结率”实施后只有 1 个完整报送期，至少需要 2 个"
    assert refused.value.problems[1].startswith("数据质量分 ")


def test_a_value_corrected_later_lists_what_relied_on_it(cast: Cast) -> None:
    pilot = measured(cast)
    told = selection(cast)
    number = submit(told, cast.wang_anji, pilot)
    assert correcting.open_corrections(cast.li_staff, told.id) == []
    correct(pilot, "330523", "2025-11", 70)
    (found,) = correcting.open_corrections(cast.li_staff, told.id)
    assert (found.entry_id, found.sheets, found.found) == (number, 0, ("按时办结率　2025年11月：88 / 100 → 70 / 100",))
    assert correcting.open_corrections(cast.wang_anji, told.id) == []
    with pytest.raises(Forbidden):
        entry_service.decide_correction(
            cast.wang_anji, number, CorrectionDecision.KEEP, "不影响结论", seen_version=version(number, told)
        )
    entry_service.decide_correction(
        cast.li_staff, number, CorrectionDecision.KEEP, "不影响最近一期", seen_version=version(number, told)
    )
    assert correcting.open_corrections(cast.li_staff, told.id) == []
    correct(pilot, "330523", "2025-12", 60)  # another change is another matter
    (again,) = correcting.open_corrections(cast.li_staff, told.id)
    assert len(again.found) == 2
    entry_service.decide_correction(
        cast.li_staff, number, CorrectionDecision.REFREEZE, "按更正后的证据", seen_version=version(number, told)
    )
    assert correcting.open_corrections(cast.li_staff, told.id) == []
    with read() as session:
        packs = session.exec(select(AwardPack).order_by(col(AwardPack.number))).all()
    assert [(pack.number, pack.content["measures"][0]["attained"]) for pack in packs] == [(1, 800_000), (2, 0)]
    entry_service.veto(cast.li_staff, number, Veto.FALSE_DATA, "多次更正且无说明", seen_version=version(number, told))
    told.entries["it"] = number
    assert told.state_of("it") is AwardEntryState.VETOED


def correct(pilot_id: int, code: str, period: str, n: int) -> None:
    """As the returns room corrects a locked value: another revision, the roll-ups, the return's own time."""
    with write() as session:
        pilot = session.get_one(Pilot, pilot_id)
        row = session.exec(
            select(ReturnRow).where(
                ReturnRow.collection_id == pilot.collection_id,
                ReturnRow.region_code == code,
                ReturnRow.period == period,
            )
        ).one()
        old = session.exec(select(Observation).where(Observation.return_id == row.id)).one()
        session.add(
            Observation(
                return_id=row.id or 0,
                indicator_id=old.indicator_id,
                revision=2,
                n=to_micro(n),
                d=to_micro(100),
                state=ValueState.REPORTED,
                reason="更正",
                entered_at=clock.now(),
            )
        )
        row.saved_at = clock.now()
        session.flush()
        rollups.refresh(session, pilot.collection_id, {period})


def test_an_edition_is_frozen_at_its_call_copied_with_one_click_and_honours_only_with_approval(cast: Cast) -> None:
    rubric = rubric_version(cast.li_staff)
    with pytest.raises(ValueError, match="表彰须填写批准文号"):
        edition_in(rubric, nature=EditionNature.HONOUR)
    with pytest.raises(ValueError, match="不能出现“表彰”"):
        edition_in(rubric, name="2026 年度基层智治表彰")
    data: EditionIn = edition_in(
        rubric, name="2026 年度基层智治表彰", nature=EditionNature.HONOUR, approval_number="浙评组〔2026〕3号"
    )
    number = edition_service.create(cast.li_staff, data, nonce="e")
    assert edition_service.create(cast.li_staff, data, nonce="e") == number
    assert queries.editions(cast.wang_anji) == []
    told = Selection(cast, number)
    told.step(stages.CALL)
    row = told.row()
    assert (row.state, len(row.rule_digest), bool(row.frozen_at)) == (EditionState.APPLYING, 64, True)
    with pytest.raises(WrongState, match="口径已冻结"):
        edition_service.edit(cast.li_staff, number, data, seen_version=row.version)
    assert [item.id for item in queries.editions(cast.wang_anji)] == [number]
    copied = edition_service.copy(cast.li_staff, number, nonce="c")
    assert edition_service.copy(cast.li_staff, number, nonce="c") == copied
    with read() as session:
        new = session.get_one(Edition, copied)
    assert (new.year, new.name, new.nature, new.approval_number, new.state, new.copied_from_id) == (
        2027,
        "2027 年度基层智治遴选推介",
        EditionNature.SELECTION,
        "",
        EditionState.PREPARING,
        number,
    )
    assert new.rule == row.rule | {"reference_on": "2027-01-01"}
    assert new.closes_at == row.closes_at.replace(year=row.closes_at.year + 1)
    with pytest.raises(ValueError, match="入围名额少于入选名额"):
        TrackIn(name="一二", grades=[GradeIn(name="优秀", places=3)], shortlist=2)


def test_a_county_enters_a_town_of_its_own_and_judges_of_the_county_step_aside(cast: Cast) -> None:
    with read() as session:
        query = select(Region.code).where(col(Region.parent_code).in_(["330523", "330521"])).order_by(col(Region.code))
        codes = list(session.exec(query))
    anji, deqing = ([code for code in codes if code.startswith(county)] for county in ("330523", "330521"))
    pilot = pilots.running(
        cast, level=GovernanceLevel.TOWN, pilots=[anji[0], deqing[0]], comparisons=[anji[1], deqing[1]]
    )
    pilots.fill(pilot, lambda *_: (88, 100), before="2026-01")
    told = selection(cast)
    (key,) = queries.candidates(cast.wang_anji, told.id)
    assert key == (pilot, anji[0])  # neither the neighbour's town nor the one that is compared with
    for foreign in (deqing[0], anji[1]):
        with pytest.raises(NotFound, match="没有参加这个试点"):
            entry_service.start(cast.wang_anji, told.id, pilot, entry_in(), foreign)
    number = entry_service.start(cast.wang_anji, told.id, pilot, entry_in(), anji[0])
    entry_service.save(cast.wang_anji, number, entry_in(), submit=True, seen_version=1)
    assert queries.candidates(cast.wang_anji, told.id) == {}
    view = queries.entry(cast.wang_anji, number)
    assert view is not None
    assert (view.row.region_code, view.row.city_code, view.row.group) == (anji[0], "330500", "发达地区")
    assert view.packs[0].content["county"]["code"] == anji[0]
    entry_service.recommend(city(), number, stages.RECOMMEND, seen_version=version(number, told))
    told.close_call()
    told.qualify_all()
    told.begin(AwardStage.FIRST)
    with read() as session:
        assert session.exec(select(ReviewEntry.region_code)).all() == ["330523"]


@pytest.mark.parametrize("databases", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_two_clerks_of_a_city_cannot_both_take_its_last_place(
    database: str, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have counted before either has written, if nothing makes the second wait for the first."""
    told = selection(cast, rule_in(city_quota=1))
    entries = [
        {"code": f"A{number}", "track": "民生服务", "county": county, "title": f"项目{number}", "objective": 0}
        for number, county in ((1, "330523"), (2, "330521"))
    ]
    recommended(told, entries, some_pilots(cast))
    with write() as session:
        session.execute(update(AwardEntry).values(state=AwardEntryState.SUBMITTED, recommended_by=None))
    clerks = [city(name) for name in ("甲", "乙")]
    both = Barrier(2)

    def within(count: int, quota: int) -> bool:
        with suppress(BrokenBarrierError):
            both.wait(timeout=1)
        return count < quota

    monkeypatch.setattr(entry_service.rules, "within_city", within)

    def recommend(of: tuple[Actor, str]) -> str:
        try:
            entry_service.recommend(of[0], told.entries[of[1]], stages.RECOMMEND, seen_version=told.version_of(of[1]))
        except WrongState as refused:
            return str(refused)
        return "推荐"

    with ThreadPoolExecutor(2) as pool:
        said = sorted(pool.map(recommend, zip(clerks, ("A1", "A2"), strict=True)))
    assert said == ["推荐", "本市的推荐名额是 1 个，已经用完。 需要换人时请先撤回一个推荐。"]
    assert sorted(told.state_of(code).value for code in ("A1", "A2")) == ["recommended", "submitted"]
