"""A challenge from its publication to the archive, each named step in a real browser. What is long to fill in, and
what judges do at their own desks, comes by way of the services; deadlines are moved, as nobody waits for days."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import update
from sqlmodel import col, select

from accounts.permissions import Actor
from challenges import bid_service, contract_service, queries, stages
from challenges.schemas import ContractIn, MilestoneIn
from challenges.views import BidView, ChallengeView
from core import clock
from core.words import BidState, ReviewKind
from db.session import read, write
from db.tables import Account, Challenge, ChallengeNotice, Review, Scenario, Sheet
from demo.challenges import BIDDERS, Call, create, rubric
from demo.panels import JUDGES, Stage
from panels import finalise_service, setup_service, unlock_service
from panels import stages as panel_stages
from panels.rubric import Rubric
from panels.schemas import AffiliationIn
from regions import calendar
from tests.challenges.support import bid_in
from tests.support import databases
from tests.support.browser import Person, visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

CALL: Call = ("河道漂浮物智能识别", "水面反光强，夜间难以识别。", "识别率不低于 90%。", 100, 2, 2, 20)
OURS, CLOSE_TO_A_JUDGE, LATE = "数智治理科技有限公司（演示）", "湖畔物联有限公司（演示）", "云栖数智有限公司（演示）"


@pytest.fixture
def people(folder: Path, site: str) -> Iterator[dict[str, Actor]]:
    """Everybody by username; while it stands, this process uses the server's own database."""
    names = ("liyan", "chenshen", "wujie", "zhouminzheng", *(name for name, *_ in (*BIDDERS, *JUDGES)))
    with databases.using(folder, databases.sqlite_url(folder / "zhiping.db")):
        with write() as session:  # so that the two bidders of the demo can sign in with one click, too
            found = session.exec(select(Account).where(col(Account.username).in_(names))).all()
            for row in found:
                row.demo = True
        yield {row.username: Actor(row.id, None, row.name, row.role, row.organisation_id) for row in found}


class Story:
    """The challenge, and what people do about it away from the browser."""

    def __init__(self, people: dict[str, Actor]) -> None:
        self.people, self.li, self.chen = people, people["liyan"], people["chenshen"]
        with read() as session:
            scenario = session.exec(select(Scenario.id).order_by(col(Scenario.id))).first()
        self.id = create(self.li, 99, CALL, scenario)
        self.put(Challenge, self.id, state="ready")
        self.stage: Stage | None = None
        self.judged: set[tuple[str, str]] = set()  # judge, entry's code

    @property
    def page(self) -> str:
        return f"challenge?id={self.id}"

    def put(self, table: Any, number: int, **values: Any) -> None:
        with write() as session:
            session.execute(update(table).where(col(table.id) == number).values(**values))

    def seen(self, actor: Actor | None = None) -> ChallengeView:
        view = queries.challenge(actor or self.li, self.id)
        assert view is not None
        return view

    def of(self, organisation: str) -> BidView:
        return next(bid for bid in self.seen().bids if bid.organisation == organisation)

    def draft_bids(self) -> None:
        for username in ("wujie", *(name for name, *_ in BIDDERS)):
            actor = self.people[username]
            bid_service.save(actor, self.id, bid_in(actor.name), submit=False)

    def judge(self) -> int:
        """The panel sits down; one judge used to work for a bidder. Returns the review's id."""
        with read() as session:
            review = session.get_one(Challenge, self.id).review_id or 0
        self.stage = stage = Stage(self.li, self.chen, review)
        judges = [self.people[username] for username, *_ in JUDGES[:7]]
        employer = AffiliationIn(organisation_id=self.of(CLOSE_TO_A_JUDGE).organisation_id)
        setup_service.record_affiliation(self.li, judges[0].account_id or 0, employer)
        for judge in judges:
            stage.seat(judge)
        stage.schedule(1, 1)
        stage.step(panel_stages.CALL)
        return review

    def score(self, marks: dict[str, int]) -> None:
        assert self.stage is not None
        self.stage.decide_recusals()
        self.stage.step(panel_stages.ASSIGN)
        self.stage.distribute()
        self.stage.step(panel_stages.OPEN)
        for entry, member, code in self.stage.pairs():
            self.stage.mark(entry, member, self._all(marks[code]))
        self.judged = {(self.stage.people[member].name, code) for _, member, code in self.stage.pairs()}
        self.stage.step(panel_stages.CLOSE)
        self.stage.step(panel_stages.SETTLE)

    def score_again(self, code: str, mark: int) -> None:
        """After the objection: three judges ask for their sheets back and mark lower."""
        assert self.stage is not None
        self.stage.step(panel_stages.OPEN_AGAIN, "异议成立，重新评分")
        for entry, member, _ in [pair for pair in self.stage.pairs() if pair[2] == code][:3]:
            with read() as session:
                sheet = session.exec(select(Sheet.id).where(Sheet.entry_id == entry, Sheet.member_id == member)).one()
            request = unlock_service.ask(self.li, sheet or 0, "异议成立，重新评分")
            unlock_service.answer(self.chen, request, granted=True, words="同意", seen_version=1)
            self.stage.mark(entry, member, self._all(mark))
        self.stage.step(panel_stages.CLOSE)
        self.stage.step(panel_stages.SETTLE)

    def _all(self, mark: int, kind: ReviewKind = ReviewKind.CHALLENGE) -> dict[str, int]:
        return dict.fromkeys(Rubric.from_json(rubric(kind)[1]).weights, mark)

    def let_the_notice_run_out(self) -> None:
        began = calendar.working_day_from(clock.today(), -9)
        past = {"starts_on": began, "counted_from": began, "ends_on": clock.today() - timedelta(days=1)}
        with write() as session:
            session.execute(
                update(ChallengeNotice)
                .where(col(ChallengeNotice.challenge_id) == self.id)
                .values(**past, provisional=False)
            )

    def draft_contract(self, organisation: str, wan: int) -> None:
        bid = self.of(organisation)
        milestone = MilestoneIn(
            title="研制与试运行",
            indicators="识别率不低于 90%",
            due_on=clock.today() + timedelta(days=90),
            share=Decimal(100),
        )
        data = ContractIn(amount=Decimal(wan), content="按方案研制并试运行两个月。", milestones=[milestone])
        contract_service.draft(self.li, bid.id, data, seen_version=bid.version)

    def fall_short(self, organisation: str, username: str) -> None:
        """Handed in, sent back once, handed in again."""
        for do in (stages.RECTIFY, ""):
            item = self.of(organisation).milestones[0]
            contract_service.hand_in(self.people[username], item.id, "完成了一部分", seen_version=item.version)
            if do:
                contract_service.check(self.li, item.id, do, "夜间识别率不足", seen_version=item.version + 1)

    def accept(self) -> None:
        """The acceptance panel, from its call to its final result."""
        with read() as session:
            review = session.exec(
                select(Review.id).where(Review.kind == ReviewKind.ACCEPTANCE).order_by(col(Review.id).desc())
            ).first()
        stage = Stage(self.li, self.chen, review or 0)
        for username, *_ in JUDGES[:5]:
            stage.seat(self.people[username])
        stage.schedule(1, 1)
        stage.step(panel_stages.CALL)
        stage.step(panel_stages.ASSIGN)
        stage.distribute()
        stage.step(panel_stages.OPEN)
        for entry, member, _ in stage.pairs():
            stage.mark(entry, member, self._all(88, ReviewKind.ACCEPTANCE))
        stage.step(panel_stages.CLOSE)
        stage.step(panel_stages.SETTLE)
        finalise_service.confirm(self.chen, stage.id, finalise_service.propose(self.li, stage.id))


