"""The figures an index is computed from: what each unit reported over the periods, read from the roll-ups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from core.periods import Period, span
from core.words import Combine, ValueState
from db.tables import Collection, CollectionIndicator, IndicatorRow, Observation, ReturnRow, Rollup
from metrics import composite_scores, defined
from metrics.combining import over_time, own_figures
from metrics.composite import Design
from metrics.composite_result import Figure, Outcome, Unit
from metrics.defined import Asking
from metrics.model import Indicator
from regions import groups
from regions import queries as regions

NO_GROUP = "未分组"


def asked(session: Session, collection_id: int) -> dict[int, Indicator]:
    """The indicators of a collection by id, in its order."""
    rows = session.exec(
        select(IndicatorRow)
        .join(CollectionIndicator, col(CollectionIndicator.indicator_id) == IndicatorRow.id)
        .where(CollectionIndicator.collection_id == collection_id)
        .order_by(col(CollectionIndicator.position), col(IndicatorRow.version))
    )
    return {row.id or 0: defined.indicator_of(row) for row in rows}


def compute(session: Session, collection_id: int, design: Design, first: str, last: str) -> Outcome:
    indicators = asked(session, collection_id)
    wanted = [indicators[criterion.indicator_id] for criterion in design.criteria]
    return composite_scores.compute(design, indicators, units(session, collection_id, wanted, first, last))


def units(session: Session, collection_id: int, indicators: Sequence[Indicator], first: str, last: str) -> list[Unit]:
    """Every region that owes a period from `first` to `last`, with its figure of each indicator over all of
    them, of a slower rhythm over those with which its own periods end. The group is that of the last period's last
    day. Read from the roll-ups."""
    keys = [str(period) for period in span(Period.parse(first), Period.parse(last))]
    askings = {asking.indicator.id: asking for asking in defined.askings(session, collection_id)}
    due = {item.id: [key for key in keys if Period.parse(key).closes(item.cadence)] for item in indicators}
    owed: dict[str, set[str]] = defaultdict(set)
    for code, period in session.execute(
        columns(col(ReturnRow.region_code), col(ReturnRow.period)).where(
            col(ReturnRow.collection_id) == collection_id, col(ReturnRow.period).in_(keys)
        )
    ):
        owed[code].add(period)
    # What a cumulative figure of the first period added shows only beside the one before.
    before = {_before(item, due[item.id]) for item in indicators if due[item.id]}
    stored = _stored(session, collection_id, indicators, sorted({*before, *keys}))
    scheme = session.get_one(Collection, collection_id).group_scheme or groups.MAIN_SCHEME
    members = groups.memberships(session, owed, Period.parse(last).end, scheme)
    names = regions.names(session, set(owed))
    return [
        Unit(
            code,
            names[code],
            members[code].name if code in members else NO_GROUP,
            [
                _figure(askings[item.id], due[item.id], owed[code], stored.get((item.id, code), {}))
                for item in indicators
            ],
        )
        for code in sorted(owed)
    ]


@dataclass(frozen=True)
class _Stored:
    n: int | None
    d: int | None
    state: ValueState
    unapproved: bool
    reason: str


def _stored(
    session: Session, collection_id: int, indicators: Sequence[Indicator], keys: Sequence[str]
) -> dict[tuple[int, str], dict[str, _Stored]]:
    """County figures by (indicator, region) and period, with the reason where there is no number."""
    rows = session.execute(
        columns(
            col(Rollup.indicator_id),
            col(Rollup.scope_code),
            col(Rollup.period),
            col(Rollup.n),
            col(Rollup.d),
            col(Rollup.state),
            col(Rollup.unapproved),
            col(Rollup.observation_id),
        ).where(
            col(Rollup.collection_id) == collection_id,
            col(Rollup.indicator_id).in_([indicator.id for indicator in indicators]),
            col(Rollup.period).in_(keys),
            col(Rollup.state) != "",
        )
    ).all()
    silent = [row.observation_id for row in rows if not ValueState(row.state).has_value]
    reasons = dict(
        session.execute(
            columns(col(Observation.id), col(Observation.reason)).where(col(Observation.id).in_(silent))
        ).all()
    )
    found: dict[tuple[int, str], dict[str, _Stored]] = defaultdict(dict)
    for row in rows:
        found[row.indicator_id, row.scope_code][row.period] = _Stored(
            row.n, row.d, ValueState(row.state), bool(row.unapproved), reasons.get(row.observation_id, "")
        )
    return found


def _figure(asking: Asking, keys: Sequence[str], owed: set[str], stored: Mapping[str, _Stored]) -> Figure:
    """One unit's figure over the periods. All of them must be there: a year of which a month is missing is no
    year. A period in which nothing happened (不适用) adds nothing."""
    indicator = asking.indicator
    if not keys:
        return Figure(None, None, None, f"{indicator.cadence.label}报一次，所选的期里没有到期的")
    lacking = [(key, _why_not(key, asking, owed, stored)) for key in keys]
    lacking = [(key, why) for key, why in lacking if why]
    if lacking:
        several = f"等 {len(lacking)} 期" if len(lacking) > 1 else ""
        return Figure(None, None, None, f"{Period.parse(lacking[0][0]).label}{several}{lacking[0][1]}")
    if len(keys) > 1 and indicator.combine_time is Combine.NONE:
        return Figure(None, None, None, "口径规定多期不合并，请只选一期")
    series = [(key, stored[key].n, stored[key].d) for key in (_before(indicator, keys), *keys) if key in stored]
    figures = own_figures(indicator, series, keys[0])
    if any(n is None and stored[key].state.has_value for key, n, _ in figures):
        return Figure(None, None, None, "累计数缺少上一期，算不出本期新增")
    if all(n is None for _, n, _ in figures):
        return Figure(None, None, None, "不适用（没有发生）")
    value = over_time(indicator, series, keys[0])
    if value is None:
        return Figure(None, None, None, "分母为 0，算不出")
    n, d = _sums(indicator, [(n, d) for _, n, d in figures if n is not None])
    return Figure(n, d, value, "", any(stored[key].unapproved for key in keys))


def _why_not(key: str, asking: Asking, owed: set[str], stored: Mapping[str, _Stored]) -> str:
    """Why a period has no figure; “” when it has one, or nothing happened in it."""
    if key not in owed:
        return "没有报送任务"
    if not asking.holds(key):
        return f"不按第 {asking.indicator.version} 版口径报，请修订指标体系改用当期的版本"
    if key not in stored:
        return "未报"
    found = stored[key]
    if found.state.has_value or found.state is ValueState.NOT_APPLICABLE:
        return ""
    return found.state.label + (f"（{found.reason}）" if found.reason else "")


def _sums(indicator: Indicator, parts: Sequence[tuple[int, int | None]]) -> tuple[int | None, int | None]:
    """n and d behind a value over several periods; none where it is a maximum or a mean of values."""
    if len(parts) == 1 or indicator.combine_time is Combine.LAST:
        return parts[-1]
    how = indicator.combine_time
    if how is Combine.MAX or (how is Combine.MEAN and not indicator.kind.has_denominator):
        return None, None
    with_d = [d for _, d in parts if d is not None]
    return sum(n for n, _ in parts), sum(with_d) if with_d else None


def _before(indicator: Indicator, keys: Sequence[str]) -> str:
    return str(indicator.before(Period.parse(keys[0])))
