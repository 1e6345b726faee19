"""What the quality score counts: every figure that was due in a collection, with what is good about it.

The pilot's page, the quality pages and the reports all count these rows; nobody else computes the score.
County roll-ups say what was reported; observations are only asked who changed a value when.

Completeness: due figures that were reported, or whose absence was explained, in returns that count.
Timeliness: due returns handed in by their deadline.
Validity: figures with a number; each rule that still doubts one costs a quarter of it. A figure outside
the plausible bounds is doubted even if it came in before the rule was asked.
Consistency: figures with at least six comparable periods, or doubted by a rule about the past; an outlier of the
unit's own series (leave-one-out, over all its periods), a fallen total or an open doubt costs it wholly.
Evidence: figures of definitions that ask for it; what was asked for is there.
Corrections: reported figures that were not changed after the return was first handed in.
A doubt that was accepted, or that a waiver covers, costs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection as Several
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import null, select
from sqlmodel import Session, col

from core import clock
from core.numbers import MICRO
from core.periods import Period
from core.words import EvidenceKind, FollowUpState
from db import files
from db.tables import FollowUp, Observation, ReturnRow, Rollup
from metrics import accumulation, defined, queries, revisions, rule_queries, rule_words, series
from metrics.doubting import UNSETTLED
from metrics.evidence_queries import ENTITY
from metrics.model import Indicator
from metrics.quality import OUTLIER_POINTS, Aspect, Quality, outlying_rows, score
from metrics.rulebook import Waiver

PLAUSIBLE, OUTLIER, FALLS = "bounds.plausible", "history.outlier", "cumulative.falls"
_PAST = ("history.", "cumulative.")
_PARTS = {
    Aspect.COMPLETENESS: ("answered", "asked"),
    Aspect.VALIDITY: ("quarters", "checked"),
    Aspect.CONSISTENCY: ("steady", "compared"),
    Aspect.EVIDENCE: ("evidenced", "evidence_asked"),
    Aspect.CORRECTIONS: ("kept", "answered"),
}


@dataclass(frozen=True)
class Facts:
    """`returns`: id, code, period, due, on_time, handed_in. `values`, one row a due figure: return_id, code, period,
    indicator_id, n, d, state, the counts named in `_PARTS` (quarters are of four), and in words what is doubted
    (`doubts`, `unsteady`)."""

    indicators: Mapping[int, Indicator]
    returns: pd.DataFrame
    values: pd.DataFrame

    def part(self, *, code: str | None = None, period: str | None = None) -> Facts:
        """The facts of one unit, of one round, or of both."""
        returns, values = self.returns, self.values
        if code is not None:
            returns, values = returns[returns.code == code], values[values.code == code]
        if period is not None:
            returns, values = returns[returns.period == period], values[values.period == period]
        return Facts(self.indicators, returns, values)

    def of(self, codes: Several[str]) -> Facts:
        """The facts of some units."""
        returns, values = self.returns, self.values
        return Facts(self.indicators, returns[returns.code.isin(codes)], values[values.code.isin(codes)])

    def during(self, periods: Sequence[str]) -> Facts:
        """The facts of several rounds."""
        returns, values = (frame[frame.period.isin(list(periods))] for frame in (self.returns, self.values))
        return Facts(self.indicators, returns, values)

    def quality(self) -> Quality:
        """The score of all these facts together."""
        return next(iter(self.by([])), ((), score({})))[1]

    def by(self, columns: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Quality]]:
        """The score for each group of `columns` (of code and period), in order; all together for none."""
        keys = list(columns)
        due = self.returns[self.returns.due]
        values = self.values.assign(all="")
        names = sorted({name for pair in _PARTS.values() for name in pair})
        sums = values.groupby(keys or ["all"])[names].sum()
        timely = due.assign(all="", one=1).groupby(keys or ["all"])[["on_time", "one"]].sum()
        for key in sums.index.union(timely.index).sort_values():
            counts: dict[Aspect, tuple[int | Fraction, int]] = {}
            if key in sums.index:
                row = sums.loc[key]
                counts = {aspect: (int(row[good]), int(row[of])) for aspect, (good, of) in _PARTS.items()}
                counts[Aspect.VALIDITY] = (Fraction(int(row.quarters), 4), int(row.checked))
            if key in timely.index:
                counts[Aspect.TIMELINESS] = (int(timely.loc[key].on_time), int(timely.loc[key].one))
            found = key if isinstance(key, tuple) else (str(key),)
            yield (found if keys else ()), score(counts)


def together(parts: Sequence[Facts]) -> Quality:
    """The score of several collections' facts as one."""
    if not parts:
        return score({})
    returns, values = (pd.concat([getattr(part, name) for part in parts]) for name in ("returns", "values"))
    return Facts({}, returns, values).quality()


