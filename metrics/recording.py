"""What every check of a return found, kept for the statistics: by rule, round and unit.

A check is one content for one return (its digest), whether or not it was saved: the same file looked at
twice is one check, and what was refused before anything was saved counts as well.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import insert
from sqlmodel import Session, select

from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from db import bulk
from db.session import read, write
from db.tables import ReturnCheck, ReturnFinding, ReturnRow
from metrics.model import Entry, Finding, Severity

WAIVED = "waived"
_LONGEST = 300  # characters of a message


def digest_of(entries: Mapping[str, Entry]) -> str:
    """The digest of what was typed, where there is no file."""
    parts = [f"{code}|{e.n}|{e.d}|{e.state}|{e.reason}|{e.note}|{e.link}" for code, e in sorted(entries.items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def note(actor: Actor, return_id: int, digest: str, door: str, findings: Sequence[Finding]) -> None:
    """Keep what a look at a file found, for those who may fill the return in; nothing for others, nothing twice."""
    with read() as session:
        row = session.get(ReturnRow, return_id)
        known = row is None or _known(session, return_id, digest)
        if known or row is None or not may(actor, Permission.RETURN_FILL, Subject(region_code=row.region_code)):
            return
    with write() as session:
        keep(session, actor, return_id, digest, door, findings)


def keep(session: Session, actor: Actor, return_id: int, digest: str, door: str, findings: Sequence[Finding]) -> None:
    """Keep one check inside the caller's transaction; the same content again changes nothing."""
    if _known(session, return_id, digest):
        return
    counted = [finding for finding in findings if _word(finding)]
    check = ReturnCheck(
        return_id=return_id,
        digest=digest,
        door=door,
        errors=sum(finding.severity is Severity.ERROR for finding in counted),
        warnings=sum(finding.severity is Severity.WARNING for finding in counted),
        by=actor.account_id,
        at=clock.now(),
    )
    session.add(check)
    session.flush()
    if rows := list(rows_of(check.id or 0, counted)):
        session.execute(insert(ReturnFinding), rows)


def keep_many(
    session: Session, actor_id: int | None, digest: str, door: str, found: Mapping[int, Sequence[Finding]]
) -> None:
    """Keep the checks of one content that was for many returns (return id → findings)."""
    known = set(session.exec(select(ReturnCheck.return_id).where(ReturnCheck.digest == digest)))
    fresh = {number: list(findings) for number, findings in found.items() if number not in known}
    ids = bulk.reserve(session, ReturnCheck, len(fresh))
    severities = [Counter(finding.severity for finding in findings) for findings in fresh.values()]
    columns = {
        "id": ids,
        "return_id": list(fresh),
        "errors": [counts[Severity.ERROR] for counts in severities],
        "warnings": [counts[Severity.WARNING] for counts in severities],
    }
    bulk.append(session, ReturnCheck, columns, {"digest": digest, "door": door, "by": actor_id, "at": clock.now()})
    rows = [row for number, findings in zip(ids, fresh.values(), strict=True) for row in rows_of(number, findings)]
    if rows:
        bulk.insert(session, bulk.table_of(ReturnFinding), list(rows[0]), [tuple(row.values()) for row in rows])


def rows_of(check_id: int, findings: Iterable[Finding]) -> Iterable[dict[str, object]]:
    """Table rows of one check's findings; notes on how cells were read are left out."""
    for finding in findings:
        if word := _word(finding):
            yield {
                "check_id": check_id,
                "rule": finding.rule,
                "severity": word,
                "indicator_code": finding.code,
                "cell": finding.cell,
                "seen": finding.seen[:_LONGEST],
                "message": finding.message[:_LONGEST],
            }


def _word(finding: Finding) -> str:
    """error, warning, waived; "" for a note on how a cell was read."""
    if finding.severity is not Severity.INFO:
        return finding.severity.value
    return "" if finding.rule.startswith(("cell.", "row.", "file.")) else WAIVED


def _known(session: Session, return_id: int, digest: str) -> bool:
    return (
        session.exec(
            select(ReturnCheck.id).where(ReturnCheck.return_id == return_id, ReturnCheck.digest == digest)
        ).first()
        is not None
    )
