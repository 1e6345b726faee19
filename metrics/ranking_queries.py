"""Places of counties by one indicator: computed over the whole group whoever asks, handed to a county as its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from accounts.permissions import Actor
from core.settings import settings
from core.words import Role, ValueState
from metrics import figure_panel, ranking
from metrics.definitions import joins
from metrics.figure_panel import Panel, year_before
from metrics.model import Indicator
from metrics.ranking import By, Entry, Place


@dataclass(frozen=True)
class Ranking:
    """Places in one period. `covered`: by group, (reported, expected); a group below the floor is `thin`."""

    panel: Panel
    period: str
    periods: Sequence[str]
    by: By
    places: Sequence[Place]
    across: Sequence[Place]
    covered: dict[str, tuple[int, int]]
    own_only: bool

    @property
    def indicator(self) -> Indicator:
        return self.panel.indicator

    @property
    def thin(self) -> list[str]:
        floor = settings().coverage_floor
        return [name for name, (reported, expected) in self.covered.items() if reported < floor * expected]


def ranking_of(actor: Actor, collection_id: int, code: str, period: str = "", by: By = By.VALUE) -> Ranking | None:
    """Every county's place in a period, by default the newest one reported by enough. A county team is handed its
    own row; places are computed over all."""
    panel = figure_panel.panel(actor, collection_id, code)
    if panel is None or panel.rows.empty:
        return None
    periods = panel.periods
    chosen = period if period in periods else newest(panel)
    entries = entries_of(panel, chosen)
    placed, wide = ranking.places(panel.indicator, entries, by), ranking.across(panel.indicator, entries)
    own_only = not actor.is_staff
    if own_only:
        own = (actor.region_code or "") if actor.role is Role.COUNTY else ""
        placed, wide = ([row for row in rows if row.entry.code == own] for rows in (placed, wide))
    return Ranking(panel, chosen, periods, by, placed, wide, covered(panel, chosen), own_only)


def newest(panel: Panel) -> str:
    """The newest period that enough counties of every group have reported, else the newest at all."""
    floor = settings().coverage_floor
    for period in reversed(panel.periods):
        if all(reported >= floor * expected for reported, expected in covered(panel, period).values()):
            return period
    return panel.periods[-1]


def covered(panel: Panel, period: str) -> dict[str, tuple[int, int]]:
    """By group: counties with a figure, and counties that owed one (not those it does not apply to)."""
    rows, owed = panel.rows[panel.rows.period == period], panel.owed[panel.owed.period == period]
    known = rows.dropna(subset=["own"]).groupby("side").size()
    excused = rows[rows.state == ValueState.NOT_APPLICABLE.value].groupby("side").size()
    due = owed.groupby("side").size()
    return {
        str(side): (
            int(known.get(side, 0)),
            max(int(due.get(side, 0)) - int(excused.get(side, 0)), int(known.get(side, 0))),
        )
        for side in sorted({*known.index, *due.index})
        if side
    }


def entries_of(panel: Panel, period: str) -> list[Entry]:
    """Every county of the collection with its figure of a period and of a year before."""
    now, then = (_exact(panel, key) for key in (period, year_before(period)))
    rows = panel.rows[panel.rows.period == period].set_index("code")
    history = panel.rows[panel.rows.period <= period].groupby("code").value.apply(list).to_dict()
    owed = panel.owed[panel.owed.period == period].set_index("code").side.to_dict()
    found = []
    for code, unit in panel.units.items():
        row = rows.loc[code] if code in rows.index else None
        if row is None and code not in owed:
            continue
        n, d = (None, None) if row is None else (_int(row.n), _int(row.d))
        found.append(
            Entry(
                code=code,
                name=unit.name,
                city=unit.city,
                group=(str(row.side) if row is not None else owed[code]) or "未分组",
                value=now.get(code),
                before=then.get(code),
                n=n,
                d=d,
                se=ranking.own_error(panel.indicator, n, d, history.get(code, [])),
                state="" if row is None else str(row.state),
            )
        )
    return found


def _exact(panel: Panel, period: str) -> dict[str, Fraction]:
    """Each county's exact figure of a period, in the terms of the newest version; only comparable ones."""
    join = joins(panel.versions)
    versions = {version.id: version for version in panel.versions}
    found = {}
    for row in panel.rows[panel.rows.period == period].itertuples():
        version = versions[int(row.indicator_id)]
        value = version.value(_int(row.n), _int(row.d))
        if value is not None and join[version.id].comparable:
            found[str(row.code)] = value * join[version.id].factor
    return found


def _int(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]
