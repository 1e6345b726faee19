"""The public side without signing in: what was released, what people say, and not a word more."""

from __future__ import annotations

import re
import warnings
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from httpx import Response
from sqlmodel import select
from starlette.applications import Starlette

from accounts.permissions import Actor
from awards import public_notices, public_province, public_queries
from core import clock
from core.errors import Forbidden, Invalid, WrongState
from core.words import AwardEntryState, EditionState, Kind, RatingState, ValueState
from db.session import read, write
from db.tables import (
    Adoption,
    AwardEntry,
    Edition,
    Pilot,
    PublicRating,
    PublicRelease,
    PublicVote,
    Responsibility,
    Scenario,
    ScenarioData,
    ScenarioRelease,
)
from metrics.model import Indicator
from pilots import (
    public,
    public_ratings,
    publishing,
    release_queries,
    release_service,
    releasing,
    scenario_release_queries,
    scenario_release_service,
)
from tests.web.stubs import StubSessions
from web.asgi import options
from workbench.pages import open_pages

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette prefers httpx2 for its test client; httpx does the same here
    from starlette.testclient import TestClient

RATE = Indicator(
    id=1, code="SX01", version=1, name="按时办结率", meaning="", formula="", kind=Kind.RATIO, unit="%", n_label="",
    factor=100,
)  # fmt: skip
LISTS = (
    "/public",
    "/public/scenarios",
    "/public/province",
    "/public/pilots",
    "/public/showcase",
    "/public/vote",
    "/public/award-notices",
)
SECRET = "绝密说法九七三"
HERE = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def anybody(demo_house: Path) -> TestClient:
    """Nobody signed in, in the demo province."""
    given = options(lambda: None, sessions=StubSessions(), warm=(), public=open_pages.ROUTES)
    app = Starlette(routes=given["routes"], middleware=given["middleware"])
    return TestClient(app, base_url="http://testserver", follow_redirects=False)


def faults(page: Response) -> list[str]:
    """What would keep somebody from reading a page who hears it, or works without a mouse; and what its policy forbids."""
    html = page.text
    if not page.headers["content-type"].startswith("text/html"):
        return []
    heads = [int(level) for level in re.findall(r"<h([1-6])", html)]
    tables = re.findall(r"<table.*?</table>", html, re.DOTALL)
    fields = set(re.findall(r'<(?:input|select|textarea) id="(\w+)"', html))
    said = {
        "one first heading": heads[:1] == [1] and heads.count(1) == 1,
        "headings in order": all(after <= before + 1 for before, after in pairwise(heads)),
        "captions": all("<caption>" in table and 'scope="col"' in table and 'scope="row"' in table for table in tables),
        "words for pictures": len(re.findall("<svg", html)) <= len(re.findall(r'aria-hidden="true"', html)),
        "labels": fields <= set(re.findall(r'<label for="(\w+)"', html)),
        "a way past the links": '<a class="skip" href="#content">' in html
        and "<nav" not in html.split('id="content"')[1],
        "where one is": ' aria-current="page"' in html.split("</nav>")[0] or page.url.path == "/public/award-notices",
        "stars in words": not re.search(
            r"★", re.sub(r'<span (?:aria-hidden="true"|role="img" aria-label="\d 星")>[★☆]+', "", html)
        ),
        "Chinese": '<html lang="zh-CN">' in html,
        "no scripts": "<script" not in html,
        "no styles of its own": " style=" not in html and "<style" not in html,
        "unique names": len(names := re.findall(r'\bid="([^"]+)"', html)) == len(set(names)),
    }
    return [name for name, right in said.items() if not right]


