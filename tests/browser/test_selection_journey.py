"""A selection from the call to the certificate: institute, county, city and the panel. Judges work at their own desks,
by way of the services; deadlines are moved, as nobody waits for weeks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader
from sqlalchemy import update
from sqlmodel import col, select

from accounts.permissions import Actor
from awards import loading
from core import clock
from core.words import AwardStage
from db.session import read, write
from db.tables import Account, AwardEntry, AwardNotice, Edition
from demo import awards as demo
from demo.panels import JUDGES
from regions import calendar
from tests.support import databases
from tests.support.browser import Person, visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

EDITION, OURS, OTHERS = 2, "CP-{year}-0006", "CP-{year}-0005"  # 德清's, which waits for its city, and 安吉's
PAGE = f"edition?id={EDITION}"


@pytest.fixture
def people(folder: Path, site: str) -> Iterator[dict[str, Actor]]:
    """Everybody by username; while it stands, this process uses the server's own database."""
    names = ("liyan", "chenshen", *(name for name, *_ in JUDGES))
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


def judge(people: dict[str, Actor], stage: AwardStage, levels: dict[int, int]) -> None:
    """A round's panel from its seats to its final result."""
    with read() as session:
        reviews = [key for (of, _), key in loading.reviews_of(session, EDITION).items() if of is stage]
    judges = [people[username] for username, *_ in JUDGES[:5]]
    for review in reviews:
        demo._judged(people["liyan"], people["chenshen"], judges, review, levels)


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
        at(city, f"award_entry?id={ours}", "推荐")
        city.sees("已推荐")

        li.visit(PAGE)
        li.sees("还不能“截止申报”")
        now = clock.now()
        put(Edition, EDITION, closes_at=now - timedelta(minutes=2), recommend_until=now - timedelta(minutes=1))
        at(li, PAGE, "截止申报", "截止推荐")
        for entry in (ours, others):
            at(li, f"award_entry?id={entry}", "审查通过")
        at(li, PAGE, "开始初评")
        li.sees("没有定稿")
        judge(people, AwardStage.FIRST, {ours: 88, others: 85})
        at(li, PAGE, "确定入围", "开始终评")
        at(li, f"award_final?id={EDITION}", "开始路演")
        li.sees("进行中")
        judge(people, AwardStage.FINAL, {ours: 90, others: 86})
        at(li, PAGE, "进入合成", "提交审定", "提请审定")
        county.visit(PAGE)
        assert county.page.get_by_text("最佳案例", exact=True).count() == 0  # nobody knows before the notice

        chen = as_("chenshen")
        chen.visit(PAGE)
        chen.fill("award_contact", "研究院纪检室 0571-0000300")
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
