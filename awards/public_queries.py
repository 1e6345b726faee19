"""What anybody may read without signing in: released selections and, while the public votes, what can be voted for.

Nothing here takes an actor. Everything begins with `released` or `_voting`, so that nothing unreleased, withdrawn or
rehearsed comes out by any route; scores, places, marks and objections never do.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from awards import after_queries, evidence, gathering, loading, quotas
from core import clock
from core.errors import NotFound
from core.words import AwardEntryState, EditionState
from db import facts
from db.session import read
from db.tables import AwardEntry, Edition, Organisation, Pilot, Region, Scenario
from pilots import publishing
from regions import queries as regions


@dataclass(frozen=True)
class PublicEdition:
    """A released selection. `tracks`: names in order; `winners`: how many."""

    id: int
    year: int
    name: str
    nature: str
    released_at: datetime
    tracks: tuple[str, ...]
    winners: int


@dataclass(frozen=True)
class PublicWinner:
    """A winner as the showcase tells it. `evidence`: label and words of the frozen pack, `headline` the goal's alone;
    `told`: section and text."""

    edition_id: int
    year: int
    entry_id: int
    code: str
    track: str
    grade: str
    title: str
    organisation: str
    region_code: str
    region: str
    city: str
    group: str
    remote: bool
    tile: tuple[int | None, int | None]
    pilot_id: int
    pilot: str
    pilot_code: str
    scenario: str
    scenario_code: str
    told: Sequence[tuple[str, str]]
    evidence: Sequence[tuple[str, str]]
    headline: str


@dataclass(frozen=True)
class Place:
    """A county on the tile map, with its group of today."""

    code: str
    name: str
    group: str
    row: int
    column: int


@dataclass(frozen=True)
class Candidate:
    entry_id: int
    code: str
    track: str
    title: str
    organisation: str
    summary: str


@dataclass(frozen=True)
class Voting:
    """A public vote that is open now: one vote a device and day, until before `closes_at`."""

    edition_id: int
    name: str
    closes_at: datetime
    candidates: Sequence[Candidate]


def editions() -> list[PublicEdition]:
    """Released selections, the newest first."""
    with read() as session:
        rows = session.exec(released().order_by(col(Edition.year).desc(), col(Edition.id).desc())).all()
        won = session.exec(
            select(AwardEntry.edition_id).where(
                col(AwardEntry.edition_id).in_([row.id for row in rows]), AwardEntry.state == AwardEntryState.WINNER
            )
        ).all()
        return [
            PublicEdition(
                row.id or 0,
                row.year,
                row.name,
                row.nature.label,
                row.released_at or clock.now(),
                tuple(track.name for track in loading.rule_of(row).tracks),
                sum(key == row.id for key in won),
            )
            for row in rows
        ]


def winners(edition_id: int | None = None) -> list[PublicWinner]:
    """The winners of one released selection, or of all: by year, track and grade in the order that was fixed."""
    with read() as session:
        query = released()
        if edition_id is not None:
            query = query.where(Edition.id == edition_id)
        return [
            winner for row in session.exec(query.order_by(col(Edition.year).desc())) for winner in _of(session, row)
        ]


def later(entry_id: int) -> str:
    """Whether the figures of a winner of a released selection held since, in words; "" for any other entry."""
    with read() as session:
        open_to_all = col(AwardEntry.edition_id).in_(released().with_only_columns(col(Edition.id)))
        item = session.exec(
            select(AwardEntry).where(AwardEntry.id == entry_id, AwardEntry.state == AwardEntryState.WINNER, open_to_all)
        ).first()
        if item is None:
            return ""
        pack = loading.newest_packs(session, [entry_id]).get(entry_id)
        kept = pack.content if pack else None
    try:
        return after_queries.public_words(kept, gathering.follow(item.pilot_id, item.region_code))
    except NotFound:  # the county has left the pilot since
        return ""


def voting() -> Voting | None:
    """The public vote that is open now, None when there is none."""
    with read() as session:
        row = session.exec(_voting()).first()
        if row is None:
            return None
        rule = loading.rule_of(row)
        first = rule.sections[0].name
        rows = session.exec(
            select(AwardEntry, Organisation.name)
            .join(Organisation, col(Organisation.id) == AwardEntry.organisation_id)
            .where(AwardEntry.edition_id == row.id, AwardEntry.state == AwardEntryState.SHORTLISTED)
            .order_by(AwardEntry.track, AwardEntry.code)
        )
        found = [
            Candidate(item.id or 0, item.code, item.track, item.title, name, str(item.narrative.get(first, "")))
            for item, name in rows
        ]
        return Voting(row.id or 0, row.name, row.vote_closes_at or clock.now(), found)


def invented() -> bool:
    """Whether this installation is a demo, which every page says."""
    return facts.is_demo()


def places() -> list[Place]:
    """The counties that have a place on the tile map."""
    return [
        Place(row.code, row.short_name, row.group, row.tile_row, row.tile_col or 0)
        for province in regions.provinces()
        for row in regions.counties(province.code, clock.today())
        if row.tile_row is not None
    ]


# -- within a session -----------------------------------------------------------------------


def released() -> SelectOfScalar[Edition]:
    """The only start of a read of selections for the public."""
    return select(Edition).where(Edition.state == EditionState.RELEASED, col(Edition.rehearsal).is_(False))


def _voting() -> SelectOfScalar[Edition]:
    now = clock.now()
    return select(Edition).where(
        Edition.state == EditionState.VOTING,
        col(Edition.rehearsal).is_(False),
        col(Edition.vote_opens_at) <= now,
        col(Edition.vote_closes_at) > now,
    )


def _of(session: Session, row: Edition) -> list[PublicWinner]:
    items = loading.entries_of(session, row.id or 0, AwardEntryState.WINNER)
    packs = loading.newest_packs(session, [item.id or 0 for item in items])
    names = dict(session.exec(select(Organisation.id, Organisation.name)).all())
    codes = {code for item in items for code in (item.region_code, quotas.county_of(item.region_code), item.city_code)}
    regions = {region.code: region for region in session.exec(select(Region).where(col(Region.code).in_(codes)))}
    pilots: dict[int, tuple[Pilot, Scenario]] = {
        pilot.id or 0: (pilot, scenario)
        for pilot, scenario in session.exec(
            select(Pilot, Scenario)
            .join(Scenario, col(Scenario.id) == Pilot.scenario_id)
            .where(col(Pilot.id).in_({item.pilot_id for item in items}))
        )
    }
    concluded = publishing.verdicts(session)
    rule = loading.rule_of(row)
    order = [(track.name, grade.name) for track in rule.tracks for grade in track.grades]
    items.sort(key=lambda item: (order.index((item.track, item.grade)), item.code))
    sections = [part.name for part in rule.sections]
    return [_winner(row, item, names, regions, pilots, packs, sections, concluded) for item in items]


def _winner(
    row: Edition,
    item: AwardEntry,
    names: dict[int | None, str],
    regions: dict[str, Region],
    pilots: dict[int, tuple[Pilot, Scenario]],
    packs: dict[int, Any],
    sections: Sequence[str],
    concluded: Collection[str],
) -> PublicWinner:
    region, city = regions[item.region_code], regions.get(item.city_code)
    tile = regions[quotas.county_of(item.region_code)]  # a town is shown on its county's
    pack = packs.get(item.id or 0)
    pilot, scenario = pilots[item.pilot_id]
    return PublicWinner(
        edition_id=row.id or 0,
        year=row.year,
        entry_id=item.id or 0,
        code=item.code,
        track=item.track,
        grade=item.grade,
        title=item.title,
        organisation=names[item.organisation_id],
        region_code=tile.code,
        region=region.name,
        city=city.name if city else "",
        group=item.group_name,
        remote=item.remote,
        tile=(tile.tile_row, tile.tile_col),
        pilot_id=item.pilot_id,
        pilot=pilot.name,
        pilot_code=pilot.code,
        scenario=scenario.name,
        scenario_code=scenario.code,
        told=[(name, str(item.narrative[name])) for name in sections if item.narrative.get(name)],
        evidence=evidence.lines(pack.content, public=True, concluded=concluded) if pack else [],
        headline=evidence.headline(pack.content) if pack else "",
    )
