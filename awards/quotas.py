"""Places of a track that may still be given: the most a level of government may have, places kept for a level and for
山区海岛县. Pure and exact.

To a quota, candidates of one kind (their level, whether 山区海岛县) are alike, so everything here counts kinds. What may be
given is four sums over the levels (`Level.uses`), and no level above its most: enough is left for whatever is kept exactly
when none of the sums is above its limit. What fits, fits without some of it, too, and what does not fit never fits later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from core.words import GovernanceLevel

Kind = tuple[GovernanceLevel, bool]  # level, whether 山区海岛县
Taken = tuple[int, int]  # of a level: how many are chosen, and how many of them are not of 山区海岛县
Sums = tuple[int, int, int, int]

_NOTHING: Sums = (0, 0, 0, 0)

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
class Level:
    """What a level may have: `most` of the places, `kept` for it; `remote` of its candidates are of 山区海岛县."""

    name: GovernanceLevel
    most: int
    kept: int
    remote: int

    def uses(self, taken: Taken) -> Sums:
        """What a level that has so many takes of the sums that are limited over all levels: the chosen; the places with
        those kept for levels; the places that 山区海岛县 cannot have, as others have them or must; and, to be no less than
        what is kept for 山区海岛县, how many of these can be chosen of this level (negative, so that less is more)."""
        have, others = taken
        return (
            have,
            max(have, self.kept),
            max(others, self.kept - self.remote),
            -min(self.remote, self.most - others),
        )


@dataclass(frozen=True)
class Standing:
    """What was given so far. `taken` by level, in the order of `Places.levels`; None where nobody of it can be chosen any
    more, so that ways to the same standing are one."""

    used: Sums
    taken: tuple[Taken | None, ...]

    @property
    def chosen(self) -> int:
        return self.used[0]


# What can have become of a company: by the standing after it, the kinds of which some can be chosen on the way there and
# the kinds of which some can be left out.
Fates = dict[Standing, tuple[frozenset[Kind], frozenset[Kind]]]


@dataclass(frozen=True)
class Places:
    """The places of a track among its candidates. What is kept is what can be: never more than there are such
    candidates, and levels come before 山区海岛县 where both do not fit."""

    levels: tuple[Level, ...]
    limits: Sums
    alike: Mapping[Kind, Kind]  # each kind as the quotas tell kinds apart

    @classmethod
    def of(cls, total: int, remote: int, quotas: Sequence[LevelQuota], kinds: Iterable[Kind]) -> Places:
        counted = Counter(kinds)
        asked = {item.level: item for item in quotas}
        left, kept = total, {}
        for item in quotas:
            there = counted[item.level, True] + counted[item.level, False]
            kept[item.level] = max(0, min(item.kept, there, _most(item, total), left))
            left -= kept[item.level]
        for can in range(min(remote, total), -1, -1):
            # Levels without a quota are one, and where nothing is kept for 山区海岛县 they are like the others.
            unasked = next((level for level, _ in sorted(counted) if level not in asked), None)
            alike = {
                kind: (kind[0] if kind[0] in asked else unasked or kind[0], kind[1] and can > 0) for kind in counted
            }
            of_remote: Counter[GovernanceLevel] = Counter()
            for kind, count in counted.items():
                of_remote[alike[kind][0]] += count * alike[kind][1]
            levels = tuple(
                Level(name, _most(asked.get(name), total), kept.get(name, 0), of_remote[name])
                for name in sorted(of_remote)
            )
            places = cls(levels, (total, total, total - can, -can), alike)
            if places.fits(places.none.used):
                return places
        raise AssertionError("nothing kept always fits")

    @property
    def none(self) -> Standing:
        taken = ((0, 0),) * len(self.levels)
        used = _NOTHING
        for level in self.levels:
            used = _sum(used, level.uses((0, 0)))
        return Standing(used, taken)

    def fits(self, used: Sums) -> bool:
        a, b, c, d = self.limits
        return used[0] <= a and used[1] <= b and used[2] <= c and used[3] <= d

    def with_one(self, above: Standing, kind: Kind) -> Standing | None:
        """The standing with one more of a kind, None when he does not fit."""
        at = next(number for number, level in enumerate(self.levels) if level.name is kind[0])
        level, taken = self.levels[at], above.taken[at]
        if taken is None or taken[0] == level.most:
            return None
        more = (taken[0] + 1, taken[1] + (not kind[1]))
        used = _sum(above.used, _more(level, taken, more))
        return Standing(used, (*above.taken[:at], more, *above.taken[at + 1 :])) if self.fits(used) else None

    def fates(self, above: Standing, company: Mapping[Kind, int], coming: Collection[GovernanceLevel]) -> Fates:
        """All that can have become of a company of tied once everybody in it had his turn, whatever their order, when it
        stood as `above` before them; `coming` are the levels of those after them.

        Who is left out was stopped by the most of his level or by a sum that is used up. So every choice of sums that are
        used up in the end is tried: there are few ways in which the tied of a level can go with it, and levels are put
        together by their sums."""
        if sum(company.values()) == 1:
            more, all_ = self.with_one(above, *company), frozenset(company)
            return {more: (all_, frozenset())} if more else {above: (frozenset(), all_)}
        found: Fates = {}
        for full in (full for count in range(4) for full in combinations((1, 2, 3), count)):
            ways: Fates = {Standing(above.used, ()): (frozenset(), frozenset())}
            for level, taken in zip(self.levels, above.taken, strict=True):
                ways = self._joined(ways, _parts(level, taken, company, full, level.name in coming))
            for standing, fate in ways.items():
                if all((standing.used[at] == self.limits[at]) is (at in full) for at in (1, 2, 3)):
                    _note(found, self._settled(standing), fate)
        return found

    def _joined(self, ways: Fates, parts: Fates) -> Fates:
        found: Fates = {}
        for so_far, (chosen, left) in ways.items():
            for part, (more_chosen, more_left) in parts.items():
                used = _sum(so_far.used, part.used)
                if self.fits(used):
                    _note(found, Standing(used, so_far.taken + part.taken), (chosen | more_chosen, left | more_left))
        return found

    def _settled(self, standing: Standing) -> Standing:
        """Where nobody can be chosen any more, it is all one how the sums are used up."""
        if any(taken is not None for taken in standing.taken):
            return standing
        return Standing((standing.chosen, *self.limits[1:]), standing.taken)


def _note(fates: Fates, standing: Standing, fate: tuple[frozenset[Kind], frozenset[Kind]]) -> None:
    chosen, left = fates.get(standing, (frozenset(), frozenset()))
    fates[standing] = (chosen | fate[0], left | fate[1])


def _sum(one: Sums, other: Sums) -> Sums:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]


def _more(level: Level, before: Taken, after: Taken) -> Sums:
    """What a level takes more of the sums."""
    had, has = level.uses(before), level.uses(after)
    return has[0] - had[0], has[1] - had[1], has[2] - had[2], has[3] - had[3]


def _most(quota: LevelQuota | None, total: int) -> int:
    return total if quota is None or quota.most is None else quota.most


def _parts(level: Level, above: Taken | None, company: Mapping[Kind, int], full: Sequence[int], coming: bool) -> Fates:
    """What can become of those of a company that are of one level, when in the end the sums `full` are used up: what they
    take of the sums, and how it then stands with the level."""
    kinds = (level.name, True), (level.name, False)
    remote, others = (company.get(kind, 0) for kind in kinds)
    if above is None:
        return {Standing(_NOTHING, (None,)): (frozenset(), _those(kinds, (remote > 0, others > 0)))}
    found: Fates = {}
    for more_others in range(others + 1):
        for more_remote in range(min(remote, level.most - above[0] - more_others) + 1):
            taken = have, _ = above[0] + more_others + more_remote, above[1] + more_others
            nexts = (have + 1, taken[1]), (have + 1, taken[1] + 1)
            stopped = [have == level.most or any(_more(level, taken, then)[at] for at in full) for then in nexts]
            left = (more_remote < remote, more_others < others)
            if all(stop or not some for some, stop in zip(left, stopped, strict=True)):
                standing = Standing(_more(level, above, taken), (None if all(stopped) or not coming else taken,))
                _note(found, standing, (_those(kinds, (more_remote > 0, more_others > 0)), _those(kinds, left)))
    return found


def _those(kinds: Sequence[Kind], are: Sequence[bool]) -> frozenset[Kind]:
    return frozenset(kind for kind, is_ in zip(kinds, are, strict=True) if is_)
