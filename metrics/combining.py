"""How figures become one: over regions of one period, and over periods of one region.

The two rules of a definition are separate:件数 adds up both ways, 报表精简率 is Σn/Σd over regions and
the last one over time. Exact arithmetic on millionths; nothing missing is taken for zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from core.words import Combine
from metrics.accumulation import Figure, increments
from metrics.model import Indicator


def over_regions(indicator: Indicator, parts: Sequence[tuple[int | None, int | None]]) -> Fraction | None:
    """The value of several regions together in one period, from their n and d (millionths).

    Regions without a figure are left out; None when none has one, or they are not to be combined.
    """
    return _combine(indicator, indicator.combine_regions, [(n, d) for n, d in parts if n is not None])


def over_time(indicator: Indicator, series: Sequence[Figure], first: str = "") -> Fraction | None:
    """The value of one region over several periods, oldest first.

    Cumulative figures already hold the periods before: asked for their last, it is the total; asked for
    anything else, the periods' own increments are combined. Periods before `first` are not combined; they only
    say what a cumulative figure of `first` added.
    """
    figures = own_figures(indicator, series, first)
    return _combine(indicator, indicator.combine_time, [(n, d) for _, n, d in figures if n is not None])


def own_figures(indicator: Indicator, series: Sequence[Figure], first: str = "") -> list[Figure]:
    """The figures that `over_time` combines: from `first` on, cumulative ones as what each period added."""
    figures = series if indicator.combine_time is Combine.LAST else increments(indicator, series)
    return [figure for figure in figures if figure[0] >= first]


def _combine(indicator: Indicator, how: Combine, parts: Sequence[tuple[int, int | None]]) -> Fraction | None:
    found = [(n, d, value) for n, d in parts if (value := indicator.value(n, d)) is not None]
    values = [value for _, _, value in found]
    if not values or how is Combine.NONE:
        return None
    if how is Combine.LAST:
        return values[-1]
    if how is Combine.MAX:
        return max(values)
    if how is Combine.MEAN and not indicator.kind.has_denominator:
        return sum(values, Fraction(0)) / len(values)
    if indicator.kind.has_denominator:  # Σn/Σd, never a mean of shares
        return indicator.value(sum(n for n, _, _ in found), sum(d or 0 for _, d, _ in found))
    return sum(values, Fraction(0))
