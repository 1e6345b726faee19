"""Baselines and targets: every one ever set, which is in force, and how those of earlier versions of a
definition read in terms of a later one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlmodel import Session, col, select

from core.numbers import from_micro, round_half_up
from core.words import TargetKind
from db.tables import Account, Target
from metrics.definitions import Join
from metrics.model import Indicator


@dataclass(frozen=True)
class TargetView:
    """One baseline or target as it was set. `until` is the period from which another version of the
    definition is reported, "" for none: the line says nothing about what is measured from then on."""

    kind: TargetKind
    value: Decimal
    from_period: str
    region_code: str | None
    reason: str
    set_at: datetime
    author: str = ""
    until: str = ""


def targets_of(session: Session, collection_id: int) -> dict[int, list[TargetView]]:
    """Every baseline and target ever set, oldest first, by indicator."""
    return targets_of_all(session, [collection_id])[collection_id]


def targets_of_all(session: Session, ids: Sequence[int]) -> dict[int, dict[int, list[TargetView]]]:
    """The same of many collections, in one read."""
    found: dict[int, dict[int, list[TargetView]]] = {number: defaultdict(list) for number in ids}
    rows = session.exec(
        select(Target, Account.name)
        .outerjoin(Account, col(Account.id) == Target.set_by)
        .where(col(Target.collection_id).in_(ids))
        .order_by(col(Target.id))
    )
    for row, name in rows:
        found[row.collection_id][row.indicator_id].append(
            TargetView(
                kind=row.kind,
                value=from_micro(row.value),
                from_period=row.from_period,
                region_code=row.region_code,
                reason=row.reason,
                set_at=row.set_at,
                author=name or "命令行",
            )
        )
    return found


def applying(targets: Sequence[TargetView], kind: TargetKind, region_code: str, period: str) -> Decimal | None:
    """The value of the baseline or target in force."""
    found = in_force(targets, kind, region_code, period)
    return None if found is None else found.value


def in_force(targets: Sequence[TargetView], kind: TargetKind, region_code: str, period: str) -> TargetView | None:
    """The baseline or target in force: the region's own before the common one, the newest last."""
    fitting = [
        target
        for target in targets
        if target.kind is kind
        and target.from_period <= period
        and (not target.until or period < target.until)
        and target.region_code in (None, region_code)
    ]
    own = [target for target in fitting if target.region_code == region_code]
    return (own or fitting)[-1] if fitting else None


def joined(
    known: Mapping[int, Sequence[TargetView]], versions: Sequence[Indicator], joins: Mapping[int, Join]
) -> list[TargetView]:
    """The lines of all versions of one definition, older versions first, each ending where the next version
    begins. Values of versions that are comparable are in the terms of the last one of their run."""
    ordered = sorted(versions, key=lambda item: item.version)
    found = []
    for place, version in enumerate(ordered):
        until = ordered[place + 1].valid_from if place + 1 < len(ordered) else ""
        factor = joins[version.id].factor
        for target in known.get(version.id, ()):
            value = target.value if factor == 1 else round_half_up(Fraction(target.value) * factor, 6)
            found.append(replace(target, value=value, until=until))
    return found
