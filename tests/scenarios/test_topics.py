"""Topics, hot words and rises of tickets, and needs made of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score
from sqlmodel import select

import accounts.queries
from accounts.permissions import Actor
from core.errors import Duplicate, Forbidden, Invalid, NotFound
from core.words import NeedSource
from db.session import read
from db.tables import NeedTicket, TicketTopic, Topic, TopicRun
from demo.tickets import HEADINGS, THEMES, rows
from scenarios import (
    need_queries,
    need_service,
    segmenting,
    ticket_queries,
    topic_analysis,
    topic_queries,
    topic_service,
    topics,
)
from scenarios.topic_queries import Scope, TopicRow, series
from tests.conftest import Page
from tests.scenarios.tickets_support import as_csv, take_in, ticket
from tests.support import Cast, count_queries

MONTHS = [f"2026-{month:02d}" for month in range(1, 10)]
QUIET = ("路灯不亮已有一周，夜间行走不安全。", "夜间施工噪音扰民，凌晨还在打桩。", "拖欠农民工工资三个月。")
FLOOD = "暴雨后路面积水倒灌，排水管网堵塞，车库被淹。"


def flooded(region: str = "安吉县", *, last: int = 25, prefix: str = "A") -> Iterator[list[object]]:
    """Nine months of three steady topics, and water: one ticket a month, `last` of them in September."""
    number = 0
    for at, month in enumerate(MONTHS):
        said = [text for text in QUIET for _ in range(3)] + [FLOOD] * (last if at == len(MONTHS) - 1 else 1)
        for day, text in enumerate(said, start=1):
            number += 1
            yield ticket(
                f"{prefix}{number}", f"{month}-{1 + day % 28:02d} 10:00", region=region, text=text, name="", phone=""
            )


@pytest.fixture
def mined(cast: Cast) -> Cast:
    """安吉 under water in September, 德清 not; grouped."""
    take_in(cast.li_staff, as_csv([*flooded(), *flooded("德清县", last=1, prefix="D")]))
    topic_analysis.run()
    return cast


def at(actor: Actor, key: str = "330523", month: str = MONTHS[-1]) -> Scope:
    found = topic_queries.scope(actor, key, month)
    assert found is not None
    return found


def water(actor: Actor, key: str = "330523") -> TopicRow:
    rows = topic_queries.topics(actor, at(actor, key), MONTHS[-1])
    return next(row for row in rows if "倒灌" in row.words)


# -- grouping --------------------------------------------------------------------------------


def test_topics_are_what_texts_have_in_common() -> None:
    rng = np.random.default_rng(5)
    chosen = [theme for theme in THEMES for text in theme.said for _ in range(12)]
    said = [(theme.said[int(rng.integers(len(theme.said)))], THEMES.index(theme)) for theme in chosen]
    texts = [[word for word, is_place in segmenting.words(text) if not is_place] for text, _ in said]
    found = topics.group(texts)
    sizes = np.bincount([topic for topic in found.topic if topic >= 0])
    assert list(sizes) == sorted(sizes, reverse=True)
    assert len(found.words) == len(sizes)
    # Topics may be finer than the themes, but seldom mix two of them.
    pure = 0
    for topic in range(len(sizes)):
        themes = [theme for (_, theme), number in zip(said, found.topic, strict=True) if number == topic]
        pure += max(map(themes.count, set(themes)))
    assert pure >= 0.85 * sum(sizes)
    assert adjusted_rand_score([theme for _, theme in said], found.topic) > 0.4
    assert topics.group(texts) == found


@pytest.mark.parametrize("texts", [[], [["路灯"]] * 5, [[]] * 50])
def test_too_little_to_group(texts: list[list[str]]) -> None:
    assert topics.group(texts) == topics.Grouping([topics.NONE] * len(texts), [])


def test_a_text_about_nothing_belongs_to_no_topic() -> None:
    texts = [["路灯", "不亮", "夜间"]] * 30 + [["工资", "拖欠", "工地"]] * 30 + [[]] * 3
    found = topics.group(texts)
    assert len(found.words) == 2
    assert found.topic[-3:] == [topics.NONE] * 3
    assert len(set(found.topic[:30])) == len(set(found.topic[30:60])) == 1


# -- reading ---------------------------------------------------------------------------------


def test_a_topic_rises_against_its_own_regions_past(database: str, mined: Cast) -> None:
    li = mined.li_staff
    row = water(li)
    assert (row.series.months, row.series.counts) == (MONTHS, [1] * 8 + [25])
    assert row.series.rise is True
    assert row.year == 33
    calm = water(li, "330521")
    assert (calm.series.counts, calm.series.rise) == ([1] * 9, False)
    both = water(li, "group:发达地区")
    assert (both.series.counts, both.series.rise) == ([2] * 8 + [26], True)
    steady = [r for r in topic_queries.topics(li, at(li), MONTHS[-1]) if r.id != row.id]
    assert {tuple(r.series.counts) for r in steady} == {(3,) * 9}
    assert not any(r.series.rise for r in steady)


def test_hot_words_are_this_regions_own(mined: Cast) -> None:
    li = mined.li_staff
    hot = [word.word for word in topic_queries.hot(li, at(li), MONTHS[-1], top=8)]
    assert {"倒灌", "暴雨", "车库"} <= set(hot)
    assert {"路灯", "噪音", "工资"}.isdisjoint(hot)
    found = next(word for word in topic_queries.hot(li, at(li), MONTHS[-1]) if word.word == "倒灌")
    assert (found.tickets, found.of, found.past_tickets, found.past_of) == (25, 34, 8, 80)


def test_rises_of_the_total_and_of_regions(mined: Cast) -> None:
    li = mined.li_staff
    found = topic_queries.rises(li, at(li, "all"), MONTHS[-1])
    assert [(kind, line.name, line.last) for kind, line in found] == [
        *(("全部工单", "全部工单", 44), ("诉求类别", "物业管理", 44), ("地区", "安吉县", 34)),
    ]
    assert topic_queries.rises(li, at(li, "330521"), MONTHS[-1]) == []


def test_a_month_without_tickets_is_missing_not_zero(cast: Cast) -> None:
    rows = [row for row in flooded(last=4) if not str(row[1]).startswith("2026-05")]
    take_in(cast.li_staff, as_csv(rows))
    topic_analysis.run()
    row = water(cast.li_staff)
    assert row.series.months == [month for month in MONTHS if month != "2026-05"]
    assert 0 not in row.series.counts


def test_a_group_is_summed_only_where_enough_of_it_handed_in(cast: Cast) -> None:
    late = [row for row in flooded("德清县", prefix="D") if str(row[1]) >= "2026-07"]
    take_in(cast.li_staff, as_csv([*flooded(), *late]))
    topic_analysis.run()
    assert water(cast.li_staff, "all").series.months == MONTHS[-3:]
    assert water(cast.li_staff, "all").series.rise is None
    assert water(cast.li_staff).series.months == MONTHS


@pytest.mark.parametrize(
    ("counts", "rise"),
    [([1] * 8 + [4], False), ([18] * 4 + [19] * 4 + [25], False), ([1, 1, 1], None), ([2] * 8 + [12], True)],
)
def test_what_is_shown_as_a_rise_is_also_worth_looking_at(counts: list[int], rise: bool | None) -> None:
    months = [str(number) for number in range(len(counts))]
    assert series("", months, dict(zip(months, counts, strict=True))).rise is rise


def test_a_new_grouping_takes_the_place_of_the_old(database: str, mined: Cast) -> None:
    assert topic_queries.freshness().stale is False
    take_in(mined.li_staff, as_csv([ticket("新", "2026-09-20", text=FLOOD)]))
    assert topic_queries.freshness().stale is True
    topic_analysis.run()
    assert topic_queries.freshness().stale is False
    with read() as session:
        assert len(session.exec(select(TopicRun)).all()) == 1
        assert len(set(session.exec(select(Topic.run_id)).all())) == 1
        members = session.exec(select(TicketTopic.ticket_id)).all()
        assert len(members) == len(set(members))
    assert water(mined.li_staff).series.last == 26


def test_a_county_sees_its_own_tickets_only(mined: Cast) -> None:
    wang = mined.wang_anji
    assert [scope.key for scope in topic_queries.scopes(wang, MONTHS[-1])] == ["330523"]
    assert [scope.key for scope in topic_queries.scopes(mined.li_staff, MONTHS[-1])] == [
        *("all", "group:发达地区", "330521", "330523"),
    ]
    assert topic_queries.scopes(mined.zhou_minzheng, MONTHS[-1]) == []
    assert water(wang).series.counts == water(mined.li_staff).series.counts
    foreign = at(mined.li_staff, "330521")
    assert topic_queries.samples(wang, water(wang).id, foreign) == []


def test_a_page_asks_as_much_for_three_topics_as_for_one(mined: Cast) -> None:
    li = mined.li_staff

    def counted(key: str) -> list[int]:
        found = []
        for ask in (topic_queries.topics, topic_queries.hot, topic_queries.rises):
            with count_queries() as statements:
                ask(li, at(li, key), MONTHS[-1])
            found.append(len(statements))
        return found

    assert counted("330523") == counted("all")


# -- a need of a topic -------------------------------------------------------------------------


def test_one_click_makes_a_need_with_its_tickets(database: str, mined: Cast) -> None:
    li = mined.li_staff
    row = water(li)
    number = topic_service.make_need(li, row.id, "330523", MONTHS[-1])
    need = need_queries.need(li, number)
    assert need is not None
    assert need.row.title == f"{row.label}问题集中反映"
    assert (need.row.region, need.row.source, need.events, need.tickets) == ("安吉县", NeedSource.HOTLINE, 33, 33)
    assert (str(need.events_from), str(need.events_to)) == ("2026-01-11", "2026-09-28")
    assert need.row.priority.total is not None
    assert "33 件群众诉求工单" in need.description
    evidence = ticket_queries.evidence(mined.wang_anji, number)
    assert {ticket.text for ticket in evidence} == {FLOOD}
    assert {ticket.region for ticket in evidence} == {"安吉县"}
    events = [event.action for event in accounts.queries.history(li, "need", number)]
    assert events == ["need:tickets", "need:create"]
    assert [link.id for link in topic_queries.needs_of(li, at(li), [row.id])[row.id]] == [number]
    with pytest.raises(Duplicate, match="同名需求"):
        topic_service.make_need(li, row.id, "330523", MONTHS[-1])


def test_tickets_become_evidence_of_a_need_that_is_there(mined: Cast, need: int) -> None:
    wang = mined.wang_anji
    row = water(wang)
    assert topic_service.add_tickets(wang, need, row.id, "330523", MONTHS[-1]) == 33
    assert topic_service.add_tickets(wang, need, row.id, "330523", MONTHS[-1]) == 0
    # and move with it when it is merged
    survivor = topic_service.make_need(wang, row.id, "330523", MONTHS[-1])
    version = need_queries.need(wang, survivor).version  # type: ignore[union-attr]
    merge = need_service.merge_needs(wang, survivor, need, "同一件事", seen_version=version)
    with read() as session:
        assert set(session.exec(select(NeedTicket.need_id)).all()) == {survivor}
    need_service.undo_merge(wang, merge)
    found = [need_queries.need(wang, number) for number in (survivor, need)]
    assert [detail.tickets for detail in found if detail] == [33, 33]


def test_a_need_of_a_group_belongs_to_the_province(mined: Cast) -> None:
    li = mined.li_staff
    number = topic_service.make_need(li, water(li).id, "group:发达地区", MONTHS[-1])
    need = need_queries.need(li, number)
    assert need is not None
    assert (need.row.region, need.tickets) == ("浙江省", 42)


def test_only_the_last_year_is_evidence(mined: Cast) -> None:
    take_in(
        mined.li_staff, as_csv([ticket("旧", "2025-09-30 23:00", text=FLOOD), ticket("旧2", "2025-10-01", text=FLOOD)])
    )
    topic_analysis.run()
    number = topic_service.make_need(mined.li_staff, water(mined.li_staff).id, "330523", MONTHS[-1])
    need = need_queries.need(mined.li_staff, number)
    assert need is not None
    assert (need.tickets, str(need.events_from)) == (34, "2025-10-01")


def test_who_may_make_needs_of_topics(mined: Cast) -> None:
    row = water(mined.li_staff)
    for who in (mined.zhou_minzheng, mined.sun_judge, mined.qian_bidder):
        with pytest.raises(Forbidden):
            topic_service.make_need(who, row.id, "330523", MONTHS[-1])
        with pytest.raises(Forbidden):
            topic_service.start_analysis(who)
    with pytest.raises(NotFound):
        topic_service.make_need(mined.zhao_deqing, row.id, "330523", MONTHS[-1])
    with pytest.raises(NotFound, match="重新归并"):
        topic_service.make_need(mined.li_staff, 999, "330523", MONTHS[-1])


def test_a_topic_without_tickets_there_is_no_need(mined: Cast) -> None:
    dry = [row for row in flooded("长兴县", prefix="C") if row[6] != FLOOD]
    take_in(mined.li_staff, as_csv(dry))
    topic_analysis.run()
    with pytest.raises(Invalid, match="没有工单"):
        topic_service.make_need(mined.li_staff, water(mined.li_staff).id, "330522", MONTHS[-1])


# -- pages -------------------------------------------------------------------------------------


def test_the_page_of_topics_makes_a_need(page: Page, mined: Cast) -> None:
    app = page("topics", mined.wang_anji)
    assert not app.exception
    said = "\n".join(str(element.value) for element in app.markdown)
    assert "突增" in said
    assert "本月 25 件" in said


def test_the_page_of_tickets_counts_and_shows_imports(page: Page, mined: Cast) -> None:
    app = page("tickets", mined.li_staff)
    assert not app.exception
    assert [metric.label for metric in app.metric] == ["工单", "已回复", "满意", "不满意未了结", "责令整改"]
    assert app.metric[0].value == "204"


def test_empty_pages_say_what_to_do(page: Page, cast: Cast) -> None:
    for url, words in (("tickets", "还没有工单"), ("topics", "先导入群众诉求工单")):
        app = page(url, cast.wang_anji)
        assert not app.exception
        assert any(words in str(element.value) for element in app.markdown), url


def test_the_demo_hands_in_what_a_hotline_exports() -> None:
    made = list(rows(np.random.default_rng(1), ["安吉县"], months=2, monthly=10))
    assert {len(row) for row in made} == {len(HEADINGS)}
    assert len({row[0] for row in made}) == len(made)
