"""Where a sum comes from: the counties behind it, those left out and why; and the periods before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, Subject, may
from core import clock
from core.periods import Period, span
from core.words import Arm, Combine, ReturnState, ValueState
from db.session import read
from db.tables import Collection, IndicatorRow, Observation, Pilot, Region, ReturnRow, Rollup
from metrics import arms, defined, definitions, latecomers, queries, rollups
from metrics.model import Entry, Indicator
from metrics.rollups import Sum
from regions import groups

HISTORY = 24  # periods in a small trend


@dataclass(frozen=True)
class Part:
    """One county behind a sum: its entry when it is counted, else why not."""

    region_code: str
    region: str
    return_id: int
    entry: Entry | None
    why_not: str
    marks: str = ""  # 迟报, 更正, 待审核: what to know of a value that is counted

    @property
    def counted(self) -> bool:
        return not self.why_not


@dataclass(frozen=True)
class SumExplanation:
    """A sum over a scope (and, in it, a group of that period). `value` is None when it cannot be computed;
    `reported` of `expected` values stand behind it, `unapproved` of them not reviewed yet."""

    indicator: Indicator
    collection: str
    scope: str
    group: str
    period: str
    n: int | None
    d: int | None
    value: Fraction | None
    reported: int
    expected: int
    unapproved: int
    parts: Sequence[Part]
    targets: Sequence[queries.TargetView]
    arm: Arm | None = None  # only these units of the scope; such a sum is added up here and kept nowhere
    late: Sequence[str] = ()  # comparison units left out because they were registered after the start


@dataclass(frozen=True)
class Point:
    """A figure in one period of a trend; `value` is None where there is none."""

    period: str
    n: int | None
    d: int | None
    value: Fraction | None
    reported: int
    expected: int
    segment: str = ""  # figures of different segments are not comparable
    begins: str = ""  # what changes in the definition with this period


def pilot_of(actor: Actor, collection_id: int) -> int | None:
    """The pilot a collection belongs to, when the actor sees returns of it."""
    seen = queries.readable(actor).where(ReturnRow.collection_id == collection_id).limit(1)
    with read() as session:
        if session.exec(seen).first() is None:
            return None
        return session.exec(select(Pilot.id).where(Pilot.collection_id == collection_id)).first()


def sums_above(
    actor: Actor, collection_id: int, indicator_id: int, region_code: str, period: str
) -> list[tuple[str, str, str]]:
    """The sums that a county's figure is part of: (scope code, scope, group), the nearest scope first, each
    whole before its group. Nothing for those who do not see every county in them."""
    if not actor.is_staff:
        return []
    with read() as session:
        collection = session.get(Collection, collection_id)
        if collection is None:
            return []
        above = rollups.ancestors(session, {region_code})[region_code]
        scheme = collection.group_scheme or groups.MAIN_SCHEME
        member = groups.memberships(session, [region_code], Period.parse(period).end, scheme).get(region_code)
        rows = session.exec(
            select(Rollup.scope_code, Region.name, Rollup.group_name)
            .join(Region, col(Region.code) == Rollup.scope_code)
            .where(
                Rollup.collection_id == collection_id,
                Rollup.indicator_id == indicator_id,
                Rollup.period == period,
                col(Rollup.scope_code).in_(above),
                col(Rollup.group_name).in_(["", member.name if member else ""]),
            )
        ).all()
    return sorted(((code, name, group) for code, name, group in rows), key=lambda row: (above.index(row[0]), row[2]))


def explain_sum(
    actor: Actor,
    collection_id: int,
    indicator_id: int,
    scope_code: str,
    period: str,
    group: str = "",
    arm: Arm | None = None,
) -> SumExplanation | None:
    """Everything behind a sum, of all units below a scope or those of one arm. Only for those who see every county
    in it; None for others."""
    if not actor.is_staff:
        return None
    with read() as session:
        collection = session.get(Collection, collection_id)
        definition = session.get(IndicatorRow, indicator_id)
        scope = session.get(Region, scope_code)
        if collection is None or definition is None or scope is None:
            return None
        owed = _owed(session, collection, scope_code, period, group, arm)
        if not owed:
            return None
        total: Rollup | Sum | None = session.get(Rollup, (collection_id, indicator_id, period, scope_code, group))
        stored = dict(
            session.exec(
                select(Rollup.scope_code, Observation)
                .join(Observation, col(Observation.id) == Rollup.observation_id)
                .where(
                    Rollup.collection_id == collection_id,
                    Rollup.indicator_id == indicator_id,
                    Rollup.period == period,
                    col(Rollup.scope_code).in_([row.region_code for row, _ in owed]),
                )
            ).all()
        )
        indicator = defined.indicator_of(definition)
        parts = [_part(row, name, stored.get(row.region_code)) for row, name in owed]
        if arm is not None:
            total = _added(indicator, parts)
        n, d = (total.n, total.d) if total else (None, None)
        reported = total.reported if total else 0
        return SumExplanation(
            indicator=indicator,
            collection=collection.name,
            scope=scope.name,
            group=group,
            period=period,
            n=n,
            d=d,
            value=rollups.value(indicator, n, d, reported),
            reported=reported,
            expected=total.expected if total else len(owed),
            unapproved=total.unapproved if total else 0,
            parts=parts,
            targets=_promised(session, collection_id, indicator, group, arm),
            arm=arm,
            late=_latecomers(session, collection_id) if arm is Arm.COMPARISON else (),
        )


def series(
    actor: Actor,
    collection_id: int,
    indicator: Indicator,
    scope_code: str,
    period: str,
    group: str = "",
    arm: Arm | None = None,
) -> list[Point]:
    """The figures of the last periods up to `period`, oldest first, beginning with the first one there is; of all
    units or, for those who see every county, of one arm's.

    Periods without a figure are there with None. Figures by earlier versions of the definition are turned by
    the stated factor into this version's terms; where none is stated they stand as they are, in a segment
    of their own. Empty when the actor may not see the region.
    """
    if not may(actor, Permission.RETURN_READ, Subject(region_code=scope_code)):
        return []
    last = Period.parse(period)
    with read() as session:
        versions = {version.id: version for version in defined.versions_to(session, indicator)}
        first = str(last.shift(1 - HISTORY))
        known: Mapping[str, Rollup | arms.Added]
        if arm is not None:
            if not actor.is_staff or (collection := session.get(Collection, collection_id)) is None:
                return []
            known = arms.sums(session, collection, versions, arms.Part(scope_code, group, arm), first, period)
        else:
            rows = session.exec(
                select(Rollup)
                .where(
                    Rollup.collection_id == collection_id,
                    col(Rollup.indicator_id).in_(versions),
                    Rollup.scope_code == scope_code,
                    Rollup.group_name == group,
                    Rollup.period >= first,
                    Rollup.period <= period,
                )
                .order_by(Rollup.period)
            ).all()
            known = {row.period: row for row in rows}
    if not known:
        return []
    joins = definitions.joins(list(versions.values()))
    found: list[Point] = []
    before: Indicator | None = None
    for period_ in span(Period.parse(min(known)), last):
        key = str(period_)
        row = known.get(key)
        if row is None and not period_.closes(indicator.cadence):
            continue  # it is not reported in such a month
        if row is None:
            found.append(Point(key, None, None, None, 0, 0, found[-1].segment if found else ""))
            continue
        version, join = versions[row.indicator_id], joins[row.indicator_id]
        value = rollups.value(version, row.n, row.d, row.reported)
        begins = "" if before in (None, version) else definitions.break_words(version)
        before = version
        found.append(
            Point(
                key, row.n, row.d, None if value is None else value * join.factor, row.reported, row.expected,
                str(join.run), begins,
            )
        )  # fmt: skip
    return found


def _added(indicator: Indicator, parts: Sequence[Part]) -> Sum:
    """The sum of the counted parts, as a roll-up would have it."""
    entries = [part.entry for part in parts if part.counted and part.entry is not None]
    n, d = arms.together(indicator, [(entry.n, entry.d) for entry in entries])
    spared = sum(part.entry is not None and part.entry.state is ValueState.NOT_APPLICABLE for part in parts)
    unapproved = sum("待审核" in part.marks for part in parts if part.counted)
    return Sum(n, d, "", len(entries), len(parts) - spared, unapproved, None)


def _owed(
    session: Session, collection: Collection, scope_code: str, period: str, group: str, arm: Arm | None = None
) -> list[tuple[ReturnRow, str]]:
    """The returns below a scope, of one arm, and in a group (or on a side) of the period's last day, with their
    regions' names."""
    rows = session.exec(
        select(ReturnRow, Region.name)
        .join(Region, col(Region.code) == ReturnRow.region_code)
        .where(ReturnRow.collection_id == collection.id, ReturnRow.period == period)
        .order_by(ReturnRow.region_code)
    ).all()
    if not rows:
        return []
    if arm is not None:
        inside = arms.codes_of(session, collection.id or 0, arm)
        rows = [row for row in rows if row[0].region_code in inside]
    codes = {row.region_code for row, _ in rows}
    above = rollups.ancestors(session, codes)
    scheme = collection.group_scheme or groups.MAIN_SCHEME
    member = groups.memberships(session, codes, Period.parse(period).end, scheme)
    return [
        (row, name)
        for row, name in rows
        if scope_code in above[row.region_code]
        and (not group or (row.region_code in member and group in _groups_of(member[row.region_code])))
    ]