def whisper(actor: Actor) -> None:
    """Put a word into everything of released scenarios that is not the public's, and release them anew."""
    with write() as session:
        for row in session.exec(select(ScenarioRelease)):
            row.digest = "before"  # so that it may be released again
        for duty in session.exec(select(Responsibility)):
            duty.owner = duty.legal_basis = duty.time_limit = SECRET
        for link in session.exec(select(ScenarioData)):
            link.refused_because = SECRET
        for adoption in session.exec(select(Adoption)):
            adoption.why = SECRET
        for scenario in session.exec(select(Scenario)):
            scenario.summary = scenario.design = SECRET  # a version that is not frozen yet
        shown = [row.scenario_id for row in publishing.shown(session, ScenarioRelease)]
    for number in shown:
        view = scenario_release_queries.releasing(actor, number)
        assert view is not None
        scenario_release_service.release(actor, number, seen_digest=view.digest)


def test_nothing_unreleased_by_any_route(anybody: TestClient, demo_cast: dict[str, Actor]) -> None:
    whisper(demo_cast["liyan"])
    with read() as session:
        pilots = session.exec(select(Pilot)).all()
        scenarios = session.exec(select(Scenario)).all()
        described = {row.scenario_id for row in session.exec(select(ScenarioRelease)) if row.withdrawn_at is None}
        released = set(session.exec(select(PublicRelease.pilot_id)))
        entries = session.exec(select(AwardEntry, Edition).where(AwardEntry.edition_id == Edition.id)).all()
        unread = [row.comment for row in session.exec(select(PublicRating)) if row.state is RatingState.WAITING]
        digests = [row.device for row in session.exec(select(PublicRating))]
    pages = [anybody.get(path) for path in LISTS]
    pages += [anybody.get("/public/scenario", params={"code": row.code}) for row in scenarios]
    pages += [anybody.get("/public/pilot", params={"code": row.code}) for row in pilots]
    pages += [anybody.get("/public/winner", params={"id": entry.id}) for entry, _ in entries]
    pages += [anybody.get("/public/showcase", params={"edition": edition.id}) for _, edition in entries]
    pages += [anybody.get("/public/province", params={"show": key}) for key in ("pilots", "scenarios", "winners")]
    pages += [anybody.get("/public/province.csv")]
    pages += [anybody.get("/public/showcase.csv", params={"edition": edition.id}) for _, edition in entries]
    text = "\n".join(page.text for page in pages)
    won = {entry.title for entry, edition in entries if edition.state is EditionState.RELEASED and entry.grade}
    won |= {line.title for notice in public_notices.notices() for line in notice.listed}
    vote = public_queries.voting()
    won |= {candidate.title for candidate in vote.candidates} if vote else set()
    lost = {entry.title for entry, _ in entries} - won
    assert won and lost
    assert ([title for title in won if title not in text], [title for title in lost if title in text]) == ([], [])
    assert 0 < len(released) < len(pilots)
    for row in pilots:
        status = anybody.get("/public/pilot", params={"code": row.code}).status_code
        assert status == (200 if row.id in released else 404), row.name
    assert 0 < len(described) < len(scenarios)
    for known in scenarios:
        status = anybody.get("/public/scenario", params={"code": known.code}).status_code
        assert status == (200 if known.id in described else 404), known.name
    listed = anybody.get("/public/scenarios", params={"q": "", "domain": ""}).text
    assert [row.name for row in scenarios if (f"<b>{row.name}</b>" in listed) != (row.id in described)] == []
    for entry, edition in entries:
        out = edition.state is EditionState.RELEASED and entry.state is AwardEntryState.WINNER
        assert anybody.get("/public/winner", params={"id": entry.id}).status_code == (200 if out else 404), entry.title
    assert unread
    assert [word for word in [*unread, *digests, SECRET] if word in text] == []
    assert [(page.url.path, fault) for page in pages for fault in faults(page)] == []


def test_whoever_asks_for_a_selection_that_is_not_released_is_told(anybody: TestClient) -> None:
    with read() as session:
        states = dict(session.exec(select(Edition.id, Edition.state)).all())
    told = {
        number: "没有发布，或者已经撤销" in anybody.get("/public/showcase", params={"edition": number}).text
        for number in (*states, 999)
    }
    assert told == {number: state is not EditionState.RELEASED for number, state in states.items()} | {999: True}
    assert set(told.values()) == {True, False}
    assert "没有发布，或者已经撤销" not in anybody.get("/public/showcase").text


