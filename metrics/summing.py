"""Σn and Σd of many counties' values over every place they are part of, by the hundred thousand at once.

Sums are exact: in integers of 64 bits, or in Python's own where those might not hold them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]

_SAFE = 2.0**62  # sums below this fit 64 bits


class Counties(NamedTuple):
    """Counties' values column by column, all equally long: n and d in millionths, None for none; `reported`,
    `expected` and `unapproved` are 0 or 1."""

    indicator_id: Sequence[int]
    period: Sequence[str]
    scope_code: Sequence[str]
    n: Sequence[int | None]
    d: Sequence[int | None]
    reported: Sequence[int]
    expected: Sequence[int]
    unapproved: Sequence[int]


class Total(NamedTuple):
    """What the counties of one place come to in one indicator. `d` is None when none of them has one."""

    indicator_id: int
    place: int
    n: int
    d: int | None
    reported: int
    inapplicable: int
    unapproved: int


def totals(counties: Counties, places_of: Mapping[tuple[str, str], Sequence[int]]) -> Iterator[Total]:
    """Totals of every indicator and place that has a value or a word for none.

    `places_of`: the numbers (from 0) of the places that a region's value of a period counts in.
    """
    units = {unit: at for at, unit in enumerate(places_of)}
    width = max((len(found) for found in places_of.values()), default=0)
    part = np.full((len(units) + 1, width), -1, dtype=np.int64)  # the last row is for regions in no place
    for at, found in enumerate(places_of.values()):
        part[at, : len(found)] = found
    nowhere = len(units)
    unit = np.array(
        [units.get(key, nowhere) for key in zip(counties.period, counties.scope_code, strict=True)], dtype=np.int64
    )
    kinds, kind = np.unique(np.array(counties.indicator_id, dtype=np.int64), return_inverse=True)
    stride = int(part.max(initial=-1)) + 1
    place = part[unit]
    row, _ = there = np.nonzero(place >= 0)
    cell = kind[row] * stride + place[there]
    size = len(kinds) * stride

    def count(flags: Sequence[int]) -> list[int]:
        found: list[int] = np.bincount(cell, np.array(flags, dtype=np.int64)[row], size).astype(np.int64).tolist()
        return found

    with_d = [int(value is not None) for value in counties.d]
    n, d = _sum(counties.n, row, cell, size), _sum(counties.d, row, cell, size)
    has_d, reported, unapproved = count(with_d), count(counties.reported), count(counties.unapproved)
    inapplicable = count([1 - value for value in counties.expected])
    for at in np.flatnonzero(np.bincount(cell, minlength=size)).tolist():
        yield Total(
            int(kinds[at // stride]),
            at % stride,
            n[at],
            d[at] if has_d[at] else None,
            reported[at],
            inapplicable[at],
            unapproved[at],
        )


def _sum(values: Sequence[int | None], row: Numbers, cell: Numbers, size: int) -> list[int]:
    """Σ of the values of each cell; None counts as nothing."""
    amounts: NDArray[Any] = np.array([value or 0 for value in values], dtype=object)
    if float(np.abs(amounts.astype(np.float64)).sum()) * max(1, len(row) // max(1, len(amounts))) < _SAFE:
        amounts = amounts.astype(np.int64)
    sums = np.zeros(size, dtype=amounts.dtype)
    np.add.at(sums, cell, amounts[row])
    found: list[int] = sums.tolist()
    return found
