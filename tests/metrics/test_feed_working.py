"""The page's way with a table of many returns: looked at, shown, saved; large ones in a process of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import worker
from core.errors import AppError, Conflict, Forbidden
from metrics import feed_service
from metrics.feed import jobs, outgoing, working
from metrics.feed.loading import Wish
from metrics.model import ChangeKind
from tests.conftest import Page
from tests.metrics import feeds
from tests.metrics.feeds import ANJI, DEQING
from tests.metrics.test_feed_loading import rows, small
from tests.support import Cast


def counts(look: working.Look) -> dict[str, int]:
    return {kind.value: look.count(kind) for kind in ChangeKind if look.count(kind)}


def test_a_process_of_its_own_finds_and_saves_the_same(
    house: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = small()
    wish, shares = Wish(collection=str(asked.id)), list[float]()
    bad = feeds.table([*rows(ANJI), (DEQING, "2026-06", "A1", "130", "120", "", "")])
    good = feeds.table(rows(ANJI))
    here = feed_service.look(cast.li_staff, bad, "a.csv", wish)
    first = feed_service.look(cast.li_staff, good, "a.csv", wish)
    assert feed_service.marked(cast.li_staff, bad, "a.csv", wish).startswith(b"PK")
    assert feed_service.changes_csv(cast.li_staff, bad, "a.csv", wish).decode("utf-8-sig").count("新增") == 6
    monkeypatch.setattr(working, "INLINE", 0)
    there = feed_service.look(cast.li_staff, bad, "a.csv", wish, shares.append)
    assert there == here
    assert (counts(there), there.errors) == ({"new": 6, "rejected": 1}, 1)
    assert shares == sorted(shares) and shares[-1] > 0.9
    status, answer = feed_service.deliver(cast.li_staff, good, "a.csv", wish, seen=first.seen)
    assert (status, answer["message"]) == (200, "写入 6 项，未变 0 项，提交报送 3 份。")
    with pytest.raises(Conflict):  # what was looked at is no longer what is there
        feed_service.deliver(cast.li_staff, good, "a.csv", wish, seen=first.seen)
    again = feed_service.look(cast.li_staff, good, "a.csv", wish)
    assert counts(again) == {"unchanged": 6}
    with pytest.raises(Forbidden):
        feed_service.look(cast.sun_judge, good, "a.csv", wish)


def test_a_worker_that_dies_says_what_that_means(house: Path, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = small()
    spawn = worker.spawn

    def dying(module: str, *more: int) -> worker.Process:
        process = spawn(module, *more)
        process.kill()
        return process

    monkeypatch.setattr(worker, "spawn", dying)
    monkeypatch.setattr(working, "INLINE", 0)
    with pytest.raises(AppError, match="中断"):
        feed_service.deliver(cast.li_staff, feeds.table(rows(ANJI)), "a.csv", Wish(collection=str(asked.id)))
    assert feeds.stored(asked) == {}


def test_values_go_out_and_come_back_unchanged(house: Path, cast: Cast) -> None:
    ids = feeds.define()
    asked = feeds.collection("批量送报", ids, regions=(ANJI, DEQING), first="2026-07", last="2026-08")
    data = feeds.table(
        [
            (ANJI, "2026-07", "A1", "96", "120", "估计", "=系统停机"),
            (ANJI, "2026-07", "A3", "7", "", "", "'引号", "https://example.gov.cn/a?b=1"),
            (ANJI, "2026-08", "A1", "", "", "不适用", "没有发生"),
            (ANJI, "2026-08", "A4", "0.000001", "3", "", "多行\n说明"),
            (DEQING, "2026-07", "A1", "50", "100", "", "-"),
        ],
        (*feeds.HEADINGS, "佐证链接"),
    )
    saved = feeds.load(asked, data)
    assert saved.written is not None and saved.written.saved == 5
    assert feeds.stored(asked)[ANJI, "2026-07", "A3"][-1].link == "https://example.gov.cn/a?b=1"
    for actor, period in ((cast.li_staff, None), (cast.wang_anji, "2026-07")):
        out = outgoing.values_csv(actor, asked.id, period)
        look = feed_service.look(actor, out, "out.csv", Wish(collection=str(asked.id)))
        assert set(counts(look)) == {"unchanged"}
        assert look.errors == 0
    assert DEQING not in outgoing.values_csv(cast.wang_anji, asked.id).decode()
    before = feeds.stored(asked)
    feeds.load(asked, outgoing.values_csv(cast.li_staff, asked.id))
    assert feeds.stored(asked) == before
    # A table without that column, and another figure, leave the link where it is.
    feeds.load(asked, feeds.table([(ANJI, "2026-07", "A3", "8", "", "", "'引号")]))
    newest = feeds.stored(asked)[ANJI, "2026-07", "A3"][-1]
    assert (newest.n, newest.link) == (8_000_000, "https://example.gov.cn/a?b=1")


def test_the_page_shows_the_difference_and_saves_when_confirmed(house: Path, cast: Cast, page: Page) -> None:
    asked = small()
    actor = cast.wang_anji
    app = page("feeds", actor)
    assert len(app.get("file_uploader")) == 1
    jobs.check(
        actor,
        feeds.table([*rows(ANJI), (ANJI, "2026-06", "A9", "1", "", "", "")]),
        "三月.csv",
        Wish(collection=str(asked.id)),
    )
    app = page("feeds", actor)
    assert app.button(key="feeds_save").disabled
    app.checkbox(key="feeds_partial").check().run()
    app.button(key="feeds_away").click().run()
    assert jobs.of(actor) is None
    jobs.check(actor, feeds.table(rows(ANJI)), "三月.csv", Wish(collection=str(asked.id)))
    app = page("feeds", actor)
    assert "新增 6 行" in "".join(item.value for item in app.markdown)
    feeds.load(asked, feeds.table(rows(ANJI, n=90)), submit=False)  # somebody else is faster
    app.button(key="feeds_save").click().run()
    assert "别人改过" in app.warning[0].value
    assert "更改 3 行" in "".join(item.value for item in app.markdown)
    app.button(key="feeds_save").click().run()
    assert "写入 3 项，未变 3 项，提交报送 3 份。" in app.success[0].value
    assert feeds.stored(asked)[ANJI, "2026-06", "A1"][-1].n == 96_000_000
    app.button(key="feeds_away").click().run()
    assert jobs.of(actor) is None
