"""Doubts about stored values: raised by what the rules found when a value was saved, settled when it changes.

A doubt belongs to one value and one rule. Its answer stays with the value and silences that rule for that
value only; another figure is another value. Runs inside the transaction that stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import Session, col, select

from core import clock
from core.words import FollowUpState
from db.tables import FollowUp, Observation, ReturnRow
from metrics import queries, rules
from metrics.model import Entry, Finding, Severity
from metrics.workbook import remark

UNSETTLED = (FollowUpState.OPEN, FollowUpState.EXPLAINED)
# About the filling in and not about the value, or too small a thing by itself (one value that equals its target).
_NOT_FOLLOWED = frozenset({"blank", "correction.stale", "target.exact"})
_OF_READING = ("file.", "identity.", "cell.", "row.")


def followed(finding: Finding) -> bool:
    """Whether a finding is a doubt about a value that somebody has to answer."""
    return (
        finding.severity is Severity.WARNING
        and bool(finding.code)
        and finding.rule not in _NOT_FOLLOWED
        and not finding.rule.startswith(_OF_READING)
    )


def stored(
    session: Session,
    actor_id: int | None,
    return_id: int,
    written: Mapping[str, tuple[Observation, Entry | None]],
    findings: Iterable[Finding],
) -> None:
    """Values (by indicator code) have just been stored in the place of the entries that stood before.

    What was doubted about the figures before is settled, if they are others now; a value that only got other
    words keeps its doubts, and the words explain them. What the rules doubt now is raised, already
    explained where the value came with words.
    """
    session.flush()
    for observation, before in written.values():
        same = before is not None and (before.n, before.d, before.state) == (
            observation.n,
            observation.d,
            observation.state,
        )
        _settle(session, actor_id, observation, carried=same)
    codes = {code: observation for code, (observation, _) in written.items()}
    raise_(session, actor_id, return_id, codes, findings)


def raise_(
    session: Session,
    actor_id: int | None,
    return_id: int,
    values: Mapping[str, Observation],
    findings: Iterable[Finding],
) -> int:
    """Raise what the rules doubt about these values and have not doubted before; returns how many."""
    known = _of_values(session, [value.id or 0 for value in values.values()])
    raised = 0
    for finding in findings:
        value = values.get(finding.code)
        if value is None or not followed(finding) or (value.id, finding.rule) in known:
            continue
        known.add((value.id or 0, finding.rule))
        words = remark(queries.entry_of(value))
        session.add(
            FollowUp(
                return_id=return_id,
                indicator_id=value.indicator_id,
                observation_id=value.id or 0,
                rule=finding.rule,
                message=finding.message,
                state=FollowUpState.EXPLAINED if words else FollowUpState.OPEN,
                raised_at=clock.now(),
                explanation=words,
                explained_by=actor_id if words else None,
                explained_at=clock.now() if words else None,
            )
        )
        raised += 1
    session.flush()
    return raised


def reinstate(session: Session, was: Observation, now: Observation) -> None:
    """A value that had given way to another is back as a new revision; so are its doubts and their answers."""
    session.flush()
    _settle(session, None, now, carried=False)
    for doubt in session.exec(select(FollowUp).where(FollowUp.observation_id == was.id)):
        doubt.observation_id = now.id or 0
        if doubt.decided_at is not None:
            doubt.state = FollowUpState.ACCEPTED
        else:
            doubt.state = FollowUpState.EXPLAINED if doubt.explained_at else FollowUpState.OPEN
    session.flush()


def examine(session: Session, actor_id: int | None, row: ReturnRow) -> int:
    """Ask the rules about the values stored in a return as they stand, and raise what was not doubted yet."""
    form = queries.form_of(session, row)
    entries = {line.indicator.code: line.current for line in form.lines if line.current is not None}
    newest = newest_values(session, row.id or 0)
    values = {line.indicator.code: newest[line.indicator.id] for line in form.lines if line.indicator.id in newest}
    return raise_(session, actor_id, row.id or 0, values, rules.validate(form, entries))


def newest_values(session: Session, return_id: int) -> dict[int, Observation]:
    """The newest revision of each value of a return, by indicator."""
    rows = session.exec(
        select(Observation).where(Observation.return_id == return_id).order_by(col(Observation.revision))
    )
    return {row.indicator_id: row for row in rows}


def _settle(session: Session, actor_id: int | None, value: Observation, *, carried: bool) -> None:
    doubts: Sequence[FollowUp] = session.exec(
        select(FollowUp).where(
            FollowUp.return_id == value.return_id,
            FollowUp.indicator_id == value.indicator_id,
            FollowUp.observation_id != value.id,
            FollowUp.state != FollowUpState.CORRECTED,
        )
    ).all()
    words = remark(queries.entry_of(value))
    for doubt in doubts:
        if not carried:
            doubt.state = FollowUpState.CORRECTED
            continue
        doubt.observation_id = value.id or 0
        if doubt.state is FollowUpState.OPEN and words:
            doubt.state, doubt.explanation = FollowUpState.EXPLAINED, words
            doubt.explained_by, doubt.explained_at = actor_id, clock.now()
    session.flush()


def _of_values(session: Session, ids: Sequence[int]) -> set[tuple[int, str]]:
    rows = session.exec(select(FollowUp.observation_id, FollowUp.rule).where(col(FollowUp.observation_id).in_(ids)))
    return set(rows)
