"""Pilots that start at different times: effects by starting group and period, and their averages."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd

from metrics.effects import ROUNDING, SEED, SIGNIFICANCE, Effect, Floats, gate, interval

Comparison = Literal["not_yet", "never"]
Aggregation = Literal["simple", "dynamic", "group", "calendar"]

REASSIGNMENTS = 1_999


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


def staggered(panel: pd.DataFrame) -> Effect:
    """The average effect of pilots that start at different times as one `Effect`: "simple" of `aggregate`.

    `panel` as `group_time_effects` takes it. The interval is Student's with the smaller side less one degree
    of freedom, which is Welch's own lower bound. `p_permutation`: the starts are dealt out anew among the
    units, 1,999 seeded times with the true one added; the share whose average is at least as large.
    `n_treated`: units with a start inside the panel; `n_comparison`: the fewest units any cell was compared
    with, so later starters that serve as comparison for a while do not lift the strength.
    ValueError as `group_time_effects`, or when no cell can be compared.
    """
    effects = group_time_effects(panel)
    after = effects[effects["event_time"] >= 0]
    if after.empty:
        raise ValueError("no starting group can be compared with units not yet treated")
    row = aggregate(effects, "simple").iloc[0]
    estimate, se = float(row["estimate"]), float(row["se"])
    first = panel.drop_duplicates("unit").set_index("unit")["first_treated"]
    n_treated = int(first.isin(after["group"].unique()).sum())
    n_comparison = int(after["n_comparison"].min())
    df = float(min(n_treated, n_comparison) - 1)
    low, high, p_welch = interval(estimate, se if df > 0 else math.nan, df, noise=ROUNDING * abs(estimate))
    rank, of = _reassigned(panel, estimate)
    return Effect(
        estimate=estimate,
        low=low,
        high=high,
        p_welch=p_welch,
        p_permutation=rank / of,
        n_treated=n_treated,
        n_comparison=n_comparison,
        robust=not math.isnan(p_welch) and (p_welch <= SIGNIFICANCE) == (rank / of <= SIGNIFICANCE),
        strength=gate(n_treated, n_comparison),
        se=se if df > 0 else math.nan,
        df=df if df > 0 else math.nan,
        placebo_rank=rank,
        placebo_of=of,
    )


def _reassigned(panel: pd.DataFrame, observed: float) -> tuple[int, int]:
    """How many ways of dealing out the starts, the true one included, give an average at least as large."""
    wide = panel.pivot(index="unit", columns="period", values="value").sort_index(axis=1).sort_index()
    values, periods = wide.to_numpy(dtype=float), wide.columns.to_numpy()
    first = panel.drop_duplicates("unit").set_index("unit")["first_treated"].reindex(wide.index).to_numpy()
    begins = np.where(first == 0, len(periods), np.searchsorted(periods, first))
    dealt = np.random.default_rng(SEED).permuted(np.tile(begins, (REASSIGNMENTS, 1)), axis=1)
    top, bottom = np.zeros(REASSIGNMENTS), np.zeros(REASSIGNMENTS)
    for begin in np.unique(begins[(begins > 0) & (begins < len(periods))]):
        members = (dealt == begin).astype(float)
        for now in range(begin, len(periods)):
            change = values[:, now] - values[:, begin - 1]
            known = ~np.isnan(change)
            change = np.where(known, change, 0)
            clean = (dealt > now).astype(float)
            sizes = members @ known, clean @ known
            there = (sizes[0] > 0) & (sizes[1] > 0)
            with np.errstate(invalid="ignore", divide="ignore"):
                gap = (members @ change) / sizes[0] - (clean @ change) / sizes[1]
            weight = np.where(there, members.sum(axis=1), 0)
            top += weight * np.where(there, gap, 0)
            bottom += weight
    averages = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
    return int((np.abs(averages) >= abs(observed) * (1 - ROUNDING)).sum()) + 1, REASSIGNMENTS + 1
