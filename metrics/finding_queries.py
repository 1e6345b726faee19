"""What checks of returns have found, counted by rule and round: where people stumble, and what in the
template should change. Staff see all; a county what was found in its own returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import and_, func, select
from sqlmodel import Session, col

from accounts.permissions import Actor, Permission, require
from db.session import read
from db.tables import Collection, IndicatorRow, Region, ReturnCheck, ReturnFinding, ReturnRow, ValidationRule
from metrics import queries, rule_words
from metrics.recording import WAIVED


@dataclass(frozen=True)
class RuleCount:
    """One rule in one round: how many returns and values it objected to at any check, how many values it
    still objected to at each return's last check, how many were waived."""

    rule: str
    name: str
    period: str
    returns: int
    values: int
    left: int
    waived: int


@dataclass(frozen=True)
class Found:
    """One value that a rule objected to, as it was first seen."""

    return_id: int
    collection: str
    region_code: str
    region: str
    period: str
    indicator: str
    severity: str
    message: str
    at: datetime
    left: bool


def counts(actor: Actor, *, collection_id: int | None = None, rule: str = "") -> list[RuleCount]:
    """By rule and period, the newest period first, then the rules by how many values."""
    require(actor, Permission.RULE_READ)
    frame = _frame(actor, collection_id, rule)
    if frame.empty:
        return []
    names = _names()
    found = []
    for (code, period), rows in frame.groupby(["rule", "period"]):
        objected = rows[rows.severity != WAIVED]
        found.append(
            RuleCount(
                rule=str(code),
                name=names.get(str(code)) or rule_words.name(str(code)),
                period=str(period),
                returns=int(objected.return_id.nunique()),
                values=len(objected.drop_duplicates(["return_id", "code"])),
                left=len(objected[objected.last].drop_duplicates(["return_id", "code"])),
                waived=len(rows[rows.severity == WAIVED].drop_duplicates(["return_id", "code"])),
            )
        )
    return sorted(found, key=lambda item: (item.period, item.values, item.rule), reverse=True)


def by_round(rows: Sequence[RuleCount], most: int = 12) -> pd.DataFrame:
    """Rules down, the last `most` rounds across, the values each objected to; the worst rule first."""
    periods = sorted({row.period for row in rows})[-most:]
    totals: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.period in periods:
            totals.setdefault(row.rule, dict.fromkeys(periods, 0))[row.period] = row.values
    frame = pd.DataFrame.from_dict(totals, orient="index", columns=periods)
    frame["合计"] = frame.sum(axis=1)
    return frame.sort_values("合计", ascending=False, kind="stable")


def found(actor: Actor, rule: str, *, collection_id: int | None = None, limit: int = 500) -> list[Found]:
    """The values one rule objected to, the newest first."""
    require(actor, Permission.RULE_READ)
    frame = _frame(actor, collection_id, rule)
    if frame.empty:
        return []
    first = frame.sort_values("at").drop_duplicates(["return_id", "code"])
    left = set(frame[frame["last"]][["return_id", "code"]].itertuples(index=False, name=None))
    with read() as session:
        places = select(col(Region.code), col(Region.name)).where(
            col(Region.code).in_(list(first.region_code.unique()))
        )
        regions = _pairs(session, places)
        collections = _pairs(session, select(col(Collection.id), col(Collection.name)))
        named = select(col(IndicatorRow.code), col(IndicatorRow.name)).order_by(col(IndicatorRow.version))
        indicators = _pairs(session, named)
    return [
        Found(
            return_id=int(row.return_id),
            collection=collections[row.collection_id],
            region_code=row.region_code,
            region=regions[row.region_code],
            period=row.period,
            indicator=indicators.get(row.code, row.code),
            severity=row.severity,
            message=row.message,
            at=row.at,
            left=(row.return_id, row.code) in left,
        )
        for row in first.sort_values("at", ascending=False).head(limit).itertuples()
    ]


def _frame(actor: Actor, collection_id: int | None, rule: str) -> pd.DataFrame:
    """One row a finding, with its return and whether it stood at the return's last check."""
    seen = queries.readable(actor).subquery().c
    newest = (
        select(col(ReturnCheck.return_id), func.max(col(ReturnCheck.id)).label("id"))
        .group_by(col(ReturnCheck.return_id))
        .subquery()
    )
    query: Any = (
        select(
            col(ReturnFinding.rule), col(ReturnFinding.severity), col(ReturnFinding.indicator_code),
            col(ReturnFinding.message), col(ReturnCheck.at), col(ReturnCheck.return_id),
            col(ReturnRow.period), col(ReturnRow.region_code), col(ReturnRow.collection_id),
            (newest.c.id == col(ReturnCheck.id)).label("last"),
        )
        .join(ReturnCheck, col(ReturnCheck.id) == col(ReturnFinding.check_id))
        .join(ReturnRow, col(ReturnRow.id) == col(ReturnCheck.return_id))
        .join(newest, newest.c.return_id == col(ReturnCheck.return_id))
        .where(col(ReturnRow.id).in_(select(seen.id)))
    )  # fmt: skip
    wanted = []
    if collection_id is not None:
        wanted.append(col(ReturnRow.collection_id) == collection_id)
    if rule:
        wanted.append(col(ReturnFinding.rule) == rule)
    if wanted:
        query = query.where(and_(*wanted))
    names = ["rule", "severity", "code", "message", "at", "return_id", "period", "region_code", "collection_id", "last"]
    with read() as session:
        frame = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=names)
    return frame.astype({"last": bool})


def _names() -> dict[str, str]:
    with read() as session:
        return _pairs(session, select(col(ValidationRule.code), col(ValidationRule.name)))


def _pairs(session: Session, query: Any) -> dict[Any, str]:
    return dict(session.execute(query).all())
