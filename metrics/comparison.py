"""Did the pilot cause it, and does it work as well elsewhere: the methods of comparison in one place.

Everything here is float64 and only informs; what decides marks or money is exact and lives elsewhere. The
methods live by theme in `metrics.effects` (before and after), `metrics.staggered` (different starts),
`metrics.matching` (no time before), `metrics.stratified` (whole against parts) and `metrics.resampling`
(few clusters, ranks); other rooms take them from here.
"""

from metrics.effects import (
    CAUSAL_UNITS,
    DRAWS,
    EXACT_ASSIGNMENTS,
    INDICATIVE_UNITS,
    SIGNIFICANCE,
    Effect,
    Strength,
    before_after,
    equity_gap,
    gate,
    interval,
    minimum_detectable,
    weaker,
)
from metrics.matching import matched
from metrics.resampling import EXACT_CLUSTERS, Bootstrap, rank_intervals, wild_bootstrap
from metrics.staggered import Aggregation, Comparison, aggregate, group_time_effects, staggered
from metrics.stratified import crude_odds_ratio, mantel_haenszel

__all__ = [
    "CAUSAL_UNITS",
    "DRAWS",
    "EXACT_ASSIGNMENTS",
    "EXACT_CLUSTERS",
    "INDICATIVE_UNITS",
    "SIGNIFICANCE",
    "Aggregation",
    "Bootstrap",
    "Comparison",
    "Effect",
    "Strength",
    "aggregate",
    "before_after",
    "crude_odds_ratio",
    "equity_gap",
    "gate",
    "group_time_effects",
    "interval",
    "mantel_haenszel",
    "matched",
    "minimum_detectable",
    "rank_intervals",
    "staggered",
    "weaker",
    "wild_bootstrap",
]
