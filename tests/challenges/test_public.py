"""The list of challenges without signing in: what was released, and not a word more."""

from __future__ import annotations

import io
import warnings
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlmodel import select
from starlette.applications import Starlette

from challenges.pages import open_pages
from core import clock
from core.words import ChallengeState as C
from db.session import read, write
from db.tables import (
    Account,
    Bid,
    BidContract,
    Challenge,
    ChallengeNotice,
    ChallengeOpinion,
    ChallengeQuestion,
    Objection,
    Organisation,
)
from tests.web.stubs import StubSessions
from web.asgi import options

with warnings.catch_warnings():
    # Starlette prefers httpx2 for its test client and says so at import; httpx does the same here
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient


@pytest.fixture
def anybody(demo_house: Path) -> TestClient:
    """Nobody signed in, in the demo province."""
    given = options(lambda: None, sessions=StubSessions(), warm=(), public=open_pages.ROUTES)
    app = Starlette(routes=given["routes"], middleware=given["middleware"])
    return TestClient(app, base_url="http://testserver", follow_redirects=False)


def test_only_released_facts(anybody: TestClient) -> None:
    listed = anybody.get("/public/challenges").text
    with read() as session:
        rows = session.exec(select(Challenge)).all()
        named = {
            (notice.challenge_id, item["organisation"])
            for notice in session.exec(select(ChallengeNotice))
            for item in notice.ranking
        }
        bidders = {
            (bid.challenge_id, where.name)
            for bid, where in session.exec(select(Bid, Organisation).where(Organisation.id == Bid.organisation_id))
        }
        inside = [opinion.opinion for opinion in session.exec(select(ChallengeOpinion)) if opinion.opinion]
        inside += [item.text for item in session.exec(select(Objection))]
        inside += [item.content for item in session.exec(select(BidContract))]
        inside += [row.conclusion for row in rows if row.conclusion]
        open_questions = [q.text for q in session.exec(select(ChallengeQuestion)) if q.answered_at is None]
        people = [account.name for account in session.exec(select(Account)) if account.name != "管理"]
    assert {row.state for row in rows} >= {C.DRAFT, C.ARGUING, C.OPEN, C.CHECKING, C.PAUSED, C.RUNNING}
    assert inside
    assert open_questions
    assert bidders - named
    for row in rows:
        page = anybody.get("/public/challenge", params={"code": row.code})
        assert (row.title in listed, page.status_code) == ((True, 200) if row.published_at else (False, 404)), row.code
        assert "<script" not in page.text
        said = [words for words in [*inside, *open_questions, *people] if words in page.text + listed]
        assert said == [], row.code
        hidden = [name for challenge, name in bidders - named if challenge == row.id and name in page.text]
        assert hidden == [], row.code
        shown = {name for challenge, name in named if challenge == row.id and name in page.text}
        assert shown == {name for challenge, name in named if challenge == row.id}, row.code


def test_papers_and_neighbours(anybody: TestClient) -> None:
    paper = anybody.get("/public/challenges.pdf")
    assert paper.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.content)).pages)
    assert "独居老人异常识别低成本方案" in text
    assert "基层报表自动归集与去重" not in text  # its deadline is past
    with read() as session:
        code, number = session.exec(
            select(Challenge.code, ChallengeNotice.number).where(ChallengeNotice.challenge_id == Challenge.id)
        ).first() or ("", 0)
    assert anybody.get("/public/notice.pdf", params={"code": code, "n": number}).content.startswith(b"%PDF")
    page = anybody.get("/public/challenge", params={"code": code}).text
    with write() as session:
        for notice in session.exec(select(ChallengeNotice).where(ChallengeNotice.number == number)):
            notice.starts_on = clock.today() + timedelta(days=1)
    before = anybody.get("/public/challenge", params={"code": code}).text
    heading = f"第 {number} 号公示"
    assert (heading in page, heading in before) == (True, False)  # a list is the public's from its first day
    assert anybody.get("/public/notice.pdf", params={"code": code, "n": number}).status_code == 404
    for path in ("/public/notice.pdf?code=JB-1&n=x", f"/public/notice.pdf?code={code}&n=99"):
        assert anybody.get(path).status_code == 404
    for path in ("/challenges", "/public", "/public/challenges/", "/public/challenge/1"):
        assert anybody.get(path).status_code == 303  # all else asks for a sign-in
    assert anybody.post("/public/challenges").status_code == 405
