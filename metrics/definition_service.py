"""Commands about definitions: a new indicator, an edit before its first use, a new version after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from accounts.permissions import Actor, Permission, require
from core import clock
from core.errors import Conflict, Duplicate, Invalid, NotFound, WrongState
from core.numbers import from_micro, round_half_up, to_micro
from core.periods import Cadence, Period
from core.words import TargetKind
from db import audit
from db.session import CHANGED, RELOAD, write
from db.tables import (
    Collection,
    CollectionIndicator,
    CollectionUnit,
    DataResource,
    IndicatorRow,
    Observation,
    ReturnRow,
    Target,
)
from metrics import collecting, defined, definitions, queries
from metrics.definition_schemas import DefinitionIn, RevisionIn
from metrics.model import Indicator

_WHEN = {"cadence", "due_days"}  # what the deadlines of returns follow from
_BOUNDS = ("best_min", "best_max", "hard_min", "hard_max", "plausible_min", "plausible_max")


@dataclass(frozen=True)
class Revised:
    """What came of a new version: its id, the collections that change over to it (with the first period), and
    those of them whose baselines and targets must be set anew, because the versions are not comparable."""

    id: int
    adopted: Sequence[tuple[str, str]]
    without_lines: Sequence[str]


def create(actor: Actor, data: DefinitionIn) -> int:
    """Define a new indicator; returns its id. A code is used once."""
    require(actor, Permission.INDICATOR_EDIT)
    with write() as session:
        if session.exec(select(IndicatorRow.id).where(IndicatorRow.code == data.code)).first() is not None:
            raise Duplicate(f"代码 {data.code} 已经用于另一个指标。", "请换一个代码，或打开那个指标出新版。")
        row = IndicatorRow(version=1, created_by=actor.account_id, created_at=clock.now(), **_columns(session, data))
        session.add(row)
        session.flush()
        assert row.id is not None
        audit.record(session, actor.account_id, "indicator:create", "indicator", row.id, data.model_dump(mode="json"))
        return row.id


def edit(actor: Actor, indicator_id: int, data: DefinitionIn, *, seen_edition: int) -> None:
    """Change a definition that no value refers to yet. One that was used is never edited: see `revise`."""
    require(actor, Permission.INDICATOR_EDIT)
    with write() as session:
        row = _newest(session, indicator_id, data)
        if row.edition != seen_edition:
            raise Conflict(CHANGED, RELOAD)
        if _used(session, indicator_id):
            raise WrongState(
                "已经有数用了这一版口径，不能再改。", "请出新版：写明改了什么、为什么、从哪一期起；旧数仍按旧口径解释。"
            )
        changed = definitions.differences(defined.indicator_of(row), data)
        if not changed:
            raise Invalid(["没有改动任何内容"], "请修改后再保存。")
        _check_lines(session, row, data)
        for name, value in _columns(session, data).items():
            setattr(row, name, value)
        row.edition += 1
        audit.record(
            session,
            actor.account_id,
            "indicator:edit",
            "indicator",
            indicator_id,
            {item.title: [item.old, item.new] for item in changed},
        )
        session.flush()
        if {item.field for item in changed} & _WHEN:
            collecting.reschedule(session, _asking(session, indicator_id))


def revise(actor: Actor, indicator_id: int, data: DefinitionIn, revision: RevisionIn) -> Revised:
    """Make a new version of a definition that values refer to, from a period on.

    Every collection that asks for the old version in that period or later changes over to the new one
    then; its lines in force are carried over when a factor says how the two compare. Refused when one of
    these periods has values already, when nothing differs, and when the accumulation would change.
    """
    require(actor, Permission.INDICATOR_EDIT)
    with write() as session:
        old_row = _newest(session, indicator_id, data)
        old = defined.indicator_of(old_row)
        if not _used(session, indicator_id):
            raise WrongState("这一版口径还没有被任何数使用，不必出新版。", "请直接修改。")
        changed = definitions.differences(old, data)
        if not changed:
            raise Invalid(["新版和现行口径完全一样"], "请修改后再保存。")
        if data.accumulation is not old.accumulation:
            raise Invalid(
                [f"“{old.name}”已经按“{old.accumulation.label}”报数，不能改成“{data.accumulation.label}”"],
                "请用新代码另建一个指标，两个数不能接在同一条线上。",
            )
        start = Period.parse(revision.valid_from).start
        before = definitions.first_period(old)
        if before is not None and start <= before.start:
            raise Invalid(
                [f"新版的起始期 {revision.valid_from} 不晚于现行版的起始期 {old.valid_from}"], "请选择更晚的一期。"
            )
        row = IndicatorRow(
            version=old.version + 1,
            valid_from=revision.valid_from,
            changed=revision.changed,
            change_reason=revision.reason,
            comparable=None if revision.comparable is None else to_micro(revision.comparable),
            created_by=actor.account_id,
            created_at=clock.now(),
            **_columns(session, data),
        )
        session.add(row)
        session.flush()
        assert row.id is not None
        audit.record(
            session,
            actor.account_id,
            "indicator:revise",
            "indicator",
            row.id,
            {item.title: [item.old, item.new] for item in changed}
            | {"版本": row.version, "起始期": row.valid_from, "可比系数": definitions.shown(revision.comparable)},
            revision.reason,
        )
        adopted, without = _adopt(session, actor, old, defined.indicator_of(row))
        if {item.field for item in changed} & _WHEN:
            collecting.reschedule(session, _asking(session, row.id))
        return Revised(row.id, adopted, without)


def _asking(session: Session, indicator_id: int) -> Sequence[int]:
    """The collections that ask for a version."""
    return session.exec(
        select(CollectionIndicator.collection_id).where(CollectionIndicator.indicator_id == indicator_id)
    ).all()


def _columns(session: Session, data: DefinitionIn) -> dict[str, Any]:
    if data.source_resource_id is not None and session.get(DataResource, data.source_resource_id) is None:
        raise NotFound("没有找到所选的数据资源。", "请刷新页面重新选择。")
    values = data.model_dump()
    for name in _BOUNDS:
        values[name] = None if values[name] is None else to_micro(values[name])
    return values


def _newest(session: Session, indicator_id: int, data: DefinitionIn) -> IndicatorRow:
    """The version to work on, locked; refused unless it is the newest and keeps its code."""
    row = session.exec(select(IndicatorRow).where(IndicatorRow.id == indicator_id).with_for_update()).first()
    if row is None:
        raise NotFound("没有找到这个指标。", "请从指标列表重新进入。")
    latest = session.exec(
        select(IndicatorRow.id).where(IndicatorRow.code == row.code).order_by(col(IndicatorRow.version).desc()).limit(1)
    ).one()
    if latest != indicator_id:
        raise Conflict(f"这不是“{row.name}”的现行版本。", "请打开现行版本后再改。")
    if data.code != row.code:
        raise Invalid([f"代码不能从 {row.code} 改成 {data.code}"], "代码不变；要用新代码请新建指标。")
    return row


def _used(session: Session, indicator_id: int) -> bool:
    return (
        session.exec(select(Observation.id).where(Observation.indicator_id == indicator_id).limit(1)).first()
        is not None
    )


def _check_lines(session: Session, row: IndicatorRow, data: DefinitionIn) -> None:
    """Baselines and targets that were set must still be possible."""
    low, high = data.hard_min, data.hard_max
    for target in session.exec(select(Target).where(Target.indicator_id == row.id)):
        value = from_micro(target.value)
        if (low is not None and value < low) or (high is not None and value > high):
            raise Invalid(
                [f"已设的{target.kind.label} {value} 超出了新的可能范围"], "请先核对范围，或调整这条基线、目标。"
            )


def _adopt(session: Session, actor: Actor, old: Indicator, new: Indicator) -> tuple[list[tuple[str, str]], list[str]]:
    """Change collections over. Invalid names every one that has values in a period that would change."""
    links = session.exec(
        select(CollectionIndicator, Collection)
        .join(Collection, col(Collection.id) == CollectionIndicator.collection_id)
        .where(CollectionIndicator.indicator_id == old.id, CollectionIndicator.until_period == "")
        .order_by(col(Collection.id))
    ).all()
    adopted, without, problems = [], [], []
    for link, collection in links:
        first = _first_of(new, Cadence(collection.cadence))
        spans = session.exec(
            select(CollectionUnit.first_period, CollectionUnit.last_period).where(
                CollectionUnit.collection_id == collection.id
            )
        ).all()
        if not spans or max(last for _, last in spans) < str(first):
            continue  # it ends before; its figures stay by the old version
        if taken := _taken(session, link, str(first)):
            problems.append(f"“{collection.name}”从 {Period.parse(taken).label}起已有按现行口径报的数")
            continue
        lines = _carry_over(session, actor, link, new, first)
        if not lines and queries.targets_of(session, link.collection_id).get(old.id):
            without.append(collection.name)
        if min(start for start, _ in spans) < str(first):
            link.until_period = str(first.shift(-1))
        else:
            session.delete(link)
        session.add(
            CollectionIndicator(
                collection_id=link.collection_id,
                indicator_id=new.id,
                role=link.role,
                smallest_change=_carried(link.smallest_change, new),
                position=link.position,
                from_period=str(first),
            )
        )
        adopted.append((collection.name, str(first)))
    if problems:
        raise Invalid(problems, "请选择更晚的起始期：已经报过的期不能改口径。")
    session.flush()
    return adopted, without


def _first_of(indicator: Indicator, cadence: Cadence) -> Period:
    """The first period of a cadence that lies wholly in the version's time."""
    start = Period.parse(indicator.valid_from).start
    period = Period.containing(start, cadence)
    return period if period.start == start else period.shift(1)


