"""Reads about rules as data: which are in force, their waivers and rehearsals, what checks have found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.periods import Cadence, Period
from core.words import RuleScope, RuleState
from db.session import read
from db.tables import Account, Collection, Region, RuleRehearsal, RuleWaiver, ValidationRule
from metrics import checks, rule_words
from metrics.model import Severity
from metrics.rulebook import DataRule, Waiver


@dataclass(frozen=True)
class RuleView:
    """A rule as the list shows it, in code (`id` None) or data."""

    id: int | None
    code: str
    name: str
    severity: Severity
    scope: str
    condition: str
    message: str
    remedy: str
    valid_from: str
    state: RuleState
    waivable: bool

    @property
    def built_in(self) -> bool:
        return self.id is None


@dataclass(frozen=True)
class Rehearsal:
    """One try of a rule on the past. `current` tells whether the rule is still as it was tried."""

    at: datetime
    by: str
    first_period: str
    last_period: str
    checked: int
    unknown: int
    found: int
    examples: Sequence[Mapping[str, Any]]
    current: bool


@dataclass(frozen=True)
class RuleDetail:
    """A rule written by staff, whole."""

    id: int
    version: int
    state: RuleState
    rule: DataRule
    collection: str
    created_by: str
    created_at: datetime
    rehearsals: Sequence[Rehearsal]


@dataclass(frozen=True)
class WaiverView:
    id: int
    version: int
    rule: str
    region_code: str
    region: str
    collection: str
    starts_on: date
    ends_on: date
    reason: str
    granted_by: str
    granted_at: datetime

    def running(self, today: date) -> bool:
        return self.ends_on >= today


def data_rule(row: ValidationRule) -> DataRule:
    """The plain rule behind a table row."""
    return DataRule(
        code=row.code,
        name=row.name,
        severity=row.severity,
        scope=row.scope,
        expression=row.expression,
        message=row.message,
        remedy=row.remedy,
        valid_from=row.valid_from,
        indicator_code=row.indicator_code,
        collection_id=row.collection_id,
    )


def in_force(session: Session, collection_id: int) -> list[DataRule]:
    """The active rules that returns of a collection may be asked, by code. Period and indicator are for the
    rule itself to say (`DataRule.in_force`, `.asks`)."""
    rows = session.exec(
        select(ValidationRule)
        .where(
            ValidationRule.state == RuleState.ACTIVE,
            or_(col(ValidationRule.collection_id).is_(None), col(ValidationRule.collection_id) == collection_id),
        )
        .order_by(ValidationRule.code)
    )
    return [data_rule(row) for row in rows]


def excused(session: Session, region_codes: Sequence[str] = ()) -> list[Waiver]:
    """The waivers of some regions, or of all."""
    query = select(RuleWaiver).order_by(col(RuleWaiver.id))
    if region_codes:
        query = query.where(col(RuleWaiver.region_code).in_(list(region_codes)))
    return [
        Waiver(row.rule, row.region_code, row.starts_on, row.ends_on, row.reason, row.collection_id)
        for row in session.exec(query)
    ]


def rules(actor: Actor) -> list[RuleView]:
    """Every rule there is: those in code in the order they are asked, then those of staff by code."""
    require(actor, Permission.RULE_READ)
    with read() as session:
        rows = session.exec(select(ValidationRule).order_by(ValidationRule.code)).all()
        names = dict(session.exec(select(Collection.id, Collection.name)).all())
        written = [
            RuleView(
                id=row.id,
                code=row.code,
                name=row.name,
                severity=Severity(row.severity.value),
                scope=_scope(row, names),
                condition=row.expression,
                message=row.message,
                remedy=row.remedy,
                valid_from=Period.parse(row.valid_from).label,
                state=row.state,
                waivable=True,
            )
            for row in rows
        ]
    return [*built_in(), *written]


def built_in() -> list[RuleView]:
    """The rules in code, in the words of the list."""
    return [
        RuleView(
            id=None,
            code=rule.id,
            name=rule_words.name(rule.id),
            severity=rule.severity,
            scope=RuleScope.ALL.label,
            condition=rule_words.condition(rule.id),
            message=rule.message,
            remedy=rule.remedy,
            valid_from="一直",
            state=RuleState.ACTIVE,
            waivable=waivable(rule.id),
        )
        for rule in checks.RULES
    ]


def waivable(code: str) -> bool:
    """Errors of the rules in code are impossible figures: nobody is excused from those."""
    built = next((rule for rule in checks.RULES if rule.id == code), None)
    return built is None or (built.severity is Severity.WARNING and built.id != "blank")


def rule(actor: Actor, rule_id: int) -> RuleDetail | None:
    """One rule written by staff, with its rehearsals, the newest first."""
    require(actor, Permission.RULE_READ)
    with read() as session:
        row = session.get(ValidationRule, rule_id)
        if row is None:
            return None
        author = session.get(Account, row.created_by) if row.created_by else None
        collection = session.get(Collection, row.collection_id) if row.collection_id else None
        tried = session.exec(
            select(RuleRehearsal, Account.name)
            .outerjoin(Account, col(Account.id) == RuleRehearsal.by)
            .where(RuleRehearsal.rule_id == rule_id)
            .order_by(col(RuleRehearsal.id).desc())
        ).all()
        return RuleDetail(
            id=rule_id,
            version=row.version,
            state=row.state,
            rule=data_rule(row),
            collection=collection.name if collection else "",
            created_by=author.name if author else "命令行",
            created_at=row.created_at,
            rehearsals=[
                Rehearsal(
                    at=item.at,
                    by=name or "命令行",
                    first_period=item.first_period,
                    last_period=item.last_period,
                    checked=item.checked,
                    unknown=item.unknown,
                    found=item.found,
                    examples=item.examples,
                    current=item.rule_version == row.version,
                )
                for item, name in tried
            ],
        )


def waivers(actor: Actor, *, rule: str = "") -> list[WaiverView]:
    """Waivers, the newest first: staff see all, a county its own, others none."""
    require(actor, Permission.RULE_READ)
    query = (
        select(RuleWaiver, Region.name, func.coalesce(Collection.name, ""), Account.name)
        .join(Region, col(Region.code) == RuleWaiver.region_code)
        .outerjoin(Collection, col(Collection.id) == RuleWaiver.collection_id)
        .outerjoin(Account, col(Account.id) == RuleWaiver.granted_by)
        .order_by(col(RuleWaiver.id).desc())
    )
    if rule:
        query = query.where(RuleWaiver.rule == rule)
    if not actor.is_staff:
        query = query.where(RuleWaiver.region_code == (actor.region_code or ""))
    with read() as session:
        return [
            WaiverView(
                id=row.id or 0,
                version=row.version,
                rule=row.rule,
                region_code=row.region_code,
                region=region,
                collection=collection,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                reason=row.reason,
                granted_by=name or "命令行",
                granted_at=row.granted_at,
            )
            for row, region, collection, name in session.exec(query)
        ]


def default_rehearsal() -> tuple[str, str]:
    """The last twelve whole months."""
    last = Period.containing(clock.today(), Cadence.MONTH).shift(-1)
    return str(last.shift(-11)), str(last)


def _scope(row: ValidationRule, names: dict[int | None, str]) -> str:
    if row.scope is RuleScope.INDICATOR:
        return f"指标 {row.indicator_code}"
    return f"报送任务：{names.get(row.collection_id, '–')}" if row.scope is RuleScope.COLLECTION else row.scope.label
