"""How strict each judge is, from the marks alone: score = entry + judge by least squares.

It informs; the announced rule decides. z-scores are not offered: two marks always give ±1, and equal
marks vanish.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Severity:
    """`entries`: adjusted scores; `judges`: leniency in points (+5 gives five more than the panel's usual).
    `components`: entries that can be compared with one another, the largest group first; a judge's figure is
    relative to the judges of his own group. `identical`: everybody marked everything, so the adjusted order
    is the order of the means."""

    entries: dict[Any, float]
    judges: dict[Any, float]
    components: list[list[Any]]
    identical: bool


def adjust(marks: Sequence[tuple[Hashable, Hashable, float]]) -> Severity:
    """Least squares of score = entry + judge with Σ judge = 0 in each connected group.

    `marks`: (entry, judge, score), at most one of each pair. Scores in points. ValueError: a pair twice, a
    score that is not a number. The entries are eliminated first, so the system solved has one row a judge.
    Source: the analysis of incomplete block designs (Montgomery, Design and Analysis of Experiments, ch. 4).
    """
    entries, judges = list(dict.fromkeys(e for e, _, _ in marks)), list(dict.fromkeys(j for _, j, _ in marks))
    row = {entry: place for place, entry in enumerate(entries)}
    column = {judge: place for place, judge in enumerate(judges)}
    if not marks:
        return Severity({}, {}, [], True)
    of_entry = np.array([row[entry] for entry, _, _ in marks])
    of_judge = np.array([column[judge] for _, judge, _ in marks])
    score = np.array([float(value) for _, _, value in marks])
    if len({(entry, judge) for entry, judge, _ in marks}) < len(marks):
        raise ValueError("a judge marks an entry once")
    if not np.isfinite(score).all():
        raise ValueError("every score must be a number")
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    seen = csr_array((np.ones(len(marks)), (of_entry, of_judge)), shape=(len(entries), len(judges)))
    size = np.bincount(of_entry, minlength=len(entries)).astype(float)
    mean = np.bincount(of_entry, weights=score, minlength=len(entries)) / size
    # Normal equations after eliminating the entries; singular once per group, where lstsq takes the
    # shortest solution: the one whose judges sum to zero.
    shared = (seen.T @ (seen / size[:, None])).toarray()
    system = np.diag(np.bincount(of_judge, minlength=len(judges)).astype(float)) - shared
    right = np.bincount(of_judge, weights=score - mean[of_entry], minlength=len(judges))
    strictness = np.linalg.lstsq(system, right, rcond=1e-10)[0]
    adjusted = np.bincount(of_entry, weights=score - strictness[of_judge], minlength=len(entries)) / size

    count, group = connected_components(shared > 0, directed=False)
    member = np.zeros(len(entries), dtype=int)
    member[of_entry] = group[of_judge]
    parts: list[list[Any]] = [[] for _ in range(count)]
    for entry, part in zip(entries, member, strict=True):
        parts[part].append(entry)
    return Severity(
        dict(zip(entries, adjusted.tolist(), strict=True)),
        dict(zip(judges, strictness.tolist(), strict=True)),
        sorted(parts, key=len, reverse=True),
        len(marks) == len(entries) * len(judges),
    )