def _taken(session: Session, link: CollectionIndicator, first: str) -> str | None:
    """The first period from `first` on in which the collection has a value by the old version."""
    return session.exec(
        select(ReturnRow.period)
        .join(Observation, col(Observation.return_id) == ReturnRow.id)
        .where(
            ReturnRow.collection_id == link.collection_id,
            ReturnRow.period >= first,
            Observation.indicator_id == link.indicator_id,
        )
        .order_by(ReturnRow.period)
        .limit(1)
    ).first()


def _carried(micro: int | None, new: Indicator) -> int | None:
    """A quantity of the old version in the new one's terms; None when nobody has said how they compare."""
    if micro is None or new.comparable is None:
        return None
    return to_micro(round_half_up(from_micro(micro) * new.comparable, 6))


def _carry_over(session: Session, actor: Actor, link: CollectionIndicator, new: Indicator, first: Period) -> int:
    """Set the lines in force anew for the new version, turned by the factor; returns how many."""
    if new.comparable is None:
        return 0
    known = queries.targets_of(session, link.collection_id).get(link.indicator_id, [])
    count = 0
    for kind in TargetKind:
        for region in dict.fromkeys(target.region_code for target in known):
            own = [target for target in known if target.region_code == region]
            found = queries.in_force(own, kind, region or "", str(first))
            if found is None:
                continue
            value: Decimal = round_half_up(found.value * new.comparable, 6)
            session.add(
                Target(
                    collection_id=link.collection_id,
                    indicator_id=new.id,
                    region_code=region,
                    kind=kind,
                    value=to_micro(value),
                    from_period=str(first),
                    reason=f"第{new.version}版口径，原值 {definitions.shown(found.value)} 按可比系数 "
                    f"{definitions.shown(new.comparable)} 换算",
                    set_by=actor.account_id,
                    set_at=clock.now(),
                )
            )
            count += 1
    return count
