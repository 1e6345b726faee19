"""What anybody may read of how counties climb inside their groups: winners of released selections, and nothing of who
entered. Nothing here takes an actor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from sqlmodel import Session, col, select

from awards import climbing, loading, public_queries
from awards.climbing import Ladder, Round
from core import clock
from core.words import AwardEntryState
from db.session import read
from db.tables import AwardEntry, Edition
from regions import groups, queries

COUNTY = 6  # digits of a county's code, with which those of its towns begin


def ladders() -> tuple[list[Round], list[Ladder]]:
    """The released selections in the order of their release, and the counties of each group."""
    with read() as session:
        rounds = rounds_of(session)
        return rounds, of(session, rounds)


def rounds_of(session: Session) -> list[Round]:
    rows = session.exec(public_queries.released().order_by(col(Edition.released_at), col(Edition.id))).all()
    return [
        Round(row.id or 0, row.name, loading.rule_of(row).reference_on, clock.beijing(row.released_at).date())
        for row in rows
        if row.released_at is not None
    ]


def of(session: Session, rounds: list[Round], entered: Mapping[tuple[int, str], int] | None = None) -> list[Ladder]:
    """Within a session. `entered` only for whoever may know who entered."""
    won = counted(session, [item.id for item in rounds], AwardEntryState.WINNER)
    names = _names(session, {code[:2] for _, code in won})
    days = {item.on for item in rounds}
    known = {key: member.name for key, member in groups.timeline(session, list(names), days).items()}
    return climbing.ladders(rounds, names, known, won, entered)


def counted(session: Session, editions: list[int], *states: AwardEntryState) -> Counter[tuple[int, str]]:
    """Entries in these states by selection and county; one of a town is its county's."""
    rows = session.exec(
        select(AwardEntry.edition_id, AwardEntry.region_code).where(
            col(AwardEntry.edition_id).in_(editions), col(AwardEntry.state).in_(states)
        )
    )
    return Counter((edition, code[:COUNTY]) for edition, code in rows)


def _names(session: Session, provinces: set[str]) -> dict[str, str]:
    """The counties of today of the provinces that have winners."""
    today: date = clock.today()
    return {
        place.code: place.name
        for start in sorted(provinces)
        for place in queries.counties(f"{start}0000", today, session=session)
    }
