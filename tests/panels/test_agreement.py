"""Agreement between judges: published values and two packages as oracles."""

from __future__ import annotations

import warnings

import krippendorff
import numpy as np
import pandas as pd
import pingouin
import pytest

from panels.agreement import Level, icc2k, kendall_w, krippendorff_alpha

SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]).T
GAPS = np.array(
    [
        [np.nan, np.nan, np.nan, np.nan, np.nan, 3, 4, 1, 2, 1, 1, 3, 3, np.nan, 3],
        [1, np.nan, 2, 1, 3, 3, 4, 3, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan],
        [np.nan, np.nan, 2, 1, 3, 4, 4, np.nan, 2, 1, 1, 3, 3, np.nan, 4],
    ]
)


def test_kendall_of_siegel() -> None:
    ranks = [[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]
    assert kendall_w(ranks) == pytest.approx(0.162, abs=0.0005)


def test_kendall_at_its_ends() -> None:
    assert kendall_w([[1, 2, 3], [10, 20, 30]]) == 1
    assert kendall_w([[1, 2, 3], [3, 2, 1]]) == 0


def test_kendall_corrects_for_ties() -> None:
    """Judges who agree on everything agree, ties or not; without the correction this is 0.9."""
    assert kendall_w([[1, 1, 2, 3], [1, 1, 2, 3]]) == pytest.approx(1)


def test_kendall_leaves_out_what_somebody_did_not_mark() -> None:
    assert kendall_w(np.array([[1, 2, np.nan, 3], [1, 2, 9, 3]])) == 1


@pytest.mark.parametrize(
    "matrix", [[[1.0, 2.0, 3.0]], [[1.0], [2.0]], [[5.0] * 3, [5.0] * 3], [[1.0, np.nan], [np.nan, 1.0]]]
)
def test_kendall_of_nothing(matrix: list[list[float]]) -> None:
    assert np.isnan(kendall_w(matrix))


def test_icc_of_shrout_and_fleiss() -> None:
    assert icc2k(SHROUT_FLEISS) == pytest.approx(0.620, abs=0.0005)


def test_icc_as_elsewhere() -> None:
    marks = np.random.default_rng(1).normal(70, 8, (5, 12)) + np.arange(12) * 2
    judge, entry = np.indices(marks.shape)
    long = pd.DataFrame({"judge": judge.ravel(), "entry": entry.ravel(), "mark": marks.ravel()})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        known = pingouin.intraclass_corr(long, "entry", "judge", "mark").set_index("Type").ICC
    assert icc2k(marks) == pytest.approx(
        known[next(name for name in known.index if name.replace(",", "") in ("ICC2k", "ICC(Ak)"))]
    )


def test_icc_needs_every_mark() -> None:
    with pytest.raises(ValueError, match="every mark"):
        icc2k(np.array([[1, np.nan], [1, 2]]))
    assert np.isnan(icc2k([[1, 2, 3]]))
    assert np.isnan(icc2k([[5, 5], [5, 5]]))


@pytest.mark.parametrize("level", ["interval", "ordinal", "nominal"])
def test_alpha_as_elsewhere(level: Level) -> None:
    wanted = krippendorff.alpha(GAPS, level_of_measurement=level)
    assert krippendorff_alpha(GAPS, level) == pytest.approx(wanted)
    marks = np.random.default_rng(2).integers(60, 70, (4, 30)).astype(float)
    marks[np.random.default_rng(3).random(marks.shape) < 0.3] = np.nan
    wanted = krippendorff.alpha(marks, level_of_measurement=level)
    assert krippendorff_alpha(marks, level) == pytest.approx(wanted)


def test_alpha_of_krippendorffs_own_example() -> None:
    assert krippendorff_alpha(GAPS, "nominal") == pytest.approx(0.691, abs=0.0005)
    assert krippendorff_alpha(GAPS) == pytest.approx(0.811, abs=0.0005)


def test_alpha_of_nothing() -> None:
    assert np.isnan(krippendorff_alpha([[1, np.nan], [np.nan, 2]]))
    assert np.isnan(krippendorff_alpha([[5, 5], [5, 5]]))
    assert np.isnan(krippendorff_alpha([[5, 5], [5, 5]], "ordinal"))
    assert krippendorff_alpha([[1, 2, 3], [1, 2, 3]]) == 1


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        krippendorff_alpha(GAPS, "ratio")  # type: ignore[arg-type]
    for statistic in (kendall_w, icc2k, krippendorff_alpha):
        with pytest.raises(ValueError, match="matrix"):
            statistic([1, 2, 3])
