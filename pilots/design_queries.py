"""Reads for whoever designs a pilot: what is already known about the regions, and what a design could show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import sqlalchemy
from sqlmodel import col, select

from accounts.permissions import Actor, Permission, require
from core.numbers import from_micro
from core.periods import Period
from core.words import Arm, GovernanceLevel, IndicatorRole, RegionLevel
from db.session import read
from db.tables import CollectionUnit, IndicatorRow, Rollup
from metrics import defined, series
from metrics.model import Indicator
from pilots import detectable, queries, reading
from pilots.detectable import Outlook

LOOK_BACK = 24  # periods before the start from which one learns how much regions move by themselves
# The regions that a pilot of a level is tried out in. Villages and grids are no regions of their own here: they
# take part with their town.
UNITS = {
    GovernanceLevel.CITY: RegionLevel.CITY,
    GovernanceLevel.COUNTY: RegionLevel.COUNTY,
    GovernanceLevel.TOWN: RegionLevel.TOWN,
    GovernanceLevel.VILLAGE: RegionLevel.TOWN,
    GovernanceLevel.GRID: RegionLevel.TOWN,
}


@dataclass(frozen=True)
class History:
    """What other collections already know of an indicator before a period: code, period, added; one series a
    region, from the collection that has most of it."""

    indicator: Indicator
    values: pd.DataFrame

    def periods(self, codes: Sequence[str], first: str) -> dict[str, int]:
        """How many periods from `first` on are known of each region; 0 is none."""
        known = self.values.dropna(subset=["added"])
        counted = Counter(known[known.period >= first].code)
        return {code: counted[code] for code in codes}

    def spread(self, codes: Sequence[str]) -> tuple[float, str] | None:
        """How much regions move by themselves, and in words what that is from: those chosen if they are enough,
        else all that are known."""
        own = detectable.spread(self.values[self.values.code.isin(list(codes))])
        if own is not None:
            return own[0], f"所选地区中 {own[1]} 个的历史数据"
        every = detectable.spread(self.values)
        return None if every is None else (every[0], f"其他 {every[1]} 个地区的历史数据")


def history(actor: Actor, indicator_id: int, level: GovernanceLevel, first: str, before: str) -> History | None:
    """Figures of an indicator in the regions of a level from the period `first` up to, not including, `before`."""
    require(actor, Permission.PILOT_DESIGN)
    return _history(indicator_id, level, first, before)


def outlook(actor: Actor, pilot_id: int) -> Outlook | None:
    """What a designed pilot could show by its first goal indicator, for those who see the whole of it."""
    view = queries.pilot(actor, pilot_id)
    if view is None or not (actor.is_staff or view.created_by == actor.account_id):
        return None
    with read() as session:
        asked = reading.asked_by_code(session, view.collection_id)
        rows = session.exec(
            select(CollectionUnit.region_code, CollectionUnit.arm, CollectionUnit.first_period).where(
                CollectionUnit.collection_id == view.collection_id
            )
        ).all()
    goal = next((versions[-1] for versions in asked if versions[-1][1] is IndicatorRole.GOAL), None)
    if goal is None or not rows:
        return None
    indicator, _, smallest = goal
    starting = view.span.starting
    known = _history(indicator.id, view.level, str(Period.parse(starting).shift(-LOOK_BACK)), starting)
    spread = known.spread([code for code, _, _ in rows]) if known else None
    arms = Counter(Arm(arm) for _, arm, _ in rows)
    return Outlook(
        indicator=indicator,
        n_pilots=arms[Arm.PILOT],
        n_comparisons=arms[Arm.COMPARISON],
        sd=spread[0] if spread else None,
        sd_from=spread[1] if spread else "",
        matters=None if smallest is None else float(from_micro(smallest)),
    )


def _history(indicator_id: int, level: GovernanceLevel, first: str, before: str) -> History | None:
    wanted = sqlalchemy.func.length(Rollup.scope_code) == (9 if UNITS[level] is RegionLevel.TOWN else 6)
    city = col(Rollup.scope_code).endswith("00")
    with read() as session:
        row = session.get(IndicatorRow, indicator_id)
        if row is None:
            return None
        indicator = defined.indicator_of(row)
        versions = defined.versions_to(session, indicator)
        found = session.execute(
            sqlalchemy.select(
                col(Rollup.collection_id),
                col(Rollup.indicator_id),
                col(Rollup.scope_code),
                col(Rollup.period),
                col(Rollup.n),
                col(Rollup.d),
            ).where(
                col(Rollup.indicator_id).in_([version.id for version in versions]),
                col(Rollup.group_name) == "",
                col(Rollup.state) != "",  # a region's own value, not a sum over regions
                col(Rollup.period) >= first,
                col(Rollup.period) < before,
                wanted,
                city if UNITS[level] is RegionLevel.CITY else ~city,
            )
        ).all()
    frame = pd.DataFrame(
        [tuple(item) for item in found], columns=["collection", "indicator_id", "code", "period", "n", "d"]
    )
    frame = frame.astype({"n": "Int64", "d": "Int64", "code": "str", "period": "str"})
    counted = frame.groupby(["code", "collection"]).size().reset_index(name="of")
    best = counted.sort_values(["of", "collection"], ascending=[False, True]).drop_duplicates("code")
    kept = frame.merge(best[["code", "collection"]], on=["code", "collection"])
    return History(indicator, series.valued(versions, kept)[["code", "period", "added"]])
