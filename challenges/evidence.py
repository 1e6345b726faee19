"""Reported figures that can stand beside what a milestone promised: those of the pilots that try out the scenario a
challenge came from, the scenarios that answer its need, or what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, may
from challenges.schemas import ValueIn
from core.errors import Invalid, NotFound
from core.numbers import format_exact, from_micro
from core.periods import Period
from core.words import Arm
from db.session import read
from db.tables import (
    Challenge,
    ChallengeOutcome,
    CollectionUnit,
    IndicatorRow,
    MilestoneValue,
    Region,
    Rollup,
    ScenarioNeed,
)
from metrics import defined, rollups, tracing
from pilots import queries as pilots


@dataclass(frozen=True)
class Source:
    """A pilot with figures: indicators by id, periods newest first, pilot counties by code."""

    pilot_id: int
    pilot: str
    collection_id: int
    province_code: str
    indicators: Mapping[int, str]
    periods: Mapping[int, Sequence[str]]  # by indicator
    counties: Mapping[str, str]


@dataclass(frozen=True)
class Tied:
    """A frozen figure beside a promise. `now` is what the same figure says today, "" where it is the same."""

    promise: str
    content: Mapping[str, Any]
    digest: str
    by: str
    collection_id: int
    indicator_id: int
    scope_code: str
    arm: Arm | None
    period: str
    now: str = ""

    @property
    def words(self) -> str:
        """“按时办结率 96.00%（96 / 100）　口径 v2　试点地区合计　2026年3月　某试点”."""
        said = self.content
        parts = f"（{said['n']} / {said['d']}）" if said["d"] else ""
        return (
            f"{said['name']} {said['value']}{parts}　口径 v{said['version']}　{said['place']}　{said['label']}　"
            f"{said['pilot']}"
        )


def sources(actor: Actor, challenge_id: int) -> list[Source]:
    """What can be chosen, for whoever checks milestones."""
    if not may(actor, Permission.MILESTONE_CHECK):
        return []
    with read() as session:
        wanted = _scenarios(session, challenge_id)
    found = []
    for view in pilots.pilots(actor):
        if view.scenario_id not in wanted:
            continue
        with read() as session:
            source = _source(session, view)
        if source.periods:
            found.append(source)
    return found


def figure(actor: Actor, challenge_id: int, data: ValueIn) -> dict[str, Any]:
    """The figure as it stands now, in plain values for keeping: n and d as reported, the version of its definition,
    and all of it in words."""
    source = next((item for item in sources(actor, challenge_id) if item.collection_id == data.collection_id), None)
    if source is None or data.indicator_id not in source.indicators:
        raise NotFound("没有找到这个试点或指标。", "只能选用与榜单的场景、需求有关的试点。")
    found = _now(actor, data)
    if found is None:
        raise Invalid(["所选地区和期别没有这个指标的数值"], "请换一个期别或地区；没有数值的不能作为佐证。")
    n, d, value, indicator, place = found
    return {
        "pilot": source.pilot,
        "indicator": indicator.code,
        "name": indicator.name,
        "version": indicator.version,
        "n": format_exact(None if n is None else from_micro(n)),
        "d": format_exact(from_micro(d)) if d is not None else "",
        "value": value,
        "place": place,
        "label": Period.parse(data.period).label,
    }


def value(
    actor: Actor,
    challenge_id: int,
    collection_id: int,
    indicator_id: int,
    scope_code: str,
    arm: Arm | None,
    period: str,
) -> str:
    """The same figure in words, “89.83%（15,043 / 16,747）”; "" where there is none."""
    data = ValueIn(
        promise="预览", collection_id=collection_id, indicator_id=indicator_id, scope_code=scope_code, arm=arm, period=period
    )  # fmt: skip
    try:
        found = figure(actor, challenge_id, data)
    except (Invalid, NotFound):
        return ""
    return f"{found['value']}（{found['n']} / {found['d']}）" if found["d"] else str(found["value"])


def tied(
    session: Session, actor: Actor, milestone_ids: Sequence[int], names: Mapping[int, str]
) -> dict[int, list[Tied]]:
    """Milestone id → its figures, the newest of each promise; `names` of accounts by id. Staff see what the same
    figure says today where it was corrected since."""
    rows = session.exec(
        select(MilestoneValue)
        .where(col(MilestoneValue.milestone_id).in_(milestone_ids))
        .order_by(col(MilestoneValue.id))
    ).all()
    newest = {(row.milestone_id, row.promise): row for row in rows}
    found: dict[int, list[Tied]] = {}
    for row in newest.values():
        found.setdefault(row.milestone_id, []).append(
            Tied(
                row.promise,
                row.content,
                row.digest,
                names.get(row.by, ""),
                row.collection_id,
                row.indicator_id,
                row.scope_code,
                row.arm,
                row.period,
                _changed(actor, row),
            )
        )
    return found


# -- within a session -----------------------------------------------------------------------


def _scenarios(session: Session, challenge_id: int) -> set[int]:
    row = session.get(Challenge, challenge_id)
    if row is None:
        return set()
    found = set(
        session.exec(select(ChallengeOutcome.scenario_id).where(ChallengeOutcome.challenge_id == challenge_id)).all()
    )
    if row.need_id is not None:
        found |= set(session.exec(select(ScenarioNeed.scenario_id).where(ScenarioNeed.need_id == row.need_id)).all())
    return found | ({row.scenario_id} if row.scenario_id else set())


def _source(session: Session, view: pilots.PilotView) -> Source:
    asked = {item.indicator.id: item.indicator for item in defined.askings(session, view.collection_id)}
    periods: dict[int, list[str]] = {}
    rows = session.exec(
        select(Rollup.indicator_id, Rollup.period)
        .where(Rollup.collection_id == view.collection_id, Rollup.scope_code == view.province_code)
        .where(Rollup.group_name == "", col(Rollup.reported) > 0)
        .order_by(col(Rollup.period).desc())
    )
    for indicator, period in rows:
        periods.setdefault(indicator, []).append(period)
    counties = session.exec(
        select(Region.code, Region.name)
        .join(CollectionUnit, col(CollectionUnit.region_code) == Region.code)
        .where(CollectionUnit.collection_id == view.collection_id, CollectionUnit.arm == Arm.PILOT)
        .order_by(Region.code)
    ).all()
    return Source(
        view.id,
        view.name,
        view.collection_id,
        view.province_code,
        {key: f"{item.name}（v{item.version}）" for key, item in asked.items() if key in periods},
        periods,
        dict(counties),
    )


def _now(actor: Actor, data: ValueIn) -> tuple[int | None, int | None, str, Any, str] | None:
    """(n, d, value in words, indicator, place) as it stands; None where there is no value."""
    if data.arm is not None:
        found = tracing.explain_sum(
            actor, data.collection_id, data.indicator_id, data.scope_code, data.period, arm=data.arm
        )
        if found is None or found.value is None:
            return None
        place = f"{data.arm.label}合计（{found.reported} / {found.expected} 个地区有数）"
        return found.n, found.d, found.indicator.show(found.value), found.indicator, place
    with read() as session:
        row = session.get(Rollup, (data.collection_id, data.indicator_id, data.period, data.scope_code, ""))
        definition = session.get(IndicatorRow, data.indicator_id)
        region = session.get(Region, data.scope_code)
    if row is None or definition is None or region is None:
        return None
    indicator = defined.indicator_of(definition)
    value = rollups.value(indicator, row.n, row.d, row.reported)
    return None if value is None else (row.n, row.d, indicator.show(value), indicator, region.name)


def _changed(actor: Actor, row: MilestoneValue) -> str:
    if not may(actor, Permission.MILESTONE_CHECK):
        return ""
    data = ValueIn(
        promise=row.promise, collection_id=row.collection_id, indicator_id=row.indicator_id, scope_code=row.scope_code,
        arm=row.arm, period=row.period,
    )  # fmt: skip
    found = _now(actor, data)
    now = found[2] if found else "没有数值"
    return "" if now == row.content["value"] else now
