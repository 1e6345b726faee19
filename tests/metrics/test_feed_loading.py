"""A feed as a whole: what it stores, what it hands in, what it refuses; nobody's work is lost beside it."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from accounts.permissions import OPERATOR
from core import clock
from core.errors import Conflict, Forbidden
from core.words import CollectionKind, ReturnState
from db import audit
from db.session import read
from db.tables import AuditEvent, Feed, Observation, ReturnCheck, ReturnRow, Rollup, Upload
from metrics import feed_service, queries, rollups, round_service, service
from metrics.feed import loading
from metrics.feed.loading import Outcome, Wish
from metrics.model import ChangeKind, Entry
from metrics.stages import LOCK, SEND_BACK
from tests.metrics import feeds, stored
from tests.metrics.feeds import ANJI, DEQING, JINGNING, Asked, Row
from tests.metrics.returns_support import entry
from tests.support import Cast, count_queries

TWO = ("A1", "A3")
MONTHS = ("2026-06", "2026-07", "2026-08")


def small(name: str = "按月批量", **more: object) -> Asked:
    ids = feeds.define()
    return feeds.collection(name, {code: ids[code] for code in TWO}, first=MONTHS[0], last=MONTHS[-1], **more)  # type: ignore[arg-type]


def rows(*regions: str, n: int = 96, months: tuple[str, ...] = MONTHS) -> list[Row]:
    return [
        (region, month, *values)
        for region in regions or feeds.REGIONS
        for month in months
        for values in (("A1", str(n), "120", "", ""), ("A3", "7", "", "", ""))
    ]


def states(asked: Asked) -> dict[tuple[str, str], ReturnState]:
    with read() as session:
        found = session.exec(select(ReturnRow).where(ReturnRow.collection_id == asked.id))
        return {(row.region_code, row.period): row.state for row in found}


def whole(asked: Asked) -> tuple[object, ...]:
    """Everything that a reader of figures could see of a collection."""
    with read() as session:
        sums = session.exec(select(Rollup).where(Rollup.collection_id == asked.id)).all()
        kept = {
            (row.indicator_id, row.period, row.scope_code, row.group_name): (
                row.n, row.d, row.state, row.reported, row.expected, row.unapproved,
            )
            for row in sums
        }  # fmt: skip
    return kept, {key: values[-1] for key, values in feeds.stored(asked).items()}, states(asked)


def rules_of(outcome: Outcome) -> list[tuple[str, int]]:
    return [(told.finding.rule, told.row) for told in outcome.told if told.finding.severity == "error"]


def sound() -> None:
    """The log's chain holds and the sums are those of the values."""
    with read() as session:
        assert audit.broken_links(session) == []
        assert rollups.differences(session) == []


def test_complete_returns_are_handed_in_with_their_sums(database: str, cast: Cast) -> None:
    asked = small()
    data = feeds.table([*rows(ANJI, DEQING), (JINGNING, "2026-06", "A1", "50", "100", "", "")])
    outcome = feeds.load(asked, data)
    assert outcome.status == 200
    assert outcome.written is not None
    assert (outcome.written.saved, outcome.written.submitted, outcome.written.incomplete) == (13, 6, 1)
    expected = {key: ReturnState.SUBMITTED if key[0] != JINGNING else ReturnState.DRAFT for key in asked.returns}
    assert states(asked) == expected
    sound()
    assert stored.sums(asked.id, "2026-08", "330500") == [(192_000_000, 240_000_000, 2, 2), (14_000_000, None, 2, 2)]
    found = queries.explain(cast.li_staff, asked.id, asked.indicators["A1"], ANJI, "2026-08")
    assert found is not None
    assert [(r.revision, r.door, r.filename, r.late) for r in found.revisions] == [(1, "feed", "feed.csv", False)]
    with read() as session:
        feed = session.exec(select(Feed)).one()
        assert (feed.rows, feed.saved, feed.submitted, feed.status) == (13, 13, 6, 200)
        uploads = session.exec(select(Upload)).all()
        assert {(row.feed_id, row.saved) for row in uploads} == {(feed.id, 2), (feed.id, 1)}
        assert len(session.exec(select(ReturnCheck)).all()) == 7
        in_order = select(AuditEvent).where(AuditEvent.entity == "return").order_by(col(AuditEvent.id))
        events = session.exec(in_order).all()
        assert [event.action for event in events] == ["return:save"] * 7 + ["return:move"] * 6
        assert events[0].changes == {"A1": ["–", "96 / 120"], "A3": ["–", "7"], "feed": feed.id}


