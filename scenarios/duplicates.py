"""The check for duplicates (应用查重) against the register. It reads thousands of texts and so runs before the
transaction that keeps what it found."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy
from sqlmodel import Session, col, select

from core import clock
from core.settings import settings
from core.words import ScenarioState
from db.session import read
from db.tables import Appraisal, AppraisalMatch, Scenario
from scenarios.likeness import Match, similar

SCALE = 10_000  # likeness is kept in ten-thousandths


def find(scenario_id: int) -> list[Match]:
    """The scenarios most like this one among all that were ever submitted. A draft is compared when it is
    submitted itself, so no pair is missed and nobody's draft is shown."""
    columns = map(col, (Scenario.id, Scenario.name, Scenario.summary, Scenario.technologies, Scenario.design))
    submitted = col(Scenario.state) != ScenarioState.DRAFT
    with read() as session:
        rows = session.execute(sqlalchemy.select(*columns).where(submitted | (col(Scenario.id) == scenario_id)))
        texts = {key: "\n".join(parts) for key, *parts in rows}
    own = texts.pop(scenario_id, "")
    return similar(own, texts)


def keep(session: Session, appraisal: Appraisal, found: Sequence[Match]) -> None:
    """Write down what was found. Judgements already made stay; what is no longer alike and was never judged
    goes."""
    known = {
        row.other_id: row
        for row in session.exec(select(AppraisalMatch).where(AppraisalMatch.appraisal_id == appraisal.id))
    }
    for match in found:
        score, words = round(match.score * SCALE), list(match.shared_words)
        row = known.pop(match.id, None)
        if row is None:
            kept = AppraisalMatch(appraisal_id=appraisal.id or 0, other_id=match.id, score=score, shared_words=words)
            session.add(kept)
        else:
            row.score, row.shared_words = score, words
    for row in known.values():
        if row.judgement is None:
            session.delete(row)
    appraisal.checked_at = clock.now()
    appraisal.likeness_floor = round(settings().likeness_floor * SCALE)
