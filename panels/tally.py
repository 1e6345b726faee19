"""The announced rule for many entries at once, exact: integers all the way, so equal scores are equal.

Scores of panels of different sizes are brought to one denominator, the least common multiple of the sizes; places are
found by sorting these integers. `panels.scores` says the same of one entry in fractions, and tests hold them equal.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from panels.scores import FEWEST_TO_DROP, Rule

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Tally:
    """`value[e]` ÷ `unit` is the score of entry e in the sheets' unit; `valid[e]` whether there is one. `sheets`: how many
    it has; `used`: entries × places in the matrix that was given, True where a sheet counted."""

    value: Ints
    unit: int
    valid: Mask
    sheets: Ints
    used: Mask

    def score(self, entry: int) -> Fraction | None:
        return Fraction(int(self.value[entry]), self.unit) if self.valid[entry] else None


@dataclass(frozen=True)
class Places:
    """Competition places, 0 for none. `decided_by`: the number of the key that parted an entry from those it would
    have tied with before (0: its score alone); `tied`: how many share its place."""

    rank: Ints
    decided_by: Ints
    tied: Ints


def weigh(marks: Ints, weights: Ints) -> Ints:
    """Σ weight × mark of whole sheets: … × criteria by criteria. Products stay far below 2^53, where floats are exact
    integers and their product is the fast one. ValueError: they do not."""
    given = marks.astype(np.float64)
    if marks.size and max(given.max(), -given.min()) * int(np.abs(weights).sum()) >= 2**53:
        raise ValueError("marks too large to be weighed exactly")
    return (given @ weights.astype(np.float64)).astype(np.int64)  # whole numbers already


def tally(scores: Ints, present: Mask, rule: Rule, quorum: int = 1) -> Tally:
    """Scores of entries from their sheets' scores: entries × sheets, with gaps where `present` is False. Fewer sheets
    than `quorum` is no score, which is not zero. With fewer than five nothing is dropped. ValueError: unknown rule."""
    if rule not in ("mean", "drop_extremes", "median"):
        raise ValueError(f"unknown rule {rule!r}")
    sheets = np.count_nonzero(present, axis=1)
    used = present
    if rule == "mean":
        total, count = _sum(scores, present), sheets
    elif rule == "median":
        total, count = _middle(scores, present, sheets)
    else:
        drops = sheets >= FEWEST_TO_DROP
        used = present & ~_extremes(scores, present, drops)
        total, count = _sum(scores, used), np.where(drops, sheets - 2, sheets)
    # Where there is no sheet the size does not matter.
    count = np.maximum(count, 1)
    unit = math.lcm(*np.flatnonzero(np.bincount(count)).tolist()) if count.size else 1
    return Tally(total * (unit // count), unit, sheets >= max(quorum, 1), sheets, used)


def rank(value: Ints, valid: Mask, keys: Sequence[Ints] = ()) -> Places:
    """Competition places by value, then by the ordered tie keys, high first; what is not valid has no place."""
    columns = np.stack([value, *keys])[:, valid]
    size, width = columns.shape[1], len(keys) + 1
    places = np.zeros((3, value.size), dtype=np.int64)
    if size:
        order = np.argsort(-columns[0]) if width == 1 else np.lexsort(-columns[::-1])
        ordered = columns[:, order]
        # Where a new company begins, by the value alone, by value and first key, and so on.
        begins = np.ones((width, size), dtype=bool)
        begins[:, 1:] = np.logical_or.accumulate(ordered[:, 1:] != ordered[:, :-1], axis=0)
        company = begins.cumsum(axis=1) - 1
        counts = np.stack([np.bincount(row)[row] for row in company])
        decided = np.zeros(size, dtype=np.int64)
        for key in range(1, width):
            decided[counts[key] < counts[key - 1]] = key
        first = np.flatnonzero(begins[-1])[company[-1]] + 1
        where = np.flatnonzero(valid)[order]
        places[:, where] = np.stack([first, decided, counts[-1]])
    return Places(*places)


def _sum(scores: Ints, where: Mask) -> Ints:
    """Sums of the rows over what is there; sums of products of zeros and ones are the quick way to leave out."""
    total: Ints = np.einsum("ij,ij->i", scores, where, dtype=np.int64)
    return total


def _middle(scores: Ints, present: Mask, sheets: Ints) -> tuple[Ints, Ints]:
    """The middle score, or the two in the middle, as a sum and how many."""
    if not scores.shape[1]:
        return np.zeros(len(scores), dtype=np.int64), np.ones(len(scores), dtype=np.int64)
    ordered = np.sort(np.where(present, scores, np.iinfo(np.int64).max), axis=1)
    rows, high = np.arange(len(scores)), sheets // 2
    low = np.maximum(np.where(sheets % 2, high, high - 1), 0)
    some = sheets > 0
    total = np.where(some, ordered[rows, low], 0)
    total += np.where(some & (low != high), ordered[rows, np.minimum(high, scores.shape[1] - 1)], 0)
    return total, np.where(low != high, 2, 1)


def _extremes(scores: Ints, present: Mask, drops: Mask) -> Mask:
    """One copy of the highest and one of the lowest of every row that drops: the first highest, the last lowest."""
    out = np.zeros_like(present)
    if not scores.shape[1]:
        return out
    bounds = np.iinfo(np.int64)
    rows = np.arange(len(scores))
    whole = bool(present.all())
    high = scores if whole else np.where(present, scores, bounds.min)
    low = scores if whole else np.where(present, scores, bounds.max)
    highest, lowest = high.argmax(axis=1), scores.shape[1] - 1 - low[:, ::-1].argmin(axis=1)
    out[rows, highest] = out[rows, lowest] = drops
    return out
