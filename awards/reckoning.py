"""From the panels' final results to lists: reads the parts of every entry's score for `combination`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from sqlmodel import Session, col, select

from awards import combination, loading, quotas, stages, vote_queries
from awards.combination import Entrant, Line
from core.words import AwardEntryState, AwardStage, DeliberationKind
from db.tables import AwardDeliberation, AwardEntry, Edition, Organisation, ReviewEntry
from panels import result_queries

E = AwardEntryState
_JUDGED = frozenset(E) - {E.DRAFT, E.SUBMITTED, E.RECOMMENDED, E.PASSED_OVER, E.QUALIFIED, E.UNQUALIFIED, E.VETOED}


def shortlist(session: Session, row: Edition) -> list[Line]:
    """Who goes on to the final by the first round."""
    items = loading.entries_of(session, row.id or 0, E.JUDGING, E.SHORTLISTED, E.NOT_SHORTLISTED)
    first = scored(session, row, AwardStage.FIRST)
    votes = tie_votes(session, row.id or 0, AwardStage.FIRST)
    return combination.shortlist(loading.rule_of(row), _entrants(session, items), first, votes)


def combined(session: Session, row: Edition) -> list[Line]:
    """Who is chosen."""
    number = row.id or 0
    everybody = loading.entries_of(session, number)
    return combination.combined(
        loading.rule_of(row),
        _entrants(session, [item for item in everybody if item.state in stages.IN_FINAL]),
        _entrants(session, [item for item in everybody if item.state in _JUDGED and item.number]),
        scored(session, row, AwardStage.FIRST),
        scored(session, row, AwardStage.FINAL),
        vote_queries.counts(session, number),
        tie_votes(session, number, AwardStage.FINAL),
    )


def scored(session: Session, row: Edition, stage: AwardStage) -> dict[int, tuple[Fraction | None, int | None]]:
    """Score and place of every entry in a round; nothing of a track whose panel has not finished."""
    reviews = [key for (of, _), key in loading.reviews_of(session, row.id or 0).items() if of is stage]
    subjects = dict(
        session.exec(
            select(ReviewEntry.id, ReviewEntry.subject_id).where(col(ReviewEntry.review_id).in_(reviews))
        ).all()
    )
    found: dict[int, tuple[Fraction | None, int | None]] = {}
    for review_id in reviews:
        for line in result_queries.final_lines(session, review_id, rehearsal=row.rehearsal):
            entry = subjects.get(line["entry"])
            if entry is not None:
                found[entry] = (None if line["score"] is None else Fraction(line["score"]), line["rank"])
    return found


def tie_votes(session: Session, edition_id: int, stage: AwardStage) -> combination.TieVotes:
    """What people voted where even the keys were equal, ballot by ballot."""
    found: dict[int, tuple[tuple[int, int], ...]] = {}
    for record in session.exec(
        select(AwardDeliberation)
        .where(
            AwardDeliberation.edition_id == edition_id,
            AwardDeliberation.stage == stage,
            AwardDeliberation.kind == DeliberationKind.TIE,
        )
        .order_by(col(AwardDeliberation.id))
    ):
        for key, count in record.votes.items():
            found[int(key)] = (*found.get(int(key), ()), (record.id or 0, count))
    return found


def _entrants(session: Session, items: Sequence[AwardEntry]) -> list[Entrant]:
    names = dict(session.exec(select(Organisation.id, Organisation.name)).all())
    return [
        Entrant(
            item.id or 0,
            item.code,
            item.title,
            names[item.organisation_id],
            item.region_code,
            item.track,
            item.group_name,
            item.remote,
            item.objective,
            quotas.level_of(item.region_code),
        )
        for item in items
    ]
