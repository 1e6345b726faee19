"""A selection from the call to the certificate: institute, county, city and a judge, and at last somebody who never
signed in. The other judges work by way of the services; deadlines are moved, as nobody waits for weeks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader
from sqlalchemy import update
from sqlmodel import col, select

from accounts.permissions import Actor
from awards import loading
from core import clock
from core.words import AwardStage
from db.session import read, write
from db.tables import Account, AwardEntry, AwardNotice, Edition, Review, ReviewEntry, RubricVersion
from demo import awards as demo
from demo.panels import JUDGES, Stage
from panels import assignment_service
from panels import finalise_service as panel_ends
from panels import stages as panel_stages
from panels.rubric import Rubric
from regions import calendar
from tests.support import databases
from tests.support.browser import PATIENCE, Person, visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

EDITION, OURS, OTHERS = 2, "CP-{year}-0006", "CP-{year}-0005"  # 德清's, which waits for its city, and 安吉's
PAGE = f"edition?id={EDITION}"


@pytest.fixture
def people(folder: Path, site: str) -> Iterator[dict[str, Actor]]:
    """Everybody by username; while it stands, this process uses the server's own database."""
    names = ("liyan", "chenshen", "sunping", *(name for name, *_ in JUDGES))
    with databases.using(folder, databases.sqlite_url(folder / "zhiping.db")), read() as session:
        found = session.exec(select(Account).where(col(Account.username).in_(names))).all()
        yield {row.username: Actor(row.id, None, row.name, row.role, row.organisation_id) for row in found}


def put(table: Any, number: int, **values: Any) -> None:
    with write() as session:
        session.execute(update(table).where(col(table.id) == number).values(**values))


def number(code: str) -> int:
    with read() as session:
        return (
            session.exec(select(AwardEntry.id).where(AwardEntry.code == code.format(year=clock.today().year))).one()
            or 0
        )


def first_round(people: dict[str, Actor], sun: Person, levels: dict[int, int]) -> None:
    """The written round from its seats to its final result: 孙评 says where he steps aside, marks one project and
    hands it in; the other sheets come by way of the services."""
    with read() as session:
        review = loading.reviews_of(session, EDITION)[AwardStage.FIRST, demo.SERVICE]
        subjects = {
            entry or 0: levels[subject or 0]
            for entry, subject in session.exec(
                select(ReviewEntry.id, ReviewEntry.subject_id).where(ReviewEntry.review_id == review)
            )
        }
        codes = Rubric.from_json(session.get_one(RubricVersion, session.get_one(Review, review).rubric_version_id).body)
    stage = Stage(people["liyan"], people["chenshen"], review)
    for username in ("sunping", *(name for name, *_ in JUDGES[:4])):
        stage.seat(people[username])
    stage.schedule(1, 1)
    stage.step(panel_stages.CALL)
    sun.visit(f"declare?review={review}")
    sun.press("提交申报，并声明其余项目没有利害关系")
    sun.sees("已声明没有其他需要回避的项目")
    stage.step(panel_stages.ASSIGN)
    everything = {(entry, member) for entry in subjects for member in stage.people}
    assignment_service.assign(people["liyan"], review, everything, seen_version=stage.version())
    stage.step(panel_stages.OPEN)
    mine = min(subjects)
    sun.visit(f"score?review={review}&entry={mine}")
    fields = sun.page.locator("[class*=st-key-sheet_][class*=_mark_] input")
    expect(fields).to_have_count(len(codes.criteria), timeout=PATIENCE)
    for place in range(len(codes.criteria)):
        fields.nth(place).fill(str(subjects[mine]))
        fields.nth(place).press("Tab")
        sun.settle()
    sun.sees("合成得分")
    sun.press("提交这一份…")
    sun.press("确认提交")
    sun.sees("提交于北京时间")
    for entry, member, _ in stage.pairs():
        if (stage.people[member], entry) != (people["sunping"], mine):
            stage.mark(entry, member, dict.fromkeys(codes.weights, subjects[entry]))
    stage.step(panel_stages.CLOSE)
    stage.step(panel_stages.SETTLE)
    panel_ends.confirm(people["chenshen"], review, panel_ends.propose(people["liyan"], review))


