"""Who marks what: an even load, enough judges an entry, nobody where he must step aside, one connected panel.

The even load is a transport problem and goes to a solver; linking judges who share nothing is done by
exchanges that leave every entry's number of judges as it was, and every load where that is possible.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import numpy as np

Pair = tuple[Any, Any]  # (entry, judge)

_SHORT = 1e4  # a place left empty costs more than any unevenness,
_UNEVEN = 1e2  # an uneven load more than two judges of one organisation,
_SAME = 10.0  # and that more than a change to what was planned before
_CHANGE = 1.0


@dataclass(frozen=True)
class Plan:
    """`pairs`: (entry, judge), in the order of the entries, then of the judges. `findings`: what is wrong, in
    words, with what would mend it; empty when nothing is."""

    pairs: tuple[Pair, ...]
    findings: tuple[str, ...]

    def load(self) -> Counter[Any]:
        """How many entries each judge has."""
        return Counter(judge for _, judge in self.pairs)


def plan(
    entries: Sequence[Hashable],
    judges: Sequence[Hashable],
    per_entry: int,
    blocked: Collection[Pair],
    seed: int = 0,
    *,
    organisations: Mapping[Any, Hashable] | None = None,
    keep: Collection[Pair] = (),
) -> Plan:
    """Give every entry `per_entry` judges, none of a pair in `blocked`, with loads that differ by one at most
    where that is possible, judges of different `organisations` where that is possible, and every judge
    linked to every other through shared entries. With `keep`, the plan with the fewest changes to it.

    The same arguments give the same plan; `seed` draws among plans that are equally good. What cannot be
    had is said in the findings and the plan is as complete as can be. ValueError: a number below one, an
    entry or a judge twice.
    """
    if per_entry < 1 or len(set(entries)) < len(entries) or len(set(judges)) < len(judges):
        raise ValueError("needs at least one judge an entry, and every entry and judge once")
    open_ = [
        (entry, judge)
        for entry in range(len(entries))
        for judge in range(len(judges))
        if (entries[entry], judges[judge]) not in blocked
    ]
    kept = {(entry, judge) for entry, judge in open_ if (entries[entry], judges[judge]) in keep}
    groups = [(organisations or {}).get(judge, judge) for judge in judges]
    chosen = _solve(len(entries), groups, per_entry, open_, kept, seed) if open_ else set()
    _link(chosen, len(judges), set(open_), kept)
    pairs = tuple((entries[entry], judges[judge]) for entry, judge in sorted(chosen))
    return Plan(pairs, tuple(check(pairs, entries, judges, per_entry, blocked)))


def check(
    pairs: Collection[Pair],
    entries: Sequence[Hashable],
    judges: Sequence[Hashable],
    per_entry: int,
    blocked: Collection[Pair],
) -> list[str]:
    """What is wrong with a plan, made here or by hand, in words, with what would mend it."""
    found = [
        f"评委“{judge}”应回避“{entry}”，不能分配，请换一位评委。" for entry, judge in pairs if (entry, judge) in blocked
    ]
    of_entry: dict[Any, list[Any]] = defaultdict(list)
    for entry, judge in pairs:
        of_entry[entry].append(judge)
    for entry in entries:
        given = len(of_entry[entry])
        free = sum((entry, judge) not in blocked for judge in judges)
        if given > per_entry:
            found.append(f"“{entry}”分配了 {given} 位评委，多出 {given - per_entry} 位，请移去。")
        elif given < per_entry and free < per_entry:
            found.append(
                f"“{entry}”只有 {free} 位评委不需回避，不足 {per_entry} 位，至少再聘 {per_entry - free} 位与它无关的评委。"
            )
        elif given < per_entry:
            found.append(f"“{entry}”只分配了 {given} 位评委，还差 {per_entry - given} 位，可从不需回避的评委中补足。")
    load = Counter(judge for _, judge in pairs)
    busy = [judge for judge in judges if load[judge]]
    if idle := [judge for judge in judges if not load[judge]] if pairs else []:
        found.append(f"{_names(idle)}没有分到任何项目，他们的宽严无法与其他评委比较；可移出评审组，或分给他们项目。")
    parts = _parts(of_entry.values(), busy)
    if len(parts) > 1:
        shown = "；".join(_names(part) for part in parts)
        found.append(
            f"评委分成 {len(parts)} 组，组与组之间没有共同评的项目，分数不能互相校正：{shown}。"
            f"至少让 {len(parts) - 1} 个项目由两组的评委共同评审。"
        )
    if busy and (most := max(load.values())) - (least := min(load[judge] for judge in busy)) > 1:
        heavy = _names([judge for judge in busy if load[judge] == most])
        light = _names([judge for judge in busy if load[judge] == least])
        found.append(f"工作量不均：{heavy}各评 {most} 个，{light}各评 {least} 个，可在他们之间调整。")
    return found


def _solve(
    entries: int,
    groups: Sequence[Hashable],
    per_entry: int,
    open_: Sequence[tuple[int, int]],
    kept: Collection[tuple[int, int]],
    seed: int,
) -> set[tuple[int, int]]:
    """The cheapest choice of open pairs. Columns: the pairs; then what an entry lacks; what a judge has above
    and below the even load; how many judges of an organisation an entry has beyond one."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import lil_array

    judges, crowds = len(groups), sorted({(entry, str(groups[judge])) for entry, judge in open_})
    crowd_of = {crowd: place for place, crowd in enumerate(crowds)}
    lack, over = len(open_), len(open_) + entries
    under, crowd = over + judges, over + 2 * judges
    columns, rows = crowd + len(crowds), entries + 2 * judges + len(crowds)
    # An entry cannot have more judges than are open to it, so the even load is that of what can be given.
    free = Counter(entry for entry, _ in open_)
    given = sum(min(per_entry, free[entry]) for entry in range(entries))
    system = lil_array((rows, columns))
    lowest, highest = np.full(rows, -np.inf), np.full(rows, np.inf)
    for column, (entry, judge) in enumerate(open_):
        system[entry, column] = system[entries + judge, column] = system[entries + judges + judge, column] = 1
        system[entries + 2 * judges + crowd_of[entry, str(groups[judge])], column] = 1
    for entry in range(entries):
        system[entry, lack + entry] = 1
        lowest[entry] = highest[entry] = per_entry
    for judge in range(judges):
        system[entries + judge, over + judge] = -1
        highest[entries + judge] = -(-given // judges)
        system[entries + judges + judge, under + judge] = 1
        lowest[entries + judges + judge] = given // judges
    for place in range(len(crowds)):
        system[entries + 2 * judges + place, crowd + place] = -1
        highest[entries + 2 * judges + place] = 1
    cost = np.zeros(columns)
    # Far less than any of the weights together, so it only draws among equals.
    cost[: len(open_)] = np.random.default_rng(seed).random(len(open_)) / (10 * max(1, entries * per_entry))
    cost[: len(open_)] -= [_CHANGE if pair in kept else 0.0 for pair in open_]
    cost[lack:over], cost[over:crowd], cost[crowd:] = _SHORT, _UNEVEN, _SAME
    upper = np.full(columns, np.inf)
    upper[: len(open_)] = 1
    whole = np.zeros(columns)
    whole[: len(open_)] = 1
    answer = milp(
        cost, integrality=whole, bounds=Bounds(0, upper), constraints=LinearConstraint(system.tocsr(), lowest, highest)
    )
    if answer.x is None:
        raise RuntimeError(f"the solver gave up: {answer.message}")
    return {pair for pair, taken in zip(open_, answer.x, strict=False) if taken > 0.5}


def _link(
    chosen: set[tuple[int, int]], judges: int, open_: set[tuple[int, int]], kept: Collection[tuple[int, int]]
) -> None:
    """Exchange judges between entries of unlinked groups until all are linked, or no exchange helps."""
    while True:
        of_entry: dict[int, list[int]] = defaultdict(list)
        for entry, judge in sorted(chosen):
            of_entry[entry].append(judge)
        busy = sorted({judge for _, judge in chosen})
        parts = _parts(of_entry.values(), busy)
        if len(parts) <= 1:
            return
        better = _exchange(chosen, parts, open_, kept, busy)
        if better is None:
            return
        chosen.clear()
        chosen |= better


def _exchange(
    chosen: set[tuple[int, int]],
    parts: Sequence[Sequence[int]],
    open_: set[tuple[int, int]],
    kept: Collection[tuple[int, int]],
    busy: Sequence[int],
) -> set[tuple[int, int]] | None:
    """The choice after the first change that leaves fewer groups: two judges exchange entries, or, where
    that cannot be, one gives an entry to another. Pairs to keep are touched last."""
    part_of = {judge: place for place, part in enumerate(parts) for judge in part}
    ordered = sorted(chosen, key=lambda pair: (pair in kept, pair))
    exchanges = (
        ({(first, mine), (second, yours)}, {(first, yours), (second, mine)})
        for (first, mine), (second, yours) in combinations(ordered, 2)
        if part_of[mine] != part_of[yours]
    )
    gifts = (
        ({(entry, mine)}, {(entry, yours)})
        for entry, mine in ordered
        for yours in busy
        if part_of[mine] != part_of[yours]
    )
    for gone, come in chain(exchanges, gifts):
        if not come <= open_:
            continue
        after = chosen - gone | come
        of_entry: dict[int, list[int]] = defaultdict(list)
        for entry, judge in after:
            of_entry[entry].append(judge)
        if len(_parts(of_entry.values(), busy)) < len(parts):
            return after
    return None


def _parts(companies: Collection[Sequence[Any]], judges: Sequence[Any]) -> list[list[Any]]:
    """Judges who are linked through shared entries, each group in the order of the judges."""
    leader = {judge: judge for judge in judges}

    def find(judge: Any) -> Any:
        while leader[judge] != judge:
            leader[judge] = judge = leader[leader[judge]]
        return judge

    for company in companies:
        for judge in company[1:]:
            leader[find(judge)] = find(company[0])
    groups: dict[Any, list[Any]] = defaultdict(list)
    for judge in judges:
        groups[find(judge)].append(judge)
    return list(groups.values())


def _names(judges: Sequence[Any]) -> str:
    return "、".join(f"“{judge}”" for judge in judges)
