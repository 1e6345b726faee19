"""Reads about the plan of a pilot. Those who only take part see what concerns them: phases, milestones, risks,
the leading team and their own; never the money nor other counties' people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Answer, Permission, Subject, may
from core import clock
from core.errors import NotFound
from core.words import Arm, IndicatorRole, Role
from db import files
from db.files import Attached
from db.session import read
from db.tables import (
    Account,
    CollectionUnit,
    Organisation,
    Pilot,
    PilotBudgetLine,
    PilotMember,
    PilotMilestone,
    PilotPayment,
    PilotRisk,
    Region,
)
from metrics import accumulation
from pilots import plan, queries, reading
from pilots.money import Budget, Line, Payment, Results
from pilots.phases import Phase
from pilots.plan import Member, Milestone, Risk
from pilots.queries import PilotView
from pilots.stages import PILOT

MILESTONE, PAYMENT = "pilot_milestone", "pilot_payment"  # what their files are attached to


@dataclass(frozen=True)
class Plan:
    """A pilot's plan as one person sees it. `budget` and `results` are None for those who do not see the money."""

    pilot: PilotView
    phases: Sequence[Phase]
    milestones: Sequence[Milestone]
    members: Sequence[Member]
    risks: Sequence[Risk]
    editable: Answer
    payable: Answer  # money is settled even after the pilot has ended
    budget: Budget | None = None
    results: Results | None = None
    regions: Mapping[str, str] = field(default_factory=dict)  # code → name of those that take part
    evidence: Mapping[int, Sequence[Attached]] = field(default_factory=dict)  # milestone →
    vouchers: Mapping[int, Sequence[Attached]] = field(default_factory=dict)  # payment →


@dataclass(frozen=True)
class Attention:
    """A pilot whose plan asks for something: milestones past their due date, lines paid beyond their budget."""

    pilot_id: int
    pilot: str
    overdue: Sequence[Milestone] = ()
    overruns: Sequence[str] = ()


def plan_of(actor: Actor, pilot_id: int) -> Plan | None:
    """A pilot's whole plan; None when there is none that the actor sees."""
    view = queries.pilot(actor, pilot_id)
    if view is None:
        return None
    with read() as session:
        lead = session.get_one(Pilot, pilot_id).lead_organisation_id
        payable = may(actor, Permission.PILOT_PLAN, Subject(organisation_id=lead))
        subject = Subject(organisation_id=lead, editable=view.state not in PILOT.terminal)
        editable = may(actor, Permission.PILOT_PLAN, subject)
        milestones = milestones_of(session, [pilot_id])[pilot_id]
        money = bool(payable) or actor.role is Role.DEPARTMENT
        budget = budget_of(session, pilot_id) if money else None
        return Plan(
            pilot=view,
            phases=queries.phases_of(session, pilot_id),
            milestones=milestones,
            members=_members(session, actor, pilot_id, all_of_them=money),
            risks=_risks(session, pilot_id),
            editable=editable,
            payable=payable,
            budget=budget,
            results=results_of(session, view) if money else None,
            regions=regions_of(session, view.collection_id),
            evidence=_files(session, MILESTONE, [item.id for item in milestones]),
            vouchers=_files(session, PAYMENT, [item.id for item in budget.payments]) if budget else {},
        )


def attention(actor: Actor) -> list[Attention]:
    """Pilots that are under way, whose plans are the actor's to keep and ask for something; the longest
    overdue first."""
    query = queries.readable(actor).where(col(Pilot.state).not_in(PILOT.terminal))
    if not actor.is_staff:
        query = query.where(Pilot.lead_organisation_id == actor.organisation_id)
    today = clock.today()
    with read() as session:
        rows = [(row.id or 0, row.name) for row in session.exec(query)]
        ids = [number for number, _ in rows]
        milestones = milestones_of(session, ids)
        budgets = budgets_of(session, ids)
    found = [
        Attention(number, name, plan.overdue(milestones[number], today), budgets[number].overruns)
        for number, name in rows
    ]
    found = [item for item in found if item.overdue or item.overruns]
    return sorted(found, key=lambda item: (item.overdue[0].due_on if item.overdue else today, item.pilot_id))


