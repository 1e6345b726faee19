"""Did the pilot cause it, and does it work as well elsewhere: comparison of before and after.

Everything here is float64 and only informs; what decides marks or money is exact and lives elsewhere.
Units are counties (or towns): the unit of assignment is the unit of analysis, because error bars that
count months as independent observations raise several times too many false alarms. Random draws are
seeded, so the same figures give the same answer on every page and in every report.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Strength = Literal["causal", "indicative", "descriptive"]
Comparison = Literal["not_yet", "never"]
Aggregation = Literal["simple", "dynamic", "group", "calendar"]
Floats = NDArray[np.float64]

CAUSAL_UNITS = 5
INDICATIVE_UNITS = 3
SIGNIFICANCE = 0.05
EXACT_ASSIGNMENTS = 200_000
EXACT_CLUSTERS = 12
DRAWS = 9_999
SEED = 20_240_601
# Sums of the same numbers in another order differ in the last digits; such values count as equal.
ROUNDING = 1e-9

_BY_STRENGTH: tuple[Strength, ...] = ("descriptive", "indicative", "causal")


def gate(n_treated: int, n_comparison: int) -> Strength:
    """What may be said with so many pilots and comparison units: ≥ 5 and ≥ 5 causal, ≥ 3 and ≥ 3
    indicative, fewer descriptive. The scarcer side decides."""
    scarcer = min(n_treated, n_comparison)
    if scarcer >= CAUSAL_UNITS:
        return "causal"
    return "indicative" if scarcer >= INDICATIVE_UNITS else "descriptive"


def weaker(*strengths: Strength) -> Strength:
    """The weakest of several strengths."""
    return min(strengths, key=_BY_STRENGTH.index)


@dataclass(frozen=True)
class Effect:
    """A difference of before/after differences, in the indicator's own unit.

    `low`, `high` bound a 95 % interval (Welch); nan, like `p_welch`, `se` and `df`, where a side has one unit.
    `robust`: the Welch and the permutation p-value fall on the same side of 5 %. `placebo_rank` of
    `placebo_of`: how many assignments, the true one included, show a difference at least as large.
    """

    estimate: float
    low: float
    high: float
    p_welch: float
    p_permutation: float
    n_treated: int
    n_comparison: int
    robust: bool
    strength: Strength
    se: float = math.nan
    df: float = math.nan
    placebo_rank: int | None = None
    placebo_of: int | None = None

    def oriented(self, direction: int) -> Effect:
        """The same effect with positive meaning better; `direction` +1 (higher is better) or −1."""
        if direction not in (1, -1):
            raise ValueError(f"direction must be +1 or -1, not {direction!r}")
        return self if direction == 1 else replace(self, estimate=-self.estimate, low=-self.high, high=-self.low)


def before_after(pre: ArrayLike, post: ArrayLike, treated: ArrayLike) -> Effect:
    """Mean before/after difference of the pilots minus that of the comparison units.

    `pre`, `post`: shape (units,), one value a unit (the mean of its periods); `treated`: shape (units,), true
    for pilots. A unit with nan before or after is dropped. Interval and `p_welch`: Welch, variances with
    divisor n − 1, Satterthwaite degrees of freedom. `p_permutation`: share of all assignments of as many
    pilots whose absolute difference in means is at least the observed one, ties included; all of them up to
    200,000, else 9,999 seeded draws with the true one added, so it is never 0. Without any variation on both
    sides the interval has no width and `p_welch` is 0, or 1 when the estimate is 0.
    ValueError: shapes differ, infinite values, or no unit left on one side.
    Source: Welch (1947); Phipson & Smyth (2010) for counting the true assignment.
    """
    before, after = _vector(pre, "pre"), _vector(post, "post")
    flags = np.asarray(treated)
    if not before.shape == after.shape == flags.shape:
        raise ValueError(f"pre, post and treated differ in shape: {before.shape}, {after.shape}, {flags.shape}")
    if flags.dtype != np.bool_ and not np.isin(flags, (0, 1)).all():
        raise ValueError("treated must be boolean, or 0 and 1")
    change = after - before
    kept = ~np.isnan(change)
    pilots, others = change[kept & flags.astype(bool)], change[kept & ~flags.astype(bool)]
    if not pilots.size or not others.size:
        raise ValueError(f"needs units on both sides: {pilots.size} pilots, {others.size} comparison units")
    estimate = float(pilots.mean() - others.mean())
    se, df = _welch(pilots, others)
    low, high, p_welch = _interval(estimate, se, df, noise=ROUNDING * float(np.abs(change[kept]).max()))
    rank, of = _placebos(np.concatenate([pilots, others]), pilots.size)
    return Effect(
        estimate=estimate,
        low=low,
        high=high,
        p_welch=p_welch,
        p_permutation=rank / of,
        n_treated=pilots.size,
        n_comparison=others.size,
        robust=not math.isnan(p_welch) and (p_welch <= SIGNIFICANCE) == (rank / of <= SIGNIFICANCE),
        strength=gate(pilots.size, others.size),
        se=se,
        df=df,
        placebo_rank=rank,
        placebo_of=of,
    )


def equity_gap(a: Effect, b: Effect) -> Effect:
    """Effect in group `a` minus effect in group `b`, with its own Welch–Satterthwaite interval.

    The only fair way to say that something works less well in one type of region: “significant here, not
    there” compares two noises. The two groups share no unit. Counts are summed; `strength` is the weaker;
    there is no permutation p (nan), so `robust` says that both groups' effects are.
    """
    estimate = a.estimate - b.estimate
    se = math.hypot(a.se, b.se)
    df = math.nan
    if se > 0:
        # Each df already is Satterthwaite's, so this equals the formula over the four samples.
        df = se**4 / sum(e.se**4 / e.df for e in (a, b))
    elif se == 0:
        df = a.df + b.df
    low, high, p_welch = _interval(estimate, se, df, noise=ROUNDING * max(abs(a.estimate), abs(b.estimate)))
    return Effect(
        estimate=estimate,
        low=low,
        high=high,
        p_welch=p_welch,
        p_permutation=math.nan,
        n_treated=a.n_treated + b.n_treated,
        n_comparison=a.n_comparison + b.n_comparison,
        robust=a.robust and b.robust,
        strength=weaker(a.strength, b.strength),
        se=se,
        df=df,
    )


def minimum_detectable(sd: float, n_treated: int, n_comparison: int) -> float:
    """Smallest change that would be seen: 2.8 · sd · √(1/n_t + 1/n_c), 80 % power at 5 % two-sided.

    `sd` is that of one unit's before/after difference, in the indicator's unit (divisor n − 1). Normal
    quantiles (1.96 + 0.84), so it is somewhat optimistic below ten units. ValueError: sd < 0 or nan, or an
    empty side. Source: Gelman & Hill (2007), section 20.
    """
    if not (sd >= 0 and n_treated >= 1 and n_comparison >= 1):
        raise ValueError(f"needs sd >= 0 and a unit on each side: {sd}, {n_treated}, {n_comparison}")
    return 2.8 * float(sd) * math.sqrt(1 / n_treated + 1 / n_comparison)


@dataclass(frozen=True)
class Bootstrap:
    """A cluster-robust t statistic and its wild-bootstrap p-value."""

    t: float
    p: float


def wild_bootstrap(y: ArrayLike, X: ArrayLike, column: int, cluster: ArrayLike) -> Bootstrap:
    """Test that coefficient `column` of the least squares of `y` on `X` is zero, with few clusters.

    `y` (rows,), `X` (rows, regressors; bring your own intercept), `cluster` (rows,) any labels. Restricted wild
    cluster bootstrap: residuals under the null, one Rademacher sign a cluster, t with CRV1 errors (factor
    G/(G−1) · (N−1)/(N−K)). Every combination of signs up to 12 clusters, else 9,999 seeded draws with the
    sample itself added. p is the two-sided share |t*| ≥ |t|, ties included. With one or two treated clusters
    it is known to reject hardly ever: prefer the permutation p there.
    ValueError: shapes, nan, fewer than two clusters, collinear regressors, a perfect fit.
    Source: Cameron, Gelbach & Miller (2008); Roodman et al. (2019) for the fast form.
    """
    outcome, design, labels = _vector(y, "y"), np.asarray(X, dtype=float), np.asarray(cluster)
    rows = outcome.size
    if design.ndim != 2 or design.shape[0] != rows or labels.shape != (rows,):
        raise ValueError(f"y, X and cluster differ in rows: {outcome.shape}, {design.shape}, {labels.shape}")
    if not (np.isfinite(outcome).all() and np.isfinite(design).all()):
        raise ValueError("y and X must be finite")
    width = design.shape[1]
    names, group = np.unique(labels, return_inverse=True)
    count = names.size
    if count < 2 or rows <= width or np.linalg.matrix_rank(design) < width or not 0 <= column < width:
        raise ValueError("needs two clusters, more rows than regressors, independent regressors, a valid column")
    bread = np.linalg.inv(design.T @ design)
    picks = design @ bread[:, column]  # the coefficient is picks · y
    residuals = outcome - design @ (bread @ (design.T @ outcome))
    factor = count / (count - 1) * (rows - 1) / (rows - width)
    se = math.sqrt(factor * float(np.square(np.bincount(group, picks * residuals)).sum()))
    if se <= ROUNDING * float(np.abs(picks * outcome).sum()):
        raise ValueError("a perfect fit leaves nothing to test against")
    t = float(picks @ outcome) / se

    rest = np.delete(design, column, axis=1)
    null = outcome - rest @ np.linalg.lstsq(rest, outcome, rcond=None)[0]
    # One column of signs a cluster; both the coefficient and its scores are linear in the signs.
    share = np.bincount(group, picks * null)
    member = group[:, None] == np.arange(count)
    leak = (member.T @ (design * picks[:, None])) @ bread @ ((design * null[:, None]).T @ member)
    scores = np.diag(share) - leak
    signs = _signs(count)
    drawn = np.abs(signs @ share)
    spread = np.sqrt(factor * np.square(signs @ scores.T).sum(axis=1))
    return Bootstrap(t=t, p=float(np.mean(drawn >= abs(t) * spread * (1 - ROUNDING))))


def rank_intervals(estimates: ArrayLike, standard_errors: ArrayLike, level: float = 0.95) -> NDArray[np.int64]:
    """Which places each entry may truly hold: shape (n, 2), lowest and highest rank; 1 is first, high is best.

    For each entry by itself, the pairwise differences to all others are bounded together at `level` by
    seeded draws of the largest studentised difference, with step-down; an entry clearly better takes one
    place from above, a clearly worse one from below. Estimates are taken as independent and normal. Wider
    than the percentile bootstrap of ranks, which is too narrow near ties. Time and draws grow as n².
    ValueError: shapes differ, nan, negative errors, level outside (0, 1).
    Source: Mogstad, Romano, Shaikh & Wilhelm (2024), marginal two-sided sets.
    """
    values, errors = _vector(estimates, "estimates"), _vector(standard_errors, "standard_errors")
    if values.shape != errors.shape or np.isnan(values).any() or not (errors >= 0).all() or not 0 < level < 1:
        raise ValueError("needs as many standard errors >= 0 as estimates, no nan, and a level in (0, 1)")
    # Equal entries get the same answer, and the answer does not depend on the order of the rows.
    pairs, twin = np.unique(np.column_stack([values, errors]), axis=0, return_inverse=True)
    order = np.lexsort((errors, values))
    values, errors = values[order], errors[order]
    noise = np.random.default_rng(SEED).standard_normal((values.size, DRAWS)) * errors[:, None]
    place = math.ceil(level * DRAWS) - 1
    answers = np.empty((len(pairs), 2), dtype=np.int64)
    for row, (value, error) in enumerate(pairs):
        me = int(np.flatnonzero((values == value) & (errors == error))[0])
        gap, spread = values - value, np.hypot(errors, error)
        open_ = spread > 0
        open_[me] = False
        decided = (spread == 0) & (gap != 0)
        apart = np.abs(noise - noise[me])
        apart /= np.where(spread > 0, spread, 1)[:, None]
        while open_.any():
            bound = np.partition(apart[open_].max(axis=0), place)[place]
            found = open_ & (np.abs(gap) > bound * spread)
            if not found.any():
                break
            decided |= found
            open_ &= ~found
        answers[row] = 1 + (decided & (gap > 0)).sum(), values.size - (decided & (gap < 0)).sum()
    return answers[twin.reshape(-1)]


Table = tuple[float, float, float, float]


def crude_odds_ratio(tables: Sequence[Table]) -> float:
    """Odds ratio of the tables added up: what one sees when the strata are ignored. As `mantel_haenszel`."""
    return _odds_ratio(_counts(tables).sum(axis=0, keepdims=True))


def mantel_haenszel(tables: Sequence[Table]) -> float:
    """Common odds ratio of 2 × 2 tables, one a stratum: Σ(ad/n) / Σ(bc/n).

    A table is (a, b, c, d) = (group 1 yes, group 1 no, group 2 yes, group 2 no). Empty strata count for
    nothing. inf when only the denominator is 0. When it lies on the other side of 1 than
    `crude_odds_ratio`, both are shown (Simpson's paradox). ValueError: not four counts, negative counts, or
    0/0. Source: Mantel & Haenszel (1959).
    """
    return _odds_ratio(_counts(tables))


def group_time_effects(panel: pd.DataFrame, *, comparison: Comparison = "not_yet", ddof: int = 1) -> pd.DataFrame:
    """Effect on each starting group in each period, for pilots that start at different times.

    `panel` has the columns unit, period (sortable numbers), value, first_treated (a period, 0 = never), one row
    a unit and period. ATT(g, t) = mean change since the last period before g, of group g minus the
    comparison units; before g the change since the previous period, a placebo that should be near 0.
    Comparison: units not treated by t, the never treated among them ("not_yet"), or only those never treated
    within the panel ("never"). Units treated from the first period on have no "before" and are left out; a
    unit missing one of the two values is left out of that cell; a cell empty on one side is absent.
    Returns group, period, estimate, se, event_time (periods of the panel since the start), n_treated,
    n_comparison, group_size. se² = s²_g/n_g + s²_c/n_c with divisor n − `ddof`: 1 agrees with
    `before_after`, 0 is the analytic error of R's `did`; nan with a single unit. The covariances that
    `aggregate` needs travel in `.attrs`.
    ValueError: missing columns, repeated rows, a unit with two starts.
    Source: Callaway & Sant'Anna (2021), without covariates.
    """
    needed = ["unit", "period", "value", "first_treated"]
    if missing := [name for name in needed if name not in panel.columns]:
        raise ValueError(f"missing columns: {missing}")
    if panel.duplicated(["unit", "period"]).any() or panel["first_treated"].isna().any():
        raise ValueError("needs one row per unit and period, and first_treated (0 = never) in each")
    starts = panel.groupby("unit")["first_treated"].agg(["min", "max"])
    if (starts["min"] != starts["max"]).any():
        raise ValueError("a unit has two different first_treated")
    wide = panel.pivot(index="unit", columns="period", values="value").sort_index(axis=1)
    values, periods = wide.to_numpy(dtype=float), wide.columns.to_numpy()
    first = starts["min"].reindex(wide.index).to_numpy()
    # Position of the first treated period; the end of the panel for those not treated within it.
    begins = np.where(first == 0, len(periods), np.searchsorted(periods, first))
    rows: list[dict[str, float]] = []
    influence: list[Floats] = []
    for group in np.unique(first[(begins > 0) & (begins < len(periods))]):
        members = first == group
        begin = int(begins[members][0])
        for now in range(1, len(periods)):
            change = values[:, now] - values[:, begin - 1 if now >= begin else now - 1]
            clean = begins == len(periods) if comparison == "never" else begins > now
            sides = [members & ~np.isnan(change), clean & ~members & ~np.isnan(change)]
            sizes = [int(side.sum()) for side in sides]
            if 0 in sizes:
                continue
            means = [change[side].mean() for side in sides]
            pull = np.zeros(len(first))
            for side, size, mean, sign in zip(sides, sizes, means, (1, -1), strict=True):
                # One unit has no spread to learn from, whatever the divisor.
                scale = math.sqrt(size * (size - ddof)) if size > 1 else math.nan
                pull[side] = sign * (change[side] - mean) / scale
            influence.append(pull)
            rows.append(
                {
                    "group": group.item(),
                    "period": periods[now].item(),
                    "estimate": float(means[0] - means[1]),
                    "se": math.sqrt(float(pull @ pull)),
                    "event_time": now - begin,
                    "n_treated": sizes[0],
                    "n_comparison": sizes[1],
                    "group_size": int(members.sum()),
                }
            )
    columns = ["group", "period", "estimate", "se", "event_time", "n_treated", "n_comparison", "group_size"]
    effects = pd.DataFrame(rows, columns=columns)
    # As text: pandas copies attributes deeply with every operation, and files keep them only as JSON.
    stacked = np.array(influence).reshape(len(rows), len(first))
    effects.attrs["cells"] = [[row["group"], row["period"]] for row in rows]
    effects.attrs["covariance"] = (stacked @ stacked.T).tobytes().hex()
    return effects


def aggregate(effects: pd.DataFrame, how: Aggregation) -> pd.DataFrame:
    """Averages of `group_time_effects`, weighted by the size of the starting group.

    "simple": all cells from the start on, one row (estimate, se); "dynamic": by event_time, placebos before
    0 included; "calendar": by period, cells from the start on; "group": by group, its periods weighted
    equally. The key is the first column. se allows for the units that cells share and takes the group sizes
    as given. In a frame not made by `group_time_effects`: without group_size every group weighs the same,
    without event_time it is period − group, and without covariances se is nan.
    ValueError for another `how`. Source: Callaway & Sant'Anna (2021), section 3.
    """
    key = {"simple": None, "dynamic": "event_time", "group": "group", "calendar": "period"}.get(how, "")
    if key == "":
        raise ValueError(f"unknown aggregation: {how!r}")
    cells = effects.reset_index(drop=True)
    cells.attrs = {}  # or every group below is handed its own copy
    if "event_time" not in cells:
        cells["event_time"] = cells["period"] - cells["group"]
    cells["weight"] = cells["group_size"] if how != "group" and "group_size" in cells else 1
    if how != "dynamic":
        cells = cells[cells["event_time"] >= 0]
    positions = {tuple(cell): place for place, cell in enumerate(effects.attrs.get("cells", []))}
    packed = np.frombuffer(bytes.fromhex(effects.attrs.get("covariance", "")))
    covariance = packed.reshape(len(positions), -1) if positions else packed
    rows = []
    for label, part in [(None, cells)] if key is None else cells.groupby(key):
        weight = part["weight"].to_numpy(dtype=float)
        if not weight.size:
            continue
        weight /= weight.sum()
        at = [positions.get(cell, -1) for cell in zip(part["group"], part["period"], strict=True)]
        se = math.nan if -1 in at else math.sqrt(float(weight @ covariance[np.ix_(at, at)] @ weight))
        rows.append({key: label, "estimate": float(weight @ part["estimate"].to_numpy(dtype=float)), "se": se})
    return pd.DataFrame(rows, columns=[*([] if key is None else [key]), "estimate", "se"])


def _counts(tables: Sequence[Table]) -> Floats:
    counts = np.asarray(tables, dtype=float)
    if counts.ndim != 2 or counts.shape[1] != 4 or not (counts >= 0).all():
        raise ValueError("each table is four counts >= 0: (a, b, c, d)")
    return counts


def _odds_ratio(counts: Floats) -> float:
    size = np.maximum(counts.sum(axis=1), 1)  # an empty stratum adds 0 either way
    a, b, c, d = counts.T
    above, below = float((a * d / size).sum()), float((b * c / size).sum())
    if above == below == 0:
        raise ValueError("the odds ratio is 0/0")
    return above / below if below else math.inf


def _vector(values: ArrayLike, name: str) -> Floats:
    array = np.asarray(values, dtype=float)
    if array.ndim != 1 or np.isinf(array).any():
        raise ValueError(f"{name} must be one-dimensional without infinite values, not of shape {array.shape}")
    return array


def _welch(a: Floats, b: Floats) -> tuple[float, float]:
    """Standard error of the difference in means and Satterthwaite's degrees of freedom; nan with one unit."""
    if min(a.size, b.size) < 2:
        return math.nan, math.nan
    parts = [(float(side.var(ddof=1)) / side.size, side.size - 1) for side in (a, b)]
    total = sum(part for part, _ in parts)
    if math.sqrt(total) <= ROUNDING * max(np.abs(a).max(), np.abs(b).max()):
        return 0.0, float(a.size + b.size - 2)
    return math.sqrt(total), total**2 / sum(part**2 / free for part, free in parts)


def _interval(estimate: float, se: float, df: float, noise: float) -> tuple[float, float, float]:
    """95 % bounds and two-sided p of Student's t; an estimate within `noise` of 0 counts as 0 when se is 0."""
    from scipy.special import stdtr, stdtrit  # not scipy.stats: that costs a second at start

    if math.isnan(se):
        return math.nan, math.nan, math.nan
    if se == 0:
        return estimate, estimate, 1.0 if abs(estimate) <= noise else 0.0
    half = float(stdtrit(df, 1 - SIGNIFICANCE / 2)) * se
    return estimate - half, estimate + half, float(2 * stdtr(df, -abs(estimate) / se))


def _placebos(changes: Floats, n_treated: int) -> tuple[int, int]:
    """How many assignments differ at least as much as the true one (the first `n_treated`), of how many."""
    centred = changes - changes.mean()
    observed = abs(float(centred[:n_treated].sum()))
    # With the mean taken out, a side's difference in means is its sum times a constant: compare sums, of
    # the smaller side. Sorting makes the draws independent of the order in which units were passed.
    side = min(n_treated, changes.size - n_treated)
    limit = observed - ROUNDING * float(np.abs(centred).sum())
    pool = np.sort(centred)
    extreme = total = 0
    for picks in _assignments(changes.size, side):
        extreme += int((np.abs(pool[picks].sum(axis=1)) >= limit).sum())
        total += len(picks)
    if math.comb(changes.size, side) > EXACT_ASSIGNMENTS:
        return extreme + 1, total + 1
    return extreme, total


def _assignments(units: int, side: int) -> Iterator[NDArray[np.intp]]:
    """Index rows of shape (assignments, side): all of them, or seeded draws in batches of bounded memory."""
    total = math.comb(units, side)
    if total <= EXACT_ASSIGNMENTS:
        flat = itertools.chain.from_iterable(itertools.combinations(range(units), side))
        yield np.fromiter(flat, dtype=np.intp, count=total * side).reshape(total, side)
        return
    generator = np.random.default_rng(SEED)
    batch = max(1, 2_000_000 // units)
    for done in range(0, DRAWS, batch):
        keys = generator.random((min(batch, DRAWS - done), units))
        yield np.argpartition(keys, side - 1, axis=1)[:, :side]


def _signs(clusters: int) -> Floats:
    """Rows of ±1. Turning all signs gives the same |t*|, so the first cluster keeps +1 in the full list."""
    if clusters <= EXACT_CLUSTERS:
        free = np.array(list(itertools.product((1.0, -1.0), repeat=clusters - 1)))
        return np.column_stack([np.ones(len(free)), free])
    drawn = np.random.default_rng(SEED).choice((1.0, -1.0), size=(DRAWS, clusters))
    return np.vstack([np.ones(clusters), drawn])
