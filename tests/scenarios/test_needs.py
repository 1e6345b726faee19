"""Needs: evidence, merging what is one and the same, and being compared with one's own kind."""

from __future__ import annotations

from datetime import date

import pytest

import accounts.queries
from accounts.permissions import Actor
from core.errors import Conflict, Duplicate, Forbidden, Invalid, NotFound, WrongState
from core.words import NeedSource
from db import audit
from db.session import read
from scenarios import need_queries, need_service, service
from scenarios.need_queries import NeedDetail
from tests.scenarios.conftest import detail, need_in, scenario_in
from tests.support import Cast, count_queries

PDF = ("走访记录.pdf", b"%PDF-1.7 one")
OTHER = ("问卷.pdf", b"%PDF-1.7 two")


def seen(actor: Actor, need_id: int) -> NeedDetail:
    found = need_queries.need(actor, need_id)
    assert found is not None
    return found


def merge(actor: Actor, survivor: int, merged: int, reason: str = "同一件事") -> int:
    version = seen(actor, survivor).version
    return need_service.merge_needs(actor, survivor, merged, reason, seen_version=version)


@pytest.fixture
def twin(cast: Cast, need: int) -> int:
    """The same thing reported again, with evidence and a scenario."""
    number = need_service.register_need(cast.wang_anji, need_in(title="危房没人巡查", source=NeedSource.GRID))
    need_service.attach_evidence(cast.wang_anji, number, [PDF], "走访")
    return number


def holdings(actor: Actor, need_id: int) -> tuple[list[str], list[int]]:
    found = seen(actor, need_id)
    return [file.name for file in found.files], [link.id for link in found.scenarios]


# -- evidence ------------------------------------------------------------------------------


def test_evidence_is_attached_read_and_taken_away(database: str, cast: Cast, need: int) -> None:
    wang = cast.wang_anji
    assert need_service.attach_evidence(wang, need, [PDF, OTHER], " 走访 ") == 2
    first, second = seen(wang, need).files
    assert (first.name, first.label, first.added_by) == ("走访记录.pdf", "走访", "王安吉")
    assert need_queries.file_content(cast.li_staff, second.id) == OTHER[1]
    with pytest.raises(Invalid, match="理由"):
        need_service.remove_evidence(wang, need, first.id, " ")
    need_service.remove_evidence(wang, need, first.id, "传错了")
    assert holdings(wang, need)[0] == ["问卷.pdf"]
    actions = [event.action for event in accounts.queries.history(wang, "need", need)]
    assert actions == ["file:remove", "file:attach", "file:attach", "need:create"]


def test_one_bad_file_keeps_all_out(cast: Cast, need: int) -> None:
    with pytest.raises(Invalid, match="内容与扩展名"):
        need_service.attach_evidence(cast.wang_anji, need, [PDF, ("图.pdf", b"MZ")])
    with pytest.raises(Invalid, match="请选择"):
        need_service.attach_evidence(cast.wang_anji, need, [])
    assert seen(cast.wang_anji, need).files == []


def test_evidence_is_seen_by_who_sees_the_need(cast: Cast, need: int) -> None:
    need_service.attach_evidence(cast.wang_anji, need, [PDF])
    number = seen(cast.wang_anji, need).files[0].id
    for outsider in (cast.zhao_deqing, cast.zhou_minzheng, cast.sun_judge, cast.qian_bidder):
        with pytest.raises(NotFound):
            need_queries.file_content(outsider, number)
        with pytest.raises(NotFound):
            need_service.attach_evidence(outsider, need, [OTHER])
        with pytest.raises(NotFound):
            need_service.remove_evidence(outsider, need, number, "理由")


def test_a_file_of_another_need_is_not_taken_away(cast: Cast, need: int, twin: int) -> None:
    number = seen(cast.wang_anji, twin).files[0].id
    with pytest.raises(NotFound):
        need_service.remove_evidence(cast.wang_anji, need, number, "理由")


# -- merging -------------------------------------------------------------------------------


def test_a_merge_moves_everything_and_its_undoing_moves_it_back(
    database: str, cast: Cast, need: int, twin: int
) -> None:
    wang = cast.wang_anji
    need_service.attach_evidence(wang, need, [OTHER])
    only_twin = service.register_scenario(wang, scenario_in(wang, [twin]), nonce="a")
    both = service.register_scenario(wang, scenario_in(wang, [need, twin], data=[]), nonce="b")
    before = {number: holdings(wang, number) for number in (need, twin)}
    assert before == {need: (["问卷.pdf"], [both]), twin: (["走访记录.pdf"], [only_twin, both])}

    number = merge(wang, need, twin)
    assert holdings(wang, need) == (["走访记录.pdf", "问卷.pdf"], [only_twin, both])
    assert holdings(wang, twin) == ([], [])
    assert [link.id for link in detail(wang, both).needs] == [need]
    merged = seen(wang, twin)
    assert merged.merged_into is not None
    assert merged.merged_into.id == need
    assert [(found.id, found.need.id, found.reason) for found in seen(wang, need).merges] == [
        (number, twin, "同一件事")
    ]

    assert need_service.undo_merge(wang, number, "其实是两件事") == twin
    assert {number: holdings(wang, number) for number in (need, twin)} == before
    assert seen(wang, twin).merged_into is None
    assert seen(wang, need).merges == []
    with read() as session:
        assert audit.broken_links(session) == []