def hand_in(bidder: Person, story: Story) -> None:
    bidder.visit(f"bid?id={story.id}")
    bidder.press("提交申请")
    bidder.sees("已提交")


def sign_result(li: Person, chen: Person, review: int) -> None:
    li.visit(f"review_end?id={review}")
    li.press("提请定稿")
    li.sees("已提请定稿")
    chen.visit(f"review_end?id={review}")
    chen.press("复核签署…")
    chen.press("确认签署")
    chen.sees("已定稿")


def award(li: Person, story: Story, number: int) -> None:
    li.visit(story.page)
    li.choose("award_supervisor", "管理")
    li.press("定榜并公示")
    li.sees(f"第 {number} 号公示已发布")


def object_to_it(zhao: Person, story: Story, evidence: Path) -> None:
    zhao.visit(story.page)
    zhao.press("提出异议")
    zhao.fill("objection_text", "第一名方案的识别率与公开测试报告不符，请核实后重新评分。")
    zhao.upload(evidence)
    zhao.press("提交异议")
    zhao.sees("公示暂停")


def uphold(chen: Person, story: Story) -> None:
    chen.visit(story.page)
    chen.press("受理")
    chen.page.get_by_text("成立：退回评审组重新合议").click()
    chen.page.locator("[class*=st-key-objection_][class*=_words] textarea").fill("经核实，测试数据有误，退回重新评分。")
    chen.page.keyboard.press("Tab")
    chen.settle()
    chen.press("答复")
    chen.sees("评审中")


