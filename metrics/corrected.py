"""Why figures are others than in the report before: values that counties corrected, counties that changed groups,
targets that were set, definitions that got a new version. Whoever asks has been asked whether he may see the counties."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import and_
from sqlalchemy import select as columns
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core import clock
from core.periods import Period
from core.words import TargetKind
from db import happened
from db.happened import Event
from db.tables import Account, IndicatorRow, Observation, Region, ReturnRow
from metrics import defined
from metrics.model import Entry, Indicator
from metrics.queries import TargetView
from printing.reasons import Cause, Dated, Source
from regions import queries as regions

_GROUPING = {
    "region:join_group": "登记加入地区类型：",
    "region:leave_group": "登记退出地区类型：",
    "region:correct_group": "更正地区类型记录：",
}
_COUNTIES = 6  # named in one sentence


def values(collections: Collection[int], codes: Collection[str] | None = None) -> Source:
    """Corrections of values of these collections by these counties (None: by all), with the reasons they gave."""

    def source(session: Session, start: datetime, end: datetime) -> list[Dated]:
        before = aliased(Observation)
        query = (
            columns(Observation, before, ReturnRow, IndicatorRow, col(Region.name), col(Account.name))
            .join(ReturnRow, col(ReturnRow.id) == Observation.return_id)
            .join(IndicatorRow, col(IndicatorRow.id) == Observation.indicator_id)
            .join(Region, col(Region.code) == ReturnRow.region_code)
            .join(Account, col(Account.id) == Observation.entered_by, isouter=True)
            .join(
                before,
                and_(
                    col(before.return_id) == Observation.return_id,
                    col(before.indicator_id) == Observation.indicator_id,
                    col(before.revision) == Observation.revision - 1,
                ),
            )
            .where(col(ReturnRow.collection_id).in_(sorted(collections)), col(Observation.reason) != "")
            .where(col(Observation.entered_at) > start, col(Observation.entered_at) <= end)
            .order_by(col(Observation.id))
        )
        if codes is not None:
            query = query.where(col(ReturnRow.region_code).in_(sorted(codes)))
        return [
            Dated(new.entered_at, correction(owed.period, place, defined.indicator_of(row), old, new, by or ""))
            for new, old, owed, row, place, by in session.execute(query)
        ]

    return source


def correction(period: str, place: str, indicator: Indicator, old: Observation, new: Observation, by: str) -> str:
    """北京时间 …，王安吉更正安吉县2026年8月“按时办结率”：87.60%（551 / 629） → 88.08%（554 / 629），理由：…"""
    was, became = (Entry(item.n, item.d, item.state).show(indicator) for item in (old, new))
    return (
        f"北京时间 {clock.show(new.entered_at)}，{by}更正{place}{Period.parse(period).label}“{indicator.name}”："
        f"{was} → {became}，理由：{new.reason.rstrip('。')}。"
    )


def groups() -> Source:
    """Counties that joined or left a group, or whose record of it was put right: every comparison inside groups and
    between them may be another."""

    def source(session: Session, start: datetime, end: datetime) -> list[Dated]:
        found = happened.events(session, "region", None, list(_GROUPING), start, end)
        names = regions.names(session, {event.entity_id for event in found})
        return regrouped(found, names)

    return source


def regrouped(found: Sequence[Event], names: Mapping[str, str]) -> list[Dated]:
    """A sentence for what one person did to one group at one time."""

    def same(event: Event) -> tuple[str, ...]:
        said = {name: value[-1] if isinstance(value, list) else value for name, value in event.changes.items()}
        days = "，".join(
            f"{label} {said[name]}"
            for label, name in (("自", "valid_from"), ("到", "valid_to"), ("到", "last_day"))
            if said.get(name)
        )
        reason = event.reason or str(said.get("source") or "")
        return clock.show(event.at), event.by, event.action, str(said.get("name") or ""), days, reason.strip("。 ")

    told = []
    for (at, by, action, group, days, reason), events in groupby(found, same):
        each = list(events)
        places = [names.get(event.entity_id, event.entity_id) for event in each]
        shown = "、".join(places[:_COUNTIES]) + (f"等 {len(places)} 个" if len(places) > _COUNTIES else "")
        words = f"北京时间 {at}，{by}{_GROUPING[action]}{shown}" + (f"，{group}" if group else "")
        words += (f"（{days}）" if days else "") + (f"，依据：{reason}" if reason else "")
        told.append(Dated(each[0].at, words + "。"))
    return told


def definitions(indicators: Collection[int]) -> Cause:
    """New versions and changes of these definitions."""
    return Cause("indicator", set(indicators), {"indicator:revise", "indicator:edit"})


def targets(indicator: Indicator, set_: Sequence[TargetView], since: datetime) -> list[str]:
    """Baselines and targets that were set since."""
    return [
        f"北京时间 {clock.show(target.set_at)}，{target.author}将“{indicator.name}”的{TargetKind(target.kind).label}"
        f"自{Period.parse(target.from_period).label}起改为 {indicator.show(target.value)}，理由：{target.reason.rstrip('。')}。"
        for target in set_
        if target.set_at > since
    ]
