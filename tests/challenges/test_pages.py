"""The demo's challenges in all their states, as everybody: nothing breaks, nothing is in English, nothing leaks."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest

from accounts import queries as queries_of_log
from accounts.permissions import Actor
from challenges import archive, board, dates, objection_service, queries, work_queries
from core.words import BidState, ChallengeState
from tests.conftest import Page
from tests.test_pages import english, texts

SECRETS = ("云栖数智", "湖畔物联", "云启", "胡联", "边缘计算", "多源数据融合")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("username", ["guanli", "liyan", "wanganji", "wujie", "sunping"])
def test_every_state_as_somebody(page: Page, demo_cast: dict[str, Actor], username: str) -> None:
    actor = demo_cast[username]
    rows = sorted(queries.challenges(actor), key=lambda row: row.id)
    assert len(rows) == {"guanli": 13, "liyan": 13, "sunping": 10}.get(username, 9)
    for row in rows:
        app = page("challenge", actor, id=row.id)
        said = list(texts(app))
        assert [element.message for element in app.exception] == []
        assert [element.value for element in app.error] == []
        assert [element.value for element in app.title] == [row.title]
        assert {text: words for text in said if (words := english(text))} == {}
        named = {secret for secret in SECRETS for text in said if secret in text}
        if row.state in (ChallengeState.OPEN, ChallengeState.CHECKING) and (row.open or not actor.is_staff):
            assert named == set()
        if username == "wujie":
            bid = page("bid", actor, id=row.id)
            assert [element.message for element in bid.exception] == []
            assert [text for text in texts(bid) for secret in SECRETS if secret in text] == []


OBJECTORS = ("赵德清", "蓝景宁")


def test_who_objected_is_known_to_two_roles(page: Page, demo_cast: dict[str, Actor]) -> None:
    """A walk over everything that speaks of the objections, as everybody."""
    number = next(row.id for row in queries.challenges(demo_cast["guanli"]) if row.state is ChallengeState.PAUSED)
    named = {}
    for username, actor in demo_cast.items():
        said = str([queries.challenge(actor, number), queries.challenges(actor), dates.deadlines(actor)])
        said += str(work_queries.waiting(actor))
        if actor.is_staff:
            said += str(board.board(actor))
            with ZipFile(BytesIO(archive.archive_zip(actor, number))) as packed:
                said += "".join(packed.read(name).decode("utf-8-sig") for name in packed.namelist() if "csv" in name)
            events = [queries_of_log.events(actor, entity=kind, limit=10_000) for kind in ("objection", "challenge")]
            assert all(events)
            said += str(events)
        named[username] = [name for name in OBJECTORS if name in said]
    assert {username: names for username, names in named.items() if names} == {
        "guanli": ["赵德清", "蓝景宁"],  # the administrator
        "zhaodeqing": ["赵德清"],  # and each of them his own
        "lanjingning": ["蓝景宁"],
    }
    for username in ("liyan", "wujie", "wanganji"):
        for url in ("challenge", "challenge_calendar", "home"):
            said = " ".join(texts(page(url, demo_cast[username], id=number)))
            assert [name for name in OBJECTORS if name in said] == [], (username, url)
    objection = queries.challenge(demo_cast["chenshen"], number)
    assert objection is not None
    objection_service.take_on(demo_cast["chenshen"], objection.objections[0].id)
    handled = queries.challenge(demo_cast["chenshen"], number)
    assert handled is not None
    assert [item.name for item in handled.objections] == ["赵德清", ""]  # the handler, of the one he handles


def test_a_bidder_hands_in_on_the_page(page: Page, demo_cast: dict[str, Actor]) -> None:
    wu = demo_cast["wujie"]
    number = next(row.id for row in queries.challenges(wu) if row.mine is BidState.DRAFT)
    app = page("bid", wu, id=number)
    app.button(key="bid_submit").click().run()
    assert "承诺的指标" in app.error[0].value  # a draft may be incomplete, what is handed in may not
    app.text_area(key="bid_goals").set_value("单户年成本不高于 80 元")
    app.text_input(key="bid_contact").set_value("项目部 吴揭 0571-0000002")
    app.button(key="bid_submit").click().run()
    assert [element.value for element in app.error] == []
    view = queries.challenge(wu, number)
    assert view is not None and view.mine is not None
    assert (view.mine.state, view.mine.number) == (BidState.SUBMITTED, 1)


def test_a_figure_is_put_beside_a_promise_on_the_page(page: Page, demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    number = next(row.id for row in queries.challenges(li) if row.state is ChallengeState.RUNNING)
    app = page("challenge", li, id=number)
    [button] = [item for item in app.button if item.label.startswith("附上并冻结：")]
    shown = button.label.split("：")[1].split("（")[0]
    button.click().run()
    assert [element.value for element in app.error] == []
    [table] = [item.value for item in app.table if "承诺的指标" in item.value]
    assert [shown in words for words in table["报送的数值（核查时冻结）"]] == [True]
