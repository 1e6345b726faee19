"""A review on its way: a rubric, a panel of five and some entries, through the services that people use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from sqlmodel import select

from accounts import service as accounts
from accounts.permissions import OPERATOR, Actor
from accounts.schemas import AccountIn, OrganisationIn
from core import clock
from core.words import MemberRole, OrganisationKind, PanelRule, ReviewKind, ReviewState, Role
from db.session import read, write
from db.tables import Account, PanelMember, Review, ReviewAssignment, RubricVersion, Sheet
from panels import review_service, rubric_service, setup_service, sheet_service, stages
from panels.schemas import CriterionIn, EntryIn, MemberIn, ReviewIn, RubricIn, ScheduleIn
from panels.sheet_schemas import SheetIn
from tests.support import PASSWORD, Cast

WEIGHTS = {"need": 30, "design": 25, "effect": 20, "spread": 15, "safety": 10}
NAMES = {"need": "需求", "design": "机制", "effect": "实效", "spread": "推广", "safety": "安全"}


@dataclass
class Panel:
    """Ids and people of a review. `judges` by name, `members` and `entries` by name or code."""

    review_id: int
    staff: Actor
    other: Actor
    judges: dict[str, Actor]
    members: dict[str, int] = field(default_factory=dict)
    entries: dict[str, int] = field(default_factory=dict)

    def version(self) -> int:
        with read() as session:
            return session.get_one(Review, self.review_id).version

    def state(self) -> ReviewState:
        with read() as session:
            return session.get_one(Review, self.review_id).state

    def step(self, do: str, reason: str = "情况有变化", *, actor: Actor | None = None) -> None:
        review_service.move(actor or self.staff, self.review_id, do, reason, seen_version=self.version())

    def assign_all(self, *, shadows: bool = True) -> None:
        """Everybody of the panel judges everything."""
        with write() as session:
            for member in session.exec(select(PanelMember).where(PanelMember.review_id == self.review_id)).all():
                for entry in self.entries.values():
                    if shadows or member.role is not MemberRole.SHADOW:
                        session.add(
                            ReviewAssignment(
                                entry_id=entry, member_id=member.id or 0, review_id=self.review_id, at=clock.now()
                            )
                        )

    def open(self) -> None:
        """From 筹备 to 评分中, with everybody judging everything."""
        self.step(stages.CALL)
        self.step(stages.ASSIGN)
        self.assign_all()
        self.step(stages.OPEN)

    def number(self, judge: str, entry: str) -> int:
        with read() as session:
            found = session.exec(
                select(Sheet.number).where(
                    Sheet.member_id == self.members[judge], Sheet.entry_id == self.entries[entry]
                )
            ).all()
            return max(found, default=0)

    def mark(self, judge: str, entry: str, *marks: float, submit: bool = True, reasons: str = "") -> int:
        """One judge's sheet: one mark for every criterion, or one for each."""
        given = marks * len(WEIGHTS) if len(marks) == 1 else marks
        data = SheetIn(
            marks={code: Decimal(str(mark)) for code, mark in zip(WEIGHTS, given, strict=True)},
            reasons=dict.fromkeys(WEIGHTS, reasons) if reasons else {},
        )
        return sheet_service.save(
            self.judges[judge],
            self.review_id,
            self.entries[entry],
            data,
            seen=self.number(judge, entry),
            submit=submit,
        )

    def mark_all(self, marks: Mapping[str, Sequence[float]]) -> None:
        """Every judge's one mark for every entry: code → marks in the order of the judges."""
        for code, given in marks.items():
            for judge, mark in zip(self.judges, given, strict=False):
                self.mark(judge, code, mark)


def rubric_in(name: str = "评分标准一", weights: Mapping[str, int] = WEIGHTS, step: Decimal = Decimal(1)) -> RubricIn:
    return RubricIn(
        name=name,
        kind=ReviewKind.AWARD,
        criteria=[
            CriterionIn(code=code, name=NAMES[code], weight=Decimal(weight), step=step)
            for code, weight in weights.items()
        ],
    )


def rubric_version(actor: Actor, data: RubricIn | None = None) -> int:
    data = data or rubric_in()
    rubric_id = rubric_service.create_rubric(actor, data, nonce=f"rubric-{data.name}")
    with read() as session:
        return session.exec(select(RubricVersion.id).where(RubricVersion.rubric_id == rubric_id)).first() or 0


def judge_account(number: int, organisation_id: int | None = None) -> Actor:
    """Another judge, of his own university unless said otherwise."""
    name = "甲乙丙丁戊己庚辛壬癸"[number] + "评委"
    if organisation_id is None:
        data = OrganisationIn(name=f"第{'一二三四五六七八九十'[number]}测绘大学", kind=OrganisationKind.SOCIAL)
        organisation_id = accounts.add_organisation(OPERATOR, data)
    account_id = accounts.add_account(
        OPERATOR,
        AccountIn(
            username=f"judge{number}",
            name=name,
            role=Role.JUDGE,
            organisation_id=organisation_id,
            password=PASSWORD,
        ),
    )
    return actor_of(account_id)


def actor_of(account_id: int) -> Actor:
    with read() as session:
        row = session.get_one(Account, account_id)
        return Actor(row.id, None, row.name, row.role, row.organisation_id)


def prepare(
    cast: Cast,
    *,
    judges: int = 5,
    entries: Sequence[str] = ("A", "B", "C"),
    shadows: int = 0,
    **rule: object,
) -> Panel:
    """A review in 筹备 with its panel, entries and schedule."""
    asked = {"rule": PanelRule.MEAN, "per_entry": judges, "quorum": 3} | rule
    review_id = review_service.create_review(
        cast.li_staff,
        ReviewIn.model_validate(
            {"name": "遴选评审一", "kind": ReviewKind.AWARD, "rubric_version_id": rubric_version(cast.li_staff)} | asked
        ),
        nonce="review",
    )
    panel = Panel(review_id, cast.li_staff, cast.chen_staff, {})
    now = clock.now()
    review_service.set_schedule(
        cast.li_staff,
        review_id,
        ScheduleIn(opens_at=now - timedelta(hours=1), closes_at=now + timedelta(days=7)),
        "",
        seen_version=panel.version(),
    )
    for code in entries:
        panel.entries[code] = setup_service.add_entry(
            cast.li_staff,
            review_id,
            EntryIn(code=code, title=f"项目{code}", organisation_name=f"{code * 3}号乡村振兴促进会"),
        )
    for number in range(judges + shadows):
        actor = judge_account(number)
        panel.judges[actor.name] = actor
        panel.members[actor.name] = setup_service.add_member(
            cast.li_staff,
            review_id,
            MemberIn(account_id=actor.account_id or 0, role=MemberRole.JUDGE if number < judges else MemberRole.SHADOW),
        )
    return panel
