"""Inside one pilot: how far of the promised way every pilot county has come, beside its own group, then and now. Pure.

One pilot has one goal and one target, so its counties' shares can be put in order; over several pilots they cannot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from awards.evidence import MOST
from core.periods import Period


@dataclass(frozen=True)
class Racer:
    """A pilot county: `shares` of the promised way by period, in millionths; `won` in the selection."""

    code: str
    name: str
    group: str
    won: bool
    shares: Mapping[str, int]


@dataclass(frozen=True)
class Standing:
    """A county then and now: shares in millionths, places in its group, None without a figure; `words` 赶超, 守住,
    被赶超, or why nothing can be said."""

    racer: Racer
    share_then: int | None
    share_now: int | None
    then: int | None
    now: int | None
    words: str


def standings(racers: Sequence[Racer], until: str) -> dict[str, list[Standing]]:
    """By group, in the order of the places now. `until`: the last period that was known then. A group of one is left
    out: there is nobody to catch up with."""
    groups: dict[str, list[Racer]] = {}
    for racer in racers:
        groups.setdefault(racer.group, []).append(racer)
    return {name: _placed(group, until) for name, group in groups.items() if name and len(group) > 1}


def medians(racers: Sequence[Racer]) -> dict[str, int]:
    """Of the counties that have a figure in a period, by period in order."""
    periods = sorted({period for racer in racers for period in racer.shares}, key=lambda text: Period.parse(text).start)
    return {
        period: round(median([racer.shares[period] for racer in racers if period in racer.shares]))
        for period in periods
    }


def _placed(group: Sequence[Racer], until: str) -> list[Standing]:
    """Places among those that had a figure then and have one now: nobody is overtaken by who only now has one. What
    goes beyond 120 % of the way counts no more."""
    end = Period.parse(until).end
    known = [(racer, _newest(racer.shares, end), _newest(racer.shares, None)) for racer in group]
    both = [(racer, then, now) for racer, then, now in known if then is not None and now is not None]
    placed = []
    for racer, then, now in both:
        before = 1 + sum(min(other[1], MOST) > min(then[1], MOST) for _, other, _ in both)
        after = 1 + sum(min(other[1], MOST) > min(now[1], MOST) for _, _, other in both)
        moved = "赶超" if after < before else "被赶超" if after > before else "守住"
        words = moved if now[0] != then[0] else "还没有新的报送期"
        placed.append(Standing(racer, then[1], now[1], before, after, words))
    placed.sort(key=lambda item: (item.now or 0, item.racer.code))
    without = [
        Standing(racer, then and then[1], now and now[1], None, None, "没有可比的数值")
        for racer, then, now in known
        if then is None or now is None
    ]
    return placed + without


def _newest(shares: Mapping[str, int], end: object) -> tuple[str, int] | None:
    periods = [text for text in shares if end is None or Period.parse(text).end <= end]  # type: ignore[operator]
    if not periods:
        return None
    last = max(periods, key=lambda text: Period.parse(text).start)
    return last, shares[last]
