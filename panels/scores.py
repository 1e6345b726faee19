"""The announced rule, exact: a sheet's score, a panel's score, and places.

Marks and weights are integers in hundredths; scores are fractions, compared as they are and rounded only
when printed, so that sheets which are equal on paper tie whatever a float would say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from metrics.scoring import competition_ranks

__all__ = ["PanelScore", "Place", "competition_ranks", "panel_score", "places", "sheet_score"]

Rule = Literal["mean", "drop_extremes", "median"]

FEWEST_TO_DROP = 5  # 去掉一个最高分和一个最低分 asks for at least five sheets


def sheet_score(marks: Mapping[str, int], weights: Mapping[str, int]) -> Fraction:
    """Σ weight × mark ÷ Σ weight over a complete sheet, in the marks' unit.

    ValueError: a criterion without a mark (a blank is not zero: the sheet does not count yet), a mark for
    no criterion, a value that is not an integer, weights that are negative or sum to nothing.
    """
    if missing := [name for name in weights if name not in marks]:
        raise ValueError(f"incomplete sheet: no mark for {', '.join(missing)}")
    if unknown := [name for name in marks if name not in weights]:
        raise ValueError(f"marks for no criterion of the rubric: {', '.join(unknown)}")
    for name, value in [*marks.items(), *weights.items()]:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"{name}: marks and weights are integers in hundredths, not {value!r}")
    total = sum(weights.values())
    if min(weights.values(), default=0) < 0 or total <= 0:
        raise ValueError("weights must not be negative and must sum to more than nothing")
    return Fraction(sum(weights[name] * mark for name, mark in marks.items()), total)


@dataclass(frozen=True)
class PanelScore:
    """What a panel gives an entry. `used` and `dropped` are the sheet scores in the order they came; `flag`
    is "" or why the rule could not be followed as announced ("no_scores", "too_few_to_drop")."""

    value: Fraction | None
    used: tuple[Fraction, ...]
    dropped: tuple[Fraction, ...] = ()
    flag: str = ""


def panel_score(scores: Sequence[Fraction | int], rule: Rule) -> PanelScore:
    """The score of one entry from its valid sheets; panels need not be of one size.

    "drop_extremes" takes one copy of the highest and one of the lowest away, however often they occur; with
    fewer than five sheets nothing is dropped and the plain mean is flagged. "median" of an even number is
    the mean of the two in the middle. No sheets: no score, which is not zero. ValueError: unknown rule.
    """
    if rule not in ("mean", "drop_extremes", "median"):
        raise ValueError(f"unknown rule {rule!r}")
    given = tuple(Fraction(score) for score in scores)
    if not given:
        return PanelScore(None, (), flag="no_scores")
    if rule == "median":
        ordered, half = sorted(given), len(given) // 2
        middle = ordered[half] if len(given) % 2 else (ordered[half - 1] + ordered[half]) / 2
        return PanelScore(middle, given)
    if rule == "mean":
        return PanelScore(_mean(given), given)
    if len(given) < FEWEST_TO_DROP:
        return PanelScore(_mean(given), given, flag="too_few_to_drop")
    out = {given.index(max(given)), len(given) - 1 - given[::-1].index(min(given))}
    used = tuple(score for place, score in enumerate(given) if place not in out)
    return PanelScore(_mean(used), used, tuple(score for place, score in enumerate(given) if place in out))


@dataclass(frozen=True)
class Place:
    """An entry's place. `decided_by` is the number of the key that parted it from the entries it would have
    tied with before (0: its score alone; 1: the first tie key, and so on); `tied` is how many share the place."""

    rank: int | None
    decided_by: int = 0
    tied: int = 1


def places(scores: Sequence[Fraction | int | None], keys: Sequence[Sequence[Fraction | int]] = ()) -> list[Place]:
    """Competition places by score, then by ordered tie keys, one sequence per key, each as long as `scores`.

    The same input in any order gives every entry the same place; what the last key leaves tied stays tied.
    ValueError: a key of another length.
    """
    if any(len(key) != len(scores) for key in keys):
        raise ValueError("every tie key needs one value per entry")
    chains = [None if score is None else (score, *(key[entry] for key in keys)) for entry, score in enumerate(scores)]
    sharing = [Counter(chain[:length] for chain in chains if chain is not None) for length in range(1, len(keys) + 2)]
    above: dict[tuple[Fraction | int, ...], int] = {}
    ahead = 0
    for chain, count in sorted(sharing[-1].items(), reverse=True):
        above[chain] = ahead
        ahead += count
    found = []
    for mine in chains:
        if mine is None:
            found.append(Place(None))
            continue
        counts = [sharing[length][mine[: length + 1]] for length in range(len(keys) + 1)]
        # The last key that made the company smaller is the one that decided.
        decided = max((key for key in range(1, len(counts)) if counts[key] < counts[key - 1]), default=0)
        found.append(Place(above[mine] + 1, decided, counts[-1]))
    return found


def _mean(scores: Sequence[Fraction]) -> Fraction:
    return sum(scores, Fraction()) / len(scores)