def final(people: dict[str, Actor], levels: dict[int, int]) -> None:
    """The final's panel from its seats to its final result."""
    with read() as session:
        review = loading.reviews_of(session, EDITION)[AwardStage.FINAL, demo.SERVICE]
    judges = [people[username] for username, *_ in JUDGES[:5]]
    demo.judged(people["liyan"], people["chenshen"], judges, review, levels)


def at(person: Person, page: str, *buttons: str) -> None:
    person.visit(page)
    for name in buttons:
        person.press(name)


def test_from_the_call_to_the_certificate(
    browser: Browser, site: str, people: dict[str, Actor], tmp_path: Path
) -> None:
    ours, others = number(OURS), number(OTHERS)
    with ExitStack() as stack:

        def as_(username: str) -> Person:
            return stack.enter_context(visitor(browser, site, username))

        county, city, li = as_("zhaodeqing"), as_("shenhu"), as_("liyan")
        at(county, f"award_entry?id={ours}", "撤回修改")
        county.fill("award_entry_title", "诉求办理质量全程可评")
        county.press("提交")
        county.sees("待市级推荐")
        county.sees("第 2 份")  # the evidence was frozen anew
        city.visit(f"award_entry?id={ours}")
        city.fill("award_rank", "2")
        city.settle()
        city.press("推荐")
        city.sees("第 2 位")

        li.visit(PAGE)
        li.sees("还不能“截止申报”")
        now = clock.now()
        put(Edition, EDITION, closes_at=now - timedelta(minutes=2), recommend_until=now - timedelta(minutes=1))
        at(li, PAGE, "截止申报", "截止推荐")
        for entry in (ours, others):
            at(li, f"award_entry?id={entry}", "审查通过")
        at(li, PAGE, "开始初评")
        li.sees("没有定稿")
        first_round(people, as_("sunping"), {ours: 88, others: 85})
        at(li, PAGE, "确定入围", "开始终评")
        at(li, f"award_final?id={EDITION}", "开始路演")
        li.sees("进行中")
        final(people, {ours: 90, others: 86})
        at(li, PAGE, "进入合成", "提交审定", "提请审定")
        county.visit(PAGE)
        assert county.page.get_by_text("最佳案例", exact=True).count() == 0  # nobody knows before the notice

        chen = as_("chenshen")
        chen.visit(PAGE)
        chen.fill("award_contact", "研究院纪检室 0571-0000300")
        chen.choose("award_supervisor", "管理")
        chen.press("复核签署并公示")
        chen.sees("公示中")
        began = calendar.working_day_from(clock.today(), -6)
        with write() as session:
            session.execute(
                update(AwardNotice)
                .where(col(AwardNotice.edition_id) == EDITION)
                .values(starts_on=began, counted_from=began, ends_on=calendar.notice_end(began).date)
            )
        at(li, PAGE, "发布…", "确认发布")
        li.sees("已发布")
        county.visit(f"award_after?id={EDITION}")
        certificate = county.download("入选证书（PDF）", tmp_path)
        words = "".join(page.extract_text() for page in PdfReader(certificate).pages).replace("\n", "")
        assert "诉求办理质量全程可评" in words
        assert "最佳案例" in words

        # Whoever has no account reads it too, and nothing of the marks.
        page = browser.new_page(locale="zh-CN")
        page.goto(f"{site}/public/showcase?edition={EDITION}")
        page.get_by_role("link", name="诉求办理质量全程可评").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("诉求办理质量全程可评")
        expect(page.locator("main, body").first).to_contain_text("最佳案例")
        page.close()