def test_the_same_file_twice_changes_nothing(database: str) -> None:
    asked = small()
    data = feeds.table(rows())
    feeds.load(asked, data)
    before = whole(asked)
    with read() as session:
        versions = session.exec(select(ReturnRow.id, ReturnRow.version)).all()
    again = feeds.load(asked, data)
    assert again.checked is not None
    assert (again.status, again.checked.count(ChangeKind.UNCHANGED)) == (200, 18)
    assert whole(asked) == before
    with read() as session:
        assert session.exec(select(ReturnRow.id, ReturnRow.version)).all() == versions
        assert set(session.exec(select(Observation.revision))) == {1}
        assert len(session.exec(select(Upload)).all()) == 9


def test_one_error_stores_nothing_unless_the_rest_is_asked_for(database: str) -> None:
    asked = small()
    data = feeds.table([*rows(ANJI), (DEQING, "2026-06", "A1", "130", "120", "", ""), *rows(DEQING, months=MONTHS[1:])])
    refused = feeds.load(asked, data)
    assert (refused.status, rules_of(refused), refused.written) == (422, [("share", 8)], None)
    assert feeds.stored(asked) == {}
    assert set(states(asked).values()) == {ReturnState.DRAFT}
    taken = feeds.load(asked, data, partial=True)
    assert taken.written is not None
    assert (taken.status, taken.written.saved, taken.written.submitted) == (200, 10, 5)
    assert states(asked)[DEQING, "2026-06"] is ReturnState.DRAFT
    sound()


def test_drafts_are_kept_when_handing_in_is_not_asked_for(house: Path) -> None:
    asked = small()
    outcome = feeds.load(asked, feeds.table(rows(ANJI)), submit=False)
    assert outcome.written is not None
    assert (outcome.written.saved, outcome.written.submitted) == (6, 0)
    assert stored.sums(asked.id, "2026-08", "330000") == []
    later = feeds.load(asked, feeds.table(rows(ANJI)))
    assert later.written is not None
    assert (later.written.saved, later.written.submitted) == (0, 3)
    sound()


def test_nothing_is_stored_by_looking(house: Path) -> None:
    asked = small()
    outcome = feeds.preview(asked, feeds.table(rows(ANJI)))
    assert outcome.checked is not None
    assert (outcome.status, outcome.checked.count(ChangeKind.NEW)) == (200, 6)
    assert feeds.stored(asked) == {}
    with read() as session:
        assert session.exec(select(Feed)).all() == []


def test_what_is_closed_stays_as_it_is(database: str, cast: Cast) -> None:
    asked = small()
    feeds.load(asked, feeds.table(rows(ANJI, DEQING)))
    stored.approve(cast.li_staff, asked.returns[DEQING, "2026-07"])
    before = whole(asked)
    changed = feeds.load(asked, feeds.table([*rows(ANJI, n=97), *rows(DEQING)]), partial=True)
    assert rules_of(changed) == [("return.closed", row) for row in (2, 4, 6)]
    assert "已提交" in changed.told[0].finding.message
    assert whole(asked) == before


def test_what_was_sent_back_comes_again_with_its_reason(database: str, cast: Cast) -> None:
    asked = small()
    feeds.load(asked, feeds.table(rows(ANJI)))
    number = asked.returns[ANJI, "2026-08"]
    stored.move(cast.li_staff, number, SEND_BACK, "应办结件数有误")
    same = feeds.load(asked, feeds.table(rows(ANJI)))
    assert same.written is not None
    assert same.written.submitted == 0  # the same figures again are no answer
    silent = feeds.load(asked, feeds.table(rows(ANJI, n=90, months=("2026-08",))))
    assert rules_of(silent) == [("correction.reason", 2)]
    mended = feeds.load(asked, feeds.table([(ANJI, "2026-08", "A1", "90", "120", "", "漏统计六件")]))
    assert mended.written is not None
    assert (mended.written.saved, mended.written.submitted) == (1, 1)
    assert feeds.stored(asked)[ANJI, "2026-08", "A1"] == [entry(96, 120), entry(90, 120, reason="漏统计六件")]
    sound()


