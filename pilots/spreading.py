"""Where a pilot could be taken over next: how alike a county is to those it worked in, what it lacks, and
in which order. Pure; every sentence a page or file prints about a candidate is made here.

Distance is Gower's (1971): the mean over covariates of |x − y| / range for numbers (range over all counties
compared) and 0 or 1 for categories, over those known of both. 0 is the same, 1 the other end of everything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.numbers import format_number
from core.words import AdoptionState, Side, Verdict

NEAREST = 3  # a county is as far away as the mean of its so many nearest counties where it worked
SPREADING = (Verdict.PROMOTE, Verdict.PROMOTE_IF)

Value = float | str | None


@dataclass(frozen=True)
class Covariate:
    """Something counties can be alike in. `values` by county code; text makes it a category, None is unknown.
    `source` says where the figures come from and of when they are."""

    key: str
    label: str
    unit: str
    source: str
    values: Mapping[str, Value]
    decimals: int = 0

    @property
    def is_category(self) -> bool:
        return any(isinstance(value, str) for value in self.values.values())

    def shown(self, value: Value) -> str:
        """“63%”, “山区海岛县”, “–”."""
        if value is None or isinstance(value, str):
            return value or "–"
        return format_number(value, self.decimals) + self.unit


@dataclass(frozen=True)
class Likeness:
    """How far a county is from those where it worked; `distance` nan when nothing is known of it. `outside`
    says in words in what it lies beyond all of them (外推), `unknown` names covariates without a figure."""

    distance: float
    nearest: str  # the code of the most alike of them, "" for none
    outside: tuple[str, ...]
    unknown: tuple[str, ...]
    of: int = 0  # how many covariates were asked for

    @property
    def thin(self) -> bool:
        """Whether less than half is known of it: few figures make two counties look alike."""
        return math.isnan(self.distance) or 2 * len(self.unknown) > self.of


@dataclass(frozen=True)
class DataItem:
    """A data resource that the scenario needs, as far as the registry knows about it for one county."""

    name: str
    words: str
    ready: bool


@dataclass(frozen=True)
class Candidate:
    """A county that could take a pilot over. `backed`: the verdict speaks for counties of its kind."""

    code: str
    name: str
    city: str
    group: str
    side: Side | None
    likeness: Likeness
    nearest: str
    data: Sequence[DataItem]
    backed: bool = True

    @property
    def lacking(self) -> list[str]:
        return [f"{item.name}（{item.words}）" for item in self.data if not item.ready]

    @property
    def tier(self) -> str:
        """What to do with it: the first reason that holds it back decides."""
        if not self.backed:
            return "暂不推广"
        if self.likeness.outside or self.likeness.thin:
            return "先小范围验证"
        return "补齐数据后推广" if self.lacking else "优先推广"

    @property
    def why(self) -> str:
        """The reason for its place in one sentence."""
        parts = []
        if not self.backed:
            parts.append(f"现有结论不支持在{self.group or '未分组地区'}推广")
        if math.isnan(self.likeness.distance):
            parts.append("没有可比的县情数据")
        else:
            parts.append(f"与见效地区中的{self.nearest}最像（距离 {self.likeness.distance:.2f}）")
            if self.likeness.thin:
                known = self.likeness.of - len(self.likeness.unknown)
                parts.append(f"但 {self.likeness.of} 项比较因素中只有 {known} 项有数据")
        if self.likeness.outside:
            parts.append("属于外推：" + "；".join(self.likeness.outside))
        ready = sum(item.ready for item in self.data)
        if self.data:
            parts.append(f"所需数据 {len(self.data)} 项已具备 {ready} 项")
        return "；".join(parts) + "。"


TIERS = ("优先推广", "补齐数据后推广", "先小范围验证", "暂不推广")


def likeness(covariates: Sequence[Covariate], worked: Sequence[str], code: str, places: Sequence[str]) -> Likeness:
    """How alike county `code` is to the counties `worked`. `places`: all counties compared, which give each
    covariate its range; `worked` and `code` are among them."""
    reaches = [reach(item, places) for item in covariates]
    distances = sorted(
        (distance, other)
        for other in worked
        if other != code and not math.isnan(distance := gower(covariates, reaches, code, other))
    )
    nearest = distances[:NEAREST]
    return Likeness(
        distance=sum(distance for distance, _ in nearest) / len(nearest) if nearest else math.nan,
        nearest=nearest[0][1] if nearest else "",
        outside=tuple(filter(None, (_outside(item, worked, code) for item in covariates))),
        unknown=tuple(item.label for item in covariates if item.values.get(code) is None),
        of=len(covariates),
    )


def reach(item: Covariate, places: Sequence[str]) -> float:
    """Highest less lowest value among the places; 0 where there are no numbers."""
    known = [value for code in places if isinstance(value := item.values.get(code), float | int)]
    return max(known) - min(known) if known else 0.0


def gower(covariates: Sequence[Covariate], reaches: Sequence[float], one: str, other: str) -> float:
    """Gower's distance of two counties, with each covariate's `reach`; nan when no covariate is known of both."""
    parts = []
    for item, span in zip(covariates, reaches, strict=True):
        a, b = item.values.get(one), item.values.get(other)
        if a is None or b is None:
            continue
        if isinstance(a, str) or isinstance(b, str):
            parts.append(float(a != b))
            continue
        parts.append(abs(a - b) / span if span else 0.0)
    return sum(parts) / len(parts) if parts else math.nan


def _outside(item: Covariate, worked: Sequence[str], code: str) -> str:
    """In what way a county lies beyond all those where it worked; “” when it does not, or nothing is known."""
    own = item.values.get(code)
    seen = [value for other in worked if (value := item.values.get(other)) is not None]
    if own is None or not seen:
        return ""
    if isinstance(own, str):
        return "" if own in seen else f"见效地区中没有{item.label}为“{own}”的"
    numbers = [value for value in seen if not isinstance(value, str)]
    low, high = min(numbers), max(numbers)
    if own > high:
        return f"{item.label} {item.shown(own)} 高于见效地区的最高值 {item.shown(high)}"
    if own < low:
        return f"{item.label} {item.shown(own)} 低于见效地区的最低值 {item.shown(low)}"
    return ""


def ordered(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The recommended order: by tier, then fewest things lacking, then most alike, then by code."""

    def key(item: Candidate) -> tuple[int, int, float, str]:
        distance = item.likeness.distance
        return TIERS.index(item.tier), len(item.lacking), math.inf if math.isnan(distance) else distance, item.code

    return sorted(candidates, key=key)