def test_from_publication_to_the_archive(browser: Browser, site: str, people: dict[str, Actor], tmp_path: Path) -> None:
    story = Story(people)
    with ExitStack() as stack:
        li, chen = (stack.enter_context(visitor(browser, site, name)) for name in ("liyan", "chenshen"))
        li.visit(story.page)
        li.press("发榜…")
        li.press("确认发榜")
        li.sees("揭榜中")
        story.draft_bids()
        (_, late), (_, close) = (
            (name, stack.enter_context(visitor(browser, site, name))) for name in ("bidder_yun", "bidder_hu")
        )
        wu = stack.enter_context(visitor(browser, site, "wujie"))
        for bidder in (wu, close):
            hand_in(bidder, story)
        late.visit(f"bid?id={story.id}")
        story.put(Challenge, story.id, deadline=clock.now())
        late.press("提交申请")
        late.sees("揭榜已截止")
        assert story.seen(people["bidder_yun"]).mine is not None
        assert [bid.organisation for bid in story.seen().bids] == [OURS, CLOSE_TO_A_JUDGE]

        li.visit(story.page)
        li.press("截止揭榜")
        li.sees("资格审查")
        for bid in story.seen().bids:
            li.fill(f"bid_{bid.id}_reason", "符合申报条件")
            li.settle()
            li.page.locator(f".st-key-bid_{bid.id}_True button").click()
            li.settle()
        li.press("进入评审")
        li.sees("评审已建立")
        review = story.judge()
        chen.visit(f"review_panel?id={review}")
        chen.press("认定应回避")
        chen.sees("已认定应回避")
        codes = {bid.organisation: f"{story.seen().row.code}-{at:02d}" for at, bid in enumerate(story.seen().bids, 1)}
        story.score({codes[OURS]: 86, codes[CLOSE_TO_A_JUDGE]: 82})
        aside = people[JUDGES[0][0]].name
        assert {code for name, code in story.judged if name == aside} <= {codes[OURS]}
        assert len(story.judged) == 10
        sign_result(li, chen, review)
        award(li, story, 1)

        evidence = tmp_path / "公开测试报告.txt"
        evidence.write_text("测试报告摘录", encoding="utf-8")
        with visitor(browser, site, "zhaodeqing") as zhao:
            object_to_it(zhao, story, evidence)
        uphold(chen, story)
        story.score_again(codes[OURS], 60)
        sign_result(li, chen, review)
        award(li, story, 2)
        li.sees(f"{OURS}由第 1 顺位变为第 2 顺位；{CLOSE_TO_A_JUDGE}由第 2 顺位变为第 1 顺位")

        story.let_the_notice_run_out()
        li.visit(story.page)
        li.press("公示结束")
        li.sees("待签约")
        for organisation, wan in ((OURS, 60), (CLOSE_TO_A_JUDGE, 40)):
            story.draft_contract(organisation, wan)
            li.visit(story.page)
            li.press("登记签订…")
            li.press("确认已签订")
            li.sees("任务书已签订")
        li.press("开始实施")
        li.sees("实施中")

        story.fall_short(CLOSE_TO_A_JUDGE, "bidder_hu")
        li.visit(story.page)
        failing = story.of(CLOSE_TO_A_JUDGE).milestones[0].id
        steps = li.page.locator(f".st-key-milestone_{failing}_steps")
        steps.get_by_role("button", name="不通过…").click()
        li.settle()
        li.page.locator(f"[class*=st-key-milestone_{failing}_][class*=_reason] textarea").last.fill(
            "整改后夜间识别率仍不足"
        )
        li.page.keyboard.press("Tab")
        li.settle()
        li.press("确认不通过")
        li.sees("淘汰")
        assert (story.of(CLOSE_TO_A_JUDGE).state, story.of(OURS).state) == (BidState.ELIMINATED, BidState.WORKING)

        wu.visit(story.page)
        wu.press("提交成果")
        item = story.of(OURS).milestones[0].id
        wu.fill(f"milestone_{item}_text", "识别率 92%，试运行两个月")
        wu.page.locator(f".st-key-milestone_{item}_save button").click()
        wu.settle()
        wu.sees("待核查")
        li.visit(story.page)
        li.press("初核通过")
        li.sees("待复核")
        chen.visit(story.page)
        chen.press("复核通过")
        chen.sees("已通过")
        li.visit(story.page)
        li.press("登记今日支付")
        li.sees("已登记支付 60 万元")
        li.press("进入验收")
        li.sees("验收中")
        li.press("组建验收评审")
        li.sees("评审已建立")
        story.accept()
        li.visit(story.page)
        li.fill(f"accept_{story.of(OURS).id}_reason", "达到全部指标")
        li.settle()
        li.page.locator(f".st-key-accept_{story.of(OURS).id}_True button").click()
        li.settle()
        li.press("验收完成")
        li.sees("已验收")
        li.press("兑现")
        li.sees("已全部兑现")
        with zipfile.ZipFile(li.download("下载全部档案", tmp_path)) as packed:
            names = {name.split("/", 1)[1] for name in packed.namelist()}
    assert {
        "公示第1号.pdf",
        "公示第2号.pdf",
        "评审结果第1号.pdf",
        "评审结果第2号.pdf",
        "验收评审结果第1号.pdf",
        f"任务书_{OURS}.pdf",
        f"任务书_{CLOSE_TO_A_JUDGE}.pdf",
        f"验收单_{OURS}_里程碑1.pdf",
        "异议.csv",
        "校验.csv",
    } <= names
    assert f"验收单_{CLOSE_TO_A_JUDGE}_里程碑1.pdf" not in names
