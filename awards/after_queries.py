"""After the release: whether the winners' figures held, and what each entrant is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col

from accounts.permissions import Actor
from awards import evidence, feedback, gathering, loading, queries
from awards.feedback import Said
from awards.views import EditionRow, EntryRow
from core.errors import NotFound, WrongState
from core.numbers import MISSING
from core.periods import Period
from core.words import AwardEntryState, EditionState
from db.session import read
from db.tables import AwardEntry, Edition


@dataclass(frozen=True)
class Held:
    """A winner then and now. `attained` in millionths of the promised way, None for none; `words`: 保持, 提升, 回落 or why
    nothing can be said; `later`: periods that came since."""

    row: EntryRow
    pilot_id: int
    indicator: str
    then: str
    now: str
    attained_then: int | None
    attained_now: int | None
    later: int
    words: str


@dataclass(frozen=True)
class Letter:
    """What a feedback letter says."""

    row: EntryRow
    edition: EditionRow
    organiser: str
    chosen: bool
    said: Sequence[Said]


STEADY = 50_000  # millionths: five points of the promised way are neither a rise nor a fall


def held(actor: Actor, edition_id: int) -> list[Held]:
    """The winners of a released edition that the actor may see (a county its own), with their figures then and now."""
    with read() as session:
        row = _released(session, actor, edition_id)
        condition = loading.visible_entries(actor) & (col(AwardEntry.edition_id) == row.id)
        rows = {item.id: item for item in queries.entry_rows(session, condition, shown=True)}
        items = [item for item in loading.entries_of(session, edition_id, AwardEntryState.WINNER) if item.id in rows]
        packs = loading.newest_packs(session, [item.id or 0 for item in items])
        sources = [(item.id or 0, item.pilot_id, item.region_code) for item in items]
        kept = {key: pack.content for key, pack in packs.items()}
    return [_held(rows[key], pilot, kept.get(key), region) for key, pilot, region in sources]


def public_words(kept: Mapping[str, Any] | None, followed: gathering.Followed) -> str:
    """Whether a winner's figure held, as the public is told it: a word and a period, no figure; "" without evidence."""
    before, after = evidence.goal(kept) if kept else None, evidence.goal(followed.pack)
    if before is None or after is None:
        return ""
    if followed.closed or evidence.suppressed(before):
        return followed.closed or evidence.HIDDEN
    words = compared(before["attained"], after["attained"], _later(before, after))
    until = f"（截至{Period.parse(after['latest']).label}）" if after["latest"] and _later(before, after) else ""
    return f"{words}{until}"


def letter(actor: Actor, entry_id: int) -> Letter:
    """The feedback to one entrant: for its county and staff, once the edition is released."""
    with read() as session:
        item, row = loading.entry(session, actor, entry_id)
        if row.state is not EditionState.RELEASED:
            raise WrongState("名单还没有发布，反馈信在发布后才有。")
        found = queries.entry_rows(session, col(AwardEntry.id) == entry_id, shown=True)[0]
        (edition,) = queries.edition_rows(session, actor, row.id)
        organiser = queries.organiser(session, row)
        return Letter(found, edition, organiser, item.state is AwardEntryState.WINNER, feedback.of_entry(session, item))


def compared(then: int | None, now: int | None, later: int) -> str:
    """One word for how a winner's figure went on, or why nothing can be said."""
    if not later:
        return "还没有新的报送期"
    if then is None or now is None:
        return "没有可比的数值"
    if now > then + STEADY:
        return "提升"
    return "回落" if now < then - STEADY else "保持"


def _released(session: Any, actor: Actor, edition_id: int) -> Edition:
    row = loading.edition(session, actor, edition_id)
    if row.state is not EditionState.RELEASED:
        raise NotFound("这个年度还没有发布。", "发布后可以打印证书、反馈信并回看入选项目。")
    return row


def _held(row: EntryRow, pilot_id: int, kept: dict[str, Any] | None, region: str) -> Held:
    now = gathering.gather(pilot_id, region)
    before, after = evidence.goal(kept) if kept else None, evidence.goal(now)
    later = _later(before, after)
    then_share, now_share = (found["attained"] if found else None for found in (before, after))
    return Held(
        row=row,
        pilot_id=pilot_id,
        indicator=before["name"] if before else MISSING,
        then=_shown(before),
        now=_shown(after),
        attained_then=then_share,
        attained_now=now_share,
        later=later,
        words=compared(then_share, now_share, later),
    )


def _later(before: Any, after: Any) -> int:
    """Periods with a number that the pack did not know."""
    if before is None or after is None or before["latest"] is None:
        return 0
    return sum(period > before["latest"] and n is not None for _, period, n, _, _ in after["values"])


def _shown(found: Any) -> str:
    if found is None or found["latest"] is None:
        return MISSING
    return f"{found['shown']}（{Period.parse(found['latest']).label}）"
