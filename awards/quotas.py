"""Places of a track that may still be given: the most a level of government may have, places kept for a level and for
山区海岛县. Pure and exact.

To a quota, candidates of one kind (their level, whether 山区海岛县) are alike, so everything here counts kinds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.words import GovernanceLevel

Kind = tuple[GovernanceLevel, bool]  # level, whether 山区海岛县
Counts = tuple[int, ...]  # candidates of each kind, in the order of `Places.kinds`

# Villages and grids take part with their town.
LEVELS = (GovernanceLevel.CITY, GovernanceLevel.COUNTY, GovernanceLevel.TOWN)


def level_of(region_code: str) -> GovernanceLevel:
    """The level an entry is run at: that of the place that takes part in the pilot, as the digits of its code say."""
    if len(region_code) > 6:
        return GovernanceLevel.TOWN
    return GovernanceLevel.CITY if region_code.endswith("00") else GovernanceLevel.COUNTY


def county_of(region_code: str) -> str:
    """The county of a town's code, of any other the code itself."""
    return region_code[:6]


@dataclass(frozen=True)
class LevelQuota:
    """How many of a track's places a level may have at most (None: no limit) and how many are kept for it."""

    level: GovernanceLevel
    most: int | None = None
    kept: int = 0


@dataclass(frozen=True)
class Places:
    """`total` places among candidates of whom there are so many of each kind. What is kept is what can be: never more
    than there are such candidates, and levels come before 山区海岛县 where both do not fit."""

    total: int
    kinds: tuple[Kind, ...]
    there: Counts
    most: Mapping[GovernanceLevel, int]
    kept: Mapping[GovernanceLevel, int]
    remote: int

    @classmethod
    def of(cls, total: int, remote: int, levels: Sequence[LevelQuota], kinds: Iterable[Kind]) -> Places:
        counted = Counter(kinds)
        by_level: Counter[GovernanceLevel] = Counter()
        for (level, _), count in counted.items():
            by_level[level] += count
        most = {item.level: total if item.most is None else item.most for item in levels}
        kept: dict[GovernanceLevel, int] = {}
        for item in levels:
            left = total - sum(kept.values())
            kept[item.level] = max(0, min(item.kept, by_level[item.level], most[item.level], left))
        order = tuple(sorted(counted))
        there = tuple(counted[kind] for kind in order)
        for can in range(min(remote, total), -1, -1):
            places = cls(total, order, there, most, kept, can)
            if places.fits(places.none):
                return places
        raise AssertionError("nothing kept always fits")

    @property
    def none(self) -> Counts:
        return (0,) * len(self.kinds)

    def with_one(self, taken: Counts, kind: Kind) -> Counts:
        at = self.kinds.index(kind)
        return (*taken[:at], taken[at] + 1, *taken[at + 1 :])

    def fits(self, taken: Counts) -> bool:
        """Whether no quota is exceeded and everything kept can still be given to somebody."""
        lacking = self.remote - sum(count for count, (_, remote) in zip(taken, self.kinds, strict=True) if remote)
        needed = spare = 0
        for level, (have, remote_left) in self._by_level(taken):
            room = self.most.get(level, self.total) - have
            if room < 0:
                return False
            need = max(0, self.kept.get(level, 0) - have)
            by_remote = min(need, remote_left)
            needed, lacking = needed + need, lacking - by_remote
            spare += min(remote_left - by_remote, room - need)
        further = max(0, lacking)
        return further <= spare and sum(taken) + needed + further <= self.total

    def reachable(self, above: Counts, company: Mapping[Kind, int]) -> Iterator[tuple[Counts, Mapping[Kind, bool]]]:
        """All that can have been chosen of a company of tied, whatever their order, when `above` was chosen before them:
        counts, and of each kind of which somebody is left whether one more would be chosen next."""
        seen, waiting = {above}, [above]
        while waiting:
            taken = waiting.pop()
            nexts: dict[Kind, bool] = {}
            for kind, count in company.items():
                at = self.kinds.index(kind)
                if taken[at] - above[at] < count:
                    more = self.with_one(taken, kind)
                    nexts[kind] = self.fits(more)
                    if nexts[kind] and more not in seen:
                        seen.add(more)
                        waiting.append(more)
            yield taken, nexts

    def _by_level(self, taken: Counts) -> Iterator[tuple[GovernanceLevel, tuple[int, int]]]:
        """Of each level how many are taken, and how many of 山区海岛县 are left."""
        found: dict[GovernanceLevel, tuple[int, int]] = {}
        for (level, remote), count, there in zip(self.kinds, taken, self.there, strict=True):
            have, left = found.get(level, (0, 0))
            found[level] = (have + count, left + there - count if remote else left)
        return iter(found.items())
