"""Pure statistics of need mining (METHODS §6): sudden rises and hot words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from statistics import fmean, median, variance

SHORTEST = 4  # counts: the last one and three before it; fewer do not tell a level from noise
LONG = 8  # counts from which the past shows its own spread
DEVIATIONS = 3.5
_MAD_TO_SD = 0.6745  # the MAD of a normal distribution, in standard deviations (Iglewicz & Hoaglin 1993)
_CHANCE = 2.326e-4  # of a normal value beyond 3.5 standard deviations, so that both rules are as strict


def sudden_rise(counts: Sequence[int]) -> bool | None:
    """Whether the last of `counts` (equal periods, oldest first) is a sudden rise against those before it.

    None for fewer than 4 counts: too short to say. From 8 counts on: 0.6745·(x − median)/MAD > 3.5, median
    and MAD of the counts before the last. For 4 to 7 counts, and where the past never varied (MAD 0): a
    Poisson bound, P(X ≥ x) < 0.00023 at the past's mean. That mean is taken as (Σ + ½)/k, so that no event
    so far is not the same as none ever; where the past varied more than Poisson counts do, x and the mean
    are first divided by its dispersion (variance ÷ mean). A fall is never a rise.
    """
    if any(count < 0 for count in counts):
        raise ValueError("counts cannot be negative")
    if len(counts) < SHORTEST:
        return None
    *past, last = counts
    if len(counts) >= LONG:
        middle = median(past)
        spread = median(abs(count - middle) for count in past)
        if spread:
            return bool(_MAD_TO_SD * (last - middle) > DEVIATIONS * spread)
    return _beyond_chance(past, last)


def _beyond_chance(past: Sequence[int], last: int) -> bool:
    from scipy.special import gammainc

    mean = (sum(past) + 0.5) / len(past)
    if last <= mean:
        return False
    dispersion = max(1.0, variance(past) / fmean(past)) if any(past) else 1.0
    # P(X ≥ x) of a Poisson distribution is the regularised incomplete gamma function P(x, mean).
    return bool(gammainc(last / dispersion, mean / dispersion) < _CHANCE)


@dataclass(frozen=True)
class HotWord:
    """A word and how many tickets have it: in the period and before, each of so many."""

    word: str
    tickets: int
    of: int
    past_tickets: int
    past_of: int
    score: float

    @property
    def share(self) -> float:
        return self.tickets / self.of

    @property
    def past_share(self) -> float | None:
        """None without a past: unknown is not zero."""
        return self.past_tickets / self.past_of if self.past_of else None


def hot_words(
    now: Mapping[str, int],
    of: int,
    past: Mapping[str, int],
    past_of: int,
    *,
    top: int = 20,
    least: int = 3,
) -> list[HotWord]:
    """The words that mark a period against the same place's own past, the most telling first.

    TF-IDF: tf = share of the period's `of` tickets that have the word, idf = ln((1 + N) ÷ (1 + n)) with n of
    the N past tickets having it. A word in every past ticket counts nothing, however often it comes now.
    Words in fewer than `least` tickets are left out. Without a past the idf says nothing and words are
    ordered by their share.
    """
    if not of:
        return []
    found = [
        HotWord(
            word,
            count,
            of,
            past.get(word, 0),
            past_of,
            count / of * (log((1 + past_of) / (1 + past.get(word, 0))) if past_of else 1.0),
        )
        for word, count in now.items()
        if count >= least
    ]
    return sorted(found, key=lambda hot: (-hot.score, -hot.tickets, hot.word))[:top]