def file_of(actor: Actor, attachment_id: int) -> bytes:
    """A milestone's evidence, or a voucher for those who see the money."""
    with read() as session:
        mine = list(session.scalars(queries.readable(actor).with_only_columns(col(Pilot.id))))
        if actor.is_staff or actor.role is Role.DEPARTMENT:
            paying = mine
        else:
            own = queries.readable(actor).where(Pilot.lead_organisation_id == actor.organisation_id)
            paying = list(session.scalars(own.with_only_columns(col(Pilot.id))))
        records = {
            MILESTONE: select(PilotMilestone.id).where(col(PilotMilestone.pilot_id).in_(mine)),
            PAYMENT: select(PilotPayment.id).where(col(PilotPayment.pilot_id).in_(paying)),
        }
        for entity, ids in records.items():
            numbers = [number or 0 for number in session.exec(ids)]
            if attachment_id in {file.id for file in files.attached(session, entity, numbers)}:
                return files.content(session, attachment_id)
    raise NotFound("没有找到这个文件，或您无权查看。", "请刷新页面。")


# -- within a session ------------------------------------------------------------------------


def milestones_of(session: Session, pilot_ids: Sequence[int]) -> dict[int, list[Milestone]]:
    """Milestones of pilots, by due date."""
    found: dict[int, list[Milestone]] = {number: [] for number in pilot_ids}
    for row in session.exec(
        select(PilotMilestone)
        .where(col(PilotMilestone.pilot_id).in_(pilot_ids))
        .order_by(col(PilotMilestone.due_on), col(PilotMilestone.id))
    ):
        found[row.pilot_id].append(
            Milestone(row.id or 0, row.content, row.due_on, row.owner, row.state, row.done_on, row.note, row.version)
        )
    return found


def budget_of(session: Session, pilot_id: int) -> Budget:
    return budgets_of(session, [pilot_id])[pilot_id]


def budgets_of(session: Session, pilot_ids: Sequence[int]) -> dict[int, Budget]:
    """Budgets of pilots: lines in the order they were entered, payments by the order they were booked."""
    lines: dict[int, list[Line]] = {number: [] for number in pilot_ids}
    payments: dict[int, list[Payment]] = {number: [] for number in pilot_ids}
    for row in session.exec(
        select(PilotBudgetLine)
        .where(col(PilotBudgetLine.pilot_id).in_(pilot_ids), col(PilotBudgetLine.removed_at).is_(None))
        .order_by(col(PilotBudgetLine.id))
    ):
        lines[row.pilot_id].append(Line(row.id or 0, row.name, row.source, row.note, row.planned, row.version))
    for paid, who in session.exec(
        select(PilotPayment, Account.name)
        .outerjoin(Account, col(Account.id) == PilotPayment.created_by)
        .where(col(PilotPayment.pilot_id).in_(pilot_ids))
        .order_by(col(PilotPayment.id))
    ):
        payments[paid.pilot_id].append(
            Payment(
                id=paid.id or 0,
                line_id=paid.line_id,
                paid_on=paid.paid_on,
                amount=paid.amount,
                purpose=paid.purpose,
                payee=paid.payee,
                reverses_id=paid.reverses_id,
                reason=paid.reason,
                by=who or "命令行",
                at=paid.created_at,
            )
        )
    return {number: Budget(lines[number], payments[number]) for number in pilot_ids}