def test_a_locked_return_is_corrected_whole_while_it_is_unlocked(house: Path, cast: Cast) -> None:
    asked = small()
    feeds.load(asked, feeds.table(rows(ANJI)))
    number = asked.returns[ANJI, "2026-08"]
    stored.approve(cast.li_staff, number)
    stored.move(cast.li_staff, number, LOCK)
    data = feeds.table([(ANJI, "2026-08", "A1", "90", "120", "", "来函更正")])
    assert rules_of(feeds.load(asked, data)) == [("return.closed", 2)]
    until = clock.today() + timedelta(days=3)
    round_service.unlock(cast.li_staff, number, until, "县里来函更正", seen_version=stored.row(number).version)
    assert rules_of(feeds.load(asked, data, submit=False)) == [("return.correction", 2)]
    with_error = feeds.table(
        [(ANJI, "2026-08", "A1", "90", "120", "", "来函更正"), (ANJI, "2026-08", "A3", "-1", "", "", "错")]
    )
    assert rules_of(feeds.load(asked, with_error, partial=True)) == [("return.correction", 2), ("n.negative", 3)]
    corrected = feeds.load(asked, data)
    assert corrected.written is not None
    assert corrected.written.submitted == 1
    row = stored.row(number)
    assert (row.state, row.unlocked_until) == (ReturnState.SUBMITTED, None)
    sound()


def test_rows_outside_the_senders_regions_tell_nothing(house: Path, cast: Cast) -> None:
    """A neighbour's return, a place without one and a place that does not exist are refused in the same words."""
    asked = small(regions=(ANJI, DEQING))
    data = feeds.table([(code, "2026-06", "A1", "1", "2", "", "") for code in (ANJI, DEQING, JINGNING, "999999")])
    outcome = feeds.load(asked, data, sender=feeds.county(cast.wang_anji), partial=True)
    assert rules_of(outcome) == [("row.region", 3), ("row.region", 4), ("row.region", 5)]
    said = {told.finding.message.replace(told.finding.seen, "…") for told in outcome.told if told.row > 2}
    assert len(said) == 1
    assert set(feeds.stored(asked)) == {(ANJI, "2026-06", "A1")}
    wish = Wish(collection=str(asked.id))
    for actor in (cast.sun_judge, cast.qian_bidder, cast.zhou_minzheng):
        with pytest.raises(Forbidden):
            feed_service.load(actor, data, "feed.csv", wish)


def test_the_collection_is_named_or_the_only_one(house: Path) -> None:
    asked = small("甲任务")
    data = feeds.table(rows(ANJI))
    opened = loading.opener(data, "feed.csv")
    assert loading.preview(feeds.ANYBODY, opened, Wish()).status == 200
    other = feeds.collection("乙任务", asked.indicators, first="2026-08", last="2026-08")
    feeds.collection("考核", asked.indicators, first="2026-08", last="2026-08", kind=CollectionKind.ASSESSMENT)
    unsaid = loading.preview(feeds.ANYBODY, opened, Wish()).refusal
    assert unsaid is not None
    assert unsaid.remedy == f"可以送报的有：{asked.id} 甲任务；{other.id} 乙任务。"
    assert loading.preview(feeds.ANYBODY, opened, Wish(collection="乙任务")).checked is not None
    named = feeds.table([("甲任务", *row) for row in rows(ANJI)], ("报送任务", *feeds.HEADINGS))
    assert loading.preview(feeds.ANYBODY, loading.opener(named, "feed.csv"), Wish()).status == 200
    for wrong in ("考核", "丙任务"):
        refusal = loading.preview(feeds.ANYBODY, opened, Wish(collection=wrong)).refusal
        assert refusal is not None
        assert refusal.rule == "identity.collection"


def test_a_preview_that_is_out_of_date_saves_nothing(database: str, cast: Cast) -> None:
    asked = small()
    data, wish = feeds.table(rows(ANJI)), Wish(collection=str(asked.id))
    shown = loading.preview(feeds.county(cast.wang_anji), loading.opener(data, "feed.csv"), wish)
    assert shown.checked is not None
    seen = loading.fingerprint(shown.checked)
    stored.save(cast.wang_anji, asked.returns[ANJI, "2026-07"], {"A3": entry(8)})
    with pytest.raises(Conflict, match="刚被别人改过"):
        feed_service.load(cast.wang_anji, data, "feed.csv", wish, seen=seen)
    assert list(feeds.stored(asked)) == [(ANJI, "2026-07", "A3")]


def test_somebody_who_was_faster_is_seen(database: str, cast: Cast) -> None:
    """A value saved between the checking and the writing is neither lost nor written over unseen."""
    asked = small()
    faster = [True]

    def tell(share: float) -> None:
        if share >= 0.5 and faster.pop() if faster else False:
            stored.save(cast.wang_anji, asked.returns[ANJI, "2026-07"], {"A3": entry(8)})

    wish = Wish(collection=str(asked.id))
    outcome = feed_service.load(OPERATOR, feeds.table(rows(ANJI)), "feed.csv", wish, tell=tell)
    assert outcome.checked is not None
    assert outcome.checked.count(ChangeKind.CHANGED) == 1
    assert feeds.stored(asked)[ANJI, "2026-07", "A3"] == [entry(8), entry(7)]
    sound()


