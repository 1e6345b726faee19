"""A challenge on its way, through the services that people use."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from accounts import credit_code
from accounts import service as accounts
from accounts.permissions import OPERATOR, Actor
from accounts.schemas import AccountIn, OrganisationIn
from challenges import acceptance_service, bid_service, contract_service, decision_service, queries, service, stages
from challenges.schemas import AwardIn, BidIn, ChallengeIn, ContractIn, MilestoneIn, OpinionIn
from challenges.views import BidView, ChallengeView
from core import clock
from core.words import MemberRole, OrganisationKind, Role
from db.session import read, write
from db.tables import Challenge, ReviewEntry, RubricRow, RubricVersion, Sheet
from panels import finalise_service, review_service, setup_service, unlock_service
from panels import stages as panel_stages
from panels.schemas import MemberIn, ScheduleIn
from tests.panels.support import Panel, actor_of, judge_account, rubric_version
from tests.pilots.support import approved_scenario
from tests.support import PASSWORD, Cast

CODES = ("91330106MA2ABCDE1", "91330108MA2ABCDF2", "91330110MA2ABCDG3")


def coded(number: int) -> str:
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    return next(CODES[number] + sign for sign in signs if credit_code.is_valid(CODES[number] + sign))


def challenge_in(scenario_id: int, **changes: Any) -> ChallengeIn:
    values: dict[str, Any] = {
        "title": "独居老人异常识别",
        "scenario_id": scenario_id,
        "background": "独居老人多，人工走访跟不上。",
        "difficulties": "误报多、成本高。",
        "indicators": "识别率不低于 90%。",
        "content": "研制算法并试运行两个月。",
        "places": 2,
        "funding": Decimal(100),
        "winners": 2,
        "eligibility": "国内法人单位",
        "deadline": clock.now() + timedelta(days=10),
        "contact": "揭榜组 0571-0000000",
    }
    return ChallengeIn(**{**values, **changes})


def bid_in(name: str, **changes: Any) -> BidIn:
    values: dict[str, Any] = {
        "title": f"{name}的方案",
        "plan": f"{name}采用水电数据融合的路线，不新装设备。",
        "goals": "识别率 92%",
        "team": [name],
        "contact": f"{name} 0571-1111111",
    }
    return BidIn(**{**values, **changes})


def contract_in(amount: int, shares: tuple[str, ...] = ("33.33", "33.33", "33.34")) -> ContractIn:
    return ContractIn(
        amount=Decimal(amount),
        content="按方案完成研制和试运行",
        milestones=[
            MilestoneIn(
                title=f"第{at}步",
                indicators="识别率不低于 90%；误报率不高于 5%",
                due_on=clock.today() + timedelta(days=30 * at),
                share=Decimal(share),
            )
            for at, share in enumerate(shares, start=1)
        ],
    )


@dataclass
class Round:
    """A challenge and its people. `bidders` by name of organisation."""

    cast: Cast
    id: int
    bidders: dict[str, Actor] = field(default_factory=dict)
    panel: Panel | None = None

    def seen(self, actor: Actor | None = None) -> ChallengeView:
        view = queries.challenge(actor or self.cast.li_staff, self.id)
        assert view is not None
        return view

    def step(self, do: str, reason: str = "情况属实", actor: Actor | None = None) -> None:
        service.move(actor or self.cast.li_staff, self.id, do, reason, seen_version=self.seen(self.cast.admin).version)

    def bid(self, name: str, *, submit: bool = True, **changes: Any) -> int:
        mine = self.seen(self.bidders[name]).mine
        data = bid_in(name, **changes)
        note = ("说明.txt", f"{name}的说明".encode())
        return bid_service.save(
            self.bidders[name], self.id, data, [note], submit=submit, seen_version=mine.version if mine else 0
        )

    def of(self, name: str) -> BidView:
        return next(bid for bid in self.seen().bids if bid.organisation == name)

    def put(self, **values: Any) -> None:
        with write() as session:
            session.execute(update(Challenge).where(col(Challenge.id) == self.id).values(**values))

    def close(self) -> None:
        self.put(deadline=clock.now())
        self.step(stages.CLOSE)

    def check_all(self) -> None:
        for bid in self.seen().bids:
            decision_service.check_eligibility(
                self.cast.li_staff, bid.id, True, "符合申报条件", seen_version=bid.version
            )

    def judge(self, marks: dict[str, float]) -> None:
        """The panel's review to its final result: one mark a bid, from every judge."""
        self._sit(decision_service.open_review(self.cast.li_staff, self.id, self._rubric(), 5, 3), marks)

    def judge_work(self, marks: dict[str, float]) -> None:
        """The same for the acceptance of what was delivered."""
        self._sit(acceptance_service.open_panel(self.cast.li_staff, self.id, self._rubric(), 5, 3), marks)

    def _rubric(self) -> int:
        with read() as session:
            known = session.exec(select(RubricVersion.id).join(RubricRow).where(RubricRow.nonce == "rubric-评分标准一"))
            return known.first() or rubric_version(self.cast.li_staff)

    def _sit(self, review_id: int, marks: dict[str, float]) -> None:
        cast = self.cast
        judges = list(self.panel.judges.values()) if self.panel else [judge_account(number) for number in range(5)]
        self.panel = panel = Panel(review_id, cast.li_staff, cast.chen_staff, {})
        now = clock.now()
        review_service.set_schedule(
            cast.li_staff,
            review_id,
            ScheduleIn(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=7)),
            "",
            seen_version=panel.version(),
        )
        for judge in judges:
            panel.judges[judge.name] = judge
            panel.members[judge.name] = setup_service.add_member(
                cast.li_staff, review_id, MemberIn(account_id=judge.account_id or 0, role=MemberRole.JUDGE)
            )
        with read() as session:
            for entry in session.exec(select(ReviewEntry).where(ReviewEntry.review_id == review_id)):
                panel.entries[entry.organisation_name] = entry.id or 0
        panel.open()
        panel.mark_all({name: [mark] * 5 for name, mark in marks.items()})
        panel.step(panel_stages.CLOSE)
        self.finalise()

    def remark(self, judge: str, name: str, mark: float) -> None:
        """A judge's sheet is unlocked, as asked and granted by two people, and handed in again."""
        assert self.panel is not None
        staff, other = self.cast.li_staff, self.cast.chen_staff
        with read() as session:
            sheet = session.exec(
                select(Sheet.id).where(
                    Sheet.entry_id == self.panel.entries[name], Sheet.member_id == self.panel.members[judge]
                )
            ).one()
        request = unlock_service.ask(staff, sheet or 0, "异议成立，重新评分")
        unlock_service.answer(other, request, granted=True, words="同意", seen_version=1)
        self.panel.mark(judge, name, mark)

    def sign(self, name: str, amount: int, shares: tuple[str, ...] = ("33.33", "33.33", "33.34")) -> None:
        """A contract drafted and signed today."""
        staff = self.cast.li_staff
        contract_service.draft(staff, self.of(name).id, contract_in(amount, shares), seen_version=self.of(name).version)
        contract_service.sign(staff, self.of(name).id, clock.today(), seen_version=self.of(name).version)

    def finalise(self) -> None:
        assert self.panel is not None
        self.panel.step(panel_stages.SETTLE)
        result = finalise_service.propose(self.cast.li_staff, self.panel.review_id)
        finalise_service.confirm(self.cast.chen_staff, self.panel.review_id, result)

    def award(self, **changes: Any) -> int:
        usual = {
            "starts_on": clock.today(),
            "contact": "监督组 0571-2222222",
            "supervisor_id": self.cast.admin.account_id,
        }
        data = AwardIn(**(usual | changes))
        return decision_service.award(self.cast.li_staff, self.id, data, seen_version=self.seen().version)