def results_of(session: Session, view: PilotView) -> Results:
    """What the pilot counties brought about since the start, by the first goal indicator's numerator."""
    asked = reading.asked_by_code(session, view.collection_id)
    goal = next((versions for versions in asked if versions[-1][1] is IndicatorRole.GOAL), None)
    if goal is None:
        return Results(None)
    codes = session.exec(
        select(CollectionUnit.region_code).where(
            CollectionUnit.collection_id == view.collection_id, CollectionUnit.arm == Arm.PILOT
        )
    ).all()
    values = reading.values_of(session, view.collection_id, codes)
    first, last = view.span.first_post, view.span.last_post
    total, reported = 0, 0
    for indicator, _, _ in goal:
        rows = values[values.indicator_id == indicator.id].reset_index(drop=True)
        single = accumulation.frame_increments(indicator, rows)
        within = single[(single.period >= first) & (single.period <= last)]
        known = within.n.dropna()
        total += int(known.sum())
        reported += len(known)
    returns = reading.returns_of(session, view.collection_id, codes)
    owed = returns[returns.due & (returns.period >= first) & (returns.period <= last)]
    return Results(goal[-1][0], total if reported else None, reported, max(len(owed), reported))


def people(actor: Actor, pilot_id: int) -> dict[int, str]:
    """Accounts that may be on the pilot's team, for those who keep its plan: of the institute, the leading
    organisation and the counties that take part."""
    with read() as session:
        pilot = session.exec(queries.readable(actor).where(Pilot.id == pilot_id)).first()
        if pilot is None or not may(actor, Permission.PILOT_PLAN, Subject(organisation_id=pilot.lead_organisation_id)):
            return {}
        counties = select(CollectionUnit.region_code).where(CollectionUnit.collection_id == pilot.collection_id)
        rows = session.exec(
            select(Account.id, Account.name, Organisation.short_name)
            .join(Organisation, col(Organisation.id) == Account.organisation_id)
            .where(
                col(Account.active),
                (col(Account.role) == Role.INSTITUTE)
                | (col(Organisation.id) == pilot.lead_organisation_id)
                | col(Organisation.region_code).in_(counties),
            )
            .order_by(col(Account.id))
        ).all()
    return {number or 0: f"{name}（{organisation}）" for number, name, organisation in rows}


def _members(session: Session, actor: Actor, pilot_id: int, *, all_of_them: bool) -> list[Member]:
    query = (
        select(PilotMember, Organisation.name, Region.name)
        .outerjoin(Organisation, col(Organisation.id) == PilotMember.organisation_id)
        .outerjoin(Region, col(Region.code) == PilotMember.region_code)
        .where(PilotMember.pilot_id == pilot_id)
        .order_by(col(PilotMember.left_on).is_not(None), col(PilotMember.region_code).is_not(None), col(PilotMember.id))
    )
    return [
        Member(
            id=row.id or 0,
            name=row.name,
            role=row.role,
            account_id=row.account_id,
            organisation_id=row.organisation_id,
            organisation=organisation or "",
            region_code=row.region_code,
            region=region or "",
            duty=row.duty,
            contact=row.contact,
            left_on=row.left_on,
            version=row.version,
        )
        for row, organisation, region in session.exec(query)
        if all_of_them or row.region_code in (None, actor.region_code)
    ]


def _risks(session: Session, pilot_id: int) -> list[Risk]:
    rows = session.exec(select(PilotRisk).where(PilotRisk.pilot_id == pilot_id)).all()
    found = [
        Risk(
            id=row.id or 0,
            content=row.content,
            likelihood=row.likelihood,
            consequence=row.consequence,
            response=row.response,
            owner=row.owner,
            state=row.state,
            reviewed_on=row.reviewed_on,
            version=row.version,
        )
        for row in rows
    ]
    return sorted(found, key=lambda risk: (risk.state.value == "closed", -risk.score, risk.id))


def regions_of(session: Session, collection_id: int) -> dict[str, str]:
    """Code → name of the regions of a pilot's collection, pilots first."""
    rows = session.exec(
        select(Region.code, Region.name)
        .join(CollectionUnit, col(CollectionUnit.region_code) == Region.code)
        .where(CollectionUnit.collection_id == collection_id)
        .order_by(col(CollectionUnit.arm).desc(), Region.code)
    )
    return dict(rows.all())


def _files(session: Session, entity: str, ids: Sequence[int]) -> dict[int, list[Attached]]:
    found: dict[int, list[Attached]] = {}
    for file in files.attached(session, entity, ids) if ids else []:
        found.setdefault(file.entity_id, []).append(file)
    return found
