"""Trying a rule on returns of the past: the table it is asked about, and what it would have found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import sqlalchemy
from sqlmodel import Session, col, select

from core.numbers import MICRO, MISSING, format_exact, from_micro
from core.periods import Period
from core.words import RuleScope, TargetKind
from db.tables import Collection, IndicatorRow, Region, Rollup
from metrics import defined, examining, queries
from metrics.expressions import Quantity
from metrics.model import Indicator
from metrics.rulebook import DataRule

EXAMPLES = 200
_SHOWN = (Quantity.VALUE, Quantity.PREVIOUS, Quantity.LAST_YEAR, Quantity.TARGET, Quantity.BASELINE)


@dataclass(frozen=True)
class Example:
    """One value that would have been found, with the address of its figure."""

    collection: str
    region: str
    period: str
    indicator: str
    message: str
    collection_id: int
    indicator_id: int
    region_code: str


@dataclass(frozen=True)
class Outcome:
    """How many values were asked about, of how many the answer is unknown, how many would have been found, and
    the first of these by period and region."""

    checked: int
    unknown: int
    found: int
    examples: Sequence[Example]


def rehearse(session: Session, rule: DataRule, first: str, last: str) -> Outcome:
    """Ask a rule about every value of returns that count, for periods that end between the start of `first`
    and the end of `last`. Its own first period does not matter here: that is what is being decided."""
    table = _table(session, rule, Period.parse(first), Period.parse(last))
    if table.empty:
        return Outcome(0, 0, 0, ())
    fails, known = examining.failing(rule, table)
    asked = np.array([rule.asks(code) for code in table.code], dtype=bool) & table.wanted.to_numpy(dtype=bool)
    asked &= np.isfinite(table.value.to_numpy(dtype=float))  # a row without a number is not asked
    fails &= asked
    rows = table[fails].sort_values(["period", "region_code"], ascending=[False, True]).head(EXAMPLES)
    return Outcome(int(asked.sum()), int((asked & ~known).sum()), int(fails.sum()), _examples(session, rule, rows))


def _table(session: Session, rule: DataRule, first: Period, last: Period) -> pd.DataFrame:
    """`examining.COLUMNS` and where each row comes from, with the periods before for 上期 and 去年同期."""
    query = sqlalchemy.select(
        col(Rollup.collection_id), col(Rollup.indicator_id), col(Rollup.period), col(Rollup.scope_code),
        col(Rollup.n), col(Rollup.d),
    ).where(col(Rollup.state) != "", col(Rollup.period) >= str(first.year - 1))  # fmt: skip
    if rule.scope is RuleScope.COLLECTION:
        query = query.where(col(Rollup.collection_id) == rule.collection_id)
    names = ["collection_id", "indicator_id", "period", "region_code", "n", "d"]
    table = pd.DataFrame([tuple(row) for row in session.execute(query)], columns=names)
    periods = {key: Period.parse(key) for key in table.period.unique()}
    keep = {key for key, period in periods.items() if period.end <= last.end}
    table = table[table.period.isin(keep)].reset_index(drop=True)
    if table.empty:
        return table
    indicators = {row.id or 0: defined.indicator_of(row) for row in session.exec(select(IndicatorRow))}
    table["code"] = [indicators[number].code for number in table.indicator_id]
    n, d = (table[name].astype("Float64").to_numpy(dtype=float, na_value=np.nan) / MICRO for name in ("n", "d"))
    table["value"] = _values(table, indicators, n, d)
    table["n"], table["d"] = n, d
    unit = ["collection_id", "region_code"]
    year_before = {key: str(Period(p.year - 1, p.index, p.cadence)) for key, p in periods.items()}
    earlier = {
        "previous": [
            str(indicators[number].before(periods[key]))
            for number, key in zip(table.indicator_id, table.period, strict=True)
        ],
        "last_year": [year_before[key] for key in table.period],
    }
    known = table.set_index([*unit, "code", "period"])["value"]
    for name, turned in earlier.items():
        keys = pd.MultiIndex.from_arrays([*(table[part] for part in unit), table.code, turned])
        table[name] = known.reindex(keys).to_numpy()
    table["month"] = [float(periods[key].end.month) for key in table.period]
    table["target"], table["baseline"] = _lines(session, rule, table)
    table["return_key"] = table.groupby([*unit, "period"]).ngroup()
    table["wanted"] = [periods[key].end >= first.start for key in table.period]
    return table


def _values(table: pd.DataFrame, indicators: dict[int, Indicator], n: np.ndarray, d: np.ndarray) -> np.ndarray:
    factor = np.array([indicators[number].factor for number in table.indicator_id], dtype=float)
    shared = np.array([indicators[number].kind.has_denominator for number in table.indicator_id], dtype=bool)
    divisor = np.where(shared, np.where(d == 0, np.nan, d), 1.0)
    found: np.ndarray = n / divisor * factor
    return found


def _lines(session: Session, rule: DataRule, table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Targets and baselines in force, looked up only when the rule speaks of them."""
    wanted = rule.condition.quantities & {Quantity.TARGET, Quantity.BASELINE}
    named = any(mark in rule.message + rule.remedy for mark in ("目标}", "基线}"))
    found = np.full((2, len(table)), np.nan)
    if wanted or named:
        targets = {number: queries.targets_of(session, number) for number in table.collection_id.unique().tolist()}
        for place, row in enumerate(table.itertuples()):
            known = targets[row.collection_id].get(row.indicator_id, [])
            for side, kind in enumerate((TargetKind.TARGET, TargetKind.BASELINE)):
                value = queries.applying(known, kind, row.region_code, row.period)
                found[side, place] = np.nan if value is None else float(value)
    return found[0], found[1]


def _examples(session: Session, rule: DataRule, rows: pd.DataFrame) -> list[Example]:
    collections = dict(session.exec(select(Collection.id, Collection.name)).all())
    regions = dict(
        session.exec(
            select(Region.code, Region.name).where(col(Region.code).in_(rows.region_code.unique().tolist()))
        ).all()
    )
    ids = rows.indicator_id.unique().tolist()
    known = session.exec(select(IndicatorRow).where(col(IndicatorRow.id).in_(ids)))
    indicators = {row.id: defined.indicator_of(row) for row in known}
    found = []
    for row in rows.itertuples():
        indicator = indicators[row.indicator_id]
        words = {quantity.value: _shown(indicator, getattr(row, quantity.english)) for quantity in _SHOWN}
        words |= {"指标": indicator.name, "分子": _amount(row.n), "分母": _amount(row.d)}
        found.append(
            Example(
                collection=collections[row.collection_id],
                region=regions[row.region_code],
                period=row.period,
                indicator=indicator.name,
                message=rule.say(words)[0],
                collection_id=int(row.collection_id),
                indicator_id=int(row.indicator_id),
                region_code=row.region_code,
            )
        )
    return found


def by_region(examples: Sequence[Example]) -> dict[str, int]:
    """How many of the examples each region has, the most first."""
    counts: dict[str, int] = defaultdict(int)
    for example in examples:
        counts[example.region] += 1
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _shown(indicator: Indicator, value: float) -> str:
    return MISSING if np.isnan(value) else indicator.show(value)


def _amount(value: float) -> str:
    return MISSING if np.isnan(value) else format_exact(from_micro(round(value * MICRO)))