def of_collection(session: Session, collection_id: int, codes: Several[str] | None = None) -> Facts:
    """The facts of a collection as they stand, of all its units or some."""
    return of_collections(session, [collection_id], codes)[collection_id]


def of_collections(session: Session, ids: Sequence[int], codes: Several[str] | None = None) -> dict[int, Facts]:
    """Of many collections, with as many reads as of one."""
    returns = _returns(session, ids, codes)
    askings = defined.askings_of_all(session, ids)
    reported = dict(iter(_reported(session, ids, codes).groupby("collection_id")))
    settled, open_ = _doubts(session, {int(number) for frame in returns.values() for number in frame.id})
    regions = {code for frame in returns.values() for code in frame.code.unique()}
    waivers = rule_queries.excused(session, sorted(regions)) if regions else []
    found = {}
    for number in ids:
        indicators = {asking.indicator.id: asking.indicator for asking in askings[number]}
        of_it = reported[number] if number in reported else _reported_frame([])
        values = _due(returns[number], askings[number], of_it)
        silent = _Silent(number, values, settled, waivers)
        values = _valid(values, indicators, open_, silent)
        found[number] = Facts(
            indicators, returns[number], _steady(values, _series(askings[number], values), open_, silent)
        )
    return _evidenced(session, found)


def _due(returns: pd.DataFrame, askings: Sequence[defined.Asking], reported: pd.DataFrame) -> pd.DataFrame:
    """A row for every figure that is due, with what was reported of it, if it was."""
    due = returns[returns.due]
    keys = due.period.unique()
    parts = [
        due[due.period.isin([key for key in keys if asking.holds(key)])].assign(indicator_id=asking.indicator.id)
        for asking in askings
    ]
    values = pd.concat(parts) if parts else due.assign(indicator_id=0)
    values = values.rename(columns={"id": "return_id"})[["return_id", "code", "period", "indicator_id", "first_at"]]
    values = values.merge(reported, how="left", on=["indicator_id", "code", "period"])
    values = values.assign(state=values.state.fillna(""), link=values.link.fillna(False).astype(bool)).reset_index(
        drop=True
    )
    return values.assign(
        asked=1,
        answered=values.state.ne("").astype(int),
        checked=values.n.notna().astype(int),
        kept=(values.state.ne("") & ~_corrected(values)).astype(int),
    ).drop(columns=["first_at", "collection_id"])


def _returns(session: Session, ids: Sequence[int], codes: Several[str] | None) -> dict[int, pd.DataFrame]:
    """The returns of each collection, with `first_at`, when each was first handed in."""
    # Only the columns that count: the returns of a province as objects take three times as long.
    names = ("id", "collection_id", "region_code", "period", "state", "opens_on", "due_on", "first_submitted_at")
    query = select(
        *(col(getattr(ReturnRow, name)) for name in names),
        null().label("locked_at"),
        null().label("unlocked_until"),
    ).where(col(ReturnRow.collection_id).in_(ids))
    if codes is not None:
        query = query.where(col(ReturnRow.region_code).in_(list(codes)))
    today = clock.today()
    records: dict[int, list[tuple[Any, ...]]] = {number: [] for number in ids}
    for row in session.execute(query.order_by(col(ReturnRow.period), col(ReturnRow.region_code))).all():
        course = queries.course_of(cast(ReturnRow, row))
        on_time = row.state.counts and bool(course.in_time)
        records[row.collection_id].append(
            (
                row.id,
                row.region_code,
                row.period,
                course.due(today),
                on_time,
                row.state.counts,
                row.first_submitted_at,
            )
        )
    shown = ("id", "code", "period", "due", "on_time", "handed_in", "first_at")
    kinds = {"id": int, "code": "str", "period": "str", "due": bool, "on_time": bool, "handed_in": bool}
    return {
        number: pd.DataFrame(rows, columns=list(shown)).astype({**kinds, "first_at": object})
        for number, rows in records.items()
    }


_REPORTED = (
    "collection_id", "indicator_id", "code", "period", "n", "d", "state", "observation_id", "revision", "entered_at",
    "link",
)  # fmt: skip


def _reported(session: Session, ids: Sequence[int], codes: Several[str] | None) -> pd.DataFrame:
    """County figures: the columns of `_REPORTED`."""
    query: Any = (
        select(
            col(Rollup.collection_id), col(Rollup.indicator_id), col(Rollup.scope_code), col(Rollup.period),
            col(Rollup.n), col(Rollup.d), col(Rollup.state), col(Rollup.observation_id), col(Observation.revision),
            col(Observation.entered_at), revisions.link() != "",
        )
        .join(Observation, col(Observation.id) == col(Rollup.observation_id))
        .where(col(Rollup.collection_id).in_(ids), col(Rollup.group_name) == "", col(Rollup.state) != "")
    )  # fmt: skip
    if codes is not None:
        query = query.where(col(Rollup.scope_code).in_(list(codes)))
    return _reported_frame([tuple(row) for row in session.execute(query)])