def drafted(cast: Cast, **changes: Any) -> Round:
    data = challenge_in(approved_scenario(cast), **changes)
    return Round(cast, service.create(cast.li_staff, data, nonce="challenge"))


def opened(cast: Cast, *, bidders: int = 2, deadline: datetime | None = None, **changes: Any) -> Round:
    """A published challenge and its bidders: the cast's own and others."""
    made = drafted(cast, **(changes | ({"deadline": deadline} if deadline else {})))
    made.step(stages.ARGUE)
    service.ask_expert(cast.li_staff, made.id, cast.sun_judge.account_id or 0)
    service.argue(cast.sun_judge, made.id, OpinionIn(support=True, opinion="需求真实，建议发榜"))
    made.step(stages.APPROVE, "同意发榜", cast.chen_staff)
    made.step(stages.PUBLISH)
    own = cast.qian_bidder
    made.bidders[own.organisation] = own
    bid_service.register_code(cast.li_staff, own.organisation_id or 0, coded(0))
    for number in range(1, bidders):
        name = f"{'甲乙'[number - 1]}州智能有限公司"
        where = accounts.add_organisation(OPERATOR, OrganisationIn(name=name, kind=OrganisationKind.ENTERPRISE))
        account = accounts.add_account(
            OPERATOR,
            AccountIn(
                username=f"bidder{number}",
                name=f"揭{number}",
                role=Role.BIDDER,
                organisation_id=where,
                password=PASSWORD,
            ),
        )
        made.bidders[name] = actor_of(account)
        bid_service.register_code(cast.li_staff, where, coded(number))
    return made