def _promised(
    session: Session, collection_id: int, indicator: Indicator, group: str, arm: Arm | None
) -> list[queries.TargetView]:
    """The common lines, as far as they say something about a sum: where counties are added up, what was promised for
    all pilots (or, without comparison units, for all) is no line for a part of them."""
    if indicator.combine_regions is Combine.SUM:
        compared = arm is None and bool(arms.codes_of(session, collection_id, Arm.COMPARISON))
        if group or compared or arm is Arm.COMPARISON:
            return []
    return [line for line in queries.lines_of(session, collection_id, indicator) if line.region_code is None]


def _latecomers(session: Session, collection_id: int) -> list[str]:
    late = latecomers.of(session, [collection_id]).get(collection_id, {})
    return list(session.exec(select(Region.name).where(col(Region.code).in_(late)).order_by(Region.code)))


def _groups_of(member: groups.Membership) -> tuple[str, str]:
    """What a member's group may be called: by its name, or by the side it is on."""
    return member.name, member.side.label


def _part(row: ReturnRow, name: str, observation: Observation | None) -> Part:
    entry = queries.entry_of(observation) if observation else None
    return Part(row.region_code, name, row.id or 0, entry, _why_not(row, entry), _marks(row, observation))


def _marks(row: ReturnRow, observation: Observation | None) -> str:
    if observation is None:
        return ""
    since = row.first_submitted_at
    marks = (
        ("迟报", observation.late or queries.course_of(row).late),
        ("更正", observation.revision > 1 and since is not None and observation.entered_at > since),
        ("待审核", row.state is ReturnState.SUBMITTED),
    )
    return "、".join(word for word, holds in marks if holds)


def _why_not(row: ReturnRow, entry: Entry | None) -> str:
    """Why a county's value is not in the sum; “” when it is."""
    if entry is not None:
        if entry.state.has_value:
            return ""
        words = f"{entry.state.label}{f'（{entry.reason}）' if entry.reason else ''}"
        return words + ("，不计入应报" if entry.state is ValueState.NOT_APPLICABLE else "")
    if row.state is ReturnState.RETURNED:
        return "已退回，重报后计入"
    if row.state.counts:
        return "报送里没有这个指标"
    if clock.today() < row.opens_on:
        return "未到期"
    return "逾期未报" if clock.today() > row.due_on else "尚未提交"