def _reported_frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    kinds = {"n": "Int64", "d": "Int64", "code": "str", "period": "str", "state": "str", "link": "boolean"}
    whole = {"collection_id": int, "indicator_id": int, "observation_id": "Int64", "revision": "Int64"}
    return pd.DataFrame(rows, columns=list(_REPORTED)).astype({**whole, **kinds})


def _corrected(values: pd.DataFrame) -> pd.Series:
    """Which figures were changed after their return was first handed in."""
    later = values[values.revision > 1]
    found = [bool(first) and at > first for first, at in zip(later.first_at, later.entered_at, strict=True)]
    return pd.Series(found, index=later.index, dtype=bool).reindex(values.index, fill_value=False)


Doubts = dict[int, dict[str, str]]  # observation → rule → what it says


def _doubts(session: Session, ids: Several[int]) -> tuple[set[tuple[int, str]], Doubts]:
    """Of these returns: (value, rule) pairs that were accepted, and what still waits for an answer."""
    settled: set[tuple[int, str]] = set()
    open_: Doubts = defaultdict(dict)
    rows = session.execute(
        select(
            col(FollowUp.return_id), col(FollowUp.observation_id), col(FollowUp.rule), col(FollowUp.state),
            col(FollowUp.message),
        )
    )  # fmt: skip
    for number, observation, rule, state, message in rows:
        if number not in ids:
            continue
        if state in UNSETTLED:
            open_[observation][rule] = message
        elif state is FollowUpState.ACCEPTED:
            settled.add((observation, rule))
    return settled, open_


class _Silent:
    """Whether a rule may not be held against a figure: its doubt was accepted, or the unit is excused."""

    def __init__(
        self, collection_id: int, values: pd.DataFrame, settled: set[tuple[int, str]], waivers: Sequence[Waiver]
    ) -> None:
        self.collection_id, self.values, self.settled, self.waivers = collection_id, values, settled, waivers

    def __call__(self, place: int, rule: str) -> bool:
        row = self.values.loc[place]
        if row.observation_id is not pd.NA and (int(row.observation_id), rule) in self.settled:
            return True
        return any(
            waiver.covers(rule, row.code, self.collection_id, Period.parse(row.period)) for waiver in self.waivers
        )


def _doubted(values: pd.DataFrame, open_: Doubts) -> Iterator[tuple[int, int]]:
    """Place and observation of the figures that somebody still has to answer for."""
    known = values.observation_id[values.observation_id.isin(list(open_))]
    for place, number in known.items():
        yield cast(int, place), int(number)


def _valid(values: pd.DataFrame, indicators: Mapping[int, Indicator], open_: Doubts, silent: _Silent) -> pd.DataFrame:
    """With `quarters` (four for a figure nobody doubts) and `doubts` in words."""
    doubts: dict[int, dict[str, str]] = defaultdict(dict)
    for place, number in _doubted(values, open_):
        for rule, message in open_[number].items():
            if not rule.startswith(_PAST):
                doubts[place][rule] = message
    for indicator_id, rows in values[values.checked == 1].groupby("indicator_id"):
        indicator = indicators[int(indicator_id)]
        if indicator.plausible_min is None and indicator.plausible_max is None:
            continue
        low, high = indicator.plausible_min, indicator.plausible_max
        # Floats find the few that lie outside or on the edge; the exact value decides about those.
        near = rows[~_inside(rows, indicator, low, high)]
        for place, n, d in zip(near.index, near.n, near.d, strict=True):
            value = indicator.value(int(n), None if d is pd.NA else int(d))
            if value is None or ((low is None or value >= low) and (high is None or value <= high)):
                continue
            if not silent(place, PLAUSIBLE):
                doubts[place].setdefault(PLAUSIBLE, f"{indicator.show(value)}，{rule_words.name(PLAUSIBLE)}")
    cost = pd.Series({place: min(4, len(found)) for place, found in doubts.items()}, dtype=int)
    words = pd.Series({place: "；".join(found.values()) for place, found in doubts.items()}, dtype="str")
    quarters = (4 - cost.reindex(values.index).fillna(0).astype(int)) * values.checked
    return values.assign(quarters=quarters, doubts=words.reindex(values.index).fillna(""))


def _inside(rows: pd.DataFrame, indicator: Indicator, low: Decimal | None, high: Decimal | None) -> pd.Series:
    n = rows.n.astype(float)
    d = rows.d.astype("Float64").to_numpy(dtype=float, na_value=np.nan) if indicator.kind.has_denominator else MICRO
    value = n / np.where(d == 0, np.nan, d) * indicator.factor
    margin = 1e-9 * (1 + value.abs())
    above = True if low is None else value - margin > float(low)
    below = True if high is None else value + margin < float(high)
    return (value.notna() & above) & below


