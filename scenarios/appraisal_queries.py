"""Reads about appraisals. What a reviewer wrote is read by staff and reviewers at any time, by whose scenario
it is once the decision is given; others who see the scenario read the decision."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy
from sqlalchemy import false
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from accounts.permissions import Actor, Permission, Subject, may
from core.errors import NotFound
from core.settings import settings
from core.words import Criterion, Decision, LikenessVerdict, Role, ScenarioState
from db import files
from db.files import Attached
from db.session import read
from db.tables import (
    Account,
    Appraisal,
    AppraisalFinding,
    AppraisalMatch,
    AppraisalReviewer,
    Attachment,
    Organisation,
    Region,
    Scenario,
    ScenarioPartner,
)
from scenarios import appraising, dossier_queries
from scenarios.appraising import Finding
from scenarios.duplicates import SCALE
from scenarios.queries import readable

EVIDENCE = "appraisal_finding"  # what evidence files hang on


@dataclass(frozen=True)
class FindingView:
    """One reviewer's finding on one point, with its evidence. `version` is its row's."""

    id: int
    account_id: int
    found: Finding
    files: Sequence[Attached]
    version: int


@dataclass(frozen=True)
class ReviewerView:
    account_id: int
    name: str
    organisation: str
    assigned_at: datetime
    advice: Decision | None
    opinion: str
    submitted_at: datetime | None
    findings: dict[Criterion, FindingView]


@dataclass(frozen=True)
class MatchView:
    """A similar scenario. `readable`: whether the actor may open it."""

    id: int
    scenario_id: int
    code: str
    name: str
    state: ScenarioState
    region: str
    summary: str
    score: int
    shared_words: Sequence[str]
    judgement: LikenessVerdict | None
    note: str
    judged_by: str
    version: int


@dataclass(frozen=True)
class AppraisalView:
    """One round. `opened` says whether the actor may read what reviewers wrote; without it reviewers,
    matches and blockers are empty."""

    id: int
    round: int
    submitted_by: str
    submitted_at: datetime
    checked_at: datetime | None
    floor: int
    decision: Decision | None
    reason: str
    scope: str
    decided_by: str
    decided_at: datetime | None
    opened: bool
    reviewers: Sequence[ReviewerView]
    matches: Sequence[MatchView]
    subject: Subject
    version: int

    @property
    def blockers(self) -> list[str]:
        """What is to be done before the decision."""
        return appraising.blockers(
            [
                appraising.Reviewer(
                    view.name,
                    view.submitted_at is not None,
                    [finding.found for finding in view.findings.values()],
                )
                for view in self.reviewers
            ],
            None
            if self.checked_at is None
            else [appraising.Similar(match.name, match.score, match.judgement) for match in self.matches],
            self.floor,
        )

    def sheet_of(self, account_id: int | None) -> ReviewerView | None:
        return next((view for view in self.reviewers if view.account_id == account_id), None)


@dataclass(frozen=True)
class WaitingRow:
    """A round that waits for its decision, in a list. `mine` says how the actor stands to it."""

    scenario_id: int
    code: str
    name: str
    domain: str
    region: str
    submitted_at: datetime
    reviewers: int
    handed_in: int
    similar: int
    unjudged: int
    mine: str


@dataclass(frozen=True)
class Candidate:
    account_id: int
    name: str
    organisation: str


def rounds(actor: Actor, scenario_id: int | None) -> list[AppraisalView]:
    """The appraisals of a scenario that the actor sees, newest first."""
    if scenario_id is None:
        return []
    with read() as session:
        row = session.scalars(readable(actor).where(Scenario.id == scenario_id)).first()
        if row is None:
            return []
        return views(session, actor, row)


def views(session: Session, actor: Actor, row: Scenario) -> list[AppraisalView]:
    """The same within a session, of a scenario that the actor sees."""
    owned = dossier_queries.subject_of(session, actor, row)
    by, decider = aliased(Account), aliased(Account)
    found = session.execute(
        select(Appraisal, by.name, decider.name)
        .join(by, col(by.id) == Appraisal.submitted_by)
        .outerjoin(decider, col(decider.id) == Appraisal.decided_by)
        .where(Appraisal.scenario_id == row.id)
        .order_by(col(Appraisal.round).desc())
    ).all()
    ids = [appraisal.id for appraisal, *_ in found]
    reviewers = _reviewers(session, ids)
    matches = _matches(session, actor, ids)
    seen = []
    for appraisal, submitted_by, decided_by in found:
        opened = may_read(actor, owned, [r.account_id for r in reviewers[appraisal.id]], appraisal.decision)
        seen.append(
            AppraisalView(
                id=appraisal.id,
                round=appraisal.round,
                submitted_by=submitted_by,
                submitted_at=appraisal.submitted_at,
                checked_at=appraisal.checked_at,
                floor=_floor(appraisal),
                decision=appraisal.decision,
                reason=appraisal.reason,
                scope=appraisal.scope,
                decided_by=decided_by or "",
                decided_at=appraisal.decided_at,
                opened=opened,
                reviewers=reviewers[appraisal.id] if opened else [],
                matches=matches[appraisal.id] if opened else [],
                subject=owned,
                version=appraisal.version,
            )
        )
    return seen


def may_read(actor: Actor, owned: Subject, reviewers: Sequence[int], decision: Decision | None) -> bool:
    """Whether the actor may read what reviewers wrote in a round."""
    if actor.is_staff or actor.account_id in reviewers:
        return True
    return decision is not None and bool(may(actor, Permission.SCENARIO_ITERATE, owned))


def waiting(actor: Actor) -> list[WaitingRow]:
    """Rounds that wait: for staff all of them, for others those they are asked to review; what waits for the
    actor first, then the oldest."""
    if not may(actor, Permission.APPRAISAL_READ):
        return []
    query = (
        sqlalchemy.select(Appraisal, *map(col, (Scenario.code, Scenario.name, Scenario.domain, Region.name)))
        .join(Scenario, col(Scenario.id) == Appraisal.scenario_id)
        .join(Region, col(Region.code) == Scenario.region_code)
        .where(col(Appraisal.decision).is_(None))
        .order_by(col(Appraisal.submitted_at), col(Appraisal.id))
    )
    if not actor.is_staff:
        asked = select(AppraisalReviewer.appraisal_id).where(AppraisalReviewer.account_id == actor.account_id)
        query = query.where(col(Appraisal.id).in_(asked))
    with read() as session:
        found = session.execute(query).all()
        ids = [appraisal.id for appraisal, *_ in found]
        handed: dict[int, dict[int, bool]] = defaultdict(dict)
        for key, account_id, submitted_at in session.execute(
            select(AppraisalReviewer.appraisal_id, AppraisalReviewer.account_id, AppraisalReviewer.submitted_at).where(
                col(AppraisalReviewer.appraisal_id).in_(ids)
            )
        ):
            handed[key][account_id] = submitted_at is not None
        similar, unjudged = Counter[int](), Counter[int]()
        floors = {appraisal.id: _floor(appraisal) for appraisal, *_ in found}
        for key, score, judgement in session.execute(
            select(AppraisalMatch.appraisal_id, AppraisalMatch.score, AppraisalMatch.judgement).where(
                col(AppraisalMatch.appraisal_id).in_(ids)
            )
        ):
            if score >= floors[key]:
                similar[key] += 1
                unjudged[key] += judgement is None
    rows = [
        WaitingRow(
            scenario_id=appraisal.scenario_id,
            code=code,
            name=name,
            domain=domain,
            region=region,
            submitted_at=appraisal.submitted_at,
            reviewers=len(handed[appraisal.id]),
            handed_in=sum(handed[appraisal.id].values()),
            similar=similar[appraisal.id],
            unjudged=unjudged[appraisal.id],
            mine=_mine(actor, appraisal, handed[appraisal.id]),
        )
        for appraisal, code, name, domain, region in found
    ]
    return sorted(rows, key=lambda row: row.mine != MINE)


MINE, TO_ASSIGN, TO_DECIDE = "待我论证", "待指派论证人", "待作决定"


def _mine(actor: Actor, appraisal: Appraisal, handed: dict[int, bool]) -> str:
    if actor.account_id in handed:
        return "我已提交" if handed[actor.account_id] else MINE
    if not handed:
        return TO_ASSIGN
    return TO_DECIDE if all(handed.values()) else "论证中"


def candidates(actor: Actor, scenario_id: int) -> list[Candidate]:
    """Who could be asked to review: people of the institute and of departments, but nobody whose own it is."""
    if not actor.is_staff:
        return []
    with read() as session:
        row = session.get(Scenario, scenario_id)
        appraisal = current(session, scenario_id)
        if row is None or appraisal is None:
            return []
        involved = set(concerned(session, row))
        assigned = session.exec(
            select(AppraisalReviewer.account_id).where(AppraisalReviewer.appraisal_id == appraisal.id)
        ).all()
        people = session.execute(
            sqlalchemy.select(
                *map(col, (Account.id, Account.name, Account.role)),
                col(Account.organisation_id),
                col(Organisation.name),
            )
            .join(Organisation, col(Organisation.id) == Account.organisation_id)
            .where(col(Account.active).is_(True), col(Account.role).in_(REVIEWING))
            .order_by(col(Organisation.id), col(Account.id))
        ).all()
        return [
            Candidate(key or 0, name, organisation)
            for key, name, role, organisation_id, organisation in people
            if key not in {row.created_by, *appraisal.authors, *assigned}
            and not (role is Role.DEPARTMENT and organisation_id in involved)
        ]


REVIEWING = (Role.INSTITUTE, Role.ADMIN, Role.DEPARTMENT)


def concerned(session: Session, row: Scenario) -> list[int]:
    """The organisations whose own it is: that registered it, lead it or take part."""
    registrar = session.exec(select(Account.organisation_id).where(Account.id == row.created_by)).one()
    partners = session.exec(select(ScenarioPartner.organisation_id).where(ScenarioPartner.scenario_id == row.id)).all()
    return [registrar, row.lead_organisation_id, *partners]


def current(session: Session, scenario_id: int) -> Appraisal | None:
    """The round that waits for its decision."""
    return session.exec(
        select(Appraisal).where(Appraisal.scenario_id == scenario_id, col(Appraisal.decision).is_(None))
    ).first()


def evidence(actor: Actor, attachment_id: int) -> bytes:
    """A file that supports a finding, for whoever may read the finding."""
    with read() as session:
        found = session.exec(
            select(Appraisal)
            .join(AppraisalFinding, col(AppraisalFinding.appraisal_id) == Appraisal.id)
            .join(Attachment, col(Attachment.entity_id) == AppraisalFinding.id)
            .where(Attachment.id == attachment_id, Attachment.entity == EVIDENCE)
        ).first()
        row = found and session.scalars(readable(actor).where(Scenario.id == found.scenario_id)).first()
        if not found or not row:
            raise NotFound("没有找到这个文件，或您无权查看。")
        asked = session.exec(select(AppraisalReviewer.account_id).where(AppraisalReviewer.appraisal_id == found.id))
        if not may_read(actor, dossier_queries.subject_of(session, actor, row), list(asked), found.decision):
            raise NotFound("没有找到这个文件，或您无权查看。")
        return files.content(session, attachment_id)


def _floor(appraisal: Appraisal) -> int:
    return round(settings().likeness_floor * SCALE) if appraisal.likeness_floor is None else appraisal.likeness_floor


def _reviewers(session: Session, ids: Sequence[int]) -> dict[int, list[ReviewerView]]:
    rows = session.exec(
        select(AppraisalFinding).where(col(AppraisalFinding.appraisal_id).in_(ids)).order_by(col(AppraisalFinding.id))
    ).all()
    attached: dict[int, list[Attached]] = defaultdict(list)
    for file in files.attached(session, EVIDENCE, [row.id or 0 for row in rows]):
        attached[file.entity_id].append(file)
    findings: dict[tuple[int, int], dict[Criterion, FindingView]] = defaultdict(dict)
    for row in rows:
        held = attached[row.id or 0]
        findings[row.appraisal_id, row.account_id][row.criterion] = FindingView(
            id=row.id or 0,
            account_id=row.account_id,
            found=Finding(row.criterion, row.verdict, row.finding, row.evidence, len(held)),
            files=held,
            version=row.version,
        )
    found: dict[int, list[ReviewerView]] = defaultdict(list)
    for reviewer, name, organisation in session.exec(
        select(AppraisalReviewer, Account.name, Organisation.name)
        .join(Account, col(Account.id) == AppraisalReviewer.account_id)
        .join(Organisation, col(Organisation.id) == Account.organisation_id)
        .where(col(AppraisalReviewer.appraisal_id).in_(ids))
        .order_by(col(AppraisalReviewer.assigned_at), col(AppraisalReviewer.account_id))
    ):
        found[reviewer.appraisal_id].append(
            ReviewerView(
                account_id=reviewer.account_id,
                name=name,
                organisation=organisation,
                assigned_at=reviewer.assigned_at,
                advice=reviewer.advice,
                opinion=reviewer.opinion,
                submitted_at=reviewer.submitted_at,
                findings=findings[reviewer.appraisal_id, reviewer.account_id],
            )
        )
    return found


def _matches(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, list[MatchView]]:
    """Similar scenarios that the actor may see, the most alike first. Staff see all of them; what is hidden
    from a reviewer of a department is left to them."""
    visible = col(Scenario.id).in_(readable(actor).with_only_columns(Scenario.id)) if ids else false()
    rows = session.execute(
        sqlalchemy.select(
            AppraisalMatch,
            *map(col, (Scenario.code, Scenario.name, Scenario.state, Region.name, Scenario.summary)),
            func.coalesce(Account.name, ""),
        )
        .join(Scenario, col(Scenario.id) == AppraisalMatch.other_id)
        .join(Region, col(Region.code) == Scenario.region_code)
        .outerjoin(Account, col(Account.id) == AppraisalMatch.judged_by)
        .where(col(AppraisalMatch.appraisal_id).in_(ids), visible)
        .order_by(col(AppraisalMatch.score).desc(), col(AppraisalMatch.other_id))
    ).all()
    found: dict[int, list[MatchView]] = defaultdict(list)
    for match, code, name, state, region, summary, judged_by in rows:
        found[match.appraisal_id].append(
            MatchView(
                id=match.id,
                scenario_id=match.other_id,
                code=code,
                name=name,
                state=state,
                region=region,
                summary=summary,
                score=match.score,
                shared_words=tuple(match.shared_words),
                judgement=match.judgement,
                note=match.note,
                judged_by=judged_by,
                version=match.version,
            )
        )
    return found