def test_feeds_and_forms_at_once_lose_nothing(database: str, cast: Cast) -> None:
    """Every change of everybody is a revision of its own, in one unbroken count."""
    asked = small()
    number, start = asked.returns[ANJI, "2026-08"], Barrier(4)

    def by_feed(n: int) -> None:
        start.wait()
        feeds.load(asked, feeds.table(rows(ANJI, n=n)), submit=False)

    def by_form(n: int) -> None:
        start.wait()
        for _ in range(20):
            try:
                stored.save(cast.wang_anji, number, {"A1": entry(n, 120)})
            except Conflict:
                continue
            return
        raise AssertionError("never had a turn")

    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(by_feed, 80), pool.submit(by_feed, 81), pool.submit(by_form, 82), pool.submit(by_form, 83)]
        for job in jobs:
            job.result()
    with read() as session:
        kept = session.exec(
            select(Observation)
            .where(Observation.return_id == number, Observation.indicator_id == asked.indicators["A1"])
            .order_by(col(Observation.revision))
        ).all()
    assert [row.revision for row in kept] == [1, 2, 3, 4]
    assert {row.n for row in kept} == {80_000_000, 81_000_000, 82_000_000, 83_000_000}
    sound()


def test_any_order_and_any_split_of_sound_rows_is_the_same(house: Path) -> None:
    """Values, states and sums do not depend on how the rows were dealt out to files."""
    ids = feeds.define()
    codes = ("A1", "A3", "A4", "A9")
    names = {code: ids[code] for code in codes}
    whole_at_once = feeds.collection("一次", names, first="2026-06", last="2026-07")
    figures = {
        (region, month, code): values
        for region, base in zip(feeds.REGIONS, (90, 70, 55), strict=True)
        for month, step in (("2026-06", 0), ("2026-07", 3))
        for code, values in {
            "A1": (str(base + step), "120", "", ""),
            "A3": ("", "", "缺报", "系统停机") if base == 70 else (str(step), "", "", ""),
            "A4": (f"{base}.5", "20", "估计", "按二十日推算") if step else (str(base), "20", "", "已核"),
            "A9": (str(base + step), "", "", ""),
        }.items()
    }
    every: list[Row] = [(*key, *values) for key, values in figures.items()]
    assert feeds.load(whole_at_once, feeds.table(every)).status == 200
    wanted = whole(whole_at_once)
    made: list[Asked] = []

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.permutations(every), st.lists(st.integers(0, len(every)), max_size=3))
    def holds(dealt: list[Row], cuts: list[int]) -> None:
        asked = feeds.collection(f"分次{len(made)}", names, first="2026-06", last="2026-07")
        made.append(asked)
        edges = [0, *sorted(cuts), len(dealt)]
        for lo, hi in itertools.pairwise(edges):
            if hi > lo:
                assert feeds.load(asked, feeds.table(dealt[lo:hi])).status == 200
        assert whole(asked) == wanted

    holds()
    sound()


def test_the_number_of_queries_does_not_grow_with_the_rows(house: Path) -> None:
    asked = small()
    counts = []
    for month in (MONTHS[:1], MONTHS[1:]):
        with count_queries() as sent:
            feeds.load(asked, feeds.table(rows(months=month)))
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_the_institute_does_not_judge_what_it_sent_itself(house: Path, cast: Cast) -> None:
    asked = small()
    feed_service.load(cast.li_staff, feeds.table(rows(ANJI)), "feed.csv", Wish(collection=str(asked.id)))
    number = asked.returns[ANJI, "2026-08"]
    with pytest.raises(Forbidden, match="自己提交"):
        stored.move(cast.li_staff, number, "审核通过")
    assert stored.approve(cast.li_staff, number) == service.Approved(0, [], (number,))
    assert stored.approve(cast.chen_staff, number).approved == 1


def test_a_whole_entry_is_kept_with_its_words(house: Path) -> None:
    asked = small()
    feeds.load(
        asked,
        feeds.table(
            [(ANJI, "2026-08", "A3", "7", "", "估计", "按旬报推算"), (ANJI, "2026-07", "A3", "7", "", "", "已核")]
        ),
    )
    assert feeds.stored(asked) == {
        (ANJI, "2026-08", "A3"): [entry(7, state="estimated", reason="按旬报推算")],
        (ANJI, "2026-07", "A3"): [Entry(7_000_000, None, note="已核")],
    }