def test_a_rating_counts_at_once_and_its_words_when_somebody_has_read_them(
    anybody: TestClient, demo_cast: dict[str, Actor]
) -> None:
    code = public.pilots()[0].content["code"]
    form = {"code": code, "stars": "1", "comment": "找张伟办，电话13812345678，没人接。"}
    before = public.find(code)
    assert before is not None
    cold = anybody.post("/public/pilot/rate", data=form, headers=HERE)
    assert (cold.status_code, "无法识别您的设备" in cold.text) == (422, True)  # its answer gives the browser its token
    assert anybody.post("/public/pilot/rate", data=form).status_code == 403  # not from our page
    assert anybody.post("/public/pilot/rate", data={**form, "stars": "6"}, headers=HERE).status_code == 422
    taken = anybody.post("/public/pilot/rate", data=form, headers=HERE)
    assert (taken.status_code, taken.headers["location"]) == (303, f"/public/pilot?code={code}&said=waiting")
    again = anybody.post("/public/pilot/rate", data=form, headers=HERE)
    assert (again.status_code, "今天已经评价过" in again.text) == (422, True)
    after = public.find(code)
    assert after is not None
    assert (after.rated - before.rated, after.stars[1] - before.stars.get(1, 0)) == (1, 1)
    assert "没人接" not in anybody.get("/public/pilot", params={"code": code}).text
    row = release_queries.ratings(demo_cast["liyan"], RatingState.WAITING)[0]
    assert ("138" in row.comment, "张伟" in row.comment, row.masked) == (False, False, 2)
    with pytest.raises(Invalid):
        release_service.moderate(demo_cast["liyan"], row.id, False, seen_version=row.version)
    release_service.moderate(demo_cast["liyan"], row.id, True, seen_version=row.version)
    assert "没人接" in anybody.get("/public/pilot", params={"code": code}).text


def test_one_network_is_taken_so_often_an_hour(demo_house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_ratings, "HOUR_LIMIT", 2)
    pilot_id = public.pilots()[0].pilot_id
    for device in "ab":
        assert not public_ratings.rate(pilot_id, 5, "", device * 32, "203.0.113.9")
    with pytest.raises(WrongState, match="这个网络"):
        public_ratings.rate(pilot_id, 5, "", "c" * 32, "203.0.113.9")
    assert not public_ratings.rate(pilot_id, 5, "", "c" * 32, "203.0.113.10")


def test_a_crowd_from_one_network_is_seen_and_need_not_count(demo_cast: dict[str, Actor]) -> None:
    li, pilot_id = demo_cast["liyan"], public.pilots()[0].pilot_id

    def shown() -> tuple[int, str]:
        [row] = [row for row in public.pilots() if row.pilot_id == pilot_id]
        return row.rated, row.average

    before, [known] = shown(), release_queries.crowds(li)  # the demo has one
    for number in range(release_queries.CROWD):
        assert release_queries.crowds(li) == [known]
        public_ratings.rate(pilot_id, 5, "", f"{number:032x}", "203.0.113.9")
    [crowd] = [row for row in release_queries.crowds(li) if row != known]
    assert (crowd.pilot_id, crowd.ratings, crowd.average, crowd.counted) == (pilot_id, 10, "5.0", True)
    decide = partial(release_service.count, li, pilot_id, crowd.network, crowd.day)
    with pytest.raises(Forbidden):
        release_service.count(demo_cast["wanganji"], pilot_id, crowd.network, crowd.day, False, "不是群众评的")
    with pytest.raises(Invalid):
        decide(False, " ")
    assert shown()[0] == before[0] + 10
    assert decide(False, "一台设备反复评的") == 10
    assert shown() == before
    with pytest.raises(WrongState):
        decide(False, "一台设备反复评的")
    assert (decide(True, "核实是大厅的公用网络"), shown()[0]) == (10, before[0] + 10)