def test_both_needs_tell_of_the_merge(cast: Cast, need: int, twin: int) -> None:
    wang = cast.wang_anji
    need_service.undo_merge(wang, merge(wang, need, twin, "群众说的是同一处"), "核对后是两处")
    for number in (need, twin):
        events = [e for e in accounts.queries.history(wang, "need", number) if "merge" in e.action]
        assert [(event.action, event.reason) for event in events] == [
            ("need:unmerge", "核对后是两处"),
            ("need:merge", "群众说的是同一处"),
        ]


def test_what_came_after_the_merge_stays(cast: Cast, need: int, twin: int) -> None:
    wang = cast.wang_anji
    number = merge(wang, need, twin)
    need_service.attach_evidence(wang, need, [OTHER])
    moved = next(file.id for file in seen(wang, need).files if file.name == PDF[0])
    need_service.remove_evidence(wang, need, moved, "重复")
    need_service.undo_merge(wang, number)
    assert holdings(wang, need)[0] == ["问卷.pdf"]
    assert holdings(wang, twin)[0] == []


def test_a_merged_need_is_read_but_not_changed(cast: Cast, need: int, twin: int) -> None:
    wang = cast.wang_anji
    code = seen(wang, need).row.code
    merge(wang, need, twin)
    version = seen(wang, twin).version
    third = need_service.register_need(wang, need_in(title="第三项需求"))
    for attempt in (
        lambda: need_service.edit_need(wang, twin, need_in(title="改一个名称"), seen_version=version),
        lambda: need_service.attach_evidence(wang, twin, [OTHER]),
        lambda: merge(wang, twin, third),
        lambda: merge(wang, third, twin),
        lambda: service.register_scenario(wang, scenario_in(wang, [twin]), nonce="late"),
    ):
        with pytest.raises(WrongState, match=code):
            attempt()
    assert [row.id for row in need_queries.needs(wang)] == [need, third]
    assert {row.id for row in need_queries.needs(wang, merged=True)} == {need, twin, third}


def test_merges_are_undone_newest_first(cast: Cast, need: int, twin: int) -> None:
    wang = cast.wang_anji
    third = need_service.register_need(wang, need_in(title="第三项需求"))
    first = merge(wang, need, twin)
    second = merge(wang, need, third)
    with pytest.raises(WrongState, match="先撤销后来的"):
        need_service.undo_merge(wang, first)
    last = need_service.register_need(wang, need_in(title="更大的需求"))
    upward = merge(wang, last, need)
    with pytest.raises(WrongState, match="又并入了别的"):
        need_service.undo_merge(wang, second)
    # What had come from the first two goes along the whole way and back.
    assert holdings(wang, last)[0] == ["走访记录.pdf"]
    for number in (upward, second, first):
        need_service.undo_merge(wang, number)
    assert holdings(wang, twin)[0] == ["走访记录.pdf"]
    with pytest.raises(WrongState, match="已经撤销"):
        need_service.undo_merge(wang, first)


def test_a_merge_asks_for_another_need_a_reason_and_a_fresh_page(cast: Cast, need: int, twin: int) -> None:
    wang = cast.wang_anji
    with pytest.raises(Invalid, match="它自己"):
        merge(wang, need, need)
    with pytest.raises(Invalid, match="写明"):
        merge(wang, need, twin, " ")
    with pytest.raises(Conflict):
        need_service.merge_needs(wang, need, twin, "同一件事", seen_version=99)
    assert seen(wang, need).merges == []


def test_one_merges_what_one_may_edit(cast: Cast, need: int, twin: int) -> None:
    staffs = need_service.register_need(cast.li_staff, need_in(title="研究院登记的"))
    with pytest.raises(Forbidden):
        merge(cast.wang_anji, need, staffs)
    with pytest.raises(NotFound):
        need_service.merge_needs(cast.zhao_deqing, need, twin, "理由", seen_version=1)
    number = merge(cast.li_staff, staffs, twin)
    with pytest.raises(Forbidden):
        need_service.undo_merge(cast.wang_anji, number)
    with pytest.raises(NotFound):
        need_service.undo_merge(cast.zhao_deqing, number)