def _series(askings: Sequence[defined.Asking], values: pd.DataFrame) -> list[tuple[Indicator, pd.DataFrame]]:
    """Each definition's figures in the terms of its newest version that has any; the index is that of `values`."""
    by_code: dict[str, list[Indicator]] = defaultdict(list)
    for asking in askings:
        by_code[asking.indicator.code].append(asking.indicator)
    found = []
    for versions in by_code.values():
        rows = values[values.indicator_id.isin([version.id for version in versions]) & values.state.ne("")]
        if rows.empty:
            continue
        reference = series.reference(versions, list(rows.indicator_id.unique()))
        told = [version for version in versions if version.version <= reference.version]
        found.append((reference, series.valued(told, rows.assign(place=rows.index))))
    return found


def _steady(
    values: pd.DataFrame, told: Sequence[tuple[Indicator, pd.DataFrame]], open_: Doubts, silent: _Silent
) -> pd.DataFrame:
    """With `compared`, `steady` and `unsteady` in words."""
    compared: set[int] = set()
    unsteady: dict[int, dict[str, str]] = defaultdict(dict)
    for place, number in _doubted(values, open_):
        for rule, message in open_[number].items():
            if rule.startswith(_PAST):
                unsteady[place][rule] = message
    for indicator, frame in told:
        known = frame.dropna(subset=["added"])
        long = known[known.groupby("code").code.transform("size") >= OUTLIER_POINTS].sort_values("code", kind="stable")
        compared |= set(long.place)
        flagged = {OUTLIER: long.place[_wild(long)]}
        if indicator.accumulation.cumulative:
            falls = [own.place[accumulation.frame_falls(indicator, own)] for _, own in long.groupby("code")]
            flagged[FALLS] = pd.concat(falls) if falls else long.place[:0]
        for rule, places in flagged.items():
            for place in places:
                if not silent(place, rule):
                    unsteady[place].setdefault(rule, rule_words.name(rule))
    compared |= set(unsteady)
    words = pd.Series({place: "；".join(found.values()) for place, found in unsteady.items()}, dtype="str")
    among = pd.Series(np.isin(values.index, list(compared)), index=values.index).astype(int)
    doubted = pd.Series(np.isin(values.index, list(unsteady)), index=values.index).astype(int)
    return values.assign(compared=among, steady=among - doubted, unsteady=words.reindex(values.index).fillna(""))


def _wild(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows, sorted by county, are outliers of their county's series; series of one length at once."""
    flags = np.zeros(len(rows), dtype=bool)
    if rows.empty:
        return flags
    added = rows.added.to_numpy(dtype=float)
    starts = np.flatnonzero(np.r_[True, rows.code.to_numpy()[1:] != rows.code.to_numpy()[:-1]])
    lengths = np.diff(np.r_[starts, len(rows)])
    for length in np.unique(lengths):
        places = starts[lengths == length][:, None] + np.arange(length)
        flags[places] = outlying_rows(added[places])
    return flags


def _evidenced(session: Session, facts: Mapping[int, Facts]) -> dict[int, Facts]:
    """With `evidence_asked` and `evidenced`."""
    asking = {
        number: {key: item for key, item in found.indicators.items() if item.evidence_kind is not EvidenceKind.NONE}
        for number, found in facts.items()
    }
    rows = {
        number: found.values[found.values.indicator_id.isin(list(asking[number])) & (found.values.checked == 1)]
        for number, found in facts.items()
    }
    numbers = sorted({int(number) for own in rows.values() for number in own.return_id})
    held = {(file.entity_id, file.label) for file in files.attached(session, ENTITY, numbers)} if numbers else set()
    return {
        number: replace(found, values=_with_evidence(found.values, rows[number], asking[number], held))
        for number, found in facts.items()
    }


def _with_evidence(
    values: pd.DataFrame, rows: pd.DataFrame, asking: Mapping[int, Indicator], held: Several[tuple[int, str]]
) -> pd.DataFrame:
    enough = pd.Series(
        {
            place: int(
                asking[indicator_id].evidence_kind.satisfied(
                    link=bool(link), file=(return_id, asking[indicator_id].code) in held
                )
            )
            for place, indicator_id, return_id, link in zip(
                rows.index, rows.indicator_id, rows.return_id, rows.link, strict=True
            )
        },
        dtype=int,
    )
    asked = pd.Series(1, index=rows.index)
    return values.assign(
        evidence_asked=asked.reindex(values.index).fillna(0).astype(int),
        evidenced=enough.reindex(values.index).fillna(0).astype(int),
    )
