"""The door for machines: who gets in, what is answered, the same delivery twice."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import httpx
from sqlmodel import col, select
from starlette.applications import Starlette

from core import clock
from core.errors import Conflict
from db.session import read, write
from db.tables import Feed, FeedToken
from metrics import feed_service, imports
from metrics.feed import api, senders, working
from metrics.feed.loading import Wish
from metrics.feed_service import TokenIn
from tests.conftest import Page
from tests.metrics import feeds
from tests.metrics.feeds import ANJI, DEQING, JINGNING
from tests.support import Cast

CSV = {"content-type": "text/csv"}


class Client:
    """Speaks to the route as a machine does, each request on its own."""

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            app = httpx.ASGITransport(Starlette(routes=list(api.ROUTES)))
            async with httpx.AsyncClient(transport=app, base_url="http://test") as client:
                return await client.request(method, path, **more)

        return asyncio.run(send())

    def get(self, path: str) -> httpx.Response:
        return self._send("GET", path)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self._send("POST", path, **more)


def token(cast: Cast, region: str = "330500") -> str:
    until = clock.today() + timedelta(days=30)
    data = TokenIn(
        name="热线平台", organisation_id=cast.wang_anji.organisation_id or 0, region_code=region, expires_on=until
    )
    return feed_service.issue_token(cast.li_staff, data)


def test_a_delivery_from_the_token_to_the_answer(database: str, cast: Cast) -> None:
    ids = feeds.define()
    asked = feeds.collection("批量送报", {"A1": ids["A1"], "A3": ids["A3"]}, first="2026-07", last="2026-08")
    secret = token(cast)
    client = Client()
    key = {"authorization": f"Bearer {secret}", "idempotency-key": "2026-07"}
    body = feeds.table(
        [
            (code, "2026-07", name, *v)
            for code in (ANJI, DEQING)
            for name, v in (("A1", ("96", "120")), ("A3", ("7", "")))
        ]
    )
    assert client.get(api.PATH).status_code == 405
    assert client.post(api.PATH, content=body, headers=CSV).status_code == 401
    wrong = client.post(api.PATH, content=body, headers=CSV | {"authorization": f"Bearer {secret[:-1]}x"})
    assert (wrong.status_code, wrong.json()["ok"]) == (401, False)
    assert client.post(api.PATH, content=body, headers=key | {"content-type": "text/plain"}).status_code == 415
    assert client.post(api.PATH + "?dryrun=1", content=body, headers=key | CSV).status_code == 400
    dry = client.post(api.PATH + "?dry_run=1", content=body, headers=key | CSV)
    assert (dry.status_code, dry.json()["saved"], dry.json()["rows"]["new"]) == (200, False, 4)
    assert feeds.stored(asked) == {}
    first = client.post(api.PATH, content=body, headers=key | CSV)
    assert (first.status_code, first.json()["returns"]) == (200, {"submitted": 2, "incomplete": 0})
    again = client.post(api.PATH, content=body, headers=key | CSV)
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert client.post(api.PATH, content=body + b"\r\n", headers=key | CSV).status_code == 409
    rows = [
        {"region": JINGNING, "period": "2026-08", "indicator": "A1", "n": 1, "d": 2},
        {"region": ANJI, "period": "2026-08", "indicator": "A1", "n": "１，３", "d": 2},
    ]
    bad = client.post(
        api.PATH, json={"collection": asked.id, "rows": rows}, headers={"authorization": f"Bearer {secret}"}
    )
    told = bad.json()["findings"]
    assert (bad.status_code, [(f["rule"], f["row"], f["field"]) for f in told]) == (
        422,
        [("row.region", 1, "region"), ("cell.text", 2, "n")],
    )
    assert all(f["message"] and f["remedy"] for f in told)
    with read() as session:
        kept = session.exec(select(FeedToken)).one()
        assert kept.last_used_at is not None
        assert secret not in (kept.hash, kept.hint)
        assert [row.status for row in session.exec(select(Feed).order_by(col(Feed.id)))] == [200, 422]
        number, version = kept.id or 0, kept.version
    feed_service.revoke_token(cast.li_staff, number, seen_version=version)
    assert client.post(api.PATH, content=body, headers=key | CSV).status_code == 401


def test_a_token_ends_when_it_says(house: Path, cast: Cast) -> None:
    ids = feeds.define()
    asked = feeds.collection("批量送报", {"A3": ids["A3"]}, first="2026-08", last="2026-08")
    headers = CSV | {"authorization": f"Bearer {token(cast)}"}
    body = feeds.table([(ANJI, "2026-08", "A3", "7", "", "", "")])
    with write() as session:
        session.exec(select(FeedToken)).one().expires_at = clock.now() - timedelta(seconds=1)
    late = Client().post(api.PATH, content=body, headers=headers)
    assert (late.status_code, late.headers["www-authenticate"]) == (401, "Bearer")
    assert "已过期" in late.json()["message"]
    assert feeds.stored(asked) == {}
    with write() as session:
        session.exec(select(FeedToken)).one().expires_at = clock.now() + timedelta(seconds=60)
    assert Client().post(api.PATH, content=body, headers=headers).status_code == 200


def test_one_delivery_sent_many_times_at_once_is_one(database: str, cast: Cast) -> None:
    """As several servers would get it: the same key at the same moment, with the same content and with another."""
    ids = feeds.define()
    asked = feeds.collection("批量送报", {"A3": ids["A3"]}, first="2026-08", last="2026-08")
    sender = senders.machine(token(cast))
    assert sender is not None
    bodies = [feeds.table([(ANJI, "2026-08", "A3", n, "", "", "")]) for n in ("7", "7", "7", "8")]
    start = Barrier(len(bodies))

    def send(body: bytes) -> tuple[int, dict[str, Any], bool] | int:
        start.wait()
        for _ in range(20):
            try:
                return api._deliver(sender, body, Wish(), "2026-08", False)
            except api.Refused as refused:
                return refused.status
            except Conflict:  # the database was busy: told to come again
                continue
        raise AssertionError("never had a turn")

    with ThreadPoolExecutor(len(bodies)) as pool:
        results = list(pool.map(send, bodies))
    sevens, eight = results[:3], results[3]
    # One content had the key first; the other is told that it is taken.
    if eight == 409:
        told = [found for found in sevens if not isinstance(found, int)]
        assert [found[0] for found in told] == [200] * 3
        assert all(found[1] == told[0][1] for found in told)
        assert sorted(found[2] for found in told) == [False, True, True]
    else:
        assert sevens == [409] * 3
    assert len(feeds.stored(asked)[ANJI, "2026-08", "A3"]) == 1
    with read() as session:
        assert len(session.exec(select(Feed)).all()) == 1


def test_the_same_table_from_the_command_line(house: Path, cast: Cast) -> None:
    ids = feeds.define()
    feeds.collection("批量送报", {"A3": ids["A3"]}, first="2026-08", last="2026-08")
    done = imports.take_in(cast.li_staff, feeds.table([(ANJI, "2026-08", "A3", "7", "", "", "")]), "feed.csv")
    assert (done.ok, list(done.lines)) == (True, ["写入 1 项，未变 0 项，提交报送 1 份。"])
    bad = imports.take_in(cast.li_staff, feeds.table([(DEQING, "2026-08", "A3", "x", "", "", "")]), "feed.csv")
    assert (bad.ok, bad.marked is not None) == (False, True)


def test_the_page(house: Path, cast: Cast, page: Page) -> None:
    """Deliveries open to what their senders were told; of others' a county learns nothing."""
    ids = feeds.define()
    feeds.collection("批量送报", {"A3": ids["A3"]}, first="2026-08", last="2026-08")
    sender = senders.machine(token(cast))
    assert sender is not None
    body = feeds.table([(ANJI, "2026-08", "A3", "七", "", "", ""), (DEQING, "2026-08", "A3", "7", "", "", "")])
    working.load(sender, body, "热线.csv", Wish())
    (row,) = senders.deliveries(cast.wang_anji)
    assert (row.filename, row.rows, row.saved, row.rejected, row.ok) == ("热线.csv", 2, 0, 1, False)
    for actor in (cast.li_staff, cast.wang_anji):
        app = page("feeds", actor)
        assert not app.exception
        assert [title.value for title in app.title] == ["批量送报"]
        assert list(app.dataframe[0].value["文件"]) == ["热线.csv"]
        told = senders.told(actor, row.id)
        assert told is not None
        assert [(item["rule"], item["row"], item["region"]) for item in told["findings"]] == [("cell.text", 2, ANJI)]
    assert "热线平台" not in "".join(str(item.value) for item in app.markdown)
    assert senders.deliveries(cast.zhao_deqing) == []
    assert senders.told(cast.zhao_deqing, row.id) is None
    assert senders.told(cast.li_staff, row.id + 1) is None


def test_the_last_day_of_a_token_is_shown(house: Path, cast: Cast) -> None:
    token(cast)
    (view,) = senders.tokens(cast.li_staff)
    assert view.last_day == clock.today() + timedelta(days=30)