def test_a_release_is_frozen_replaced_and_withdrawn(anybody: TestClient, demo_cast: dict[str, Actor]) -> None:
    li = demo_cast["liyan"]
    found = public.pilots()[0]
    with pytest.raises(WrongState, match="已经对公众发布"):
        release_service.release(li, found.pilot_id)
    with pytest.raises(Forbidden):
        release_service.release(demo_cast["wanganji"], found.pilot_id)
    [row] = release_queries.releases(li, found.pilot_id)
    release_service.withdraw(li, row.id, "数据有疑点，核实后再公布", seen_version=row.version)
    assert anybody.get("/public/pilot", params={"code": row.code}).status_code == 404
    release_service.release(li, found.pilot_id)
    assert public.pilots()[0].content == found.content


def measured(state: ValueState) -> dict[str, object]:
    rows = [["330523", "2026-09", 3_000_000, 4_000_000, "reported"], ["330521", "2026-09", None, None, state.value]]
    latest = {"latest": "2026-09", "n": 3_000_000, "d": 4_000_000, "coverage": [1, 2]}
    return {"indicator": "SX01", "version": 1, "baseline": "70", "target": None, "values": rows, **latest}


@pytest.mark.parametrize(("state", "value"), [(ValueState.MISSING, "75.00%"), (ValueState.SUPPRESSED, "按规定不公开")])
def test_sums_go_out_and_none_over_a_suppressed_value(state: ValueState, value: str) -> None:
    inputs = {"as_of": "2026-10-01", "units": [["330523", "pilot", "山区海岛县"], ["330521", "comparison", ""]]}
    told = releasing.content(
        {"name": "甲", "sentence": "改善了5.66个百分点"},
        inputs | {"measures": [measured(state)]},
        lambda *_: RATE,
        {"330523": "安吉"},
    )
    assert ("5.66" in told["sentence"]) == (state is not ValueState.SUPPRESSED)
    assert (told["counties"], told["compared"]) == ([["安吉", "山区海岛县"]], 1)
    [item] = told["measures"]
    assert (item["value"], item["baseline"], item["target"], item["reported"], item["due"]) == (
        value,
        "70.00%",
        "–",
        1,
        2,
    )


def test_stars_are_averaged_exactly() -> None:
    assert [releasing.average(stars) for stars in ([], [5], [4, 5], [1, 1, 2], [4, 4, 5, 5, 4, 4, 4])] == [
        "–", "5.0", "4.5", "1.3", "4.3",
    ]  # fmt: skip


def test_the_vote_is_taken_once_a_device_and_day(anybody: TestClient) -> None:
    assert "现在没有正在进行的投票" in anybody.get("/public/vote").text
    now = clock.now()
    with write() as session:
        edition = session.exec(select(Edition).where(Edition.state != EditionState.RELEASED)).first()
        assert edition is not None
        entries = session.exec(select(AwardEntry).where(AwardEntry.edition_id == edition.id)).all()
        edition.state, edition.rehearsal = EditionState.VOTING, False
        edition.vote_opens_at, edition.vote_closes_at = now - timedelta(hours=1), now + timedelta(hours=1)
        entries[0].state = AwardEntryState.SHORTLISTED
        chosen, others = str(entries[0].id), [row.title for row in entries[1:]]
    page = anybody.get("/public/vote").text
    assert [title for title in others if title in page] == []
    assert anybody.post("/public/vote", data={"entry": "999"}, headers=HERE).status_code == 422
    assert anybody.post("/public/vote", data={"entry": chosen}).status_code == 403
    assert anybody.post("/public/vote", data={"entry": chosen}, headers=HERE).status_code == 303
    assert "今天已经投过票" in anybody.post("/public/vote", data={"entry": chosen}, headers=HERE).text
    with read() as session:
        assert len(session.exec(select(PublicVote)).all()) == 1


def test_a_release_from_before_codes_were_kept_goes_by_name() -> None:
    known = {"安吉县": "330523", "德清县": "330521"}
    of = {"counties": [["安吉县", "发达地区"], ["改名县", ""]]}
    assert public_province.counties_of(of, known) == {"330523"}
    assert public_province.counties_of(of | {"codes": ["330521", "330521101"]}, known) == {"330521"}
