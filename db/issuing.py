"""Reports that leave the house: the number under which one is found again, and what it said.

The same inputs are the same report: printed again it has its number, its time and its bytes. Other
inputs are another report, which says line by line what it changes in the one before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlmodel import Session, col, select

from core import clock
from core.numbers import MISSING
from core.settings import settings
from db import audit
from db.session import read, take_turns, write
from db.tables.system import ReportIssue

_LOCK = 7_319_317  # any constant: printers on PostgreSQL take the next number in turn
SHOWN = 12  # letters of the digest that are printed


@dataclass(frozen=True)
class Change:
    """One line of a report that differs from the report before it."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Issue:
    """A report's identity. `restates` is the number of the report before it about the same thing, or "", and
    `since` when that one was true; `changes` are the lines that differ, empty when the earlier one kept none."""

    number: str
    digest: str
    as_of: datetime
    title: str
    restates: str = ""
    changes: tuple[Change, ...] = ()
    since: datetime | None = None

    @property
    def check(self) -> str:
        """What its QR code says: the address of its check page, or its identity where there is no address."""
        if not settings().base_url:
            return f"{self.number} {self.digest[:SHOWN]}"
        query = urlencode({"n": self.number, "h": self.digest[:SHOWN]})
        return f"{settings().base_url.rstrip('/')}/verify?{query}"


def digest_of(inputs: Mapping[str, Any]) -> str:
    """The hash of everything a report prints, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def issue(
    actor_id: int | None,
    *,
    kind: str,
    mark: str,
    entity: str,
    subject_id: int,
    title: str,
    inputs: Mapping[str, Any],
    lines: Mapping[str, str] | None = None,
    as_of: datetime | None = None,
) -> Issue:
    """The identity of the report with these very inputs, registered at its first printing.

    `mark` stands in the number (ZP-<mark>-2026-0001); `entity` names the subject as the audit log does;
    `lines` are its key figures as printed, by label, which the next report is compared with. The caller
    has authorised the actor.
    """
    digest = digest_of(inputs)
    with read() as session:
        known = _first(session, kind, subject_id, digest)
        if known is not None:
            return _issue(session, known)
    with write() as session:
        take_turns(session, _LOCK)
        known = _first(session, kind, subject_id, digest)
        if known is None:
            known = ReportIssue(
                number=_next(session, mark),
                kind=kind,
                subject_id=subject_id,
                inputs_hash=digest,
                title=title,
                lines=dict(lines or {}),
                as_of=as_of or clock.now(),
                issued_by=actor_id,
            )
            session.add(known)
            session.flush()
            audit.record(
                session, actor_id, "report:issue", entity, subject_id, {"number": known.number, "hash": digest}
            )
        return _issue(session, known)


@dataclass(frozen=True)
class Verified:
    """What the check page says of a report: itself, and the number of the one that came after it, or ""."""

    issue: Issue
    followed_by: str


def verify(number: str, digest: str) -> Verified | None:
    """The report with this number, for whoever holds it: the letters of its digest must match too, because
    numbers can be guessed. None: there is no such report."""
    if len(digest) < SHOWN:
        return None
    with read() as session:
        row = session.exec(select(ReportIssue).where(ReportIssue.number == number)).first()
        if row is None or not row.inputs_hash.startswith(digest.lower()):
            return None
        later = session.exec(
            select(ReportIssue.number)
            .where(ReportIssue.kind == row.kind, ReportIssue.subject_id == row.subject_id)
            .where(col(ReportIssue.id) > row.id)
            .order_by(col(ReportIssue.id).desc())
            .limit(1)
        ).first()
        return Verified(_issue(session, row), later or "")


def _first(session: Session, kind: str, subject_id: int, digest: str) -> ReportIssue | None:
    return session.exec(
        select(ReportIssue)
        .where(ReportIssue.kind == kind, ReportIssue.subject_id == subject_id, ReportIssue.inputs_hash == digest)
        .order_by(col(ReportIssue.id))
        .limit(1)
    ).first()


def _next(session: Session, mark: str) -> str:
    prefix = f"ZP-{mark}-{clock.today().year}-"
    return following(prefix, session.exec(select(ReportIssue.number).where(col(ReportIssue.number).startswith(prefix))))


def following(prefix: str, taken: Iterable[str]) -> str:
    """The number after the highest one taken; numbers above 9999 have more digits, so text does not sort them."""
    return f"{prefix}{max((int(number.removeprefix(prefix)) for number in taken), default=0) + 1:04d}"


def _issue(session: Session, row: ReportIssue) -> Issue:
    before = session.exec(
        select(ReportIssue)
        .where(ReportIssue.kind == row.kind, ReportIssue.subject_id == row.subject_id)
        .where(col(ReportIssue.id) < row.id)
        .order_by(col(ReportIssue.id).desc())
        .limit(1)
    ).first()
    changes = changed(before.lines, row.lines) if before and before.lines else ()
    restates, since = (before.number, before.as_of) if before else ("", None)
    return Issue(row.number, row.inputs_hash, row.as_of, row.title, restates, changes, since)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """The lines that differ, in the order of the later report; what is only in one has “–” in the other."""
    labels = dict.fromkeys([*after, *before])
    pairs = [Change(label, before.get(label, MISSING), after.get(label, MISSING)) for label in labels]
    return tuple(pair for pair in pairs if pair.before != pair.after)
