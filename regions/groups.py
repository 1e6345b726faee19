"""Which group a region was in on a given day. Groups are data; nothing here knows their names."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, select

from core.words import Side
from db.tables import RegionGroup

# The province's own grouping, by which developed and underdeveloped counties are told apart.
MAIN_SCHEME = "地区类型"


_COUNTY = 6  # digits of a county's code, with which those of its towns begin


def _is_city(code: str) -> bool:
    """A city or a province: its code has nothing below it."""
    return len(code) == _COUNTY and code.endswith("00")


# Called in the transaction that changes the list of a scheme, with the first and last day it changes.
Watcher = Callable[[Session, str, date, date], None]
_watchers: list[Watcher] = []


def watch(watcher: Watcher) -> Watcher:
    """Decorator for whoever keeps figures by group: be told, in the same transaction, of days whose groups
    were changed. This room is below all others and cannot ask them."""
    _watchers.append(watcher)
    return watcher


def changed(session: Session, scheme: str, first: date | None, last: date | None) -> None:
    """Tell the watchers that the list of a scheme is another from `first` to `last`, both inclusive; None is open."""
    session.flush()
    for watcher in _watchers:
        watcher(session, scheme, first or date.min, last or date.max)


@dataclass(frozen=True)
class Membership:
    """A group's name on the day and the side it counts for."""

    name: str
    side: Side


def group_of(session: Session, code: str, on: date, scheme: str = MAIN_SCHEME) -> str | None:
    """The name of the group that region `code` belonged to on that day; None when it was in none."""
    return session.exec(
        select(RegionGroup.name).where(
            RegionGroup.scheme == scheme,
            RegionGroup.region_code == code,
            or_(col(RegionGroup.valid_from).is_(None), col(RegionGroup.valid_from) <= on),
            or_(col(RegionGroup.valid_to).is_(None), col(RegionGroup.valid_to) >= on),
        )
    ).first()


def memberships(session: Session, codes: Collection[str], on: date, scheme: str = MAIN_SCHEME) -> dict[str, Membership]:
    """The group of each region on that day, for comparison.

    Only the underdeveloped are listed by name, so in a province that had such a list on that day
    every county outside it counts as developed. A town is in its county's group; a city, which has counties
    of both kinds, in none unless it is listed itself. Regions of a province without one are left out,
    and so is every region in no group of a scheme made for another purpose.
    """
    return {code: member for (code, _), member in timeline(session, codes, [on], scheme).items()}


def unchanged_since(session: Session, codes: Collection[str], on: date, scheme: str = MAIN_SCHEME) -> date | None:
    """The first day from which the lists of these regions' provinces have been as they are on that day; None when
    they have been so as long as anything is known."""
    provinces = {code[:2] for code in codes}
    spells = session.exec(select(RegionGroup).where(RegionGroup.scheme == scheme)).all()
    moved = [
        day
        for spell in spells
        if spell.region_code[:2] in provinces
        for day in (spell.valid_from, spell.valid_to and spell.valid_to + timedelta(days=1))
        if day and day <= on
    ]
    return max(moved, default=None)


def timeline(
    session: Session, codes: Collection[str], days: Collection[date], scheme: str = MAIN_SCHEME
) -> dict[tuple[str, date], Membership]:
    """`memberships` for several days at once, with one query."""
    spells = session.exec(select(RegionGroup).where(RegionGroup.scheme == scheme)).all()
    developed = Membership(Side.DEVELOPED.label, Side.DEVELOPED)
    found = {}
    for day in days:
        holding = [
            spell
            for spell in spells
            if (spell.valid_from is None or spell.valid_from <= day)
            and (spell.valid_to is None or spell.valid_to >= day)
        ]
        listed = {spell.region_code: Membership(spell.name, spell.side) for spell in holding}
        provinces = {spell.region_code[:2] for spell in holding if spell.side is Side.UNDERDEVELOPED}
        for code in codes:
            if _is_city(code) and code not in listed:
                continue
            if code[:2] in provinces or code in listed:
                found[code, day] = listed.get(code) or listed.get(code[:_COUNTY]) or developed
    return found