def test_what_can_be_merged_is_ones_own_of_the_same_place(cast: Cast, need: int, twin: int) -> None:
    city = need_service.register_need(cast.li_staff, need_in("330500", title="全市危房"))
    need_service.register_need(cast.li_staff, need_in("330521", title="德清的危房"))
    offered = [row.id for row in need_queries.mergeable(cast.li_staff, seen(cast.li_staff, need))]
    assert offered == [twin, city]
    assert [row.id for row in need_queries.mergeable(cast.wang_anji, seen(cast.wang_anji, need))] == [twin]


def test_whoever_sees_the_scenario_can_follow_a_merged_need(cast: Cast, need: int, twin: int, approved: int) -> None:
    assert need_queries.need(cast.zhao_deqing, twin) is None
    merge(cast.li_staff, need, twin)
    found = need_queries.need(cast.zhao_deqing, twin)
    assert found is not None
    assert found.merged_into is not None
    assert found.merged_into.id == need


# -- filters and places ---------------------------------------------------------------------


def test_filters_by_region_group_domain_and_source(cast: Cast) -> None:
    li = cast.li_staff
    rows = {
        "安吉": need_in("330523", domain="民生服务"),
        "景宁": need_in("331127", domain="防贫监测", source=NeedSource.GRID),
        "湖州": need_in("330500", domain="民生服务"),
        "全省": need_in("330000"),
    }
    ids = {name: need_service.register_need(li, data) for name, data in rows.items()}

    def found(**filters: object) -> set[str]:
        numbers = {row.id for row in need_queries.needs(li, **filters)}  # type: ignore[arg-type]
        return {name for name, number in ids.items() if number in numbers}

    assert found(region_code="330523") == {"安吉"}
    assert found(region_code="330500") == {"安吉", "湖州"}
    assert found(region_code="330000") == set(ids)
    assert found(group="山区海岛县") == {"景宁"}
    assert found(group="发达地区") == {"安吉"}
    assert found(group="市级及以上") == {"湖州", "全省"}
    assert found(domain="民生服务") == {"安吉", "湖州"}
    assert found(source=NeedSource.GRID) == {"景宁"}
    assert found(group="发达地区", source=NeedSource.GRID) == set()
    assert set(need_queries.group_names()) >= {row.group for row in need_queries.needs(li)}


def test_a_new_domain_joins_the_list(cast: Cast) -> None:
    need_service.register_need(cast.wang_anji, need_in(domain="海上治理"))
    assert need_queries.domains(cast.wang_anji)[-1] == "海上治理"
    assert "海上治理" not in need_queries.domains(cast.zhao_deqing)


def test_a_need_is_compared_within_the_groups_of_its_day(database: str, cast: Cast) -> None:
    """永嘉 left the list on 2025-05-28: what was counted before belongs to the old list, what came after not."""
    li, yongjia = cast.li_staff, "330324"

    def counted(title: str, year: int, region: str = yongjia, events: int = 60) -> int:
        period = {"events_from": date(year, 1, 1), "events_to": date(year, 3, 31)}
        return need_service.register_need(li, need_in(region, title=title, events=events, **period))

    ids = {
        counted("二〇二三年的", 2023): ("山区26县", 1, 1),
        counted("二〇二五年的", 2025): ("山区海岛县", 1, 2),
        counted("二〇二五年景宁的", 2025, "331127", events=3): ("山区海岛县", 2, 2),
        counted("二〇二六年的", 2026): ("发达地区", 1, 1),
    }
    assert {row.id: (row.group, row.place, row.peers) for row in need_queries.needs(li)} == ids


def test_merged_needs_have_no_place_and_are_nobodys_peers(cast: Cast, need: int, twin: int) -> None:
    merge(cast.wang_anji, need, twin)
    found = {row.id: (row.place, row.peers) for row in need_queries.needs(cast.wang_anji, merged=True)}
    assert found == {need: (1, 1), twin: (None, 1)}


def test_one_need_asks_as_much_with_three_merges_as_with_one(cast: Cast, need: int, twin: int) -> None:
    wang = cast.wang_anji

    def counted() -> list[int]:
        found = []
        for ask in (
            lambda: need_queries.need(wang, need),
            lambda: need_queries.mergeable(wang, seen(wang, need)),
            lambda: need_queries.needs(wang, merged=True),
        ):
            with count_queries() as statements:
                ask()
            found.append(len(statements))
        return found

    merge(wang, need, twin)
    spare = need_service.register_need(wang, need_in(title="第三项需求"))
    first = counted()
    for title in ("第四项需求", "第五项需求"):
        merge(wang, need, need_service.register_need(wang, need_in(title=title)))
    need_service.register_need(wang, need_in(title="第六项需求"))
    assert counted() == first
    assert spare


def test_a_need_of_the_same_name_is_refused_even_beside_a_merged_one(cast: Cast, need: int, twin: int) -> None:
    merge(cast.wang_anji, need, twin)
    with pytest.raises(Duplicate):
        need_service.register_need(cast.wang_anji, need_in(title="危房没人巡查"))
