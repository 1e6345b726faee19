"""比学赶超: how every county climbs inside its own group, by what it has won in one selection after another. Pure.

A county's place after a selection is among those that were in its group on that selection's own day, by the winners it
has had until then; equal counts share a place. A county that has won nothing yet has no place: whether it entered and
was not chosen, or never entered, is not for a list to tell (docs/decisions/014).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Round:
    """A released selection: the day whose groups it goes by, and when it was released."""

    id: int
    name: str
    on: date
    released: date

    @property
    def label(self) -> str:
        """2026.01, short enough for an axis."""
        return f"{self.released:%Y.%m}"


@dataclass(frozen=True)
class Climb:
    """One county. `won` in each selection, `places` inside its group after each, None while it has won nothing;
    `entered` in each, or empty for whoever may not know."""

    code: str
    name: str
    group: str
    won: tuple[int, ...]
    places: tuple[int | None, ...]
    entered: tuple[int, ...] = ()

    @property
    def total(self) -> int:
        return sum(self.won)

    @property
    def place(self) -> int | None:
        return self.places[-1] if self.places else None

    @property
    def moved(self) -> str:
        """Against the selection before: 首次入选, 上升, 持平, 下降; "" without a place."""
        if self.place is None:
            return ""
        before = self.places[-2] if len(self.places) > 1 else None
        if before is None:
            return "首次入选"
        return "上升" if self.place < before else "下降" if self.place > before else "持平"


@dataclass(frozen=True)
class Ladder:
    """The counties of one group as it is in the newest selection: those with a place first, then by code."""

    group: str
    climbs: Sequence[Climb]

    @property
    def placed(self) -> list[Climb]:
        return [item for item in self.climbs if item.place is not None]

    @property
    def rest(self) -> list[Climb]:
        """Those that have won nothing yet."""
        return [item for item in self.climbs if item.place is None]

    @property
    def spread(self) -> str:
        """How winners are spread over the group, in words."""
        counts = Counter(item.total for item in self.placed)
        said = [f"入选 {count} 项的 {counts[count]} 个" for count in sorted(counts, reverse=True)]
        said += [f"还没有入选项目的 {len(self.rest)} 个"] if self.rest else []
        return f"{self.group} {len(self.climbs)} 个县（市、区）：{'，'.join(said)}。"


def ladders(
    rounds: Sequence[Round],
    names: Mapping[str, str],
    groups: Mapping[tuple[str, date], str],
    won: Mapping[tuple[int, str], int],
    entered: Mapping[tuple[int, str], int] | None = None,
) -> list[Ladder]:
    """`rounds` in the order of their release; `names` of all counties by code; `groups` by county and day, "" where there
    are none; `won` and `entered` by selection and county. The largest group comes first."""
    if not rounds:
        return []
    so_far: Counter[str] = Counter()
    placed: dict[str, list[int | None]] = {code: [] for code in names}
    for item in rounds:
        so_far.update({code: won.get((item.id, code), 0) for code in names})
        for code, place in _places(so_far, {code: groups.get((code, item.on), "") for code in names}).items():
            placed[code].append(place)
    found: dict[str, list[Climb]] = {}
    for code, name in names.items():
        group = groups.get((code, rounds[-1].on), "")
        found.setdefault(group, []).append(
            Climb(
                code=code,
                name=name,
                group=group,
                won=tuple(won.get((item.id, code), 0) for item in rounds),
                places=tuple(placed[code]),
                entered=tuple(entered.get((item.id, code), 0) for item in rounds) if entered is not None else (),
            )
        )
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        Ladder(group or "全省", sorted(climbs, key=lambda item: (item.place or len(names) + 1, item.code)))
        for group, climbs in ordered
    ]


def _places(so_far: Mapping[str, int], group_of: Mapping[str, str]) -> dict[str, int | None]:
    found: dict[str, int | None] = {}
    for code, group in group_of.items():
        ahead = sum(so_far[other] > so_far[code] for other, its in group_of.items() if its == group)
        found[code] = 1 + ahead if so_far[code] else None
    return found