def held_back(verdict: Verdict | None, promoting: bool) -> str:
    """Why a pilot may not be taken over by others yet; “” when it may."""
    if verdict is None:
        return "这个试点还没有记录结论。先在试点页记录结论，结论为“推广”或“有条件推广”时才能制定推广计划。"
    if verdict not in SPREADING:
        return f"这个试点的结论是“{verdict.label}”，不支持推广。结论为“推广”或“有条件推广”时才能制定推广计划。"
    if not promoting:
        return f"结论为“{verdict.label}”。试点在试点页“转入推广”之后，才能选定推广地区。"
    return ""


@dataclass(frozen=True)
class Move:
    """A day on which a county's adoption came into a state."""

    code: str
    state: AdoptionState
    day: date


def state_on(moves: Sequence[Move], day: date) -> dict[str, AdoptionState]:
    """Each county's state at the end of a day; of several steps on one day the last one given counts."""
    found: dict[str, AdoptionState] = {}
    for move in sorted(moves, key=lambda move: move.day):
        if move.day <= day:
            found[move.code] = move.state
    return found


@dataclass(frozen=True)
class Share:
    """How many counties of a group are covered: `piloted` since the pilot began there, `live` by adoption."""

    group: str
    piloted: int
    live: int
    total: int

    @property
    def covered(self) -> int:
        return self.piloted + self.live

    @property
    def share(self) -> float:
        return self.covered / self.total if self.total else math.nan


def coverage(
    sides: Mapping[str, str], pilots: Sequence[str], began: date, moves: Sequence[Move], day: date
) -> list[Share]:
    """Coverage at the end of a day, for the whole province (“全省”) and each group. `sides`: every county's
    group as of that day, so a county that left the list counts where it was."""
    piloted = {code for code in pilots if code in sides} if day >= began else set()
    live = {code for code, state in state_on(moves, day).items() if state is AdoptionState.LIVE and code in sides}
    live -= piloted

    def share(name: str, codes: set[str]) -> Share:
        return Share(name, len(piloted & codes), len(live & codes), len(codes))

    order = [side.label for side in Side]
    names = sorted(set(sides.values()), key=lambda name: (name not in order, order.index(name) if name in order else 0))
    groups = [share(name, {code for code, side in sides.items() if side == name}) for name in names]
    return [share("全省", set(sides)), *groups]
