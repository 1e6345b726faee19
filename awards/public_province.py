"""What anybody may read of the province: how much of what was released is each county's. Nothing here takes an actor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from awards import public_climbing
from core import clock
from core.words import AwardEntryState
from db.session import read
from pilots import public, public_scenarios
from regions import queries


@dataclass(frozen=True)
class County:
    """A county: released pilots it takes or took part in, released scenarios that it has taken over, winners of released
    selections. `tile`: row and column on the map, None where it has no place there."""

    code: str
    name: str
    short_name: str
    city: str
    group: str
    tile: tuple[int, int] | None
    pilots: int
    scenarios: int
    winners: int

    @property
    def total(self) -> int:
        return self.pilots + self.scenarios + self.winners


def counties() -> list[County]:
    """Every county of the provinces of which something was released, by city and name."""
    today = clock.today()
    places = [place for province in queries.provinces() for place in queries.counties(province.code, today)]
    known = {place.name: place.code for place in places}
    pilots = Counter(code for row in public.pilots() for code in counties_of(row.content, known))
    scenarios = Counter(code for row in public_scenarios.scenarios() for code, *_ in row.content["adopted"])
    with read() as session:
        rounds = public_climbing.rounds_of(session)
        won = public_climbing.counted(session, [item.id for item in rounds], AwardEntryState.WINNER)
    winners: Counter[str] = Counter()
    for (_, code), count in won.items():
        winners[code] += count
    provinces = {code[:2] for code in (*pilots, *scenarios, *winners)}
    return [
        County(
            code=place.code,
            name=place.name,
            short_name=place.short_name,
            city=place.parent,
            group=place.group,
            tile=(place.tile_row, place.tile_col)
            if place.tile_row is not None and place.tile_col is not None
            else None,
            pilots=pilots[place.code],
            scenarios=scenarios[place.code],
            winners=winners[place.code],
        )
        for place in places
        if place.code[:2] in provinces
    ]


def counties_of(told: Mapping[str, Any], known: Mapping[str, str]) -> set[str]:
    """Of a released pilot; a town counts for its county. Releases from before codes were kept go by the names `known`."""
    codes = told.get("codes") or [known[name] for name, _ in told["counties"] if name in known]
    return {code[: public_climbing.COUNTY] for code in codes}
