"""What an entrant is told about his entry: levels in words by criterion, never a mark, a judge or a place."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from awards import loading
from core.words import AwardStage, ReviewState
from db.tables import AwardEntry, Review
from panels import cases
from panels.outcome import Marked
from panels.rubric import Criterion, Rubric


@dataclass(frozen=True)
class Said:
    """One criterion: its name, the level the panel's mean falls into, and that level's words."""

    criterion: str
    level: str
    words: str
    strength: int  # how good, for order only; in hundredths, never shown


def of_entry(session: Session, item: AwardEntry) -> list[Said]:
    """By criterion in the rubric's order, from the last round the entry was judged in; nothing where no panel finished
    or too few judged: a mean of one is that judge's mark."""
    reviews = loading.reviews_of(session, item.edition_id)
    judged = {review: entry for review, entry, _ in loading.judged(session, [item.id or 0]).get(item.id or 0, [])}
    for stage in (AwardStage.FINAL, AwardStage.FIRST):
        review = session.get(Review, reviews.get((stage, item.track), 0))
        if review is None or review.id not in judged or review.state is not ReviewState.FINAL:
            continue
        case = cases.load(session, review)
        sheets = [sheet for sheet in case.sheets if sheet.entry == judged[review.id]]
        if len(sheets) >= max(3, case.quorum):
            return words_of(case.rubric, sheets)
    return []


def words_of(rubric: Rubric, sheets: list[Marked]) -> list[Said]:
    """The same of sheets. Means are rounded down to hundredths: a level begins at its lowest mark."""
    return [_said(criterion, sheets) for criterion in rubric.criteria]


def _said(criterion: Criterion, sheets: list[Marked]) -> Said:
    mean = sum(sheet.marks[criterion.code] for sheet in sheets) // len(sheets)
    level = criterion.level(mean)
    return Said(criterion.name, level.name if level else "–", level.words if level else "", mean)
